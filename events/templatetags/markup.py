"""Markdown that staff typed, made into markup: the only place where a text becomes HTML."""

import nh3
from django import template
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

register = template.Library()

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TAGS = {
    *HEADINGS[2:],
    *("p", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}

_parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _shift_headings(tokens, top: int) -> None:
    """Let the largest heading used become `top` and the others follow, so that no level is skipped."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    names = {tag: HEADINGS[min(top - 1 + place, len(HEADINGS) - 1)] for place, tag in enumerate(used)}
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = names[token.tag]


@register.filter
def markdown(text: str, top: int = 3) -> SafeString:
    """Return `text` as clean HTML; its largest heading becomes level `top` (3: below the page's h2)."""
    tokens = _parser.parse(text or "")
    _shift_headings(tokens, top)
    dirty = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        dirty, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel="nofollow noopener"
    )
    return SafeString(clean)
