"""Files brought in: what was read, what was decided about it, what it made and changed."""

import datetime as dt
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.functional import cached_property
from django_tasks_db.models import DBTaskResult

from participants.importing.kinds import kinds
from participants.models.organisation import Organisation
from participants.text import validate_plain

IMPORTS_KEPT = dt.timedelta(days=30)  # its file, rows and changes; it can be undone for as long


class ImportQuerySet(models.QuerySet["Import"]):
    def editable_by(self, user):
        """Imports of the kinds that `user` may import, into what they may import into."""
        mine = [Q(pk=None)]
        for name, kind in kinds().items():
            if kind.is_open_to(user):
                targets = kind.targets(user)
                of_kind = Q(kind=name, target=None)
                if targets is not None:
                    of_kind = Q(kind=name, target__in=targets.order_by().values("pk"))
                mine.append(of_kind)
        return self.filter(reduce(or_, mine))

    def past_their_time(self):
        """Those whose file and rows are to be deleted: untouched for as long as they are kept."""
        return self.filter(forgotten_at=None, changed_at__lt=timezone.now() - IMPORTS_KEPT)


class Import(models.Model):
    """One file on its way into the database: chosen, its columns named, compared, decided, applied, perhaps undone.

    It holds what others sent, personal data included, and is read by staff alone. Its file, rows and changes are
    deleted `IMPORTS_KEPT` after it was last touched (`forget`, hourly); who imported what and when stays.
    """

    class State(models.TextChoices):
        CHOSEN = "chosen", "Columns to be named"
        CHECKING = "checking", "Being compared"
        PREVIEW = "preview", "To be decided"
        APPLYING = "applying", "Being applied"
        APPLIED = "applied", "Applied"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"
        DISCARDED = "discarded", "Discarded"

    BUSY = (State.CHECKING, State.APPLYING, State.UNDOING)
    OPEN = (State.CHOSEN, State.PREVIEW)

    kind = models.CharField(max_length=40)
    target = models.PositiveBigIntegerField(null=True, help_text="The key of what it goes into, such as an event.")
    target_name = models.CharField("into", max_length=500, blank=True)
    file_name = models.CharField("file", max_length=200, blank=True, validators=[validate_plain])
    content = models.BinaryField(null=True)
    reading = models.JSONField(default=dict, help_text="Encoding, delimiter, sheet and header, as they were chosen.")
    mapping = models.JSONField(default=dict, help_text="Column, from 0, to field.")
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=State, default=State.CHOSEN)
    round = models.PositiveIntegerField(default=0, help_text="Raised with each preview: an older page decides nothing.")
    notice = models.TextField(blank=True, help_text="What went wrong or changed at the last step, in words.")
    counts = models.JSONField(default=dict, help_text="How many rows are in which state.")
    missing = models.JSONField(default=list, help_text="What is there and not in the file.")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    task = models.CharField(max_length=64, blank=True, help_text="The worker's job that is at it.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index("changed_at", condition=Q(forgotten_at=None), name="import_not_forgotten")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["applied", "undoing", "undone"], applied_at__isnull=False)
                | Q(~Q(state__in=["applied", "undoing", "undone"]), applied_at=None),
                name="import_applied_at_iff_applied",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False) | Q(~Q(state="undone"), undone_at=None),
                name="import_undone_at_iff_undone",
            ),
        ]

    def __str__(self):
        return f"{self.label} from {self.file_name}" if self.file_name else self.label

    @property
    def kind_class(self) -> Any:
        """The class of its kind, None where a later release has it no more."""
        return kinds().get(self.kind)

    @property
    def label(self) -> str:
        return self.kind_class.label if self.kind_class else self.kind

    @property
    def is_busy(self) -> bool:
        return self.state in self.BUSY

    @cached_property
    def broke_off(self) -> bool:
        """Whether the worker's job that was at it failed: it can be started again."""
        failed = DBTaskResult.objects.filter(pk=self.task or None, status=TaskResultStatus.FAILED)
        return self.is_busy and bool(self.task) and failed.exists()

    @property
    def decisions_open(self) -> int:
        """How many rows still need somebody's decision."""
        return self.rows.filter(state__in=ImportRow.NEEDS_DECISION, decision="").count()

    def move(self, was: Any, to: Any, **fields: Any) -> bool:
        """Change its state if it is (one of) `was`; return whether it was. Two clicks at once move it once."""
        states = [was] if isinstance(was, str) else list(was)
        fields |= {"state": to, "changed_at": timezone.now()}
        moved = Import.objects.filter(pk=self.pk, state__in=states).update(**fields)
        if moved:
            for name, value in fields.items():
                setattr(self, name, value)
        return bool(moved)

    def progress(self, done: int) -> None:
        """Note how far the worker is."""
        Import.objects.filter(pk=self.pk).update(done=done)

    def forget(self) -> None:
        """Delete what it read and wrote down; that it was, and who did it, stays."""
        self.rows.all().delete()
        self.changes.all().delete()
        empty: dict[str, Any] = {"content": None, "file_name": "", "missing": [], "options": {}, "notice": ""}
        Import.objects.filter(pk=self.pk).update(forgotten_at=timezone.now(), **empty)


