"""What pages say of themselves to machines: one graph a page in the words of schema.org, as JSON-LD."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from events.models import Event
from events.programme import Programme

Thing = Mapping[str, Any]

# In a script element these could end it or begin a comment; in JSON they mean the same either way.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}

_MODES = {"in_person": "Offline", "hybrid": "Mixed", "online": "Online"}
_ORGANISERS = ("convener", "organiser", "host", "co_host")  # the first of these that an event has


def graph(*things: Thing) -> SafeString:
    """Return `things` as the one graph of a page, for <script type="application/ld+json">: data that is not run."""
    text = json.dumps({"@context": "https://schema.org", "@graph": things}, ensure_ascii=False, separators=(",", ":"))
    return SafeString(text.translate(_ESCAPES))


def absolute(path: str) -> str:
    """Return the whole address of something on this site, or elsewhere if it is one already."""
    return urljoin(f"{settings.SITE_URL}/", path)


def breadcrumbs(trail: Iterable[tuple[str, str]]) -> Thing:
    """Return where a page is; `trail` holds (label, address), the page itself last, home left out."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": label, "item": absolute(address)}
            for place, (label, address) in enumerate([(gettext("Home"), reverse("home")), *trail], start=1)
        ],
    }


def event(shown: Event, schedule: Programme, partners: list[dict], address: str) -> Thing:
    """Return an event as far as the public knows it: moments where they are known, else days; no person.

    Machines expect of an Event when and where it is. One of which either is not known is a page about something.

    `schedule` is its public programme, `partners` are rows with role, name, slug and website, `address` is where its
    page is.
    """
    facts = {
        "@type": "Event",
        "@id": f"{address}#event",
        "url": address,
        "name": shown.title,
        "description": shown.summary or shown.title,
        **_when(shown, schedule),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": f"https://schema.org/{_MODES[shown.mode]}EventAttendanceMode",
        "location": where(shown, address),
        "organizer": _organisers(partners),
        "image": _images(shown),
        "identifier": shown.reference,
    }
    if not (facts.get("startDate") and facts["location"]):
        named = ("@id", "url", "name", "description", "image")
        return {"@type": "WebPage", **{name: facts[name] for name in named}}
    return {name: fact for name, fact in facts.items() if fact}


def _when(shown: Event, schedule: Programme) -> dict[str, str]:
    if not shown.starts_on or not shown.ends_on:
        return {}
    starts_at, ends_at = schedule.starts_at, schedule.ends_at
    # Of a programme without the first or the last day only the days are known.
    starts = starts_at if starts_at and starts_at.date() == shown.starts_on else shown.starts_on
    ends = ends_at if ends_at and ends_at.date() >= shown.ends_on else shown.ends_on
    return {"startDate": starts.isoformat(), "endDate": ends.isoformat()}


def where(shown: Event, address: str) -> Any:
    """Return where an event is held, as far as that is known; `address` is where its page is."""
    places: list[Thing] = []
    if shown.mode != Event.Mode.ONLINE and (shown.venue or shown.place):
        country = str(shown.country)
        postal = {"addressLocality": shown.city, "addressCountry": country}
        place: dict[str, Any] = {"@type": "Place", "name": shown.venue or shown.place}
        if shown.city or country:
            place["address"] = {"@type": "PostalAddress", **{name: part for name, part in postal.items() if part}}
        places.append(place)
    if shown.mode != Event.Mode.IN_PERSON:
        places.append({"@type": "VirtualLocation", "url": address})
    return places[0] if len(places) == 1 else places


def _organisers(partners: list[dict]) -> list[Thing]:
    for role in _ORGANISERS:
        if found := [partner for partner in partners if partner["role"] == role]:
            return [organisation(partner) for partner in found]
    return []


def organisation(facts: Mapping[str, Any]) -> Thing:
    """Return an organisation from its name, slug and website."""
    address = reverse("outcomes:organisation-detail", args=[facts["slug"]])
    thing = {"@type": "Organization", "name": facts["name"], "url": absolute(address), "sameAs": facts["website"]}
    return {name: fact for name, fact in thing.items() if fact}


def _images(shown: Event) -> list[str]:
    pictures = [default_storage.url(shown.image.name)] if shown.image else []
    return [absolute(picture) for picture in (*pictures, reverse("events:event-card", args=[shown.slug]))]
