"""Each format becomes the same plain tree, with what is odd about a file said in words."""

import datetime as dt
import json

import pytest

from events.importing.agenda import AgendaError
from events.importing.reader import read
from tests.events.importing.agendas import (
    FRAB_XML,
    INDICO_EVENT,
    INDICO_TIMETABLE,
    calendar,
    frab,
    frab_event,
)

ZONE = "America/Santiago"


def at(hour, minute=0, day=3):
    """A moment of March 2026 in Santiago, three hours behind UTC."""
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=dt.timezone(dt.timedelta(hours=-3)))


def only(agenda):
    (session,) = agenda.sessions
    return session


def told(agenda) -> str:
    return "\n".join(agenda.warnings)


@pytest.mark.parametrize("data, name", [(frab(frab_event()), "schedule.json"), (FRAB_XML, "schedule.xml")])
def test_frab_is_read_from_json_and_xml_alike(data, name):
    agenda = read(data, name, ZONE)

    session = agenda.sessions[0]
    assert (agenda.source, agenda.title, agenda.time_zone) == ("frab", "Forum on made-up matters", ZONE)
    assert (session.foreign_id, session.title, session.kind, session.room) == (
        "5f2c1f5e-0000-4000-8000-000000000007",
        "Opening of the forum",
        "plenary",
        "Sala Azul",
    )
    assert (session.starts_at, session.ends_at, session.programme_day) == (at(9), at(10, 30), dt.date(2026, 3, 3))
    assert [(one.name, one.role) for one in session.speakers] == [("Ana Inventada", "speaker")]
    assert session.body == "Words of welcome."
    assert agenda.warnings == []


def test_frab_hour_before_the_day_begins_is_of_the_next_date_and_stays_in_its_day():
    late = read(FRAB_XML, "schedule.xml", ZONE).sessions[1]

    assert (late.starts_at, late.ends_at) == (at(0, 30, day=4), at(1, 15, day=4))
    assert (late.programme_day, late.kind) == (dt.date(2026, 3, 3), "social")


def test_indico_event_puts_contributions_under_their_session():
    session = only(read(INDICO_EVENT, "event.json", ZONE))

    assert (session.title, session.kind, session.room) == ("Panel on water", "panel", "Sala Roja")
    assert [(one.name, one.role, one.affiliation) for one in session.speakers] == [
        ("Ben Erfunden", "chair", "Institute")
    ]
    (talk,) = session.groups
    assert (talk.title, talk.starts_at, talk.ends_at) == ("Rivers that are not", at(10), at(10, 20))
    assert [one.name for one in talk.speakers] == ["Ana Inventada"]


def test_indico_timetable_nests_entries_and_knows_breaks():
    agenda = read(INDICO_TIMETABLE, "timetable.json", ZONE)

    assert [(one.title, one.kind, len(one.groups)) for one in agenda.sessions] == [
        ("Pause", "social", 0),
        ("Panel on water: First part", "panel", 1),
    ]
    assert agenda.sessions[1].groups[0].speakers[0].affiliation == "Office"


def test_calendar_with_a_named_zone_an_escape_and_a_folded_line():
    data = calendar(
        "UID:a@made.up\nDTSTART;TZID=America/Santiago:20260303T090000\nDURATION:PT1H30M\nSUMMARY:Opening\\, and\n"
        "  welcome\nLOCATION:Sala Azul\nDESCRIPTION:One\\nTwo &amp; <i>three</i>",
    )

    session = only(read(data, "programme.ics", ZONE))

    assert (session.title, session.kind, session.room) == ("Opening, and welcome", "opening", "Sala Azul")
    assert (session.starts_at, session.ends_at, session.body) == (at(9), at(10, 30), "One\nTwo & three")


@pytest.mark.parametrize(
    "tzid, zones",
    [
        ("/made-up.example/2026/America/Santiago", ""),
        ("Pacific SA Standard Time", ""),
        ("Here", "BEGIN:VTIMEZONE\nTZID:Here\nX-LIC-LOCATION:America/Santiago\nEND:VTIMEZONE\n"),
    ],
)
def test_calendar_zones_are_known_by_other_names(tzid, zones):
    data = calendar(f"UID:a\nDTSTART;TZID={tzid}:20260303T090000\nSUMMARY:Opening", zones=zones)

    agenda = read(data, "a.ics", "Asia/Tokyo")

    assert (only(agenda).starts_at, agenda.warnings) == (at(9), [])


def test_calendar_zone_nobody_knows_is_said():
    data = calendar("UID:a\nDTSTART;TZID=Middle Earth:20260303T090000\nSUMMARY:Opening")

    agenda = read(data, "a.ics", ZONE)

    assert only(agenda).starts_at == at(9)
    assert "“Middle Earth” is not known" in told(agenda)


def test_hours_without_a_zone_are_those_of_the_event_and_said_to_be():
    agenda = read(calendar("UID:a\nDTSTART:20260303T090000\nSUMMARY:Opening"), "a.ics", ZONE)

    assert only(agenda).starts_at == at(9)
    assert "taken for those of America/Santiago" in told(agenda)


