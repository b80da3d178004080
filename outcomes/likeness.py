"""How alike wordings are: word forms that they share, the rare ones counting most.

Everything happens among a few hundred public outcomes at a time, so that it costs the same at any size of the portal.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache

from events.search import STOP_WORDS

_ENDING = re.compile(r"(?:ations?|ings?|ments?|ities|ity|ies|ions?|ed|es|s|ly|e|y)$")


@lru_cache(maxsize=5000)
def forms(search_text: str) -> frozenset[str]:
    """Return what words of an index text come down to without their endings, stop words and numbers left out."""
    words = {word for word in search_text.split() if word not in STOP_WORDS and not word.isdigit()}
    return frozenset(_ENDING.sub("", word) if len(word) > 4 else word for word in words)


class Likeness[Key: Hashable]:
    """Wordings to compare with each other, by key; a word weighs as much as it is rare among them."""

    def __init__(self, texts: Mapping[Key, str]):
        self.forms = {key: forms(text) for key, text in texts.items()}
        found = Counter(form for words in self.forms.values() for form in words)
        self.weight = {form: math.log((len(texts) + 1) / number) for form, number in found.items()}
        self._square = {form: weight**2 for form, weight in self.weight.items()}
        self.length = {key: math.sqrt(self._sum(words)) for key, words in self.forms.items()}

    def shared(self, one: Key, other: Key) -> list[str]:
        """Return the word forms that both have, the rarest first, of equals the longest."""
        common = self.forms[one] & self.forms[other]
        return sorted(common, key=lambda form: (-self.weight[form], -len(form), form))

    def between(self, one: Key, other: Key) -> float:
        """Return 0 (not a word in common) to 1 (the same words)."""
        length = self.length[one] * self.length[other]
        return self._sum(self.forms[one] & self.forms[other]) / length if length else 0.0

    def _sum(self, words: Iterable[str]) -> float:
        return math.fsum(map(self._square.__getitem__, words))  # exact: the order of a set is another in each process

    def _telling(self, key: Key, at_least: float) -> list[str]:
        """Return the rarest forms of `key`; what shares none of them is less alike than `at_least`."""
        rest, told = self.length[key] ** 2, []
        for form in sorted(self.forms[key], key=lambda form: (-self.weight[form], form)):
            if rest < (at_least * self.length[key]) ** 2 * 0.999_999:
                break
            rest -= self._square[form]
            told.append(form)
        return told

    def pairs(self, at_least: float, sharing: int) -> list[tuple[float, Key, Key]]:
        """Return (likeness, one, other) of all that are so alike and share that many forms, the most alike first."""
        having: defaultdict[str, list[Key]] = defaultdict(list)
        near: dict[tuple[Key, Key], None] = {}
        for key in self.forms:
            for form in self._telling(key, at_least):
                near.update(dict.fromkeys((earlier, key) for earlier in having[form]))
                having[form].append(key)
        alike = [
            (likeness, one, other)
            for one, other in near
            if len(self.forms[one] & self.forms[other]) >= sharing
            and (likeness := self.between(one, other)) >= at_least
        ]
        place = {key: n for n, key in enumerate(self.forms)}
        return sorted(alike, key=lambda pair: (-pair[0], place[pair[1]], place[pair[2]]))
