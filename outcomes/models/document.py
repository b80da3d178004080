"""Documents of events: what staff want in them, and the files that were made."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from events.models import Event

LOST_AFTER = dt.timedelta(minutes=2)  # a document that is still not made then was given up by whoever was at it


class DocumentPlan(models.Model):
    """What staff want in the document of an event. Where there is none, everything goes in."""

    class Part(models.TextChoices):
        LOGOS = "logos", "Logos of the partners"
        SUMMARY = "summary", "Summary of the event, on the cover"
        CONTENTS = "contents", "List of contents"
        SECTIONS = "sections", "The report, or what the event was about"
        NUMBERS = "numbers", "Numbers at the paragraphs of the report"
        TAKEAWAYS = "takeaways", "Takeaways"
        ACTIONS = "actions", "Actions, with owners, dates and progress"
        UPDATES = "updates", "The last update of each action"
        CITATION = "citation", "How to cite it"

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        FRENCH = "fr", "French"
        SPANISH = "es", "Spanish"
        ARABIC = "ar", "Arabic"
        CHINESE = "zh", "Chinese"
        RUSSIAN = "ru", "Russian"
        GERMAN = "de", "German"
        PORTUGUESE = "pt", "Portuguese"
        HEBREW = "he", "Hebrew"
        HINDI = "hi", "Hindi"
        JAPANESE = "ja", "Japanese"
        PERSIAN = "fa", "Persian"
        THAI = "th", "Thai"
        UKRAINIAN = "uk", "Ukrainian"
        URDU = "ur", "Urdu"

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="document_plan")
    left_out = models.JSONField(default=list, blank=True, help_text="Parts that do not go in.")
    language = models.CharField(
        max_length=5,
        choices=Language,
        blank=True,
        help_text="What most of it is written in. Left empty, its script tells, and Latin script is taken for English.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    language__in=[
                        *("", "en", "fr", "es", "ar", "zh", "ru", "de", "pt"),
                        *("he", "hi", "ja", "fa", "th", "uk", "ur"),
                    ]
                ),
                name="document_plan_language_is_known",
            )
        ]

    def __str__(self):
        return f"Document of {self.event}"

    @classmethod
    def of(cls, event: Event) -> "DocumentPlan":
        """Return what is wanted of `event`, everything where nobody said so."""
        return cls.objects.filter(event=event).first() or cls(event=event)

    def has(self, part: str) -> bool:
        """Whether `part` goes in."""
        return part not in self.left_out


class KeptDocumentQuerySet(models.QuerySet["KeptDocument"]):
    def public(self):
        """Files of public events. Of them, what was made of what is public now may be served: see `making`."""
        return self.filter(event__in=Event.objects.public(), content__isnull=False)

    def free(self):
        """Those that nobody is at, or whoever was has been silent for too long."""
        return self.filter(Q(ticket="") | Q(started_at__lt=timezone.now() - LOST_AFTER))


class KeptDocument(models.Model):
    """The last file that was made of an event in one format, and what is being made.

    It is served only while what it was made of (`fingerprint`) is what is public. It names people, as the page does:
    whoever erases a person deletes the kept documents of their events.
    """

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        WORD = "docx", "Word"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="kept_documents")
    format = models.CharField(max_length=4, choices=Format)
    content = models.BinaryField(null=True)
    fingerprint = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=5, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="Bytes.")
    pages = models.PositiveIntegerField(null=True)
    made_at = models.DateTimeField(null=True)
    ticket = models.CharField(max_length=40, blank=True, help_text="Of whoever is making it: one at a time.")
    started_at = models.DateTimeField(null=True)
    done = models.PositiveSmallIntegerField(default=0, help_text="Of `making.STEPS`.")
    task = models.CharField(max_length=64, blank=True, help_text="The worker's job that is at it.")

    objects = KeptDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["event", "format"]
        constraints = [
            models.UniqueConstraint("event", "format", name="kept_document_once_a_format"),
            models.CheckConstraint(
                condition=Q(content=None, made_at=None, fingerprint="")
                | (Q(content__isnull=False, made_at__isnull=False) & ~Q(fingerprint="")),
                name="kept_document_made_at_iff_made",
            ),
            models.CheckConstraint(
                condition=Q(ticket="", started_at=None) | (~Q(ticket="") & Q(started_at__isnull=False)),
                name="kept_document_started_at_iff_at_it",
            ),
            models.CheckConstraint(condition=Q(format__in=["pdf", "docx"]), name="kept_document_format_is_known"),
        ]

    def __str__(self):
        return f"{self.get_format_display()} of {self.event}"

    @property
    def broke_off(self) -> bool:
        """Whether the worker's job that was at it failed."""
        failed = DBTaskResult.objects.filter(pk=self.task or None, status=TaskResultStatus.FAILED)
        return bool(self.ticket and self.task) and failed.exists()
