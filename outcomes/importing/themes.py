"""The themes of the portal out of a table."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from events.models import bump_generation
from outcomes.models import Outcome, Theme
from participants.importing.kinds import Candidate, Field, Kind, Row
from participants.importing.ledger import as_stored
from participants.text import normalise

LABELS = {"name": "Name", "slug": "Address", "description": "Description", "parent": "Parent", "position": "Position"}
TEXTS = ("name", "description")


class ThemeImport(Kind):
    """A theme is known again by its address, else by its name in any case. Its address stays: it is cited."""

    name = "themes"
    label = "Themes"
    fields = (
        Field("name", "Name", ("theme", "thème", "tema", "thema", "topic", "label"), required=True),
        Field("slug", "Address", ("slug", "url", "code"), hint="Made from the name where it is empty."),
        Field("description", "Description", ("definition", "scope note", "descripción", "beschreibung")),
        Field("parent", "Parent", ("parent theme", "broader", "under", "thème parent"), hint="Name or address "
              "of one of the first level, here or in the file."),
        Field("position", "Position", ("order", "sort")),
    )  # fmt: skip

    @classmethod
    def is_open_to(cls, user):
        return user.is_staff and user.is_administrator

    @classmethod
    def back(cls, target):
        return reverse("admin:outcomes_theme_changelist")

    def __init__(self, target, by, options=None):
        super().__init__(target, by, options)
        self.moved: set[int] = set()  # themes that stand under another now: their outcomes are counted anew

    def read(self, row: Row) -> None:
        clean: dict[str, Any] = {name: normalise(text) for name, text in row.values.items()}
        for name in ("name", "slug", "description", "parent"):
            clean[name] = clean.get(name, "")
        position = clean.get("position", "")
        if position and not (position.isascii() and position.isdigit() and len(position) < 5):
            row.problems.append(f"Position “{position}” is no number from 0 to 9999.")
        clean["position"] = int(position) if position and not row.problems else None
        row.clean = clean
        theme = Theme(name=clean["name"], slug=clean["slug"], description=clean["description"])
        try:
            theme.clean_fields(exclude=["parent", "position"])
            theme.clean()
        except ValidationError as error:
            for field, messages in error.message_dict.items():
                row.problems += [f"{LABELS.get(field, field)}: {message}" for message in messages]

    def prepare(self, rows):
        self.there = list(Theme.objects.select_related("parent"))
        self.by_slug = {theme.slug: theme for theme in self.there}
        self.by_name = {theme.name.casefold(): theme for theme in self.there}
        rows = [row for row in rows if not row.problems]
        self.named: dict[str, Row] = {}
        for row in rows:
            for name in (row.clean["name"].casefold(), row.clean["slug"]):
                first = self.named.setdefault(name, row) if name else row
                if first is not row and not row.problems:
                    row.problems.append(f"Line {first.line} is called the same.")
        for row in rows:
            if problem := self.against_parent(row):
                row.problems.append(problem)

    def parent_of(self, row: Row) -> Theme | Row | None:
        name = row.clean["parent"]
        return (
            self.by_slug.get(name)
            or self.by_name.get(name.casefold())
            or self.named.get(name)
            or self.named.get(name.casefold())
            if name
            else None
        )

    def against_parent(self, row: Row) -> str:
        """Say why it cannot stand where the file puts it: themes have two levels."""
        if not row.clean["parent"]:
            return ""
        parent = self.parent_of(row)
        if parent is None:
            return f"Parent “{row.clean['parent']}” is no theme, neither here nor in the file."
        below = parent.clean["parent"] if isinstance(parent, Row) else parent.parent_id
        me = self.by_slug.get(row.clean["slug"]) or self.by_name.get(row.clean["name"].casefold())
        if below or parent is row or (me and any(theme.parent_id == me.pk for theme in self.there)):
            return "Themes have two levels: choose one of the first level that is not under this one."
        return ""

    def match(self, row):
        by_slug, by_name = self.by_slug.get(row.clean["slug"]), self.by_name.get(row.clean["name"].casefold())
        if by_slug and by_name and by_slug != by_name:
            row.problems.append(f"Its address is that of “{by_slug}”, its name that of another theme.")
            return
        if by_slug is None and by_name is not None and row.clean["slug"]:
            row.may_be_new = False
            row.is_in_doubt(
                f"“{by_name}” has the address {by_name.slug}, which stays.",
                [Candidate(str(by_name.pk), "It is this one")],
            )
            return
        row.found = by_slug or by_name

    def take(self, row, key):
        row.found = next((theme for theme in self.there if str(theme.pk) == key), None)

    def said_of(self, row: Row) -> dict[str, Any]:
        theme, clean = row.found, row.clean
        said = {name: clean[name] for name in TEXTS if clean[name] and clean[name] != getattr(theme, name)}
        if clean["position"] is not None and clean["position"] != theme.position:
            said["position"] = clean["position"]
        if clean["parent"] and self.parent_of(row) != theme.parent:
            said["parent"] = clean["parent"]
        return said

    def compare(self, row):
        return [
            (LABELS[name], str(getattr(row.found, name) or ""), str(value)) for name, value in self.said_of(row).items()
        ]

    def missing(self, rows):
        found = {row.found.pk for row in rows if row.found is not None}
        return [theme.name for theme in self.there if theme.pk not in found]

    def write(self, rows, ledger):
        made: dict[int, Theme] = {}
        for row in sorted(rows, key=lambda row: bool(row.clean["parent"])):
            parent = self.parent_of(row)
            if isinstance(parent, Row):
                parent = made.get(id(parent)) or parent.found
                if parent is None:
                    raise ValidationError(f"Line {row.line}: its parent was left out.")
            with ledger.watch(*([row.found] if row.found else [])) as more:
                if row.found is None:
                    theme = Theme(name=row.clean["name"], slug=row.clean["slug"], parent=parent)
                    theme.description, theme.position = row.clean["description"], row.clean["position"] or 0
                    theme.full_clean()
                    theme.save()
                    ledger.made([theme])
                    more.append(theme)
                    made[id(row)] = theme
                    continue
                said = self.said_of(row)
                before = as_stored(row.found, said)
                for name, value in said.items():
                    setattr(row.found, name, parent if name == "parent" else value)
                row.found.full_clean()
                row.found.save()
                ledger.changed(row.found, before, said)
                if "parent" in said:
                    self.moved.add(row.found.pk)

    def restore(self, instance, before):
        if "parent_id" in before:
            self.moved.add(instance.pk)
        return False

    def settle(self):
        bump_generation()
        if self.moved:
            Outcome.objects.about(self.moved).settle()
