"""The workspace of an event: what it still needs as a checklist, and everything of it behind links that stay."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef
from django.utils.formats import date_format

from events.admin.base import prefilled
from events.admin.pages import EventPage
from events.deadline import Deadline
from events.history import lines_of
from events.invitations import rapporteurs
from events.models import Event, EventPartner, Role, Session
from events.since import since_last_time
from outcomes.admin.filters import without_theme
from outcomes.assignments import Assignment, assignments
from outcomes.models import Outcome, Publication, Report, Status
from outcomes.nudges import nudged_today
from participants.history_pages import page_of

DONE, PART, OPEN = "done", "part", "open"


@dataclass(frozen=True)
class Step:
    """A line of the checklist: how it stands, in words, and the link that mends it."""

    state: str  # done, part or open
    label: str
    words: str
    address: str = ""
    link: str = ""
    note: str = ""  # what is late or in the way

    @property
    def state_label(self) -> str:
        return {DONE: "Done", PART: "Under way", OPEN: "To do"}[self.state]


def plural(number: int, one: str, many: str = "") -> str:
    """Return "1 session" or "3 sessions"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


class Workspace(EventPage):
    """What the tabs have in common."""

    tab = "workspace"
    tabs = (
        ("workspace", "Overview", ()),
        ("workspace_programme", "Programme", ("events.view_session",)),
        ("workspace_people", "People", ("events.view_participation",)),
        ("workspace_outcomes", "Outcomes", ("outcomes.view_outcome",)),
        ("workspace_documents", "Documents", ("events.view_resource",)),
        ("workspace_document", "PDF and Word", ("outcomes.view_report",)),
        ("workspace_history", "History", ("participants.view_change",)),
    )

    def show(self, context: dict, status: int = 200):
        user, event = self.request.user, self.event
        runs = event.is_run_by(user)
        shared = {
            "title": str(event),
            "deadline": Deadline.of(event),
            "runs": runs,
            "tab": self.tab,
            "tabs": [(name, label, self.address(name)) for name, label, needs in self.tabs if user.has_perms(needs)],
            "to_come": Publication.objects.open().filter(event=event).select_related("set_by").first(),
            "verbs": self.model_admin.buttons(self.request, event) if runs else [],
            "may_publish": user.has_perm("outcomes.review_outcome"),
        }
        return self.page(f"workspace/{self.tab}", {**shared, **context}, status)


