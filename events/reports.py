"""The report of an event, as the event's page announces it, and the files to take away."""

import datetime as dt
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext

from events import attribution
from events.attribution import Byline
from events.models import Event
from events.people import as_they_were
from events.ways import Way


class ReportBox(NamedTuple):
    """A public report and the titles of its sections, each with its address where there is a page (else "")."""

    title: str
    published_month: dt.date | None
    disclaimer: str
    byline: Byline | None  # the rapporteur, if they may be named
    sections: list[tuple[str, str]]


def report_box(event: Event, rows: list[dict]) -> ReportBox | None:
    """Return the public report of a public `event`, of the rows that `events.beside` found: one for each section."""
    if not rows:
        return None
    first = rows[0]
    sections = [
        (
            row["section"],
            reverse("outcomes:report-section", args=[event.slug, row["section_slug"]]) if row["has_a_page"] else "",
        )
        for row in rows
        if row["section_slug"]
    ]
    return ReportBox(
        title=first["title"],
        disclaimer=first["disclaimer"],
        published_month=first["published_month"] and dt.date.fromisoformat(first["published_month"]),
        byline=attribution.report_byline(as_they_were(first) if first["author"] else None, event.attribution),
        sections=sections,
    )


_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def downloads(event: Event, *, is_report: bool) -> list[Way]:
    """Return the ways to the document of a public `event`: its report, or what came of it."""
    what = gettext("Report") if is_report else gettext("Outcome document")
    labels = {"pdf": gettext("%(document)s as PDF"), "docx": gettext("%(document)s as Word")}
    return [
        Way(
            label % {"document": what},
            reverse("outcomes:event-document", args=[event.slug, extension]),
            _TYPES[extension],
            f"{what}: {event.title}",
            extension=extension,
        )
        for extension, label in labels.items()
    ]
