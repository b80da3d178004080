"""An agenda of another program comes in, and again after it changed; the event has a next edition."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from events.models import Event
from tests.browser.conftest import PHONE
from tests.events.importing.agendas import frab, frab_event
from tests.factories import ActionFactory, EventFactory, SessionFactory, UserFactory
from tests.staff import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def event():
    return EventFactory(title="Made-up forum", time_zone="America/Santiago", starts_on=dt.date(2026, 3, 3))


@pytest.fixture
def desk(client):
    return sign_in(client, UserFactory(name="Ed Itor", editor=True))


def schedule(room, **second):
    return frab(
        frab_event(guid="one", room=room),
        frab_event(**{"guid": "two", "title": "Panel on water", "date": "2026-03-03T11:00:00-03:00"} | second),
    )


def test_agenda_comes_in_and_again_after_it_changed(open_browser, violations, event, desk):
    page = open_browser(signed_in=desk)
    page.goto(f"/admin/events/event/{event.pk}/programme/")
    page.get_by_role("link", name="Import agenda").click()
    assert violations(page) == {}

    for data in (schedule("Sala Azul"), schedule("Sala Roja", guid="new", date="2026-03-03T12:00:00-03:00")):
        page.get_by_label("File", exact=True).set_input_files(
            {"name": "schedule.json", "mimeType": "application/json", "buffer": data}
        )
        page.get_by_role("button", name="Read the file").click()
        expect(page.get_by_text("Panel on water").first).to_be_visible()
        assert violations(page) == {}
        if event.sessions.exists():
            expect(page.get_by_text("was it moved?")).to_be_visible()
            page.get_by_label("Decision about line 2").select_option(label="It is Panel on water, 3 March 2026, 11:00")
        page.get_by_role("button", name="Apply").click()
        expect(page.locator(".pill--applied")).to_be_visible()
        page.goto(f"/admin/events/event/{event.pk}/programme/")
        expect(page.get_by_role("link", name="Opening of the forum")).to_be_visible()
        page.get_by_role("link", name="Import agenda").click()

    assert {(one.title, one.room, f"{one.starts_at:%H:%M}") for one in event.sessions.all()} == {
        ("Opening of the forum", "Sala Roja", "12:00"),
        ("Panel on water", "Sala Azul", "15:00"),
    }


def test_next_edition_is_made_on_a_phone(open_browser, violations, event, desk):
    SessionFactory(event=event, title="Opening", starts_at=dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC))
    ActionFactory(event=event, published=True)
    page = open_browser(PHONE, signed_in=desk, has_touch=True, is_mobile=True)
    page.goto(f"/admin/events/event/{event.pk}/clone/")
    assert violations(page) == {}

    page.get_by_label("Title").fill("Made-up forum II")
    page.get_by_label("First day").fill("2026-09-08")
    page.get_by_role("button", name="Make the draft").tap()

    expect(page.get_by_text("“Made-up forum II” is made")).to_be_visible()
    new = Event.objects.get(title="Made-up forum II")
    assert new.series == Event.objects.get(pk=event.pk).series
    assert new.sessions.get().starts_at == dt.datetime(2026, 9, 8, 12, tzinfo=dt.UTC)
