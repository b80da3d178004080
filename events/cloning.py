"""New events and sessions made from old ones: the plan is copied, what happened is not.

Copied are names, places, rules of attribution, partners and the programme with its rooms. Not copied are people and
their roles, outcomes, contributions, quotes, resources, reports, invitations and reminders. The rule is that of the old
one, of the event and of each session: nothing a copy shows is under a looser one.
"""

import datetime as dt

from django.db import transaction

from events.models import Event, EventPartner, EventSeries, Session, bump_generation
from events.plan import Row, plan
from events.scheduling import Stale, code_for
from events.workflow import settle_visibility

OF_EVENT = ("format", "mode", "time_zone", "venue", "city", "country", "summary", "body", "attribution", "accepts_late")
OF_PARTNER = ("organisation_id", "role", "role_text", "position")
OF_SESSION = ("kind", "number", "title", "room", "body", "attribution", "position")


@transaction.atomic
def clone_event(event: Event, *, title: str, starts_on: dt.date | None, series: EventSeries | None) -> Event:
    """Return a new draft with the plan of `event`, moved to begin on `starts_on`; hours stay those of the clock.

    Where either has no first day the copy has no dates at all, and its sessions no times. Raises ValidationError.
    """
    event = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    by = starts_on - event.starts_on if starts_on and event.starts_on else None
    new = Event(title=title, series=series, **{name: getattr(event, name) for name in OF_EVENT})
    new.starts_on = starts_on
    if by is not None:
        new.ends_on = event.ends_on and event.ends_on + by
        new.outcomes_due_on = event.outcomes_due_on and event.outcomes_due_on + by
    new.full_clean()
    new.save()
    for partner in event.event_partners.order_by("pk"):
        EventPartner.objects.create(event=new, **{name: getattr(partner, name) for name in OF_PARTNER})
    for day in plan(event).days.values():
        for row in day:
            _copy(row, new, None, by)
    return new


@transaction.atomic
def next_edition(event: Event, *, title: str, starts_on: dt.date | None, series_name: str = "") -> Event:
    """Return a new draft in the series of `event`, which gets one called `series_name` where it has none yet."""
    event = Event.objects.select_for_update(no_key=True).select_related(None).get(pk=event.pk)
    if event.series is None:
        series = EventSeries(name=series_name)
        series.full_clean()
        series.save()
        event.series = series
        event.save(update_fields=["series"])
        settle_visibility(event)
    return clone_event(event, title=title, starts_on=starts_on, series=event.series)


@transaction.atomic
def clone_session(event: Event, pk: int, *, day: dt.date, start: dt.time | None, expected: str, key: str) -> int:
    """Copy a session with what stands under it to another day, or hour, of its event; return how many were new.

    The copy stands where the old one does, under the same rule. Raises Stale, ValidationError.
    """
    event = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    row = plan(event).rows[pk]
    if event.sessions.filter(code=code_for(key)).exists():
        return 0  # the same form, sent twice
    if row.mark != expected:
        raise Stale
    by = dt.timedelta()
    if row.starts_at and start:
        by = dt.datetime.combine(day, start) - row.starts_at.replace(tzinfo=None)
    elif row.day:
        by = day - row.day
    copies = _copy(row, event, row.session.parent, by, key)
    bump_generation()
    return copies


def _copy(
    row: Row, event: Event, parent: Session | None, by: dt.timedelta | None, key: str = "", number: int = 0
) -> int:
    """Copy a row and what is under it; return how many sessions that made."""
    old = row.session
    new = Session(event=event, parent=parent, **{name: getattr(old, name) for name in OF_SESSION})
    if key:
        new.code = code_for(key, number)
    if by is not None:
        zone = event.zone
        new.starts_at = _moved(row.starts_at, by, zone)
        new.ends_at = _moved(row.ends_at, by, zone)
        days = dt.timedelta(days=round(by / dt.timedelta(days=1)))
        new.programme_day = old.programme_day and old.programme_day + days
        if new.starts_at and new.programme_day == new.starts_at.date():
            new.programme_day = None
    new.full_clean()
    new.save()
    copies = 1
    for group in row.groups:
        copies += _copy(group, event, new, by, key, number + copies)
    return copies


def _moved(time: dt.datetime | None, by: dt.timedelta, zone) -> dt.datetime | None:
    """Move a time by the clock on the wall: 09:00 stays 09:00, whatever the clocks did in between."""
    if time is None:
        return None
    there = dt.datetime.combine(time.date(), time.time(), zone) + by
    return there.astimezone(dt.UTC).astimezone(zone)  # an hour that the clocks skip on that day is the next one
