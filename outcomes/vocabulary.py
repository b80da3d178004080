"""What lists are narrowed by, and how much there is under each: read in one query, once in each process and generation.

The same for everybody: it tells of what is public alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast

from events.caching import remembered
from events.models import EventSeries
from events.prepared import PreparedQuery
from outcomes.models import OutcomeCount, Theme
from participants.models import Organisation

Facet = OutcomeCount.Facet
Numbers = Mapping[str, Mapping[str, Counter]]  # facet → value → kind → how many


class Named(NamedTuple):
    """A series or an organisation."""

    pk: int
    name: str
    slug: str


@dataclass(frozen=True)
class Vocabulary:
    """Themes, years, series and organisations under which something is public (themes: all), with the numbers kept."""

    by_key: dict[int, Theme]  # in the vocabulary's own order
    series: list[Named]
    organisations: list[Named]
    numbers: Numbers  # of all outcomes

    @classmethod
    def now(cls, about: str = "") -> "Vocabulary":
        """Return the vocabulary; with the slug of a theme in `about`, the same query finds the numbers about it."""
        return remembered("outcomes.vocabulary", lambda: cls._read(about))

    @classmethod
    def _read(cls, about: str) -> "Vocabulary":
        found = defaultdict(list)
        for row in _EVERYTHING.find(about=about):
            found[row["what"]].append(row)
        themes = sorted(map(_theme, found["theme"]), key=lambda theme: (theme.position, theme.name.casefold()))
        if about:
            remembered(_about(about), lambda: _numbers(found["about"]))
        return cls(
            by_key={theme.pk: theme for theme in themes},
            series=_named(found["series"]),
            organisations=_named(found["organisation"]),
            numbers=_numbers(found["count"]),
        )

    @property
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

    @property
    def years(self) -> list[str]:
        """The years of dialogues, the latest first."""
        return sorted(filter(None, self.numbers[Facet.YEAR]), reverse=True)

    def key(self, facet: str, value: str) -> str:
        """Return the value of a facet in `numbers` for its value in an address; "" for none."""
        rows: Iterable[Any] | None = {
            "theme": self.by_key.values(),
            "series": self.series,
            "organisation": self.organisations,
        }.get(facet)
        if rows is None:
            return value
        return next((str(row.pk) for row in rows if row.slug == value), "")


def numbers_about(theme: Theme) -> Numbers:
    """Return the numbers of the outcomes about `theme`, in one query where `Vocabulary.now` did not find them too."""
    return remembered(_about(theme.slug), lambda: _numbers(_ABOUT.find(about=theme.slug)))


def _about(slug: str) -> str:
    return f"outcomes.numbers.{slug}"


def _number(name: str | None = None) -> Any:
    return Cast(F(name) if name else Value(None), BigIntegerField())


def _counts(what: str, **which: Any) -> QuerySet:
    rows = OutcomeCount.objects.filter(number__gt=0, **which).order_by()
    of_count = {"label": F("facet"), "address": F("value"), "words": F("kind"), "amount": _number("number")}
    return rows.values(**{"what": Value(what), "key": _number(), "place": _number()} | of_count)


def _rows(what: str, rows: QuerySet, **of_row: Any) -> QuerySet:
    """Return rows with a name in the columns of `_counts`."""
    columns = {"what": Value(what), "key": F("pk"), "place": _number(), "label": F("name"), "address": F("slug")}
    return rows.order_by().values(**columns | {"words": Value(""), "amount": _number()} | of_row)


def _with_outcomes(rows: QuerySet, facet: str) -> QuerySet:
    kept = OutcomeCount.objects.filter(theme=None, facet=facet, number__gt=0, value=Cast(OuterRef("pk"), CharField()))
    return rows.filter(Exists(kept))


def _everything(about: str) -> QuerySet:
    of_theme = {"place": _number("position"), "words": F("description"), "amount": F("parent")}
    return (
        _counts("count", theme=None)
        .union(
            _counts("about", theme__slug=about),
            _rows("theme", Theme.objects.public(), **of_theme),
            _rows("series", _with_outcomes(EventSeries.objects.all(), Facet.SERIES)),
            _rows("organisation", _with_outcomes(Organisation.objects.all(), Facet.ORGANISATION)),
            all=True,
        )
        .order_by()
    )


_EVERYTHING = PreparedQuery(_everything, about="\uffff about")
_ABOUT = PreparedQuery(lambda about: _counts("about", theme__slug=about), about="\uffff about")


def _numbers(rows: Iterable[dict[str, Any]]) -> Numbers:
    numbers: defaultdict[str, defaultdict[str, Counter]] = defaultdict(lambda: defaultdict(Counter))
    for row in rows:
        numbers[row["label"]][row["address"]][row["words"]] = row["amount"]
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
