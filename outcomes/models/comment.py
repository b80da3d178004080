import datetime as dt

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from outcomes.models.outcome import Outcome
from participants.text import validate_plain

COMMENT_LIMIT = 2000
QUIET = dt.timedelta(hours=1)  # after a mail about one outcome, none for as long


class CommentQuerySet(models.QuerySet):
    def for_rapporteurs(self):
        """What the rapporteurs of its session read and answer; never what staff note for themselves."""
        return self.filter(for_staff=False)


class Comment(models.Model):
    """What the secretariat and the rapporteurs of an outcome say to each other about it; never public.

    Nobody changes one. It is kept as long as its outcome; `erase_person` empties `by` and finds names in the text.
    """

    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="comments", editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    by_staff = models.BooleanField(default=False, editable=False, help_text="Written in the review, not on the desk.")
    at = models.DateTimeField(default=timezone.now, editable=False)
    text = models.TextField("comment", validators=[validate_plain, MaxLengthValidator(COMMENT_LIMIT)])
    for_staff = models.BooleanField("for staff only", default=False)
    request_key = models.UUIDField(
        null=True, unique=True, editable=False, help_text="Sent by the form: a second post of it makes no second row."
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_has_words"),
            models.CheckConstraint(condition=Q(for_staff=False) | Q(by_staff=True), name="comment_for_staff_by_staff"),
        ]

    def __str__(self):
        return self.text[:60]
