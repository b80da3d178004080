import datetime as dt

import pytest
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import SafeString

from events.filters import Option
from events.templatetags.fragments import fill, joined, options
from outcomes.listed import Face
from outcomes.templatetags.cards import outcome_card

HOSTILE = ["<script>alert(1)</script>", "{{ text }} {% now %}", "%s %d 100 %%", "\ue000text\ue001", "a \"b\" & 'c'"]


def drawn(component, **context):
    return get_template(component).render(context)


@pytest.mark.parametrize("text", HOSTILE)
def test_filling_in_gives_what_drawing_gives(text):
    words = {"why": text, "href": f"/outcomes/?q={text}", "text": text, "label": "Action", "reference": text}
    words |= {"event_title": text, "dates": SafeString("<time>today</time>")}

    assert fill("outcomes/beside.html", words) == drawn("outcomes/beside.html", **words)


@pytest.mark.parametrize("missing", ["dates", "reference"])
def test_a_word_that_is_empty_is_not_there(missing):
    words = {"why": "w", "href": "/", "text": "t", "label": "l", "reference": "R1", "event_title": "e", "dates": "d"}

    words[missing] = ""

    assert fill("outcomes/beside.html", words) == drawn("outcomes/beside.html", **words)


def test_options_say_what_is_chosen_and_disable_what_would_find_nothing():
    rows = (Option("a&b", "<A>", selected=True, count=0), Option("c", "C", count=0), Option("d", "D", count=1200))

    body = options("components/facet_option.html", rows, "theme")

    assert body.count("checked") == 1
    assert body.count("disabled") == 1
    assert 'value="a&amp;b" checked' in body
    assert "&lt;A&gt;" in body
    assert "1,200" in body


def test_joining_escapes_what_was_not_filled_in():
    assert joined([SafeString("<b>"), "<i>"]) == "<b>&lt;i&gt;"


def test_card_is_drawn_in_the_language_of_the_reader():
    face = Face("takeaway", "Takeaway", "T1", "MU-T1", "/", "Words", "", "", False, "Event", "/e/", dt.date(2026, 3, 3))

    with translation.override("de"):
        german = outcome_card(face)

    assert "3 März 2026" in german
    assert "3 March 2026" in outcome_card(face)
