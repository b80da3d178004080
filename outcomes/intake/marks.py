"""Bullet marks and list numbers at the beginning of a line."""

import re
from dataclasses import dataclass

# Unmistakable signs. Word's Symbol and Wingdings bullets arrive as private-use characters U+F000 to U+F0FF.
GLYPHS = frozenset("•‣⁃⁌⁍∙⋅▪▫●○■□◆◇◈◦◘◙►▸▶▹▻➢➣➤➔➜➡→⇒⇨✓✔✗✘❖❯·‧・◾◽◼◻⦿⦾⚫⚪☐☑☒✅★☆※")
DASHES = frozenset("-–—−‐‑*+>")
_WINGDINGS = frozenset("§Øü")  # the same bullets where the font was lost: told from text by the tab
_NUMBER = re.compile(
    r"(?P<open>\(?)(?P<value>\d{1,3}(?:\.\d{1,2}){0,3}|[ivxlc]{2,6}|[IVXLC]{2,6}|[A-Za-z])(?P<close>[.)]{0,2}-?)(?P<gap>\s+|(?=[^\W\d_a-z]))"
)
_TASK = re.compile(r"\[[ xX]\]\s+")
_HEADING_NUMBER = re.compile(
    r"(?:\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[ivxIVX]{1,5}|[A-Ha-h])[.)]{1,2}-?|\d{1,2}(?:\.\d{1,2}){0,3})\s+(?=[^\W\d])"
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark and the text behind it. `series` gives each counting that it may belong to and its place there.

    "i)" may be the first of i, ii, iii or the ninth of a, b, c. How the number is set off, "1." or "(1)", is in
    `style`.
    """

    style: str
    rest: str
    series: tuple[tuple[str, int], ...] = ()

    @property
    def starts(self) -> bool:
        return any(value == 1 for _, value in self.series)


def mark(text: str) -> Mark | None:
    """Return the mark with which `text` (stripped) begins. A number or an "o" may still be part of a sentence."""
    first = text[:1]
    second = text[1:2]
    if first in GLYPHS or "\uf000" <= first <= "\uf0ff":
        rest = text[1:].lstrip()
        if first in "→☐☑" or not rest or rest[:1] != first:
            return Mark(first, _untask(rest))
        return None
    if first in DASHES:
        if second.isspace() or (first in "-–" and second.isalpha() and second.isupper()):
            return Mark(first, _untask(text[1:].lstrip()))
        if first == second and first in "-–" and text[2:3].isspace():
            return Mark(first * 2, text[2:].lstrip())
        return None
    if first in _WINGDINGS and second == "\t":
        return Mark(first, text[1:].lstrip())
    if first == "o" and second.isspace():
        return Mark("o", text[1:].lstrip())
    if first == "(" or first.isdecimal() or ("." in text[1:7] or ")" in text[1:7]):
        return _numbered(text)
    return None


def surely_o(text: str) -> bool:
    """Whether the "o" that begins `text` is Word's second-level bullet, not the Spanish "or"."""
    return text[1:2] == "\t" or text[1:3].isspace() or not text[2:3].islower()


def strip_number(text: str) -> str:
    """Return a heading without its number: "2. Takeaways", "2.1 Takeaways", "(b) Takeaways"."""
    found = _HEADING_NUMBER.match(text)
    return text[found.end() :] if found else text


def _untask(text: str) -> str:
    return _TASK.sub("", text, count=1) if text.startswith("[") and _TASK.match(text) else text


def _numbered(text: str) -> Mark | None:
    found = _NUMBER.match(text)
    if not found:
        return None
    value, close, opened = found["value"], found["close"], bool(found["open"])
    dotted = "." in value
    if (opened and not close.startswith(")")) or not (close or dotted):
        return None
    if not found["gap"] and (not value[0].isdecimal() or dotted):
        return None
    if dotted:
        chapter, _, last = value.rpartition(".")
        series: list[tuple[str, int]] = [(f"{chapter}.", int(last))]
    elif value.isdecimal():
        series = [("1", int(value))]
    else:
        low, case = value.lower(), "a" if value.islower() else "A"
        series = [(case, ord(low) - 96)] if len(low) == 1 else []
        if all(c in _ROMAN for c in low):
            series.append((case + "roman", _roman(low)))
    shape = ("(" if opened else "") + close
    return Mark(f"{series[0][0]}{shape}", text[found.end() :].lstrip(), tuple(series))


def _roman(text: str) -> int:
    values = [_ROMAN[c] for c in text]
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))
