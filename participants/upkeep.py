"""What the worker does by the clock: it says that it lives, takes up what was left lying, queues the hourly tasks.

An app adds work of its own by a task in `settings.HOURLY_TASKS`, or for what must be on time by a quick function in
`settings.EACH_TICK`. Each task is queued once an hour by whichever worker ticks
first, and may for all that run twice: it must be written for it.
"""

import datetime as dt

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from participants import mail
from participants.models import AttemptCount, Erasure, Merge, OutgoingMail, SignInCode, Worker
from participants.models.outbox import ATTEMPTS, SECRET_LIFETIME

HOUR = dt.timedelta(hours=1)
CODES_KEPT = dt.timedelta(days=1)  # codes themselves end after ten minutes: a day for questions about them
MAILS_KEPT = dt.timedelta(days=90)
TASKS_KEPT = dt.timedelta(days=7)


def tick(worker_id: str) -> None:
    """Do everything that is due now: quick, because a heartbeat waits for the next one. Several workers may do it."""
    now = timezone.now()
    Worker.objects.update_or_create(pk=worker_id, defaults={"seen_at": now})
    take_up_lost_tasks()
    if OutgoingMail.objects.due().exists() and not waits(mail.deliver):
        mail.deliver.enqueue()
    for name in settings.EACH_TICK:
        import_string(name)()
    queue_hourly_tasks(now)


def queue_hourly_tasks(now: dt.datetime) -> None:
    """Queue each task of `settings.HOURLY_TASKS` that was not queued within the last hour."""
    lately = DBTaskResult.objects.filter(enqueued_at__gt=now - HOUR, task_path__in=settings.HOURLY_TASKS)
    queued = set(lately.values_list("task_path", flat=True))
    for name in settings.HOURLY_TASKS:
        if name not in queued:
            import_string(name).enqueue()


def waits(job) -> bool:
    """Whether a run of the task is queued already."""
    return DBTaskResult.objects.filter(task_path=job.module_path, status=TaskResultStatus.READY).exists()


def take_up_lost_tasks() -> int:
    """Queue again what a worker was doing when it died, and return how many; every task may therefore run twice."""
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).values_list("pk", "worker_ids")
    alive = set(Worker.objects.alive().values_list("pk", flat=True))
    lost = [pk for pk, workers in running if not workers or workers[-1] not in alive]
    return DBTaskResult.objects.filter(pk__in=lost, status=TaskResultStatus.RUNNING).update(
        status=TaskResultStatus.READY
    )


@task(priority=-50)
def clean_up() -> None:
    """Delete codes, counters, mail, sessions, tasks, silent workers and journals of merges that are past their time."""
    now = timezone.now()
    SignInCode.objects.filter(expires_at__lt=now - CODES_KEPT).delete()
    AttemptCount.objects.filter(window_starts_at__lt=now - CODES_KEPT).delete()
    OutgoingMail.objects.filter(
        Q(secret=True, created_at__lt=now - CODES_KEPT) | Q(sent_at__lt=now - MAILS_KEPT)
    ).delete()
    OutgoingMail.objects.filter(secret=True, created_at__lt=now - SECRET_LIFETIME).exclude(body="").update(body="")
    given_up = OutgoingMail.objects.filter(private=True, attempts__gte=ATTEMPTS, created_at__lt=now - CODES_KEPT)
    given_up.exclude(body="").update(body="", unsubscribe="")
    Merge.objects.forget()
    Erasure.objects.forget()
    Session.objects.filter(expire_date__lt=now).delete()
    DBTaskResult.objects.finished().filter(finished_at__lt=now - TASKS_KEPT).delete()
    Worker.objects.filter(seen_at__lt=now - CODES_KEPT).delete()
