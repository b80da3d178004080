"""The document of an event in the admin: what goes in, how it looks before anything is public, and how it stands."""

from dataclasses import replace

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.admin.guard import told_by
from events.admin.pages import EventPage
from events.models import Event
from outcomes.admin.publication import publish_for_a_moment
from outcomes.admin.workspace import Workspace
from outcomes.documents import making, scripts
from outcomes.documents.content import Document
from outcomes.documents.source import document_of
from outcomes.models import DocumentPlan, KeptDocument, Report
from outcomes.views.document import as_file

SIGNS = 40  # that no font has, named at most


class PlanForm(forms.ModelForm):
    """Which parts go in, as boxes that are ticked from the start, and what it is written in."""

    parts = forms.MultipleChoiceField(
        label=_("What goes in"),
        choices=DocumentPlan.Part.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = DocumentPlan
        fields = ["language"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As its script tells")), *DocumentPlan.Language.choices]
        self.fields["parts"].initial = [part for part in DocumentPlan.Part.values if self.instance.has(part)]

    def save(self, commit=True):
        self.instance.left_out = [part for part in DocumentPlan.Part.values if part not in self.cleaned_data["parts"]]
        return super().save(commit)


class EventDocumentPage(Workspace):
    """What goes into the document, the files that are kept of it, and previews. Only who runs the event gets in."""

    tab, needs, to_run = "workspace_document", ("outcomes.view_report",), True

    def get(self, request, pk):
        return self.with_form(PlanForm(instance=DocumentPlan.of(self.event)))

    def post(self, request, pk):
        if "make" in request.POST:
            return self.make()
        form = PlanForm(request.POST, instance=DocumentPlan.of(self.event))
        if not form.is_valid():
            return self.with_form(form, 422)
        form.save()
        messages.success(request, gettext("Saved. The document is made anew when somebody next asks for it."))
        return redirect(request.path)

    def make(self) -> HttpResponse:
        """Have both files made now, rather than for the first reader."""
        event = Event.objects.public().filter(pk=self.event.pk).first()
        if event is None or document_of(event) is None:
            messages.error(self.request, gettext("There is nothing public to make a document of yet."))
        else:
            for extension in KeptDocument.Format.values:
                making.ask_for(event, extension)
        return redirect(self.request.path)

    def with_form(self, form: PlanForm, status: int = 200) -> HttpResponse:
        event = Event.objects.public().filter(pk=self.event.pk).first()
        public = document_of(event) if event else None
        drafted = public or drafted_of(self.event)
        missing = scripts.missing(drafted.text) if drafted else []
        rows = {row.format: row for row in KeptDocument.objects.filter(event=self.event).defer("content")}
        files = []
        for extension, label in KeptDocument.Format.choices:
            row = rows.get(extension) or KeptDocument(event=self.event, format=extension)
            address = reverse("outcomes:event-document", args=[self.event.slug, extension])
            is_current = public is not None and row.fingerprint == public.fingerprint
            told = {"label": label, "format": extension, "address": address}
            files.append({**told, "row": row, "is_current": is_current})
        return self.show(
            {
                "form": form,
                "files": files,
                "public": public,
                "drafted": drafted,
                **(told_by(report) if (report := Report.objects.filter(event=self.event).first()) else {}),
                "missing": [(sign, f"U+{ord(sign):04X}") for sign in missing[:SIGNS]],
                "steps": making.STEPS,
                "busy": any(one["row"].ticket for one in files),
                "language": dict(DocumentPlan.Language.choices).get(drafted.language, "") if drafted else "",
            },
            status,
        )


class DocumentPreview(EventPage):
    """The document as it would be if everything that is ready were published now: for staff, and marked as a draft.

    It is read by the functions that read for the public, from rows that are published in a transaction which is then
    rolled back; written after that, and kept nowhere.
    """

    needs, to_run = ("outcomes.view_report",), True

    def get(self, request, pk):
        extension = request.GET.get("format", "pdf")
        if extension not in making.WRITERS:
            raise Http404
        document = drafted_of(self.event)
        if document is None:
            messages.error(request, gettext("There is nothing to make a document of yet."))
            return redirect(self.address("workspace_document"))
        made = making.WRITERS[extension](document, timezone.localdate())
        response = as_file(made.content, extension, f"draft-{document.file_name}")
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response


def drafted_of(event: Event) -> Document | None:
    """Return the document as it would read if the event, its report and what is approved were published now."""
    with transaction.atomic():
        publish_for_a_moment(event)
        reports = Report.objects.filter(event=event).exclude(status=Report.Status.WITHDRAWN)
        for report in reports:
            disclaimer = report.disclaimer or report.convener_disclaimer()
            reports.update(status=Report.Status.PUBLISHED, published_at=timezone.now(), disclaimer=disclaimer)
        document = document_of(Event.objects.get(pk=event.pk))
        transaction.set_rollback(True)
    return document and replace(document, draft=gettext("Draft, not for circulation"))
