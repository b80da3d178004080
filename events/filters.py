"""What visitors may narrow a list by. The address is the state: filters, chips and pages are made from it alone."""

import copy
from collections.abc import Collection
from typing import Any, NamedTuple
from urllib.parse import urlencode

import django_filters
from django.core.exceptions import BadRequest
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django_countries import countries

from events.caching import remembered
from events.counting import count_each
from events.models import Event, EventSeries
from participants.text import FORBIDDEN

MAX_LENGTH = 200  # characters of one value
MAX_VALUES = 30  # values of one parameter


class Option(NamedTuple):
    """One value of a filter."""

    value: str
    label: str
    selected: bool = False
    count: int | None = None  # how many it would leave; None: not counted
    inner: bool = False  # whether it stands under the one above


class _Filters(dict):
    """The filters of a class by name.

    Each filter set copies them deeply, for a tenth of what a page of the API costs; what is ever changed in one is who
    it belongs to and what it offers.
    """

    def __deepcopy__(self, memo):
        return {name: self._copied(filter_) for name, filter_ in self.items()}

    @staticmethod
    def _copied(filter_: Any) -> Any:
        copied = copy.copy(filter_)
        copied.extra = dict(filter_.extra)
        copied.method = filter_.method  # bound to the filter it is of
        return copied


class PublicFilter(django_filters.FilterSet):
    """A filter of a public list: odd values are left out and named, unknown parameters are not even looked at."""

    without_control: tuple[str, ...] = ()

    def __init__(self, data=None, queryset=None, **kwargs):
        self._of_all_that_is_public = queryset is None
        rows = self._meta.model.objects.none() if queryset is None else queryset
        super().__init__(self._usable(data), rows, **kwargs)
        for name, choices in self.choices().items():
            self.filters[name].extra["choices"] = choices

    @classmethod
    def get_filters(cls):
        """Return the filters of this class, cheap to copy."""
        return _Filters(super().get_filters())

    @property
    def qs(self):
        """What the filters leave, of what is public unless other rows were given; put together only where asked for."""
        if self._of_all_that_is_public:
            self.queryset = self._meta.model.objects.public()
        return super().qs

    @classmethod
    def _usable(cls, data) -> QueryDict:
        """Return the parameters this list knows, without empty values and what no database could hold."""
        usable = QueryDict(mutable=True)
        for name in cls.base_filters:
            values = data.getlist(name)[:MAX_VALUES] if data else []
            values = [value.strip() for value in values if len(value) <= MAX_LENGTH and not FORBIDDEN.search(value)]
            usable.setlist(name, list(dict.fromkeys(filter(None, values))))
        return usable

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """Return choices that come from the database, by the name of their filter."""
        return {}

    def get_form_class(self):
        """Return a form of what was asked for alone: most lists are read without any filter, and each field costs."""
        asked = {name: filter_.field for name, filter_ in self.filters.items() if self.data.getlist(name)}
        return type(f"{type(self).__name__}Form", (self._meta.form,), asked)

    @cached_property
    def chosen(self) -> dict:
        """Valid values by name, without empty ones."""
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    def query(self) -> list[tuple[str, str]]:
        """Return the parameters of this list in a fixed order: what its address says, cleaned."""
        return [
            (name, value)
            for name, values in self.chosen.items()
            for value in (values if isinstance(values, list) else [values])
        ]

    def address_without(self, *pairs: tuple[str, str]) -> str:
        """Return the query string of this list without `pairs`; "?" where nothing is left."""
        return "?" + urlencode([pair for pair in self.query() if pair not in pairs])

    def address_with(self, name: str, value: str) -> str:
        """Return the query string of this list with `value` as the only one of that parameter."""
        return "?" + urlencode([*(pair for pair in self.query() if pair[0] != name), (name, value)])

    @cached_property
    def narrowing(self) -> list[tuple[str, str]]:
        """The parameters that narrow the list: neither the words searched for nor the order."""
        return [pair for pair in self.query() if pair[0] not in {"q", "sort"}]

    @cached_property
    def chips(self) -> list[dict]:
        """The filters in force, each with the address of the list without it."""
        return [
            {"label": self.label(name, value), "href": self.address_without((name, value))}
            for name, value in self.narrowing
        ]

    @property
    def clear_href(self) -> str:
        """The address of the list with no filter, the words typed kept."""
        return self.address_without(*self.narrowing)

    @cached_property
    def about(self) -> str:
        """What was asked for in one line: "“trust”, Capacity-building, 2025"."""
        words = [f"“{self.chosen['q']}”"] if "q" in self.chosen else []
        return ", ".join([*words, *(chip["label"] for chip in self.chips)])

    @property
    def left_out(self) -> list[str]:
        """Names of the filters whose values were not understood."""
        return [str(self.filters[name].label) for name in self.form.errors]

    @property
    def beside_words(self) -> list[tuple[str, str]]:
        """What the search box keeps: the filters in force."""
        return self.narrowing

    @property
    def beside_filters(self) -> list[tuple[str, str]]:
        """What the form of filters keeps: the words, the order, and filters that have no control of their own."""
        return [pair for pair in self.query() if pair[0] in {"q", "sort", *self.without_control}]

    @cached_property
    def facets(self) -> dict[str, dict[str, Any]]:
        """Groups of filters by name."""
        return {name: self.facet(name) for name in self.filters}

    @property
    def empty_text(self) -> str:
        """Why nothing may have been found, for a list with nothing in it."""
        words = self.chosen.get("q")
        if words and self.narrowing:
            return f"Nothing has the words “{words}” under these filters. Drop one, or search everything."
        if words:
            return f"Nothing has all of the words “{words}”. Try fewer or other words; endings do not matter."
        return "Together these filters leave nothing." if len(self.narrowing) > 1 else ""

    @cached_property
    def ways_on(self) -> list[dict]:
        """Links out of an empty list: drop the last filter, drop all, drop the words."""
        chips, words = self.chips, self.chosen.get("q")
        links = [{"label": f"Without “{chip['label']}”", "href": chip["href"]} for chip in reversed(chips)]
        if len(chips) > 1:
            links.append({"label": "Without any filter", "href": self.clear_href})
        if words and chips:
            links.append({"label": f"Without the words “{words}”", "href": self.address_without(("q", words))})
        return links or [{"label": "Show everything", "href": "?"}]

    def label(self, name: str, value: str) -> str:
        """Return the words for a value."""
        return dict(self.options(name)).get(value, value)

    def options(self, name: str) -> list[tuple[str, str]]:
        """Return the values of a filter with their words."""
        return [(str(value), str(label)) for value, label in self.filters[name].extra.get("choices", ())]

    def facet(self, name: str) -> dict[str, Any]:
        """Return what the components of a group of filters need: legend, name, options with what is selected."""
        chosen = self.chosen.get(name, ())
        selected = chosen if isinstance(chosen, list) else [chosen]
        options = tuple(Option(value, label, selected=value in selected) for value, label in self.options(name))
        return {"legend": str(self.filters[name].label), "name": name, "options": options}


