"""A dialogue and its report as citations, in files."""

import re
from html import unescape
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.views.generic import View

from events.citation import Citation, EventCitation, one_line
from events.feeds import conveners
from events.models import Event
from events.pages import PublicPage
from events.templatetags.fragments import dates
from events.views.tombstone import gone


class EventCite(PublicPage, View):
    """How a dialogue is cited, as a file."""

    http_method_names = ["get", "head"]

    def get(self, request, slug, extension):
        event = Event.objects.public().filter(slug=slug).first()
        if event is None:
            withdrawn = Event.objects.tombstones().filter(slug=slug).values_list("withdrawn_at", "public_note").first()
            if withdrawn is None:
                raise Http404
            return gone(request, *withdrawn)
        return cited(citation(event, [name for name, _ in conveners([event.pk])[event.pk]]), extension)


def cited(citation: Citation, extension: str) -> HttpResponse:
    """Answer with the file of a citation."""
    content_type = citation.FORMATS[extension][1]
    return HttpResponse(citation.in_format(extension), content_type=f"{content_type}; charset=utf-8")


def citation(event: Any, authors: list[str]) -> EventCitation:
    """Return how a public event is cited, `authors` being the organisations that convened it."""
    return EventCitation(
        code=key(event),
        authors=authors,
        published_on=event.starts_on or timezone.localdate(event.published_at),
        url=settings.SITE_URL + event.get_absolute_url(),
        files=reverse("events:event-cite", args=[event.slug, "txt"]).removesuffix("txt"),
        title=event.title,
        format=str(event.get_format_display()),
        place=event.place,
        held=one_line(unescape(strip_tags(dates(event.starts_on, event.ends_on)))),
    )


def key(event: Event) -> str:
    """Return what stands for an event in the key of an entry, which LaTeX wants in ASCII."""
    return re.sub("[^a-z0-9]+", "-", event.cite_as.casefold()).strip("-") or "dialogue"
