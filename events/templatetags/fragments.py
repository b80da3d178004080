"""Parts of pages that depend on few things and are drawn often."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from django import template
from django.template.loader import get_template
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

PARTS = 500  # kept in each process, some 10 to 50 KB each
LINES = 5000  # likewise, of at most 2 KB
_PLACE = re.compile("\ue000(\\w+)\ue001")  # where a word goes: private-use characters, which no template has


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


def fill(component: str, words: Mapping[str, str], **shape) -> SafeString:
    """Return `component`, which only prints `words`, or asks whether they are empty, and may look into `shape`.

    What a card says differs from one to the next, what stands around it does not: the template is drawn once for each
    shape, with places for the words, and filled in. That takes a tenth of the time.
    """
    given = tuple([name for name, word in words.items() if word])
    return _around(component, get_language(), given, tuple(shape.items())).filled(words)


def joined(parts: Iterable[str]) -> SafeString:
    """Return parts that were filled in, one after the other; what is no markup of our own is escaped."""
    return SafeString("".join([part if isinstance(part, SafeString) else escape(part) for part in parts]))


@register.simple_tag
def options(component: str, rows: Iterable[Any], name: str = "") -> SafeString:
    """Return a line of `component` for each `events.filters.Option` of the parameter `name`."""
    language, lines = get_language(), []
    for value, label, selected, count, inner in rows:
        given = ("value", "label") if count is None else ("value", "label", "count")
        shape = (("name", name), ("selected", selected), ("disabled", count == 0), ("inner", inner))
        around = _around(component, language, given, shape)
        lines.append(around.filled({"value": value, "label": label, "count": grouped(count)}))
    return joined(lines)


@register.simple_tag
def dates(start: dt.date | None, end: dt.date | None = None) -> str:
    """Return a day or a span of days as readers write it; nothing without a first day."""
    return _dates(get_language(), start, end) if start else ""


def day(date: dt.date, form: str) -> SafeString:
    """Return a day in the given form of `date`, readable to machines too."""
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), date_format(date, form))


@register.filter
@lru_cache(maxsize=LINES)
def grouped(number: int | None) -> str:
    """Return a number as readers write it, "12,345"; nothing for None."""
    return "" if number is None else number_format(number, force_grouping=True)


def forget() -> None:
    """Keep nothing of what was drawn, so that it can be measured what drawing takes; numbers and days may stay."""
    _part.cache_clear()
    _line.cache_clear()


@lru_cache(maxsize=LINES)
def _dates(language: str | None, start: dt.date, end: dt.date | None) -> str:
    return SafeString(_draw("components/dates.html", {"start": start, "end": end}).strip())


@lru_cache(maxsize=PARTS)
def _part(name: str, language: str | None, rows: tuple, more: tuple) -> str:
    return _draw(name, {"rows": rows, **dict(more)})


@lru_cache(maxsize=LINES)
def _line(name: str, language: str | None, told: tuple) -> str:
    return _draw(name, dict(told))


class _Around(NamedTuple):
    """What stands around the words, with `%s` for each, and which word goes where."""

    format: str
    places: list[str]

    def filled(self, words: Mapping[str, str]) -> SafeString:
        """Return it with the words, each escaped unless it is markup of our own."""
        said = [word if isinstance(word := words[name], SafeString) else escape(word) for name in self.places]
        return SafeString(self.format % tuple(said))


@lru_cache(maxsize=LINES)
def _around(name: str, language: str | None, words: tuple[str, ...], shape: tuple) -> _Around:
    """Return the component drawn once, with places instead of its `words`."""
    pieces = _PLACE.split(_draw(name, {word: f"\ue000{word}\ue001" for word in words} | dict(shape)))
    return _Around("%s".join(piece.replace("%", "%%") for piece in pieces[::2]), pieces[1::2])


def _draw(name: str, context: dict[str, Any]) -> str:
    return get_template(name).render(context)
