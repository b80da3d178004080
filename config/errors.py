"""Error answers that Django does not render by template name alone."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

RETRY_AFTER = 30  # seconds


def csrf_failure(request, reason=""):
    """Answer a form whose token is missing or old: what was typed is still in the browser, one step back.

    A view that gives the words back itself has a `csrf_failure`.
    """
    view = getattr(request.resolver_match.func, "view_class", None) if request.resolver_match else None
    if answer := getattr(view, "csrf_failure", None):
        return answer(request)
    return render(request, "403_csrf.html", status=403)


def server_error(request):
    """Answer whatever nobody caught: 503 when the database is away or busy, else 500. Neither asks the database."""
    if isinstance(sys.exception(), (OperationalError, InterfaceError)):
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"})
    return HttpResponse(render_to_string("500.html"), status=500)
