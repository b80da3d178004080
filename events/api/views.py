"""Events and sessions in the API."""

from typing import Any

import django_filters
from django.db.models import F
from django.http import Http404

from events.api.cursors import Place, day, read_in_turn
from events.api.resources import Many, One, Row, withdrawn
from events.api.rows import (
    EVENT_COLUMNS,
    SESSION_COLUMNS,
    event_in_list,
    event_with_programme,
    session_in_list,
    session_with_people,
)
from events.api.serializers import EventInList, EventWithProgramme, SessionInList, SessionWithPeople
from events.filters import EventFilter, PublicFilter
from events.models import Event, Session
from events.views.event import public_event, tombstone


class EventQuery(EventFilter):
    """The filter of the page; what it offers is read only where a value has to be one of it."""

    def choices(self):
        asked = any(self.data.getlist(name) for name in ("year", "series", "country"))
        return super().choices() if asked else {}


class EventList(Many):
    """The public dialogues, the latest first; those without a date come last."""

    serializer_class = EventInList
    filterset_class = EventQuery

    def read(self, after: Place | None, number: int) -> tuple[list[Row], bool]:
        public = self.filterset.qs
        dated = public.filter(starts_on__isnull=False).order_by(F("starts_on").desc(), F("id").desc())
        undated = public.filter(starts_on=None).order_by("-pk")
        lists = [dated, undated]
        if after is not None:
            starts_on, slug = day(after[0]), after[1]
            this = Event.objects.filter(slug=slug).values("pk")[:1]
            if starts_on:
                lists[0] = dated.filter(starts_on__lte=starts_on).exclude(starts_on=starts_on, pk__gte=this)
            else:
                lists = [undated.filter(pk__lt=this)]
        rows = read_in_turn(number + 1, *(rows.values(*EVENT_COLUMNS) for rows in lists))
        return [event_in_list(row) for row in rows[:number]], len(rows) > number

    def place(self, row):
        return [row["starts_on"].isoformat() if row["starts_on"] else "", row["slug"]]


class EventDetail(One):
    """One dialogue with its programme, who may be named, quotes and documents: all that its page says."""

    serializer_class = EventWithProgramme

    def find(self, slug: str) -> Row | None:
        event = public_event(slug)
        return event_with_programme(event) if event else None

    def missing(self, slug: str):
        gone = tombstone(slug)
        if gone is None:
            raise Http404
        raise withdrawn(*gone)


class SessionFilter(PublicFilter):
    """Sessions by the dialogue they belong to and by kind."""

    event = django_filters.ChoiceFilter(label="Dialogue", field_name="event__slug")
    kind = django_filters.MultipleChoiceFilter(label="Kind", choices=Session.Kind.choices, distinct=False)

    class Meta:
        model = Session
        fields = []

    def choices(self):
        named = self.data.getlist("event")
        events = Event.objects.public().filter(slug__in=named).values_list("slug", "title") if named else []
        return {"event": list(events)}


class SessionList(Many):
    """The sessions and breakout groups of public dialogues, by their codes; an event has its own in order."""

    serializer_class = SessionInList
    filterset_class = SessionFilter

    def read(self, after, number):
        rows: Any = self.filterset.qs.order_by("code").values(*SESSION_COLUMNS)
        found = list((rows.filter(code__gt=after[0]) if after else rows)[: number + 1])
        return [session_in_list(row) for row in found[:number]], len(found) > number

    def place(self, row):
        return [row["code"]]


class SessionDetail(One):
    """One session or breakout group, with who may be named."""

    serializer_class = SessionWithPeople

    def find(self, code: str) -> Row | None:
        row = Session.objects.public().filter(code=code).values(*SESSION_COLUMNS).first()
        return session_with_people(row) if row else None
