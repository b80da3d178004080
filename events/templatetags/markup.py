"""Markdown that staff typed, made into markup: the only place where a text becomes HTML."""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import nh3
from django import template
from django.utils.safestring import SafeString
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

register = template.Library()

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TAGS = {
    *HEADINGS[1:],
    *("p", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
# Nobody can type an id, a class or a label: these are made here.
ATTRIBUTES = {"a": {"href", "title", "class", "aria-label"}, "ol": {"start"}, "h2": {"id"}}
LINK = "Link to this part"

_parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def parsed(text: str) -> list[Token]:
    """Return the tokens of a text, for those who write something else than HTML."""
    return _parser.parse(text or "")


def _shift_headings(tokens, top: int) -> None:
    """Let the largest heading used become `top` and the others follow, so that no level is skipped."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    names = {tag: HEADINGS[min(top - 1 + place, len(HEADINGS) - 1)] for place, tag in enumerate(used)}
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = names[token.tag]


class Heading(NamedTuple):
    """A heading to go to: the name of its anchor, and its words."""

    anchor: str
    words: str


def _anchored(tokens: list[Token], tag: str) -> list[Heading]:
    """Give each heading of that level an anchor and a link to it, and return them."""
    headings: list[Heading] = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == tag:
            words = "".join(part.content for part in inline.children or [] if part.type in ("text", "code_inline"))
            anchor = f"s{len(headings) + 1}-{slugify(words, allow_unicode=True)[:60]}".rstrip("-")
            headings.append(Heading(anchor, words))
            opening.attrSet("id", anchor)
            link = Token("link_open", "a", 1, attrs={"href": f"#{anchor}", "class": "permalink", "aria-label": LINK})
            sign = Token("text", "", 0, content="#")
            inline.children = [*(inline.children or []), link, sign, Token("link_close", "a", -1)]
    return headings


def _html(tokens: list[Token]) -> SafeString:
    dirty = _parser.renderer.render(tokens, _parser.options, {})
    return SafeString(
        nh3.clean(
            dirty,
            tags=TAGS,
            attributes=ATTRIBUTES,
            url_schemes={"http", "https", "mailto"},
            link_rel="nofollow noopener",
        )
    )


@register.filter
@lru_cache(maxsize=2000)
def markdown(text: str, top: int = 3) -> SafeString:
    """Return `text` as clean HTML; its largest heading becomes level `top` (3: below the page's h2)."""
    tokens = parsed(text)
    _shift_headings(tokens, top)
    return _html(tokens)


@lru_cache(maxsize=200)
def outline(text: str) -> tuple[SafeString, tuple[Heading, ...]]:
    """Return `text` as clean HTML with its largest headings as h2, and those headings, each with an anchor."""
    tokens = parsed(text)
    _shift_headings(tokens, 2)
    headings = _anchored(tokens, "h2")
    return _html(tokens), tuple(headings)
