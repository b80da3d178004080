"""Who reports on what, and what of it is not submitted yet: for reminders, for the front page, for an event's own."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from events.attribution import MAX_DEPTH
from events.models import Event, Participation, Role, Session
from outcomes.models import WITH_RAPPORTEUR, Outcome
from outcomes.places import Place


@dataclass
class Left:
    """Something a rapporteur still has to submit: nothing is filed there, or drafts lie there."""

    place: Place
    drafts: int
    is_filed: bool  # whether anything is


@dataclass
class Assignment:
    """A rapporteur of an event, and what they have left to submit."""

    participation: Participation  # with its event and person
    left: list[Left]

    @property
    def against(self) -> str:
        """Why nobody can remind them, a sentence; "" when somebody can."""
        account = self.participation.person.user
        if account is None:
            return "Has no account yet: invite them first."
        if not account.is_active:
            return "The account is switched off."
        return "" if self.participation.wants_reminders else "Has switched reminders off."


def assignments(events: Iterable[Event]) -> list[Assignment]:
    """Return the rapporteurs of `events` by event and name, in three queries whatever the number of either."""
    by_key = {event.pk: event for event in events}
    roles: Any = Role.objects.filter(participation__event__in=by_key, role=Role.Role.RAPPORTEUR)
    roles = roles.select_related("participation__person__user", "session__parent")
    reports: dict[Participation, list[Role]] = defaultdict(list)
    for role in roles.order_by("participation", "session__starts_at", "pk"):
        reports[role.participation].append(role)
    above: dict[int, dict[int, int | None]] = defaultdict(dict)
    sessions = Session.objects.filter(event__in={participation.event_id for participation in reports}).order_by()
    for pk, parent, of_event in sessions.values_list("pk", "parent", "event"):
        above[of_event][pk] = parent
    drafts: dict[int, Counter] = defaultdict(Counter)
    filed: dict[int, Counter] = defaultdict(Counter)
    outcomes = Outcome.objects.there().filter(event__in=above.keys() | by_key.keys()).order_by()
    for of_event, session, status, number in outcomes.values_list("event", "session", "status").annotate(Count("pk")):
        (drafts if status in WITH_RAPPORTEUR else filed)[of_event][session] += number

    reported: dict[int, set] = defaultdict(set)
    for participation, theirs in reports.items():
        reported[participation.event_id] |= {role.session_id for role in theirs}
    lines = {event: {pk: set(line(pk, tree)) for pk in tree} for event, tree in above.items()}
    found = []
    for participation, theirs in reports.items():
        event = participation.event = by_key[participation.event_id]
        tree, covered = lines.get(event.pk, {}), reported[event.pk]
        found.append(Assignment(participation, _left(event, theirs, tree, covered, drafts[event.pk], filed[event.pk])))
    return sorted(
        found, key=lambda one: (one.participation.event_id, one.participation.person.name, one.participation.pk)
    )


def _left(event: Event, roles: list[Role], lines: dict[int, set], reported: set, drafts, filed) -> list[Left]:
    left = []
    for role in roles:
        mine: list[int | None]
        if role.session_id is None:  # all but the sessions that somebody is named for
            mine, is_filed = [None, *(pk for pk in lines if not lines[pk] & reported)], bool(filed)
        else:
            mine = [pk for pk in lines if role.session_id in lines[pk]]
            is_filed = any(filed[pk] for pk in mine)
        one = Left(Place(event, role.session), sum(drafts[pk] for pk in mine), is_filed)
        if one.drafts or not is_filed:
            left.append(one)
    return left


def line(session: int | None, above: dict[int, int | None]) -> Iterator[int]:
    """Yield the key of a session and of those it stands under; `above` says which one stands above which."""
    for _ in range(MAX_DEPTH):
        if session is None:
            return
        yield session
        session = above[session]
