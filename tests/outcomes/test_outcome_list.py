import datetime as dt
import re

import pytest
from django.conf import settings

from tests.factories import (
    ActionFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


def page(client, query=""):
    response = client.get(f"/outcomes/{query}")
    assert response.status_code == 200
    return response.content.decode()


def words(body):
    main = body[body.index("<main") : body.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def shown(client, query=""):
    """The wordings listed, in order, without the marks on words that were looked for."""
    body = re.sub(r"</?mark>", "", page(client, query))
    return re.findall(r'<h3 class="outcome__wording" dir="auto"><a href="[^"]+">([^<]+)</a>', body)


def test_overdue_is_said_in_the_list(client):
    ActionFactory(published=True, due_on=dt.date(2016, 1, 1))

    assert "Proposed Overdue" in words(page(client))


def test_pages_keep_the_filters(client):
    event = EventFactory(slug="big")
    for n in range(45):
        TakeawayFactory(event=event, text=f"Number {n}", number=n + 1, published=True)

    body = page(client, "?event=big&page=3")

    assert "Showing 41 to 45 of 45 outcomes" in words(body)
    assert '<ol class="outcomes" start="41">' in body
    assert 'rel="prev" href="?event=big&amp;page=2"' in body
    assert f'<link rel="canonical" href="{settings.SITE_URL}/outcomes/?event=big&amp;page=3">' in body
    for number in ("4", "0", "x"):
        assert client.get(f"/outcomes/?event=big&page={number}")["Location"] == "/outcomes/?event=big"


@pytest.mark.parametrize("rows", [1, 30])
def test_list_takes_the_same_queries_for_any_number_of_outcomes(client, django_assert_num_queries, rows, as_served):
    for n in range(rows):
        event = EventFactory(series=EventSeriesFactory(), country="CL")
        EventPartnerFactory(event=event)
        theme = ThemeFactory(slug=f"about-{n}")
        ActionFactory(event=event, text="Same words", themes=[theme, ThemeFactory()], number=n + 1, published=True)

    client.get("/outcomes/")  # the vocabulary and the numbers are read once in a process

    with django_assert_num_queries(2):  # keys, cards
        client.get("/outcomes/?kind=action")
    with django_assert_num_queries(3):  # and what the newest hits are counted as
        client.get("/outcomes/?q=words")
    with django_assert_num_queries(6):  # and the same without each filter in force, for the numbers of its own options
        client.get("/outcomes/?theme=about-0&kind=action&progress=proposed&q=words")
