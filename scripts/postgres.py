"""Say in one line why the suite cannot run on the PostgreSQL server that DATABASE_URL names; exit 0 when it can."""

import os
import sys
from urllib.parse import urlsplit

import psycopg

EXAMPLE = "postgres://user:password@127.0.0.1:5432/readout"


def main() -> str | None:
    """The complaint, or None. The database itself need not exist: the suite makes its own beside it."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return f"DATABASE_URL is not set: name a PostgreSQL server, for example DATABASE_URL={EXAMPLE}"
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        return f"DATABASE_URL does not name a PostgreSQL server: it should look like {EXAMPLE}"
    try:
        with psycopg.connect(url, dbname="postgres", connect_timeout=5) as connection:
            version = connection.info.server_version
            may_create = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        return f"The PostgreSQL server of DATABASE_URL does not answer: {reason}"
    if version < 150000:
        return f"The PostgreSQL server of DATABASE_URL is too old ({version // 10000}): Readout needs 15 or newer."
    if not (may_create and may_create[0]):
        return "The user of DATABASE_URL may not create databases, which the suite does: ALTER ROLE … CREATEDB."
    return None


if __name__ == "__main__":
    sys.exit(main())
