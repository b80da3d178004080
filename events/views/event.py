"""One event: what came of it, its programme, who convened it, and what there is to read and see."""

import datetime as dt
from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS
from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.generic import TemplateView

from events import structured
from events.beside import beside
from events.models import Event, EventPartner, EventSeries, Resource
from events.pages import PublicPage
from events.people import Named, participants, people, quotes
from events.prepared import Prepared
from events.printed import printed
from events.programme import programme
from events.reports import ReportBox, downloads, report_box
from events.since import since
from events.views.cite import citation
from events.views.tombstone import gone
from events.ways import Way, calendar, feed

LISTED = 300  # participants named on the page; a forum has thousands
LONG = 3  # parts of a page from which on it has a list of contents

_COLUMNS = [field.attname for field in Event._meta.concrete_fields]


_EVENT = Prepared(
    lambda event: (
        Event.objects.public()
        .filter(slug=event.slug)
        .values(*_COLUMNS, series_name=F("series__name"), series_slug=F("series__slug"))
    )
)


def public_event(slug: str) -> Event | None:
    """Return the public event of that slug, with its series, in one query."""
    found = _EVENT.rows(Event(slug=slug))
    return as_event(found[0]) if found else None


def tombstone(slug: str) -> tuple[dt.datetime, str] | None:
    """Return when the event of that slug was withdrawn, and the public note of that."""
    return Event.objects.tombstones().filter(slug=slug).values_list("withdrawn_at", "public_note").first()


class EventDetail(PublicPage, TemplateView):
    """Everything the public may know of one event, what came of it first."""

    template_name = "events/event_detail.html"

    def get(self, request, *args, **kwargs):
        shown = public_event(kwargs["slug"])
        if shown:
            return self.render_to_response(self.get_context_data(event=shown))
        withdrawn = tombstone(kwargs["slug"])
        if withdrawn is None:
            raise Http404
        return gone(request, *withdrawn)

    def get_context_data(self, *, event, **kwargs):
        named, found = people(event), beside(event)
        partners = found["partner"]
        trail = [(gettext("Events"), reverse("events:event-list"))]
        schedule = programme(event, named.of_session)
        files: list[Way] = []
        parts = {
            "outcomes": printed(event),
            "programme": schedule,
            "quotes": quotes(found["quote"]),
            "resources": [resource(told) for told in found["resource"]],
            "report": report_box(event, found["report"]),
            "since": since(event, found["left_open"]),
            "participants": participants(found["participant"], besides=named.already),
        }
        if parts["outcomes"].takeaways or parts["outcomes"].actions or has_pages(parts["report"]):
            files = downloads(event, is_report=parts["report"] is not None)
        parts["more_participants"] = len(parts["participants"]) - LISTED
        parts["participants"] = parts["participants"][:LISTED]
        contents = table_of_contents(event, parts)
        return super().get_context_data(
            **kwargs,
            **parts,
            event=event,
            contents=contents if len(contents) >= LONG else [],
            trail=trail,
            state=state(event),
            ways_out=[*files, *ways_out(event)],
            made=found["document"],
            citation=citation(event, [one["name"] for one in partners if one["role"] == EventPartner.Role.CONVENER]),
            zone=zone(event),
            named=by_role(partners, named.of_the_whole),
            logos=logos(partners),
            editions=neighbours(event, found["edition"]),
            structured=structured.graph(
                structured.event(event, schedule, partners, self.canonical()),
                structured.breadcrumbs([*trail, (event.title, event.get_absolute_url())]),
            ),
        )


def ways_out(event: Event) -> list[Way]:
    """Return what the page of a public `event` can be followed or taken away as."""
    told = gettext("Outcomes: %(title)s") % {"title": event.title}
    ways = [feed("outcomes:outcome-feed", told, query=[("event", event.slug)], label=gettext("Atom feed of outcomes"))]
    if event.series_id:
        label = gettext("Atom feed of the series")
        ways.append(feed("outcomes:series-feed", event.series.name, event.series.slug, label=label))
    return [*ways, *calendar(event.title, event.slug)]


def has_pages(report: ReportBox | None) -> bool:
    """Whether a section of the report can be read here."""
    return report is not None and any(href for _, href in report.sections)


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
            ("since", gettext("Since last time"), parts["since"].items),
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


def resource(told: dict) -> Resource:
    """Return a recording or document of a row that `events.beside` found."""
    return Resource(**told | {"published_on": _day(told["published_on"])})


def neighbours(event: Event, rows: list[dict]) -> dict[str, dict]:
    """Return the public editions of its series just before and just after it, of those that `events.beside` found."""
    found = {}
    for edition in rows:
        is_earlier = (_day(edition["starts_on"]), edition["pk"]) < (event.starts_on, event.pk)
        found["before" if is_earlier else "after"] = edition
    return found


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
