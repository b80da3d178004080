"""The search of the whole site: what it finds, what it never finds, and where a reference leads."""

import datetime as dt
import re

import pytest

from events.models import Event
from outcomes.models import Outcome, ReportSection
from tests.factories import (
    PUBLISHED_AT,
    ActionFactory,
    EventFactory,
    ReportFactory,
    ReportSectionFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def warm(as_served, monkeypatch):
    """As served, by a process that has been asked before: the number of the generation stays in memory."""
    monkeypatch.setattr("events.models.generation.TRUSTED", 600)


def page(client, query, status=200, **more):
    response = client.get("/search/", {"q": query, **more})
    assert response.status_code == status
    return response.content.decode()


def words(body):
    """The visible words of the main part, in order."""
    main = body[body.index("<main") : body.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def counts(body):
    """What the types of results say: {type: number}."""
    nav = body[body.index('<nav class="found-types"') :]
    return dict(re.findall(r'>(\w+) <span class="facet__count">([^<]+)</span>', nav[: nav.index("</nav>")]))


def section_of(text="Ports exchange notes on hotlines.", title="What ports did", **event):
    """A section of a public report."""
    report = ReportFactory(event=EventFactory(**event), published=True, title="Report on ports")
    return ReportSectionFactory(report=report, title=title, body=text)


def test_each_type_is_found_with_its_count(client):
    TakeawayFactory(text="A hotline between ports", published=True)
    ActionFactory(text="Open hotlines", published=True)
    EventFactory(title="Dialogue on hotlines", starts_on=dt.date(2026, 5, 4))
    ThemeFactory(name="Hotlines", description="Who calls whom.")
    section_of()

    body = page(client, "hotline")

    assert counts(body) == {"Outcomes": "2", "Events": "1", "Themes": "1", "Reports": "1"}
    said = words(body)
    for found in (
        "A hotline between ports",
        "Open hotlines",
        "Dialogue on hotlines",
        "Who calls whom",
        "What ports did",
    ):
        assert found in said
    assert "<title>“hotline” – Search – Readout</title>" in body
    assert 'name="q" id="search" value="hotline"' in body
    assert '<meta name="robots" content="noindex, follow">' in body


@pytest.mark.parametrize(
    "query",
    ["hotline", "HOTLINES", "hotlines", "“hotline”", "the hotline", "hotline*", "hótline"],
)
def test_word_forms_and_signs_do_not_matter(client, query):
    TakeawayFactory(text="A hotline between ports", published=True)
    EventFactory(title="Dialogue on hotlines")
    section_of()
    ThemeFactory(name="Hotlines")

    assert counts(page(client, query)) == {"Outcomes": "1", "Events": "1", "Themes": "1", "Reports": "1"}


@pytest.mark.parametrize("query", ["Santiago", "chile", "summary", "MU12", "dialogue santiago"])
def test_events_are_found_by_title_summary_reference_and_place(client, query):
    event = EventFactory(
        title="Dialogue on ports", summary="A summary.", reference="MU12 of 2026", city="Santiago", country="CL"
    )

    assert f'href="{event.get_absolute_url()}"' in page(client, query)


def test_event_is_found_by_its_new_title_alone(client):
    event = EventFactory(title="First title")

    event.title = "Second name"
    event.save(update_fields=["title"])

    assert counts(page(client, "name"))["Events"] == "1"
    assert "Nothing has all of these words" in words(page(client, "first"))


@pytest.mark.parametrize(
    "query, mark",
    [("hotline", "<mark>hotlines</mark>"), ("ports", "<mark>ports</mark>"), ("HOT line", None)],
)
def test_words_are_marked_and_nothing_else_becomes_markup(client, query, mark):
    TakeawayFactory(text="Between ports & <b>hotlines</b>", published=True)

    body = page(client, query)

    assert "<b>" not in body
    if mark:
        assert mark in body
        assert "&lt;b&gt;" in body


def test_query_is_said_back_escaped(client):
    body = page(client, '"><script>alert(1)</script>')

    assert "<script>alert" not in body
    assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in body


def test_extract_of_a_report_begins_near_the_words_and_has_no_markup(client):
    section_of(
        "## Opening\n\n" + "Much was said before. " * 40 + "Then a **hotline** was [agreed](https://example.org)."
    )

    body = page(client, "hotline")

    assert "… " in words(body)
    assert "a <mark>hotline</mark> was agreed" in re.sub(r"\s+", " ", body)
    assert "**" not in body
    assert "##" not in body


def test_best_few_of_a_type_lead_to_all_of_them(client):
    for n in range(7):
        TakeawayFactory(text=f"Hotline {n}", published=True)
        EventFactory(title=f"Hotline dialogue {n}")

    body = page(client, "hotline")

    assert body.count('class="outcome__wording"') == 5
    assert body.count('class="event__title"') == 3
    assert '<a href="/outcomes/?q=hotline">All outcomes for “hotline”</a>' in body
    assert '<a href="/search/?q=hotline&amp;type=events">All events for “hotline”</a>' in body


def test_counts_stop_where_there_are_many(client, monkeypatch):
    monkeypatch.setattr("outcomes.views.search.GLANCED_AT", 2)
    for n in range(4):
        TakeawayFactory(text=f"Hotline {n}", published=True)
    ThemeFactory(name="Hotlines")

    body = page(client, "hotline")

    assert counts(body) == {"Outcomes": "2+", "Events": "0", "Themes": "1", "Reports": "0"}
    assert "2+ results for “hotline”" in words(body)


def test_all_of_a_type_come_in_pages(client):
    for n in range(23):
        EventFactory(title=f"Hotline dialogue {n}")

    first, second = page(client, "hotline", type="events"), page(client, "hotline", type="events", page="2")

    assert "Showing 1 to 20 of 23 events" in words(first)
    assert '<a rel="next" href="?q=hotline&amp;type=events&amp;page=2">' in first
    assert second.count('class="event__title"') == 3
    assert '<ol class="events" start="21">' in second
    assert page(client, "hotline", status=302, type="events", page="3") == ""


def test_all_outcomes_are_where_they_can_be_filtered(client):
    response = client.get("/search/?q=hot+line&type=outcomes")

    assert (response.status_code, response["Location"]) == (302, "/outcomes/?q=hot+line")


def test_type_without_hits_says_that_other_types_have_some(client):
    TakeawayFactory(text="A hotline", published=True)

    assert "The words are in results of other types" in words(page(client, "hotline", type="events"))


def test_nothing_asked_for_explains_what_can_be_searched(client):
    said = words(page(client, "  "))

    assert "Outcomes, events, themes and reports" in said
    assert "Nothing has" not in said


def test_nothing_found_offers_nearby_words_and_one_word_alone(client):
    ThemeFactory(name="Capacity-building")

    body = page(client, "capcity bilding")

    assert "Nothing has all of these words" in words(body)
    assert '<a href="/search/?q=capacity+building">Did you mean “capacity building”?</a>' in body
    assert '<a href="/search/?q=capcity">Search for “capcity” alone</a>' in body
    assert counts(body) == {"Outcomes": "0", "Events": "0", "Themes": "0", "Reports": "0"}


def test_themes_answer_by_name_before_description(client):
    ThemeFactory(name="Ports", description="Hotlines among them.", position=0)
    ThemeFactory(name="Hotlines", position=1)

    body = page(client, "hotline", type="themes")

    assert re.findall(r'href="/themes/(\w+)/">', body[body.index('<ol class="found"') :])[:2] == ["hotlines", "ports"]


# References


@pytest.fixture
def cited():
    """Two outcomes and their events, one with a reference and one without."""
    event = EventFactory(title="Dialogue", reference="WP3348", slug="cyber-2024")
    plain = EventFactory(title="Roundtable of 2026")
    return {
        "takeaway": TakeawayFactory(event=event, published=True, number=3),
        "action": ActionFactory(event=plain, published=True, number=2),
        "event": event,
        "plain": plain,
    }


@pytest.mark.parametrize(
    "query, what",
    [
        ("WP3348-T3", "takeaway"),
        ("wp3348-t3", "takeaway"),
        ("  WP3348-T3 ", "takeaway"),
        ("cyber-2024-t3", "takeaway"),
        ("roundtable-of-2026-A2", "action"),
        ("WP3348", "event"),
        ("wp3348", "event"),
        ("cyber-2024", "event"),
        ("roundtable-of-2026", "plain"),
        ("{code}", "takeaway"),
        ("{CODE}", "takeaway"),
    ],
)
def test_reference_leads_straight_to_what_it_names(client, cited, query, what):
    code = cited["takeaway"].code
    response = client.get("/search/", {"q": query.replace("{code}", code).replace("{CODE}", code.upper())})

    assert (response.status_code, response["Location"]) == (302, cited[what].get_absolute_url())


@pytest.mark.parametrize("query", ["WP3348-T4", "WP3348-A3", "WP3348-T99999999999", "WP3349", "abcdefgh", "-T3", "T3"])
def test_reference_of_nothing_is_searched_for(client, cited, query):
    assert "Search" in words(page(client, query))


def test_reference_that_several_events_share_is_searched_for(client):
    for slug in ("one", "two"):
        EventFactory(title=f"Dialogue {slug}", reference="WP1")

    assert counts(page(client, "WP1"))["Events"] == "2"


def test_word_that_is_also_a_reference_is_searched_for(client):
    EventFactory(title="Dialogue", reference="OEWG")
    TakeawayFactory(text="The OEWG meets", published=True)

    assert counts(page(client, "OEWG")) == {"Outcomes": "1", "Events": "1", "Themes": "0", "Reports": "0"}


def test_reference_of_what_is_hidden_leads_nowhere(client, cited):
    Outcome.objects.filter(pk=cited["takeaway"].pk).update(status="withdrawn", withdrawn_at=PUBLISHED_AT)
    Event.objects.filter(pk=cited["plain"].pk).update(status="draft", published_at=None)

    for query in ("WP3348-T3", cited["takeaway"].code, "roundtable-of-2026", "roundtable-of-2026-A2"):
        page(client, query)


# What is hidden


HIDDEN_EVENTS = [{"draft": True}, {"withdrawn": True}]
HIDDEN_SECTIONS = {
    "draft report": ({}, {}),
    "withdrawn report": ({"status": "withdrawn", "published_at": PUBLISHED_AT}, {}),
    "draft event": ({"published": True}, {"draft": True}),
    "withdrawn event": ({"published": True}, {"withdrawn": True}),
    "closed event": ({"published": True}, {"closed": True}),
}


@pytest.mark.parametrize("name", ["", "events", "themes", "reports"])
@pytest.mark.parametrize("state", HIDDEN_SECTIONS)
def test_hidden_section_changes_no_byte(client, state, name):
    section_of()
    EventFactory(title="Another hotline")
    report, event = HIDDEN_SECTIONS[state]
    hidden = ReportFactory(event=EventFactory(title="Quiet", **event), **report)
    before = page(client, "hotline", type=name)

    ReportSectionFactory(report=hidden, title="SECRET hotline", body="A hotline, SECRET")

    assert page(client, "hotline", type=name) == before


@pytest.mark.parametrize("name", ["", "events", "themes", "reports"])
@pytest.mark.parametrize("event", HIDDEN_EVENTS)
def test_hidden_event_changes_no_byte(client, event, name):
    EventFactory(title="Another hotline")
    section_of()
    before = page(client, "hotline", type=name)

    hidden = EventFactory(title="SECRET hotline", summary="hotline", reference="hotline", city="hotline", **event)
    TakeawayFactory(text="SECRET hotline", event=hidden, published=True)

    assert page(client, "hotline", type=name) == before


@pytest.mark.parametrize("outcome", [{}, {"submitted": True}, {"approved": True}, {"withdrawn": True}])
def test_hidden_outcome_changes_no_byte(client, outcome):
    event = EventFactory()
    TakeawayFactory(text="A hotline", event=event, published=True)
    before = page(client, "hotline")

    TakeawayFactory(text="SECRET hotline", event=event, **outcome)
    closed = SessionFactory(event=event, closed=True)
    TakeawayFactory(text="SECRET hotline", event=event, session=closed, published=True)

    assert page(client, "hotline") == before


def test_text_beside_what_is_public_is_not_searched(client):
    EventFactory(title="Dialogue", body="A hotline in the body, which is shown but not indexed")
    report = ReportFactory(event=EventFactory(), published=True, disclaimer="hotline")
    ReportSectionFactory(report=report, kind="outcomes", title="Hotline", body="")

    assert "Nothing has all of these words" in words(page(client, "hotline"))
    assert ReportSection.objects.public().count() == 1


# Odd queries


@pytest.mark.parametrize(
    "query",
    [
        "%00",
        "%ED%A0%80",
        "%FF%FE",
        "a" * 10_000,
        "%26%25%24%22%27%28%29*%3A^%7C%5C",
        "%2A",
        "-",
        "-T3",
        "%E2%80%AE%E2%81%A6",
        "AND%20OR%20NOT%20NEAR(",
        "title%3Aports",
        "%F0%9F%8F%B3",
        "1" * 200 + "-T1",
        "x-t" + "9" * 300,
        "the%20of%20and",
        "%D9%80%D9%80",
        "%E7%BD%91",
        "%0D%0ASet-Cookie%3Aa",
    ],
)
@pytest.mark.parametrize(
    "name", ["", "&type=events", "&type=outcomes", "&type=nonsense&page=-1", "&type=reports&page=9"]
)
def test_odd_query_never_breaks(client, query, name):
    EventFactory(title="Ports")

    assert client.get(f"/search/?q={query}{name}").status_code in (200, 302)


# Cost


@pytest.mark.parametrize("rows", [1, 30])
def test_page_of_all_types_takes_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, warm, rows):
    for n in range(rows):
        theme = ThemeFactory(name=f"Hotlines {n}")
        TakeawayFactory(text=f"Hotline {n}", themes=[theme], published=True)
        section_of(title=f"Hotline {n}", starts_on=dt.date(2026, 1, 1))
        EventFactory(title=f"Hotlines {n}")
    client.get("/search/?q=port")

    with django_assert_num_queries(4):  # counts, outcomes, events, sections
        page(client, "hotline")


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("name", ["events", "reports"])
def test_pages_of_one_type_take_the_same_queries(client, django_assert_num_queries, warm, rows, name):
    for n in range(rows):
        section_of(title=f"Hotline {n}", starts_on=dt.date(2026, 1, 1))
        EventFactory(title=f"Hotlines {n}", country="CL")
    client.get("/search/?q=port")

    with django_assert_num_queries(2):  # counts, the page
        page(client, "hotline", type=name)
