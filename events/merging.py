"""How the rows of an event move when two people or two organisations become one."""

from typing import Any

from django.utils import timezone

from events.attribution import Rule, strictest
from events.models import Event, EventPartner, bump_generation
from events.workflow import settle_visibility
from participants import merging

LISTINGS = ["hidden", "participants", "public"]  # from the most hidden


def _stricter(kept, moving) -> str:
    """The stricter of two stamps; a missing one counts as closed, as everywhere."""
    return strictest(kept.recorded_under or Rule.CLOSED, moving.recorded_under or Rule.CLOSED)


def one_participation(kept, moving) -> dict[str, Any]:
    """Of two participations of one person at one event: nothing is lost, and nothing is shown that one of them hid."""
    found = merging.blanks(kept, moving, "affiliation", "organisation", "position")
    found["listing"] = min(kept.listing, moving.listing, key=LISTINGS.index)
    found["recorded_under"] = _stricter(kept, moving)
    found["wants_reminders"] = kept.wants_reminders and moving.wants_reminders
    if kept.attendance == "planned":
        found["attendance"] = moving.attendance
    return found


def one_role(kept, moving) -> dict[str, Any]:
    return {"recorded_under": _stricter(kept, moving)}


def one_open_invitation(participation, moving) -> dict[str, Any]:
    """Only one invitation of a participation is open: the one that is there stays."""
    taken = moving.revoked_at is None and participation.invitations.filter(revoked_at=None).exists()
    return {"revoked_at": timezone.now()} if taken else {}


def settle(journal: list) -> None:
    """Bring pages and numbers up to date after partners moved; names stand on pages that are kept, too."""
    bump_generation()
    label = EventPartner._meta.label
    moved = [step[2] for step in journal if step[:2] == ["change", label]]
    events = set(EventPartner.objects.filter(pk__in=moved).values_list("event", flat=True))
    events |= {step[2]["event_id"] for step in journal if step[:2] == ["delete", label]}
    for event in Event.objects.filter(pk__in=events).order_by("pk"):
        settle_visibility(event)


merging.points_at(
    "events.Participation",
    "person",
    says=("event__title", "affiliation", "position"),
    alike=("event",),
    meet=one_participation,
)
merging.points_at("events.Participation", "organisation", says=("event__title", "person__name", "position"))
merging.points_at(
    "events.EventPartner",
    "organisation",
    says=("event__title", "role", "role_text"),
    alike=("event", "role", "role_text"),
)
merging.points_at("events.Role", "participation", alike=("session", "role"), meet=one_role)
merging.points_at("events.Quote", "speaker")
merging.points_at("events.Invitation", "participation", before=one_open_invitation)
merging.AFTERWARDS.append(settle)
