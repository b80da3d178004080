from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from events.importing import reader
from events.importing.agenda_import import AgendaImport
from events.models import Event
from participants.importing import columns, run
from participants.importing.container import Unreadable
from participants.importing.kinds import Row
from participants.models import Import, ImportRow, User


class Command(BaseCommand):
    help = (
        f"Read an agenda ({reader.KNOWN}) and show what it would make and change in the programme of an event. "
        "With --apply it does, all of it or nothing; the admin can undo it."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--event", required=True, metavar="SLUG", help="the event whose programme it is")
        parser.add_argument("--apply", action="store_true", help="write it; without this nothing is stored")
        parser.add_argument("--by", metavar="EMAIL", help="whose act it is, an editor of the event; needed to apply")
        parser.add_argument("--doubtful", choices=["skip", "new"], help="what becomes of sessions in doubt")
        parser.add_argument("--leave-out-people", action="store_true", help="take the sessions alone")
        parser.add_argument("--leave-out-offsets", action="store_true", help="the hours are right, the offsets are not")

    def handle(self, *, file, event, apply, by, doubtful, **options):
        user = self.person(by) if by else None
        events = Event.objects.editable_by(user) if user else Event.objects.all()
        target = events.filter(slug=event).first()
        if target is None:
            raise CommandError(f"No event{' that they may change' if user else ''} has the address “{event}”.")
        if apply and user is None:
            raise CommandError("Say with --by whose act it is.")
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        chosen = {name: "True" if options[name] else "" for name in ("leave_out_people", "leave_out_offsets")}
        source = Import(kind=AgendaImport.name, by=user, target=target.pk, target_name=str(target)[:500])
        source.content, source.file_name, source.options = content, file.name[-200:], chosen
        try:
            rows = self.look(source, target, user)
            if apply and user is not None:
                self.write(source, rows, user, doubtful)
        except Unreadable as error:
            raise CommandError(f"{file.name}: {error}") from error

    def person(self, email: str) -> User:
        found = User.objects.filter(email=email.casefold()).first()
        if found is None:
            raise CommandError(f"Nobody has the address {email}.")
        return found

    def look(self, source: Import, target: Event, user) -> list[Row]:
        """Compare without storing anything, and say what was found."""
        kind = AgendaImport(target, user, source.options)
        if not reader.is_no_table(bytes(source.content or b"")):
            table = run.read_table(source)
            labels, _ = columns.split(table, table.guess.header_line, table.guess.header_rows)
            mapping = columns.guess_mapping(labels, kind.fields, run.remembered(kind))
            if lacks := kind.lacks(set(mapping.values())):
                raise Unreadable(f"{lacks} Choose the file in the admin, where columns can be named.")
            source.mapping = {str(at): name for at, name in mapping.items()}
        rows = run.read_rows(source, kind)
        run.compare(kind, rows)
        for line in filter(None, kind.notice().split("\n")):
            self.stdout.write(f"! {line}")
        for row in rows:
            self.stdout.write(f"{run.state_of(row).label:<14} line {row.line:>4}  {kind.title(row)}")
            for words in (*row.problems, row.doubt, *row.notes):
                if words:
                    self.stdout.write(f"{'':<25}  {words}")
            for what, before, after in row.differences:
                self.stdout.write(f"{'':<25}  {what}: {before or '–'} → {after or '–'}")
        for name in kind.missing(rows):
            self.stdout.write(f"Not in the file           {name}")
        counts = Counter(str(run.state_of(row).label).lower() for row in rows)
        self.stdout.write(", ".join(f"{number} {label}" for label, number in counts.items()) + ".")
        if user is None:
            self.stdout.write("Nothing was stored. --apply with --by writes it.")
        return rows

    def write(self, source: Import, rows: list[Row], user: User, doubtful: str | None) -> None:
        """Go the way of the admin: a preview, decisions, and all or nothing; at once, however many rows."""
        source.save()
        source.move(Import.State.CHOSEN, Import.State.CHECKING, total=len(rows))
        run.check.call(source.pk, user.pk)
        if doubtful:
            in_doubt = source.rows.filter(state=ImportRow.State.DOUBT)
            (in_doubt if doubtful == "skip" else in_doubt.filter(may_be_new=True)).update(decision=doubtful)
        source.move(Import.State.PREVIEW, Import.State.APPLYING, applied_by=user)
        run.apply.call(source.pk, user.pk)
        source.refresh_from_db()
        if source.state != Import.State.APPLIED:
            notice = source.notice
            source.delete()
            raise CommandError(notice)
        self.stdout.write(f"Applied to {source.target_name}, by {user.name or 'the account given'}.")
