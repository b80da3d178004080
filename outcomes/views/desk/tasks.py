"""The desk itself: what is mine to report on."""

import datetime as dt
from collections import Counter, defaultdict

from django.db.models import Count
from django.views.generic import TemplateView

from events.deadline import Deadline
from events.models import Event, Session
from outcomes.models import Outcome
from outcomes.places import Place, with_last_note
from outcomes.views.desk.access import DeskMixin
from outcomes.views.desk.states import STATES, WITH_PEN, Status, when


class Desk(DeskMixin, TemplateView):
    """What is mine to report on, with its deadline and how far it is; what came back stands first."""

    template_name = "outcomes/desk/desk.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        mine = Outcome.objects.reported_by(user)
        counts: dict[tuple, Counter] = defaultdict(Counter)
        for event, session, status, number in (
            mine.order_by().values_list("event", "session", "status").annotate(Count("pk"))
        ):
            counts[event, session][status] = number
        tasks: dict[Event, list[dict]] = {event: [] for event in Event.objects.reported_whole_by(user)}
        whole = set(tasks)
        for session in Session.objects.reported_by(user).select_related("event", "parent").in_programme_order():
            so_far = counts[session.event_id, session.pk]
            if so_far or session.kind != Session.Kind.SOCIAL:  # nobody reports on lunch
                tasks.setdefault(session.event, []).append(task(Place(session.event, session), so_far))
        for event in whole:
            tasks[event].append(task(Place(event), counts[event.pk, None]))
        sent_back = with_last_note(mine.filter(status=Status.CHANGES_REQUESTED)).select_related("event", "session")
        return super().get_context_data(**kwargs) | {
            "events": [
                {"event": event, "deadline": Deadline.of(event), "tasks": tasks[event]}
                for event in sorted(tasks, key=by_urgency)
            ],
            "sent_back": [(outcome, Place.of(outcome)) for outcome in sent_back.order_by("-last_note_at", "pk")],
        }


def task(place: Place, counts: Counter) -> dict:
    """A line of the task list: where, and how many of its items stand where."""
    session = place.session
    above = str(session.parent) if session and session.parent else ""
    return {
        "place": place,
        "hint": ", ".join(filter(None, [above, when(session)])) if session else "Across all sessions",
        "open": [(status, f"{STATES[status]} {counts[status]}") for status in WITH_PEN if counts[status]],
        "closed": [
            f"{STATES[status]} {counts[status]}" for status in STATES if status not in WITH_PEN and counts[status]
        ],
    }


def by_urgency(event: Event) -> tuple:
    """Sort events that still take outcomes first, the nearest deadline first; then the latest."""
    starts = event.starts_on or dt.date.min
    if event.is_filing_open and event.deadline:
        return 0, event.deadline.timestamp(), event.pk
    return 1, -starts.toordinal(), event.pk
