"""What lists are narrowed by, and how much there is under each: read in one query, once in each process and generation.

The same for everybody: it tells of what is public alone. Series and organisations grow with the portal, so only those
that most was said in are offered; any other may still be asked for by its address.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

from django.db.models import BigIntegerField, CharField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast
from django.utils.functional import cached_property

from events.caching import remembered
from events.models import EventSeries
from events.prepared import PreparedQuery
from outcomes.models import OutcomeCount, Theme
from participants.models import Organisation

OFFERED = 50  # series and organisations, those with most outcomes
CONVENERS = 6  # organisations named on the page of a theme

Facet = OutcomeCount.Facet
Numbers = Mapping[str, Mapping[str, Counter]]  # facet → value → kind → how many
_NOTHING: Mapping[str, Any] = {}
_NONE: Mapping[str, int] = Counter()
_NAMED: dict[str, Any] = {
    "series": EventSeries,
    "organisation": Organisation,
}  # facet → model, for those not all offered
_SMALL = [facet for facet in Facet.values if facet not in _NAMED]


class Named(NamedTuple):
    """A series or an organisation."""

    pk: int
    name: str
    slug: str


class About(NamedTuple):
    """What is kept of a theme."""

    numbers: Numbers
    organisations: list[Named]  # those behind most of it

    @property
    def totals(self) -> Mapping[str, int]:
        """How many outcomes of each kind there are."""
        return self.numbers[Facet.TOTAL].get("", Counter())


@dataclass(frozen=True)
class Vocabulary:
    """Themes (all), and the years, series and organisations under which most is public, with the numbers kept."""

    by_key: dict[int, Theme]  # in the vocabulary's own order
    series: list[Named]
    organisation: list[Named]
    numbers: Numbers  # of all outcomes
    beyond: Numbers = field(default_factory=dict)  # about the theme asked for, of values that are not offered
    derived: dict[tuple, Any] = field(default_factory=dict)  # what others made of it, to be made once

    @classmethod
    def now(cls, about: str = "") -> Self:
        """Return the vocabulary; with the slug of a theme in `about`, the same query finds what is kept of it too."""
        return remembered("outcomes.vocabulary", lambda: cls._read(about))

    @classmethod
    def _read(cls, about: str) -> Self:
        found = _by_what(_EVERYTHING.find(about=about))
        if about:
            remembered(_about(about), lambda: _of_theme(found))
        return cls(
            by_key=_themes(found["theme"]),
            series=_named(found["series"]),
            organisation=_named(found["organisation"]),
            numbers=_numbers(found, _OF_ALL),
        )

    @classmethod
    def of_themes(cls) -> Self:
        """Return the themes alone, with no number and nothing else that lists are narrowed by: for their names."""
        return remembered(
            "outcomes.themes", lambda: cls(by_key=_themes(_THEMES.find()), series=[], organisation=[], numbers={})
        )

    def with_also(self, about: str, **asked: str) -> Self:
        """Return it with the series and the organisation of these slugs, and their numbers, in one query if any."""
        asked = {facet: slug for facet, slug in asked.items() if slug and not self.key(facet, slug)}
        if not asked:
            return self
        found = _by_what(_ONE_EACH.find(**dict.fromkeys(_NAMED, _NO_SLUG) | {"about": about} | asked))
        also = _numbers(found, _OF_ALL)
        shown = {facet: [row for row in found[facet] if str(row["key"]) in also[facet]] for facet in _NAMED}
        return replace(
            self,
            derived={},
            numbers={facet: {**values, **also[facet]} for facet, values in self.numbers.items()},
            beyond=_numbers(found, _OF_THEME),
            series=[*self.series, *_named(shown["series"])],
            organisation=[*self.organisation, *_named(shown["organisation"])],
        )

    def number(self, facet: str, key: str, theme: Theme | None = None) -> Mapping[str, int]:
        """Return how many outcomes of each kind have that value of a facet, of all or about `theme`."""
        if theme is None:
            return self.numbers.get(facet, _NOTHING).get(key, _NONE)
        kept = numbers_about(theme).numbers.get(facet, _NOTHING).get(key)
        return self.beyond.get(facet, _NOTHING).get(key, _NONE) if kept is None else kept

    @cached_property
    def themes(self) -> list[Theme]:
        """Each theme of the first level followed by its sub-themes."""
        return [one for top in self.inside(None) for one in (top, *self.inside(top))]

    def inside(self, top: Theme | None) -> list[Theme]:
        """Return the sub-themes of `top`, or with None the themes of the first level."""
        key = top.pk if top else None
        return [theme for theme in self.by_key.values() if theme.parent_id == key]

    def theme(self, slug: str) -> Theme | None:
        """Return the theme of that slug."""
        return next((theme for theme in self.by_key.values() if theme.slug == slug), None)

    @cached_property
    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What lists may be narrowed by, as (value, label), by the name of the filter; of years the latest first."""
        years = sorted(filter(None, self.numbers[Facet.YEAR]), reverse=True)
        return {
            "theme": [(theme.slug, theme.name) for theme in self.themes],
            "year": [(year, year) for year in years],
            "series": [(one.slug, one.name) for one in self.series],
            "organisation": [(one.slug, one.name) for one in self.organisation],
        }

    def key(self, facet: str, value: str) -> str:
        """Return the value of a facet in `numbers` for its value in an address; "" for none."""
        keys = self._keys.get(facet)
        return value if keys is None else keys.get(value, "")

    @cached_property
    def _keys(self) -> dict[str, dict[str, str]]:
        rows: dict[str, Iterable[Any]] = {
            "theme": self.by_key.values(),
            "series": self.series,
            "organisation": self.organisation,
        }
        return {facet: {row.slug: str(row.pk) for row in named} for facet, named in rows.items()}


