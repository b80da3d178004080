"""A programme is made in a browser: by keyboard at a desk, by touch on a phone, and without scripts."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from events.plan import plan
from tests.browser.conftest import PHONE
from tests.factories import BreakoutGroupFactory, EventFactory, SessionFactory, UserFactory
from tests.staff import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def event():
    return EventFactory(title="Made-up forum", time_zone="America/Santiago", draft=True)


@pytest.fixture
def desk(client):
    return sign_in(client, UserFactory(name="Ed Itor", editor=True))


def order(event):
    return [(row.session.title, row.times) for rows in plan(event).days.values() for row in rows]


def type_in(page, **fields):
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)


def test_a_programme_is_typed_by_keyboard(open_browser, violations, event, desk):
    page = open_browser(signed_in=desk)
    page.goto(f"/admin/events/event/{event.pk}/")
    page.get_by_role("link", name="Programme", exact=True).click()

    page.get_by_role("link", name="Add the first session").press("Enter")
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.type("Opening")
    type_in(page, Start="09:00", End="10:00", Room="Sala Azul")
    assert violations(page) == {}
    page.get_by_role("button", name="Add and go on with another").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("“Opening” is saved.")
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.type("Panel on water")
    type_in(page, End="11:30", Room="Sala Azul")
    page.keyboard.press("Enter")
    title = page.get_by_role("link", name="Panel on water", exact=True)
    expect(title).to_be_focused()

    title.press("Alt+ArrowUp")
    expect(page.get_by_role("status")).to_contain_text("“Panel on water” moved up.")
    expect(title).to_be_focused()
    title.press("Enter")
    page.get_by_label("Add breakout groups under it").fill("2")
    page.get_by_role("button", name="Add groups").press("Enter")
    expect(page.get_by_role("link", name="Breakout group 2: Group 2")).to_be_visible()
    title.press("Enter")
    page.get_by_label("what follows on its day").fill("15")
    page.get_by_role("button", name="Move").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("4 sessions moved by 15 minutes.")
    assert violations(page) == {}

    assert order(event) == [("Panel on water", "09:15–10:45"), ("Opening", "10:45–11:45")]
    assert page.url.endswith(f"/admin/events/event/{event.pk}/programme/")


@pytest.mark.parametrize("script", [True, False])
def test_a_session_is_moved_and_renamed_by_touch(open_browser, violations, event, desk, script):
    base = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)
    for n, title in enumerate(("Opening", "Panel")):
        hour = base + dt.timedelta(hours=n)
        session = SessionFactory(event=event, title=title, starts_at=hour, ends_at=hour + dt.timedelta(hours=1))
    BreakoutGroupFactory(event=event, parent=session, title="Group of the north")
    page = open_browser(PHONE, signed_in=desk, has_touch=True, is_mobile=True, java_script_enabled=script)
    page.goto(f"/admin/events/event/{event.pk}/programme/")

    page.get_by_role("button", name="Up: Panel").tap()
    expect(page.get_by_text("“Panel” moved up.")).to_be_visible()
    page.get_by_role("link", name="Opening", exact=True).tap()
    page.get_by_label("Title").fill("Opening words")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.get_by_text("“Opening words” is saved.")).to_be_visible()

    assert order(event) == [("Panel", "09:00–10:00"), ("Opening words", "10:00–11:00")]
    if script:
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        assert violations(page) == {}


def test_words_typed_are_kept_from_other_acts_and_from_a_colleague(open_browser, complaints, event, desk):
    session = SessionFactory(event=event, title="Opening", room="Sala Azul")
    SessionFactory(event=event, title="Panel")
    page = open_browser(signed_in=desk)
    page.goto(f"/admin/events/event/{event.pk}/programme/?open={session.pk}")
    page.get_by_label("Title").fill("Opening of mine")

    page.get_by_role("link", name="Panel", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Save or close the session that is open first")
    expect(page.get_by_label("Title")).to_have_value("Opening of mine")
    session.room = "Sala Roja"
    session.save()
    page.get_by_role("button", name="Save", exact=True).click()
    both = page.get_by_role("alert")
    expect(both).to_contain_text("Opening of mine")
    expect(both).to_contain_text("Sala Roja")
    expect(both).to_be_focused()
    complaints[:] = [one for one in complaints if "409" not in one]
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("“Opening of mine” is saved.")
