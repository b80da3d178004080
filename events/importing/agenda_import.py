"""An agenda brought into an event: sessions, known again by id or by start and title, and who does what in them."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.formats import date_format

from events.attribution import MAX_DEPTH
from events.importing import agenda_table, reader
from events.importing.agenda import Agenda, AgendaError, AgendaSession, Speaker
from events.importing.times import Clock
from events.models import Event, Participation, Role, Session
from events.naming import NameCheck
from events.workflow import settle_visibility
from participants.importing.columns import normal
from participants.importing.container import Unreadable
from participants.importing.honorifics import take_off
from participants.importing.kinds import Candidate, Kind, Row
from participants.importing.ledger import Ledger
from participants.matching import KnownPeople, Rank
from participants.models import Person
from participants.text import normalise

LABELS = {
    "title": "Title",
    "number": "Number",
    "starts_at": "Starts",
    "ends_at": "Ends",
    "programme_day": "Day of the programme",
    "room": "Room",
    "body": "Description",
    "parent_id": "Stands under",
}
COLUMNS = [*LABELS, "foreign_id", "foreign_source"]


class AgendaImport(Kind):
    """An id counts where it is one session's alone and does not contradict start and title; else these two decide.

    A session that agrees in one of the two only is in doubt. What the file does not say is left as it is, and nothing
    is deleted: what is missing in the file is listed. People are looked for among those who take part in this event,
    by their exact name; anybody else is new, whatever other events know.
    """

    name = "agenda"
    label = "Agenda"
    plural = "sessions"
    fields = agenda_table.FIELDS
    accept = ".ics,.json,.xml,.csv,.tsv,.txt,.xlsx"
    help_text = f"{reader.KNOWN}. Several times over: what is there already is known again."

    def __init__(self, target, by, options=None):
        super().__init__(target, by, options)
        self.agenda: Agenda | None = None
        self.warnings: list[str] = []

    @classmethod
    def targets(cls, user):
        return Event.objects.editable_by(user)

    @classmethod
    def back(cls, target):
        return reverse("admin:events_event_programme", args=[target.pk])

    @classmethod
    def institution(cls, target):
        convener = target.event_partners.filter(role="convener").select_related("organisation").first()
        return convener.organisation if convener else None

    @classmethod
    def option_fields(cls, target):
        return {
            "leave_out_offsets": forms.BooleanField(
                required=False,
                label="The hours in the file are right, its offsets are not",
                help_text="Only where a preview said that time zone and offsets contradict each other.",
            ),
            "leave_out_people": forms.BooleanField(
                required=False,
                label="Leave out the people",
                help_text="Else they become participants, listed nowhere, with their roles in the sessions.",
            ),
        }

    def title(self, row):
        session = row.clean.get("session")
        return session.title if session else row.values.get("title", "")

    # Reading

    def records(self, data, name):
        if not reader.is_no_table(data):
            return None
        try:
            self.agenda = reader.read(
                data, name, self.target.time_zone, trusts_offsets=not self.options.get("leave_out_offsets")
            )
        except AgendaError as error:
            raise Unreadable(str(error)) from None
        rows, of = [], {}
        for number, (session, above) in enumerate(self.agenda.walk(), start=1):
            row = Row(number, self.as_values(session, above), clean={"session": session})
            row.clean["above"] = of.get(id(above))
            of[id(session)] = row
            rows.append(row)
        return rows

    def as_values(self, session: AgendaSession, above: AgendaSession | None) -> dict[str, str]:
        times = [f"{time:%H:%M}" if time else "" for time in (session.starts_at, session.ends_at)]
        return {
            "title": session.title,
            "day": session.programme_day.isoformat() if session.programme_day else "",
            "start": times[0],
            "end": times[1],
            "room": session.room,
            "kind": str(Session.Kind(session.kind).label),
            "under": above.title if above else "",
            "people": "; ".join(f"{one.name} ({Role.Role(one.role).label})" for one in session.speakers),
            "body": session.body,
            "id": session.foreign_id,
            "where": session.place,
        }

    def read(self, row):
        """Nothing for one row alone: hours, days and what stands under what are known from all of them."""

    def prepare(self, rows):
        if self.agenda is None:
            self.agenda = self.from_table(rows)
        self.warnings = list(self.agenda.warnings)
        self.event_sessions()
        self.people()
        names = NameCheck(self.target) if self.target.would_be_read() else None
        known = {text for one in self.there.values() for text in (one.title, one.body)}  # passed the guard, or waits
        for row in rows:
            if not row.problems:
                self.check(row)
            if names and (session := row.clean.get("session")):
                why = names.against(*(text for text in (session.title, session.body) if text not in known))
                row.problems += [why] if why else []
        self.pair([row for row in rows if not row.problems])

    def from_table(self, rows: list[Row]) -> Agenda:
        agenda = Agenda(source="table")
        clock = Clock(self.target.time_zone, agenda)
        agenda_table.sessions_of(
            [row for row in rows if not row.problems], clock, self.target.starts_on, self.target.ends_on
        )
        named: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if session := row.clean.get("session"):
                agenda.sessions.append(session)
                for words in {session.foreign_id, session.title, session.number} - {""}:
                    named[normal(words)].append(row)
        for row in rows:
            if words := row.values.get("under", "").strip():
                holders = [one for one in named.get(normal(words), []) if one is not row]
                if len(holders) == 1:
                    row.clean["above"] = holders[0]
                else:
                    row.problems.append(
                        f"{'Several sessions are' if holders else 'No session of this file is'} called “{words}”."
                    )
        agenda.find_shared_ids()
        clock.finish()
        return agenda

    def check(self, row: Row) -> None:
        """Note what the model would not take."""
        session, above, depth = row.clean["session"], row.clean.get("above"), 1
        while above is not None and depth <= MAX_DEPTH:
            depth, above = depth + 1, above.clean.get("above")
        if depth > MAX_DEPTH:
            row.problems.append(f"Groups nest {MAX_DEPTH} levels deep at most.")
        if session.kind == Session.Kind.BREAKOUT_GROUP and not row.clean.get("above"):
            session.kind = Session.Kind.WORKING_GROUP
        if session.ends_at and (not session.starts_at or session.ends_at.timestamp() < session.starts_at.timestamp()):
            row.problems.append("It ends before it starts.")
        made = Session(**self.said(session))
        try:
            made.clean_fields(exclude={"event", "parent"})
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                row.problems += [f"{LABELS.get(name, name)}: {message}" for message in messages]
        for one in session.speakers:
            try:
                Person(name=one.name).clean_fields(exclude={"user"})
            except ValidationError as error:
                row.problems += [f"“{one.name[:80]}”: {message}" for message in error.messages]

    def said(self, session: AgendaSession) -> dict[str, Any]:
        """Return the columns of a session that the file says something of."""
        columns = {
            "title": session.title,
            "number": session.number,
            "kind": session.kind,
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "room": session.room,
            "body": session.body,
        }
        starts_on = session.starts_at.date() if session.starts_at else None
        if session.programme_day and session.programme_day != starts_on:
            columns["programme_day"] = session.programme_day
        return {name: value for name, value in columns.items() if value not in ("", None)}

    # Comparing

    def event_sessions(self) -> None:
        self.there = {one.pk: one for one in self.target.sessions.select_related("parent").in_programme_order()}
        self.by_id: dict[str, list[Session]] = defaultdict(list)
        self.by_both: dict[tuple[float | None, str], list[Session]] = defaultdict(list)
        self.by_title: dict[str, list[Session]] = defaultdict(list)
        self.by_place: dict[tuple[float | None, str], list[Session]] = defaultdict(list)
        for one in self.there.values():
            if one.foreign_id and one.foreign_source == self.agenda.source:
                self.by_id[one.foreign_id].append(one)
            self.by_both[_moment(one), normal(one.title)].append(one)
            self.by_title[normal(one.title)].append(one)
            if one.starts_at and one.room:
                self.by_place[_place(one)].append(one)

    def people(self) -> None:
        self.named: dict[str, list[Participation]] = defaultdict(list)
        self.in_session: dict[int | None, set[str]] = defaultdict(set)
        if self.options.get("leave_out_people"):
            return
        for one in self.target.participations.select_related("person").prefetch_related("roles"):
            self.named[_name(one.person.name)].append(one)
            for role in one.roles.all():
                self.in_session[role.session_id].add(_name(one.person.name))
        self.known = KnownPeople()

    def pair(self, rows: list[Row]) -> None:
        """Find what each row is about: what is certain first, then what the rest may be."""
        taken: set[int] = set()
        for row in rows:
            session = row.clean["session"]
            by_both = self.by_both.get((_moment(session), normal(session.title)), [])
            if len(by_both) > 1:
                by_both = [one for one in by_both if normal(one.room) == normal(session.room)] or by_both
            by_id = [] if session.id_is_shared else self.by_id.get(session.foreign_id, [])
            agreeing = [one for one in by_id if self.agrees(one, session)]
            if len(by_both) == 1 and not (len(agreeing) == 1 and agreeing[0] is by_both[0]):
                if by_id and by_both[0] not in by_id:
                    row.notes.append("Its id was that of another session: start and title decide.")
                self.settle_on(row, by_both[0], taken)
            elif len(agreeing) == 1:
                self.settle_on(row, agreeing[0], taken)
            elif len(by_both) > 1:
                row.clean["doubt"] = ("Several sessions have its title and start.", by_both)
            elif by_id:
                row.clean["doubt"] = ("Its id is that of a session with another title and another start.", by_id)
        for row in rows:
            if "pair" in row.clean or "doubt" in row.clean:
                continue
            session = row.clean["session"]
            same_title = [one for one in self.by_title[normal(session.title)] if one.pk not in taken]
            same_place = [one for one in self.by_place[_place(session)] if one.pk not in taken] if session.room else []
            if same_title:
                row.clean["doubt"] = ("A session of this title stands at another time: was it moved?", same_title)
            elif same_place:
                row.clean["doubt"] = ("Another session stands in this room at this time: was it renamed?", same_place)

    def agrees(self, one: Session, session: AgendaSession) -> bool:
        same_title = normal(one.title) == normal(session.title)
        return same_title or (session.starts_at is not None and _moment(one) == _moment(session))

    def settle_on(self, row: Row, one: Session, taken: set[int]) -> None:
        row.clean["pair"] = one
        taken.add(one.pk)

    def match(self, row):
        if pair := row.clean.get("pair"):
            row.found = pair
        elif doubt := row.clean.get("doubt"):
            why, sessions = doubt
            row.is_in_doubt(why, (Candidate(f"s{one.pk}", f"It is {self.named_with_time(one)}") for one in sessions))
        for one in self.unknown(row):
            similar = [found for found in self.known.similar(one.name) if found.rank >= Rank.SAME]
            words = f"“{one.name}” is new here"
            row.notes.append(
                f"{words}; another event knows somebody of that name: merge the two if they are one."
                if similar
                else f"{words}."
            )

    def unknown(self, row: Row) -> list[Speaker]:
        if self.options.get("leave_out_people"):
            return []
        return [one for one in row.clean["session"].speakers if not self.named.get(_name(one.name))]

    def named_with_time(self, one: Session) -> str:
        return f"{one}, {self.in_words(one.starts_at)}" if one.starts_at else str(one)

    def take(self, row, key):
        if key in {one.key for one in row.candidates}:
            row.found = self.there.get(int(key.removeprefix("s")))

    def compare(self, row):
        session, found = row.clean["session"], row.found
        changes: dict[str, Any] = {}
        for name, value in self.said(session).items():
            before = getattr(found, name)
            if name != "kind" and _plain(before) != _plain(value):
                changes[name] = value
        if found.programme_day and session.starts_at and "programme_day" not in self.said(session):
            changes["programme_day"] = None
        above = row.clean.get("above")
        if above is not None and above.found is not None and above.found.pk != found.parent_id:
            changes["parent_id"] = above.found.pk
        row.clean["changes"] = changes
        differences = [
            (LABELS[name], self.shown(name, getattr(found, name)), self.shown(name, value))
            for name, value in changes.items()
        ]
        if new := self.new_roles(row):
            words = ", ".join(f"{one.name} ({Role.Role(one.role).label})" for one in new)
            differences.append(("People", "", words))
        return differences

    def new_roles(self, row: Row) -> list[Speaker]:
        """Who has no role in the session yet. One who has another one there keeps it: a person has seen to it."""
        if self.options.get("leave_out_people"):
            return []
        there = self.in_session.get(row.found.pk, set()) if row.found else set()
        found = {}
        for one in row.clean["session"].speakers:
            if _name(one.name) not in there and len(self.named.get(_name(one.name), [])) < 2:
                found.setdefault((_name(one.name), one.role), one)
        return list(found.values())

    def shown(self, name: str, value: Any) -> str:
        if isinstance(value, dt.datetime):
            return self.in_words(value)
        if name == "parent_id":
            return str(self.there[value]) if value else ""
        return date_format(value) if isinstance(value, dt.date) else str(value or "")

    def in_words(self, time: dt.datetime) -> str:
        return date_format(time.astimezone(self.target.zone), "j F Y, H:i")

    def notice(self):
        return "\n".join(self.warnings)

    def missing(self, rows):
        seen = {row.found.pk for row in rows if row.found is not None}
        seen |= {int(one.key[1:]) for row in rows for one in row.candidates}
        return [self.named_with_time(one) for pk, one in self.there.items() if pk not in seen]

    # Writing

    def write(self, rows, ledger):
        self.made: dict[int, Session] = {}
        new = [row for row in rows if row.found is None]
        while new:  # level by level, since what stands under another needs its key
            waiting = {id(row) for row in new}
            ready = [row for row in new if id(row.clean.get("above")) not in waiting]
            sessions = [self.session_of(row) for row in ready]
            ledger.make(sessions)
            self.made |= {id(row): session for row, session in zip(ready, sessions, strict=True)}
            new = [row for row in new if id(row) not in self.made]
        ledger.change([self.changed(row) for row in rows if row.found is not None], COLUMNS)
        if not self.options.get("leave_out_people"):
            self.write_people(rows, ledger)

    def session_of(self, row: Row) -> Session:
        session = row.clean["session"]
        above = row.clean.get("above")
        parent = (self.made.get(id(above)) or above.found) if above is not None else None
        columns = {name: _as_kept(value) for name, value in self.said(session).items()}
        one = Session(event=self.target, parent=parent, **columns, **self.id_of(session))
        if one.kind == Session.Kind.BREAKOUT_GROUP and parent is None:
            one.kind = Session.Kind.WORKING_GROUP  # what it stood under was left out
        one.position = min(row.line, 32_767)
        _validate(one)
        return one

    def changed(self, row: Row) -> Session:
        one, session = row.found, row.clean["session"]
        for name, value in row.clean.get("changes", {}).items():
            setattr(one, name, _as_kept(value))
        for name, value in self.id_of(session).items():
            setattr(one, name, value)
        one.event = self.target
        _validate(one)
        return one

    def id_of(self, session: AgendaSession) -> dict[str, str]:
        if not session.foreign_id or session.id_is_shared:
            return {}
        return {"foreign_id": session.foreign_id, "foreign_source": self.agenda.source}

    def write_people(self, rows: list[Row], ledger: Ledger) -> None:
        """Make participants of those named who take no part yet, and give each their role."""
        wanted = [(row, one) for row in rows for one in self.new_roles(row)]
        fresh: dict[str, Person] = {}
        for _, one in wanted:
            if not self.named.get(_name(one.name)):
                honorific, name = take_off(one.name)
                fresh.setdefault(_name(one.name), Person(name=name, honorific=honorific))
        affiliations = {_name(one.name): one.affiliation for _, one in reversed(wanted) if one.affiliation}
        ledger.make(list(fresh.values()))
        there = {
            name: Participation(
                event=self.target,
                person=person,
                affiliation=affiliations.get(name, "")[:300],
                recorded_under=self.target.attribution,
            )
            for name, person in fresh.items()
        }
        ledger.make(list(there.values()))
        roles = []
        for row, one in wanted:
            session = row.found or self.made[id(row)]
            known = self.named.get(_name(one.name))
            role = Role(
                participation=known[0] if known else there[_name(one.name)], session_id=session.pk, role=one.role
            )
            role.recorded_under = session.rule_now()
            roles.append(role)
        ledger.make(roles)

    def settle(self):
        settle_visibility(self.target)


def _validate(session: Session) -> None:
    """Raise for what forms would refuse. What a constraint says is left to the database, which is asked anyway."""
    session.clean_fields(exclude={"event", "parent"})
    session.clean()


def _moment(session: Session | AgendaSession) -> float | None:
    return session.starts_at.timestamp() if session.starts_at else None


def _place(session: Session | AgendaSession) -> tuple[float | None, str]:
    return _moment(session), normal(session.room)


def _name(name: str) -> str:
    """Return the form in which two names are exactly the same: no case, no honorific, spaces as one."""
    return " ".join(normalise(take_off(name)[1]).casefold().split())


def _as_kept(value: Any) -> Any:
    """Return a moment in UTC, as it comes back from the database: what was changed since is told by its text."""
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value


def _plain(value: Any) -> Any:
    return value.timestamp() if isinstance(value, dt.datetime) else value
