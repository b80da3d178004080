import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class OutgoingMail(models.Model):
    """A mail to be sent, written in the transaction that caused it: the outbox is the truth, the worker only sends."""

    key = models.CharField(max_length=100, unique=True, help_text="What caused it: the same cause makes one mail.")
    message_id = models.UUIDField(default=uuid.uuid4, editable=False, help_text="The same at every attempt.")
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, help_text="When a worker last took it up.")
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, help_text="Why the last attempt failed.")

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = "outgoing mail"
        verbose_name_plural = "outgoing mail"
        indexes = [models.Index("created_at", condition=Q(sent_at=None), name="outgoing_mail_unsent")]

    def __str__(self):
        return self.subject
