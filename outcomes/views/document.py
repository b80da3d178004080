"""The report of an event, or what came of it, as a file."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.http import content_disposition_header, parse_etags
from django.utils.translation import gettext
from django.views.generic import View

from events.models import Event
from events.views import gone
from outcomes.documents import making
from outcomes.models import KeptDocument, Report

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
AGAIN = 3  # seconds until somebody who waits asks again


class EventDocument(View):
    """The document of a public event: the file that is kept, or one that is made now, or a page that waits for it."""

    http_method_names = ["get", "head"]

    def get(self, request, slug, extension):
        of = making.current(slug)
        if of is None:
            return self.not_there(request, slug)
        etag = f'"{of.fingerprint}-{extension}"'
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            return self.to_keep(HttpResponseNotModified(), etag)
        row = making.kept(of, extension)
        if row is None:
            event = Event.objects.public().filter(pk=of.event).first()
            if event is None:
                raise Http404
            row = making.ask_for(event, extension)
            if row.fingerprint != of.fingerprint:
                return self.wait(request, event, row)
        response = as_file(bytes(row.content), extension, of.file_name)
        return self.to_keep(response, etag)

    def to_keep(self, response: HttpResponse, etag: str) -> HttpResponse:
        response["ETag"] = etag
        response["Cache-Control"] = "public, no-cache"  # keep it, but ask each time: what is withdrawn is gone
        return response

    def wait(self, request: HttpRequest, event: Event, row: KeptDocument) -> HttpResponse:
        """Answer people with a page that asks again, and programs with when to (503)."""
        if request.accepts("text/html") and "text/html" in request.headers.get("Accept", ""):
            context = {"event": event, "row": row, "steps": making.STEPS, "again": AGAIN}
            response = render(request, "outcomes/document_wait.html", context, status=202)
        else:
            words = gettext("This document is being made. Ask again in a few seconds.")
            response = HttpResponse(f"{words}\n", content_type="text/plain; charset=utf-8", status=503)
        response["Retry-After"] = str(AGAIN)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    def not_there(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Answer 410 for the document of what was public once, else as for what does not exist."""
        withdrawn = Event.objects.tombstones().filter(slug=slug).values_list("withdrawn_at", "public_note").first()
        if withdrawn:
            return gone(request, *withdrawn)
        report = Report.objects.tombstones().filter(event__slug=slug).first()
        if report is None:
            raise Http404
        return gone(request, report.changes.latest("at").at)


def as_file(content: bytes, extension: str, name: str) -> HttpResponse:
    """Return a document as a file: a PDF is shown, a Word file saved."""
    response = HttpResponse(content, content_type=TYPES[extension])
    disposition = content_disposition_header(as_attachment=extension != "pdf", filename=f"{name}.{extension}")
    response["Content-Disposition"] = disposition or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response
