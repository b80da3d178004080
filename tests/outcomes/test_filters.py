import datetime as dt
import re

import pytest
from django.http import QueryDict

from outcomes.filters import OutcomeFilter
from tests.factories import (
    PUBLISHED_AT,
    ActionFactory,
    AddresseeFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    OrganisationFactory,
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


@pytest.fixture(scope="module")
def shelf(scenery):
    """Five outcomes of two dialogues, the newest last."""
    with scenery():
        fill_the_shelf()


def fill_the_shelf():
    trust = ThemeFactory(name="Trust", slug="trust")
    hotlines = ThemeFactory(name="Hotlines", slug="hotlines", parent=trust)
    norms = ThemeFactory(name="Norms", slug="norms")
    old = EventFactory(
        title="Old dialogue", slug="old", starts_on=dt.date(2022, 5, 5), series=EventSeriesFactory(slug="lighthouse")
    )
    new = EventFactory(title="New dialogue", slug="new", starts_on=dt.date(2026, 5, 5))
    EventPartnerFactory(event=old, organisation=OrganisationFactory(slug="institute"), role="convener")
    EventPartnerFactory(event=new, organisation=OrganisationFactory(slug="fund"), role="funder")
    rows = [
        (TakeawayFactory, old, "Harbours listen", [trust], {}),
        (TakeawayFactory, old, "Harbours call", [hotlines, norms], {}),
        (ActionFactory, old, "Open a hotline", [hotlines], {"progress": "done"}),
        (ActionFactory, new, "Write the norms", [norms], {"progress": "accepted"}),
        (TakeawayFactory, new, "Nobody was asked", [], {}),
    ]
    for n, (factory, event, text, themes, more) in enumerate(rows, start=1):
        at = PUBLISHED_AT + dt.timedelta(hours=n)
        outcome = factory(event=event, text=text, themes=themes, number=n, published=True, published_at=at, **more)
        if outcome.is_action:
            AddresseeFactory(action=outcome, actor_type="state" if event == old else "donor")
    TakeawayFactory(event=old, text="SECRET harbours", themes=[trust, hotlines, norms], submitted=True)


LISTEN, CALL, OPEN, WRITE, NOBODY = (
    "Harbours listen",
    "Harbours call",
    "Open a hotline",
    "Write the norms",
    "Nobody was asked",
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [NOBODY, WRITE, OPEN, CALL, LISTEN]),
        ("?theme=hotlines", [OPEN, CALL]),
        ("?theme=trust", [OPEN, CALL, LISTEN]),
        ("?theme=hotlines&theme=norms", [WRITE, OPEN, CALL]),
        ("?kind=action", [WRITE, OPEN]),
        ("?kind=action&kind=takeaway", [NOBODY, WRITE, OPEN, CALL, LISTEN]),
        ("?theme=norms&kind=takeaway", [CALL]),
        ("?event=new", [NOBODY, WRITE]),
        ("?series=lighthouse", [OPEN, CALL, LISTEN]),
        ("?organisation=institute", [OPEN, CALL, LISTEN]),
        ("?organisation=fund", [NOBODY, WRITE]),
        ("?addressed_to=state", [OPEN]),
        ("?addressed_to=state&addressed_to=donor", [WRITE, OPEN]),
        ("?progress=done", [OPEN]),
        ("?progress=done&progress=accepted", [WRITE, OPEN]),
        ("?year=2022", [OPEN, CALL, LISTEN]),
        ("?q=harbour", [CALL, LISTEN]),
        ("?q=HARBOURS+call", [CALL]),
        ("?q=harbour&sort=newest", [CALL, LISTEN]),
        ("?q=harbour&theme=norms", [CALL]),
        ("?q=nothing+of+that+kind", []),
        ("?theme=hotlines&kind=takeaway&year=2022&organisation=institute&q=harbours", [CALL]),
        ("?theme=norms&year=2022&kind=action", []),
    ],
)
def test_list_is_narrowed_by(client, shelf, query, found):
    assert shown(client, query) == found


@pytest.mark.parametrize("query", ["?bogus=1", "?status=draft", "?author=1", "?theme=&kind=&q=&year=&sort=&page="])
def test_unknown_and_empty_parameters_change_nothing(client, shelf, query):
    assert len(shown(client, query)) == 5
    assert "chip" not in words(page(client, query))


PARAMETERS = sorted(OutcomeFilter.base_filters)
ODD = {
    "nothing": "",
    "NUL": "a%00b",
    "lone surrogate": "%ED%A0%80",
    "broken UTF-8": "%FF%FE",
    "huge number": "9" * 400,
    "negative": "-1",
    "list": "1&{0}=2&{0}[]=3&{0}=trust",
    "many": "&{0}=".join("abcdefghij" * 20),
    "quotes": "%27%22;--%3Cscript%3E",
    "search signs": '"*)(AND%20OR%20NOT%20a:b%20-c%20^d%20NEAR(',
    "stop words": "the+of+and",
    "white space": "+%09+%0A",
    "direction override": "a%E2%80%AEb",
    "not a year": "2022.5",
}


