"""The lines of an event's page: what came of it and who spoke when, each filled into its template."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from events.printed import Item
from events.programme import Entry
from events.templatetags.fragments import day, fill
from events.templatetags.markup import markdown

register = template.Library()


@register.simple_tag
def printed_outcomes(items: Iterable[Item]) -> SafeString:
    """Return an item of a list for each outcome as printed."""
    return SafeString(
        "".join(
            [
                fill(
                    "events/outcome.html",
                    {"mark": one.mark, "href": one.href, "text": one.text, "reference": one.reference},
                    kind=one.kind,
                    progress=one.progress,
                    label=one.label,
                    is_overdue=one.is_overdue,
                )
                for one in items
            ]
        )
    )


@register.simple_tag
def sessions(entries: Iterable[Entry]) -> SafeString:
    """Return an item of a list for each session, with its breakout groups inside."""
    return SafeString("".join([_session(entry) for entry in entries]))


def _session(entry: Entry) -> SafeString:
    words = {
        "code": entry.code,
        "title": entry.title,
        "kind": entry.kind,
        "room": entry.room,
        "other_date": day(entry.other_date, "j F") if entry.other_date else "",
        "people": SafeString("".join([_somebody(*named) for named in entry.people])),
        "body": markdown(entry.body, entry.below) if entry.body else "",
        "groups": sessions(entry.groups),
    }
    for which, (moment, hour) in zip(("starts", "ends"), entry.times, strict=False):
        words |= {f"{which}_at": moment, f"{which}_hour": hour}
    return fill("events/session.html", words, level=entry.level)


def _somebody(role: str, byline) -> SafeString:
    return fill("events/in_a_role.html", {"role": role, "name": byline.name, "details": byline.details})
