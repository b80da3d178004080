"""What the synthesis of a closing round promises: nothing applied by itself, nothing lost, nobody told apart."""

import datetime as dt
import re
import threading
import time
import uuid

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from events import attribution
from outcomes import synthesis, workflow
from outcomes.board import ALIKE, Board, Origin, shuffled, typical
from outcomes.likeness import Likeness
from outcomes.models import Contribution, Outcome, Placement, Round, StatementGroup
from outcomes.places import Place
from outcomes.synthesis import ASIDE, NEW, TO_GO
from outcomes.views.outcome import raised
from tests.conftest import reports_on
from tests.factories import (
    ContributionFactory,
    EventFactory,
    ParticipationFactory,
    PersonFactory,
    PlacementFactory,
    RoleFactory,
    RoundFactory,
    StatementGroupFactory,
    TakeawayFactory,
    ThemeFactory,
    UserFactory,
)

WORDS = {"text": "What they said together.", "heading": "", "themes": [], "addressed_to": []}
WORDS |= {"nature": "", "due_on": None, "due_text": "", "kind": "takeaway"}


@pytest.fixture
def closing(group):
    """A round of the group that is over."""
    now = timezone.now()
    return RoundFactory(
        event=group.event,
        session=group,
        opens_at=now - dt.timedelta(hours=2),
        closes_at=now - dt.timedelta(hours=1),
    )


@pytest.fixture
def desk(client, rapporteur):
    """The rapporteur's browser."""
    client.force_login(rapporteur)
    return client


def offered(closing, number=1, **fields):
    """Return contributions to a round."""
    return ContributionFactory.create_batch(number, round=closing, **fields)


def grouped(closing, number, **group):
    """Return a group of a round with so many statements in it."""
    made = StatementGroupFactory(round=closing, **group)
    for contribution in offered(closing, number, action="To do." if made.kind == "action" else ""):
        PlacementFactory(contribution=contribution, kind=made.kind, group=made)
    return made


def board_url(closing, kind=""):
    return reverse("outcomes:synthesis", args=[closing.code]) + (f"?kind={kind}" if kind else "")


def move_url(closing):
    return reverse("outcomes:synthesis-move", args=[closing.code])


def group_url(name, group):
    return reverse(f"outcomes:group-{name}", args=[group.round.code, group.code])


def moving(contributions, to, was=TO_GO, **fields):
    """What the form posts that moves statements."""
    return {
        "kind": "takeaway",
        "request_key": str(uuid.uuid4()),
        "statement": [f"{one.pk}:{was}" for one in contributions],
        "to": to,
    } | fields


def placed(contribution, kind="takeaway"):
    """Where a statement stands."""
    placements = Placement.objects.filter(contribution=contribution, kind=kind)
    return synthesis.place_of(placements.select_related("group").first())


