"""Pages that make one outcome of several, part them again, and make two of one."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from events.admin.guard import asked_of
from events.models import InvalidTransition, NotAllowed, Unanswered
from outcomes import lineage
from outcomes.admin.review import WORDING, ReviewPage, WhyItStands, names_in, unseen_names
from outcomes.models import Outcome, StaleVersion, Theme
from participants.text import normalise
from participants.wording import differences

TOGETHER = 10  # outcomes merged in one go
FASTER = "Somebody was faster: below is how they stand now. Nothing you typed is lost."


class Wording(forms.CharField):
    """A wording as the model takes it, with nothing lost of what was typed."""

    def __init__(self, label: str, **kwargs):
        widget = forms.Textarea(attrs={"rows": 5, "dir": "auto"})
        words = {"required": "Write the wording."}
        super().__init__(label=label, widget=widget, error_messages=words, **kwargs)

    def clean(self, value):
        text = normalise(super().clean(value))
        WORDING.run_validators(text)
        return text


class MergeForm(forms.Form):
    """Which one stays and what it says from now on."""

    stays = forms.ChoiceField(label="Which one stays", widget=forms.RadioSelect)
    text = Wording("Its wording from now on")
    reason = WhyItStands()

    def __init__(self, *args, rows: list[Outcome], **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["stays"].choices = [(str(row.pk), str(row)) for row in rows]


@method_decorator(never_cache, name="dispatch")
class OutcomeMerging(ReviewPage):
    """Show what would become one, and on POST make it so."""

    def dispatch(self, request, *args, **kwargs):
        asked = (request.POST if request.method == "POST" else request.GET).getlist("outcome")
        keys = {int(key) for key in asked if key.isascii() and key.isdigit() and len(key) < 18}
        if not 2 <= len(keys) <= TOGETHER or len(keys) != len(asked):
            raise Http404
        rows = list(self._rows(request).filter(pk__in=keys))
        if len(rows) != len(keys):
            raise Http404
        self.rows = [*lineage.survivors(rows)]
        self.rows += [row for row in rows if row not in self.rows]
        return super().dispatch(request, *args, **kwargs)

    def _rows(self, request):
        rows = Outcome.objects.reviewable_by(request.user).there()
        return rows.select_related("event", "session__parent").prefetch_related("themes")

    def get(self, request):
        first = self.rows[0]
        form = MergeForm(rows=lineage.survivors(self.rows), initial={"stays": str(first.pk), "text": first.text})
        return self.show(form)

    def post(self, request):
        form = MergeForm(request.POST, rows=lineage.survivors(self.rows))
        if not form.is_valid():
            return self.show(form, 422)
        stays = next(row for row in self.rows if str(row.pk) == form.cleaned_data["stays"])
        read = {row.pk: _number(request.POST.get(f"version-{row.pk}")) for row in self.rows}
        text = form.cleaned_data["text"]
        if words := unseen_names(stays, text, request.POST.getlist("seen")):
            form.add_error("text", words)
            return self.show(form, 422, seen=stays)
        version, because = read.pop(stays.pk), form.cleaned_data["reason"]
        try:
            lineage.merge(stays, read, version=version, text=text, by=request.user, because=because)
        except (StaleVersion, InvalidTransition):
            return self.show(form, 409, error=FASTER)
        except Unanswered as refused:
            form.add_error("reason", asked_of(refused))
            return self.show(form, 422, seen=stays)
        except NotAllowed as refused:
            return self.show(form, 403, error=str(refused))
        number = len(self.rows)
        messages.success(request, f"{number} are one now: {stays}. It can be undone until somebody changes it.")
        return HttpResponseRedirect(self.address("review", stays.pk))

    def show(self, form, status: int = 200, *, error: str = "", seen=None):
        stays = next((row for row in self.rows if str(row.pk) == form["stays"].value()), self.rows[0])
        others = [row for row in self.rows if row != stays]
        against = lineage.against_merging(stays, others, self.request.user)
        context = {
            "title": "Merge outcomes",
            "rows": [(row, differences(self.rows[0].text, row.text)) for row in self.rows],
            "first": self.rows[0],
            "able": lineage.survivors(self.rows),
            "stays": stays,
            "form": form,
            "error": error or (against if status == 200 else ""),
            "allowed": not against,
            "seen": names_in(seen, str(form["text"].value())) if seen else [],
        }
        return self.page("merge.html", context, status)


@method_decorator(never_cache, name="dispatch")
class OutcomeParting(ReviewPage):
    """Undo the last merge into one."""

    http_method_names = ["post"]

    def post(self, request, pk):
        outcome = get_object_or_404(self.reviewable().select_related("event"), pk=pk)
        try:
            parts = lineage.part(outcome, by=request.user)
        except (NotAllowed, InvalidTransition) as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, f"{len(parts) + 1} stand by themselves again.")
        return HttpResponseRedirect(self.address("review", outcome.pk))


class SplitForm(forms.Form):
    """Two wordings, each with its themes."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    first = Wording("First wording: it keeps status, number and address")
    first_themes = forms.ModelMultipleChoiceField(
        Theme.objects.order_by("position", "name"),
        label="Themes of the first",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = WhyItStands()
    second = Wording("Second wording: a new one, which waits for review")
    second_themes = forms.ModelMultipleChoiceField(
        Theme.objects.order_by("position", "name"),
        label="Themes of the second",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@method_decorator(never_cache, name="dispatch")
class OutcomeSplitting(ReviewPage):
    """Make two of one that says two things."""

    def outcome(self, pk) -> Outcome:
        return get_object_or_404(self.reviewable().select_related("event", "session"), pk=pk)

    def get(self, request, pk):
        outcome = self.outcome(pk)
        themes = list(outcome.themes.values_list("pk", flat=True))
        initial = {"version": outcome.version, "first": outcome.text, "second": outcome.text}
        form = SplitForm(initial=initial | {"first_themes": themes, "second_themes": themes}, label_suffix="")
        return self.show(outcome, form)

    def post(self, request, pk):
        outcome = self.outcome(pk)
        form = SplitForm(request.POST, label_suffix="")
        if not form.is_valid():
            return self.show(outcome, form, 422)
        said = form.cleaned_data
        if said["first"] == said["second"]:
            form.add_error("second", "Both say the same: let each say one thing.")
            return self.show(outcome, form, 422)
        try:
            with transaction.atomic():
                new = lineage.split(
                    outcome,
                    version=said["version"],
                    first={"text": said["first"], "themes": said["first_themes"]},
                    second={"text": said["second"], "themes": said["second_themes"]},
                    by=request.user,
                    because=said["reason"],
                )
        except StaleVersion as stale:
            form.data = form.data.copy()
            form.data["version"] = str(stale.current.version)
            return self.show(stale.current, form, 409, error=FASTER)
        except Unanswered as refused:
            form.add_error("reason", asked_of(refused))
            return self.show(outcome, form, 422)
        except NotAllowed as refused:
            return self.show(outcome, form, 403, error=str(refused))
        except ValidationError as wrong:
            return self.show(outcome, form, 422, error=" ".join(wrong.messages))
        messages.success(request, "Two of one: this is the new one. The other keeps its place.")
        return HttpResponseRedirect(self.address("review", new.pk))

    def show(self, outcome, form, status: int = 200, *, error: str = ""):
        context = {"title": f"Split: {outcome}", "outcome": outcome, "form": form, "error": error}
        context["halves"] = [(form[name], form[f"{name}_themes"]) for name in ("first", "second")]
        return self.page("split.html", context, status)


def _number(value) -> int:
    """The version that was sent along; 0, which matches none, when none was."""
    value = value or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
