"""The programme of an event as a page shows it: by day, sessions with their groups, people who may be named."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from events.models import Role, Session


@dataclass
class Entry:
    """A session or breakout group, what may be shown of its people, and the groups under it."""

    session: Session
    day: dt.date | None
    people: list[dict] = field(default_factory=list)
    groups: list["Entry"] = field(default_factory=list)
    level: int = 3

    @property
    def kind(self) -> str:
        """What it is called in the programme: “Breakout group 2”."""
        return self.session.label or self.session.get_kind_display()

    @property
    def other_date(self) -> dt.date | None:
        """The date on which it starts where that is not the day it stands under, as after midnight."""
        if not self.session.starts_at:
            return None
        date = self.session.starts_at.astimezone(self.session.event.zone).date()
        return date if self.day and date != self.day else None


def person(role: Role) -> dict:
    """Return how to name someone in their role; `role` comes from `public()`."""
    byline = role.byline
    return {
        "name": byline.name,
        "position": byline.position,
        "affiliation": byline.affiliation,
        "role": role.get_role_display(),
    }


def programme(sessions: Iterable[Session], roles: Iterable[Role]) -> list[tuple[dt.date | None, list[Entry]]]:
    """Return (day, entries) in order; both come from `public()`, sessions in programme order, with their event."""
    entries = {session.pk: Entry(session, session.day) for session in sessions}
    for role in roles:
        if role.session_id in entries:
            entries[role.session_id].people.append(person(role))
    days: dict[dt.date | None, list[Entry]] = {}
    for entry in entries.values():
        if entry.session.parent_id in entries:
            entries[entry.session.parent_id].groups.append(entry)
        else:
            days.setdefault(entry.day, []).append(entry)
    dated = sorted(day for day in days if day)
    _settle((entry for day in days.values() for entry in day), level=4 if dated else 3)
    return [(day, days[day]) for day in (*dated, *([None] if None in days else []))]


def _settle(entries: Iterable[Entry], level: int, day: dt.date | None = None) -> None:
    """Give entries the level of their headings; groups stand under the day of the session above them."""
    for entry in entries:
        entry.level, entry.day = level, day or entry.day
        _settle(entry.groups, level + 1, entry.day)
