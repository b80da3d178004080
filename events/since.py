"""What earlier editions of a series left open, as the next one shows it; all of it is public, whoever looks."""

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from events.addresses import address
from events.models import Event

SHOWN = 10


class Left(NamedTuple):
    """An action of an earlier edition."""

    reference: str  # "WP3348-A2"
    href: str
    text: str
    progress: str
    label: str  # progress in words
    is_overdue: bool
    edition: str


class Since(NamedTuple):
    """The first of them, and where all actions of the series are."""

    items: tuple[Left, ...]
    more: str


COLUMNS = ("code", "number", "text", "progress", "due_on")
OF_EDITION = ("reference", "slug", "title")


def left_open(event: Event):
    """Return the rows of which `since` is made, one more than is shown."""
    found = event.outcomes.model.objects.public().since_last_time(event)
    return found[: SHOWN + 1].values(*COLUMNS, **{f"edition_{name}": F(f"event__{name}") for name in OF_EDITION})


def since_last_time(event: Event) -> Since:
    """Return what is open since last time, or was settled since, in one query; none without a series."""
    return since(event, list(left_open(event)) if event.series_id else [])


def since(event: Event, rows: list[dict[str, Any]]) -> Since:
    """Return the rows of `left_open` as they are shown."""
    if not rows:
        return Since((), "")
    model, today = event.outcomes.model, timezone.localdate()
    labels = {str(value): str(label) for value, label in model.Progress.choices}

    def item(row: dict[str, Any]) -> Left:
        due: dt.date | None = row["due_on"]
        return Left(
            reference=f"{row['edition_reference'] or row['edition_slug']}-A{row['number']}",
            href=address("outcomes:outcome-detail", row["code"]),
            text=row["text"],
            progress=row["progress"],
            label=labels.get(row["progress"], ""),
            is_overdue=due is not None and due < today and row["progress"] not in model.SETTLED,
            edition=row["edition_title"],
        )

    more = ""
    if len(rows) > SHOWN and event.series is not None:
        query = urlencode({"kind": "action", "series": event.series.slug})
        more = f"{reverse('outcomes:outcome-list')}?{query}"
    return Since(tuple(item(row) for row in rows[:SHOWN]), more)
