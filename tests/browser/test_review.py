"""The review in a real browser: decided by keyboard, merged with its twin, parted, and a wording brought back."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from outcomes.models import Outcome
from participants import history
from tests.browser.conftest import PHONE
from tests.browser.test_main_job import sideways
from tests.factories import EventFactory, StatusChangeFactory, TakeawayFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = [
    "Coastal States report dredging incidents to one register.",
    "All coastal States report dredging incidents to a shared register.",
    "Funders pay for exercises.",
]


@pytest.fixture
def editor():
    return UserFactory(name="Ed Itor", editor=True)


@pytest.fixture
def waiting():
    event = EventFactory(title="Exercise Lighthouse", reference="LH26")
    rows = [TakeawayFactory(event=event, submitted=True, text=text) for text in WORDS]
    for row in rows:
        StatusChangeFactory(outcome=row, to_status="submitted")
    return rows


def address(name, *rows):
    return reverse(f"admin:outcomes_outcome_{name}", args=[row.pk for row in rows])


def test_review_by_keyboard_merge_and_way_back(open_browser, violations, editor, waiting):
    browser = Client()
    browser.force_login(editor)
    page = open_browser(signed_in=browser)

    # keys move the focus and decide nothing; in a field they are letters
    page.goto(address("review", waiting[2]))
    expect(page.get_by_text("1 of 3")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_focused()
    page.keyboard.press("e")
    expect(page.get_by_label("Wording", exact=True)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" Happen.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_focused()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 3")).to_be_visible()
    changed = Outcome.objects.get(pk=waiting[2].pk)
    assert changed.status == "approved"
    assert changed.text.endswith("Happen.")

    # off is off
    page.get_by_label("Use single keys").uncheck()
    page.get_by_role("heading", level=1).first.click()
    page.keyboard.press("e")
    expect(page.get_by_label("Wording", exact=True)).not_to_be_focused()
    assert violations(page) == {}

    # what is perhaps the same is merged, and parted again
    page.goto(address("review", waiting[0]))
    page.get_by_role("checkbox", name="shared register").check()
    page.get_by_role("button", name="Merge with those ticked").click()
    assert violations(page) == {}
    page.get_by_label("Its wording from now on").fill("All coastal States report to one register.")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("2 are one now")).to_be_visible()
    assert Outcome.objects.get(pk=waiting[1].pk).status == "merged"
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text("2 stand by themselves again")).to_be_visible()

    # a wording is brought back, on a phone
    with history.watch(waiting[0], by=editor):
        outcome = Outcome.objects.get(pk=waiting[0].pk)
        outcome.revise(version=outcome.version, text="A slip.")
    page.set_viewport_size(PHONE)
    page.goto(address("history", waiting[0]))
    assert sideways(page) <= 0
    assert violations(page) == {}
    page.get_by_role("link", name="Undo this change").first.click()
    assert violations(page) == {}
    page.get_by_role("button", name="Undo this change").click()
    expect(page.get_by_text("changed back").first).to_be_visible()
    assert Outcome.objects.get(pk=waiting[0].pk).text == WORDS[0]
    page.goto(address("review", waiting[0]))
    assert sideways(page) <= 0
    assert violations(page) == {}
