"""A small bar chart of years, drawn on the server: it prints, needs no script, and a table has the same numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

WIDTH, HEIGHT, GAP = (
    600,
    120,
    0.28,
)  # units of the drawing, which is stretched to its place; share of a step between bars
MOST_YEARS = 40  # bars that can still be told apart; older years stand in the table


@dataclass(frozen=True)
class Bar:
    """One piece of a column, in units of the drawing."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """Columns of takeaways with actions on top of them, a year each, and the rows of the table beside them."""

    bars: list[Bar]
    rows: list[tuple[str, int, int]]
    first: int
    last: int
    peak: int
    peak_year: int
    without_year: tuple[int, int] | None
    width: int = WIDTH
    height: int = HEIGHT


def by_year(numbers: Mapping[str, Mapping[str, int]]) -> Chart | None:
    """Draw {year: {kind: number}}, "" being outcomes of dialogues without a date; None for fewer than two years."""
    counted = {int(year): (kinds.get("takeaway", 0), kinds.get("action", 0)) for year, kinds in numbers.items() if year}
    counted = {year: pair for year, pair in counted.items() if any(pair)}
    if len(counted) < 2:
        return None
    last = max(counted)
    first = max(min(counted), last - MOST_YEARS + 1)
    totals = {year: sum(pair) for year, pair in counted.items() if year >= first}
    peak_year = max(totals, key=lambda year: (totals[year], year))
    step, scale = WIDTH / (last - first + 1), HEIGHT / totals[peak_year]
    bars = []
    for year in range(first, last + 1):
        base = float(HEIGHT)
        for kind, number in zip(("takeaway", "action"), counted.get(year, (0, 0)), strict=True):
            if number:
                height = round(number * scale, 2)
                base -= height
                x = (year - first + GAP / 2) * step
                bars.append(Bar(kind, round(x, 2), round(base, 2), round(step * (1 - GAP), 2), height))
    undated = numbers.get("", {})
    return Chart(
        bars=bars,
        rows=[(str(year), *counted[year]) for year in sorted(counted, reverse=True)],
        first=first,
        last=last,
        peak=totals[peak_year],
        peak_year=peak_year,
        without_year=(undated.get("takeaway", 0), undated.get("action", 0)) if any(undated.values()) else None,
    )
