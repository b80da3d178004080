"""Reminders of what is not submitted yet: before the deadline and after it, each once, by the worker's clock.

Each goes out from eight in the morning at the place of the event, on the days that `settings.REMINDER_DAYS` counts from
the due day; a worker that was away all that day leaves it out. Only rapporteurs who can sign in, want reminders and
have something left to submit get one: one mail for each event. Its key names the due day, so that a deadline that was
moved is reminded of anew; mail not sent yet is taken back then, and when the event is withdrawn
(`Event.take_back_reminders`).
"""

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.shortcuts import resolve_url
from django.tasks import task
from django.utils import timezone
from django.utils.formats import date_format

from events.deadline import Deadline
from events.invitations import named_on_a_locked_screen
from events.models import Event, Invitation, Participation
from outcomes.assignments import Left, assignments
from participants import mail
from participants.models import User

MORNING = dt.time(8)
DAY = dt.timedelta(days=1)


@task(priority=-10)
def remind() -> int:
    """Put the reminders that are due now into the outbox and return how many there are; safe to run twice."""
    now, days = timezone.now(), settings.REMINDER_DAYS
    if not days:
        return 0
    near = (now.date() + (min(days) - 2) * DAY, now.date() + (max(days) + 2) * DAY)
    events = Event.objects.exclude(status=Event.Status.WITHDRAWN).filter(outcomes_due_on__range=near)
    return sum(remind_of(event.pk, now) for event in list(events) if day_of_reminder(event, now) is not None)


def day_of_reminder(event: Event, now: dt.datetime) -> int | None:
    """Return which of `REMINDER_DAYS` has its reminder now: from that day's morning until the next morning."""
    if event.outcomes_due_on is None:
        return None
    for days in settings.REMINDER_DAYS:
        morning = dt.datetime.combine(event.outcomes_due_on - days * DAY, MORNING, event.zone)
        if morning <= now < morning + DAY:
            return days
    return None


@transaction.atomic
def remind_of(pk: int, now: dt.datetime) -> int:
    """Write to each rapporteur of one event who has something left to submit; return to how many."""
    # Locked until the mail is written, so that nobody moves the deadline or withdraws the event meanwhile.
    event = Event.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if event is None or event.outcomes_due_on is None:
        return 0
    days = day_of_reminder(event, now)
    deadline = Deadline.of(event, now)
    if days is None or deadline is None or event.status == Event.Status.WITHDRAWN:
        return 0
    day = date_format(event.outcomes_due_on, "l j F")
    reminded = 0
    for participation, account, left in unsubmitted(event, now):
        if deadline.is_passed and not event.accepts_late:
            left = [one for one in left if not one.is_filed]  # what is only lying there cannot be submitted any more
        if not left:
            continue
        page = left[0].place.url() if len(left) == 1 and left[0].place.session else resolve_url("outcomes:desk")
        were = "were" if deadline.is_passed else "are"
        mail.queue(
            to=account.email,
            subject=f"Your outcomes of {named_on_a_locked_screen(event)} {were} due on {day}",
            template="emails/reminder.txt",
            context={
                "name": participation.person.full_name,
                "event": event,
                "left": left,
                "deadline": deadline,
                "address": settings.SITE_URL + page,
                "unsubscribe": participation.reminder_choice_url,
            },
            key=f"{event.reminder_key}{event.outcomes_due_on}-{days}-{participation.pk}",
            private=True,
            unsubscribe=participation.reminder_choice_url,
        )
        reminded += 1
    return reminded


def unsubmitted(event: Event, now: dt.datetime) -> Iterator[tuple[Participation, User, list[Left]]]:
    """Yield each rapporteur of `event` who may be reminded, their account and what they have left, in four queries.

    Whom an invitation reached within the last day has just read the deadline.
    """
    lately = Invitation.objects.filter(participation__event=event, by_mail=True, invited_at__gt=now - DAY)
    fresh = set(lately.values_list("participation", flat=True))
    for one in assignments([event]):
        account = one.participation.person.user
        if one.left and account and not one.against and one.participation.pk not in fresh:
            yield one.participation, account, one.left
