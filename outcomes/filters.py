"""What visitors may narrow the outcomes by; one FilterSet for the page and for programs."""

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import cached_property

from events.filters import PublicFilter, series_choices, year_choices
from events.models import Event, EventPartner
from outcomes.models import Addressee, Outcome, Theme
from participants.models import ActorType, Organisation


class OutcomeFilter(PublicFilter):
    """Outcomes by what they are about, where they come from, whom they address and how far they are.

    Several values of one parameter mean any of them; several parameters mean all of them.
    """

    q = django_filters.CharFilter(label="Words", method="leave")
    theme = django_filters.MultipleChoiceFilter(label="Theme", method="filter_theme")
    kind = django_filters.MultipleChoiceFilter(label="Kind", choices=Outcome.Kind.choices)
    progress = django_filters.MultipleChoiceFilter(label="Progress", choices=Outcome.Progress.choices)
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
    def themes(self) -> list[Theme]:
        """The vocabulary, each theme of the first level followed by its sub-themes."""
        themes = list(Theme.objects.public())
        return [theme for top in themes if not top.parent_id for theme in (top, *_children(top, themes))]

    def choices(self):
        partners = EventPartner.objects.filter(event__in=Event.objects.public())
        organisations = Organisation.objects.filter(pk__in=partners.values("organisation"))
        event = Event.objects.public().filter(slug__in=self.data.getlist("event"))
        return {
            "theme": [(theme.slug, theme.name) for theme in self.themes],
            "year": year_choices(),
            "series": series_choices(),
            "organisation": list(organisations.values_list("slug", "name")),
            "event": list(event.values_list("slug", "title")) if self.data.getlist("event") else [],
        }

    def facet(self, name):
        facet = super().facet(name)
        if name == "theme":
            inner = {theme.slug for theme in self.themes if theme.parent_id}
            facet["options"] = [{**option, "inner": option["value"] in inner} for option in facet["options"]]
        return facet

    def filter_queryset(self, queryset):
        """Apply all filters, then the words with the order: newest first, or as well as they match."""
        queryset = super().filter_queryset(queryset)
        words = self.chosen.get("q")
        if not words:
            return queryset.newest()
        return queryset.matching(words).newest() if self.order == "newest" else queryset.by_relevance(words)

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
            for value, label in self._choices("sort")
        ]

    def filter_theme(self, queryset: QuerySet, name: str, values: list[str]) -> QuerySet:
        """Keep outcomes of any of these themes; a theme includes its sub-themes."""
        chosen = {theme.pk for theme in self.themes if theme.slug in values}
        wanted = [theme.pk for theme in self.themes if theme.pk in chosen or theme.parent_id in chosen]
        return queryset.about(wanted)

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


def _children(top: Theme, themes: list[Theme]) -> list[Theme]:
    return [theme for theme in themes if theme.parent_id == top.pk]
