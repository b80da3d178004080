"""What lists are narrowed by, and how much there is under each: read in one query, once in each process and generation.

The same for everybody: it tells of what is public alone. Series and organisations grow with the portal, so only those
that most was said in are offered; any other may still be asked for by its address.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

from django.db.models import BigIntegerField, CharField, Exists, F, OuterRef, Q, QuerySet, Sum, Value
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
    facets: dict[tuple, Any] = field(default_factory=dict)  # groups of filters whose numbers are all kept, once made

    @classmethod
    def now(cls, about: str = "") -> Self:
        """Return the vocabulary; with the slug of a theme in `about`, the same query finds what is kept of it too."""
        return remembered("outcomes.vocabulary", lambda: cls._read(about))

    @classmethod
    def _read(cls, about: str) -> Self:
        found = _by_what(_EVERYTHING.find(about=about))
        themes = sorted(map(_theme, found["theme"]), key=lambda theme: (theme.position, theme.name.casefold()))
        if about:
            remembered(_about(about), lambda: About(_numbers(found["about"]), _named(found["convener"])))
        return cls(
            by_key={theme.pk: theme for theme in themes},
            series=_named(found["series"]),
            organisation=_named(found["organisation"]),
            numbers=_numbers(found["count"]),
        )

    def with_also(self, about: str, **asked: str) -> Self:
        """Return it with the series and the organisation of these slugs, and their numbers, in one query if any."""
        asked = {facet: slug for facet, slug in asked.items() if slug and not self.key(facet, slug)}
        if not asked:
            return self
        found = _by_what(_ONE_EACH.find(**{"series": _NO_SLUG, "organisation": _NO_SLUG, "about": about} | asked))
        also = _numbers(found["count"])
        return replace(
            self,
            facets={},
            numbers={facet: {**values, **also[facet]} for facet, values in self.numbers.items()},
            beyond=_numbers(found["about"]),
            series=[*self.series, *_named(found["series"])],
            organisation=[*self.organisation, *_named(found["organisation"])],
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

    def read() -> About:
        found = _by_what(_ABOUT.find(about=theme.slug))
        return About(_numbers(found["about"]), _named(found["convener"]))

    return remembered(_about(theme.slug), read)


def _about(slug: str) -> str:
    return f"outcomes.numbers.{slug}"


# The query: rows of different tables in the same columns, `what` says which


def _amount(name: str | None = None) -> Any:
    return Cast(F(name) if name else Value(None), BigIntegerField())


def _counts(what: str, which: Q) -> QuerySet:
    rows = OutcomeCount.objects.filter(which, number__gt=0).order_by()
    of_count = {"label": F("facet"), "address": F("value"), "words": F("kind"), "amount": _amount("number")}
    return rows.values(**{"what": Value(what), "key": _amount(), "place": _amount()} | of_count)


def _rows(what: str, rows: QuerySet, **of_row: Any) -> QuerySet:
    """Return rows with a name in the columns of `_counts`."""
    columns = {"what": Value(what), "key": F("pk"), "place": _amount(), "label": F("name"), "address": F("slug")}
    return rows.order_by().values(**columns | {"words": Value(""), "amount": _amount()} | of_row)


def _most(facet: str, number: int, about: Q) -> QuerySet:
    """Return the values of a facet that most outcomes have."""
    rows = OutcomeCount.objects.filter(about, facet=facet, number__gt=0).order_by().values("value")
    return rows.annotate(all=Sum("number")).order_by("-all", "value").values("value")[:number]


def _with_keys(model: Any, values: QuerySet) -> QuerySet:
    return model.objects.filter(pk__in=values.annotate(pk_of_it=Cast("value", BigIntegerField())).values("pk_of_it"))


_OF_ALL = Q(theme=None)


def _offered() -> Q:
    """The numbers that lists show: of the facets that grow, those of the most frequent values."""
    shown = ~Q(facet__in=list(_NAMED))
    for facet in _NAMED:
        shown |= Q(facet=facet, value__in=_most(facet, OFFERED, _OF_ALL))
    return shown


def _about_a_theme(about: str) -> list[QuerySet]:
    of_theme = Q(theme__slug=about)
    conveners = _most(Facet.ORGANISATION, CONVENERS, of_theme)
    shown = _offered() | Q(facet=Facet.ORGANISATION, value__in=conveners)
    return [_counts("about", of_theme & shown), _rows("convener", _with_keys(Organisation, conveners))]


def _everything(about: str) -> QuerySet:
    of_theme = {"place": _amount("position"), "words": F("description"), "amount": F("parent")}
    named = [_rows(facet, _with_keys(model, _most(facet, OFFERED, _OF_ALL))) for facet, model in _NAMED.items()]
    themes = _rows("theme", Theme.objects.public(), **of_theme)
    return _counts("count", _OF_ALL & _offered()).union(*_about_a_theme(about), themes, *named, all=True).order_by()


def _only_about(about: str) -> QuerySet:
    numbers, conveners = _about_a_theme(about)
    return numbers.union(conveners, all=True).order_by()


def _one_each(about: str, **slugs: str) -> QuerySet:
    rows, which = [], Q(pk=None)
    for facet, slug in slugs.items():
        key = _NAMED[facet].objects.filter(slug=slug).annotate(word=Cast("pk", CharField())).values("word")
        which |= Q(facet=facet, value__in=key)
        shown = OutcomeCount.objects.filter(_OF_ALL, facet=facet, number__gt=0, value=Cast(OuterRef("pk"), CharField()))
        rows.append(_rows(facet, _NAMED[facet].objects.filter(Exists(shown), slug=slug)))
    counts = _counts("count", _OF_ALL & which)
    return counts.union(_counts("about", Q(theme__slug=about) & which), *rows, all=True).order_by()


_NO_SLUG = "\uffff"
_EVERYTHING = PreparedQuery(_everything, about="\uffff about")
_ABOUT = PreparedQuery(_only_about, about="\uffff about")
_ONE_EACH = PreparedQuery(_one_each, about="\uffff about", **{facet: f"\uffff {facet}" for facet in _NAMED})


def _by_what(rows: Iterable[dict[str, Any]]) -> defaultdict[str, list[dict[str, Any]]]:
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["what"]].append(row)
    return found


def _numbers(rows: Iterable[dict[str, Any]]) -> Numbers:
    """Return the numbers in rows of `_counts`, every facet there; plain dicts, since threads share them for reading."""
    numbers: dict[str, dict[str, Counter]] = {facet: {} for facet in Facet.values}
    for row in rows:
        numbers[row["label"]].setdefault(row["address"], Counter())[row["words"]] = row["amount"]
    return numbers


def _theme(row: dict[str, Any]) -> Theme:
    return Theme(
        pk=row["key"],
        name=row["label"],
        slug=row["address"],
        description=row["words"],
        parent_id=row["amount"],
        position=row["place"],
    )


def _named(rows: Iterable[dict[str, Any]]) -> list[Named]:
    found = [Named(row["key"], row["label"], row["address"]) for row in rows]
    return sorted(found, key=lambda row: row.name.casefold())
