"""The form of an item: a new one, and rewriting while the pen is with the rapporteur.

The same addresses take a page's form and a script's autosave. Neither submits anything unless its button says so.
"""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.generic import TemplateView

from events.deadline import clock
from outcomes import suggest, workflow
from outcomes.board import Origin
from outcomes.forms import OutcomeForm, initial_of
from outcomes.models import TEXT_BUDGET, TEXT_LIMIT, Outcome, Presence, StaleVersion
from outcomes.views.desk import answers
from outcomes.views.desk.access import OutcomeMixin, PlaceMixin, keep
from outcomes.views.desk.comments import thread
from outcomes.views.desk.moves import hand_in
from outcomes.views.desk.states import HAPPENED, STATES, is_reworded


class FormMixin:
    """The form of an outcome, for new ones and for rewriting."""

    template_name = "outcomes/desk/outcome_form.html"

    def form(self, data=None, *, text: str = "", **kwargs) -> OutcomeForm:
        """Build the form, offering first the themes that `text` suggests, then those already used in this place."""
        used = self.place.outcomes.order_by().values_list("themes", flat=True).distinct()
        text = data.get("text", "") if data else text
        suggested = suggest.suggested(text) if text else []
        return OutcomeForm(data, offer=[pk for pk in used if pk], suggested=suggested, **kwargs)

    def get_context_data(self, form=None, **kwargs):
        limits = {"budget": TEXT_BUDGET, "limit": TEXT_LIMIT, "organisations": self.place.organisations()}
        return super().get_context_data(**kwargs) | {"form": form or self.form()} | limits | kwargs

    def show(self, form, *, status=200, **context):
        """Answer with the form and whatever was typed into it."""
        return self.render_to_response(self.get_context_data(form=form, **context), status=status)

    def done(self, outcome: Outcome) -> HttpResponse:
        """Go on as the button said: back to the list, to one more, or to the list after submitting it too."""
        if answers.wanted(self.request):
            Presence.objects.note(outcome, self.request.user)
            return answers.saved(outcome)
        then, kind = self.request.POST.get("then"), outcome.get_kind_display()
        if then == "submit":
            hand_in(self.request, outcome, outcome.version)
        else:
            messages.success(self.request, f"{kind} saved. Not submitted yet.")
        if then == "another":
            return redirect(f"{self.place.new_url}?kind={outcome.kind}")
        return redirect(f"{self.place.url()}#outcome-{outcome.code}")

    def meanwhile(self, form, current: Outcome) -> dict:
        """What was saved since the form was opened: whose words, when, and what else differs."""
        zone = self.place.event.zone
        saved_at = timezone.localtime(current.changed_at, zone)
        at = f"{date_format(saved_at, 'j F, H:i')}, {clock(saved_at, zone.key)}"
        if current.saved_by == self.request.user:
            title = f"What you saved elsewhere on {at}"
        else:
            title = f"What {current.saved_by.get_short_name() if current.saved_by else 'somebody'} saved on {at}"
        return {"title": title, "differences": what_differs(form, current)}


class OutcomeCreate(FormMixin, PlaceMixin, TemplateView):
    """Write a new takeaway or action; the same form sent twice makes one."""

    def form(self, data=None, **kwargs):
        return super().form(data, kind="action" if self.request.GET.get("kind") == "action" else "takeaway", **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**{"request_key": uuid.uuid4()} | kwargs)

    def post(self, request, **kwargs):
        """Save a draft."""
        form = self.form(request.POST)
        try:
            key = uuid.UUID(request.POST.get("request_key", ""))
        except ValueError:
            key = uuid.uuid4()  # no form of ours: no second post to fear
        if not form.is_valid():
            return answers.invalid(form) if answers.wanted(request) else self.show(form, request_key=key)
        try:
            return self.done(workflow.create(self.place, by=request.user, request_key=key, words=form.cleaned_data))
        except workflow.AlreadyUsed as used:
            if answers.wanted(request):
                return answers.conflict(used.current, self.meanwhile(form, used.current))
            return self.show(form, status=409, used=used.current)


