"""Parts of pages that depend on few things and are drawn often."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.formats import number_format
from django.utils.translation import get_language

from events.templatetags.search import highlight

register = template.Library()

PARTS = 500  # kept in each process, some 10 to 50 KB each
LINES = 5000  # likewise, of at most 2 KB


@register.simple_tag
def drawn(component: str, rows: tuple, **more) -> str:
    """Return `component` with `rows`, tuples all the way down, and what else it needs; drawn once for the same.

    When something becomes public, every page is made anew; the programme of an event where nothing changed is not.
    """
    return _part(component, get_language(), rows, tuple(more.items()))


@register.simple_tag
def line(component: str, **told) -> str:
    """Return the small `component` with what it is told, tuples all the way down; drawn once for the same."""
    return _line(component, get_language(), tuple(told.items()))


@register.simple_tag
def outcome_card(face: Any, words: str = "") -> str:
    """Return the card of an outcome from its `outcomes.listed.Face`, with the `words` that were looked for marked."""
    name = "components/outcome_card.html"
    if words:
        return _draw(name, {**face._asdict(), "highlighted": highlight(face.text, words)})
    return _line(name, get_language(), tuple(face._asdict().items()))


@register.simple_tag
def action_row(row: Any) -> str:
    """Return the row of an action in the tracker from its `outcomes.views.actions.Row`."""
    return _line("outcomes/action_row.html", get_language(), tuple(row._asdict().items()))


@register.filter
@lru_cache(maxsize=LINES)
def grouped(number: int | None) -> str:
    """Return a number as readers write it, "12,345"; nothing for None."""
    return "" if number is None else number_format(number, force_grouping=True)


def forget() -> None:
    """Keep nothing of what was drawn, so that it can be measured what drawing takes."""
    _part.cache_clear()
    _line.cache_clear()


@lru_cache(maxsize=PARTS)
def _part(name: str, language: str | None, rows: tuple, more: tuple) -> str:
    return _draw(name, {"rows": rows, **dict(more)})


@lru_cache(maxsize=LINES)
def _line(name: str, language: str | None, told: tuple) -> str:
    return _draw(name, dict(told))


def _draw(name: str, context: dict[str, Any]) -> str:
    return get_template(name).render(context)
