"""The review's tools in the admin: versions side by side, comments, merging, splitting, themes of many."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse

from outcomes.models import Comment, Outcome, Status
from participants import history
from participants.models import Change, OutgoingMail
from tests.factories import (
    CommentFactory,
    OutcomeFactory,
    ParticipationFactory,
    PersonFactory,
    StatusChangeFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


def address(name, *rows, **query):
    pairs = "&".join(f"{key}={value}" for key, value in query.items())
    return reverse(f"admin:outcomes_outcome_{name}", args=[row.pk for row in rows]) + (f"?{pairs}" if pairs else "")


@pytest.fixture
def outcome(event, group, rapporteur):
    return TakeawayFactory(event=event, session=group, submitted=True, author=rapporteur, text="States report.")


# Versions


def test_any_two_wordings_stand_side_by_side_with_who_and_when(client, editor, outcome):
    for words in ("States report yearly.", "All States report yearly."):
        with history.watch(outcome, by=editor):
            outcome.revise(version=outcome.version, text=words)
    client.force_login(editor)
    page = client.get(address("review", outcome)).context

    assert [version.text for version in page["versions"]] == [
        "States report.",
        "States report yearly.",
        "All States report yearly.",
    ]
    assert "Ed Itor" in page["versions"][1].label
    assert [version.text for version in page["chosen"]] == ["States report.", "All States report yearly."]

    middle = page["versions"][1].key
    chosen = client.get(address("review", outcome, first=middle)).context["chosen"]
    assert [version.text for version in chosen] == ["States report yearly.", "All States report yearly."]


# Comments


def comment(client, outcome, **said):
    data = {"comment": "Which States?", "for_whom": "rapporteurs", "key": uuid.uuid4()} | said
    return client.post(address("comment", outcome), data)


def test_comment_reaches_the_rapporteur_by_one_mail_an_hour_and_is_answered_on_the_desk(
    client, editor, rapporteur, outcome
):
    client.force_login(editor)
    key = uuid.uuid4()
    with time_machine.travel(dt.datetime(2026, 3, 6, 9, tzinfo=dt.UTC), tick=False) as clock:
        for _ in range(2):
            assert comment(client, outcome, key=key).status_code == 302
        comment(client, outcome, comment="And by when?")
        assert [mail.to for mail in OutgoingMail.objects.all()] == ["rapporteur@example.org"]
        clock.shift(dt.timedelta(minutes=61))
        comment(client, outcome, comment="Please answer.")
        assert OutgoingMail.objects.count() == 2
    assert Comment.objects.count() == 3

    client.force_login(rapporteur)
    desk = reverse("outcomes:desk-outcome", args=[outcome.code])
    page = client.get(desk).content.decode()
    assert "Which States?" in page
    assert "Ed Itor" not in page
    answer = {"comment": "All of them.", "key": uuid.uuid4()}
    assert client.post(reverse("outcomes:outcome-comment", args=[outcome.code]), answer).status_code == 302

    assert OutgoingMail.objects.filter(to="editor@example.org").count() == 1
    client.force_login(editor)
    assert "All of them." in client.get(address("review", outcome)).content.decode()


def test_note_for_staff_is_nobody_elses(client, editor, rapporteur, other_rapporteur, outcome):
    client.force_login(editor)
    comment(client, outcome, comment="SECRET note", for_whom="staff")
    assert not OutgoingMail.objects.exists()
    assert "SECRET note" in client.get(address("review", outcome)).content.decode()

    client.force_login(rapporteur)
    for status in (Status.SUBMITTED, Status.CHANGES_REQUESTED):
        Outcome.objects.filter(pk=outcome.pk).update(status=status)
        assert "SECRET" not in client.get(reverse("outcomes:desk-outcome", args=[outcome.code])).content.decode()

    client.force_login(other_rapporteur)
    answer = client.post(reverse("outcomes:outcome-comment", args=[outcome.code]), {"comment": "Mine?"})
    assert answer.status_code == 404


def test_comment_that_cannot_be_stored_is_shown_again(client, editor, rapporteur, outcome):
    too_long = "x" * 2001
    client.force_login(editor)
    answer = comment(client, outcome, comment=too_long)
    assert (answer.status_code, too_long in answer.content.decode()) == (422, True)

    client.force_login(rapporteur)
    answer = client.post(reverse("outcomes:outcome-comment", args=[outcome.code]), {"comment": too_long})
    assert (answer.status_code, too_long in answer.content.decode()) == (422, True)
    assert not Comment.objects.exists()


def test_comments_reach_no_reader(client, editor):
    outcome = TakeawayFactory(published=True)
    before = client.get(outcome.get_absolute_url()).content

    CommentFactory(outcome=outcome, text="SECRET", by=editor, by_staff=True)

    assert client.get(outcome.get_absolute_url()).content == before


# Merging and splitting


def test_what_perhaps_says_the_same_is_merged_from_the_review_and_parted_again(
    client, editor, rapporteur, group, event, outcome
):
    twin = TakeawayFactory(
        event=event, submitted=True, text="All coastal States report dredging incidents promptly.", themes=[]
    )
    outcome.revise(version=1, text="Coastal States report dredging incidents.")
    TakeawayFactory(event=event, submitted=True, text="Something else entirely about funding.")
    client.force_login(editor)
    assert client.get(address("review", outcome)).context["alike"] == [twin]
    merge = f"{address('merge')}?outcome={outcome.pk}&outcome={twin.pk}"
    page = client.get(merge)
    assert page.status_code == 200
    data = {
        "outcome": [outcome.pk, twin.pk],
        "stays": outcome.pk,
        "text": "All coastal States report dredging incidents.",
        f"version-{outcome.pk}": outcome.version,
        f"version-{twin.pk}": 99,
    }

    stale = client.post(address("merge"), data)
    assert (stale.status_code, data["text"] in stale.content.decode()) == (409, True)
    assert client.post(address("merge"), data | {f"version-{twin.pk}": 1}).status_code == 302

    twin.refresh_from_db()
    assert twin.merged_into_id == outcome.pk
    Outcome.objects.filter(pk=twin.pk).update(session=group)
    client.force_login(rapporteur)
    assert "brought together" in client.get(reverse("outcomes:desk-outcome", args=[twin.code])).content.decode()
    assert client.get(reverse("outcomes:desk-session", args=[group.code])).status_code == 200
    client.force_login(editor)
    review = client.get(address("review", outcome))
    assert review.context["lineage"].parts == [Outcome.objects.get(pk=twin.pk)]
    assert client.post(address("part", outcome)).status_code == 302
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into) == (Status.SUBMITTED, None)


@pytest.mark.parametrize("asked", ["", "outcome=1", "outcome=x&outcome=y", "outcome=999998&outcome=999999"])
def test_merge_of_what_is_not_there_is_not_there(client, editor, asked):
    client.force_login(editor)

    assert client.get(f"{address('merge')}?{asked}").status_code == 404


def test_merge_asks_once_about_what_looks_like_a_name(client, editor, event, outcome):
    ParticipationFactory(event=event, person=PersonFactory(name="Zelda Quartermaine"))
    twin = TakeawayFactory(event=event, submitted=True)
    client.force_login(editor)
    data = {
        "outcome": [outcome.pk, twin.pk],
        "stays": outcome.pk,
        "text": "Zelda Quartermaine asked States to report.",
        f"version-{outcome.pk}": outcome.version,
        f"version-{twin.pk}": twin.version,
    }

    asked = client.post(address("merge"), data)

    assert asked.status_code == 422
    assert "looks like a name" in asked.content.decode()
    assert client.post(address("merge"), data | {"seen": asked.context["seen"]}).status_code == 302


def test_one_is_split_in_two_with_themes_of_their_own(client, editor, outcome):
    first, second = ThemeFactory(), ThemeFactory()
    client.force_login(editor)
    said = {"version": outcome.version, "first": "States report.", "first_themes": [first.pk]}
    said |= {"second": "Funders pay.", "second_themes": [second.pk]}

    assert client.post(address("split", outcome), said | {"second": ""}).status_code == 422
    assert client.post(address("split", outcome), said | {"second": "States report."}).status_code == 422
    assert client.post(address("split", outcome), said).status_code == 302
    assert client.post(address("split", outcome), said).status_code == 409  # a second tap

    new = Outcome.objects.get(split_from=outcome)
    assert (new.text, list(new.themes.all()), list(outcome.themes.all())) == ("Funders pay.", [second], [first])
    assert "Split off" in client.get(address("review", outcome)).content.decode()


# Many at once, and where one is


def test_themes_are_given_to_many_and_taken_from_them(client, editor, event):
    old, new = ThemeFactory(name="Old"), ThemeFactory(name="New")
    rows = [TakeawayFactory(event=event, published=True, themes=[old]) for _ in range(2)]
    client.force_login(editor)
    chosen = {"action": "theme_selected", ACTION_CHECKBOX_NAME: [row.pk for row in rows]}
    lists = reverse("admin:outcomes_outcome_changelist")

    assert client.post(lists, chosen).status_code == 200
    assert client.post(lists, chosen | {"confirmed": "yes"}).status_code == 422
    done = client.post(lists, chosen | {"confirmed": "yes", "add": [new.pk], "take": [old.pk]})

    assert done.status_code == 302
    assert [[theme.name for theme in row.themes.all()] for row in rows] == [["New"], ["New"]]
    assert {(line.by, line.how) for line in Change.objects.all()} == {(editor, "many at once")}
    assert set(Outcome.objects.newest_about(new)) == {Outcome.objects.get(pk=row.pk) for row in rows}


def test_review_says_which_of_how_many_one_is_at(client, editor, event):
    rows = [OutcomeFactory(event=event, submitted=True) for _ in range(3)]
    for row in rows:
        StatusChangeFactory(outcome=row, to_status="submitted")
    client.force_login(editor)
    page = client.get(address("review", rows[0]))
    assert page.context["progress"] == (1, 3)

    answer = client.post(
        address("review", rows[0]), {"text": rows[0].text, "version": rows[0].version, "move": "approve"}
    )

    assert client.get(answer.url).context["progress"] == (2, 3)
