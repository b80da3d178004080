"""The public lists of outcomes, actions and themes as files. Labels are those under which the import finds them."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from events.addresses import address
from events.api.resources import MOST
from events.filters import PublicFilter
from events.models import Session
from events.open_data import LINK, OpenList, by_keys, full, in_parts
from outcomes.api import rows as api
from outcomes.exports import ThemeExport
from outcomes.filters import OutcomeFilter
from outcomes.importing.outcomes import SEVERAL
from outcomes.listed import KINDS, PROGRESS
from outcomes.models import ActionOwner, ActionUpdate, Addressee, Outcome, OutcomeTheme, Theme
from outcomes.tracker import ActionFilter
from outcomes.views.outcome import owner_columns
from outcomes.views.outcome import owners as owners_of
from participants.exporting import Column, Kind, several
from participants.models import ActorType

SEARCHED_TO = 100_000  # newest outcomes with the words that were searched for
NATURES = {str(value): str(label) for value, label in Outcome.Nature.choices}

_OF_OUTCOME = (
    *("pk", "code", "kind", "number", "text", "heading", "nature", "progress", "due_on", "due_text"),
    *("published_at", "reworded_at", "public_at", "is_twin", "rule", "recorded_under"),
    *(f"event__{name}" for name in ("title", "slug", "reference", "time_zone")),
    *(f"session__{name}" for name in ("code", "kind", "number", "title")),
)


class OutcomeLine(NamedTuple):
    """What stands in a row, a cell a field."""

    reference: str
    code: str
    kind: str
    text: str
    heading: str
    themes: str
    event: str
    event_reference: str
    session: str
    published_on: dt.date
    reworded_on: dt.date | None
    nature: str
    addressed_to: str
    progress: str
    due_on: dt.date | None
    due_text: str
    owners: str
    people: str
    updates: str
    link: str


def _column(name: str, label: str, kind: Kind = Kind.TEXT, *, says: str, width: int = 20) -> Column:
    return Column(label, attrgetter(name), kind, says=says, width=width)


COLUMNS = (
    _column("reference", "Reference", says="How it is cited.", width=16),
    _column("code", "Code", says="Names it alone and never changes; it stands in its address.", width=12),
    _column("kind", "Kind", says="Takeaway or action.", width=12),
    _column("text", "Wording", says="As it was reviewed.", width=80),
    _column("heading", "Heading", says="The heading it is printed under, if any.", width=30),
    _column("themes", "Themes", says="Their names, with ; between them.", width=36),
    _column("event", "Event", says="The title of the dialogue.", width=44),
    _column("event_reference", "Event reference", says="The institution's own, else its address.", width=18),
    _column("session", "Session", says="Empty: an outcome of the whole dialogue. Where two have one title: its code."),
    _column("published_on", "Published on", Kind.DATE, says="The day it first was public, at the place of the event."),
    _column("reworded_on", "Reworded on", Kind.DATE, says="The day its public wording last changed, if it did."),
    _column("nature", "Nature", says="Of actions: recommendation, pledge or next step."),
    _column("addressed_to", "Addressed to", says="Kinds of actors, with ; between them.", width=30),
    _column("progress", "Progress", says="Of actions: proposed, in progress, done …"),
    _column("due_on", "Due on", Kind.DATE, says="As a date, where one was given.", width=12),
    _column("due_text", "Due, in words", says="As it was said: second quarter 2016.", width=22),
    _column("owners", "Owners", says="Organisations that answer for it, with what they said."),
    _column(
        "people",
        "People who own it",
        says="As the rule of attribution lets them be named; “A participant” stands once for those it does not.",
    ),
    _column(
        "updates", "Updates", says="What became of it, each word on a line of its own, the latest first.", width=70
    ),
    LINK,
)


class OpenOutcomes(OpenList):
    """Takeaways and actions, the newest first; what only actions have is empty for takeaways."""

    name, title = "outcomes", "Outcomes"
    filterset_class: ClassVar[type[PublicFilter] | None] = OutcomeFilter
    columns = COLUMNS

    @classmethod
    def parts(cls, filterset):
        for rows in cls.rows(filterset):
            beside = Beside.of(rows)
            yield [line(row, beside) for row in rows]

    @classmethod
    def objects(cls, filterset):
        for rows in cls.rows(filterset):
            for some in batched((row["pk"] for row in rows), MOST):
                yield cls.told(list(some))

    told = staticmethod(api.outcomes)  # what the API says of outcomes by their keys

    @classmethod
    def rows(cls, filterset) -> Iterator[Sequence[dict[str, Any]]]:
        """Yield what the database says of each outcome, a part at a time."""
        if "q" in filterset.chosen:
            names = filterset.chosen.keys() - {"q"}
            keys = filterset.listed(names).last_matching(filterset.chosen["q"], SEARCHED_TO)[:SEARCHED_TO]
            return by_keys(keys.values_list("pk", flat=True), fetch)
        if filterset.order != "newest":
            return by_keys(filterset.keys(), fetch)
        return in_parts(columns(filterset.filter_queryset(Outcome.objects.public())), after)


class OpenActions(OpenOutcomes):
    """Actions in the order of their page."""

    name, title = "actions", "Actions"
    filterset_class = ActionFilter
    told = staticmethod(api.actions)


class OpenThemes(OpenList):
    """The vocabulary, the first level first."""

    name, title = "themes", "Themes"
    columns = (
        *ThemeExport.columns,
        Column("Link", lambda row: full(address("outcomes:theme-detail", row.slug)), says="Of its page.", width=44),
    )

    @classmethod
    def parts(cls, filterset):
        themes = Theme.objects.public().select_related("parent")
        yield sorted(themes, key=lambda theme: (theme.parent_id is not None, theme.position, theme.name.casefold()))

    @classmethod
    def objects(cls, filterset):
        yield api.themes()


def columns(outcomes: Any) -> QuerySet:
    """Return what of public `outcomes` stands in a row itself."""
    others = Session.objects.public().filter(event=OuterRef("event"), title__iexact=OuterRef("session__title"))
    return outcomes.with_rule().annotate(is_twin=Exists(others.exclude(pk=OuterRef("session")))).values(*_OF_OUTCOME)


def fetch(keys: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the key and the columns of each of `keys` that is public."""
    return ((row["pk"], row) for row in columns(Outcome.objects.public().filter(pk__in=keys)).order_by())


