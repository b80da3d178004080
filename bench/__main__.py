"""Fill and measure each database in each size, each in a process of its own, and write the tables: `make bench`."""

import argparse
import datetime as dt
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench import report

ROOT = Path(__file__).resolve().parent.parent
SIZES = "10000 100000 1000000"
POSTGRESQL = "postgres://postgres@127.0.0.1:5432/readout_bench"


def arguments() -> argparse.Namespace:
    """What was asked for: by arguments, else by the environment that make hands on."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", default=os.environ.get("SIZES") or SIZES, help="numbers of outcomes")
    parser.add_argument("--postgresql", default=os.environ.get("BENCH_DATABASE_URL") or POSTGRESQL, metavar="URL")
    parser.add_argument("--only", choices=["postgresql", "sqlite"], help="leave the other database out")
    parser.add_argument("--rounds", type=int, default=30, help="how often each page is asked for")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="where SQLite's files are")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results", help="where tables are written")
    parser.add_argument("--publish", action="store_true", help="write the largest size into docs/figures.md as well")
    return parser.parse_args()


def environment(folder: Path, url: str) -> dict[str, str]:
    """The settings of a real site, on the database of `url`."""
    return os.environ | {
        "DATABASE_URL": url,
        "BENCH_FOLDER": str(folder),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": "https://bench.example",
        "EMAIL_URL": "memorymail://",
    }


def databases(asked: argparse.Namespace) -> dict[str, str]:
    """Return an address with a place for the size, by the database's name; says which is left out and why."""
    found = {}
    if asked.only != "sqlite":
        server = urlsplit(asked.postgresql)
        try:
            psycopg.connect(asked.postgresql, dbname="postgres", connect_timeout=5).close()
            found["postgresql"] = urlunsplit(server._replace(path=f"{server.path}_{{size}}"))
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            say(f"PostgreSQL is left out, its server does not answer (name one with BENCH_DATABASE_URL): {reason}")
    if asked.only != "postgresql":
        found["sqlite"] = f"sqlite:///{asked.folder / 'readout_{size}.sqlite3'}"
    return found


def run(*command: str, env: dict[str, str]) -> str:
    """Run a command of this Python and return what it prints; exits when it fails, having said why."""
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout


def say(words: str) -> None:
    """Tell whoever waits."""
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Do all that was asked for."""
    asked, today = arguments(), dt.datetime.now(dt.UTC).date()
    sizes = [int(size.replace(",", "").replace("_", "")) for size in asked.sizes.split()]
    asked.folder = asked.folder.resolve()
    asked.folder.mkdir(parents=True, exist_ok=True)
    asked.results.mkdir(parents=True, exist_ok=True)
    chosen = databases(asked)
    if not chosen:
        sys.exit(1)
    by_database = []
    for name, url in chosen.items():
        measured = []
        for size in sizes:
            env = environment(asked.folder, url.format(size=size))
            say(f"{name}, {size:,} outcomes")
            run("manage.py", "collectstatic", "--no-input", "--verbosity", "0", env=env)
            run("-m", "bench.inside", "fill", str(size), env=env)
            measured.append(json.loads(run("-m", "bench.inside", "measure", str(size), str(asked.rounds), env=env)))
        by_database.append(measured)
        path = asked.results / f"{today:%Y-%m-%d}-{name}.md"
        path.write_text(report.whole(measured, today), encoding="utf-8")
        print(f"\n{report.table(measured)}\n\nWritten to {path}.")
    if asked.publish:
        report.write_between_marks(report.FIGURES, report.summary(by_database, today))


if __name__ == "__main__":
    main()
