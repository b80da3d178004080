"""Asking rapporteurs by hand for what is missing: one mail a day and person, whoever presses the button how often."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.shortcuts import resolve_url
from django.utils import timezone

from events.deadline import Deadline
from events.invitations import named_on_a_locked_screen
from events.models import Event, NotAllowed, Participation
from outcomes.assignments import Assignment, assignments
from participants import mail
from participants.models import OutgoingMail


@dataclass
class Nudged:
    """What came of it: to how many a mail goes, how many had one today already, and who gets none and why."""

    written: int = 0
    again: int = 0
    refused: list[tuple[Participation, str]] = field(default_factory=list)


def key_of(participation: Participation) -> str:
    """Return the key of today's mail in the outbox; the day is that at the place of the event."""
    event = participation.event
    return f"nudge-{participation.pk}-{timezone.localdate(timezone=event.zone)}"


def nudged_today(missing: Collection[Assignment]) -> set[int]:
    """Return the keys of those participations that were written to today, in one query."""
    keys = {key_of(one.participation): one.participation.pk for one in missing}
    return {keys[key] for key in OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True)}


@transaction.atomic
def nudge(event: Event, keys: Collection[int] | None, *, by) -> Nudged:
    """Write to those rapporteurs of `event` who have something left; to the participations `keys` only, if given.

    Raises NotAllowed unless `by` runs the event.
    """
    if not event.is_run_by(by):
        raise NotAllowed("Only editors of the event remind its rapporteurs.")
    result = Nudged()
    event = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    if event.status == Event.Status.WITHDRAWN:
        return result
    missing = [one for one in assignments([event]) if one.left and (keys is None or one.participation.pk in keys)]
    already = nudged_today(missing)
    for one in missing:
        if one.participation.pk in already:
            result.again += 1
        elif one.against:
            result.refused.append((one.participation, one.against))
        else:
            _write(event, one)
            result.written += 1
    return result


def _write(event: Event, one: Assignment) -> None:
    participation, left = one.participation, one.left
    account = participation.person.user
    page = left[0].place.url() if len(left) == 1 and left[0].place.session else resolve_url("outcomes:desk")
    mail.queue(
        to=account.email if account else "",
        subject=f"Please submit your outcomes of {named_on_a_locked_screen(event)}",
        template="emails/nudge.txt",
        context={
            "name": participation.person.full_name,
            "event": event,
            "left": left,
            "deadline": Deadline.of(event),
            "address": settings.SITE_URL + page,
            "unsubscribe": participation.reminder_choice_url,
        },
        key=key_of(participation),
        private=True,
        unsubscribe=participation.reminder_choice_url,
    )