@pytest.mark.parametrize("parameter", [*PARAMETERS, "page"])
@pytest.mark.parametrize("odd", ODD)
def test_odd_values_are_never_an_error(client, shelf, parameter, odd):
    response = client.get(f"/outcomes/?{parameter}={ODD[odd].format(parameter)}", follow=True)

    assert response.status_code == 200
    assert b"<script>" not in response.content
    assert b"SECRET" not in response.content


def test_value_that_means_nothing_is_left_out_and_said(client, shelf):
    said = words(page(client, "?theme=no-such-theme&year=1700&kind=takeaway"))

    assert "Not understood and left out: Theme, Year of the dialogue." in said
    assert "3 outcomes, Takeaway" in said


def test_filters_in_force_are_chips_each_with_the_list_without_it(client, shelf):
    body = page(client, "?theme=trust&theme=norms&event=old&q=harbour")

    chips = re.findall(r'<a class="chip" href="([^"]*)">.*?<span dir="auto">([^<]*)', body)
    assert chips == [
        ("?q=harbour&amp;theme=norms&amp;event=old", "Trust"),
        ("?q=harbour&amp;theme=trust&amp;event=old", "Norms"),
        ("?q=harbour&amp;theme=trust&amp;theme=norms", "Old dialogue"),
    ]
    assert '<a class="chips__clear" href="?q=harbour">' in body


def test_form_keeps_what_it_does_not_show_and_ticks_what_is_in_force(client, shelf):
    body = page(client, "?theme=norms&event=old&q=harbour&sort=newest")

    form = body[body.index('<form class="facets"') : body.index("</form>", body.index('<form class="facets"'))]
    assert re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form) == [
        ("q", "harbour"),
        ("event", "old"),
        ("sort", "newest"),
    ]
    assert re.findall(r'value="(\w+)" checked', form) == ["norms"]
    search = body[body.index('<form class="search') : body.index("</form>")]
    assert 'name="theme" value="norms"' in search
    assert 'value="harbour"' in search


def test_nothing_found_offers_ways_on(client, shelf):
    body = page(client, "?theme=norms&kind=action&year=2022&q=harbour")

    assert "0 outcomes" in words(body)
    assert "No outcomes match" in words(body)
    assert 'href="?q=harbour&amp;theme=norms&amp;kind=action">Without “2022”' in body
    assert 'href="?q=harbour">Without any filter' in body
    assert 'href="?theme=norms&amp;kind=action&amp;year=2022">Without the words “harbour”' in body


def test_choices_come_from_what_is_public(client, shelf):
    hidden = EventFactory(
        title="SECRET", starts_on=dt.date(1999, 1, 1), series=EventSeriesFactory(name="SECRET"), draft=True
    )
    EventPartnerFactory(event=hidden, organisation=OrganisationFactory(name="SECRET"))

    body = page(client, f"?event={hidden.slug}&year=1999")

    assert "SECRET" not in body
    assert "1999" not in body[body.index("<main") :]
    assert "Not understood and left out: Year of the dialogue, Dialogue." in words(body)


def test_order_is_offered_with_words_only(client, shelf):
    assert "Relevance" not in page(client)
    assert 'href="?q=harbour&amp;sort=newest">Newest' in page(client, "?q=harbour")
    assert 'href="?q=harbour&amp;sort=relevance" aria-current="true">Relevance' in page(client, "?q=harbour")


def test_words_that_were_looked_for_are_marked(client, shelf):
    assert {word.lower() for word in re.findall("<mark>(.+?)</mark>", page(client, "?q=harbour"))} == {"harbours"}
    assert "<mark>" not in page(client, "")


def test_filter_set_serves_programs_without_a_page_and_starts_at_what_is_public(shelf):
    ActionFactory(text="SECRET", themes=[])

    found = OutcomeFilter(QueryDict("kind=action")).qs

    assert [outcome.text for outcome in found] == [WRITE, OPEN]


def test_groups_that_are_kept_do_not_grow_with_the_addresses_asked_for(as_served, shelf):
    for query in ("", "kind=action", "theme=norms"):
        assert OutcomeFilter(QueryDict(query)).facets
    kept = OutcomeFilter(QueryDict("")).vocabulary.derived
    before = set(kept)

    for query in ("theme=norms&theme=trust", "theme=trust&theme=norms", "progress=done&progress=accepted", "year=2022"):
        assert OutcomeFilter(QueryDict(query)).facets

    assert before
    assert set(kept) == before
