"""What became of curated records: one table for all of them, written once, with who and when."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class AppendOnlyQuerySet(models.QuerySet):
    """History lines are written once: no update, no delete but with the object they belong to."""

    def update(self, **kwargs):
        raise TypeError("History is append-only.")

    def delete(self):
        raise TypeError("History is append-only.")


@dataclass(frozen=True)
class Kept:
    """What of a model has a history: the class attribute HISTORY of the model.

    Without `fields` those are all columns that somebody may edit: what the machine keeps is not editable. `sets` are
    rows of their own that read as one value: name → (model, its key to the record, its column), both dotted as in
    lookups. `fixed` fields are shown, and changed back by nobody: a verb owns them, or the person they are about.
    """

    event: str | None = None  # lookup of the key of the event it belongs to
    under: str | None = None  # the foreign key of the record on whose page its lines stand too
    fields: tuple[str, ...] = ()
    sets: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    called: str = ""  # the field that names it in the log once it is gone; none where that would name a person
    names_need: tuple[str, ...] = ()  # what `str()` of it reads


class ChangeQuerySet(AppendOnlyQuerySet):
    def of(self, record):
        """Lines of `record` and of what stands under it, the newest first."""
        label = label_of(type(record))
        mine = models.Q(record=label, key=record.pk) | models.Q(under=label, under_key=record.pk)
        return self.filter(mine).newest()

    def of_record(self, record):
        """Lines of `record` alone, the newest first."""
        return self.filter(record=label_of(type(record)), key=record.pk).newest()

    def newest(self):
        return self.order_by("-pk")

    def empty(self) -> int:
        """Take the words and the name out of these lines for good, to erase a person; that something was changed stays.

        The database lets this pass and no other change.
        """
        return models.QuerySet.update(self, values={}, name="", by=None)


class Change(models.Model):
    """A line of the history of a record: which of its fields changed from what to what, by whom and when.

    Keys are kept of people and of other records, not their names, so that whoever is erased has no name here either.
    Kept as long as the portal: what the public read in between is the point of it. `erase_person` empties the lines of
    a person's own record, and of texts that name them (`ChangeQuerySet.empty`).
    """

    class Kind(models.TextChoices):
        ADDED = "added", "Added"
        CHANGED = "changed", "Changed"
        DELETED = "deleted", "Deleted"

    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    how = models.CharField(
        max_length=60, blank=True, editable=False, help_text="By which way, unless by hand: “changed back”, “import” …"
    )
    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    record = models.CharField(max_length=60, editable=False, help_text="The model, such as “events.session”.")
    key = models.BigIntegerField(editable=False)
    name = models.CharField(max_length=200, blank=True, editable=False)
    under = models.CharField(max_length=60, blank=True, editable=False)
    under_key = models.BigIntegerField(null=True, editable=False)
    event_key = models.BigIntegerField(null=True, editable=False)
    values = models.JSONField(
        default=dict,
        encoder=DjangoJSONEncoder,
        editable=False,
        help_text="Field → [from, to], as keys and plain values.",
    )

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "change"
        verbose_name_plural = "history"
        indexes = [
            models.Index("record", "key", models.F("id").desc(), name="change_of_record"),
            models.Index(
                "under",
                "under_key",
                models.F("id").desc(),
                condition=models.Q(under_key__isnull=False),
                name="change_under_record",
            ),
            models.Index(
                "event_key",
                models.F("id").desc(),
                condition=models.Q(event_key__isnull=False),
                name="change_of_event",
            ),
            models.Index("at", name="change_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["added", "changed", "deleted"]), name="change_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(under="", under_key=None)
                | (~models.Q(under="") & models.Q(under_key__isnull=False)),
                name="change_under_iff_its_key",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.record} {self.key}"

    def save(self, **kwargs):
        if not self._state.adding:
            raise TypeError("History is append-only.")
        super().save(**kwargs)

    def delete(self, **kwargs):
        raise TypeError("History is append-only.")


def label_of(model: Any) -> str:
    """Return the name under which records of `model` have their lines; a proxy's are those of its table."""
    return str(model._meta.concrete_model._meta.label_lower)
