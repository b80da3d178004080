"""Text made to become markup does not: hostile Markdown and HTML from a grammar, through what makes HTML of it."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3
import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from events import atom
from events.templatetags.markup import ATTRIBUTES, TAGS, markdown, outline

# --- The grammar ---------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    "script style img svg math iframe object embed form input a b p h2 div table td template noscript xmp textarea "
    "title mtext mglyph foreignObject annotation-xml select option base meta link plaintext frameset details".split()
)
SPACE = st.sampled_from(["", " ", "\t", "\n", "\x0c", "/", "\u00a0", "\u200b", "  \n "])
MIXED = st.sampled_from(
    ["javascript", "JaVaScRiPt", "java\tscript", "java\nscript", "vbscript", "data", "file", "blob"]
)
COLON = st.sampled_from([":", "&#58;", "&colon;", "&#x3a;", "%3a", "\\:", " :", "&#0000058"])
CODE = st.sampled_from(["alert(1)", "text/html,<script>alert(1)</script>", "//evil.example", "&#97;lert(1)"])
ADDRESS = st.builds("{}{}{}{}".format, SPACE, MIXED, COLON, CODE) | st.sampled_from(
    ["https://example.org/", "mailto:a@example.org", "//evil.example", "\\\\evil.example", "#s1-x", "/desk/", "http:a"]
)
QUOTE = st.sampled_from(['"', "'", "", "`", "&quot;"])
ATTRIBUTE = st.builds(
    lambda name, space, quote, value: f"{name}{space}={quote}{value}{quote}",
    st.sampled_from(
        "onerror ONLOAD href src style srcdoc formaction xlink:href id class name action background".split()
    ),
    SPACE,
    QUOTE,
    ADDRESS | st.sampled_from(["alert(1)", "x onclick=alert(1)", "</p><script>", "expression(alert(1))"]),
)
WORDS = st.sampled_from(
    ["word", "&lt;script&gt;", "&amp;lt;b&amp;gt;", "<", ">", "]]>", "<!--", "-->", "\\<b>", "&#0;", "&"]
)


def _element(inner):
    return st.builds(
        lambda name, attributes, space, text, closed: (
            f"<{name}{space}{' '.join(attributes)}{space}>{text}" + (f"</{name}>" if closed else "")
        ),
        NAMES,
        st.lists(ATTRIBUTE, max_size=3),
        SPACE,
        inner,
        st.booleans(),
    )


def _marked(inner):
    text = inner
    return st.one_of(
        st.builds("[{}]({})".format, text, ADDRESS),
        st.builds('[{}](<{}> "{}")'.format, text, ADDRESS, text),
        st.builds("![{}]({})".format, text, ADDRESS),
        st.builds("<{}>".format, ADDRESS),
        st.builds("[a]: {}\n\n[a] {}".format, ADDRESS, text),
        st.builds("# {}\n".format, text),
        st.builds("> {}\n".format, text),
        st.builds("- {}\n".format, text),
        st.builds("```{}\n{}\n```\n".format, text, text),
        st.builds("`{}`".format, text),
        st.builds("**{}**".format, text),
        st.builds("|a|b|\n|-|-|\n|{}|c|\n".format, text),
    )


HOSTILE = st.recursive(
    WORDS | ADDRESS | ATTRIBUTE,
    lambda inner: st.lists(_element(inner) | _marked(inner) | inner, min_size=1, max_size=3).map("".join),
    max_leaves=12,
)

# --- What is looked for --------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Collects every element with its attributes, as a browser would."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.odd = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data):
        self.odd.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def check(made: str) -> None:
    """Raise unless the HTML holds nothing but what is allowed, and cleaning it again changes nothing."""
    reader = Reader()
    reader.feed(made)
    reader.close()
    assert reader.odd == []
    for tag, attributes in reader.found:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        if "href" in attributes:
            address = re.sub(r"^[\x00-\x20]+|[\t\r\n]", "", attributes["href"])  # as browsers read it
            assert urlsplit(address).scheme in {"", "http", "https", "mailto"}, address
    attributes = {tag: names | ({"rel"} if tag == "a" else set()) for tag, names in ATTRIBUTES.items()}
    again = nh3.clean(made, tags=TAGS, attributes=attributes, url_schemes={"http", "https", "mailto"}, link_rel=None)
    assert again == made


@settings(max_examples=300)
@given(HOSTILE)
def test_hostile_markdown_becomes_nothing_but_what_is_allowed(text):
    check(markdown(text))
    made, headings = outline(text)
    check(made)
    assert all(re.fullmatch(r"s\d+(-[\w-]+)?", heading.anchor) for heading in headings)


@settings(max_examples=100)
@given(HOSTILE)
def test_hostile_text_is_no_markup_in_a_feed(text):
    now = timezone.now()
    entry = atom.Entry(
        "tag:x", text, "/", now, now, atom.paragraphs([text]), [(text, "/")], [("/themes/", "lakes", text)]
    )
    feed = atom.document(atom.Feed(title=text, here="/feed", page="/", entries=[entry]))

    root = ET.fromstring(feed)  # noqa: S314 - it is our own

    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {
        *("feed", "id", "title", "subtitle", "link", "updated", "published", "entry", "author", "name", "uri"),
        *("category", "content", "summary", "rights", "generator", "icon", "logo"),
    }
    content = next(element.text for element in root.iter() if element.tag.endswith("}content"))
    reader = Reader()
    reader.feed(content)
    assert {tag for tag, _ in reader.found} <= {"p"}


@pytest.mark.parametrize(
    "text",
    [
        "[x](java\nscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](\x01javascript:alert(1))",
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
        '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    ],
)
def test_known_tricks_stay_words(text):
    made = markdown(text)

    check(made)
    assert "<img" not in made
