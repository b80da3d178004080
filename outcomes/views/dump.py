"""The dump of all that is public, while it holds."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from django.views.generic import View

from events import dumps
from events.models.generation import current_generation
from events.views.export import Sent, busy, take_place
from outcomes.dump import MANIFEST, SUFFIX
from outcomes.dump.rows import RESOURCES

PIECE = 64 * 1024  # bytes sent before it is asked again whether the dump holds
AGAIN = 120  # seconds after which to ask for the next one


class Outdated(Exception):
    """Something public changed while a file was sent: what is left of it is not."""


class DumpFile(View):
    """The manifest or one file of the dump. While none holds: 503, and when to come again."""

    http_method_names = ("get", "head", "options")

    def get(self, request, name: str = MANIFEST) -> HttpResponseBase:
        if name != MANIFEST and name.removesuffix(SUFFIX) not in RESOURCES:
            raise Http404
        dump = dumps.holding()
        try:
            file = (dumps.place() / dump.folder / name).open("rb") if dump else None
        except FileNotFoundError:
            file = None
        if file is None or dump is None:
            return not_ready()
        etag = f'"{dump.content}-{name.partition(".")[0]}"'
        content_type = "application/json" if name == MANIFEST else "application/gzip"
        size = file.seek(0, 2)
        file.seek(0)
        response: HttpResponseBase
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            file.close()
            response = HttpResponseNotModified()
        elif request.method == "HEAD" or name == MANIFEST:
            response = HttpResponse(file.read() if request.method != "HEAD" else b"", content_type=content_type)
            file.close()
            response.headers["Content-Length"] = str(size)
        elif not take_place():
            file.close()
            return busy()
        else:
            response = StreamingHttpResponse(Sent(pieces(file, dump.generation)), content_type=content_type)
            response.headers["Content-Length"] = str(size)
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = "public, no-cache"
        response.headers["X-Robots-Tag"] = "noindex"
        return response


def pieces(file: Any, generation: int) -> Iterator[bytes]:
    """Yield what is in `file` for as long as the dump holds; raises Outdated, so that the reader sees no end."""
    with file:
        while piece := file.read(PIECE):
            if current_generation() != generation:
                raise Outdated
            yield piece


def not_ready() -> HttpResponse:
    """Say that the next dump is being made."""
    words = "Something public has changed: the next dump is being made. Ask again in some minutes.\n"
    response = HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = str(AGAIN)
    response.headers["Cache-Control"] = "no-store"
    return response
