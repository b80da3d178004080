"""What visitors may narrow the outcomes by; one FilterSet for the page and for programs."""

import datetime as dt
from collections.abc import Collection
from functools import cache
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import get_language

from events.filters import PublicFilter
from events.models import Event, EventPartner
from events.pages import COUNT_TO, DEPTH
from events.prepared import Keys, PreparedQuery, stand_ins
from outcomes.models import Addressee, Outcome, OutcomeTheme, Theme
from outcomes.numbers import Numbers
from outcomes.vocabulary import Vocabulary
from participants.models import ActorType


@cache
def _newest(*, of_theme: bool, is_inner: bool, of_kind: bool, further: bool) -> PreparedQuery:
    """Return the query for the keys of the newest, of all or of a theme, of both kinds or of one.

    With `further` those after the outcome of a code, which became public at a moment.
    """

    def build(theme: int | None = None, kind: str = "", at: dt.datetime | None = None, code: str = "") -> QuerySet:
        rows: Any
        if theme is None:
            rows = Outcome.objects.newest().filter(**{"kind": kind} if kind else {}).values("pk")
        else:
            about = Theme(pk=theme, parent_id=theme if is_inner else None)
            rows = OutcomeTheme.objects.newest(about, kind).values("outcome")
        return rows.after(at, code) if at else rows

    asked: dict[str, Any] = stand_ins("theme") if of_theme else {}
    asked |= {"kind": "\uffff kind"} if of_kind else {}
    return PreparedQuery(build, **asked | ({"at": _THEN, "code": "\uffff\uffff"} if further else {}))


_THEN = dt.datetime(1, 2, 3, 4, 5, 6, 7, tzinfo=dt.UTC)  # when nothing was published


