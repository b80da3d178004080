"""Makes documents when somebody asks, one at a time, and keeps each until something in it changes.

What is kept is found by the fingerprint of what is public now, read from the database at the latest when the number of
what is public has changed (`events.models.generation`): a document of yesterday is never served for today's.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from django.tasks import task
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import get_language_info, ngettext

from events import caching, shelf
from events.models import Event
from events.models.generation import current_generation
from outcomes.documents import pdf, word
from outcomes.documents.content import Document, Made
from outcomes.documents.source import document_of
from outcomes.models import KeptDocument
from participants.models import Worker

WRITERS: dict[str, Callable[[Document, dt.date], Made]] = {"pdf": pdf.write, "docx": word.write}
AT_ONCE = 60_000  # characters of a document that is made within the request: that takes less than half a second
STEPS = 3  # read, written, kept
SWEPT = 200  # kept documents that are looked through at a time


class Current(NamedTuple):
    """What of an event may be handed out now."""

    event: int
    fingerprint: str
    file_name: str


def current(slug: str) -> Current | None:
    """Return what the document of a public event is made of now, None where there is none.

    While nothing public changes, that is remembered and costs no query.
    """
    keeps = caching.keeps()
    key = f"document.{current_generation()}.{caching.window()}.{blake2b(slug.encode()).hexdigest()}"
    found = shelf.get(key) if keeps else None
    if found is None:
        event = Event.objects.public().filter(slug=slug).first()
        document = document_of(event) if event else None
        if document is None:
            return None
        found = Current(event.pk, document.fingerprint, document.file_name)
        if keeps:
            shelf.put(key, tuple(found), caching.FRESH)
    return Current(*found)


def kept(of: Current, extension: str) -> KeptDocument | None:
    """Return the file that was made of just this, if there is one."""
    return KeptDocument.objects.public().filter(event=of.event, format=extension, fingerprint=of.fingerprint).first()


_VARIANTS = {"zh": "zh-hans"}  # languages that Django knows by their variants alone


def facts(event: Event, made: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return, by format, what is told of the files in `made` (rows of `events.beside.FACTS`): “240 KB, English”.

    Only of those that were made of what is public now, since the size of an earlier one would tell how long a text was
    that is withdrawn; and of none that was made since pages are kept, see `caching.window_began`.
    """
    old = [row for row in made if _moment(row["made_at"]) < caching.window_began()]
    now = current(event.slug) if old else None
    return {row["format"]: _facts(row) for row in old if now and row["fingerprint"] == now.fingerprint}


def _moment(told: str) -> dt.datetime:
    at = dt.datetime.fromisoformat(told)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)  # SQLite: in JSON it is without


def _facts(row: dict[str, Any]) -> str:
    language = get_language_info(_VARIANTS.get(row["language"], row["language"]))["name_translated"]
    pages = ngettext("%(n)d page", "%(n)d pages", row["pages"]) % {"n": row["pages"]} if row["pages"] else ""
    return ", ".join(filter(None, (filesizeformat(row["size"]), str(language), pages)))


def ask_for(event: Event, extension: str) -> KeptDocument:
    """Have the document of a public event made: at once where that is quick or nobody else would, else by the worker.

    The row that comes back has the file, or says how far it is. Whoever asks while it is being made waits for that.
    """
    row, _ = KeptDocument.objects.get_or_create(event=event, format=extension)
    document = document_of(event)
    if document is None or row.fingerprint == document.fingerprint:
        return row
    if ticket := _take(row):
        row.refresh_from_db()
        if row.fingerprint == document.fingerprint:  # somebody was done just before
            _give_back(row, ticket)
        elif len(document.text) <= AT_ONCE or not Worker.objects.alive().exists():
            _make(row, ticket, document)
        else:
            transaction.on_commit(lambda: _enqueue(row, ticket))
    row.refresh_from_db()
    return row


def _take(row: KeptDocument) -> str:
    """Return a ticket to make it with, or "" where somebody else has one."""
    ticket = secrets.token_hex(20)
    free = KeptDocument.objects.filter(pk=row.pk)
    if not row.broke_off:
        free = free.free()
    taken = free.filter(ticket=row.ticket).update(ticket=ticket, started_at=timezone.now(), done=0, task="")
    return ticket if taken else ""


def _enqueue(row: KeptDocument, ticket: str) -> None:
    result = make.enqueue(row.pk, ticket)
    KeptDocument.objects.filter(pk=row.pk, ticket=ticket).update(task=result.id)


@task
def make(pk: int, ticket: str) -> None:
    """Make what `ticket` was taken for; a job that runs twice, or too late, finds another ticket and does nothing."""
    row = KeptDocument.objects.filter(pk=pk, ticket=ticket).first()
    if row is None:
        return
    event = Event.objects.public().filter(pk=row.event_id).first()
    document = document_of(event) if event else None
    if document is None:
        _give_back(row, ticket)
        return
    _make(row, ticket, document)


def _make(row: KeptDocument, ticket: str, document: Document) -> None:
    mine = KeptDocument.objects.filter(pk=row.pk, ticket=ticket)
    mine.update(done=1, started_at=timezone.now())
    try:
        made = WRITERS[row.format](document, timezone.localdate())
    except BaseException:
        if not row.task:
            _give_back(row, ticket)
        raise
    mine.update(
        content=made.content,
        fingerprint=document.fingerprint,
        language=document.language,
        size=len(made.content),
        pages=made.pages,
        made_at=timezone.now(),
        ticket="",
        started_at=None,
        done=STEPS,
        task="",
    )


def _give_back(row: KeptDocument, ticket: str) -> None:
    KeptDocument.objects.filter(pk=row.pk, ticket=ticket).update(ticket="", started_at=None, done=0, task="")


@task(priority=-50)
def forget_documents() -> None:
    """Delete kept documents that may not be served any more: of events that are not public, or of another wording."""
    hidden = ~Q(event__in=Event.objects.public())
    KeptDocument.objects.filter(hidden, ticket="").delete()
    forget_outdated(KeptDocument.objects.filter(ticket="").order_by("made_at")[:SWEPT])


def forget_outdated(rows: QuerySet[KeptDocument]) -> None:
    """Delete those of `rows` that say something else than what is public now; eight queries for each."""
    for row in rows.select_related("event").defer("content").iterator():
        event = Event.objects.public().filter(pk=row.event_id).first()
        document = document_of(event) if event else None
        if document is None or document.fingerprint != row.fingerprint:
            KeptDocument.objects.filter(pk=row.pk, ticket="", fingerprint=row.fingerprint).delete()
