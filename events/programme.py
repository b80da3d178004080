"""The programme of an event by day: sessions with their breakout groups and the people who may be named."""

import datetime as dt
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from django.utils.formats import time_format
from django.utils.translation import get_language

from events.models import Event, Session
from events.people import Named
from events.prepared import Prepared

SESSIONS = Prepared(
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
_KINDS = {str(value): str(label) for value, label in Session.Kind.choices}


class Entry(NamedTuple):
    """A session or breakout group as the programme prints it, and the groups under it."""

    code: str
    kind: str  # “Breakout group 2”
    title: str
    room: str
    body: str
    times: tuple[tuple[str, str], ...]  # start and end: the moment with its offset, the hour as printed
    other_date: dt.date | None  # on which it starts, where that is not the day it stands under, as after midnight
    people: tuple[Named, ...]
    groups: tuple["Entry", ...]
    level: int  # of its heading

    @property
    def below(self) -> int:
        """The level of headings inside its text."""
        return self.level + 1


class Programme(NamedTuple):
    """The days of an event in order, each with its entries; those without a day come last."""

    days: list[tuple[dt.date | None, tuple[Entry, ...]]]
    starts_at: dt.datetime | None  # of the first session with a time, and the end of the last; at the place
    ends_at: dt.datetime | None


def programme(event: Event, people: dict[int | None, tuple[Named, ...]]) -> Programme:
    """Return the programme of a public `event`, in one query; `people` by the key of their session."""
    zone = event.zone
    rows = {row["pk"]: row for row in SESSIONS.rows(event)}
    under: dict[int | None, list[dict]] = defaultdict(list)
    for row in rows.values():
        for name in ("starts_at", "ends_at"):
            row[name] = row[name] and row[name].astimezone(zone)
        row["day"] = row["programme_day"] or (row["starts_at"].date() if row["starts_at"] else None)
        under[row["parent"] if row["parent"] in rows else None].append(row)
    dated = sorted({row["day"] for row in under[None] if row["day"]})

    def entries(above: int | None, day: dt.date | None, level: int) -> tuple[Entry, ...]:
        # Groups stand under the day of the session above them.
        shown = [row for row in under.get(above, ()) if above or row["day"] == day]
        return tuple(
            _entry(row, day, level, people.get(row["pk"], ()), entries(row["pk"], day, level + 1)) for row in shown
        )

    level = 4 if dated else 3
    days = [(day, entries(None, day, level)) for day in (*dated, None)]
    return Programme(
        [(day, found) for day, found in days if found],
        min((row["starts_at"] for row in rows.values() if row["starts_at"]), default=None),
        max((row["ends_at"] for row in rows.values() if row["ends_at"]), default=None),
    )


def _entry(row: dict, day: dt.date | None, level: int, people: tuple[Named, ...], groups: tuple[Entry, ...]) -> Entry:
    kind, number, starts_at = _KINDS[row["kind"]], row["number"], row["starts_at"]
    return Entry(
        code=row["code"],
        kind=f"{kind} {number}" if number else kind,
        title=row["title"],
        room=row["room"],
        body=row["body"],
        times=tuple((time.isoformat(), _hour(time)) for time in (starts_at, row["ends_at"]) if time),
        other_date=starts_at.date() if starts_at and day and starts_at.date() != day else None,
        people=people,
        groups=groups,
        level=level,
    )


def _hour(moment: dt.datetime) -> str:
    """Return its time of day as readers write it."""
    return _written(dt.time(moment.hour, moment.minute), get_language())


@lru_cache(maxsize=24 * 60)
def _written(time: dt.time, language: str | None) -> str:
    return time_format(time)
