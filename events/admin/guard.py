"""Forms of what everybody reads already: words that tell who spoke are refused until somebody says why they may."""

from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from events.models import Allowance, Guarded, Unanswered
from events.naming import WHY_NOT, Mention, Roll

REASON = Allowance._meta.get_field("reason")
FIELD = "stands_because"  # not a field of the form: asked for only when it is needed


def asked_of(refused: Unanswered) -> str:
    """Return the sentence that asks for a reason, with the words that it is needed for."""
    words = ", ".join(dict.fromkeys(f"“{one.words}”" for one in refused.marks))
    return f"These words may tell who spoke or took part: {words}. Reword them, or say why they may stand."


class Telling(NamedTuple):
    """A record with the marks in its words, and whether a reason was given for those that are certain."""

    record: Guarded
    marks: list[Mention]
    is_answered: bool


def told_by(record: Guarded) -> dict[str, Any]:
    """Return what `admin/_telling.html` shows of the words that become public with `record`, in a few queries."""
    roll = Roll(record.event)
    marks = [(one, one.marks(roll=roll)) for one in record.guarded_records()]
    return {
        "telling": [Telling(one, found, not one.unanswered(roll=roll)) for one, found in marks if found],
        "why_not": WHY_NOT[record.guard(roll).rule],
    }


class GuardedForm(forms.ModelForm):
    """A form of a Guarded record. `telling` are the marks that it was refused for, `reason` why they may stand."""

    instance: Guarded

    def _post_clean(self):
        super()._post_clean()
        self.telling, self.reason = [], ""
        # Not when a rule becomes stricter: nothing may stand in the way of that.
        asks = self.instance._state.adding or not {*self.instance.GUARDED, "session", "consent"}.isdisjoint(
            self.changed_data
        )
        if self.errors or not asks or not self.instance.would_be_read():
            return
        self.telling = self.instance.unanswered()
        if not self.telling:
            return
        self.reason = self.data.get(self.add_prefix(FIELD), "").strip()
        try:
            if not self.reason:
                raise ValidationError(asked_of(Unanswered(self.telling)), code="telling")
            REASON.run_validators(self.reason)
        except ValidationError as wrong:
            self.add_error(None, wrong)


class GuardedInlineForm(GuardedForm):
    """As a GuardedForm, for rows under another record: there is no room to ask for a reason beside each."""

    def _post_clean(self):
        super()._post_clean()
        if self.telling and self.reason:
            self.add_error(None, ValidationError(asked_of(Unanswered(self.telling)), code="telling"))


class AsksWhyItStands:
    """An admin whose form is a GuardedForm: the reason is kept with what it was given for."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if form.reason:
            form.instance.let_stand(form.reason, by=request.user)
