"""What the desk promises its rapporteurs."""

import datetime as dt
import re
import threading

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from events.deadline import Deadline, span
from events.models import Role
from outcomes import workflow
from outcomes.models import Outcome, OutcomeTheme
from outcomes.places import Place
from participants.models import OutgoingMail
from tests.conftest import reports_on
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    AddresseeFactory,
    BreakoutGroupFactory,
    EventFactory,
    RoleFactory,
    SessionFactory,
    StatusChangeFactory,
    TakeawayFactory,
    ThemeFactory,
)
from tests.outcomes.desk import BARE, check_url, new_url, place_url, rewording, said, url, words

Status = Outcome.Status


def every_address(session, outcome, event):
    return [
        ("get", reverse("outcomes:desk")),
        ("get", place_url(session)),
        ("get", new_url(session)),
        ("post", new_url(session)),
        ("get", check_url(session)),
        ("post", check_url(session)),
        ("get", reverse("outcomes:desk-event", args=[event.slug])),
        ("get", reverse("outcomes:desk-event-new", args=[event.slug])),
        ("post", reverse("outcomes:desk-event-new", args=[event.slug])),
        ("get", reverse("outcomes:desk-event-check", args=[event.slug])),
        ("post", reverse("outcomes:desk-event-check", args=[event.slug])),
        ("get", url("desk-outcome", outcome)),
        ("post", url("desk-outcome", outcome)),
        ("get", url("outcome-delete", outcome)),
        ("post", url("outcome-delete", outcome)),
        ("get", reverse("outcomes:desk-session-paste", args=[session.code])),
        ("post", reverse("outcomes:desk-session-paste", args=[session.code])),
        ("get", reverse("outcomes:desk-session-now", args=[session.code])),
        ("get", reverse("outcomes:desk-event-paste", args=[event.slug])),
        ("post", reverse("outcomes:desk-event-paste", args=[event.slug])),
        ("get", reverse("outcomes:desk-event-now", args=[event.slug])),
        ("post", url("outcome-restore", outcome)),
        ("post", url("outcome-presence", outcome)),
        ("post", url("outcome-submit", outcome)),
        ("post", url("outcome-take-back", outcome)),
        ("post", url("outcome-move", outcome)),
    ]


# --- Who gets in ---------------------------------------------------------------------------------------------------


def test_anonymous_is_sent_to_sign_in_and_back(client, group, draft, event):
    for method, address in every_address(group, draft, event):
        response = getattr(client, method)(address)

        back = address if method == "get" else reverse("outcomes:desk")
        assert response.status_code == 302, address
        assert response.url == f"{reverse('sign-in')}?next={back}"


@pytest.mark.parametrize("who", ["other_rapporteur", "outsider", "editor"])
def test_what_is_somebody_elses_answers_404_and_stays_as_it_is(client, who, group, draft, event, request):
    client.force_login(request.getfixturevalue(who))

    for method, address in every_address(group, draft, event)[1:]:
        response = getattr(client, method)(address, {"version": 1, "direction": "up", "outcome": f"{draft.code}:1"})

        assert response.status_code == 404, address
    draft.refresh_from_db()
    assert (draft.status, draft.version) == (Status.DRAFT, 1)


def test_whole_event_is_for_whom_reports_on_it_as_a_whole(desk, rapporteur, event):
    address = reverse("outcomes:desk-event", args=[event.slug])
    before = desk.get(address).status_code

    RoleFactory(rapporteur=True, participation=rapporteur.person.participations.get(event=event))

    assert (before, desk.get(address).status_code) == (404, 200)


def test_rapporteur_of_a_session_reports_on_its_groups(client, group):
    client.force_login(reports_on(group.parent, email="above@example.org"))

    assert client.get(place_url(group)).status_code == 200


def test_who_loses_the_role_loses_the_desk(desk, group, draft):
    Role.objects.filter(session=group).delete()

    assert desk.get(place_url(group)).status_code == 404
    assert desk.get(url("desk-outcome", draft)).status_code == 404


def test_a_strangers_code_or_odd_address_is_404_not_an_error(desk):
    for path in ("sessions/%00%00/", "sessions/aaaaaaaa/", "outcomes/%00/", "events/%00/", "events/é/"):
        assert desk.get(f"/desk/{path}").status_code == 404, path


def test_get_and_head_change_nothing(desk, group, draft, event):
    before = list(Outcome.objects.values())

    for method, address in every_address(group, draft, event):
        answers = [desk.get(address).status_code, desk.head(address).status_code]
        assert answers[0] == answers[1], address
        if method == "post" and address.rsplit("/", 2)[1] in ("submit", "take-back", "move", "restore", "presence"):
            assert answers == [405, 405]

    assert list(Outcome.objects.values()) == before


