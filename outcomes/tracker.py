"""What visitors may narrow the tracker of actions by, and the numbers it begins with."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from events.caching import remembered
from events.counting import count_each
from events.models import EventPartner
from events.pages import COUNT_TO
from outcomes.filters import OutcomeFilter
from outcomes.models import ActionUpdate, Outcome
from outcomes.models.outcome import is_overdue, is_ownerless, is_stale

LONGEST = 8  # bars of one group; the filters have the rest

ATTENTION = {"overdue": is_overdue, "stale": is_stale, "ownerless": is_ownerless}


class ActionFilter(OutcomeFilter):
    """Actions by how far they are, what they need, what they are about and whom they address."""

    q = series = event = None  # the list of outcomes has these
    kind = django_filters.MultipleChoiceFilter(choices=[("action", "Action")], distinct=False)
    attention = django_filters.MultipleChoiceFilter(
        label=_("Needs attention"),
        choices=[("overdue", _("Overdue")), ("stale", _("No word for 12 months")), ("ownerless", _("No owner yet"))],
        method="filter_attention",
    )
    sort = django_filters.ChoiceFilter(
        label=_("Order"),
        choices=[("newest", _("Newest")), ("due", _("Due first")), ("updated", _("Last update"))],
        method="leave",
    )

    @classmethod
    def _usable(cls, data):
        usable = super()._usable(data)
        usable["kind"] = "action"  # whatever the address says; numbers and lists then are those of actions
        return usable

    def choices(self):
        return {name: choices for name, choices in super().choices().items() if name in self.filters}

    def query(self):
        return [pair for pair in super().query() if pair[0] != "kind"]

    def facet(self, name):
        facet = super().facet(name)
        if name == "attention":
            facet["options"] = tuple(option._replace(count=self.needs[option.value]) for option in facet["options"])
        return facet

    @cached_property
    def needs(self) -> dict[str, int]:
        """How many actions need what, under the other filters; `COUNT_TO` + 1 stands for "more than that"."""
        names = self.chosen.keys() - {"attention", "sort"}

        def count() -> dict[str, int]:
            return count_each(
                COUNT_TO + 1, **{name: self.listed(names).filter(condition()) for name, condition in ATTENTION.items()}
            )

        # Of all actions they are counted once a day and generation.
        return count() if names > {"kind"} else remembered(f"outcomes.needs.{timezone.localdate()}", count)

    def filter_attention(self, queryset: QuerySet, name: str, values: list[str]) -> QuerySet:
        """Keep actions that need any of these."""
        wanted = Q()
        for value in values:
            wanted |= ATTENTION[value]()
        return queryset.filter(wanted)

    def filter_organisation(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Keep actions of the events of which it is a partner: databases then may begin with those events."""
        return queryset.filter(event__in=EventPartner.objects.filter(organisation__slug=value).values("event"))

    @property
    def order(self):
        """The order in force: newest, due or updated."""
        return self.chosen.get("sort", "newest")

    @property
    def orders(self):
        return [
            {"value": value, "label": label, "href": self.address_with("sort", value), "current": value == self.order}
            for value, label in self.options("sort")
        ]

    def filter_queryset(self, queryset):
        queryset = self._narrowed(queryset, self.chosen.keys())
        return queryset.soonest_due() if self.order == "due" else queryset.newest()

    def keys(self, after=None):
        if self.order == "newest":
            return super().keys(after)
        if self.order == "updated":
            listed = self._narrowed(Outcome.objects.filter(public_at__isnull=False), self.chosen.keys())
            return ActionUpdate.objects.last_words(listed).values_list("action", flat=True)
        return self.filter_queryset(Outcome.objects.all()).values_list("pk", flat=True)

    def bars(self, name: str, *, all_of_them: bool = False) -> dict[str, Any]:
        """Return the legend of a facet and its options with how many stand under each, as shares (0–100) of the most.

        Without `all_of_them` the largest eight that are not empty, themes of the first level only.
        """
        facet = self.facets[name]
        options = list(facet["options"])
        if not all_of_them:
            options = [option for option in options if option.count and not option.inner]
            options = sorted(options, key=lambda option: -option.count)[:LONGEST]
        most = max((option.count for option in options), default=0)
        shown = [
            option._asdict()
            | {
                "href": self.address_with(name, option.value),
                "share": max(round(100 * option.count / most), 1) if option.count else 0,
                "capped": option.count > COUNT_TO and name == "attention",
            }
            for option in options
        ]
        return {"legend": facet["legend"], "name": name, "options": shown}
