import datetime as dt

from django.db.models import Case, F, Q, Value, When
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.generic import DetailView
from django_filters.views import FilterView

from events.filters import EventFilter
from events.models import Event, EventPartner, Resource, Role
from events.pages import NumberedPages, PublicPage
from events.programme import person, programme
from participants.files import StoredFile
from participants.models import Organisation

SHOWN = 100  # outcomes on an event's page; the list of outcomes has the rest


def gone(request, withdrawn_at: dt.datetime):
    """Answer for what was public once (410): when it was withdrawn, and nothing else."""
    return render(request, "410.html", {"withdrawn_at": withdrawn_at}, status=410)


class EventList(NumberedPages, FilterView):
    """Events to come, the next first, then those held, the latest first."""

    filterset_class = EventFilter
    strict = False
    template_name = "events/event_list.html"

    def get_queryset(self):
        over = Q(ends_on__lt=timezone.localdate())
        return (
            Event.objects.public()
            .defer("body")
            .annotate(over=Case(When(over, then=Value(1)), default=Value(0)))
            .order_by(
                "over",
                Case(When(~over, then=F("starts_on"))).asc(nulls_last=True),
                F("starts_on").desc(nulls_last=True),
                "-pk",
            )
        )

    def query(self):
        return self.filterset.query()


class EventDetail(PublicPage, DetailView):
    """Everything the public may know of one event, what came of it first."""

    template_name = "events/event_detail.html"

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            withdrawn = Event.objects.tombstones().filter(slug=kwargs["slug"]).values_list("withdrawn_at").first()
            if withdrawn is None:
                raise
            return gone(request, *withdrawn)

    def get_queryset(self):
        return Event.objects.public().select_related("series", "report")

    def get_context_data(self, **kwargs):
        event = self.object
        roles = list(Role.objects.public().filter(participation__event=event))
        outcomes = list(event.outcomes.public().as_printed()[: SHOWN + 1])
        partners = list(event.event_partners.select_related("organisation"))
        sessions = list(event.sessions.public().in_programme_order())
        return super().get_context_data(
            **kwargs,
            trail=[(gettext("Events"), reverse("events:event-list"))],
            state=state(event),
            zone=zone(event),
            takeaways=[outcome for outcome in outcomes[:SHOWN] if not outcome.is_action],
            actions=[outcome for outcome in outcomes[:SHOWN] if outcome.is_action],
            more_outcomes=len(outcomes) > SHOWN,
            days=programme(sessions, roles),
            has_times=any(session.starts_at for session in sessions),
            participants=[participation.byline for participation in event.participations.public()],
            named=by_role(partners, [person(role) for role in roles if role.session_id is None]),
            logos=list(dict.fromkeys(partner.organisation for partner in partners if partner.organisation.logo)),
            quotes=event.quotes.public(),
            resources=event.resources.public(),
            report=public_report(event),
            editions=neighbours(event),
        )


def state(event: Event) -> tuple[str, str] | None:
    """Return (style, words) for where an event stands today at its place; None without dates."""
    today = timezone.localdate(timezone=event.zone)
    if not event.starts_on:
        return None
    if today < event.starts_on:
        return "upcoming", gettext("Upcoming")
    return ("completed", gettext("Held")) if event.is_held else ("upcoming", gettext("Taking place now"))


def zone(event: Event) -> str:
    """Return its time zone with the offset from UTC on its first day: "America/Santiago, UTC−04:00"."""
    noon = dt.datetime.combine(event.starts_on or timezone.localdate(), dt.time(12), event.zone)
    offset = f"{noon:%:z}".replace("-", "−")
    return event.time_zone if event.time_zone == "UTC" else f"{event.time_zone}, UTC{offset}"


def by_role(partners: list[EventPartner], people: list[dict]) -> list[tuple[str, dict[str, list]]]:
    """Return (role, organisations and people of the whole event in it) in the order in which roles first appear."""
    roles: dict[str, dict[str, list]] = {}
    for partner in partners:
        roles.setdefault(partner.role_label, {"organisations": [], "people": []})["organisations"].append(
            partner.organisation
        )
    for named in people:
        roles.setdefault(named["role"], {"organisations": [], "people": []})["people"].append(named)
    return list(roles.items())


def public_report(event: Event):
    """Return the event's report if it is published, with its sections, else None."""
    report = getattr(event, "report", None)
    if report is None:
        return None
    found = type(report).objects.public().filter(pk=report.pk)
    return found.select_related("event", "author__person").prefetch_related("sections").first()


def neighbours(event: Event) -> dict[str, Event | None]:
    """Return the public editions of its series before and after it, by date."""
    before = after = None
    if event.starts_on:
        for edition in event.editions().exclude(starts_on=None).only("title", "slug", "starts_on", "ends_on"):
            if (edition.starts_on, edition.pk) < (event.starts_on, event.pk):
                before = edition
            elif after is None:
                after = edition
    return {"before": before, "after": after}


class EventImage(StoredFile):
    """The picture of an event."""

    folder, field = "events", "image"

    def public(self):
        return Event.objects.public()

    def visible_to(self, user):
        return Event.objects.visible_to(user)


class ResourceFile(StoredFile):
    """A document of an event."""

    folder, field = "resources", "file"

    def public(self):
        return Resource.objects.public()

    def visible_to(self, user):
        return Resource.objects.all() if user.is_staff else Resource.objects.public()


class PartnerLogo(StoredFile):
    """The logo of an organisation that is a partner of an event."""

    folder, field = "organisations", "logo"

    def public(self):
        return Organisation.objects.filter(events__in=Event.objects.public()).distinct()

    def visible_to(self, user):
        return Organisation.objects.all() if user.is_staff else self.public()
