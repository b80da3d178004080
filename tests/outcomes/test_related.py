"""What goes with an outcome, and what dialogues have in common: always public, always with the reason."""

import datetime as dt

import pytest

from outcomes.likeness import Likeness, forms
from outcomes.listed import card_columns, cards
from outcomes.models import Outcome, Theme
from outcomes.related import CANDIDATES, recurring, related
from outcomes.vocabulary import Vocabulary
from tests.factories import PUBLISHED_AT, EventFactory, SessionFactory, TakeawayFactory, ThemeFactory

pytestmark = pytest.mark.django_db

HOTLINE = "Hotlines between neighbours should be tested every year before an incident."
LIKE_HOTLINE = "Every year neighbours should test their hotlines before any incident."
OTHER = "Small missions need funding for legal advice."

HIDDEN = {
    "draft": {},
    "submitted": {"submitted": True},
    "withdrawn": {"withdrawn": True},
    "published in a draft event": {"published": True, "event__draft": True},
    "published in a closed event": {"published": True, "event__closed": True},
    "recorded under a closed rule": {"published": True, "recorded_under": "closed"},
}


def published(number, text=OTHER, **kwargs):
    at = PUBLISHED_AT + dt.timedelta(minutes=number)
    return TakeawayFactory(text=text, number=number, published=True, published_at=at, **kwargs)


def found_by(outcome):
    outcome = Outcome.objects.get(pk=outcome.pk)
    return [(card["text"], card["why"]) for card in related(outcome, list(outcome.themes.all()))]


def test_outcomes_of_the_same_themes_come_first_those_that_share_most_before_others():
    trust, norms = ThemeFactory(name="Trust"), ThemeFactory(name="Norms")
    mine = published(1, HOTLINE, themes=[trust, norms])
    published(2, "Shares one theme.", themes=[trust])
    published(3, "Shares both.", themes=[norms, trust])
    published(4, LIKE_HOTLINE)
    published(5, "Shares nothing at all.", themes=[ThemeFactory()])

    assert found_by(mine) == [
        ("Shares both.", "Same themes: Norms, Trust"),
        ("Shares one theme.", "Same theme: Trust"),
        (LIKE_HOTLINE, "Similar wording: neighbours, incident"),
    ]


def test_of_one_theme_the_most_similar_come_first_then_the_newest():
    theme = ThemeFactory()
    mine = published(1, HOTLINE, themes=[theme])
    for number, text in enumerate(["Oldest.", LIKE_HOTLINE, "Middle.", "Newer.", "Newest."], start=2):
        published(number, text, themes=[theme])

    assert [text for text, _ in found_by(mine)] == [LIKE_HOTLINE, "Newest.", "Newer.", "Middle."]


def test_outcomes_of_the_same_dialogue_are_not_related():
    theme, event = ThemeFactory(), EventFactory()
    mine = published(1, HOTLINE, themes=[theme], event=event)
    published(2, LIKE_HOTLINE, themes=[theme], event=event)

    assert found_by(mine) == []


def test_full_dialogue_of_its_own_does_not_hide_the_others():
    theme, event = ThemeFactory(), EventFactory()
    mine = published(1, HOTLINE, themes=[theme], event=event)
    published(2, "Of another dialogue.", themes=[theme])
    for number in range(CANDIDATES + 1):
        published(number + 3, f"Own {number}.", themes=[theme], event=event)

    assert [text for text, _ in found_by(mine)] == ["Of another dialogue."]


def test_outcome_without_themes_finds_similar_wordings_in_any_form():
    mine = published(1, HOTLINE)
    published(2, LIKE_HOTLINE)
    published(3, OTHER)
    published(4, "Neighbours met before lunch every day.")

    assert [text for text, _ in found_by(mine)] == [LIKE_HOTLINE]


@pytest.mark.parametrize("text", ["هل", "の", "AND OR NOT", '"* : ^', "2026", "a" * 2000])
def test_any_wording_can_be_looked_for(text):
    theme = ThemeFactory()
    published(2, OTHER, themes=[theme])

    assert [other for other, _ in found_by(published(1, text))] == []
    assert [other for other, _ in found_by(published(3, text, themes=[theme]))] == [OTHER]


