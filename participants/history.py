"""The history of curated records: who changed what, in words, and back again.

Whoever writes curated rows for a person wraps it: `with watch(rows, by=user): …`. The rows are read before and after,
straight from the database, so that nothing escapes that goes past `save()`; where nothing changed, nothing is written.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models, transaction
from django.db.models.deletion import Collector
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime

from participants.models.change import Change, Kept, label_of
from participants.wording import Part, differences

LONG = 60  # characters from which on a text is shown as a difference word by word
MANY = 500  # lines written in one go
_WRITTEN_ONCE = ("id", "at", "how", "kind", "record", "key", "under", "under_key", "event_key")


class Stale(Exception):
    """The record is not as it was when the person looked at it."""


class Row(NamedTuple):
    """What a record says, and where its lines belong."""

    values: dict[str, Any]
    event: int | None
    under: int | None


Rows = dict[tuple[str, int], Row]


def kept_of(model: Any) -> Kept | None:
    """Return what of `model` has a history, if anything."""
    return getattr(model._meta.concrete_model, "HISTORY", None)


def must_be_kept(model: Any) -> Kept:
    """Return what of `model` has a history; raises TypeError where nothing has."""
    kept = kept_of(model)
    if kept is None:
        raise TypeError(f"{model} has no HISTORY: nothing of it is kept.")
    return kept


def kept_models() -> list[type[models.Model]]:
    """Return every model whose records have a history."""
    return [model for model in apps.get_models() if not model._meta.proxy and kept_of(model)]


def fields_of(model: Any) -> list[str]:
    """Return the names of the columns of `model` that have a history."""
    kept, concrete = must_be_kept(model), model._meta.concrete_model
    editable = (field.name for field in concrete._meta.concrete_fields if field.editable and not field.primary_key)
    return list(kept.fields or editable)


# Writing


@contextmanager
def watch(*what: models.Model | models.QuerySet, by, how: str = "") -> Iterator[list]:
    """Write a line for each record of `what` (rows, querysets of them) that is another at the end than it is now.

    Records are added to the list it yields when they are made meanwhile and no queryset finds them. `by` is the person
    who acts; None only for a command, which `how` then names.
    """
    if by is None and not how:
        raise ValueError("Somebody acted: say who, or which command.")
    with transaction.atomic():
        querysets = [rows_of(one) for one in what]
        before: Rows = {}
        for queryset in querysets:
            before |= read(queryset)
        more: list[models.Model | models.QuerySet] = []
        yield more
        after: Rows = {}
        for queryset in [*querysets, *(rows_of(one) for one in more)]:
            after |= read(queryset)
        for label, keys in _by_model(before.keys() - after.keys()).items():  # no longer among them, or no longer there
            after |= read(apps.get_model(label)._base_manager.filter(pk__in=keys))
        _write(before, after, by=by, how=how)


def deleting(*rows: models.Model) -> list[models.QuerySet]:
    """Return all that goes when `rows` are deleted and has a history: what to watch then."""
    collector = Collector(using="default")
    collector.collect(list(rows))
    found = [model._base_manager.filter(pk__in=[row.pk for row in rows]) for model, rows in collector.data.items()]
    return [queryset for queryset in [*found, *collector.fast_deletes] if kept_of(queryset.model)]


def note(record: models.Model, values: Mapping[str, tuple[Any, Any]], *, by, how: str = "") -> None:
    """Write a line of a change that goes past what `watch` reads: a status, a decision about one record."""
    kept = must_be_kept(record)
    columns = {"event": kept.event, "under": kept.under, "called": kept.called}
    wanted = {f"kept_{name}": models.F(path) for name, path in columns.items() if path}
    found = type(record)._base_manager.filter(pk=record.pk).values("pk", **wanted)[0]
    row = Row({kept.called: found.get("kept_called")}, found.get("kept_event"), found.get("kept_under"))
    _line(Change.Kind.CHANGED, (label_of(record), record.pk), row, values, by=by, how=how).save()


def hand_over(record: models.Model, *, by, how: str = "") -> None:
    """Write in one line what became of `record` since its last line: drafts have none while they are being typed."""
    label = label_of(type(record))
    row = read(type(record)._base_manager.filter(pk=record.pk))[label, record.pk]
    known: dict[str, Any] = {}
    is_added = False
    for change in Change.objects.of_record(record).order_by("pk"):
        known |= {name: after for name, (_, after) in change.values.items()}
        is_added |= change.kind == Change.Kind.ADDED
    values = {
        name: (known.get(name), value)
        for name, value in row.values.items()
        if (known.get(name) != value if name in known else not is_added and not _is_empty(value))
    }
    if values:
        kind = Change.Kind.CHANGED if is_added else Change.Kind.ADDED
        _line(kind, (label, record.pk), row, values, by=by, how=how).save()


def rows_of(what: models.Model | models.QuerySet) -> models.QuerySet:
    return what if isinstance(what, models.QuerySet) else type(what)._base_manager.filter(pk=what.pk)


def read(queryset: models.QuerySet) -> Rows:
    """Return what the rows of `queryset` say: one query, and one for each of their sets."""
    model, kept = queryset.model, must_be_kept(queryset.model)
    names = fields_of(model)
    columns = {"event": kept.event, "under": kept.under}
    more = {f"kept_{name}": models.F(path) for name, path in columns.items() if path}
    found = {row["pk"]: row for row in queryset.order_by().values("pk", *names, **more)}
    sets: dict[int, dict[str, list]] = {key: {name: [] for name in kept.sets} for key in found}
    for name, (label, to, column) in kept.sets.items() if found else ():
        members = apps.get_model(label)._base_manager.filter(**{f"{to}__in": found.keys()})
        for key, value in members.values_list(to, column):
            sets[key][name].append(value)
    label = label_of(model)
    return {
        (label, key): Row(
            _plain({name: row[name] for name in names} | {name: sorted(some) for name, some in sets[key].items()}),
            row.get("kept_event"),
            row.get("kept_under"),
        )
        for key, row in found.items()
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder))


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def _write(before: Rows, after: Rows, *, by, how: str) -> None:
    lines = []
    for at in sorted(before.keys() | after.keys()):
        was, now = before.get(at), after.get(at)
        if was == now:
            continue
        if was is None or now is None:
            whole = (now or was).values  # type: ignore[union-attr]  # one of them is there
            values = {
                name: (value, None) if now is None else (None, value)
                for name, value in whole.items()
                if not _is_empty(value)
            }
            kind = Change.Kind.DELETED if now is None else Change.Kind.ADDED
        else:
            values = {
                name: (was.values[name], value) for name, value in now.values.items() if was.values[name] != value
            }
            kind = Change.Kind.CHANGED
        if values or kind != Change.Kind.CHANGED:
            lines.append(_line(kind, at, now or was, values, by=by, how=how))
    Change.objects.bulk_create(lines, batch_size=MANY)


def _line(kind, at, row, values, *, by, how) -> Change:
    label, key = at
    model = apps.get_model(label)
    kept = must_be_kept(model)
    under = kept.under and row.under is not None
    return Change(
        kind=kind,
        record=label,
        key=key,
        name=str(row.values.get(kept.called) or "")[:200],
        under=label_of(model._meta.get_field(kept.under).related_model) if under else "",
        under_key=row.under if under else None,
        event_key=row.event,
        values={name: list(pair) for name, pair in values.items()},
        by=by,
        how=how,
    )


def _by_model(keys: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for label, key in keys:
        found[label].append(key)
    return found


# Reading


class Difference(NamedTuple):
    """What became of one field: its label, and both values in words, or both texts in parts."""

    label: str
    before: str
    after: str
    parts: list[Part] | None


class Line(NamedTuple):
    """A change in words."""

    change: Change
    record: str  # what it is called, with the kind of thing it is
    differences: list[Difference]
    can_be_undone: bool
    address: str = ""


def in_words(changes: Iterable[Change]) -> list[Line]:
    """Return `changes` in words; names are read for all of them at once, a query for each kind of record."""
    changes = list(changes)
    wanted: defaultdict[Any, set] = defaultdict(set)
    for change in changes:
        if (model := model_of(change.record)) is None:
            continue
        wanted[model].add(change.key)
        for name, pair in change.values.items():
            if related := _related(model, name):
                wanted[related].update(key for value in pair for key in _as_list(value))
    names = {model: _names(model, keys) for model, keys in wanted.items()}
    return [_line_in_words(change, names) for change in changes]


def _line_in_words(change: Change, names) -> Line:
    model = model_of(change.record)
    if model is None:
        return Line(change, change.name or change.record, [], False)
    called = names[model].get(change.key) or change.name or "no longer there"
    found = []
    for name, (before, after) in change.values.items():
        if name in must_be_kept(model).sets:  # what stays in it is no difference
            before, after = _without(before, after), _without(after, before)
        was, now = (_value_in_words(model, name, value, names) for value in (before, after))
        long = was and now and max(len(was), len(now)) > LONG and not isinstance(after, list)
        found.append(Difference(label_of_field(model, name), was, now, differences(was, now) if long else None))
    undone = change.kind == Change.Kind.CHANGED and bool(change.values.keys() & set(revertible(model)))
    return Line(change, f"{capfirst(model._meta.verbose_name)}: {called}", found, undone, _address(change))


def _without(some: Any, others: Any) -> list:
    return [value for value in _as_list(some) if value not in _as_list(others)]


def _address(change: Change) -> str:
    """Return where the history of its record is read: on the page of what it stands under where it has none."""
    for label, key in ((change.record, change.key), (change.under, change.under_key)):
        try:
            return reverse(f"admin:{label.replace('.', '_')}_history", args=[key]) if label else ""
        except NoReverseMatch:
            continue
    return ""


def label_of_field(model: Any, name: str) -> str:
    """Return the words of a form for a field; what is no field any more stands for itself."""
    try:
        return capfirst(str(model._meta.get_field(name).verbose_name))
    except (FieldDoesNotExist, AttributeError):
        return capfirst(name.replace("_", " "))


def _value_in_words(model: Any, name: str, value: Any, names) -> str:
    if _is_empty(value):
        return ""
    if related := _related(model, name):
        return ", ".join(names[related].get(key, "one that is gone") for key in _as_list(value))
    field = _field(model, name)
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, list):
        labels = dict(field.flatchoices) if field else {}
        return ", ".join(str(labels.get(one, one)) for one in value)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField):
        at = parse_datetime(value)
        return date_format(localtime(at), "j F Y, H:i e") if at else str(value)
    if isinstance(field, models.DateField):
        day = parse_date(value)
        return date_format(day) if day else str(value)
    return str(value)


def model_of(label: str) -> Any:
    try:
        model = apps.get_model(label)
    except LookupError:
        return None
    return model if kept_of(model) else None


def _field(model: Any, name: str) -> Any:
    """Return the field whose words a value has: its own, or that of the rows that read as one value."""
    if name in must_be_kept(model).sets:
        label, _, column = must_be_kept(model).sets[name]
        return apps.get_model(label)._meta.get_field(column)
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _related(model: Any, name: str) -> Any:
    return getattr(_field(model, name), "related_model", None)


def _as_list(value: Any) -> list:
    return [] if _is_empty(value) else value if isinstance(value, list) else [value]


def _names(model: Any, keys: set) -> dict[int, str]:
    kept = kept_of(model)
    rows = model._base_manager.filter(pk__in=keys)
    if kept and kept.names_need:
        rows = rows.select_related(*kept.names_need)
    return {row.pk: str(row) or f"{model._meta.verbose_name} {row.pk}" for row in rows}


# Back again


def revertible(model: Any) -> list[str]:
    """Return the fields that may be changed back: none that a verb owns, no file (the old one may be gone)."""
    kept = must_be_kept(model)
    files = [f.name for f in model._meta.concrete_fields if isinstance(f, models.FileField)]
    return [name for name in [*fields_of(model), *kept.sets] if name not in {*kept.fixed, *files}]


def as_it_was(change: Change, *, whole: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (values now, values then) of the fields that changing back would change.

    `whole`: how the whole record stood after this line; else how the fields of this line stood before it.
    """
    model = model_of(change.record)
    row = model and read(model._base_manager.filter(pk=change.key)).get((change.record, change.key))
    if not row:
        return {}, {}
    then: dict[str, Any] = {}
    if whole:
        later = Change.objects.filter(record=change.record, key=change.key, pk__gt=change.pk).order_by("-pk")
        for one in later:
            then |= {name: before for name, (before, _) in one.values.items()}
    else:
        then = {name: before for name, (before, _) in change.values.items()}
    then = {name: value for name, value in then.items() if name in revertible(model) and name in row.values}
    then = {name: [] if value is None and name in must_be_kept(model).sets else value for name, value in then.items()}
    then = {name: value for name, value in then.items() if not _same(row.values[name], value)}
    return {name: row.values[name] for name in then}, then


