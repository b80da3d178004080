import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from events import attribution
from events.attribution import Byline
from events.models import (
    Event,
    Guarded,
    Participation,
    Recorded,
    RecordedQuerySet,
    StaffedQuerySet,
    StatusLine,
    StatusModel,
)
from events.naming import Roll
from events.search import Searchable, SearchIndex, SearchQuerySet
from participants.models import Kept
from participants.slugs import unique_slug
from participants.text import validate_plain

UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # Chinese and Japanese


class ReportQuerySet(StaffedQuerySet, RecordedQuerySet):
    def public(self):
        """Published reports of public events that are not closed, nor were while the report was there."""
        return self.filter(
            Exists(Event.objects.public().filter(pk=OuterRef("event"))), status=Report.Status.PUBLISHED
        ).filter(attribution.report_shown())

    def tombstones(self):
        """Reports of public events that were public once: the address of their document says when and nothing else."""
        return self.filter(status=Report.Status.WITHDRAWN, event__in=Event.objects.public()).filter(
            attribution.report_shown()
        )


class Report(Guarded, Recorded, StatusModel):
    """The rapporteur's report of an event, in sections."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS = {
        Status.DRAFT: {Status.PUBLISHED: "against_curating"},
        Status.PUBLISHED: {Status.WITHDRAWN: "against_curating"},
        Status.WITHDRAWN: {Status.PUBLISHED: "against_curating"},
    }

    SESSION_PATH = None

    # The database knows of it by itself: what the release before this one stores counts as closed until it is settled.
    recorded_under = models.CharField(
        max_length=20, choices=attribution.Rule, blank=True, default="", db_default="", editable=False
    )
    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="report")
    title = models.CharField(max_length=500, validators=[validate_plain])
    author = models.ForeignKey(
        Participation,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
        help_text="The rapporteur named under it, if publicly listed.",
    )
    published_month = models.DateField(null=True, blank=True, help_text="Any day of the month printed on it.")
    disclaimer = models.TextField(blank=True, validators=[validate_plain], help_text="Copied when it is published.")
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)

    objects = ReportQuerySet.as_manager()

    GUARDED = ("title", "disclaimer")
    HISTORY = Kept(event="event_id", called="title", fixed=("event",))

    class Meta:
        ordering = ["-published_month", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft", published_at=None) | (~Q(status="draft") & Q(published_at__isnull=False)),
                name="report_published_at_iff_published",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "withdrawn"]), name="report_status_is_known"
            ),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        super().clean()
        if self.author_id and self.author.event_id != self.event_id:
            raise ValidationError({"author": "The author is not a participant of this event."})

    def publish(self, *, by, note="") -> None:
        """Make it public; the convener's disclaimer is copied as it reads today.

        Raises Unanswered where its words, or those of a section, tell who spoke or took part.
        """
        roll = Roll(self.event)
        for record in self.guarded_records():
            record.refuse_unanswered(roll=roll)
        self._move(
            self.Status.PUBLISHED,
            by=by,
            note=note,
            published_at=self.published_at or timezone.now(),
            disclaimer=self.disclaimer or self.convener_disclaimer(),
        )

    def withdraw(self, *, by, note="") -> None:
        """Take it off the public site."""
        self._move(self.Status.WITHDRAWN, by=by, note=note)

    def would_be_read(self):
        return self.status == self.Status.PUBLISHED

    def guarded_records(self):
        sections = list(self.sections.all())
        for section in sections:
            section.report = self
        return [self, *sections]

    def against_curating(self, user) -> str:
        """Say why `user` may not publish or withdraw, or nothing."""
        if user and user.is_staff and user.is_editor:
            return "" if self.event.is_staffed_by(user) else "This is a report of another institution’s event."
        return "Only editors publish and withdraw reports."

    def convener_disclaimer(self) -> str:
        """Return what would be copied into it today."""
        partners = self.event.event_partners.filter(role="convener").exclude(organisation__report_disclaimer="")
        convener = partners.select_related("organisation").first()
        return convener.organisation.report_disclaimer if convener else ""

    @property
    def byline(self) -> Byline | None:
        """The rapporteur, if the event's rule and their listing allow to name them."""
        return attribution.report_byline(
            self.author, attribution.strictest(self.event.attribution, self.recorded_under)
        )


class ReportStatusChange(StatusLine):
    """A line in the history of a report."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="changes", editable=False)

    class Meta(StatusLine.Meta):
        pass


class ReportSectionQuerySet(SearchQuerySet):
    ranked = 100  # long texts: to rank as many as of outcomes would take a hundred times as long

    def public(self):
        """Sections of public reports."""
        return self.filter(Exists(Report.objects.public().filter(pk=OuterRef("report"))))

    def with_a_page(self):
        """Sections that hold something to read; a title alone makes no page."""
        return self.filter(Q(kind=ReportSection.Kind.OUTCOMES) | ~Q(body=""))

    def tombstones(self):
        """Sections that were public once: their address says when they were withdrawn and nothing else."""
        gone = Q(report__status=Report.Status.WITHDRAWN, report__event__in=Event.objects.public())
        gone |= Q(report__status__in=Report.EVER_PUBLIC, report__event__in=Event.objects.tombstones())
        shown = Report.objects.filter(attribution.report_shown(), pk=OuterRef("report"))
        return self.filter(gone).filter(Exists(shown)).with_a_page()

    def written(self):
        """Sections with a text of their own."""
        return self.filter(kind=ReportSection.Kind.TEXT).exclude(body="")

    def newest(self):
        """Those of the report published last first, in its order."""
        return self.order_by(F("report__published_at").desc(nulls_last=True), "report", "position", "pk")


class ReportSection(Guarded, Searchable):
    """A page of a report; one kind renders the event's takeaways and actions."""

    class Kind(models.TextChoices):
        TEXT = "text", "Text"
        OUTCOMES = "outcomes", "Takeaways and actions"

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.TEXT)
    title = models.CharField(max_length=300, validators=[validate_plain])
    slug = models.SlugField(max_length=100, allow_unicode=True, blank=True)
    body = models.TextField(blank=True, validators=[validate_plain], help_text="Markdown: headings, lists, links.")
    position = models.PositiveSmallIntegerField(default=0)

    objects = ReportSectionQuerySet.as_manager()

    SEARCHED = ("title", "body")
    GUARDED = ("title", "body")

    HISTORY = Kept(event="report__event_id", under="report", called="title", fixed=("report", "slug"))

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint("report", "slug", name="report_section_slug_once_a_report")]

    def __str__(self):
        return self.title

    def save(self, **kwargs):
        if not self.slug:
            self.slug = unique_slug(ReportSection.objects.filter(report=self.report_id), self.title)
        super().save(**kwargs)

    def get_absolute_url(self):
        return reverse("outcomes:report-section", args=[self.report.event.slug, self.slug])

    @property
    def event(self) -> Event:
        """The event of its report."""
        return self.report.event

    def would_be_read(self):
        return self.report.would_be_read()

    @property
    def minutes(self) -> int:
        """How long its text takes to read: 220 words a minute, or 450 signs of a script that puts no spaces."""
        signs = len(UNSPACED.findall(self.body))
        return round(len(UNSPACED.sub("", self.body).split()) / 220 + signs / 450) or 1


class ReportSectionIndex(SearchIndex):
    """The words of report sections."""

    section = models.OneToOneField(
        ReportSection, on_delete=models.DO_NOTHING, primary_key=True, db_column="rowid", related_name="fts"
    )

    class Meta(SearchIndex.Meta):
        db_table = "report_sections_fts"
