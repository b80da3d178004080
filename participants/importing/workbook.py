"""The sheet of a workbook as a table: measured first, then read by openpyxl, values only.

A merged cell fills every row and column it covers; a formula gives the value that was saved with it.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter, range_boundaries

from participants.importing import container
from participants.importing.container import Unreadable
from participants.importing.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Counting, Guess, Table, TableRow, tidy

MAX_SHEETS = 50
MAX_MERGED = 5_000  # ranges in one sheet
MAX_ELEMENTS = 100_000  # of a part that openpyxl reads whole, such as the styles

WORKBOOK = container.Format(
    noun="workbook",
    program="Excel",
    suffix=".xlsx",
    folder="xl/",
    main="xl/workbook.xml",
    not_this="This is not a workbook (.xlsx). Open it where it was written and save it as .xlsx or as CSV (UTF-8).",
    too_large=f"This workbook is too large: more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells. Import it in parts.",
    max_part=32 * 1024 * 1024,
    max_xml=48 * 1024 * 1024,
    max_elements=3 * MAX_CELLS,
)
_REFERENCE = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")
# What a damaged or invented workbook makes openpyxl raise.
_DAMAGE = (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, SyntaxError, OverflowError)


@dataclass
class Measured:
    """What a sheet holds: its last row and column with a value, merged ranges, formulas without a saved value."""

    last_row: int = 0
    last_column: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first column, row, last column, row
    unsaved: set[tuple[int, int]] = field(default_factory=set)  # (row, column)


def read(data: bytes, guess: Guess, limit: int | None = None) -> Table:
    """Read the chosen sheet of a workbook, else its first visible one that holds anything."""
    with container.opened(data, WORKBOOK) as (archive, _):
        _check_whole_parts(archive)
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        except _DAMAGE:
            raise Unreadable(WORKBOOK.damaged) from None
        try:
            return _read(book, archive, guess, limit)
        except _DAMAGE as error:
            if isinstance(error, Unreadable):
                raise
            raise Unreadable(WORKBOOK.damaged) from None
        finally:
            book.close()


def _check_whole_parts(archive: zipfile.ZipFile) -> None:
    """Refuse parts of very many elements: openpyxl reads all but the sheets whole, and takes a minute for a million."""
    for member in archive.infolist():
        name = member.filename.lower()
        if not name.endswith((".xml", ".rels")) or "/worksheets/sheet" in name:
            continue
        with archive.open(member) as part:
            tags = part.read(WORKBOOK.max_part + 1).count(b"<")
        if tags > (4 * MAX_CELLS if name.endswith("sharedstrings.xml") else 2 * MAX_ELEMENTS):
            raise Unreadable(WORKBOOK.too_large)


def _read(book: Any, archive: zipfile.ZipFile, guess: Guess, limit: int | None) -> Table:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    if not sheets:
        raise Unreadable("This workbook has no sheets.")
    if len(book.worksheets) > MAX_SHEETS:
        raise Unreadable(f"This workbook has more than {MAX_SHEETS} sheets. Save the one to import by itself.")
    names = [sheet.title for sheet in sheets]
    if guess.sheet and guess.sheet not in names:
        raise Unreadable("Choose one of the sheets that are offered.")
    for sheet in sheets:
        if guess.sheet in ("", sheet.title):
            measured = measure(archive, sheet._worksheet_path.lstrip("/"))
            if rows := list(islice(_rows(sheet, measured), limit)):
                return Table(rows, replace(guess, sheet=sheet.title), sheets=names, is_text=False)
    raise Unreadable("This workbook has no rows." if not guess.sheet else "This sheet has no rows.")


def measure(archive: zipfile.ZipFile, name: str) -> Measured:
    """Walk once through a sheet, before openpyxl does. Raises `Unreadable` beyond the limits."""
    with archive.open(name) as part:
        raw = part.read(WORKBOOK.max_part + 1)
    if raw.count(b"<c ") + raw.count(b"<c>") > MAX_CELLS:  # counted before they are parsed, which takes seconds
        raise Unreadable(WORKBOOK.too_large)
    del raw
    found, cells, at, is_formula, holds, within = Measured(), 0, (0, 0), False, False, False
    row = column = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal cells, at, is_formula, holds, within, row, column
        if name == "row":
            row = int(attributes.get("r", row + 1))
            column = 0
        elif name == "c":
            reference = attributes.get("r", "")
            if reference and not _REFERENCE.fullmatch(reference):
                raise Unreadable(WORKBOOK.damaged)
            at = coordinate_to_tuple(reference) if reference else (row, column + 1)
            column, is_formula = at[1], False
            holds = attributes.get("t") == "str"  # a formula may have given an empty text
            cells += 1
            if cells > MAX_CELLS:
                raise Unreadable(WORKBOOK.too_large)
        elif name == "f":
            is_formula = True
        elif name in ("v", "is"):
            within = True
        elif name == "mergeCell" and len(found.merged) < MAX_MERGED:
            found.merged.append(range_boundaries(attributes["ref"]))

    def text(words: str) -> None:
        nonlocal holds
        holds = holds or within

    def end(name: str) -> None:
        nonlocal within
        if name in ("v", "is"):
            within = False
        elif name == "c":
            if is_formula and not holds:
                found.unsaved.add(at)
            if is_formula or holds:
                found.last_row, found.last_column = max(found.last_row, at[0]), max(found.last_column, at[1])

    container.parse(archive, name, WORKBOOK, start, end, text)
    if found.last_row > MAX_ROWS:
        raise Unreadable(WORKBOOK.too_large)
    if found.last_column > MAX_COLUMNS:
        letter = get_column_letter(found.last_column)
        raise Unreadable(f"This sheet has values as far as column {letter}: more than {MAX_COLUMNS} columns.")
    if found.last_row * found.last_column > 4 * MAX_CELLS:
        raise Unreadable(WORKBOOK.too_large)
    return found


def _rows(sheet: Any, measured: Measured) -> Iterator[TableRow]:
    if not measured.last_row:
        return
    sheet.reset_dimensions()  # what it says of itself may be wrong
    counts = Counting()
    covered = _covered(measured)
    first: dict[tuple[int, int], str] = {}
    for number, values in enumerate(
        sheet.iter_rows(max_row=measured.last_row, max_col=measured.last_column, values_only=True), start=1
    ):
        row = TableRow(number, [as_text(value) for value in values])
        _fill(row, covered, first)
        for at in range(1, len(row.cells) + 1):
            if measured.unsaved and (number, at) in measured.unsaved:
                row.problems[at - 1] = (
                    f"Cell {get_column_letter(at)}{number} is a formula without a saved value: open the workbook in "
                    "Excel, save it and choose it again, or type the value."
                )
        while row.cells and not row.cells[-1] and len(row.cells) - 1 not in row.problems:
            row.cells.pop()
        if row.cells:
            counts.add(row)
            yield row


def _covered(measured: Measured) -> dict[int, list[tuple[int, int, int, int]]]:
    """Return the merged ranges by each row they cover."""
    by_row: dict[int, list[tuple[int, int, int, int]]] = {}
    for merged in measured.merged:
        for row in range(merged[1], min(merged[3], measured.last_row) + 1):
            by_row.setdefault(row, []).append(merged)
    return by_row


def _fill(row: TableRow, covered: dict, first: dict) -> None:
    """Give each cell of a merged range the value of its first, which alone is stored; not across a whole title row."""
    for merged in covered.get(row.line, ()):
        left, top, right, _ = merged
        if left > len(row.cells):
            continue
        if row.line == top:
            first[left, top] = row.cells[left - 1]
        value = first.get((left, top), "")
        for at in range(left, min(right, len(row.cells)) + 1):
            row.cells[at - 1] = row.cells[at - 1] or value


def as_text(value: Any) -> str:
    """Return what a cell shows, as it would be typed: dates as 2027-03-03, whole numbers without a point."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case dt.datetime():
            value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return tidy(str(value))
