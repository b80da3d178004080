"""What the front page of the admin says: what waits, what is missing, what is late; each figure a list with an address.

The number of queries does not grow with the portal: one for each figure, a few for each block, and at most EVENTS are
looked at for reports that are missing.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from events.admin.base import prefilled
from events.history import last_changes
from events.models import Event
from outcomes.admin.filters import overdue, returned, to_confirm, without_theme
from outcomes.assignments import Assignment, assignments
from outcomes.models import Outcome, Publication, Status
from outcomes.nudges import nudged_today

EVENTS, CHANGES = 20, 8


@dataclass(frozen=True)
class Figure:
    """A number of things to do, and where they are listed."""

    label: str
    count: int
    address: str


@dataclass
class Missing:
    """An event whose deadline has passed and who has not reported on it."""

    event: Event
    late: int  # days
    people: list[Assignment]
    asked: int  # how many of them had a mail today

    @property
    def address(self) -> str:
        return reverse("admin:events_event_workspace_people", args=[self.event.pk]) + "#missing"

    @property
    def may_be_asked(self) -> int:
        return sum(not one.against for one in self.people) - self.asked


@dataclass
class FrontPage:
    """Everything the page shows to one person."""

    to_do: list[Figure]
    missing: list[Missing]
    to_come: list[Publication]
    changes: list[Any]

    @property
    def waiting(self) -> list[Figure]:
        """The figures that are not nought."""
        return [figure for figure in self.to_do if figure.count]

    @property
    def settled(self) -> list[Figure]:
        return [figure for figure in self.to_do if not figure.count]

    @property
    def may_be_asked(self) -> int:
        return sum(one.may_be_asked for one in self.missing)


def front_page(user) -> FrontPage | None:
    """Return what waits for `user`, who may review or run events; None for anybody else."""
    if not user.has_perm("outcomes.review_outcome"):
        return None
    runs = user.is_editor
    return FrontPage(
        figures(user, runs),
        missing(user) if runs else [],
        list(Publication.objects.open().staffed_by(user).select_related("event", "set_by").order_by("due_at")[:5]),
        last_changes(user, CHANGES) if runs else [],
    )


def figures(user, runs: bool) -> list[Figure]:
    """Count what is to be done, in one query each."""
    mine = Outcome.objects.there().staffed_by(user)
    reviewable = Outcome.objects.reviewable_by(user).order_by().values_list("status")
    queues = dict(reviewable.filter(status__in=(Status.SUBMITTED, Status.APPROVED)).annotate(Count("pk")))
    found = [
        Figure("To review", queues.get(Status.SUBMITTED, 0), prefilled("outcomes_outcome_queue", status="submitted")),
        Figure(
            "Of these, sent back and submitted again", returned(mine).count(), listed("outcome", needs="second-review")
        ),
        Figure(
            "Approved, not yet published",
            queues.get(Status.APPROVED, 0),
            prefilled("outcomes_outcome_queue", status="approved"),
        ),
    ]
    if not runs:
        return found
    events = Event.objects.editable_by(user).exclude(status=Event.Status.WITHDRAWN)
    return [
        *found,
        Figure("Outcomes without a theme", without_theme(mine).count(), listed("outcome", needs="theme")),
        Figure(
            "Events without a date",
            events.filter(starts_on=None).count(),
            prefilled("events_event_changelist", starts_on__isempty="1"),
        ),
        Figure("Actions with updates to confirm", to_confirm(mine).count(), listed("action", needs="confirmation")),
        Figure("Actions overdue", overdue(mine).count(), listed("action", needs="word")),
    ]


def listed(model: str, **narrower) -> str:
    return prefilled(f"outcomes_{model}_changelist", **narrower)


def missing(user) -> list[Missing]:
    """Return the events whose deadline has passed and that somebody has not reported on, the latest deadline first."""
    now = timezone.now()
    past = Event.objects.editable_by(user).exclude(status=Event.Status.WITHDRAWN)
    events = list(
        past.filter(outcomes_due_on__lt=now.date() + dt.timedelta(days=1)).order_by("-outcomes_due_on", "-pk")[:EVENTS]
    )
    events = [event for event in events if event.deadline and event.deadline <= now]
    late = [one for one in assignments(events) if one.left] if events else []
    asked = nudged_today(late) if late else set()
    found = []
    for event in events:
        people = [one for one in late if one.participation.event_id == event.pk]
        if people:
            days = (timezone.localdate(timezone=event.zone) - event.outcomes_due_on).days
            of_them = sum(one.participation.pk in asked for one in people)
            found.append(Missing(event, days, people, of_them))
    return found