def test_everything_is_private_and_never_stored(desk, group, draft, event):
    for method, address in every_address(group, draft, event):
        header = getattr(desk, method)(address)["Cache-Control"] if "/events/" not in address else "private, no-store"

        assert header == "private, no-store", address


def test_posts_need_the_csrf_token(rapporteur, group):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rapporteur)

    assert strict.post(new_url(group), words()).status_code == 403
    assert not Outcome.objects.exists()


# --- The desk ------------------------------------------------------------------------------------------------------


def test_desk_lists_my_sessions_with_their_state(desk, group, rapporteur):
    for state in ({}, {}, {"submitted": True}, {"changes_requested": True}):
        TakeawayFactory(event=group.event, session=group, **state)
    TakeawayFactory(event=group.event, session=group, published=True)
    empty = BreakoutGroupFactory(event=group.event, parent=group)

    tasks = desk.get(reverse("outcomes:desk")).context["events"][0]["tasks"]

    assert [(str(task["place"]), task["open"], task["closed"]) for task in tasks] == [
        ("First group", [("changes_requested", "Sent back 1"), ("draft", "Draft 2")], ["Submitted 1", "Published 1"]),
        (empty.title, [], []),
    ]


def test_desk_names_no_session_of_others(desk, other_rapporteur):
    TakeawayFactory(event=other_rapporteur.person.participations.get().event, text="SECRET", changes_requested=True)

    body = desk.get(reverse("outcomes:desk")).content.decode()

    assert "Another session" not in body
    assert "SECRET" not in body


def test_what_came_back_stands_first_with_its_note(desk, group, draft, rapporteur, editor):
    draft.submit(by=rapporteur)
    draft.send_back(by=editor, note="First note")
    draft.submit(by=rapporteur)
    draft.send_back(by=editor, note="Name the <actor>")

    body = desk.get(reverse("outcomes:desk")).content.decode()

    assert "Name the &lt;actor&gt;" in body
    assert "First note" not in body
    assert body.index("Name the") < body.index(place_url(group))


def test_nobody_is_asked_to_report_on_lunch(client, event):
    rapporteur = reports_on(SessionFactory(event=event, title="Opening words"))
    RoleFactory(rapporteur=True, participation=rapporteur.person.participations.get())
    SessionFactory(event=event, title="Lunch in the garden", kind="social")
    client.force_login(rapporteur)

    body = client.get(reverse("outcomes:desk")).content.decode()

    assert "Opening words" in body
    assert "The event as a whole" in body
    assert "Lunch" not in body


def test_staff_are_pointed_to_the_admin_and_others_told_whom_to_ask(client, editor, outsider):
    client.force_login(editor)
    staff = client.get(reverse("outcomes:desk")).content.decode()
    client.force_login(outsider)
    nobody = client.get(reverse("outcomes:desk")).content.decode()

    assert reverse("admin:index") in staff
    assert reverse("admin:index") not in nobody
    assert "ask the secretariat" in nobody


@pytest.mark.parametrize("number", [1, 30])
def test_desk_and_session_cost_the_same_at_one_and_at_thirty(
    number, desk, group, rapporteur, django_assert_num_queries
):
    for _ in range(number):
        session = BreakoutGroupFactory(event=group.event, parent=group.parent)
        RoleFactory(rapporteur=True, session=session, participation=rapporteur.person.participations.get())
        back = TakeawayFactory(event=group.event, session=group, changes_requested=True, themes=[ThemeFactory()])
        StatusChangeFactory(outcome=back, from_status="submitted", to_status="changes_requested", note="Why?")
        AddresseeFactory(action=ActionFactory(event=group.event, session=group))
        TakeawayFactory(event=group.event, session=group, published=True)

    with django_assert_num_queries(7):  # session, user, groups, then sessions, whole events, counts, what came back
        desk.get(reverse("outcomes:desk"))
    # session, user; place, items, their themes and addressees, who writes, what was deleted, themes, partners, rounds
    with django_assert_num_queries(11):
        desk.get(place_url(group))
    with django_assert_num_queries(5):  # as above up to the place, then who writes
        desk.get(reverse("outcomes:desk-session-now", args=[group.code]))
    with django_assert_num_queries(7):  # items, themes, addressees, and whom the rule forbids to name
        desk.get(check_url(group))


