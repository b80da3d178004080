"""The people of an event who may be named, as its page prints them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import F

from events import attribution
from events.attribution import Byline
from events.models import Event, Role
from events.prepared import Prepared


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


class Somebody(NamedTuple):
    """A person as the door for names asks about them."""

    name: str
    honorific: str

    @property
    def full_name(self) -> str:
        """The name with its honorific, as in a programme."""
        return f"{self.honorific} {self.name}".strip()


class AsTheyWere(NamedTuple):
    """A participation as the door for names asks about it: a tenth of what a model instance costs."""

    person: Somebody
    recorded_under: str
    listing: str
    affiliation: str
    position: str


def as_they_were(row: dict) -> AsTheyWere:
    """Return the participation in a row with the columns of `naming`."""
    somebody = Somebody(row["name"], row["honorific"])
    return AsTheyWere(somebody, row["recorded_under"], row["listed_as"], row["was_from"], row["was"])


_ROLES = Prepared(
    lambda event: (
        Role.objects.public()
        .filter(participation__event=event)
        .values("participation", "session", "role", "rule", "recorded_under", **naming("participation"))
    )
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


def participants(rows: Iterable[dict], besides: set[int]) -> list[Byline]:
    """Return the public list of an event, of the rows that `events.beside` found, without those in `besides`."""
    return [attribution.byline(as_they_were(row), row["rule"]) for row in rows if row["pk"] not in besides]


def quotes(rows: Iterable[dict]) -> list[tuple[str, Byline]]:
    """Return (words, who said them) for the quotes that `events.beside` found."""
    return [(row["text"], _speaker(row)) for row in rows]


def _speaker(row: dict) -> Byline:
    if row["speaker"] is None:
        return attribution.ANONYMOUS
    rule = attribution.strictest(row["rule"], row["recorded_under"])
    return attribution.byline(as_they_were(row), rule)
