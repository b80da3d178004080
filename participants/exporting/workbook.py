"""Columns and rows as a workbook (.xlsx), written straight into its archive: nothing of it is kept in memory.

Texts are stored as texts, so that none is ever a formula, and neutralised besides, for whoever saves it as CSV. Dates
and times are typed. A second sheet says what each column holds, after what else is to be said about the file. Nothing
in the archive tells when or by whom it was made.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from django.utils import timezone

from participants.exporting import CHUNK, Column, Kind, cells, plain
from participants.importing.cells import neutralise

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 32_767  # characters that a cell of a workbook can hold
MOST = 1_048_575  # rows that a sheet can hold under its header
CUT = " […]"

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DAY_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001  # days are counted from here, whatever the zone
_HEADER, _DATE, _MOMENT, _TEXT = 1, 2, 3, 4  # styles, in the order of _STYLES

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET}.worksheet+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_SHEET}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="List" sheetId="1" r:id="rId1"/><sheet name="README" sheetId="2" r:id="rId2"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/worksheet" Target="worksheets/sheet2.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_NOTES = (
    Column("Column", "label", width=28),
    Column("Holds", "holds", width=16),
    Column("What it says", "says", width=90),
)


class _Pipe:
    """What the archive is written to: it keeps the bytes until they are taken away."""

    def __init__(self):
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        """Nothing to close."""

    def seek(self, offset: int, whence: int = 0) -> int:
        raise OSError("What went out cannot be taken back.")

    def take(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken


class Note(NamedTuple):
    """A line of the sheet of explanations."""

    label: str
    holds: str
    says: str


def _nothing() -> Sequence[tuple[str, str]]:
    return ()


def write(
    columns: Sequence[Column], rows: Iterable[Any], about: Callable[[], Iterable[tuple[str, str]]] = _nothing
) -> Iterator[bytes]:
    """Yield a workbook of `rows` and of what `columns` hold, piece by piece.

    `about` gives (label, words) to be said about the whole; it is asked after the last row.
    """
    pipe = _Pipe()

    def notes() -> Iterator[Note]:
        yield from (Note(label, "", says) for label, says in about())
        yield from (Note(column.label, column.kind.value, column.says) for column in columns)

    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _PARTS.items():
            archive.writestr(_member(name), _XML + content)
        for name, these, those in (("sheet1", columns, rows), ("sheet2", _NOTES, notes())):
            with archive.open(_member(f"xl/worksheets/{name}.xml"), "w") as part:
                for text in _sheet(these, those):
                    part.write(text.encode())
                    if taken := pipe.take():
                        yield taken
    yield pipe.take()


def _member(name: str) -> zipfile.ZipInfo:
    """Return a member of the archive, dated as far back as an archive can: the same list is the same bytes."""
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _sheet(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{column.width}" customWidth="1"/>' for at, column in enumerate(columns, 1)
    )
    yield (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData><row>{''.join(_text(column.label, _HEADER) for column in columns)}</row>"
    )
    lines: list[str] = []
    for number, values in enumerate(cells(columns, rows), start=1):
        if number > MOST:
            break  # a longer list is whole as CSV
        lines.append(f"<row>{''.join(map(_cell, columns, values))}</row>")
        if len(lines) == CHUNK:
            yield "".join(lines)
            lines = []
    yield f"{''.join(lines)}</sheetData></worksheet>"


def _cell(column: Column, value: Any) -> str:
    if value is None or value == "":
        return "<c/>"
    if column.kind is Kind.NUMBER and isinstance(value, (int, float)):
        return f"<c><v>{value}</v></c>"
    if column.kind in (Kind.DATE, Kind.MOMENT) and isinstance(value, dt.date):
        return _day(value)
    return _text(plain(value), _TEXT)


def _day(value: dt.date) -> str:
    """A day, or a moment as the clock shows it where it happens; what a workbook cannot count is text."""
    if isinstance(value, dt.datetime):
        if timezone.is_aware(value):
            value = value.replace(tzinfo=None)
        number = (value - _DAY_ZERO) / dt.timedelta(days=1)
        style, shown = _MOMENT, f"{number:.10f}"
    else:
        number = (value - _DAY_ZERO.date()).days
        style, shown = _DATE, str(number)
    return f'<c s="{style}"><v>{shown}</v></c>' if number > 60 else _text(plain(value), _TEXT)


def _text(text: str, style: int) -> str:
    text = neutralise(_NOT_XML.sub("", text))
    if len(text) > LONGEST:
        text = text[: LONGEST - len(CUT)] + CUT
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
