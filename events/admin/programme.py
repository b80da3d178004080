"""The programme of an event on one page: each row opens where it stands, each act is a small post."""

import secrets
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from events.admin.invitations import is_key
from events.admin.programme_forms import CopyForm, GroupsForm, SessionForm, ShiftForm
from events.cloning import clone_session
from events.importing.agenda_import import AgendaImport
from events.importing.times import day as read_day
from events.models import Event
from events.plan import Plan, Row, mark_of, plan
from events.scheduling import Stale, add_groups, remove, save_session, shift_from, swap
from events.zones import offset_on
from participants import history
from participants.importing.admin import start_address

NAME = "events_event_programme"
STALE = "A colleague changed this meanwhile: here it is as it stands now. Nothing of yours was stored."


class EditsProgramme:
    """For the admin of events: the page on which its programme is made."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.programme_view)
        return [path("<int:pk>/programme/", view, name=NAME), *super().get_urls()]

    def programme_view(self, request, pk: int) -> HttpResponse:
        event = get_object_or_404(Event.objects.editable_by(request.user), pk=pk)
        if not self.has_change_permission(request, event):
            raise PermissionDenied
        found = plan(event)
        if request.method == "POST":
            with history.watch(event.sessions.order_by(), by=request.user):
                return self.act(request, event, found)
        return self.show(request, event, found, **opened(request, event, found))

    def act(self, request, event: Event, found: Plan) -> HttpResponse:
        """Do what one button asks for, and show the row it was done to."""
        word, _, rest = request.POST.get("act", "").partition(":")
        key, _, expected = rest.partition(":")
        if word == "add":
            return self.save(request, event, found, None)
        row = found.rows.get(int(key)) if is_key(key) else None
        if row is None and is_key(key) and word in ACTS:
            messages.warning(request, "That session is no longer there: a colleague deleted it meanwhile.")
            return back(event)
        if row is None:
            raise Http404
        if word not in ACTS:
            raise Http404
        try:
            return ACTS[word](self, request, event, found, row, expected)
        except Stale:
            messages.warning(request, STALE)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        return back(event, row)

    def save(self, request, event: Event, found: Plan, row: Row | None, expected: str = "") -> HttpResponse:
        """Store what the form of a row says; where somebody was faster, show both."""
        form = SessionForm(request.POST, event=event, found=found, row=row)
        if differences := form.changed_meanwhile():
            form.data = form.data.copy()
            form.data[form.add_prefix("mark")] = row.mark
            context = {"open_row": row, "form": form, "meanwhile": differences, "new_key": secrets.token_hex(16)}
            return self.show(request, event, found, status=409, **context)
        saved = form.save(save_session) if form.is_valid() else None
        if saved is None:
            found = plan(event)  # the form wrote into the rows of the other
            context = {"open_row": row and found.rows[row.pk], "adding": row is None, "form": form}
            return self.show(request, event, found, status=422, new_key=secrets.token_hex(16), **context)
        self.log_change(request, event, f"{'Changed' if row else 'Added'} “{saved}” in the programme.")
        messages.success(request, f"“{saved}” is saved.")
        if row is None and "another" in request.POST:
            return back(event, add=saved.day or "none", under=saved.parent_id or "")
        return back(event, saved)

    def swap(self, request, event, found, row, expected, *, up: bool) -> HttpResponse:
        moved = swap(event, row.pk, expected, up=up)
        self.log_change(request, event, f"Moved “{moved}” {'up' if up else 'down'} in the programme.")
        messages.success(request, f"“{moved}” moved {'up' if up else 'down'}.")
        return back(event, row)

    def shift(self, request, event, found, row, expected) -> HttpResponse:
        form = ShiftForm(request.POST, prefix="shift", label_suffix="")
        if not form.is_valid():
            context = opened(request, event, found, row.pk) | {"shift_form": form}
            return self.show(request, event, found, status=422, **context)
        minutes = form.cleaned_data["minutes"]
        number = shift_from(event, row.pk, minutes, form.cleaned_data["mark"])
        self.log_change(request, event, f"Moved {number} sessions from “{row.session}” on by {minutes} minutes.")
        messages.success(request, f"{number} {'session' if number == 1 else 'sessions'} moved by {minutes} minutes.")
        return back(event, row)

    def groups(self, request, event, found, row, expected) -> HttpResponse:
        form = GroupsForm(request.POST, prefix="groups", label_suffix="")
        if not form.is_valid():
            context = opened(request, event, found, row.pk) | {"groups_form": form}
            return self.show(request, event, found, status=422, **context)
        number = add_groups(event, row.pk, form.cleaned_data["number"], form.cleaned_data["key"])
        if number:
            self.log_change(request, event, f"Added {number} breakout groups under “{row.session}”.")
            messages.success(request, f"{number} breakout {'group is' if number == 1 else 'groups are'} added.")
        else:
            messages.info(request, "These groups were added already.")
        return back(event, row)

    def copy(self, request, event, found, row, expected) -> HttpResponse:
        form = CopyForm(request.POST, prefix="copy", label_suffix="")
        if not form.is_valid():
            context = opened(request, event, found, row.pk) | {"copy_form": form}
            return self.show(request, event, found, status=422, **context)
        number = clone_session(event, row.pk, expected=expected, **form.cleaned_data)
        if number:
            self.log_change(request, event, f"Copied “{row.session}” in the programme.")
            messages.success(request, f"“{row.session}” is copied: {number} new in the programme.")
        else:
            messages.info(request, "This was copied already.")
        return back(event, row)

    def remove(self, request, event, found, row, expected) -> HttpResponse:
        """Delete it; asked first, since there is no way back."""
        if "confirmed" not in request.POST:
            context = opened(request, event, found, row.pk) | {"removing": True}
            return self.show(request, event, found, **context)
        remove(event, row.pk, expected)
        self.log_change(request, event, f"Deleted “{row.session}” from the programme.")
        messages.success(request, f"“{row.session}” is deleted.")
        return back(event)

    def show(self, request, event: Event, found: Plan, status: int = 200, **context) -> HttpResponse:
        today = event.starts_on or timezone.localdate(timezone=event.zone)
        context |= {
            **self.admin_site.each_context(request),
            "title": f"Programme: {event}",
            "opts": self.opts,
            "original": event,
            "back": reverse("admin:events_event_change", args=[event.pk]),
            "address": address(event),
            "plan": found,
            "rooms": sorted({row.session.room for row in found.rows.values() if row.session.room}),
            "offset": offset_on(event.zone, today),
            "number": len(found.rows),
            "at": request.GET.get("at", ""),
            "import_address": start_address(AgendaImport, event),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/events/event/programme.html", context, status=status)


ACTS = {
    "save": EditsProgramme.save,
    "up": lambda admin, *args: admin.swap(*args, up=True),
    "down": lambda admin, *args: admin.swap(*args, up=False),
    "shift": EditsProgramme.shift,
    "groups": EditsProgramme.groups,
    "copy": EditsProgramme.copy,
    "remove": EditsProgramme.remove,
}


def address(event: Event, row=None, **query) -> str:
    where = reverse(f"admin:{NAME}", args=[event.pk])
    if row:
        return f"{where}?at={row.pk}#s{row.pk}"
    query = {name: value for name, value in query.items() if value}
    return f"{where}?{urlencode(query)}#new" if query else where


def back(event: Event, row=None, **query) -> HttpResponseRedirect:
    return HttpResponseRedirect(address(event, row, **query))


def opened(request, event: Event, found: Plan, pk: int | None = None) -> dict:
    """Return what is open on the page: the row that the address or an act names, or the form for a new one."""
    asked = pk or request.GET.get("open", "")
    row = found.rows.get(int(asked)) if is_key(str(asked)) else None
    key = secrets.token_hex(16)
    if row:
        return {
            "open_row": row,
            "form": SessionForm(event=event, found=found, row=row),
            "shift_form": ShiftForm(prefix="shift", label_suffix="", initial={"mark": mark_of(found.from_on(row))}),
            "following": len(found.from_on(row)),
            "copy_form": CopyForm(
                prefix="copy",
                label_suffix="",
                initial={"key": key, "day": row.day, "start": row.starts_at and row.starts_at.time()},
            ),
            "groups_form": GroupsForm(prefix="groups", label_suffix="", initial={"number": 6, "key": key}),
        }
    if "add" in request.GET:
        return {"adding": True, "form": SessionForm(event=event, found=found, initial=suggested(request, found, key))}
    return {}


def suggested(request, found: Plan, key: str) -> dict:
    """Return what a new session begins with: on the day asked for, where the one before it ends."""
    day, under = read_day(request.GET["add"]), request.GET.get("under", "")
    above = found.rows.get(int(under)) if is_key(under) else None
    beside = above.groups if above else found.days.get(day, [])
    last = next((row for row in reversed(beside) if row.ends_at), None)
    start = last.ends_at.time() if last and last.day and last.ends_at.date() == last.day else None
    return {"key": key, "day": day, "start": start, "under": under if above else ""}


def programme_link(event: Event) -> dict:
    """Return the chip that leads to the page, as `around` shows chips."""
    return {"label": "Programme", "count": None, "address": address(event)}
