"""The words of a text in the one form in which they are compared with names: case, accents, look-alikes, endings.

Pure: nothing here asks a database. `fold` brings a word into its form; `even` takes out of a text what can hide a name
from it, and keeps the way back to the places in the original; `bases` are what a word may be an inflected form of.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from events.search import IDEOGRAPHIC, IDEOGRAPHS, indexed

# Everything but spaces and punctuation: combining signs belong to their word, whatever the script.
WORD = re.compile(
    rf"[^\s\x00-/:-@\[-`{{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\u2000-\u206f\u3000-\u303f\uff00-\uff0f{IDEOGRAPHIC}"
    r"\u060c\u061b\u061f]+"
)
_FOLDED_FURTHER = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
_UMLAUTS = re.compile(r"(?<=[aou])e")

# Signs that take no room: within a word they would make two of it.
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064\ufeff]")

# Letters of other scripts that look like Latin ones, in lower case; what is typed to get past a check, or by mistake.
_LATIN = str.maketrans("аеорсухіјѕһԁԛԝтвмнкαορνυιτκη", "aeopcyxijshdqwtbmhkaopvuitkn")
_CYRILLIC = str.maketrans("aeopcyxk", "аеорсухк")

_ARABIC = re.compile(r"[\u0621-\u064a]")
_ARABIC_PREFIX = re.compile(r"(?:[وف]?(?:ال|لل|[بلك]ال|[بلك])|[وف])(?=[\u0621-\u064a]{3})")  # and, by, for, like, the

_RUSSIAN = re.compile(
    "(?:иями|ями|ами|ого|его|ому|ему|ыми|ими|ыи|ии|ои|еи|ою|ею|ую|юю|ая|яя|ое|ее|ые|ие|ых|их|ым|им|ом|ем|ам|ям|ах|ях"
    "|ью|ия|а|я|у|ю|е|ы|и|ь|о|и)$"
)
_CYRILLIC_LETTERS = re.compile(r"^[\u0400-\u04ff]+$")

# What is hung on a name, folded. The sure ones leave hardly a doubt that it is one.
SURE_ENDINGS = frozenset("s ns ens nin nun".split())
_ENDINGS = SURE_ENDINGS | frozenset(
    """
    n en es a e i u ya ye yi yu in un da de ta te dan den tan ten la le yla yle lar ler nda nde ndan nden
    em om ie ego emu im ym owi owie ow ov ova ove ovi ovy ovu ami ou nak nek val vel ban ben nal lle lla lta ssa sta
    """.split()
)
_VOWEL_LOST = frozenset("iego ego iej ej iemu emu im ym ich ych u ie e y a i o ou om ami".split())  # Kowalska, -skiej
_LONGEST_ENDING = max(map(len, _ENDINGS | _VOWEL_LOST))
SHORTEST_BASE = 4


class Word(NamedTuple):
    """A word of a text, and where it stands."""

    key: str  # in one form; see `fold`
    start: int
    end: int
    capital: bool  # begins with one, or its script has none
    cased: bool
    is_inflected: bool = False  # `key` is that of the name it may be a form of
    is_sure: bool = True  # whether an inflected one is hardly anything else

    @property
    def is_initial(self) -> bool:
        return len(self.key) == 1 and self.cased


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """Return a word in the one form in which it is compared: as indexed, and “Müller” as “Mueller”."""
    return _UMLAUTS.sub("", indexed(word).translate(_FOLDED_FURTHER).replace(" ", ""))


class Even(NamedTuple):
    """A text without what can hide a name in it, and the way back to the places of the original."""

    text: str
    removed: list[int]  # places in `text` before which a sign was left out, in order

    def place(self, index: int) -> int:
        """Return where in the original the sign at `index` stands."""
        return index + bisect_right(self.removed, index)


def even(text: str) -> Even:
    """Leave out signs that take no room, and put the usual form of a letter for its odd ones, sign for sign."""
    if text.isascii():
        return Even(text, [])
    text = "".join(map(_usual, text))
    if not _UNSEEN.search(text):
        return Even(text, [])
    kept: list[str] = []
    removed: list[int] = []
    for sign in text:
        if _UNSEEN.match(sign):
            removed.append(len(kept))
        else:
            kept.append(sign)
    return Even("".join(kept), removed)


@lru_cache(maxsize=4096)
def _usual(sign: str) -> str:
    usual = unicodedata.normalize("NFKC", sign)
    return usual if len(usual) == 1 and not usual.isspace() else sign


def words(text: str) -> list[Word]:
    """Return the words of an even text."""
    found = []
    for match in WORD.finditer(text):
        word = match[0]
        if key := fold(word):
            cased = word.lower() != word.upper()
            found.append(Word(key, match.start(), match.end(), not cased or word[0].isupper(), cased))
    return found


def looks_like(key: str) -> Iterator[str]:
    """Yield what a folded word may have been meant to look like, when letters of two scripts were mixed."""
    if key.isascii():
        yield key.translate(_CYRILLIC)
    elif (latin := key.translate(_LATIN)) != key:
        yield latin
        if not latin.isascii():
            yield key.translate(_CYRILLIC)


def stem(key: str) -> str:
    """Return what all cases of a folded Russian word begin with; other words as they are."""
    if len(key) < SHORTEST_BASE or not _CYRILLIC_LETTERS.match(key):
        return key
    short = _RUSSIAN.sub("", key)
    return short if len(short) >= SHORTEST_BASE - 1 else key


def bases(key: str) -> Iterator[tuple[str, bool]]:
    """Yield what a folded word may be a form of, the longest first, and whether it is hardly anything else."""
    if key.isascii():
        for length in range(1, min(_LONGEST_ENDING, len(key) - SHORTEST_BASE) + 1):
            base, ending = key[:-length], key[-length:]
            if ending in _ENDINGS:
                yield base, ending in SURE_ENDINGS
            if ending in _VOWEL_LOST and len(base) > SHORTEST_BASE:
                for vowel in "aioy":
                    yield base + vowel, False
    elif _ARABIC.match(key):
        rest = key
        while found := _ARABIC_PREFIX.match(rest):
            rest = rest[found.end() :]
            yield rest, False
        if key[0] in "وفبلك" and len(key) > 3:
            yield key[1:], False


def ideographs(text: str) -> str:
    """Return the Chinese, Japanese and Korean signs of `text`."""
    return "".join(IDEOGRAPHS.findall(text))
