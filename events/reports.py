"""The report of an event, as the event's page announces it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, F, Q, Value, When
from django.urls import reverse

from events.models import Event
from events.people import as_they_were, naming
from events.prepared import Prepared

_HAS_A_PAGE = Case(
    When(Q(sections__kind="outcomes") | ~Q(sections__body=""), then=Value(True)),
    default=Value(False),
    output_field=BooleanField(),
)

_REPORT = Prepared(
    lambda event: (
        _model()
        .objects.public()
        .filter(event=event)
        .order_by("sections__position", "sections__pk")
        .values(
            *("title", "published_month", "disclaimer", "author", "sections__title", "sections__slug"),
            has_a_page=_HAS_A_PAGE,
            recorded_under=F("author__recorded_under"),
            **naming("author"),
        )
    )
)


@dataclass(frozen=True)
class ReportBox:
    """A public report and the titles of its sections, each with its address where there is a page (else "")."""

    report: Any  # of the app to the right; its `byline` says who may be named
    sections: list[tuple[str, str]]


def report_box(event: Event) -> ReportBox | None:
    """Return the report of a public `event` if it is public, in one query."""
    rows = _REPORT.rows(event)
    if not rows:
        return None
    first = rows[0]
    report = _model()(
        event=event,
        author=as_they_were(first) if first["author"] else None,
        **{name: first[name] for name in ("title", "published_month", "disclaimer")},
    )
    sections = [
        (
            row["sections__title"],
            reverse("outcomes:report-section", args=[event.slug, row["sections__slug"]]) if row["has_a_page"] else "",
        )
        for row in rows
        if row["sections__slug"]
    ]
    return ReportBox(report, sections)


def _model() -> Any:
    return Event._meta.get_field("report").related_model
