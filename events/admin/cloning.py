"""The page on which staff make a new event from an old one: a copy of its plan, or the next edition of its series."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse

from events.cloning import clone_event, next_edition
from events.models import Event, EventSeries
from participants import history
from participants.text import validate_plain

NAME = "events_event_clone"
EDITION, COPY = "edition", "copy"


class CloneForm(forms.Form):
    """What the new event is called, when it begins, and whether it belongs to the series of the old one."""

    what = forms.ChoiceField(
        choices=[
            (EDITION, "The next edition: it is in the same series and shows what is open since last time"),
            (COPY, "An event of its own, with the same plan"),
        ],
        widget=forms.RadioSelect,
        initial=EDITION,
    )
    title = forms.CharField(max_length=500, validators=[validate_plain], widget=forms.TextInput(attrs={"dir": "auto"}))
    starts_on = forms.DateField(
        label="First day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="All days move with it; 09:00 stays 09:00. Left empty, the sessions are copied without their times.",
    )
    series_name = forms.CharField(
        label="Name of the series",
        max_length=300,
        required=False,
        validators=[validate_plain],
        help_text="The event is in no series yet: the first and the next edition will be in one of this name.",
    )

    def __init__(self, *args, event: Event, **kwargs):
        self.event = event
        super().__init__(*args, label_suffix="", initial={"title": event.title, "series_name": event.title}, **kwargs)
        if event.series_id:
            del self.fields["series_name"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("what") == EDITION and not self.event.series_id and not cleaned.get("series_name"):
            self.add_error("series_name", "What is the series called?")
        twin = Event.objects.filter(title=cleaned.get("title"), starts_on=cleaned.get("starts_on"))
        if not self.errors and twin.exists():
            self.add_error("title", "There is an event of this title on that day already.")
        return cleaned


class ClonesEvents:
    """For the admin of events: a page that makes a new event from an old one."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.clone_view)
        return [path("<int:pk>/clone/", view, name=NAME), *super().get_urls()]

    def clone_view(self, request, pk: int) -> HttpResponse:
        event = get_object_or_404(Event.objects.editable_by(request.user).select_related("series"), pk=pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CloneForm(request.POST if request.method == "POST" else None, event=event)
        if request.method == "POST" and form.is_valid():
            try:
                new = self.clone(request, event, form.cleaned_data)
            except ValidationError as refused:
                form.add_error(None, refused.messages)
            else:
                messages.success(request, f"“{new}” is made, as a draft that nobody else sees.")
                return HttpResponseRedirect(reverse("admin:events_event_change", args=[new.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": f"New event from: {event}",
            "opts": self.opts,
            "original": event,
            "back": reverse("admin:events_event_change", args=[pk]),
            "form": form,
            "sessions": event.sessions.count(),
            "partners": event.event_partners.count(),
        }
        request.current_app = self.admin_site.name
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/events/event/clone.html", context, status=status)

    def clone(self, request, event: Event, cleaned: dict) -> Event:
        """Make it, with a line in the history of each record that is new."""
        wanted = {"title": cleaned["title"], "starts_on": cleaned["starts_on"]}
        with history.watch(Event.objects.filter(pk=event.pk), by=request.user, how="copied") as made:
            if cleaned["what"] == EDITION:
                new = next_edition(event, series_name=cleaned.get("series_name", ""), **wanted)
                made.append(EventSeries.objects.filter(pk=new.series_id))
            else:
                new = clone_event(event, series=None, **wanted)
            made += [Event.objects.filter(pk=new.pk), new.event_partners.order_by(), new.sessions.order_by()]
        self.log_addition(request, new, f"Made from “{event}”.")
        return new


def clone_link(event: Event) -> dict:
    """Return the chip that leads to the page, as `around` shows chips."""
    return {"label": "Copy or next edition", "count": None, "address": reverse(f"admin:{NAME}", args=[event.pk])}