@pytest.mark.parametrize("state", HIDDEN)
def test_hidden_outcome_changes_nothing_of_what_is_related(state):
    theme = ThemeFactory()
    mine = published(1, HOTLINE, themes=[theme])
    for number in range(2, 5):
        published(number, LIKE_HOTLINE if number == 3 else OTHER, themes=[theme] if number < 4 else [])
    before = found_by(mine)

    for _ in range(3):
        TakeawayFactory(text=LIKE_HOTLINE, themes=[theme], **HIDDEN[state])
        TakeawayFactory(text=HOTLINE, **HIDDEN[state])

    assert found_by(mine) == before


def test_outcome_of_a_closed_session_is_not_related():
    theme = ThemeFactory()
    mine = published(1, HOTLINE, themes=[theme])
    session = SessionFactory(closed=True)
    TakeawayFactory(text=LIKE_HOTLINE, themes=[theme], event=session.event, session=session, published=True)

    assert found_by(mine) == []


@pytest.mark.parametrize("themes", [0, 1, 7])
@pytest.mark.parametrize("rows", [1, 30])
def test_related_take_at_most_two_queries(django_assert_max_num_queries, themes, rows):
    tags = [ThemeFactory() for _ in range(themes)]
    mine = Outcome.objects.get(pk=published(1, HOTLINE, themes=tags).pk)
    for number in range(rows):
        published(number + 2, LIKE_HOTLINE, themes=tags[:2])
    own = list(mine.themes.all())

    with django_assert_max_num_queries(2):
        assert related(mine, own)


def in_common():
    themes = Vocabulary.now().by_key
    takeaways = Outcome.objects.public().takeaways().newest()
    groups = recurring(cards(card_columns(takeaways, "search_text"), themes))
    return [[card["text"] for card in group] for group in groups]


def some_of_other_things():
    for number, text in enumerate([OTHER, "Reports come too late for budgets.", "Youth delegates want seats."]):
        published(number + 100, text)


def test_takeaways_of_several_dialogues_that_say_the_same_stand_together():
    some_of_other_things()
    published(1, HOTLINE)
    published(2, LIKE_HOTLINE)
    published(3, f"{LIKE_HOTLINE} Really.")

    assert in_common() == [[f"{LIKE_HOTLINE} Really.", LIKE_HOTLINE, HOTLINE]]


def test_what_one_dialogue_says_twice_does_not_recur():
    event = EventFactory()
    some_of_other_things()
    published(1, HOTLINE, event=event)
    published(2, LIKE_HOTLINE, event=event)

    assert in_common() == []


def test_short_phrases_do_not_recur():
    some_of_other_things()
    published(1, "More training.")
    published(2, "More training.")

    assert in_common() == []


def test_theme_shows_what_recurs_and_nothing_hidden_changes_it(client):
    theme = ThemeFactory()
    for number, text in enumerate([OTHER, HOTLINE, LIKE_HOTLINE], start=1):
        published(number, text, themes=[theme])

    before = client.get(theme.get_absolute_url()).content.decode()
    for state in HIDDEN.values():
        TakeawayFactory(text=LIKE_HOTLINE, themes=[theme], **state)

    assert "Said in more than one dialogue" in before
    assert client.get(theme.get_absolute_url()).content.decode() == before


def test_theme_shows_six_of_a_thought_and_says_how_many_more_there_are(client):
    theme = ThemeFactory()
    for number in range(1, 9):
        published(number, HOTLINE, themes=[theme])

    body = client.get(theme.get_absolute_url()).content.decode()

    assert body.count('<li class="beside__item">') == 6
    assert "Said in 2 more dialogues." in body


def test_likeness_goes_from_nothing_to_everything():
    likeness = Likeness({1: "hotlines help neighbours", 2: "hotline helps neighbour", 3: "funding lags", 4: ""})

    assert likeness.between(1, 2) == pytest.approx(1)
    assert likeness.between(1, 3) == 0
    assert likeness.between(1, 4) == 0
    assert likeness.pairs(0.9, sharing=3) == [(pytest.approx(1), 1, 2)]
    assert likeness.pairs(0.9, sharing=4) == []


def test_rare_words_count_most():
    likeness = Likeness({1: "common hotline", 2: "common", 3: "common", 4: "hotlines"})

    assert likeness.between(1, 4) > likeness.between(1, 2)
    assert likeness.shared(1, 4) == ["hotlin"]


def test_forms_leave_out_stop_words_numbers_and_endings():
    assert forms("the states of 2026 verified verification") == {"stat", "verifi", "verific"}


def test_vocabulary_is_in_its_order():
    last, first = ThemeFactory(name="B", position=2), ThemeFactory(name="A", position=1)

    assert list(Vocabulary.now().by_key) == [first.pk, last.pk]
    assert Theme.objects.count() == 2
