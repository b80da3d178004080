"""How the desk calls things: the states of an item, the time of a session."""

from django.utils import timezone
from django.utils.formats import date_format

from events.models import Session
from outcomes.models import WITH_RAPPORTEUR, Outcome

Status = Outcome.Status

# How each status is called on the desk, what needs the rapporteur first.
STATES = {
    Status.CHANGES_REQUESTED: "Sent back",
    Status.DRAFT: "Draft",
    Status.SUBMITTED: "Submitted",
    Status.APPROVED: "Approved",
    Status.PUBLISHED: "Published",
    Status.WITHDRAWN: "Withdrawn",
    Status.MERGED: "Merged",
}
HAPPENED = STATES | {Status.DRAFT: "Taken back"}
WITH_PEN = [status for status in STATES if status in WITH_RAPPORTEUR]


def when(session: Session) -> str:
    """Day and time at the place of the event: "3 March 2026, 14:00–15:30"; nothing where neither is known."""
    parts = [date_format(session.day, "j F Y")] if session.day else []
    if session.starts_at:
        times = [session.starts_at, session.ends_at] if session.ends_at else [session.starts_at]
        parts.append("–".join(date_format(timezone.localtime(time, session.event.zone), "H:i") for time in times))
    return ", ".join(parts)


def is_reworded(outcome: Outcome) -> bool:
    """Whether the secretariat changed what was submitted."""
    return not outcome.is_with_rapporteur and outcome.text != outcome.text_submitted


def is_unchanged(outcome: Outcome) -> bool:
    """Whether it came back and nothing was done about it; rows come from `with_last_note`."""
    return outcome.status == Status.CHANGES_REQUESTED and outcome.changed_at <= outcome.last_note_at