def numbers_about(theme: Theme) -> About:
    """Return what is kept of `theme`, in one query where `Vocabulary.now` did not find it too."""
    return remembered(_about(theme.slug), lambda: _of_theme(_by_what(_EVERYTHING.find(about=theme.slug))))


def _about(slug: str) -> str:
    return f"outcomes.numbers.{slug}"


# The query: rows of different tables in the same columns, `what` says which. The numbers of one value of a facet, of
# both kinds, of all outcomes and of those about the theme asked for, stand in one row.

_KINDS = ("takeaway", "action")
_OF_ALL, _OF_THEME = ("takeaways", "actions"), ("takeaways_about", "actions_about")


def _asked(about: str) -> Any:
    """Return the SQL for the key of the theme asked for, found once and not for each row."""
    return Theme.objects.filter(slug=about).order_by().values("pk")[:1]


def _columns(rows: QuerySet, what: str, numbers: Mapping[str, Any], **columns: Any) -> QuerySet:
    named = {"key": F("pk"), "label": F("name"), "address": F("slug"), "words": Value("")} | columns
    return rows.order_by().values(what=Value(what), **named).annotate(**numbers)


def _counts(what: str, columns: tuple[str, str], theme: Any) -> QuerySet:
    """The numbers of the facets that do not grow, of all outcomes or of those about a theme."""
    rows = OutcomeCount.objects.filter(theme=theme, number__gt=0, facet__in=_SMALL)
    sums = {name: Sum("number", filter=Q(kind=kind)) for name, kind in zip(columns, _KINDS, strict=True)}
    numbers = {name: sums.get(name, _NO_KEY) for name in (*_OF_ALL, *_OF_THEME)}
    return _columns(rows, what, numbers, key=_NO_KEY, label=F("facet"), address=F("value"))


def _most(facet: str, number: int, **theme: Any) -> QuerySet:
    """Return the keys of those that most outcomes have."""
    rows = OutcomeCount.objects.filter(**theme, facet=facet, number__gt=0).order_by().values("value")
    most = rows.annotate(all=Sum("number")).order_by("-all", "value")[:number]
    return most.annotate(key=Cast("value", BigIntegerField())).values("key")