def test_moments_in_utc_are_no_contradiction():
    data = calendar("UID:a\nDTSTART:20260303T120000Z\nSUMMARY:Opening", head="X-WR-TIMEZONE:America/Santiago\r\n")

    agenda = read(data, "a.ics", ZONE)

    assert (only(agenda).starts_at, agenda.warnings) == (at(9), [])


def test_offsets_that_contradict_the_zone_are_said_and_can_be_left_out():
    data = frab(frab_event(date="2026-03-03T09:00:00+00:00"))

    agenda = read(data, "schedule.json", ZONE)
    assert only(agenda).starts_at == at(6)
    assert "1 of its 1 times carry another offset: 09:00 at UTC+00:00 is 06:00 there" in told(agenda)

    agenda = read(data, "schedule.json", ZONE, trusts_offsets=False)
    assert (only(agenda).starts_at, agenda.warnings) == (at(9), [])


@pytest.mark.parametrize(
    "date, wall, means, says",
    [
        ("2026-09-06", "00:30", dt.datetime(2026, 9, 6, 4, 30, tzinfo=dt.UTC), "skip 00:30: it is taken as 01:30"),
        ("2026-04-04", "23:30", dt.datetime(2026, 4, 5, 2, 30, tzinfo=dt.UTC), "show 23:30 twice: the first is taken"),
    ],
)
def test_hours_that_clocks_skip_or_repeat_are_said(date, wall, means, says):
    stamp = f"{date.replace('-', '')}T{wall.replace(':', '')}00"

    agenda = read(calendar(f"UID:a\nDTSTART;TZID={ZONE}:{stamp}\nSUMMARY:Late"), "a.ics", ZONE)

    assert only(agenda).starts_at.astimezone(dt.UTC) == means
    assert says in told(agenda)


def test_length_counts_over_a_change_of_clocks():
    data = calendar(f"UID:a\nDTSTART;TZID={ZONE}:20260905T233000\nDURATION:PT1H\nSUMMARY:Late")

    session = only(read(data, "a.ics", ZONE))

    assert session.ends_at.timestamp() - session.starts_at.timestamp() == 3600
    assert f"{session.ends_at:%H:%M}" == "01:30"


@pytest.mark.parametrize("evening, day", [("200000", dt.date(2026, 3, 3)), ("100000", dt.date(2026, 3, 4))])
def test_what_starts_after_midnight_belongs_to_an_evening_if_there_was_one(evening, day):
    data = calendar(
        f"UID:a\nDTSTART;TZID={ZONE}:20260303T{evening}\nSUMMARY:Dinner",
        f"UID:b\nDTSTART;TZID={ZONE}:20260304T003000\nSUMMARY:Late drafting",
    )

    assert read(data, "a.ics", ZONE).sessions[1].programme_day == day


def test_a_day_without_an_hour_and_what_was_cancelled():
    data = calendar(
        "UID:a\nDTSTART;VALUE=DATE:20260303\nSUMMARY:Arrivals",
        "UID:b\nDTSTART;VALUE=DATE:20260303\nSUMMARY:Excursion\nSTATUS:CANCELLED",
    )

    agenda = read(data, "a.ics", ZONE)

    session = only(agenda)
    assert (session.starts_at, session.programme_day) == (None, dt.date(2026, 3, 3))
    assert "“Excursion” is marked as cancelled" in told(agenda)


def test_repetitions_are_written_out_when_they_are_few():
    data = calendar(
        f"UID:a\nDTSTART;TZID={ZONE}:20260904T100000\nDURATION:PT30M\nRRULE:FREQ=DAILY;COUNT=4\n"
        f"EXDATE;TZID={ZONE}:20260905T100000\nSUMMARY:Coffee",
        f"UID:a\nRECURRENCE-ID;TZID={ZONE}:20260906T100000\nDTSTART;TZID={ZONE}:20260906T110000\nSUMMARY:Later coffee",
        f"UID:b\nDTSTART;TZID={ZONE}:20260904T120000\nRRULE:FREQ=DAILY\nSUMMARY:Lunch",
    )

    agenda = read(data, "a.ics", ZONE)

    assert [(one.title, f"{one.starts_at:%d %H:%M}") for one in agenda.sessions] == [
        ("Coffee", "04 10:00"),
        ("Coffee", "07 10:00"),  # after the clocks changed
        ("Later coffee", "06 11:00"),
        ("Lunch", "04 12:00"),
    ]
    assert len({one.foreign_id for one in agenda.sessions}) == 4
    assert "“Lunch” repeats (event 3): only its first date is read." in told(agenda)


def test_related_entries_stand_under_theirs():
    data = calendar(
        "UID:a\nDTSTART:20260303T120000Z\nSUMMARY:Plenary",
        "UID:b\nDTSTART:20260303T120000Z\nRELATED-TO:a\nSUMMARY:Statement",
    )

    session = only(read(data, "a.ics", ZONE))

    assert [one.title for one in session.groups] == ["Statement"]


