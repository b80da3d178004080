from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from outcomes.dump import MANIFEST, Refused, making


class Command(BaseCommand):
    help = (
        "Write all that is public as JSON Lines, with a manifest. Without --to it takes the place of the dump that the "
        "site serves under /dump/, which the worker makes by itself when something public has changed."
    )

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, metavar="FOLDER", help="write it into this empty folder instead")

    def handle(self, *, to, **options):
        try:
            if to is None:
                manifest = making.make()
            else:
                to.mkdir(parents=True, exist_ok=True)
                if any(to.iterdir()):
                    raise CommandError(f"{to} is not empty.")
                manifest, _ = making.write(to)
        except (OSError, Refused) as error:
            raise CommandError(str(error)) from error
        for file in manifest["files"]:
            self.stdout.write(f"{file['name']}: {file['rows']:,} lines, {file['bytes']:,} bytes")
        self.stdout.write(f"{MANIFEST}: {manifest['content']}")
