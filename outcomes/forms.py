"""What a rapporteur types: each field named, nothing else taken. Session and event come from the address."""

import itertools

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator

from outcomes.intake import MAX_FILE
from outcomes.models import TEXT_BUDGET, TEXT_LIMIT, Outcome, Theme
from participants.models import ActorType
from participants.text import normalise, validate_plain

FEW = 8  # themes that a phone shows at once


class PlainField(forms.CharField):
    """Text brought into one form; characters that cannot be stored or shown are named, not dropped."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        # Our own check says which character and where.
        self.validators = [
            validate_plain,
            validate_readable,
            *(rule for rule in self.validators if not isinstance(rule, ProhibitNullCharactersValidator)),
        ]

    def to_python(self, value):
        return normalise(super().to_python(value))


def validate_readable(value: str) -> None:
    """Refuse U+FFFD: it stands where the bytes that arrived were no text, such as half of an emoji."""
    if "\ufffd" in value:
        line = value.count("\n", 0, value.index("\ufffd")) + 1
        raise ValidationError(
            "Line %(line)d holds a character that arrived broken (�). Delete it or type the words again.",
            code="broken_character",
            params={"line": line},
        )


class OutcomeForm(forms.Form):
    """A takeaway or an action as its rapporteur writes it; used for new ones and for rewriting.

    `cleaned_data["themes"]` are Theme instances; the rest is as the model's fields are. `kind` preselects one.
    """

    kind = forms.ChoiceField(
        label="What is it?",
        choices=[("takeaway", "A takeaway: what was concluded"), ("action", "An action: what is to be done")],
        widget=forms.RadioSelect,
    )
    text = PlainField(
        label="Wording",
        max_length=TEXT_LIMIT,
        help_text=f"One sentence is best, {TEXT_BUDGET} characters at most. Name nobody who was in the room.",
        error_messages={
            "required": "Write the wording.",
            "max_length": "Shorten it to %(limit_value)d characters; it has %(show_value)d.",
        },
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "autocapitalize": "sentences", "spellcheck": "true"}),
    )
    themes = forms.MultipleChoiceField(
        label="Themes",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="People will find it under these. One or two are enough.",
        error_messages={"invalid_choice": "One of the themes is no longer in use. Choose again."},
    )
    nature = forms.ChoiceField(
        label="What kind of action?",
        required=False,
        choices=[("", "Not said"), *Outcome.Nature.choices],
    )
    addressed_to = forms.MultipleChoiceField(
        label="Addressed to",
        required=False,
        choices=ActorType.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Only what the group said.",
    )
    due_on = forms.DateField(
        label="Due on",
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write the date like 3 March 2027, or put it in words below."},
    )
    due_text = PlainField(
        label="Due, in words",
        max_length=100,
        required=False,
        help_text="“before the next session”, “second quarter 2027”",
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    owner_suggested = PlainField(
        label="Who does it",
        max_length=200,
        required=False,
        help_text="An organisation, only if the group named one. It is shown once the secretariat confirmed it.",
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", "list": "event-organisations"}),
    )
    heading = PlainField(
        label="Printed under the heading",
        max_length=200,
        required=False,
        help_text="If your list has headings of its own.",
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )

    ACTION_ONLY = ("nature", "addressed_to", "owner_suggested", "due_on", "due_text")

    def __init__(self, *args, outcome: Outcome | None = None, kind: str = "takeaway", offer=(), suggested=(), **kwargs):
        self.outcome = outcome
        self.suggested = [str(pk) for pk in suggested]
        self.offer = {str(pk) for pk in offer}.difference(self.suggested)
        initial = initial_of(outcome) if outcome else {"kind": kind}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), use_required_attribute=False, **kwargs)
        self._themes = {str(theme.pk): theme for theme in Theme.objects.all()}
        self.fields["themes"].choices = [(key, theme.name) for key, theme in self._themes.items()]

    def clean_themes(self):
        return [self._themes[key] for key in self.cleaned_data["themes"]]

    def clean_kind(self):
        kind = self.cleaned_data["kind"]
        was = self.outcome
        if was and was.is_action and kind != was.kind and (was.owners.exists() or was.updates.exists()):
            raise ValidationError("The secretariat has named who does this, so it stays an action.")
        return kind

    def theme_groups(self) -> list[dict]:
        """The themes to choose from: those the wording suggests, those used here, all others by level; each once.

        A group is a dict of heading, options, folded and open; an option one of value, label, id, checked and child.
        """
        first = [(key, self._themes[key], False) for key in self.suggested if key in self._themes]
        used = [(key, theme, False) for key, theme in self._themes.items() if key in self.offer]
        rest = [
            (str(theme.pk), theme, theme.parent_id is not None)
            for top in self._themes.values()
            if top.parent_id is None
            for theme in [top, *(one for one in self._themes.values() if one.parent_id == top.pk)]
            if str(theme.pk) not in self.offer and str(theme.pk) not in self.suggested
        ]
        chosen = {str(value) for value in self["themes"].value() or []}
        ids = itertools.count()
        groups = []
        offered = bool(first or used)
        fold = offered or len(rest) > FEW
        for heading, folded, group in (
            ("Suggested by the wording", False, first),
            ("Used here before", False, used),
            ("Other themes" if offered else "All themes", fold, rest),
        ):
            options = [_option(key, theme, child, key in chosen, next(ids)) for key, theme, child in group]
            heading = heading if fold else ""
            is_open = any(option["checked"] for option in options)
            groups.append({"heading": heading, "options": options, "folded": folded, "open": is_open})
        return [group for group in groups if group["options"]]

    @property
    def action_open(self) -> bool:
        """Whether the folded details of an action hold something to see: an entry or an error."""
        return any(self[name].errors or self[name].value() for name in self.ACTION_ONLY)

    @property
    def heading_open(self) -> bool:
        """Whether the folded heading holds something to see."""
        return bool(self["heading"].errors or self["heading"].value())


class PasteForm(forms.Form):
    """Notes pasted, or a document: one of the two. Files are read as they arrive and not stored."""

    notes = forms.CharField(
        label="Paste your notes",
        required=False,
        help_text="A list, one item a line. Headings such as “Takeaways” and “Actions” say which is which.",
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )
    document = forms.FileField(
        label="Or choose a document",
        required=False,
        allow_empty_file=True,
        max_length=None,
        help_text="Word (.docx), a web page (.html) or plain text (.txt), 20 MB at most. It is read, not kept.",
        widget=forms.FileInput(attrs={"accept": ".docx,.html,.htm,.txt,.md"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, use_required_attribute=False, **kwargs)
        # what cannot be shown is told apart by the reader, which passes over it
        self.fields["notes"].validators = []

    def clean(self):
        cleaned = super().clean()
        document = cleaned.get("document")
        if not document and not cleaned.get("notes"):
            raise ValidationError("Paste your notes or choose a document.")
        if document and document.size > MAX_FILE:
            raise ValidationError(
                {"document": "This file is larger than 20 MB. Save the pages with its outcomes alone."}
            )
        return cleaned


def _option(key: str, theme: Theme, child: bool, checked: bool, number: int) -> dict:
    return {"value": key, "label": theme.name, "id": f"id_themes_{number}", "checked": checked, "child": child}


def initial_of(outcome: Outcome) -> dict:
    """What the form shows for a stored outcome."""
    return {
        "kind": outcome.kind,
        "text": outcome.text,
        "heading": outcome.heading,
        "nature": outcome.nature,
        "due_on": outcome.due_on,
        "due_text": outcome.due_text,
        "owner_suggested": outcome.owner_suggested,
        "themes": [str(theme.pk) for theme in outcome.themes.all()],
        "addressed_to": [addressee.actor_type for addressee in outcome.addressees.all()],
    }


class StatementsForm(forms.Form):
    """Where statements of a round go, and why where they are set aside; which ones is read beside it.

    `cleaned_data["to"]` is the code of a group, "new", "aside", or "" for none.
    """

    REASONS = ("Not about the subject", "Names somebody", "A test", "Says what another one says")

    to = forms.RegexField(r"^(?:[a-z2-7]{8}|new|aside)$", required=False)
    reason = PlainField(
        label="Why",
        max_length=200,
        required=False,
        error_messages={"max_length": "Shorten the reason to %(limit_value)d characters; it has %(show_value)d."},
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("to") == "aside" and not cleaned.get("reason") and not self.has_error("reason"):
            self.add_error("reason", "Say why it is set aside.")
        return cleaned


class GroupNameForm(forms.Form):
    """The name of a group of statements; without one it is called by its number."""

    name = PlainField(
        label="Name",
        max_length=200,
        required=False,
        error_messages={"max_length": "Shorten the name to %(limit_value)d characters; it has %(show_value)d."},
    )


class DraftForm(OutcomeForm):
    """A draft made of a group of statements: its kind is the group's, and what only actions have can be added later."""

    kind = heading = nature = addressed_to = owner_suggested = due_on = due_text = None  # not asked here
    says_raised = forms.BooleanField(label="Let the public page say how many raised it", required=False)

    def words(self, kind: str) -> dict:
        """Return what `workflow.create` takes, of the cleaned data."""
        bare = {"heading": "", "nature": "", "addressed_to": [], "owner_suggested": "", "due_on": None, "due_text": ""}
        return bare | {name: self.cleaned_data[name] for name in ("text", "themes")} | {"kind": kind}
