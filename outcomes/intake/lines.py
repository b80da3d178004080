"""A document as lines: what text, web pages and Word files have in common before it is read for its meaning."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .result import IntakeError

MAX_TEXT = 2 * 1024 * 1024  # characters
MAX_LINES = 60_000  # with text in them
BOLD = 7  # the level of a paragraph that is all bold: below h1 to h6
UNMARKED = 8  # the level of a heading that is a heading by its words and place only

_BREAKS = re.compile(r"[\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile(r"[\u202a-\u202e\u2066-\u2069\ufeff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ATX = re.compile(r"(#{1,6})[ \t]+(?=\S)")
_RULE = re.compile(r"[-=_*~#–—•·.]{3,}")


@dataclass(slots=True)
class Line:
    """One printed line.

    `gap`: nothing joins it to the line above (a blank line, a new paragraph). `level`: 1 to 6 and `BOLD` where the
    source marks it as a heading, else 0. `depth`: of a list item that the source marks as one (0 is the outermost),
    else None; `style` then names its list. `more`: it goes on with the list item above. `why`: the reason for which
    it can be neither heading nor item.
    """

    number: int
    text: str
    indent: int = 0
    gap: bool = True
    level: int = 0
    depth: int | None = None
    style: str = ""
    more: bool = False
    why: str = ""


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` with line feeds for line ends, spaces for control characters, and nothing that no reader can see.

    Vertical tab, form feed and their like stay for `printed`: they break a line but no editor counts them.
    Raises `IntakeError` naming the line for NUL and for half of a surrogate pair, and for a text over `limit`.
    """
    if len(text) > limit:
        raise IntakeError(
            f"This is more than {limit >> 20} MB of text. Cut the document down to the pages with its outcomes."
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (at := text.find("\0")) >= 0:
        raise IntakeError(
            f"Line {text.count(chr(10), 0, at) + 1} holds a NUL character, so this is not plain text. "
            "Save the document as .docx or as UTF-8 text and try again."
        )
    if found := _SURROGATE.search(text):
        raise IntakeError(
            f"Line {text.count(chr(10), 0, found.start()) + 1} holds half of a character (U+{ord(found[0]):04X}). "
            "Type that character again, or save the document as UTF-8."
        )
    return _CONTROLS.sub(" ", _INVISIBLE.sub("", text).replace("\x85", "\v"))


def printed(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line number, line) of a `clean` text. Numbers are those that an editor shows."""
    for number, line in enumerate(text.split("\n"), 1):
        if _BREAKS.search(line):
            yield from ((number, part) for part in _BREAKS.split(line))
        else:
            yield number, line


def text_lines(text: str) -> list[Line]:
    """Return the lines of a plain text or Markdown document, without the blank ones. `text` is `clean`."""
    lines: list[Line] = []
    gap = True
    for number, raw in printed(text):
        stripped = raw.strip()
        if not stripped:
            gap = True
            continue
        before = raw[: len(raw) - len(raw.lstrip())]
        line = Line(number, stripped, indent=len(before.expandtabs(4)), gap=gap)
        if found := _ATX.match(stripped):
            line.level = len(found[1])
            line.text = stripped[found.end() :].rstrip("#").rstrip() or stripped
        elif stripped[0] in "*_" and stripped[:2] in {"**", "__"} and _all_bold(stripped):
            line.level, line.text = BOLD, stripped.replace(stripped[:2], "").strip()
        elif _RULE.fullmatch(stripped):
            if stripped[0] in "=-" and len(set(stripped)) == 1 and not gap and _can_be_underlined(lines):
                lines[-1].level = 1 if stripped[0] == "=" else 2
                gap = True
                continue
            line.why = "a line without words"
        elif stripped[0] == stripped[-1] == "|" and len(stripped) > 1:
            line.why = "in a table"
        lines.append(line)
        check_count(lines)
        gap = bool(line.level or line.why)
    return lines


def check_count(lines: list[Line]) -> None:
    if len(lines) > MAX_LINES:
        raise IntakeError(f"This has more than {MAX_LINES:,} lines. Cut it down to the pages with its outcomes.")


def _all_bold(text: str) -> bool:
    return len(text) > 4 and len(text) <= 160 and text.rstrip(" :").endswith(text[:2]) and text.count(text[:2]) == 2


def _can_be_underlined(lines: list[Line]) -> bool:
    return bool(lines) and lines[-1].gap and not lines[-1].why and len(lines[-1].text) <= 160
