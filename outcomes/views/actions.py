"""The tracker: what was to be done, and whether it happened."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.aggregates import StringAgg
from django.utils.translation import gettext

from events.addresses import address
from events.attribution import ANONYMOUS
from events.pages import COUNT_TO
from events.ways import feed, files
from outcomes.listed import PROGRESS, of_page, slots
from outcomes.models import ActionOwner, Addressee, Outcome
from outcomes.tracker import ActionFilter
from outcomes.views.outcome_list import OutcomeList
from participants.models import ActorType


class ActionList(OutcomeList):
    """All actions in a table, with how many are how far and how many need attention."""

    filterset_class = ActionFilter
    template_name = "outcomes/actions.html"

    def paging(self):
        if self.filterset.order != "updated":
            return super().paging()
        told = len(self.filterset.keys()[: COUNT_TO + 1])  # in their order, so that the database stops there
        return {"known": None if told > COUNT_TO else told, "fetch": self.fetch}

    def ways_out(self):
        query = [pair for pair in self.query() if pair[0] != "sort"]
        about = f": {self.filterset.about}" if self.filterset.about else ""
        told = gettext("What became of actions")
        return [
            feed("outcomes:update-feed", told + about, query=query, label=gettext("Atom feed of updates")),
            *files("outcomes:action-file", self.query()),
        ]

    def fetch(self, keys):
        """Return the rows of the table for `keys`, in their order."""
        return table_rows(keys)

    def get_context_data(self, **kwargs):
        found = self.filterset
        context = super().get_context_data(**kwargs)
        return context | {
            "due_href": found.address_with("sort", "due"),
            "updated_href": found.address_with("sort", "updated"),
            "progress": found.bars("progress", all_of_them=True),
            "attention": found.bars("attention", all_of_them=True),
            "groups": [found.bars(name) for name in ("theme", "addressed_to", "organisation")],
        }


def actors() -> Subquery:
    """Return the SQL for the types of actors an action is addressed to, in one text with commas."""
    rows = Addressee.objects.filter(action=OuterRef("pk")).order_by().values("action")
    together = StringAgg("actor_type", Value(","), output_field=CharField())
    return Subquery(rows.annotate(together=together).values("together"))


class Row(NamedTuple):
    """What the table says of an action."""

    href: str
    text: str
    reference: str
    event_title: str
    event_href: str
    addressed_to: str  # types of actors in words
    owners: str
    is_ownerless: bool
    due_text: str
    due_on: dt.date | None
    is_overdue: bool
    progress: str
    progress_label: str
    updated_on: dt.date | None
    is_stale: bool


def _actions(keys: list[int]) -> QuerySet:
    rows = Outcome.objects.public().filter(pk__in=keys).with_last_update().annotate(actors=actors())
    of_action = ("pk", "code", "number", "text", "public_at", "progress", "due_on", "due_text", "updated_on", "actors")
    return rows.order_by().values(*of_action, *(f"event__{name}" for name in ("title", "slug", "reference")))


_ACTIONS = of_page(_actions)
_OWNERS = of_page(
    lambda keys: ActionOwner.objects.filter(action__in=keys).values("action", "response", "organisation__name")
)


def table_rows(keys: Sequence[int]) -> list[Row]:
    """Return a row for each of at most a page of `keys`, in their order, in two queries; only what is public."""
    found = {row["pk"]: row for row in _ACTIONS.find(**slots(keys))}
    owners: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for owner in _OWNERS.find(**slots(keys)) if found else ():
        owners[owner["action"]].append(owner)
    return [_row(found[key], owners[key]) for key in keys if key in found]


def _row(row: dict[str, Any], owners: list[dict[str, Any]]) -> Row:
    """Return a row. A person is “a participant” in it whatever the rule: the page of the action names those it may."""
    action = Outcome(kind="action", progress=row["progress"], due_on=row["due_on"], public_at=row["public_at"])
    action.updated_on = row["updated_on"]
    asked, names = (row["actors"] or "").split(","), dict.fromkeys(map(owner_name, owners))
    return Row(
        href=address("outcomes:outcome-detail", row["code"]),
        text=row["text"],
        reference=f"{row['event__reference'] or row['event__slug']}-A{row['number']}",
        event_title=row["event__title"],
        event_href=address("events:event-detail", row["event__slug"]),
        addressed_to=", ".join(str(label) for value, label in ActorType.choices if value in asked),
        owners=", ".join(names),
        is_ownerless=action.is_open and all(owner["response"] == "declined" for owner in owners),
        due_text=row["due_text"],
        due_on=row["due_on"],
        is_overdue=action.is_overdue,
        progress=row["progress"],
        progress_label=PROGRESS[row["progress"]],
        updated_on=row["updated_on"],
        is_stale=action.is_stale,
    )


def owner_name(owner: dict[str, Any]) -> str:
    """Return the organisation, or the words for a person, with a refusal said."""
    name, declined = owner["organisation__name"] or str(ANONYMOUS.name), ActionOwner.Response.DECLINED
    return f"{name} ({declined.label.lower()})" if owner["response"] == declined else name
