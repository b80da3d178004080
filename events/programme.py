"""The programme of an event by day: sessions with their breakout groups and the people who may be named."""

import datetime as dt
import zoneinfo
from collections import defaultdict
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.formats import time_format

from events.models import Event, Session
from events.people import Named
from events.prepared import Prepared

_SESSIONS = Prepared(
    lambda event: (
        event.sessions.public()
        .in_programme_order()
        .values(
            *(
                "pk",
                "code",
                "parent",
                "kind",
                "number",
                "title",
                "starts_at",
                "ends_at",
                "programme_day",
                "room",
                "body",
            )
        )
    )
)
_KINDS = dict(Session.Kind.choices)


@dataclass
class Entry:
    """A session or breakout group as the programme prints it, and the groups under it."""

    code: str
    kind: str  # “Breakout group 2”
    title: str
    room: str
    body: str
    starts_at: dt.datetime | None  # these two in the zone of the event
    ends_at: dt.datetime | None
    day: dt.date | None  # the one it stands under
    parent: int | None
    people: list[Named] = field(default_factory=list)
    groups: list["Entry"] = field(default_factory=list)
    level: int = 3  # of its heading

    @property
    def other_date(self) -> dt.date | None:
        """The date on which it starts where that is not the day it stands under, as after midnight."""
        date = self.starts_at.date() if self.starts_at else None
        return date if self.day and date != self.day else None

    @property
    def below(self) -> int:
        """The level of headings inside its text."""
        return self.level + 1

    @property
    def times(self) -> list[tuple[str, str]]:
        """Start and end as (moment with its offset, hour as printed)."""
        return [(time.isoformat(), time_format(time)) for time in (self.starts_at, self.ends_at) if time]


@dataclass
class Programme:
    """The days of an event in order, each with its entries; without a day come those that have none."""

    days: list[tuple[dt.date | None, list[Entry]]]
    starts_at: dt.datetime | None = None  # of the first session with a time, and the end of the last
    ends_at: dt.datetime | None = None

    def __bool__(self):
        return bool(self.days)


def programme(event: Event, people: dict[int | None, list[Named]]) -> Programme:
    """Return the programme of a public `event`, in one query; `people` by the key of their session."""
    zone = event.zone
    entries = {row["pk"]: _entry(row, zone) for row in _SESSIONS.rows(event)}
    days: dict[dt.date | None, list[Entry]] = defaultdict(list)
    for pk, entry in entries.items():
        entry.people = people.get(pk, [])
        if above := entries.get(entry.parent or 0):
            above.groups.append(entry)
        else:
            days[entry.day].append(entry)
    dated = sorted(day for day in days if day)
    for day in days.values():
        _settle(day, level=4 if dated else 3)
    return Programme(
        [(day, days[day]) for day in (*dated, *([None] if None in days else []))],
        min((entry.starts_at for entry in entries.values() if entry.starts_at), default=None),
        max((entry.ends_at for entry in entries.values() if entry.ends_at), default=None),
    )


def _entry(row: dict, zone: zoneinfo.ZoneInfo) -> Entry:
    kind, number = _KINDS[row["kind"]], row["number"]
    starts_at, ends_at = (row[name] and timezone.localtime(row[name], zone) for name in ("starts_at", "ends_at"))
    return Entry(
        **{name: row[name] for name in ("code", "title", "room", "body", "parent")},
        kind=f"{kind} {number}" if number else kind,
        starts_at=starts_at,
        ends_at=ends_at,
        day=row["programme_day"] or (starts_at.date() if starts_at else None),
    )


def _settle(entries: list[Entry], level: int, day: dt.date | None = None) -> None:
    """Give entries the level of their headings; groups stand under the day of the session above them."""
    for entry in entries:
        entry.level, entry.day = level, day or entry.day
        _settle(entry.groups, level + 1, entry.day)
