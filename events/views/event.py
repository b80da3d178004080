"""One event: what came of it, its programme, who convened it, and what there is to read and see."""

import datetime as dt

from django.core.files.storage import default_storage
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.generic import DetailView

from events import structured
from events.models import Event, EventPartner, Participation, Quote, Resource
from events.pages import PublicPage
from events.people import Named, participants, people, quotes
from events.prepared import Prepared
from events.printed import printed
from events.programme import programme
from events.reports import report_box
from events.views.tombstone import gone

LONG = 3  # parts of a page from which on it has a list of contents

_PARTNERS = Prepared(
    lambda event: event.event_partners.values(
        "role",
        "role_text",
        name=F("organisation__name"),
        slug=F("organisation__slug"),
        website=F("organisation__website"),
        logo=F("organisation__logo"),
        logo_alt=F("organisation__logo_alt"),
    )
)
_RESOURCES = Prepared(
    lambda event: event.resources.public().values(
        *("kind", "title", "part", "url", "file", "publisher", "published_on")
    )
)


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
        of_it = {"event": OuterRef("pk")}
        return (
            Event.objects.public()
            .select_related("series")
            .annotate(  # what need not be asked for; whether it may be shown is another question
                has_report=F("report"),
                has_quotes=Exists(Quote.objects.filter(**of_it)),
                has_resources=Exists(Resource.objects.filter(**of_it, is_public=True)),
                has_participants=Exists(Participation.objects.filter(**of_it, listing="public")),
            )
        )

    def get_context_data(self, **kwargs):
        event = self.object
        named = people(event)
        of_the_whole = named.get(None, [])
        partners = _PARTNERS.rows(event)
        trail = [(gettext("Events"), reverse("events:event-list"))]
        schedule = programme(event, named)
        parts = {
            "outcomes": printed(event),
            "programme": schedule,
            "quotes": quotes(event) if event.has_quotes else [],
            "resources": resources(event) if event.has_resources else [],
            "report": report_box(event) if event.has_report else None,
            "participants": (
                participants(event, besides={somebody.participation for somebody in of_the_whole})
                if event.has_participants
                else []
            ),
        }
        contents = table_of_contents(event, parts)
        return super().get_context_data(
            **kwargs,
            **parts,
            contents=contents if len(contents) >= LONG else [],
            trail=trail,
            state=state(event),
            zone=zone(event),
            named=by_role(partners, of_the_whole),
            logos=logos(partners),
            editions=neighbours(event),
            structured=structured.graph(
                structured.event(event, schedule, partners, self.canonical()),
                structured.breadcrumbs([*trail, (event.title, event.get_absolute_url())]),
            ),
        )


def table_of_contents(event: Event, parts: dict) -> list[tuple[str, str]]:
    """Return (anchor, heading) of the parts that the page of `event` has, in their order."""
    outcomes = parts["outcomes"]
    return [
        (anchor, heading)
        for anchor, heading, there in (
            ("takeaways", gettext("Takeaways"), outcomes.takeaways),
            ("actions", gettext("Actions"), outcomes.actions),
            ("about", gettext("About"), event.body),
            ("programme", gettext("Programme"), parts["programme"]),
            ("quotes", gettext("In their words"), parts["quotes"]),
            ("report", gettext("Report"), parts["report"]),
            ("documents", gettext("Recordings and documents"), parts["resources"]),
            ("participants", gettext("Participants"), parts["participants"]),
        )
        if there
    ]


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


def by_role(partners: list[dict], of_the_whole: list[Named]) -> list[tuple[str, dict[str, list]]]:
    """Return (role, organisations and people of the whole event in it) in the order in which roles first appear."""
    labels, roles = dict(EventPartner.Role.choices), {}
    for partner in partners:
        label = partner["role_text"] or labels[partner["role"]]
        roles.setdefault(label, {"organisations": [], "people": []})["organisations"].append(partner)
    for somebody in of_the_whole:
        roles.setdefault(somebody.role, {"organisations": [], "people": []})["people"].append(somebody.byline)
    return list(roles.items())


def logos(partners: list[dict]) -> list[tuple[str, str]]:
    """Return (address, words) of the partners' logos, each once."""
    return list({default_storage.url(row["logo"]): row["logo_alt"] for row in partners if row["logo"]}.items())


def resources(event: Event) -> list[Resource]:
    """Return the recordings and documents of a public `event` that anyone may open, in one query."""
    return [Resource(**row) for row in _RESOURCES.rows(event)]


def neighbours(event: Event) -> dict[str, Event | None]:
    """Return the public editions of its series just before and just after it, by date, in one query."""
    if not event.series_id or not event.starts_on:
        return {}
    day = event.starts_on
    editions = event.editions()
    earlier = editions.filter(Q(starts_on__lt=day) | Q(starts_on=day, pk__lt=event.pk)).order_by("-starts_on", "-pk")
    later = editions.filter(Q(starts_on__gt=day) | Q(starts_on=day, pk__gt=event.pk))
    beside = Q(pk=Subquery(earlier.values("pk")[:1])) | Q(pk=Subquery(later.values("pk")[:1]))
    found = {}
    for edition in Event.objects.public().filter(beside).only("title", "slug", "starts_on", "ends_on"):
        is_earlier = (edition.starts_on, edition.pk) < (day, event.pk)
        found["before" if is_earlier else "after"] = edition
    return found