# --- The deadline --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "until", "left"),
    [
        (
            "America/Santiago",
            dt.datetime(2026, 11, 26, 3, tzinfo=dt.UTC),
            "the end of Friday 27 November 2026, Santiago time (UTC−3)",
            "2 days left",
        ),
        (
            "Asia/Kolkata",
            dt.datetime(2026, 11, 27, 18, tzinfo=dt.UTC),
            "the end of Friday 27 November 2026, Kolkata time (UTC+5:30)",
            "30 minutes left",
        ),
        (
            "Europe/London",
            dt.datetime(2026, 11, 28, 5, tzinfo=dt.UTC),
            "the end of Friday 27 November 2026, London time (UTC)",
            "passed 5 hours ago",
        ),
        ("UTC", dt.datetime(2026, 11, 28, tzinfo=dt.UTC), "the end of Friday 27 November 2026, UTC", None),
    ],
)
def test_deadline_is_said_in_the_time_of_the_event(zone, now, until, left):
    event = EventFactory.build(time_zone=zone, outcomes_due_on=dt.date(2026, 11, 27))

    deadline = Deadline.of(event, now)

    assert deadline.until == until
    assert left in (None, deadline.left)
    assert deadline.is_passed == (now >= event.deadline)


def test_time_left_is_said_in_its_largest_unit():
    lengths = [
        dt.timedelta(days=1, hours=20),
        dt.timedelta(minutes=61),
        dt.timedelta(minutes=2),
        dt.timedelta(seconds=9),
    ]

    assert [span(length) for length in lengths] == ["1 day", "1 hour", "2 minutes", "less than a minute"]


@pytest.fixture
def over(event):
    """The event once its deadline has passed."""
    event.outcomes_due_on = timezone.localdate() - dt.timedelta(days=3)
    event.save()
    return event


def test_after_the_deadline_what_was_typed_is_saved_and_the_way_on_is_said(desk, over, group):
    response = desk.post(new_url(group), words("Too late but not lost.", then="submit"), follow=True)

    outcome = Outcome.objects.get()
    assert (outcome.text, outcome.status) == ("Too late but not lost.", Status.DRAFT)
    assert "Saved, but not submitted." in said(response)[0]
    assert "ask the secretariat" in said(response)[0]


def test_after_the_deadline_nothing_can_be_submitted(desk, over, group, draft):
    page = desk.get(place_url(group)).content.decode()
    one = desk.post(url("outcome-submit", draft), {"version": 1}, follow=True)
    many = desk.post(check_url(group), {"outcome": f"{draft.code}:1"}, follow=True)

    draft.refresh_from_db()
    assert draft.status == Status.DRAFT
    assert url("outcome-submit", draft) not in page
    assert check_url(group) not in page
    assert "The deadline was" in said(one)[0]
    assert "Nothing was submitted. The deadline was" in said(many)[0]


def test_late_filing_opens_the_desk_again(desk, over, group, draft):
    over.accepts_late = True
    over.save()

    desk.post(url("outcome-submit", draft), {"version": 1})

    draft.refresh_from_db()
    assert draft.status == Status.SUBMITTED


# --- Writing -------------------------------------------------------------------------------------------------------


def test_a_takeaway_is_saved_as_it_was_typed(desk, group, rapporteur):
    themes = [ThemeFactory(), ThemeFactory()]

    response = desk.post(
        new_url(group), words("  Trust  is built\r\nbefore.  ", themes=[themes[0].pk, themes[1].pk], heading="On trust")
    )

    outcome = Outcome.objects.get()
    assert response.status_code == 302
    assert response.url == f"{place_url(group)}#outcome-{outcome.code}"
    assert outcome.text == "Trust is built\nbefore."
    assert (outcome.kind, outcome.heading, outcome.status) == ("takeaway", "On trust", Status.DRAFT)
    assert (outcome.event, outcome.session.pk, outcome.author) == (group.event, group.pk, rapporteur)
    assert set(outcome.themes.all()) == set(themes)
    assert set(OutcomeTheme.objects.values_list("kind", "public_at")) == {("takeaway", None)}


def test_an_action_is_saved_with_to_whom_and_by_when(desk, group):
    action = {
        "nature": "pledge",
        "addressed_to": ["state", "academia"],
        "due_on": "2027-05-04",
        "due_text": "in spring",
    }

    desk.post(new_url(group), words("Publish it.", kind="action", **action))

    outcome = Outcome.objects.get()
    assert (outcome.kind, outcome.nature, outcome.progress) == ("action", "pledge", "proposed")
    assert (outcome.due_on, outcome.due_text) == (dt.date(2027, 5, 4), "in spring")
    assert sorted(outcome.addressees.values_list("actor_type", flat=True)) == ["academia", "state"]


def test_an_outcome_of_the_whole_event_has_no_session(desk, rapporteur, event):
    RoleFactory(rapporteur=True, participation=rapporteur.person.participations.get())

    desk.post(reverse("outcomes:desk-event-new", args=[event.slug]), words())

    assert Outcome.objects.get().session is None


def test_save_and_add_another_opens_an_empty_form_of_the_same_kind(desk, group):
    response = desk.post(new_url(group), words(kind="action", then="another"), follow=True)

    form = response.context["form"]
    assert (form["kind"].value(), form["text"].value()) == ("action", None)
    assert said(response) == ["Action saved. Not submitted yet."]


