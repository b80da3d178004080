"""What came of an event as its closing pages print it: takeaways, then actions, under the headings they are printed
under."""

import datetime as dt
from itertools import groupby
from typing import NamedTuple

from django.utils import timezone

from events.addresses import address
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


class Item(NamedTuple):
    """A takeaway or an action as printed."""

    kind: str
    mark: str  # "T3"
    reference: str  # "WP3348-T3"
    href: str
    text: str
    heading: str
    progress: str
    label: str  # progress in words; nothing for takeaways
    is_overdue: bool


Groups = tuple[tuple[str, tuple[Item, ...]], ...]  # heading or "", and what is printed under it


class Printed(NamedTuple):
    """The outcomes of an event in order."""

    takeaways: Groups
    actions: Groups
    more: bool  # whether there are more than SHOWN


def printed(event: Event) -> Printed:
    """Return the first public outcomes of a public `event`, in one query."""
    model, today = event.outcomes.model, timezone.localdate()
    labels, cite_as = _labels(model), event.cite_as

    def item(row: dict) -> Item:
        mark = f"{row['kind'][0].upper()}{row['number']}"
        return Item(
            kind=row["kind"],
            mark=mark,
            reference=f"{cite_as}-{mark}",
            href=address("outcomes:outcome-detail", row["code"]),
            text=row["text"],
            heading=row["heading"],
            progress=row["progress"],
            label=labels.get(row["progress"], ""),
            is_overdue=_is_overdue(row["due_on"], today) and row["progress"] not in model.SETTLED,
        )

    rows = _OUTCOMES.rows(event)
    items = [item(row) for row in rows[:SHOWN]]
    takeaways, actions = ([one for one in items if one.kind == kind] for kind in ("takeaway", "action"))
    return Printed(_under_headings(takeaways), _under_headings(actions), more=len(rows) > SHOWN)


def _labels(model) -> dict[str, str]:
    return {str(value): str(label) for value, label in model.Progress.choices}


def _is_overdue(due_on: dt.date | None, today: dt.date) -> bool:
    return due_on is not None and due_on < today


def _under_headings(items: list[Item]) -> Groups:
    return tuple((heading, tuple(under)) for heading, under in groupby(items, lambda item: item.heading))
