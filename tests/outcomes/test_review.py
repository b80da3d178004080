"""The secretariat's review: who sees the queue, what each button does, and that nothing typed is lost."""

import pytest
from django.test import Client
from django.urls import reverse

from outcomes.models import Outcome, StatusChange
from participants.wording import differences
from tests.factories import (
    ActionFactory,
    EventFactory,
    SessionFactory,
    StatusChangeFactory,
    TakeawayFactory,
    ThemeFactory,
    UserFactory,
)
from tests.staff import sign_in

QUEUE = "/admin/outcomes/outcome/review/"


def address(outcome):
    return f"/admin/outcomes/outcome/{outcome.pk}/review/"


def press(client, outcome, move, **typed):
    """Press a button of the page as it was last read."""
    data = {"text": outcome.text, "version": outcome.version, "note": "", "move": move} | typed
    return client.post(address(outcome), data)


def buttons(response):
    return [move.label for move in response.context["buttons"]]


@pytest.fixture
def submitted(group, rapporteur):
    outcome = TakeawayFactory(event=group.event, session=group, author=rapporteur, text="Talks need a table.")
    outcome.submit(by=rapporteur)
    return outcome


@pytest.fixture
def desk(client, editor):
    """The browser of an editor."""
    return sign_in(client, editor)


# The queue


def test_queue_holds_what_was_submitted_and_nothing_else(desk, event):
    for trait in ("changes_requested", "approved", "published", "withdrawn"):
        TakeawayFactory(event=event, text=f"It is {trait}", **{trait: True})
    TakeawayFactory(event=event, text="It is a draft")
    waiting = TakeawayFactory(event=event, submitted=True, text="It waits")

    response = desk.get(QUEUE)

    assert [one.pk for one in response.context["page"]] == [waiting.pk]
    assert response.context["number"] == 1
    assert "It waits" in response.content.decode()


def test_queue_begins_with_the_longest_waiting(desk, event, administrator):
    late, early = TakeawayFactory.create_batch(2, event=event)
    early.submit(by=administrator)
    late.submit(by=administrator)
    early.revise(version=1, text="Rewritten last, yet waiting longest.")

    assert [one.pk for one in desk.get(QUEUE).context["page"]] == [early.pk, late.pk]


def test_queue_of_one_event(desk, event):
    mine = ActionFactory(event=event, submitted=True)
    TakeawayFactory.create_batch(2, event=EventFactory(title="Another dialogue"), submitted=True)

    response = desk.get(f"{QUEUE}?event={event.pk}")

    assert [one.pk for one in response.context["page"]] == [mine.pk]
    assert (response.context["number"], response.context["total"]) == (1, 3)


def test_queue_of_what_is_approved(desk, event):
    approved = TakeawayFactory(event=event, approved=True)
    TakeawayFactory(event=event, submitted=True)

    assert [one.pk for one in desk.get(f"{QUEUE}?status=approved").context["page"]] == [approved.pk]


@pytest.mark.parametrize("query", ["?event=x", "?event=99999999999999999999", "?status=zzz", "?page=0", "?page=x"])
def test_queue_takes_odd_parameters(desk, submitted, query):
    assert desk.get(QUEUE + query).status_code == 200


@pytest.mark.parametrize("rows", [1, 30])
def test_queue_costs_the_same_at_any_length(desk, rapporteur, django_assert_num_queries, rows):
    theme = ThemeFactory()
    for _ in range(rows):
        session = SessionFactory()
        TakeawayFactory(event=session.event, session=session, author=rapporteur, themes=[theme], submitted=True)

    with django_assert_num_queries(8):
        assert len(desk.get(QUEUE).context["page"]) == rows


# The page


def test_page_shows_both_wordings(desk, submitted):
    submitted.revise(version=1, text="Talks need a <round> table.")

    body = desk.get(address(submitted)).content.decode()

    assert "Talks need a<ins> &lt;round&gt;</ins> table." in body


def test_page_says_what_the_rule_hides_and_who_wrote(desk, submitted):
    response = desk.get(address(submitted))
    body = response.content.decode()

    assert "nothing says who wrote or said it" in body
    assert "Rap Porteur" in body
    assert response.context["author_roles"] == ["Rapporteur, First group"]


def test_page_warns_that_a_closed_session_stays_hidden(desk, event):
    session = SessionFactory(event=event, closed=True)
    outcome = TakeawayFactory(event=event, session=session, submitted=True)

    assert "even when published it is not shown" in desk.get(address(outcome)).content.decode()


def test_page_shows_the_history_with_notes(desk, submitted):
    StatusChangeFactory(outcome=submitted, from_status="submitted", to_status="changes_requested", note="Say whose.")

    body = desk.get(address(submitted)).content.decode()

    assert "Submitted → Changes requested" in body
    assert "Say whose." in body


@pytest.mark.parametrize(
    "trait, expected",
    [
        ("submitted", ["Approve", "Approve and publish", "Send back"]),
        ("approved", ["Publish", "Send back"]),
        ("published", ["Withdraw"]),
        ("withdrawn", ["Publish"]),
    ],
)
def test_buttons_follow_the_status(desk, event, trait, expected):
    response = desk.get(address(TakeawayFactory(event=event, **{trait: True})))

    assert buttons(response) == expected


