"""Erasing a person in the admin: what goes and what stays, the name typed, how far it is, what is left to do."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst

from participants import audit, erasing
from participants.disclosing import as_zip
from participants.models import Erasure
from participants.narrowing import Narrowed
from participants.places import addresses, still_there
from participants.second_factor import prove_again
from participants.subjects import Subject
from participants.traces import Trace

SHOWN = 200  # places named on a page


class Erases(admin.ModelAdmin):
    """An admin of people or accounts, with a page that erases one; for Administrators, since it touches every event."""

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("<int:pk>/erase/", wrap(self.erase_view), name=f"{name}_erase"),
            path("<int:pk>/all-that-is-kept/", wrap(self.disclose_view), name=f"{name}_disclose"),
            *super().get_urls(),
        ]

    def disclose_view(self, request, pk: int) -> HttpResponse:
        """Ask, and on POST give all that is kept about somebody as a file, to answer them with; none of it is kept."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        if not request.user.is_administrator:
            raise PermissionDenied
        prove_again(request)
        if request.method == "POST":
            subject = Subject.of(row)
            response = HttpResponse(as_zip(subject), content_type="application/zip")
            response["Content-Disposition"] = f'attachment; filename="all-that-is-kept-{timezone.localdate()}.zip"'
            response["Cache-Control"] = "private, no-store"
            self.log_change(request, row, "Took all that is kept about them as a file.")
            person = subject.person.pk if subject.person else None
            audit.record(audit.Act.PERSON_EXPORTED, by=request.user, account=subject.user, person=person)
            return response
        context = {
            **self.admin_site.each_context(request),
            "title": f"All that is kept about {self.called(row)}",
            "opts": self.opts,
            "original": self.called(row),
            "back": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk]),
            "question": "A file with everything that is kept about them, in plain words, to answer a request with. "
            "Make sure that it is them who ask, send it so that nobody else can read it, and delete it afterwards. It "
            "is not kept here; the log notes that you took it.",
            "button": "Take the file",
            "allowed": True,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/confirm.html", context)

    def erase_view(self, request, pk: int) -> HttpResponse:
        """Show what would become of everything; on POST, with the name typed, hand it to the worker."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        if not request.user.is_administrator:
            raise PermissionDenied
        prove_again(request)
        subject = Subject.of(row)
        against = erasing.against(subject, request.user)
        error, status = against, 200
        typed = request.POST.get("name", "")
        if request.method == "POST" and not error:
            if " ".join(typed.split()) != " ".join(self.called(row).split()):
                error, status = "Type the name exactly as it stands above. Nothing was done.", 422
            else:
                try:
                    return self._asked(request, subject)
                except erasing.CannotErase as refused:
                    error, status = str(refused), 409
        elif request.method == "POST":
            status = 409
        named = list(erasing.mentions(subject))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Erase {self.called(row)}",
            "opts": self.opts,
            "original": row,
            "called": self.called(row),
            "subject": subject,
            "plan": erasing.plan(subject),
            "fixed": places([trace for trace in named if erasing.is_written_once(trace)]),
            "free": places([trace for trace in named if not erasing.is_written_once(trace)]),
            "unsure": sorted(subject.names - set(subject.sure.words)),
            "typed": typed,
            "replace": request.method != "POST" or "replace" in request.POST,
            "error": error,
            "allowed": not against,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/participants/erase.html", context, status=status)

    def called(self, row: Any) -> str:
        """Return what has to be typed."""
        return str(row)

    def _asked(self, request, subject: Subject) -> HttpResponse:
        with transaction.atomic():
            asked = erasing.ask(subject, by=request.user, replace="replace" in request.POST)
            self.log_addition(request, asked, "Asked to erase a person.")
        return HttpResponseRedirect(reverse("admin:participants_erasure_change", args=[asked.pk]))


def places(traces: list[Trace]) -> dict[str, Any]:
    """Return the first of `traces` in words with their addresses, and how many there are."""
    shown = traces[:SHOWN]
    found = addresses(shown)
    return {"number": len(traces), "shown": [(in_words(trace), found[trace]) for trace in shown]}


def in_words(trace: Trace) -> str:
    """Return which field of what it is."""
    try:
        label = trace.model._meta.get_field(trace.field).verbose_name
    except FieldDoesNotExist:
        label = trace.field
    return f"{capfirst(trace.model._meta.verbose_name)} {trace.pk}: {label}"


@admin.register(Erasure)
class ErasureAdmin(Narrowed):
    """That people were erased, and where they were still named then; nobody can tell from it who they were."""

    list_display = ["asked_at", "state", "by", "finished_at"]
    list_filter = ["state"]
    list_select_related = ["by"]
    show_full_result_count = False
    change_form_template = "admin/participants/erasure.html"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        asked = self.get_object(request, object_id)
        if asked is None:
            raise Http404
        if not request.user.is_administrator:
            raise PermissionDenied
        if request.method == "POST":
            if asked.broke_off and Erasure.objects.filter(pk=asked.pk, task=asked.task).update(task=""):
                transaction.on_commit(lambda: erasing.enqueue(asked.pk))
            return HttpResponseRedirect(request.path)
        left = [trace for label, key, field in asked.left if (trace := _trace(label, key, field))]
        context = {
            **self.admin_site.each_context(request),
            "title": str(asked),
            "opts": self.opts,
            "original": asked,
            "asked": asked,
            "numbers": sorted(asked.numbers.items()),
            "left": places(still_there(left)),  # what staff deleted since is decided
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.change_form_template, context)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def _trace(label: str, key: str, field: str) -> Trace | None:
    """Return what an erasure noted; None where there is no such table any more."""
    try:
        model = apps.get_model(label)
    except LookupError:
        return None
    return Trace(model, model._meta.pk.to_python(key), field)
