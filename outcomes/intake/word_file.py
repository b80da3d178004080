"""A Word file (.docx) as lines: its paragraphs, counted from 1, with what their styles say.

Read straight from the file's XML, as a stream, because a reading through python-docx loses what stands in tracked
insertions, content controls and text boxes, and because the limits hold before anything is built in memory. Deleted
text is left out, footnotes are leftovers, comments, headers and footers are not part of the text and are not read.
"""

import re
from dataclasses import dataclass, field
from posixpath import join

from .lines import BOLD, MAX_TEXT, Line, check_count, clean
from .result import IntakeError
from .word_container import MAX_DEPTH, opened, parse

_HEADING_STYLE = re.compile(r"(?:heading|überschrift|titre|título) ?(\d)", re.IGNORECASE)
_LIST_STYLE = re.compile(r"list (?:bullet|number)(?: (\d))?", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off", "none"})


def docx_lines(data: bytes) -> list[Line]:
    """Return the lines of a Word document. Raises `IntakeError` as `word_container.opened` and for too much text."""
    with opened(data) as (archive, main):
        styles = _Styles()
        base = main.rpartition("/")[0]
        if (name := join(base, "styles.xml")) in archive.NameToInfo:
            parse(archive, name, styles.start, styles.end)
        body = _Body(styles)
        parse(archive, main, body.start, body.end, body.text)
        lines = body.finish()
        for part in ("footnotes.xml", "endnotes.xml"):
            if (name := join(base, part)) in archive.NameToInfo:
                notes = _Body(styles)
                parse(archive, name, notes.start, notes.end, notes.text)
                lines += _notes(notes, body.notes)
    for line in lines:
        line.text = _one_line(line.text)
    return [line for line in lines if line.text]


# The styles


@dataclass(slots=True)
class Style:
    name: str = ""
    based_on: str = ""
    outline: int | None = None
    bold: bool | None = None
    numbering: str | None = None
    depth: int | None = None


class _Styles:
    """The paragraph styles of a document: which are headings, lists, bold."""

    def __init__(self) -> None:
        self.by_id: dict[str, Style] = {}
        self.current: Style | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        value = attributes.get("val", "")
        style = self.current
        if name == "style":
            self.current = self.by_id.setdefault(attributes.get("styleId", ""), Style())
        elif style is None:
            return
        elif name == "name":
            style.name = value
        elif name == "basedOn":
            style.based_on = value
        elif name == "outlineLvl":
            style.outline = _whole(value)
        elif name == "b":
            style.bold = value not in _OFF
        elif name == "numId":
            style.numbering = value
        elif name == "ilvl":
            style.depth = _whole(value)

    def end(self, name: str) -> None:
        if name == "style":
            self.current = None

    def resolve(self, style_id: str) -> Style:
        """Return the style with what it inherits."""
        found = Style()
        seen: set[str] = set()
        while style_id in self.by_id and style_id not in seen:
            seen.add(style_id)
            style = self.by_id[style_id]
            found.name = found.name or style.name
            if found.outline is None:
                match = _HEADING_STYLE.fullmatch(style.name)
                found.outline = int(match[1]) - 1 if match else style.outline
                if style.name.lower() == "title":
                    found.outline = 0
            found.bold = style.bold if found.bold is None else found.bold
            found.numbering = style.numbering if found.numbering is None else found.numbering
            found.depth = style.depth if found.depth is None else found.depth
            if match := _LIST_STYLE.fullmatch(style.name):
                found.numbering = found.numbering or style.name
                found.depth = int(match[1] or 1) - 1 if found.depth is None else found.depth
            style_id = style.based_on
        return found


def _whole(value: str) -> int:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 4 else 0


# The text


@dataclass(slots=True)
class Paragraph:
    number: int
    style: str = ""
    outline: int | None = None
    numbering: str | None = None
    depth: int | None = None
    parts: list[tuple[str, bool]] = field(default_factory=list)


@dataclass(slots=True)
class Run:
    bold: bool | None = None


class _Body:
    """Collects the paragraphs of a part; the callbacks of `parse`."""

    SKIPPED = frozenset({"del", "moveFrom", "Fallback", "pPrChange", "rPrChange", "sectPr", "instrText", "delText"})
    MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}

    def __init__(self, styles: _Styles) -> None:
        self.styles = styles
        self.resolved: dict[str, Style] = {}
        self.lines: list[Line] = []
        self.open: list[Paragraph] = []
        self.runs: list[Run] = []
        self.tables: list[list[list[list[Line]]]] = []
        self.notes: dict[str, int] = {}
        self.note = ""
        self.of_note: dict[str, list[str]] = {}
        self.number = 0
        self.skipping = 0
        self.in_text = False
        self.size = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.skipping or name in self.SKIPPED:
            self.skipping += 1
            return
        value = attributes.get("val", "")
        paragraph = self.open[-1] if self.open else None
        if name == "p":
            self.number += 1
            self.open.append(Paragraph(self.number))
        elif name == "t":
            self.in_text = True
        elif name == "r":
            self.runs.append(Run())
        elif name == "tbl":
            self.tables.append([])
        elif name == "tr" and self.tables:
            self.tables[-1].append([])
        elif name == "tc" and self.tables:
            if not self.tables[-1]:
                self.tables[-1].append([])
            self.tables[-1][-1].append([])
        elif name in {"footnote", "endnote"}:
            self.note = f"{name}{attributes.get('id', '')}"
        elif paragraph is None:
            return
        elif self.runs:
            if name == "b":
                self.runs[-1].bold = value not in _OFF
            elif name in self.MARKS:
                paragraph.parts.append((self.MARKS[name], True))
            elif name == "sym":
                paragraph.parts.append((_symbol(attributes.get("char", "")), True))
            elif name in {"footnoteReference", "endnoteReference"}:
                self.notes[f"{name.removesuffix('Reference')}{attributes.get('id', '')}"] = paragraph.number
        elif name == "pStyle":
            paragraph.style = value
        elif name == "outlineLvl":
            paragraph.outline = _whole(value)
        elif name == "numId":
            paragraph.numbering = value
        elif name == "ilvl":
            paragraph.depth = _whole(value)

    def end(self, name: str) -> None:
        if self.skipping:
            self.skipping -= 1
        elif name == "t":
            self.in_text = False
        elif name == "r" and self.runs:
            self.runs.pop()
        elif name == "p" and self.open:
            self.paragraph(self.open.pop())
        elif name == "tbl" and self.tables:
            self.table(self.tables.pop())

    def text(self, text: str) -> None:
        if self.in_text and not self.skipping and self.open:
            self.size += len(text)
            if self.size > MAX_TEXT:
                raise IntakeError(
                    "This document has more than 2 MB of text. Cut it down to the pages with its outcomes."
                )
            bold = self.runs[-1].bold if self.runs else None
            self.open[-1].parts.append((text, self.is_bold(self.open[-1]) if bold is None else bold))

    def finish(self) -> list[Line]:
        self.lines.sort(key=lambda line: line.number)  # a text box ends before the paragraph it hangs on
        return self.lines

    def style_of(self, paragraph: Paragraph) -> Style:
        if paragraph.style not in self.resolved:
            self.resolved[paragraph.style] = self.styles.resolve(paragraph.style)
        return self.resolved[paragraph.style]

    def is_bold(self, paragraph: Paragraph) -> bool:
        return bool(self.style_of(paragraph).bold)

    def paragraph(self, paragraph: Paragraph) -> None:
        """Add the paragraph's lines: one, or several where it has line breaks."""
        style = self.style_of(paragraph)
        outline = style.outline if paragraph.outline is None else paragraph.outline
        numbering = style.numbering if paragraph.numbering is None else paragraph.numbering
        depth = paragraph.depth if paragraph.depth is not None else (style.depth or 0)
        name = style.name.lower()
        first = True
        for parts in _split(paragraph.parts):
            text = "".join(part for part, _ in parts).strip()
            if not text:
                continue
            if self.note:
                self.of_note.setdefault(self.note, []).append(text)
                continue
            line = Line(paragraph.number, text, gap=first)
            if name.startswith(("toc ", "table of ")) or name == "caption":
                line.why = "an image or its caption" if name == "caption" else "the table of contents"
            elif outline is not None and outline < 9:
                line.level = min(outline + 1, 6)
            elif name == "subtitle":
                line.level = 2
            elif numbering not in {None, "0"}:
                if first:
                    line.depth, line.style = min(depth, MAX_DEPTH), numbering or ""
                else:
                    line.more = True
            elif (
                len(text) <= 160 and not text.endswith((".", ";")) and all(bold for part, bold in parts if part.strip())
            ):
                line.level = BOLD
            first = False
            self.add(line)

    def add(self, line: Line) -> None:
        rows = self.tables[-1] if self.tables else None
        if rows and rows[-1]:
            rows[-1][-1].append(line)
        else:
            self.lines.append(line)
        check_count(self.lines)

    def table(self, rows: list[list[list[Line]]]) -> None:
        """A table of one column is a box around ordinary text; of a real one each row is left over."""
        rows = [[cell for cell in row if cell] for row in rows]
        boxed = all(len(row) <= 1 for row in rows)
        for row in rows:
            if boxed:
                for line in (line for cell in row for line in cell):
                    self.add(line)
            elif row:
                words = " | ".join(" ".join(line.text for line in cell) for cell in row)
                self.add(Line(row[0][0].number, words, why="in a table"))


def _split(parts: list[tuple[str, bool]]) -> list[list[tuple[str, bool]]]:
    """Split a paragraph's runs at its line breaks."""
    pieces: list[list[tuple[str, bool]]] = [[]]
    for text, bold in parts:
        if text == "\n":
            pieces.append([])
        else:
            pieces[-1].append((text, bold))
    return pieces


def _one_line(text: str) -> str:
    """Collapse white space, but for the tab that tells a bullet of Word's ("o", tab) from a word."""
    words = " ".join(clean(text).split())
    return f"{text[0]}\t{words[2:]}" if text[:2] in {"o\t", "§\t", "Ø\t", "ü\t"} else words


def _symbol(code: str) -> str:
    """Return the character of a <w:sym>: a sign of a symbol font, which Word writes as a private-use number."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    return chr(number) if 32 <= number < 0xD800 or 0xE000 <= number < 0x110000 else ""


def _notes(notes: _Body, references: dict[str, int]) -> list[Line]:
    """Return footnotes as leftovers at the paragraph that refers to them; the separators have no reference."""
    return [
        Line(references[note], " ".join(texts), why="a footnote")
        for note, texts in notes.of_note.items()
        if note in references
    ]
