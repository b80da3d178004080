"""The words somebody looked for, marked in what was found."""

from django import template
from django.utils.html import format_html, format_html_join

from events.extracts import extract, marked

register = template.Library()


@register.filter
def highlight(text: str, query: str) -> str:
    """Return `text`, escaped, with the words that `query` looks for in <mark>."""
    pieces = marked(str(text), query or "")
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", piece) if hit else piece,) for piece, hit in pieces)
    )


register.filter("extract", extract)
