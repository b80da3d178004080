"""Series and organisations that lists do not offer are found by their addresses all the same, with their numbers."""

import pytest
from django.http import QueryDict

from outcomes.filters import OutcomeFilter
from outcomes.models import Outcome
from tests.factories import (
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    OrganisationFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


def found(query: str) -> OutcomeFilter:
    return OutcomeFilter(QueryDict(query), Outcome.objects.public())


@pytest.fixture(scope="module")
def many(scenery):
    """Fifty series and organisations with two outcomes each, and one of each with a single one about trust."""
    with scenery():
        trust = ThemeFactory(name="Trust", slug="trust")
        for _ in range(50):
            event = EventFactory(series=EventSeriesFactory())
            EventPartnerFactory(event=event)
            for number in (1, 2):
                TakeawayFactory(event=event, number=number, themes=[trust], published=True)
        small = EventFactory(series=EventSeriesFactory(slug="small"))
        EventPartnerFactory(event=small, organisation=OrganisationFactory(slug="small"))
        TakeawayFactory(event=small, text="Said once", themes=[trust], published=True)


@pytest.mark.parametrize("beside", ["", "&theme=trust", "&kind=takeaway"])
@pytest.mark.parametrize("facet", ["series", "organisation"])
def test_value_that_is_not_offered_is_found_by_its_address_with_its_numbers(many, facet, beside):
    offered = found(beside.removeprefix("&"))
    asked = found(f"{facet}=small{beside}")

    assert len(offered.options(facet)) == 50
    assert "small" not in dict(offered.options(facet))
    assert "small" in dict(asked.options(facet))
    assert asked.numbers.of(facet)["small"] == asked.numbers.total == 1
    assert [outcome.text for outcome in asked.qs] == ["Said once"]
    assert offered.numbers.total == 101


@pytest.mark.parametrize("facet", ["series", "organisation"])
def test_value_without_anything_public_is_not_told_from_one_that_is_not_there(many, facet):
    EventSeriesFactory(slug="hidden")
    OrganisationFactory(slug="hidden")

    assert found(f"{facet}=hidden").left_out == found(f"{facet}=nothing").left_out != []
