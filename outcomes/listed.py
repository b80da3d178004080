"""Outcomes as lists show them: plain rows in one query, which cost a third of what model instances do."""

from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.aggregates import StringAgg
from django.db.models.functions import Cast
from django.utils import timezone

from events.caching import remembered
from outcomes.models import Outcome, OutcomeTheme, Theme

OF_OUTCOME = ("pk", "code", "kind", "number", "text", "published_at", "progress", "due_on", "event_id")
OF_EVENT = ("title", "slug", "reference", "starts_on", "ends_on")
PROGRESS = {str(value): label for value, label in Outcome.Progress.choices}


def vocabulary() -> dict[int, Theme]:
    """Return every theme by its key, in the vocabulary's order; read once in each process and generation."""
    return remembered("outcomes.themes", lambda: {theme.pk: theme for theme in Theme.objects.public()})


def theme_keys() -> Subquery:
    """Return the SQL for the keys of an outcome's themes, in one text with commas, in no order."""
    tags = OutcomeTheme.objects.filter(outcome=OuterRef("pk")).order_by().values("outcome")
    return Subquery(tags.annotate(keys=StringAgg(Cast("theme", CharField()), Value(","))).values("keys"))


def listed(outcomes: QuerySet, *more: str, themes: Mapping[int, Theme]) -> list[dict[str, Any]]:
    """Return what a card shows of `outcomes` as dicts, with the columns `more`, in one query.

    `event` is a dict too; `themes` are those of the given ones, usually `vocabulary()`, in that order.
    """
    of_event = [f"event__{name}" for name in OF_EVENT]
    columns = [*OF_OUTCOME, *of_event, *more]
    if themes:
        outcomes, columns = outcomes.annotate(theme_keys=theme_keys()), [*columns, "theme_keys"]
    today, place = timezone.localdate(), {str(key): number for number, key in enumerate(themes)}
    in_order = list(themes.values())
    rows = list(outcomes.values(*columns))
    for row in rows:
        event = {name: row.pop(f"event__{name}") for name in OF_EVENT}
        places = [place[key] for key in (row.pop("theme_keys", "") or "").split(",") if key in place]
        is_open = row["progress"] not in Outcome.SETTLED
        row |= {
            "event": event,
            "reference": f"{event['reference'] or event['slug']}-{row['kind'][0].upper()}{row['number']}",
            "themes": [in_order[number] for number in sorted(places)],
            "get_progress_display": PROGRESS.get(row["progress"], ""),
            "is_overdue": is_open and row["due_on"] is not None and row["due_on"] < today,
        }
    return rows
