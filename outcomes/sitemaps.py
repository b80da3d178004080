"""The sitemap: an index, pages that are always there with themes and organisations, dialogues with their outcomes.

Dialogues are few and their outcomes hang on them, so a part is a number of dialogues: no part counts outcomes or skips
over them, and its bounds tell nothing of what is hidden.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from math import ceil
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from events.caching import kept
from events.models import Event
from outcomes.models import ActionUpdate, Outcome, ReportSection, Theme
from outcomes.organisations import public_organisations

DIALOGUES = 50  # in one part: far from the 50,000 addresses that a part may have, even with hundreds of outcomes each
LASTING = (
    *("home", "outcomes:outcome-list", "outcomes:action-list", "events:event-list", "outcomes:theme-list"),
    *("outcomes:data", "api-docs", "api-dictionary", "privacy"),
)

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

Entry = tuple[str, dt.date | None]  # path, and the day it last changed if that is known


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the parts."""
    return kept(request, (), lambda: _xml("sitemapindex", "sitemap", ((part, None) for part in parts())))


@require_safe
def pages(request: HttpRequest) -> HttpResponse:
    """List the pages that are always there, the themes and the organisations."""

    def entries() -> Iterable[Entry]:
        yield from ((reverse(name), None) for name in LASTING)
        yield from ((theme.get_absolute_url(), None) for theme in Theme.objects.public().only("slug"))
        organisations = public_organisations().order_by("pk").values_list("slug", flat=True)
        yield from ((reverse("outcomes:organisation-detail", args=[slug]), None) for slug in organisations)

    return kept(request, (), lambda: _xml("urlset", "url", entries()))


@require_safe
def dialogues(request: HttpRequest, number: int) -> HttpResponse:
    """List the dialogues of a part, each followed by its outcomes; 404 for a part that is not there."""
    if not 1 <= number <= number_of_parts():
        raise Http404
    start = (number - 1) * DIALOGUES
    return _xml("urlset", "url", of_dialogues(Event.objects.public().order_by("pk")[start : start + DIALOGUES]))


def number_of_parts() -> int:
    """How many parts of dialogues there are."""
    return ceil(Event.objects.public().count() / DIALOGUES)


def parts() -> list[str]:
    """Return the paths of all parts."""
    numbers = range(1, number_of_parts() + 1)
    return [reverse("sitemap-pages"), *(reverse("sitemap-dialogues", args=[number]) for number in numbers)]


def of_dialogues(rows: QuerySet[Event]) -> list[Entry]:
    """Return the addresses of events, of their outcomes and of the sections of their reports, in four queries."""
    events = list(rows.only("slug", "published_at"))
    keys = [event.pk for event in events]
    outcomes = Outcome.objects.public().filter(event__in=keys)
    updates = ActionUpdate.objects.filter(action__in=outcomes.actions().order_by().values("pk"))
    updated = dict(updates.order_by().values_list("action").annotate(Max("on")))
    of_event = defaultdict(list)
    for pk, code, event, published_at in outcomes.order_by("pk").values_list("pk", "code", "event", "published_at"):
        changed = max(published_at.date(), updated.get(pk, dt.date.min))
        of_event[event].append((reverse("outcomes:outcome-detail", args=[code]), changed))
    sections = ReportSection.objects.public().with_a_page().filter(report__event__in=keys)
    for section in sections.select_related("report__event").defer("body").order_by("report", "position", "pk"):
        if (published_at := section.report.published_at) is not None:  # as of every public report
            of_event[section.report.event_id].append((section.get_absolute_url(), published_at.date()))
    entries: list[Entry] = []
    for event in events:
        own = event.published_at.date() if event.published_at else dt.date.min  # every public event has one
        entries.append((event.get_absolute_url(), max([own, *(changed for _, changed in of_event[event.pk])])))
        entries.extend(of_event[event.pk])
    return entries


def _xml(root: str, item: str, entries: Iterable[Entry]) -> HttpResponse:
    lines = [HEAD, f'<{root} xmlns="{NAMESPACE}">\n']
    for path, changed in entries:
        lastmod = f"<lastmod>{changed:%Y-%m-%d}</lastmod>" if changed else ""
        lines.append(f"<{item}><loc>{escape(settings.SITE_URL + path)}</loc>{lastmod}</{item}>\n")
    return HttpResponse([*lines, f"</{root}>\n"], content_type="application/xml; charset=utf-8")
