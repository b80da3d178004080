import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from events.extracts import answers, extract, marked
from events.models import Event
from events.search import indexed, is_whole, rebuild, terms
from events.templatetags.search import highlight
from outcomes.models import Outcome, ReportSection
from tests.factories import PUBLISHED_AT, EventFactory, ReportSectionFactory, TakeawayFactory

pytestmark = pytest.mark.django_db


def found(query):
    return set(Outcome.objects.matching(query).values_list("text", flat=True))


@pytest.mark.parametrize(
    "text, query",
    [
        ("Develop national metrics", "metric"),
        ("Develop national metrics", "developing"),
        ("Confiance et sécurité", "securite"),
        ("Confiance et sécurité", "SÉCURITÉ"),
        ("الأمن السيبراني", "امن"),
        ("بناء القدرات الوطنية", "قدرات"),
        ("加强网络安全能力", "网络安全"),
        ("サイバー能力の構築", "能力"),
        ("Capacity-building for all", "building capacity"),
        ("5G networks and the OEWG’s mandate", "oewg 5g"),
    ],
)
def test_matching_finds_word_forms_in_several_scripts(text, query):
    TakeawayFactory(text=text)
    TakeawayFactory(text="Nothing of the kind")

    assert found(query) == {text}


@pytest.mark.parametrize("query", ["", "   ", "the of and", "***", '"', "\x00", "؟", "a" * 5000])
def test_matching_finds_nothing_for_a_query_without_words(query):
    TakeawayFactory(text="Develop national metrics")

    assert found(query) == set()


@pytest.mark.parametrize(
    "query",
    ['metrics"', "metrics*", "metrics AND", "text:metrics", "(metrics", "metrics -", "^metrics", "NEAR(metrics"],
)
def test_matching_gives_signs_no_meaning(query):
    TakeawayFactory(text="Develop national metrics near home")

    assert found(query.replace("text", "national")) == {"Develop national metrics near home"}


def test_matching_wants_every_word():
    TakeawayFactory(text="Develop national metrics")

    assert found("national strategies") == set()


def test_matching_follows_an_edit_and_a_deletion():
    outcome = TakeawayFactory(text="First wording")

    outcome.revise(version=outcome.version, text="Second phrase")
    assert (found("wording"), found("phrase")) == (set(), {"Second phrase"})

    outcome.text = "Third sentence"
    outcome.save(update_fields=["text"])
    assert (found("phrase"), found("sentence")) == (set(), {"Third sentence"})

    outcome.delete()
    assert found("sentence") == set()


def test_relevance_puts_the_better_answer_first():
    TakeawayFactory(text="Trust " + "and many other words that say something else " * 5, published=True)
    TakeawayFactory(text="Trust builds trust", published=True)

    best = Outcome.objects.public().by_relevance("trust")

    assert [outcome.text[:12] for outcome in best] == ["Trust builds", "Trust and ma"]


def test_relevance_stays_within_what_is_public():
    TakeawayFactory(text="Trust builds trust")
    TakeawayFactory(text="Trust is public", published=True)

    assert [outcome.text for outcome in Outcome.objects.public().by_relevance("trust")] == ["Trust is public"]


def test_relevance_is_the_same_whatever_is_hidden():
    for text in ("Trust in ports", "Ports, ports and trust between people of ports", "Trust builds trust in a port"):
        TakeawayFactory(text=text, published=True)
    best = [outcome.text for outcome in Outcome.objects.public().by_relevance("trust port")]

    for n in range(30):
        TakeawayFactory(text="Ports " * n + "of trust " + "and others " * 40)

    assert [outcome.text for outcome in Outcome.objects.public().by_relevance("trust port")] == best


def test_relevance_is_of_the_newest_alone(monkeypatch):
    monkeypatch.setattr("events.search.SearchQuerySet.ranked", 2)
    for n in range(4):
        TakeawayFactory(text=f"Trust {n}", published=True, published_at=PUBLISHED_AT + dt.timedelta(days=n))
        TakeawayFactory(text="Trust not yet")

    best = Outcome.objects.public().by_relevance("trust")

    assert [outcome.text for outcome in best] == ["Trust 3", "Trust 2"]


def test_rebuild_leaves_the_index_as_it_was():
    TakeawayFactory(text="Develop national metrics")

    rebuild(Outcome)

    assert found("metrics") == {"Develop national metrics"}


def test_index_is_the_databases_own():
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        plan = Outcome.objects.matching("metrics").explain()

    if connection.vendor == "sqlite":
        assert "outcomes_fts" in names
        assert "VIRTUAL TABLE INDEX" in plan
    else:
        assert "outcomes_fts" not in names
        assert "search_vector" in plan


def test_terms_are_few_and_each_once():
    assert terms("Trust trust the TRUST " + " ".join(f"word{n}" for n in range(30))) == [
        "trust",
        *[f"word{n}" for n in range(9)],
    ]


