"""The door for uploaded files: each is served only where the row it belongs to may be read."""

from pathlib import PurePosixPath

from django.conf import settings
from django.http import FileResponse, Http404
from django.utils.text import slugify
from django.views import View

# What a browser may show by itself; everything else is handed over to be saved: a PDF, too, can carry a script.
SHOWN = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}
SAVED = {"pdf": "application/pdf"}  # named, so that a phone knows what opens it


# What `RandomName` makes, as the last part of an address.
NAME = r"(?P<name>[0-9a-f]{26}\.[a-z0-9]{1,5})"


class StoredFile(View):
    """Serves the file in `field` of the one row, public or visible to whoever asks, that has it; else 404.

    Subclasses name the `field` with its `folder` and give both QuerySets. The session is read only where the public
    finds nothing.
    """

    folder: str
    field: str
    http_method_names = ["get", "head"]

    def public(self):
        """Return the rows whose file anyone may open."""
        raise NotImplementedError

    def visible_to(self, user):
        """Return the rows whose file `user` may open."""
        raise NotImplementedError

    def get(self, request, name):
        stored = f"{self.folder}/{name}"
        row, private = self.public().filter(**{self.field: stored}).first(), False
        if row is None and settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            row, private = self.visible_to(request.user).filter(**{self.field: stored}).first(), True
        if row is None:
            raise Http404
        return self.answer(row, private=private)

    def answer(self, row, *, private: bool) -> FileResponse:
        """Return the file under a name made from its row, as a type that browsers do not second-guess."""
        file = getattr(row, self.field)
        suffix = PurePosixPath(file.name).suffix.lstrip(".").lower()
        try:
            opened = file.open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        response = FileResponse(
            opened,
            as_attachment=suffix not in SHOWN,
            filename=f"{slugify(str(row), allow_unicode=True)[:80] or 'file'}.{suffix}",
            content_type=SHOWN.get(suffix) or SAVED.get(suffix, "application/octet-stream"),
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
        response["Cache-Control"] = "private, no-store" if private else "public, max-age=60"
        return response
