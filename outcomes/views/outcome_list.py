"""All outcomes: what people filter, search and page through."""

from django_filters.views import FilterView

from events.pages import COUNT_TO, NumberedPages
from events.search import RANKED
from outcomes.filters import OutcomeFilter
from outcomes.models import Outcome


class OutcomeList(NumberedPages, FilterView):
    """All outcomes, filtered and in pages; a script may ask for the results alone."""

    filterset_class = OutcomeFilter
    strict = False
    template_name = "outcomes/outcome_list.html"

    def get_queryset(self):
        return Outcome.objects.public()

    def get_template_names(self):
        return [self.template_name + ("#results" if self.request.headers.get("HX-Request") == "true" else "")]

    def query(self):
        return self.filterset.query()

    def paging(self):
        total = self.filterset.numbers.total
        ranked = {"reach": RANKED} if self.filterset.order == "relevance" else {}
        return {"known": None if total > COUNT_TO and self.is_partial() else total, "fetch": self.fetch, **ranked}

    def is_partial(self) -> bool:
        """Whether the total stopped at "1,000+"."""
        return self.filterset.numbers.is_partial

    def paginate_queryset(self, queryset, page_size):
        return super().paginate_queryset(self.filterset.keys(), page_size)

    def fetch(self, keys: list[int]) -> list[Outcome]:
        """Return the cards of `keys` in their order; what is no longer public is left out."""
        cards = {outcome.pk: outcome for outcome in self.get_queryset().filter(pk__in=keys).for_cards()}
        return [cards[key] for key in keys if key in cards]
