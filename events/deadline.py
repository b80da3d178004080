"""The deadline of an event in words a tired person understands: until when, in whose time, and how long that is."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format

from events.models import Event


@dataclass(frozen=True)
class Deadline:
    """`until` names the day and the clock that counts; `left` how long that is; both are whole phrases."""

    until: str
    left: str
    is_passed: bool
    is_near: bool
    accepts_late: bool

    @classmethod
    def of(cls, event: Event, now: dt.datetime | None = None) -> "Deadline | None":
        """Return the deadline of `event` as seen at `now`, or None where it has none."""
        if event.deadline is None or event.outcomes_due_on is None:
            return None
        left = event.deadline - (now or timezone.now())
        day = date_format(event.outcomes_due_on, "l j F Y")
        return cls(
            until=f"the end of {day}, {clock(event.deadline, event.time_zone)}",
            left=f"{span(left)} left" if left > dt.timedelta(0) else f"passed {span(-left)} ago",
            is_passed=left <= dt.timedelta(0),
            is_near=dt.timedelta(0) < left <= dt.timedelta(days=1),
            accepts_late=event.accepts_late,
        )


def filing_ends(user) -> dt.datetime | None:
    """Return the last deadline of the events `user` reports on, or None where none has one."""
    mine = Event.objects.reported_by(user).filter(outcomes_due_on__isnull=False)
    return max((event.deadline for event in mine.only("outcomes_due_on", "time_zone") if event.deadline), default=None)


def clock(moment: dt.datetime, time_zone: str) -> str:
    """Name the clock of an IANA zone at `moment`, such as "Santiago time (UTC−3)"."""
    offset = moment.utcoffset() or dt.timedelta(0)
    minutes = abs(offset) // dt.timedelta(minutes=1)
    if not minutes:
        from_utc = "UTC"
    else:
        sign = "+" if offset > dt.timedelta(0) else "−"
        from_utc = f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02d}" if minutes % 60 else "")
    place = time_zone.rpartition("/")[2].replace("_", " ")
    return "UTC" if place in {"UTC", "GMT"} else f"{place} time ({from_utc})"


def span(length: dt.timedelta) -> str:
    """Say a positive length of time in its largest whole unit: "3 days", "5 hours", "less than a minute"."""
    for unit, name in (
        (dt.timedelta(days=1), "day"),
        (dt.timedelta(hours=1), "hour"),
        (dt.timedelta(minutes=1), "minute"),
    ):
        if number := length // unit:
            return f"{number} {name}{'' if number == 1 else 's'}"
    return "less than a minute"
