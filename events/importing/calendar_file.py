"""iCalendar files (RFC 5545), as calendars and conference programs export them.

Only what a programme needs is read, line by line: a library that builds every property takes nine seconds for a large
conference. Zones are looked up by name: one defined in the file itself is not followed, since its rules may repeat
without end. Nor is a repetition: the few that a programme has (the same coffee on each day) are written out here.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from events.importing import times, words
from events.importing.agenda import MAX_SESSIONS, Agenda, AgendaError, AgendaSession
from events.importing.structures import HOSTILE, decoded
from events.importing.times import Clock

MAX_LINES = 60_000
MAX_LINE = 200_000  # characters of one property, once its folded lines are put together
MAX_REPEATS = 60
MAX_NESTING = 5
_NEEDED = frozenset(
    (
        *("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "CATEGORIES", "STATUS", "RELATED-TO", "ATTENDEE"),
        *("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
        *("TZID", "X-LIC-LOCATION", "X-WR-CALNAME", "X-WR-TIMEZONE"),
    )
)
_NAME = re.compile(r"[A-Za-z0-9-]{1,60}(?=[;:])")
_PARAMETER = re.compile(r";([A-Za-z0-9-]{1,60})=(\"[^\"]*\"|[^;:\"]*)")
_ESCAPE = re.compile(r"\\(.)")
_RULE = re.compile(r"[A-Z0-9=;:,+\-]{1,500}")
_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?")
_LENGTH = re.compile(r"\+?P(?:(\d{1,3})W)?(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?")


class Property(NamedTuple):
    """A property of an entry: its value with the escapes in it, and its parameters."""

    value: str
    parameters: dict[str, str]

    @property
    def text(self) -> str:
        return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)


class Part(NamedTuple):
    """A calendar, an entry or a zone, with those of its properties that are read."""

    name: str
    properties: dict[str, list[Property]]

    def first(self, name: str) -> Property | None:
        return next(iter(self.properties.get(name, ())), None)

    def text(self, name: str) -> str:
        found = self.first(name)
        return found.text if found else ""

    def joined(self, name: str) -> str:
        """The values of a property that may come several times."""
        return ",".join(one.value for one in self.properties.get(name, ()))


def looks_like(data: bytes) -> bool:
    return data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").upper().startswith(b"BEGIN:VCALENDAR")


def from_text(data: bytes, agenda: Agenda, clock: Clock) -> None:
    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"\n[ \t]", "", text)  # folded lines, before anything else looks at them
    lines = text.split("\n")
    if len(lines) > MAX_LINES or max(map(len, lines)) > MAX_LINE:
        raise AgendaError(HOSTILE.format("lines without end"))
    parts = list(_parts(lines))
    calendar = next((one for one in parts if one.name == "VCALENDAR"), Part("VCALENDAR", {}))
    entries = [one for one in parts if one.name == "VEVENT"]
    if len(entries) > MAX_SESSIONS:
        raise AgendaError(
            f"This calendar has more than {MAX_SESSIONS:,} entries. Export one event, or one day, at once."
        )
    zones = {one.text("TZID"): one.text("X-LIC-LOCATION") for one in parts if one.name == "VTIMEZONE"}
    agenda.title = words.line(calendar.text("X-WR-CALNAME"))
    clock.set_zone(calendar.text("X-WR-TIMEZONE"))
    _read(entries, agenda, clock, {name: known for name, known in zones.items() if known})


def _parts(lines: list[str]) -> Iterator[Part]:
    """Yield each part of a calendar when it begins; its properties are there once all are read."""
    stack: list[Part] = []
    for line in lines:
        head = line[:6].upper()
        if head == "BEGIN:":
            if len(stack) == MAX_NESTING:
                raise AgendaError(HOSTILE.format("parts inside one another without end"))
            stack.append(Part(line[6:].strip().upper(), {}))
            yield stack[-1]
        elif head.startswith("END:"):
            if not stack or stack.pop().name != line[4:].strip().upper():
                raise AgendaError("This calendar is damaged and cannot be read. Export it again.")
        elif stack and (found := _NAME.match(line)) and found[0].upper() in _NEEDED:
            stack[-1].properties.setdefault(found[0].upper(), []).append(_property(line, found.end()))
    if stack:
        raise AgendaError("This calendar is damaged: its end is missing. Export it again.")


def _property(line: str, place: int) -> Property:
    parameters: dict[str, str] = {}
    while len(parameters) < 50 and (found := _PARAMETER.match(line, place)):
        parameters[found[1].upper()] = found[2].strip('"')
        place = found.end()
    return Property(line[place:].removeprefix(":"), parameters)


def _read(entries: list[Part], agenda: Agenda, clock: Clock, zones: dict[str, str]) -> None:
    by_uid: dict[str, AgendaSession] = {}
    moved: set[tuple[str, str]] = set()  # repetitions that stand in the file by themselves
    for entry in entries:
        if entry.first("RECURRENCE-ID"):
            moved.add((entry.text("UID"), _stamp(entry, "RECURRENCE-ID")))
    above: list[tuple[AgendaSession, str]] = []
    unknown: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        place = f"event {number}"
        title = words.line(entry.text("SUMMARY"))
        if entry.text("STATUS").upper() == "CANCELLED":
            agenda.warnings.append(f"“{title}” is marked as cancelled and was left out ({place}).")
            continue
        if not title:
            agenda.warnings.append(f"An entry without a title was left out ({place}).")
            continue
        starts_at, day = _time(entry, "DTSTART", clock, zones, unknown)
        ends_at, _ = _time(entry, "DTEND", clock, zones, unknown)
        if starts_at and ends_at is None and (length := _length(entry)) is not None:
            ends_at = times.later(starts_at, length)
        if starts_at is None and day is None:
            agenda.warnings.append(f"“{title}” has no time that can be read ({place}).")
        uid = words.line(entry.text("UID"))[:150]
        repetition = _stamp(entry, "RECURRENCE-ID")
        session = AgendaSession(
            title=title,
            place=place,
            foreign_id=f"{uid}#{repetition}" if repetition else uid,
            kind=words.kind_of(entry.text("CATEGORIES"), title),
            starts_at=starts_at,
            ends_at=ends_at,
            programme_day=day,
            room=words.line(entry.text("LOCATION")),
            body=words.text(entry.text("DESCRIPTION")),
        )
        session.speakers = _chairs(entry, session)
        times.ends_after(session, agenda)
        by_uid.setdefault(uid, session)
        related = words.line(entry.text("RELATED-TO"))
        if related:
            above.append((session, related))
        agenda.sessions.append(session)
        if entry.first("RRULE") or entry.first("RDATE"):
            agenda.sessions += _repeated(session, entry, agenda, clock, {at for of, at in moved if of == uid})
    for session, uid in above:
        holder = by_uid.get(uid)
        if holder and holder is not session and session in agenda.sessions and holder in agenda.sessions:
            agenda.sessions.remove(session)
            holder.groups.append(session)
    agenda.warnings += [
        f"The time zone “{name}” is not known by that name: its hours are taken for those of {clock.zone.key}."
        for name in sorted(unknown)[:5]
    ]


def _stamp(entry: Part, name: str) -> str:
    found = _STAMP.search(entry.text(name))
    return found[0] if found else ""


def _time(entry: Part, name: str, clock: Clock, zones, unknown) -> tuple[dt.datetime | None, dt.date | None]:
    """Return the moment of a property, or the day where it has only that."""
    value = entry.first(name)
    found = _STAMP.search(entry.text(name))
    if value is None or not found:
        return None, None
    try:
        day = dt.date(int(found[1]), int(found[2]), int(found[3]))
        if found[4] is None:
            return None, day if day.year in times.YEARS else None
        when = dt.datetime.combine(day, dt.time(int(found[4]), int(found[5]), min(int(found[6]), 59)))
    except ValueError:
        return None, None
    if found[7]:
        # Programs write moments in UTC whatever the zone of the calendar: that is no contradiction.
        return clock.utc(when), None
    name_of_zone = value.parameters.get("TZID", "")
    if not name_of_zone:
        return clock.moment(when), None
    zone = times.find_zone(zones.get(name_of_zone, name_of_zone)) or times.find_zone(
        WINDOWS_TO_OLSON.get(name_of_zone.strip(), "")
    )
    if zone is None:
        unknown.add(words.line(name_of_zone)[:80])
        return clock.local(when, clock.zone), None
    return clock.moment(when, zone), None


def _length(entry: Part) -> dt.timedelta | None:
    found = _LENGTH.fullmatch(entry.text("DURATION").strip())
    if not found or not any(found.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in found.groups())
    length = dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return length if length <= dt.timedelta(days=14) else None


def _chairs(entry: Part, session: AgendaSession) -> list:
    """Return who chairs. Others whom a calendar invites are not speakers, and may not wish to be named."""
    asked = entry.properties.get("ATTENDEE", [])[:100]
    named = [one.parameters.get("CN", "") for one in asked if one.parameters.get("ROLE", "").upper() == "CHAIR"]
    return [found for name in named if "@" not in name and (found := words.speaker(name, session, "chair"))]


def _repeated(
    session: AgendaSession, entry: Part, agenda: Agenda, clock: Clock, moved: set[str]
) -> list[AgendaSession]:
    """Return the further days of what repeats daily or weekly a known number of times; of anything else, none."""
    rule = entry.text("RRULE").upper()
    if not _RULE.fullmatch(rule) or entry.first("RDATE"):
        rule = ""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    frequency = parts.pop("FREQ", "")
    if frequency in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise AgendaError(HOSTILE.format("an entry that repeats within the day"))
    number, until = parts.pop("COUNT", ""), times.day(parts.pop("UNTIL", "")[:8])
    interval = parts.pop("INTERVAL", "1")
    parts.pop("WKST", None)
    step = {"DAILY": 1, "WEEKLY": 7}.get(frequency, 0)
    plain = step and not parts and interval.isdigit() and 0 < int(interval[:4]) < 100
    if not plain or not session.starts_at or (not number.isdigit() and not until):
        agenda.warnings.append(f"“{session.title}” repeats ({session.place}): only its first date is read.")
        return []
    count = int(number[:6]) if number.isdigit() else MAX_REPEATS + 2
    last = until or dt.date.max
    left_out = {found[0] for found in _STAMP.finditer(entry.joined("EXDATE")[:MAX_LINE])} | moved
    days_left_out = {stamp[:8] for stamp in left_out}
    wall = session.starts_at.replace(tzinfo=None)
    length = session.ends_at.timestamp() - session.starts_at.timestamp() if session.ends_at else None
    found = []
    for repeat in range(1, count):
        if repeat > MAX_REPEATS:
            raise AgendaError(
                f"“{session.title}” repeats more than {MAX_REPEATS} times. Delete the repetition in the calendar."
            )
        then = wall + dt.timedelta(days=step * int(interval) * repeat)
        if then.date() > last:
            break
        if f"{then:%Y%m%d}" in days_left_out:
            continue
        starts_at = clock.local(then, clock.event_zone)
        found.append(
            AgendaSession(
                title=session.title,
                place=f"{session.place}, repeated",
                foreign_id=session.foreign_id and f"{session.foreign_id}#{then:%Y%m%dT%H%M%S}",
                kind=session.kind,
                starts_at=starts_at,
                ends_at=times.later(starts_at, dt.timedelta(seconds=length)) if length is not None else None,
                room=session.room,
                body=session.body,
                speakers=list(session.speakers),
            )
        )
    return found
