import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from participants import erasing
from participants.copies import Done
from participants.places import addresses
from participants.subjects import NobodyFound, find


class Command(BaseCommand):
    """Does what the page of a person does for administrators, from the command line."""

    help = (
        "Remove a person from every table, history, log, mail, task, import and session, all of it or nothing. "
        "Texts that name them are listed, not changed."
    )

    def add_arguments(self, parser):
        parser.add_argument("who", help="the number of a person, as in the address of their page, or an e-mail address")
        parser.add_argument("--dry-run", action="store_true", help="do nothing; say what would be done")
        parser.add_argument(
            "--replace-names",
            action="store_true",
            help="also put “[name removed]” for the name in what nobody can edit: notes, comments, first wordings",
        )
        parser.add_argument("--no-input", action="store_true", help="do not ask again, even at a terminal")

    def handle(self, *, who, dry_run, replace_names, no_input, **options):
        try:
            subject = find(who)
            if not dry_run and not no_input and sys.stdin.isatty():
                typed = input(f"This cannot be undone. Type the name to erase it ({subject}): ")
                if " ".join(typed.split()) != " ".join(str(subject).split()):
                    raise CommandError("That is another name: nothing was done.")
            done = self.erased(subject, dry_run=dry_run, replace=replace_names)
        except (erasing.CannotErase, NobodyFound) as refused:
            raise CommandError(str(refused)) from refused
        for what, number in sorted(done.numbers.items()):
            if number:
                self.stdout.write(f"{number:>7}  {what}")
        if not any(done.numbers.values()):
            self.stdout.write("Nothing of them is kept.")
        if done.left:
            self.stdout.write("Still named here, for somebody to decide about:")
            for trace, address in addresses(done.left).items():
                self.stdout.write(f"         {trace.model._meta.label} {trace.pk}, {trace.field}  {address}")
        if dry_run:
            self.stdout.write("Nothing was done: this was a dry run.")

    def erased(self, subject, *, dry_run: bool, replace: bool) -> Done:
        """Erase, and in a dry run take all of it back."""
        if not dry_run:
            return erasing.erase(subject, by=None, replace=replace)
        with transaction.atomic():
            done = erasing.erase(subject, by=None, replace=replace)
            transaction.set_rollback(True)
        return done
