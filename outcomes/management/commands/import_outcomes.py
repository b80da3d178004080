from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Max

from events.models import Event, Session
from outcomes.intake import Intake, IntakeError, Proposal, read
from outcomes.models import Outcome
from participants import history
from participants.models import User
from participants.text import normalise


class Command(BaseCommand):
    help = (
        "Read takeaways and actions out of a document (.txt, .html, .docx) and show them with their line numbers. "
        "With --apply they become drafts of the event; nothing is ever published."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--event", required=True, metavar="SLUG", help="the event they belong to")
        parser.add_argument("--session", metavar="CODE", help="the session or breakout group they came from")
        parser.add_argument("--by", metavar="EMAIL", help="whose drafts they are; that person cannot publish them")
        parser.add_argument("--apply", action="store_true", help="write the drafts; without it nothing is stored")

    def handle(self, *, file, event, session, by, apply, **options):
        event = self.find(Event.objects.filter(slug=event), f"No event has the address “{event}”.")
        if session:
            session = self.find(
                Session.objects.filter(event=event, code=session), f"The event has no session with the code {session}."
            )
        author = self.find(User.objects.filter(email=by.casefold()), f"Nobody has the address {by}.") if by else None
        try:
            intake = read(file.read_bytes(), file.name)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except IntakeError as error:
            raise CommandError(f"{file.name}: {error}") from error
        there = {normalise(text) for text in event.outcomes.there().values_list("text", flat=True)}
        new = [proposal for proposal in intake.proposals if normalise(proposal.text) not in there]
        self.show(intake, new)
        if not intake.proposals:
            return
        if not apply:
            self.stdout.write(f"\nNothing was stored. With --apply {len(new)} drafts are written.")
            return
        self.write_drafts(new, event, session, author)
        self.stdout.write(f"\n{len(new)} drafts written for {event}.")

    def find(self, queryset, problem: str):
        found = queryset.first()
        if found is None:
            raise CommandError(problem)
        return found

    def show(self, intake: Intake, new: list[Proposal]) -> None:
        for kind in Outcome.Kind:
            proposals = [proposal for proposal in intake.proposals if proposal.kind == kind]
            self.stdout.write(f"{kind.label}s proposed: {len(proposals)}")
            for proposal in proposals:
                known = "" if proposal in new else "  [is there already]"
                self.stdout.write(f"  line {proposal.line:>4}  {proposal.text}{known}")
        self.stdout.write(f"Headings seen: {len(intake.headings)}")
        for heading in intake.headings:
            self.stdout.write(f"  line {heading.line:>4}  {heading.text}  ({heading.meaning})")
        self.stdout.write(f"Not placed: {len(intake.leftovers)}")
        for leftover in intake.leftovers:
            self.stdout.write(f"  line {leftover.line:>4}  {leftover.text[:80]}  ({leftover.why})")

    @transaction.atomic
    def write_drafts(self, proposals: list[Proposal], event: Event, session, author) -> None:
        """Write all of `proposals` or, when one cannot be stored, none of them."""
        position = event.outcomes.aggregate(last=Max("position", default=0))["last"]
        for offset, proposal in enumerate(proposals, start=1):
            outcome = Outcome(
                kind=proposal.kind,
                event=event,
                session=session,
                text=proposal.text,
                heading=proposal.heading[:200],
                progress=Outcome.Progress.PROPOSED if proposal.kind == Outcome.Kind.ACTION else "",
                author=author,
                position=position + offset,
            )
            try:
                outcome.full_clean()
            except ValidationError as error:
                raise CommandError(f"Line {proposal.line}: {' '.join(error.messages)} Nothing was stored.") from error
            outcome.save()
            history.hand_over(outcome, by=author, how="import_outcomes")
