"""Outcomes of other dialogues that go with one, and takeaways that dialogues have in common; always with the reason."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from django.utils.translation import gettext, ngettext

from events.prepared import PreparedQuery, stand_ins
from events.search import indexed
from outcomes.likeness import Likeness, forms
from outcomes.listed import card_columns, cards
from outcomes.models import Outcome, OutcomeTheme, Theme

SHOWN = 4
CANDIDATES = 24  # newest outcomes of other dialogues under each of its themes, among which the nearest are looked for
MOST_THEMES = 5  # of an outcome that are asked for candidates
READ = 100  # newest outcomes of other dialogues, among which similar wordings are looked for where themes give too few
SIMILAR_AT, WORDS_IN_COMMON = 0.15, 3  # likeness and shared word forms that make two wordings similar
SAME_WORDS = 2  # named as the reason
RECURS_AT, RECURS_SHARING = 0.5, 4  # from this likeness and that many shared word forms on, it is the same thought
GROUPS = 2


def related(outcome: Outcome, themes: Sequence[Theme]) -> list[dict[str, Any]]:
    """Return up to four public outcomes of other dialogues, each with `why` it is shown, in at most two queries.

    Those that share most themes come first, among them the most similar wordings; where themes give too few, similar
    wordings of the newest outcomes follow. `outcome` has `search_text`; `themes` are its own.
    """
    chosen = _of_themes(outcome, themes)
    if len(chosen) < SHOWN:
        chosen += _similar(outcome, besides={row["pk"] for row in chosen})[: SHOWN - len(chosen)]
    return cards(chosen, themes={})


def _elsewhere(event: int) -> Any:
    return Outcome.objects.public().exclude(event=event)


@cache
def _newest(number: int) -> PreparedQuery:
    """Return the query for the newest of other dialogues under each of a number of themes."""

    def build(event, **themes):
        tags = OutcomeTheme.objects.filter(public_at__isnull=False).exclude(outcome__event=event)
        newest = [
            tags.filter(theme=theme).order_by("-public_at", "-outcome").values("pk")[:CANDIDATES]
            for theme in themes.values()
        ]
        arms = [OutcomeTheme.objects.filter(pk__in=keys).order_by().values("outcome") for keys in newest]
        keys = arms[0].union(*arms[1:]) if number > 1 else arms[0]
        return card_columns(_elsewhere(event).filter(pk__in=keys).newest(), "search_text")

    return PreparedQuery(build, **stand_ins("event", *(f"theme{place}" for place in range(number))))


_READ = PreparedQuery(
    lambda event: card_columns(_elsewhere(event).newest()[:READ], "search_text", with_themes=False),
    **stand_ins("event"),
)


def _of_themes(outcome: Outcome, themes: Sequence[Theme]) -> list[dict[str, Any]]:
    """Return those that share most of `themes`, among them the most alike, then the newest."""
    asked = {f"theme{place}": theme.pk for place, theme in enumerate(themes[:MOST_THEMES])}
    if not asked:
        return []
    rows = _newest(len(asked)).find(event=outcome.event_id, **asked)
    near, names = _nearness(outcome, rows), {str(theme.pk): theme.name for theme in themes}
    shared = {row["pk"]: [pk for pk in names if pk in row["theme_keys"].split(",")] for row in rows}
    rows.sort(key=lambda row: (-len(shared[row["pk"]]), -near.between(outcome.pk, row["pk"])))
    return [row | {"why": _same_themes([names[pk] for pk in shared[row["pk"]]])} for row in rows[:SHOWN]]


def _similar(outcome: Outcome, besides: set[int]) -> list[dict[str, Any]]:
    """Return those that share enough words, the most alike first."""
    mine, rows = outcome.pk, [row for row in _READ.find(event=outcome.event_id) if row["pk"] not in besides]
    near = _nearness(outcome, rows)
    likeness = {row["pk"]: near.between(mine, row["pk"]) for row in rows}
    alike = [
        row
        for row in rows
        if likeness[row["pk"]] >= SIMILAR_AT and len(near.shared(mine, row["pk"])) >= WORDS_IN_COMMON
    ]
    alike.sort(key=lambda row: -likeness[row["pk"]])
    written = _as_written(outcome.text) if alike else {}
    return [row | {"why": _same_words(written, near.shared(mine, row["pk"]))} for row in alike[:SHOWN]]


def _nearness(outcome: Outcome, rows: Sequence[dict[str, Any]]) -> Likeness[int]:
    return Likeness({outcome.pk: outcome.search_text} | {row["pk"]: row["search_text"] for row in rows}, of_public=True)


def _same_themes(names: list[str]) -> str:
    return ngettext("Same theme: %s", "Same themes: %s", len(names)) % ", ".join(names)


def _as_written(text: str) -> dict[str, str]:
    """Return the words of `text` by their forms in the index."""
    written: dict[str, str] = {}
    for word in dict.fromkeys(word.casefold() for word in re.findall(r"\w+", text)):
        if len(of_word := list(forms(indexed(word)))) == 1:
            written.setdefault(of_word[0], word)
    return written


def _same_words(written: Mapping[str, str], shared: Sequence[str]) -> str:
    """Return the reason with the rarest words as they are `written`."""
    named = [written[form] for form in shared if form in written]
    return gettext("Similar wording: %s") % ", ".join(named[:SAME_WORDS])


def recurring(takeaways: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return groups of takeaways (with `search_text`) that say much the same in different dialogues, at most two.

    A dialogue stands in a group once; the most alike come first, within a group the newest.
    """
    groups = _recurring(tuple((row["pk"], row["event_id"], row["search_text"]) for row in takeaways))
    return [[row for row in takeaways if row["pk"] in group] for group in groups]


@lru_cache(maxsize=64)  # a theme's takeaways are others when one of them is published, not when anything is
def _recurring(takeaways: tuple[tuple[int, int, str], ...]) -> list[list[int]]:
    """Return the keys of each group among (key, key of the dialogue, index text)."""
    event_of = {key: event for key, event, _ in takeaways}
    likeness = Likeness({key: text for key, _, text in takeaways}, of_public=True)
    groups: list[list[int]] = []
    taken: set[int] = set()
    for _, one, other in likeness.pairs(RECURS_AT, RECURS_SHARING):
        if event_of[one] == event_of[other] or not taken.isdisjoint({one, other}):
            continue
        group = [one, other]
        for key in event_of:
            events = {event_of[member] for member in group}
            alike = all(likeness.between(key, member) >= RECURS_AT for member in group)
            if key not in taken and event_of[key] not in events and alike:
                group.append(key)
        taken.update(group)
        groups.append(group)
        if len(groups) == GROUPS:
            break
    return groups
