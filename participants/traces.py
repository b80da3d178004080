"""Where words that tell who somebody is, names and addresses, stand in the database and in uploaded files.

The database narrows the rows down by a part of each word, and Python compares: SQLite folds the case of ASCII alone and
keeps JSON with escapes, PostgreSQL does neither.
"""

import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, Protocol

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from participants.names import KeyField
from participants.pictures import PictureField
from participants.together import read_together

REMOVED = "[name removed]"
DERIVED = {"search_text", "name_key", "short_key"}  # made of other columns, and anew with them
LOOKED_INTO = 20 * 1024 * 1024  # bytes of a file, and of what is packed in it
SHORTEST = 3  # characters of the part of a word that the database looks for
TOGETHER = 12  # tables that one query looks through
SURE = 8  # letters from which on a name of one word is nobody else's by chance
_ASCII = re.compile(r"[A-Za-z0-9.@_-]+")


class Trace(NamedTuple):
    """One column of one row in which the words stand."""

    model: Any
    pk: Any
    field: str


class Names(Protocol):
    """What finds the names of somebody in other forms than they are written here."""

    @property
    def parts(self) -> Sequence[str]:
        """Return words of which one stands, in some case, in every text in which something is found."""
        ...

    def places(self, text: str) -> Iterator[tuple[int, int, bool]]:
        """Yield (from, to, whether it hardly means anybody else) for each place of a text in NFC that names them."""
        ...


class Marks:
    """Words that tell who somebody is, and how they are found: as they are, and in the forms that `names` knows."""

    def __init__(self, words: Iterable[str], names: Sequence[Names] = ()):
        self.names = names
        self.words = sorted({" ".join(word.split()) for word in words if word and word.strip()}, key=len, reverse=True)
        forms = {unicodedata.normalize(form, word) for word in self.words for form in ("NFC", "NFD", "NFKC")}
        spaced = (r"\s+".join(map(re.escape, form.split())) for form in sorted(forms, key=len, reverse=True))
        self.pattern = re.compile(r"(?<![\w@])(?:" + "|".join(spaced) + r")(?![\w@])", re.IGNORECASE)

    def __bool__(self) -> bool:
        return bool(self.words)

    def stand_in(self, value: Any) -> bool:
        """Whether one of the words stands in a text, or anywhere in a value of JSON."""
        if not self or value in (None, "", [], {}):
            return False
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        if self.pattern.search(text):
            return True
        texts = [unicodedata.normalize("NFC", one) for one in _texts(value)] if self.names else []
        return any(True for names in self.names for one in texts for _ in names.places(one))

    def without(self, value: Any) -> Any:
        """Return a text, or a value of JSON, in which each of the words is replaced, and what hardly means others."""
        if isinstance(value, str):
            return self._replaced(value)
        if isinstance(value, list):
            return [self.without(one) for one in value]
        if isinstance(value, dict):
            return {self.without(name): self.without(one) for name, one in value.items()}
        return value

    def _replaced(self, text: str) -> str:
        text = self.pattern.sub(REMOVED, text)
        for names in self.names:
            places = list(names.places(unicodedata.normalize("NFC", text)))
            if any(sure for *_, sure in places):
                text = unicodedata.normalize("NFC", text)
            for start, end, sure in reversed(places):
                text = text[:start] + REMOVED + text[end:] if sure else text
        return text

    def perhaps(self, column: str) -> Q:
        """Return the condition that every row meets in whose `column`, as text, one of the words stands."""
        found = []
        for word in (*self.words, *(part for names in self.names for part in names.parts)):
            longest = max(_ASCII.findall(word), key=len, default="")
            if len(longest) >= SHORTEST:
                found.append(Q(**{f"{column}__icontains": longest}))
                continue
            part = max(word.split(), key=len)
            spellings = {form for one in (part, part.upper(), part.lower(), part.title()) for form in _composed(one)}
            found += [Q(**{f"{column}__icontains": json.dumps(one)[1:-1]}) for one in spellings]
            found += [Q(**{f"{column}__icontains": one}) for one in spellings]
        return reduce(or_, found, Q(pk__in=[]))


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value:
            yield from _texts(one)
        if isinstance(value, dict):
            yield from _texts(list(value.values()))


def _composed(word: str) -> list[str]:
    return [unicodedata.normalize(form, word) for form in ("NFC", "NFD")]


def text_fields(model: Any) -> list[models.Field]:
    """Return the columns of `model` in which anybody's words may stand."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not (field.choices or field.primary_key or field.generated or isinstance(field, KeyField))
        and field.name not in DERIVED
    ]


def tables() -> list[Any]:
    """Return every model that has a table of its own."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def look(models_: Sequence[Any], marks: Marks) -> Iterator[Trace]:
    """Yield each column of rows of `models_` in which one of the words stands: one query for all of them."""
    if not marks:
        return
    searched = [(model, fields) for model in models_ if (fields := text_fields(model))]
    for at, pk, texts in read_together(
        [(_narrowed(model, fields, marks), _names(fields)) for model, fields in searched]
    ):
        model, fields = searched[at]
        for field, text in zip(fields, texts, strict=False):
            if text and marks.stand_in(json.loads(text) if _is_json(field) else text):
                yield Trace(model, pk, field.name)


def _narrowed(model: Any, fields: list[models.Field], marks: Marks) -> models.QuerySet:
    cast = {f"text_{field.name}": Cast(field.name, models.TextField()) for field in fields if _is_json(field)}
    columns = [f"text_{field.name}" if _is_json(field) else field.name for field in fields]
    return model._base_manager.annotate(**cast).filter(reduce(or_, (marks.perhaps(column) for column in columns)))


def _names(fields: list[models.Field]) -> list[str]:
    return [field.name for field in fields]


def _is_json(field: Any) -> bool:
    return isinstance(field, models.JSONField)


def look_into_files(marks: Marks) -> Iterator[Trace]:
    """Yield each uploaded document that says one of the words: texts, and what is packed as Word and Excel files are.

    PDF files are not read, and pictures neither: they are drawn anew without metadata when they are uploaded.
    """
    fields = [
        field
        for model in tables()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField) and not isinstance(field, PictureField)
    ]
    rows = [(field.model._base_manager.exclude(**{field.name: ""}), [field.name]) for field in fields]
    for at, pk, (name,) in read_together(rows):
        try:
            with fields[at].storage.open(str(name), "rb") as file:
                found = file_says(file, marks)
        except OSError:  # it is gone
            continue
        if found:
            yield Trace(fields[at].model, pk, fields[at].name)


def file_says(file: Any, marks: Marks) -> bool:
    """Whether one of the words stands in an open file; one that cannot be read says nothing."""
    try:
        file.seek(0)
        if zipfile.is_zipfile(file):
            return _archive_says(file, marks)
        file.seek(0)
        return marks.stand_in(file.read(LOOKED_INTO).decode("utf-8", errors="replace"))
    except (OSError, zipfile.BadZipFile, RuntimeError, EOFError, NotImplementedError):
        return False


def _archive_says(file: Any, marks: Marks) -> bool:
    left = LOOKED_INTO
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if left <= 0 or not member.filename.endswith((".xml", ".txt", ".csv", ".rels")):
                continue
            with archive.open(member) as part:
                text = part.read(left).decode("utf-8", errors="replace")
            left -= len(text)
            if marks.stand_in(re.sub(r"<[^>]*>", "", text)) or marks.stand_in(re.sub(r"<[^>]*>", " ", text)):
                return True
    return False
