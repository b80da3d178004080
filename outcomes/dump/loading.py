"""The public site out of a dump, in an empty portal: all of it or nothing.

Checksums come first. Then each line becomes what it was, checked by the validators of its model, with the code, slug,
number and moment of publication it had. What a dump does not say is made up as little as it can be: who may be named is
a person of that dialogue alone, publicly listed; the wording first submitted is the one that is public; who handed in
an outcome is one of two accounts that nobody can sign in to.
"""

import gzip
import hashlib
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import batched
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.utils.dateparse import parse_date, parse_datetime

from events.attribution import Rule
from events.models import (
    Event,
    EventPartner,
    EventRevision,
    EventSeries,
    EventStatusChange,
    Participation,
    Quote,
    Resource,
    Role,
    Session,
)
from events.models.generation import bump_generation
from outcomes.dump import FORMAT, MANIFEST, SUFFIX, VERSION, Refused
from outcomes.models import (
    ActionOwner,
    ActionUpdate,
    Addressee,
    Outcome,
    OutcomeTheme,
    Report,
    ReportSection,
    ReportStatusChange,
    Status,
    StatusChange,
    Theme,
)
from participants.groups import EDITORS
from participants.models import FormerAddress, Organisation, Person, User

NOTE = "Loaded from a public dump."
LONGEST = 8 * 1024 * 1024  # bytes of one line
BATCH = 500
CODE = re.compile(r"[a-z2-7]{8}")
FILE = re.compile(r"(?:(?:events|organisations|resources|evidence)/[0-9a-f]{26}\.[a-z0-9]{1,5})?")
FILES = {"image", "logo", "file", "evidence_file"}  # there may be nothing under their names yet
ACCOUNTS = {  # who handed in what; under a domain that can have no mail
    "rapporteur": ("rapporteurs@dump.invalid", "Rapporteurs, by a dump"),
    "secretariat": ("secretariat@dump.invalid", "Secretariat, by a dump"),
}
Row = dict[str, Any]
Who = tuple[str, str, str]  # name, position and affiliation, as printed


def load(source: Path) -> dict[str, int]:
    """Load the dump in the folder `source`, or beside the manifest `source`; return how many lines of each file.

    Raises Refused, and then has changed nothing.
    """
    folder = source if source.is_dir() else source.parent
    manifest = checked(folder)
    if taken := what_is_there():
        raise Refused(f"This portal is not empty: it has {taken}. A dump is loaded into an empty one alone.")
    loader = Loader(folder, manifest)
    try:
        with transaction.atomic():
            loader.load()
    except DatabaseError as error:
        raise Refused(f"{loader.where}: the database refuses it: {' '.join(str(error).split())[:300]}") from error
    return loader.number


def what_is_there() -> str:
    """Return what the portal holds already, "" for nothing; accounts do not count."""
    for model in (Event, Outcome, Theme, Organisation, EventSeries, Person):
        if model.objects.exists():
            return str(model._meta.verbose_name_plural)
    return ""


def checked(folder: Path) -> dict[str, Row]:
    """Return what the manifest in `folder` says of each file, having compared sizes and checksums."""
    try:
        text = (folder / MANIFEST).read_bytes()
        manifest = json.loads(text) if len(text) < LONGEST else {}
        if (manifest["format"], manifest["version"]) != (FORMAT, VERSION):
            raise Refused(f"{MANIFEST}: this is not a dump of version {VERSION}.")
        files = {str(file["name"]): file for file in manifest["files"]}
    except OSError as error:
        raise Refused(f"{folder / MANIFEST} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{MANIFEST}: this is not the manifest of a dump.") from error
    expected = {f"{name}{SUFFIX}" for name in Loader.STEPS}
    if missing := sorted(expected - files.keys()):
        raise Refused(f"{MANIFEST}: it names no {', '.join(missing)}.")
    for name in sorted(expected):
        found, size = hashlib.sha256(), 0
        try:
            with (folder / name).open("rb") as file:
                while piece := file.read(1024 * 1024):
                    found.update(piece)
                    size += len(piece)
        except OSError as error:
            raise Refused(f"{name} cannot be read: {error.strerror}.") from error
        if (size, found.hexdigest()) != (files[name].get("bytes"), files[name].get("sha256")):
            raise Refused(f"{name} is not the file that the manifest speaks of: size or checksum differ.")
    return files


