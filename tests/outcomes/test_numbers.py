"""The numbers beside the filters of the list are what the list has when they are chosen."""

import datetime as dt

import pytest
from django.http import QueryDict
from django.urls import reverse

from events.pages import COUNT_TO
from outcomes.filters import OutcomeFilter
from outcomes.models import Outcome
from tests.factories import (
    ActionFactory,
    AddresseeFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    OrganisationFactory,
    OutcomeFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shelf(scenery):
    """Outcomes in every combination that matters; hidden ones among them."""
    with scenery():
        fill_the_shelf()


def fill_the_shelf():
    top = ThemeFactory(name="Trust", slug="trust")
    hotlines, norms = ThemeFactory(name="Hotlines", slug="hotlines", parent=top), ThemeFactory(slug="norms")
    lighthouse, harbour = EventSeriesFactory(slug="lighthouse"), EventSeriesFactory(slug="harbour")
    institute, fund = OrganisationFactory(slug="institute"), OrganisationFactory(slug="fund")
    old = EventFactory(slug="old", starts_on=dt.date(2022, 5, 1), series=lighthouse)
    new = EventFactory(slug="new", starts_on=dt.date(2025, 5, 1), series=harbour)
    EventPartnerFactory(event=old, organisation=institute)
    EventPartnerFactory(event=new, organisation=fund)
    EventPartnerFactory(event=new, organisation=institute, role="host")
    Outcome.objects.all().settle()
    TakeawayFactory(event=old, themes=[top, hotlines], text="Call the harbour", published=True)
    TakeawayFactory(event=old, themes=[norms], text="Listen to the harbour", published=True)
    TakeawayFactory(event=new, themes=[hotlines, norms], text="Nobody was asked", published=True)
    done = ActionFactory(event=old, themes=[hotlines], text="Open a line", progress="done", published=True)
    asked = ActionFactory(event=new, themes=[top], text="Ask harbours", published=True)
    AddresseeFactory(action=done, actor_type="state")
    AddresseeFactory(action=asked, actor_type="donor")
    AddresseeFactory(action=asked, actor_type="state")
    for hidden in ({}, {"submitted": True}, {"withdrawn": True}, {"published": True, "event__draft": True}):
        OutcomeFactory(text="Hidden harbour", themes=[top, norms], **hidden)
    Outcome.objects.all().settle()


def found(query: str) -> OutcomeFilter:
    return OutcomeFilter(QueryDict(query), Outcome.objects.public())


LISTS = [
    "",
    "kind=takeaway",
    "theme=trust",
    "theme=hotlines",
    "theme=trust&kind=action",
    "theme=trust&theme=norms",
    "year=2022",
    "series=harbour",
    "organisation=institute",
    "progress=done",
    "addressed_to=state",
    "addressed_to=state&addressed_to=donor",
    "theme=trust&year=2022",
    "theme=trust&year=2022&kind=takeaway",
    "year=2025&organisation=fund",
    "event=old",
    "event=old&theme=hotlines",
    "q=harbour",
    "q=harbour&theme=trust",
    "q=nothing",
    "theme=norms&year=2022&kind=action",
]


@pytest.mark.parametrize("query", LISTS)
def test_total_is_what_the_list_has(shelf, query):
    assert found(query).numbers.total == found(query).qs.count()


@pytest.mark.parametrize("query", LISTS)
def test_keys_are_those_of_the_list_in_its_order(shelf, query):
    assert list(found(query).keys()) == [outcome.pk for outcome in found(query).qs]


@pytest.mark.parametrize("facet", ["kind", "theme", "year", "series", "organisation", "progress", "addressed_to"])
@pytest.mark.parametrize("query", LISTS)
def test_number_beside_an_option_is_what_it_would_find(shelf, query, facet):
    of_list = found(query)
    others = "&".join(part for part in query.split("&") if part and not part.startswith(f"{facet}="))

    numbers = of_list.numbers.of(facet)

    assert numbers
    for value, number in numbers.items():
        assert number == found(f"{others}&{facet}={value}").qs.count(), value


def test_list_of_everything_takes_its_numbers_from_where_they_are_kept(
    shelf, client, as_served, django_assert_num_queries
):
    address = reverse("outcomes:outcome-list")
    client.get(address)

    with django_assert_num_queries(2):  # keys, cards
        client.get(f"{address}?kind=action")


@pytest.mark.parametrize(("query", "queries"), [("theme=trust", 3), ("theme=trust&kind=action", 2), ("page=1", 2)])
def test_list_of_a_theme_takes_a_fixed_number_of_queries(
    shelf, client, as_served, django_assert_num_queries, query, queries
):
    address = reverse("outcomes:outcome-list")
    client.get(address)
    if "kind" in query:
        client.get(f"{address}?theme=trust")

    with django_assert_num_queries(queries):
        client.get(f"{address}?{query}")


def test_numbers_under_several_filters_stop_at_a_thousand(shelf, monkeypatch):
    monkeypatch.setattr("outcomes.numbers.COUNT_TO", 2)

    numbers = found("event=old&kind=takeaway&kind=action").numbers

    assert numbers.total == 3
    assert sum(numbers.of("theme").values()) <= 2 * 3
    assert numbers.is_partial
    assert COUNT_TO == 1000


def test_page_says_that_numbers_are_of_the_newest(shelf, client, monkeypatch):
    monkeypatch.setattr("outcomes.numbers.COUNT_TO", 2)

    body = client.get(reverse("outcomes:outcome-list"), {"event": "old"}).content.decode()

    assert "newest 1,000" in body


# What grows is not offered whole