def test_guests_of_a_calendar_are_not_speakers_but_its_chair_is():
    data = calendar(
        "UID:a\nDTSTART:20260303T120000Z\nSUMMARY:Plenary\n"
        "ATTENDEE;CN=Private Guest:mailto:guest@a.org\nATTENDEE;ROLE=CHAIR;CN=Ana Inventada:mailto:ana@a.org",
    )

    session = only(read(data, "a.ics", ZONE))

    assert [(one.name, one.role) for one in session.speakers] == [("Ana Inventada", "chair")]


def test_an_id_that_many_share_is_not_relied_on():
    events = [f"UID:same\nDTSTART:20260303T{hour:02}0000Z\nSUMMARY:Talk {hour}" for hour in range(12, 15)]

    agenda = read(calendar(*events, "UID:own\nDTSTART:20260303T200000Z\nSUMMARY:Closing"), "a.ics", ZONE)

    assert [one.id_is_shared for one in agenda.sessions] == [True, True, True, False]
    assert "3 sessions share an id" in told(agenda)


def test_breakout_groups_stand_under_what_holds_them_else_by_themselves():
    held = calendar(
        "UID:a\nDTSTART:20260303T120000Z\nDTEND:20260303T140000Z\nSUMMARY:Breakout discussions",
        "UID:b\nDTSTART:20260303T120000Z\nDTEND:20260303T140000Z\nSUMMARY:Breakout group 1",
    )

    assert [one.kind for one in only(read(held, "a.ics", ZONE)).groups] == ["breakout_group"]
    loose = calendar("UID:b\nDTSTART:20260303T120000Z\nSUMMARY:Breakout group 1")
    assert only(read(loose, "a.ics", ZONE)).kind == "working_group"


def test_an_end_before_its_start_is_left_out_and_said():
    agenda = read(calendar("UID:a\nDTSTART:20260303T120000Z\nDTEND:20260303T110000Z\nSUMMARY:Plenary"), "a.ics", ZONE)

    assert only(agenda).ends_at is None
    assert "“Plenary” ends before it starts (event 1)" in told(agenda)


BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><schedule>&b;</schedule>'
EXTERNAL = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><schedule><conference>&a;</conference></schedule>'


@pytest.mark.parametrize(
    "data, says",
    [
        (b"", "This file is empty."),
        (b"x" * (7 * 1024 * 1024), "larger than 6 MB"),
        (b"Just words", "is not an agenda that is known here"),
        (b"%PDF-1.7 \x00\x01", "is not an agenda that is known here"),
        (b'{"schedule": ', "cannot be read as JSON"),
        (b'{"a": 1}', "This JSON is not an agenda"),
        (b"<html><body/></html>", "This XML is not an agenda"),
        (b"<schedule><day>", "cannot be read as XML"),
        (BOMB.encode(), "a document type declaration in it"),
        (BOMB.encode("utf-16"), "a document type declaration in it"),
        (EXTERNAL.encode(), "a document type declaration in it"),
        (b"<schedule>" + b"<a>" * 100, "elements inside one another"),
        (b"<schedule>" + b"<a/>" * 160_000, "too many elements in it"),
        (b"<schedule " + b"a='' " * 20_000 + b">", "attributes on one element"),
        (b"[" * 100_000, "too many parts inside one another"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "parts inside one another"),
        (b'{"a": [' + b"{}," * 160_000 + b"1]}", "too many parts in it"),
        (frab(), "No session was found"),
        (frab(*[frab_event(guid=str(n), persons=[], abstract="") for n in range(2_001)]), "more than 2,000 sessions"),
        (calendar(*["SUMMARY:a"] * 2_001), "more than 2,000 entries"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 50, "parts inside one another without end"),
        (b"BEGIN:VCALENDAR\nX:" + b"x" * 300_000, "lines without end"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nnonsense\nEND:VCALENDAR", "damaged"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a", "its end is missing"),
        (calendar("UID:a\nDTSTART:20260303T120000Z\nRRULE:FREQ=SECONDLY\nSUMMARY:a"), "repeats within the day"),
        (calendar("UID:a\nDTSTART:20260303T120000Z\nRRULE:FREQ=DAILY;COUNT=999999\nSUMMARY:a"), "more than 60 times"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_plain_words(data, says):
    with pytest.raises(AgendaError, match=says.replace("(", r"\(")):
        read(data, "file", ZONE)


@pytest.mark.parametrize(
    "value", [None, 7, "", [], {}, "9999-99-99T99:99:99", "0001-01-01T00:00:00+14:00", "\x00\ud800", True, [[1]], 1e400]
)
@pytest.mark.parametrize("name", ["guid", "date", "start", "duration", "room", "title", "type", "persons", "abstract"])
def test_odd_values_never_break_the_reader(name, value):
    event = frab_event() | {name: value}
    days = [{"date": "2026-03-03", "rooms": {"Sala": [event, frab_event(guid="other")]}}]

    agenda = read(
        json.dumps({"schedule": {"conference": {"time_zone_name": ZONE, "days": days}}}).encode(), "a.json", ZONE
    )

    assert agenda.sessions[-1].title == "Opening of the forum"
