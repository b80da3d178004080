"""The log of the admin is written once: the database refuses to alter an entry or to delete one.

Two things pass, for `erase_person`: what an entry called its row and said about it may be emptied, and entries of an
account that is erased may be handed to the one that stands for all former staff. The kind of record may be forgotten
when a model is no more (`remove_stale_contenttypes`).
"""

from django.contrib.admin.models import LogEntry
from django.db import connections

from participants.models.user import FORMER_STAFF, User

_WRITTEN_ONCE = ("id", "action_time", "object_id", "action_flag")


def install(using: str = "default", **kwargs) -> None:
    """Put the triggers in place after every `migrate`; SQLite drops them when a migration rebuilds the table."""
    connection = connections[using]
    table = LogEntry._meta.db_table
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        if table not in names or User._meta.db_table not in names:
            return
        former = f"SELECT id FROM {User._meta.db_table} WHERE email = '{FORMER_STAFF}'"  # noqa: S608  # constants
        same = "IS" if connection.vendor == "sqlite" else "IS NOT DISTINCT FROM"
        allowed = " AND ".join(
            [
                *(f"NEW.{column} {same} OLD.{column}" for column in _WRITTEN_ONCE),
                *(
                    f"(NEW.{column} = OLD.{column} OR NEW.{column} = '')"
                    for column in ("object_repr", "change_message")
                ),
                f"(NEW.content_type_id {same} OLD.content_type_id OR NEW.content_type_id IS NULL)",
                f"(NEW.user_id = OLD.user_id OR NEW.user_id IN ({former}))",
            ]
        )
        if connection.vendor == "sqlite":
            refuse = "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
            cursor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {table}_append_only BEFORE UPDATE ON {table} "
                f"WHEN NOT ({allowed}) {refuse}"
            )
            cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {table}_kept BEFORE DELETE ON {table} {refuse}")
            return
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'UPDATE' THEN IF {allowed} THEN RETURN NEW; END IF; END IF; "
            "RAISE EXCEPTION 'the log is append-only'; END $$"
        )
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
        )
