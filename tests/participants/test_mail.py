"""What is promised about mail: none is lost, one bad address stops no other, and secrets do not stay."""

import datetime as dt
import itertools
import os
import signal
import subprocess
import sys
import threading

import pytest
from django.conf import settings as site
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import connection, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from participants import mail, upkeep
from participants.models import BrowserSession, OutgoingMail, Worker
from participants.models.outbox import ATTEMPTS
from tests.factories import OutgoingMailFactory, WorkerFactory

pytestmark = pytest.mark.django_db


def queue(**fields):
    defaults = {"to": "ana@example.org", "subject": "A subject", "template": "emails/sign_in_staff.txt", "key": "one"}
    return mail.queue(**defaults | {"context": {"address": "an address", "site": "a site"}} | fields)


@pytest.fixture
def now(time_machine):
    """A clock that moves only when told to."""
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine


class Refusing(BaseEmailBackend):
    """A mail server that refuses everything, or only the addresses in `refused`."""

    refused: set[str] | None = None
    sent: list = []

    def send_messages(self, messages):
        for message in messages:
            if self.refused is None or self.refused & set(message.to):
                raise ConnectionRefusedError("no\x00thing listens")
            message.message()  # as every backend does; header injection shows here
            self.sent.append(message)
        return len(messages)


@pytest.fixture
def server(settings, monkeypatch):
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Refusing"}}
    monkeypatch.setattr(Refusing, "refused", None)
    monkeypatch.setattr(Refusing, "sent", [])
    return Refusing


# --- The outbox ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_sends_nothing():
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)

    assert OutgoingMail.objects.count() == 0
    assert DBTaskResult.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_sent_by_the_worker(mailoutbox, settings):
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = "https://readout.example.org", "Readout <readout@example.org>"

    queued = queue()
    call_command("worker", batch=True)

    sent, row = mailoutbox[0], OutgoingMail.objects.get()
    assert len(mailoutbox) == 1
    assert (sent.to, sent.subject, sent.from_email) == (
        ["ana@example.org"],
        "A subject",
        "Readout <readout@example.org>",
    )
    assert sent.message()["Message-ID"] == f"<{queued.message_id}@readout.example.org>"
    assert (row.attempts, row.error) == (1, "")
    assert row.sent_at is not None


def test_the_same_cause_makes_one_mail(mailoutbox):
    queue()
    queue(subject="Again")
    call_command("worker", batch=True)
    call_command("worker", batch=True)

    assert [sent.subject for sent in mailoutbox] == ["A subject"]


def test_a_subject_is_one_line_however_it_was_typed(mailoutbox):
    queue(subject="Revise “Hotlines\r\nBcc: eve@example.org”" + "x" * 300)
    call_command("worker", batch=True)

    assert "\n" not in mailoutbox[0].message()["Subject"].replace("\n ", "")
    assert mailoutbox[0].subject.startswith("Revise “Hotlines Bcc: eve@example.org”xx")
    assert mailoutbox[0].recipients() == ["ana@example.org"]


def test_text_of_people_is_not_escaped_in_a_text_mail(mailoutbox):
    queue(context={"address": "Ben & <Jerry>'s", "site": ""})
    call_command("worker", batch=True)

    assert "Ben & <Jerry>'s" in mailoutbox[0].body


def test_the_text_of_a_secret_mail_is_wiped_once_sent(mailoutbox):
    queue(secret=True, key="secret")
    queue(key="plain")
    call_command("worker", batch=True)

    bodies = dict(OutgoingMail.objects.values_list("key", "body"))
    assert bodies["secret"] == ""
    assert "an address" in bodies["plain"]
    assert "an address" in mailoutbox[0].body


def test_a_secret_mail_goes_first_and_never_late(mailoutbox, now):
    late = OutgoingMailFactory(secret=True, subject="Late", created_at=timezone.now() - dt.timedelta(minutes=10))
    OutgoingMailFactory(subject="Plain", created_at=timezone.now() - dt.timedelta(hours=1))
    OutgoingMailFactory(secret=True, subject="Secret")
    call_command("worker", batch=True)

    late.refresh_from_db()
    assert [sent.subject for sent in mailoutbox] == ["Secret", "Plain"]
    assert late.sent_at is None


