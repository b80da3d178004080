"""Search by the database itself: a tsvector on PostgreSQL, FTS5 on SQLite, one normaliser for both.

`indexed` makes of any text the words that are indexed, and of a query the words that are looked for, so that
English, French, Arabic and Chinese find the same on both databases. Word forms are left to the databases' stemmers.
"""

import re
import unicodedata

from django.db import connections, models

LIMIT = 10  # words of a query that count
RANKED = 500  # newest hits that are ranked: of a common word there are too many to rank them all

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
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_NOT_WORDS = re.compile(r"[\W_]+")


def _bigrams(run: re.Match) -> str:
    signs = run[0]
    pairs = [signs[index : index + 2] for index in range(len(signs) - 1)] or [signs]
    return f" {' '.join(pairs)} "


def indexed(text: str) -> str:
    """Return the words of `text` for the index: lower case, no accents, Arabic letters folded, ideographs in pairs."""
    text = unicodedata.normalize("NFKD", text.translate(_ARABIC))
    text = "".join(sign for sign in text if not unicodedata.combining(sign)).casefold()
    text = _NOT_WORDS.sub(" ", unicodedata.normalize("NFC", text).translate(_ARABIC))
    return _IDEOGRAPHS.sub(_bigrams, _ARABIC_PREFIX.sub("", text)).strip()


def terms(query: str) -> list[str]:
    """Return the words to look for, each once, at most ten; none of a query of stop words or signs."""
    words = dict.fromkeys(word for word in indexed(query).split() if word not in STOP_WORDS)
    return list(words)[:LIMIT]


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
    """Rows of a model with `search_text`, `search_vector` and an FTS5 table under the name `fts`."""

    def matching(self, query: str):
        """Rows that have every word of `query`, in whatever form; none when nothing is left to look for."""
        words = terms(query)
        if not words:
            return self.none()
        if connections[self.db].vendor == "postgresql":
            return self.filter(search_vector__answers=PlainQuery(models.Value(" ".join(words))))
        return self.filter(fts__search_text__match=_quoted(words))

    def by_relevance(self, query: str):
        """The newest 500 of `matching`, the best answer first."""
        newest = self.matching(query).newest().values("pk")[:RANKED]
        words, rows = terms(query), self.model._default_manager.filter(pk__in=newest)
        if not words:
            return self.none()
        if connections[self.db].vendor == "postgresql":
            rank = Rank(models.F("search_vector"), PlainQuery(models.Value(" ".join(words))))
            return rows.annotate(relevance=rank).order_by("-relevance", "-published_at", "-pk")
        rows = rows.filter(fts__search_text__match=_quoted(words))
        return rows.annotate(relevance=models.F("fts__rank")).order_by("relevance", "-published_at", "-pk")


def _quoted(words: list[str]) -> str:
    """Return an FTS5 query in which no sign has a meaning."""
    return " ".join(f'"{word}"' for word in words)


def install(using: str = "default", **kwargs) -> None:
    """Make the FTS5 table and its triggers on SQLite, and fill it where it was made anew; after every `migrate`.

    SQLite drops the triggers of a table without a word when a migration rebuilds it.
    """
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if "outcomes_outcome" not in tables:
            return
        cursor.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS outcomes_fts USING fts5("
            "search_text, content='outcomes_outcome', content_rowid='id', tokenize='porter unicode61')"
        )
        forget = (
            "INSERT INTO outcomes_fts(outcomes_fts, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
        )
        learn = "INSERT INTO outcomes_fts(rowid, search_text) VALUES (new.id, new.search_text);"
        for name, event, steps in (
            ("insert", "INSERT", learn),
            ("delete", "DELETE", forget),
            ("update", "UPDATE OF search_text", forget + learn),
        ):
            cursor.execute(
                f"CREATE TRIGGER IF NOT EXISTS outcomes_fts_{name} AFTER {event} ON outcomes_outcome BEGIN {steps} END"
            )
        if "outcomes_fts" not in tables:
            rebuild(using)


def rebuild(using: str = "default") -> None:
    """Fill the index from the rows; PostgreSQL computes its own."""
    if connections[using].vendor == "sqlite":
        with connections[using].cursor() as cursor:
            cursor.execute("INSERT INTO outcomes_fts(outcomes_fts) VALUES ('rebuild')")


_WORD = re.compile(r"\w+")
_ENDINGS = re.compile(r"(?:ings?|ed|es|s|ies|ions?|ment|ly|e|y)$")


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """Return `text` in pieces, each with whether it is a word that was looked for (or a form of it)."""
    stems = {_ENDINGS.sub("", word) if len(word) > 4 else word for word in terms(query)}
    stems.discard("")
    pieces: list[tuple[str, bool]] = []
    end = 0
    for word in _WORD.finditer(text):
        if any(part.startswith(stem) for part in indexed(word[0]).split() for stem in stems):
            if word.start() > end:
                pieces.append((text[end : word.start()], False))
            pieces.append((word[0], True))
            end = word.end()
    if end < len(text):
        pieces.append((text[end:], False))
    return pieces
