"""Indico's exports over HTTP as JSON: of an event with its sessions and contributions, and of a timetable."""

import datetime as dt

from events.importing import times, words
from events.importing.agenda import MAX_SPEAKERS, Agenda, AgendaSession
from events.importing.structures import as_dict, dicts
from events.importing.times import Clock
from events.models import Session

_PEOPLE = (
    ("presenters", ""),
    ("speakers", ""),
    ("conveners", "chair"),
    ("chairs", "chair"),
)


def is_json(found) -> bool:
    return isinstance(found, dict) and "results" in found and isinstance(found["results"], (dict, list))


def from_json(found, agenda: Agenda, clock: Clock) -> None:
    """Read {"results": [event]} or, of a timetable, {"results": {event id: {day: {entry id: entry}}}}."""
    results = found["results"]
    if isinstance(results, list):
        for event in dicts(results)[:1]:
            _event(event, agenda, clock)
        if len(results) > 1:
            agenda.warnings.append("The file holds several events: only the first is read. Export them one by one.")
        return
    for days in list(as_dict(results).values())[:1]:
        for day in as_dict(days).values():
            agenda.sessions += _entries(day, agenda, clock)


def _event(event: dict, agenda: Agenda, clock: Clock) -> None:
    agenda.title = words.line(event.get("title"))
    clock.set_zone(event.get("timezone"))
    by_key: dict[str, AgendaSession] = {}
    for number, entry in enumerate(dicts(event.get("sessions")), start=1):
        session = _session(entry, f"session {number}", "session", agenda, clock)
        if session is None:
            continue
        by_key.setdefault(session.title.casefold(), session)
        agenda.sessions.append(session)
        for inner, talk in enumerate(dicts(entry.get("contributions")), start=1):
            found = _session(talk, f"session {number}, contribution {inner}", "contribution", agenda, clock)
            session.groups += [found] if found else []
    for number, entry in enumerate(dicts(event.get("contributions")), start=1):
        found = _session(entry, f"contribution {number}", "contribution", agenda, clock)
        if found is None:
            continue
        above = entry.get("session")
        above = above.get("title") if isinstance(above, dict) else above
        holder = by_key.get(words.line(above).casefold()) if above else None
        (holder.groups if holder else agenda.sessions).append(found)


def _entries(entries, agenda: Agenda, clock: Clock, above: str = "", level: int = 1) -> list[AgendaSession]:
    found = []
    ordered = sorted(dicts(entries), key=lambda entry: str(sorted(as_dict(entry.get("startDate")).items())))
    for number, entry in enumerate(ordered, start=1):
        kind = words.line(entry.get("entryType")).casefold()
        session = _session(entry, f"{above}entry {number}", kind, agenda, clock)
        if session is None:
            continue
        if kind == "break":
            session.kind = Session.Kind.SOCIAL
        if entry.get("entries"):
            session.groups = _entries(entry["entries"], agenda, clock, f"{session.title}, ", level + 1)
        found.append(session)
    return found


def _session(entry: dict, place: str, sort: str, agenda: Agenda, clock: Clock) -> AgendaSession | None:
    title, slot = words.line(entry.get("title")), words.line(entry.get("slotTitle"))
    if not title and not slot:
        agenda.warnings.append(f"An entry without a title was left out ({place}).")
        return None
    if slot and slot != title:
        title = f"{title}: {slot}" if title else slot
    session = AgendaSession(
        title=title,
        place=place,
        foreign_id=_id(entry, sort),
        kind=words.kind_of(words.line(entry.get("type")), title),
        room=words.line(entry.get("room") or entry.get("roomFullname") or entry.get("location")),
        body=words.text(entry.get("description")),
    )
    session.starts_at, session.ends_at = _moment(entry.get("startDate"), clock), _moment(entry.get("endDate"), clock)
    if session.starts_at is None:
        agenda.warnings.append(f"“{title}” has no time that can be read ({place}).")
    length = times.duration(entry.get("duration") or "")
    if session.starts_at and not session.ends_at and length:
        session.ends_at = times.later(session.starts_at, length)
    people = {}
    for name, role in _PEOPLE:
        for one in dicts(entry.get(name))[:MAX_SPEAKERS]:
            who = words.speaker(_name(one), session, role, one.get("affiliation"))
            if who:
                people[who.name, who.role] = who
    session.speakers = list(people.values())
    return session


def _id(entry: dict, sort: str) -> str:
    for name in ("uniqueId", "friendly_id", "db_id", "sessionSlotId", "contributionId", "sessionId", "id"):
        value = entry.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value):
            return words.line(f"{sort}-{value}")[:200]
    return ""


def _name(person: dict) -> str:
    first, last = (words.line(person.get(one) or person.get(two)) for one, two in _NAMES)
    if first or last:
        return f"{first} {last}".strip()
    name = words.line(person.get("fullName") or person.get("name"))
    if name.count(",") == 1:  # "Last, First"
        last, first = (part.strip() for part in name.split(","))
        return f"{first} {last}".strip()
    return name


_NAMES = (("first_name", "firstName"), ("last_name", "familyName"))


def _moment(value, clock: Clock) -> dt.datetime | None:
    """Read {"date": "2026-03-03", "time": "09:00:00", "tz": "America/Santiago"}: the hour is that of `tz`."""
    value = as_dict(value)
    date, hour = times.day(value.get("date") or ""), times.clock_time(value.get("time") or "")
    if date is None or hour is None:
        return None
    return clock.moment(dt.datetime.combine(date, hour), times.find_zone(str(value.get("tz") or "")))
