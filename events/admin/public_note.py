"""The one sentence that may stand where something withdrawn stood: typed by itself, confirmed by itself."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from events.models import InvalidTransition, NotAllowed, Unanswered
from events.models.status import NOTE_LIMIT
from participants.text import validate_plain


class PublicNoteForm(forms.Form):
    """What everybody will read, and the tick that says so."""

    note = forms.CharField(
        label="Public note",
        required=False,
        max_length=NOTE_LIMIT,
        validators=[validate_plain],
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text="Everybody who comes to its address reads this below the date. Plain text. Leave it empty to say "
        "nothing more than the date.",
    )
    is_public = forms.BooleanField(
        label="I know that everybody can read this, and it names nobody who may not be named", required=False
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("note") and not cleaned.get("is_public"):
            self.add_error("is_public", "Tick this to say that the note may be public.")
        return cleaned


class GivesPublicNote:
    """For the admins of what can be withdrawn: a page, once it is, to say publicly why."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.public_note_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_public_note"
        return [path("<int:pk>/public-note/", view, name=name), *super().get_urls()]

    def public_note_view(self, request, pk: int):
        """Ask, and on POST set or clear the note."""
        obj = self.get_object(request, str(pk))
        if obj is None or not obj.may_say_why(request.user):
            raise Http404
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
        form = PublicNoteForm(
            request.POST if request.method == "POST" else None, label_suffix="", initial={"note": obj.public_note}
        )
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    obj.say_why(form.cleaned_data["note"], by=request.user)
                    self.log_change(request, obj, "Set the public note." if obj.public_note else "No public note.")
            except Unanswered as refused:
                words = ", ".join(dict.fromkeys(f"“{one.words}”" for one in refused.marks))
                form.add_error("note", f"It may tell who spoke or took part: {words}. Say it without.")
            except (InvalidTransition, NotAllowed) as refused:
                form.add_error(None, str(refused))
            except ValidationError as wrong:
                form.add_error("note", wrong)
            else:
                messages.success(request, "The note is public." if obj.public_note else "There is no public note.")
                return HttpResponseRedirect(back)
        if request.method == "POST":
            status = 422
        context = {
            **self.admin_site.each_context(request),
            "title": f"Public note: {obj}",
            "opts": self.opts,
            "original": obj,
            "form": form,
            "back": back,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/public_note.html", context, status=status)
