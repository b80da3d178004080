import logging
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker as TaskRunner
from django_tasks_db.models import DBTaskResult

from participants import mail, upkeep
from participants.models import Worker

logger = logging.getLogger(__name__)

BEAT = 15  # seconds between ticks; a worker silent for a minute counts as dead


class Command(BaseCommand):
    """The one process that does what pages must not wait for: runs tasks, sends the outbox, keeps house."""

    help = "Run queued tasks and send mail until told to stop (SIGTERM or Ctrl-C)."

    def add_arguments(self, parser):
        parser.add_argument("--batch", action="store_true", help="Do everything that is waiting, then end.")
        parser.add_argument("--queue-name", default="*", help="Take only tasks of this queue (default: all).")

    def handle(self, *, batch, queue_name, **options):
        worker_id = get_random_string(32)
        runner = TaskRunner(
            queue_names=[queue_name],
            interval=1,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=worker_id,
            excluded_queue_names=[],
        )
        if batch:
            upkeep.tick(worker_id)
            drain(runner)
            mail.deliver.call()  # also what was queued without a task
            Worker.objects.filter(pk=worker_id).delete()  # it waits for nothing any more
            return
        # SystemExit passes through whatever the worker waits for, so that it stops at once when idle.
        runner.configure_signals()
        signal.signal(signal.SIGHUP, runner.shutdown)
        threading.Thread(target=beat, args=(worker_id,), daemon=True).start()
        self.stdout.write("Worker started.")
        self.stdout.flush()
        runner.run()


def drain(runner: TaskRunner) -> None:
    """Run what is ready until nothing is. Unlike the runner's own loop it leaves the caller's connection alone."""
    while True:
        with transaction.atomic():
            waiting = DBTaskResult.objects.ready()
            found = (
                waiting if runner.process_all_queues else waiting.filter(queue_name__in=runner.queue_names)
            ).get_locked()
            if found is None:
                return
            found.claim(runner.worker_id)
        runner.run_task(found)


def beat(worker_id: str) -> None:
    """Tick for as long as the process lives, whatever task it is busy with; a database that is away is asked again."""
    pause = threading.Event()
    while True:
        try:
            close_old_connections()
            upkeep.tick(worker_id)
        except DatabaseError:
            logger.exception("the worker's tick failed")
        finally:
            connection.close()
        pause.wait(BEAT)
