"""Calendars as an independent reader sees them: true hours in odd zones, ids that stay, a number that only grows."""

import datetime as dt
import re
import zoneinfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from events import calendars, shelf, workflow
from events.models import Event, EventRevision, Session
from events.models.generation import bump_generation
from tests.factories import PUBLISHED_AT, BreakoutGroupFactory, EventFactory, EventSeriesFactory, SessionFactory


def read(client, address):
    """Return the calendar at an address, its components by UID; each line at most 75 octets, ended by CR LF."""
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 and b"\n" not in line for line in response.content.split(b"\r\n"))
    calendar = Calendar.from_ical(response.content)
    assert Calendar.from_ical(calendar.to_ical()).to_ical() == calendar.to_ical()
    assert not calendar.get_missing_tzids()
    found = {str(one["UID"]): one for one in calendar.events}
    assert len(found) == len(calendar.events)
    return calendar, found


def programme_of(event):
    return reverse("events:event-programme", args=[event.slug])


@pytest.fixture
def event(db):
    return EventFactory(
        title="Exercise; Lighthouse, \\and more",
        summary="Whom to call.\nAnd when.",
        venue="Hotel, left wing",
        city="Santiago",
        country="CL",
        time_zone="America/Santiago",
        starts_on=dt.date(2026, 4, 3),
        ends_on=dt.date(2026, 4, 5),
    )


def test_event_is_its_days_with_what_its_page_says(client, event, settings):
    _, found = read(client, programme_of(event))

    one = found[f"event-{event.slug}@localhost"]
    assert (one["DTSTART"].dt, one["DTEND"].dt) == (dt.date(2026, 4, 3), dt.date(2026, 4, 6))
    assert str(one["SUMMARY"]) == event.title
    assert str(one["LOCATION"]) == "Hotel, left wing, Santiago, Chile"
    assert str(one["URL"]) == settings.SITE_URL + event.get_absolute_url()
    assert str(one["DESCRIPTION"]).startswith("Whom to call.\nAnd when.\n\nhttp")
    assert (one["STATUS"], one["SEQUENCE"], one["DTSTAMP"].dt) == ("CONFIRMED", 0, PUBLISHED_AT)


# Zone, moments in UTC, hours of the place. Santiago leaves summer time on 5 April 2026 at midnight, Lord Howe by half
# an hour on the same day, Chatham stands 45 minutes off, Apia skipped a day for the other side of the date line.
ODD = [
    ("America/Santiago", "2026-04-05T02:30Z", "2026-04-04T23:30-03:00"),
    ("America/Santiago", "2026-04-05T03:30Z", "2026-04-04T23:30-04:00"),
    ("Australia/Lord_Howe", "2026-04-04T14:30Z", "2026-04-05T01:30+11:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:30Z", "2026-04-05T02:00+10:30"),
    ("Pacific/Chatham", "2026-04-03T20:15Z", "2026-04-04T10:00+13:45"),
    ("Asia/Kathmandu", "2026-04-03T20:15Z", "2026-04-04T02:00+05:45"),
    ("Pacific/Apia", "2026-04-03T20:00Z", "2026-04-04T09:00+13:00"),
    ("Europe/London", "2026-03-29T01:30Z", "2026-03-29T02:30+01:00"),
    ("Africa/Casablanca", "2026-02-20T10:00Z", "2026-02-20T10:00+00:00"),
    ("UTC", "2026-04-03T20:15Z", "2026-04-03T20:15+00:00"),
]


@pytest.mark.parametrize(("zone", "moment", "there"), ODD)
def test_session_stands_at_its_hour_in_the_zone_of_the_place(client, db, zone, moment, there):
    event = EventFactory(time_zone=zone)
    starts_at = dt.datetime.fromisoformat(moment)
    session = SessionFactory(event=event, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1))

    calendar, found = read(client, programme_of(event))

    one = found[f"session-{session.code}@localhost"]
    local = dt.datetime.fromisoformat(there)
    assert one["DTSTART"].dt.replace(tzinfo=None) == local.replace(tzinfo=None)
    if zone == "UTC":
        assert one["DTSTART"].to_ical().endswith(b"Z")
        assert calendar.timezones == []
        return
    assert one["DTSTART"].params["TZID"] == zone
    [rules] = calendar.timezones
    assert rules["TZID"] == zone
    # What the rules in the file alone make of the hour, whatever zones the reader knows.
    offset = rules.to_tz(lookup_tzid=False).utcoffset(local.replace(tzinfo=None))
    ambiguous = zoneinfo.ZoneInfo(zone).utcoffset(local.replace(tzinfo=None, fold=1)) != zoneinfo.ZoneInfo(
        zone
    ).utcoffset(local.replace(tzinfo=None))
    assert ambiguous or offset == local.utcoffset()


