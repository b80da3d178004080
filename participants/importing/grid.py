"""What a table is once it is read, and how large it may be."""

import unicodedata
from dataclasses import dataclass, field

from participants.importing.container import Unreadable

MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELLS = 600_000
MAX_CELL = 32_767  # characters, as many as a workbook allows
MAX_TEXT = 20_000_000  # characters of the whole table


@dataclass(frozen=True)
class Guess:
    """How a file is read; what is empty is to be guessed. `header_line` counts from 1 as the file does."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_line: int = 0
    header_rows: int = 0


@dataclass(slots=True)
class TableRow:
    """One row: the line (of a text) or the row (of a workbook) it begins on, its cells, and what could not be read."""

    line: int
    cells: list[str]
    problems: dict[int, str] = field(default_factory=dict)  # column from 0 → what is wrong with the cell


@dataclass
class Table:
    """The rows that hold anything, in the order of the file. `sheets` are those to choose from, none of a text."""

    rows: list[TableRow]
    guess: Guess
    sheets: list[str] = field(default_factory=list)
    is_text: bool = True

    @property
    def width(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)


class Counting:
    """Counts what a table takes and raises as soon as it is too much."""

    def __init__(self):
        self.rows = self.cells = self.characters = 0

    def add(self, row: TableRow) -> None:
        self.rows += 1
        self.cells += len(row.cells)
        if self.rows > MAX_ROWS or self.cells > MAX_CELLS:
            raise Unreadable(f"This table has more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells. Import it in parts.")
        if len(row.cells) > MAX_COLUMNS:
            raise Unreadable(f"Line {row.line} has more than {MAX_COLUMNS} columns. Is the delimiter right?")
        for number, cell in enumerate(row.cells):
            self.characters += len(cell)
            if len(cell) > MAX_CELL:
                raise Unreadable(f"Line {row.line}, column {number + 1} has more than {MAX_CELL:,} characters.")
        if self.characters > MAX_TEXT:
            raise Unreadable(f"This table has more than {MAX_TEXT:,} characters. Import it in parts.")


def tidy(text: str) -> str:
    """Return the text of a cell in NFC, without white space and invisible marks around it."""
    return unicodedata.normalize("NFC", text).strip(" \t\r\n\xa0\u200b\u200e\u200f\ufeff")
