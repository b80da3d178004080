"""Everything that is kept about one person, in plain words, for that person: what an access request is answered with.

Rows are found as for erasing (`participants/subjects.py`), and what of a row is told follows
`config/classification.py`: of rows about them every field, of rows in which they only had a part what is public or
personal. Other people are not named.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from itertools import batched
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

from config.classification import FIELDS, INTERNAL
from participants.models import BrowserSession, Change, OutgoingMail, Person, User
from participants.subjects import DELETED, Subject, lines_about, rows_of
from participants.text import canonical_email
from participants.traces import TOGETHER, look, look_into_files, tables

# What is a secret, or a mark that only a machine reads: that it is there is told, what it is is not.
SECRET = {
    "password", "code_hash", "browser_hash", "token_hash", "device_hash", "data", "session_generation", "search_text",
    "search_vector", "name_key", "request_key", "secret", "unsubscribe", "sending",
}  # fmt: skip
NOT_GIVEN = "kept for machines, not given"
SOMEBODY_ELSE = "somebody else"
_YES_NO = {True: "yes", False: "no"}


def disclose(subject: Subject) -> dict[str, Any]:
    """Return all of it under headings; "records" holds {"what": …, "because": …, "says": {label: words}} each."""
    named = [
        {"what": capfirst(trace.model._meta.verbose_name), "number": str(trace.pk), "where": trace.field}
        for trace in _named(subject)
    ]
    return {
        "made": date_format(timezone.localtime(), "j F Y, H:i e"),
        "about": str(subject),
        "records": list(_records(subject)),
        "history of these records": [
            {"at": _words(line.at), "what": line.get_kind_display(), "says": line.values}
            for lines in lines_about(subject)
            for line in lines.order_by("pk")
        ],
        "sessions in which you are signed in": _sessions(subject),
        "named in": named,
    }


def _records(subject: Subject) -> Iterator[dict]:
    for model, keys, because in ((Person, subject.people, "It is you"), (User, subject.users, "It is your account")):
        for row in model._base_manager.filter(pk__in=keys).order_by("pk"):
            yield record(row, because, subject, whole=True)
    for rows in rows_of(subject):
        label = str(rows.model._meta.get_field(rows.name).verbose_name)
        for row in rows.queryset.order_by("pk").iterator(chunk_size=500):
            yield record(row, f"You are there as “{label}”", subject, whole=rows.fate == DELETED)
    for mail in OutgoingMail.objects.order_by("pk").iterator(chunk_size=500):
        if canonical_email(mail.to) in subject.addresses:
            yield record(mail, "It was written to you", subject, whole=True)


def record(row: Any, because: str, subject: Subject, *, whole: bool) -> dict[str, Any]:
    """Return what a row says: label → words."""
    return {
        "what": capfirst(row._meta.verbose_name),
        "because": because,
        "says": {
            capfirst(str(field.verbose_name)): value(row, field, subject) for field in told(type(row), whole=whole)
        },
    }


def told(model: Any, *, whole: bool) -> list[Any]:
    """Return the fields of which a person is told: all, or without those that are internal."""
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    internal = set() if whole else set(FIELDS.get(model._meta.concrete_model._meta.label, {}).get(INTERNAL, "").split())
    return [field for field in fields if field.name not in internal or field.primary_key]


def value(row: Any, field: Any, subject: Subject) -> Any:
    """Return what a field says, in words; of other people only that there is somebody."""
    if field.name in SECRET:
        return NOT_GIVEN
    if field.many_to_many:
        return [str(one) for one in getattr(row, field.name).all()]
    raw = field.value_from_object(row)
    if isinstance(field, models.ForeignKey) and raw is not None:
        if field.related_model in (Person, User):
            mine = subject.people if field.related_model is Person else subject.users
            return "you" if raw in mine else SOMEBODY_ELSE
        return _called(getattr(row, field.name), subject)
    if field.choices and raw in dict(field.flatchoices):
        return str(dict(field.flatchoices)[raw])
    return _words(raw)


def _called(row: Any, subject: Subject) -> str:
    """Return what a row is called, unless that is what somebody is called."""
    person = getattr(row, "person_id", None)
    if person is not None or isinstance(row, Person | User):
        return "yours" if person in subject.people else SOMEBODY_ELSE
    return str(row)


def _words(raw: Any) -> Any:
    if raw is None or raw == "":
        return ""
    if raw is True or raw is False:
        return _YES_NO[raw]
    if hasattr(raw, "tzinfo"):
        return date_format(timezone.localtime(raw), "j F Y, H:i e")
    if hasattr(raw, "isoformat"):
        return date_format(raw, "j F Y")
    return raw if isinstance(raw, int | list | dict) else str(raw)


def _sessions(subject: Subject) -> int:
    users = {str(key) for key in subject.users}
    return sum(
        str(session.get_decoded().get("_auth_user_id")) in users
        for session in BrowserSession.objects.iterator(chunk_size=500)
    )


def _named(subject: Subject) -> Iterator[Any]:
    """Yield each text and document with words that mean nobody else."""
    own = {Person, User, Change, OutgoingMail, BrowserSession}
    for some in batched((model for model in tables() if model not in own), TOGETHER):
        yield from look(some, subject.sure)
    yield from look_into_files(subject.sure)


def as_zip(subject: Subject) -> bytes:
    """Return all of it as a ZIP: `data.json` for machines and `data.txt` to read."""
    found = disclose(subject)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(found, ensure_ascii=False, indent=2, default=str))
        archive.writestr("data.txt", "\n".join(as_text(found)) + "\n")
    return packed.getvalue()


def as_text(found: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of what is read by people."""
    yield f"What is kept about {found['about']}"
    yield f"Made on {found['made']}."
    for one in found["records"]:
        yield ""
        yield f"{one['what']} ({one['because']})"
        yield from (f"  {label}: {words}" for label, words in one["says"].items() if words not in ("", [], {}))
    yield ""
    yield "What became of these records"
    yield from (
        f"  {line['at']}: {line['what']} {json.dumps(line['says'], ensure_ascii=False)}"
        for line in found["history of these records"]
    )
    yield ""
    yield f"Sessions in which you are signed in: {found['sessions in which you are signed in']}"
    yield ""
    yield "Texts and documents that name you"
    yield from (f"  {one['what']} {one['number']}: {one['where']}" for one in found["named in"])
