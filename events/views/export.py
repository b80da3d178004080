"""A public list as a file, sent while it is read."""

import hashlib
import threading
import time
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import parse_etags
from django.views.generic import View

from events import dumps
from events.api.resources import as_text
from events.filters import PublicFilter
from events.open_data import OpenEvents, OpenList
from participants.exporting import text, workbook

SHORT = 100_000  # bytes; a file that is no longer is made and sent like a page
AT_ONCE = 2  # longer files that a process sends at once: of its four threads two are left for pages
LONGEST = 15 * 60  # seconds after which a reader who takes a file too slowly is left
AGAIN = 20  # seconds after which to ask again

_places = threading.BoundedSemaphore(AT_ONCE)


def take_place() -> bool:
    """Take a place among what is sent at once, if one is free; `Sent` gives it back."""
    return _places.acquire(blocking=False)


class TooSlow(Exception):
    """The reader took longer than anybody may hold a place; the connection ends without the end of the file."""


class Sent:
    """The pieces of a file, with the place it takes among those sent at once; it is free when the file is closed."""

    def __init__(self, pieces: Iterable[bytes]):
        self._pieces, self._until, self._is_open = pieces, time.monotonic() + LONGEST, True

    def __iter__(self):
        for piece in self._pieces:
            yield piece
            if time.monotonic() > self._until:
                raise TooSlow

    def close(self) -> None:
        """Free the place; called by Django however the answer ended."""
        if self._is_open:
            self._is_open = False
            _places.release()


def to_send(pieces: Iterator[bytes]) -> Iterable[bytes] | None:
    """Return a short file, or the pieces of a longer one with a place to send it; None where no place is free."""
    begun: list[bytes] = []
    size = 0
    for piece in pieces:
        begun.append(piece)
        size += len(piece)
        if size > SHORT:
            return Sent(chain(begun, pieces)) if take_place() else None
    return begun


class Told:
    """What is said about a list as a whole, and how many of its rows have been read."""

    def __init__(self, of: type[OpenList], filterset: Any, path: str):
        self.of, self.rows = of, 0
        query = urlencode(filterset.query()) if filterset else ""
        self.source = f"{settings.SITE_URL}{path}{'?' if query else ''}{query}"
        self.filters = [f"{name}={value}" for name, value in filterset.query()] if filterset else []

    def counted(self, parts: Iterable) -> Iterator:
        """Yield the rows of `parts`, keeping count."""
        for part in parts:
            self.rows += len(part)
            yield from part

    def notes(self) -> Iterator[tuple[str, str]]:
        """Yield what the sheet of explanations begins with; it is asked for after the last row."""
        yield "List", f"{self.of.title} of {settings.SITE_URL}"
        yield "Filters", ", ".join(self.filters) or "None: the whole list."
        yield "Rows", str(self.rows)
        yield "Made on", date_format(timezone.localdate(), "j F Y")
        yield "From", self.source
        yield "Licence", f"{settings.DATA_LICENCE}: {settings.DATA_LICENCE_URL}".removesuffix(": ")


def as_csv(told: Told, filterset: Any) -> Iterator[bytes]:
    return text.write(told.of.columns, told.counted(told.of.parts(filterset)))


def as_workbook(told: Told, filterset: Any) -> Iterator[bytes]:
    return workbook.write(told.of.columns, told.counted(told.of.parts(filterset)), told.notes)


def as_json(told: Told, filterset: Any) -> Iterator[bytes]:
    """Yield one object: what the list is, its rows as the API has them, and at the very end that it is whole."""
    about = {label.lower().replace(" ", "_"): said for label, said in told.notes() if label != "Rows"}
    yield f'{as_text(about)[:-1]},"results":['.encode()
    for part in told.of.objects(filterset):
        rows = ",\n".join(map(as_text, part))
        yield f"{',' if told.rows else ''}\n{rows}".encode() if rows else b""
        told.rows += len(part)
    yield f'\n],"rows":{told.rows},"complete":true}}\n'.encode()


def as_json_lines(told: Told, filterset: Any) -> Iterator[bytes]:
    """Yield an object a line, as the API has it; the last line says that there are no more, and how many there were."""
    for part in told.of.objects(filterset):
        told.rows += len(part)
        yield "".join(f"{as_text(row)}\n" for row in part).encode()
    yield f'{{"complete":true,"rows":{told.rows}}}\n'.encode()


FORMATS = {
    "csv": (text.CONTENT_TYPE, as_csv),
    "xlsx": (workbook.CONTENT_TYPE, as_workbook),
    "json": ("application/json", as_json),
    "jsonl": ("application/jsonl", as_json_lines),
}


class ListFile(View):
    """The list of a public page as a file, under the same parameters; values that mean nothing are refused.

    A page says which filters it left out. A file cannot: who mistypes one must not get everything.
    """

    http_method_names = ("get", "head", "options")
    of: ClassVar[type[OpenList]]

    def get(self, request: HttpRequest, extension: str) -> HttpResponseBase:
        filterset = self.of.filterset_class(request.GET) if self.of.filterset_class else None
        if filterset and (names := not_understood(filterset, request)):
            words = f"Not understood: {', '.join(names)}.\n"
            return HttpResponse(words, status=400, content_type="text/plain; charset=utf-8")
        content_type, write = FORMATS[extension]
        told = Told(self.of, filterset, request.path)
        etag = self.etag(told)
        response: HttpResponseBase
        if etag and etag in parse_etags(request.headers.get("If-None-Match", "")):
            response = HttpResponseNotModified()
        elif request.method == "HEAD":
            response = StreamingHttpResponse((), content_type=content_type)
        elif (pieces := to_send(write(told, filterset))) is None:
            return busy()
        else:
            response = StreamingHttpResponse(pieces, content_type=content_type)
        name = f"{self.of.name}-{timezone.localdate():%Y-%m-%d}.{extension}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        if etag:
            response.headers["ETag"] = etag
        response.headers["Cache-Control"] = "public, no-cache"  # ask each time: what is withdrawn is gone
        response.headers["X-Robots-Tag"] = "noindex"  # the pages are to be found, not these
        return response

    def etag(self, told: Told) -> str:
        """Return what the file depends on, as one word; "" while that is not known.

        Only the dump knows, while it holds. The generation would tell of what happens behind the scenes.
        """
        dump = dumps.holding()
        if dump is None:
            return ""
        parts = (dump.content, told.source, str(timezone.localdate()))
        return f'W/"{hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]}"'


def not_understood(filterset: PublicFilter, request: HttpRequest) -> list[str]:
    """Return the names of the filters of which some value means nothing."""
    names = set(filterset.form.errors)
    for name in filterset.base_filters:
        asked = {value.strip() for value in request.GET.getlist(name)} - {""}
        if not asked <= set(filterset.data.getlist(name)):
            names.add(name)
    return sorted(names)


def busy() -> HttpResponse:
    """Say that as many files are being sent as are at once."""
    words = "Other files are being sent just now. Ask again in a moment.\n"
    response = HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = str(AGAIN)
    response.headers["Cache-Control"] = "no-store"
    return response


class EventFile(ListFile):
    """The list of dialogues."""

    of = OpenEvents