def test_themes_used_here_are_offered_first_and_none_is_lost(desk, group):
    parent = ThemeFactory(name="Capacity", position=1)
    ThemeFactory(name="People", parent=parent)
    used = ThemeFactory(name="Skills", parent=parent)
    ThemeFactory(name="Zebra", position=2)
    TakeawayFactory(event=group.event, session=group, themes=[used])

    groups = desk.get(new_url(group)).context["form"].theme_groups()

    assert [(g["heading"], [(o["label"], o["child"]) for o in g["options"]]) for g in groups] == [
        ("Used here before", [("Skills", False)]),
        ("Other themes", [("Capacity", False), ("People", True), ("Zebra", False)]),
    ]


def test_only_the_fields_of_the_form_are_taken(desk, group, rapporteur, other_rapporteur):
    elsewhere = SessionFactory()
    forged = {
        "status": "published",
        "published_at": "2026-01-01",
        "number": 7,
        "code": "aaaaaaaa",
        "author": other_rapporteur.pk,
        "event": elsewhere.event.pk,
        "session": elsewhere.pk,
        "progress": "done",
        "position": 99,
        "recorded_under": "on_record",
        "text_submitted": "Forged",
    }

    desk.post(new_url(group), words(**forged))

    outcome = Outcome.objects.get()
    assert (outcome.status, outcome.number, outcome.published_at) == (Status.DRAFT, None, None)
    assert (outcome.event, outcome.session.pk, outcome.author) == (group.event, group.pk, rapporteur)
    assert (outcome.progress, outcome.position, outcome.text_submitted) == ("", 1, "")
    assert outcome.code != "aaaaaaaa"
    assert outcome.recorded_under == group.event.attribution


def test_a_takeaway_keeps_nothing_that_only_actions_have(desk, group):
    desk.post(new_url(group), words(nature="pledge", due_text="soon", due_on="2027-01-01", addressed_to=["state"]))

    outcome = Outcome.objects.get()
    assert (outcome.nature, outcome.due_text, outcome.due_on) == ("", "", None)
    assert not outcome.addressees.exists()


def test_a_rewording_replaces_words_themes_and_addressees(desk, group):
    action = ActionFactory(event=group.event, session=group, themes=[ThemeFactory()], progress="accepted")
    AddresseeFactory(action=action, actor_type="state")
    theme = ThemeFactory()

    desk.post(
        url("desk-outcome", action),
        rewording(action, "Better.", themes=[theme.pk], addressed_to=["donor"], due_text="soon"),
    )

    action.refresh_from_db()
    assert (action.text, action.due_text, action.version, action.progress) == ("Better.", "soon", 2, "accepted")
    assert list(action.themes.all()) == [theme]
    assert list(action.addressees.values_list("actor_type", flat=True)) == ["donor"]


def test_an_action_can_become_a_takeaway_unless_somebody_owns_it(desk, group):
    free, owned = (ActionFactory(event=group.event, session=group, due_text="soon") for _ in range(2))
    AddresseeFactory(action=free)
    ActionOwnerFactory(action=owned)

    desk.post(url("desk-outcome", free), rewording(free, kind="takeaway"))
    refused = desk.post(url("desk-outcome", owned), rewording(owned, kind="takeaway"))

    free = Outcome.objects.get(pk=free.pk)
    assert (free.kind, free.progress, free.due_text, free.addressees.count()) == ("takeaway", "", "", 0)
    assert "stays an action" in refused.context["form"].errors["kind"][0]
    assert Outcome.objects.get(pk=owned.pk).kind == "action"


# --- What was typed wrongly ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("text", "", "Write the wording."),
        ("text", " \r\n\t ", "Write the wording."),
        ("text", "x" * 2001, "Shorten it to 2000 characters; it has 2001."),
        ("text", "a line\nnul \x00 here", "Line 2 holds a character that cannot be shown (U+0000)."),
        ("text", "bell \x07", "Line 1 holds a character that cannot be shown (U+0007)."),
        ("text", "turned \u202e round", "Line 1 holds a character that cannot be shown (U+202E)."),
        ("text", "half an emoji \ufffd", "Line 1 holds a character that arrived broken (�)."),
        ("heading", "x" * 201, "200"),
        ("heading", "nul \x00", "U+0000"),
        ("due_text", "x" * 101, "100"),
        ("due_text", "nul \x00", "U+0000"),
        ("due_on", "soon", "or put it in words below"),
        ("due_on", "2027-02-30", "or put it in words below"),
        ("due_on", "\x00", "or put it in words below"),
        ("kind", "decree", "decree is not one of the available choices"),
        ("kind", "", "This field is required."),
        ("nature", "order", "order is not one of the available choices"),
        ("addressed_to", "everybody", "everybody is not one of the available choices"),
        ("addressed_to", "\x00", "is not one of the available choices"),
        ("themes", "999999999999999999999999", "One of the themes is no longer in use."),
        ("themes", "1\x00", "One of the themes is no longer in use."),
    ],
)
def test_wrong_input_gets_a_clear_error_and_loses_nothing(desk, group, field, value, complaint):
    post = words("Words that must not be lost.", kind="action", heading="Kept heading") | {field: value}

    response = desk.post(new_url(group), post)

    body = response.content.decode()
    errors = response.context["form"].errors
    assert response.status_code == 200
    assert list(errors) == [field]
    assert len(errors[field]) == 1
    assert complaint in errors[field][0]
    assert re.search(r"<title>\s*Error: ", body)
    assert "There is a problem" in body
    assert escape(post["text"]) in body
    assert post["request_key"] in body
    assert not Outcome.objects.exists()


