"""How alike wordings are: word forms that they share, the rare ones counting most.

Everything happens among a few hundred public outcomes at a time, so that it costs the same at any size of the portal.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping

from events.search import STOP_WORDS

_ENDING = re.compile(r"(?:ations?|ings?|ments?|ities|ity|ies|ions?|ed|es|s|ly|e|y)$")


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
        self.length = {
            key: math.sqrt(sum(self.weight[form] ** 2 for form in words)) for key, words in self.forms.items()
        }

    def shared(self, one: Key, other: Key) -> list[str]:
        """Return the word forms that both have, the rarest first, of equals the longest."""
        common = self.forms[one] & self.forms[other]
        return sorted(common, key=lambda form: (-self.weight[form], -len(form), form))

    def rarest(self, key: Key, search_text: str, most: int) -> list[str]:
        """Return the words of `key`, whose index text that is, which fewest of the others have."""
        words = {word for word in search_text.split() if self.forms[key] & forms(word)}
        weight = {word: max(self.weight[form] for form in forms(word)) for word in words}
        return sorted(words, key=lambda word: (-weight[word], -len(word), word))[:most]

    def between(self, one: Key, other: Key) -> float:
        """Return 0 (not a word in common) to 1 (the same words)."""
        length = self.length[one] * self.length[other]
        return self._sum(self.forms[one] & self.forms[other]) / length if length else 0.0

    def _sum(self, words: frozenset[str]) -> float:
        return math.fsum(self.weight[form] ** 2 for form in words)

    def pairs(self, at_least: float, sharing: int) -> list[tuple[float, Key, Key]]:
        """Return (likeness, one, other) of all that are so alike and share that many forms, the most alike first."""
        having: defaultdict[str, list[Key]] = defaultdict(list)
        common: Counter[tuple[Key, Key]] = Counter()
        for key, words in self.forms.items():
            for form in words:
                for earlier in having[form]:
                    common[earlier, key] += 1
                having[form].append(key)
        found = [(self.between(*pair), *pair) for pair, number in common.items() if number >= sharing]
        place = {key: n for n, key in enumerate(self.forms)}
        alike = [pair for pair in found if pair[0] >= at_least]
        return sorted(alike, key=lambda pair: (-pair[0], place[pair[1]], place[pair[2]]))
