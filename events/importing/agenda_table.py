"""An agenda as a table has it: one session a row, dates and hours as people type them."""

import datetime as dt
import re
from collections.abc import Iterable

from events.importing import times, words
from events.importing.agenda import MAX_SPEAKERS, AgendaSession
from events.importing.times import Clock
from participants.importing.kinds import Field, Row

FIELDS = (
    Field("title", "Title", ("session", "session title", "name", "topic", "titre", "título", "titel", "agenda item",
          "item", "العنوان", "标题"), required=True),
    Field("foreign_id", "Id", ("session id", "identifier", "code", "uid", "guid"),
          hint="As the program has it that the table comes from: by it a session is known again."),
    Field("kind", "Kind", ("type", "session type", "format", "tipo", "art", "typ", "النوع", "类型")),
    Field("number", "Number", ("no", "nr", "número", "numéro")),
    Field("day", "Day", ("date", "jour", "fecha", "día", "datum", "tag", "التاريخ", "日期"),
          hint="Left empty, that of the row above."),
    Field("start", "Start", ("starts", "from", "begin", "begins", "time", "start time", "début", "heure", "inicio",
          "hora", "beginn", "uhrzeit", "الوقت", "时间"), hint="09:00, or 09:00–10:30."),
    Field("end", "End", ("ends", "to", "until", "end time", "fin", "ende")),
    Field("duration", "Duration", ("length", "minutes", "durée", "duración", "dauer"), hint="45, or 0:45."),
    Field("room", "Room", ("place", "venue", "location", "salle", "sala", "lieu", "raum", "القاعة", "会议室")),
    Field("under", "Stands under", ("parent", "parent session", "part of"),
          hint="The title, number or id of another session."),
    Field("body", "Description", ("abstract", "summary", "details", "text", "descripción", "beschreibung"), many=True),
    Field("speakers", "Speakers", ("speaker", "presenters", "presenter", "people", "intervenants", "ponentes",
          "redner", "المتحدثون", "发言人"), many=True,
          hint="Several with ; between them. A role may follow in brackets: Ana Example (Moderator)."),
    Field("chair", "Chair", ("chairs", "chairperson", "président", "presidente", "vorsitz"), many=True),
    Field("moderator", "Moderator", ("moderators", "modérateur", "moderador", "moderation"), many=True),
    Field("panellist", "Panellists", ("panelists", "panellist", "panelist", "panel members"), many=True),
    Field("keynote", "Keynote speaker", ("keynote", "keynote speakers"), many=True),
    Field("discussant", "Discussant", ("discussants", "respondent", "respondents"), many=True),
    Field("facilitator", "Facilitator", ("facilitators",), many=True),
    Field("rapporteur", "Rapporteur", ("rapporteurs", "note taker", "notetaker"), many=True),
)  # fmt: skip
PEOPLE = ("chair", "moderator", "keynote", "speakers", "panellist", "discussant", "facilitator", "rapporteur")

