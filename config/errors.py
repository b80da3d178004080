"""Error answers that Django does not render by template name alone."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    """Answer a form whose token is missing or old: what was typed is still in the browser, one step back."""
    return render(request, "403_csrf.html", status=403)
