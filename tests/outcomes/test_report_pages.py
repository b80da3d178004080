import datetime as dt

import pytest
from django.conf import settings

from events import workflow
from events.templatetags.markup import outline
from outcomes.models import Report, ReportSection
from tests.events.test_pages import graph, page, speaker, words
from tests.factories import (
    ActionFactory,
    EventFactory,
    ReportFactory,
    ReportSectionFactory,
    SessionFactory,
    TakeawayFactory,
)

pytestmark = pytest.mark.django_db

ADDRESS = "/events/there/report/{}/"


@pytest.fixture
def event():
    return EventFactory(slug="there", title="The dialogue", reference="MU1")


@pytest.fixture
def report(event):
    """Two sections with a text, one with a title alone between them, and the closing one."""
    report = ReportFactory(event=event, title="The report", published=True, disclaimer="Nobody's view.")
    for title, fields in [
        ("First", {"body": "# Who\n\nWords of the first.\n\n# What\n\n## Finer\n\nMore."}),
        ("Title alone", {}),
        ("Second", {"body": "Words of the second."}),
        ("Closing", {"kind": "outcomes"}),
    ]:
        ReportSectionFactory(report=report, title=title, **fields)
    return report


def test_section_says_whose_it_is_and_from_when(client, event, report):
    Report.objects.update(author=speaker(event, "Rap Example"), published_month=dt.date(2026, 5, 1))

    body = page(client, ADDRESS.format("first"))

    said = words(body)
    assert "Report: The report MU1 First By Rap Example May 2026 1 minute to read" in said
    assert "Who # Words of the first. What # Finer More." in said
    assert "Disclaimer Nobody&#x27;s view." in said
    assert body.count("<h1") == 1
    assert "<title>First – The report" in body
    assert f'<link rel="canonical" href="{settings.SITE_URL}/events/there/report/first/">' in body


@pytest.mark.parametrize("rule", ["on_record", "non_attributed", "chatham_house"])
def test_rapporteur_who_is_not_publicly_listed_is_not_named(client, event, report, editor, rule):
    workflow.set_attribution(event, rule, by=editor)
    Report.objects.update(author=speaker(event, "SECRET", listing="participants"))

    assert "SECRET" not in page(client, ADDRESS.format("first"))


def test_sections_lead_on_past_those_that_have_no_page(client, report):
    first, second = page(client, ADDRESS.format("first")), page(client, ADDRESS.format("second"))

    assert "Next section Second" in words(first)
    assert "Previous section" not in words(first)
    assert "Previous section First Next section Closing" in words(second)
    assert "Title alone (not on this site)" in words(first)
    assert "report/title-alone" not in first
    assert 'href="/events/there/report/first/" aria-current="page"' in first


def test_section_with_a_title_alone_has_no_page(client, report):
    page(client, ADDRESS.format("title-alone"), status=404)


def test_headings_have_anchors_that_the_contents_lead_to(client, report):
    body = page(client, ADDRESS.format("first"))

    assert '<h2 id="s1-who">Who <a' in body.replace("Who<a", "Who <a")
    assert body.count('href="#s1-who"') == 2  # in the contents, and beside the heading to copy
    assert "<h3>Finer</h3>" in body


def test_anchors_are_made_here_and_nothing_typed_becomes_markup():
    html, headings = outline('# <b id="x">Ünï</b> [in](javascript:alert(1))\n\n# \n\n<h2 id="main">typed</h2>')

    assert [heading.anchor for heading in headings] == ["s1-b-idxünïb-injavascriptalert1", "s2"]
    assert '<h2 id="main"' not in html
    assert "<b" not in html
    assert 'href="javascript' not in html


def test_closing_section_prints_takeaways_and_actions_under_their_headings(client, event, report):
    for number, (text, heading) in enumerate([("Second one", "Later"), ("First one", "At first")]):
        TakeawayFactory(event=event, text=text, heading=heading, published=True, number=2 - number)
    action = ActionFactory(event=event, text="Do it", published=True, number=1, progress="in_progress")
    TakeawayFactory(event=event, text="SECRET draft")
    TakeawayFactory(event=event, session=SessionFactory(event=event, closed=True), text="SECRET", published=True)

    body = page(client, ADDRESS.format("closing"))

    said = words(body)
    assert (
        "Takeaways At first T1 First one MU1-T1 Later T2 Second one MU1-T2 Actions A1 Do it In progress MU1-A1" in said
    )
    assert f'href="{action.get_absolute_url()}"' in body
    assert "SECRET" not in body


def test_closing_section_without_outcomes_says_so(client, report):
    assert "No takeaway or action of this dialogue is published yet." in words(page(client, ADDRESS.format("closing")))


@pytest.mark.parametrize("hidden", ["draft report", "draft event", "closed event"])
def test_section_of_what_is_not_public_answers_as_one_that_does_not_exist(client, event, report, editor, hidden):
    if hidden == "draft report":
        Report.objects.update(status="draft", published_at=None)
    elif hidden == "draft event":
        type(event).objects.update(status="draft", published_at=None)
    else:
        workflow.set_attribution(event, "closed", by=editor)

    there, nowhere = (page(client, ADDRESS.format(slug), status=404) for slug in ("first", "nowhere"))

    assert there.replace("first", "") == nowhere.replace("nowhere", "")


@pytest.mark.parametrize("which", ["report", "event"])
def test_withdrawn_section_says_when_and_nothing_else(client, event, report, editor, which):
    (report if which == "report" else event).withdraw(by=editor)

    body = page(client, ADDRESS.format("first"), status=410)

    assert f"Withdrawn on {dt.datetime.now(dt.UTC):%-d %B %Y}" in words(body)
    assert "Words of the first" not in body
    assert "The report" not in body
    page(client, ADDRESS.format("title-alone"), status=404)


@pytest.mark.parametrize("rows", [1, 30])
def test_section_takes_the_same_queries_for_any_number_of_sections_and_outcomes(
    client, event, report, django_assert_num_queries, rows
):
    for n in range(rows):
        ReportSectionFactory(report=report, body="Words")
        TakeawayFactory(event=event, published=True, number=n + 1)

    with django_assert_num_queries(2):  # the section with its report; the contents
        client.get(ADDRESS.format("first"))
    with django_assert_num_queries(3):  # and the outcomes
        client.get(ADDRESS.format("closing"))


@pytest.mark.parametrize(
    ("body", "minutes"),
    [("", 1), ("word " * 220, 1), ("word " * 1100, 5), ("字" * 900, 2), ("word " * 110 + "字" * 675, 2)],
)
def test_reading_takes_as_long_as_there_are_words(body, minutes):
    assert ReportSection(body=body).minutes == minutes


def test_section_describes_itself_to_machines(client, report):
    steps = graph(page(client, ADDRESS.format("first")))["BreadcrumbList"]["itemListElement"]

    assert [step["name"] for step in steps] == ["Home", "Events", "The dialogue", "First"]
    assert steps[-1]["item"] == f"{settings.SITE_URL}/events/there/report/first/"
