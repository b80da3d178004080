"""The lists of outcomes, themes and reports as files."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import Prefetch

from events.exports import called
from outcomes.models import ActionOwner, ActionUpdate, Addressee, OutcomeTheme, ReportSection
from participants.exporting import CHUNK, Column, Export, Kind, several


def _owner(owner: ActionOwner) -> str:
    said = [word for word in ("lead" if owner.is_lead else "", owner.get_response_display().lower()) if word]
    return (
        f"{owner.organisation or owner.person} ({', '.join(said)})" if said else str(owner.organisation or owner.person)
    )


def _update(update: ActionUpdate) -> str:
    words = [f"{update.on.isoformat()} {update.get_progress_display()}: {update.text}", update.evidence_url]
    return " ".join(filter(None, words))


_OUTCOME = (
    Column("Reference", "reference", says="How it is cited; empty until it has been published.", width=16),
    Column("Code", "code", says="Names this outcome alone; it stands in its address.", width=12),
    Column("Kind", lambda row: row.get_kind_display(), says="Takeaway or action.", width=12),
    Column("Wording", "text", says="As it stands now.", width=80),
    Column("Heading", "heading", says="The heading it is printed under, if any.", width=30),
    Column(
        "Themes",
        lambda row: several(tag.theme.name for tag in row.outcome_themes.all()),
        says="Their names, with ; between them.",
        width=36,
    ),
    Column("Event", "event.title", says="Its title.", width=44),
    Column("Event reference", "event.cite_as", says="The institution's own, else its address.", width=18),
    Column("Session", lambda row: called(row.session), says="Empty: an outcome of the whole event.", width=36),
    Column("Status", lambda row: row.get_status_display(), says="Where it is on its way to the public."),
    Column(
        "Published on",
        lambda row: row.published_at and row.published_at.astimezone(row.event.zone).date(),
        Kind.DATE,
        says="The day it first was public, at the place of the event.",
        width=14,
    ),
    Column(
        "Wording as submitted", "text_submitted", says="What the rapporteur first submitted, word for word.", width=60
    ),
)
_ACTION = (
    Column("Nature", lambda row: row.get_nature_display(), says="Recommendation, pledge or next step."),
    Column(
        "Addressed to",
        lambda row: several(one.get_actor_type_display() for one in row.addressees.all()),
        says="Kinds of actors, with ; between them.",
        width=30,
    ),
    Column("Progress", lambda row: row.get_progress_display(), says="Proposed, in progress, done …"),
    Column("Due on", "due_on", Kind.DATE, says="As a date, where one was given.", width=12),
    Column("Due, in words", "due_text", says="As it was said: second quarter 2016.", width=22),
    Column("Owners", lambda row: several(map(_owner, row.owners.all())), says="Who answers for it.", width=44),
    Column(
        "Updates",
        lambda row: "\n".join(map(_update, row.updates.all())),
        says="Each on a line of its own, the latest first.",
        width=70,
    ),
)


def _lean(rows):
    """Leave long columns out that no cell shows."""
    rows = rows.select_related("event", "session")
    return rows.defer("search_text", "search_vector", "counted", "session__body", "event__body", "event__search_text")


class OutcomeExport(Export):
    """Takeaways and actions; what only actions have is empty for takeaways."""

    name = "outcomes"
    columns: ClassVar[Sequence[Column]] = (*_OUTCOME, *_ACTION)

    @classmethod
    def read(cls, rows, user):
        return _lean(rows).prefetch_related(
            Prefetch("outcome_themes", OutcomeTheme.objects.select_related("theme").order_by("pk")),
            Prefetch("addressees", Addressee.objects.order_by("pk")),
            Prefetch("owners", ActionOwner.objects.select_related("organisation", "person")),
            "updates",
        )


class TakeawayExport(OutcomeExport):
    name = "takeaways"
    columns = _OUTCOME

    @classmethod
    def read(cls, rows, user):
        tags = OutcomeTheme.objects.select_related("theme").order_by("pk")
        return _lean(rows).prefetch_related(Prefetch("outcome_themes", tags))


class ActionExport(OutcomeExport):
    name = "actions"


class ThemeExport(Export):
    name = "themes"
    columns = (
        Column("Name", "name", says="As shown.", width=36),
        Column("Parent", "parent.name", says="The theme it stands under; empty on the first level.", width=36),
        Column("Description", "description", says="Shown on its page.", width=70),
        Column("Position", "position", Kind.NUMBER, says="The order among its neighbours.", width=10),
        Column("Address", "slug", says="What its page is called on this site.", width=28),
    )

    @classmethod
    def read(cls, rows, user):
        return rows.select_related("parent")


class ReportExport(Export):
    """One row for each section of each report."""

    name = "reports"
    columns = (
        Column("Event", "report.event.title", says="Its title.", width=44),
        Column("Event reference", "report.event.cite_as", says="The institution's own, else its address.", width=18),
        Column("Report", "report.title", says="Its title.", width=44),
        Column("Status", lambda row: row.report.get_status_display(), says="Draft, published or withdrawn."),
        Column("Published month", "report.published_month", Kind.DATE, says="The first day of the month.", width=16),
        Column("Author", "report.author.person.name", says="The rapporteur it is by.", width=30),
        Column("Position", "position", Kind.NUMBER, says="The order of the sections.", width=10),
        Column("Kind of section", lambda row: row.get_kind_display(), says="Text, or takeaways and actions."),
        Column("Section", "title", says="Its heading.", width=44),
        Column("Text", "body", says="Markdown. A cell holds at most 32,767 characters; CSV has the whole.", width=80),
    )

    @classmethod
    def rows(cls, model, keys, user):
        for start in range(0, len(keys), CHUNK):
            some = keys[start : start + CHUNK]
            place = {pk: at for at, pk in enumerate(some)}
            sections = ReportSection.objects.filter(report__in=some).select_related(
                "report__event", "report__author__person"
            )
            yield from sorted(sections, key=lambda row: (place[row.report_id], row.position, row.pk))
