"""One event: what came of it, its programme, who convened it, and what there is to read and see."""

import datetime as dt
from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.generic import TemplateView

from events import structured
from events.models import Event, EventPartner, EventSeries, Participation, Quote, Resource
from events.pages import PublicPage
from events.people import Named, participants, people, quotes
from events.prepared import Prepared
from events.printed import printed
from events.programme import programme
from events.reports import report_box
from events.views.tombstone import gone

LONG = 3  # parts of a page from which on it has a list of contents

_COLUMNS = [field.attname for field in Event._meta.concrete_fields]


def _public_event(event: Event):
    of_it = {"event": OuterRef("pk")}
    found = Event.objects.public().filter(slug=event.slug)
    return found.values(
        *_COLUMNS,
        series_name=F("series__name"),
        series_slug=F("series__slug"),
        # What need not be asked for; whether it may be shown is another question.
        has_report=F("report"),
        has_quotes=Exists(Quote.objects.filter(**of_it)),
        has_resources=Exists(Resource.objects.filter(**of_it, is_public=True)),
        has_participants=Exists(Participation.objects.filter(**of_it, listing="public")),
    )


def _beside(event: Event):
    day, editions = event.starts_on, event.editions()
    earlier = editions.filter(Q(starts_on__lt=day) | Q(starts_on=day, pk__lt=event.pk)).order_by("-starts_on", "-pk")
    later = editions.filter(Q(starts_on__gt=day) | Q(starts_on=day, pk__gt=event.pk))
    beside = Q(pk=Subquery(earlier.values("pk")[:1])) | Q(pk=Subquery(later.values("pk")[:1]))
    return Event.objects.public().filter(beside).values("pk", "title", "slug", "starts_on")


_EVENT = Prepared(_public_event)
_EDITIONS = Prepared(_beside)
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


class EventDetail(PublicPage, TemplateView):
    """Everything the public may know of one event, what came of it first."""

    template_name = "events/event_detail.html"

    def get(self, request, *args, **kwargs):
        found = _EVENT.rows(Event(slug=kwargs["slug"]))
        if found:
            return self.render_to_response(self.get_context_data(row=found[0]))
        withdrawn = Event.objects.tombstones().filter(slug=kwargs["slug"]).values_list("withdrawn_at").first()
        if withdrawn is None:
            raise Http404
        return gone(request, *withdrawn)

    def get_context_data(self, *, row, **kwargs):
        event = as_event(row)
        named = people(event)
        partners = _PARTNERS.rows(event)
        trail = [(gettext("Events"), reverse("events:event-list"))]
        schedule = programme(event, named.of_session)
        parts = {
            "outcomes": printed(event),
            "programme": schedule,
            "quotes": quotes(event) if row["has_quotes"] else [],
            "resources": resources(event) if row["has_resources"] else [],
            "report": report_box(event) if row["has_report"] else None,
            "participants": participants(event, besides=named.already) if row["has_participants"] else [],
        }
        contents = table_of_contents(event, parts)
        return super().get_context_data(
            **kwargs,
            **parts,
            event=event,
            contents=contents if len(contents) >= LONG else [],
            trail=trail,
            state=state(event),
            zone=zone(event),
            named=by_role(partners, named.of_the_whole),
            logos=logos(partners),
            editions=neighbours(event),
            structured=structured.graph(
                structured.event(event, schedule, partners, self.canonical()),
                structured.breadcrumbs([*trail, (event.title, event.get_absolute_url())]),
            ),
        )


def as_event(row: dict) -> Event:
    """Return the public event in `row`, with its series."""
    event = Event.from_db(DEFAULT_DB_ALIAS, _COLUMNS, [row[column] for column in _COLUMNS])
    if event.series_id:
        event.series = EventSeries(pk=event.series_id, name=row["series_name"], slug=row["series_slug"])
    return event


def table_of_contents(event: Event, parts: dict) -> list[tuple[str, str]]:
    """Return (anchor, heading) of the parts that the page of `event` has, in their order."""
    outcomes = parts["outcomes"]
    return [
        (anchor, heading)
        for anchor, heading, there in (
            ("takeaways", gettext("Takeaways"), outcomes.takeaways),
            ("actions", gettext("Actions"), outcomes.actions),
            ("about", gettext("About"), event.body),
            ("programme", gettext("Programme"), parts["programme"].days),
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


def by_role(partners: list[dict], of_the_whole: Iterable[Named]) -> list[tuple[str, dict[str, list]]]:
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


def neighbours(event: Event) -> dict[str, dict]:
    """Return the public editions of its series just before and just after it, by date, in one query."""
    if not event.series_id or not event.starts_on:
        return {}
    found = {}
    for edition in _EDITIONS.rows(event):
        is_earlier = (edition["starts_on"], edition["pk"]) < (event.starts_on, event.pk)
        found["before" if is_earlier else "after"] = edition
    return found
