"""One question to many tables at once, for pages that have to look everywhere."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast

Part = tuple[QuerySet, Sequence[str]]  # rows of one table, and the columns wanted of them


def read_together(parts: Sequence[Part]) -> Iterator[tuple[int, Any, tuple[str | None, ...]]]:
    """Yield (which of `parts`, key, its columns as texts) for each of their rows: one query.

    A part with fewer columns than another has None in the place of the rest.
    """
    width = max((len(columns) for _, columns in parts), default=0)
    asked = []
    for at, (rows, columns) in enumerate(parts):
        sources: list[Any] = [*columns, *[Value(None)] * (width - len(columns))]
        texts = {f"together_{place}": Cast(source, TextField()) for place, source in enumerate(sources)}
        which, key = Value(at, IntegerField()), Cast("pk", TextField())
        texted = rows.order_by().annotate(together_which=which, together_key=key, **texts)
        asked.append(texted.values_list("together_which", "together_key", *texts))
    if not asked:
        return
    for at, key, *texts in asked[0].union(*asked[1:], all=True).order_by().iterator(chunk_size=500):
        yield at, parts[at][0].model._meta.pk.to_python(key), tuple(texts)


def count_together(querysets: Sequence[QuerySet]) -> list[int]:
    """Return how many rows each has: one query."""
    asked = [
        rows.order_by().annotate(together_which=Value(at, IntegerField())).values("together_which")
        .annotate(together_number=Count("pk")).values_list("together_which", "together_number")
        for at, rows in enumerate(querysets)
    ]  # fmt: skip
    numbers = dict(asked[0].union(*asked[1:], all=True).order_by()) if asked else {}
    return [numbers.get(at, 0) for at in range(len(asked))]
