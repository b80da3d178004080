"""Which themes a wording is likely to be about: words it shares with each, the telling ones counting most.

A theme is known by its name, its description, and the newest wordings published under it. What speaks for every theme
speaks for none, so a word weighs as much as it is rare among the themes. Nothing leaves the process.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping

from events.caching import remembered
from events.search import indexed
from outcomes.likeness import forms
from outcomes.models import Outcome, OutcomeTheme, Theme

SHOWN = 3  # more than that is no suggestion but a list
READ = 40  # published wordings of a theme that are looked at, the newest
IN_NAME, IN_PARENT, IN_DESCRIPTION = 3.0, 0.5, 1.5
IN_WORDINGS = 2.0  # when every wording has it
FEWEST = 2  # wordings: one alone says as much about its dialogue as about its theme

Weights = Mapping[str, float]


def suggested(text: str, most: int = SHOWN) -> list[int]:
    """Return the keys of the themes that `text` is likely to be about, the likeliest first; often fewer than `most`."""
    words = forms(indexed(text))
    themes, rarity = remembered("theme-words", _vocabulary)
    scores = {
        theme: sum(rarity[word] * weights[word] for word in sorted(words & weights.keys()))
        for theme, weights in themes.items()
    }
    likely = sorted((theme for theme in scores if scores[theme] > 0), key=lambda theme: (-scores[theme], theme))
    return likely[:most]


def _vocabulary() -> tuple[dict[int, Weights], Weights]:
    """Return what speaks for each theme, and how telling each word is."""
    vocabulary = list(Theme.objects.select_related("parent"))
    themes = {theme.pk: _words_of(theme) for theme in vocabulary}
    spread = Counter(word for weights in themes.values() for word in weights)
    return themes, {word: math.log(1 + len(themes) / number) for word, number in spread.items()}


def _words_of(theme: Theme) -> Weights:
    weights: defaultdict[str, float] = defaultdict(float)
    keys = list(OutcomeTheme.objects.newest(theme)[:READ])
    wordings = [
        forms(text) for text in Outcome.objects.public().filter(pk__in=keys).values_list("search_text", flat=True)
    ]
    for words in wordings:
        for word in words:
            weights[word] += IN_WORDINGS / max(len(wordings), FEWEST)
    told = [(IN_NAME, theme.name), (IN_DESCRIPTION, theme.description)]
    if theme.parent:
        told.append((IN_PARENT, theme.parent.name))
    for weight, text in told:
        for word in forms(indexed(text)):
            weights[word] += weight
    return weights