def test_page_costs_the_same_with_any_history(desk, submitted, django_assert_num_queries):
    for _ in range(10):
        StatusChangeFactory(outcome=submitted, by=UserFactory())

    with django_assert_num_queries(20):
        desk.get(address(submitted))


# The buttons


def test_approve(desk, editor, submitted):
    press(desk, submitted, "approve", note="Clear.")

    submitted.refresh_from_db()
    change = submitted.changes.latest("pk")
    assert (submitted.status, submitted.number) == ("approved", None)
    assert (change.from_status, change.to_status, change.by, change.note) == ("submitted", "approved", editor, "Clear.")


def test_approve_and_publish_gives_the_number(desk, submitted):
    TakeawayFactory(event=submitted.event, published=True, number=6)

    press(desk, submitted, "approve_and_publish")

    submitted.refresh_from_db()
    assert (submitted.status, submitted.reference) == ("published", "MU1-T7")
    assert [line.to_status for line in submitted.changes.all()] == ["submitted", "approved", "published"]
    assert submitted in Outcome.objects.public()


def test_publish(desk, event):
    outcome = ActionFactory(event=event, approved=True)

    press(desk, outcome, "publish")

    outcome.refresh_from_db()
    assert (outcome.status, outcome.reference) == ("published", "MU1-A1")


def test_send_back_needs_a_note(desk, submitted):
    response = press(desk, submitted, "send_back", text="Typed meanwhile", note="  ")

    submitted.refresh_from_db()
    assert (response.status_code, submitted.status) == (422, "submitted")
    assert response.context["form"].errors == {"note": ["Say what should change: the rapporteur reads this note."]}
    assert "Typed meanwhile" in response.content.decode()
    assert submitted.text == "Talks need a table."


def test_send_back_tells_the_author(desk, submitted):
    press(desk, submitted, "send_back", note="Which table?")

    submitted.refresh_from_db()
    assert submitted.status == "changes_requested"
    assert submitted.changes.latest("pk").note == "Which table?"


def test_withdraw(desk, event):
    outcome = TakeawayFactory(event=event, published=True)

    response = press(desk, outcome, "withdraw", note="Printed by mistake.")

    outcome.refresh_from_db()
    assert outcome.status == "withdrawn"
    assert response.url == address(outcome)


def test_a_changed_wording_is_saved_with_the_move(desk, submitted):
    press(desk, submitted, "approve", text="Talks need  a round table. ")

    submitted.refresh_from_db()
    assert (submitted.text, submitted.status, submitted.version) == ("Talks need a round table.", "approved", 2)
    assert submitted.text_submitted == "Talks need a table."


def test_save_wording_alone_moves_nothing(desk, submitted):
    response = press(desk, submitted, "save", text="Talks need a square table.")

    submitted.refresh_from_db()
    assert (submitted.text, submitted.status) == ("Talks need a square table.", "submitted")
    assert response.url == address(submitted)


@pytest.mark.parametrize("text", ["", "   ", "nul \x00", "bell \x07", "x" * 2001])
def test_a_wording_that_cannot_be_is_refused_and_nothing_lost(desk, submitted, text):
    response = press(desk, submitted, "approve", text=text, note="My note")

    submitted.refresh_from_db()
    assert (response.status_code, submitted.status, submitted.version) == (422, "submitted", 1)
    assert list(response.context["form"].errors) == ["text"]
    assert "My note" in response.content.decode()


def test_an_unknown_button_moves_nothing(desk, submitted):
    response = press(desk, submitted, "delete")

    submitted.refresh_from_db()
    assert (response.status_code, submitted.status) == (409, "submitted")


def test_then_the_next_item_opens(desk, event, administrator):
    first, second, third = TakeawayFactory.create_batch(3, event=event)
    for outcome in (first, second, third):
        outcome.submit(by=administrator)

    assert press(desk, second, "approve").url == f"{address(third)}?done=1"
    assert press(desk, third, "approve").url == f"{address(first)}?done=1"
    assert press(desk, first, "approve").url == f"{QUEUE}?status=submitted"


def test_the_next_item_stays_in_the_event(desk, event):
    first, second = TakeawayFactory.create_batch(2, event=event, submitted=True)
    TakeawayFactory(submitted=True)

    response = desk.post(
        f"{address(first)}?event={event.pk}", {"text": first.text, "version": 1, "note": "", "move": "approve"}
    )

    assert response.url == f"{address(second)}?event={event.pk}&done=1"


# Two at once


def test_a_stale_save_is_refused_with_both_texts(desk, submitted):
    submitted.revise(version=1, text="Talks need a chair.")

    response = press(desk, submitted, "approve", text="Talks need a desk.", version=1)

    submitted.refresh_from_db()
    body = response.content.decode()
    assert (response.status_code, submitted.status, submitted.text) == (409, "submitted", "Talks need a chair.")
    assert "Talks need a<del> chair</del>." in body
    assert "Talks need a<ins> desk</ins>." in body
    assert response.context["form"]["version"].value() == "2"


