"""What stands where something was public once."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def gone(request: HttpRequest, withdrawn_at: dt.datetime) -> HttpResponse:
    """Answer for what was public once (410): when it was withdrawn, and nothing else."""
    return render(request, "410.html", {"withdrawn_at": withdrawn_at}, status=410)