class Overview(Workspace):
    """The state of the event as a checklist, in the order in which things are done."""

    def get(self, request, pk):
        steps = list(self.steps(request.user))
        left = sum(step.state != DONE for step in steps)
        return self.show({"steps": steps, "left": left, "done": len(steps) - left})

    def steps(self, user):
        event = self.event
        runs = event.is_run_by(user)
        form = self.address("change") if runs else ""
        partners = list(event.event_partners.select_related("organisation"))
        sessions = list(event.sessions.in_programme_order())
        numbers = Counter(dict(outcomes_of(event).values_list("status").annotate(Count("pk")).order_by()))
        yield self.when_and_where(form)
        yield self.partners(partners, form)
        yield self.programme(sessions)
        if runs:
            people = rapporteurs(event)
            everybody = assignments([event])
            yield self.assigned(sessions, everybody)
            yield self.invited(people)
            yield self.reports(everybody, numbers)
        yield self.reviewed(numbers)
        yield self.published(numbers)

    def when_and_where(self, form: str) -> Step:
        event = self.event
        dated, placed = bool(event.starts_on), bool(event.place or event.venue or event.mode == Event.Mode.ONLINE)
        missing = [word for word, there in (("a date", dated), ("a place", placed)) if not there]
        days = f"{date_format(event.starts_on)}" if dated else ""
        if dated and event.ends_on != event.starts_on:
            days += f" – {date_format(event.ends_on)}"
        where = event.place or event.venue or (event.get_mode_display() if placed else "")
        words = ", ".join(filter(None, (days, where)))
        if missing:
            words = f"{words}{'; ' if words else ''}{' and '.join(missing)} missing"
            words = words[0].upper() + words[1:]
        state = OPEN if len(missing) == 2 else PART if missing else DONE
        return Step(state, "Dates and place", words, f"{form}#id_starts_on" if form else "", "Edit dates and place")

    def partners(self, partners: list[EventPartner], form: str) -> Step:
        convener = next((one for one in partners if one.role in EventPartner.RUNS), None)
        if not partners:
            words = "None yet: say who convenes it"
        elif convener is None:
            words = f"{plural(len(partners), 'partner')}, but nobody convenes or hosts it"
        else:
            more = f" and {len(partners) - 1} more" if len(partners) > 1 else ""
            words = f"{convener.organisation.label} ({convener.role_label.lower()}){more}"
        state = DONE if convener else PART if partners else OPEN
        return Step(state, "Partners", words, f"{form}#event_partners-group" if form else "", "Edit partners")

    def programme(self, sessions: list[Session]) -> Step:
        groups = sum(session.kind == Session.Kind.BREAKOUT_GROUP for session in sessions)
        undated = sum(not session.starts_at for session in sessions)
        address = self.address("workspace_programme")
        if not sessions:
            return Step(OPEN, "Programme", "No sessions yet", address, "Open the programme")
        words = plural(len(sessions) - groups, "session")
        words += f" and {plural(groups, 'breakout group')}" if groups else ""
        note = f"{undated} without a time" if undated else ""
        return Step(PART if undated else DONE, "Programme", words, address, "Open the programme", note)

    def assigned(self, sessions: list[Session], everybody: list[Assignment]) -> Step:
        address = self.address("workspace_people")
        groups = [one for one in sessions if one.kind in (Session.Kind.BREAKOUT_GROUP, Session.Kind.WORKING_GROUP)]
        roles = Role.objects.filter(participation__event=self.event, role=Role.Role.RAPPORTEUR)
        of_sessions = set(roles.values_list("session", flat=True))
        if not everybody:
            return Step(OPEN, "Rapporteurs", "Nobody reports on this event yet", address, "Name rapporteurs")
        without = [one for one in groups if not {one.pk, one.parent_id} & of_sessions]
        words = plural(len(everybody), "rapporteur")
        note = f"{plural(len(without), 'group')} without one" if without and None not in of_sessions else ""
        return Step(PART if note else DONE, "Rapporteurs", words, address, "See rapporteurs", note)

    def invited(self, people) -> Step:
        invited = sum(one.invitation is not None for one in people)
        stuck = sum(bool(one.against) for one in people if one.invitation is None)
        note = f"{stuck} cannot be invited yet" if stuck else ""
        state = DONE if people and invited == len(people) else PART if invited else OPEN
        words = f"{invited} of {plural(len(people), 'rapporteur')}" if people else "Nobody to invite yet"
        return Step(state, "Invited", words, self.address("rapporteurs"), "Invite rapporteurs", note)

    def reports(self, everybody: list[Assignment], numbers: Counter) -> Step:
        missing = sum(bool(one.left) for one in everybody)
        address = f"{self.address('workspace_people')}#missing"
        if not everybody:
            return Step(OPEN, "Reports in", "Nobody to report yet", address, "See people")
        deadline = Deadline.of(self.event)
        note = f"The deadline {deadline.left}" if deadline and missing and deadline.is_passed else ""
        if not deadline and missing:
            note = "No deadline yet: nobody is reminded"
        words = f"{len(everybody) - missing} of {len(everybody)}" + (f", {missing} still to report" if missing else "")
        state = DONE if not missing else PART if missing < len(everybody) else OPEN
        return Step(state, "Reports in", words, address, "See who is missing" if missing else "See people", note)

    def reviewed(self, numbers: Counter) -> Step:
        waiting, back = numbers[Status.SUBMITTED], numbers[Status.CHANGES_REQUESTED]
        through = numbers[Status.APPROVED] + numbers[Status.PUBLISHED]
        if not waiting + back + through:
            return Step(OPEN, "Reviewed", "Nothing handed in yet", self.address("workspace_outcomes"), "See outcomes")
        words = ", ".join(
            f"{number} {what}"
            for number, what in ((through, "reviewed"), (waiting, "to review"), (back, "sent back"))
            if number
        )
        queue = prefilled("outcomes_outcome_queue", event=self.event.pk)
        return Step(
            PART if waiting + back else DONE, "Reviewed", words, queue, "Open the review" if waiting else "See it"
        )

    def published(self, numbers: Counter) -> Step:
        published, approved, event = numbers[Status.PUBLISHED], numbers[Status.APPROVED], self.event
        page = {
            Event.Status.DRAFT: "The page of the event is not public",
            Event.Status.PUBLISHED: "The page of the event is public",
            Event.Status.WITHDRAWN: "The event is withdrawn",
        }[Event.Status(event.status)]
        words = f"{page}; {plural(published, 'outcome')} published"
        note = f"{approved} approved and not published" if approved else ""
        state = OPEN if event.status != Event.Status.PUBLISHED else DONE if published and not approved else PART
        return Step(state, "Published", words, self.address("publication"), "Publish now or at a set time", note)


def outcomes_of(event: Event):
    """The outcomes of an event that nobody deleted."""
    return Outcome.objects.there().filter(event=event)


