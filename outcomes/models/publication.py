from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from events.models import Event, StaffedQuerySet
from outcomes.models.outcome import Outcome


class PublicationQuerySet(StaffedQuerySet):
    def open(self):
        """Those that are still to come."""
        return self.filter(done_at=None, cancelled_at=None)

    def due(self):
        """Those whose time has come."""
        return self.open().filter(due_at__lte=timezone.now())


class Publication(models.Model):
    """Publishing several outcomes of an event, and the event if it is still hidden, at once: now or at a set time.

    It is the act of who set it: they must be allowed to at the time itself, too. Kept as long as its event; when
    somebody is erased, it forgets who set it (`on_delete`).
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="publications", editable=False)
    with_event = models.BooleanField(default=False, editable=False, help_text="Whether the event is published with it.")
    due_at = models.DateTimeField(editable=False)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    set_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    left_out = models.JSONField(
        default=list, editable=False, help_text="What was not published: [code, reason in a sentence], …"
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-due_at", "-pk"]
        indexes = [
            models.Index("due_at", condition=Q(done_at=None, cancelled_at=None), name="publication_to_come"),
        ]
        constraints = [
            models.UniqueConstraint(
                "event", condition=Q(done_at=None, cancelled_at=None), name="publication_one_to_come_an_event"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(cancelled_at=None), name="publication_done_or_cancelled"
            ),
        ]

    def __str__(self):
        return f"Publication of {self.event}"


class PublicationItem(models.Model):
    """An outcome to be published, in the wording that was read when the publication was set."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="items", editable=False)
    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="+", editable=False)
    version = models.PositiveIntegerField(editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("publication", "outcome", name="publication_item_once")]

    def __str__(self):
        return str(self.outcome)
