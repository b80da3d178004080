"""Which themes a wording suggests."""

import time

import pytest

from events import caching
from outcomes import suggest
from outcomes.demo import content
from outcomes.models import Outcome, Theme
from tests.factories import EventFactory, TakeawayFactory, ThemeFactory

pytestmark = pytest.mark.django_db

ITEMS = content.TAKEAWAYS + content.ACTIONS


@pytest.fixture
def vocabulary():
    """The themes of the demo, by name."""
    for name, description, children in content.THEMES:
        parent = ThemeFactory(name=name, description=description)
        for child in children:
            ThemeFactory(name=child, parent=parent)
    return {theme.name: theme for theme in Theme.objects.all()}


def names(text, **kwargs):
    found = dict(Theme.objects.values_list("pk", "name"))
    return [found[key] for key in suggest.suggested(text, **kwargs)]


def test_a_theme_is_known_by_its_name_and_its_description():
    ThemeFactory(name="Measuring maturity", description="How to tell how far a country has come.")
    ThemeFactory(name="Gender and inclusion", description="Who is in the room, who decides.")

    assert names("Metrics to measure how mature things are.") == ["Measuring maturity"]
    assert names("Whoever decides should be in the room.") == ["Gender and inclusion"]


def test_what_no_theme_speaks_of_suggests_nothing(vocabulary):
    assert names("Bananas ripen in the sun.") == []
    assert names("") == []
    assert names("the of and 2026") == []


def test_a_theme_is_known_by_what_was_published_under_it_and_by_nothing_else():
    theme, other = ThemeFactory(name="Hotlines"), ThemeFactory(name="Emblems")
    TakeawayFactory(text="Lighthouses should be lit at night.", themes=[other])  # a draft
    hidden = EventFactory(attribution="closed")
    TakeawayFactory(event=hidden, text="Harbours should be lit at night.", themes=[other], published=True)
    before = names("Lighthouses and harbours at night.")
    TakeawayFactory(text="Lighthouses should be lit at night.", themes=[theme], published=True)

    assert before == []
    assert names("Lighthouses and harbours at night.") == ["Hotlines"]


def test_what_speaks_for_every_theme_speaks_for_none_of_them_first():
    for name in ("Cyber norms", "Cyber skills", "Cyber law"):
        ThemeFactory(name=name)

    assert names("Cyber skills")[0] == "Cyber skills"


def test_other_scripts_and_accents_are_read():
    french, arabic = ThemeFactory(name="Législation numérique"), ThemeFactory(name="بناء الثقة")

    assert names("La legislation nationale") == [french.name]
    assert names("الثقة تبنى بالحوار") == [arabic.name]


def test_at_most_three_and_always_the_same_order(vocabulary):
    text = "People, partnerships, policies, processes, technology and structures."

    assert len(names(text)) == 3
    assert names(text, most=5)[:3] == names(text)


def test_most_wordings_of_the_demo_get_their_theme_by_the_vocabulary_alone(vocabulary):
    right = [text for text, themes in ITEMS if {*themes} & {*names(text)}]

    assert len(right) >= 9, [text for text, _ in ITEMS if text not in right]


def test_each_wording_learns_from_the_others(vocabulary):
    """With the other twelve published, as for the second dialogue on the same matters."""
    event = EventFactory()
    made = [
        TakeawayFactory(event=event, text=text, themes=[vocabulary[name] for name in themes], published=True)
        for text, themes in ITEMS
    ]
    right = 0
    for outcome, (text, themes) in zip(made, ITEMS, strict=True):
        this = Outcome.objects.filter(pk=outcome.pk)
        this.update(status="draft", published_at=None, number=None)
        this.settle()
        right += bool({*themes} & {*names(text)})
        this.update(status="published", published_at=outcome.published_at, number=outcome.number)
        this.settle()

    assert right >= 9, right


def test_the_vocabulary_is_read_once_and_an_answer_costs_no_query(vocabulary, as_served, django_assert_num_queries):
    suggest.suggested(ITEMS[0][0])

    with django_assert_num_queries(0):
        suggest.suggested(ITEMS[1][0])
    began = time.perf_counter()
    for text, _ in ITEMS:
        suggest.suggested(text)
    assert caching.KEEPS
    assert (time.perf_counter() - began) / len(ITEMS) < 0.05  # a few milliseconds where nothing else runs
