"""What is told of the files that were made of an event."""

from collections.abc import Iterable
from typing import Any

from django import template

from events.models import Event
from events.ways import Way
from outcomes.documents import making

register = template.Library()


@register.simple_tag
def with_facts(ways: Iterable[Way], event: Event, made: Iterable[dict[str, Any]]) -> list[Way]:
    """Return `ways` to the files of a public event with the size, language and pages of those that are `made`."""
    facts = making.facts(event, made)
    return [way._replace(details=facts[way.extension]) if way.extension in facts else way for way in ways]