class OutcomeEdit(FormMixin, OutcomeMixin, TemplateView):
    """Rewrite an item while the pen is with the rapporteur; afterwards see what became of it."""

    def form(self, data=None, **kwargs):
        return super().form(data, text=self.outcome.text, outcome=self.outcome, **kwargs)

    def get_context_data(self, **kwargs):
        writing = [mark.user.get_short_name() for mark in self.outcome.presences.others(self.request.user)]
        origin = Origin.of(self.outcome, self.request.user)
        return super().get_context_data(**kwargs) | {"writing": writing, "origin": origin} | thread(self.outcome)

    def get(self, request, **kwargs):
        """Show the form, or what became of it."""
        if self.outcome.is_with_rapporteur:
            return self.show(None, version=self.outcome.version, outcome=self.outcome)
        changes = [
            {"at": change.at, "what": HAPPENED[change.to_status], "note": change.note} for change in self.history()
        ]
        context = super().get_context_data(form=self.form(), outcome=self.outcome, changes=changes)
        context |= {"state": STATES[self.outcome.status], "is_reworded": is_reworded(self.outcome)}
        context["survivor"] = Outcome.objects.public().filter(pk=self.outcome.merged_into_id).first()
        context |= thread(self.outcome) | {"origin": Origin.of(self.outcome, request.user)}
        return render(request, "outcomes/desk/outcome_detail.html", context)

    def history(self):
        """Its moves, the latest first; a sent-back note is read together with them."""
        return self.outcome.changes.order_by("-at", "-pk")

    def post(self, request, **kwargs):
        """Save it, unless somebody did meanwhile or it is no longer with the rapporteur."""
        form = self.form(request.POST)
        if not form.is_valid():
            if not self.outcome.is_with_rapporteur:
                return self.not_yours(self.outcome)
            if answers.wanted(request):
                return answers.invalid(form)
            return self.show(form, version=self.version(), outcome=self.outcome)
        if request.POST.get("then") == "both" and self.outcome.is_with_rapporteur:
            return self.show_both(form)
        try:
            saved = workflow.save(self.outcome, version=self.version(), words=form.cleaned_data, by=request.user)
        except workflow.NotYours as refused:
            return self.not_yours(refused.current)
        except StaleVersion as stale:
            current, meanwhile = stale.current, self.meanwhile(form, stale.current)
            if answers.wanted(request):
                return answers.conflict(current, meanwhile)
            context = {"outcome": self.outcome, "version": current.version, "current": current}
            return self.show(form, status=409, meanwhile=meanwhile, **context)
        return self.done(saved)

    def not_yours(self, current: Outcome) -> HttpResponse:
        if answers.wanted(self.request):
            return answers.taken(current)
        return keep(self.request, "not-yours", status=409, outcome=current)

    def show_both(self, form) -> HttpResponse:
        """Put what was saved meanwhile under what was typed, in one field, to be made one by its author."""
        both = self.request.POST.copy()
        both["text"] = f"{form.cleaned_data['text']}\n\n{self.outcome.text}"
        return self.show(self.form(both), version=self.outcome.version, outcome=self.outcome)


def what_differs(form: OutcomeForm, current: Outcome) -> list[dict]:
    """The fields besides the wording in which the saved version differs from what was typed, with what was saved."""
    saved = OutcomeForm(initial_of(current), outcome=current)
    saved.is_valid()
    return [
        {"label": field.label, "value": words_of(field, saved.cleaned_data.get(name)) or "Nothing"}
        for name, field in form.fields.items()
        if name != "text" and form.cleaned_data.get(name) != saved.cleaned_data.get(name)
    ]


def words_of(field, value) -> str:
    """A field's value as a person reads it."""
    choices = dict(getattr(field, "choices", []))
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(choices.get(one, one)) for one in values if one not in ("", None))
