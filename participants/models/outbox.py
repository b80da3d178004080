import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

ATTEMPTS = 8
FIRST_PAUSE = dt.timedelta(seconds=75)  # so that with the worker's sweep a mail cut short goes again within 2 minutes
SECRET_LIFETIME = dt.timedelta(minutes=10)


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self):
        """What should go now: never tried, or its pause after the last attempt is over. Each pause doubles."""
        now = timezone.now()
        rested = Q(attempts=0)
        for attempts in range(1, ATTEMPTS):
            rested |= Q(attempts=attempts, claimed_at__lte=now - FIRST_PAUSE * 2 ** (attempts - 1))
        too_late = Q(secret=True, created_at__lte=now - SECRET_LIFETIME)
        return self.filter(rested, sent_at=None).exclude(too_late).order_by("-secret", "created_at", "pk")

    def take_back(self, prefix: str) -> int:
        """Delete what has not gone yet and whose key begins with `prefix`; return how many were spared their reader.

        What a worker holds in its hands at this moment goes out.
        """
        held = Q(claimed_at__gt=timezone.now() - FIRST_PAUSE)
        return self.filter(key__startswith=prefix, sent_at=None).exclude(held).delete()[0]

    def claim(self, pk: int) -> "OutgoingMail | None":
        """Take one due mail for this process, counting the attempt; None when another process has it."""
        if not self.due().filter(pk=pk).update(claimed_at=timezone.now(), attempts=F("attempts") + 1):
            return None
        return self.get(pk=pk)


class OutgoingMail(models.Model):
    """A mail to be sent, written in the transaction that caused it: the outbox is the truth, the worker only sends."""

    key = models.CharField(max_length=100, unique=True, help_text="What caused it: the same cause makes one mail.")
    message_id = models.UUIDField(default=uuid.uuid4, editable=False, help_text="The same at every attempt.")
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    secret = models.BooleanField(
        default=False, help_text="Holds a code: goes first, is never sent late, and its text is wiped once sent."
    )
    private = models.BooleanField(
        default=False, db_default=False, help_text="Holds a link for one person: its text is wiped once sent."
    )
    unsubscribe = models.URLField(
        max_length=300, blank=True, db_default="", help_text="Where one click ends mail of this kind (RFC 8058)."
    )
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, help_text="When a worker last took it up.")
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, help_text="Why the last attempt failed.")

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = "outgoing mail"
        verbose_name_plural = "outgoing mail"
        indexes = [models.Index("created_at", condition=Q(sent_at=None), name="outgoing_mail_unsent")]

    def __str__(self):
        return self.subject

    def mark_sent(self) -> None:
        """Note that it went; what only its reader may hold is wiped with the same statement."""
        self.sent_at, self.error = timezone.now(), ""
        if self.secret or self.private:
            self.body = self.unsubscribe = ""
        self.save(update_fields=["sent_at", "error", "body", "unsubscribe"])

    def mark_failed(self, error: Exception) -> None:
        """Note why it did not go; it comes again after its pause, or not at all after the last attempt."""
        self.error = f"{type(error).__name__}: {error}".replace("\x00", "")[:300]
        self.save(update_fields=["error"])
