"""Publishing an event and what is approved of it, now or at a set time; seeing before what the public will see."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.formats import date_format

from events.admin.pages import EventPage
from events.models import Event, NotAllowed
from events.printed import SHOWN
from events.views.event import EventDetail
from outcomes.admin.workspace import Workspace
from outcomes.models import Outcome, Publication, Status
from outcomes.publishing import MOST, AlreadySet, against_publishing, cancel, ready, set_publication

LONGEST = dt.timedelta(days=366)  # how far ahead a publication may be set


class WhenForm(forms.Form):
    """Now, or at a time at the place of the event."""

    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Now"), ("later", "At a set time")],
        widget=forms.RadioSelect,
        initial="now",
        error_messages={"required": "Choose when."},
    )
    at = forms.DateTimeField(
        label="Day and time",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={"invalid": "Give the day and the time, such as 2027-03-04 09:00."},
    )
    with_event = forms.BooleanField(label="Publish the page of the event as well", required=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("when") == "later" and "at" not in self.errors:
            at = cleaned.get("at")
            if at is None:
                self.add_error("at", "Give the day and the time.")
            elif not timezone.now() < at <= timezone.now() + LONGEST:
                self.add_error("at", "That is not in the next twelve months: give a time to come.")
        return cleaned


class Publish(Workspace):
    """What is ready, each with its wording; one button publishes all that is ticked, or sets when that happens."""

    tab = "publication"
    needs = ("outcomes.review_outcome",)

    def get(self, request, pk):
        return self.form_page(None)

    def post(self, request, pk):
        with timezone.override(self.event.zone):
            form = self.form(request.POST)
            if not form.is_valid():
                return self.form_page(form, 422)
        later = form.cleaned_data["when"] == "later"
        read = dict(pair for value in request.POST.getlist("read") if (pair := read_pair(value)))
        with_event = form.cleaned_data.get("with_event", False)
        if self.event.status == Event.Status.WITHDRAWN:
            form.add_error(None, "The event is withdrawn: publish it again first.")
            return self.form_page(form, 409)
        if not read and not with_event:
            form.add_error(None, "Nothing is ticked.")
            return self.form_page(form, 422)
        due_at = form.cleaned_data["at"] if later else None
        try:
            with transaction.atomic():
                done = set_publication(self.event, read, with_event=with_event, by=request.user, due_at=due_at)
                words = f"Set a publication for {due_at:%Y-%m-%d %H:%M} UTC." if due_at else "Published what was ready."
                self.model_admin.log_change(request, self.event, words)
        except AlreadySet:
            form.add_error(None, "A publication is set already: cancel it first.")
            return self.form_page(form, 409)
        except NotAllowed as refused:
            raise PermissionDenied(str(refused)) from refused
        self.report(done, due_at)
        return HttpResponseRedirect(self.address("workspace_outcomes"))

    def report(self, done: Publication, due_at) -> None:
        number = done.items.count()
        if due_at:
            when = f"{date_format(due_at.astimezone(self.event.zone), 'j F Y, H:i')} ({self.event.time_zone})"
            messages.success(self.request, f"Set for {when}: {number} outcomes. You can cancel it until then.")
            return
        if done.done_at is None:
            messages.success(self.request, f"{number} outcomes are being published. Open this page again in a moment.")
            return
        published = done.items.filter(outcome__status=Status.PUBLISHED).count()
        messages.success(self.request, f"Published: {published} of {number} outcomes.")
        for code, reason in done.left_out:
            messages.warning(self.request, f"{code or 'The event'} was left as it is. {reason}")

    def form(self, data=None) -> WhenForm:
        form = WhenForm(data, label_suffix="", initial={"with_event": self.event.status == Event.Status.DRAFT})
        form.fields["at"].help_text = f"In {self.event.time_zone}, the time of the event."
        if self.event.status != Event.Status.DRAFT or not self.event.is_run_by(self.request.user):
            del form.fields["with_event"]
        return form

    def form_page(self, form: WhenForm | None, status: int = 200):
        user = self.request.user
        ticked = set(self.request.POST.getlist("read")) if self.request.method == "POST" else None
        rows, found = [], list(ready(self.event).select_related("session__parent__parent")[:MOST])
        against = against_publishing(found, self.event, user)
        for outcome in found:
            outcome.event = self.event
            value = f"{outcome.pk}:{outcome.version}"
            rows.append((outcome, value, ticked is None or value in ticked, against[outcome.pk]))
        able = sum(not against for *_, against in rows)
        return self.show({"form": form or self.form(), "rows": rows, "able": able}, status)


class Cancel(EventPage):
    """Take back a publication that is still to come."""

    needs = ("outcomes.review_outcome",)

    def post(self, request, pk):
        publication = Publication.objects.open().filter(event=self.event).first()
        if publication and cancel(publication):
            self.model_admin.log_change(request, self.event, "Cancelled the publication that was set.")
            messages.success(request, "Cancelled: nothing will be published by itself.")
        else:
            messages.info(request, "Nothing was set any more.")
        return HttpResponseRedirect(self.address("workspace_outcomes"))


def read_pair(value: str) -> tuple[int, int] | None:
    """Return (key, version) from “12:3”, None for anything else."""
    key, _, version = value.partition(":")
    if all(part.isascii() and part.isdigit() and len(part) < 18 for part in (key, version)):
        return int(key), int(version)
    return None


class Preview(EventPage):
    """The page of the event exactly as the public would get it if the event and what is approved were published now.

    It is made by the public view itself, from rows that are published in a transaction which is then rolled back: no
    second idea of what is public, and nothing that could forget to take it back. Nothing of it is kept: it goes round
    what keeps pages, raises no generation and writes no derived column.
    """

    def get(self, request, pk):
        with transaction.atomic():
            publish_for_a_moment(self.event)
            response = self.as_public(request)
            response.render()
            transaction.set_rollback(True)
        add_never_cache_headers(response)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def as_public(self, request) -> TemplateResponse:
        view = EventDetail()
        view.setup(request, slug=self.event.slug)
        view.template_name = "admin/events/event/preview.html"
        view.extra_context = {
            "preview_of": self.event,
            "back": self.address("workspace"),
            "is_public": self.event.status == Event.Status.PUBLISHED,
            "approved": ready(self.event).count(),
        }
        return view.get(request, slug=self.event.slug)


def publish_for_a_moment(event: Event) -> None:
    """Write what publishing would make true, and no more; only within a transaction that is rolled back."""
    now = timezone.now()
    Event.objects.filter(pk=event.pk).update(
        status=Event.Status.PUBLISHED, published_at=Coalesce(F("published_at"), now), withdrawn_at=None, public_note=""
    )
    last = dict(Outcome.objects.filter(event=event).order_by().values_list("kind").annotate(Max("number")))
    rows = list(ready(event).only("pk", "kind")[: SHOWN + 1])  # in the order of the page, which shows no more
    for outcome in rows:
        outcome.number = last[outcome.kind] = (last[outcome.kind] or 0) + 1
        outcome.status, outcome.published_at = Status.PUBLISHED, now
    Outcome.objects.bulk_update(rows, ["number", "status", "published_at"], batch_size=100)
