"""Items written, put in order, deleted and submitted on one screen; notes and documents taken apart."""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from outcomes.models import Outcome
from tests.browser.conftest import PHONE
from tests.browser.desk.steps import FIRST, SECOND, add, open_place, place_url, press, ready, signed_in, state, texts
from tests.factories import TakeawayFactory, ThemeFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Thirteen bullets as a rapporteur has them on a laptop.
NOTES = "\n".join(
    ["Takeaways", *(f"- The group concluded matter number {n}." for n in range(1, 8)), "", "Actions"]
    + [f"- To see to matter number {n} soon." for n in range(1, 7)]
)


def test_a_takeaway_takes_six_taps_beyond_typing(phone, group):
    theme = ThemeFactory(name="Points of contact")
    taps = []

    def tap(locator):
        taps.append(locator)
        locator.click()

    phone.goto("/desk/")
    ready(phone)
    tap(phone.get_by_role("link", name="Breakout group 1"))
    ready(phone)
    tap(phone.get_by_role("link", name="Add a takeaway"))
    phone.keyboard.type(FIRST)  # the field has the focus
    tap(phone.get_by_role("group", name="Suggested themes").get_by_role("button", name="Points of contact"))
    state(phone, "^Draft saved")
    tap(phone.get_by_role("button", name="Save draft"))
    tap(phone.get_by_role("link", name="Check and submit 1"))
    tap(phone.get_by_role("button", name="Submit for review"))

    expect(phone.get_by_text("1 submitted for review.")).to_be_visible()
    assert len(taps) <= 6
    outcome = Outcome.objects.get()
    assert (outcome.text, outcome.status, list(outcome.themes.all())) == (FIRST, "submitted", [theme])


def test_the_whole_desk_by_keyboard_alone(open_browser, client, rapporteur, group, draft):
    page = open_browser(signed_in=client)
    open_place(page, group)
    other = page.get_by_role("link", name="Add a takeaway", exact=True)

    other.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Wording")).to_be_focused()
    page.keyboard.type(SECOND)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Takeaways 2")).to_be_visible()
    edit = page.get_by_role("link", name="Edit Takeaway 2")
    expect(edit).to_be_focused()

    page.get_by_role("button", name="Move up Takeaway 2").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Takeaway moved up: now 1 of 2.")).to_have_count(1)
    assert texts() == [SECOND, FIRST]
    expect(page.locator(":focus")).to_have_count(1)
    assert SECOND in page.evaluate("document.activeElement.closest('.desk-item').textContent")

    page.get_by_role("link", name="Delete Takeaway 1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    assert texts() == [FIRST]
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Brought back.")).to_have_count(1)
    assert texts() == [SECOND, FIRST]


def test_items_are_dragged_to_another_place(phone, group):
    for text in ("First", "Second", "Third"):
        TakeawayFactory(event=group.event, session=group, text=text)
    open_place(phone, group)

    handles = phone.locator(".desk-drag")
    handles.nth(2).scroll_into_view_if_needed()
    start, end = handles.nth(2).bounding_box(), phone.locator(".desk-item").first.bounding_box()
    phone.mouse.move(start["x"] + 5, start["y"] + 5)
    phone.mouse.down()
    phone.mouse.move(start["x"] + 5, end["y"] + 20, steps=8)
    phone.mouse.move(start["x"] + 5, end["y"] + 2, steps=2)
    phone.mouse.up()

    expect(phone.get_by_role("status").filter(has_text="Takeaway moved: now 1 of 3.")).to_have_count(1)
    assert texts() == ["Third", "First", "Second"]


def test_save_and_submit_waits_until_the_words_are_stored(phone):
    add(phone).fill(FIRST)
    press(phone, "Save and submit")

    expect(phone.get_by_text("Takeaway submitted for review.")).to_be_visible()
    assert Outcome.objects.values_list("text", "status", "version").get() == (FIRST, "submitted", 2)


def test_an_empty_form_says_so_on_the_page_of_its_own(phone):
    add(phone)
    press(phone, "Save draft")

    expect(phone.locator("[data-error-summary]")).to_be_focused()
    assert not Outcome.objects.exists()


def test_one_after_the_other_without_leaving_the_screen(phone):
    add(phone).fill(FIRST)
    press(phone, "Save and add another")
    phone.get_by_label("Wording").fill(SECOND)
    press(phone, "Save draft")

    expect(phone.get_by_role("heading", name="Takeaways 2")).to_be_visible()
    assert texts() == [FIRST, SECOND]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_in_place_is_accessible_and_fits(
    open_browser, client, violations, rapporteur, colleague, group, draft, scheme
):
    ThemeFactory(name="Points of contact")
    phone = open_browser(PHONE, signed_in=client, color_scheme=scheme)
    open_place(phone, group)

    def is_fine():
        phone.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
        assert violations(phone) == {}
        assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") == 0

    add(phone, "an action").fill(FIRST)
    expect(phone.get_by_role("group", name="Suggested themes")).to_be_visible()
    is_fine()
    press(phone, "Save draft")
    phone.get_by_role("link", name="Edit Takeaway 1").click()
    theirs = open_browser(signed_in=signed_in(colleague))
    open_place(theirs, group)
    theirs.get_by_role("link", name="Edit Takeaway 1").click()
    theirs.get_by_label("Wording").fill("Theirs.")
    state(theirs, "^Draft saved")
    phone.get_by_label("Wording").fill("Mine.")
    expect(phone.get_by_role("region", name="Other words were saved meanwhile")).to_be_visible()
    is_fine()
    phone.context.set_offline(True)
    press(phone, "Keep mine")
    add(phone).fill(SECOND)
    press(phone, "Save draft")
    is_fine()
    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name="Takeaways 2")).to_be_visible()
    phone.get_by_role("link", name="Delete Takeaway 1").click()
    is_fine()


