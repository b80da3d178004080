"""All outcomes: what people filter, search and page through."""

from django.utils.translation import gettext
from django.views.generic import ListView

from events.pages import COUNT_TO, DeepPaginator, NumberedPages
from events.search import RANKED
from events.ways import Way, feed, files
from outcomes.filters import OutcomeFilter
from outcomes.listed import cards_of


class Capped(DeepPaginator):
    """Pages of more rows than are counted, where the total is not known: nobody need count once more."""

    _counted = COUNT_TO + 1


class OutcomeList(NumberedPages, ListView):
    """All outcomes, filtered and in pages; a script may ask for the results alone."""

    filterset_class = OutcomeFilter
    paginator_class = Capped
    template_name = "outcomes/outcome_list.html"

    def get(self, request, *args, **kwargs):
        self.filterset = self.filterset_class(request.GET)
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        """Return the keys of the list; `fetch` makes of them what is public."""
        return self.filterset.keys()

    def get_template_names(self):
        return [self.template_name + ("#results" if self.request.headers.get("HX-Request") == "true" else "")]

    def query(self):
        return self.filterset.query()

    def ways_out(self) -> list[Way]:
        """Return the list under the same filters in other forms."""
        query = [pair for pair in self.query() if pair[0] != "sort"]
        about = f": {self.filterset.about}" if self.filterset.about else ""
        return [
            feed("outcomes:outcome-feed", gettext("Outcomes") + about, query=query),
            *files("outcomes:outcome-file", self.query()),
        ]

    def paging(self):
        total = self.filterset.numbers.total
        ranked = {"reach": RANKED} if self.filterset.order == "relevance" else {}
        return {"known": None if total > COUNT_TO and self.is_partial() else total, "fetch": self.fetch, **ranked}

    def is_partial(self) -> bool:
        """Whether the total stopped at "1,000+"."""
        return self.filterset.numbers.is_partial

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, filter=self.filterset)

    def fetch(self, keys: list[int]) -> list[dict]:
        """Return the cards of `keys` in their order; what is no longer public is left out."""
        return cards_of(keys, self.filterset.vocabulary.by_key)
