import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from participants import audit
from participants.disclosing import as_zip
from participants.subjects import NobodyFound, find


class Command(BaseCommand):
    """Does what the page of a person does for administrators, into a file that its owner alone can read."""

    help = "Write all that is kept about a person into a ZIP file, to answer them with. Delete it once it is sent."

    def add_arguments(self, parser):
        parser.add_argument("who", help="the number of a person, as in the address of their page, or an e-mail address")
        parser.add_argument(
            "--to", type=Path, required=True, metavar="FILE", help="where to write; nothing is replaced"
        )

    def handle(self, *, who, to, **options):
        try:
            subject = find(who)
        except NobodyFound as nobody:
            raise CommandError(str(nobody)) from nobody
        content = as_zip(subject)
        try:
            with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
        except OSError as error:
            raise CommandError(f"{to} cannot be written: {error.strerror}.") from error
        person = subject.person.pk if subject.person else None
        audit.record(audit.Act.PERSON_EXPORTED, account=subject.user, person=person)
        self.stdout.write(f"{to}: {len(content)} bytes. Delete it once it is sent.")
