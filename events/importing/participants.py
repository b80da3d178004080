"""The participants of an event out of a list: who, from where, in which roles."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from events.importing.into_event import IntoEvent
from events.importing.roles import ATTENDANCE, LISTING, NO_ROLE, ROLES
from events.importing.sessions import Sessions
from events.models import Participation, Role
from events.workflow import settle_visibility
from participants.importing.columns import normal
from participants.importing.honorifics import take_off
from participants.importing.kinds import Candidate, Field, Row
from participants.importing.ledger import Ledger
from participants.matching import KnownOrganisations, KnownPeople, Rank
from participants.models import Person
from participants.names import person_key
from participants.text import canonical_email, normalise

SEVERAL = re.compile(r"\s*[;\n]\s*|\s(?:and|And|AND|et|ET|und|UND|y|и|و|&|\+|/)\s")
PARTS = re.compile(r"\s*(?:[;\n|/]|,(?![^(]*\)))\s*")
IN_BRACKETS = re.compile(r"^(.*?)\s*[(\[:–]\s*(.+?)\s*[)\]]?$")
NOTHING = {"", "-", "–", "—", "n/a", "na", "none", "nil", "?", "tbc", "tbd"}

PERSON = ("honorific", "email")
THERE = ("affiliation", "position", "organisation", "attendance", "listing")
LABELS = {
    "honorific": "Honorific",
    "email": "E-mail address",
    "affiliation": "Affiliation",
    "position": "Position",
    "organisation": "Organisation",
    "attendance": "Attendance",
    "listing": "Listing",
}


class ParticipantImport(IntoEvent):
    """People are known again by their e-mail address, or as who takes part under the same name from the same place.

    A name alone is never enough: it is in doubt, and somebody says who it is. An empty cell changes nothing.
    """

    name = "participants"
    label = "Participants"
    fields = (
        Field("name", "Name", ("full name", "participant", "name of participant", "participant name", "nom complet",
              "nom et prénom", "nombre completo", "nombre y apellidos", "vollständiger Name", "name and title",
              "الاسم", "الاسم الكامل", "姓名", "名前", "氏名", "фио", "имя")),
        Field("given_name", "Given name", ("first name", "forename", "forenames", "prénom", "prénoms", "nombre",
              "nombres", "vorname", "nome", "имя", "الاسم الأول", "名"), hint="Joined with the family name."),
        Field("family_name", "Family name", ("last name", "surname", "nom", "nom de famille", "apellido", "apellidos",
              "nachname", "familienname", "cognome", "фамилия", "اسم العائلة", "姓")),
        Field("honorific", "Honorific", ("title", "salutation", "prefix", "civilité", "titre", "tratamiento", "título",
              "anrede", "titel", "اللقب", "称谓", "敬称"), hint="H.E. Mr., Dr … Found before the name too."),
        Field("email", "E-mail address", ("email", "e-mail", "mail", "email address", "courriel", "correo",
              "adresse électronique", "correo electrónico", "e-mail-adresse", "البريد الإلكتروني", "邮箱", "メール")),
        Field("affiliation", "Affiliation", ("institution", "entity", "delegation", "représentation", "afiliación",
              "institución", "entidad", "delegación", "zugehörigkeit", "einrichtung", "affiliation at the time",
              "الجهة", "单位", "所属")),
        Field("organisation", "Organisation", ("organization", "company", "employer", "organisme", "organización",
              "firma", "المنظمة", "组织", "機関"), hint="Linked where an organisation of this name is known."),
        Field("position", "Position", ("job title", "function", "functional title", "designation", "fonction", "poste",
              "cargo", "puesto", "funktion", "position title", "المنصب", "职务", "役職")),
        Field("country", "Country", ("state", "member state", "nationality", "pays", "país", "land", "البلد",
              "国家", "国"), hint="Tells organisations apart; the affiliation where there is no other."),
        Field("roles", "Roles", ("role", "rôle", "rol", "papel", "rolle", "role in session", "الدور",
              "角色"), many=True,
              hint="Several with ; between them, each with its session in brackets: Moderator (Session 2)."),
        Field("session", "Session", ("panel", "breakout group", "group", "sesión", "séance", "sitzung", "session code"),
              hint="Where the roles are in; its title, number or code. Empty: the whole event."),
        Field("attendance", "Attendance", ("participation", "mode", "mode of participation", "attending", "présence",
              "asistencia", "teilnahme"), hint="In person, remote, video message, planned, absent."),
        Field("event", "Event reference", ("event reference",), hint="Its title will do. Rows of another are refused."),
        Field("listing", "Listing", ("listed", "may be listed", "visibility"),
              hint="Hidden, participants only, public. Empty: hidden."),
    )  # fmt: skip

    @classmethod
    def lacks(cls, chosen):
        if chosen & {"name", "given_name", "family_name"}:
            return ""
        return "Say which column is the name, or the given and the family name."

    def title(self, row):
        return row.clean.get("name") or row.values.get("name") or row.values.get("family_name", "")

    # Reading

    def __init__(self, target, by, options=None):
        super().__init__(target, by, options)
        self.sessions = Sessions(target) if target is not None else None

    def read(self, row: Row) -> None:
        values = {name: normalise(text) for name, text in row.values.items()}
        given, family = values.get("given_name", ""), values.get("family_name", "")
        name = values.get("name") or " ".join(filter(None, (given, family)))
        honorific, bare = take_off(name.replace("\n", " ")) if "\n" not in name else ("", name)
        clean: dict[str, Any] = {
            "name": bare,
            "honorific": values.get("honorific", "") or honorific,
            "sort_name": f"{family}, {take_off(given)[1]}" if given and family else "",
            "position": values.get("position", ""),
            "affiliation": values.get("affiliation") or values.get("organisation") or values.get("country", ""),
            "organisation_name": values.get("organisation", ""),
            "country": values.get("country", ""),
            "email": self.address(row, values.get("email", "")),
            "attendance": self.choice(row, "attendance", values.get("attendance", ""), ATTENDANCE),
            "listing": self.choice(row, "listing", values.get("listing", ""), LISTING),
            "roles": self.roles(row, values.get("roles", ""), values.get("session", "")),
        }
        row.clean = clean
        if (of := values.get("event", "")) and not self.sessions.is_of_event(of):
            row.problems.append(f"It is of another event: {of}.")
        if not bare:
            row.problems.append("There is no name.")
            return
        parts = [part for part in SEVERAL.split(bare) if part]
        clean["several"] = len(parts) > 1
        person = Person(name=" ".join(bare.split()), sort_name=clean["sort_name"], honorific=clean["honorific"])
        person.email = clean["email"]
        clean["name"] = person.name
        there = Participation(affiliation=clean["affiliation"], position=clean["position"])
        for instance, without in ((person, {"user"}), (there, {"event", "person", "organisation"})):
            try:
                instance.clean_fields(exclude=without)
            except ValidationError as error:
                for field, messages in error.message_dict.items():
                    row.problems += [f"{LABELS.get(field, field.capitalize())}: {message}" for message in messages]

    def address(self, row: Row, text: str) -> str:
        text = text.removeprefix("mailto:").strip("<> ")
        if text.casefold() in NOTHING:
            return ""
        address = canonical_email(text)
        try:
            validate_email(address)
        except ValidationError:
            several = len(re.findall("@", text)) > 1
            row.problems.append(
                f"“{text}” holds more than one address: keep one." if several else f"“{text}” is no e-mail address."
            )
            return ""
        return address

    def choice(self, row: Row, name: str, text: str, words: dict[str, str]) -> str:
        if text.casefold() in NOTHING:
            return ""
        if (found := words.get(normal(text))) is None:
            labels = ", ".join(label for _, label in Participation._meta.get_field(name).choices)
            row.problems.append(f"{LABELS[name]} “{text}” is none of: {labels}.")
        return found or ""

    def roles(self, row: Row, text: str, of_all: str) -> list[tuple[str, int | None]]:
        """Return (role, key of its session) for each in the cell; a session in brackets goes before the column."""
        found: list[tuple[str, int | None]] = []
        for part in PARTS.split(text):
            if normal(part) in NO_ROLE or part.casefold() in NOTHING:
                continue
            words, where = part, of_all
            if normal(part) not in ROLES and (inside := IN_BRACKETS.match(part)):
                words, where = inside[1], inside[2]
            role = ROLES.get(normal(words))
            if role is None:
                known = ", ".join(str(label).lower() for label in Role.Role.labels)
                row.problems.append(f"The role “{part}” is not known. Roles are: {known}.")
                continue
            session = None
            if where and where.casefold() not in NOTHING:
                session, problem = self.sessions.find(where)
                if problem:
                    row.problems.append(problem)
                    continue
            if (role, session) not in found:
                found.append((role, session))
        if of_all and not text:
            row.notes.append("A session without a role is passed over.")
        return found

    # Comparing

    def prepare(self, rows):
        rows = [row for row in rows if not row.problems]
        there = self.target.participations.select_related("person", "organisation").prefetch_related("roles")
        self.there: dict[int, Participation] = {one.person_id: one for one in there}
        self.by_name: dict[str, list[Participation]] = defaultdict(list)
        for one in self.there.values():
            self.by_name[one.person.name].append(one)
        self.known = KnownPeople()
        addresses = {row.clean["email"] for row in rows} - {""}
        keys = {one.pk for address in addresses for one in self.known.by_email.get(address, ())}
        self.people = Person.objects.in_bulk(keys) | {pk: one.person for pk, one in self.there.items()}
        theirs = Person.objects.reachable_by(self.by).filter(pk__in=keys).values_list("pk", flat=True)
        self.reachable = {*theirs, *self.there}  # whose address whoever imports may see
        self.organisations = KnownOrganisations()
        self.link(rows)
        self.keys = {id(row): person_key(row.clean["name"]) or row.clean["name"] for row in rows}
        self.first: dict[str, Row] = {}
        self.first_with: dict[str, Row] = {}
        self.shared = Counter(row.clean["email"] for row in rows if row.clean["email"])

    def link(self, rows: list[Row]) -> None:
        """Find the organisation each row names, once for each name."""
        found: dict[tuple[str, str], tuple[int | None, str]] = {}
        for row in rows:
            name, country = row.clean["organisation_name"], row.clean["country"]
            row.clean["organisation"] = None
            if not name:
                continue
            if (name, country) not in found:
                same = [one for one in self.organisations.similar(name) if one.rank == Rank.SAME]
                words = "" if len(same) == 1 else f"No organisation called “{name}” is known: it is kept as words only."
                found[name, country] = (same[0].pk if len(same) == 1 else None, words)
            row.clean["organisation"], words = found[name, country]
            if words:
                row.notes.append(words)

    def match(self, row):
        clean = row.clean
        self.doubt_within_file(row)
        if clean["email"]:
            owners = [self.people[one.pk] for one in self.known.by_email.get(clean["email"], ())]
            if len(owners) > 1:
                owners = [one for one in owners if one.name == clean["name"]] or owners
            if len(owners) == 1 and person_key(owners[0].name) == person_key(clean["name"]):
                row.found, row.doubt, row.candidates = owners[0], "", []
                return
            if owners:
                names = " and ".join(f"“{one.name}”" for one in owners if self.may_see_address(one))
                row.is_in_doubt(
                    f"The address belongs to {names or 'somebody of another name'}.",
                    (self.candidate(one) for one in owners if self.may_see_address(one)),
                )
                return
        same = [one for one in self.by_name.get(clean["name"], ()) if self.is_the_same(one, clean)]
        if len(same) == 1:
            row.found = same[0].person
            if not self.twice(row):
                row.doubt, row.candidates = "", []
            return
        if clean["several"]:
            row.is_in_doubt("This may be several people: give each a row of their own.")
        similar = self.known.similar(clean["name"], email=clean["email"])
        likely = [one for one in similar if one.rank >= Rank.LIKELY]
        if likely:
            names = ", ".join(f"{one.label} ({one.reason[0].lower()}{one.reason[1:]})" for one in likely)
            row.is_in_doubt(f"May be known already: {names}.", (self.suggested(one) for one in likely))
        elif similar:
            row.notes.append(f"Perhaps known as “{similar[0].label}” ({similar[0].reason.lower()}).")

    def doubt_within_file(self, row: Row) -> None:
        """Whoever stands in the file before under the same name or address may be the same, or somebody else."""
        key, address = self.keys[id(row)], row.clean["email"]
        before = self.first.setdefault(key, row)
        if before is not row:
            what = "with the same words" if before.values == row.values else "with other details"
            row.is_in_doubt(f"Line {before.line} has the same name, {what}: the same person or another?")
        if address and (before := self.first_with.setdefault(address, row)) is not row and self.keys[id(before)] != key:
            row.is_in_doubt(f"Line {before.line} has the same address and another name.")

    def twice(self, row: Row) -> bool:
        """Whether an earlier line says all the same: then it is about the same participant."""
        return self.first[self.keys[id(row)]] is not row and self.first[self.keys[id(row)]].values == row.values

    def is_the_same(self, one: Participation, clean: dict[str, Any]) -> bool:
        if clean["email"] and one.person.email and canonical_email(one.person.email) != clean["email"]:
            return False
        return one.affiliation == clean["affiliation"]

    def candidate(self, person: Person) -> Candidate:
        there = self.there.get(person.pk)
        words = f", {there.affiliation}" if there and there.affiliation else ""
        return Candidate(f"p{person.pk}", f"It is {person.name}{words}")

    def may_see_address(self, person: Person) -> bool:
        return self.by.works_on_everything or person.pk in self.reachable

    def said_of(self, row: Row) -> dict[str, str]:
        """What the row says anew of the person; an address that who imports may not see is neither shown nor lost."""
        new = {n: row.clean[n] for n in PERSON if row.clean[n] and row.clean[n] != self.stored(row.found, n)}
        if row.found.email and not self.may_see_address(row.found):
            new.pop("email", None)
        return new

    def suggested(self, one) -> Candidate:
        there = self.there.get(one.pk)
        words = f", {there.affiliation}" if there and there.affiliation else ""
        return Candidate(f"p{one.pk}", f"It is {one.label}{words}")

    def take(self, row, key):
        pk = key.removeprefix("p")
        if pk.isdigit() and key in {one.key for one in row.candidates}:
            row.found = self.people.get(int(pk)) or Person.objects.filter(pk=int(pk)).first()

    def compare(self, row):
        clean, person = row.clean, row.found
        there = self.there.get(person.pk)
        differences = [(LABELS[name], getattr(person, name), value) for name, value in self.said_of(row).items()]
        if there is None:
            return [("Takes part", "", "Known already, new to this event"), *differences]
        differences += [
            (LABELS[name], self.shown(there, name), self.in_words(row, name))
            for name in THERE
            if clean[name] and clean[name] != self.stored(there, name)
        ]
        have = {(role.role, role.session_id) for role in there.roles.all()}
        if added := [one for one in clean["roles"] if one not in have]:
            differences.append(("Roles", "", ", ".join(map(self.role_in_words, added))))
        return differences

    def stored(self, instance, name: str):
        value = getattr(instance, f"{name}_id" if name == "organisation" else name)
        return canonical_email(value) if name == "email" else value

    def shown(self, there: Participation, name: str) -> str:
        if name in ("attendance", "listing"):
            return str(getattr(there, f"get_{name}_display")())
        return str(getattr(there, name) or "")

    def in_words(self, row: Row, name: str) -> str:
        if name == "organisation":
            return row.clean["organisation_name"]
        if name in ("attendance", "listing"):
            return str(dict(Participation._meta.get_field(name).choices)[row.clean[name]])
        return row.clean[name]

    def role_in_words(self, one: tuple[str, int | None]) -> str:
        role, session = one
        label = str(Role.Role(role).label)
        return f"{label} ({self.sessions.names[session]})" if session else label

    def missing(self, rows):
        seen = {row.found.pk for row in rows if row.found is not None}
        seen |= {int(one.key[1:]) for row in rows for one in row.candidates if one.key[1:].isdigit()}
        return [str(one) for pk, one in self.there.items() if pk not in seen]

    # Writing

    def write(self, rows, ledger):
        fresh = [(row, self.person_of(row)) for row in rows if row.found is None]
        ledger.make([person for _, person in fresh])
        self.change_people([row for row in rows if row.found is not None], ledger)
        people = [(row, row.found or None) for row in rows]
        made = {id(row): person for row, person in fresh}
        pairs = [(row, person or made[id(row)]) for row, person in people]
        self.write_participations(pairs, ledger)
        self.write_roles(pairs, ledger)

    def person_of(self, row: Row) -> Person:
        return Person(**{name: row.clean[name] for name in ("name", "sort_name", "honorific", "email")})

    def change_people(self, rows: Iterable[Row], ledger: Ledger) -> None:
        changed = []
        for row in rows:
            new = self.said_of(row)
            for name, value in new.items():
                setattr(row.found, name, value)
            if new:
                changed.append(row.found)
        ledger.change(changed, list(PERSON))

    def write_participations(self, pairs: list[tuple[Row, Person]], ledger: Ledger) -> None:
        new, changed = [], []
        rule = self.target.attribution
        for row, person in pairs:
            there = self.there.get(person.pk)
            said = {name: row.clean[name] for name in THERE if row.clean[name]}
            if organisation := said.pop("organisation", None):
                said["organisation_id"] = organisation
            if there is None:
                there = Participation(event=self.target, person=person, recorded_under=rule, **said)
                self.there[person.pk] = there
                new.append(there)
            elif any(getattr(there, name) != value for name, value in said.items()):
                for name, value in said.items():
                    setattr(there, name, value)
                changed.append(there)
        ledger.make(new)
        ledger.change(changed, list(THERE))

    def write_roles(self, pairs: list[tuple[Row, Person]], ledger: Ledger) -> None:
        new = []
        for row, person in pairs:
            there = self.there[person.pk]
            have = {(role.role, role.session_id) for role in there.roles.all()} if there.pk and row.found else set()
            for role, session in row.clean["roles"]:
                if (role, session) not in have:
                    one = Role(participation=there, session_id=session, role=role)
                    one.recorded_under = self.sessions.rule_of(session)
                    new.append(one)
        ledger.make(new)

    def settle(self):
        settle_visibility(self.target)
