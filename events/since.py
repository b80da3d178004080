"""What earlier editions of a series left open, as the next one shows it; all of it is public, whoever looks."""

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

    mark: str  # "A2"
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
OF_EDITION = {f"edition_{name}": f"event__{name}" for name in ("reference", "slug", "title")}


def all_left_open(event: Event):
    """Return the public actions that earlier editions of the series of `event` left, in the order of the page."""
    return _model().objects.public().since_last_time(event)


def since_last_time(event: Event) -> Since:
    """Return what is open since last time, or was settled since, in one query; none without a series."""
    if not event.series_id:
        return Since((), "")
    columns = {name: F(path) for name, path in OF_EDITION.items()}
    return since(event, list(all_left_open(event)[: SHOWN + 1].values(*COLUMNS, **columns)))


def since(event: Event, rows: list[dict[str, Any]]) -> Since:
    """Return rows as they are shown: one more than SHOWN says that there are more. Dates may be ISO texts."""
    if not rows:
        return Since((), "")
    model, today = _model(), timezone.localdate().isoformat()
    labels = {str(value): str(label) for value, label in model.Progress.choices}

    def item(row: dict[str, Any]) -> Left:
        due = str(row["due_on"] or "")
        return Left(
            mark=f"A{row['number']}",
            reference=f"{row['edition_reference'] or row['edition_slug']}-A{row['number']}",
            href=address("outcomes:outcome-detail", row["code"]),
            text=row["text"],
            progress=row["progress"],
            label=labels.get(row["progress"], ""),
            is_overdue=bool(due) and due < today and row["progress"] not in model.SETTLED,
            edition=row["edition_title"],
        )

    more = ""
    if len(rows) > SHOWN and event.series is not None:
        query = urlencode({"kind": "action", "series": event.series.slug})
        more = f"{reverse('outcomes:outcome-list')}?{query}"
    return Since(tuple(item(row) for row in rows[:SHOWN]), more)


def _model() -> Any:
    return Event._meta.get_field("outcomes").related_model  # of the app to the right
