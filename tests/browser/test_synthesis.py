"""A closing round brought together in a real browser: by proposal, menu, drag and post, alone and at the same time."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from outcomes import synthesis
from outcomes.models import Outcome, Placement, StatementGroup
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_main_job import follow, press, sideways
from tests.conftest import reports_on
from tests.factories import (
    BreakoutGroupFactory,
    ContributionFactory,
    EventFactory,
    PlacementFactory,
    RoundFactory,
    SessionFactory,
    StatementGroupFactory,
    UserFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ALIKE = [
    "Points of contact must be tested before an incident.",
    "Test the points of contact.",
    "Before an incident, test your points of contact.",
    "We need tested points of contact.",
]
OTHERS = [
    "A directory that nobody calls is a list.",
    "الحوار المنتظم يبني الثقة.",
    "Women were missing from two panels.",
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz.",
    "The room was too warm.",
    "Hospitals deserve a line of their own.",
    "Trust is made over coffee.",
    "Exercises teach more than speeches.",
]
WORDING = "Points of contact only help if they are tested before an incident."


@pytest.fixture
def closing():
    event = EventFactory(title="Exercise Lighthouse", reference="LH26")
    group = BreakoutGroupFactory(
        event=event, parent=SessionFactory(event=event, title="The first night"), title="Hotlines", number="1"
    )
    now = timezone.now()
    made = RoundFactory(
        event=event, session=group, opens_at=now - dt.timedelta(hours=2), closes_at=now - dt.timedelta(hours=1)
    )
    for text in ALIKE + OTHERS:
        ContributionFactory(round=made, takeaway=text, action="Call my counterpart." if text in ALIKE[:2] else "")
    return made


@pytest.fixture
def rapporteur(closing):
    return reports_on(closing.session, email="rapporteur@example.org", name="Rap Porteur")


def signed_in(user):
    browser = Client()
    browser.force_login(user)
    return browser


def screen(closing):
    return reverse("outcomes:synthesis", args=[closing.code])


def of(page, text):
    """The statement that says `text`."""
    return page.locator("[data-statement]", has_text=text)


def where(text):
    """In which group the statement that says `text` stands, or why it is set aside, or nothing."""
    placement = Placement.objects.filter(contribution__takeaway=text).first()
    return str(placement.group or placement.set_aside) if placement else ""


def announced(page, words):
    expect(page.locator(".synthesis-said")).to_contain_text(words)


def test_from_statements_to_a_takeaway_that_says_by_how_many_it_was_raised(open_browser, closing, rapporteur):
    page = open_browser(signed_in=signed_in(rapporteur))
    page.goto(screen(closing))
    expect(page.get_by_text("0 of 12 takeaways grouped, 12 to go")).to_be_visible()
    assert not Placement.objects.exists()

    # a proposal is taken up, and the group it makes asks for its name
    press(page, "Make a group of these 4")
    announced(page, "“Group 1” made of 4 statements. Give it a name.")
    expect(page.get_by_label("Name of Group 1")).to_be_focused()
    page.keyboard.type("Tested contacts")
    page.keyboard.press("Enter")
    announced(page, "Named “Tested contacts”.")
    assert {where(text) for text in ALIKE} == {"Tested contacts"}

    # by keyboard: the menu of one statement, arrows, Enter; the focus goes on to a neighbour
    page.get_by_role("button", name=f"Move “{OTHERS[0]}”").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name=f"Move “{OTHERS[0]}”")).to_be_visible()
    expect(page.get_by_role("button", name="A new group", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    announced(page, "1 statement moved to “Tested contacts”.")
    expect(page.locator(".statement__move:focus")).to_have_count(1)
    assert where(OTHERS[0]) == "Tested contacts"

    # by drag: into the group and out again, into a new one, and aside, which asks why
    group = page.get_by_role("region", name=re.compile("^Tested contacts"))
    of(page, OTHERS[1]).drag_to(group)
    expect(group.get_by_text(OTHERS[1], exact=True)).to_be_visible()
    of(page, OTHERS[1]).drag_to(page.get_by_role("heading", name=re.compile("^Still to go")))
    announced(page, "1 statement taken out: still to go.")
    assert where(OTHERS[1]) == ""
    of(page, OTHERS[4]).drag_to(page.get_by_role("heading", name=re.compile("^Set aside")))
    page.get_by_role("dialog").get_by_label("Why it is set aside").fill("Not about the subject")
    page.keyboard.press("Enter")
    announced(page, "1 statement set aside.")
    assert where(OTHERS[4]) == "Not about the subject"
    expect(page.get_by_text("5 of 12 takeaways grouped, 1 set aside, 6 to go")).to_be_visible()

    # the draft, with its figure
    follow(page, "Make it a draft Tested contacts")
    expect(page.get_by_label("Wording")).to_have_value("Tested contacts")
    page.get_by_label("Wording").fill(WORDING)
    page.get_by_label("Let the public page say “Raised by 5 of 12 contributions”").check()
    press(page, "Make the draft")
    expect(page.get_by_role("status").first).to_contain_text("Draft takeaway made of 5 statements.")
    follow(page, WORDING)
    expect(page.get_by_role("heading", name="Made of 5 statements of 12 in the closing round")).to_be_visible()
    outcome = Outcome.objects.get()
    page.goto(reverse("outcomes:desk-session-check", args=[closing.session.code]))
    press(page, "Submit for review")

    desktop = open_browser(signed_in=signed_in(UserFactory(editor=True)))
    desktop.goto(reverse("admin:outcomes_outcome_review", args=[outcome.pk]))
    expect(desktop.get_by_text(ALIKE[0])).to_be_visible()
    press(desktop, "Approve and publish")
    expect(desktop.get_by_text("approved and published").first).to_be_visible()

    visitor = open_browser(PHONE)
    visitor.goto(outcome.get_absolute_url())
    expect(visitor.get_by_role("main")).to_contain_text("Raised by 5 of 12 contributions in the closing round.")
    assert ALIKE[0] not in visitor.content()
    assert visitor.context.cookies() == []


def test_on_a_phone_statements_are_ticked_and_moved_together(open_browser, closing, rapporteur):
    phone = open_browser(PHONE, signed_in=signed_in(rapporteur), has_touch=True, is_mobile=True)
    phone.goto(screen(closing))

    press(phone, "Move ticked")
    announced(phone, "Tick at least one first.")
    for text in OTHERS[:2]:
        phone.get_by_label(text).check()
    press(phone, "Move ticked")
    announced(phone, "“Group 1” made of 2 statements.")
    expect(phone.get_by_label("Move what is ticked to")).to_have_value(StatementGroup.objects.get().code)
    phone.get_by_label(OTHERS[2]).check()
    press(phone, "Move ticked")
    announced(phone, "1 statement moved to “Group 1”.")

    phone.get_by_label(OTHERS[3]).check()
    phone.get_by_label("Move what is ticked to").select_option("Set aside")
    press(phone, "Move ticked")
    announced(phone, "Say why it is set aside.")
    phone.get_by_label("Why it is set aside").fill("A test")
    press(phone, "Move ticked")
    announced(phone, "1 statement set aside.")

    assert [where(text) for text in OTHERS[:4]] == ["Group 1", "Group 1", "Group 1", "A test"]
    assert sideways(phone) == 0


def test_the_whole_screen_works_without_javascript(open_browser, closing, rapporteur, complaints):
    phone = open_browser(PHONE, signed_in=signed_in(rapporteur), java_script_enabled=False)
    phone.goto(screen(closing))

    press(phone, "Make a group of these 4")
    expect(phone.get_by_text("“Group 1” made of 4 statements. Give it a name.")).to_be_visible()
    phone.get_by_label("Name of Group 1").fill("Tested contacts")
    phone.get_by_role("button", name="Save the name of Group 1").click()
    expect(phone.get_by_text("Named “Tested contacts”.")).to_be_visible()
    phone.get_by_label("Move what is ticked to").select_option("Tested contacts")
    phone.get_by_role("button", name=f"Move “{OTHERS[0]}”").click()
    expect(phone.get_by_text("1 statement moved to “Tested contacts”.")).to_be_visible()
    phone.get_by_label(OTHERS[1]).check()
    phone.get_by_label("Move what is ticked to").select_option("Set aside")
    press(phone, "Move ticked")
    expect(phone.get_by_role("alert")).to_contain_text("Say why it is set aside.")
    expect(phone.get_by_label(OTHERS[1])).to_be_checked()
    assert len(complaints) == 1
    assert "status of 422" in complaints.pop()
    phone.get_by_label("Why it is set aside").fill("A test")
    press(phone, "Move ticked")
    expect(phone.get_by_text("5 of 12 takeaways grouped, 1 set aside, 6 to go")).to_be_visible()

    follow(phone, "Make it a draft Tested contacts")
    press(phone, "Make the draft")
    expect(phone.get_by_text("Draft takeaway made of 5 statements.")).to_be_visible()
    follow(phone, "Actions 2")
    expect(phone.get_by_text("0 of 2 actions grouped, 2 to go")).to_be_visible()

    outcome = Outcome.objects.get()
    assert (outcome.text, outcome.raised_by, outcome.raised_of) == ("Tested contacts", 5, 12)


def test_two_people_see_each_others_moves_and_lose_nothing(open_browser, closing, rapporteur, complaints):
    page = open_browser(signed_in=signed_in(rapporteur))
    group = StatementGroupFactory(round=closing, name="Mine", number=1)
    first, second = (closing.contributions.get(takeaway=text) for text in OTHERS[:2])
    page.goto(screen(closing))
    page.get_by_text("Name, order, merge").click()
    page.get_by_label("Name of Mine").fill("Half a na")
    page.get_by_label(OTHERS[2]).check()

    # somebody else makes a group and moves two there: it shows, and what was ticked and typed stays
    move = {"request_key": group.round.contributions.first().pk, "to": synthesis.NEW}
    synthesis.move(closing, "takeaway", {first.pk: "", second.pk: ""}, **move)
    theirs = page.get_by_role("region", name=re.compile("^Group 2"))
    expect(theirs.get_by_text(OTHERS[0], exact=True)).to_be_visible(timeout=20_000)
    expect(page.get_by_label("Name of Mine")).to_have_value("Half a na")
    expect(page.get_by_label("Name of Mine")).to_be_visible()
    expect(page.get_by_label(OTHERS[2])).to_be_checked()

    # a move that is overtaken says what stands now
    with page.expect_event("requestfailed", timeout=20_000):  # from the next question on, no answer comes
        page.route(re.compile(r"seen="), lambda route: route.abort())
    synthesis.move(
        closing,
        "takeaway",
        {closing.contributions.get(takeaway=OTHERS[2]).pk: ""},
        to=synthesis.ASIDE,
        reason="A test",
        request_key=first.pk,
    )
    page.get_by_label("Move what is ticked to").select_option("Mine")
    press(page, "Move ticked")
    announced(page, "Somebody else moved it meanwhile. It is set aside now, and stayed there.")
    assert where(OTHERS[2]) == "A test"

    # without a connection nothing is lost
    page.get_by_label(OTHERS[5]).check()
    page.get_by_label("Move what is ticked to").select_option("Mine")
    page.context.set_offline(True)
    press(page, "Move ticked")
    announced(page, "Not saved: there is no connection.")
    expect(page.get_by_label(OTHERS[5])).to_be_checked()
    page.context.set_offline(False)
    press(page, "Move ticked")
    announced(page, "1 statement moved to “Mine”.")
    assert where(OTHERS[5]) == "Mine"
    expect(page.get_by_label("Name of Mine")).to_have_value("Half a na")

    # signed out meanwhile: said, and the screen with what is on it stays
    page.context.clear_cookies()
    page.get_by_label(OTHERS[6]).check()
    press(page, "Move ticked")
    announced(page, "Not saved")
    expect(page.get_by_label(OTHERS[6])).to_be_checked()
    assert where(OTHERS[6]) == ""
    assert all("Failed to load resource" in complaint for complaint in complaints)
    complaints.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_are_accessible_and_fit(open_browser, violations, closing, rapporteur, viewport, scheme):
    made = StatementGroupFactory(round=closing, name="Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz")
    for contribution in closing.contributions.filter(takeaway__in=OTHERS[:6]):
        PlacementFactory(contribution=contribution, group=made)
    words = {"text": WORDING, "themes": [], "addressed_to": [], "heading": ""}
    outcome = synthesis.draft(made, by=rapporteur, request_key=made.round.contributions.first().pk, words=words)
    other = StatementGroupFactory(round=closing)
    for text in ALIKE[:2]:
        PlacementFactory(contribution=closing.contributions.get(takeaway=text), group=other)
    PlacementFactory(contribution=closing.contributions.get(takeaway=OTHERS[6]), aside=True)
    page = open_browser(viewport, signed_in=signed_in(rapporteur), color_scheme=scheme)
    pages = [screen(closing), screen(closing) + "?kind=action"]
    pages.append(reverse("outcomes:group-draft", args=[closing.code, other.code]))
    pages.append(reverse("outcomes:outcome-origin", args=[outcome.code]))
    pages.append(reverse("outcomes:desk-outcome", args=[outcome.code]))

    for address in pages:
        page.goto(address)
        page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")

        assert (address, violations(page)) == (address, {})
        assert (address, sideways(page)) == (address, 0)

    page.goto(screen(closing))
    page.get_by_role("button", name=f"Move “{OTHERS[7]}”").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert (violations(page), sideways(page)) == ({}, 0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=f"Move “{OTHERS[7]}”")).to_be_focused()
