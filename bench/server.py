"""A site on a database of its own, served by `scripts/serve.sh web`, for what is measured from outside."""

import os
import re
import secrets
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path
from socket import socket
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


class Server:
    """The web processes of a site on the database at `url`, stopped at the end; no worker and no proxy.

    `module` answers what `inside()` asks, `variables` are added to the environment.
    """

    def __init__(self, url: str, module: str, **variables: str):
        self.port, self.module = free_port(), module
        self.env = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")} | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SITE_URL": f"http://{HOST}:{self.port}",
            "EMAIL_URL": "dummymail://",
            "BIND": HOST,
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "2",
            **variables,
        }

    def __enter__(self):
        serve = ROOT / "scripts" / "serve.sh"
        for step in ("prepare",) if static_is_current() else ("static", "prepare"):
            subprocess.run([serve, step], cwd=ROOT, env=self.env, check=True)
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen([serve, "web"], cwd=ROOT, env=self.env, stdout=quiet, stderr=quiet)
        wait_for(self.port, self.process)
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(timeout=30)

    def inside(self, *command: str) -> str:
        """Ask the site's own code."""
        asked = [sys.executable, "-m", self.module, *command]
        return subprocess.run(asked, cwd=ROOT, env=self.env, check=True, capture_output=True, text=True).stdout


def static_is_current() -> bool:
    """Whether the static files were collected since anything of them, or a package that brings some, last changed."""
    collected = ROOT / "var" / "static" / "staticfiles.json"
    sources = [*(ROOT / "static").rglob("*"), ROOT / "requirements.txt", ROOT / "config" / "settings.py"]
    return collected.exists() and collected.stat().st_mtime > max(path.stat().st_mtime for path in sources)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen, seconds: float = 60) -> None:
    """Return when somebody listens at `port`; end the program where the `process` ends or takes too long."""
    deadline = time.monotonic() + seconds
    while True:
        with socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit("The server did not start.")
        time.sleep(0.1)


def databases(asked: Namespace, name: str) -> dict[str, str]:
    """An empty database of each kind, by its kind; says which is left out and why.

    `asked` has `only` (postgresql, sqlite or None), `postgresql` (an address) and `folder`; `name` is that of the file.
    """
    found = {}
    if asked.only != "postgresql":
        path = asked.folder / f"{name}.sqlite3"
        for old in asked.folder.glob(f"{name}.sqlite3*"):
            old.unlink()
        found["SQLite"] = f"sqlite:///{path}"
    if asked.only != "sqlite":
        database = urlsplit(asked.postgresql).path.removeprefix("/")
        if not re.fullmatch(r"\w+", database):
            sys.exit(f"The database of {asked.postgresql} must have a plain name: it is dropped and made anew.")
        try:
            with psycopg.connect(asked.postgresql, dbname="postgres", autocommit=True, connect_timeout=5) as server:
                server.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
                server.execute(f'CREATE DATABASE "{database}"')
            found["PostgreSQL"] = asked.postgresql
        except psycopg.Error as error:
            say(f"PostgreSQL is left out, its server does not answer: {' '.join(str(error).split())}")
    return found


def say(words: str) -> None:
    """Tell whoever waits."""
    print(words, file=sys.stderr, flush=True)
