"""Which row of a table is its header, and which column is which field: guessed, shown, and changed by who knows."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from participants.importing.grid import Table, TableRow
from participants.importing.kinds import Field

LOOKED_AT = 40  # rows among which the header is
_NO_WORD = re.compile(r"[\W_]+")


def normal(header: str) -> str:
    """Return the form under which two headers are the same: no case, accents, signs or line breaks."""
    text = unicodedata.normalize("NFKD", header).casefold()
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return _NO_WORD.sub(" ", text).strip()[:200]


def guess_header(table: Table, fields: Iterable[Field]) -> tuple[int, int]:
    """Return the line of the header and how many rows it takes, 1 or 2.

    The row in which most columns have a known name; where none has, the first that is filled as wide as the table is.
    Two rows where both say something: one language under another, or groups of columns over their parts.
    """
    known = {normal(name): field.name for field in fields for name in field.names}
    rows = table.rows[:LOOKED_AT]
    scores = [len(_known(row.cells, known)) for row in rows]
    best = max(range(len(rows)), key=lambda at: (scores[at], -at))
    if not scores[best]:
        widest = max(len({cell for cell in row.cells if cell}) for row in rows)
        best = next(at for at, row in enumerate(rows) if 2 * len({cell for cell in row.cells if cell}) >= widest)
        return rows[best].line, 1
    for upper in (best - 1, best):
        if 0 <= upper < len(rows) - 1 and rows[upper + 1].line == rows[upper].line + 1:
            above, below = _known(rows[upper].cells, known), _known(rows[upper + 1].cells, known)
            if min(len(above), len(below)) > 1 or (above and below and len(above | below) > scores[best]):
                return rows[upper].line, 2
    return rows[best].line, 1


def _known(cells: Iterable[str], known: Mapping[str, str]) -> set[str]:
    return {known[normal(cell)] for cell in cells if normal(cell) in known}


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    width = max(len(upper), len(lower))
    pairs = zip(upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower)), strict=True)
    return [above if above == below else " – ".join(filter(None, (above, below))) for above, below in pairs]


def split(table: Table, line: int, rows: int) -> tuple[list[str], list[TableRow]]:
    """Return the labels of the columns and the rows under them. A column without a label is called by its letter."""
    heads = [row for row in table.rows if line <= row.line][:rows]
    cells: list[str] = []
    for head in heads:
        cells = _joined(cells, head.cells) if cells else list(head.cells)
    last = heads[-1].line if heads else line
    body = [row for row in table.rows if row.line > last]
    width = max([len(cells), *(len(row.cells) for row in body)], default=0)
    cells += [""] * (width - len(cells))
    return cells, body


def guess_mapping(labels: list[str], fields: Iterable[Field], remembered: Mapping[str, str]) -> dict[int, str]:
    """Return column → field: as it was chosen before for that header, else by its name, else by how it begins."""
    fields = list(fields)
    mapping: dict[int, str] = {}
    taken: set[str] = set()
    once = {field.name for field in fields if not field.many}

    def give(at: int, name: str) -> None:
        if at not in mapping and name not in taken:
            mapping[at] = name
            taken.update({name} & once)

    known = {field.name for field in fields}
    for at, label in enumerate(labels):
        if label and (name := remembered.get(normal(label))) is not None and (not name or name in known):
            if name:
                give(at, name)
            else:
                mapping[at] = ""
    for fits in (_is, _is_part, _begins, _holds):
        for field in fields:
            names = [normal(name) for name in field.names]
            for at, label in enumerate(labels):
                if label and any(fits(label, name) for name in names):
                    give(at, field.name)
    return {at: name for at, name in mapping.items() if name}


def _is(label: str, name: str) -> bool:
    return normal(label) == name


def _is_part(label: str, name: str) -> bool:
    return name in {normal(part) for part in re.split(r" – |[/|\n(]", label)}


def _begins(label: str, name: str) -> bool:
    return normal(label).startswith(f"{name} ")


def _holds(label: str, name: str) -> bool:
    return len(name) > 3 and f" {name} " in f" {normal(label)} "
