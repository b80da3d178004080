"""All dialogues: what people filter and page through."""

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.views.generic import ListView

from events.filters import EventFilter
from events.models import Event
from events.pages import NumberedPages


class EventList(NumberedPages, ListView):
    """Events to come, the next first, then those held, the latest first."""

    filterset_class = EventFilter
    template_name = "events/event_list.html"

    def get(self, request, *args, **kwargs):
        self.filterset = self.filterset_class(request.GET)
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        """Return the keys of the list: to sort whole rows of all events would be dear."""
        order = Case(When(~Q(ends_on__lt=timezone.localdate()), then=F("starts_on"))).asc(nulls_last=True)
        rows = self.filterset.qs.annotate(over=_over()).order_by(
            "over", order, F("starts_on").desc(nulls_last=True), "-pk"
        )
        return rows.values_list("pk", flat=True)

    def query(self):
        return self.filterset.query()

    def paging(self):
        return {"fetch": self.fetch}

    def fetch(self, keys: list[int]) -> list[Event]:
        """Return the events of `keys`, in their order."""
        events = Event.objects.public().defer("body").annotate(over=_over()).in_bulk(keys)
        return [events[key] for key in keys if key in events]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, filter=self.filterset)


def _over() -> Case:
    return Case(When(Q(ends_on__lt=timezone.localdate()), then=Value(1)), default=Value(0))
