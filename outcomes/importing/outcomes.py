"""Takeaways and actions of an event out of a table, or out of a document by the reader of the desk."""

import datetime as dt
import re
from collections import defaultdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.dateparse import parse_date

from events.importing.into_event import IntoEvent
from events.importing.sessions import Sessions
from outcomes import intake
from outcomes.importing.words import ACTORS, KINDS, NATURES, PROGRESS
from outcomes.models import WITH_RAPPORTEUR, ActionOwner, Outcome, Status, Theme
from participants.importing.columns import normal
from participants.importing.kinds import Candidate, Field, Row
from participants.importing.ledger import as_stored
from participants.importing.tables import ZIP
from participants.matching import KnownOrganisations, Rank
from participants.models import Organisation
from participants.text import normalise

SEVERAL = re.compile(r"\s*[;|\n]\s*")
SAID_OF_OWNER = re.compile(r"\s*\((?:lead|accepted|accepted in part|noted|declined|, )+\)$")
DOCUMENTS = (".docx", ".docm", ".html", ".htm", ".txt", ".md")
WORDS = 3  # fewer, and what a document holds is no item
TEXTS = ("text", "heading")
LABELS = {
    "text": "Wording",
    "heading": "Heading",
    "session": "Session",
    "nature": "Nature",
    "progress": "Progress",
    "due_on": "Due on",
    "due_text": "Due, in words",
    "owner_suggested": "Owner, as heard",
}


