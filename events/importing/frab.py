"""The schedule of frab and pretalx, as JSON and as XML: the same conference, days, rooms and events in two clothes."""

import datetime as dt

from events.importing import times, words
from events.importing.agenda import MAX_SPEAKERS, Agenda, AgendaSession
from events.importing.structures import Element, as_dict, dicts
from events.importing.times import Clock


def is_json(found) -> bool:
    return isinstance(found, dict) and isinstance(as_dict(found.get("schedule")).get("conference"), dict)


def is_xml(root: Element) -> bool:
    return root.name == "schedule"


def from_json(found, agenda: Agenda, clock: Clock) -> None:
    """Read {"schedule": {"conference": {…, "days": [{"date", "day_start", "rooms": {name: [event, …]}}]}}}."""
    conference = as_dict(as_dict(found["schedule"]).get("conference"))
    agenda.title = words.line(conference.get("title"))
    clock.set_zone(conference.get("time_zone_name"))
    number = 0
    for day in dicts(conference.get("days")):
        date, day_start = times.day(day.get("date")), _clock_of(day.get("day_start"))
        for room, events in as_dict(day.get("rooms")).items():
            for event in dicts(events):
                number += 1
                persons = [
                    (
                        one.get("public_name") or one.get("full_public_name") or one.get("name"),
                        one.get("role") or one.get("event_role") or "",
                        one.get("affiliation") or one.get("organization") or "",
                    )
                    for one in dicts(event.get("persons"))[:MAX_SPEAKERS]
                ]
                # 1) what names it for good, 2) what at least numbers it
                foreign_id = event.get("guid") or event.get("code") or event.get("id")
                fields = {name: event.get(name) for name in _FIELDS}
                _add(agenda, clock, f"event {number}", fields, foreign_id, room, date, day_start, persons)


def from_xml(root: Element, agenda: Agenda, clock: Clock) -> None:
    """Read <schedule><conference/><day date start><room name><event guid id>…</event></room></day></schedule>."""
    conference = root.first("conference")
    agenda.title = words.line(conference.words("title"))
    clock.set_zone(conference.words("time_zone_name"))
    number = 0
    for day in root.all("day"):
        date, day_start = times.day(day.attributes.get("date", "")), _clock_of(day.attributes.get("start"))
        for room in day.all("room"):
            for event in room.all("event"):
                number += 1
                persons = [
                    (one.text, one.attributes.get("role", ""), one.attributes.get("affiliation", ""))
                    for one in event.first("persons").all("person")[:MAX_SPEAKERS]
                ]
                foreign_id = event.attributes.get("guid") or event.attributes.get("code") or event.attributes.get("id")
                fields = {name: event.words(name) for name in _FIELDS}
                place, where = f"event {number}", room.attributes.get("name", "")
                _add(agenda, clock, place, fields, foreign_id, where, date, day_start, persons)


_FIELDS = ("title", "subtitle", "type", "track", "date", "start", "duration", "room", "abstract", "description")


def _add(agenda, clock, place, fields, foreign_id, room, date, day_start, persons) -> None:
    title = words.line(fields["title"])
    if not title:
        agenda.warnings.append(f"An entry without a title was left out ({place}).")
        return
    subtitle = words.line(fields["subtitle"])
    parts = [words.text(fields[name]) for name in ("abstract", "description")]
    session = AgendaSession(
        title=f"{title}: {subtitle}" if subtitle else title,
        place=place,
        foreign_id=words.line(foreign_id)[:200],
        kind=words.kind_of(words.line(fields["type"]), title),
        room=words.line(fields["room"] or room),
        programme_day=date,
        body="\n\n".join(dict.fromkeys(part for part in parts if part)),
    )
    session.starts_at = _start(clock, fields, date, day_start)
    length = times.duration(fields["duration"] if fields["duration"] is not None else "")
    if session.starts_at is None:
        agenda.warnings.append(f"“{title}” has no time that can be read ({place}).")
    elif length is not None:
        session.ends_at = times.later(session.starts_at, length)
    session.speakers = [one for name, role, of in persons if (one := words.speaker(name, session, role, of))]
    agenda.sessions.append(session)


def _start(clock: Clock, fields: dict, date: dt.date | None, day_start: dt.time) -> dt.datetime | None:
    """Return when an event starts: its full date, else its hour, which before the day begins is of the next date."""
    full = str(fields["date"] or "")
    if "T" in full:
        return clock.iso(full)
    hour = times.clock_time(fields["start"] or "")
    date = times.day(full) or date
    if hour is None or date is None:
        return None
    if hour < day_start:
        date += dt.timedelta(days=1)
    return clock.moment(dt.datetime.combine(date, hour))


def _clock_of(value) -> dt.time:
    """Return the hour at which a day of the programme begins: 04:00 in frab's own words where it is not said."""
    words_ = str(value or "")
    try:
        begins = dt.datetime.fromisoformat(words_).time()
    except ValueError:
        begins = times.clock_time(words_) or dt.time(4)
    return begins if begins <= dt.time(9) else dt.time(4)
