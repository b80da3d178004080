"""What is typed for and in a closing round: by whoever runs it, and by the people in the room."""

import hashlib

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from outcomes.forms import PlainField
from outcomes.models import Round
from participants.models import ActorType

TOO_LONG = "Shorten it to %(limit_value)d characters; it has %(show_value)d."
AREA = {"rows": 3, "dir": "auto", "autocapitalize": "sentences", "spellcheck": "true", "autocomplete": "off"}


class ContributionForm(forms.Form):
    """One takeaway, one action, perhaps the type of actor: as `round_` asks for them.

    What is too long may be typed and is refused in words: a browser that cuts it would cut what was pasted, unseen.
    """

    takeaway = PlainField(required=False, widget=forms.Textarea(attrs=AREA))
    action = PlainField(required=False, widget=forms.Textarea(attrs=AREA))
    actor_type = forms.ChoiceField(
        label="You are here for",
        required=False,
        choices=[("", "Rather not say"), *ActorType.choices],
        error_messages={"invalid_choice": "Choose one of the list, or none."},
    )

    def __init__(self, *args, round_: Round, **kwargs):
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.fields["takeaway"].label, self.fields["action"].label = round_.takeaway_prompt, round_.action_prompt
        for name in ("takeaway", "action"):
            self.fields[name].validators.append(MaxLengthValidator(round_.length_limit, TOO_LONG))
        if not round_.asks_actor_type:
            del self.fields["actor_type"]

    def clean(self):
        super().clean()
        if not self.errors and not self.cleaned_data["takeaway"] and not self.cleaned_data["action"]:
            raise ValidationError("Write a takeaway or an action; one of them is enough.")
        return self.cleaned_data


class MinuteField(forms.DateTimeField):
    """A time shown to the minute: what stands is unchanged while its minute is."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    default_error_messages = {"invalid": "Write day and time like 2027-03-03 14:30."}

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def has_changed(self, initial, data):
        return super().has_changed(initial.replace(second=0, microsecond=0) if initial else initial, data)


class RoundForm(forms.ModelForm):
    """How a round asks and when. Times are in the current time zone: whoever uses the form sets that of the event."""

    takeaway_prompt = PlainField(label="First question", max_length=200)
    action_prompt = PlainField(label="Second question", max_length=200)
    opens_at = MinuteField(label="Opens at", help_text="Left empty, you open it by hand.")
    closes_at = MinuteField(label="Closes at", help_text="Left empty, you close it by hand.")

    class Meta:
        model = Round
        fields = [
            "takeaway_prompt",
            "action_prompt",
            "asks_actor_type",
            "opens_at",
            "closes_at",
            "shows_contributions",
            "is_moderated",
            "length_limit",
            "max_contributions",
        ]
        labels = {
            "asks_actor_type": "Ask for the type of actor",
            "shows_contributions": "Show contributions on the projector",
            "is_moderated": "Only those that you let pass",
            "length_limit": "Longest answer",
            "max_contributions": "Most contributions",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, use_required_attribute=False, **kwargs)
        for name in ("takeaway_prompt", "action_prompt"):
            self.fields[name].widget.attrs |= {"dir": "auto", "autocomplete": "off"}
            self.fields[name].initial = Round._meta.get_field(name).default

    def clean(self):
        super().clean()
        for name in ("opens_at", "closes_at"):
            if name in self.cleaned_data and name not in self.changed_data:
                self.cleaned_data[name] = self.initial.get(name)
        return self.cleaned_data


def seen(round_: Round) -> str:
    """Return a word for what a round says now: a form that was made of something else is stale."""
    said = "\n".join(f"{name}={getattr(round_, name)}" for name in RoundForm.Meta.fields)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
