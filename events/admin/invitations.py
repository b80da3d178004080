"""The page on which staff invite the rapporteurs of an event."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from events.deadline import Deadline
from events.invitations import Rapporteur, invite, rapporteurs
from events.models import Event, Role

NAME = "events_event_rapporteurs"


class InvitesRapporteurs:
    """For the admin of events: a page that lists the rapporteurs, invites those ticked and hands out links."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.rapporteurs_view)
        return [path("<int:pk>/rapporteurs/", view, name=NAME), *super().get_urls()]

    def rapporteurs_view(self, request, pk: int) -> HttpResponse:
        event = self.get_object(request, str(pk))
        if event is None:
            raise Http404
        if not self.has_change_permission(request, event):
            raise PermissionDenied
        if request.method == "POST":
            self.invite(request, event)
            return HttpResponseRedirect(request.get_full_path())
        rows = rapporteurs(event)
        ticked = {row.participation.pk for row in rows if to_tick(row, request.GET.get("session"))}
        context = {
            **self.admin_site.each_context(request),
            "title": f"Invite rapporteurs: {event}",
            "opts": self.opts,
            "original": event,
            "back": reverse("admin:events_event_change", args=[pk]),
            "deadline": Deadline.of(event),
            "rows": rows,
            "ticked": ticked,
            "may_send": any(not row.against for row in rows),
            "sending": uuid.uuid4(),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/events/event/rapporteurs.html", context)

    def invite(self, request, event: Event) -> None:
        """Send what was ticked, or make the one link that was asked for, and say what came of it."""
        link = request.POST.get("link", "")
        keys = [int(key) for key in ([link] if link else request.POST.getlist("rapporteur")) if is_key(key)]
        try:
            sending = uuid.UUID(request.POST.get("sending", ""))
        except ValueError:
            sending = uuid.uuid4()  # no form of ours: no second post to fear
        if not keys:
            messages.warning(request, "Nobody was invited: tick at least one.")
            return
        result = invite(event, keys, by=request.user, sending=sending, by_mail=not link)
        number = len(result.new)
        if number and link:
            messages.success(request, "The link is made: copy it below. Links given out before no longer work.")
            self.log_change(request, event, "Made a link that invites a rapporteur.")
        elif number:
            messages.success(request, f"{number} {'invitation is' if number == 1 else 'invitations are'} on the way.")
            self.log_change(request, event, f"Invited {number} of its rapporteurs.")
        elif not result.refused:
            messages.info(request, "These invitations were sent already.")
        for person, reason in result.refused:
            messages.warning(request, f"{person} was not invited. {reason}")


class OffersInvitation:
    """For the admins in which somebody is made a rapporteur: whoever was not invited yet can be, by one click."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        participation = getattr(form.instance, "participation", form.instance)
        reports = participation.roles.filter(role=Role.Role.RAPPORTEUR)
        if reports.exists() and not participation.invitations.exists():
            link = invite_link(participation.event)
            words = format_html(
                '{} is a rapporteur and not invited yet. <a href="{}">{}</a>',
                participation.person,
                link["address"],
                link["label"],
            )
            messages.info(request, words)


def is_key(value: str) -> bool:
    """Whether a posted value can be the key of a row."""
    return value.isascii() and value.isdigit() and len(value) < 18


def to_tick(row: Rapporteur, session: str | None) -> bool:
    """Whether the page opens with this one ticked: not invited yet, or just named for the session one comes from."""
    if row.against:
        return False
    if session:
        return any(str(role.session_id) == session for role in row.participation.roles.all())
    return row.invitation is None


def invite_link(event: Event, **narrower) -> dict:
    """Return the chip that leads to the page, as `around` shows chips."""
    query = "&".join(f"{name}={value}" for name, value in narrower.items())
    address = reverse(f"admin:{NAME}", args=[event.pk])
    return {"label": "Invite rapporteurs", "count": None, "address": f"{address}?{query}" if query else address}
