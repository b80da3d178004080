"""Public pages, kept whole under the generation of what is public.

Only views that ask neither who is there nor for a session use this (see `events.pages.PublicPage`), each with the list
of parameters it reads. A hit, or a 304, costs no query, and a withdrawal is seen by every process within a second.

Nothing is kept that was made within a transaction: it may hold what never comes true. An ETag is made of the page
alone, so that what happens behind the scenes, which raises the generation, cannot be seen from it.
"""

import datetime as dt
import gzip
import hashlib
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language

from events import shelf
from events.models.generation import current_generation, within_transaction

FRESH = 300  # seconds after which a page is made anew though nothing changed: days pass, dates become overdue
KEEPS = True  # tests turn this off, to see what a page is made of
LONGEST = 512  # characters of a query string that is worth keeping
COMPRESSED_FROM = 500  # bytes; below that gzip gains nothing


class Page(NamedTuple):
    """What is kept of an answer."""

    content: bytes
    is_compressed: bool
    content_type: str
    vary: str
    etag: str
    link: str = ""


def window() -> int:
    """Return the number of the stretch of time within which pages are kept; the next one makes them anew."""
    return int(time.time() // FRESH)


def window_began() -> dt.datetime:
    """Return since when pages may have been kept.

    What comes about without raising the generation is told by pages that are made after that. Told any sooner, it
    would stand in a page as soon as the generation is raised: readers could see that something happened unseen.
    """
    return dt.datetime.fromtimestamp(window() * FRESH, dt.UTC)


def keeps() -> bool:
    """Whether what is made of the database now may be kept for others."""
    return KEEPS and not within_transaction()


def kept(request: HttpRequest, parameters: tuple[str, ...], respond: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer with the page that is kept, or by `respond()`, and keep that if it is a whole page for everybody."""
    key = _key(request, parameters) if keeps() else None
    if key is None:
        return respond()
    page = shelf.get(key)
    if page is None:
        response = respond()
        if hasattr(response, "render"):
            response.render()
        session = getattr(request, "session", None)
        if response.status_code != 200 or response.streaming or response.cookies or (session and session.accessed):
            return response
        page = _page(response)
        shelf.put(key, page, FRESH)
    page = Page(*page)
    if page.etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _with_headers(HttpResponseNotModified(), page)
    return _with_headers(_answer(request, page), page)


def _page(response: HttpResponse) -> Page:
    content, content_type = response.content, response.headers["Content-Type"]
    is_compressed = len(content) >= COMPRESSED_FROM
    return Page(
        gzip.compress(content, 6, mtime=0) if is_compressed else content,
        is_compressed,
        content_type,
        response.get("Vary", ""),
        f'W/"{hashlib.sha256(content_type.encode() + content).hexdigest()[:40]}"',
        response.get("Link", ""),
    )


def _key(request: HttpRequest, parameters: tuple[str, ...]) -> str | None:
    """Return what the answer depends on, as one word; None for what is not kept."""
    if request.method not in ("GET", "HEAD") or len(request.META.get("QUERY_STRING", "")) > LONGEST:
        return None
    asked = [(name, value) for name in parameters for value in request.GET.getlist(name)]
    parts = [
        str(current_generation()),
        str(window()),
        request.path,
        urlencode(asked, errors="backslashreplace"),
        get_language() or "",
        request.headers.get("HX-Request", ""),
    ]
    return hashlib.sha256("\n".join(parts).encode(errors="backslashreplace")).hexdigest()[:40]


def _answer(request: HttpRequest, page: Page) -> HttpResponse:
    as_it_is = page.is_compressed and "gzip" in request.headers.get("Accept-Encoding", "")
    content = gzip.decompress(page.content) if page.is_compressed and not as_it_is else page.content
    response = HttpResponse(content, content_type=page.content_type)
    if as_it_is:
        response.headers["Content-Encoding"] = "gzip"
    if page.link:
        response.headers["Link"] = page.link
    return response


def _with_headers(response: HttpResponse, page: Page) -> HttpResponse:
    patch_vary_headers(response, [*filter(None, page.vary.split(", ")), "Accept-Encoding"])
    response.headers["ETag"] = page.etag
    response.headers["Cache-Control"] = "public, no-cache"  # keep it, but ask each time: what is withdrawn is gone
    return response


_remembered: dict[str, tuple[int, Any]] = {}


def remembered[Value](name: str, make: Callable[[], Value]) -> Value:
    """Return what `make()` returned last in this process, or now if what is public has changed since.

    For what many pages need and few bytes hold: the vocabulary, the numbers beside the filters.
    """
    if not keeps():
        return make()
    number = current_generation()
    entry = _remembered.get(name)
    if entry is None or entry[0] != number:
        if len(_remembered) > 1000:
            _remembered.clear()
        entry = _remembered[name] = (number, make())
    return entry[1]
