"""What a text is written in: its direction, its language as far as its script tells, and whether our fonts have it."""

import struct
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

FONTS = Path(__file__).parent / "fonts"


class Script(NamedTuple):
    """A script that documents are set in beside Latin, Greek and Cyrillic."""

    language: str  # what a text in it is taken for, where nobody said otherwise
    family: str
    folder: str
    blocks: tuple[tuple[int, int], ...]  # ranges of code points


SCRIPTS = (
    Script(
        "ar",
        "IBM Plex Sans Arabic",
        "ibm-plex-sans-arabic/0.4.2",
        ((0x0600, 0x06FF), (0x0750, 0x077F), (0x0870, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)),
    ),
    Script("he", "Noto Sans Hebrew", "noto-sans-hebrew/0.4.1", ((0x0590, 0x05FF), (0xFB1D, 0xFB4F))),
    Script("hi", "Noto Sans Devanagari", "noto-sans-devanagari/0.4.1", ((0x0900, 0x097F), (0xA8E0, 0xA8FF))),
    Script("th", "Noto Sans Thai", "noto-sans-thai/0.4.2", ((0x0E00, 0x0E7F),)),
    Script("ja", "Noto Sans SC", "noto-sans-sc/0.4.3", ((0x3040, 0x30FF),)),
    Script(
        "zh",
        "Noto Sans SC",
        "noto-sans-sc/0.4.3",
        ((0x2E80, 0x303F), (0x3100, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF)),
    ),
)
LATIN = "Noto Sans"
LATIN_FOLDER = "noto-sans/0.4.2"
CYRILLIC = Script("ru", LATIN, LATIN_FOLDER, ((0x0400, 0x052F),))
GREEK = Script("el", LATIN, LATIN_FOLDER, ((0x0370, 0x03FF), (0x1F00, 0x1FFF)))
RIGHT_TO_LEFT = ("ar", "he", "fa", "ur")
# Which script a language is written in, for the languages that a document may be said to be in.
OF_LANGUAGE = {"fa": "ar", "ur": "ar", "ja": "zh"}
MISSING = "\ufffd"  # stands where no font has a sign

# What has no shape of its own: joiners, marks of direction, variation selectors, soft hyphens.
_SHAPELESS = {0x00AD, 0x034F, 0x061C, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, *range(0xFE00, 0xFE10)}


def direction(text: str) -> str:
    """Return "rtl" or "ltr", after the first sign that has a direction, as `dir="auto"` does."""
    for sign in text:
        strong = unicodedata.bidirectional(sign)
        if strong in ("R", "AL"):
            return "rtl"
        if strong == "L":
            return "ltr"
    return "ltr"


@lru_cache(maxsize=4096)
def script_of(sign: str) -> Script | None:
    """Return the script of `sign`, None for Latin and for what all scripts share."""
    point = ord(sign)
    for script in (*SCRIPTS, CYRILLIC, GREEK):
        if any(first <= point <= last for first, last in script.blocks):
            return script
    return None


def language(text: str, otherwise: str) -> str:
    """Return the language that `text` is taken for: that of its script if that is not the script of `otherwise`."""
    letters: Counter[str] = Counter()
    for sign, number in Counter(text).items():
        if sign.isalpha():
            script = script_of(sign)
            letters[script.language if script else "latin"] += number
    if not letters:
        return otherwise
    if letters["ja"]:
        letters["ja"] += letters.pop("zh", 0)  # kana among Chinese characters
    found = letters.most_common(1)[0][0]
    of_document = OF_LANGUAGE.get(otherwise, otherwise)
    known = {script.language for script in (*SCRIPTS, CYRILLIC, GREEK)}
    if found == "latin":
        return otherwise if of_document not in known else "en"
    return otherwise if found in (otherwise, of_document) else found


def folders(text: str) -> list[Path]:
    """Return the folders of the fonts that `text` needs."""
    needed = {LATIN_FOLDER, *filter(None, map(_home, set(text)))}
    return [FONTS / folder for folder in sorted(needed)]


def missing(text: str) -> list[str]:
    """Return the signs of `text` that no font has, in their order, each once."""
    return [sign for sign in dict.fromkeys(text) if not _is_there(sign)]


def printable(text: str) -> str:
    """Return `text` with a sign that says so wherever no font has one."""
    return "".join(sign if _is_there(sign) else MISSING for sign in text)


@lru_cache(maxsize=65536)
def _home(sign: str) -> str | None:
    """Return the folder of the font that `sign` is set in: that of its script, else the first that has it."""
    script = script_of(sign)
    tried = [script.folder] if script else []
    tried += [LATIN_FOLDER, *(other.folder for other in SCRIPTS)]
    return next((folder for folder in tried if ord(sign) in _coverage(folder)), None)


def _is_there(sign: str) -> bool:
    return sign.isspace() or ord(sign) in _SHAPELESS or _home(sign) is not None


@cache
def _coverage(folder: str) -> frozenset[int]:
    """Return the code points that the regular style in `folder` has, by its `cmap` table (OpenType 1.9)."""
    font = next(path for path in sorted((FONTS / folder).glob("*_400Regular.ttf"))).read_bytes()
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * number) for number in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        platform, _, offset = struct.unpack_from(">HHL", font, cmap + 4 + 8 * number)
        if platform in (0, 3):
            found |= _code_points(font, cmap + offset)
    return frozenset(found)


def _code_points(font: bytes, at: int) -> set[int]:
    form = struct.unpack_from(">H", font, at)[0]
    if form == 12:
        groups = struct.unpack_from(">L", font, at + 12)[0]
        spans = (struct.unpack_from(">LL", font, at + 16 + 12 * number) for number in range(groups))
        return {point for first, last in spans for point in range(first, last + 1)}
    if form == 4:
        segments = struct.unpack_from(">H", font, at + 6)[0] // 2
        lasts = struct.unpack_from(f">{segments}H", font, at + 14)
        firsts = struct.unpack_from(f">{segments}H", font, at + 16 + 2 * segments)
        deltas = struct.unpack_from(f">{segments}H", font, at + 16 + 4 * segments)
        ranges = at + 16 + 6 * segments
        offsets = struct.unpack_from(f">{segments}H", font, ranges)
        found = set()
        for place, (first, last, delta, offset) in enumerate(zip(firsts, lasts, deltas, offsets, strict=True)):
            for point in range(first, min(last, 0xFFFE) + 1):
                glyph = point
                if offset:
                    glyph = struct.unpack_from(">H", font, ranges + 2 * place + offset + 2 * (point - first))[0]
                if glyph and (glyph + delta) & 0xFFFF:
                    found.add(point)
        return found
    return set()
