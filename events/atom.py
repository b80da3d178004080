"""Atom feeds (RFC 4287): entries, and what stands in place of those that were withdrawn (RFC 6721 beside them).

Ids are tag URIs (RFC 4151) made of the site's host and of public codes: they stay when a wording changes. No text of a
user is ever markup: titles are plain text, contents are put together by `format_html`.
"""

import datetime as dt
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext

from events.templatetags.fragments import day

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
SHOWN = 40  # entries of a feed
KEPT = dt.timedelta(days=90)  # for how long what was withdrawn stands in feeds, and a correction is told of
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # when a feed without entries was last updated

# What XML 1.0 cannot hold. Forms refuse most of it; what came another way must not break the whole feed.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """One entry. `href` and addresses of authors are paths on this site."""

    id: str
    title: str
    href: str
    updated: dt.datetime
    published: dt.datetime
    content: str  # HTML
    authors: Sequence[tuple[str, str]] = ()  # organisations: (name, address)
    categories: Sequence[tuple[str, str, str]] = ()  # (path of the scheme, term, label)


@dataclass(frozen=True)
class Withdrawn:
    """What stands where an entry stood: when it was withdrawn and the public note, nothing of what it said.

    One that was `merged` into another that is public was not withdrawn: its address leads there.
    """

    id: str
    href: str
    withdrawn_at: dt.datetime
    updated: dt.datetime
    note: str = ""
    published: dt.datetime | None = None
    merged: bool = False


@dataclass(frozen=True)
class Feed:
    """A feed: the newest of its entries, whichever way they changed last."""

    title: str
    here: str  # its own path with its query
    page: str  # the page it is the feed of
    entries: Sequence[Entry]
    withdrawn: Sequence[Withdrawn] = ()


def tag(path: str) -> str:
    """Return the id of what is called `path` here, such as "outcomes/abcd2345"; it holds as long as the host does."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{quote(path, safe='/-._~?=&')}"


def since() -> dt.datetime:
    """Return the moment from which on withdrawals and corrections are told of."""
    return timezone.now() - KEPT


def document(feed: Feed) -> bytes:
    """Return the XML of `feed`, the entry that changed last first."""
    root = ET.Element(
        "feed",
        {
            "xmlns": "http://www.w3.org/2005/Atom",
            "xmlns:at": "http://purl.org/atompub/tombstones/1.0",
            "xml:lang": get_language() or settings.LANGUAGE_CODE,
        },
    )
    found: list[Entry | Withdrawn] = [*feed.entries, *feed.withdrawn]
    rows = sorted(found, key=lambda row: (row.updated, row.id), reverse=True)[:SHOWN]
    _text(root, "id", tag(feed.here.lstrip("/")))
    _text(root, "title", feed.title, type="text")
    _text(root, "updated", moment(max((row.updated for row in rows), default=NEVER)))
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=settings.SITE_URL + feed.here)
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=settings.SITE_URL + feed.page)
    _author(root, "Readout", "/")
    _text(root, "generator", "Readout", uri=f"{settings.SITE_URL}/")
    for row in rows:
        if isinstance(row, Withdrawn):
            _deleted(root, row)
        _entry(root, _in_its_place(row) if isinstance(row, Withdrawn) else row)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def moment(at: dt.datetime) -> str:
    """Return a moment as Atom writes it, to the second, in UTC."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _entry(root: ET.Element, row: Entry) -> None:
    entry = ET.SubElement(root, "entry")
    _text(entry, "id", row.id)
    _text(entry, "title", " ".join(row.title.split()), type="text")
    _text(entry, "published", moment(row.published))
    _text(entry, "updated", moment(row.updated))
    ET.SubElement(entry, "link", rel="alternate", type="text/html", href=settings.SITE_URL + row.href)
    for name, address in row.authors:
        _author(entry, name, address)
    for scheme, term, label in row.categories:
        facts = {"scheme": settings.SITE_URL + scheme, "term": term, "label": fit(label)}
        ET.SubElement(entry, "category", facts)
    _text(entry, "content", row.content, type="html")


def _in_its_place(row: Withdrawn) -> Entry:
    """Return the entry for readers that know of no deleted ones: the same id, and nothing of what it said."""
    on = day(row.withdrawn_at.date(), "j F Y")
    said = format_html("{} {}.", gettext("Withdrawn on"), on)
    if row.merged:
        said = format_html("{} {}.", gettext("Merged into another, to which its address leads, on"), on)
    return Entry(
        id=row.id,
        title=gettext("Merged into another") if row.merged else gettext("Withdrawn"),
        href=row.href,
        updated=row.updated,
        published=row.published or row.withdrawn_at,
        content=paragraphs([said, row.note]),
    )


def _deleted(root: ET.Element, row: Withdrawn) -> None:
    gone = ET.SubElement(root, "at:deleted-entry", ref=row.id, when=moment(row.updated))
    if row.note:
        _text(gone, "at:comment", row.note, type="text")


def _author(above: ET.Element, name: str, address: str) -> None:
    author = ET.SubElement(above, "author")
    _text(author, "name", " ".join(name.split()))
    _text(author, "uri", settings.SITE_URL + address)


def _text(above: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(above, name, attributes).text = fit(text)


def fit(text: str) -> str:
    """Return `text` with U+FFFD for what XML cannot hold."""
    return _UNFIT.sub("\ufffd", text)


def last(*moments: dt.datetime | None) -> dt.datetime:
    """Return the last of the moments that are known."""
    return max((moment for moment in moments if moment), default=NEVER)


def paragraphs(parts: Iterable[str]) -> str:
    """Return each of `parts` that is not empty as a paragraph; what is no markup of our own is escaped."""
    return format_html_join("", '<p dir="auto">{}</p>', ((part,) for part in parts if part))
