"""Lists as files: what stands in their columns, and how it is written as CSV and as a workbook.

An `Export` says which columns a list has and how its rows are read, a number of queries for each thousand of them.
`text` and `workbook` write any columns and rows, piece by piece, so that a file costs the same memory at any length.
Labels of columns are those under which an import finds them again.
"""

import datetime as dt
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from itertools import batched
from typing import Any, ClassVar

from django.db import models

CHUNK = 1000  # rows read, and written, in one go
BETWEEN = "; "  # several values in one cell


class Kind(Enum):
    """What a column holds: in a workbook numbers, dates and times are of their own type."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "date and time"
    YES_NO = "yes or no"


@dataclass(frozen=True)
class Column:
    """A column of a file.

    get       a path of attributes such as "event.title", anything on which may be None; or a function of the row
    says      one line on the sheet of explanations
    personal  only for whom may see addresses of people
    """

    label: str
    get: str | Callable[[Any], Any]
    kind: Kind = Kind.TEXT
    says: str = ""
    personal: bool = False
    width: int = 20

    def value(self, row: Any) -> Any:
        """Return what stands in the cell of `row`: text, a number, a date, an aware or local time, or None."""
        if callable(self.get):
            return self.get(row)
        return reduce(lambda at, name: None if at is None else getattr(at, name), self.get.split("."), row)


def several(values: Iterable[Any]) -> str:
    """Return several values as one cell has them; a separator within one of them becomes a comma."""
    return BETWEEN.join(str(value).replace(";", ",") for value in values)


class Export:
    """A list as a file: its columns and how its rows are read."""

    name: ClassVar[str]  # of the file: letters and hyphens
    columns: ClassVar[Sequence[Column]] = ()

    @classmethod
    def read(cls, rows: models.QuerySet, user: Any) -> models.QuerySet:
        """Add to `rows` what the columns need for `user`, so that no row is asked for by itself."""
        return rows

    @classmethod
    def for_user(cls, user) -> list[Column]:
        """Return the columns that `user` may have."""
        may = user.has_perm("participants.change_person")
        return [column for column in cls.columns if may or not column.personal]

    @classmethod
    def rows(cls, model: type[models.Model], keys: Sequence[int], user: Any) -> Iterator[Any]:
        """Yield the rows of these keys in their order, some queries for each thousand; what is gone is left out."""
        for chunk in batched(keys, CHUNK):
            found = {row.pk: row for row in cls.read(model._default_manager.order_by().filter(pk__in=chunk), user)}
            yield from (found[pk] for pk in chunk if pk in found)


def keys_of(rows: models.QuerySet) -> array:
    """Return the keys of `rows` in their order: eight bytes for each."""
    return array("q", rows.values_list("pk", flat=True).iterator(10_000))


def cells(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield what stands in the columns for each of `rows`."""
    for row in rows:
        yield [column.value(row) for column in columns]


def plain(value: Any) -> str:
    """Return the text of a value, as an import reads it: 2027-03-03, 2027-03-03 09:30, yes and no."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dt.datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case dt.date():
            return value.isoformat()
    return str(value)