# --- Notes and documents -------------------------------------------------------------------------------------------


def test_thirteen_bullets_are_pasted_and_added(phone, group, violations):
    phone.get_by_role("link", name="Paste notes or a document").click()
    ready(phone)
    assert violations(phone) == {}
    phone.get_by_label("Paste your notes").fill(NOTES)
    press(phone, "Take it apart")
    expect(phone.get_by_role("heading", name="What your notes propose")).to_be_visible()
    assert phone.locator("[data-offer]").count() == 13
    assert (violations(phone), phone.evaluate("document.documentElement.scrollWidth - innerWidth")) == ({}, 0)

    phone.get_by_role("button", name="Add as a draft (Line 3)").click()
    expect(phone.locator("[data-offer]")).to_have_count(12)
    press(phone, "Add all as drafts")

    expect(phone.get_by_text("6 takeaways and 6 actions added. Not submitted yet.")).to_be_visible()
    kinds = list(Outcome.objects.values_list("kind", flat=True))
    assert (kinds.count("takeaway"), kinds.count("action")) == (7, 6)


def test_a_document_is_chosen(phone, group, tmp_path):
    document = tmp_path / "notes.txt"
    document.write_text(NOTES)
    phone.get_by_role("link", name="Paste notes or a document").click()
    phone.get_by_label("Or choose a document").set_input_files(Path(document))
    press(phone, "Take it apart")

    expect(phone.locator("[data-offer]")).to_have_count(13)


def test_what_was_pasted_or_proposed_outlives_the_tab(phone, group):
    context, address = phone.context, reverse("outcomes:desk-session-paste", args=[group.code])
    phone.goto(address)
    ready(phone)
    phone.get_by_label("Paste your notes").fill(NOTES)
    phone.close()

    again = context.new_page()
    again.goto(address)
    ready(again)
    expect(again.get_by_label("Paste your notes")).to_have_value(NOTES)
    press(again, "Take it apart")
    ready(again)
    again.get_by_label("Wording, Line 2").fill("Changed before the tab was closed.")
    again.wait_for_timeout(600)
    again.close()

    last = context.new_page()
    last.goto(address)
    ready(last)
    expect(last.get_by_text("Words kept on this phone")).to_be_visible()
    press(last, "Go on with it")
    expect(last.get_by_label("Wording, Line 2")).to_have_value("Changed before the tab was closed.")
    press(last, "Add all as drafts")
    expect(last.get_by_text("7 takeaways and 6 actions added.")).to_be_visible()
    last.goto(address)
    ready(last)
    expect(last.get_by_text("Words kept on this phone")).to_have_count(0)
    assert Outcome.objects.count() == 13


# --- Without a script ----------------------------------------------------------------------------------------------


def test_pasting_deleting_undo_and_conflicts_work_without_javascript(open_browser, client, rapporteur, group, draft):
    phone = open_browser(PHONE, signed_in=client, java_script_enabled=False)
    phone.goto(place_url(group))
    phone.get_by_role("link", name="Paste notes or a document").click()
    phone.get_by_label("Paste your notes").fill(NOTES)
    press(phone, "Take it apart")
    phone.get_by_role("button", name="Add as a draft (Line 2)").click()
    press(phone, "Dismiss all")
    expect(phone.get_by_role("heading", name="Takeaways 2")).to_be_visible()

    phone.get_by_role("link", name="Delete Takeaway 1").click()
    press(phone, "Delete it")
    expect(phone.get_by_text("Takeaway deleted:")).to_be_visible()
    press(phone, "Undo")
    expect(phone.get_by_text("Takeaway brought back, as it was.")).to_be_visible()

    phone.get_by_role("link", name="Edit Takeaway 1").click()
    phone.get_by_label("Wording").fill("Mine.")
    Outcome.objects.get(pk=draft.pk).revise(version=1, text="Theirs.")
    press(phone, "Save draft")
    press(phone, "Edit both together")
    expect(phone.get_by_label("Wording")).to_have_value("Mine.\n\nTheirs.")
    press(phone, "Save draft")
    assert texts()[0] == "Mine.\n\nTheirs."
