"""What staff do to a programme, each act in one transaction; who calls them keeps the history.

All lock the event first, so that two who work on one programme act one after the other. None changes a rule; what
changes the tree goes through `settle_visibility`, which never reveals what is older.
"""

import base64
import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac

from events.models import Event, Session
from events.plan import Plan, Row, mark_of, plan
from events.workflow import settle_visibility

MAX_GROUPS = 50  # added in a row


class Stale(Exception):
    """The programme is no longer what the page showed."""


def code_for(key: str, number: int = 0) -> str:
    """Return the code of what a form with this key adds: the same form sent twice means the same session."""
    return (
        base64.b32encode(salted_hmac("events.scheduling", f"{key}-{number}", algorithm="sha256").digest())[:8]
        .decode()
        .lower()
    )


def _locked(event: Event) -> Plan:
    Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    return plan(event)


@transaction.atomic
def save_session(session: Session, expected: str = "") -> Session:
    """Store a session that a form has filled, new or changed; what stands under it moves with it in time.

    Raises ValidationError, and Stale when it no longer has the mark `expected`.
    """
    rows = _locked(session.event).rows
    was = rows.get(session.pk) if session.pk else None
    if session.pk and (was is None or was.mark != expected):
        raise Stale
    if was is None and (twin := session.event.sessions.filter(code=session.code).first()):
        return twin  # the same form, sent twice
    session.full_clean()
    session.save()
    if was and was.starts_at and session.starts_at:
        zone = session.event.zone
        here, there = (time.astimezone(zone).replace(tzinfo=None) for time in (was.starts_at, session.starts_at))
        _shift(was.below(), there - here)
    settle_visibility(session.event)
    return session


@transaction.atomic
def swap(event: Event, pk: int, expected: str, *, up: bool) -> Session:
    """Exchange a session with the one printed before it (or after it), and return it.

    Where both have a time they exchange their slots: each keeps its length, and so does the pause between them. Raises
    Stale when either is not what the page showed, ValidationError where there is nothing to exchange with.
    """
    found = _locked(event)
    row = found.rows[pk]
    beside = found.siblings(row)
    place = beside.index(row)
    if (up and place == 0) or (not up and place == len(beside) - 1):
        raise Stale if row.mark != expected else ValidationError("There is nothing to exchange it with on this day.")
    first, second = (beside[place - 1], row) if up else (row, beside[place + 1])
    if row.mark != expected:
        raise Stale
    if first.starts_at and second.starts_at and first.starts_at.timestamp() != second.starts_at.timestamp():
        _exchange_slots(first, second, first.starts_at, second.starts_at)
    elif bool(first.starts_at) == bool(second.starts_at):
        order = [one for one in beside if one not in (first, second)]
        order[beside.index(first) : beside.index(first)] = [second, first]
        for number, one in enumerate(order):
            if one.session.position != number:
                one.session.position = number
                one.session.save(update_fields=["position"])
    else:
        raise ValidationError("One of the two has no time yet: give it one to say where it belongs.")
    settle_visibility(event)
    return row.session


def _exchange_slots(first: Row, second: Row, begins: dt.datetime, other_begins: dt.datetime) -> None:
    length = (first.ends_at or begins) - begins
    last = (second.ends_at or other_begins) - length
    _shift([second, *second.below()], begins - other_begins)
    _shift([first, *first.below()], max(last, begins) - begins)
    if first.session.starts_at == second.session.starts_at:  # without ends, or one inside the other: the order decides
        first.session.position, second.session.position = second.session.position + 1, second.session.position
        for one in (first, second):
            one.session.save(update_fields=["position"])


@transaction.atomic
def shift_from(event: Event, pk: int, minutes: int, expected: str) -> int:
    """Move a session and whatever follows on its day by so many minutes; return how many moved. Raises Stale."""
    found = _locked(event)
    rows = found.from_on(found.rows[pk])
    if mark_of(rows) != expected:
        raise Stale
    _shift(rows, dt.timedelta(minutes=minutes))
    settle_visibility(event)
    return len(rows)


def _shift(rows: Iterable[Row], by: dt.timedelta) -> None:
    """Move rows that have a time; the day they are printed under follows only where they leave it for another date."""
    if not by:
        return
    for row in rows:
        session = row.session
        if not session.starts_at:
            continue
        zone = session.event.zone
        starts_at = session.starts_at.astimezone(zone)
        was, session.starts_at = starts_at.date(), starts_at + by  # by the clock on the wall
        if session.ends_at:
            session.ends_at = session.ends_at.astimezone(zone) + by
        moved = session.starts_at.date() - was
        if session.programme_day and abs(by) >= dt.timedelta(hours=12):
            session.programme_day += moved
        elif not session.programme_day and moved and abs(by) < dt.timedelta(hours=12):
            session.programme_day = was  # pushed over midnight, it still is of that evening
        if session.programme_day == session.starts_at.date():
            session.programme_day = None
        session.save(update_fields=["starts_at", "ends_at", "programme_day"])


@transaction.atomic
def add_groups(event: Event, pk: int, number: int, key: str) -> int:
    """Add so many breakout groups under a session, numbered on from those there; return how many were new."""
    found = _locked(event)
    above = found.rows[pk]
    taken = {row.session.number for row in above.groups}
    there = set(
        event.sessions.filter(code__in=[code_for(key, n) for n in range(number)]).values_list("code", flat=True)
    )
    if there:
        return 0  # the same form, sent twice
    position = max((row.session.position for row in above.groups), default=0)
    counter = 0
    for n in range(number):
        counter += 1
        while str(counter) in taken:
            counter += 1
        taken.add(str(counter))
        group = Session(
            event=event,
            parent=above.session,
            kind=Session.Kind.BREAKOUT_GROUP,
            code=code_for(key, n),
            number=str(counter),
            title=f"Group {counter}",
            starts_at=above.session.starts_at,
            ends_at=above.session.ends_at,
            programme_day=above.session.programme_day,
            position=position + n + 1,
        )
        group.full_clean()
        group.save()
    settle_visibility(event)
    return number


def what_hangs_on(session: Session) -> list[str]:
    """Return what a deletion would take along or break, "3 outcomes", one for each kind of thing."""
    found = []
    for relation in Session._meta.related_objects:
        rows = relation.related_model._base_manager.filter(**{relation.field.name: session.pk})
        if number := rows.count():
            names = relation.related_model._meta
            found.append(f"{number} {names.verbose_name if number == 1 else names.verbose_name_plural}")
    return found


@transaction.atomic
def remove(event: Event, pk: int, expected: str) -> None:
    """Delete a session on which nothing hangs. Raises Stale, or ValidationError that says what does."""
    found = _locked(event)
    row = found.rows[pk]
    if row.mark != expected:
        raise Stale
    if hangs := what_hangs_on(row.session):
        raise ValidationError(f"“{row.session}” stays: {', '.join(hangs)} belong to it. Move or delete those first.")
    row.session.delete()
    settle_visibility(event)
