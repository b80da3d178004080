"""The report of an event, a section a page."""

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject, Length
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.generic import TemplateView, View

from events import structured
from events.beside import FACTS
from events.citation import ReportCitation
from events.feeds import conveners
from events.models import Event, EventPartner
from events.pages import PublicPage
from events.printed import printed
from events.reports import downloads
from events.templatetags.markup import outline
from events.views import gone
from events.views.cite import cited, key
from outcomes.models import KeptDocument, Report, ReportSection


class ReportSectionDetail(PublicPage, TemplateView):
    """A section of a public report, with the ones before and after it; one kind prints takeaways and actions."""

    template_name = "outcomes/report_section.html"

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            withdrawn = self.tombstone(kwargs["slug"], kwargs["section"])
            if withdrawn is None:
                raise
            return gone(request, withdrawn)

    @staticmethod
    def tombstone(event: str, section: str) -> dt.datetime | None:
        """Return when a section's event, or else its report, was withdrawn."""
        stones = ReportSection.objects.tombstones().filter(report__event__slug=event, slug=section)
        stone = stones.select_related("report__event").first()
        if stone is None:
            return None
        return stone.report.event.withdrawn_at or stone.report.changes.latest("at").at

    def get_context_data(self, slug, section, **kwargs):
        of_public = ReportSection.objects.public().filter(report__event__slug=slug)
        shown = get_object_or_404(
            of_public.with_a_page().select_related("report__event", "report__author__person").annotate(**files()),
            slug=section,
        )
        report, event = shown.report, shown.report.event
        contents, institutions = around(of_public, event)
        body, headings = outline(shown.body)
        trail = [(gettext("Events"), reverse("events:event-list")), (event.title, event.get_absolute_url())]
        return super().get_context_data(
            **kwargs,
            section=shown,
            report=report,
            event=event,
            outcomes=printed(event) if shown.kind == ReportSection.Kind.OUTCOMES else None,
            contents=contents,
            downloads=downloads(event, is_report=True),
            made=made_of(shown),
            body=body,
            headings=headings,
            trail=trail,
            citation=citation(
                report, next(section["slug"] for section in contents if section["has_page"]), institutions
            ),
            structured=structured.graph(
                structured.breadcrumbs([*trail, (shown.title, shown.get_absolute_url())]),
            ),
            **neighbours(shown.slug, [section for section in contents if section["has_page"]]),
        )


def around(sections: QuerySet, event: Event) -> tuple[list[dict], list[str]]:
    """Return the public sections of a report, in their order, and who convened its event, in one query."""
    told = sections.order_by().values_list("position", "pk", Value("section"), "slug", "title", "kind", Length("body"))
    partners = EventPartner.objects.filter(event=event, role=EventPartner.Role.CONVENER).order_by()
    nothing = (Value(""), Value(0))
    named = partners.values_list(
        "position", "pk", Value("convener"), "organisation__slug", "organisation__name", *nothing
    )
    contents, institutions = [], []
    for _, _, what, slug, title, kind, length in sorted(told.union(named, all=True)):
        if what == "convener":
            institutions.append(title)
        else:
            has_page = bool(length) or kind == ReportSection.Kind.OUTCOMES
            contents.append({"slug": slug, "title": title, "has_page": has_page})
    return contents, institutions


class ReportCite(PublicPage, View):
    """How a report is cited, as a file."""

    http_method_names = ["get", "head"]

    def get(self, request, slug, extension):
        pages = ReportSection.objects.public().with_a_page().filter(report__event__slug=slug)
        first = pages.select_related("report__event", "report__author__person").first()
        if first is None:
            withdrawn = self.tombstone(slug)
            if withdrawn is None:
                raise Http404
            return gone(request, withdrawn)
        event = first.report.event
        institutions = [name for name, _ in conveners([event.pk])[event.pk]]
        return cited(citation(first.report, first.slug, institutions), extension)

    @staticmethod
    def tombstone(slug: str) -> dt.datetime | None:
        """Return when the report or its event was withdrawn, if its pages say so."""
        stone = ReportSection.objects.tombstones().filter(report__event__slug=slug).first()
        return stone and ReportSectionDetail.tombstone(slug, stone.slug)


def citation(report: Report, first: str, institutions: list[str]) -> ReportCitation:
    """Return how a public report is cited: by its byline, where its rapporteur may be named, else by who convened.

    `first` is the slug of its first section that has a page, `institutions` are those that convened its event.
    """
    event, byline = report.event, report.byline
    return ReportCitation(
        code=f"{key(event)}-report",
        authors=[byline.name] if byline else institutions,
        published_on=report.published_month or timezone.localdate(report.published_at),
        url=settings.SITE_URL + reverse("outcomes:report-section", args=[event.slug, first]),
        files=reverse("outcomes:report-cite", args=[event.slug, "txt"]).removesuffix("txt"),
        title=report.title,
        event=event.title,
        reference=event.reference,
        institutions=institutions,
    )


def files() -> dict[str, Subquery]:
    """Return, by format, the SQL for what is known of the last file that was made of a section's event."""
    kept = KeptDocument.objects.public().filter(event=OuterRef("report__event"))
    told = JSONObject(**{name: name for name in FACTS})
    return {value: Subquery(kept.filter(format=value).values(told=told)) for value in KeptDocument.Format.values}


def made_of(section: ReportSection) -> list[dict[str, Any]]:
    """Return what `files` found."""
    found = [getattr(section, value) for value in KeptDocument.Format.values]
    return [json.loads(told) if isinstance(told, str) else told for told in found if told]  # SQLite: it is text there


def neighbours(slug: str, pages: list[dict]) -> dict[str, dict | None]:
    """Return the sections before and after `slug` among those that have a page."""
    place = [page["slug"] for page in pages].index(slug)
    return {
        "before": pages[place - 1] if place else None,
        "after": pages[place + 1] if place + 1 < len(pages) else None,
    }
