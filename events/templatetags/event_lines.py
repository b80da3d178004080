"""Events in lists, and the lines of an event's page: what came of it and who spoke when."""

from collections.abc import Iterable

from django import template
from django.utils.text import Truncator

from events.addresses import address
from events.citation import Citation
from events.models import Event
from events.printed import Item
from events.programme import Entry
from events.templatetags.fragments import dates, day, fill, joined
from events.templatetags.markup import markdown

register = template.Library()

SUMMARY = 45  # words of an event's summary in a list
FORMATS = {str(value): str(label) for value, label in Event.Format.choices}


@register.simple_tag
def cite(citation: Citation) -> str:
    """Return how something is cited, in all forms."""
    files = {f"as_{form}": citation.file(form) for form in citation.FORMATS}
    said = {name: getattr(citation, name) for name in ("url", "plain", "bibtex", "code")}
    return fill("components/cite.html", said | files)


@register.simple_tag
def event_card(event: Event, state: str = "", state_label: str = "") -> str:
    """Return the card of an event; `state` is where it stands, with its word."""
    said = {
        "href": address("events:event-detail", event.slug),
        "title": event.title,
        "summary": Truncator(event.summary).words(SUMMARY, truncate=" …") if event.summary else "",
        "place": event.place,
        "dates": dates(event.starts_on, event.ends_on),
        "format": FORMATS.get(event.format, ""),
    }
    return fill("components/event_card.html", said, state=state, state_label=state_label)


@register.simple_tag
def printed_outcomes(items: Iterable[Item]) -> str:
    """Return an item of a list for each outcome as printed."""
    return joined(
        fill(
            "events/outcome.html",
            {"mark": one.mark, "href": one.href, "text": one.text, "reference": one.reference},
            kind=one.kind,
            progress=one.progress,
            label=one.label,
            is_overdue=one.is_overdue,
        )
        for one in items
    )


@register.simple_tag
def sessions(entries: Iterable[Entry]) -> str:
    """Return an item of a list for each session, with its breakout groups inside."""
    return joined(_session(entry) for entry in entries)


def _session(entry: Entry) -> str:
    words = {
        "code": entry.code,
        "title": entry.title,
        "kind": entry.kind,
        "room": entry.room,
        "other_date": day(entry.other_date, "j F") if entry.other_date else "",
        "people": joined(_somebody(*named) for named in entry.people),
        "body": markdown(entry.body, entry.below) if entry.body else "",
        "groups": sessions(entry.groups),
    }
    for which, (moment, hour) in zip(("starts", "ends"), entry.times, strict=False):
        words |= {f"{which}_at": moment, f"{which}_hour": hour}
    return fill("events/session.html", words, level=entry.level)


def _somebody(role: str, byline) -> str:
    return fill("events/in_a_role.html", {"role": role, "name": byline.name, "details": byline.details})
