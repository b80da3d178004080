"""Taking a person out of everything for good, all of it or nothing; what stays, and where they are still named."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.tasks import task
from django.utils import timezone

from participants import audit
from participants.copies import COPIES, Done, count, replace_in
from participants.models import Erasure, Import, OutgoingMail, Person, User
from participants.places import still_there
from participants.subjects import DELETED, FATES, UNNAMED, Subject, lines_about, rows_of
from participants.together import count_together, read_together
from participants.traces import TOGETHER, Trace, look, look_into_files, tables

WRITTEN_ONCE: set[tuple[str, str]] = set()  # (label, field) of texts that nobody can edit
AFTERWARDS: list[Callable[[], None]] = []  # called in the transaction once all is gone
Progress = Callable[[int, int], None]  # hears of (tables done, all of them)


def unheard(done: int, total: int) -> None:
    """Tell nobody how far it is."""


class CannotErase(Exception):
    """Why this person cannot be erased now, in words for staff."""


def written_once(label: str, *names: str) -> None:
    """Say that nobody can edit these texts, so that a name in them is replaced here or stays."""
    WRITTEN_ONCE.update((label, name) for name in names)


def against(subject: Subject, by: Any) -> str:
    """Say why `by` may not erase them now, or nothing; None is a command."""
    user = subject.user
    if user is not None and by is not None and user.pk == by.pk:
        return "This is you. Ask another administrator."
    if user is not None and by is not None and user.is_superuser and not by.is_superuser:
        return "This account has every right: only whoever runs this site can erase it."
    if user is not None and user.is_administrator:
        others = User.objects.filter(is_active=True).exclude(pk=user.pk)
        if not any(one.is_administrator for one in others.prefetch_related("groups")):
            return "This is the only administrator. Make another one first."
    if any(not one.broke_off for one in Import.objects.filter(state__in=Import.BUSY).only("state", "task")):
        return "A file is being imported at this moment: try again once it is done."
    return ""


def plan(subject: Subject) -> list[tuple[str, int, str]]:
    """Return what points at them, how many of it and what becomes of it; what only has their words is found later."""
    rows, lines = rows_of(subject), lines_about(subject)
    kinds = [
        *((str(one.model._meta.verbose_name_plural), FATES[one.fate]) for one in rows),
        *(("lines of the history", "stay, with nothing in them but that something was changed") for _ in lines),
        ("mail to them", FATES[DELETED]),
    ]
    mail = OutgoingMail.objects.filter(to__in=subject.addresses)
    said: Counter = Counter()
    said["person", FATES[DELETED]], said["account", FATES[DELETED]] = len(subject.people), len(subject.users)
    for kind, number in zip(kinds, count_together([*(one.queryset for one in rows), *lines, mail]), strict=True):
        said[kind] += number
    return [(what, number, fate) for (what, fate), number in said.items() if number]


# Where they are mentioned


def mentions(subject: Subject, progress: Progress = unheard) -> Iterator[Trace]:
    """Yield each text and document that names them and is not theirs: staff decide about those.

    Looks through every text of every table that is not emptied anyway.
    """
    theirs = [one for one in rows_of(subject) if one.fate == DELETED and is_free(one.model)]
    keys = read_together([(one.queryset, []) for one in theirs])
    going = {(theirs[at].model, key) for at, key, _ in keys}
    free = [model for model in tables() if is_free(model)]
    for done in range(0, len(free), TOGETHER):
        progress(done, len(free) + 1)
        for trace in look(free[done : done + TOGETHER], subject.marks):
            if (trace.model, trace.pk) not in going:
                yield trace
    progress(len(free), len(free) + 1)
    yield from (trace for trace in look_into_files(subject.marks) if (trace.model, trace.pk) not in going)


def is_free(model: Any) -> bool:
    """Whether what stands in rows of `model` is text of the portal's own, which is decided about by hand."""
    return model._meta.app_label in {"participants", "events", "outcomes"} and model not in {Person, User, *COPIES}


def is_written_once(trace: Trace) -> bool:
    return (trace.model._meta.label, trace.field) in WRITTEN_ONCE


# Doing it


