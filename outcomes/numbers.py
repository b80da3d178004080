"""How many outcomes there are in a list, and under each option of its filters.

Where somebody keeps count (no filter, one theme, one kind, or one value beside those) the numbers are exact and cost
one small query, or none. Under more filters than that they are taken from the newest thousand of the list.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from functools import cached_property, lru_cache
from itertools import chain

from django.db.models import TextField
from django.db.models.functions import Cast

from events.pages import COUNT_TO
from outcomes.models import Theme
from outcomes.vocabulary import Vocabulary

FACETS = ("kind", "theme", "year", "series", "organisation", "progress", "addressed_to")


class Numbers:
    """The numbers of one filtered list; `found` is its OutcomeFilter."""

    def __init__(self, found):
        self.found = found
        self.vocabulary: Vocabulary = found.vocabulary
        self.chosen = {name: _as_list(value) for name, value in found.chosen.items() if name != "sort"}
        self._hits: dict[frozenset[str], list[str]] = {}
        self._tallies: dict[frozenset[str], Counter] = {}

    @cached_property
    def total(self) -> int:
        """How many outcomes the list has; `COUNT_TO` + 1 stands for "more than that"."""
        beside = set(self.chosen) - {"kind", "theme"}
        if not beside and self._is_kept(set(self.chosen)):
            return self._number("total", "", self.chosen.keys())
        if len(beside) == 1 and self._is_kept(set(self.chosen) - beside):
            (name,) = beside
            if name in FACETS and len(self.chosen[name]) == 1:
                return self._number(name, self.vocabulary.key(name, self.chosen[name][0]), set(self.chosen) - beside)
        return len(self.hits(frozenset(self.chosen)))

    def of(self, name: str) -> dict[str, int] | None:
        """Return the number beside each value of a facet, under the other filters; None for what is not counted."""
        if name not in FACETS:
            return None
        others = set(self.chosen) - {name}
        values = [value for value, _ in self.found.options(name)]
        if self._is_kept(others):
            theme, kinds = self._theme(others), self._kinds(others)
            if name == "kind":
                total = self.vocabulary.number("total", "", theme)
                return {value: total.get(value, 0) for value in values}
            number, key = self.vocabulary.number, self.vocabulary.key
            return {value: _sum(number(name, key(name, value), theme), kinds) for value in values}
        tally, key = self._tally(frozenset(others)), self.vocabulary.key
        return {value: tally[name, key(name, value)] for value in values}

    def are_kept(self, name: str) -> bool:
        """Whether the numbers beside the values of a facet are kept, under the filters in force."""
        return name in FACETS and self._is_kept(set(self.chosen) - {name})

    @property
    def is_partial(self) -> bool:
        """Whether some of the numbers are of the newest thousand only."""
        return any(len(hits) > COUNT_TO for hits in self._hits.values())

    def hits(self, names: frozenset[str]) -> list[str]:
        """Return what the newest `COUNT_TO` + 1 outcomes under the filters `names` are counted as, as stored."""
        if names not in self._hits:
            counted = self.found.listed(names).values_list(Cast("counted", TextField()), flat=True)
            self._hits[names] = list(counted[: COUNT_TO + 1])
        return self._hits[names]

    def _tally(self, names: frozenset[str]) -> Counter:
        """Return how many of the newest `COUNT_TO` under the filters `names` stand under each (facet, key)."""
        if names not in self._tallies:
            hits = self.hits(names)[:COUNT_TO]
            self._tallies[names] = Counter(chain.from_iterable(map(_stands_under, hits)))
        return self._tallies[names]

    def _is_kept(self, names: set[str]) -> bool:
        """Whether the numbers under the filters `names` are kept."""
        return names <= {"kind", "theme"} and ("theme" not in names or len(self.chosen["theme"]) == 1)

    def _number(self, facet: str, key: str, names: Collection[str]) -> int:
        """Return the number that is kept of one value of a facet, under the filters `names`."""
        return _sum(self.vocabulary.number(facet, key, self._theme(names)), self._kinds(names))

    def _theme(self, names: Collection[str]) -> Theme | None:
        """Return the one theme that `names` narrow to; the numbers kept are of all themes or of one."""
        return self.vocabulary.theme(*self.chosen["theme"]) if "theme" in names else None

    def _kinds(self, names: Collection[str]) -> list[str] | None:
        return self.chosen["kind"] if "kind" in names else None


@lru_cache(maxsize=5_000)  # of a dialogue most are counted alike
def _stands_under(counted: str) -> tuple[tuple[str, str], ...]:
    """Return every (facet, key) that an outcome stands under, of what it is counted as."""
    facts = json.loads(counted)
    values = [(name, facts[name]) for name in ("kind", "progress", "series", "year") if facts[name]]
    values += [("theme", key) for key in facts["themes"]]
    values += [("organisation", key) for key in facts["organisations"]]
    values += [("addressed_to", key) for key in facts["addressed_to"]]
    return tuple((name, str(value)) for name, value in values)


def _sum(numbers: Mapping[str, int], kinds: list[str] | None) -> int:
    """Return how many there are of `kinds`; None: of all."""
    return sum(numbers.values() if kinds is None else (numbers.get(kind, 0) for kind in kinds))


def _as_list(value) -> list[str]:
    return list(value) if isinstance(value, list) else [value]