def _those(what: str, facet: str, about: str, **which: Any) -> QuerySet:
    """Return the series or organisations `which` with their numbers."""
    counts = OutcomeCount.objects.filter(facet=facet, value=Cast(OuterRef("pk"), CharField()))
    numbers = {
        name: Subquery(counts.filter(theme=theme, kind=kind).order_by().values("number")[:1])
        for columns, theme in ((_OF_ALL, _ALL), (_OF_THEME, _asked(about)))
        for name, kind in zip(columns, _KINDS, strict=True)
    }
    return _columns(_NAMED[facet].objects.filter(**which), what, numbers)


def _public_themes() -> QuerySet:
    of_theme = dict(zip((*_OF_ALL, *_OF_THEME), (F("position"), F("parent"), _NO_KEY, _NO_KEY), strict=True))
    return _columns(Theme.objects.public(), "theme", of_theme, words=F("description"))


def _everything(about: str) -> QuerySet:
    offered = [_those(facet, facet, about, pk__in=_most(facet, OFFERED, theme=None)) for facet in _NAMED]
    conveners = _most(Facet.ORGANISATION, CONVENERS, theme=_asked(about))
    behind = _those("convener", Facet.ORGANISATION, about, pk__in=conveners)
    counts, counts_about = _counts("count", _OF_ALL, _ALL), _counts("about", _OF_THEME, _asked(about))
    return counts.union(counts_about, *offered, behind, _public_themes(), all=True).order_by()


def _one_each(about: str, **slugs: str) -> QuerySet:
    first, *others = (_those(facet, facet, about, slug=slug) for facet, slug in slugs.items())
    return first.union(*others, all=True).order_by()


_ALL: Any = None  # in place of a theme: of all outcomes
_NO_KEY = Cast(Value(None), BigIntegerField())
_NO_SLUG = "\uffff"
_EVERYTHING = PreparedQuery(_everything, about="\uffff about")
_THEMES = PreparedQuery(_public_themes)
_ONE_EACH = PreparedQuery(_one_each, about="\uffff about", **{facet: f"\uffff {facet}" for facet in _NAMED})

Found = Mapping[str, list[dict[str, Any]]]


def _by_what(rows: Iterable[dict[str, Any]]) -> Found:
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["what"]].append(row)
    return found


def _numbers(found: Found, columns: tuple[str, str]) -> Numbers:
    """Return the numbers in `columns`, every facet there; plain dicts, since threads share them for reading."""
    numbers: dict[str, dict[str, Counter]] = {facet: {} for facet in Facet.values}
    for facet in _NAMED:
        numbers[facet] = _told(((str(row["key"]), row) for row in found[facet]), columns)
    for row in found["convener"]:
        numbers[Facet.ORGANISATION] |= _told([(str(row["key"]), row)], columns)
    for row in found["count" if columns == _OF_ALL else "about"]:
        numbers[row["label"]] |= _told([(row["address"], row)], columns)
    return numbers


def _told(rows: Iterable[tuple[str, dict[str, Any]]], columns: tuple[str, str]) -> dict[str, Counter]:
    """Return value → kind → how many; values without any are left out."""
    counted = ((value, dict(zip(_KINDS, (row[column] for column in columns), strict=True))) for value, row in rows)
    kept = ((value, Counter({kind: number for kind, number in kinds.items() if number})) for value, kinds in counted)
    return {value: kinds for value, kinds in kept if kinds}


def _of_theme(found: Found) -> About:
    return About(_numbers(found, _OF_THEME), _named(found["convener"]))


def _themes(rows: Iterable[dict[str, Any]]) -> dict[int, Theme]:
    """Return themes by their keys, in the vocabulary's own order."""
    found = sorted(map(_theme, rows), key=lambda theme: (theme.position, theme.name.casefold()))
    return {theme.pk: theme for theme in found}


def _theme(row: dict[str, Any]) -> Theme:
    position, parent = (row[column] for column in _OF_ALL)
    return Theme(
        pk=row["key"],
        name=row["label"],
        slug=row["address"],
        description=row["words"],
        parent_id=parent,
        position=position,
    )


def _named(rows: Iterable[dict[str, Any]]) -> list[Named]:
    found = [Named(row["key"], row["label"], row["address"]) for row in rows]
    return sorted(found, key=lambda row: row.name.casefold())
