import pytest
from django.db import connection

from outcomes.models import Outcome
from events.extracts import marked
from events.search import indexed, rebuild, terms
from tests.factories import TakeawayFactory

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
