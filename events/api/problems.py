"""What the API says instead of an answer: a problem in plain words (RFC 9457)."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER = 30  # seconds, while the database is away

# What a problem of each status is called, and what it means where nothing more is known.
TITLES = {
    400: ("This cannot be answered as it is asked", "The address holds something that this list does not know."),
    404: ("There is nothing here", "It may be mistyped, or what you look for may not be published."),
    405: ("This API is read only", "Ask with GET or HEAD."),
    406: ("There is only JSON here", "Ask for application/json, or leave out the Accept header."),
    410: ("This was withdrawn", "It was public once and is not any more."),
    429: ("Too many requests", "Wait as long as Retry-After says, then go on."),
    500: ("Something went wrong here", "It is not your fault. Try again later."),
    503: ("The portal cannot answer at the moment", "Try again in half a minute."),
}


class Wrong(NamedTuple):
    """What is wrong with one parameter."""

    parameter: str
    detail: str


class Refused(Exception):
    """A request that gets a problem for an answer."""

    def __init__(self, status: int, detail: str = "", *, headers: dict[str, str] | None = None, **more: Any):
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers or {}, more

    @classmethod
    def because(cls, wrong: Iterable[Wrong]) -> "Refused":
        """Return the refusal of parameters, each with what is wrong with it."""
        wrong = list(wrong)
        return cls(400, " ".join(one.detail for one in wrong), errors=[one._asdict() for one in wrong])

    def answer(self) -> HttpResponse:
        """Return it as a problem."""
        return problem(self.status, self.detail, headers=self.headers, **self.more)


def problem(status: int, detail: str = "", *, headers: dict[str, str] | None = None, **more: Any) -> HttpResponse:
    """Return the answer of that status; `more` are members of its own, such as when something was withdrawn."""
    title, meaning = TITLES.get(status, (HTTPStatus(status).phrase, ""))
    said = {"type": "about:blank", "title": title, "status": status, "detail": detail or meaning, **more}
    response = HttpResponse(json.dumps(said, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return open_to_all(response)


def open_to_all(response: HttpResponse) -> HttpResponse:
    """Let pages of any site read the answer (CORS): nobody signs in here, so there is nothing to lend."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def answered(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Return the problem for what a view raised (REST framework's EXCEPTION_HANDLER); None for what nobody foresaw."""
    if isinstance(error, Refused):
        return error.answer()
    if isinstance(error, Http404 | PermissionDenied | exceptions.NotFound):
        return problem(404)
    if isinstance(error, exceptions.APIException):
        return problem(error.status_code)
    if isinstance(error, OperationalError | InterfaceError):
        return unavailable()
    return None


def unavailable() -> HttpResponse:
    """Return what is said while the database is away."""
    return problem(503, headers={"Retry-After": str(RETRY_AFTER)})
