"""The one shape every agenda is read into: a tree of sessions with rooms, times and people, and what was noticed."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from events.attribution import MAX_DEPTH
from events.models import Session

MAX_SESSIONS = 2_000
MAX_SPEAKERS = 100  # of one session
MAX_TEXT = 20_000  # characters of a description


class AgendaError(Exception):
    """The file cannot be taken; the message says why in plain words, and what to do."""


@dataclass(frozen=True)
class Speaker:
    """Somebody named at a session; `role` is one of `Role.Role`."""

    name: str
    role: str
    affiliation: str = ""


@dataclass
class AgendaSession:
    """A session as the file has it. Times are aware; `programme_day` is the day it is printed under."""

    title: str
    place: str  # where it stands in the file, for whoever looks it up: "line 12", "event 7"
    foreign_id: str = ""
    kind: str = Session.Kind.OTHER
    number: str = ""
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    programme_day: dt.date | None = None
    room: str = ""
    body: str = ""
    speakers: list[Speaker] = field(default_factory=list)
    groups: list["AgendaSession"] = field(default_factory=list)
    id_is_shared: bool = False  # other sessions of the file have the same id, so it says nothing


@dataclass
class Agenda:
    """What a file holds: sessions as a tree, the zone it names ("" if none), and warnings in plain words."""

    source: str  # what wrote it, as stored with the ids: "ical", "frab", "indico", "table"
    title: str = ""
    time_zone: str = ""
    sessions: list[AgendaSession] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def walk(self) -> Iterator[tuple[AgendaSession, AgendaSession | None]]:
        """Yield each session with the one it stands under, parents first."""

        def below(sessions, above):
            for session in sessions:
                yield session, above
                yield from below(session.groups, session)

        yield from below(self.sessions, None)

    def finish(self) -> "Agenda":
        """Check what holds for the whole file, whatever its format, and return the agenda itself."""
        everything = [session for session, _ in self.walk()]
        if not everything:
            raise AgendaError("No session was found in this file.")
        if len(everything) > MAX_SESSIONS:
            raise AgendaError(
                f"This file has more than {MAX_SESSIONS:,} sessions. Export one event, or one day, at once."
            )
        self._flatten(self.sessions, 1)
        self.find_shared_ids()
        self._settle_breakouts()
        return self

    def _flatten(self, sessions: list[AgendaSession], level: int) -> None:
        for session in sessions:
            if level == MAX_DEPTH and session.groups:
                self.warnings.append(
                    f"“{session.title}” has groups under groups under groups; programmes nest {MAX_DEPTH} deep, so "
                    "they stand beside it."
                )
                flat, queue = [], list(session.groups)
                while queue:
                    one = queue.pop(0)
                    queue, one.groups = one.groups + queue, []
                    flat.append(one)
                session.groups = []
                place = sessions.index(session) + 1
                sessions[place:place] = flat
                return self._flatten(sessions, level)
            self._flatten(session.groups, level + 1)
        return None

    def find_shared_ids(self) -> None:
        """Mark the sessions whose id is not theirs alone."""
        everything = [session for session, _ in self.walk()]
        numbers = Counter(session.foreign_id for session in everything if session.foreign_id)
        shared = {foreign_id for foreign_id, number in numbers.items() if number > 1}
        for session in everything:
            session.id_is_shared = session.foreign_id in shared
        if shared:
            self.warnings.append(
                f"{sum(numbers[one] for one in shared)} sessions share an id with another one of this file. Their ids "
                "are not relied on; they are recognised by start and title."
            )

    def _settle_breakouts(self) -> None:
        """Put breakout groups that the file lists by themselves under the session that holds them, where one does."""
        loose = [one for one in self.sessions if one.kind == Session.Kind.BREAKOUT_GROUP]
        holders = [
            one
            for one in self.sessions
            if one.kind != Session.Kind.BREAKOUT_GROUP and "breakout" in one.title.casefold()
        ]
        for group in loose:
            holder = next((one for one in holders if _holds(one, group)), None)
            if holder is None:
                group.kind = Session.Kind.WORKING_GROUP  # a breakout group stands under a session
            else:
                self.sessions.remove(group)
                holder.groups.append(group)


def _holds(one: AgendaSession, group: AgendaSession) -> bool:
    if not (one.starts_at and one.ends_at and group.starts_at):
        return False
    return one.starts_at <= group.starts_at < one.ends_at and (group.ends_at or group.starts_at) <= one.ends_at