class OutcomeFilter(PublicFilter):
    """Outcomes by what they are about, where they come from, whom they address and how far they are.

    Several values of one parameter mean any of them; several parameters mean all of them.
    """

    q = django_filters.CharFilter(label="Words", method="leave")
    theme = django_filters.MultipleChoiceFilter(label="Theme", method="filter_theme")
    # DISTINCT would sort every hit before the first page: no filter here gives a row twice.
    kind = django_filters.MultipleChoiceFilter(label="Kind", choices=Outcome.Kind.choices, distinct=False)
    progress = django_filters.MultipleChoiceFilter(
        label="Progress", choices=Outcome.Progress.choices, method="filter_progress"
    )
    addressed_to = django_filters.MultipleChoiceFilter(
        label="Addressed to", choices=ActorType.choices, method="filter_addressed_to"
    )
    year = django_filters.ChoiceFilter(label="Year of the dialogue", method="filter_year")
    series = django_filters.ChoiceFilter(label="Series", field_name="event__series__slug")
    organisation = django_filters.ChoiceFilter(label="Convener or partner", method="filter_organisation")
    event = django_filters.ChoiceFilter(label="Dialogue", field_name="event__slug")
    sort = django_filters.ChoiceFilter(
        label="Order", choices=[("newest", "Newest"), ("relevance", "Relevance")], method="leave"
    )

    without_control = ("event",)

    class Meta:
        model = Outcome
        fields = []

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What the options are made of."""
        themes = self.data.getlist("theme")
        about = themes[0] if len(themes) == 1 else ""
        return Vocabulary.now(about).with_also(
            about, series=self.data.get("series", ""), organisation=self.data.get("organisation", "")
        )

    @cached_property
    def numbers(self) -> Numbers:
        """How many there are, in all and under each option."""
        return Numbers(self)

    def choices(self):
        named = self.data.getlist("event")
        events = Event.objects.public().filter(slug__in=named).values_list("slug", "title") if named else []
        return self.vocabulary.choices | {"event": list(events)}

    def facet(self, name):
        """Return the group with the number beside each option; where all numbers are kept, so is the group.

        Not with options of its own chosen, nor under several values: of those there are as many as addresses.
        """
        chosen = self.numbers.chosen
        if name in chosen or not self.numbers.are_kept(name) or any(len(values) > 1 for values in chosen.values()):
            return self._counted(name)
        key = (type(self), get_language(), name, *((one, *values) for one, values in chosen.items()))
        if key not in self.vocabulary.derived:
            self.vocabulary.derived[key] = self._counted(name)
        return self.vocabulary.derived[key]

    def _counted(self, name):
        facet = super().facet(name)
        numbers = self.numbers.of(name)
        inner = {theme.slug for theme in self.vocabulary.by_key.values() if theme.parent_id} if name == "theme" else ()
        if numbers is not None:
            facet["options"] = tuple(
                option._replace(count=numbers.get(option.value, 0), inner=option.value in inner)
                for option in facet["options"]
            )
        return facet

    def filter_queryset(self, queryset):
        """Apply all filters, then the words with the order: newest first, or as well as they match."""
        queryset = self._narrowed(queryset, self.chosen.keys() - {"q"})
        words = self.chosen.get("q")
        if not words:
            return queryset.newest()
        return (
            queryset.last_matching(words, DEPTH + 1).newest()
            if self.order == "newest"
            else queryset.by_relevance(words)
        )

    def listed(self, names: Collection[str]) -> QuerySet:
        """Return what lists have under the filters `names` alone, the newest first: for keys and numbers only."""
        outcomes = self._narrowed(Outcome.objects.newest(), set(names) - {"q"})
        return (outcomes.last_matching(self.chosen["q"], COUNT_TO + 1) if "q" in names else outcomes).newest()

    def among(self, outcomes: QuerySet) -> QuerySet:
        """Return those of `outcomes` that are under all filters and have all words."""
        outcomes = self._narrowed(outcomes, self.chosen.keys() - {"q"})
        return outcomes.matching(self.chosen["q"]) if "q" in self.chosen else outcomes

    def latest(self) -> QuerySet | Keys:
        """Return the keys of this list, the newest first whatever its order."""
        if "q" in self.chosen:
            return self.listed(self.chosen.keys()).values_list("pk", flat=True)
        return self.keys()

    def keys(self, after: tuple[dt.datetime, str] | None = None) -> QuerySet | Keys:
        """Return the keys of this list in its order, off one index where there is one for it.

        In the order of the newest, those behind an outcome alone: `after` is when it became public, and its code.
        """
        themes, kinds = self.chosen.get("theme", []), self.chosen.get("kind", [])
        if self.chosen.keys() <= {"theme", "kind", "sort"} and len(themes) < 2 and len(kinds) < 2:
            theme = self.vocabulary.theme(*themes) if themes else None
            asked = {"theme": theme.pk} if theme else {}
            is_inner = bool(theme and theme.parent_id)
            query = _newest(of_theme=bool(theme), is_inner=is_inner, of_kind=bool(kinds), further=bool(after))
            asked |= dict(zip(("at", "code"), after, strict=True)) if after else {}
            return query.keys(**asked | ({"kind": kinds[0]} if kinds else {}))
        rows = self.filter_queryset(Outcome.objects.newest())
        return (rows.after(*after) if after else rows).values_list("pk", flat=True)

    def _narrowed(self, queryset: QuerySet, names: Collection[str]) -> QuerySet:
        for name in self.chosen.keys() & set(names):
            queryset = self.filters[name].filter(queryset, self.chosen[name])
        return queryset

    @property
    def order(self) -> str:
        """The order in force: by relevance where words were typed, unless the newest were asked for."""
        return "relevance" if self.chosen.get("q") and self.chosen.get("sort") != "newest" else "newest"

    @property
    def orders(self) -> list[dict]:
        """The orders to choose from, with their addresses; none where there is no choice."""
        if not self.chosen.get("q"):
            return []
        return [
            {"label": label, "href": self.address_with("sort", value), "current": value == self.order}
            for value, label in self.options("sort")
        ]

    def filter_theme(self, queryset: QuerySet, name: str, values: list[str]) -> QuerySet:
        """Keep outcomes of any of these themes; a theme includes its sub-themes."""
        themes = self.vocabulary.themes
        chosen = {theme.pk for theme in themes if theme.slug in values}
        wanted = [theme.pk for theme in themes if theme.pk in chosen or theme.parent_id in chosen]
        return queryset.about(wanted)

    def filter_progress(self, queryset: QuerySet, name: str, values: list[str]) -> QuerySet:
        """Keep actions that are so far; only actions have progress, and saying so lets their index serve."""
        return queryset.actions().filter(progress__in=values)

    def filter_addressed_to(self, queryset: QuerySet, name: str, values: list[str]) -> QuerySet:
        """Keep actions addressed to any of these types of actors."""
        return queryset.filter(Exists(Addressee.objects.filter(action=OuterRef("pk"), actor_type__in=values)))

    def filter_organisation(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Keep outcomes of the events of which it is a partner, in whatever role."""
        partners = EventPartner.objects.filter(event=OuterRef("event"), organisation__slug=value)
        return queryset.filter(Exists(partners))

    def filter_year(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Keep outcomes of the dialogues that began in that year."""
        return queryset.filter(event__starts_on__year=int(value))

    def leave(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Narrow nothing yet: words and order come last, in `filter_queryset`."""
        return queryset