def after(outcomes: QuerySet, last: dict[str, Any]) -> QuerySet:
    """Return those of `outcomes`, the newest first, that follow `last`: written so that the index serves."""
    same = {"public_at": last["public_at"], "pk__gte": last["pk"]}
    return outcomes.filter(public_at__lte=last["public_at"]).exclude(**same)


class Beside(NamedTuple):
    """What belongs to the outcomes of a part, by their keys."""

    themes: Mapping[int, list[str]]
    addressees: Mapping[int, set[str]]
    owners: Mapping[int, list[str]]  # organisations
    people: Mapping[int, list[str]]  # those who own it, as its page names them
    updates: Mapping[int, list[str]]

    @classmethod
    def of(cls, rows: Sequence[dict[str, Any]]) -> "Beside":
        """Read it in four queries, or in one where there is no action."""
        keys = [row["pk"] for row in rows]
        actions = {row["pk"]: row for row in rows if row["kind"] == "action"}
        found = cls(defaultdict(list), defaultdict(set), defaultdict(list), defaultdict(list), defaultdict(list))
        tags = OutcomeTheme.objects.filter(outcome__in=keys).order_by("theme__position", "theme__name")
        for outcome, name, slug in tags.values_list("outcome", "theme__name", "theme__slug"):
            found.themes[outcome].append(slug if SEVERAL.search(name) else name)
        if actions:
            for action, actor in Addressee.objects.filter(action__in=actions).values_list("action", "actor_type"):
                found.addressees[action].add(actor)
            owners = ActionOwner.objects.filter(action__in=actions).order_by("-is_lead", "pk")
            of = defaultdict(list)
            for action, told in owners.values_list("action", owner_columns()):
                of[action].append(json.loads(told) if isinstance(told, str) else told)  # SQLite: it is text there
            for action, told in of.items():
                row = actions[action]
                answering: Any = Outcome.from_db(None, ["recorded_under"], [row["recorded_under"]])
                answering.rule = row["rule"]
                for one in owners_of(answering, told):
                    (found.owners if one["slug"] else found.people)[action].append(_owner(one))
            updates = ActionUpdate.objects.filter(action__in=actions).order_by("-on", "-pk")
            words_of = updates.values_list("action", "on", "progress", "text", "evidence_url")
            for action, on, progress, text, url in words_of:
                words = f"{on.isoformat()} {PROGRESS[progress]}: {' '.join(text.split())} {url}"
                found.updates[action].append(words.rstrip())
        return found


def _owner(told: dict[str, Any]) -> str:
    """Return an owner of an action, as `outcomes.views.outcome.owners` tells of them, in one cell."""
    name = ", ".join(filter(None, (told["name"], told["details"])))
    said = ", ".join(filter(None, ("lead" if told["lead"] else "", told["said"].lower())))
    return f"{name} ({said})" if said else name


def line(row: dict[str, Any], beside: Beside) -> OutcomeLine:
    """Return the cells of an outcome."""
    key, zone = row["pk"], ZoneInfo(row["event__time_zone"])
    event_reference = row["event__reference"] or row["event__slug"]
    session = ""
    if row["session__code"]:
        of = {name: row[f"session__{name}"] for name in ("kind", "number", "title")}
        session = row["session__code"] if row["is_twin"] else str(Session(**of))
    asked = beside.addressees.get(key, ())
    return OutcomeLine(
        reference=f"{event_reference}-{row['kind'][0].upper()}{row['number']}",
        code=row["code"],
        kind=KINDS[row["kind"]],
        text=row["text"],
        heading=row["heading"],
        themes=several(beside.themes.get(key, ())),
        event=row["event__title"],
        event_reference=event_reference,
        session=session,
        published_on=row["published_at"].astimezone(zone).date(),
        reworded_on=row["reworded_at"] and row["reworded_at"].astimezone(zone).date(),
        nature=NATURES.get(row["nature"], ""),
        addressed_to=several(label for value, label in ActorType.choices if value in asked),
        progress=PROGRESS.get(row["progress"], ""),
        due_on=row["due_on"],
        due_text=row["due_text"],
        owners=several(beside.owners.get(key, ())),
        people=several(beside.people.get(key, ())),
        updates="\n".join(beside.updates.get(key, ())),
        link=full(address("outcomes:outcome-detail", row["code"])),
    )
