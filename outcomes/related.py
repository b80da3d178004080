"""Outcomes of other dialogues that go with one, and takeaways that dialogues have in common; always with the reason."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connections
from django.db.models import Func, QuerySet, Value
from django.utils.translation import gettext, ngettext

from events.prepared import PreparedQuery, stand_ins
from events.search import TSVectorField, indexed
from outcomes.likeness import Likeness, forms
from outcomes.listed import card_columns, cards, theme_keys
from outcomes.models import Outcome, OutcomeTheme, Theme

SHOWN = 4
CANDIDATES = 200  # newest outcomes of its themes, or newest hits of its words, among which the nearest are looked for
MOST_THEMES = 5  # of an outcome that are asked for candidates
RARE_WORDS = 8  # of a wording that are searched for
SIMILAR_AT, WORDS_IN_COMMON = 0.15, 3  # likeness and shared word forms that make two wordings similar
SAME_WORDS = 2  # named as the reason
RECURS_AT, RECURS_SHARING = 0.5, 4  # from this likeness and that many shared word forms on, it is the same thought
GROUPS = 2


def related(outcome: Outcome, themes: Sequence[Theme]) -> list[dict[str, Any]]:
    """Return up to four public outcomes of other dialogues, each with `why` it is shown, in two queries.

    Those that share most themes come first, among them the most similar wordings; where themes give too few, the search
    index is asked for what shares its rarest words. `outcome` has `search_text`; `themes` are its own.
    """
    mine = outcome.pk
    found = {row["pk"]: row for row in _of_themes(outcome, themes)}
    likeness = Likeness({mine: outcome.search_text} | {key: row["search_text"] for key, row in found.items()})
    names = {str(theme.pk): theme.name for theme in themes}
    shared = {key: [pk for pk in names if pk in row["theme_keys"].split(",")] for key, row in found.items()}
    place = {key: number for number, key in enumerate(found)}
    nearest = sorted(found, key=lambda key: (-len(shared[key]), -likeness.between(mine, key), place[key]))[:SHOWN]

    if len(nearest) == SHOWN:
        rows = _NEAREST.find(event=outcome.event_id, **dict(zip(_SLOTS, nearest, strict=True)))
    else:
        words = likeness.rarest(mine, outcome.search_text, RARE_WORDS)
        rows = list(_columns(_elsewhere(outcome.event_id).filter(pk__in=_either(outcome, nearest, words))))
    shown = {card["pk"]: card for card in cards(rows, themes={})}

    chosen = [shown[key] | {"why": _same_themes([names[pk] for pk in shared[key]])} for key in nearest if key in shown]
    rest = {key: card for key, card in shown.items() if key not in nearest}
    if rest and len(chosen) < SHOWN:
        chosen += _similar(outcome, rest)[: SHOWN - len(chosen)]
    return chosen


def _elsewhere(event: int) -> QuerySet:
    return Outcome.objects.public().exclude(event=event)


def _columns(outcomes: QuerySet) -> QuerySet:
    return card_columns(outcomes, "search_text", "public_at", with_themes=False)


_SLOTS = [f"key{number}" for number in range(SHOWN)]
_NEAREST = PreparedQuery(
    lambda event, **keys: _columns(_elsewhere(event).filter(pk__in=list(keys.values()))), **stand_ins("event", *_SLOTS)
)


@cache
def _newest(number: int) -> PreparedQuery:
    """Return the query for the newest of other dialogues under each of a number of themes."""

    def build(event, **themes):
        tags = OutcomeTheme.objects.filter(public_at__isnull=False).exclude(outcome__event=event)
        newest = [
            tags.filter(theme=theme).order_by("-public_at", "-outcome").values("pk")[: CANDIDATES // number]
            for theme in themes.values()
        ]
        arms = [OutcomeTheme.objects.filter(pk__in=keys).order_by().values("outcome") for keys in newest]
        keys = arms[0].union(*arms[1:]) if number > 1 else arms[0]
        outcomes = _elsewhere(event).filter(pk__in=keys).annotate(theme_keys=theme_keys()).newest()
        return outcomes.values("pk", "search_text", "theme_keys")

    return PreparedQuery(build, **stand_ins("event", *(f"theme{place}" for place in range(number))))


def _of_themes(outcome: Outcome, themes: Sequence[Theme]) -> list[dict[str, Any]]:
    """Return key, index text and keys of the themes of the newest of other dialogues under each of `themes`."""
    asked = {f"theme{place}": theme.pk for place, theme in enumerate(themes[:MOST_THEMES])}
    return _newest(len(asked)).find(event=outcome.event_id, **asked) if asked else []


def _either(outcome: Outcome, keys: list[int], words: list[str]) -> QuerySet:
    """Return the keys of `keys` and of the newest of other dialogues that have any of `words`."""
    hits = _having_any(_elsewhere(outcome.event_id), words).newest().values("pk")[:CANDIDATES]
    if not keys:
        return hits
    named, found = (Outcome.objects.filter(pk__in=pks).order_by().values("pk") for pks in (keys, hits))
    return named.union(found)


class _AnyOf(Func):
    """PostgreSQL's query for any of some words with OR between them, in whatever form."""

    function = "websearch_to_tsquery"
    template = "%(function)s('english', %(expressions)s)"
    output_field = TSVectorField()


