from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.template.defaultfilters import filesizeformat

from events.models.event import Event, StaffedQuerySet
from events.models.session import Session
from participants.documents import validate_document
from participants.models import Kept
from participants.pictures import RandomName
from participants.text import on_the_web, validate_plain, validate_web_address


class ResourceQuerySet(StaffedQuerySet):
    def public(self):
        """What anyone may open: public resources of public events, none of a closed session."""
        return self.filter(Exists(Event.objects.public().filter(pk=OuterRef("event"))), is_public=True).filter(
            Q(session=None) | Exists(Session.objects.public().filter(pk=OuterRef("session")))
        )

    def visible_to(self, user):
        """What `user` may open: editors that of the events they work on, everyone what is public."""
        public, run = Resource.objects.public(), Resource.objects.run_by(user)
        return self.filter(Q(pk__in=public.order_by().values("pk")) | Q(pk__in=run.order_by().values("pk")))


class Resource(models.Model):
    """A recording, report or other document of an event, at an address or as a file."""

    class Kind(models.TextChoices):
        RECORDING = "recording", "Recording"
        REPORT = "report", "Report"
        CONCEPT_NOTE = "concept_note", "Concept note"
        AGENDA = "agenda", "Agenda"
        SLIDES = "slides", "Slides"
        PRESS_RELEASE = "press_release", "Press release"
        OUTCOME_DOCUMENT = "outcome_document", "Outcome document"
        LINK = "link", "Link"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="resources")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, blank=True, related_name="resources")
    kind = models.CharField(max_length=30, choices=Kind, default=Kind.LINK)
    title = models.CharField(max_length=300, validators=[validate_plain])
    part = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of a recording in several parts.")
    url = models.URLField("address", max_length=500, blank=True, validators=[validate_web_address])
    file = models.FileField(upload_to=RandomName("resources"), blank=True, validators=[validate_document])
    publisher = models.CharField(max_length=200, blank=True, validators=[validate_plain])
    published_on = models.DateField(null=True, blank=True)
    is_public = models.BooleanField("public", default=False)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ResourceQuerySet.as_manager()

    HISTORY = Kept(event="event_id", called="title", fixed=("event",))

    class Meta:
        ordering = ["position", "part", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")), name="resource_is_address_or_file"
            ),
            models.CheckConstraint(condition=on_the_web("url"), name="resource_address_is_on_the_web"),
        ]

    def __str__(self):
        return f"{self.title} (part {self.part})" if self.part else self.title

    def clean(self):
        super().clean()
        if bool(self.url) == bool(self.file):
            raise ValidationError("Give either an address or a file.")
        if self.session_id and self.session.event_id != self.event_id:
            raise ValidationError({"session": "That session belongs to another event."})

    @property
    def href(self) -> str:
        """Where it opens: its address, or its file here."""
        return self.url or self.file.url

    @property
    def file_facts(self) -> str:
        """Type and size of its file, "PDF, 240.6 KB"; nothing for an address or a file that is gone."""
        if not self.file:
            return ""
        try:
            size = self.file.size
        except OSError:
            return ""
        return f"{PurePosixPath(self.file.name).suffix.lstrip('.').upper()}, {filesizeformat(size)}"
