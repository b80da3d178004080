"""Times in a file: which zone they are in, whether its offsets agree, and the day a late session belongs to."""

import datetime as dt
import re
import zoneinfo
from functools import cache

from events.importing.agenda import Agenda, AgendaSession

NIGHT_ENDS = dt.time(5)  # what starts earlier belongs to the evening before, if there was one
EVENING = dt.time(17)
YEARS = range(1970, 2200)
_CLOCK = re.compile(r"\s*(\d{1,2})[:.h](\d{2})(?:[:.]\d{2})?\s*(am|pm)?\s*", re.IGNORECASE)
_DURATION = re.compile(r"\s*(?:(\d{1,2}):(?=\d+:\d+:))?(\d{1,3}):(\d{2})(?::\d{2})?\s*")


class Clock:
    """Reads the times of one file for an event in `zone`, and remembers what the reader should know.

    `trusts_offsets` is False where somebody said that the hours are right and the offsets wrong: then only the hours
    are read, in the zone the file names, else in that of the event.
    """

    def __init__(self, zone: str, agenda: Agenda, *, trusts_offsets: bool = True):
        self.event_zone = zoneinfo.ZoneInfo(zone)
        self.agenda = agenda
        self.trusts_offsets = trusts_offsets
        self.zone = self.event_zone
        self.has_floating = False
        self._wrong: list[tuple[dt.datetime, dt.datetime]] = []  # as the file has it, as the zone it names would
        self._checked = 0

    def set_zone(self, name) -> None:
        """Take the zone that the file names for all its times."""
        name = str(name or "").strip()[:64]
        if not name:
            return
        found = find_zone(name)
        if found is None:
            self.agenda.warnings.append(
                f"The file names a time zone, “{name}”, that is none. That of the event is used."
            )
            return
        self.agenda.time_zone = found.key
        self.zone = found

    def iso(self, value) -> dt.datetime | None:
        """Read "2026-03-03T09:00:00-03:00"; without an offset it floats."""
        try:
            when = dt.datetime.fromisoformat(str(value).strip())
        except ValueError:
            return None
        return self.moment(when)

    def moment(self, when: dt.datetime, zone: zoneinfo.ZoneInfo | None = None) -> dt.datetime | None:
        """Return the moment that `when` means: with its offset, else in `zone`, else in the zone of the file."""
        if when.year not in YEARS:
            return None
        if when.tzinfo is not None and self.trusts_offsets:
            if self.agenda.time_zone and when.tzinfo is not self.zone:
                self._checked += 1
                if when.utcoffset() != when.astimezone(self.zone).utcoffset():
                    self._wrong.append((when, when.astimezone(self.zone)))
            return when.astimezone(self.event_zone)
        if when.tzinfo is None and zone is None and not self.agenda.time_zone:
            self.has_floating = True
        return self.local(when.replace(tzinfo=None), zone or self.zone)

    def utc(self, when: dt.datetime) -> dt.datetime | None:
        """Return the moment that `when` is in UTC, as calendars write moments whatever the zone they name."""
        if not self.trusts_offsets:
            return self.moment(when)
        return when.replace(tzinfo=dt.UTC).astimezone(self.event_zone) if when.year in YEARS else None

    def local(self, wall: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
        """Return the moment at which a clock of `zone` shows `wall`; what the clocks skip or repeat is said."""
        first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
        gap = (second.utcoffset() or dt.timedelta()) - (first.utcoffset() or dt.timedelta())
        if gap:
            if gap > dt.timedelta():  # the clocks go forward over it
                self.agenda.warnings.append(
                    f"On {wall:%d %B %Y} the clocks of {zone.key} skip {wall:%H:%M}: "
                    f"it is taken as {first.astimezone(dt.UTC).astimezone(zone):%H:%M}."
                )
            else:
                self.agenda.warnings.append(
                    f"On {wall:%d %B %Y} the clocks of {zone.key} show {wall:%H:%M} twice: the first is taken."
                )
        return first.astimezone(dt.UTC).astimezone(self.event_zone)

    def finish(self) -> None:
        """Say what was noticed about zones and offsets, and settle the days of what starts after midnight."""
        if self._wrong:
            said, meant = self._wrong[0]
            self.agenda.warnings.append(
                f"The file says {self.agenda.time_zone}, but {len(self._wrong)} of its {self._checked} times carry "
                f"another offset: {said:%H:%M} at UTC{_offset(said)} is {meant:%H:%M} there. If the hours in the file "
                "are those of the clock on the wall, read it with its offsets left out."
            )
        if self.has_floating:
            self.agenda.warnings.append(
                "The file does not say in which time zone its hours are: they are taken for those of "
                f"{self.event_zone.key}."
            )
        elif self.agenda.time_zone and self.agenda.time_zone != self.event_zone.key:
            self.agenda.warnings.append(
                f"The file is in {self.agenda.time_zone}, the event in {self.event_zone.key}: hours are shown in "
                "the latter."
            )
        self._settle_days()

    def _settle_days(self) -> None:
        sessions = [session for session, _ in self.agenda.walk()]
        evenings = {
            session.starts_at.date()
            for session in sessions
            if session.starts_at and session.starts_at.time() >= EVENING
        }
        for session, above in self.agenda.walk():
            if session.programme_day or not session.starts_at:
                session.programme_day = session.programme_day or (above.programme_day if above else None)
                continue
            day = session.starts_at.date()
            before = day - dt.timedelta(days=1)
            late = session.starts_at.time() < NIGHT_ENDS and before in evenings
            session.programme_day = before if late else day


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())  # walks through a folder of files each time


def find_zone(name: str) -> zoneinfo.ZoneInfo | None:
    """Return the zone of the IANA database that `name` means, also at the end of a path, as some programs write it."""
    parts = [part for part in name.strip().strip('"').split("/") if part]
    for start in range(len(parts)):
        key = "/".join(parts[start:])
        if key in _zone_names():
            return zoneinfo.ZoneInfo(key)
    return None


def clock_time(value) -> dt.time | None:
    """Read "9:30", "09.30", "9h30", "9:30 pm"."""
    found = _CLOCK.fullmatch(str(value))
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def duration(value) -> dt.timedelta | None:
    """Read "00:45", "1:30:00", "2:01:30:00" as frab has it, or a number of minutes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return dt.timedelta(minutes=value) if 0 <= value <= 14 * 24 * 60 else None
    words = str(value).strip()
    if words.isascii() and words.isdigit() and len(words) < 6:
        return duration(int(words))
    found = _DURATION.fullmatch(words)
    if not found:
        return None
    return dt.timedelta(days=int(found[1] or 0), hours=int(found[2]), minutes=int(found[3]))


def day(value) -> dt.date | None:
    """Read "2026-03-03"."""
    try:
        found = dt.date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return None
    return found if found.year in YEARS else None


def later(start: dt.datetime, by: dt.timedelta) -> dt.datetime:
    """Return the moment `by` after `start`, in its zone: clocks that change in between do not count."""
    return (start.astimezone(dt.UTC) + by).astimezone(start.tzinfo)


def ends_after(session: AgendaSession, agenda: Agenda) -> None:
    """Drop an end that is before the start, and say so."""
    if session.ends_at and (not session.starts_at or session.ends_at.timestamp() < session.starts_at.timestamp()):
        agenda.warnings.append(f"“{session.title}” ends before it starts ({session.place}): it is read without an end.")
        session.ends_at = None


def _offset(when: dt.datetime) -> str:
    return f"{when:%:z}".replace("-", "−")