def erase(
    subject: Subject,
    *,
    by: Any,
    replace: bool = False,
    progress: Progress = unheard,
) -> Done:
    """Take a person out of every table, history, log, mail, task, import and session; all of it or nothing.

    `replace`: also put “[name removed]” in the place of names in texts that nobody can edit, such as notes and
    comments. Texts that can be edited are never touched; `Done.left` says where they are named. Raises CannotErase.
    """
    if reason := against(subject, by):
        raise CannotErase(reason)
    found = list(mentions(subject, progress))  # the long part, while everybody else can still write
    done = Done()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten in the file, too
    with transaction.atomic():
        if reason := against(subject, by):
            raise CannotErase(reason)
        _erase(subject, done)
        for trace in still_there(found):
            changed, is_left = replace_in(trace, subject.marks) if replace and is_written_once(trace) else (0, True)
            done.numbers["texts with the name replaced"] += changed
            if is_left:
                done.left.append(trace)
        for afterwards in AFTERWARDS:
            afterwards()
        person, user = subject.person, subject.user
        audit.record(audit.Act.PERSON_ERASED, by=by, account=user, person=person.pk if person else None)
    return done


def _erase(subject: Subject, done: Done) -> None:
    rows = rows_of(subject)
    gone: dict[Any, set] = {Person: set(subject.people), User: set(subject.users)}
    for one in rows:
        if one.fate == DELETED:
            gone.setdefault(one.model, set()).update(one.queryset.values_list("pk", flat=True))
    sure = subject.sure
    for lines in lines_about(subject):
        done.numbers["lines of the history emptied"] += lines.empty()
    for handle in COPIES.values():
        handle(subject, sure, gone, done)
    for one in rows:
        if one.fate == UNNAMED:
            named: Any = models.QuerySet(one.model).filter(pk__in=list(one.queryset.values_list("pk", flat=True)))
            what = f"{one.model._meta.verbose_name_plural}, no longer with a name"
            done.numbers[what] += named.update(**{one.name: None})  # past what a history refuses
    for one in reversed(rows):  # what points at something goes before it
        if one.fate == DELETED:
            count(done, one.model, one.queryset.delete()[0] and len(gone[one.model]))
    for model in (Person, User):
        number, _ = model._base_manager.filter(pk__in=gone[model]).delete()
        count(done, model, min(number, len(gone[model])))


# By the worker


@task(priority=20)
def carry_out(pk: int) -> None:
    """Erase whom an `Erasure` names, and note in it what was done; run twice it finds nobody the second time."""
    asked = Erasure.objects.select_related("by").filter(pk=pk, state__in=Erasure.BUSY).first()
    if asked is None:
        return
    mine = Erasure.objects.filter(pk=pk, state__in=Erasure.BUSY)
    if asked.by is None or not asked.by.is_administrator:
        mine.update(state=Erasure.State.REFUSED, finished_at=timezone.now(), notice="Whoever asked may not any more.")
        return
    mine.update(state=Erasure.State.WORKING)
    person = Person.objects.filter(pk=asked.person or 0).select_related("user").first()
    user = User.objects.filter(pk=asked.account or 0).first()
    subject = Subject.of(person or user) if person or user else Subject()

    def progress(at: int, total: int) -> None:
        mine.update(done=at, total=total)

    try:
        done = erase(subject, by=asked.by, replace=asked.replace, progress=progress)
    except CannotErase as refused:
        mine.update(state=Erasure.State.REFUSED, finished_at=timezone.now(), notice=str(refused)[:300])
        return
    mine.update(
        state=Erasure.State.DONE,
        finished_at=timezone.now(),
        numbers={what: number for what, number in done.numbers.items() if number},
        left=[[trace.model._meta.label, str(trace.pk), trace.field] for trace in done.left],
    )


def ask(subject: Subject, *, by: Any, replace: bool) -> Erasure:
    """Let the worker erase somebody; raises CannotErase where something speaks against it, or it is done already."""
    if reason := against(subject, by):
        raise CannotErase(reason)
    try:
        with transaction.atomic():
            asked = Erasure.objects.create(
                person=subject.person.pk if subject.person else None,
                account=subject.user.pk if subject.user else None,
                replace=replace,
                by=by,
            )
    except IntegrityError:
        raise CannotErase("They are being erased already.") from None
    transaction.on_commit(partial(enqueue, asked.pk))
    return asked


def enqueue(pk: int) -> None:
    """Give the job to the worker, and note which it is."""
    result = carry_out.enqueue(pk)
    Erasure.objects.filter(pk=pk).update(task=str(result.id))
