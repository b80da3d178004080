"""Outcomes as lists show them: the card, and the row of the tracker."""

from collections.abc import Iterable

from django import template
from django.utils.text import Truncator

from events.templatetags.fragments import dates, fill, joined
from events.templatetags.search import highlight
from outcomes.listed import Face
from outcomes.views.actions import Row

register = template.Library()

BESIDE = 40  # words of an outcome that is shown beside another


@register.simple_tag
def outcome_card(face: Face, words: str = "") -> str:
    """Return the card of an outcome, with the `words` that were looked for marked."""
    said = {
        "mark": face.mark,
        "label": face.label,
        "href": face.href,
        "text": highlight(face.text, words) if words else face.text,
        "reference": face.reference,
        "event_title": face.event_title,
        "event_href": face.event_href,
        "dates": dates(face.starts_on, face.ends_on),
        "tags": tags(face.themes),
    }
    return fill(
        "components/outcome_card.html",
        said,
        kind=face.kind,
        progress=face.progress,
        progress_label=face.progress_label,
        is_overdue=face.is_overdue,
    )


@register.simple_tag
def beside(face: Face, why: str) -> str:
    """Return an outcome of another dialogue with the reason why it is shown."""
    said = {
        "why": why,
        "href": face.href,
        "text": Truncator(face.text).words(BESIDE, truncate=" …"),
        "label": face.label,
        "reference": face.reference,
        "event_title": face.event_title,
        "dates": dates(face.starts_on, face.ends_on),
    }
    return fill("outcomes/beside.html", said)


@register.simple_tag
def tags(themes: Iterable[tuple[str, str]]) -> str:
    """Return an item with a link for each theme, of (name, address)."""
    return joined(fill("components/tag.html", {"name": name, "href": href}) for name, href in themes)


@register.simple_tag
def action_row(row: Row) -> str:
    """Return the row of an action in the tracker."""
    said = {
        name: getattr(row, name)
        for name in ("href", "text", "reference", "event_title", "event_href", "addressed_to", "owners", "due_text")
    }
    return fill(
        "outcomes/action_row.html",
        said | {"due": dates(row.due_on), "updated": dates(row.updated_on)},
        **{
            name: getattr(row, name)
            for name in ("is_ownerless", "is_overdue", "is_stale", "progress", "progress_label")
        },
    )
