"""All outcomes: what people filter, search and page through."""

from django_filters.views import FilterView

from events.pages import NumberedPages
from outcomes.filters import OutcomeFilter
from outcomes.models import Outcome


class OutcomeList(NumberedPages, FilterView):
    """All outcomes, filtered and in pages."""

    filterset_class = OutcomeFilter
    strict = False
    template_name = "outcomes/outcome_list.html"

    def get_queryset(self):
        return Outcome.objects.public()

    def query(self):
        return self.filterset.query()

    def paginate_queryset(self, queryset, page_size):
        return super().paginate_queryset(queryset.for_cards(), page_size)