def at_once(*work):
    """Run functions in threads that begin together, each with a browser signed in as the user it is paired with."""
    ready = threading.Barrier(len(work))

    def begin(browser, function):
        try:
            ready.wait()
            function(browser)
        finally:
            connections.close_all()

    threads = []
    for user, function in work:
        browser = Client()
        browser.force_login(user)  # here: a thread that waits holds no connection
        threads.append(threading.Thread(target=begin, args=(browser, function)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def said(response):
    """The messages on the page that a post leads to."""
    return [str(message) for message in response.context["messages"]]


def drafted(group, by, **fields):
    """Make a draft of a group."""
    return synthesis.draft(group, by=by, request_key=uuid.uuid4(), words=WORDS | {"kind": group.kind}, **fields)


# --- Who gets in ---------------------------------------------------------------------------------------------------


def test_rounds_are_for_staff_and_for_the_rapporteurs_of_their_place(
    event, group, rapporteur, other_rapporteur, editor
):
    whole = UserFactory()
    RoleFactory(rapporteur=True, participation=ParticipationFactory(event=event, person=PersonFactory(user=whole)))
    of_group, of_event = RoundFactory(event=event, session=group), RoundFactory(event=event)
    elsewhere = RoundFactory()

    def seen_by(user):
        return set(Round.objects.editable_by(user))

    assert seen_by(editor) == {of_group, of_event, elsewhere}
    assert seen_by(whole) == {of_group, of_event}
    assert seen_by(rapporteur) == {of_group}
    assert seen_by(other_rapporteur) == set()


def test_origin_of_an_outcome_is_for_those_who_run_its_round(desk, closing, rapporteur, other_rapporteur, editor):
    outcome = drafted(grouped(closing, 6), rapporteur)

    assert len(Origin.of(outcome, rapporteur).statements) == len(Origin.of(outcome, editor).statements) == 6
    assert Origin.of(outcome, other_rapporteur) is None
    assert Origin.of(TakeawayFactory(event=closing.event), editor) is None


def test_outcome_moved_to_another_session_takes_no_statements_along(closing, rapporteur, other_rapporteur, client):
    outcome = drafted(grouped(closing, 6), rapporteur)
    theirs = closing.event.sessions.get(title="Another session")
    outcome.revise(version=outcome.version, session=theirs)
    client.force_login(other_rapporteur)

    page = client.get(reverse("outcomes:desk-outcome", args=[outcome.code]))

    assert page.status_code == 200
    assert "What one phone offered" not in page.content.decode()
    assert client.get(reverse("outcomes:outcome-origin", args=[outcome.code])).status_code == 404


# --- The screen ----------------------------------------------------------------------------------------------------


def shown(response):
    """The statements on a page, as they follow each other."""
    return re.findall(r'<span class="statement__text" dir="auto">([^<]*)</span>', response.content.decode())


def test_order_is_stable_and_says_nothing_of_who_came_when(desk, closing):
    texts = [f"Word{n} number{n}." for n in range(30)]
    for text in texts:
        offered(closing, takeaway=text)

    first, again = shown(desk.get(board_url(closing))), shown(desk.get(board_url(closing)))

    assert first == again
    assert sorted(first) == sorted(texts)
    assert first not in (texts, texts[::-1], sorted(texts))


def test_order_differs_from_round_to_round_and_needs_the_secret(closing, settings):
    statements = Board(closing, "takeaway").statements + [
        type("Statement", (), {"pk": uuid.UUID(int=n)})() for n in range(20)
    ]
    here = [one.pk for one in shuffled(closing, statements)]

    assert here != [one.pk for one in shuffled(RoundFactory(), statements)]
    settings.SECRET_KEY = "another"
    assert here != [one.pk for one in shuffled(closing, statements)]


def test_statements_of_one_kind_are_shown_where_they_stand(desk, closing):
    offered(closing, takeaway="Still to go <b>", action="")
    offered(closing, takeaway="", action="An action")
    PlacementFactory(contribution=offered(closing, takeaway="Aside now")[0], aside=True)
    grouped(closing, 2, name="Trust & time")

    takeaways, actions = (desk.get(board_url(closing, kind)).content.decode() for kind in ("", "action"))

    assert "2 of 4 takeaways grouped, 1 set aside, 1 to go" in takeaways
    assert "Still to go &lt;b&gt;" in takeaways
    assert "<b>" not in takeaways
    assert "Trust &amp; time" in takeaways
    assert "An action" not in takeaways
    assert "0 of 1 action grouped, 1 to go" in actions
    assert "An action" in actions
    assert "Still to go &lt;b&gt;" not in actions


@pytest.mark.parametrize("number, over, is_shown", [(4, False, False), (5, False, True), (4, True, True)])
def test_while_a_round_is_open_the_first_few_are_not_shown(desk, closing, number, over, is_shown):
    if not over:
        Round.objects.filter(pk=closing.pk).update(closes_at=None)
    offered(closing, number)

    response = desk.get(board_url(closing))

    assert len(shown(response)) == (number if is_shown else 0)
    assert ("once five people have answered" in response.content.decode()) != is_shown


def test_what_is_alike_is_proposed_and_nothing_is_applied(desk, closing):
    alike = [
        "Points of contact must be tested before an incident",
        "Test the points of contact",
        "Before an incident, test your points of contact",
    ]
    for text in [*alike, "Nothing to do with that", "الحوار المنتظم يبني الثقة", "الحوار المنتظم يبني الثقة بين الدول"]:
        offered(closing, takeaway=text)

    response = desk.get(board_url(closing))
    proposals = response.context["board"].proposals

    assert sorted(sorted(one.text for one in alike) for alike in proposals) == [
        sorted(alike),
        ["الحوار المنتظم يبني الثقة", "الحوار المنتظم يبني الثقة بين الدول"],
    ]
    assert len(shown(response)) == len(set(shown(response))) == 6
    assert "Make a group of these 3" in response.content.decode()
    assert not Placement.objects.exists()
    assert not StatementGroup.objects.exists()


@pytest.mark.parametrize("number", [3, 500])
def test_screen_costs_the_same_number_of_queries_at_any_length(desk, closing, number, rapporteur, settings):
    words = "contact trust state norm example demand women industry sensor law report train answer region".split()
    for n in range(number):
        text = " ".join(words[(n * k) % len(words)] + str(n % (20 + k)) for k in range(2, 9))
        offered(closing, takeaway=f"{text} {n}")
    for group in [grouped(closing, 1) for _ in range(max(1, number // 50))]:
        drafted(group, rapporteur)
    desk.get(board_url(closing))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = desk.get(board_url(closing))

    assert len(response.context["board"].to_go) == number
    assert len(queries) == 8, [query["sql"] for query in queries]


def test_bringing_five_hundred_together_is_quick():
    words = [f"word{n}" for n in range(300)]
    texts = {n: " ".join(words[(n * step + n // 7) % 300] for step in range(1, 13)) for n in range(500)}
    texts |= dict.fromkeys(range(0, 500, 50), "tested points of contact before incident")

    start = time.process_time()
    clusters = Likeness(texts).clusters(ALIKE)
    took = time.process_time() - start

    assert sorted(range(0, 500, 50)) in clusters
    assert took < 2  # measured: 0.1 s


def test_screen_answers_nothing_while_nothing_has_changed(desk, closing):
    one = offered(closing)[0]
    stamp = desk.get(board_url(closing)).context["board"].stamp

    unchanged = desk.get(board_url(closing), {"seen": stamp})
    synthesis.move(closing, "takeaway", {one.pk: TO_GO}, to=ASIDE, reason="A test", request_key=uuid.uuid4())
    changed = desk.get(board_url(closing), {"seen": stamp})

    assert (unchanged.status_code, unchanged.content) == (204, b"")
    assert changed.status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda one, group: Contribution.objects.filter(pk=one.pk).update(takeaway="Changed by who wrote it."),
        lambda one, group: ContributionFactory(round=one.round),
        lambda one, group: synthesis.rename(group, "A name", version=1),
        lambda one, group: synthesis.shift(group, by_places=1),
        lambda one, group: drafted(group, UserFactory()),
    ],
    ids=["text", "arrival", "name", "order", "draft"],
)
def test_whatever_changes_the_screen_changes_its_stamp(closing, change):
    group = grouped(closing, 1)
    StatementGroupFactory(round=closing)
    one = offered(closing)[0]
    before = Board(closing, "takeaway").stamp

    change(one, group)

    assert Board(closing, "takeaway").stamp != before


# --- Moving --------------------------------------------------------------------------------------------------------


def test_statements_become_a_group_and_go_back(desk, closing):
    contributions = offered(closing, 3)

    response = desk.post(move_url(closing), moving(contributions, NEW), follow=True)

    group = StatementGroup.objects.get()
    assert said(response) == ["“Group 1” made of 3 statements. Give it a name."]
    assert response.redirect_chain == [(f"{board_url(closing)}?new={group.code}", 302)]
    assert {placed(one) for one in contributions} == {group.code}

    desk.post(move_url(closing), moving(contributions[:1], TO_GO, was=group.code))

    assert [placed(one) for one in contributions] == [TO_GO, group.code, group.code]


def test_the_button_of_one_statement_moves_that_one_alone(desk, closing):
    ticked, pressed = offered(closing, 2)
    group = StatementGroupFactory(round=closing)

    desk.post(move_url(closing), moving([ticked], group.code, one=f"{pressed.pk}:"))

    assert (placed(ticked), placed(pressed)) == (TO_GO, group.code)


def test_takeaway_and_action_of_one_contribution_go_their_own_ways(desk, closing):
    one = offered(closing, action="To do.")[0]
    group = StatementGroupFactory(round=closing, kind="action")

    desk.post(move_url(closing), moving([one], group.code, kind="action"))
    desk.post(move_url(closing), moving([one], ASIDE, reason="A test"))

    assert (placed(one, "action"), placed(one)) == (group.code, ASIDE)


def test_a_takeaway_goes_into_no_group_of_actions(desk, closing):
    one = offered(closing, action="To do.")[0]
    group = StatementGroupFactory(round=closing, kind="action")

    response = desk.post(move_url(closing), moving([one], group.code), follow=True)

    assert said(response) == ["Nothing was moved. That group is of the other kind."]
    assert not Placement.objects.exists()


def test_set_aside_needs_a_reason_and_can_be_taken_back(desk, closing):
    one = offered(closing)[0]

    refused = desk.post(move_url(closing), moving([one], ASIDE, reason="  "))

    assert refused.status_code == 422
    body = refused.content.decode()
    assert "Say why it is set aside." in body
    assert re.search(rf'value="{one.pk}:" checked', body)  # what was ticked still is
    assert placed(one) == TO_GO

    desk.post(move_url(closing), moving([one], ASIDE, reason="Names  somebody"))
    assert Placement.objects.get().set_aside == "Names somebody"

    desk.post(move_url(closing), moving([one], TO_GO, was=ASIDE))
    assert placed(one) == TO_GO


@pytest.mark.parametrize(
    "bad",
    [
        {"statement": []},
        {"statement": ["no statement"]},
        {"to": "nowhere\x00"},
        {"to": ASIDE, "reason": "x\x00"},
        {"to": ASIDE, "reason": "x" * 201},
        {"to": ASIDE, "reason": "half an emoji \ufffd"},
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(desk, closing, bad):
    one = offered(closing)[0]

    response = desk.post(move_url(closing), moving([one], NEW) | bad)

    assert response.status_code == 422
    assert response.context["error"]
    assert not Placement.objects.exists()
    assert not StatementGroup.objects.exists()


def test_second_tap_changes_nothing(desk, closing):
    post = moving(offered(closing, 2), NEW)

    first, second = desk.post(move_url(closing), post), desk.post(move_url(closing), post)

    assert first.url == second.url
    assert StatementGroup.objects.count() == 1
    assert Placement.objects.count() == 2


def test_statement_of_another_round_is_not_moved(desk, closing):
    foreign = ContributionFactory()

    response = desk.post(move_url(closing), moving([foreign], NEW), follow=True)

    assert "gone from here" in said(response)[0]
    assert not Placement.objects.exists()
    assert not StatementGroup.objects.exists()


def test_statement_taken_back_by_its_author_is_gone_and_counts_nowhere(closing, rapporteur):
    group = grouped(closing, 3)
    one = Contribution.objects.filter(round=closing).first()
    Contribution.objects.filter(pk=one.pk).update(takeaway="", action="Only this")

    outcome = drafted(group, rapporteur)

    assert len(Board(closing, "takeaway").statements) == 2
    assert (outcome.raised_by, outcome.raised_of) == (2, 2)


# --- Two people at once --------------------------------------------------------------------------------------------


def test_move_that_was_overtaken_says_what_stands_now(desk, closing):
    one, other = offered(closing, 2)
    theirs, mine = (StatementGroupFactory(round=closing, name=name) for name in ("Theirs", "Mine"))
    synthesis.move(closing, "takeaway", {one.pk: TO_GO}, to=theirs.code, request_key=uuid.uuid4())

    response = desk.post(move_url(closing), moving([one, other], mine.code), follow=True)

    assert said(response) == [
        "1 statement moved to “Mine”.",
        "Somebody else moved it meanwhile. It is in “Theirs” now, and stayed there.",
    ]
    assert (placed(one), placed(other)) == (theirs.code, mine.code)


def test_new_group_of_what_all_was_overtaken_is_not_made(desk, closing):
    one = offered(closing)[0]
    theirs = StatementGroupFactory(round=closing)
    PlacementFactory(contribution=one, group=theirs)

    desk.post(move_url(closing), moving([one], NEW))

    assert list(StatementGroup.objects.all()) == [theirs]


def test_move_into_a_group_that_was_deleted_moves_nothing(desk, closing):
    one = offered(closing)[0]
    group = StatementGroupFactory(round=closing)
    synthesis.delete(group)

    response = desk.post(move_url(closing), moving([one], group.code), follow=True)

    assert said(response) == ["Nothing was moved. That group was deleted or merged into another meanwhile."]
    assert placed(one) == TO_GO


def test_move_into_a_group_that_became_a_draft_stands_and_says_that_it_is_not_counted(desk, closing, rapporteur):
    group = grouped(closing, 5, name="Theirs")
    outcome = drafted(group, rapporteur)
    one = offered(closing)[0]

    response = desk.post(move_url(closing), moving([one], group.code), follow=True)

    assert "It is a draft already: count it again" in said(response)[0]
    outcome.refresh_from_db()
    assert outcome.raised_by == 5
    assert "1 more since the draft" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_people_moving_at_once_lose_nothing(group, rapporteur):
    closing = RoundFactory(event=group.event, session=group)
    colleague = reports_on(group, email="second@example.org", name="Second")
    targets = StatementGroupFactory.create_batch(2, round=closing)
    mine, theirs, both = offered(closing, 6), offered(closing, 6), offered(closing, 6)
    answers = []

    def work(own, target):
        def move(browser):
            for statement in [statement for pair in zip(own, both, strict=True) for statement in pair]:
                response = browser.post(move_url(closing), moving([statement], target.code))
                answers.append(response.status_code)

        return move

    at_once((rapporteur, work(mine, targets[0])), (colleague, work(theirs, targets[1])))

    assert answers == [302] * 24
    assert {placed(one) for one in mine} == {targets[0].code}
    assert {placed(one) for one in theirs} == {targets[1].code}
    assert {placed(one) for one in both} <= {target.code for target in targets}
    assert Placement.objects.count() == 18


@pytest.mark.django_db(transaction=True)
def test_new_group_tapped_eight_times_at_once_is_one(group, rapporteur):
    closing = RoundFactory(event=group.event, session=group)
    post, answers = moving(offered(closing, 3), NEW), []

    def tap(browser):
        answers.append(browser.post(move_url(closing), post).url)

    at_once(*[(rapporteur, tap)] * 8)

    made = StatementGroup.objects.get()
    assert answers == [f"{board_url(closing)}?new={made.code}"] * 8
    assert made.placements.count() == 3


@pytest.mark.django_db(transaction=True)
def test_draft_made_by_two_people_at_once_is_made_once(group, rapporteur):
    closing = RoundFactory(event=group.event, session=group)
    colleague = reports_on(group, email="second@example.org", name="Second")
    made_of, answers = grouped(closing, 5), {}

    def make(words):
        def post(browser):
            form = {"text": words, "request_key": str(uuid.uuid4())}
            answers[words] = browser.post(group_url("draft", made_of), form)

        return post

    at_once((rapporteur, make("First words.")), (colleague, make("Second words.")))

    outcome = Outcome.objects.get()
    assert outcome.contributions.count() == 5
    assert answers[outcome.text].status_code == 302
    (late,) = [answer for words, answer in answers.items() if words != outcome.text]
    assert late.status_code == 409  # what was typed is still there, beside what stands
    assert "First words." in late.content.decode()
    assert "Second words." in late.content.decode()


# --- Groups --------------------------------------------------------------------------------------------------------


def test_group_is_named_and_a_second_name_at_once_is_shown_beside_the_first(desk, closing):
    group = StatementGroupFactory(round=closing)
    address = group_url("rename", group)

    desk.post(address, {"name": "Theirs", "version": 1})
    again = desk.post(address, {"name": "Theirs", "version": 1})
    late = desk.post(address, {"name": "Mine", "version": 1})

    assert again.status_code == 302  # the same name again is no conflict
    group.refresh_from_db()
    assert (group.name, group.version) == ("Theirs", 2)
    assert late.status_code == 409
    body = late.content.decode()
    assert "Somebody named it “Theirs” meanwhile. Yours is still in the field." in body
    assert 'value="Mine"' in body
    assert 'name="version" value="2"' in body


@pytest.mark.parametrize("name", ["x" * 201, "a\x00b", "\u202e"])
def test_name_that_cannot_stand_is_refused_and_kept_in_its_field(desk, closing, name):
    group = StatementGroupFactory(round=closing)

    response = desk.post(group_url("rename", group), {"name": name, "version": 1})

    assert response.status_code == 422
    assert f'value="{escape(name)}"' in response.content.decode()
    group.refresh_from_db()
    assert group.name == ""


def test_groups_are_put_in_order(desk, closing):
    first, second, third = StatementGroupFactory.create_batch(3, round=closing)

    desk.post(group_url("move", third), {"direction": "up"})
    desk.post(group_url("move", first), {"direction": "up"})  # it is at the top: nothing changes

    assert list(StatementGroup.objects.all()) == [first, third, second]


def test_merged_group_goes_with_its_statements_and_its_name_where_the_other_has_none(desk, closing):
    one, other = grouped(closing, 2, name="A name"), grouped(closing, 3)

    response = desk.post(group_url("merge", one), {"into": other.code}, follow=True)

    assert said(response) == ["“A name” went into “A name”, with 2 statements."]
    assert StatementGroup.objects.get().placements.count() == 5
    again = desk.post(group_url("merge", one), {"into": other.code}, follow=True)
    assert said(again) == ["That group was deleted or merged into another meanwhile."]


def test_group_with_a_draft_is_neither_merged_away_nor_deleted(desk, closing, rapporteur):
    group, other = grouped(closing, 5), grouped(closing, 1)
    drafted(group, rapporteur)
    Placement.objects.filter(group=group).delete()

    for name in ("merge", "delete"):
        response = desk.post(group_url(name, group), {"into": other.code}, follow=True)
        assert "was made a draft, so it stays." in said(response)[0]
    assert StatementGroup.objects.count() == 2


def test_group_is_deleted_when_it_is_empty_and_not_before(desk, closing):
    group = grouped(closing, 1)

    refused = desk.post(group_url("delete", group), follow=True)
    assert "is not empty" in said(refused)[0]
    Placement.objects.all().delete()
    desk.post(group_url("delete", group))

    assert not StatementGroup.objects.exists()


def test_merge_into_nothing_is_answered_in_words(desk, closing):
    group = grouped(closing, 1)

    for into in ("", "\x00", group.code, "aaaaaaaa"):
        assert desk.post(group_url("merge", group), {"into": into}, follow=True).status_code == 200
    assert StatementGroup.objects.get() == group


def test_group_of_another_round_is_not_there(desk, closing):
    group = StatementGroupFactory()
    address = reverse("outcomes:group-delete", args=[closing.code, group.code])

    desk.post(address)

    assert StatementGroup.objects.get() == group


# --- Drafts --------------------------------------------------------------------------------------------------------


def test_draft_is_made_on_the_place_of_the_round_with_its_origin(desk, closing, rapporteur):
    TakeawayFactory(event=closing.event, session=closing.session, position=4)
    group, theme = grouped(closing, 6, name="Contact points"), ThemeFactory()
    offered(closing, 5)
    form = desk.get(group_url("draft", group))
    assert form.context["form"]["text"].value() == "Contact points"
    assert form.content.decode().count("What one phone offered") == 6

    post = {"text": "Test them.", "themes": [theme.pk], "request_key": form.context["request_key"]}
    response = desk.post(group_url("draft", group), post, follow=True)

    outcome = Outcome.objects.get(text="Test them.")
    assert said(response)[0].startswith("Draft takeaway made of 6 statements.")
    assert (outcome.kind, outcome.status, outcome.author, outcome.position) == ("takeaway", "draft", rapporteur, 5)
    assert Place.of(outcome) == Place(closing.event, closing.session)
    assert list(outcome.themes.all()) == [theme]
    assert (outcome.raised_by, outcome.raised_of, outcome.says_raised) == (6, 11, False)
    assert outcome.contributions.count() == 6
    assert outcome.statement_group == group


def test_draft_of_an_action_is_an_action(desk, closing):
    group = grouped(closing, 2, kind="action")

    desk.post(group_url("draft", group), {"text": "Do it.", "request_key": str(uuid.uuid4())})

    outcome = Outcome.objects.get()
    assert (outcome.kind, outcome.progress) == ("action", "proposed")


def test_form_of_a_nameless_group_begins_with_its_most_typical_statement(desk, closing):
    group = StatementGroupFactory(round=closing)
    texts = ["Test the points of contact", "Points of contact need a test", "Something else"]
    for text in texts:
        PlacementFactory(contribution=offered(closing, takeaway=text)[0], group=group)

    form = desk.get(group_url("draft", group)).context["form"]

    assert form["text"].value() in texts[:2]
    assert typical([]) == ""


def test_draft_posted_twice_is_one_and_with_other_words_both_are_shown(desk, closing):
    group = grouped(closing, 5)
    post = {"text": "First words.", "request_key": str(uuid.uuid4())}

    answers = [desk.post(group_url("draft", group), post).status_code for _ in range(2)]
    other = desk.post(group_url("draft", group), post | {"text": "Other words."})

    assert answers == [302, 302]
    assert other.status_code == 409
    assert "First words." in other.content.decode()
    assert "Other words." in other.content.decode()
    assert Outcome.objects.get().text == "First words."


def test_draft_without_words_is_refused_with_what_was_typed(desk, closing):
    group, theme = grouped(closing, 5), ThemeFactory()

    response = desk.post(group_url("draft", group), {"text": " ", "themes": [theme.pk]})

    assert response.status_code == 422
    assert "Write the wording." in response.content.decode()
    assert re.search(rf'value="{theme.pk}"[^>]* checked', response.content.decode())
    assert not Outcome.objects.exists()


def test_no_draft_is_made_of_an_empty_group(desk, closing):
    group = StatementGroupFactory(round=closing)

    shown = desk.get(group_url("draft", group), follow=True)
    posted = desk.post(group_url("draft", group), {"text": "Words."})

    assert "is empty" in said(shown)[0]
    assert posted.status_code == 409
    assert "Words." in posted.content.decode()
    assert not Outcome.objects.exists()


def test_words_typed_by_who_is_signed_out_come_back(client, closing):
    response = client.post(group_url("draft", grouped(closing, 5)), {"text": "Not lost."})

    assert response.status_code == 403
    assert "Not lost." in response.content.decode()


def test_what_comes_after_the_draft_is_counted_when_somebody_says_so(desk, closing, rapporteur):
    group = grouped(closing, 5)
    outcome = drafted(group, rapporteur)
    PlacementFactory(contribution=offered(closing)[0], group=group)
    Placement.objects.filter(group=group).first().delete()
    offered(closing, 3)

    before = desk.get(board_url(closing)).content.decode()
    outcome.refresh_from_db()
    assert "1 more since the draft" in before
    assert "1 fewer since the draft" in before
    assert (outcome.raised_by, outcome.raised_of) == (5, 5)

    response = desk.post(group_url("recount", group), follow=True)

    outcome.refresh_from_db()
    assert said(response) == ["Counted again: 5 of 9."]
    assert (outcome.raised_by, outcome.raised_of, outcome.contributions.count()) == (5, 9, 5)
    assert "since the draft" not in response.content.decode()
    assert "Count again" not in response.content.decode()


def test_nothing_is_counted_anew_once_the_secretariat_has_it(desk, closing, rapporteur):
    group = grouped(closing, 5)
    outcome = drafted(group, rapporteur)
    outcome.submit(by=rapporteur)
    PlacementFactory(contribution=offered(closing)[0], group=group)

    response = desk.post(group_url("recount", group), follow=True)

    outcome.refresh_from_db()
    assert "so its count stays as it was" in said(response)[0]
    assert outcome.raised_by == 5


def test_group_whose_draft_was_deleted_is_free_again(desk, closing, rapporteur):
    group = grouped(closing, 5)
    outcome = drafted(group, rapporteur)

    workflow.delete(outcome, version=outcome.version, by=outcome.author)

    group.refresh_from_db()
    assert group.draft is None
    assert "Make it a draft" in desk.get(board_url(closing)).content.decode()
    another = drafted(group, rapporteur)
    assert (another.raised_by, another.statement_group) == (5, group)


def test_numbers_outlive_the_contributions(desk, closing, rapporteur):
    outcome = drafted(grouped(closing, 6), rapporteur)

    Contribution.objects.filter(round=closing).delete()

    outcome.refresh_from_db()
    assert (outcome.raised_by, outcome.raised_of) == (6, 6)
    page = desk.get(reverse("outcomes:outcome-origin", args=[outcome.code])).content.decode()
    assert "Made of 6 statements of 6 in the closing round" in page
    assert "have been deleted" in page


# --- Where it comes from -------------------------------------------------------------------------------------------


def test_desk_and_review_show_what_a_draft_is_made_of(desk, closing, rapporteur, editor):
    outcome = drafted(grouped(closing, 6), rapporteur)
    offered(closing, 2, takeaway="Not in it.")
    staff = Client()
    staff.force_login(editor)
    pages = [desk.get(reverse("outcomes:desk-outcome", args=[outcome.code]))]
    outcome.submit(by=rapporteur)
    pages.append(desk.get(reverse("outcomes:desk-outcome", args=[outcome.code])))
    pages.append(staff.get(reverse("admin:outcomes_outcome_review", args=[outcome.pk])))
    pages.append(staff.get(reverse("outcomes:outcome-origin", args=[outcome.code])))

    for page in pages:
        body = page.content.decode()
        assert "Made of 6 statements of 6 in the closing round" in body
        assert body.count("What one phone offered") == 6
        assert "Not in it." not in body


def test_outcome_that_comes_from_no_round_says_nothing_of_one(desk, closing):
    outcome = TakeawayFactory(event=closing.event, session=closing.session)

    assert "closing round" not in desk.get(reverse("outcomes:desk-outcome", args=[outcome.code])).content.decode()
    assert desk.get(reverse("outcomes:outcome-origin", args=[outcome.code])).status_code == 404


# --- What the public is told ---------------------------------------------------------------------------------------

MAY_BE_SAID = [
    # number, of, beside → whether it may
    (4, 58, 0, False),
    (5, 58, 0, True),
    (53, 58, 0, True),
    (54, 58, 0, False),
    (57, 58, 0, False),
    (58, 58, 0, True),
    (5, 5, 0, True),
    (4, 4, 0, False),
    (5, 6, 0, False),
    (5, 9, 0, False),
    (5, 10, 0, True),
    (9, 58, 44, True),  # leaves five over
    (9, 58, 45, False),  # leaves four over: whoever reads both knows of four
    (9, 58, 49, True),  # leaves nobody over
    (9, 58, 50, False),  # counted twice
    (0, 0, 0, False),
    (0, 58, 0, False),
]


@pytest.mark.parametrize("number, of, beside, may", MAY_BE_SAID)
@pytest.mark.parametrize("rule", attribution.Rule.values)
def test_figure_stands_for_five_and_leaves_none_or_five(number, of, beside, may, rule):
    reason = attribution.against_count(number, of, rule, beside=beside)

    assert (not reason) == (may and rule != "closed")


def test_figure_is_not_said_unless_somebody_ticked_it(desk, closing):
    group = grouped(closing, 9)
    offered(closing, 49)
    post = {"text": "Words.", "request_key": str(uuid.uuid4())}

    form = desk.get(group_url("draft", group)).content.decode()
    desk.post(group_url("draft", group), post)

    assert "Raised by 9 of 58 contributions" in form
    assert re.search(r'name="says_raised"[^>]*>', form)
    assert "checked" not in re.search(r'<input[^>]*name="says_raised"[^>]*>', form).group()
    assert not Outcome.objects.get().says_raised


def test_figure_is_said_on_the_page_of_a_published_outcome_that_says_so(client, closing, rapporteur, editor):
    group = grouped(closing, 9)
    offered(closing, 49)
    outcome = drafted(group, rapporteur, says_raised=True)
    for move in ("submit", "approve", "publish"):
        getattr(outcome, move)(by=rapporteur if move == "submit" else editor)

    page = client.get(outcome.get_absolute_url()).content.decode()

    assert "Raised by 9 of 58 contributions" in page
    assert "What one phone offered" not in page

    assert synthesis.say(outcome, says_raised=False) == ""
    assert "Raised by" not in client.get(outcome.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "rule, now", [("on_record", "on_record"), ("on_record", "chatham_house"), ("closed", "on_record")]
)
@pytest.mark.parametrize(
    "number, of, says", [(9, 58, True), (9, 58, False), (4, 58, True), (56, 58, True), (None, None, True)]
)
def test_page_says_only_what_the_rule_allows_whatever_the_column_says(rule, now, number, of, says):
    outcome = Outcome(recorded_under=rule, raised_by=number, raised_of=of, says_raised=says)
    outcome.rule = now

    assert raised(outcome) == ((9, 58) if (number, says, rule) == (9, True, "on_record") else None)


@pytest.mark.django_db
@pytest.mark.parametrize("rule", ["on_record", "non_attributed", "chatham_house"])
def test_figure_is_said_under_every_rule_that_shows_the_outcome(client, rule):
    outcome = TakeawayFactory(
        event=EventFactory(attribution=rule), published=True, raised_by=9, raised_of=58, says_raised=True
    )

    assert "Raised by 9 of 58 contributions" in client.get(outcome.get_absolute_url()).content.decode()


def test_figure_is_not_said_while_the_round_is_open(desk, closing, rapporteur):
    Round.objects.filter(pk=closing.pk).update(closes_at=None)
    group = grouped(closing, 9)
    post = {"text": "Words.", "request_key": str(uuid.uuid4()), "says_raised": "on"}

    form = desk.get(group_url("draft", group)).content.decode()
    response = desk.post(group_url("draft", group), post, follow=True)

    assert "The round is still open" in form
    assert "says_raised" not in form
    assert "may not be said" in said(response)[1]
    assert not Outcome.objects.get().says_raised


def test_figure_is_not_said_before_it_is_counted_anew(closing, rapporteur):
    outcome = drafted(grouped(closing, 9), rapporteur)
    offered(closing, 5)

    assert "Count again first" in synthesis.say(outcome, says_raised=True)

    synthesis.recount(outcome.statement_group)
    assert synthesis.say(outcome, says_raised=True) == ""
    outcome.refresh_from_db()
    assert (outcome.raised_by, outcome.raised_of, outcome.says_raised) == (9, 14, True)


def test_figures_of_one_round_leave_no_few_people_over_together(closing, rapporteur):
    groups = [grouped(closing, number) for number in (10, 10, 3)]
    first, second = (drafted(group, rapporteur) for group in groups[:2])

    assert synthesis.say(first, says_raised=True) == ""
    assert "leave fewer than 5" in synthesis.say(second, says_raised=True)


def test_counting_anew_takes_back_what_may_no_longer_be_said(desk, closing, rapporteur):
    group = grouped(closing, 6)
    offered(closing, 5)
    outcome = drafted(group, rapporteur, says_raised=True)
    assert outcome.says_raised
    for placement in Placement.objects.filter(group=group)[:2]:
        placement.delete()

    response = desk.post(group_url("recount", group), follow=True)

    outcome.refresh_from_db()
    assert said(response) == ["Counted again: 4 of 11. The public page will no longer say it."]
    assert not outcome.says_raised


def test_rapporteurs_decide_while_they_hold_the_pen_and_staff_after(desk, closing, rapporteur, editor):
    group = grouped(closing, 9)
    offered(closing, 5)
    outcome = drafted(group, rapporteur)
    address = reverse("outcomes:outcome-origin", args=[outcome.code])

    def says():
        return Outcome.objects.get(pk=outcome.pk).says_raised

    desk.post(address, {"says_raised": "yes"})
    assert says()
    desk.post(address, {"says_raised": "no"})
    assert not says()

    outcome.submit(by=rapporteur)
    refused = desk.post(address, {"says_raised": "yes"}, follow=True)
    assert said(refused)[-1] == "The secretariat has it by now: ask there."
    assert not says()

    staff = Client()
    staff.force_login(editor)
    staff.post(address, {"says_raised": "yes"})
    assert says()


@pytest.mark.django_db
def test_figure_costs_the_public_page_no_query(client, django_assert_num_queries):
    plain = TakeawayFactory(published=True)
    raised = TakeawayFactory(published=True, raised_by=9, raised_of=58, says_raised=True)
    client.get(plain.get_absolute_url())

    with CaptureQueriesContext(connection) as without:
        client.get(plain.get_absolute_url())
    with django_assert_num_queries(len(without)):
        assert "Raised by 9 of 58" in client.get(raised.get_absolute_url()).content.decode()
