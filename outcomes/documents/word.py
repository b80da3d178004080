"""Writes a document as a Word file to work on: real styles, numbering, contents, header rows and languages.

Everything a person typed becomes the text of a run; what Word adds by itself (who, when, with which program) is ours.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_BREAK, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as Line
from docx.text.run import Run as Piece

from outcomes.documents import scripts
from outcomes.documents.blocks import (
    Block,
    Code,
    Divider,
    Heading,
    ListOf,
    Paragraph,
    Quotation,
    Run,
    Runs,
    Table,
    plain,
    text_of,
    words,
)
from outcomes.documents.content import Actions, Document, Made, Part, Takeaways
from outcomes.documents.pdf import drawn, facts, height, labels, running
from participants.text import FORBIDDEN

INK, SOFT, ACCENT, RULE = "16222A", "4B5962", "005C68", "C3CCCD"
FACE, EASTERN, COMPLEX = "Calibri", "Microsoft YaHei", "Arial"
REGIONS = {
    "en": "en-GB",
    "fr": "fr-FR",
    "es": "es-ES",
    "ar": "ar-SA",
    "zh": "zh-CN",
    "ru": "ru-RU",
    "de": "de-DE",
    "pt": "pt-PT",
    "he": "he-IL",
    "hi": "hi-IN",
    "ja": "ja-JP",
    "fa": "fa-IR",
    "th": "th-TH",
    "uk": "uk-UA",
    "ur": "ur-PK",
    "el": "el-GR",
}
EAST_ASIAN, COMPLEX_SCRIPTS = ("zh", "ja"), ("ar", "he", "fa", "ur", "hi", "th")
HANGING = Mm(9)
DEEPEST = 4  # levels of lists
FIXED = (1980, 1, 1, 0, 0, 0)  # the time of every file in the zip: there is none to tell

_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>Readout</Application></Properties>"
)


def write(document: Document, on: dt.date) -> Made:
    """Return `document` as a Word file that says it was made `on` that day; the same bytes for the same arguments."""
    return Made(_Writer(document, on).content(), pages=None)


def clean(text: str) -> str:
    """Return `text` without what XML cannot hold."""
    return FORBIDDEN.sub("", text)


class _Writer:
    def __init__(self, document: Document, on: dt.date):
        self.document, self.on = document, on
        self.file = docx.Document()
        self.body = self.file.element.body
        self.ids = count(1)
        self.entries: list[tuple[int, str, str]] = []  # level, words, bookmark of each heading to come
        self._prepare()

    def content(self) -> bytes:
        """Write everything and return the file."""
        self._properties()
        self._styles()
        self.style_ids = {style.name: style.style_id for style in self.file.styles}  # by name they are searched for
        self._numbering()
        self._page()
        self._cover()
        if self.document.has_contents:
            self._contents()
        marks = iter(self.entries)
        for section in self.document.everything:
            self._heading(1, plain(section.title), next(marks)[2])
            self._parts(section.blocks, marks)
        out = io.BytesIO()
        self.file.save(out)
        return _undated(out.getvalue())

    # The package

    def _prepare(self) -> None:
        """Take away what the template says of itself, and note the headings."""
        for paragraph in list(self.body.iterchildren(qn("w:p"))):
            self.body.remove(paragraph)
        _drop(self.file.part, "/stylesWithEffects", "/customXml")
        for style in list(self.file.styles.element.iterchildren(qn("w:style"))):
            if style.get(qn("w:type")) == "table" and style.get(qn("w:styleId")) not in ("TableNormal", "TableGrid"):
                self.file.styles.element.remove(style)
        package = self.file.part.package
        _drop(package, "/thumbnail")
        for relation in package.rels.values():
            if relation.reltype == RELATIONSHIP_TYPE.EXTENDED_PROPERTIES:
                relation.target_part._blob = _APP
        numbers = count(1)
        for section in self.document.everything:
            self.entries.append((1, section.title, f"_Toc{next(numbers):06d}"))
            for part in section.blocks:
                if isinstance(part, Heading):
                    self.entries.append((part.level, words(part.runs), f"_Toc{next(numbers):06d}"))

    def _properties(self) -> None:
        document, midnight = self.document, dt.datetime.combine(self.on, dt.time.min)
        core = self.file.core_properties
        core.title, core.author, core.subject = (
            clean(text)[:255] for text in (document.title, document.author, document.event or document.dates)
        )
        core.last_modified_by, core.comments, core.keywords, core.category = core.author, "", "", ""
        core.created = core.modified = midnight
        core.revision, core.language = 1, REGIONS.get(document.language, document.language)

    def _page(self) -> None:
        section = self.file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(27)
        section.top_margin, section.bottom_margin = Mm(26), Mm(27)
        section.different_first_page_header_footer = not self.document.draft
        if self.document.draft:
            self._text(section.header.paragraphs[0], plain(self.document.draft), bold=True)
        footer = section.footer.paragraphs[0]
        footer.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)
        self._text(footer, plain(running(self.document)))
        footer.add_run("\t")
        self._field(footer, "PAGE", "1")
        footer.add_run(" / ")
        self._field(footer, "NUMPAGES", "1")

    # Styles

    def _styles(self) -> None:
        defaults = self.file.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
        for child in list(defaults):
            defaults.remove(child)
        region = REGIONS.get(self.document.language, self.document.language)
        east = region if self.document.language in EAST_ASIAN else "zh-CN"
        bidi = region if self.document.language in COMPLEX_SCRIPTS else "ar-SA"
        for xml in (
            f'<w:rFonts {nsdecls("w")} w:ascii="{FACE}" w:hAnsi="{FACE}" w:eastAsia="{EASTERN}" w:cs="{COMPLEX}"/>',
            f'<w:sz {nsdecls("w")} w:val="22"/>',
            f'<w:szCs {nsdecls("w")} w:val="22"/>',
            f'<w:lang {nsdecls("w")} w:val="{region}" w:eastAsia="{east}" w:bidi="{bidi}"/>',
        ):
            defaults.append(parse_xml(xml))
        self._style("Normal", 11, INK, after=7, line=1.2)
        self._style("Title", 28, INK, bold=True, before=6, after=10, line=1.0)
        self._style("Subtitle", 14, SOFT, after=10)
        for level, (size, colour, before) in enumerate(
            ((18, ACCENT, 30), (13, INK, 16), (11, SOFT, 12), (11, SOFT, 10))
        ):
            style = self._style(
                f"Heading {level + 1}", size, colour, bold=True, italic=level == 3, before=before, after=6, line=1.05
            )
            style.paragraph_format.keep_with_next = True
        self._style("List Bullet", 11, INK, after=4)
        self._style("List Number", 11, INK, after=4)
        self._style("Quote", 11, SOFT, after=7).paragraph_format.left_indent = Mm(13)
        self._style("Caption", 9, SOFT, bold=False)
        self._style("Footer", 8, SOFT)
        self._style("Header", 9, ACCENT)
        self._style("Kicker", 11, ACCENT, bold=True, before=120, after=4)
        self._style("Cover Text", 12, INK, after=2)
        facts_style = self._style("Cover Facts", 10, INK, after=4)
        facts_style.paragraph_format.left_indent = Mm(42)
        facts_style.paragraph_format.first_line_indent = -Mm(42)
        facts_style.paragraph_format.tab_stops.add_tab_stop(Mm(42))
        self._style("Numbered Paragraph", 11, INK, after=7, line=1.2)
        takeaway = self._style("Takeaway", 11, INK, after=6)
        takeaway.paragraph_format.left_indent = Mm(12)
        takeaway.paragraph_format.first_line_indent = -Mm(12)
        takeaway.paragraph_format.tab_stops.add_tab_stop(Mm(12))
        self._style("Table Text", 9, INK, after=3, line=1.1)
        self._style("Table Head", 9, ACCENT, bold=True, after=3, line=1.1)
        self._style("Code", 9, INK, after=7)
        self._style("Contents Heading", 18, ACCENT, bold=True, after=10)
        for level in (1, 2):
            style = self._style(f"TOC {level}", 11, INK, bold=level == 1, after=3)
            style.paragraph_format.left_indent = Mm(6 * (level - 1))
        link = self.file.styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
        link.font.color.rgb, link.font.underline = RGBColor.from_string(ACCENT), True

    def _style(self, name, size, colour, *, bold=None, italic=None, before=0, after=0, line=1.15):
        """Set a paragraph style, made where Word's template has none: in our faces, and the same for all scripts."""
        styles = self.file.styles
        style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        if name != "Normal" and style.base_style is None:
            style.base_style = styles["Normal"]
        properties = style.element.get_or_add_rPr()
        for child in list(properties):
            properties.remove(child)
        for tag in ("w:pBdr", "w:tabs"):
            if (there := style.element.get_or_add_pPr().find(qn(tag))) is not None:
                style.element.pPr.remove(there)
        style.font.size, style.font.color.rgb = Pt(size), RGBColor.from_string(colour)
        style.font.bold, style.font.italic = bold, italic
        style.font.cs_bold, style.font.cs_italic = bold, italic
        complex_size = OxmlElement("w:szCs")
        complex_size.set(qn("w:val"), str(2 * size))
        properties.find(qn("w:sz")).addnext(complex_size)
        layout = style.paragraph_format
        layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), line
        layout.widow_control = True
        return style

    def _numbering(self) -> None:
        """Define three ways of counting: paragraphs of the report, bullets, and ordered lists."""
        self.numbering = self.file.part.numbering_part.element
        for child in list(self.numbering):
            self.numbering.remove(child)
        bullets = [("bullet", sign, HANGING * (level + 2)) for level, sign in enumerate("•–•–")]
        ordered = [(form, f"%{n + 1}{end}", HANGING * (n + 2)) for n, (form, end) in enumerate(_ORDERED)]
        ways: list[list[tuple[str, str, Any]]] = [[("decimal", "%1.", HANGING)], bullets, ordered]
        for number, levels in enumerate(ways):
            abstract = OxmlElement("w:abstractNum")
            abstract.set(qn("w:abstractNumId"), str(number))
            kind = OxmlElement("w:multiLevelType")
            kind.set(qn("w:val"), "hybridMultilevel")
            abstract.append(kind)
            for level, (form, sign, indent) in enumerate(levels):
                abstract.append(
                    parse_xml(
                        f'<w:lvl {nsdecls("w")} w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
                        f'<w:lvlText w:val="{sign}"/><w:lvlJc w:val="left"/><w:pPr><w:ind '
                        f'w:left="{Emu(indent).twips}" w:hanging="{HANGING.twips}"/></w:pPr>'
                        f'<w:rPr><w:color w:val="{SOFT if number != 1 else ACCENT}"/></w:rPr></w:lvl>'
                    )
                )
            self.numbering.append(abstract)
        self.paragraphs, self.bullets = self._count(0), self._count(1)
        style = self.file.styles["Numbered Paragraph"].element.get_or_add_pPr()
        style.get_or_add_numPr().get_or_add_numId().val = self.paragraphs
        for name in ("List Bullet", "List Number"):
            numbers = self.file.styles[name].element.get_or_add_pPr().find(qn("w:numPr"))
            if numbers is not None:
                numbers.getparent().remove(numbers)

    def _count(self, abstract: int, level: int | None = None, start: int = 1) -> int:
        """Return a way of counting that begins anew."""
        number = len(self.numbering.findall(qn("w:num"))) + 1
        override = ""
        if level is not None:
            override = f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
        self.numbering.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>'
            )
        )
        return number

    # Cover and contents

    def _cover(self) -> None:
        document = self.document
        pictures = [(logo, picture) for logo in document.logos if (picture := drawn(logo)) is not None]
        if pictures:
            line = self._line("Normal", "")
            for place, (logo, picture) in enumerate(pictures):
                if place:
                    line.add_run("      ")
                out = io.BytesIO()
                picture.save(out, "PNG")
                out.seek(0)
                shape = line.add_run().add_picture(out, height=Mm(height(picture.size)))
                told = shape._inline.docPr
                told.set("descr", clean(logo.alt))
                told.set("name", f"Logo {place + 1}")
                for inner in shape._inline.iter(qn("pic:cNvPr")):
                    inner.set("name", f"logo-{place + 1}.png")
        kicker = self._line("Kicker", document.kind)
        self._text(kicker, plain(document.kind))
        if document.reference:
            self._text(kicker, plain(f"   {document.reference}"), colour=SOFT)
        if pictures:
            kicker.paragraph_format.space_before = Pt(60)
        self._add("Title", document.title)
        for style, text in (
            ("Subtitle", document.event),
            ("Cover Text", document.dates),
            ("Cover Text", document.place),
        ):
            if text:
                self._add(style, text)
        if document.summary:
            self._add("Subtitle", " ".join(document.summary.split())).paragraph_format.space_before = Pt(22)
        for number, (label, values) in enumerate(facts(document, self.on)):
            line = self._line("Cover Facts", values[0][0])
            if not number:
                line.paragraph_format.space_before = Pt(60)
            self._text(line, plain(label), colour=SOFT)
            line.add_run("\t")
            for place, (value, href) in enumerate(values):
                if place:
                    line.add_run().add_break()
                self._text(line, (Run(value, href=href),))
        line.add_run().add_break(WD_BREAK.PAGE)

    def _contents(self) -> None:
        """A field that Word brings up to date, with the entries it will find; they name no pages, which may move."""
        self._add("Contents Heading", labels()["contents"])
        shown = [entry for entry in self.entries if entry[0] <= 2]
        for place, (level, text, mark) in enumerate(shown):
            line = self._line(f"TOC {level}", text)
            if not place:
                begin = self._char(line, "begin")
                begin.set(qn("w:dirty"), "true")
                instruction = OxmlElement("w:instrText")
                instruction.set(qn("xml:space"), "preserve")
                instruction.text = ' TOC \\o "1-2" \\n \\h \\z '
                line.add_run()._r.append(instruction)
                self._char(line, "separate")
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), mark)
            link.set(qn("w:history"), "1")
            line._p.append(link)
            self._text(line, plain(text), into=link)
            if place == len(shown) - 1:
                self._char(line, "end")
        if len(shown) > 14:
            line.add_run().add_break(WD_BREAK.PAGE)

    def _char(self, line: Line, kind: str) -> Any:
        char = OxmlElement("w:fldChar")
        char.set(qn("w:fldCharType"), kind)
        line.add_run()._r.append(char)
        return char

    def _field(self, line: Line, instruction: str, now: str) -> None:
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), instruction)
        line._p.append(field)
        run = OxmlElement("w:r")
        field.append(run)
        Piece(run, line).text = now

    # Blocks

    def _parts(self, parts: tuple[Part, ...], marks: Iterator[tuple[int, str, str]]) -> None:
        for part in parts:
            match part:
                case Heading():
                    self._heading(part.level, part.runs, next(marks)[2])
                case Takeaways():
                    for item in part.items:
                        line = self._line("Takeaway", item.text)
                        self._text(line, (Run(item.mark, bold=True, href=item.href),))
                        line.add_run("\t")
                        self._text(line, plain(item.text))
                case Actions():
                    self._actions(part)
                case _:
                    self._block(part)

    def _block(self, block: Block, *, level: int = 0, style: str = "Normal") -> Line | None:
        """Write a block; `level` counts the lists it stands in."""
        match block:
            case Paragraph():
                line = self._line("Numbered Paragraph" if block.number else style, words(block.runs))
                self._text(line, block.runs)
                if level:
                    line.paragraph_format.left_indent = HANGING * (level + 1)
                return line
            case Heading():  # within a list or a quotation: no part of the contents
                line = self._line(style, words(block.runs))
                self._text(line, block.runs, bold=True)
            case ListOf():
                self._list(block, level)
            case Quotation():
                for inner in block.blocks:
                    self._block(inner, level=level, style="Quote")
            case Code():
                line = self._line("Code", "")
                self._text(line, (Run(block.text, code=True),))
            case Table():
                cells = [[(runs, words(runs)) for runs in row] for row in (block.header, *block.rows)]
                self._table([156 // len(block.header)] * len(block.header), cells, text_of((block,)))
            case Divider():
                line = self._line("Normal", "")
                line._p.get_or_add_pPr().insert_element_before(
                    parse_xml(
                        f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:space="1" w:color="{RULE}"/>'
                        "</w:pBdr>"
                    ),
                    *("w:shd", "w:tabs", "w:bidi", *_AFTER_BIDI),
                )
        return None

    def _list(self, block: ListOf, level: int) -> None:
        level = min(level, DEEPEST - 1)
        number = self._count(2, level, block.start) if block.ordered else self.bullets
        name = "List Number" if block.ordered else "List Bullet"
        for item in block.items:
            first, *others = item or (Paragraph(()),)
            if not isinstance(first, Paragraph):
                first, others = Paragraph(()), [first, *others]
            line = self._line(name, words(first.runs))
            properties = line._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = level, number
            self._text(line, first.runs)
            for other in others:
                self._block(other, level=level + 1)

    def _heading(self, level: int, runs: Runs, mark: str) -> None:
        line = self._line(f"Heading {level}", words(runs))
        number = str(next(self.ids))
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        start.set(qn("w:id"), number)
        start.set(qn("w:name"), mark)
        end.set(qn("w:id"), number)
        line._p.append(start)
        self._text(line, runs)
        line._p.append(end)

    def _actions(self, part: Actions) -> None:
        said = labels()
        with_due = any(item.due for item in part.items)
        header = [said["number"], said["action"], said["owner"], *([said["due"]] if with_due else []), said["progress"]]
        widths = [14, 62 if with_due else 86, 32, *([24] if with_due else []), 24]
        rows: list[list[tuple[Any, str]]] = [[(plain(text), text) for text in header]]
        for item in part.items:
            last = f"{item.last.on}: {item.last.text}" if item.last else ""
            rows.append(
                [
                    ((Run(item.mark, bold=True, href=item.href),), item.mark),
                    ([plain(item.text), *([(Run(last, italic=True),)] if last else [])], item.text),
                    ([plain(owner) for owner in item.owners], " ".join(item.owners)),
                    *([(plain(item.due), item.due)] if with_due else []),
                    ((Run(item.progress, bold=True),), item.progress),
                ]
            )
        self._table(widths, rows, said["action"])

    def _table(self, widths: list[int], rows: list[list[tuple[Any, str]]], told: str) -> None:
        """Write a table; its first row is the header, which each page repeats. A cell is runs, or a list of them."""
        table = self.file.add_table(len(rows), len(widths))
        table.autofit = False
        properties = table._tbl.tblPr
        if self._is_right_to_left(told):
            properties.insert(1, OxmlElement("w:bidiVisual"))  # behind the style: the schema has an order
        properties.find(qn("w:tblLook")).addprevious(
            parse_xml(
                f"<w:tblBorders {nsdecls('w')}>"
                f'<w:bottom w:val="single" w:sz="4" w:color="{RULE}"/>'
                f'<w:insideH w:val="single" w:sz="4" w:color="{RULE}"/></w:tblBorders>'
            )
        )
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for number, (row, cells) in enumerate(zip(table.rows, rows, strict=True)):
            setting = row._tr.get_or_add_trPr()
            setting.append(OxmlElement("w:cantSplit"))
            if not number:
                setting.append(OxmlElement("w:tblHeader"))
            for cell, width, (content, text) in zip(row.cells, widths, cells, strict=True):
                cell.width = Mm(width)
                lines = content if isinstance(content, list) else [content]
                for place, runs in enumerate(lines):
                    line = cell.paragraphs[0] if not place else cell.add_paragraph()
                    line._p.style = self.style_ids["Table Text" if number else "Table Head"]
                    self._direct(line, words(runs) or text)
                    self._text(line, runs)
        self._line("Normal", "").paragraph_format.space_after = Pt(0)

    # Lines and runs

    def _line(self, style: str, text: str) -> Line:
        """Begin a paragraph that will say `text`: it runs the way the text does."""
        line = self.file.add_paragraph()
        line._p.style = self.style_ids[style]
        self._direct(line, text)
        return line

    def _add(self, style: str, text: str) -> Line:
        line = self._line(style, text)
        self._text(line, plain(text))
        return line

    def _is_right_to_left(self, text: str) -> bool:
        if any(sign.isalpha() for sign in text):
            return scripts.direction(text) == "rtl"
        return self.document.language in scripts.RIGHT_TO_LEFT

    def _direct(self, line: Line, text: str) -> None:
        if self._is_right_to_left(text):
            line._p.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *_AFTER_BIDI)

    def _text(self, line: Line, runs: Runs, *, bold: bool = False, colour: str = "", into: Any = None) -> None:
        """Append `runs`, each in pieces of one script, so that every piece has its language and face."""
        for run in runs:
            parent = line._p if into is None else into
            if run.href:
                parent = OxmlElement("w:hyperlink")
                key = self.file.part.relate_to(run.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
                parent.set(qn("r:id"), key)
                line._p.append(parent)
            for language, text in pieces(clean(run.text), self.document.language):
                element = OxmlElement("w:r")
                parent.append(element)
                piece = Piece(element, line)
                self._set(piece, run, language, bold=bold, colour=colour)
                piece.text = text

    def _set(self, piece: Piece, run: Run, language: str, *, bold: bool, colour: str) -> None:
        properties = piece._r.get_or_add_rPr()
        if run.href:
            properties.style = self.style_ids["Hyperlink"]
        if run.bold or bold:
            piece.bold = piece.font.cs_bold = True
        if run.italic:
            piece.italic = piece.font.cs_italic = True
        if run.code:
            piece.font.name = "Courier New"
        if colour:
            piece.font.color.rgb = RGBColor.from_string(colour)
        if language in scripts.RIGHT_TO_LEFT:
            piece.font.rtl = True
        elif language in COMPLEX_SCRIPTS:
            piece.font.complex_script = True
        if language != self.document.language:
            kind = "bidi" if language in COMPLEX_SCRIPTS else "eastAsia" if language in EAST_ASIAN else "val"
            told = OxmlElement("w:lang")
            told.set(qn(f"w:{kind}"), REGIONS.get(language, language))
            properties.append(told)


_ORDERED = (("decimal", "."), ("lowerLetter", "."), ("lowerRoman", "."), ("decimal", ")"))
_AFTER_BIDI = (
    *("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents"),
    *("w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl"),
    *("w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange"),
)


_language_of = lru_cache(maxsize=8192)(scripts.language)  # of single letters, over and over


def pieces(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield (language, text) of the parts of `text` in one script; what all scripts share goes with the part before."""
    own, start, current = language, 0, ""
    for place, sign in enumerate(text):
        if not sign.isalpha():
            continue
        found = _language_of(sign, own)
        if current and found != current:
            yield current, text[start:place]
            start = place
        current = found
    if text[start:]:
        yield current or own, text[start:]


def _drop(part: Any, *kinds: str) -> None:
    """Take from the package what the template brings along and nothing here needs."""
    for key, relation in list(part.rels.items()):
        if relation.reltype.endswith(kinds):
            del part.rels[key]


def _undated(content: bytes) -> bytes:
    """Return the same zip with no time in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as found, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name in found.namelist():
            entry = zipfile.ZipInfo(name, FIXED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(entry, found.read(name))
    return out.getvalue()
