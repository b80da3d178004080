"""What an app says about one kind of import; `settings.IMPORT_KINDS` names them all."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from participants.importing.ledger import Ledger


@dataclass(frozen=True)
class Field:
    """One thing a column can be. `aliases` are headers under which others send it, in any language."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    many: bool = False  # several columns may be it; their cells are joined by "; "
    hint: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name.replace("_", " "), self.label, *self.aliases)


@dataclass
class Candidate:
    """A record that a row may be about: its key, as text, and how to name it."""

    key: str
    label: str


@dataclass
class Row:
    """One row on its way in. `values` are the texts of the file by field; `read` makes `clean` of them.

    Then `problems`, or `found` (the record it is about), or `doubt` with `candidates`, or none of these: it is new.
    """

    line: int
    values: dict[str, str]
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # worth reading, no reason to stop
    clean: dict[str, Any] = field(default_factory=dict)
    found: Any = None
    doubt: str = ""
    candidates: list[Candidate] = field(default_factory=list)
    may_be_new: bool = True  # whether one in doubt can be added as new
    is_aside: bool = False  # whether it is left out unless somebody says otherwise
    differences: list[tuple[str, str, str]] = field(default_factory=list)  # (what, before, after)

    def is_in_doubt(self, why: str, candidates: Iterable[Candidate] = ()) -> None:
        """Leave it to a person, with one reason more and the records it may be about."""
        self.doubt = f"{self.doubt} {why}".strip()
        known = {one.key for one in self.candidates}
        self.candidates += [one for one in candidates if one.key not in known]


class Kind:
    """A kind of import. One is made for each run, with what it goes into and who imports.

    A run calls `read` for each row, `prepare` once with all, `match` for each row without problems, `compare` for each
    that found a record or was told which, and at the end `write` with those to write. Nothing but `write` and
    `restore` changes the database, and both run in one transaction with everything else.
    """

    name: ClassVar[str]  # in addresses and in the table of imports
    label: ClassVar[str]  # “Participants”
    fields: ClassVar[tuple[Field, ...]] = ()
    accept: ClassVar[str] = ".csv,.tsv,.txt,.xlsx"
    help_text: ClassVar[str] = "CSV or a workbook (.xlsx), 10 MB at most."

    def __init__(self, target: Any, by: Any, options: dict[str, Any] | None = None):
        self.target = target
        self.by = by
        self.options = options or {}

    # Who may, and where to

    @classmethod
    def is_open_to(cls, user) -> bool:
        """Whether `user` may import this at all."""
        return user.is_staff and user.is_editor

    @classmethod
    def targets(cls, user) -> models.QuerySet | None:
        """The records `user` may import into; None for a kind that goes into the portal as a whole."""
        return None

    @classmethod
    def back(cls, target) -> str:
        """The address of the page one comes from."""
        raise NotImplementedError

    @classmethod
    def institution(cls, target) -> Any:
        """The organisation whose files look alike, under which columns are remembered; None for all together."""
        return None

    @classmethod
    def option_fields(cls, target) -> dict[str, forms.Field]:
        """What is asked beside the file; values are kept as text under `options`."""
        return {}

    @classmethod
    def lacks(cls, chosen: set[str]) -> str:
        """Say which field no column was said to be, though the rows cannot do without; nothing where all are there."""
        missing = [field.label for field in cls.fields if field.required and field.name not in chosen]
        return f"Say which column is: {', '.join(missing)}." if missing else ""

    # What a run does

    def records(self, data: bytes, name: str) -> list[Row] | None:
        """Rows of a file that is no table, such as a calendar; None for a table. Raises `Unreadable`."""
        return None

    def read(self, row: Row) -> None:
        """Make `clean` of `values`, or note `problems`."""
        raise NotImplementedError

    def prepare(self, rows: list[Row]) -> None:
        """Look up at once whatever the rows will be compared with; note what only all of them together show."""

    def match(self, row: Row) -> None:
        """Set `found`, or leave it in doubt, or neither: it is new."""
        raise NotImplementedError

    def take(self, row: Row, key: str) -> None:
        """Set `found` to the candidate that a person chose, by its key; None where it is gone."""
        raise NotImplementedError

    def compare(self, row: Row) -> list[tuple[str, str, str]]:
        """Return in words what would change of `found`: (what, before, after)."""
        raise NotImplementedError

    def write(self, rows: list[Row], ledger: "Ledger") -> None:
        """Make or change what the rows say, through the same validation as forms; note each change in `ledger`."""
        raise NotImplementedError

    def notice(self) -> str:
        """Say what is worth knowing of the file as a whole, once its rows were compared."""
        return ""

    def missing(self, rows: list[Row]) -> list[str]:
        """Name what is there and not in the file. It stays as it is."""
        return []

    def title(self, row: Row) -> str:
        """How a row is called in the preview."""
        return next(iter(row.values.values()), "")

    # Undoing: `Ledger` restores by itself; a model whose changes go through a door of its own says so here

    def restore(self, instance: models.Model, before: dict[str, Any]) -> bool:
        """Give `instance` the values it had; return False where setting its columns is all there is to do."""
        return False

    def settle(self) -> None:
        """Bring up to date what follows from the rows, after writing and after undoing, in the same transaction."""


@cache
def kinds() -> dict[str, type[Kind]]:
    """Every kind of import by its name."""
    return {kind.name: kind for kind in map(import_string, settings.IMPORT_KINDS)}
