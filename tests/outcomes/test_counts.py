"""The numbers beside filters and themes are kept, not counted: here they are compared with the truth."""

import datetime as dt
from collections import Counter

import pytest

from events import workflow
from outcomes.models import Outcome, OutcomeCount
from outcomes.models.count import Key, keys_of
from tests.factories import (
    ActionFactory,
    AddresseeFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    OrganisationFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


def kept() -> dict:
    rows = OutcomeCount.objects.filter(number__gt=0).values_list(*Key._fields, "number")
    return {Key(*key): number for *key, number in rows}


def truth() -> dict:
    return dict(Counter(key for facts in Outcome.objects.all().facts().values() for key in keys_of(facts)))


@pytest.fixture
def action():
    event = EventFactory(starts_on=dt.date(2025, 6, 1), series=EventSeriesFactory())
    EventPartnerFactory(event=event)
    top = ThemeFactory()
    action = ActionFactory(event=event, approved=True, themes=[top, ThemeFactory(parent=top)], progress="done")
    AddresseeFactory(action=action, actor_type="state")
    return action


def test_nothing_is_counted_before_it_is_published(action):
    assert kept() == {}


def test_publishing_counts_under_everything_it_is(action, editor):
    action.publish(by=editor)

    top, inner = action.themes.order_by("pk").values_list("pk", flat=True)
    organisation = action.event.partners.get()
    values = [
        ("total", ""),
        ("year", "2025"),
        ("series", str(action.event.series_id)),
        ("progress", "done"),
        ("organisation", str(organisation.pk)),
        ("addressed_to", "state"),
    ]
    expected = {Key(theme, *value, "action"): 1 for theme in (None, top, inner) for value in values}
    expected |= {Key(None, "theme", str(theme), "action"): 1 for theme in (top, inner)}
    assert kept() == expected


def test_theme_of_the_first_level_counts_what_is_under_its_sub_themes_once(editor):
    top = ThemeFactory()
    inner = [ThemeFactory(parent=top), ThemeFactory(parent=top)]
    TakeawayFactory(approved=True, themes=inner).publish(by=editor)

    assert OutcomeCount.objects.under()["theme"][str(top.pk)] == {"takeaway": 1}


@pytest.mark.parametrize(
    "change",
    [
        lambda action, by: action.withdraw(by=by),
        lambda action, by: action.event.withdraw(by=by),
        lambda action, by: workflow.set_attribution(action.event, "closed", by=by),
    ],
)
def test_numbers_go_with_what_is_no_longer_public(action, editor, change):
    action.publish(by=editor)

    change(action, editor)

    assert kept() == {}


def test_numbers_follow_every_change(action, editor):
    action.publish(by=editor)
    other = ThemeFactory()

    steps = [
        lambda: action.tag([other]),
        lambda: action.withdraw(by=editor),
        lambda: action.publish(by=editor),
        lambda: TakeawayFactory(event=action.event, approved=True, themes=[other]).publish(by=editor),
        lambda: action.event.withdraw(by=editor),
        lambda: action.event.publish(by=editor),
        lambda: workflow.set_attribution(action.event, "chatham_house", by=editor),
        lambda: action.revise(version=action.version, session=SessionFactory(event=action.event, closed=True)),
    ]
    for step in steps:
        step()
        assert kept() == truth()


def test_settling_twice_changes_nothing(action, editor):
    action.publish(by=editor)
    before = kept()

    Outcome.objects.all().settle()

    assert kept() == before


def test_settling_mends_what_changed_unseen(action, editor):
    action.publish(by=editor)
    EventPartnerFactory(event=action.event, organisation=OrganisationFactory())

    Outcome.objects.all().settle()

    assert kept() == truth()


@pytest.mark.parametrize("outcomes", [1, 30])
def test_withdrawing_an_event_takes_the_same_statements_for_many_outcomes(
    editor, outcomes, django_assert_max_num_queries
):
    event, theme = EventFactory(), ThemeFactory()
    TakeawayFactory.create_batch(outcomes, event=event, themes=[theme], published=True)

    with django_assert_max_num_queries(40):
        event.withdraw(by=editor)

    assert kept() == {}
