"""Who may be the same person or organisation: suggestions with a rank and a reason, for somebody to decide.

Nothing here merges or chooses. `similar_people` and `similar_organisations` ask the database about one name;
`KnownPeople` and `KnownOrganisations` read it once and answer for a whole file.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import combinations
from typing import Any

from django.db.models import Count, Q, QuerySet

from participants import names
from participants.models import Distinction, MergedOf, Organisation, Person
from participants.text import canonical_email

LOOKED_AT = 200  # rows that share a word with the name and are compared letter by letter
OFFERED = 5


class Rank(IntEnum):
    """How likely it is: what a list begins with."""

    PERHAPS = 1
    LIKELY = 2
    SAME = 3


@dataclass(frozen=True)
class Suggestion:
    """A row that may be the one that was named, and why, in words for whoever decides."""

    pk: int
    label: str
    rank: Rank
    reason: str
    detail: str = ""  # what tells it from others of its name


# What the reasons say. Several may hold; the first that does is given.
SAME_ADDRESS = "The same e-mail address"
SAME_NAME = "The same name"
SAME_WORDS = "The same words in another order"
LOOK_ALIKE = "Looks the same: some letters are of another alphabet"
SPELT = "The same name in another spelling"
OTHER_ALPHABET = "May be the same name in another alphabet"
INITIALS = "The same family name, and the initial agrees"
MORE_NAMES = "The same name with one more or one fewer"
ONE_LETTER = "Differs in one letter"
SHORT_NAME = "The same short name"
SHORT_IS_NAME = "One is called what is short for the other"
FIRST_LETTERS = "The first letters are the same"
OTHER_COUNTRY = "The same name, in another country"


def similar_people(
    name: str, *, email: str = "", among: QuerySet[Person] | None = None, exclude: int | None = None
) -> list[Suggestion]:
    """Return at most five people who may be the one of this name or address, the likeliest first, in two queries."""
    rows = _but(Person.objects.all() if among is None else among, exclude)
    typed = _Person.read(0, name, email)
    near = _sharing("name_key", typed.key)
    certain = Q(name_key=typed.key) if typed.key else Q(pk=None)
    if typed.email:
        certain |= Q(email__in={typed.email, email.strip()})
    found = {
        row[0]: row for query in (certain, near) for row in rows.filter(query).values_list(*_Person.COLUMNS)[:LOOKED_AT]
    }
    return _best(typed, (_Person.read(*row) for row in found.values()))


def similar_organisations(
    name: str,
    *,
    short_name: str = "",
    country: str = "",
    among: QuerySet[Organisation] | None = None,
    exclude: int | None = None,
) -> list[Suggestion]:
    """Return at most five organisations that may be the one of this name, the likeliest first, in two queries."""
    rows = _but(Organisation.objects.all() if among is None else among, exclude)
    typed = _Organisation.read(0, name, short_name, country)
    certain = Q(name_key__in=typed.keys) | Q(short_key__in=typed.keys) if typed.keys else Q(pk=None)
    near = _sharing("name_key", typed.key)
    columns = _Organisation.COLUMNS
    found = {row[0]: row for query in (certain, near) for row in rows.filter(query).values_list(*columns)[:LOOKED_AT]}
    return _best(typed, (_Organisation.read(*row) for row in found.values()))


def _but(rows: QuerySet, pk: int | None) -> QuerySet:
    return (rows if pk is None else rows.exclude(pk=pk)).order_by()


def _sharing(column: str, key: str) -> Q:
    """Rows with one of the three longest words of `key`: the same family, or the same given name and a slip."""
    telling = sorted({word for word in key.split() if len(word) > 2}, key=len, reverse=True)[:3]
    query = Q(pk=None)
    for word in telling:
        query |= Q(**{f"{column}__contains": word})
    return query


def _best(typed, candidates: Iterable[Any]) -> list[Suggestion]:
    found = [suggestion for candidate in candidates if (suggestion := typed.compare(candidate))]
    return sorted(found, key=lambda one: (-one.rank, one.label, one.pk))[:OFFERED]


@dataclass(frozen=True)
class _Person:
    pk: int
    name: str
    email: str
    words: tuple[str, ...]
    key: str

    COLUMNS = ("pk", "name", "email")

    @classmethod
    def read(cls, pk: int, name: str, email: str) -> "_Person":
        return cls(pk, name, canonical_email(email), tuple(names.words_of_person(name)), names.person_key(name))

    @property
    def keys(self) -> set[str]:
        return {self.key} - {""}

    def compare(self, other: "_Person") -> Suggestion | None:
        rank, reason = self._verdict(other)
        return Suggestion(other.pk, other.name, rank, reason) if rank else None

    def _verdict(self, other: "_Person") -> tuple[Any, str]:
        if self.email and self.email == other.email:
            return Rank.SAME, SAME_ADDRESS
        if self.key and self.key == other.key:
            return _of_one_key(self.words, other.words)
        mine, theirs = self.key.split(), other.key.split()
        if len(mine) > 1 and len(theirs) > 1:
            if _initials_agree(mine, theirs):
                return Rank.LIKELY, INITIALS
            fewer, more = sorted((set(mine), set(theirs)), key=len)
            if len(fewer) > 1 and fewer < more and all(len(word) > 1 for word in fewer):
                return Rank.LIKELY, MORE_NAMES
        if len(mine) == len(theirs) and _one_letter(mine, theirs):
            return Rank.PERHAPS, ONE_LETTER
        return None, ""


@dataclass(frozen=True)
class _Organisation:
    pk: int
    name: str
    country: str
    words: tuple[str, ...]
    key: str
    short: str  # the key of its short name, or of what stands in brackets behind its name
    initials: str

    COLUMNS = ("pk", "name", "short_name", "country")

    @classmethod
    def read(cls, pk: int, name: str, short_name: str, country: Any) -> "_Organisation":
        short = short_name or names.in_brackets(name)
        words = tuple(names.words_of_organisation(name))
        short_key = names.short_key(name, short) if short else ""
        return cls(pk, name, str(country or ""), words, names.organisation_key(name), short_key, names.initials(name))

    @property
    def keys(self) -> set[str]:
        """The keys under which it may stand in either column."""
        return {self.key, self.short, self.initials if len(self.initials) > 2 else ""} - {""}

    def compare(self, other: "_Organisation") -> Suggestion | None:
        rank, reason = self._verdict(other)
        return Suggestion(other.pk, other.name, rank, reason, other.country) if rank else None

    def _verdict(self, other: "_Organisation") -> tuple[Any, str]:
        if self.key and self.key == other.key:
            if self.country and other.country and self.country != other.country:
                return Rank.PERHAPS, OTHER_COUNTRY
            return _of_one_key(self.words, other.words)
        if self.short and self.short == other.short:
            return Rank.LIKELY, SHORT_NAME
        if self.key in {other.short} - {""} or other.key in {self.short} - {""}:
            return Rank.LIKELY, SHORT_IS_NAME
        for one, another in ((self, other), (other, self)):
            if len(one.initials) > 2 and one.initials in {another.key, another.short}:
                return Rank.PERHAPS, FIRST_LETTERS
        mine, theirs = self.key.split(), other.key.split()
        if len(mine) == len(theirs) > 1 and _one_letter(mine, theirs):
            return Rank.PERHAPS, ONE_LETTER
        return None, ""


def _of_one_key(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[Rank, str]:
    """Say how two names of one key differ; a name of a single word is a weaker sign."""
    if len(mine) == len(theirs) == 1 and mine == theirs:
        return Rank.LIKELY, SAME_NAME
    if mine == theirs:
        return Rank.SAME, SAME_NAME
    if sorted(mine) == sorted(theirs):
        return Rank.SAME, SAME_WORDS
    latin = [sorted(names.in_latin(" ".join(words)).split()) for words in (mine, theirs)]
    if all(_is_mixed(words) or " ".join(words).isascii() for words in (mine, theirs)):
        if latin[0] == latin[1] and any(_is_mixed(words) for words in (mine, theirs)):
            return Rank.SAME, LOOK_ALIKE
        return Rank.LIKELY, SPELT
    if any(not " ".join(words).isascii() for words in (mine, theirs)) and latin[0] == latin[1]:
        return Rank.PERHAPS, OTHER_ALPHABET
    return Rank.PERHAPS, SPELT


def _is_mixed(words: tuple[str, ...]) -> bool:
    """Whether Latin letters stand in it beside look-alikes, or nothing but look-alikes."""
    letters = [sign for sign in "".join(words) if sign.isalpha()]
    foreign = [sign for sign in letters if not sign.isascii()]
    return bool(foreign) and all(sign in names.LOOK_ALIKES for sign in foreign)


def _initials_agree(mine: list[str], theirs: list[str]) -> bool:
    """Whether one has initials where the other has names, and shares at least one whole word."""
    shared = {word for word in mine if len(word) > 2} & set(theirs)
    left = [sorted(word for word in words if word not in shared) for words in (mine, theirs)]
    short, long = sorted(left, key=lambda words: sum(map(len, words)))
    if not shared or not short or any(len(word) > 1 for word in short) or len(short) > len(long):
        return False
    rest = [word[0] for word in long]
    for letter in short:
        if letter not in rest:
            return False
        rest.remove(letter)
    return True


def _one_letter(mine: list[str], theirs: list[str]) -> bool:
    """Whether all words but one are the same, and that one, of five letters or more, differs in one letter."""
    one, other = [word for word in mine if word not in theirs], [word for word in theirs if word not in mine]
    if len(one) != 1 or len(other) != 1:
        return False
    short, long = sorted((one[0], other[0]), key=len)
    if len(short) < 5 or len(long) - len(short) > 1 or any(sign.isdigit() for sign in short + long):
        return False
    at = next((index for index, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) == len(long):
        swapped = short[:at] + short[at + 1 : at + 2] + short[at : at + 1] + short[at + 2 :]
        return short[at + 1 :] == long[at + 1 :] or swapped == long
    return short[at:] == long[at + 1 :]


@dataclass
class _Known:
    """Every row read once, found by key and by word: for files of thousands of lines."""

    by_key: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    by_word: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def _add(self, one) -> None:
        for key in one.keys:
            self.by_key[key].append(one)
        for word in one.key.split():
            self.by_word[word].append(one)

    def _candidates(self, typed) -> dict[int, Any]:
        found = {one.pk: one for key in typed.keys for one in self.by_key.get(key, ())}
        telling = [word for word in typed.key.split() if len(word) > 2]
        # The rarest words tell most; a word that everybody has would compare everybody.
        for word in sorted(telling, key=lambda word: len(self.by_word.get(word, ())))[:3]:
            for one in self.by_word.get(word, ())[:LOOKED_AT]:
                found.setdefault(one.pk, one)
        return found


class KnownPeople(_Known):
    """Everybody of `among`, read in one query; `similar` answers for one line of a file without another."""

    def __init__(self, among: QuerySet[Person] | None = None):
        super().__init__()
        self.by_email: dict[str, list[_Person]] = defaultdict(list)
        rows = Person.objects.all() if among is None else among
        for row in rows.order_by("pk").values_list(*_Person.COLUMNS).iterator(2000):
            one = _Person.read(*row)
            self._add(one)
            if one.email:
                self.by_email[one.email].append(one)

    def similar(self, name: str, *, email: str = "") -> list[Suggestion]:
        typed = _Person.read(0, name, email)
        found = self._candidates(typed) | {one.pk: one for one in self.by_email.get(typed.email, ()) if typed.email}
        return _best(typed, found.values())


class KnownOrganisations(_Known):
    """Every organisation of `among`, read in one query; `similar` answers for one line of a file without another."""

    def __init__(self, among: QuerySet[Organisation] | None = None):
        super().__init__()
        rows = Organisation.objects.all() if among is None else among
        for row in rows.order_by("pk").values_list(*_Organisation.COLUMNS).iterator(2000):
            self._add(_Organisation.read(*row))

    def similar(self, name: str, *, short_name: str = "", country: str = "") -> list[Suggestion]:
        typed = _Organisation.read(0, name, short_name, country)
        return _best(typed, self._candidates(typed).values())


@dataclass(frozen=True)
class Pair:
    """Two rows that are likely the same, the older first."""

    first: Any
    second: Any
    rank: Rank
    reason: str


def likely_pairs(model: type[Person] | type[Organisation], *, most: int = 500) -> list[Pair]:
    """Return pairs of rows that are likely the same and that nobody told apart, the likeliest first.

    Only what shares a key or an address is found, in a number of queries that does not depend on how much there is; at
    most `most` rows are compared.
    """
    one, columns = (_Person, ("name_key", "email")) if model is Person else (_Organisation, ("name_key", "short_key"))
    rows: Any = model._default_manager.order_by()
    alike = Q(pk=None)
    for column in columns:
        twice = rows.exclude(**{column: ""}).values(column).annotate(how_many=Count("pk")).filter(how_many__gt=1)
        alike |= Q(**{f"{column}__in": twice.values(column)})
    found: list[Any] = [one.read(*row) for row in rows.filter(alike).order_by("pk").values_list(*one.COLUMNS)[:most]]
    groups: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in found:
        for key in row.keys:
            groups["key", key].append(row)
        if getattr(row, "email", ""):
            groups["email", row.email].append(row)
    of = MergedOf.PERSON if model is Person else MergedOf.ORGANISATION
    told_apart = set(Distinction.objects.filter(of=of).values_list("first", "second"))
    pairs: dict[tuple[int, int], Pair] = {}
    for group in groups.values():
        for first, second in combinations(group, 2):
            keys = (first.pk, second.pk)
            if keys not in pairs and keys not in told_apart and (like := first.compare(second)):
                pairs[keys] = Pair(first, second, like.rank, like.reason)
    return sorted(pairs.values(), key=lambda pair: (-pair.rank, pair.first.name, pair.first.pk, pair.second.pk))
