"""Where names in a wording are shown: to its rapporteur only their own words, to staff also whose they may be."""

import re

import pytest
from django.urls import reverse

from outcomes.models import Outcome
from tests.factories import ParticipationFactory, PersonFactory, TakeawayFactory
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

NAMED = "As Ms Lukasiewicz said, talks need a table."


@pytest.fixture
def guest(event):
    type(event).objects.update(attribution="chatham_house")
    event.refresh_from_db()
    return ParticipationFactory(event=event, person=PersonFactory(name="Zoë Łukasiewicz"))


@pytest.fixture
def draft(guest, group, rapporteur):
    return TakeawayFactory(event=group.event, session=group, author=rapporteur, text=NAMED)


@pytest.fixture
def submitted(draft, rapporteur):
    draft.submit(by=rapporteur, note="She chaired in public.")
    return draft


@pytest.fixture
def office(client, editor):
    """The browser of an editor."""
    return sign_in(client, editor)


def check_page(client, rapporteur, group):
    client.force_login(rapporteur)
    return client.get(reverse("outcomes:desk-session-check", args=[group.code])).content.decode()


def review(outcome):
    return reverse("admin:outcomes_outcome_review", args=[outcome.pk])


def press(client, outcome, move, text, **data):
    """Press a button of the review page as it was last opened."""
    return client.post(review(outcome), {"version": outcome.version, "text": text, "note": "", "move": move} | data)


# --- The desk ------------------------------------------------------------------------------------------------------


def test_the_check_page_shows_the_words_and_not_whose_name_they_are(client, draft, rapporteur, group):
    page = check_page(client, rapporteur, group)

    assert (
        "<li>Looks like the name of a participant: “Ms Lukasiewicz”. Under the Chatham House Rule nobody is named. "
        "Write “a participant”, or what was said without a person.</li>" in page
    )
    assert "Łukasiewicz" not in page


def test_the_heading_is_read_too_and_each_word_told_once(client, draft, rapporteur, group):
    Outcome.objects.update(heading="Łukasiewicz", text="Łukasiewicz, Łukasiewicz")

    page = check_page(client, rapporteur, group)

    assert page.count("Looks like the name of a participant: “Łukasiewicz”.") == 1


def test_a_name_is_submitted_with_a_note_to_the_editor_only(client, draft, rapporteur, group):
    page = check_page(client, rapporteur, group)
    address = reverse("outcomes:desk-session-check", args=[group.code])
    ticked = re.search(r'name="outcome" value="([^"]*)" checked', page)[1]

    without = client.post(address, {"outcome": ticked})
    between = Outcome.objects.get().status
    client.post(address, {"outcome": ticked, f"note-{draft.code}": "She chaired in public."})

    assert '<mark class="telling">Ms Lukasiewicz</mark>' in page
    assert (without.status_code, between) == (422, "draft")
    assert "Not submitted: it may tell who spoke or took part." in without.content.decode()
    assert f'value="{ticked}" checked' in without.content.decode()
    assert Outcome.objects.get().status == "submitted"
    assert Outcome.objects.get().changes.get().note == "She chaired in public."


@pytest.mark.parametrize("number", [1, 30])
def test_the_check_page_costs_the_same_for_any_number(
    client, guest, rapporteur, group, django_assert_num_queries, number
):
    for _ in range(number):
        TakeawayFactory(event=group.event, session=group, author=rapporteur, text=NAMED)
        ParticipationFactory(event=group.event)
    client.force_login(rapporteur)

    with django_assert_num_queries(8):
        page = client.get(reverse("outcomes:desk-session-check", args=[group.code])).content.decode()

    assert page.count("“Ms Lukasiewicz”") == number


# --- The review ----------------------------------------------------------------------------------------------------


def test_the_review_shows_the_words_and_whose_name_they_may_be(office, submitted):
    page = office.get(review(submitted)).content.decode()

    assert "Does it tell who spoke?" in page
    assert "Ms Lukasiewicz</bdi>: looks like the name of a participant" in page
    assert "<bdi>Zoë Łukasiewicz</bdi>" in page
    assert "Under the Chatham House Rule nobody is named." in page


def test_the_review_says_nothing_where_there_is_no_name(office, submitted):
    Outcome.objects.update(text="Talks need a table.")

    assert "Does it tell who spoke?" not in office.get(review(submitted)).content.decode()


def test_what_was_written_under_a_stricter_rule_is_still_warned_of(office, submitted):
    type(submitted.event).objects.update(attribution="on_record")
    ParticipationFactory._meta.model.objects.update(listing="public", recorded_under="on_record")

    assert submitted.recorded_under == "chatham_house"
    assert "Does it tell who spoke?" in office.get(review(submitted)).content.decode()


def test_approving_stays_possible_once_the_warning_was_seen(office, submitted):
    page = office.get(review(submitted)).content.decode()
    seen = re.findall(r'name="seen" value="([^"]*)"', page)

    press(office, submitted, "approve", NAMED, seen=seen)

    submitted.refresh_from_db()
    assert seen == ["Ms Lukasiewicz"]
    assert submitted.status == "approved"


def test_a_name_that_staff_write_in_themselves_is_shown_before_it_is_approved(office, submitted):
    Outcome.objects.update(text="Talks need a table.")
    rewritten = "Talks need a table, Łukasiewicz said."

    first = press(office, submitted, "approve", rewritten, note="My note")
    submitted.refresh_from_db()
    between = submitted.status
    seen = re.findall(r'name="seen" value="([^"]*)"', first.content.decode())
    press(office, submitted, "approve", rewritten, note="My note", seen=seen)
    submitted.refresh_from_db()

    assert (first.status_code, between) == (422, "submitted")
    assert "This looks like a name: “Łukasiewicz”. If it is none, press the button again." in first.content.decode()
    assert rewritten in first.content.decode()
    assert "My note" in first.content.decode()
    assert (submitted.status, submitted.text) == ("approved", rewritten)


@pytest.mark.parametrize("move", ["send_back", "withdraw"])
def test_what_takes_a_text_away_asks_for_no_second_press(office, submitted, editor, move):
    if move == "withdraw":
        submitted.approve(by=editor)
        submitted.let_stand("She chaired in public.", by=editor)
        submitted.publish(by=editor)

    press(office, submitted, move, NAMED, note="Please leave the name out.")

    submitted.refresh_from_db()
    assert submitted.status == {"send_back": "changes_requested", "withdraw": "withdrawn"}[move]
