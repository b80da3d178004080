"""What came of an event as its closing pages print it: takeaways, then actions, under the headings they are printed
under."""

import datetime as dt
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from django.urls import reverse
from django.utils import timezone

from events.models import Event
from events.prepared import Prepared

SHOWN = 100  # outcomes on an event's page; the list of outcomes has the rest

_OUTCOMES = Prepared(
    lambda event: (
        event.outcomes.public()
        .as_printed()[: SHOWN + 1]
        .values("kind", "code", "number", "text", "heading", "progress", "due_on")
    )
)


@dataclass
class Printed:
    """Outcomes of an event in order: each list holds (heading, outcomes under it as dicts)."""

    takeaways: list[tuple[str, list[dict]]] = field(default_factory=list)
    actions: list[tuple[str, list[dict]]] = field(default_factory=list)
    more: bool = False  # whether there are more than SHOWN

    def __bool__(self):
        return bool(self.takeaways or self.actions)


def printed(event: Event, today: dt.date | None = None) -> Printed:
    """Return the first public outcomes of a public `event`, in one query."""
    rows = _OUTCOMES.rows(event)
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    progress = dict(event.outcomes.model.Progress.choices)
    settled = event.outcomes.model.SETTLED
    today = today or timezone.localdate()
    anywhere = reverse("outcomes:outcome-detail", args=["a" * 8])
    cite_as = event.cite_as
    for row in rows:
        letter = "A" if row["kind"] == "action" else "T"
        row["href"] = anywhere.replace("a" * 8, row["code"])
        row["mark"] = f"{letter}{row['number']}"
        row["reference"] = f"{cite_as}-{row['mark']}"
        row["label"] = progress.get(row["progress"], "")
        row["overdue"] = bool(row["due_on"]) and row["progress"] not in settled and row["due_on"] < today
    of_kind = {kind: list(under) for kind, under in groupby(rows, itemgetter("kind"))}
    takeaways, actions = (_under_headings(of_kind.get(kind, [])) for kind in ("takeaway", "action"))
    return Printed(takeaways, actions, more)


def _under_headings(rows: list[dict]) -> list[tuple[str, list[dict]]]:
    return [(heading, list(under)) for heading, under in groupby(rows, itemgetter("heading"))]