def test_session_after_midnight_says_to_which_day_it_belongs(client, event):
    late = SessionFactory(
        event=event, starts_at="2026-04-05T05:00Z", ends_at="2026-04-05T06:00Z", programme_day=dt.date(2026, 4, 4)
    )
    evening = SessionFactory(event=event, starts_at="2026-04-04T22:00Z")

    _, found = read(client, programme_of(event))

    one = found[f"session-{late.code}@localhost"]
    assert one["DTSTART"].dt.isoformat() == "2026-04-05T01:00:00-04:00"
    assert "In the programme of Saturday, 4 April 2026" in str(one["DESCRIPTION"])
    other = found[f"session-{evening.code}@localhost"]
    assert "programme of" not in str(other["DESCRIPTION"])
    assert "DTEND" not in other


def test_group_session_with_a_day_alone_and_one_without(client, event):
    group = BreakoutGroupFactory(
        event=event, parent__title="Plenary", title="Hotlines", number="2", programme_day=dt.date(2026, 4, 4), room="B"
    )

    _, found = read(client, programme_of(event))

    assert len(found) == 2  # the plenary has neither hour nor day
    one = found[f"session-{group.code}@localhost"]
    assert one["DTSTART"].dt == dt.date(2026, 4, 4)
    assert str(one["SUMMARY"]) == "Breakout group 2: Hotlines"
    assert str(one["LOCATION"]).startswith("B, Hotel, left wing")
    assert str(one["RELATED-TO"]) == f"event-{event.slug}@localhost"


def test_list_has_the_dialogues_of_its_filters(client, event):
    other = EventFactory(series=EventSeriesFactory(name="Exercises"), mode="online")
    EventFactory(starts_on=None)
    address = reverse("events:event-calendar")

    calendar, found = read(client, address)
    assert set(found) == {f"event-{event.slug}@localhost", f"event-{other.slug}@localhost"}
    assert calendar["X-WR-CALNAME"] == "Readout"

    calendar, found = read(client, f"{address}?series={other.series.slug}")
    assert set(found) == {f"event-{other.slug}@localhost"}
    assert calendar["X-WR-CALNAME"] == "Readout: Exercises"
    assert client.get(f"{address}?series=not-there").status_code == 400


def number(client, event):
    _, found = read(client, programme_of(event))
    one = found[f"event-{event.slug}@localhost"]
    assert {int(row["SEQUENCE"]) for row in found.values()} == {int(one["SEQUENCE"])}
    return int(one["SEQUENCE"]), one["LAST-MODIFIED"].dt


def test_sequence_grows_with_what_is_published_and_with_nothing_else(client, editor):
    event = EventFactory(draft=True, title="At first")
    event.publish(by=editor)
    first, at = number(client, event)
    session = SessionFactory(event=event, starts_at="2026-03-03T14:00Z")
    closed = SessionFactory(event=event, starts_at="2026-03-03T15:00Z", closed=True)
    workflow.settle_visibility(event)
    second, later = number(client, event)
    assert second > first
    assert later >= at

    body = client.get(programme_of(event)).content
    for hidden in ({"title": "Moved"}, {"starts_at": dt.datetime(2026, 3, 3, 16, tzinfo=dt.UTC)}):
        Session.objects.filter(pk=closed.pk).update(**hidden)
        workflow.settle_visibility(event)
    Event.objects.filter(pk=event.pk).update(outcomes_due_on=dt.date(2026, 5, 1), accepts_late=True)
    workflow.settle_visibility(event)
    assert client.get(programme_of(event)).content == body

    workflow.set_attribution(session, "closed", by=editor)
    assert number(client, event)[0] == second + 1
    Event.objects.filter(pk=event.pk).update(title="Now")
    workflow.settle_visibility(event)
    workflow.settle_visibility(event)
    assert number(client, event)[0] == second + 2