@pytest.mark.parametrize("raw", [b"%ED%A0%80", b"%FF%FE", b"%C0%80"])
def test_bytes_that_are_no_text_are_an_error_not_a_crash(desk, group, raw):
    body = b"kind=takeaway&text=before+" + raw + b"+after"

    response = desk.post(new_url(group), body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 200
    assert "arrived broken" in response.context["form"].errors["text"][0]
    assert not Outcome.objects.exists()


def test_bytes_that_are_no_text_in_a_multipart_form_are_an_error_too(desk, group):
    parts = b"".join(
        b'--line\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % part
        for part in ((b"kind", b"takeaway"), (b"text", b"half \xed\xa0\x80 \xff\xfe"))
    )

    response = desk.post(new_url(group), parts + b"--line--\r\n", content_type="multipart/form-data; boundary=line")

    assert "arrived broken" in response.context["form"].errors["text"][0]


def test_raw_nul_bytes_are_named(desk, group):
    response = desk.post(
        new_url(group), b"kind=takeaway&text=before%00after", content_type="application/x-www-form-urlencoded"
    )

    assert "U+0000" in response.context["form"].errors["text"][0]


def test_five_hundred_characters_are_advice_and_two_thousand_a_limit(desk, group):
    desk.post(new_url(group), words("x" * 2000))

    page = desk.get(check_url(group)).content.decode()
    assert Outcome.objects.count() == 1
    assert "2000 characters: 500 are what people read." in page


def test_carriage_returns_of_a_form_do_not_count(desk, group):
    desk.post(new_url(group), words("\r\n".join(["y" * 99] * 20)))

    assert len(Outcome.objects.get().text) == 1999


def test_words_are_never_markup(desk, group):
    desk.post(new_url(group), words("<script>alert(1)</script>"))

    body = desk.get(place_url(group)).content.decode()
    assert "<script>alert(1)" not in body
    assert "&lt;script&gt;alert(1)" in body


# --- Twice, and at once --------------------------------------------------------------------------------------------


def test_the_same_form_sent_twice_makes_one(desk, group):
    post = words(themes=[ThemeFactory().pk], then="submit")

    answers = [desk.post(new_url(group), post) for _ in range(2)]

    outcome = Outcome.objects.get()
    assert [answer.url for answer in answers] == [f"{place_url(group)}#outcome-{outcome.code}"] * 2
    assert outcome.status == Status.SUBMITTED
    assert outcome.changes.count() == 1


def test_the_same_form_with_other_words_shows_both(desk, group):
    post = words("What was said first.")
    desk.post(new_url(group), post)

    response = desk.post(new_url(group), post | {"text": "Typed after going back."})

    body = response.content.decode()
    first = Outcome.objects.get()
    assert response.status_code == 409
    assert "What was said first." in body
    assert body.count("Typed after going back.") == 2  # beside the other, and in the form
    assert url("desk-outcome", first) in body
    assert post["request_key"] not in body

    desk.post(new_url(group), words("Typed after going back.", request_key=response.context["request_key"]))
    assert Outcome.objects.count() == 2


def test_somebody_elses_key_neither_blocks_nor_tells(desk, client, group, other_rapporteur):
    post = words()
    theirs = other_rapporteur.person.participations.get().roles.get().session
    stranger = Client()
    stranger.force_login(other_rapporteur)
    stranger.post(new_url(theirs), post)

    response = desk.post(new_url(group), post)

    assert response.status_code == 302
    assert Outcome.objects.count() == 2


def test_a_broken_key_saves_all_the_same(desk, group):
    assert desk.post(new_url(group), words(request_key="\x00")).status_code == 302
    assert desk.post(new_url(group), {"kind": "takeaway", "text": "No key."}).status_code == 302
    assert Outcome.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_posts_at_once_make_one(group, rapporteur):
    theme = ThemeFactory()
    post = words("Tapped twenty times.", themes=[theme.pk])
    client = Client()
    client.force_login(rapporteur)
    session = client.cookies["readout"].value
    ready, answers = threading.Barrier(20), []

    def tap():
        phone = Client()
        phone.cookies["readout"] = session
        try:
            ready.wait()
            response = phone.post(new_url(group), post)
            answers.append((response.status_code, response.url))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=tap) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    outcome = Outcome.objects.get()
    assert answers == [(302, f"{place_url(group)}#outcome-{outcome.code}")] * 20
    assert list(outcome.themes.all()) == [theme]


