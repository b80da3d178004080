"""A web page as lines: headings, list items, paragraphs, each with the source line on which it begins.

The scanner is our own because the standard library's takes minutes over a hostile page on the Python versions we run
on (an unclosed tag is read again from every "<"). This one looks at each character a fixed number of times.
It keeps the text of everything a browser would print, hidden or not, and follows no address.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .lines import BOLD, MAX_TEXT, Line, check_count, clean
from .result import IntakeError

MAX_DEPTH = 200  # lists or tables in one another
MAX_TAGS = 300_000

# Nothing in these is the page's text. They end at their own closing tag, whatever is between.
SKIPPED = frozenset("script style template noscript iframe object canvas audio video svg math select datalist".split())
BLOCKS = frozenset(
    "address article aside blockquote body button caption center dd details dialog div dl dt fieldset figcaption "
    "figure footer form head header hgroup hr html label legend li main menu nav ol optgroup option p pre search "
    "section summary table tbody td textarea tfoot th thead title tr ul h1 h2 h3 h4 h5 h6".split()
)
LISTS = frozenset({"ul", "ol", "menu"})
CELLS = frozenset({"td", "th"})
WHY = {
    "nav": "navigation",
    "footer": "the page's footer",
    "figcaption": "an image or its caption",
    "title": "the page's title",
}
BOLDS = frozenset({"b", "strong"})

_TAG_START = re.compile(r"<[a-zA-Z/!?]")
_NAME = re.compile(r"[a-zA-Z][^\s/>]{0,60}")
_TAG_END = re.compile(r""">|=\s*(["'])""")
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)


@dataclass(slots=True)
class Tag:
    name: str
    closes: bool
    source: str
    line: int


def tokens(source: str) -> Iterator[Tag | tuple[str, int]]:
    """Yield tags and (text, line number) pairs. Text has its entities resolved."""
    at, line, counted, end = 0, 1, 0, len(source)
    missing: set[str] = set()  # quotes and closing tags known not to come again

    def number(position: int) -> int:
        nonlocal line, counted
        line += source.count("\n", counted, position)
        counted = position
        return line

    while at < end:
        opens = source.find("<", at)
        if opens < 0:
            opens = end
        if opens > at:
            yield html.unescape(source[at:opens]), number(at)
        if opens == end:
            return
        at = opens
        if source.startswith("<!--", at):
            closes = source.find("-->", at + 4)
            if closes < 0:
                raise IntakeError(
                    f"The page is cut off: a comment that begins on line {number(at)} never ends. Save it again."
                )
            at = closes + 3
            continue
        closing = source.startswith("/", at + 1)
        name = _NAME.match(source, at + 1 + closing)
        if not name and source[at + 1 : at + 2] not in {"!", "?", "/"}:
            begins = _TAG_START.search(source, at + 1)
            following = begins.start() if begins else end
            yield html.unescape(source[at:following]), number(at)
            at = following
            continue
        after = _tag_end(source, name.end() if name else at + 1, missing)
        if after < 0:
            yield html.unescape(source[at:]), number(at)
            return
        if name:
            tag = Tag(name[0].lower(), closing, source[name.end() : min(after, name.end() + 2000)], number(at))
            yield tag
            if tag.name in SKIPPED and not closing and source[after - 2] != "/":
                after = _closing(source, tag, after)
        at = after


def _tag_end(source: str, at: int, missing: set[str]) -> int:
    """Return the place behind the ">" that ends a tag, -1 if there is none. Values in quotes may hold a ">"."""
    while found := _TAG_END.search(source, at):
        quote = found[1]
        if not quote:
            return found.end()
        at = found.end()
        if quote not in missing:
            closes = source.find(quote, at)
            if closes < 0:
                missing.add(quote)
            else:
                at = closes + 1
    return -1


def _closing(source: str, tag: Tag, at: int) -> int:
    found = re.compile(rf"</{tag.name}[\s/>]", re.IGNORECASE).search(source, at)
    if not found:
        raise IntakeError(f"The page is cut off: the <{tag.name}> on line {tag.line} never ends. Save it again.")
    return found.start()


@dataclass(slots=True)
class Items:
    """An open list. `inside` an item, `opened` once its first words are out."""

    style: str
    inside: bool = False
    opened: bool = False


@dataclass(slots=True)
class Table:
    """An open table: rows of cells of lines, and the lists that were open around it."""

    rows: list[list[list[Line]]] = field(default_factory=list)
    around: list[Items] = field(default_factory=list)

    @property
    def cell(self) -> list[Line]:
        if not self.rows:
            self.rows.append([])
        if not self.rows[-1]:
            self.rows[-1].append([])
        return self.rows[-1][-1]


