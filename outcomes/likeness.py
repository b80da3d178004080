"""How alike wordings are: word forms that they share, the rare ones counting most.

Everything happens among a few hundred wordings at a time, so that it costs the same at any size of the portal.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache

from events.search import STOP_WORDS

NEARLY_THE_SAME = 0.8
LONGEST = 40  # forms of a wording that clusters are made by, the rarest: a sentence has fewer
MANY = 30  # wordings among which a form that half have says nothing

_ENDING = re.compile(r"(?:ations?|ings?|ments?|ities|ity|ies|ions?|ed|es|s|ly|e|y)$")


def forms(search_text: str) -> frozenset[str]:
    """Return what words of an index text come down to without their endings, stop words and numbers left out."""
    words = {word for word in search_text.split() if word not in STOP_WORDS and not word.isdigit()}
    return frozenset(_ENDING.sub("", word) if len(word) > 4 else word for word in words)


_known = lru_cache(maxsize=5000)(forms)


class Likeness[Key: Hashable]:
    """Wordings to compare with each other, by key; a word weighs as much as it is rare among them."""

    def __init__(self, texts: Mapping[Key, str], *, of_public: bool = False):
        """Compare index texts; those of what is public are remembered in this process, for the next time."""
        form_of = _known if of_public else forms
        self.forms = {key: form_of(text) for key, text in texts.items()}
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

    def clusters(self, at_least: float) -> list[list[Key]]:
        """Return keys that belong together, two or more each, in the order of the keys.

        Two clusters become one while all between them are that alike on average, so that no chain of neighbours ties
        together what has nothing in common. Sharing a single form is not enough, unless it is nearly all there is.
        """
        same: defaultdict[frozenset[str], list[Key]] = defaultdict(list)
        for key, words in self.forms.items():
            if words:
                same[words].append(key)
        near = self._near([keys[0] for keys in same.values()], at_least / 3)
        pairs = [(score, one, other) for one, row in near.items() for other, score in row.items() if score >= at_least]
        place = {key: n for n, key in enumerate(self.forms)}
        pairs = sorted((pair for pair in pairs if place[pair[1]] < place[pair[2]]), key=lambda pair: -pair[0])
        of = {key: key for key in near}  # which cluster each is in, named by one of its members
        members = {keys[0]: list(keys) for keys in same.values()}
        size = dict.fromkeys(near, 1)
        for score, one, other in pairs:
            into, gone = of[one], of[other]
            if into == gone or near[into].get(gone, 0.0) < at_least * size[into] * size[gone]:
                continue
            if score < NEARLY_THE_SAME and len(self.forms[one] & self.forms[other]) < 2:
                continue
            if len(near[into]) < len(near[gone]):
                into, gone = gone, into
            for third, sum_of in near.pop(gone).items():
                if third != into:
                    near[into][third] = near[third][into] = near[into].get(third, 0.0) + sum_of
                del near[third][gone]
            for key in members[gone]:
                of[key] = into
            members[into] += members.pop(gone)
            size[into] += size.pop(gone)
        found = [sorted(keys, key=place.__getitem__) for keys in members.values() if len(keys) > 1]
        return sorted(found, key=lambda keys: place[keys[0]])

    def _near(self, keys: list[Key], at_least: float) -> dict[Key, dict[Key, float]]:
        """Return for each of `keys` the others that are so alike, both ways; of many, forms that half have are left."""
        having: defaultdict[str, list[Key]] = defaultdict(list)
        for key in keys:
            for form in sorted(self.forms[key], key=lambda form: (-self.weight[form], form))[:LONGEST]:
                having[form].append(key)
        sums: dict[Key, dict[Key, float]] = {key: {} for key in keys}
        for form, sharing in having.items():
            if len(keys) > MANY and len(sharing) > len(keys) / 2:
                continue
            square = self._square[form]
            for index, key in enumerate(sharing):
                row = sums[key]
                for other in sharing[:index]:
                    row[other] = row.get(other, 0.0) + square
        near: dict[Key, dict[Key, float]] = {key: {} for key in keys}
        for key, row in sums.items():
            for other, sum_of in row.items():
                length = self.length[key] * self.length[other]
                if length and (score := sum_of / length) >= at_least:
                    near[key][other] = near[other][key] = score
        return near

    def most_typical(self, keys: Iterable[Key]) -> Key:
        """Return the one of `keys` that is most like the others, of equals the first."""
        among = list(keys)
        return max(among, key=lambda key: math.fsum(self.between(key, other) for other in among if other != key))
