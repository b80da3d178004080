"""Dialogues as calendars (iCalendar, RFC 5545): their list to subscribe to, and each with its public programme.

A UID is made of a public code or slug and the site's host; SEQUENCE and LAST-MODIFIED are those of `EventRevision`.
Hours are those of the place, in its zone: a session after midnight stands at its true hour and says to which day it
belongs.
"""

import datetime as dt
import zoneinfo
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.generic import View
from icalendar import Calendar
from icalendar import Event as Component

from events.atom import fit, since
from events.filters import EventFilter, strictly
from events.models import Event, Session
from events.pages import PublicPage
from events.views.tombstone import gone

CONTENT_TYPE = "text/calendar; charset=utf-8"
MOST = 500  # dialogues in one calendar: the latest to begin
ASK_AGAIN = dt.timedelta(hours=12)
ZONES_TO = dt.date(2038, 1, 1)  # as far as rules of zones are written out


class CalendarFile(PublicPage, View):
    """A calendar, shown where a program subscribes to it and named where it is kept."""

    http_method_names = ["get", "head"]

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code == 200:
            name = f"{kwargs.get('slug', 'events')}.ics"
            response.headers["Content-Disposition"] = content_disposition_header(False, name)
        return response


class EventCalendar(CalendarFile):
    """The dialogues of the list under the same filters, each a span of days."""

    def reads(self):
        return tuple(EventFilter.base_filters)

    def get(self, request):
        filters = strictly(EventFilter, request.GET)
        found = _revised(filters.qs.filter(starts_on__isnull=False)).order_by("-starts_on", "-pk")[:MOST]
        rows = [_days(event) for event in found]
        if not filters.query():  # what else is asked for might have been changed since
            lately = Event.objects.tombstones().filter(withdrawn_at__gte=since()).order_by("-withdrawn_at", "-pk")
            rows += [_cancelled(event) for event in _revised(lately)[:MOST]]
        name = f"Readout: {filters.about}" if filters.about else "Readout"
        return _answer(name, rows)


class EventProgramme(CalendarFile):
    """A dialogue and its public sessions; one withdrawn lately is cancelled in it."""

    def get(self, request, slug):
        if event := _revised(Event.objects.public().filter(slug=slug)).first():
            sessions = event.sessions.public().in_programme_order().select_related("parent")
            rows = [_days(event)] if event.starts_on else []
            return _answer(event.title, [*rows, *filter(None, (_session(event, one) for one in sessions))])
        event = _revised(Event.objects.tombstones().filter(slug=slug)).first()
        if event is None:
            raise Http404
        if event.withdrawn_at < since():
            return gone(request, event.withdrawn_at, event.public_note)
        return _answer(gettext("Withdrawn"), [_cancelled(event)])


def _revised(events: QuerySet[Event]) -> QuerySet[Any]:
    """Return `events` with their revision, in one query."""
    shown = ("title", "slug", "format", "mode", "starts_on", "ends_on", "time_zone", "venue", "city", "country")
    told = ("summary", "published_at", "withdrawn_at", "public_note")
    return events.annotate(revised_at=F("revision__revised_at"), revision_number=F("revision__number")).only(
        *shown, *told
    )


def _answer(name: str, rows: list[Component]) -> HttpResponse:
    calendar = Calendar()
    calendar.add("prodid", "-//Readout//Policy dialogues//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", _line(name))
    calendar.add("x-wr-calname", _line(name))  # what most programs look for
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    for row in rows:
        calendar.add_component(row)
    starts = [row.DTSTART for row in rows]
    if timed := [start.date() for start in starts if isinstance(start, dt.datetime)]:
        # Rules from the year before on: whole decades of them would outweigh the programme.
        calendar.add_missing_timezones(dt.date(min(timed).year - 1, 1, 1), max(ZONES_TO, max(timed)))
    return HttpResponse(calendar.to_ical(), content_type=CONTENT_TYPE)


