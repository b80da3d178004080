"""The desk on a bad connection: whatever is typed stays on the phone until the server has it, and nothing is lost."""

import pytest
from playwright.sync_api import expect

from outcomes.models import Outcome
from participants.models import BrowserSession
from tests.browser.desk.steps import FIRST, SECOND, add, kept, open_place, place_url, press, ready, state, texts, until
from tests.factories import TakeawayFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_words_save_themselves_and_submit_nothing(phone):
    wording = add(phone)
    wording.press_sequentially("Call ")
    state(phone, "^Unsaved$")
    assert kept(phone) == 1
    wording.fill(FIRST)
    state(phone, r"^Draft saved \d\d:\d\d$")

    assert Outcome.objects.values_list("text", "status").get() == (FIRST, "draft")
    assert kept(phone) == 0

    wording.fill(f"{FIRST} Always.")
    state(phone, "^Unsaved$")
    state(phone, "^Draft saved")
    assert Outcome.objects.values_list("text", "version").get() == (f"{FIRST} Always.", 2)


def test_a_field_that_is_left_is_saved_at_once(phone):
    wording = add(phone)
    phone.clock.install()  # two seconds never pass
    wording.fill(FIRST)
    wording.blur()

    state(phone, "^Draft saved")
    assert texts() == [FIRST]


def test_nothing_typed_makes_no_row(phone):
    wording = add(phone)
    wording.fill("   ")
    wording.blur()
    phone.wait_for_timeout(2500)
    phone.keyboard.press("Escape")

    assert not Outcome.objects.exists()
    assert kept(phone) in (0, 1)


def test_the_network_is_cut_in_the_middle_and_comes_back(phone):
    context = phone.context
    wording = add(phone)
    wording.fill(FIRST)
    state(phone, "^Draft saved")

    context.set_offline(True)
    wording.fill(f"{FIRST} At night too.")
    state(phone, "^Offline: kept on this phone$")
    press(phone, "Save draft")
    add(phone).fill(SECOND)
    state(phone, "^Offline: kept on this phone$")
    press(phone, "Save draft")
    assert texts() == [FIRST]
    assert kept(phone) == 2

    context.set_offline(False)
    expect(phone.get_by_role("heading", name="Takeaways 2")).to_be_visible()
    assert texts() == [f"{FIRST} At night too.", SECOND]
    assert kept(phone) == 0


def test_a_server_that_answers_503_is_asked_again(phone):
    answers = [503, 503]

    def busy(route):
        if route.request.method == "POST" and answers:
            route.fulfill(status=answers.pop(), body="<p>Away</p>", content_type="text/html")
        else:
            route.continue_()

    phone.route("**/desk/**", busy)
    add(phone).fill(FIRST)
    state(phone, "^Not saved, kept on this phone$")
    assert not Outcome.objects.exists()

    press(phone, "Try again")
    phone.wait_for_timeout(300)
    press(phone, "Try again")
    state(phone, "^Draft saved")
    assert texts() == [FIRST]


def test_what_cannot_be_sent_holds_up_nothing_and_an_item_opens_in_its_last_words(phone, group):
    TakeawayFactory(event=group.event, session=group, text=FIRST)
    open_place(phone, group)
    phone.route("**/new/", lambda route: route.fulfill(status=500, body="", content_type="text/html"))
    add(phone).fill(SECOND)
    press(phone, "Save draft")
    expect(phone.locator(".desk-item", has_text=SECOND)).to_contain_text("Not saved, kept on this phone")

    phone.get_by_role("link", name="Edit Takeaway 1").click()
    phone.get_by_label("Wording").fill("The newer words.")
    press(phone, "Save draft")
    expect(phone.get_by_role("link", name="The newer words.")).to_be_visible()
    expect(phone.locator(".desk-item", has_text="The newer words.").locator("[data-strip]")).to_have_count(0)
    assert texts() == ["The newer words."]

    phone.get_by_role("link", name="Edit Takeaway 1").click()
    expect(phone.get_by_label("Wording")).to_have_value("The newer words.")
    phone.get_by_label("Wording").fill("The newest words.")
    state(phone, "^Draft saved")
    phone.unroute_all()
    press(phone, "Save draft")
    expect(phone.get_by_role("link", name="Edit Takeaway 2")).to_be_visible(timeout=15_000)
    assert texts() == ["The newest words.", SECOND]


