"""Outcomes and what is around them as `serializers` describe them, made of plain rows."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import F, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from events.api.resources import MOST, Row, page_address, site
from events.api.rows import NOTES, OF_REFERENCE, author_of, event_reference, session_reference
from events.attribution import strictest
from events.pages import PER_PAGE
from events.people import naming
from events.prepared import PreparedQuery, stand_ins
from outcomes.listed import theme_keys
from outcomes.models import ActionOwner, ActionUpdate, Outcome, ReportSection, Theme
from outcomes.views.outcome import (
    addressed_to,
    around,
    came_about,
    citation,
    neighbour,
    owner_columns,
    raised,
    together,
    update,
    update_columns,
)
from outcomes.views.outcome import owners as owners_of
from outcomes.vocabulary import Facet, Vocabulary
from participants.models import ActorType

ACTOR_TYPES = [str(value) for value in ActorType.values]
_SIZES = (PER_PAGE, MOST)  # of the queries that are prepared: a page as most ask for it, and the longest

_COLUMNS = (
    *("pk", "code", "kind", "number", "text", "heading", "nature", "progress", "due_on", "due_text"),
    *("published_at", "reworded_at", "public_at", "recorded_under", "rule", "addressed_to", "theme_keys"),
    *(f"event__{name}" for name in OF_REFERENCE),
    *(f"session__{name}" for name in ("code", "kind", "number", "title")),
    *(f"session__parent__{name}" for name in ("code", "kind", "number", "title")),
)


# By which an action tells what became of it, in the order in which a row is made a model.
_TOLD_BY = [
    field.attname
    for field in Outcome._meta.concrete_fields
    if field.attname in {"kind", "recorded_under", "progress", "due_on", "public_at"}
]


def _outcomes(keys: Sequence[int]) -> QuerySet:
    rows = Outcome.objects.public().filter(pk__in=keys).with_rule()
    return rows.annotate(addressed_to=addressed_to(), theme_keys=theme_keys()).order_by().values(*_COLUMNS)


def _follow_up(keys: Sequence[int]) -> QuerySet:
    """Owners and updates of actions, of those whose people may be asked about."""
    owners = ActionOwner.objects.filter(action__in=keys).order_by()
    updates = ActionUpdate.objects.filter(action__in=keys).order_by()
    of_owner = owners.values("action", what=Value("owner"), key=F("pk"), more=owner_columns())
    return of_owner.union(
        updates.values("action", what=Value("update"), key=F("pk"), more=update_columns()), all=True
    ).order_by()


def _prepared(build: Any) -> dict[int, PreparedQuery]:
    """Return the query that `build` makes for up to so many keys, by how many."""
    return {
        size: PreparedQuery(lambda **keys: build(list(keys.values())), **stand_ins(*_slots(size))) for size in _SIZES
    }


def _slots(size: int) -> list[str]:
    return [f"key{number}" for number in range(size)]


def _find(prepared: Mapping[int, PreparedQuery], keys: Sequence[int]) -> list[Row]:
    size = next(size for size in _SIZES if len(keys) <= size)
    names = _slots(size)
    return prepared[size].find(**dict.fromkeys(names, 0) | dict(zip(names, keys, strict=False)))


_OUTCOMES, _FOLLOW_UP = _prepared(_outcomes), _prepared(_follow_up)


def outcomes(keys: Sequence[int], vocabulary: Vocabulary | None = None) -> list[Row]:
    """Return the outcomes of at most `MOST` keys as OutcomeInList has them, in their order; only what is public.

    One query, and the themes where no vocabulary is given and this process does not know them yet.
    """
    found = {row["pk"]: row for row in _find(_OUTCOMES, keys)} if keys else {}
    themes, today = _themes_of(vocabulary), timezone.localdate()
    return [_outcome(found[key], themes, today) for key in keys if key in found]


def actions(keys: Sequence[int], vocabulary: Vocabulary | None = None) -> list[Row]:
    """Return the actions of at most `MOST` keys as ActionInList has them, in their order; only what is public.

    Two queries, and the themes where no vocabulary is given and this process does not know them yet.
    """
    rows = {row["pk"]: row for row in _find(_OUTCOMES, keys)} if keys else {}
    owners: dict[int, list[Row]] = defaultdict(list)
    updates: dict[int, list[Row]] = defaultdict(list)
    for row in _find(_FOLLOW_UP, list(rows)) if rows else ():
        (owners if row["what"] == "owner" else updates)[row["action"]].append(row)
    themes, today = _themes_of(vocabulary), timezone.localdate()
    return [
        _outcome(rows[key], themes, today) | follow_up(rows[key], owners[key], updates[key])
        for key in keys
        if key in rows
    ]


def follow_up(row: Row, owners: Iterable[Row], updates: Iterable[Row]) -> Row:
    """Return owners, updates and what an action needs; `row` has what `attribution` and its dates ask for."""
    action: Any = Outcome.from_db(None, _TOLD_BY, [row[name] for name in _TOLD_BY])
    action.rule = row["rule"]
    lead_first = sorted(owners, key=lambda one: (not one["more"]["is_lead"], one["key"]))
    last_first = sorted(updates, key=lambda one: (one["more"]["on"], one["key"]), reverse=True)
    return _followed_up(
        action, owners_of(action, [one["more"] for one in lead_first]), [update(one["more"]) for one in last_first]
    )


def _followed_up(action: Outcome, owners: list[Row], updates: list[Row]) -> Row:
    action.updated_on = updates[0]["on"] if updates else None
    is_ownerless = action.is_open and all(one["response"] == "declined" for one in owners)
    needs = {"overdue": action.is_overdue, "stale": action.is_stale, "ownerless": is_ownerless}
    return {
        "owners": [_owner(one) for one in owners],
        "updates": [_update(one) for one in updates],
        "updated_on": action.updated_on,
        "attention": [name for name, needed in needs.items() if needed],
    }


def outcome_alone(outcome: Any) -> Row:
    """Return all that the page of an outcome says, of one that `public_outcome` found; one query more."""
    beside = around(outcome)
    event, session = outcome.event, outcome.session
    row = {name: getattr(outcome, name) for name in _COLUMNS if "__" not in name and name != "theme_keys"}
    row |= {f"event__{name}": getattr(event, name) for name in OF_REFERENCE}
    above = session.parent if session and session.parent_id else None
    for prefix, one in (("session__", session), ("session__parent__", above)):
        row |= {f"{prefix}{name}": getattr(one, name, None) for name in ("code", "kind", "number", "title")}
    row["theme_keys"] = ",".join(str(theme.pk) for theme in beside.themes)
    counted = raised(outcome)
    said = _outcome(row, _theme_references({theme.pk: theme for theme in beside.themes}), timezone.localdate())
    return (
        said
        | _followed_up(outcome, beside.owners, beside.updates)
        | {
            "came_about": came_about(outcome),
            "raised": {"number": counted[0], "of": counted[1]} if counted else None,
            "brings_together": together(outcome),
            "conveners": [
                {"slug": one.slug, "name": one.name, "url": page_address("outcomes:organisation-detail", one.slug)}
                for one in beside.conveners
            ],
            "citation": citation(outcome, beside.conveners).plain,
            "previous": _reference(neighbour(outcome, outcome.before)),
            "following": _reference(neighbour(outcome, outcome.after)),
        }
    )


def _outcome(row: Mapping[str, Any], themes: Mapping[str, tuple[int, Row]], today: dt.date) -> Row:
    is_action, code = row["kind"] == "action", row["code"]
    asked = (row["addressed_to"] or "").split(",")
    tagged = sorted((themes[key] for key in (row["theme_keys"] or "").split(",") if key in themes), key=lambda t: t[0])
    is_open = is_action and row["progress"] not in Outcome.SETTLED
    session = session_reference(row, "session__")
    if session is not None:
        session["parent"] = session_reference(row, "session__parent__")
    return {
        "code": code,
        "url": page_address("outcomes:outcome-detail", code),
        "api_url": page_address("api:outcome-detail", code),
        "kind": row["kind"],
        "number": row["number"],
        "reference": f"{row['event__reference'] or row['event__slug']}-{row['kind'][0].upper()}{row['number']}",
        "text": row["text"],
        "heading": row["heading"],
        "themes": [theme for _, theme in tagged],
        "event": event_reference(row, "event__"),
        "session": session,
        "attribution": row["rule"],
        "attribution_note": NOTES[row["rule"]],
        "published_at": row["published_at"],
        "reworded_at": row["reworded_at"],
        "nature": row["nature"] or None,
        "addressed_to": [actor_type for actor_type in ACTOR_TYPES if actor_type in asked],
        "progress": row["progress"] or None,
        "due_on": row["due_on"],
        "due_text": row["due_text"],
        "is_overdue": is_open and row["due_on"] is not None and row["due_on"] < today,
    }


def _themes_of(vocabulary: Vocabulary | None) -> dict[str, tuple[int, Row]]:
    """Return the references of all themes, made once of each vocabulary."""
    vocabulary, place = vocabulary or Vocabulary.of_themes(), ("references", settings.SITE_URL)
    if place not in vocabulary.derived:
        vocabulary.derived[place] = _theme_references(vocabulary.by_key)
    return vocabulary.derived[place]


def _theme_references(themes: Mapping[int, Theme]) -> dict[str, tuple[int, Row]]:
    """Return key → (place, reference) of themes that are given in their order."""
    return {
        str(key): (
            place,
            {"slug": theme.slug, "name": theme.name, "url": page_address("outcomes:theme-detail", theme.slug)},
        )
        for place, (key, theme) in enumerate(themes.items())
    }


def _reference(outcome: Outcome | None) -> Row | None:
    if outcome is None:
        return None
    return {
        "code": outcome.code,
        "reference": outcome.reference,
        "url": page_address("outcomes:outcome-detail", outcome.code),
        "api_url": page_address("api:outcome-detail", outcome.code),
    }


def _owner(told: Row) -> Row:
    return {
        "name": told["name"],
        "details": told["details"],
        "organisation": told["slug"],
        "url": page_address("outcomes:organisation-detail", told["slug"]) if told["slug"] else None,
        "lead": told["lead"],
        "response": told["response"] or None,
    }


def _update(told: Row) -> Row:
    return {
        "code": told["code"],
        "on": told["on"],
        "text": told["text"],
        "progress": told["progress"],
        "verification": told["verified"],
        "evidence_url": told["evidence_url"] or None,
        "evidence_file": site(told["evidence_file"]) if told["evidence_file"] else None,
    }


def themes() -> list[Row]:
    """Return the vocabulary as ThemeInList has it, each theme of the first level followed by its own."""
    vocabulary = Vocabulary.now()
    return [_theme(theme, vocabulary) for theme in vocabulary.themes]


def _theme(theme: Theme, vocabulary: Vocabulary) -> Row:
    above = vocabulary.by_key.get(theme.parent_id or 0)
    numbers = vocabulary.number(Facet.THEME, str(theme.pk))
    return {
        "slug": theme.slug,
        "url": page_address("outcomes:theme-detail", theme.slug),
        "api_url": page_address("api:theme-detail", theme.slug),
        "name": theme.name,
        "description": theme.description,
        "parent": above.slug if above else None,
        "takeaways": numbers["takeaway"],
        "actions": numbers["action"],
        "outcomes_url": outcomes_url(theme=theme.slug),
    }


def outcomes_url(**asked: str) -> str:
    """Return where the outcomes under these filters are in the API."""
    return f"{site(reverse('api:outcome-list'))}?{urlencode(asked)}"


ORGANISATION_COLUMNS = ("slug", "name", "short_name", "actor_type", "country", "website", "logo", "logo_alt")


def organisation(row: Mapping[str, Any]) -> Row:
    """Return an organisation of a row with ORGANISATION_COLUMNS."""
    return {
        "slug": row["slug"],
        "url": page_address("outcomes:organisation-detail", row["slug"]),
        "api_url": page_address("api:organisation-detail", row["slug"]),
        "name": row["name"],
        "short_name": row["short_name"],
        "actor_type": row["actor_type"],
        "country": str(row["country"] or ""),
        "website": row["website"],
        "logo": site(default_storage.url(row["logo"])) if row["logo"] else None,
        "logo_alt": row["logo_alt"],
        "outcomes_url": outcomes_url(organisation=row["slug"]),
    }


REPORT_COLUMNS = (
    *("pk", "title", "published_month", "published_at", "disclaimer", "author", "event__attribution", "recorded_under"),
    *(f"event__{name}" for name in OF_REFERENCE),
)
OF_AUTHOR = naming("author") | {"author_under": F("author__recorded_under")}


def report(row: Mapping[str, Any]) -> Row:
    """Return a report of a row with REPORT_COLUMNS and OF_AUTHOR."""
    rule = strictest(row["event__attribution"], row["recorded_under"])  # as Report.byline has it
    return {
        "event": event_reference(row, "event__"),
        "api_url": page_address("api:report-detail", row["event__slug"]),
        "title": row["title"],
        "author": author_of({**row, "recorded_under": row["author_under"]}, rule),
        "published_month": row["published_month"],
        "published_at": row["published_at"],
        "disclaimer": row["disclaimer"],
    }


def report_with_sections(row: Mapping[str, Any]) -> Row:
    """Return a report of such a row with its sections, in one query."""
    sections = ReportSection.objects.public().filter(report=row["pk"]).order_by("position", "pk")
    return report(row) | {
        "sections": [
            {
                "slug": one["slug"],
                "title": one["title"],
                "kind": one["kind"],
                "url": site(reverse("outcomes:report-section", args=[row["event__slug"], one["slug"]]))
                if one["body"] or one["kind"] == ReportSection.Kind.OUTCOMES
                else None,
                "body": one["body"],
            }
            for one in sections.values("slug", "title", "kind", "body")
        ]
    }