def _having_any(outcomes: Any, words: Sequence[str]) -> Any:
    """Narrow to those that have any of `words`, which are words of the index: letters and digits."""
    if not words:
        return outcomes.none()
    if connections[outcomes.db].vendor == "postgresql":
        return outcomes.filter(search_vector__answers=_AnyOf(Value(" or ".join(f'"{word}"' for word in words))))
    return outcomes.filter(fts__search_text__match=" OR ".join(f'"{word}"' for word in words))


def _similar(outcome: Outcome, found: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those that share enough words, the most alike first."""
    mine = outcome.pk
    likeness = Likeness({mine: outcome.search_text} | {key: card["search_text"] for key, card in found.items()})
    newest = sorted(found, key=lambda key: (found[key]["public_at"], key), reverse=True)
    near = {key: likeness.between(mine, key) for key in newest}
    alike = [key for key in newest if near[key] >= SIMILAR_AT and len(likeness.shared(mine, key)) >= WORDS_IN_COMMON]
    alike.sort(key=lambda key: -near[key])
    return [found[key] | {"why": _same_words(outcome, likeness.shared(mine, key))} for key in alike]


def _same_themes(names: list[str]) -> str:
    return ngettext("Same theme: %s", "Same themes: %s", len(names)) % ", ".join(names)


def _same_words(outcome: Outcome, shared: list[str]) -> str:
    """Return the reason with the rarest words as `outcome` has them."""
    words = dict.fromkeys(word.casefold() for word in re.findall(r"\w+", outcome.text))
    named = [next((word for word in words if forms(indexed(word)) == {form}), "") for form in shared]
    return gettext("Similar wording: %s") % ", ".join([word for word in named if word][:SAME_WORDS])


def recurring(takeaways: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return groups of takeaways (with `search_text`) that say much the same in different dialogues, at most two.

    A dialogue stands in a group once; the most alike come first, within a group the newest.
    """
    rows = {row["pk"]: row for row in takeaways}
    likeness = Likeness({key: row["search_text"] for key, row in rows.items()})
    groups: list[list[int]] = []
    taken: set[int] = set()
    for _, one, other in likeness.pairs(RECURS_AT, RECURS_SHARING):
        if rows[one]["event_id"] == rows[other]["event_id"] or not taken.isdisjoint({one, other}):
            continue
        group = [one, other]
        for key in rows:
            events = {rows[member]["event_id"] for member in group}
            alike = all(likeness.between(key, member) >= RECURS_AT for member in group)
            if key not in taken and rows[key]["event_id"] not in events and alike:
                group.append(key)
        taken.update(group)
        groups.append(group)
        if len(groups) == GROUPS:
            break
    return [[rows[key] for key in rows if key in group] for group in groups]
