"""An import from step to step. Each moves the import first: a second click finds it moved and does nothing.

What is long is done by the worker and may be done twice: a step that broke off starts from the beginning, and what it
writes it writes in one transaction.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from itertools import batched
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.tasks import task
from django.utils import timezone

from participants import audit
from participants.importing import columns, grid, ledger, tables
from participants.importing.cells import restore
from participants.importing.container import Unreadable
from participants.importing.kinds import Kind, Row
from participants.importing.ledger import Ledger
from participants.models import Import, ImportRow, KnownColumn
from participants.text import FORBIDDEN

AT_ONCE = 300  # rows that are done within the request
STEP = 1000  # rows between two words of progress
BATCH = 500
MISSING_SHOWN = 500

State = Import.State


class Stale(Exception):
    """The database is no longer what the preview was made from."""


def target_of(source: Import, user) -> Any:
    """Return what it goes into where `user` may still import into it, None for the portal; raises Unreadable."""
    kind = source.kind_class
    if kind is None or not kind.is_open_to(user):
        raise Unreadable("You may no longer import this.")
    targets = kind.targets(user)
    if targets is None:
        return None
    if (target := targets.filter(pk=source.target).first()) is None:
        raise Unreadable("What this was to go into is no longer there, or you may no longer change it.")
    return target


def kind_of(source: Import, user) -> Kind:
    """Return the kind of `source`, ready to run for `user`."""
    return source.kind_class(target_of(source, user), user, source.options)


# Reading


def read_table(source: Import, limit: int | None = None) -> grid.Table:
    """Read its file as it was chosen to be read, at most `limit` rows; what was not chosen is guessed."""
    chosen = {name: value for name, value in source.reading.items() if name in grid.Guess.__dataclass_fields__}
    table = tables.read(bytes(source.content or b""), grid.Guess(**chosen), limit)
    line, rows = chosen.get("header_line", 0), chosen.get("header_rows", 0)
    if not line:
        line, guessed = columns.guess_header(table, source.kind_class.fields)
        rows = rows or guessed
    table.guess = grid.Guess(**asdict(table.guess) | {"header_line": line, "header_rows": rows or 1})
    return table


def read_rows(source: Import, kind: Kind, limit: int | None = None) -> list[Row]:
    """Return the rows of its file by field, at most `limit`, formula marks taken off again."""
    content = bytes(source.content or b"")
    if (records := kind.records(content, source.file_name)) is not None:
        return records
    table = read_table(source, limit)
    _, body = columns.split(table, table.guess.header_line, table.guess.header_rows)
    mapping = {int(at): name for at, name in source.mapping.items() if name}
    names = {field.name: field for field in kind.fields}
    rows = []
    for one in body:
        values: dict[str, str] = {}
        problems = [words for at, words in one.problems.items() if at in mapping]
        for at, name in mapping.items():
            text = restore(one.cells[at]) if at < len(one.cells) else ""
            if found := FORBIDDEN.search(text):
                problems.append(f"{names[name].label} holds a character that cannot be shown (U+{ord(found[0]):04X}).")
                text = FORBIDDEN.sub("", text)
            values[name] = "; ".join(filter(None, (values.get(name), text))) if name in values else text
        if any(values.values()) or problems:
            row = Row(one.line, values, problems=problems)
            filled = [cell for cell in one.cells if cell]
            if len(filled) > 2 and len(set(filled)) == 1:
                row.is_in_doubt("Every column says the same: this may be a heading and no row.")
            rows.append(row)
    return rows


def understand(kind: Kind, rows: list[Row], said: Callable[[int], None] = lambda number: None) -> list[Row]:
    """Read each row for what it says, by itself: half of the work, and none that needs a lock."""
    required = [field for field in kind.fields if field.required]
    for number, row in enumerate(rows):
        if number % STEP == 0:
            said(number // 2)
        row.problems += [
            f"{field.label} is missing."
            for field in required
            if field.name in row.values and not row.values[field.name].strip()
        ]
        if not row.problems:
            kind.read(row)
    return rows


def compare(kind: Kind, rows: list[Row], said: Callable[[int], None] = lambda number: None) -> None:
    """Find out what each row that was understood is to the database. Nothing is written."""
    kind.prepare(rows)
    seen: dict[Any, int] = {}
    for number, row in enumerate(rows):
        if number % STEP == 0:
            said((len(rows) + number) // 2)
        if row.problems:
            continue
        kind.match(row)
        if row.found is not None and not row.doubt:
            first = seen.setdefault(row.found.pk, row.line)
            if first != row.line:
                row.is_in_doubt(f"Line {first} is about the same.")
                row.candidates, row.may_be_new, row.found = [], False, None
                continue
        if row.found is not None:
            row.differences = kind.compare(row)


def state_of(row: Row) -> ImportRow.State:
    if row.problems:
        return ImportRow.State.ERROR
    if row.doubt:
        return ImportRow.State.DOUBT
    if row.found is None:
        return ImportRow.State.NEW
    return ImportRow.State.CHANGED if row.differences else ImportRow.State.UNCHANGED


def fingerprint(row: Row) -> str:
    """Return what changes whenever the preview of a row would."""
    key = getattr(row.found, "pk", None)
    shown = [state_of(row), key, row.problems, row.doubt, [one.key for one in row.candidates], row.differences]
    return hashlib.blake2b(json.dumps(shown, default=str).encode(), digest_size=16).hexdigest()


def as_shown(source: Import, kind: Kind, row: Row) -> ImportRow:
    return ImportRow(
        source=source,
        line=row.line,
        title=kind.title(row)[:300],
        values=row.values,
        state=state_of(row),
        why=" ".join(filter(None, [*row.problems, row.doubt, *row.notes])),
        candidates=[[one.key, one.label] for one in row.candidates],
        may_be_new=row.may_be_new,
        differences=[list(difference) for difference in row.differences],
        fingerprint=fingerprint(row),
    )


# Steps


def remember(source: Import, kind: Kind, labels: list[str]) -> None:
    """Keep what the columns were said to be, for the next file from the same institution."""
    organisation = kind.institution(kind.target)
    for at, label in enumerate(labels):
        if header := columns.normal(label):
            KnownColumn.objects.update_or_create(
                kind=source.kind,
                organisation=organisation,
                header=header,
                defaults={"field": source.mapping.get(str(at), "")},
            )


def remembered(kind: Kind) -> dict[str, str]:
    """Return header → field, as it was said last time."""
    known = KnownColumn.objects.filter(kind=kind.name, organisation=kind.institution(kind.target))
    return dict(known.values_list("header", "field"))


def start_check(source: Import, *, by) -> None:
    """Compare every row with the database, at once or, where there are many, by the worker."""
    kind = kind_of(source, by)
    rows = read_rows(source, kind, AT_ONCE + columns.LOOKED_AT)  # enough to know whether they are many
    if not rows:
        raise Unreadable("There is no row under the header.")
    if source.move([State.CHOSEN, State.PREVIEW], State.CHECKING, done=0, total=len(rows), notice="", task=""):
        _begin(source, check, len(rows), by)


def start_applying(source: Import, *, by) -> bool:
    """Apply what was decided; return False where it is no longer to be."""
    if not source.move(State.PREVIEW, State.APPLYING, done=0, notice="", task="", applied_by=by):
        return False
    _begin(source, apply, source.total, by)
    return True


def start_undoing(source: Import, *, by) -> bool:
    """Take everything back; return False where it is no longer there to be."""
    if not source.move(State.APPLIED, State.UNDOING, done=0, notice="", task=""):
        return False
    _begin(source, undo, source.changes.count(), by)
    return True


def start_again(source: Import, *, by) -> None:
    """Do once more what the worker broke off."""
    job = {State.CHECKING: check, State.APPLYING: apply, State.UNDOING: undo}.get(State(source.state))
    if job and source.broke_off and source.move(source.state, source.state, task=""):
        _begin(source, job, AT_ONCE + 1, by)


def _begin(source: Import, job, number: int, by) -> None:
    if number <= AT_ONCE:
        job.call(source.pk, by.pk)
        source.refresh_from_db()
        return

    def enqueue():
        result = job.enqueue(source.pk, by.pk)
        Import.objects.filter(pk=source.pk).update(task=result.id)

    transaction.on_commit(enqueue)


@task
def check(pk: int, by_pk: int) -> None:
    """Compare and write down the preview; what was decided about a row stays where its preview is the same."""
    source, by = _at(pk, by_pk, State.CHECKING)
    if source is None:
        return
    try:
        kind = kind_of(source, by)
        rows = understand(kind, read_rows(source, kind), source.progress)
        compare(kind, rows, source.progress)
    except Unreadable as error:
        source.move(State.CHECKING, State.CHOSEN, notice=str(error))
        return
    _write_down(source, kind, rows, was=State.CHECKING, notice=kind.notice())


@transaction.atomic
def _write_down(source: Import, kind: Kind, rows: list[Row], *, was: Import.State, notice: str = "") -> None:
    if Import.objects.select_for_update(no_key=True).filter(pk=source.pk, state=was).first() is None:
        return  # a second run was faster
    decided = {
        (line, mark): decision
        for line, mark, decision in source.rows.exclude(decision="").values_list("line", "fingerprint", "decision")
    }
    source.rows.all().delete()
    shown = [as_shown(source, kind, row) for row in rows]
    for row, one in zip(rows, shown, strict=True):
        one.decision = decided.get((one.line, one.fingerprint), ImportRow.SKIP if row.is_aside else "")
    for batch in batched(shown, BATCH):
        ImportRow.objects.bulk_create(list(batch))
    counts = dict(Counter(str(one.state) for one in shown))
    source.move(
        was,
        State.PREVIEW,
        round=source.round + 1,
        counts=counts,
        total=len(rows),
        missing=kind.missing(rows)[:MISSING_SHOWN],
        notice=notice,
        applied_by=None,
    )


@task
def apply(pk: int, by_pk: int) -> None:
    """Write everything in one transaction, or nothing and say why."""
    source, by = _at(pk, by_pk, State.APPLYING)
    if source is None:
        return
    try:
        kind = kind_of(source, by)
        rows = understand(kind, read_rows(source, kind))  # the file does not change: comparing alone needs the lock
        _apply(source, kind, rows, by)
    except Stale as stale:
        kind = kind_of(source, by)
        rows = understand(kind, read_rows(source, kind), source.progress)
        compare(kind, rows, source.progress)
        _write_down(source, kind, rows, was=State.APPLYING, notice=str(stale))
    except (Unreadable, ValidationError) as error:
        words = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        source.move(State.APPLYING, State.PREVIEW, notice=f"Nothing was changed. {words}", applied_by=None)
    except IntegrityError:
        words = "Nothing was changed: somebody was faster with one of these. Compare again."
        source.move(State.APPLYING, State.PREVIEW, notice=words, applied_by=None)


@transaction.atomic
def _apply(source: Import, kind: Kind, rows: list[Row], by) -> None:
    locked = Import.objects.select_for_update(no_key=True).filter(pk=source.pk, state=State.APPLYING).first()
    if locked is None:
        return
    compare(kind, rows)
    stored = {
        (line, mark): decision for line, mark, decision in source.rows.values_list("line", "fingerprint", "decision")
    }
    changed = [row.line for row in rows if (row.line, fingerprint(row)) not in stored]
    if changed or len(stored) != len(rows):
        which = ", ".join(str(line) for line in changed[:10]) + (" …" if len(changed) > 10 else "")
        raise Stale(
            "Nothing was applied: the database has changed since this preview was made. It is made anew below; "
            f"what is different: line {which or 'of a row that is gone'}. Read it and apply again."
        )
    chosen = _decided(kind, rows, stored)
    book = Ledger(source, by)
    kind.write(chosen, book)
    kind.settle()
    book.save()
    source.move(State.APPLYING, State.APPLIED, applied_at=timezone.now(), applied_by=by, done=len(rows))
    audit.record(audit.Act.IMPORT_APPLIED, by=by, what=source.kind, key=source.pk, rows=len(rows))


def _decided(kind: Kind, rows: list[Row], stored: dict[tuple[int, str], str]) -> list[Row]:
    """Return the rows to be written, each with what it is about, after the decisions. Raises ValidationError."""
    chosen, open_lines = [], []
    for row in rows:
        state, decision = state_of(row), stored[row.line, fingerprint(row)]
        if decision == ImportRow.SKIP:
            continue
        if state == ImportRow.State.DOUBT and decision:
            row.found = None
            if decision != ImportRow.ADD:
                kind.take(row, decision)
                if row.found is None:
                    raise ValidationError(f"Line {row.line}: what it was said to be is gone.")
                row.differences = kind.compare(row)
            elif not row.may_be_new:
                raise ValidationError(f"Line {row.line} cannot be added as new.")
        elif state in ImportRow.NEEDS_DECISION:
            open_lines.append(row.line)
            continue
        if row.found is None or row.differences:
            chosen.append(row)
    if open_lines:
        raise ValidationError(f"Line {open_lines[0]} is still to be decided.")
    seen: dict[Any, int] = {}
    for row in chosen:
        if row.found is not None and seen.setdefault(row.found.pk, row.line) != row.line:
            raise ValidationError(f"Lines {seen[row.found.pk]} and {row.line} were said to be the same.")
    return chosen


@task
def undo(pk: int, by_pk: int) -> None:
    """Take back all of it in one transaction, or nothing and say what stands against it."""
    source, by = _at(pk, by_pk, State.UNDOING)
    if source is None:
        return
    try:
        kind = kind_of(source, by)
        with transaction.atomic():
            locked = Import.objects.select_for_update(no_key=True).filter(pk=pk, state=State.UNDOING).first()
            if locked is None:
                return
            if against := ledger.against_undoing(source):
                raise ValidationError(against)
            ledger.undo(source, kind, by=by)
            source.move(State.UNDOING, State.UNDONE, undone_at=timezone.now())
            audit.record(audit.Act.IMPORT_UNDONE, by=by, what=source.kind, key=source.pk)
    except (Unreadable, ValidationError) as error:
        words = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        source.move(State.UNDOING, State.APPLIED, notice=f"Nothing was undone. {words}")


def _at(pk: int, by_pk: int, state: Import.State) -> tuple[Import | None, Any]:
    """Return the import if it still is at this step, and who does it; a job that runs twice finds it moved."""
    source = Import.objects.select_related("applied_by").filter(pk=pk, state=state).first()
    by = Import._meta.get_field("by").related_model.objects.filter(pk=by_pk, is_active=True).first()
    return (source, by) if by is not None else (None, None)


@task(priority=-50)
def forget_imports() -> None:
    """Delete files, rows and changes of imports that are past their time."""
    for source in Import.objects.past_their_time().defer("content"):
        source.forget()