class Programme(Workspace):
    """The sessions by day, each with what is there of it."""

    tab, needs = "workspace_programme", ("events.view_session",)

    def get(self, request, pk):
        event = self.event
        reporting = Role.objects.filter(session=OuterRef("pk"), role=Role.Role.RAPPORTEUR)
        sessions = list(
            event.sessions.in_programme_order().select_related("parent").annotate(has_rapporteur=Exists(reporting))
        )
        numbers = Counter(dict(outcomes_of(event).values_list("session").annotate(Count("pk")).order_by()))
        days: dict[dt.date | None, list] = defaultdict(list)
        for session in sessions:
            session.event = event
            session.local_start = session.starts_at and f"{session.starts_at.astimezone(event.zone):%H:%M}"
            days[session.day].append((session, numbers[session.pk]))
        return self.show({"days": list(days.items()), "editor": self.address("programme")})


class People(Workspace):
    """Rapporteurs and what is missing of them, each nudged by one click; and who else takes part, in numbers."""

    tab, needs, to_run = "workspace_people", ("events.view_participation",), True

    def get(self, request, pk):
        event = self.event
        everybody = {one.participation.pk: one for one in assignments([event])}
        missing = [one for one in everybody.values() if one.left]
        today = nudged_today(missing)
        rows = [(one, everybody.get(one.participation.pk)) for one in rapporteurs(event)]
        rows.sort(key=lambda row: not (row[1] and row[1].left))
        attendance = event.participations.order_by().values_list("attendance").annotate(Count("pk"))
        labels = dict(event.participations.model.Attendance.choices)
        return self.show(
            {
                "rows": rows,
                "missing": len(missing),
                "may_nudge": any(not one.against and one.participation.pk not in today for one in missing),
                "today": today,
                "attendance": [(labels[key], number) for key, number in attendance],
                "participants": prefilled("events_participation_changelist", event=event.pk),
                "add": prefilled("events_participation_add", event=event.pk),
                "invite": self.address("rapporteurs"),
            }
        )


class Outcomes(Workspace):
    """The outcomes by status and by session, what to do next, and what was published when."""

    tab, needs = "workspace_outcomes", ("outcomes.view_outcome",)

    def get(self, request, pk):
        event = self.event
        counts = outcomes_of(event).order_by().values_list("session", "kind", "status").annotate(Count("pk"))
        by_status: Counter = Counter()
        by_session: dict[int | None, Counter] = defaultdict(Counter)
        for session, kind, status, number in counts:
            by_status[status] += number
            by_session[session][kind] += number
            by_session[session][status] += number
        sessions = {session.pk: session for session in event.sessions.in_programme_order().select_related("parent")}
        rows = [(sessions.get(key), by_session[key]) for key in [None, *sessions] if by_session[key]]
        themeless = without_theme(outcomes_of(event)).count()
        return self.show(
            {
                "statuses": [
                    (label, by_status[status], self.listed(status__exact=status)) for status, label in Status.choices
                ],
                "total": sum(by_status.values()),
                "rows": [
                    (session, found, self.listed(session__id__exact=session.pk) if session else self.listed())
                    for session, found in rows
                ],
                "since": since_last_time(event),
                "silent": sum(not by_session[key] for key in sessions),
                "themeless": (themeless, self.listed(needs="theme")),
                "waiting": by_status[Status.SUBMITTED],
                "approved": by_status[Status.APPROVED],
                "queue": prefilled("outcomes_outcome_queue", event=event.pk),
                "publish": self.address("publication"),
                "publications": Publication.objects.filter(event=event).select_related("set_by")[:5],
            }
        )

    def listed(self, **narrower) -> str:
        return prefilled("outcomes_outcome_changelist", event=self.event.pk, **narrower)


class Documents(Workspace):
    """Recordings and documents, the report, and what can be taken away."""

    tab, needs, to_run = "workspace_documents", ("events.view_resource",), True

    def get(self, request, pk):
        event = self.event
        return self.show(
            {
                "resources": event.resources.select_related("session"),
                "add": prefilled("events_resource_add", event=event.pk),
                "report": Report.objects.filter(event=event).first(),
                "add_report": prefilled("outcomes_report_add", event=event.pk),
            }
        )


class History(Workspace):
    """What was done to the event and to everything in it, by whom."""

    tab, needs, to_run = "workspace_history", ("participants.view_change",), True

    def get(self, request, pk):
        lines, older = page_of(lines_of(self.event, request.user), request)
        changes = self.event.changes.select_related("by").reverse()
        return self.show(
            {"lines": lines, "older": older, "changes": changes, "status_labels": dict(Event.Status.choices)}
        )
