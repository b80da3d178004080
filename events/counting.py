"""Several counts in one query."""

from django.core.exceptions import EmptyResultSet
from django.db import connections, models


def count_each(up_to: int, /, **lists: models.QuerySet) -> dict[str, int]:
    """Return how many rows each of `lists` has, at most `up_to`, which stands for "that many or more"."""
    numbers = dict.fromkeys(lists, 0)
    parts: dict[str, str] = {}
    params: list = []
    for name, rows in lists.items():
        try:
            sql, values = rows.order_by().values("pk")[:up_to].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts[name] = f"(SELECT COUNT(*) FROM ({sql}) AS counted)"  # noqa: S608 (Django's own SQL, values apart)
        params += values
    if parts:
        using = next(iter(lists.values())).db
        with connections[using].cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts.values())}", params)
            numbers |= dict(zip(parts, cursor.fetchone(), strict=True))
    return numbers
