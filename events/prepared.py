"""QuerySets about one event, put into SQL once a process.

What a rule of attribution asks of the database takes Django one to three milliseconds to put into words, and the
database a tenth of that to answer. The page of an event asks up to ten such questions; only the event differs.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, QuerySet

from events.models import Event

# An event that is not: in the SQL, its values mark the places where the event's own go.
_STAND_IN: dict[str, Any] = {
    "id": -7_354_963_041,
    "series_id": -7_354_963_042,
    "slug": "\uffff stands in",
    "starts_on": dt.date(1, 2, 3),
}


class _Compiled(NamedTuple):
    sql: str
    params: tuple
    places: list[tuple[int, Field]]  # which parameters are a field of the event
    names: list[str]
    converters: list[tuple[int, Callable, Any]]  # column, what makes of it a Python value, its expression


class Prepared:
    """The rows that a QuerySet of `values()` finds for an event, as dicts.

    `build` takes an event and returns the QuerySet, beginning at a `public()` as everywhere. It is called once for each
    kind of database, so the QuerySet may depend on nothing but key, series, slug and first day of the event: no clock,
    no setting, no language.
    """

    def __init__(self, build: Callable[[Event], QuerySet]):
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, event: Event) -> list[dict[str, Any]]:
        """Return the rows in the order of the QuerySet, in one query."""
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.vendor not in self._compiled:
            self._compiled[connection.vendor] = self._compile(connection)
        sql, params, places, names, converters = self._compiled[connection.vendor]
        values = list(params)
        for place, field in places:
            values[place] = field.get_db_prep_value(getattr(event, field.attname), connection)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            rows = cursor.fetchall()
        if converters:
            rows = [list(row) for row in rows]
            for column, convert, expression in converters:
                for row in rows:
                    row[column] = convert(row[column], expression, connection)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _compile(self, connection) -> _Compiled:
        query = self._build(Event(**_STAND_IN)).query
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        fields = [field for field in Event._meta.concrete_fields if field.attname in _STAND_IN]
        marks = {field.get_db_prep_value(_STAND_IN[field.attname], connection): field for field in fields}
        places = [(place, marks[param]) for place, param in enumerate(params) if param in marks]
        if not places:
            raise ValueError("A prepared QuerySet must ask about one event.")
        selected = [expression for expression, *_ in compiler.select]
        converters = [
            (column, convert, expression)
            for column, (converts, expression) in compiler.get_converters(selected).items()
            for convert in converts
        ]
        return _Compiled(sql, tuple(params), places, list(query.selected or ()), converters)