# --- When it does not go -------------------------------------------------------------------------------------------


def test_one_bad_address_does_not_stop_the_others(server):
    server.refused = {"bad@example.org"}
    OutgoingMailFactory(to="bad@example.org", subject="Refused")
    OutgoingMailFactory(to="ana@example.org\r\nBcc: eve@example.org", subject="Injected")
    OutgoingMailFactory(subject="Injected\r\nBcc: eve@example.org")
    OutgoingMailFactory(subject="Good")

    assert mail.deliver.call() == 1

    errors = dict(OutgoingMail.objects.order_by("pk").values_list("subject", "error"))
    assert [message.subject for message in server.sent] == ["Good"]
    assert errors["Good"] == ""
    assert errors["Refused"] == "ConnectionRefusedError: nothing listens"
    assert errors["Injected"]
    assert errors["Injected\r\nBcc: eve@example.org"]


def test_a_mail_that_did_not_go_comes_again_later_and_later_with_the_same_message_id(server, now):
    row = OutgoingMailFactory()
    attempts = []

    for minute in range(60 * 5):
        before = OutgoingMail.objects.get().attempts
        mail.deliver.call()
        if OutgoingMail.objects.get().attempts > before:
            attempts.append(minute)
        now.shift(dt.timedelta(minutes=1))
    server.refused = set()
    given_up = mail.deliver.call()

    pauses = [later - earlier for earlier, later in itertools.pairwise(attempts)]
    assert len(attempts) == ATTEMPTS
    assert pauses == sorted(pauses)
    assert given_up == 0
    assert OutgoingMail.objects.get().message_id == row.message_id


def test_a_mail_that_goes_at_the_second_attempt_forgets_the_error(server, now):
    row = OutgoingMailFactory()
    mail.deliver.call()
    server.refused = set()
    now.shift(dt.timedelta(minutes=2))

    mail.deliver.call()

    row.refresh_from_db()
    assert (row.attempts, row.error) == (2, "")
    assert server.sent[0].extra_headers["Message-ID"].startswith(f"<{row.message_id}@")


def test_a_mail_claimed_by_a_worker_that_died_is_taken_up_within_two_minutes(mailoutbox, now):
    OutgoingMail.objects.claim(OutgoingMailFactory().pk)

    at_once = mail.deliver.call()
    now.shift(dt.timedelta(seconds=120 - 30))
    later = mail.deliver.call()

    assert (at_once, later) == (0, 1)
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_each_mail_once():
    for _ in range(20):
        OutgoingMailFactory()
    start, counts = threading.Barrier(4), []

    def work():
        start.wait()
        counts.append(mail.deliver.call())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(counts) == 20
    assert len(django_mail.outbox) == 20
    assert set(OutgoingMail.objects.values_list("attempts", flat=True)) == {1}


# --- The worker ----------------------------------------------------------------------------------------------------


def running(worker, **fields):
    """A task that `worker` took up and has not finished."""
    return DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}},
        task_path=mail.deliver.module_path,
        backend_name="default",
        status=TaskResultStatus.RUNNING,
        started_at=timezone.now(),
        worker_ids=[worker],
        **fields,
    )


def test_what_a_dead_worker_left_is_queued_again_within_two_minutes_and_what_a_living_one_does_is_not(now):
    dead, living = WorkerFactory(), WorkerFactory()
    lost, kept = running(dead.pk), running(living.pk)

    before = upkeep.take_up_lost_tasks()
    for _ in range(4):
        now.shift(dt.timedelta(seconds=20))
        upkeep.tick(living.pk)
    after = [DBTaskResult.objects.get(pk=task.pk).status for task in (lost, kept)]

    assert before == 0
    assert after == [TaskResultStatus.READY, TaskResultStatus.RUNNING]


