"""Search by the database itself: a tsvector on PostgreSQL, FTS5 on SQLite, one normaliser for both.

`indexed` makes of any text the words that are indexed, and of a query the words that are looked for, so that
English, French, Arabic and Chinese find the same on both databases. Word forms are left to the databases' stemmers.

A model is searched by inheriting `Searchable`, its QuerySet `SearchQuerySet`, and by a `SearchIndex` of its own.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import batched
from typing import Any

from django.db import DatabaseError, connections, models, transaction
from django.db.models.functions import Coalesce, Concat, Length, Replace

LIMIT = 10  # words of a query that count
RANKED = 500  # newest hits that are ranked: of a common word there are too many to rank them all
LONGEST = 100_000  # characters of a text that are indexed: PostgreSQL refuses a vector of more than a megabyte
BATCH = 500  # rows indexed anew in one go

# What PostgreSQL's English dictionary leaves out; FTS5 leaves out nothing, so the query does it for both.
STOP_WORDS = frozenset(
    """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it
    its itself they them their theirs themselves what which who whom this that these those am is are was were be been
    being have has had having do does did doing a an the and but if or because as until while of at by for with about
    against between into through during before after above below to from up down in out on off over under again further
    then once here there when where why how all any both each few more most other some such no nor not only own same so
    than too very s t can will just don should now
    """.split()
)

_ARABIC = str.maketrans({"ـ": None, "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي"})
_ARABIC_PREFIX = re.compile(r"\b(?:وال|بال|كال|فال|لل|ال)(?=[\u0621-\u064a]{2})")
IDEOGRAPHIC = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
IDEOGRAPHS = re.compile(rf"[{IDEOGRAPHIC}]+")
_NOT_WORDS = re.compile(r"[\W_]+")


def _bigrams(run: re.Match) -> str:
    signs = run[0]
    pairs = [signs[index : index + 2] for index in range(len(signs) - 1)] or [signs]
    return f" {' '.join(pairs)} "


def indexed(text: str) -> str:
    """Return the words of `text` for the index: lower case, no accents, Arabic letters folded, ideographs in pairs."""
    text = unicodedata.normalize("NFKD", text[:LONGEST].translate(_ARABIC))
    text = "".join(sign for sign in text if not unicodedata.combining(sign)).casefold()
    text = _NOT_WORDS.sub(" ", unicodedata.normalize("NFC", text).translate(_ARABIC))
    return IDEOGRAPHS.sub(_bigrams, _ARABIC_PREFIX.sub("", text)).strip()


def terms(query: str) -> list[str]:
    """Return the words to look for, each once, at most ten; none of a query of stop words or signs."""
    words = dict.fromkeys(word for word in indexed(query).split() if word not in STOP_WORDS)
    return list(words)[:LIMIT]


_ENDINGS = re.compile(r"(?:ings?|ed|es|s|ies|ions?|ment|ly|e|y)$")


def stems(words: list[str]) -> set[str]:
    """Return what the forms of `words` begin with, roughly: enough to mark and to rank what an index has found."""
    return {_ENDINGS.sub("", word) if len(word) > 4 else word for word in words} - {""}


class TSVectorField(models.Field):
    """PostgreSQL's tsvector; on SQLite a column that stays empty, where FTS5 does the work."""

    def db_type(self, connection):
        return "tsvector" if connection.vendor == "postgresql" else "text"


class ToTSVector(models.Func):
    """`to_tsvector` of a column on PostgreSQL; on SQLite nothing."""

    function = "to_tsvector"
    template = "%(function)s('english', %(expressions)s)"
    output_field = TSVectorField()

    def as_sqlite(self, compiler, connection, **context):
        return "NULL", []


class PlainQuery(models.Func):
    """All of the words, in any order and form."""

    function = "plainto_tsquery"
    template = "%(function)s('english', %(expressions)s)"
    output_field = TSVectorField()


class Rank(models.Func):
    """PostgreSQL's measure of how well a row answers: the higher, the better."""

    function = "ts_rank"
    output_field = models.FloatField()


@TSVectorField.register_lookup
class Answers(models.Lookup):
    """`tsvector @@ tsquery`."""

    lookup_name = "answers"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} @@ {right}", [*left_params, *right_params]


class IndexedText(models.TextField):
    """The text column of an FTS5 table."""


@IndexedText.register_lookup
class Match(models.Lookup):
    """FTS5's MATCH; the value is a query of quoted words."""

    lookup_name = "match"

    def as_sql(self, compiler, connection):
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} MATCH {right}", [*left_params, *right_params]


class SearchQuerySet(models.QuerySet):
    """Rows of a `Searchable` model; `newest()` is the order in which its hits are ranked, and what decides a draw."""

    ranked = RANKED  # newest hits that are ranked

    def newest(self):
        """In the order of public lists."""
        raise NotImplementedError

    def matching(self, query: str):
        """Rows that have every word of `query`, in whatever form; none when nothing is left to look for."""
        words = terms(query)
        if not words:
            return self.none()
        if connections[self.db].vendor == "postgresql":
            return self.filter(search_vector__answers=PlainQuery(models.Value(" ".join(words))))
        return self.filter(fts__search_text__match=_quoted(words))

    def last_matching(self, query: str, most: int):
        """`matching`, cut so that a word that is everywhere costs no more than `most` rows do.

        PostgreSQL begins with the newest by itself. FTS5 yields rows in the order of their keys, so on SQLite it is
        the `most` that were written last.
        """
        found = self.matching(query)
        if connections[self.db].vendor == "postgresql" or not terms(query):
            return found
        key = models.F("fts__pk")
        last = found.order_by(key.desc()).values(key=key)[most - 1 : most]
        return found.filter(fts__pk__gte=Coalesce(models.Subquery(last), 0))

    def by_relevance(self, query: str):
        """The newest of `matching`, the best answer first; on SQLite those that were written last."""
        words, found = terms(query), self.last_matching(query, self.ranked)
        if not words:
            return found
        order = found.newest().query.order_by
        if connections[self.db].vendor == "postgresql":
            rank = Rank(models.F("search_vector"), PlainQuery(models.Value(" ".join(words))))
            rows = self.model._default_manager.filter(pk__in=found.newest().values("pk")[: self.ranked])
            return rows.annotate(relevance=rank).order_by("-relevance", *order)
        return found.annotate(relevance=_closeness(words)).order_by("-relevance", *order)


