"""What an import made and changed, so that it can be undone as long as nobody edited any of it since."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import batched
from typing import Any

from django.apps import apps
from django.db import models

from participants import history
from participants.importing.kinds import Kind
from participants.models import Change, Import, ImportChange

BATCH = 500
SHOWN = 20  # things that stand against undoing which are named
WATCHED = {"status", "version"}  # not editable by forms, but whoever changes a record changes these


def columns(model: type[models.Model]) -> list[models.Field]:
    """The columns of a record that people edit."""
    return [
        one
        for one in model._meta.concrete_fields
        if not one.primary_key and not one.generated and (one.editable or one.name in WATCHED)
    ]


def as_stored(instance: models.Model, names: Iterable[str] | None = None) -> dict[str, str | None]:
    """Return columns as texts that compare and go into JSON; None stays None."""
    chosen = columns(type(instance)) if names is None else [instance._meta.get_field(name) for name in names]
    values = {}
    for one in chosen:
        value = one.get_prep_value(getattr(instance, one.attname))
        values[one.attname] = None if value is None else str(value)
    return values


@contextmanager
def watching(model: type[models.Model], keys: Iterable[int], *, by: Any, how: str = "import") -> Iterator[list]:
    """Let the history have a line of each record of `model`, of those with `keys` or added to the list it yields."""
    if history.kept_of(model) is None:
        yield []
        return
    rows = model._base_manager.filter(pk__in=list(keys))
    with history.watch(rows, by=by, how=how) as more:
        yield more


class Ledger:
    """Collects what is made and changed in the order it happens; `save` writes it down."""

    def __init__(self, source: Import, by: Any):
        self.source = source
        self.by = by
        self.changes: list[ImportChange] = []

    def watch(self, *rows: models.Model | models.QuerySet):
        """Let the history have a line of what goes through a door of its own; as `history.watch`."""
        return history.watch(*rows, by=self.by, how="import")

    def make(self, instances: list[Any]) -> None:
        """Insert new records of one model, which have been validated, and note them."""
        if not instances:
            return
        model = type(instances[0])
        for batch in batched(instances, BATCH):
            with watching(model, (), by=self.by) as more:
                model._default_manager.bulk_create(list(batch))
                more.append(model._base_manager.filter(pk__in=[one.pk for one in batch]))
        self.made(instances)

    def made(self, instances: Iterable[models.Model]) -> None:
        """Note records that were inserted by a door of their own."""
        for instance in instances:
            self._note(instance, is_new=True, before={}, after=as_stored(instance))

    def change(self, instances: list[Any], names: list[str]) -> None:
        """Save new values of `names` (columns) of records of one model, and note what they were before."""
        if not instances:
            return
        model = type(instances[0])
        for batch in batched(instances, BATCH):
            before = model._default_manager.in_bulk([one.pk for one in batch])
            for one in batch:
                self.changed(one, as_stored(before[one.pk], names), names)
            with watching(model, [one.pk for one in batch], by=self.by):
                model._default_manager.bulk_update(list(batch), names)

    def changed(self, instance: models.Model, before: dict[str, str | None], names: Iterable[str]) -> None:
        """Note a change that went through a door of its own; `before` is `as_stored` of then."""
        self._note(instance, is_new=False, before=before, after=as_stored(instance, names))

    def _note(self, instance, **what) -> None:
        self.changes.append(
            ImportChange(source=self.source, model=instance._meta.label_lower, record=instance.pk, **what)
        )

    def save(self) -> None:
        """Write it down, in the transaction that made the changes."""
        for batch in batched(self.changes, BATCH):
            ImportChange.objects.bulk_create(list(batch))


def against_undoing(source: Import) -> list[str]:
    """Return what stands against undoing, in words, with who changed it where that is known."""
    found: list[tuple[models.Model | None, str]] = []
    made = _made(source)
    for model, changes in _by_model(source):
        if model is None:
            continue
        there = {}
        for batch in batched({change.record for change in changes}, BATCH):
            there |= model._base_manager.in_bulk(list(batch))
        latest: dict[int, dict[str, Any]] = defaultdict(dict)  # a record changed twice counts as it was left
        for change in changes:
            latest[change.record] |= change.after
        for record, after in latest.items():
            instance = there.get(record)
            if instance is None:
                found.append((None, f"A {model._meta.verbose_name} has been deleted since."))
                continue
            now = as_stored(instance, after)
            if different := [name for name in after if now[name] != after[name]]:
                labels = ", ".join(str(model._meta.get_field(name).verbose_name) for name in different)
                found.append((instance, f"{instance} has been changed since ({labels})."))
        found += _in_use(model, made.get(model._meta.label_lower, set()), made)
    return [_with_who(source, instance, words) for instance, words in found[:SHOWN]] + (
        [f"And {len(found) - SHOWN} more."] if len(found) > SHOWN else []
    )


def _in_use(model: type[models.Model], records: set[int], made: dict[str, set[int]]) -> list[tuple[Any, str]]:
    """Find what points at records that the import made and was not made by it: it came since."""
    found: list[tuple[Any, str]] = []
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
            continue
        other, name = relation.related_model, relation.field.name
        if not other._meta.managed or other in (ImportChange, Change):
            continue
        own = made.get(other._meta.label_lower, set())
        for batch in batched(records, BATCH):
            for row in other._base_manager.filter(**{f"{name}__in": batch}).select_related(name):
                if row.pk not in own:
                    used = getattr(row, name)
                    found.append((row, f"{used} is in use since: {other._meta.verbose_name} “{row}”."))
    return found


def _with_who(source: Import, instance: models.Model | None, words: str) -> str:
    if instance is None:
        return words
    lines = Change.objects.of_record(instance).filter(at__gt=source.applied_at)
    line = lines.select_related("by").first() if source.applied_at else None
    return f"{words[:-1]}, by {line.by.name or 'an account without a name'}." if line and line.by else words


def undo(source: Import, kind: Kind, *, by: Any) -> int:
    """Take back every change of `source`, the last first, in the caller's transaction; return how many.

    `against_undoing` has said nothing, in the same transaction.
    """
    by_model = [(model, changes) for model, changes in reversed(_by_model(source)) if model is not None]
    number = 0
    for model, changes in by_model:  # before anything is deleted: what was changed may point at it
        earlier: dict[int, dict[str, Any]] = {}
        for change in reversed(changes):
            if not change.is_new:
                earlier.setdefault(change.record, {}).update(change.before)
        _restore(model, earlier, kind, by=by)
        number += len(earlier)
    for model, changes in by_model:
        made = [change.record for change in reversed(changes) if change.is_new]
        # What stands under others of its kind was made after them: one by one, then, none is in the way.
        of_itself = any(one.is_relation and one.related_model is model for one in model._meta.concrete_fields)
        for batch in batched(made, BATCH):
            with watching(model, batch, by=by, how="import undone"):
                for some in [[key] for key in batch] if of_itself else [batch]:
                    model._base_manager.filter(pk__in=some).delete()
        number += len(made)
    kind.settle()
    return number


def _restore(model: type[models.Model], earlier: dict[int, dict[str, Any]], kind: Kind, *, by: Any) -> None:
    for batch in batched(earlier, BATCH):
        with watching(model, batch, by=by, how="import undone"):
            _restore_some(model, {key: earlier[key] for key in batch}, kind)


def _restore_some(model: type[models.Model], earlier: dict[int, dict[str, Any]], kind: Kind) -> None:
    plain: dict[tuple[str, ...], list[models.Model]] = defaultdict(list)
    for instance in model._base_manager.filter(pk__in=earlier):
        before = {}
        for name, text in earlier[instance.pk].items():
            one: Any = model._meta.get_field(name)
            before[one.attname] = one.target_field.to_python(text) if one.is_relation else one.to_python(text)
        if not kind.restore(instance, before):
            for name, value in before.items():
                setattr(instance, name, value)
            plain[tuple(earlier[instance.pk])].append(instance)
    for names, instances in plain.items():
        fields = [model._meta.get_field(name).name for name in names]
        model._base_manager.bulk_update(instances, fields)


def _by_model(source: Import) -> list[tuple[type[models.Model] | None, list[ImportChange]]]:
    """Return the changes by model, the models in the order in which they were first changed."""
    found: dict[str, list[ImportChange]] = {}
    for change in source.changes.order_by("pk"):
        found.setdefault(change.model, []).append(change)
    return [(_model(label), changes) for label, changes in found.items()]


def _made(source: Import) -> dict[str, set[int]]:
    made: dict[str, set[int]] = defaultdict(set)
    for label, record in source.changes.filter(is_new=True).values_list("model", "record"):
        made[label].add(record)
    return made


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except LookupError:
        return None  # a later release has no such records any more
