"""The people of an event who may be named, as its page prints them."""

from collections import defaultdict
from typing import NamedTuple

from django.db.models import F

from events import attribution
from events.attribution import Byline
from events.models import Event, Participation, Role
from events.prepared import Prepared
from participants.models import Person


def naming(path: str = "") -> dict[str, F]:
    """Return what it takes to name somebody, for `values()`; `path` leads to their participation."""
    columns = {
        "listed_as": "listing",
        "was_from": "affiliation",
        "was": "position",
        "name": "person__name",
        "honorific": "person__honorific",
    }
    return {name: F(f"{path}__{column}" if path else column) for name, column in columns.items()}


def as_they_were(row: dict) -> Participation:
    """Return the participation in `row` as far as naming it goes; it is not the one in the database."""
    return Participation(
        person=Person(name=row["name"], honorific=row["honorific"]),
        recorded_under=row["recorded_under"],
        listing=row["listed_as"],
        affiliation=row["was_from"],
        position=row["was"],
    )


_ROLES = Prepared(
    lambda event: (
        Role.objects.public()
        .filter(participation__event=event)
        .values("participation", "session", "role", "rule", "recorded_under", **naming("participation"))
    )
)
_PARTICIPANTS = Prepared(lambda event: event.participations.public().values("pk", "rule", "recorded_under", **naming()))
_QUOTES = Prepared(
    lambda event: event.quotes.public().values("text", "rule", "recorded_under", "speaker", **naming("speaker"))
)
_LABELS = {str(value): str(label) for value, label in Role.Role.choices}


class Named(NamedTuple):
    """Somebody in a role, as they may be named."""

    role: str  # “Moderator”
    byline: Byline


class People(NamedTuple):
    """Who may be named at an event."""

    of_session: dict[int | None, tuple[Named, ...]]  # by the key of their session
    of_the_whole: tuple[Named, ...]
    already: set[int]  # the participations of those of the whole event


def people(event: Event) -> People:
    """Return who may be named in which session of a public `event` and for the whole of it, in one query."""
    named: dict[int | None, list[Named]] = defaultdict(list)
    rows = _ROLES.rows(event)
    for row in rows:
        rule = attribution.strictest(row["rule"], row["recorded_under"])
        named[row["session"]].append(Named(_LABELS[row["role"]], attribution.byline(as_they_were(row), rule)))
    return People(
        {session: tuple(found) for session, found in named.items()},
        tuple(named[None]),
        {row["participation"] for row in rows if row["session"] is None},
    )


def participants(event: Event, besides: set[int]) -> list[Byline]:
    """Return the public list of a public `event` without the participations in `besides`, in one query."""
    rows = _PARTICIPANTS.rows(event)
    return [attribution.byline(as_they_were(row), row["rule"]) for row in rows if row["pk"] not in besides]


def quotes(event: Event) -> list[tuple[str, Byline]]:
    """Return (words, who said them) for the quotes of a public `event` that may be shown, in one query."""
    return [(row["text"], _speaker(row)) for row in _QUOTES.rows(event)]


def _speaker(row: dict) -> Byline:
    if row["speaker"] is None:
        return attribution.ANONYMOUS
    rule = attribution.strictest(row["rule"], row["recorded_under"])
    return attribution.byline(as_they_were(row), rule)
