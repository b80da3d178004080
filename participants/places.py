"""Where a text stands that names somebody: whether it is still there, and the page on which staff read it."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.urls import NoReverseMatch, reverse

from participants.models import Organisation, Person, User
from participants.together import read_together
from participants.traces import Trace

Row = tuple[Any, Any]  # a model and a key
STEPS = 4  # from a row to what it belongs to that has a page of its own


def still_there(traces: Iterable[Trace]) -> list[Trace]:
    """Return those whose row is there: one query."""
    traces = list(traces)
    there = {(model, key) for model, key, _ in _read({(trace.model, trace.pk) for trace in traces})}
    return [trace for trace in traces if (trace.model, trace.pk) in there]


def addresses(traces: Iterable[Trace]) -> dict[Trace, str]:
    """Return for each the page of the admin on which it is read: that of its row, or of what the row belongs to.

    At most a query for each step up, however many there are.
    """
    found: dict[Trace, str] = {}
    at: dict[Trace, Row] = {trace: (trace.model, trace.pk) for trace in traces}
    for _ in range(STEPS):
        found |= {trace: _page(*row) for trace, row in at.items()}
        above = {(model, key): row for model, key, row in _read({at[one] for one in at if not found[one]}, above=True)}
        at = {trace: above[row] for trace, row in at.items() if row in above}
    return found


def _page(model: Any, key: Any) -> str:
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])
    except NoReverseMatch:
        return ""


def _read(rows: set[Row], *, above: bool = False):
    """Yield (model, key, the row it belongs to) of those that are there; without `above` the last is None."""
    found = sorted({model for model, _ in rows}, key=lambda model: model._meta.label)
    ways = [_ways_up(model) if above else [] for model in found]
    parts = [
        (
            model._base_manager.filter(pk__in=[key for of, key in rows if of is model]),
            [column.name for column in columns],
        )
        for model, columns in zip(found, ways, strict=True)
    ]
    for at, key, keys in read_together(parts):
        up = ((column.related_model, one) for column, one in zip(ways[at], keys, strict=False) if one is not None)
        model, other = next(up, (None, None))
        if model is not None or not above:
            yield found[at], key, (model, model and model._meta.pk.to_python(other))


def _ways_up(model: Any) -> list[models.ForeignKey]:
    columns = [column for column in model._meta.concrete_fields if isinstance(column, models.ForeignKey)]
    return [column for column in columns if column.related_model not in (User, Person, Organisation)]