def strictly[Filter: PublicFilter](
    filterset_class: type[Filter], asked: QueryDict, lasting: Collection[str] = ()
) -> Filter:
    """Return the filters asked for, for programs; raise BadRequest for a value that is not there.

    A page leaves such values out and says so. A program would go on reading more than it asked for. Of the parameters
    `lasting` a value is no error: nothing may stand under it now and something again later.
    """
    found = filterset_class(asked)
    for name in asked:
        values = {value.strip() for value in asked.getlist(name)} - {""}
        if not values <= set(found.data.getlist(name)):
            raise BadRequest(name)
    if not found.form.errors.keys() <= set(lasting):
        raise BadRequest
    return found


SERIES = 50  # offered: those with most events; any other may still be asked for by its address


class Choices(NamedTuple):
    """What public events may be narrowed by, as (value, label)."""

    years: list[tuple[str, str]]  # the latest first
    series: list[tuple[str, str]]
    countries: list[tuple[str, str]]

    @classmethod
    def now(cls) -> "Choices":
        """Return the choices, read once in each process and generation, in four queries, each off an index."""
        return remembered("events.choices", cls._read)

    @classmethod
    def _read(cls) -> "Choices":
        events = Event.objects.public().order_by()
        most = events.filter(series__isnull=False).values("series").annotate(number=Count("pk"))
        series = EventSeries.objects.filter(pk__in=most.order_by("-number", "series").values("series")[:SERIES])
        held_in = events.exclude(country="").values_list("country", flat=True).distinct()
        return cls(
            [(year, year) for year in cls._years(events)],
            list(series.values_list("slug", "name")),
            sorted(((code, str(countries.name(code))) for code in held_in), key=lambda pair: pair[1]),
        )

    @staticmethod
    def _years(events: QuerySet) -> list[str]:
        """Return the years in which `events` began, the latest first."""
        first, last = events.aggregate(first=Min("starts_on"), last=Max("starts_on")).values()
        if first is None:
            return []
        begun = {str(year): events.filter(starts_on__year=year) for year in range(last.year, first.year - 1, -1)}
        return [year for year, number in count_each(1, **begun).items() if number]


class EventFilter(PublicFilter):
    """Events by year, series, format, country and words."""

    q = django_filters.CharFilter(label="Words", method="filter_text")
    year = django_filters.ChoiceFilter(label="Year", method="filter_year")
    series = django_filters.ChoiceFilter(label="Series", field_name="series__slug")
    format = django_filters.MultipleChoiceFilter(label="Format", choices=Event.Format.choices, distinct=False)
    country = django_filters.ChoiceFilter(label="Country")

    class Meta:
        model = Event
        fields = []

    def choices(self):
        found, asked = Choices.now(), self.data.get("series", "")
        series = found.series
        if asked and asked not in dict(series):
            of_public = Exists(Event.objects.public().filter(series=OuterRef("pk")))
            series = [*series, *EventSeries.objects.filter(of_public, slug=asked).values_list("slug", "name")]
        return {"year": found.years, "series": series, "country": found.countries}

    def filter_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Keep events with each of the words in title, summary, city or reference; a few thousand events at most."""
        for word in value.split()[:10]:
            found = Q()
            for field in ("title", "summary", "city", "reference"):
                found |= Q(**{f"{field}__icontains": word})
            queryset = queryset.filter(found)
        return queryset

    def filter_year(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Keep events that began in that year."""
        return queryset.filter(starts_on__year=int(value))
