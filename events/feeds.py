"""Dialogues as a feed: those that were published last, under the same filters as their list."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import View

from events import atom
from events.addresses import address
from events.filters import EventFilter, PublicFilter, strictly
from events.models import Event, EventPartner, EventStatusChange
from events.pages import PublicPage
from events.templatetags.fragments import dates
from events.ways import address as way_to

Authors = dict[int, list[tuple[str, str]]]


class AtomFeed(PublicPage, View):
    """A feed; subclasses say what is in it."""

    http_method_names = ["get", "head"]
    filterset_class: type[PublicFilter] = PublicFilter
    lasting: Collection[str] = ()

    def reads(self):
        return (*self.parameters, *(name for name in self.filterset_class.base_filters if name != "sort"))

    def get(self, request, *args, **kwargs):
        return HttpResponse(atom.document(self.feed(*args, **kwargs)), content_type=atom.CONTENT_TYPE)

    def feed(self, *args, **kwargs) -> atom.Feed:
        """Return the feed that is asked for, or raise Http404."""
        raise NotImplementedError

    def filters(self) -> PublicFilter:
        """Return the filters asked for."""
        return strictly(self.filterset_class, self.request.GET, self.lasting)


class EventFeed(AtomFeed):
    """The dialogues that were published last."""

    filterset_class = EventFilter

    def feed(self):
        filters = self.filters()
        query = filters.query()
        events = filters.qs.order_by("-published_at", "-pk")[: atom.SHOWN]
        return atom.Feed(
            title=titled(gettext("Dialogues"), filters),
            here=way_to("events:event-feed", query=query),
            page=way_to("events:event-list", query=query),
            entries=entries(events),
            # Whatever else is asked for might be answered by what was changed since they were withdrawn.
            withdrawn=withdrawn() if not query else (),
        )


def titled(what: str, filters: PublicFilter) -> str:
    """Return the title of a feed: “Readout – Outcomes: Capacity-building, 2025”."""
    return f"Readout – {what}: {filters.about}" if filters.about else f"Readout – {what}"


def entries(events: QuerySet[Event]) -> list[atom.Entry]:
    """Return the entries of public `events`, in two queries."""
    shown = ("title", "slug", "format", "mode", "starts_on", "ends_on", "summary", "venue", "city", "country")
    revised = {"revised_at": F("revision__revised_at"), "again_at": published_again()}
    rows: Any = list(events.annotate(**revised).only(*shown, "published_at"))
    authors = conveners(event.pk for event in rows)
    return [
        atom.Entry(
            id=event_id(event.slug),
            title=event.title,
            href=event.get_absolute_url(),
            published=event.published_at,
            updated=atom.last(event.published_at, event.again_at, event.revised_at),
            authors=authors[event.pk],
            categories=[(reverse("events:event-list"), event.format, event.get_format_display())],
            content=atom.paragraphs([event.summary, *_facts(event)]),
        )
        for event in rows
    ]


def _facts(event: Event) -> Iterable[str]:
    yield dates(event.starts_on, event.ends_on)
    yield ", ".join(part for part in (event.venue, event.place, event.get_mode_display()) if part)


def withdrawn() -> list[atom.Withdrawn]:
    """Return what stands for dialogues that were withdrawn lately, the last first."""
    rows = Event.objects.tombstones().filter(withdrawn_at__gte=atom.since()).order_by("-withdrawn_at", "-pk")
    columns = ("slug", "published_at", "withdrawn_at", "public_note")
    return [
        atom.Withdrawn(
            id=event_id(slug),
            href=address("events:event-detail", slug),
            published=published_at,
            withdrawn_at=withdrawn_at,
            updated=withdrawn_at,
            note=note,
        )
        for slug, published_at, withdrawn_at, note in rows.values_list(*columns)[: atom.SHOWN]
    ]


def event_id(slug: str) -> str:
    """Return the id of a dialogue in feeds."""
    return atom.tag(f"events/{slug}")


def published_again(event: str = "pk") -> Subquery:
    """Return the SQL for when the event at that lookup was made public last."""
    moves = EventStatusChange.objects.filter(event=OuterRef(event), to_status=Event.Status.PUBLISHED)
    return Subquery(moves.order_by("-at", "-pk").values("at")[:1])


def conveners(events: Iterable[int]) -> Authors:
    """Return who stands for the author of what comes of public `events` (keys): organisations, by event."""
    rows = EventPartner.objects.filter(event__in=set(events), role=EventPartner.Role.CONVENER)
    found: Authors = defaultdict(list)
    columns = ("event", "organisation__name", "organisation__slug")
    for event, name, slug in rows.order_by("position", "pk").values_list(*columns):
        found[event].append((name, address("outcomes:organisation-detail", slug)))
    return found
