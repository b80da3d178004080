"""Error answers that Django does not render by template name alone."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from events.api.problems import problem, unavailable

RETRY_AFTER = 30  # seconds


def csrf_failure(request, reason=""):
    """Answer a form whose token is missing or old: what was typed is still in the browser, one step back.

    A view that gives the words back itself has a `csrf_failure`.
    """
    view = getattr(request.resolver_match.func, "view_class", None) if request.resolver_match else None
    if answer := getattr(view, "csrf_failure", None):
        return answer(request)
    return render(request, "403_csrf.html", status=403)


def is_for_programs(request) -> bool:
    """Whether an answer is read by a program: it gets a problem instead of a page."""
    return request.path_info.startswith("/api/v")


def bad_request(request, exception):
    """Answer what Django refuses before any view sees it, such as a host that is not ours."""
    return problem(400) if is_for_programs(request) else defaults.bad_request(request, exception)


def server_error(request):
    """Answer whatever nobody caught: 503 when the database is away or busy, else 500. Neither asks the database."""
    is_away = isinstance(sys.exception(), (OperationalError, InterfaceError))
    if is_for_programs(request):
        return unavailable() if is_away else problem(500)
    if is_away:
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"})
    return HttpResponse(render_to_string("500.html"), status=500)
