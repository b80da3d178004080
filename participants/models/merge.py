import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from participants.models.organisation import Organisation

UNDO_FOR = dt.timedelta(days=180)


class MergedOf(models.TextChoices):
    """What can be merged."""

    PERSON = "person", "Person"
    ORGANISATION = "organisation", "Organisation"


class MergeQuerySet(models.QuerySet["Merge"]):
    def forget(self) -> int:
        """Wipe names and journals past the time in which a merge can be undone, and return of how many."""
        old = self.filter(merged_at__lt=timezone.now() - UNDO_FOR).exclude(journal=[], lost_name="", kept_name="")
        return old.update(journal=[], lost_name="", kept_name="")


class Merge(models.Model):
    """Two rows that were the same became one: who decided, and everything that is needed to undo it exactly.

    The rows are named by key alone, since the lost one is gone. `journal` holds what the lost row and every row that
    moved said before: personal data, wiped after 180 days by `clean_up`; what must be erased sooner is found by `kept`
    and `lost`. See `participants/merging.py` for its shape.
    """

    of = models.CharField(max_length=20, choices=MergedOf)
    kept = models.PositiveBigIntegerField()
    lost = models.PositiveBigIntegerField()
    kept_name = models.CharField(max_length=300, blank=True)
    lost_name = models.CharField(max_length=300, blank=True)
    journal = models.JSONField(default=list, blank=True)
    merged_at = models.DateTimeField(default=timezone.now, db_index=True)
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("lost")), name="merge_is_of_two_rows"),
            models.CheckConstraint(condition=Q(of__in=MergedOf.values), name="merge_is_of_what_can_be"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=False) | Q(undone_by=None), name="merge_undone_by_only_when_undone"
            ),
        ]

    def __str__(self):
        if not self.lost_name:
            return f"{self.get_of_display()} {self.lost} became {self.kept}"
        return f"{self.lost_name} → {self.kept_name}"


class FormerAddress(models.Model):
    """The slug of an organisation that was merged: its page leads on, where the public knew it."""

    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="former_addresses")
    was_public = models.BooleanField(default=False, help_text="Whether both pages were public when they were merged.")

    class Meta:
        verbose_name_plural = "former addresses"

    def __str__(self):
        return self.slug


class Distinction(models.Model):
    """Somebody looked at two rows that are alike and said that they are not the same: not offered again."""

    of = models.CharField(max_length=20, choices=MergedOf)
    first = models.PositiveBigIntegerField(help_text="The lower key.")
    second = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("of", "first", "second", name="distinction_once_for_two"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="distinction_lower_key_first"),
        ]

    def __str__(self):
        return f"{self.get_of_display()} {self.first} is not {self.second}"