@pytest.mark.django_db(transaction=True)
def test_of_two_rewordings_at_once_one_is_shown_beside_the_other(group, rapporteur):
    draft = TakeawayFactory(event=group.event, session=group)
    ready, answers = threading.Barrier(6), []

    def save(number):
        phone = Client()
        phone.force_login(rapporteur)
        try:
            ready.wait()
            answers.append(phone.post(url("desk-outcome", draft), rewording(draft, f"Wording {number}.")).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [302, 409, 409, 409, 409, 409]
    assert Outcome.objects.get().version == 2


# --- Somebody else was there meanwhile -----------------------------------------------------------------------------


def test_a_stale_save_shows_both_texts_and_loses_neither(desk, draft):
    ours, theme = rewording(draft, "My wording."), ThemeFactory(name="Chosen meanwhile")
    desk.post(url("desk-outcome", draft), rewording(draft, "Their wording.", themes=[theme.pk]))

    response = desk.post(url("desk-outcome", draft), ours)

    body = response.content.decode()
    draft.refresh_from_db()
    assert response.status_code == 409
    assert draft.text == "Their wording."
    assert "Their wording." in body
    assert body.count("My wording.") == 2  # beside the other, and in the form
    assert response.context["meanwhile"]["differences"] == [{"label": "Themes", "value": "Chosen meanwhile"}]

    desk.post(url("desk-outcome", draft), ours | {"text": "Both.", "version": response.context["version"]})
    draft.refresh_from_db()
    assert (draft.text, draft.version) == ("Both.", 3)


@pytest.mark.parametrize("version", ["", "0", "-1", "1.5", "²", "\x00", "99999999999999999999"])
def test_a_version_that_makes_no_sense_is_stale(desk, draft, version):
    response = desk.post(url("desk-outcome", draft), rewording(draft, version=version))

    draft.refresh_from_db()
    assert response.status_code == 409
    assert draft.text == "The first wording."


def test_the_same_save_twice_is_no_conflict(desk, draft):
    post = rewording(draft)

    answers = [desk.post(url("desk-outcome", draft), post).status_code for _ in range(2)]

    draft.refresh_from_db()
    assert answers == [302, 302]
    assert draft.version == 2


@pytest.mark.parametrize("text", ["My last wording.", "bad \x07"])
def test_words_for_what_was_submitted_meanwhile_are_shown_back(desk, draft, rapporteur, text):
    draft.submit(by=rapporteur)

    response = desk.post(url("desk-outcome", draft), rewording(draft, text))

    body = response.content.decode()
    draft.refresh_from_db()
    assert response.status_code == 409
    assert text in body
    assert draft.text in body
    assert url("outcome-take-back", draft) in body
    assert draft.text == "The first wording."


@pytest.mark.parametrize("state", ["approved", "published", "withdrawn"])
def test_words_for_what_the_editor_took_over_are_shown_back(desk, group, state):
    outcome = TakeawayFactory(event=group.event, session=group, **{state: True})

    response = desk.post(url("desk-outcome", outcome), rewording(outcome, "My last wording."))

    body = response.content.decode()
    assert response.status_code == 409
    assert "My last wording." in body
    assert f"was {state} while you were writing" in body
    assert url("outcome-take-back", outcome) not in body


def test_words_for_what_is_gone_are_shown_back(desk, group, draft):
    gone = url("desk-outcome", draft)
    Outcome.objects.all().delete()

    edited = desk.post(gone, rewording(draft, "My last wording."))
    Role.objects.filter(session=group).delete()
    added = desk.post(new_url(group), words("My other wording."))

    assert (edited.status_code, added.status_code) == (404, 404)
    assert "My last wording." in edited.content.decode()
    assert "My other wording." in added.content.decode()
    assert not Outcome.objects.exists()


def test_words_of_who_was_signed_out_are_shown_back(client, group):
    response = client.post(new_url(group), words("Typed while signed out."))

    body = response.content.decode()
    assert response.status_code == 403
    assert "Typed while signed out." in body
    assert f'href="{reverse("sign-in")}?next={new_url(group)}" target="_blank"' in body
    assert not Outcome.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_saving_and_submitting_at_once_never_changes_what_was_submitted(group, rapporteur):
    for _ in range(5):
        draft = TakeawayFactory(event=group.event, session=group, text="Read and submitted.")
        ready = threading.Barrier(2)

        def race(name, post, draft=draft, ready=ready):
            phone = Client()
            phone.force_login(rapporteur)
            try:
                ready.wait()
                phone.post(url(name, draft), post)
            finally:
                connections.close_all()

        both = [("desk-outcome", rewording(draft, "Saved.")), ("outcome-submit", {"version": 1})]
        threads = [threading.Thread(target=race, args=args) for args in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        now = Outcome.objects.get(pk=draft.pk)
        assert (now.status, now.text, now.text_submitted) in [
            (Status.SUBMITTED, "Read and submitted.", "Read and submitted."),
            (Status.DRAFT, "Saved.", ""),
        ]


# --- Order ---------------------------------------------------------------------------------------------------------


def order(session, kind="takeaway"):
    return list(Place(session.event, session).outcomes.filter(kind=kind).values_list("text", flat=True))


def test_items_move_up_and_down_among_their_kind(desk, group):
    first, second, third = (TakeawayFactory(event=group.event, session=group, text=text) for text in "ABC")
    action = ActionFactory(event=group.event, session=group)

    response = desk.post(url("outcome-move", third), {"direction": "up"}, follow=True)
    assert order(group) == ["A", "C", "B"]
    assert response.redirect_chain == [(f"{place_url(group)}#outcome-{third.code}", 302)]
    assert said(response) == ["Takeaway moved up: now 2 of 3."]

    desk.post(url("outcome-move", first), {"direction": "down"})
    assert order(group) == ["C", "A", "B"]
    desk.post(url("outcome-move", third), {"direction": "up"})
    desk.post(url("outcome-move", second), {"direction": "down"})
    desk.post(url("outcome-move", action), {"direction": "up"})
    assert order(group) == ["C", "A", "B"]
    assert [item.version for item in Outcome.objects.all()] == [1] * 4


def test_a_new_item_comes_last(desk, group):
    for text in "AB":
        TakeawayFactory(event=group.event, session=group, text=text, position=7)

    desk.post(new_url(group), words("C"))

    assert order(group) == ["A", "B", "C"]


def test_buttons_are_there_only_where_they_do_something(desk, group):
    first, second = (TakeawayFactory(event=group.event, session=group) for _ in range(2))
    submitted = ActionFactory(event=group.event, session=group, submitted=True)

    body = desk.get(place_url(group)).content.decode()

    assert body.count('value="up"') == 1
    assert body.count('value="down"') == 1
    assert url("outcome-delete", first) in body
    assert url("outcome-take-back", second) not in body
    assert url("outcome-take-back", submitted) in body
    assert url("outcome-submit", submitted) not in body


# --- Submit --------------------------------------------------------------------------------------------------------


def test_one_item_is_submitted_as_it_was_read(desk, group, draft, rapporteur):
    response = desk.post(url("outcome-submit", draft), {"version": 1}, follow=True)

    draft.refresh_from_db()
    assert (draft.status, draft.text_submitted) == (Status.SUBMITTED, "The first wording.")
    assert draft.changes.get().by == rapporteur
    assert said(response)[0].startswith("Takeaway submitted for review.")


def test_words_nobody_read_are_not_submitted(desk, group, draft):
    workflow.save(draft, version=1, words=BARE | {"text": "Changed by a colleague."})

    one = desk.post(url("outcome-submit", draft), {"version": 1}, follow=True)
    many = desk.post(check_url(group), {"outcome": f"{draft.code}:1"}, follow=True)

    draft.refresh_from_db()
    assert draft.status == Status.DRAFT
    assert "somebody changed the wording" in said(one)[0]
    assert "somebody changed the wording" in said(many)[0]


def test_submitting_twice_submits_once(desk, draft):
    for _ in range(2):
        response = desk.post(url("outcome-submit", draft), {"version": 1}, follow=True)

    assert draft.changes.count() == 1
    assert said(response) == ["Takeaway: submitted already."]


def test_the_check_page_lists_every_draft_with_what_is_wrong(desk, group, rapporteur, editor):
    good = TakeawayFactory(event=group.event, session=group, text="Good.", themes=[ThemeFactory()])
    TakeawayFactory(event=group.event, session=group, text="z" * 501, themes=[ThemeFactory()])
    TakeawayFactory(event=group.event, session=group, text="Nowhere to be found.")
    back = TakeawayFactory(event=group.event, session=group, text="Came back.", themes=[ThemeFactory()])
    back.submit(by=rapporteur)
    back.send_back(by=editor, note="Say who.")
    TakeawayFactory(event=group.event, session=group, submitted=True)

    items = desk.get(check_url(group)).context["items"]

    assert [(item.outcome.text[:5], item.advice, item.is_ticked) for item in items] == [
        ("Good.", [], True),
        ("zzzzz", ["501 characters: 500 are what people read."], True),
        ("Nowhe", ["No theme yet: people look for outcomes by theme."], True),
        ("Came ", ["You have not changed it since it was sent back."], False),
    ]
    assert items[0].outcome == good


def test_a_revised_item_is_ready_again(desk, group, draft, rapporteur, editor):
    draft.submit(by=rapporteur)
    draft.send_back(by=editor, note="Say who.")
    desk.post(url("desk-outcome", draft), rewording(draft, "States say so."))

    (item,) = desk.get(check_url(group)).context["items"]
    desk.post(check_url(group), {"outcome": f"{item.outcome.code}:{item.outcome.version}"})

    draft.refresh_from_db()
    assert item.is_ticked
    assert (draft.status, draft.text, draft.text_submitted) == (
        Status.SUBMITTED,
        "States say so.",
        "The first wording.",
    )


def test_only_what_is_ticked_is_submitted_and_only_from_here(desk, group, other_rapporteur):
    ticked, left = (TakeawayFactory(event=group.event, session=group) for _ in range(2))
    foreign = TakeawayFactory(
        event=group.event, session=other_rapporteur.person.participations.get().roles.get().session
    )
    done = TakeawayFactory(event=group.event, session=group, submitted=True)

    post = {"outcome": [f"{one.code}:1" for one in (ticked, foreign, done)] + ["\x00:1", "x", f"{left.code}:one"]}
    response = desk.post(check_url(group), post, follow=True)

    states = Outcome.objects.values_list("status", flat=True).order_by("pk")
    assert list(states) == ["submitted", "draft", "draft", "submitted"]
    assert said(response)[0].startswith("1 submitted for review.")


def test_ticking_nothing_says_so(desk, group, draft):
    response = desk.post(check_url(group), follow=True)

    assert said(response) == ["Nothing was submitted: tick at least one."]


# --- Afterwards ----------------------------------------------------------------------------------------------------


def test_a_submitted_item_can_be_taken_back_until_it_is_reviewed(desk, draft, rapporteur, editor):
    draft.submit(by=rapporteur)

    response = desk.post(url("outcome-take-back", draft))
    draft.refresh_from_db()
    assert response.url == url("desk-outcome", draft)
    assert draft.status == Status.DRAFT

    draft.submit(by=rapporteur)
    draft.approve(by=editor)
    late = desk.post(url("outcome-take-back", draft), follow=True)
    draft.refresh_from_db()
    assert draft.status == Status.APPROVED
    assert "reviewed already" in said(late)[-1]


def test_the_final_wording_stands_beside_ours(desk, group, draft, rapporteur, editor):
    draft.submit(by=rapporteur)
    draft.revise(version=1, text="The edited wording.")
    draft.approve(by=editor)

    page = desk.get(url("desk-outcome", draft)).content.decode()
    listed = desk.get(place_url(group)).content.decode()

    assert page.index("The first wording.") < page.rindex("The edited wording.")
    assert 'name="text"' not in page
    assert "The secretariat changed the wording" in listed


def test_a_note_is_read_where_the_words_are_changed(desk, draft, rapporteur, editor):
    draft.submit(by=rapporteur)
    draft.send_back(by=editor, note="Say <who>.")

    page = desk.get(url("desk-outcome", draft)).content.decode()

    assert "Say &lt;who&gt;." in page
    assert 'name="text"' in page


def test_mail_about_what_came_back_holds_note_words_and_way(draft, rapporteur, editor, settings):
    draft.text = "Words & <signs>."
    draft.save()
    draft.submit(by=rapporteur)
    draft.send_back(by=editor, note="Who is “we”? Name the State's role & date.")

    mail = OutgoingMail.objects.get()

    assert mail.to == rapporteur.email
    assert "Name the State's role & date." in mail.body
    assert "Words & <signs>." in mail.body
    assert settings.SITE_URL + url("desk-outcome", draft) in mail.body
    assert draft.event.title in mail.body


def test_mail_about_what_was_published_says_how_it_is_cited(draft, rapporteur, editor):
    draft.submit(by=rapporteur)
    draft.approve(by=editor)
    draft.publish(by=editor)

    mail = OutgoingMail.objects.get()

    assert "It is cited as MU1-T1." in mail.body
    assert "The first wording." in mail.body
    assert "was edited" not in mail.body


def test_the_rule_in_force_is_said_where_people_write(desk, group):
    group.event.attribution = "chatham_house"
    group.event.save()

    assert "Chatham House Rule" in desk.get(place_url(group)).content.decode()
