"""Getting millions of rows into a table: COPY on PostgreSQL, one prepared INSERT on SQLite, indexes made afterwards."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.core.management.color import no_style
from django.db import connection, models, transaction

Row = list


def load(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert `rows`, each with the values of `names` (attribute names such as "event_id"); the rest gets defaults.

    Times are aware and in UTC. What a constraint forbids is refused by the database; nothing else checks.
    """
    given = {name: place for place, name in enumerate(names)}
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    fields = sorted(
        (field for field in fields if field.attname in given or not (field.primary_key or field.has_db_default())),
        key=lambda field: given.get(field.attname, len(given)),
    )
    rest = [_value(field, field.get_default()) for field in fields[len(given) :]]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    ready = _ready(fields[: len(given)], rest, rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in ready:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(fields))
            with transaction.atomic():  # past Django's cursor, which would translate the marks of every row
                cursor.cursor.connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", ready)


def _ready(fields: Sequence[models.Field], rest: Row, rows: Iterable[Row]) -> Iterator[Row]:
    if connection.vendor == "postgresql":
        special = [place for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
    else:
        kinds = (models.JSONField, models.DateField)  # a DateTimeField is a DateField
        special = [place for place, field in enumerate(fields) if isinstance(field, kinds)]
    for row in rows:
        row = [*row, *rest]
        for place in special:
            row[place] = _value(fields[place], row[place])
        yield row


def _value(field: models.Field, value):
    """Return `value` as the driver takes it."""
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return json.dumps(value)
    if connection.vendor == "sqlite" and isinstance(value, dt.datetime):
        return str(value.replace(tzinfo=None))
    if connection.vendor == "sqlite" and isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(field, models.FileField) else value


@contextmanager
def bulk(*tables: type[models.Model]) -> Iterator[None]:
    """Take the indexes, foreign keys and triggers of `tables` away, and make them again; then the keys are checked."""
    names = [model._meta.db_table for model in tables]
    with _on_postgresql(names) if connection.vendor == "postgresql" else _on_sqlite(names):
        yield
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


@contextmanager
def _on_postgresql(tables: list[str]) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(
            "SELECT conrelid::regclass, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
            [tables],
        )
        keys = cursor.fetchall()
        cursor.execute(
            "SELECT quote_ident(indexname), indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [tables],
        )
        indexes = cursor.fetchall()
        for table, name, _ in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _, statement in indexes:
            cursor.execute(statement)
        for table, name, definition in keys:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


@contextmanager
def _on_sqlite(tables: list[str]) -> Iterator[None]:
    with connection.cursor() as cursor:
        for setting in ("foreign_keys=OFF", "journal_mode=MEMORY", "synchronous=OFF", "cache_size=-500000"):
            cursor.execute(f"PRAGMA {setting}")
        marks = ", ".join(["%s"] * len(tables))
        cursor.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')"
            f" AND sql IS NOT NULL AND tbl_name IN ({marks})",
            tables,
        )
        made = cursor.fetchall()
        for kind, name, _ in made:
            cursor.execute(f"DROP {kind} {connection.ops.quote_name(name)}")
        yield
        for _, _, statement in made:
            cursor.cursor.connection.execute(statement)
        connection.check_constraints()
        for setting in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {setting}")