def _closeness(words: list[str]) -> models.Expression:
    """Return the SQL for how well a row answers: the more often it has the words and the shorter it is, the better.

    FTS5's own measure knows how often words stand in all rows: the order would tell what is not public.
    """
    text = Concat(models.Value(" "), models.F("search_text"))
    length = models.ExpressionWrapper(Length(text) / models.Value(250.0), output_field=models.FloatField())
    closeness: models.Expression = models.Value(0.0)
    for stem in sorted(stems(words)):
        without = Length(Replace(text, models.Value(f" {stem}"), models.Value("")))
        often = models.ExpressionWrapper(
            (Length(text) - without) / models.Value(len(stem) + 1.0), output_field=models.FloatField()
        )
        closeness += often / (often + length + models.Value(0.5))
    return models.ExpressionWrapper(closeness, output_field=models.FloatField())


class Searchable(models.Model):
    """A model that is found by the words of its fields `SEARCHED`; writes that go round `save()` call `reindex`."""

    SEARCHED: tuple[str, ...]
    fts: Any  # its SearchIndex, on SQLite

    search_text = models.TextField(
        blank=True, db_default="", editable=False, help_text="Its words as the index has them."
    )
    search_vector = models.GeneratedField(
        expression=ToTSVector("search_text"), output_field=TSVectorField(), db_persist=True, editable=False
    )

    class Meta:
        abstract = True

    def words(self, **changed: str) -> str:
        """Return its words for the index, with values of `changed` in place of its own."""
        values = [changed.get(name, getattr(self, name)) for name in self.SEARCHED]
        return indexed(" ".join(str(getattr(value, "name", value)) for value in values))  # a country: by its name

    def save(self, **kwargs):
        self.search_text = self.words()
        if not set(self.SEARCHED).isdisjoint(kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_text"}
        super().save(**kwargs)

    @classmethod
    def concrete(cls) -> list[type["Searchable"]]:
        """Return every table that is searched, of whatever app."""
        return [model for model in cls.__subclasses__() if not model._meta.abstract]

    @classmethod
    def astray(cls) -> Iterator["Searchable"]:
        """Yield the rows whose words are not what the index has, with the right words in `search_text`."""
        rows = cls._base_manager.only(*cls.SEARCHED, "search_text").order_by("pk")
        for row in rows.iterator(BATCH):
            if row.search_text != (words := row.words()):
                row.search_text = words
                yield row

    @classmethod
    def reindex(cls) -> int:
        """Write the words of all rows anew and return how many were wrong."""
        wrong = 0
        for rows in batched(list(cls.astray()), BATCH):
            cls._base_manager.bulk_update(rows, ["search_text"])
            wrong += len(rows)
        return wrong


class SearchIndex(models.Model):
    """An FTS5 table of SQLite, made by `install`; PostgreSQL has none. Subclasses add the row, called `fts` there."""

    search_text = IndexedText()

    class Meta:
        abstract = True
        managed = False

    def __str__(self):
        return str(self.pk)


def _quoted(words: list[str]) -> str:
    """Return an FTS5 query in which no sign has a meaning."""
    return " ".join(f'"{word}"' for word in words)


def install(using: str = "default", **kwargs) -> None:
    """Make the FTS5 tables and their triggers on SQLite, and fill those made anew; after every `migrate`.

    SQLite drops the triggers of a table without a word when a migration rebuilds it.
    """
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for model in Searchable.concrete():
            content, index = model._meta.db_table, _index_of(model)
            if content not in tables:
                continue
            cursor.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS {index} USING fts5("
                f"search_text, content='{content}', content_rowid='id', tokenize='porter unicode61')"
            )
            old = "VALUES ('delete', old.id, old.search_text);"
            forget = f"INSERT INTO {index}({index}, rowid, search_text) {old}"
            learn = f"INSERT INTO {index}(rowid, search_text) VALUES (new.id, new.search_text);"  # noqa: S608
            for name, event, steps in (
                ("insert", "INSERT", learn),
                ("delete", "DELETE", forget),
                ("update", "UPDATE OF search_text", forget + learn),
            ):
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {index}_{name} AFTER {event} ON {content} BEGIN {steps} END"
                )
            if index not in tables:
                rebuild(model, using)


def rebuild(model: type[Searchable], using: str = "default") -> None:
    """Fill the index of `model` from its rows; PostgreSQL computes its own."""
    if connections[using].vendor == "sqlite":
        index = _index_of(model)
        with connections[using].cursor() as cursor:
            cursor.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")  # noqa: S608


def is_whole(model: type[Searchable], using: str = "default") -> bool:
    """Return whether the index of `model` says what its rows say, word for word; on PostgreSQL it cannot else."""
    if connections[using].vendor != "sqlite":
        return True
    index = _index_of(model)
    try:
        with transaction.atomic(using), connections[using].cursor() as cursor:
            cursor.execute(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
    except DatabaseError:
        return False
    return True


def _index_of(model: type[Searchable]) -> str:
    return str(model.fts.related.related_model._meta.db_table)
