"""QuerySets put into SQL once a process, of which only some values differ from one time to the next.

What a rule of attribution asks of the database takes Django one to three milliseconds to put into words, and the
database a tenth of that to answer. The page of an event asks up to ten such questions; only the event differs.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import QuerySet

from events.models import Event

# An event that is not: in the SQL, its values mark the places where the event's own go.
_STAND_IN: dict[str, Any] = {
    "id": -7_354_963_041,
    "series_id": -7_354_963_042,
    "slug": "\uffff stands in",
    "starts_on": dt.date(1, 2, 3),
}
_DATE, _MOMENT = models.DateField(), models.DateTimeField()


class _Compiled(NamedTuple):
    sql: str
    params: tuple
    places: list[tuple[int, str]]  # which parameters are which of the values
    names: list[str]
    converters: list[tuple[int, Callable, Any]]  # column, what makes of it a Python value, its expression


def stand_ins(*names: str) -> dict[str, int]:
    """Return a key that no row has for each of `names`."""
    return {name: -7_354_963_100 - place for place, name in enumerate(names)}


class PreparedQuery:
    """The rows that a QuerySet of `values()` finds, as dicts.

    `build` takes `values`, which no row of the database has (see `stand_ins`), and returns the QuerySet, beginning at a
    `public()` as everywhere. It is called once for each kind of database, so the QuerySet may depend on nothing else:
    no clock, no setting, no language.
    """

    def __init__(self, build: Callable[..., QuerySet], **values: Any):
        self._build, self._values = build, values
        self._compiled: dict[str, _Compiled] = {}

    def find(self, **values: Any) -> list[dict[str, Any]]:
        """Return the rows for `values` in the order of the QuerySet, in one query."""
        return self._fetch(values)

    def keys(self, **values: Any) -> "Keys":
        """Return the first column of the rows for `values`, to be read part by part."""
        return Keys(self, values)

    def _fetch(self, values: Mapping[str, Any], tail: str = "") -> list[dict[str, Any]]:
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.vendor not in self._compiled:
            self._compiled[connection.vendor] = self._compile(connection)
        sql, params, places, names, converters = self._compiled[connection.vendor]
        filled = list(params)
        for place, name in places:
            filled[place] = _adapted(values[name], connection)
        with connection.cursor() as cursor:
            cursor.execute(sql + tail, filled)
            rows = cursor.fetchall()
        if converters:
            rows = [list(row) for row in rows]
            for column, convert, expression in converters:
                for row in rows:
                    row[column] = convert(row[column], expression, connection)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _compile(self, connection) -> _Compiled:
        query = self._build(**self._values).query
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        marks = {_adapted(value, connection): name for name, value in self._values.items()}
        places = [(place, marks[param]) for place, param in enumerate(params) if param in marks]
        if self._values and not places:
            raise ValueError("A prepared QuerySet must ask about what it is given.")
        selected = [expression for expression, *_ in compiler.select]
        converters = [
            (column, convert, expression)
            for column, (converts, expression) in compiler.get_converters(selected).items()
            for convert in converts
        ]
        return _Compiled(sql, tuple(params), places, list(query.selected or ()), converters)


class Keys:
    """The first column of what a prepared query finds, in its order; a part of it takes one query, as a page does."""

    def __init__(self, query: PreparedQuery, values: Mapping[str, Any]):
        self._query, self._values = query, values

    def __getitem__(self, part: slice) -> list:
        """Return the keys from `start` to `stop`, both given and neither negative."""
        return self._read(f" LIMIT {int(part.stop) - int(part.start)} OFFSET {int(part.start)}")

    def __iter__(self):
        return iter(self._read())

    def _read(self, tail: str = "") -> list:
        return [next(iter(row.values())) for row in self._query._fetch(self._values, tail)]


def _adapted(value: Any, connection) -> Any:
    if isinstance(value, dt.datetime):
        return _MOMENT.get_db_prep_value(value, connection)
    return _DATE.get_db_prep_value(value, connection) if isinstance(value, dt.date) else value


class Prepared(PreparedQuery):
    """A prepared query about one event: it may depend on its key, series, slug and first day."""

    def __init__(self, build: Callable[[Event], QuerySet]):
        super().__init__(lambda **values: build(Event(**values)), **_STAND_IN)

    def rows(self, event: Event) -> list[dict[str, Any]]:
        """Return the rows for `event` in the order of the QuerySet, in one query."""
        return self.find(**{name: getattr(event, name) for name in _STAND_IN})
