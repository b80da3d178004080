"""What staff choose on the way: a file, how to read it, which column is what."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from participants.importing import grid, tables
from participants.importing.kinds import Kind
from participants.text import FORBIDDEN


class UploadForm(forms.Form):
    """The file, and what its kind asks beside it."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        max_length=None,
        error_messages={"required": "Choose a file.", "missing": "Choose a file."},
    )

    def __init__(self, *args, kind: type[Kind], target: Any, **kwargs):
        super().__init__(*args, use_required_attribute=False, label_suffix="", **kwargs)
        self.fields["file"].help_text = kind.help_text
        self.fields["file"].widget.attrs["accept"] = kind.accept
        self.options = kind.option_fields(target)
        self.fields |= self.options

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > tables.MAX_FILE:
            raise ValidationError(
                f"This file is larger than {tables.MAX_FILE >> 20} MB. Save the sheet with the rows alone, or in parts."
            )
        return file

    @property
    def file_name(self) -> str:
        return FORBIDDEN.sub("", self.cleaned_data["file"].name)[-200:]

    @property
    def chosen_options(self) -> dict[str, str]:
        return {name: str(self.cleaned_data.get(name) or "") for name in self.options}


class ReadingForm(forms.Form):
    """How the file is to be read, with what was guessed filled in."""

    sheet = forms.ChoiceField(label="Sheet", required=False)
    encoding = forms.ChoiceField(label="Encoding", required=False, choices=list(tables.ENCODINGS.items()))
    delimiter = forms.ChoiceField(
        label="Columns are parted by", required=False, choices=list(tables.DELIMITERS.items())
    )
    header_line = forms.IntegerField(label="The header is on line", min_value=1, max_value=grid.MAX_ROWS * 20)
    header_rows = forms.ChoiceField(label="It takes", choices=[("1", "one row"), ("2", "two rows")])

    def __init__(self, *args, table: grid.Table, **kwargs):
        initial = {name: getattr(table.guess, name) for name in grid.Guess.__dataclass_fields__}
        super().__init__(*args, initial=initial, use_required_attribute=False, label_suffix="", **kwargs)
        self.fields["sheet"].choices = [(name, name) for name in table.sheets]
        for name in ["encoding", "delimiter"] if table.sheets else ["sheet"]:
            del self.fields[name]

    @property
    def reading(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {name: int(value) if name.startswith("header") else value for name, value in cleaned.items() if value}


class ColumnsForm(forms.Form):
    """A field for each column. Names are `column-<number from 0>`."""

    def __init__(self, *args, kind: type[Kind], labels: list[str], mapping: dict[int, str], **kwargs):
        super().__init__(*args, use_required_attribute=False, label_suffix="", **kwargs)
        self.kind = kind
        choices = [("", "Passed over"), *((field.name, field.label) for field in kind.fields)]
        for at, label in enumerate(labels):
            self.fields[f"column-{at}"] = forms.ChoiceField(
                label=label or f"Column {at + 1}, without a name",
                required=False,
                choices=choices,
                initial=mapping.get(at, ""),
            )

    def clean(self):
        cleaned = super().clean()
        chosen = [name for name in cleaned.values() if name]
        for field in self.kind.fields:
            if not field.many and chosen.count(field.name) > 1:
                raise ValidationError(f"Two columns are said to be “{field.label}”: keep one.")
        if missing := self.kind.lacks(set(chosen)):
            raise ValidationError(missing)
        return cleaned

    @property
    def mapping(self) -> dict[str, str]:
        return {name.removeprefix("column-"): value for name, value in self.cleaned_data.items() if value}
