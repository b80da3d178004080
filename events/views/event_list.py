"""All dialogues: what people filter and page through."""

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django_filters.views import FilterView

from events.filters import EventFilter
from events.models import Event
from events.pages import NumberedPages


class EventList(NumberedPages, FilterView):
    """Events to come, the next first, then those held, the latest first."""

    filterset_class = EventFilter
    strict = False
    template_name = "events/event_list.html"

    def get_queryset(self):
        over = Q(ends_on__lt=timezone.localdate())
        return (
            Event.objects.public()
            .defer("body")
            .annotate(over=Case(When(over, then=Value(1)), default=Value(0)))
            .order_by(
                "over",
                Case(When(~over, then=F("starts_on"))).asc(nulls_last=True),
                F("starts_on").desc(nulls_last=True),
                "-pk",
            )
        )

    def query(self):
        return self.filterset.query()