class _Page:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.lists: list[Items] = []
        self.tables: list[Table] = []
        self.why: list[str] = []
        self.level = 0
        self.bold = 0
        self.links = 0
        self.pre = 0
        self.spans: list[bool] = []
        self.count = 0
        self.gap = True
        self.reset()

    def reset(self) -> None:
        self.parts: list[str] = []
        self.number = 0
        self.heavy = self.linked = self.length = 0

    def read(self, source: str) -> list[Line]:
        tags = 0
        for token in tokens(source):
            if isinstance(token, Tag):
                tags += 1
                if tags > MAX_TAGS:
                    raise IntakeError(f"The page has more than {MAX_TAGS:,} tags. Save the part with its outcomes.")
                self.tag(token)
            else:
                self.text(*token)
        self.flush()
        while self.tables:
            self.end_table()
        return self.lines

    def text(self, text: str, number: int) -> None:
        if self.pre:
            for offset, part in enumerate(text.split("\n")):
                if offset:
                    self.gap = not self.flush()
                self.words(part, number + offset)
        else:
            self.words(text, number)

    def words(self, text: str, number: int) -> None:
        stripped = text.strip()
        if stripped and not self.number:
            self.number = number + text.count("\n", 0, len(text) - len(text.lstrip()))
        self.parts.append(text)
        if stripped:
            self.length += len(stripped)
            self.heavy += len(stripped) if self.bold or any(self.spans[-3:]) else 0
            self.linked += len(stripped) if self.links else 0

    def tag(self, tag: Tag) -> None:
        name, opens = tag.name, not tag.closes
        if name == "br":
            self.gap = not self.flush()  # two in a row make a blank line
        elif name in BOLDS:
            self.bold = max(self.bold + (1 if opens else -1), 0)
        elif name == "a":
            self.links = int(opens)
        elif name == "span":
            if opens:
                self.spans.append(bool(_BOLD_STYLE.search(tag.source)))
            elif self.spans:
                self.spans.pop()
        elif name in BLOCKS and not (name in {"button", "label"} and self.level):
            self.flush()
            self.gap = True
            self.bold = self.bold if name == "body" else 0
            self.spans.clear()
            self.block(name, opens)

    def block(self, name: str, opens: bool) -> None:
        if name[0] == "h" and name[1:].isdecimal():
            self.level = int(name[1:]) if opens else 0
        elif name == "summary":
            self.level = BOLD if opens else 0
        elif name == "pre":
            self.pre = int(opens)
        elif name in WHY:
            if opens:
                self.why.append(name)
            elif name in self.why:
                del self.why[len(self.why) - 1 - self.why[::-1].index(name) :]
        elif name in LISTS:
            if opens:
                self.lists.append(Items(f"{name}{self.count}"))
                self.check_depth()
            elif self.lists:
                self.lists.pop()
        elif name == "li":
            if opens:
                if not self.lists:
                    self.lists.append(Items("li"))
                self.lists[-1].opened = False
            if self.lists:
                self.lists[-1].inside = opens
        elif name == "table":
            if opens:
                self.tables.append(Table(around=self.lists))
                self.lists = []
                self.check_depth()
            elif self.tables:
                self.end_table()
        elif self.tables and opens:
            if name == "tr":
                self.tables[-1].rows.append([])
            elif name in CELLS:
                if not self.tables[-1].rows:
                    self.tables[-1].rows.append([])
                self.tables[-1].rows[-1].append([])
                self.lists = []

    def check_depth(self) -> None:
        if len(self.lists) + len(self.tables) > MAX_DEPTH:
            raise IntakeError(f"The page has more than {MAX_DEPTH} lists or tables inside one another.")

    def flush(self) -> bool:
        """Make a line of the text since the last block began; return whether there was any."""
        text = " ".join("".join(self.parts).split()) if self.parts else ""
        if text:
            line = Line(self.number, text, gap=self.gap, level=self.level)
            self.gap = True
            items = self.lists[-1] if self.lists else None
            if self.why:
                line.why, line.level = WHY[self.why[-1]], 0
            elif items and items.inside and not self.level:
                if self.linked == self.length and len(text.split()) <= 3 and not items.opened:
                    line.why = "a link"
                elif items.opened:
                    line.more = True
                else:
                    line.depth, line.style = len(self.lists) - 1, items.style
                items.opened = True
            elif not self.level and self.heavy == self.length and len(text) <= 160 and not text.endswith((".", ";")):
                line.level = BOLD
            (self.tables[-1].cell if self.tables else self.lines).append(line)
            self.count += 1
            if self.count > 1:
                check_count(self.lines)
        self.reset()
        return bool(text)

    def end_table(self) -> None:
        """A table of one column is a box around ordinary text; of a real one each row is left over."""
        table = self.tables.pop()
        self.lists = table.around
        lines = self.tables[-1].cell if self.tables else self.lines
        rows = [[cell for cell in row if cell] for row in table.rows]
        if all(len(row) <= 1 for row in rows):
            lines.extend(line for row in rows for cell in row for line in cell)
            return
        for row in rows:
            if row:
                words = " | ".join(" ".join(line.text for line in cell) for cell in row)
                lines.append(Line(row[0][0].number, words, why="in a table"))


def html_lines(source: str) -> list[Line]:
    """Return the lines of a web page. Raises `IntakeError` for one that is cut off, nested too deep or too long."""
    lines = _Page().read(source)
    if sum(len(line.text) for line in lines) > MAX_TEXT:
        raise IntakeError("This page has more than 2 MB of text. Cut it down to the part with its outcomes.")
    for line in lines:
        line.text = " ".join(clean(line.text).split())
    return [line for line in lines if line.text]
