"""Tables that hold copies of what stands elsewhere, and what takes a person out of each: nobody decides about those."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from participants.models import (
    AttemptCount,
    BrowserSession,
    Change,
    Distinction,
    Import,
    ImportChange,
    ImportRow,
    Merge,
    MergedOf,
    OutgoingMail,
    User,
)
from participants.models.user import FORMER_STAFF
from participants.subjects import Subject
from participants.text import canonical_email
from participants.traces import Marks, Trace, file_says, look


@dataclass
class Done:
    """What was done: how many rows of what, and where they are still named."""

    numbers: Counter = field(default_factory=Counter)
    left: list[Trace] = field(default_factory=list)


def count(done: Done, model: Any, number: int) -> None:
    if number:
        done.numbers[str(model._meta.verbose_name_plural)] = number


def replace_in(trace: Trace, marks: Marks) -> tuple[int, bool]:
    """Replace the words in a text; return how many rows that changed, and whether it may still name them."""
    rows: Any = models.QuerySet(trace.model).filter(pk=trace.pk)  # past what a history refuses
    value = rows.values_list(trace.field, flat=True).first()
    if not marks.stand_in(value):
        return 0, False
    new = marks.without(value)
    longest = getattr(trace.model._meta.get_field(trace.field), "max_length", None)
    new = new[:longest] if longest and isinstance(new, str) else new
    return rows.update(**{trace.field: new}) if new != value else 0, marks.stand_in(new)


Gone = Mapping[Any, Iterable]


def _changes(subject: Subject, sure: Marks, gone: Gone, done: Done) -> None:
    """Lines of other records whose words name them say no more than that something was changed."""
    keys = {trace.pk for trace in look([Change], sure)}
    done.numbers["lines of the history emptied"] += Change.objects.filter(pk__in=keys).empty()


def _log_entries(subject: Subject, sure: Marks, gone: Gone, done: Done) -> None:
    """The log of the admin keeps that something was done to which row; what it called the row is emptied."""
    named = {trace.pk for trace in look([LogEntry], sure)}
    for model, keys in gone.items():
        if not keys:
            continue
        types = ContentType.objects.get_for_model(model)
        about = LogEntry.objects.filter(content_type=types, object_id__in=[str(key) for key in keys])
        named |= set(about.values_list("pk", flat=True))
    entries = LogEntry.objects.filter(pk__in=named)
    done.numbers["entries of the admin’s log emptied"] += entries.update(object_repr="", change_message="")
    if subject.users and (theirs := LogEntry.objects.filter(user__in=subject.users)).exists():
        former, _ = User.objects.get_or_create(
            email=FORMER_STAFF, defaults={"name": "A former member of staff", "is_active": False, "password": "!"}
        )
        done.numbers["entries of the admin’s log, under “A former member of staff”"] += theirs.update(user=former)


def _mail(subject: Subject, sure: Marks, gone: Gone, done: Done) -> None:
    """Mail to them is deleted, gone or not; in mail to others their name is replaced."""
    rows = OutgoingMail.objects.all()
    theirs = {pk for pk, to in rows.values_list("pk", "to") if canonical_email(to) in subject.addresses}
    count(done, OutgoingMail, rows.filter(pk__in=theirs).delete()[0])
    for trace in list(look([OutgoingMail], sure)):
        done.numbers["texts with the name replaced"] += replace_in(trace, sure)[0]


def _imports(subject: Subject, sure: Marks, gone: Gone, done: Done) -> None:
    """An import whose file, rows or changes hold them forgets all of those, as it would after its time."""
    found = {trace.pk for trace in look([Import], sure)}
    for model in (ImportRow, ImportChange):
        named = {trace.pk for trace in look([model], sure)}
        found |= set(model._base_manager.filter(pk__in=named).values_list("source", flat=True))
    for model, keys in gone.items():
        changed = ImportChange.objects.filter(model=model._meta.label, record__in=_numbers(keys))
        found |= set(changed.values_list("source", flat=True))
    unread: Any = Import.objects.exclude(pk__in=found).exclude(content=None).values_list("pk", "content")
    for pk, content in unread.iterator(chunk_size=5):
        if file_says(BytesIO(bytes(content)), sure):
            found.add(pk)
    for source in Import.objects.filter(pk__in=found).defer("content"):
        source.forget()
    done.numbers["imports whose file and rows are forgotten"] += len(found)


def _numbers(keys: Iterable) -> list[int]:
    return [key for key in keys if isinstance(key, int)]


def _merges(subject: Subject, sure: Marks, gone: Gone, done: Done) -> None:
    """What is needed to undo a merge of theirs is forgotten; that two were merged, and when, stays."""
    theirs = Q(of=MergedOf.PERSON) & (Q(kept__in=subject.people) | Q(lost__in=subject.people))
    done.numbers["merges emptied"] += Merge.objects.filter(theirs).update(journal=[], kept_name="", lost_name="")
    either = Q(first__in=subject.people) | Q(second__in=subject.people)
    count(done, Distinction, Distinction.objects.filter(either, of=MergedOf.PERSON).delete()[0])
    for trace in list(look([Merge], sure)):
        done.numbers["texts with the name replaced"] += replace_in(trace, sure)[0]


def _tasks(subject: Subject, sure: Marks, gone: Gone, done: Done) -> None:
    """A job whose arguments, result or error name them is deleted; one that is at work goes with its time."""
    keys = {trace.pk for trace in look([DBTaskResult], sure)}
    rows = DBTaskResult.objects.filter(pk__in=keys).exclude(status=TaskResultStatus.RUNNING)
    count(done, DBTaskResult, rows.delete()[0])


def _sessions(subject: Subject, sure: Marks, gone: Gone, done: Done) -> None:
    """Their sessions end, and those in which somebody typed their address to ask for a code."""
    users = {str(key) for key in subject.users}
    keys = []
    for session in BrowserSession.objects.iterator(chunk_size=500):
        data = session.get_decoded()
        if str(data.get("_auth_user_id")) in users or sure.stand_in(data):
            keys.append(session.pk)
    count(done, BrowserSession, BrowserSession.objects.filter(pk__in=keys).delete()[0])


def _attempts(subject: Subject, sure: Marks, gone: Gone, done: Done) -> None:
    number = sum(AttemptCount.objects.forget_all(one) for one in subject.addresses)
    count(done, AttemptCount, number)


# Tables that hold copies of what stands elsewhere: model → what takes somebody out of it. None is decided by hand.
COPIES: dict[Any, Callable[[Subject, Marks, Gone, Done], None]] = {
    Change: _changes,
    LogEntry: _log_entries,
    OutgoingMail: _mail,
    Import: _imports,
    Merge: _merges,
    DBTaskResult: _tasks,
    BrowserSession: _sessions,
    AttemptCount: _attempts,
}
