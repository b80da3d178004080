import datetime as dt

from django.db import models
from django.utils import timezone

LOST_AFTER = dt.timedelta(seconds=60)


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self):
        """Workers that have been heard of within the last minute."""
        return self.filter(seen_at__gte=timezone.now() - LOST_AFTER)


class Worker(models.Model):
    """A worker process and when it was last heard of: what it was doing when it died can then be taken up again."""

    id = models.CharField(primary_key=True, max_length=64)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = WorkerQuerySet.as_manager()

    def __str__(self):
        return self.pk
