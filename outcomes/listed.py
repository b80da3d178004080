"""Outcomes as lists show them: plain rows in one query, which cost a third of what model instances do."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.aggregates import StringAgg
from django.db.models.functions import Cast
from django.utils import timezone

from events.addresses import address
from events.pages import PER_PAGE
from events.prepared import PreparedQuery, stand_ins
from outcomes.models import Outcome, OutcomeTheme, Theme

OF_OUTCOME = ("pk", "code", "kind", "number", "text", "published_at", "progress", "due_on", "event_id")
OF_EVENT = ("title", "slug", "reference", "starts_on", "ends_on")
PROGRESS = {str(value): str(label) for value, label in Outcome.Progress.choices}
KINDS = {str(value): str(label) for value, label in Outcome.Kind.choices}


class Face(NamedTuple):
    """What the card of an outcome says, and nothing else: `outcomes.templatetags.cards` draws it."""

    kind: str
    label: str  # “Takeaway”
    mark: str  # “T3”
    reference: str  # “WP3348-T3”
    href: str
    text: str
    progress: str = ""  # of actions
    progress_label: str = ""
    is_overdue: bool = False
    event_title: str = ""
    event_href: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    themes: tuple[tuple[str, str], ...] = ()  # (name, address)


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
    """Return rows of `card_columns` with `event`, a dict too, `reference`, and `face`, which is what a card says.

    `themes` are shown of those given, usually all of `Vocabulary.by_key`, in that order.
    """
    today, found = timezone.localdate(), []
    tags = {
        str(key): (place, (theme.name, address("outcomes:theme-detail", theme.slug)))
        for place, (key, theme) in enumerate(themes.items())
    }
    for row in rows:
        event = {name: row[f"event__{name}"] for name in OF_EVENT}
        tagged = sorted(tags[key] for key in (row.get("theme_keys") or "").split(",") if key in tags)
        mark = f"{row['kind'][0].upper()}{row['number']}"
        reference = f"{event['reference'] or event['slug']}-{mark}"
        is_open = row["progress"] not in Outcome.SETTLED
        face = Face(
            kind=row["kind"],
            label=KINDS[row["kind"]],
            mark=mark,
            reference=reference,
            href=address("outcomes:outcome-detail", row["code"]),
            text=row["text"],
            progress=row["progress"],
            progress_label=PROGRESS.get(row["progress"], ""),
            is_overdue=is_open and row["due_on"] is not None and row["due_on"] < today,
            event_title=event["title"],
            event_href=address("events:event-detail", event["slug"]),
            starts_on=event["starts_on"],
            ends_on=event["ends_on"],
            themes=tuple(tag for _, tag in tagged),
        )
        found.append(row | {"event": event, "reference": reference, "face": face})
    return found


_SLOTS = [f"key{number}" for number in range(PER_PAGE)]


def of_page(build: Callable[[list[int]], QuerySet]) -> PreparedQuery:
    """Return the query that `build` makes for at most a page of keys; `slots` says which."""
    return PreparedQuery(lambda **keys: build(list(keys.values())), **stand_ins(*_SLOTS))


def slots(keys: Sequence[int]) -> dict[str, int]:
    """Return `keys` as a query of `of_page` takes them."""
    return dict.fromkeys(_SLOTS, 0) | dict(zip(_SLOTS, keys, strict=False))


_PAGE = of_page(lambda keys: card_columns(Outcome.objects.public().filter(pk__in=keys)))


def cards_of(keys: Sequence[int], themes: Mapping[int, Theme]) -> list[dict[str, Any]]:
    """Return the cards of at most a page of `keys`, in their order; what is no longer public is left out."""
    found = {card["pk"]: card for card in cards(_PAGE.find(**slots(keys)), themes)}
    return [found[key] for key in keys if key in found]
