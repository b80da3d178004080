"""Ways out of a page: what it can be followed or taken away as."""

from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

ATOM, CALENDAR = "application/atom+xml", "text/calendar"


class Way(NamedTuple):
    """A feed, a calendar or a file with what a page has; `components/ways_out.html` lists them.

    With a `type` the head of the page names it too, so that programs find it. A view adds its own in `ways_out()`.
    """

    label: str  # “Atom feed”
    href: str
    type: str = ""  # media type
    title: str = ""  # what it holds, for the head of the page, where it stands alone: “Outcomes: Climate”
    details: str = ""  # after the label: “240 KB, English, 12 pages”, or what it is good for
    extension: str = ""  # of a file


def feed(name: str, title: str, *args: str, query: list[tuple[str, str]] | None = None, label: str = "") -> Way:
    """Return the way to the Atom feed of that URL name; `title` says what it has."""
    return Way(label or gettext("Atom feed"), address(name, *args, query=query), ATOM, title)


def calendar(title: str, *args: str, query: list[tuple[str, str]] | None = None) -> list[Way]:
    """Return the ways to a calendar of dialogues: of one by its slug, to add; of a list also to subscribe to."""
    if args:
        return [Way(gettext("Add to calendar (.ics)"), address("events:event-programme", *args), CALENDAR, title)]
    href = address("events:event-calendar", query=query)
    host = urlsplit(settings.SITE_URL).netloc
    return [
        Way(gettext("Calendar (.ics)"), href, CALENDAR, title),
        Way(gettext("Subscribe in a calendar"), f"webcal://{host}{href}"),
    ]


FILES = {"csv": "CSV", "xlsx": "Excel", "json": "JSON"}  # labels of the formats that stand with a list
GOOD_FOR = {
    "csv": gettext_lazy("for any spreadsheet"),
    "xlsx": gettext_lazy("dates as dates, columns explained"),
    "json": gettext_lazy("for programs"),
    "jsonl": gettext_lazy("for programs, an object a line"),
}
ALL_FILES = FILES | {"jsonl": "JSON Lines"}  # of all that views/export.py writes


def files(name: str, query: list[tuple[str, str]] | None = None, formats: dict[str, str] = FILES) -> list[Way]:
    """Return the ways to a list as a file in each of `formats`, under the filters in `query`."""
    return [
        Way(label, address(name, extension, query=query), details=str(GOOD_FOR[extension]))
        for extension, label in formats.items()
    ]


def address(name: str, *args: str, query: list[tuple[str, str]] | None = None) -> str:
    """Return the address of that URL name under the filters in `query`."""
    return reverse(name, args=args) + (f"?{urlencode(query)}" if query else "")
