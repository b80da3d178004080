"""A closing round in a real browser: from the square on the wall to an entry, with the network cut in the middle."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from outcomes.models import Contribution, Outcome
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_main_job import follow, press, sideways
from tests.conftest import reports_on
from tests.factories import (
    BreakoutGroupFactory,
    ContributionFactory,
    EventFactory,
    RoundFactory,
    SessionFactory,
    UserFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TAKEAWAY, ACTION = "What is your key takeaway from this dialogue?", "What is the key action you will take after it?"
THANKS = "Thank you, your words are in"
LONG = "Netzwerksicherheitsvorfallsmeldestellenzuständigkeitsverordnung" * 3


@pytest.fixture
def round_(settings, live_server):
    settings.SITE_URL = live_server.url
    event = EventFactory(title="Exercise Lighthouse", time_zone="America/Santiago")
    plenary = SessionFactory(event=event, title="The first night")
    group = BreakoutGroupFactory(event=event, parent=plenary, title="Hotlines and who answers them", number="1")
    return RoundFactory(event=event, session=group, shows_contributions=True)


@pytest.fixture
def rapporteur(client, round_):
    """The signed-in browser session of whoever runs the round."""
    client.force_login(reports_on(round_.session, email="rapporteur@example.org", name="Rap Porteur"))
    return client


@pytest.fixture
def phone(open_browser, round_):
    """A phone in the room, with the round open."""
    phone = open_browser(PHONE, has_touch=True, is_mobile=True)
    phone.goto(round_.address)
    return phone


def at(round_, name):
    return reverse(f"outcomes:{name}", args=[round_.code])


def kept(phone):
    """What the phone keeps of words that were not acknowledged."""
    return phone.evaluate("Object.entries(localStorage).map(([, value]) => value).join()")


def entries():
    return list(Contribution.objects.values_list("takeaway", "action", "version"))


def test_from_the_square_on_the_wall_to_an_entry_and_its_change(open_browser, round_, rapporteur):
    wall = open_browser(DESKTOP, signed_in=rapporteur)
    wall.goto(at(round_, "round-projector"))
    expect(wall.get_by_role("status")).to_contain_text("0 have answered")
    address = wall.locator("svg title").text_content().removeprefix("QR code for ")

    phone = open_browser(PHONE, has_touch=True, is_mobile=True)
    phone.goto(address)
    phone.get_by_label(TAKEAWAY).fill("Contacts help if they are called before an incident.")
    phone.get_by_label(ACTION).fill("Call them once a quarter.")
    press(phone, "Send")
    expect(phone.get_by_role("heading", name=THANKS)).to_be_visible()
    expect(wall.get_by_role("status")).to_contain_text("1 has answered", timeout=15_000)

    phone.get_by_label(ACTION).fill("Call them twice a quarter.")
    press(phone, "Save the change")
    expect(phone.get_by_label(ACTION)).to_have_value("Call them twice a quarter.")
    expect(phone.get_by_role("button", name="Save the change")).to_be_enabled()
    phone.reload()
    expect(phone.get_by_label(ACTION)).to_have_value("Call them twice a quarter.")

    assert entries() == [("Contacts help if they are called before an incident.", "Call them twice a quarter.", 2)]
    assert kept(phone) == ""
    assert {cookie["name"]: cookie["path"] for cookie in phone.context.cookies()} == {
        "csrf": "/",
        "round": f"/round/{round_.code}/",
    }


def test_words_typed_without_a_connection_are_kept_and_sent_when_it_is_back(phone, complaints):
    phone.get_by_label(TAKEAWAY).fill("Typed in a cellar.")
    phone.context.set_offline(True)
    press(phone, "Send")

    expect(phone.get_by_text("Your words are kept on this phone")).to_be_visible()
    expect(phone.get_by_role("button", name="Try again")).to_be_visible()
    assert "Typed in a cellar." in kept(phone)
    assert entries() == []

    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name=THANKS)).to_be_visible(timeout=30_000)
    assert entries() == [("Typed in a cellar.", "", 1)]
    assert kept(phone) == ""
    assert all("ERR_INTERNET_DISCONNECTED" in complaint for complaint in complaints)
    complaints.clear()


def test_answer_that_is_lost_makes_no_second_entry(phone, round_, complaints):
    def lose(route):
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.continue_()

    phone.route("**/round/**", lose)
    phone.get_by_label(TAKEAWAY).fill("Stored, and never heard of.")
    press(phone, "Send")
    expect(phone.get_by_role("button", name="Try again")).to_be_visible()
    assert entries() == [("Stored, and never heard of.", "", 1)]

    phone.unroute("**/round/**")
    press(phone, "Try again")
    expect(phone.get_by_role("heading", name=THANKS)).to_be_visible()
    assert entries() == [("Stored, and never heard of.", "", 1)]
    assert kept(phone) == ""
    assert all("ERR_CONNECTION_RESET" in complaint for complaint in complaints)
    complaints.clear()


def test_words_of_a_closed_tab_are_there_when_it_is_opened_again(phone, round_):
    phone.get_by_label(TAKEAWAY).fill("Half a thou")
    other = phone.context.new_page()
    phone.close()

    other.goto(round_.address)

    expect(other.get_by_label(TAKEAWAY)).to_have_value("Half a thou")
    expect(other.get_by_text("These words were typed here before and not sent.")).to_be_visible()
    press(other, "Send")
    expect(other.get_by_role("heading", name=THANKS)).to_be_visible()
    assert entries() == [("Half a thou", "", 1)]


def test_words_that_are_refused_stay_and_the_focus_is_on_the_reason(phone, complaints):
    phone.get_by_label(ACTION).fill("x" * 301)
    press(phone, "Send")

    expect(phone.locator("[data-error-summary]")).to_be_focused()
    expect(phone.get_by_label(ACTION)).to_have_value("x" * 301)
    phone.get_by_label(ACTION).fill("x" * 300)
    press(phone, "Send")
    expect(phone.get_by_role("heading", name=THANKS)).to_be_visible()
    assert entries() == [("", "x" * 300, 1)]
    assert all("status of 422" in complaint for complaint in complaints)
    complaints.clear()


def test_round_works_without_javascript_and_without_its_cookie(open_browser, complaints, round_):
    phone = open_browser(PHONE, java_script_enabled=False)
    phone.goto(round_.address)
    phone.context.clear_cookies()
    phone.get_by_label(TAKEAWAY).fill("Sent with old keys.")
    press(phone, "Send")

    expect(phone.get_by_role("heading", name="Not sent yet")).to_be_visible()
    expect(phone.get_by_label("Your takeaway")).to_have_value("Sent with old keys.")
    press(phone, "Send again")
    expect(phone.get_by_role("heading", name=THANKS)).to_be_visible()
    assert entries() == [("Sent with old keys.", "", 1)]
    assert len(complaints) == 1
    assert "status of 403" in complaints.pop()


def test_what_passes_comes_to_the_wall(open_browser, round_, rapporteur):
    ContributionFactory.create_batch(6, round=round_)
    wall = open_browser(DESKTOP, signed_in=rapporteur)
    wall.goto(at(round_, "round-projector"))
    phone = open_browser(PHONE, signed_in=rapporteur)
    phone.goto(at(round_, "desk-round"))

    for number in range(1, 6):
        phone.get_by_role("button", name=f"Show {number}", exact=True).click()
        expect(phone.get_by_role("button", name=f"Show {number}", exact=True)).to_have_count(0)

    expect(wall.locator(".projector__list li")).to_have_count(5, timeout=15_000)


def test_wall_fills_the_screen(open_browser, round_, rapporteur):
    wall = open_browser(DESKTOP, signed_in=rapporteur)
    wall.goto(at(round_, "round-projector"))

    press(wall, "Full screen")

    wall.wait_for_function("document.fullscreenElement !== null")
    square = wall.locator("svg").bounding_box()
    assert square["height"] > DESKTOP["height"] / 2


def test_round_is_set_up_opened_and_closed_on_a_phone(open_browser, round_, rapporteur):
    phone = open_browser(PHONE, signed_in=rapporteur)
    phone.goto(reverse("outcomes:desk-session", args=[round_.session.code]))
    follow(phone, "Set up another round")
    phone.get_by_label("First question").fill("What stays?")
    press(phone, "Set it up")
    expect(phone.get_by_text("You open it by hand.")).to_be_visible()
    press(phone, "Open now")
    expect(phone.get_by_text("Open: the room can answer.")).to_be_visible()
    phone.locator(".round-now__address a").click()
    expect(phone.get_by_label("What stays?")).to_be_visible()
    phone.go_back()
    press(phone, "Close now")
    expect(phone.get_by_role("button", name="Reopen")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_a_round_are_accessible_and_fit_a_phone(
    open_browser, violations, complaints, round_, rapporteur, scheme
):
    ContributionFactory(round=round_, takeaway=LONG, action="الحوار يبني الثقة.", actor_type="state")
    ContributionFactory.create_batch(6, round=round_, moderation="shown", actor_type="state")
    waiting = RoundFactory(event=round_.event, session=round_.session, waiting=True)
    shut = RoundFactory(event=round_.event, session=round_.session, closed=True, asks_actor_type=True)
    pages = [at(one, "round") for one in (round_, waiting, shut)]
    pages += [
        "/round/",
        "/round/aaaaaaaa/",
        at(round_, "desk-round"),
        at(waiting, "desk-round"),
        at(shut, "desk-round"),
    ]
    pages += [at(round_, "round-projector"), at(round_, "desk-round-edit")]
    pages += [reverse("outcomes:desk-session", args=[round_.session.code])]
    phone = open_browser(PHONE, signed_in=rapporteur, color_scheme=scheme)

    for address in pages:
        phone.goto(address)
        assert (address, violations(phone)) == (address, {})
        assert (address, sideways(phone)) == (address, 0)

    phone.goto(at(round_, "round"))
    phone.get_by_label(TAKEAWAY).fill(LONG)
    press(phone, "Send")
    expect(phone.get_by_role("heading", name=THANKS)).to_be_visible()
    assert (violations(phone), sideways(phone)) == ({}, 0)
    phone.get_by_label(TAKEAWAY).fill("")
    press(phone, "Save the change")
    expect(phone.locator("[data-error-summary]")).to_be_focused()
    assert (violations(phone), sideways(phone)) == ({}, 0)
    assert len(complaints) == 2  # the code that leads nowhere, and the form that was refused
    assert all("status of 4" in complaint for complaint in complaints)
    complaints.clear()


ALIKE = [
    "Points of contact must be tested before an incident.",
    "Test the points of contact before an incident.",
    "Before an incident, test your points of contact.",
    "Points of contact need tests before an incident.",
    "Points of contact: tested, before an incident.",
]
OTHERS = [
    "A directory that nobody calls is a list.",
    "Women were missing from two panels.",
    "Hospitals deserve a line of their own.",
    "Trust is made over coffee.",
    "Exercises teach more than speeches.",
]
WORDING = "Points of contact only help if they are tested before an incident."


def test_from_the_square_on_the_wall_to_a_published_takeaway(open_browser, round_, rapporteur):
    wall = open_browser(DESKTOP, signed_in=rapporteur)
    wall.goto(at(round_, "round-projector"))
    address = wall.locator("svg title").text_content().removeprefix("QR code for ")
    for text in ALIKE + OTHERS:  # ten phones that know nothing of each other
        phone = open_browser(PHONE, has_touch=True, is_mobile=True)
        phone.goto(address)
        phone.get_by_label(TAKEAWAY).fill(text)
        press(phone, "Send")
        expect(phone.get_by_role("heading", name=THANKS)).to_be_visible()
    expect(wall.get_by_role("status")).to_contain_text("10 have answered", timeout=15_000)

    desk = open_browser(PHONE, signed_in=rapporteur, has_touch=True, is_mobile=True)
    desk.goto(at(round_, "desk-round"))
    press(desk, "Close now")
    follow(desk, "Bring together what was said")
    press(desk, "Make a group of these 5")
    expect(desk.get_by_label("Name of Group 1")).to_be_focused()
    desk.keyboard.type("Tested contacts")
    desk.keyboard.press("Enter")
    follow(desk, "Make it a draft Tested contacts")
    desk.get_by_label("Wording").fill(WORDING)
    desk.get_by_label("Let the public page say “Raised by 5 of 10 contributions”").check()
    press(desk, "Make the draft")
    expect(desk.get_by_role("status").first).to_contain_text("Draft takeaway made of 5 statements.")
    desk.goto(reverse("outcomes:desk-session-check", args=[round_.session.code]))
    press(desk, "Submit for review")
    expect(desk.get_by_text("1 submitted for review.")).to_be_visible()
    assert sideways(desk) == 0

    outcome = Outcome.objects.get()
    editor = Client()
    editor.force_login(UserFactory(editor=True))
    admin = open_browser(DESKTOP, signed_in=editor)
    admin.goto(reverse("admin:outcomes_outcome_review", args=[outcome.pk]))
    press(admin, "Approve and publish")
    expect(admin.get_by_text("approved and published").first).to_be_visible()

    visitor = open_browser(PHONE)
    visitor.goto(outcome.get_absolute_url())
    expect(visitor.get_by_role("heading", name=WORDING)).to_be_visible()
    expect(visitor.get_by_role("main")).to_contain_text("Raised by 5 of 10 contributions in the closing round.")
    assert not any(text in visitor.content() for text in ALIKE + OTHERS)