def test_a_mail_whose_task_was_never_queued_is_found_by_the_tick(mailoutbox):
    OutgoingMailFactory()

    upkeep.tick("a worker")
    upkeep.tick("another worker")
    tasks = DBTaskResult.objects.filter(task_path=mail.deliver.module_path).count()
    call_command("worker", batch=True)

    assert tasks == 1
    assert len(mailoutbox) == 1


def test_batch_does_what_waits_and_leaves_no_worker_behind(mailoutbox):
    OutgoingMailFactory()

    call_command("worker", batch=True)

    assert len(mailoutbox) == 1
    assert not DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL).exists()
    assert Worker.objects.count() == 0


def test_each_hourly_task_is_queued_once_an_hour_whoever_ticks(now, settings):
    settings.HOURLY_TASKS = ["participants.upkeep.clean_up", "participants.mail.deliver"]

    def queued():
        return sorted(DBTaskResult.objects.values_list("task_path", flat=True))

    upkeep.tick("a worker")
    upkeep.tick("another worker")
    first = queued()
    now.shift(dt.timedelta(minutes=59))
    upkeep.tick("a worker")
    within = queued()
    now.shift(dt.timedelta(minutes=2))
    upkeep.tick("a worker")

    assert first == within == ["participants.mail.deliver", "participants.upkeep.clean_up"]
    assert queued() == sorted(first * 2)


@pytest.mark.parametrize("name", site.HOURLY_TASKS)
def test_every_hourly_task_is_one_and_may_run_twice(name):
    task = import_string(name)

    task.call()
    task.call()

    assert task.module_path == name


def test_house_is_kept(now):
    old = timezone.now() - dt.timedelta(days=91)
    OutgoingMailFactory(subject="sent long ago", created_at=old, sent_at=old, attempts=1)
    OutgoingMailFactory(subject="sent lately", sent_at=timezone.now(), attempts=1)
    OutgoingMailFactory(subject="given up long ago", created_at=old, attempts=ATTEMPTS, claimed_at=old)
    lately = timezone.now() - dt.timedelta(days=89)
    OutgoingMailFactory(subject="given up", created_at=lately, attempts=ATTEMPTS, claimed_at=lately)
    late = OutgoingMailFactory(subject="late code", secret=True, created_at=timezone.now() - dt.timedelta(minutes=11))
    BrowserSession.objects.create(session_key="old", session_data="", expire_date=timezone.now() - dt.timedelta(days=1))
    WorkerFactory(seen_at=timezone.now() - dt.timedelta(days=2))

    upkeep.clean_up.call()

    late.refresh_from_db()
    kept = set(OutgoingMail.objects.values_list("subject", flat=True))
    assert kept == {"sent lately", "given up", "late code"}
    assert late.body == ""
    assert BrowserSession.objects.count() == Worker.objects.count() == 0


def test_readiness_says_when_no_worker_was_heard_of(client, now):
    without = client.get("/readyz")
    upkeep.tick("a worker")
    with_one = client.get("/readyz")
    now.shift(dt.timedelta(seconds=61))
    silent = client.get("/readyz")

    assert [(answer.status_code, answer.content) for answer in (without, with_one, silent)] == [
        (503, b"worker\n"),
        (200, b"ok\n"),
        (503, b"worker\n"),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_prints_mail_at_once_and_stops_when_told(number):
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{database['NAME']}"
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "EMAIL_URL": "consolemail://",
        "SECRET_KEY": site.SECRET_KEY,
        "SITE_URL": site.SITE_URL,
    }
    queue(subject="Read me")

    with subprocess.Popen(
        [sys.executable, "manage.py", "worker"], cwd=site.BASE_DIR, env=env, stdout=subprocess.PIPE, text=True
    ) as worker:
        lines = iter(worker.stdout.readline, "")
        seen = next((line for line in lines if line.startswith("Subject:")), None)
        worker.send_signal(number)
        worker.communicate(timeout=20)

    assert seen == "Subject: Read me\n"
    assert worker.returncode == 0
