"""The button that asks rapporteurs for what is missing, on the front page and in the workspace."""

from django.contrib import messages
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from events.admin.invitations import is_key
from events.models import Event
from outcomes.nudges import nudge

MOST = 50  # events asked about at once


def nudge_view(model_admin, request):
    """Write to the rapporteurs of `event` (several) who have something left, or only to the participations `person`."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    keys = {int(key) for key in request.POST.getlist("event") if is_key(key)}
    events = list(Event.objects.editable_by(request.user).filter(pk__in=keys)[:MOST])
    if not events or len(events) < len(keys):
        raise Http404
    people = None
    if "person" in request.POST or "chosen" in request.POST:
        people = {int(key) for key in request.POST.getlist("person") if is_key(key)}
    written = again = 0
    for event in events:
        result = nudge(event, people, by=request.user)
        written, again = written + result.written, again + result.again
        if result.written:
            model_admin.log_change(request, event, f"Asked {result.written} rapporteurs for what is missing.")
        for participation, reason in result.refused:
            messages.warning(request, f"{participation.person} was not written to. {reason}")
    if written:
        messages.success(request, f"{written} {'mail is' if written == 1 else 'mails are'} on the way.")
    if again:
        messages.info(request, f"{again} had a mail today already: no more than one a day.")
    if not written and not again:
        messages.info(request, "Nobody was written to.")
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/admin/")
    return HttpResponseRedirect(back if safe else reverse("admin:index"))
