"""What the worker does by the clock: it says that it lives, takes up what was left lying, queues the hourly tasks.

An app adds work of its own by a task in `settings.HOURLY_TASKS`, or for what must be on time by a quick function in
`settings.EACH_TICK`. Each task is queued once an hour by whichever worker ticks
first, and may for all that run twice: it must be written for it.
"""

import datetime as dt

from django.conf import settings
from django.db.models import Q
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from participants import mail
from participants.lifetimes import kept_for
from participants.models import AttemptCount, BrowserSession, Erasure, Merge, OutgoingMail, SignInCode, User, Worker
from participants.models.outbox import ATTEMPTS, SECRET_LIFETIME

HOUR = dt.timedelta(hours=1)


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
    """Delete or empty what is past its time; how long each is kept `docs/operators.md` says."""
    now = timezone.now()
    codes, mails = now - kept_for("codes"), now - kept_for("mail")
    SignInCode.objects.filter(expires_at__lt=codes).delete()
    AttemptCount.objects.filter(window_starts_at__lt=codes).delete()
    OutgoingMail.objects.filter(
        Q(secret=True, created_at__lt=codes) | Q(sent_at__lt=mails) | Q(attempts__gte=ATTEMPTS, created_at__lt=mails)
    ).delete()
    OutgoingMail.objects.filter(secret=True, created_at__lt=now - SECRET_LIFETIME).exclude(body="").update(body="")
    given_up = OutgoingMail.objects.filter(private=True, attempts__gte=ATTEMPTS, created_at__lt=codes)
    given_up.exclude(body="").update(body="", unsubscribe="")
    sent = OutgoingMail.objects.filter(sent_at__lt=now - kept_for("mail_texts"))
    sent.exclude(body="", unsubscribe="").update(body="", unsubscribe="")
    Merge.objects.forget()
    Erasure.objects.forget()
    BrowserSession.objects.filter(expire_date__lt=now).delete()
    User.objects.filter(last_login__lt=now - kept_for("last_sign_in")).update(last_login=None)
    DBTaskResult.objects.finished().filter(finished_at__lt=now - kept_for("tasks")).delete()
    Worker.objects.filter(seen_at__lt=codes).delete()