def test_an_answer_that_was_lost_makes_no_second_row_and_no_conflict(phone):
    lost = []

    def lose(route):
        if route.request.method == "POST" and "presence" not in route.request.url and len(lost) < 2:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    phone.route("**/desk/**", lose)
    wording = add(phone)
    wording.fill(FIRST)
    state(phone, "^Not saved, kept on this phone$")
    wording.fill(SECOND)
    wording.blur()  # the first words once more; their answer is lost too
    until(phone, lambda: lost == [200, 200])
    assert texts() == [FIRST]
    wording.fill(f"{SECOND} Always.")
    wording.blur()

    state(phone, "^Draft saved")
    assert texts() == [f"{SECOND} Always."]
    expect(phone.get_by_text("Other words were saved meanwhile")).to_have_count(0)


def test_a_tab_that_is_closed_offline_loses_nothing(phone, group):
    context = phone.context
    draft = TakeawayFactory(event=group.event, session=group, text=FIRST)
    open_place(phone, group)
    phone.get_by_role("link", name="Edit Takeaway 1").click()
    context.set_offline(True)
    phone.get_by_label("Wording").fill(f"{FIRST} At night too.")
    add(phone).fill(SECOND)
    phone.close()

    context.set_offline(False)
    again = context.new_page()
    open_place(again, group)

    expect(again.get_by_text("The words kept on this phone were saved.")).to_be_visible()
    draft.refresh_from_db()
    assert draft.text == f"{FIRST} At night too."
    assert texts() == [f"{FIRST} At night too.", SECOND]
    assert kept(again) == 0


def test_words_kept_are_shown_with_a_note_until_they_can_be_sent(phone, group):
    context = phone.context
    context.set_offline(True)
    add(phone).fill(SECOND)
    phone.close()
    context.set_offline(False)
    again = context.new_page()
    again.route("**/new/", lambda route: route.fulfill(status=503, body="", content_type="text/html"))
    open_place(again, group)

    note = again.locator("[data-kept-box]")
    expect(note).to_contain_text("Words kept on this phone")
    # by its key: the closed page may have got it through at the last moment, without hearing so
    expect(again.locator(".desk-item[data-key]", has_text=SECOND)).to_contain_text("Not saved, kept on this phone")

    again.goto("/desk/")
    ready(again)
    expect(note).to_contain_text("Words kept on this phone")
    again.unroute_all()
    note.get_by_role("link").click()
    expect(again.get_by_text("The words kept on this phone were saved.")).to_be_visible()
    assert texts() == [SECOND]


def test_an_ended_session_keeps_the_words_until_the_same_account_is_back(phone, client, rapporteur, group, live_server):
    wording = add(phone)
    BrowserSession.objects.all().delete()
    wording.fill(FIRST)
    state(phone, "^You are signed out. Your words are kept on this phone.$")
    assert kept(phone) == 1
    link = phone.get_by_role("link", name="Sign in")
    assert link.get_attribute("href").endswith(f"?next={place_url(group).replace('/', '%2F')}")

    client.force_login(rapporteur)
    cookie = {"name": "readout", "value": client.cookies["readout"].value, "url": live_server.url}
    phone.context.add_cookies([cookie])
    open_place(phone, group)
    expect(phone.get_by_text("The words kept on this phone were saved.")).to_be_visible()
    assert texts() == [FIRST]


def test_words_of_one_account_are_never_sent_by_another(phone, client, colleague, group, live_server):
    wording = add(phone)
    client.force_login(colleague)
    cookie = {"name": "readout", "value": client.cookies["readout"].value, "url": live_server.url}
    phone.context.add_cookies([cookie])
    wording.fill(FIRST)
    state(phone, "^You are signed out.")

    open_place(phone, group)
    phone.wait_for_timeout(500)
    assert not Outcome.objects.exists()
    expect(phone.get_by_text("Words kept on this phone")).to_have_count(0)
    assert kept(phone) == 1


def test_a_token_that_grew_old_in_this_tab_is_asked_for_again(phone):
    wording = add(phone)
    phone.context.clear_cookies(name="csrf")
    wording.fill(FIRST)

    state(phone, "^Draft saved")
    assert texts() == [FIRST]


def test_signing_out_clears_the_phone_and_asks_before_words_are_lost(phone):
    context = phone.context
    context.set_offline(True)
    add(phone).fill(FIRST)
    press(phone, "Save draft")
    press(phone, "Sign out")
    expect(phone.get_by_role("alert")).to_contain_text("Signing out deletes them.")
    press(phone, "Stay signed in")
    assert kept(phone) == 1

    press(phone, "Sign out")
    context.set_offline(False)
    press(phone, "Sign out and delete them")
    phone.wait_for_url("**/")
    assert phone.evaluate("localStorage.length") == 0