def test_approving_a_wording_that_changed_meanwhile_is_refused(desk, submitted):
    opened = submitted.text
    submitted.revise(version=1, text="Something quite different.")

    response = press(desk, submitted, "approve", text=opened, version=1)

    submitted.refresh_from_db()
    assert (response.status_code, submitted.status) == (409, "submitted")


def test_the_slower_of_two_is_told(desk, submitted):
    submitted.approve(by=UserFactory(editor=True))

    response = press(desk, submitted, "approve", note="Fine by me")

    assert response.status_code == 409
    assert "Somebody was faster" in response.content.decode()
    assert "Fine by me" in response.content.decode()
    assert submitted.changes.filter(to_status="approved").count() == 1


# Nobody reviews their own text


@pytest.fixture
def own(event, editor):
    outcome = TakeawayFactory(event=event, author=editor, text="My own words.")
    outcome.submit(by=editor)
    return outcome


def test_own_text_has_no_button_but_a_reason(desk, own):
    response = desk.get(address(own))

    assert buttons(response) == ["Send back"]
    assert response.context["reasons"] == ["Nobody reviews their own text: ask a colleague."]
    assert "Nobody reviews their own text: ask a colleague." in response.content.decode()


@pytest.mark.parametrize("move", ["approve", "approve_and_publish"])
def test_own_text_cannot_be_posted_through(desk, own, move):
    response = press(desk, own, move, text="My own better words.")

    own.refresh_from_db()
    assert (response.status_code, own.status, own.version) == (403, "submitted", 1)
    assert "My own better words." in response.content.decode()


def test_own_text_approved_by_a_colleague_is_not_published_by_its_author(desk, own):
    own.approve(by=UserFactory(editor=True))

    response = press(desk, own, "publish")

    own.refresh_from_db()
    assert (response.status_code, own.status) == (403, "approved")


def test_own_text_cannot_be_sent_through_in_bulk(desk, own):
    desk.post(
        "/admin/outcomes/outcome/", {"action": "approve_selected", "_selected_action": [own.pk], "confirmed": "yes"}
    )

    own.refresh_from_db()
    assert own.status == "submitted"


# Who may


@pytest.mark.parametrize("person", ["outsider", "rapporteur", None])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_review_is_for_staff(request, client, submitted, person, method):
    if person:
        client.force_login(request.getfixturevalue(person))

    for url in (QUEUE, address(submitted)):
        response = getattr(client, method)(url, {"move": "approve", "text": "x", "version": 1})
        assert response.status_code == 302
        assert response.url.startswith(reverse("admin:login"))
    submitted.refresh_from_db()
    assert submitted.status == "submitted"


@pytest.mark.parametrize("trait", [{}, {"changes_requested": True}])
def test_what_the_rapporteur_holds_is_not_reviewed(desk, event, trait):
    outcome = TakeawayFactory(event=event, **trait)

    assert desk.get(address(outcome)).status_code == 404
    assert press(desk, outcome, "approve").status_code == 404


def test_what_does_not_exist_is_not_found(desk):
    assert desk.get("/admin/outcomes/outcome/987654/review/").status_code == 404


@pytest.mark.parametrize("query", ["", "?move=approve&text=x&version=1", "?event=1"])
def test_reading_changes_nothing(desk, submitted, query):
    before = Outcome.objects.values().get(pk=submitted.pk)

    desk.get(address(submitted) + query)
    desk.head(address(submitted) + query)
    desk.get(QUEUE + query)

    assert Outcome.objects.values().get(pk=submitted.pk) == before
    assert StatusChange.objects.count() == 1


@pytest.mark.parametrize("move", ["approve", "approve_and_publish", "publish", "send_back", "withdraw", "save"])
def test_each_button_needs_its_token(editor, submitted, move):
    client = sign_in(Client(enforce_csrf_checks=True), editor)

    response = press(client, submitted, move, note="note", text="Other words")

    submitted.refresh_from_db()
    assert (response.status_code, submitted.status, submitted.version) == (403, "submitted", 1)


def test_pages_of_staff_are_stored_nowhere(desk, submitted):
    for url in (QUEUE, address(submitted)):
        assert "no-store" in desk.get(url)["Cache-Control"]


# Differences


@pytest.mark.parametrize(
    "before, after",
    [
        ("One two three.", "One 2 three!"),
        ("", "All new"),
        ("All gone", ""),
        ("Same", "Same"),
        ("信頼を築く。", "信頼を守る。"),
        ("بناء الثقة", "بناء السلام"),
        ("Line\n\nother  line ", "Line\nother line"),
        ("<b>&amp;</b>", "<i>&amp;</i>"),
    ],
)
def test_differences_lose_nothing(before, after):
    parts = differences(before, after)

    assert "".join(part.text for part in parts if part.fate != "added") == before
    assert "".join(part.text for part in parts if part.fate != "removed") == after


def test_differences_are_words():
    assert differences("Build trust now", "Build more trust") == [
        ("kept", "Build"),
        ("added", " more"),
        ("kept", " trust"),
        ("removed", " now"),
    ]