def _same(one: Any, other: Any) -> bool:
    return one == other or (_is_empty(one) and _is_empty(other))


def put_back(record: models.Model, now: Mapping[str, Any], then: Mapping[str, Any], *, by) -> None:
    """Give `record` the values `then`, checked as a form would, if it still has those of `now`; else raise Stale.

    Raises ValidationError where its model no longer takes them. The caller has asked whether `by` may change it.
    """
    model = type(record)
    at = (label_of(model), record.pk)
    with watch(record, by=by, how="changed back"):
        model._base_manager.select_for_update().filter(pk=record.pk).first()
        row = read(model._base_manager.filter(pk=record.pk)).get(at)
        if row is None or any(row.values.get(name) != value for name, value in now.items()):
            raise Stale
        values = {name: _python(model, name, value) for name, value in then.items()}
        if hasattr(record, "put_back"):
            record.put_back(**values)
            return
        for name, value in values.items():
            setattr(record, name, value)
        record.full_clean()
        record.save()


def _python(model: Any, name: str, value: Any) -> Any:
    """Return a stored value as an instance takes it; keys become records, which must still be there."""
    if related := _related(model, name):
        if name in must_be_kept(model).sets:
            return list(related._base_manager.filter(pk__in=_as_list(value)))
        if value is None:
            return None
        found = related._base_manager.filter(pk=value).first()
        if found is None:
            raise ValidationError(f"{label_of_field(model, name)}: what it named is no longer there.")
        return found
    if name in must_be_kept(model).sets:
        return _as_list(value)
    field = model._meta.get_field(name)
    if value is None and not field.null:
        return field.get_default() if field.has_default() else ""
    return field.to_python(value)


# What guards it in the database


def install(using: str = "default", **kwargs) -> None:
    """Let the database refuse to alter a line, whoever asks; it may only be emptied. After every `migrate`.

    SQLite drops the trigger without a word when a migration rebuilds the table.
    """
    connection = connections[using]
    table = Change._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return
        if connection.vendor == "sqlite":
            same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in _WRITTEN_ONCE)
            cursor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {table}_append_only BEFORE UPDATE ON {table} WHEN NOT ({same} "
                "AND (NEW.by_id IS OLD.by_id OR NEW.by_id IS NULL) AND (NEW.name = OLD.name OR NEW.name = '') "
                'AND (NEW."values" = OLD."values" OR NEW."values" = \'{}\')) '
                "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
            )
        else:
            same = " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in _WRITTEN_ONCE)
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {same} AND (NEW.by_id IS NOT DISTINCT FROM OLD.by_id OR NEW.by_id IS NULL) "
                "AND (NEW.name = OLD.name OR NEW.name = '') "
                'AND (NEW."values" = OLD."values" OR NEW."values" = \'{}\'::jsonb) THEN RETURN NEW; END IF; '
                "RAISE EXCEPTION 'history is append-only'; END $$"
            )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
            )
