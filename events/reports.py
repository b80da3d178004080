"""The report of an event, as the event's page announces it, and the files to take away."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import get_language_info, gettext, ngettext

from events import attribution
from events.attribution import Byline
from events.models import Event
from events.people import as_they_were


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


class Download(NamedTuple):
    """A link to a document: its type, and what is known of the file."""

    label: str
    href: str
    details: str  # “240 KB, English, 12 pages”; nothing before the first reader asked for it


_TYPES = {"pdf": "PDF", "docx": "Word"}
_VARIANTS = {"zh": "zh-hans"}  # languages that Django knows by their variants alone


def downloads(event: Event, told: Iterable[dict[str, Any]]) -> list[Download]:
    """Return the links to the document of a public `event` that has one, with what is told of files already made."""
    known = {row["format"]: row for row in told}
    return [
        Download(
            gettext(label),
            reverse("outcomes:event-document", args=[event.slug, extension]),
            _details(known[extension]) if extension in known else "",
        )
        for extension, label in _TYPES.items()
    ]


def _details(row: dict[str, Any]) -> str:
    parts = [filesizeformat(row["size"])]
    if row["language"]:
        parts.append(str(get_language_info(_VARIANTS.get(row["language"], row["language"]))["name_translated"]))
    if row["pages"]:
        parts.append(ngettext("%(n)d page", "%(n)d pages", row["pages"]) % {"n": row["pages"]})
    return ", ".join(parts)
