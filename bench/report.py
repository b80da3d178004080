"""The figures as Markdown: a table for each database, the largest size with its growth from the smallest."""

import datetime as dt
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).resolve().parent.parent / "docs" / "figures.md"
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"

LEGEND = """\
*Queries*: of a page made anew, nothing of it kept. *SQL*: its statements alone, all rows fetched. *CPU*: of the whole
page in the web process; on PostgreSQL the server works beside it, hence *clock*. *× floor*: CPU against a plain Django
list page of 20 rows with three relations ({floor}); *alone*: the same in a process that has answered since something
was last published, so that it knows what lists offer and the numbers beside it.
*Kept* and *304*: CPU against a view that answers “ok”. *Growth*: the clock at {most} outcomes against {least}, each
measured against the floor beside it. All figures are medians of alternated rounds in one warm process, in milliseconds.
"""


def table(measured: list[dict[str, Any]]) -> str:
    """Return the table of one database, of the largest of `measured`."""
    smallest, largest = min(measured, key=_size), max(measured, key=_size)
    lines = [
        "| page | queries | SQL ms | CPU ms | clock ms | × floor | alone | kept ÷ ok | 304 ÷ ok | growth |",
        "| --- " + "| ---: " * 9 + "|",
    ]
    for page in largest["pages"]:
        growth = "–"
        if smallest is not largest and (before := _named(smallest, page["name"])):
            growth = f"{_against_floor(page, 'wall') / _against_floor(before, 'wall'):.2f}"
        kept = f"{page['kept']['cpu'] / page['ok']['cpu']:.1f}" if page["is_kept"] else "not kept"
        unchanged = f"{page['unchanged']['cpu'] / page['ok']['cpu']:.1f}" if page["is_kept"] else "–"
        lines.append(
            f"| {page['name']} | {page['queries']} | {page['sql']:.1f} | {page['cold']['cpu']:.1f} "
            f"| {page['cold']['wall']:.1f} | {_against_floor(page, 'cpu'):.2f} "
            f"| {page['alone']['cpu'] / page['floor']['cpu']:.2f} | {kept} | {unchanged} | {growth} |"
        )
    return "\n".join(lines)


def whole(measured: list[dict[str, Any]], day: dt.date) -> str:
    """Return what is written down of one database: where and when, and a table for each size."""
    first = measured[0]
    parts = [f"# {first['database']}, {day:%-d %B %Y}", f"{first['machine']}.", legend(measured)]
    for figures in sorted(measured, key=_size):
        floor, ok = figures["floor"], figures["ok"]
        facts = (
            f"{figures['public']:,} of them public; filled in {figures['filled_in']:.0f} s. The floor: "
            f"{floor['queries']} queries, {floor['cpu']:.1f} CPU ms; “ok”: {ok['cpu']:.2f} CPU ms."
        )
        parts += [f"## {figures['size']:,} outcomes", facts, table([min(measured, key=_size), figures])]
    return "\n\n".join(parts) + "\n"


def legend(measured: list[dict[str, Any]]) -> str:
    """Return what the columns say."""
    smallest, largest = min(measured, key=_size), max(measured, key=_size)
    floor = f"{largest['floor']['queries']} queries, {largest['floor']['cpu']:.1f} CPU ms"
    return LEGEND.format(floor=floor, most=f"{largest['size']:,}", least=f"{smallest['size']:,}").strip()


def summary(by_database: list[list[dict[str, Any]]], day: dt.date) -> str:
    """Return what stands in docs/figures.md: the largest size on each database."""
    parts = []
    for measured in by_database:
        largest = max(measured, key=_size)
        parts += [
            f"**{largest['size']:,} outcomes on {largest['database']}**, {day:%-d %B %Y}, {largest['machine']}:",
            table(measured),
        ]
    return "\n\n".join([*parts, legend(by_database[-1])])


def write_between_marks(path: Path, text: str, begin_mark: str = BEGIN, end_mark: str = END) -> None:
    """Put `text` between the two marks of a file; raises ValueError where they are not."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(begin_mark)
    _, end, after = rest.partition(end_mark)
    if not (begin and end):
        raise ValueError(f"{path.name} has no {begin_mark} … {end_mark} to write between.")
    path.write_text(f"{before}{begin_mark}\n{text}\n{end_mark}{after}", encoding="utf-8")


def _size(figures: dict[str, Any]) -> int:
    return figures["size"]


def _named(figures: dict[str, Any], name: str) -> dict[str, Any] | None:
    return next((page for page in figures["pages"] if page["name"] == name), None)


def _against_floor(page: dict[str, Any], what: str) -> float:
    return page["cold"][what] / page["floor"][what]