def _component(event: Any, uid: str, start: dt.date, stamp: dt.datetime) -> Component:
    """Return what every component has; without a revision it is the first that anybody saw."""
    component = Component()
    component.add("uid", f"{uid}@{urlsplit(settings.SITE_URL).hostname}")
    component.add("dtstamp", stamp)
    component.add("last-modified", stamp)
    component.add("sequence", event.revision_number or 0)
    component.add("dtstart", start)
    return component


def _days(event: Any) -> Component:
    """Return a dialogue as the days on which it is held."""
    component = _component(event, f"event-{event.slug}", event.starts_on, _stamp(event))
    component.add("dtend", event.ends_on + dt.timedelta(days=1))  # the day after
    component.add("summary", _line(event.title))
    if place := _place(event):
        component.add("location", place)
    component.add("description", _lines(event.summary, _address(event)))
    component.add("url", _address(event))
    component.add("categories", [str(event.get_format_display())])
    component.add("status", "CONFIRMED")
    component.add("transp", "TRANSPARENT")  # it does not block whole days
    return component


def _session(event: Any, session: Session) -> Component | None:
    """Return a session at its hour, or on its day where only that is known; None without either."""
    starts_at = session.starts_at and session.starts_at.astimezone(_zone(event))
    day = session.programme_day or (starts_at and starts_at.date())
    start = starts_at or day
    if start is None:
        return None
    component = _component(event, f"session-{session.code}", start, _stamp(event))
    if starts_at and session.ends_at:
        component.add("dtend", session.ends_at.astimezone(_zone(event)))
    label = session.label or (str(session.get_kind_display()) if session.kind != Session.Kind.OTHER else "")
    belongs = ""
    if starts_at and day and starts_at.date() != day:
        belongs = gettext("In the programme of %(day)s") % {"day": date_format(day, "l, j F Y")}
    component.add("summary", _line(f"{label}: {session.title}" if label else session.title))
    if place := ", ".join(part for part in (_line(session.room), _place(event)) if part):
        component.add("location", place)
    component.add("description", _lines(belongs, event.title, _address(event)))
    component.add("url", f"{_address(event)}#session-{session.code}")
    component.add("related-to", f"event-{event.slug}@{urlsplit(settings.SITE_URL).hostname}")
    component.add("status", "CONFIRMED")
    return component


def _cancelled(event: Any) -> Component:
    """Return what stands for a withdrawn dialogue: when it was withdrawn, the public note, nothing of what it was.

    A component must have a day (RFC 5545, 3.6.1); the one of the withdrawal tells nothing else.
    """
    day = event.withdrawn_at.date()
    component = _component(event, f"event-{event.slug}", day, _stamp(event))
    component.add("summary", gettext("Withdrawn"))
    component.add("description", _lines(event.public_note, _address(event)))
    component.add("url", _address(event))
    component.add("status", "CANCELLED")
    component.add("transp", "TRANSPARENT")
    return component


def _stamp(event: Any) -> dt.datetime:
    """Return when what is said of it last changed."""
    at = max(moment for moment in (event.published_at, event.withdrawn_at, event.revised_at) if moment)
    return at.astimezone(dt.UTC).replace(microsecond=0)


def _zone(event: Any) -> dt.tzinfo:
    """Return the zone of its place; hours in UTC need no rules."""
    return dt.UTC if event.time_zone == "UTC" else zoneinfo.ZoneInfo(event.time_zone)


def _address(event: Any) -> str:
    return settings.SITE_URL + event.get_absolute_url()


def _place(event: Any) -> str:
    """Return where it is held in one line; online there is no place."""
    parts = (event.venue, event.place, event.get_mode_display() if event.mode != Event.Mode.IN_PERSON else "")
    return _line(", ".join(str(part) for part in parts if part))


def _line(text: str) -> str:
    """Return `text` in one line, as iCalendar can hold it."""
    return " ".join(fit(text).split())


def _lines(*parts: str) -> str:
    """Return paragraphs."""
    return "\n\n".join("\n".join(_line(line) for line in part.splitlines()) for part in parts if part)