def test_draft_is_not_counted(db, editor):
    event = EventFactory(draft=True)

    workflow.settle_visibility(event)

    assert not EventRevision.objects.exists()


def test_withdrawn_event_is_cancelled_for_a_while_and_says_nothing_else(client, event, editor):
    SessionFactory(event=event, title="Session of it", starts_at="2026-04-04T22:00Z")
    before, _ = number(client, event)

    event.withdraw(by=editor)
    event.say_why("It was postponed.", by=editor)

    for address in (programme_of(event), reverse("events:event-calendar")):
        body = client.get(address).content.decode()
        assert not re.search(r"Lighthouse|Session of it|Hotel|Santiago|20260403", body)
        _, found = read(client, address)
        [(uid, one)] = found.items()
        assert uid == f"event-{event.slug}@localhost"
        assert (one["STATUS"], str(one["SUMMARY"])) == ("CANCELLED", "Withdrawn")
        assert int(one["SEQUENCE"]) > before
        assert one["DTSTART"].dt == timezone.now().date()
        assert str(one["DESCRIPTION"]).startswith("It was postponed.")
    event.publish(by=editor)
    again, _ = number(client, event)
    assert again > int(one["SEQUENCE"])


def test_event_withdrawn_long_ago_is_gone_and_a_draft_is_not_there(client, db):
    gone, draft = EventFactory(withdrawn=True, title="SECRET"), EventFactory(draft=True)

    assert client.get(programme_of(gone)).status_code == 410
    assert b"SECRET" not in client.get(programme_of(gone)).content
    assert client.get(programme_of(draft)).status_code == client.get("/events/not-there.ics").status_code == 404
    assert read(client, reverse("events:event-calendar"))[1] == {}


@pytest.mark.parametrize("kept", [False, True])
def test_calendar_is_shown_under_a_name_also_where_it_is_kept(client, event, request, kept):
    if kept:
        request.getfixturevalue("as_served")
    for _ in range(2):
        answer = client.get(reverse("events:event-calendar"))
        assert answer.headers["Content-Disposition"] == 'inline; filename="events.ics"'
    assert not answer.cookies
    if kept:
        again = client.get(reverse("events:event-calendar"), headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_calendars_cost_as_many_queries_for_30_rows_as_for_one(client, event, as_served):
    def cost(address):
        shelf.clear()
        bump_generation()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len([query for query in queries if "publicgeneration" not in query["sql"]])

    SessionFactory(event=event, starts_at="2026-04-04T22:00Z")
    addresses = (programme_of(event), reverse("events:event-calendar"))
    few = [cost(address) for address in addresses]
    for _ in range(30):
        EventFactory()
        BreakoutGroupFactory(event=event, starts_at="2026-04-04T22:00Z")

    assert [cost(address) for address in addresses] == few == [2, 6]  # of the list the choices of its filters


def test_pages_lead_to_their_calendars(client, event, settings):
    settings.SITE_URL = "https://readout.example"

    body = client.get(event.get_absolute_url()).content.decode()
    assert f'<a href="{programme_of(event)}" type="text/calendar">Add to calendar (.ics)</a>' in body
    body = client.get(reverse("events:event-list") + "?format=dialogue").content.decode()
    assert '<a href="webcal://readout.example/events.ics?format=dialogue">Subscribe in a calendar</a>' in body
    assert (
        '<link rel="alternate" type="text/calendar" title="Dialogues: Dialogue" href="/events.ics?format=dial' in body
    )


TEXT = st.text(st.characters(codec="utf-8"), max_size=90)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=TEXT, body=TEXT)
def test_no_text_makes_a_line_of_its_own(title, body):
    event = Event(title=title, summary=body, slug="x", starts_on=dt.date(2026, 3, 3), ends_on=dt.date(2026, 3, 3))
    event.published_at, event.revised_at, event.revision_number = PUBLISHED_AT, None, None

    content = calendars._answer(title, [calendars._days(event)]).content

    [one] = Calendar.from_ical(content).events
    assert set(one) == {
        *("UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION"),
        *("URL", "CATEGORIES", "STATUS", "TRANSP"),
    }
    assert str(one["SUMMARY"]) == " ".join(calendars.fit(title).split())
