import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.functional import cached_property
from django_tasks_db.models import DBTaskResult

LIST_KEPT = dt.timedelta(days=90)  # where somebody was still named, for staff to decide about


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def forget(self) -> int:
        """Empty the lists of where people were named that are past their time, and return of how many."""
        old = self.filter(finished_at__lt=timezone.now() - LIST_KEPT).exclude(left=[])
        return old.update(left=[])


class Erasure(models.Model):
    """That a person is being, or was, erased: by whom, when, how many rows of what. It holds no word about them.

    `left` lists where they were still named when it was done: [label, key, field] each.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the worker"
        WORKING = "working", "Looking through every table"
        DONE = "done", "Erased"
        REFUSED = "refused", "Not erased"

    BUSY = (State.WAITING, State.WORKING)

    person = models.PositiveBigIntegerField(null=True, help_text="A key that leads nowhere once it is done.")
    account = models.PositiveBigIntegerField(null=True)
    replace = models.BooleanField(default=False, help_text="Whether names in texts that nobody can edit are replaced.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    numbers = models.JSONField(default=dict, help_text="What → how many rows.")
    left = models.JSONField(default=list)
    notice = models.CharField(max_length=300, blank=True)
    task = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(account__isnull=False), name="erasure_is_of_somebody"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "working"], finished_at=None)
                | Q(state__in=["done", "refused"], finished_at__isnull=False),
                name="erasure_finished_at_iff_finished",
            ),
            models.UniqueConstraint(
                "person", condition=Q(state__in=["waiting", "working"]), name="erasure_once_at_a_time_of_person"
            ),
            models.UniqueConstraint(
                "account", condition=Q(state__in=["waiting", "working"]), name="erasure_once_at_a_time_of_account"
            ),
        ]

    def __str__(self):
        return f"Erasure of {timezone.localtime(self.asked_at):%d %B %Y, %H:%M}"

    @property
    def is_busy(self) -> bool:
        return self.state in self.BUSY

    @cached_property
    def broke_off(self) -> bool:
        """Whether the worker's job failed: nothing was erased, and it can be started again."""
        failed = DBTaskResult.objects.filter(pk=self.task or None, status=TaskResultStatus.FAILED)
        return self.is_busy and bool(self.task) and failed.exists()
