"""What becomes of rows of events when a person is erased, where their foreign key does not say it."""

from django.conf import settings
from django.db import transaction

from events import dumps, shelf
from events.called import Called
from events.history import lines_about
from events.models import bump_generation
from participants import erasing, subjects


def forget_pages() -> None:
    """Let nobody be shown a page that was kept, and delete those that lie in files, and the dump.

    In Redis they end within five minutes by themselves; to clear it would empty it of what is not ours, too.
    """
    bump_generation()
    transaction.on_commit(dumps.forget)
    if not settings.CACHES["pages"]["BACKEND"].endswith("RedisCache"):
        transaction.on_commit(shelf.clear)


# Words that somebody consented to be quoted with: without them there is no consent. Theirs, whatever the page shows.
subjects.OTHERWISE["events.Quote", "speaker"] = subjects.DELETED
subjects.NAMES.append(Called)
subjects.LINES.append(lambda keys: lines_about(*keys))
erasing.written_once("events.EventStatusChange", "note")
erasing.written_once("events.Allowance", "reason")
erasing.AFTERWARDS.append(forget_pages)
