"""What staff did, found again: one log of all curated records, and the way back from a change."""

import datetime as dt
import json

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst

from events.history import lines_visible_to
from events.models import Event, Guarded, Unanswered
from events.workflow import settle_visibility
from participants import history
from participants.history_pages import page_of
from participants.models import Change, User
from participants.models.change import label_of

FOUND = 50  # events or people whose name a word of the search may be


class LogForm(forms.Form):
    """What to look for; each field narrows."""

    words = forms.CharField(label="Words of its title", required=False, max_length=100)
    record = forms.ChoiceField(label="Kind of record", required=False)
    event = forms.CharField(
        label="Event", required=False, max_length=200, help_text="Its reference, or words of its title."
    )
    person = forms.CharField(label="Who changed it", required=False, max_length=200)
    first = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.user = user
        kinds = sorted(
            (capfirst(str(model._meta.verbose_name)), label_of(model))
            for model in history.kept_models()
            if user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
        )
        self.fields["record"].choices = [("", "Any"), *((label, name) for name, label in kinds)]

    def narrow(self, changes):
        """Return those of `changes` that were asked for; none while something typed makes no sense."""
        if not self.is_valid():
            return changes.none()
        wanted = self.cleaned_data
        if wanted["words"]:
            changes = changes.filter(name__icontains=wanted["words"])
        if wanted["record"]:
            changes = changes.filter(record=wanted["record"])
        if called := wanted["event"]:
            events = Event.objects.editable_by(self.user)
            found = events.filter(Q(reference__iexact=called) | Q(title__icontains=called) | Q(slug=called))
            changes = changes.filter(event_key__in=list(found.order_by().values_list("pk", flat=True)[:FOUND]))
        if called := wanted["person"]:
            found = User.objects.filter(name__icontains=called).order_by().values_list("pk", flat=True)
            changes = changes.filter(by__in=list(found[:FOUND]))
        if wanted["first"]:
            changes = changes.filter(at__gte=_midnight(wanted["first"]))
        if wanted["last"]:
            changes = changes.filter(at__lt=_midnight(wanted["last"]) + dt.timedelta(days=1))
        return changes


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


@admin.register(Change)
class ChangeAdmin(admin.ModelAdmin):
    """The log, to be read; nobody adds, changes or deletes a line."""

    def get_urls(self):
        back = self.admin_site.admin_view(self.back_view)
        return [path("<int:pk>/back/", back, name="participants_change_back"), *super().get_urls()]

    def get_queryset(self, request):
        return lines_visible_to(request.user)

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = {name: value for name, value in request.GET.items() if name in LogForm.base_fields}
        form = LogForm(asked, user=request.user)
        lines, older = page_of(form.narrow(self.get_queryset(request)), request)
        return self.page(request, "log", {"title": "History", "form": form, "lines": lines, "older": older})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A line has no form: it is shown where its record's others are."""
        change = self.get_object(request, object_id)
        if change is None or not self.has_view_permission(request, change):
            raise Http404
        return self.page(request, "log", {"title": str(change), "lines": history.in_words([change])})

    def history_view(self, request, object_id, extra_context=None):
        raise Http404

    def page(self, request, name: str, context: dict, status: int = 200):
        request.current_app = self.admin_site.name
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/history/{name}.html", context, status=status)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    # Back again

    def back_view(self, request, pk: int):
        """Show what would be another, and on POST make it so; `?whole=1` means as the record stood after that line."""
        change = get_object_or_404(self.get_queryset(request).select_related("by"), pk=pk)
        whole = request.GET.get("whole") == "1"
        record, back = self.record_of(request, change)
        error, status = "", 200
        if request.method == "POST":
            try:
                with transaction.atomic():
                    self.put_back(change, record, whole=whole, seen=request.POST.get("seen", ""), by=request.user)
            except history.Stale:
                error, status = "Somebody changed it meanwhile: read once more what would become of it.", 409
            except Unanswered as refused:
                error, status = str(refused), 422
            except ValidationError as wrong:
                error, status = " ".join(wrong.messages), 422
            else:
                messages.success(request, f"{record}: changed back.")
                return HttpResponseRedirect(back)
        now, then = history.as_it_was(change, whole=whole)
        line = history.in_words([_imagined(change, now, then)])[0]
        context = {
            "title": "Back to how it was then" if whole else "Undo this change",
            "change": change,
            "line": line,
            "seen": _seal(now, then),
            "left": [] if whole else _moved_on(change, now),
            "back": back,
            "error": error,
        }
        return self.page(request, "back", context, status)

    def record_of(self, request, change: Change):
        """Return the record of `change`, if this person may change it, and the address of its history."""
        model = history.model_of(change.record)
        model_admin = model and self.admin_site._registry.get(model)
        record = model and model._base_manager.filter(pk=change.key).first()
        if record is None:
            raise Http404
        at_hand = record
        if model_admin is None:  # it is edited on the page of what it stands under
            parent = history.model_of(change.under) if change.under else None
            model_admin = parent and self.admin_site._registry.get(parent)
            at_hand = parent and parent._base_manager.filter(pk=change.under_key).first()
            if model_admin is None or at_hand is None:
                raise Http404
        if not model_admin.get_queryset(request).filter(pk=at_hand.pk).exists():
            raise Http404
        allowed = request.user.has_perm(f"{model._meta.app_label}.change_{model._meta.model_name}")
        if not allowed or not model_admin.has_change_permission(request, at_hand):
            raise PermissionDenied
        opts = model_admin.opts
        return record, reverse(f"admin:{opts.app_label}_{opts.model_name}_history", args=[at_hand.pk])

    def put_back(self, change: Change, record, *, whole: bool, seen: str, by) -> None:
        """Change `record` back, and bring up to date what follows from it; raises Stale unless it is as it was seen."""
        event = Event.objects.filter(pk=change.event_key).select_for_update(no_key=True).first()
        now, then = history.as_it_was(change, whole=whole)
        if not then or seen != _seal(now, then):
            raise history.Stale
        history.put_back(record, now, then, by=by)
        if isinstance(record, Guarded) and record.would_be_read():
            record.refuse_unanswered()
        if event:
            settle_visibility(event)


def _imagined(change: Change, now: dict, then: dict) -> Change:
    """The line that changing back would write."""
    values = {name: [now[name], then[name]] for name in then}
    return Change(kind=Change.Kind.CHANGED, record=change.record, key=change.key, name=change.name, values=values)


def _moved_on(change: Change, now: dict) -> list[str]:
    """Labels of fields that somebody gave yet another value since `change`."""
    model = history.model_of(change.record)
    return [
        history.label_of_field(model, name)
        for name, value in now.items()
        if name in change.values and change.values[name][1] != value
    ]


def _seal(now: dict, then: dict) -> str:
    """Return what the form sends along, to know again what was seen."""
    return salted_hmac("history", json.dumps([now, then], sort_keys=True), algorithm="sha256").hexdigest()
