"""The tracker of actions: what is overdue, silent or nobody's, in numbers and one by one."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from events.counting import count_each
from outcomes.models import Action, Outcome
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    AddresseeFactory,
    EventFactory,
    EventPartnerFactory,
    OrganisationFactory,
    PersonFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def warm(as_served, monkeypatch):
    """As served, by a process that has been asked before: the number of the generation stays in memory."""
    monkeypatch.setattr("events.models.generation.TRUSTED", 600)


TODAY = dt.date(2026, 11, 22)
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOON, tick=False)


def action(text="Agree on a hotline", *, number=1, days_ago=30, **kwargs):
    """A public action, published `days_ago`."""
    at = timezone.now() - dt.timedelta(days=days_ago)
    found = ActionFactory(text=text, published=True, published_at=at, number=number, **kwargs)
    found.refresh_from_db()
    return found


def page(client, query="", status=200):
    response = client.get(f"/actions/{query}")
    assert response.status_code == status
    return response.content.decode()


def words(body):
    """The visible words of the main part, in order."""
    main = body[body.index("<main") : body.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def listed(body):
    """The wordings in the table, in order."""
    return re.findall(r'<th scope="row"[^>]*><a href="[^"]+">([^<]+)</a>', body)


def bars(body, heading):
    """What stands under a heading of the summary: {label: number}."""
    part = body[body.index(f'id="{heading}"') :]
    part = part[: part.index("</ul>")]
    rows = re.findall(r'<a [^>]*>(.*?)</a> <span class="bars__number">([^<]*)</span>', part)
    return {re.sub(r"<[^>]+>", "", label): number for label, number in rows}


# What needs attention: one definition, as a QuerySet and as a property


@pytest.mark.parametrize(
    "due_on, progress, expected",
    [
        (TODAY - dt.timedelta(days=1), "proposed", True),
        (TODAY, "proposed", False),
        (None, "proposed", False),
        (TODAY - dt.timedelta(days=1), "partly_done", True),
        (TODAY - dt.timedelta(days=1), "done", False),
        (TODAY - dt.timedelta(days=1), "not_taken_forward", False),
        (TODAY - dt.timedelta(days=1), "superseded", False),
    ],
)
def test_overdue_is_what_nobody_settled_before_its_day_was_over(due_on, progress, expected):
    found = action(due_on=due_on, progress=progress)

    assert found.is_overdue is expected
    assert Action.objects.overdue().exists() is expected


@pytest.mark.parametrize(
    "days_ago, updates, progress, expected",
    [
        (400, [], "proposed", True),
        (364, [], "proposed", False),
        (366, [], "proposed", True),
        (400, [dt.date(2025, 11, 21)], "in_progress", True),
        (400, [dt.date(2025, 11, 22)], "in_progress", False),
        (400, [dt.date(2025, 11, 1), dt.date(2026, 2, 1)], "in_progress", False),
        (400, [], "done", False),
        (400, [], "superseded", False),
    ],
)
def test_stale_is_what_was_silent_for_twelve_months(days_ago, updates, progress, expected):
    found = action(days_ago=days_ago, progress=progress)
    for on in updates:
        ActionUpdateFactory(action=found, on=on)

    assert found.is_stale is expected
    assert Outcome.objects.get(pk=found.pk).updated_on == max(updates, default=None)
    assert Action.objects.with_last_update().get().is_stale is expected
    assert Action.objects.stale().exists() is expected


@pytest.mark.parametrize(
    "responses, progress, expected",
    [
        ([], "proposed", True),
        ([""], "proposed", False),
        (["accepted_in_part"], "proposed", False),
        (["declined"], "proposed", True),
        (["declined", "noted"], "proposed", False),
        ([], "done", False),
    ],
)
def test_ownerless_is_what_nobody_answers_for(responses, progress, expected):
    found = action(progress=progress)
    for response in responses:
        ActionOwnerFactory(action=found, response=response)

    assert found.is_ownerless is expected
    assert Action.objects.ownerless().exists() is expected


def test_a_takeaway_needs_no_attention():
    TakeawayFactory(published=True, published_at=NOON - dt.timedelta(days=900))

    found = Outcome.objects.get()

    assert (found.is_overdue, found.is_stale, found.is_ownerless) == (False, False, False)
    assert not Outcome.objects.stale().exists()
    assert not Outcome.objects.ownerless().exists()


def test_an_action_that_is_not_public_is_not_stale():
    ActionFactory(published_at=None)

    assert not Action.objects.stale().exists()
    assert not Action.objects.get().is_stale


def test_stale_on_29_february_looks_back_to_the_28th(time_machine):
    time_machine.move_to(dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC))
    ActionUpdateFactory(action=action("Told", days_ago=900), on=dt.date(2027, 2, 28))
    ActionUpdateFactory(action=action("Silent", number=2, days_ago=900), on=dt.date(2027, 2, 27))

    assert [found.text for found in Action.objects.stale()] == ["Silent"]


def test_counting_each_takes_one_query_and_stops_where_told(django_assert_num_queries):
    action(due_on=dt.date(2026, 1, 1))
    action(number=2)

    with django_assert_num_queries(1):
        numbers = count_each(
            1,
            overdue=Action.objects.public().overdue(),
            stale=Action.objects.stale(),
            none=Action.objects.none(),
            all=Action.objects.all(),
        )

    assert numbers == {"overdue": 1, "stale": 0, "none": 0, "all": 1}


# The page


def test_table_says_what_is_known_of_an_action_and_what_is_not(client):
    event = EventFactory(title="Dialogue on hotlines", reference="MU7")
    told = action(event=event, due_text="second quarter 2026", due_on=dt.date(2026, 6, 30), progress="in_progress")
    AddresseeFactory(action=told, actor_type="state")
    AddresseeFactory(action=told, actor_type="donor")
    owner = OrganisationFactory(name="Institute of Hotlines")
    ActionOwnerFactory(action=told, organisation=owner, is_lead=True)
    ActionUpdateFactory(action=told, on=dt.date(2026, 9, 1))
    action("Nobody knows", event=event, number=2, days_ago=500)

    body = page(client)

    said = words(body)
    assert (
        "Agree on a hotline MU7-A1 Dialogue on hotlines State, Donor Institute of Hotlines "
        "second quarter 2026 Overdue In progress 1 September 2026" in said
    )
    assert (
        "Nobody knows MU7-A2 Dialogue on hotlines Nobody in particular No owner yet No date given "
        "Proposed None yet No word for 12 months" in said
    )
    assert '<time datetime="2026-09-01">' in body
    assert f'<a href="{told.get_absolute_url()}">Agree on a hotline</a>' in body


def test_table_has_a_caption_and_headings(client):
    action()

    body = page(client)

    assert body.count("<table") == body.count("<caption") == body.count('<th scope="row"') == 1
    assert body.count('<th scope="col"') == 8
    assert body.count("data-label=") == 7


def test_owner_who_declined_is_said_and_leaves_it_without_one(client):
    found = action()
    ActionOwnerFactory(action=found, organisation=OrganisationFactory(name="Institute"), response="declined")

    assert "Institute (declined) No owner yet" in words(page(client))


def test_settled_action_without_owner_is_not_waiting_for_one(client):
    action(progress="done")

    said = words(page(client, "?progress=done"))

    assert "None named" in said
    assert said.count("No owner yet") == 2  # the bar and the filter


def test_person_who_owns_an_action_is_not_named(client):
    ActionOwnerFactory(action=action(), organisation=None, person=PersonFactory(name="SECRET"))

    body = page(client)

    assert "SECRET" not in body
    assert "A participant" in words(body)


def test_summary_counts_actions_alone(client):
    theme, event = ThemeFactory(name="Trust"), EventFactory()
    EventPartnerFactory(event=event, organisation=OrganisationFactory(name="Convening Institute"), role="convener")
    for number, progress in enumerate(["proposed", "in_progress", "in_progress", "done"], start=1):
        found = action(f"Action {number}", number=number, event=event, progress=progress, themes=[theme])
        AddresseeFactory(action=found, actor_type="state")
    TakeawayFactory(event=event, themes=[theme], published=True)
    ActionFactory(event=event, themes=[theme])
    Outcome.objects.all().settle()

    body = page(client)

    assert bars(body, "by-progress") == {
        "Proposed": "1",
        "Accepted": "0",
        "In progress": "2",
        "Partly done": "0",
        "Done": "1",
        "Not taken forward": "0",
        "Superseded": "0",
    }
    assert bars(body, "by-attention") == {"Overdue": "0", "No word for 12 months": "0", "No owner yet": "3"}
    assert bars(body, "by-theme") == {"Trust": "4"}
    assert bars(body, "by-addressed_to") == {"State": "4"}
    assert bars(body, "by-organisation") == {"Convening Institute": "4"}


def test_bars_follow_the_other_filters(client):
    action("One", progress="done")
    action("Two", number=2, due_on=dt.date(2026, 1, 1))

    body = page(client, "?progress=proposed")

    assert bars(body, "by-progress")["Done"] == "1"
    assert bars(body, "by-attention") == {"Overdue": "1", "No word for 12 months": "0", "No owner yet": "1"}


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", {"Late", "Silent", "Owned", "Done"}),
        ("?attention=overdue", {"Late"}),
        ("?attention=stale", {"Silent"}),
        ("?attention=ownerless", {"Late", "Silent"}),
        ("?attention=overdue&attention=stale", {"Late", "Silent"}),
        ("?attention=overdue&progress=done", set()),
        ("?progress=done&progress=in_progress", {"Done", "Owned"}),
        ("?theme=trust", {"Late", "Done"}),
        ("?addressed_to=state", {"Owned"}),
        ("?organisation=convening-institute", {"Silent"}),
        ("?year=2024", {"Silent"}),
        ("?kind=takeaway", {"Late", "Silent", "Owned", "Done"}),
        ("?attention=nonsense", {"Late", "Silent", "Owned", "Done"}),
    ],
)
def test_filters_narrow_the_table(client, query, expected):
    top = ThemeFactory(name="Trust")
    inner = ThemeFactory(name="Hotlines", parent=top)
    older = EventFactory(starts_on=dt.date(2024, 3, 3))
    EventPartnerFactory(event=older, organisation=OrganisationFactory(name="Convening Institute"))
    action("Late", due_on=dt.date(2026, 1, 1), themes=[top])
    action("Silent", number=2, days_ago=500, event=older)
    owned = action("Owned", number=3, progress="in_progress")
    ActionOwnerFactory(action=owned)
    AddresseeFactory(action=owned, actor_type="state")
    action("Done", number=4, progress="done", themes=[inner])
    TakeawayFactory(text="No action", published=True, themes=[top])
    Outcome.objects.all().settle()

    body = page(client, query)

    assert set(listed(body)) == expected
    assert f"{len(expected) or 'No'} action" in words(body)


def test_orders_and_what_they_tell_assistive_technology(client):
    action("Newest", days_ago=1, due_on=dt.date(2027, 5, 1))
    told = action("Told lately", number=2, days_ago=9, due_on=dt.date(2027, 1, 1))
    also = action("Told before", number=3, days_ago=8)
    for found, on in ((told, dt.date(2026, 5, 1)), (told, dt.date(2026, 8, 1)), (also, dt.date(2026, 7, 1))):
        ActionUpdateFactory(action=found, on=on)

    newest, due, updated = page(client), page(client, "?sort=due"), page(client, "?sort=updated")

    assert listed(newest) == ["Newest", "Told before", "Told lately"]
    assert listed(due) == ["Told lately", "Newest", "Told before"]
    assert listed(updated) == ["Told lately", "Told before"]
    assert "aria-sort" not in newest
    assert '<th scope="col" aria-sort="ascending"><a href="?sort=due#results">' in due
    assert '<th scope="col" aria-sort="descending"><a href="?sort=updated#results">' in updated
    assert "Only actions of which there has been word are in this order" in words(updated)
    assert "2 actions" in words(updated)


def test_empty_tracker_says_so(client):
    assert "No action is public yet" in words(page(client))


def test_filters_that_leave_nothing_offer_a_way_on(client):
    action()

    said = words(page(client, "?progress=done&attention=overdue"))

    assert "No actions match" in said
    assert "Without “Overdue”" in said


HIDDEN = {
    "draft": {},
    "submitted": {"submitted": True},
    "withdrawn": {"withdrawn": True},
    "published in a draft event": {"published": True, "event__draft": True},
    "published in a withdrawn event": {"published": True, "event__withdrawn": True},
    "published in a closed event": {"published": True, "event__closed": True},
}


@pytest.mark.parametrize("query", ["", "?attention=overdue", "?sort=due", "?sort=updated", "?progress=proposed"])
@pytest.mark.parametrize("state", HIDDEN)
def test_hidden_action_changes_no_byte_of_the_tracker(client, query, state):
    shown = action("Shown", due_on=dt.date(2026, 1, 1), progress="proposed")
    ActionUpdateFactory(action=shown)
    before = page(client, query)

    hidden = ActionFactory(text="SECRET", due_on=dt.date(2025, 1, 1), **HIDDEN[state])
    AddresseeFactory(action=hidden)
    ActionOwnerFactory(action=hidden)
    ActionUpdateFactory(action=hidden, on=TODAY)

    assert page(client, query) == before
    assert "Shown" in before


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    "query, queries",
    [("", 3), ("?sort=due", 3), ("?theme=trust", 4), ("?sort=updated&theme=trust", 5), ("?attention=overdue", 5)],
)
def test_tracker_takes_the_same_queries_for_any_number_of_rows(
    client, django_assert_num_queries, warm, rows, query, queries
):
    theme = ThemeFactory(name="Trust")
    for number in range(1, rows + 1):
        found = action(f"Action {number}", number=number, themes=[theme], due_on=dt.date(2026, 1, 1))
        AddresseeFactory(action=found)
        ActionOwnerFactory(action=found)
        ActionOwnerFactory(action=found, organisation=None, person=PersonFactory())
        ActionUpdateFactory(action=found)
    for before in ("?sort=updated", "?theme=trust&sort=due"):
        page(client, before)  # the vocabulary and the kept numbers are in memory from here on

    with django_assert_num_queries(queries):
        page(client, query)


def test_pages_keep_filters_and_order(client):
    for number in range(1, 23):
        action(f"Action {number}", number=number, due_on=TODAY)

    body = page(client, "?progress=proposed&sort=due")

    assert len(listed(body)) == 20
    assert "Showing 1 to 20 of 22 actions" in words(body)
    assert '<a rel="next" href="?progress=proposed&amp;sort=due&amp;page=2">' in body
    assert len(listed(page(client, "?progress=proposed&sort=due&page=2"))) == 2


@pytest.mark.parametrize("query", ["?sort=updated", "?attention=ownerless", "?attention=ownerless&sort=due"])
def test_total_stops_where_counting_does(client, monkeypatch, query):
    views = ("outcomes.views.actions", "outcomes.views.outcome_list")
    for module in ("events.pages", "outcomes.numbers", "outcomes.tracker", *views):
        monkeypatch.setattr(f"{module}.COUNT_TO", 2)
    monkeypatch.setattr("outcomes.views.outcome_list.Capped._counted", 3)
    for number in range(1, 5):
        ActionUpdateFactory(action=action(f"Action {number}", number=number))

    body = page(client, query)

    assert len(listed(body)) == 4
    assert "2+ actions" in words(body)
