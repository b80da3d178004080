"""Which words of a text were looked for: marked in lists, and the line of a long text that has them."""

import functools
import re
from collections.abc import Iterator

from events.search import IDEOGRAPHIC, IDEOGRAPHS, LONGEST, indexed, stems, terms

_WORD = re.compile(rf"{IDEOGRAPHS.pattern}|[^\W{IDEOGRAPHIC}]+")
_MARKS_OF_BLOCKS = re.compile(r"^[ \t]*(?:#{1,6}|>|[-*+]|\d+[.)])[ \t]+|\|", re.MULTILINE)
_MARKS_OF_WORDS = re.compile(r"[*_`]+|\]\([^)]*\)|\[")
_SPACES = re.compile(r"\s+")
EXTRACT = 240  # characters of an extract
BEFORE = 60  # of them before the first hit


@functools.lru_cache(maxsize=20_000)
def _folded(word: str) -> tuple[str, ...]:
    return tuple(indexed(word).split())


def _is_hit(word: str, wanted: set[str]) -> bool:
    return any(part.startswith(stem) for part in _folded(word) for stem in wanted)


def answers(text: str, query: str) -> bool:
    """Return whether `text` has every word of `query` in some form: for a few rows, without an index."""
    wanted, words = stems(terms(query)), indexed(text).split()
    return bool(wanted) and all(any(word.startswith(stem) for word in words) for stem in wanted)


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """Return `text` in pieces, each with whether it is a word that was looked for (or a form of it)."""
    wanted = stems(terms(query))
    pieces: list[tuple[str, bool]] = []
    end = 0
    for start, stop in _hits(text, wanted):
        if start > end:
            pieces.append((text[end:start], False))
        pieces.append((text[start:stop], True))
        end = stop
    if end < len(text):
        pieces.append((text[end:], False))
    return pieces


def _hits(text: str, wanted: set[str]) -> Iterator[tuple[int, int]]:
    """Yield where the words begin and end that are `wanted`; of a run of ideographs the pairs asked for."""
    for word in _WORD.finditer(text):
        if not _is_hit(word[0], wanted):
            continue
        if not IDEOGRAPHS.fullmatch(word[0]):
            yield word.span()
            continue
        signs = {at + n for pair in wanted for at in _places(word[0], pair) for n in range(len(pair))}
        for at in sorted(signs):
            if at - 1 not in signs:
                stop = next(n for n in range(at, len(word[0]) + 1) if n not in signs)
                yield word.start() + at, word.start() + stop


def _places(run: str, pair: str) -> Iterator[int]:
    at = run.find(pair)
    while at >= 0:
        yield at
        at = run.find(pair, at + 1)


def extract(text: str, query: str) -> str:
    """Return a line or two of a long Markdown `text`, without its markup, from where a word was first found."""
    plain = _SPACES.sub(" ", _MARKS_OF_WORDS.sub("", _MARKS_OF_BLOCKS.sub(" ", text[:LONGEST]))).strip()
    first = next((start for start, _ in _hits(plain, stems(terms(query)))), 0)
    start = 0 if first <= BEFORE else plain.find(" ", first - BEFORE) + 1
    shown = plain[start : start + EXTRACT]
    if len(plain) > start + EXTRACT:
        shown = shown.rsplit(" ", 1)[0] + " …"
    return f"… {shown}" if start else shown
