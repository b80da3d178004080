"""What stands where something was public once."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def gone(request: HttpRequest, withdrawn_at: dt.datetime, public_note: str = "") -> HttpResponse:
    """Answer for what was public once (410): when it was withdrawn, the public note if there is one, nothing else."""
    return render(request, "410.html", {"withdrawn_at": withdrawn_at, "public_note": public_note}, status=410)