def test_indexed_keeps_only_words():
    assert indexed("“Zürich”, État—2024: naïve_test!") == "zurich etat 2024 naive test"


@pytest.mark.parametrize(
    "text, query, words",
    [
        ("Building trust, trusting and entrusted", "trust", ["trust", "trusting"]),
        ("Sécurité d’abord", "securite", ["Sécurité"]),
        ("Nothing here", "trust", []),
        ("Nothing here", "", []),
        ("<b>trust</b>", "trust", ["trust"]),
    ],
)
def test_marked_says_which_words_were_looked_for(text, query, words):
    pieces = marked(text, query)

    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, hit in pieces if hit] == words


# The same index for everything that is searched


def test_events_and_sections_are_indexed_like_outcomes():
    event = EventFactory(title="Dialogue on hotlines", city="Nairobi", country="KE")
    section = ReportSectionFactory(report__event=event, title="What ports did", body="They **trained**.")

    assert list(Event.objects.matching("kenya hotline")) == [event]
    assert list(ReportSection.objects.matching("training port")) == [section]


def test_event_with_a_better_answer_comes_first_and_the_later_of_equals():
    better = EventFactory(title="Hotline hotline", starts_on=dt.date(2020, 1, 1))
    earlier, later = (EventFactory(title="Hotline dialogue", starts_on=dt.date(year, 1, 1)) for year in (2021, 2022))

    assert list(Event.objects.by_relevance("hotlines")) == [better, later, earlier]


def test_very_long_section_is_stored_and_found_by_its_beginning():
    section = ReportSectionFactory(body="hotline " + " ".join(f"word{n}" for n in range(300_000)))

    assert list(ReportSection.objects.matching("hotline")) == [section]


def test_rebuild_search_finds_what_was_written_round_save():
    EventFactory(title="First title")
    Event.objects.update(title="Second name")
    out = StringIO()

    call_command("rebuild_search", stdout=out)

    assert Event.objects.matching("name").exists()
    assert not Event.objects.matching("first").exists()
    assert "events: indexed, 1 had other words\n" in out.getvalue()
    assert "outcomes: indexed, 0 had other words\n" in out.getvalue()


def test_check_finds_and_mends_words_that_are_not_those_of_the_row():
    EventFactory(title="First title")
    Event.objects.update(title="Second name")

    with pytest.raises(CommandError):
        call_command("check_public", stdout=(out := StringIO()))
    call_command("check_public", "--repair", stdout=StringIO())

    assert "words of events: 1 wrong" in out.getvalue()
    assert Event.objects.matching("name").exists()


def test_check_finds_and_mends_an_index_that_lost_rows():
    TakeawayFactory(text="Develop national metrics")
    assert is_whole(Outcome)
    if connection.vendor == "postgresql":
        return  # it computes its own, in the row
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO outcomes_fts(outcomes_fts) VALUES ('delete-all')")
    assert found("metrics") == set()

    with pytest.raises(CommandError):
        call_command("check_public", stdout=(out := StringIO()))
    call_command("check_public", "--repair", stdout=StringIO())

    assert "index of outcomes: 1 wrong" in out.getvalue()
    assert found("metrics") == {"Develop national metrics"}


@pytest.mark.parametrize(
    "text, query, words",
    [
        ("加强网络安全能力建设", "网络安全", ["网络安全"]),
        ("5G网络", "网络", ["网络"]),
        ("安全与安全", "安全", ["安全", "安全"]),
        ("サイバー能力の構築", "能力", ["能力"]),
    ],
)
def test_marked_finds_its_place_inside_a_run_of_ideographs(text, query, words):
    assert [piece for piece, hit in marked(text, query) if hit] == words


@pytest.mark.parametrize(
    "text, query, expected",
    [
        ("Short and **bold**.", "bold", "Short and bold."),
        ("# Title\n\n- one\n- [two](https://example.org)", "nothing", "Title one two"),
        ("once " * 30 + "hotline" + " then" * 60, "hotlines", "… " + "once " * 11 + "hotline" + " then" * 35 + " …"),
        ("", "hotline", ""),
    ],
)
def test_extract_is_the_line_that_has_the_words(text, query, expected):
    assert extract(text, query) == expected


@pytest.mark.parametrize(
    "text, query, expected",
    [
        ("Capacity-building", "capacities", True),
        ("Capacity-building", "building capacity", True),
        ("Capacity-building", "capacity norms", False),
        ("Capacity-building", "the", False),
    ],
)
def test_answers_wants_every_word_in_some_form(text, query, expected):
    assert answers(text, query) is expected


def test_highlight_escapes_what_it_marks():
    assert highlight('<i>trust</i> & "trust"', "trust") == (
        "&lt;i&gt;<mark>trust</mark>&lt;/i&gt; &amp; &quot;<mark>trust</mark>&quot;"
    )
    assert highlight("<i>", "") == "&lt;i&gt;"
    assert highlight("<i>", None) == "&lt;i&gt;"
