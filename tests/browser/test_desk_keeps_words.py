"""The desk on a bad connection: whatever is typed stays on the phone until the server has it, and nothing is lost."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from outcomes import workflow
from outcomes.models import Outcome, Presence
from tests.browser.conftest import PHONE
from tests.conftest import reports_on
from tests.factories import (
    BreakoutGroupFactory,
    EventFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
    UserFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('readout.desk ') && !name.includes(' note ')).length"
FIRST = "Points of contact only help if they are called before an incident."
SECOND = "Answer within an hour, at night as well."


class Unexpected(list):
    """What a browser says in its console about a bad connection is expected here: the page says it to people."""

    EXPECTED = re.compile(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|with a status of (403|404|409|422|503)")

    def append(self, complaint):
        if not self.EXPECTED.search(complaint):
            super().append(complaint)


@pytest.fixture
def complaints():
    return Unexpected()


@pytest.fixture
def group():
    event = EventFactory(title="Exercise Lighthouse", reference="LH26", time_zone="America/Santiago")
    plenary = SessionFactory(event=event, title="The first night")
    return BreakoutGroupFactory(event=event, parent=plenary, title="Hotlines and who answers them", number="1")


@pytest.fixture
def rapporteur(client, group):
    """Who reports on the group; `client` is signed in as them."""
    account = reports_on(group, email="rapporteur@example.org", name="Rap Porteur")
    client.force_login(account)
    return account


@pytest.fixture
def phone(open_browser, client, rapporteur, group):
    """Their phone, with the page of the group."""
    page = open_browser(PHONE, signed_in=client, has_touch=True, is_mobile=True)
    open_place(page, group)
    return page


@pytest.fixture
def colleague(group, django_user_model):
    """A second rapporteur of the same group."""
    account = UserFactory(email="second@example.org", name="Lena Madeup")
    person = PersonFactory(name=account.name, user=account)
    RoleFactory(rapporteur=True, session=group, participation=ParticipationFactory(event=group.event, person=person))
    return account


def signed_in(account):
    """Another browser's session of `account`."""
    client = Client()
    client.force_login(account)
    return client


def place_url(group):
    return reverse("outcomes:desk-session", args=[group.code])


def open_place(page, group):
    page.goto(place_url(group))
    ready(page)


def ready(page):
    page.wait_for_selector("html[data-desk=ready]")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def add(page, kind="a takeaway"):
    page.get_by_role("link", name=f"Add {kind}", exact=True).click()
    return page.get_by_label("Wording")


def state(page, words):
    expect(page.locator("[data-state] [role=status]").first).to_have_text(re.compile(words))


def kept(page):
    """How many items this phone keeps."""
    return page.evaluate(KEPT)


def texts():
    return list(Outcome.objects.there().order_by("position", "pk").values_list("text", flat=True))


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
    phone.wait_for_timeout(500)
    assert lost == [200, 200]
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
    expect(again.locator(".desk-item", has_text=SECOND)).to_contain_text("Not saved, kept on this phone")

    again.goto("/desk/")
    ready(again)
    expect(note).to_contain_text("Words kept on this phone")
    again.unroute_all()
    note.get_by_role("link").click()
    expect(again.get_by_text("The words kept on this phone were saved.")).to_be_visible()
    assert texts() == [SECOND]


def test_an_ended_session_keeps_the_words_until_the_same_account_is_back(phone, client, rapporteur, group, live_server):
    from django.contrib.sessions.models import Session

    wording = add(phone)
    Session.objects.all().delete()
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


# --- Two at once ---------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(group, rapporteur):
    return TakeawayFactory(event=group.event, session=group, author=rapporteur, text=FIRST)


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
    loser = phone.locator(".desk-conflict").or_(phone.locator("[data-state=saved]"))
    expect(loser.first).to_be_visible()
    phone.wait_for_timeout(1500)
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

    workflow.delete(Outcome.objects.get(), version=Outcome.objects.get().version)
    phone.get_by_label("Wording").fill("My very last words.")
    state(phone, "^Not saved: this one is not here any more.")
    press(phone, "Bring it back")
    state(phone, "^Draft saved")
    assert texts() == ["My very last words."]

    workflow.delete(Outcome.objects.get(), version=Outcome.objects.get().version)
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
    theirs.wait_for_timeout(500)

    open_place(phone, group)
    expect(phone.get_by_text("Lena Madeup is editing this now")).to_be_visible()
    Presence.objects.update(seen_at="2026-01-01T00:00Z")
    open_place(phone, group)
    expect(phone.get_by_text("is editing this now")).to_have_count(0)