class Loader:
    """One pass over the files, in the order in which they name each other."""

    def __init__(self, folder: Path, files: Mapping[str, Row]):
        self.folder, self.files, self.where = folder, files, ""
        self.number: dict[str, int] = {}
        self.keys: dict[type[models.Model], dict[str, int]] = defaultdict(dict)  # slug or code → key
        self.events: dict[str, Event] = {}
        self.people: dict[int, dict[Who, Participation]] = defaultdict(dict)  # of an event
        self.filed: dict[str, User] = {}
        self.sessions_of: dict[str, Session] = {}
        self.revisions: dict[str, Row | None] = {}  # what calendars know of a dialogue's changes
        self.after_sessions: dict[str, Row] = {}  # what of a dialogue names its sessions

    def load(self) -> None:
        """Read every file."""
        for name, step in self.STEPS.items():
            try:
                step(self, self.lines(name))
            except (OSError, EOFError, zlib.error) as error:
                raise Refused(f"{name}{SUFFIX} cannot be unpacked.") from error
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Refused(f"{self.where}: it lacks something, or holds what it should not ({error!r}).") from error
        for name, number in self.number.items():
            if number != self.files[f"{name}{SUFFIX}"].get("rows"):
                raise Refused(f"{name}{SUFFIX}: the manifest speaks of another number of lines.")
        for slug, revision in self.revisions.items():
            if revision:
                at = a_moment(revision["at"])
                EventRevision.objects.restore(self.events[slug], revision["number"], at)
        bump_generation()

    def lines(self, name: str) -> Iterator[Row]:
        """Yield the objects of a file, none of which may be longer or more than the manifest says."""
        file = f"{name}{SUFFIX}"
        left = int(self.files[file].get("unpacked") or 0)
        self.number[name] = 0
        with gzip.open(self.folder / file, "rb") as lines:
            while line := lines.readline(LONGEST):
                left -= len(line)
                self.number[name] += 1
                self.where = f"{file}, line {self.number[name]}"
                if left < 0 or not line.endswith(b"\n"):
                    raise Refused(f"{self.where}: it is longer than it may be.")
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise Refused(f"{self.where}: it is no object.")
                yield row

    def check(self, instance: models.Model, *without: str) -> Any:
        """Return `instance`, valid as a form would have it; raises Refused."""
        excluded = {"search_text", "text_submitted", *FILES, *without}
        excluded |= {field.name for field in instance._meta.concrete_fields if field.is_relation}  # found here already
        files = FILES & {field.name for field in instance._meta.concrete_fields}
        problems = [
            f"{name}: this is not the name of a file here."
            for name in files
            if not FILE.fullmatch(getattr(instance, name).name or "")
        ]
        if not CODE.fullmatch(getattr(instance, "code", "aaaaaaaa")):
            problems.append("code: eight small letters and digits.")
        try:
            instance.full_clean(exclude=excluded, validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            problems += [f"{name}: {' '.join(words)}" for name, words in error.message_dict.items()]
        if problems:
            raise Refused(f"{self.where}: {' '.join(problems)}")
        return instance

    def key(self, model: type[models.Model], name: str | None) -> Any:
        """Return the key of what an earlier line called `name`."""
        if name is None:
            return None
        if name not in self.keys[model]:
            raise Refused(f"{self.where}: nothing before it is called {name!r}.")
        return self.keys[model][name]

    def save(self, instance: models.Model, name: str, *without: str) -> Any:
        """Check and save what others will call `name`."""
        self.check(instance, *without).save()
        self.keys[type(instance)][name] = instance.pk
        return instance

    # One after the other

    def themes(self, rows: Iterator[Row]) -> None:
        for row in rows:
            parent = self.key(Theme, row["parent"])
            facts = only(row, "slug", "name", "description", "position")
            self.save(Theme(parent_id=parent, **facts), row["slug"])

    def organisations(self, rows: Iterator[Row]) -> None:
        for row in rows:
            facts = only(row, "slug", "name", "short_name", "actor_type", "country", "website", "logo", "logo_alt")
            organisation = self.save(Organisation(**facts), row["slug"])
            for slug in row["former"]:
                self.check(FormerAddress(slug=slug, organisation=organisation, was_public=True)).save()

    def series(self, rows: Iterator[Row]) -> None:
        for row in rows:
            self.save(EventSeries(**only(row, "slug", "name", "description")), row["slug"])

    def of_events(self, rows: Iterator[Row]) -> None:
        for row in rows:
            event = Event(
                **only(row, "slug", "title", "reference", "format", "mode", "time_zone", "venue", "city", "country"),
                **only(row, "summary", "body", "image", "image_alt", "image_credit", "attribution"),
                series_id=self.key(EventSeries, row["series"]),
                starts_on=a_day(row["starts_on"]),
                ends_on=a_day(row["ends_on"]),
                status=Event.Status.PUBLISHED,
                published_at=a_moment(row["published_at"]),
            )
            self.save(event, row["slug"])
            event.body = event.summary = ""  # written; what is kept for those that name it is small
            self.events[row["slug"]] = event
            again_at: Any = a_moment(row["public_again_at"]) or event.published_at
            EventStatusChange.objects.create(
                event=event, from_status="draft", to_status="published", at=again_at, note=NOTE
            )
            self.revisions[row["slug"]] = row["revision"]
            for position, one in enumerate(row["partners"]):
                organisation = self.key(Organisation, one["organisation"])
                facts = only(one, "role", "role_text") | {"position": position}
                self.check(EventPartner(event=event, organisation_id=organisation, **facts)).save()
            self.participants(event, row["participants"])
            for position, one in enumerate(row["documents"]):
                published_on = a_day(one["published_on"])
                facts = only(one, "kind", "title", "url", "file", "publisher", "part") | {"position": position}
                document = Resource(event=event, published_on=published_on, is_public=True, **facts)
                self.check(document).save()
            self.after_sessions[event.slug] = {name: row[name] for name in ("roles", "quotes")}

    def participants(self, event: Event, rows: list[Row]) -> None:
        """Make the public list, in its order: by name where that is their order, else by their place."""
        names = [row["name"] for row in rows]
        by_name = names == sorted(names) == sorted(names, key=str.casefold)
        for place, row in enumerate(rows):
            sort_name = "" if by_name else f"{place:04} {row['name']}"[:200]
            self.participation(event, row, listed=True, sort_name=sort_name)

    def participation(self, event: Event, row: Row, *, listed: bool, sort_name: str = "") -> Participation:
        """Return who stands in the public list as `row` names them; else make somebody who may be named."""
        who: Who = (row["name"], row["position"], row["affiliation"])
        known = self.people[event.pk]
        if not listed:
            same = [
                one for (name, *details), one in known.items() if name == who[0] and [*who[1:]] in (details, ["", ""])
            ]
            if len(same) == 1:
                return same[0]
        person = self.check(Person(name=row["name"], sort_name=sort_name))
        person.save()
        somebody = Participation(
            event=event,
            person=person,
            position=row["position"],
            affiliation=row["affiliation"],
            attendance=Participation.Attendance.IN_PERSON,
            listing=Participation.Listing.PUBLIC,
            wants_reminders=False,
            # who is named in a role or under a report, and not in the list, must not come to stand there
            recorded_under="" if listed else Rule.CHATHAM_HOUSE,
        )
        self.check(somebody, "recorded_under").save()
        known[who] = somebody
        return somebody

    def sessions(self, rows: Iterator[Row]) -> None:
        for row in rows:
            event = self.event(row["event"])
            session = Session(
                **only(row, "code", "kind", "number", "title", "room", "body", "attribution"),
                event=event,
                parent_id=self.key(Session, row["parent"]),
                starts_at=a_moment(row["starts_at"]),
                ends_at=a_moment(row["ends_at"]),
                programme_day=a_day(row["programme_day"]),
                position=row["place"],
            )
            self.save(session, row["code"])
        for slug, told in self.after_sessions.items():
            self.where = f"events{SUFFIX}, of {slug}"
            self.roles_and_quotes(self.events[slug], told)

    def roles_and_quotes(self, event: Event, told: Row) -> None:
        for position, row in enumerate(told["roles"]):
            somebody = self.participation(event, row["by"], listed=False)
            session = self.key(Session, row["session"])
            role = Role(participation=somebody, session_id=session, role=row["role"], position=position)
            role.recorded_under = under(somebody, row["by"])
            self.check(role, "recorded_under").save()
        for position, row in enumerate(told["quotes"]):
            speaker = self.participation(event, row["by"], listed=False) if row["by"] else None
            quote = Quote(event=event, session_id=self.key(Session, row["session"]), text=row["text"], speaker=speaker)
            quote.consent, quote.position = Quote.Consent.GIVEN, position
            quote.recorded_under = under(speaker, row["by"]) if speaker else ""
            self.check(quote, "recorded_under").save()

    def event(self, slug: str) -> Event:
        if slug not in self.events:
            raise Refused(f"{self.where}: no dialogue before it is called {slug!r}.")
        return self.events[slug]

    def outcomes(self, rows: Iterator[Row]) -> None:
        for some in batched(rows, BATCH):
            made = [self.outcome(row) for row in some]
            Outcome.objects.bulk_create(made)
            of = {outcome.code: outcome for outcome in made}
            self.keys[Outcome] |= {outcome.code: outcome.pk for outcome in made if outcome.is_action}
            self.beside(some, of)
            Outcome.objects.filter(pk__in=[outcome.pk for outcome in made]).settle()

    def outcome(self, row: Row) -> Outcome:
        event, raised = self.event(row["event"]), row["raised"]
        session = self.session(event, row["session"])
        outcome = Outcome(
            **only(row, "code", "kind", "number", "text", "heading", "nature", "progress", "due_text"),
            event=event,
            session=session,
            text_submitted=row["text"],
            position=row["number"],
            due_on=a_day(row["due_on"]),
            published_at=a_moment(row["published_at"]),
            reworded_at=a_moment(row["reworded_at"]),
            raised_by=raised and raised["number"],
            raised_of=raised and raised["of"],
            says_raised=bool(raised),
            status=Status.PUBLISHED,
        )
        outcome.recorded_under = session.rule_now() if session else event.attribution
        outcome.changed_at = a_moment(row["published_at"])
        self.check(outcome, "recorded_under")
        outcome.text = row["text"]  # to the letter
        outcome.search_text = outcome.words()
        return outcome

    def session(self, event: Event, code: str | None) -> Session | None:
        """Return the session of that code, read once as long as outcomes come from it."""
        if code is None:
            return None
        if code not in self.sessions_of:
            if len(self.sessions_of) > 5000:
                self.sessions_of.clear()
            self.sessions_of[code] = Session.objects.select_related("parent__parent").get(pk=self.key(Session, code))
            self.sessions_of[code].event = event
        return self.sessions_of[code]

    def beside(self, rows: tuple[Row, ...], of: Mapping[str, Outcome]) -> None:
        """Write what belongs to the outcomes of some rows, model by model."""
        made: dict[type[models.Model], list] = defaultdict(list)
        for row in rows:
            outcome = of[row["code"]]
            for slug in row["themes"]:
                made[OutcomeTheme].append(
                    OutcomeTheme(outcome=outcome, theme_id=self.key(Theme, slug), kind=outcome.kind)
                )
            for actor in row["addressed_to"]:
                made[Addressee].append(self.check(Addressee(action=outcome, actor_type=actor)))
            for owner in row["owners"]:
                made[ActionOwner].append(self.owner(outcome, owner))
            for one in row["merged"]:
                made[Outcome].append(self.part(outcome, one))
            made[StatusChange] += self.history(outcome, row)
        for model, instances in made.items():
            model._default_manager.bulk_create(instances)

    def owner(self, action: Outcome, row: Row) -> ActionOwner:
        facts = only(row, "is_lead", "response")
        if row["organisation"]:
            return self.check(
                ActionOwner(action=action, organisation_id=self.key(Organisation, row["organisation"]), **facts)
            )
        if row["by"]:
            return self.check(
                ActionOwner(
                    action=action, person=self.participation(action.event, row["by"], listed=False).person, **facts
                )
            )
        nobody = Person(name="A participant")
        nobody.save()
        return self.check(ActionOwner(action=action, person=nobody, **facts))

    def part(self, survivor: Outcome, row: Row) -> Outcome:
        """Return an outcome that was merged into `survivor`: the address leads on; its own words are not public."""
        part = Outcome(event=survivor.event, kind=survivor.kind, text=survivor.text, text_submitted=survivor.text)
        part.session_id, part.progress, part.code, part.number = (
            survivor.session_id,
            survivor.progress,
            row["code"],
            row["number"],
        )
        part.status, part.merged_into = Status.MERGED, survivor
        part.published_at, part.changed_at = survivor.published_at, survivor.changed_at
        part.recorded_under, part.search_text = survivor.recorded_under, part.words()
        return self.check(part, "recorded_under")

    def history(self, outcome: Outcome, row: Row) -> Iterator[StatusChange]:
        """Yield what is known of how it became public."""
        at = outcome.changed_at
        by = self.account(row["filed_by"]) if row["filed_by"] else None
        again_at = a_moment(row["public_again_at"]) or at
        yield StatusChange(outcome=outcome, from_status="draft", to_status="submitted", by=by, at=at, note=NOTE)
        yield StatusChange(outcome=outcome, from_status="submitted", to_status="published", at=again_at, note=NOTE)

    def account(self, which: str) -> User:
        """Return the account that stands for rapporteurs, or for the secretariat: inactive, without a password."""
        if which not in ACCOUNTS:
            raise Refused(f"{self.where}: filed_by: {which!r} is not known.")
        if which not in self.filed:
            email, name = ACCOUNTS[which]
            user = User.objects.filter(email=email).first() or User.objects.create_user(
                email, name=name, is_active=False
            )
            if which == "secretariat":
                user.groups.set(Group.objects.filter(name=EDITORS))
            self.filed[which] = user
        return self.filed[which]

    def updates(self, rows: Iterator[Row]) -> None:
        for some in batched(map(self.update, rows), BATCH):
            ActionUpdate.objects.bulk_create(some)

    def update(self, row: Row) -> ActionUpdate:
        facts = only(row, "code", "text", "progress", "verification", "evidence_url", "evidence_file")
        return self.check(ActionUpdate(action_id=self.key(Outcome, row["action"]), on=a_day(row["on"]), **facts))

    def reports(self, rows: Iterator[Row]) -> None:
        for row in rows:
            event = self.event(row["event"])
            author = self.participation(event, row["author"], listed=False) if row["author"] else None
            report = Report(event=event, author=author, **only(row, "title", "disclaimer"))
            report.published_month, report.published_at = a_day(row["published_month"]), a_moment(row["published_at"])
            report.status = Report.Status.PUBLISHED
            self.check(report).save()
            ReportStatusChange.objects.create(report=report, from_status="draft", to_status="published", note=NOTE)
            for position, one in enumerate(row["sections"]):
                facts = only(one, "kind", "title", "slug", "body") | {"position": position}
                self.check(ReportSection(report=report, **facts)).save()

    STEPS: dict[str, Callable[["Loader", Iterator[Row]], None]] = {
        "themes": themes,
        "organisations": organisations,
        "series": series,
        "events": of_events,
        "sessions": sessions,
        "outcomes": outcomes,
        "updates": updates,
        "reports": reports,
    }


def only(row: Row, *names: str) -> Row:
    """Return these facts of a row; KeyError where one is missing."""
    return {name: row[name] for name in names}


def a_day(text: str | None) -> Any:
    """Return the day that `text` names; ValueError for none."""
    if text is None:
        return None
    if (found := parse_date(text)) is None:
        raise ValueError(f"{text!r} is no day")
    return found


def a_moment(text: str | None) -> Any:
    """Return the moment that `text` names; ValueError for none, or for one without its offset."""
    if text is None:
        return None
    found = parse_datetime(text)
    if found is None or found.tzinfo is None:
        raise ValueError(f"{text!r} is no moment")
    return found


def under(somebody: Participation, row: Row) -> str:
    """Return the stamp of what names `somebody`: where it leaves out what is known of them, a rule that does."""
    hides = bool(somebody.position or somebody.affiliation) and not (row["position"] or row["affiliation"])
    return Rule.CHATHAM_HOUSE if hides else ""
