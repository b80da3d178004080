from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from outcomes.dump import Refused
from outcomes.dump.loading import load


class Command(BaseCommand):
    help = (
        "Rebuild the public site in an empty portal out of a dump: the folder with its files, or its manifest. "
        "Checksums are compared first; then all of it is loaded, or nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("source", type=Path, metavar="FOLDER_OR_MANIFEST")

    def handle(self, *, source, **options):
        try:
            number = load(source)
        except Refused as error:
            raise CommandError(str(error)) from error
        for name, lines in number.items():
            self.stdout.write(f"{name}: {lines:,}")
        self.stdout.write("Loaded. Pictures and files are not in a dump: copy the folder of uploads as well.")
