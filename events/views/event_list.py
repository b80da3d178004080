"""All dialogues: what people filter and page through."""

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import ListView

from events.filters import EventFilter
from events.models import Event
from events.pages import COUNT_TO, DEPTH, DeepPaginator, NumberedPages
from events.ways import calendar, feed, files


class ToComeThenHeld:
    """Keys of `events`: those to come, the next first, then those held, the latest first. Each part has its index."""

    def __init__(self, events):
        self.events = events

    def __getitem__(self, part: slice) -> list[int]:
        """Return the keys in that part of the list."""
        found = self._to_come[part]
        if (missing := part.stop - part.start - len(found)) > 0:
            start = max(part.start - len(self._to_come), 0)
            held = self.events.held().values_list("pk", flat=True)
            found += held[start : start + missing]
        return found

    @cached_property
    def _to_come(self) -> list[int]:
        return list(self.events.to_come().values_list("pk", flat=True)[:DEPTH])


class EventPages(DeepPaginator):
    """Pages of `ToComeThenHeld`."""

    @cached_property
    def _counted(self):
        return self.object_list.events.order_by()[: COUNT_TO + 1].count()


class EventList(NumberedPages, ListView):
    """Events to come, the next first, then those held, the latest first."""

    filterset_class = EventFilter
    paginator_class = EventPages
    template_name = "events/event_list.html"

    def get(self, request, *args, **kwargs):
        self.filterset = self.filterset_class(request.GET)
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        """Return the keys of the list; `fetch` makes of them what is public."""
        return ToComeThenHeld(self.filterset.qs)

    def query(self):
        return self.filterset.query()

    def ways_out(self):
        about = f": {self.filterset.about}" if self.filterset.about else ""
        title = gettext("Dialogues") + about
        ways = [feed("events:event-feed", title, query=self.query()), *calendar(title, query=self.query())]
        if series := self.filterset.chosen.get("series"):
            name = self.filterset.label("series", series)
            label = gettext("Atom feed of the series and its outcomes")
            ways.append(feed("outcomes:series-feed", name, series, label=label))
        return [*ways, *files("events:event-file", self.query())]

    def paging(self):
        return {"fetch": self.fetch}

    def fetch(self, keys: list[int]) -> list[Event]:
        """Return the events of `keys`, in their order, each with whether it is `over`."""
        today, events = timezone.localdate(), Event.objects.public().for_cards().in_bulk(keys)
        for event in events.values():
            event.over = event.ends_on is not None and event.ends_on < today
        return [events[key] for key in keys if key in events]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, filter=self.filterset)
