import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from events.codes import random_code
from events.models import Event, Session
from outcomes.models.outcome import TEXT_LIMIT, Outcome
from participants.models import ActorType
from participants.text import validate_plain


class RoundQuerySet(models.QuerySet):
    """Rounds by who runs them."""

    def editable_by(self, user):
        """Rounds that `user` may run: staff all, rapporteurs those of their sessions and of their whole events."""
        if user.is_staff:
            return self
        sessions, events = Session.objects.reported_by(user), Event.objects.reported_whole_by(user)
        return self.filter(
            Q(session__in=sessions.order_by().values("pk")) | Q(session=None, event__in=events.order_by().values("pk"))
        )


class Round(models.Model):
    """A closing round: everybody in the room offers one takeaway and one action."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="rounds")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, blank=True, related_name="rounds")
    code = models.CharField(max_length=8, unique=True, default=random_code, editable=False)
    takeaway_prompt = models.CharField(
        max_length=200, default="What is your key takeaway from this dialogue?", validators=[validate_plain]
    )
    action_prompt = models.CharField(
        max_length=200, default="What is the key action you will take after it?", validators=[validate_plain]
    )
    asks_actor_type = models.BooleanField("ask for the type of actor", default=False)
    opens_at = models.DateTimeField(default=timezone.now)
    closes_at = models.DateTimeField(null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(opens_at__lt=F("closes_at")), name="round_closes_after_it_opens"
            )
        ]

    def __str__(self):
        return f"Closing round of {self.session or self.event}"

    def clean(self):
        super().clean()
        if self.session_id and self.session.event_id != self.event_id:
            raise ValidationError({"session": "That session belongs to another event."})


class Contribution(models.Model):
    """What one phone offered in a round: no person, no time, no address, a random id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="contributions")
    device_hash = models.CharField(
        max_length=64, editable=False, help_text="SHA-256 of a random mark kept on the device, for its own edits."
    )
    takeaway = models.TextField(blank=True, validators=[validate_plain, MaxLengthValidator(TEXT_LIMIT)])
    action = models.TextField(blank=True, validators=[validate_plain, MaxLengthValidator(TEXT_LIMIT)])
    actor_type = models.CharField(max_length=30, choices=ActorType, blank=True)
    # Of which its statements were made, as `raised_by` counts them there; the number outlives these rows.
    outcomes = models.ManyToManyField(Outcome, related_name="contributions", blank=True)

    class Meta:
        ordering = ["id"]  # random: the order says nothing
        constraints = [
            models.UniqueConstraint("round", "device_hash", name="contribution_once_a_device"),
            models.CheckConstraint(condition=~Q(takeaway="") | ~Q(action=""), name="contribution_says_something"),
        ]

    def __str__(self):
        return f"Contribution {self.id}"
