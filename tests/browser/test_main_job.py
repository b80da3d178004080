"""The whole job in a real browser: written on a phone, reviewed at a desk, found by anyone."""

import re
import time

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from outcomes.models import Outcome
from tests.browser.conftest import PHONE
from tests.conftest import reports_on
from tests.factories import (
    ActionFactory,
    BreakoutGroupFactory,
    EventFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TAKEAWAY = "Points of contact only help if they are called before an incident."
ACTION = "Publish the answers given in the exercise, without names."
NOTE = "Who publishes them? Please name the kind of actor."


@pytest.fixture
def event():
    return EventFactory(title="Exercise Lighthouse", reference="LH26", time_zone="America/Santiago")


@pytest.fixture
def group(event):
    plenary = SessionFactory(event=event, title="The first night")
    return BreakoutGroupFactory(event=event, parent=plenary, title="Hotlines and who answers them", number="1")


@pytest.fixture
def theme():
    parent = ThemeFactory(name="Capacity-building")
    ThemeFactory(name="People and skills", parent=parent)
    return ThemeFactory(name="Confidence-building")


def sideways(page):
    """How many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def press(page, name):
    """Press the one button of that name."""
    page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    """Follow the one link of that name."""
    page.get_by_role("link", name=name, exact=True).click()


def code_in(mailoutbox):
    """Let the worker send what waits, and read the code as a person reads it."""
    call_command("worker", batch=True)
    return re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", mailoutbox[-1].body)[0]


def test_from_a_breakout_group_to_the_theme_page(open_browser, violations, group, theme, mailoutbox):
    reports_on(group, email="rapporteur@example.org", name="Rap Porteur")
    UserFactory(email="editor@example.org", name="Ed Itor", editor=True, password="correct horse battery")

    phone = open_browser(PHONE, has_touch=True, is_mobile=True)
    sign_in_by_code(phone, mailoutbox)
    write_and_submit(phone, group)

    filed = Outcome.objects.order_by("pk").values_list("text", "status")
    assert list(filed) == [(TAKEAWAY, "submitted"), (ACTION, "submitted")]

    desktop = open_browser()
    sign_in_by_password(desktop)
    review(desktop)

    call_command("worker", batch=True)
    assert [mail.subject for mail in mailoutbox[-2:]] == ["Please revise your action", "Your takeaway is published"]
    phone.goto("/desk/")
    expect(phone.get_by_text(NOTE)).to_be_visible()
    assert violations(phone) == {}

    visitor = open_browser(PHONE)
    find_by_theme(visitor, theme)


def sign_in_by_code(phone, mailoutbox):
    phone.goto("/desk/")
    phone.get_by_label("E-mail address").fill("rapporteur@example.org")
    press(phone, "Send me a code")
    phone.wait_for_url("**/sign-in/code/")
    phone.get_by_label("Code").fill(code_in(mailoutbox))
    press(phone, "Sign in")
    expect(phone.get_by_role("heading", name="Your desk", level=1)).to_be_visible()


def write_and_submit(phone, group):
    follow(phone, "Breakout group 1: Hotlines and who answers them")
    follow(phone, "Add a takeaway")
    phone.get_by_label("Wording").fill(TAKEAWAY)
    phone.get_by_label("Confidence-building").check()
    press(phone, "Save draft")

    follow(phone, "Add an action")
    phone.get_by_label("Wording").fill(ACTION)
    phone.get_by_label("Confidence-building").check()
    phone.get_by_text("For an action: who, to whom, by when").click()
    phone.get_by_label("Due, in words").fill("before the next exercise")
    press(phone, "Save draft")
    expect(phone.get_by_text("Due before the next exercise")).to_be_visible()

    follow(phone, "Check and submit 2")
    assert sideways(phone) == 0
    press(phone, "Submit for review")
    expect(phone.get_by_text("2 submitted for review.")).to_be_visible()


def sign_in_by_password(desktop):
    desktop.goto(reverse("admin:outcomes_outcome_queue"))
    desktop.get_by_label("E-mail").fill("editor@example.org")
    desktop.get_by_label("Password").fill("correct horse battery")
    press(desktop, "Sign in")
    expect(desktop.get_by_role("status").filter(has_text="2 outcomes")).to_be_visible()


def review(desktop):
    follow(desktop, ACTION)
    desktop.get_by_label("Note", exact=True).fill(NOTE)
    press(desktop, "Send back")
    expect(desktop.get_by_text("sent back").first).to_be_visible()

    desktop.goto(reverse("admin:outcomes_outcome_queue"))
    follow(desktop, TAKEAWAY)
    press(desktop, "Approve and publish")
    expect(desktop.get_by_text("approved and published").first).to_be_visible()


def find_by_theme(visitor, theme):
    visitor.goto("/")
    visitor.get_by_role("navigation", name="Main").get_by_role("link", name="Themes").click()
    visitor.get_by_role("main").get_by_role("link", name=theme.name).first.click()

    expect(visitor.get_by_role("link", name=TAKEAWAY)).to_be_visible()
    expect(visitor.get_by_text("LH26-T1").first).to_be_visible()
    assert ACTION not in visitor.content()
    assert "Rap Porteur" not in visitor.content()

    visitor.get_by_role("link", name=TAKEAWAY).click()
    expect(visitor.get_by_role("main")).to_contain_text(TAKEAWAY)
    assert visitor.context.cookies() == []


@pytest.fixture
def full_desk(client, group, theme):
    """A rapporteur's signed-in browser session, and one item in each state."""
    rapporteur = reports_on(group, email="rapporteur@example.org", name="Rap Porteur")
    editor = UserFactory(editor=True)
    place = {"event": group.event, "session": group, "author": rapporteur}
    items = {
        "draft": TakeawayFactory(
            **place, text="The longest word is Rindfleischetikettierungsüberwachungsaufgabe.", themes=[theme]
        ),
        "back": TakeawayFactory(**place, text="الحوار المنتظم يبني الثقة."),
        "submitted": ActionFactory(**place, due_text="soon"),
        "published": TakeawayFactory(**place, text="As it was submitted."),
    }
    for name in ("back", "submitted", "published"):
        items[name].submit(by=rapporteur)
    items["back"].send_back(by=editor, note="Who says so?")
    items["published"].revise(version=1, text="As it was edited.")
    items["published"].approve(by=editor)
    items["published"].publish(by=editor)
    client.force_login(rapporteur)
    return client, items


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_desk_pages_are_accessible_and_fit_a_phone(open_browser, violations, complaints, full_desk, group, scheme):
    client, items = full_desk
    phone = open_browser(PHONE, signed_in=client, color_scheme=scheme)
    place = reverse("outcomes:desk-session", args=[group.code])
    pages = ["/desk/", place, f"{place}new/", f"{place}new/?kind=action", f"{place}check/"]
    pages += [reverse("outcomes:desk-outcome", args=[item.code]) for item in items.values()]
    pages.append(reverse("outcomes:outcome-delete", args=[items["draft"].code]))

    for address in pages:
        phone.goto(address)
        phone.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")

        assert (address, violations(phone)) == (address, {})
        assert (address, sideways(phone)) == (address, 0)

    # an empty form, then words for what somebody changed meanwhile, then for what was submitted meanwhile
    phone.goto(f"{place}new/")
    press(phone, "Save draft")
    expect(phone.locator("[data-error-summary]")).to_be_focused()
    expect(phone).to_have_title(re.compile("^Error: "))
    assert violations(phone) == {}

    # as the pages are without the desk's scripts; with them: test_desk_keeps_words.py
    phone.route("**/js/desk/*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    draft = items["draft"]
    phone.goto(reverse("outcomes:desk-outcome", args=[draft.code]))
    phone.get_by_label("Wording").fill("Mine.")
    Outcome.objects.get(pk=draft.pk).revise(version=1, text="Theirs.")
    press(phone, "Save draft")
    expect(phone.get_by_role("heading", name="Other words were saved meanwhile")).to_be_visible()
    assert (violations(phone), sideways(phone)) == ({}, 0)

    Outcome.objects.get(pk=draft.pk).submit(by=draft.author)
    press(phone, "Save draft")
    expect(phone.get_by_label("What you typed, wording")).to_have_value("Mine.")
    assert (violations(phone), sideways(phone)) == ({}, 0)
    assert len(complaints) == 2
    assert all("status of 409" in complaint for complaint in complaints)
    complaints.clear()


def test_the_whole_desk_works_without_javascript(open_browser, full_desk, group, theme):
    client, _ = full_desk
    phone = open_browser(PHONE, signed_in=client, java_script_enabled=False)
    phone.goto(reverse("outcomes:desk-session", args=[group.code]))

    follow(phone, "Add an action")
    phone.get_by_text("For an action: who, to whom, by when").click()
    phone.get_by_label("State", exact=True).check()
    press(phone, "Save draft")
    expect(phone.get_by_role("alert")).to_contain_text("Write the wording.")
    phone.get_by_label("Wording").fill(ACTION)
    press(phone, "Save and submit")

    expect(phone.get_by_text("Action submitted for review.")).to_be_visible()
    action = Outcome.objects.get(text=ACTION)
    assert [addressee.actor_type for addressee in action.addressees.all()] == ["state"]

    phone.get_by_role("button", name="Move up Action 2").click()
    expect(phone.get_by_text("Action moved up: now 1 of 2.")).to_be_visible()
    press(phone, "Take back Action 1")
    expect(phone.get_by_role("heading", name="Change the action")).to_be_visible()
    press(phone, "Sign out")
    phone.goto("/desk/")
    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()


# The list is read before the words arrive and shown after they were acknowledged: only waiting for them helps.
WORDS_GO_LATE = """
() => {
    const { fetch } = window;
    window.fetch = (...what) => new Promise((go) => setTimeout(go, 400)).then(() => fetch(...what));
}
"""


def read_at_once_and_told_late(route):
    response = route.fetch()
    time.sleep(1)
    route.fulfill(response=response)


def test_length_is_said_when_it_matters_and_words_that_are_left_stay(open_browser, full_desk, group):
    client, _ = full_desk
    phone = open_browser(PHONE, signed_in=client)
    phone.goto(reverse("outcomes:desk-session-new", args=[group.code]))
    wording, count = phone.get_by_label("Wording"), phone.locator("[data-count]")

    wording.press_sequentially("x")
    wording.fill("x" * 300)
    phone.wait_for_timeout(1000)
    expect(count).to_be_hidden()
    wording.fill("x" * 480)
    expect(count).to_have_text("20 characters left")
    wording.fill("x" * 503)
    expect(count).to_contain_text("3 characters more than people read")

    phone.evaluate(WORDS_GO_LATE)
    phone.route(f"**{reverse('outcomes:desk-session', args=[group.code])}", read_at_once_and_told_late)
    phone.get_by_role("link", name="Breakout group 1").click()
    expect(phone.get_by_role("heading", name="Takeaways 4")).to_be_visible()
    expect(phone.get_by_text("x" * 503)).to_be_visible()


def test_details_of_an_action_are_hidden_from_a_takeaway(open_browser, full_desk, group):
    client, _ = full_desk
    phone = open_browser(PHONE, signed_in=client)
    phone.goto(reverse("outcomes:desk-session-new", args=[group.code]))
    details = phone.get_by_text("For an action: who, to whom, by when")

    expect(details).to_be_hidden()
    phone.get_by_label("An action: what is to be done").check()
    expect(details).to_be_visible()
