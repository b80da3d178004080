"""Two rows that are the same person or organisation become one, by hand, and can be taken apart again.

`merge` moves whatever points at the one that is lost. Each app says in its `merging.py` how its rows move, by
`points_at`; a relation that nobody decided about fails a test, and here it refuses the merge. Where moving a row would
make two of what may be only one (two participations at one event), the two become one in the same way, down to what
points at them.

The journal of a merge is a list of steps, in their order:
["change", label, pk, {column: before}, {column: after}] and ["delete", label, {column: value}]; the last entry is
["prints", {label: {pk: fingerprint}}], what the rows looked like when the merge was done. `undo` walks it backwards, as
long as they still look so.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from participants import audit, history
from participants.models import FormerAddress, Merge, MergedOf, Organisation, Person
from participants.names import KeyField

MODELS: dict[str, Any] = {MergedOf.PERSON: Person, MergedOf.ORGANISATION: Organisation}


class CannotMerge(ValidationError):
    """Why these two cannot become one, or this merge cannot be undone, in words for staff."""


@dataclass(frozen=True)
class Relation:
    """How the rows move that point at a lost row by one foreign key.

    says    lookups whose values tell staff which row it is; none for rows that only follow another
    alike   columns that, equal in two rows of the same target, make them one row too; none where any number may be
    meet    called with (kept, moving) of two such rows; returns what the kept one gets: {field: value}
    before  called with (target, moving) for each row that moves; returns {field: value} to write with it
    """

    label: str
    name: str
    says: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    meet: Callable[[Any, Any], dict[str, Any]] = lambda kept, moving: {}
    before: Callable[[Any, Any], dict[str, Any]] = lambda target, moving: {}

    @property
    def model(self) -> Any:
        return apps.get_model(self.label)

    def of(self, row) -> models.QuerySet:
        """The rows that point at `row`, in a lasting order."""
        return self.model._base_manager.filter(**{self.name: row.pk}).order_by("pk")

    def likeness(self, row) -> tuple | None:
        return tuple(row.serializable_value(name) for name in self.alike) if self.alike else None


RELATIONS: dict[tuple[str, str], Relation] = {}
AFTERWARDS: list[Callable[[list], None]] = []  # called with the journal, in the transaction
PUBLIC: dict[str, Callable[[], models.QuerySet]] = {}  # which rows of a model the public may know of


def points_at(label: str, name: str, **how) -> None:
    """Say how the rows of `label` move that point at a merged row by the foreign key `name`."""
    RELATIONS[label, name] = Relation(label, name, **how)


def _pointing(model: Any) -> Iterable[tuple[Any, str]]:
    """Yield every (model, foreign key) that points at rows of `model`; many-to-many by the tables between."""
    for relation in model._meta.related_objects:
        source = relation.related_model._meta
        if relation.many_to_many:
            if relation.through._meta.auto_created:
                yield relation.through, relation.field.m2m_reverse_field_name()
        elif source.managed and not source.proxy:
            yield relation.related_model, relation.field.name


def relations_to(model: Any) -> list[Relation]:
    """Return how each relation to `model` moves; refuse when nobody decided about one."""
    found = [(source._meta.label, name) for source, name in _pointing(model._meta.concrete_model)]
    if left := [f"{label}.{name}" for label, name in found if (label, name) not in RELATIONS]:
        raise CannotMerge(f"Nobody decided yet what becomes of {', '.join(left)}.")
    return [RELATIONS[one] for one in found]


def blanks(kept, other, *names: str) -> dict[str, Any]:
    """Return what `other` says in those of the fields `names` that are empty in `kept`."""
    pairs = ((name, getattr(kept, name), getattr(other, name)) for name in names)
    return {name: theirs for name, mine, theirs in pairs if mine in (None, "") and theirs not in (None, "")}


def against(kept, lost) -> str:
    """Say why two rows may not become one, or nothing."""
    if kept.pk == lost.pk:
        return "This is one and the same."
    if isinstance(kept, Person) and kept.user_id and lost.user_id:
        return "Both have an account. Make one of the accounts inactive and take it off its person first."
    return ""


def stored(row, name: str) -> Any:
    """Return what stands in a column of `row`, as JSON has it."""
    column = row._meta.get_field(name)
    value = column.get_prep_value(column.value_from_object(row))
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def everything(row) -> dict[str, Any]:
    """Return all that stands in a row: {column: value}."""
    return {column.attname: stored(row, column.attname) for column in row._meta.concrete_fields if not column.generated}


def fingerprint(row) -> str:
    """Return what is the same only while nothing in the row changed, and tells nothing of what stands in it."""
    said = json.dumps(everything(row), sort_keys=True)
    return salted_hmac("participants.merging", said, algorithm="sha256").hexdigest()


def _write(row, columns: Mapping[str, Any]) -> None:
    """Write some columns of a row, with the keys that are made of them, round whatever its `save` does."""
    model = type(row)
    made = [column for column in model._meta.concrete_fields if isinstance(column, KeyField)]
    values = dict(columns) | {column.attname: column.pre_save(row, add=False) for column in made}
    model._base_manager.filter(pk=row.pk).update(**values)


@dataclass
class _Work:
    """One merge while it is done: its journal, and the keys of the rows it changed."""

    journal: list[list[Any]] = field(default_factory=list)
    changed: dict[str, set[str]] = field(default_factory=dict)

    def change(self, row, values: Mapping[str, Any]) -> None:
        """Write {field: value} into a row and note what stood there."""
        columns = {row._meta.get_field(name).attname: getattr(value, "pk", value) for name, value in values.items()}
        before = {name: stored(row, name) for name in columns}
        for name, value in columns.items():
            setattr(row, name, value)
        after = {name: stored(row, name) for name in columns}
        if before != after:
            _write(row, columns)
            self.journal.append(["change", row._meta.label, str(row.pk), before, after])
            self.changed.setdefault(row._meta.label, set()).add(str(row.pk))

    def delete(self, row) -> None:
        """Delete a row at which nothing points any more and note all it said."""
        self.journal.append(["delete", row._meta.label, everything(row)])
        self.changed.get(row._meta.label, set()).discard(str(row.pk))
        type(row)._base_manager.filter(pk=row.pk).delete()

    def absorb(self, kept, lost, values: Mapping[str, Any]) -> None:
        """Let whatever points at `lost` point at `kept`, delete `lost`, then write `values` into `kept`."""
        for relation in relations_to(type(kept)):
            by_likeness = {relation.likeness(row): row for row in relation.of(kept)} if relation.alike else {}
            for row in relation.of(lost):
                if (same := by_likeness.get(relation.likeness(row))) is not None:
                    self.absorb(same, row, relation.meet(same, row))
                else:
                    self.change(row, {**relation.before(kept, row), relation.name: kept.pk})
        self.delete(lost)
        self.change(kept, values)


@transaction.atomic
def merge(kept, lost, *, by, values: Mapping[str, Any] | None = None) -> Merge:
    """Make one of two people or organisations; `values` is what `kept` says afterwards: {field: value}.

    Raises CannotMerge, and leaves all as it was, where the two may not become one.
    """
    model: Any = type(kept)
    both = model._base_manager.select_for_update().filter(pk__in=[kept.pk, lost.pk]).order_by("pk")
    rows = {row.pk: row for row in both}
    if len(rows) != 2:
        raise CannotMerge("One of the two is not there any more.")
    kept, lost = rows[kept.pk], rows[lost.pk]
    if why_not := against(kept, lost):
        raise CannotMerge(why_not)
    values = dict(values or {})
    if model is Person and lost.user_id:
        values["user"] = lost.user_id
    names = str(kept), str(lost)
    was_public = model._meta.label in PUBLIC and PUBLIC[model._meta.label]().filter(pk__in=rows).count() == len(rows)
    work = _Work()
    try:
        with history.watch(*_kept_in_history(kept, lost), by=by, how="merged"):
            work.absorb(kept, lost, values)
    except IntegrityError as refused:
        raise CannotMerge("What would be kept says the same as yet another one: look at that first.") from refused
    if model is Organisation:
        FormerAddress.objects.create(slug=lost.slug, organisation=kept, was_public=was_public)
    _settle(work.journal)
    work.changed.setdefault(model._meta.label, set()).add(str(kept.pk))
    prints = {
        label: {str(row.pk): fingerprint(row) for row in apps.get_model(label)._base_manager.filter(pk__in=keys)}
        for label, keys in work.changed.items()
    }
    audit.record(audit.Act.MERGED, by=by, what=model._meta.model_name, kept=kept.pk, lost=lost.pk)
    return Merge.objects.create(
        of=next(name for name, one in MODELS.items() if one is model),
        kept=kept.pk,
        lost=lost.pk,
        kept_name=names[0],
        lost_name=names[1],
        merged_by=by,
        journal=[*work.journal, ["prints", prints]],
    )


def against_undoing(merge: Merge) -> str:
    """Say why a merge cannot be undone any more, or nothing."""
    if merge.undone_at:
        return "It was undone already."
    if not merge.journal:
        return "It is too long ago: what stood in the other one was deleted."
    if not MODELS[merge.of]._base_manager.filter(pk=merge.kept).exists():
        return "What was kept has itself become part of another one since: undo that first."
    prints: dict[str, dict[str, str]] = merge.journal[-1][1]
    for label, expected in prints.items():
        model = apps.get_model(label)
        rows = {str(row.pk): row for row in model._base_manager.filter(pk__in=expected)}
        for pk, was in expected.items():
            if pk not in rows:
                return f"A {model._meta.verbose_name} that had moved was deleted since."
            if fingerprint(rows[pk]) != was:
                return f"Somebody changed a {model._meta.verbose_name} that had moved since: {rows[pk]}."
    return ""


@transaction.atomic
def undo(merge: Merge, *, by) -> None:
    """Take apart what `merge` made one: every row is as it was before.

    Raises CannotMerge, and leaves all as it was, once something that moved was changed.
    """
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if why_not := against_undoing(merge):
        raise CannotMerge(why_not)
    rows = _rows_of(merge.journal[:-1])
    try:
        with history.watch(*rows, by=by, how="merge undone"):
            for step in reversed(merge.journal[:-1]):
                _take_back(*step)
    except IntegrityError as refused:
        raise CannotMerge("Something new has taken the place of what was lost: its name or its address.") from refused
    if merge.of == MergedOf.ORGANISATION:
        slug = MODELS[merge.of]._base_manager.filter(pk=merge.lost).values("slug")
        FormerAddress.objects.filter(organisation=merge.kept, slug__in=slug).delete()
    _settle(merge.journal[:-1])
    Merge.objects.filter(pk=merge.pk).update(undone_at=timezone.now(), undone_by=by)
    audit.record(audit.Act.MERGE_UNDONE, by=by, what=merge.of, kept=merge.kept, lost=merge.lost)


def _kept_in_history(*rows) -> list[models.QuerySet]:
    """Return those of `rows`, and of what points at them and may become one, that have a history."""
    model = type(rows[0])
    keys = [row.pk for row in rows]
    found = [model._base_manager.filter(pk__in=keys)] if history.kept_of(model) else []
    for relation in relations_to(model):
        pointing = relation.model._base_manager.filter(**{f"{relation.name}__in": keys})
        if not relation.alike:
            there = [row.pk for row in pointing]
            found += [relation.model._base_manager.filter(pk__in=there)] if history.kept_of(relation.model) else []
        elif there := list(pointing):
            found += _kept_in_history(*there)
    return found


def _rows_of(journal: list) -> list[models.QuerySet]:
    """Return the rows of a journal that have a history, whether they are there or come back."""
    keys: dict[str, set[str]] = {}
    for kind, label, said, *_ in journal:
        key = said if kind == "change" else said[apps.get_model(label)._meta.pk.attname]
        keys.setdefault(label, set()).add(str(key))
    found = ((apps.get_model(label), pks) for label, pks in keys.items())
    return [model._base_manager.filter(pk__in=pks) for model, pks in found if history.kept_of(model)]


def _take_back(kind: str, label: str, *said) -> None:
    model = apps.get_model(label)
    if kind == "delete":
        (values,) = said
        model._base_manager.bulk_create([model(**{name: _loaded(model, name, values[name]) for name in values})])
        return
    pk, before, _ = said
    row = model._base_manager.get(pk=pk)
    columns = {name: _loaded(model, name, value) for name, value in before.items()}
    for name, value in columns.items():
        setattr(row, name, value)
    _write(row, columns)


def _loaded(model: Any, name: str, value: Any) -> Any:
    return model._meta.get_field(name).to_python(value)


def _settle(journal: list) -> None:
    for afterwards in AFTERWARDS:
        afterwards(journal)


points_at("participants.FormerAddress", "organisation")
# Whoever works for the one that is lost works for the one that stays: its page says so before.
points_at("participants.User_institutions", "organisation", says=("user__name",), alike=("user",))
# What the headers of its files mean; where both know one, that of the one that stays holds.
points_at("participants.KnownColumn", "organisation", alike=("kind", "header"))