_MONTHS = "january february march april may june july august september october november december".split()
_NUMBERS = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4}|\d{2})")
_WORDS = re.compile(r"(?:[a-z]+,?\s+)?(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3,9})\.?,?\s+(\d{4})")
_AMERICAN = re.compile(r"(?:[a-z]+,?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_RANGE = re.compile(r"\s*(?:–|—|-|\bto\b|\buntil\b)\s*")
_APART = re.compile(r"\s*[;\n]\s*")
_ROLE = re.compile(r"^(.*?)\s*[(\[]\s*([^()\[\]]+?)\s*[)\]]$")


def sessions_of(rows: list[Row], clock: Clock, first_day: dt.date | None, last_day: dt.date | None) -> None:
    """Put an AgendaSession into `clean` of each row, or say what is wrong with it; in the order of the table."""
    day_first = _order_of(rows, first_day, last_day)
    day: dt.date | None = None
    for row in rows:
        values = row.values
        said = values.get("day", "").strip()
        if said:
            read = _day(said, day_first)
            if read is None:
                row.problems.append(
                    f"The day “{said}” cannot be told for certain: write it like 2026-03-03."
                    if _NUMBERS.fullmatch(said)
                    else f"“{said}” is no day: write it like 2026-03-03."
                )
            day = read
        title = words.line(values.get("title"))
        session = AgendaSession(
            title=title,
            place=f"line {row.line}",
            foreign_id=words.line(values.get("foreign_id"))[:200],
            kind=words.kind_of(words.line(values.get("kind")), title),
            number=words.line(values.get("number")),
            room=words.line(values.get("room")),
            body=words.text(values.get("body")),
        )
        _times(session, row, day, clock)
        for name in PEOPLE:
            for person, role in _people(values.get(name, "")):
                if someone := words.speaker(person, session, role or ("" if name == "speakers" else name)):
                    session.speakers.append(someone)
        del session.speakers[MAX_SPEAKERS:]
        row.clean["session"] = session


def _times(session: AgendaSession, row: Row, day: dt.date | None, clock: Clock) -> None:
    start, end = row.values.get("start", "").strip(), row.values.get("end", "").strip()
    stamp = start.replace("T", " ").split(" ")
    if len(stamp) == 2 and (own := times.day(stamp[0])):  # a workbook may have day and hour in one cell
        day, start = own, stamp[1]
    if end[:10].count("-") == 2 and times.day(end[:10]):
        end = end[11:]
    if not end and len(parts := _RANGE.split(start)) == 2:
        start, end = parts
    length = row.values.get("duration", "").strip()
    session.programme_day = day
    if not start:
        return
    begins, ends = times.clock_time(start), times.clock_time(end) if end else None
    if begins is None or (end and ends is None):
        row.problems.append(f"“{start if begins is None else end}” is no hour: write it like 09:30.")
        return
    if day is None:
        row.problems.append("It has an hour and no day.")
        return
    # An hour before five, in a table that names its day, is that of the night after; `finish` would not know the day.
    night = begins < times.NIGHT_ENDS
    session.starts_at = clock.moment(dt.datetime.combine(day + dt.timedelta(days=night), begins))
    if ends is not None:
        over = dt.timedelta(days=night + (ends < begins))
        session.ends_at = clock.moment(dt.datetime.combine(day + over, ends))
    elif length and session.starts_at:
        if (lasts := times.duration(length.lower().removesuffix("min").removesuffix("minutes").strip())) is None:
            row.problems.append(f"“{length}” is no duration: write 45, or 0:45.")
        else:
            session.ends_at = times.later(session.starts_at, lasts)


def _people(cell: str) -> Iterable[tuple[str, str]]:
    for part in _APART.split(cell):
        found = _ROLE.match(part)
        if found and words.is_role(found[2]):
            yield found[1], found[2]
        elif part.strip(" -–"):
            yield (found[1] if found else part), ""


def _order_of(rows: Iterable[Row], first_day: dt.date | None, last_day: dt.date | None) -> bool | None:
    """Return whether days written in numbers begin with the day (True) or the month; None where nothing tells."""
    numbers = [found for row in rows if (found := _NUMBERS.fullmatch(row.values.get("day", "").strip()))]
    if any(int(found[1]) > 12 for found in numbers) or any("." in found[0] for found in numbers):
        return True
    if any(int(found[2]) > 12 for found in numbers):
        return False
    if all(found[1].lstrip("0") == found[2].lstrip("0") for found in numbers):
        return True
    fits = []
    for day_first in (True, False):
        days = [_day(found[0], day_first) for found in numbers]
        if first_day and last_day and all(day and first_day <= day <= last_day for day in days):
            fits.append(day_first)
    return fits[0] if len(fits) == 1 else None


def _day(text: str, day_first: bool | None) -> dt.date | None:
    if found := times.day(text) if re.match(r"\d{4}-", text) else None:
        return found
    lowered = text.casefold()
    try:
        if found := _NUMBERS.fullmatch(text):
            if day_first is None:
                return None
            one, two, year = int(found[1]), int(found[2]), int(found[3])
            day, month = (one, two) if day_first else (two, one)
            return dt.date(year + 2000 if year < 100 else year, month, day)
        if found := _WORDS.fullmatch(lowered):
            return dt.date(int(found[3]), _month(found[2]), int(found[1]))
        if found := _AMERICAN.fullmatch(lowered):
            return dt.date(int(found[3]), _month(found[1]), int(found[2]))
    except ValueError:
        pass
    return None


def _month(word: str) -> int:
    return next((number for number, name in enumerate(_MONTHS, start=1) if name.startswith(word)), 0)
