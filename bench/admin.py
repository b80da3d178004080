"""Ask for every page of the admin of a forum, as its editor does: `make bench-admin`.

The forum has 300 sessions, 8,500 participations and 5,000 outcomes, among 10,000 people and 5,000 organisations. Pages
are read off the URLconf. A page should need no more than 30 queries and 500 ms.
"""

import argparse
import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Any

from bench import report
from bench.__main__ import ROOT, databases, environment, run, say

POSTGRESQL = "postgres://postgres@127.0.0.1:5432/readout_bench_admin"
BEGIN, END = "<!-- bench-admin -->", "<!-- /bench-admin -->"
QUERIES, MILLISECONDS = 30, 500  # what a page should need at most
SHOWN = 12  # pages in docs/figures.md: those that cost most
LEGEND = """\
Every page of the admin, asked for by an editor (by an administrator what editors do not see), in one warm process, of
a forum with 300 sessions, 8,500 participations and 5,000 outcomes. *ms*: the clock, the median of {rounds} rounds. The
aim is {queries} queries and {milliseconds} ms at most.
"""


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="make bench-admin", description=__doc__)
    parser.add_argument("--postgresql", default=os.environ.get("BENCH_DATABASE_URL") or POSTGRESQL, metavar="URL")
    parser.add_argument("--only", choices=["postgresql", "sqlite"], help="leave the other database out")
    parser.add_argument("--rounds", type=int, default=5, help="how often each page is asked for")
    parser.add_argument("--part", type=int, default=1, help="fill one so many-th of the forum only")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="where SQLite's files are")
    parser.add_argument("--publish", action="store_true", help="write the dearest pages into docs/figures.md as well")
    return parser.parse_args()


def over(page: dict[str, Any]) -> bool:
    """Whether a page misses the aim."""
    return page["queries"] > QUERIES or page["ms"] > MILLISECONDS


def table(pages: list[dict[str, Any]]) -> str:
    """Return the figures as Markdown; what misses the aim is bold."""
    lines = ["| page | as | queries | ms | KB |", "| --- | --- | ---: | ---: | ---: |"]
    for page in pages:
        mark = "**" if over(page) else ""
        lines.append(
            f"| {page['name']} | {page['role']} | {mark}{page['queries']}{mark} | {mark}{page['ms']:.0f}{mark} "
            f"| {page['bytes'] / 1000:.0f} |"
        )
    return "\n".join(lines)


def summary(measured: list[dict[str, Any]], day: dt.date, rounds: int) -> str:
    """Return what stands in docs/figures.md."""
    parts = []
    for figures in measured:
        pages = figures["pages"]
        missed = [page for page in pages if over(page)]
        dearest = sorted(pages, key=lambda page: -page["ms"])[:SHOWN]
        what = f"**{len(pages)} pages of the admin on {figures['database']}**, {day:%-d %B %Y}, {figures['machine']}"
        parts += [
            f"{what}: {len(missed) or 'none'} of them above the aim. Those that take longest:",
            table(dearest + [page for page in missed if page not in dearest]),
        ]
    legend = LEGEND.format(rounds=rounds, queries=QUERIES, milliseconds=MILLISECONDS)
    return "\n\n".join([*parts, legend.strip()])


def main() -> None:
    """Fill and measure each database in a process of its own, and print the tables."""
    asked, today = arguments(), dt.datetime.now(dt.UTC).date()
    asked.folder = asked.folder.resolve()
    asked.folder.mkdir(parents=True, exist_ok=True)
    chosen = databases(asked)
    if not chosen:
        sys.exit(1)
    measured = []
    for name, url in chosen.items():
        env = environment(asked.folder, url.format(size="forum"))
        say(f"{name}, a forum")
        run("manage.py", "collectstatic", "--no-input", "--verbosity", "0", env=env)
        run("-m", "bench.admin_inside", "fill", str(asked.part), env=env)
        measured.append(json.loads(run("-m", "bench.admin_inside", "measure", str(asked.rounds), env=env)))
        print(f"\n{name}\n\n{table(measured[-1]['pages'])}\n")
    if asked.publish:
        report.write_between_marks(report.FIGURES, summary(measured, today, asked.rounds), BEGIN, END)


if __name__ == "__main__":
    main()
