"""Outcomes as lists show them: plain rows in one query, which cost a third of what model instances do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.aggregates import StringAgg
from django.db.models.functions import Cast
from django.utils import timezone

from events.caching import remembered
from events.pages import PER_PAGE
from events.prepared import PreparedQuery, stand_ins
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


def card_columns(outcomes: QuerySet, *more: str, with_themes: bool = True) -> QuerySet:
    """Return the columns of which `cards` are made, and `more`."""
    columns = [*OF_OUTCOME, *(f"event__{name}" for name in OF_EVENT), *more]
    if with_themes:
        outcomes, columns = outcomes.annotate(theme_keys=theme_keys()), [*columns, "theme_keys"]
    return outcomes.values(*columns)


def cards(rows: Iterable[dict[str, Any]], themes: Mapping[int, Theme]) -> list[dict[str, Any]]:
    """Return what a card shows of rows of `card_columns`, as dicts.

    `event` is a dict too; `themes` are those of the given ones, usually `vocabulary()`, in that order.
    """
    today, place = timezone.localdate(), {str(key): number for number, key in enumerate(themes)}
    in_order, found = list(themes.values()), []
    for row in rows:
        event = {name: row.pop(f"event__{name}") for name in OF_EVENT}
        places = [place[key] for key in (row.pop("theme_keys", "") or "").split(",") if key in place]
        is_open = row["progress"] not in Outcome.SETTLED
        found.append(
            row
            | {
                "event": event,
                "reference": f"{event['reference'] or event['slug']}-{row['kind'][0].upper()}{row['number']}",
                "themes": [in_order[number] for number in sorted(places)],
                "get_progress_display": PROGRESS.get(row["progress"], ""),
                "is_overdue": is_open and row["due_on"] is not None and row["due_on"] < today,
            }
        )
    return found


def _of_keys(**keys: int) -> QuerySet:
    return card_columns(Outcome.objects.public().filter(pk__in=list(keys.values())))


_SLOTS = [f"key{number}" for number in range(PER_PAGE)]
_PAGE = PreparedQuery(_of_keys, **stand_ins(*_SLOTS))


def cards_of(keys: Sequence[int], themes: Mapping[int, Theme]) -> list[dict[str, Any]]:
    """Return the cards of at most a page of `keys`, in their order; what is no longer public is left out."""
    asked = dict.fromkeys(_SLOTS, 0) | dict(zip(_SLOTS, keys, strict=False))
    found = {card["pk"]: card for card in cards(_PAGE.find(**asked), themes)}
    return [found[key] for key in keys if key in found]
