"""Markdown as blocks: what its HTML on the pages is made of, for writers of documents.

The same parser as for pages (`events.templatetags.markup`), so nothing is read here that pages would not show: no HTML,
no images, links to web and mail addresses alone.
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from markdown_it.token import Token

from events.templatetags.markup import parsed

LARGEST = 2  # the level of the largest heading in a text; the title of its section is level 1
SMALLEST = 4


@dataclass(frozen=True)
class Run:
    """Words in one style; a line feed is a line break."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    href: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Paragraph:
    """Words; with a number where the paragraphs of a report are counted."""

    runs: Runs
    number: int | None = None
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Heading:
    """A heading of a level from 2 to 4."""

    level: int
    runs: Runs
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class ListOf:
    """A list, bulleted or counted from `start`; each item is blocks."""

    ordered: bool
    start: int
    items: tuple[tuple["Block", ...], ...]
    kind: Literal["list"] = "list"


@dataclass(frozen=True)
class Quotation:
    """Words of somebody else."""

    blocks: tuple["Block", ...]
    kind: Literal["quotation"] = "quotation"


@dataclass(frozen=True)
class Code:
    """Lines to be printed as they stand."""

    text: str
    kind: Literal["code"] = "code"


@dataclass(frozen=True)
class Table:
    """Rows of as many cells as the header has; the header says what stands in each column."""

    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Divider:
    """A line between two thoughts."""

    kind: Literal["divider"] = "divider"


Block = Paragraph | Heading | ListOf | Quotation | Code | Table | Divider


def words(runs: Runs) -> str:
    """Return runs as plain text."""
    return "".join(run.text for run in runs)


def text_of(blocks: tuple[Block, ...]) -> str:
    """Return everything that blocks say, a line each."""
    return "\n".join(_lines(blocks))


def _lines(blocks: tuple[Block, ...]):
    for block in blocks:
        match block:
            case Paragraph() | Heading():
                yield words(block.runs)
            case ListOf():
                for item in block.items:
                    yield from _lines(item)
            case Quotation():
                yield from _lines(block.blocks)
            case Code():
                yield block.text
            case Table():
                for row in (block.header, *block.rows):
                    yield from map(words, row)


def plain(text: str) -> Runs:
    """Return a text in which nothing is markup as runs."""
    return (Run(text),) if text else ()


def blocks_of(text: str) -> tuple[Block, ...]:
    """Return Markdown as blocks, its largest heading as level 2 and the others after it without a gap."""
    tokens = parsed(text)
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    levels = {tag: min(LARGEST + place, SMALLEST) for place, tag in enumerate(used)}
    return _Reader(tokens, levels).until(None)


def _safe(href: str) -> str:
    """Return an address that a reader may be sent to, else ""."""
    try:
        scheme = urlsplit(href).scheme.lower()
    except ValueError:
        return ""
    return href if scheme in ("http", "https", "mailto") else ""


class _Reader:
    """Reads a flat list of tokens into nested blocks."""

    def __init__(self, tokens: list[Token], levels: dict[str, int]):
        self.tokens, self.levels, self.at = tokens, levels, 0
        self.level = LARGEST - 1  # of the last heading: the next one is at most one below

    def until(self, end: str | None) -> tuple[Block, ...]:
        """Return the blocks up to the token `end`, or all; `self.at` is then behind it."""
        found: list[Block] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == end:
                break
            if (block := self.block(token)) is not None:
                found.append(block)
        return tuple(found)

    def block(self, token: Token) -> Block | None:
        match token.type:
            case "paragraph_open" | "heading_open":
                runs = _runs(self.tokens[self.at])
                self.at += 2
                if not words(runs).strip():
                    return None
                if token.type == "paragraph_open":
                    return Paragraph(runs)
                self.level = min(self.levels[token.tag], self.level + 1)
                return Heading(self.level, runs)
            case "bullet_list_open":
                return ListOf(False, 1, self.items("bullet_list_close"))
            case "ordered_list_open":
                return ListOf(True, int(token.attrGet("start") or 1), self.items("ordered_list_close"))
            case "blockquote_open":
                return Quotation(self.until("blockquote_close"))
            case "fence" | "code_block":
                return Code(token.content.rstrip("\n"))
            case "table_open":
                return self.table()
            case "hr":
                return Divider()
        return None

    def items(self, end: str) -> tuple[tuple[Block, ...], ...]:
        found = []
        while self.tokens[self.at].type != end:
            self.at += 1  # behind list_item_open
            found.append(self.until("list_item_close"))
        self.at += 1
        return tuple(found)

    def table(self) -> Table:
        rows: list[tuple[Runs, ...]] = []
        cells: list[Runs] = []
        while (token := self.tokens[self.at]).type != "table_close":
            self.at += 1
            if token.type == "inline":
                cells.append(_runs(token))
            elif token.type == "tr_close":
                rows.append(tuple(cells))
                cells = []
        self.at += 1
        return Table(rows[0], tuple(rows[1:]))


def _runs(inline: Token) -> Runs:
    """Return the words of a token with what they are styled as; neighbours of one style as one."""
    bold = italic = 0
    href = ""
    found: list[Run] = []

    def add(text: str, code: bool = False) -> None:
        run = Run(text, bool(bold), bool(italic), code, href)
        if found and (last := found[-1]) == Run(last.text, run.bold, run.italic, run.code, run.href):
            run = Run(last.text + text, run.bold, run.italic, run.code, run.href)
            found.pop()
        found.append(run)

    for token in inline.children or []:
        match token.type:
            case "strong_open" | "strong_close":
                bold += token.nesting
            case "em_open" | "em_close":
                italic += token.nesting
            case "link_open":
                href = _safe(str(token.attrGet("href") or ""))
            case "link_close":
                href = ""
            case "softbreak":
                add(" ")
            case "hardbreak":
                add("\n")
            case "code_inline":
                add(token.content, code=True)
            case _:
                add(token.content)
    return tuple(run for run in found if run.text)