class OutcomeImport(IntoEvent):
    """An outcome is known again by its code or reference, else by its very words. New ones are drafts.

    Nothing is taken away: themes, addressees and owners are added. Words that a reviewer has read, or everybody, change
    only where somebody says so row by row.
    """

    name = "outcomes"
    label = "Outcomes"
    accept = ",".join((".csv", ".tsv", ".xlsx", *DOCUMENTS))
    help_text = (
        "CSV or a workbook (.xlsx), or a document with a list of takeaways and actions: Word (.docx), a web page "
        "(.html) or text (.txt, .md). 10 MB at most."
    )
    fields = (
        Field("code", "Code", ("outcome code", "id")),
        Field("reference", "Reference", ("ref", "number", "citation"), hint="Such as WP3348-T3."),
        Field("kind", "Kind", ("type", "takeaway or action", "typ", "tipo"), hint="Takeaway or action."),
        Field("text", "Wording", ("text", "outcome", "takeaway", "action", "recommendation", "key message", "statement",
              "message", "wording as submitted by the rapporteur", "texte", "texto", "wortlaut"), required=True),
        Field("heading", "Heading", ("printed under", "section", "rubrique")),
        Field("session", "Session", ("group", "breakout group", "panel", "séance", "sesión", "sitzung"),
              hint="Its title, number or code. Empty: the whole event."),
        Field("themes", "Themes", ("theme", "topics", "topic", "thèmes", "temas", "themen"), many=True,
              hint="Names or addresses, with ; between them. They are added; none is taken away."),
        Field("nature", "Nature", ("kind of action",), hint="Recommendation, pledge, next step."),
        Field("addressed_to", "Addressed to", ("addressee", "addressees", "for", "destinataires"), many=True),
        Field("owners", "Owners", ("owner", "responsible", "lead", "who", "responsable", "verantwortlich"), many=True,
              hint="Organisations known here become owners; other words are kept as heard, for the secretariat."),
        Field("due_on", "Due on", ("due", "deadline", "due date", "by when", "échéance", "plazo", "frist"),
              hint="A date; anything else is kept in words."),
        Field("due_text", "Due, in words", ("timeline", "timeframe")),
        Field("progress", "Progress", ("state of implementation", "implementation", "avancement", "avance")),
        Field("event", "Event reference", ("event reference",), hint="Its title will do. Rows of another are refused."),
    )  # fmt: skip

    @classmethod
    def option_fields(cls, target):
        sessions = target.sessions.select_related("parent").in_programme_order()
        return {
            "session": forms.ChoiceField(
                label="Session",
                required=False,
                choices=[("", "As the file says, else the whole event"), *((one.code, str(one)) for one in sessions)],
                help_text="Where rows come from that name no session.",
            )
        }

    def __init__(self, target, by, options=None):
        super().__init__(target, by, options)
        self.sessions = Sessions(target) if target is not None else None
        self.themes = {normal(name): theme for theme in Theme.objects.all() for name in (theme.slug, theme.name)}

    def title(self, row):
        return row.clean.get("text") or row.values.get("text", "")

    # Reading

    def records(self, data, name):
        suffix = f".{name.rpartition('.')[2].lower()}"
        if suffix not in DOCUMENTS or (data.startswith(ZIP) and suffix not in (".docx", ".docm")):
            return None
        found = intake.read(data, name)
        rows = []
        for part in found:
            if isinstance(part, intake.Heading):
                continue
            if isinstance(part, intake.Proposal):
                values = {"kind": part.kind, "text": part.text, "heading": part.heading[:200]}
                rows.append(Row(part.line, values))
            elif len(part.text.split()) >= WORDS:
                kind = "action" if part.text.casefold().startswith("to ") else "takeaway"
                row = Row(part.line, {"kind": kind, "text": part.text})
                row.is_in_doubt(
                    f"Not placed: {part.why}. It would be {'an action' if kind == 'action' else 'a takeaway'}."
                )
                row.is_aside = True
                rows.append(row)
        return rows

    def read(self, row: Row) -> None:
        values = {name: normalise(text) for name, text in row.values.items()}
        clean: dict[str, Any] = {
            "code": values.get("code", "").lower(),
            "reference": values.get("reference", ""),
            "text": values.get("text", ""),
            "heading": values.get("heading", ""),
            "kind": self.choice(row, "Kind", values.get("kind", ""), KINDS),
            "nature": self.choice(row, "Nature", values.get("nature", ""), NATURES),
            "progress": self.choice(row, "Progress", values.get("progress", ""), PROGRESS),
            "themes": self.several(row, "theme", values.get("themes", ""), self.themes),
            "addressed_to": self.several(row, "kind of actor", values.get("addressed_to", ""), ACTORS),
            "owners": [SAID_OF_OWNER.sub("", part) for part in SEVERAL.split(values.get("owners", "")) if part],
            "due_text": values.get("due_text", ""),
            "due_on": None,
            "session": None,
        }
        if normal(values.get("kind", "")) in NATURES and not clean["nature"]:
            clean["nature"] = NATURES[normal(values["kind"])]
        if due := values.get("due_on", ""):
            clean["due_on"] = as_date(due)
            if clean["due_on"] is None:
                clean["due_text"] = clean["due_text"] or due
        if where := values.get("session") or self.options.get("session", ""):
            clean["session"], problem = self.sessions.find(where)
            row.problems += [problem] if problem else []
        if (of := values.get("event", "")) and not self.sessions.is_of_event(of):
            row.problems.append(f"It is of another event: {of}.")
        row.clean = clean

    def choice(self, row: Row, label: str, text: str, words: dict[str, str]) -> str:
        found = words.get(normal(text), "") if text else ""
        if text and not found:
            row.problems.append(f"{label} “{text}” is not known.")
        return found

    def several(self, row: Row, what: str, text: str, known: dict[str, Any]) -> list[Any]:
        """Return what is named, each once; a comma parts them only where the whole is no name."""
        parts = [part for part in SEVERAL.split(text) if part]
        parts = [
            one for part in parts for one in ([part] if normal(part) in known else re.split(r"\s*,\s*", part)) if one
        ]
        found: list[Any] = []
        for part in parts:
            if normal(part) not in known:
                row.problems.append(f"No {what} is called “{part}”.")
            elif known[normal(part)] not in found:
                found.append(known[normal(part)])
        return found

    # Comparing

    def prepare(self, rows):
        there = Outcome.objects.there().filter(event=self.target).select_related("session")
        self.there = list(there.prefetch_related("themes", "addressees", "owners__organisation", "owners__person"))
        self.by_code = {one.code: one for one in self.there}
        self.by_text: dict[str, list[Outcome]] = defaultdict(list)
        self.by_reference: dict[str, Outcome] = {}
        for one in self.there:
            one.event = self.target
            self.by_text[normalise(one.text)].append(one)
            if one.reference:
                self.by_reference[one.reference.casefold()] = one
        self.organisations = KnownOrganisations()
        self.named: dict[str, list[int]] = {}
        self.first: dict[str, int] = {}

    def match(self, row):
        clean = row.clean
        first = self.first.setdefault(clean["text"], row.line)
        found = self.by_code.get(clean["code"]) or self.by_reference.get(clean["reference"].casefold())
        if found is None and clean["code"] + clean["reference"]:
            row.is_in_doubt("No outcome of this event has this code or reference: it would be a new draft.")
        if found is None:
            same = [one for one in self.by_text.get(clean["text"], ()) if clean["kind"] in ("", one.kind)]
            if len(same) == 1:
                found, row.doubt, row.candidates = same[0], "", []
            elif same:
                row.may_be_new = False
                row.is_in_doubt("Several outcomes say this.", (Candidate(one.code, str(one)) for one in same))
                return
        if found is None:
            if first != row.line:
                row.is_in_doubt(f"Line {first} says the same.")
            self.check_new(row)
            return
        if clean["kind"] and clean["kind"] != found.kind:
            row.problems.append(f"It is {found.get_kind_display().lower()} here, and stays so.")
        if found.status in (Status.WITHDRAWN, Status.MERGED):
            row.problems.append(f"It is {found.get_status_display().lower()} and no longer changed.")
        if row.problems:
            return
        row.found = found
        self.check_changed(row)
        if row.problems:
            row.found = None
            return
        said = self.said_of(row)
        if found.status not in WITH_RAPPORTEUR and not {"text", "heading"}.isdisjoint(said):
            words = "public" if found.status == Status.PUBLISHED else found.get_status_display().lower()
            row.differences = self.compare(row)
            row.found, row.may_be_new = None, False
            row.is_in_doubt(
                f"{found} is {words} with other words.", [Candidate(found.code, f"Change the words of {found}")]
            )

    def check_new(self, row: Row) -> None:
        """Validate what would be made, as a form would."""
        clean = row.clean
        if not clean["kind"]:
            follow_up = clean["nature"] or clean["progress"] or clean["due_on"] or clean["due_text"] or clean["owners"]
            if not follow_up:
                row.problems.append("Say whether it is a takeaway or an action.")
                return
            clean["kind"] = "action"
        self.check(row, self.outcome_of(row))

    def check_changed(self, row: Row) -> None:
        if row.found.kind == "takeaway":
            self.only_actions(row)
        now = Outcome.objects.model(**{f.attname: getattr(row.found, f.attname) for f in Outcome._meta.concrete_fields})
        for name, value in self.said_of(row).items():
            setattr(now, name if name != "session" else "session_id", value)
        self.check(row, now)

    def check(self, row: Row, outcome: Outcome) -> None:
        if outcome.kind == "takeaway":
            self.only_actions(row)
        try:
            outcome.clean_fields(
                exclude=["event", "session", "author", "saved_by", "search_text", "code", "request_key"]
            )
        except ValidationError as error:
            for field, messages in error.message_dict.items():
                row.problems += [f"{LABELS.get(field, field.capitalize())}: {message}" for message in messages]

    def only_actions(self, row: Row) -> None:
        clean = row.clean
        said = [name for name in ("nature", "progress", "due_on", "due_text", "addressed_to", "owners") if clean[name]]
        if said:
            names = ", ".join(one.label.lower() for one in self.fields if one.name in said)
            row.problems.append(f"Only actions have: {names}.")

    def outcome_of(self, row: Row) -> Outcome:
        clean = row.clean
        names = ("kind", "text", "heading", "nature", "due_on", "due_text")
        outcome = Outcome(event=self.target, session_id=clean["session"], **{name: clean[name] for name in names})
        outcome.author = self.by
        if outcome.is_action:
            outcome.progress = clean["progress"] or Outcome.Progress.PROPOSED
            outcome.owner_suggested = "; ".join(name for name in clean["owners"] if not self.organisation(name))[:200]
        return outcome

    def organisation(self, name: str) -> int | None:
        """Return the key of the one organisation that is called so."""
        if name not in self.named:
            self.named[name] = [one.pk for one in self.organisations.similar(name) if one.rank == Rank.SAME]
        return self.named[name][0] if len(self.named[name]) == 1 else None

    def take(self, row, key):
        row.found = self.by_code.get(key)
        if row.found is not None and row.found.status in (Status.WITHDRAWN, Status.MERGED):
            row.found = None

    def said_of(self, row: Row) -> dict[str, Any]:
        """The columns of the outcome that the row changes."""
        found, clean = row.found, row.clean
        names = ["text", "heading", *(["nature", "progress", "due_on", "due_text"] if found.is_action else [])]
        said = {name: clean[name] for name in names if clean[name] and clean[name] != getattr(found, name)}
        if clean["session"] and clean["session"] != found.session_id:
            said["session"] = clean["session"]
        return said

    def added_to(self, row: Row) -> tuple[list[Theme], list[str], list[int]]:
        """Themes, addressees and owners (keys of organisations) that the row adds."""
        found, clean = row.found, row.clean
        themes = set(found.themes.all()) if found else set()
        addressees = {one.actor_type for one in found.addressees.all()} if found else set()
        owners = {one.organisation_id for one in found.owners.all()} if found else set()
        named = dict.fromkeys(pk for name in clean["owners"] if (pk := self.organisation(name)))
        return (
            [theme for theme in clean["themes"] if theme not in themes],
            [one for one in clean["addressed_to"] if one not in addressees],
            [pk for pk in named if pk not in owners],
        )

    def compare(self, row):
        found = row.found
        differences = [
            (LABELS[name], self.shown(found, name), self.worded(name, value))
            for name, value in self.said_of(row).items()
        ]
        themes, addressees, owners = self.added_to(row)
        for label, added in (
            ("Themes", themes),
            ("Addressed to", [dict(ACTOR_LABELS)[one] for one in addressees]),
            ("Owners", [name for name in row.clean["owners"] if self.organisation(name) in owners]),
        ):
            if added:
                differences.append((f"{label}, added", "", "; ".join(map(str, added))))
        return differences

    def shown(self, found: Outcome, name: str) -> str:
        if name in ("nature", "progress"):
            return str(getattr(found, f"get_{name}_display")())
        return str(getattr(found, name) or "")

    def worded(self, name: str, value: Any) -> str:
        if name in ("nature", "progress"):
            return str(dict(Outcome._meta.get_field(name).choices)[value])
        return self.sessions.names[value] if name == "session" else str(value)

    def missing(self, rows):
        seen = {row.found.pk for row in rows if row.found is not None}
        seen |= {self.by_code[one.key].pk for row in rows for one in row.candidates if one.key in self.by_code}
        return [f"{one}: {one.text}"[:200] for one in self.there if one.pk not in seen]

    # Writing

    def write(self, rows, ledger):
        last = Outcome.objects.filter(event=self.target).aggregate(last=Max("position"))["last"] or 0
        mine = Outcome.objects.filter(event=self.target)
        with ledger.watch(mine, ActionOwner.objects.filter(action__event=self.target)):
            for row in rows:
                themes, addressees, owners = self.added_to(row)
                if row.found is None:
                    last += 1
                    outcome = self.outcome_of(row)
                    outcome.position = last
                    outcome.full_clean(exclude=["search_text"], validate_unique=False, validate_constraints=False)
                    outcome.save()
                    ledger.made([outcome])
                else:
                    outcome = row.found
                    self.change(row, ledger)
                self.add(outcome, themes, addressees, owners, ledger)

    def change(self, row: Row, ledger) -> None:
        said = self.said_of(row)
        if not said:
            return
        before = as_stored(row.found, said)
        columns = {"session_id" if name == "session" else name: value for name, value in said.items()}
        row.found.revise(version=row.found.version, **columns)
        ledger.changed(row.found, before, said)

    def add(self, outcome: Outcome, themes, addressees, owners, ledger) -> None:
        """Add rows of their own, each noted, so that undoing takes away these and no others."""
        if themes:
            outcome.tag([*outcome.themes.all(), *themes])
            ledger.made(outcome.outcome_themes.filter(theme__in=themes))
        if addressees:
            outcome.address_to([*(one.actor_type for one in outcome.addressees.all()), *addressees])
            ledger.made(outcome.addressees.filter(actor_type__in=addressees))
        for organisation in Organisation.objects.filter(pk__in=owners):
            owner = ActionOwner(action=outcome, organisation=organisation)
            owner.full_clean()
            owner.save()
            ledger.made([owner])

    def restore(self, instance, before):
        if not isinstance(instance, Outcome):
            return False
        instance.revise(version=instance.version, **before)
        return True

    def settle(self):
        Outcome.objects.filter(event=self.target).settle()


ACTOR_LABELS = [(str(value), str(label)) for value, label in Organisation._meta.get_field("actor_type").choices]


def as_date(text: str) -> dt.date | None:
    """Return the day that a cell names without a doubt: 2027-03-04, 4 March 2027; not 03/04/2027."""
    try:
        if day := parse_date(text.split(" ")[0] if re.match(r"\d{4}-\d\d-\d\d", text) else text):
            return day
    except ValueError:
        return None
    for form in ("%d %B %Y", "%d %b %Y", "%d.%m.%Y", "%B %d, %Y"):
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    return None