class ImportRow(models.Model):
    """One row of the file as the preview shows it, and what was decided about it. Deleted with its import's file."""

    class State(models.TextChoices):
        ERROR = "error", "With an error"
        DOUBT = "doubt", "In doubt"
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        UNCHANGED = "unchanged", "Unchanged"

    NEEDS_DECISION = (State.ERROR, State.DOUBT)
    SKIP, ADD = "skip", "new"  # other decisions are keys of candidates

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    title = models.CharField(max_length=300, blank=True)
    values = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State)
    why = models.TextField(blank=True)
    candidates = models.JSONField(default=list)
    may_be_new = models.BooleanField(default=True)
    differences = models.JSONField(default=list)
    decision = models.CharField(max_length=40, blank=True)
    fingerprint = models.CharField(max_length=32)

    class Meta:
        ordering = ["line", "pk"]
        indexes = [models.Index("source", "state", "line", name="import_row_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["error", "doubt"]) | Q(decision__in=["", "skip"]),
                name="import_row_decided_only_where_in_doubt",
            )
        ]

    def __str__(self):
        return f"Line {self.line}: {self.title}"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The decisions it leaves."""
        undecided = {self.State.NEW: "Add", self.State.CHANGED: "Change", self.State.UNCHANGED: "Nothing to do"}
        found = [("", undecided.get(self.State(self.state), "Decide …")), (self.SKIP, "Leave out")]
        if self.state == self.State.DOUBT:
            found += [(self.ADD, "Add as new")] if self.may_be_new else []
            found += [(key, label) for key, label in self.candidates]
        return found


class ImportChange(models.Model):
    """One record that an import made or changed, with its columns before and after. Deleted with the import's file."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="changes")
    model = models.CharField(max_length=80)
    record = models.BigIntegerField()
    is_new = models.BooleanField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(is_new=False) | Q(before={}), name="import_change_of_new_has_no_before")
        ]

    def __str__(self):
        return f"{self.model} {self.record}"


class KnownColumn(models.Model):
    """What a header meant last time, in files of one kind from one institution. Headers are no personal data."""

    kind = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="known_columns")
    header = models.CharField(max_length=200)
    field = models.CharField(max_length=40, blank=True, help_text="Left empty, the column is passed over.")

    class Meta:
        ordering = ["kind", "header"]
        constraints = [
            models.UniqueConstraint("kind", "organisation", "header", name="known_column_once_an_institution"),
            models.UniqueConstraint(
                "kind", "header", condition=Q(organisation=None), name="known_column_once_without_institution"
            ),
        ]

    def __str__(self):
        return self.header
