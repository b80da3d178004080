"""Columns and rows as CSV: UTF-8 with a mark by which spreadsheets know it, commas, and nothing that is a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

from participants.exporting import CHUNK, Column, cells, plain
from participants.importing.cells import neutralise

CONTENT_TYPE = "text/csv; charset=utf-8"
MARK = "\ufeff"


class _Echo:
    """What a csv writer writes to: it gives the line back."""

    def write(self, line: str) -> str:
        return line


def write(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """Yield a file of `rows`, a header line first, some hundred lines at a time."""
    line = csv.writer(_Echo()).writerow
    yield (MARK + line([column.label for column in columns])).encode()
    lines = (line([neutralise(plain(value)) for value in values]) for values in cells(columns, rows))
    for some in batched(lines, CHUNK):
        yield "".join(some).encode()
