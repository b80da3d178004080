"""Take the whole list of outcomes as a file in each format, and make the dump: `make bench-exports`.

The databases are those of `make bench`, filled if they are not there. Each file is taken in a process of its own, from
the view as the server calls it, and thrown away piece by piece.
"""

import argparse
import datetime as dt
import json
import os
import sys
from pathlib import Path

from bench import report
from bench.__main__ import POSTGRESQL, ROOT, databases, environment, run, say

BEGIN, END = "<!-- bench-exports -->", "<!-- /bench-exports -->"
FILES = ("csv", "xlsx", "json", "jsonl", "dump")
LEGEND = """\
*First byte*: until the first piece. *Seconds*, *CPU*: until the last one, on the clock and of the processor. *Memory*:
by how much the peak of the process grew meanwhile, over what a file of one dialogue had made of it. The dump is of
everything, made and packed, not sent.
"""


def table(measured: list[dict]) -> str:
    """Return the figures of each file as Markdown."""
    lines = [
        "| outcomes | database | file | rows | MB | first byte | seconds | CPU | rows a second | memory |",
        "| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {one['size']:,} | {one['database']} | {one['file']} | {one['rows']:,} | {one['bytes'] / 1e6:.1f} |"
        f" {one['first'] * 1000:.0f} ms | {one['seconds']:.1f} | {one['cpu']:.1f} |"
        f" {one['rows'] / one['seconds']:,.0f} | {one['memory'] / 1e6:.1f} MB |"
        for one in measured
    ]
    return "\n".join([*lines, "", LEGEND.strip()])


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="make bench-exports", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=os.environ.get("SIZES") or "10000 100000", help="numbers of outcomes")
    parser.add_argument("--only", choices=["postgresql", "sqlite"], help="leave the other database out")
    parser.add_argument("--postgresql", default=os.environ.get("BENCH_DATABASE_URL") or POSTGRESQL, metavar="URL")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="where SQLite's files are")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results", help="where the table is written")
    parser.add_argument("--publish", action="store_true", help="write the table into docs/figures.md as well")
    return parser.parse_args()


def main() -> None:
    """Measure, and write the table down."""
    asked, today = arguments(), dt.datetime.now(dt.UTC).date()
    asked.folder = asked.folder.resolve()
    for folder in (asked.folder, asked.results):
        folder.mkdir(parents=True, exist_ok=True)
    measured = []
    for name, url in databases(asked).items():
        for size in map(int, asked.sizes.split()):
            env = environment(asked.folder, url.format(size=size)) | {"MEDIA_ROOT": str(asked.folder / "media")}
            say(f"{name}, {size:,} outcomes")
            run("-m", "bench.inside", "fill", str(size), env=env)
            for file in FILES:
                found = json.loads(run("-m", "bench.exports_inside", file, env=env))
                measured.append({"size": size, "database": name, "file": file} | found)
                say(f"  {file}: {found['seconds']:.1f} s")
    if not measured:
        sys.exit(1)
    text = table(measured)
    path = asked.results / f"{today:%Y-%m-%d}-exports.md"
    path.write_text(f"# Whole lists as files, {today:%-d %B %Y}\n\n{text}\n", encoding="utf-8")
    print(f"\n{text}\n\nWritten to {path}.")
    if asked.publish:
        report.write_between_marks(report.FIGURES, text, BEGIN, END)


if __name__ == "__main__":
    main()
