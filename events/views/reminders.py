"""Where a rapporteur ends the reminders of one event: by one click of the mail program, or by a button."""

from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt

from events.models import Participation


@method_decorator([cache_control(private=True, no_store=True), csrf_exempt], name="dispatch")
class Reminders(View):
    """The token in the address is the right to choose; it reads no session, so there is nothing to forge.

    A mail program posts here by itself (RFC 8058) and has no other token; GET, which scanners follow, changes nothing.
    """

    http_method_names = ["get", "head", "post"]

    def get(self, request, token: str):
        """Ask."""
        participation = Participation.objects.with_reminder_token(token)
        if participation is None:
            return render(request, "events/reminders_unknown.html", status=404)
        return render(request, "events/reminders.html", {"on": participation.wants_reminders})

    def post(self, request, token: str):
        """End them, or with `again` begin them again; as often as it is pressed."""
        if participation := Participation.objects.with_reminder_token(token):
            wanted = "again" in request.POST
            Participation.objects.filter(pk=participation.pk).update(wants_reminders=wanted)
        return self.get(request, token)
