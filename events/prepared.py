"""QuerySets about one event, put into SQL once a process.

What a rule of attribution asks of the database takes Django one to three milliseconds to put into words, and the
database a tenth of that to answer. The page of an event asks ten such questions; only the event differs.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

from events.models import Event

STAND_IN = -7_354_963_041  # the key of no event; it marks the places where the event's own goes


class _Compiled(NamedTuple):
    sql: str
    params: tuple
    names: list[str]
    converters: list[tuple[int, Callable, Any]]  # column, what makes of it a Python value, its expression


class Prepared:
    """The rows that a QuerySet of `values()` finds for an event, as dicts.

    `build` takes an event and returns the QuerySet, beginning at a `public()` as everywhere. It is called once for each
    kind of database, so nothing in it may depend on anything but the event's key: no clock, no setting, no language.
    """

    def __init__(self, build: Callable[[Event], QuerySet]):
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, event: Event) -> list[dict[str, Any]]:
        """Return the rows in the order of the QuerySet, in one query."""
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.vendor not in self._compiled:
            self._compiled[connection.vendor] = self._compile(connection)
        sql, params, names, converters = self._compiled[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(sql, [event.pk if param == STAND_IN else param for param in params])
            rows = cursor.fetchall()
        if converters:
            rows = [list(row) for row in rows]
            for column, convert, expression in converters:
                for row in rows:
                    row[column] = convert(row[column], expression, connection)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _compile(self, connection) -> _Compiled:
        query = self._build(Event(pk=STAND_IN)).query
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        if STAND_IN not in params:
            raise ValueError("A prepared QuerySet must ask for the rows of one event.")
        selected = [expression for expression, *_ in compiler.select]
        converters = [
            (column, convert, expression)
            for column, (converts, expression) in compiler.get_converters(selected).items()
            for convert in converts
        ]
        return _Compiled(sql, tuple(params), list(query.selected), converters)
