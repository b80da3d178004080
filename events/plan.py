"""The programme as staff work on it: everything by day and as a tree, with what overlaps and what is missing."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from events.models import Event, Session


@dataclass(eq=False)
class Row:
    """A session in the plan. Times are those of the place."""

    session: Session
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    day: dt.date | None
    above: "Row | None" = None
    groups: list["Row"] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_first: bool = False
    is_last: bool = False

    @property
    def pk(self) -> int:
        return self.session.pk

    @property
    def mark(self) -> str:
        return mark(self.session)

    @property
    def times(self) -> str:
        """The hours as typed, "09:00–10:30"."""
        return "–".join(f"{time:%H:%M}" for time in (self.starts_at, self.ends_at) if time)

    @property
    def other_date(self) -> dt.date | None:
        """The date on which it starts, where that is not the day it stands under."""
        return self.starts_at.date() if self.starts_at and self.day and self.starts_at.date() != self.day else None

    def line(self) -> Iterator["Row"]:
        """Itself and what it stands under."""
        here: Row | None = self
        while here:
            yield here
            here = here.above

    def below(self) -> Iterator["Row"]:
        """Everything under it."""
        for group in self.groups:
            yield group
            yield from group.below()


@dataclass
class Plan:
    """The days of an event, each with its sessions in order; what has no day comes last, under None."""

    days: dict[dt.date | None, list[Row]]
    rows: dict[int, Row]

    @property
    def warnings(self) -> int:
        return sum(len(row.warnings) for row in self.rows.values())

    def siblings(self, row: Row) -> list[Row]:
        """What stands beside it, itself included, in order."""
        return row.above.groups if row.above else self.days[row.day]

    def from_on(self, row: Row) -> list[Row]:
        """It and whatever of its day starts at the same time or later, with their groups; nothing without a time."""
        if not row.starts_at:
            return []
        starts = row.starts_at.timestamp()
        return [
            one
            for one in self.rows.values()
            if one.day == row.day and one.starts_at and one.starts_at.timestamp() >= starts
        ]


def plan(event: Event) -> Plan:
    """Return the programme of `event`, in two queries."""
    zone = event.zone
    rows: dict[int, Row] = {}
    for session in event.sessions.in_programme_order():
        session.event = event
        starts_at, ends_at = (time and time.astimezone(zone) for time in (session.starts_at, session.ends_at))
        rows[session.pk] = Row(
            session, starts_at, ends_at, session.programme_day or (starts_at.date() if starts_at else None)
        )
    days: dict[dt.date | None, list[Row]] = defaultdict(list)
    for row in rows.values():
        row.above = rows.get(row.session.parent_id) if row.session.parent_id else None
        if row.above:
            row.above.groups.append(row)
    for row in rows.values():
        if row.above:
            row.day = row.day or next((one.day for one in row.line() if one.day), None)
        else:
            days[row.day].append(row)
    found = Plan({day: days[day] for day in sorted((day for day in days if day), key=str)}, rows)
    if None in days:
        found.days[None] = days[None]
    for beside in (*found.days.values(), *(row.groups for row in rows.values() if row.groups)):
        beside[0].is_first = beside[-1].is_last = True
    _warn(found, event)
    return found


def mark(session: Session) -> str:
    """Return a short word that changes with anything the programme says of a session: what a form was made from."""
    said = (
        *(session.title, str(session.kind), session.number, session.room, session.parent_id, session.position),
        *(session.starts_at and session.starts_at.timestamp(), session.ends_at and session.ends_at.timestamp()),
        session.programme_day,
    )
    return hashlib.sha256(repr(said).encode(errors="surrogatepass")).hexdigest()[:12]


def mark_of(rows: Iterable[Row]) -> str:
    """Return the mark of several rows together."""
    return hashlib.sha256(" ".join(row.mark for row in rows).encode()).hexdigest()[:12]


def _warn(found: Plan, event: Event) -> None:
    holds_rooms = {row.above.pk for row in found.rows.values() if row.above and row.session.room}
    for row in found.rows.values():
        if not row.starts_at and not row.above:
            row.warnings.append("No time yet.")
        elif row.starts_at and not row.ends_at:
            row.warnings.append("No end yet.")
        if not row.session.room and row.pk not in holds_rooms and event.mode != Event.Mode.ONLINE:
            row.warnings.append("No room yet.")
    in_room: dict[str, list[Row]] = defaultdict(list)
    for row in found.rows.values():
        if row.session.room:
            in_room[" ".join(row.session.room.casefold().split())].append(row)
    for rows in in_room.values():
        for one, other in _overlapping(rows):
            one.warnings.append(f"Same room as “{other.session}” at the same time.")
            other.warnings.append(f"Same room as “{one.session}” at the same time.")
    busy: dict[int, dict[int, Row]] = defaultdict(dict)
    names: dict[int, str] = {}
    named = event.sessions.filter(roles__isnull=False).order_by()
    roles = named.values_list("pk", "roles__participation", "roles__participation__person__name")
    for session, participation, name in roles:
        if session in found.rows:
            busy[participation][session] = found.rows[session]
            names[participation] = name
    for participation, at in busy.items():
        for one, other in _overlapping(at.values()):
            one.warnings.append(f"{names[participation]} also has a role in “{other.session}” at the same time.")
            other.warnings.append(f"{names[participation]} also has a role in “{one.session}” at the same time.")


def _overlapping(rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Yield each two of `rows` that take place at once, but for a session and what stands under it."""
    timed = [(row.starts_at.timestamp(), row.ends_at.timestamp(), row) for row in rows if row.starts_at and row.ends_at]
    timed.sort(key=lambda one: one[:2])
    open_: list[tuple[float, float, Row]] = []
    for starts, ends, row in timed:
        open_ = [one for one in open_ if one[1] > starts]
        for _, _, other in open_:
            if row not in other.line() and other not in row.line():
                yield other, row
        if ends > starts:
            open_.append((starts, ends, row))
