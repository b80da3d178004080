"""Two who write on the same items, on two phones or in two tabs."""

import pytest
from playwright.sync_api import expect

from outcomes import workflow
from outcomes.models import Outcome, Presence
from tests.browser.conftest import PHONE
from tests.browser.desk.steps import kept, open_place, press, ready, signed_in, state, texts, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("who", ["the same", "a colleague"])
@pytest.mark.parametrize("keep", ["mine", "theirs", "both"])
def test_two_who_write_the_same_item_lose_nothing(open_browser, client, rapporteur, colleague, group, draft, who, keep):
    mine = open_browser(PHONE, signed_in=client, has_touch=True, is_mobile=True)
    open_place(mine, group)
    mine.get_by_role("link", name="Edit Takeaway 1").click()
    theirs = open_browser(signed_in=signed_in(colleague if who == "a colleague" else rapporteur))
    open_place(theirs, group)
    theirs.get_by_role("link", name="Edit Takeaway 1").click()
    theirs.get_by_label("Wording").fill("Their words.")
    state(theirs, "^Draft saved")

    mine.get_by_label("Wording").fill("My words.")
    conflict = mine.get_by_role("region", name="Other words were saved meanwhile")
    expect(conflict).to_be_visible()
    title = "What Lena Madeup saved on" if who == "a colleague" else "What you saved elsewhere on"
    expect(conflict).to_contain_text(title)
    assert conflict.locator(".compare__text").all_inner_texts() == ["My words.", "Their words."]
    assert texts() == ["Their words."]
    assert kept(mine) == 1

    press(mine, {"mine": "Keep mine", "theirs": "Keep theirs", "both": "Edit both together"}[keep])
    wording = mine.get_by_label("Wording")
    if keep == "theirs":
        expect(wording).to_have_value("Their words.")
    elif keep == "both":
        expect(wording).to_have_value("My words.\n\nTheir words.")
    if keep != "theirs":
        state(mine, "^Draft saved")
    assert texts() == [{"mine": "My words.", "theirs": "Their words.", "both": "My words.\n\nTheir words."}[keep]]
    assert kept(mine) == 0


def test_two_tabs_of_one_browser_do_not_write_over_each_other(phone, group, draft):
    other = phone.context.new_page()
    for page in (phone, other):
        open_place(page, group)
        page.get_by_role("link", name="Edit Takeaway 1").click()
    phone.context.set_offline(True)
    phone.get_by_label("Wording").fill("In the one tab.")
    other.get_by_label("Wording").fill("In the other tab.")
    assert kept(phone) == 2

    phone.context.set_offline(False)
    until(phone, lambda: any(page.locator(".desk-conflict").count() for page in (phone, other)))
    shown = [page for page in (phone, other) if page.locator(".desk-conflict").count()]
    assert len(shown) == 1
    both = shown[0].locator(".compare__text").all_inner_texts()
    assert sorted(both) == ["In the one tab.", "In the other tab."]


def test_words_for_what_was_submitted_or_deleted_meanwhile_stay(phone, group, rapporteur, draft):
    open_place(phone, group)
    phone.get_by_role("link", name="Edit Takeaway 1").click()
    Outcome.objects.get().submit(by=rapporteur)
    phone.get_by_label("Wording").fill("My last words.")
    state(phone, "^Not saved: this one was submitted while you were writing.")
    assert kept(phone) == 1
    phone.get_by_role("link", name="See what became of it").click()
    press(phone, "Take back")
    ready(phone)
    expect(phone.get_by_label("Wording")).to_have_value("My last words.")
    state(phone, "^Draft saved")

    workflow.delete(Outcome.objects.get(), version=Outcome.objects.get().version, by=None)
    phone.get_by_label("Wording").fill("My very last words.")
    state(phone, "^Not saved: this one is not here any more.")
    press(phone, "Bring it back")
    state(phone, "^Draft saved")
    assert texts() == ["My very last words."]

    workflow.delete(Outcome.objects.get(), version=Outcome.objects.get().version, by=None)
    phone.get_by_label("Wording").fill("Once more.")
    state(phone, "^Not saved: this one is not here any more.")
    press(phone, "Add it as a new one")
    state(phone, "^Draft saved")
    assert texts() == ["Once more."]


def test_co_rapporteurs_see_who_is_editing(open_browser, phone, client, colleague, group, draft):
    theirs = open_browser(signed_in=signed_in(colleague))
    open_place(theirs, group)
    theirs.get_by_role("link", name="Edit Takeaway 1").click()
    expect(theirs.get_by_label("Wording")).to_be_focused()
    until(theirs, Presence.objects.exists)

    open_place(phone, group)
    expect(phone.get_by_text("Lena Madeup is editing this now")).to_be_visible()
    Presence.objects.update(seen_at="2026-01-01T00:00Z")
    open_place(phone, group)
    expect(phone.get_by_text("is editing this now")).to_have_count(0)
