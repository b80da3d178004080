"""Fields that a form does not offer, sent with it all the same: the post does what it does without them.

The forms are those of the pages themselves, found through the URLconf for everybody who works on an event; the fields
are those of the models.
"""

import re
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from events.models import Session
from outcomes.models import Publication
from participants.models import Person
from tests.addresses import addresses
from tests.factories import InvitationFactory, RoundFactory, UserFactory
from tests.matrix.forms import Form, Forms, effects_of, forged
from tests.matrix.world import World, everything, of_events, rows_of

ADMIN = re.compile(r"admin:(?P<app>participants|events|outcomes)_(?P<model>[a-z]+)_(?P<page>\w+)")


def pages(world: World) -> list[str]:
    """Return the address of each page of the desk and the admin that is of `world.mine` or of nothing in particular."""
    mine, found = world.mine, []
    desk = {"sessions": [mine.group.code], "events": [mine.event.slug], "rounds": [mine.round.code]}
    desk["outcomes"] = [mine.draft.code, mine.submitted.code, mine.raised.code]
    for name, route in addresses():
        if match := ADMIN.fullmatch(name):
            if match["page"] in ("export", "changelist"):
                continue  # files change nothing; tests/matrix/test_bulk_actions.py presses the actions
            if "<" not in route:
                found.append(reverse(name))
            elif route.count("<") == 1 and "slug:" not in route:
                found += [reverse(name, args=[row.pk]) for row in rows_for(match["app"], match["model"], mine.event)]
        elif route.startswith("desk/") and "token" not in route and route.count("(?P<") <= 1:
            keys = desk.get(route.split("/")[1], [None])
            found += [reverse(name, args=[key] if key else []) for key in keys if key or "(?P<" not in route]
    programme = reverse("admin:events_event_programme", args=[mine.event.pk])
    found += [f"{programme}?open={mine.session.pk}", f"{programme}?add=2026-03-03"]
    found.append(reverse("outcomes:group-draft", args=[mine.round.code, mine.statements.code]))
    return found


def rows_for(app: str, name: str, event) -> list:
    """Return a row of that kind; of outcomes one in each state."""
    model = apps.get_model(app, name)
    if not of_events(model):
        return list(model._base_manager.order_by("-pk")[:1])
    rows = rows_of(model, event).order_by("pk")
    if name == "outcome":
        return list({(row.status, row.kind): row for row in rows}.values())
    kind = {"takeaway": {"kind": "takeaway"}, "action": {"kind": "action"}, "breakoutgroup": {"kind": "breakout_group"}}
    return list(rows.filter(**kind.get(name, {}))[:1])


def forms_in(answer, address: str) -> list[Form]:
    """Return the forms of a page, but for those that stand on every page."""
    if answer.status_code != 200 or answer.streaming or not answer["Content-Type"].startswith("text/html"):
        return []
    found = Forms(answer.content.decode(), address).found
    return [form for form in found if not form.action.startswith(("/admin/logout", "/sign-out", "/accounts/"))]


TICKED = {"statement", "rapporteur", "read", "is_public", "outcome", "to"}


class Forger:
    """Posts each form once as it is filled and once with more."""

    def __init__(self, world: World):
        self.world, self.before = world, everything()
        self.fields = {}
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in ("participants", "events", "outcomes"):
                for field in model._meta.concrete_fields:
                    self.fields.setdefault(field.name, []).append(field)
        self.theirs = {type(row)._meta.concrete_model._meta.label: row for row in world.theirs.rows}
        self.theirs |= {
            "participants.User": world.theirs.rapporteur,
            "participants.Person": world.theirs.person,
            "participants.Organisation": world.theirs.institution,
            "outcomes.Outcome": world.theirs.draft,
            "events.Session": world.theirs.group,
        }
        self.newcomer = Person.objects.get(name="Harbour newcomer").pk
        self.known: set = set()
        self.works: dict[str, set[str]] = {}
        self.idle: dict[str, set] = {}
        self.wrong: list = []

    def fill(self, form: Form) -> dict[str, list[str]]:
        """Return what is sent by somebody who types what has to be typed."""
        filled = {name: list(values) for name, values in form.data.items()}
        if "second" in filled:
            filled["second"] = ["The other of two."]
        for name, kind in form.empty.items():
            if "__prefix__" not in name and (value := self.typed(name, kind)):
                filled[name] = [value]
        return filled

    def typed(self, name: str, kind: str) -> str:
        mine = self.world.mine
        last = re.sub(r"^(.*-\d+-|new-|copy-|s\d+-)", "", name)
        known = {
            "event": mine.event.pk,
            "participation": mine.rapporteur.person.participations.get(event=mine.event).pk,
            "title": "Typed",
            "text": "Typed words.",
            "first": "One of two.",
            "second": "The other of two.",
            "name": "Somebody Typed",
            "email": "typed@example.org",
            "password1": "Quite-unusual-words-9",
            "password2": "Quite-unusual-words-9",
            "day": "2026-03-04",
            "is_public": "on",
            "person": self.newcomer,
            "url": "https://example.org/typed",
            "notes": "Takeaways\n- States should call each other before they act.",
            "note": "Shorter, please.",
            "comment": "Typed comment.",
            "takeaway": "Typed takeaway.",
        }
        if kind.startswith("select ") and not kind.endswith(" required"):
            return ""
        if last in known:
            return str(known[last])
        if last in TICKED:
            return kind.split(" ")[1]
        if kind.startswith("select "):
            return kind.removeprefix("select ").removesuffix("required").strip()
        return "typed" if kind.endswith("required") else ""

    def try_out(self, role: str, client, form: Form, model=None, *, goes_on: bool = True) -> None:
        """Post a form with each of its buttons, honestly and forged."""
        try:
            name = resolve(form.action.split("?")[0].split("#")[0]).view_name
        except Resolver404:
            return
        for button, value in form.buttons or [("", "")]:
            if button in ("_continue", "_addanother", "_saveasnew", "index"):
                continue  # saves as the first of the row does
            which = (
                role,
                name,
                re.sub(r"\d+", "", f"{button}={value}"),
                frozenset(re.sub(r"\d+", "", one) for one in {**form.data, **form.empty}),
            )
            if which in self.known:
                continue
            self.known.add(which)
            honest = self.fill(form) | ({button: [value]} if button else {})
            answer, did = effects_of(client, form.action, honest, self.before)
            status = answer.status_code
            (self.works if did else self.idle).setdefault(name, set()).add((role, button, value, status))
            more = self.forge(name, form, model)
            _, did_forged = effects_of(client, form.action, more | honest, self.before)
            if did_forged != did:
                self.wrong.append((role, form.action, button, value, sorted(set(did_forged) ^ set(did))))
            if goes_on and not did and status == 200:  # a page that asks for more, or asks whether it is meant
                for following in forms_in(answer, form.action):
                    self.try_out(role, client, following, model, goes_on=False)

    def futile(self) -> set[str]:
        """Return the forms of which nothing came, but for those that only show."""
        return {
            name
            for name, which in self.idle.items()
            if name not in self.works and {status for *_, status in which} != {403}
        }

    def forge(self, page: str, form: Form, model) -> dict[str, list[str]]:
        """Return the fields of every model that the form does not offer; of an inline and a row, those of its model."""
        offered = set(form.data) | set(form.empty)
        prefixes = {"": None} | {
            found[1]: found[2] for name in offered if (found := re.match(r"((\w+)-\d+-|new-|s\d+-)", name))
        }
        more = {}
        for prefix, called in prefixes.items():
            for name, fields in self.fields.items():
                parts = {f"{prefix}{name}", f"{prefix}{name}_0", f"{prefix}{name}_id"}
                if parts & offered or name in NOT_FORGED.get(page, ()):
                    continue
                of = inlines_of(model).get(called) if called else Session if prefix else model
                field = next((one for one in fields if of and one.model._meta.concrete_model is of), None)
                if field is None and prefix:
                    continue
                if value := forged(field or fields[0], self.theirs):
                    more[f"{prefix}{name}"] = more[f"{prefix}{name}_id"] = [value]
                    if len(moment := value.split(" ")) == 2:
                        more[f"{prefix}{name}_0"], more[f"{prefix}{name}_1"] = [moment[0]], [moment[1]]
        return more


def inlines_of(model) -> dict[str, type]:
    """Return what the rows of an inline of `model` are called in a form → their model."""
    return (
        {one.get_accessor_name(): one.related_model._meta.concrete_model for one in model._meta.related_objects}
        if model
        else {}
    )


# Fields whose name is also what a form may send of its own, where it asks for it.
NOT_FORGED = {"admin:outcomes_outcome_nudge": {"person"}}  # to whom of those who were late


# Forms that change nothing when they are filled as here: whatever more is sent with them, nothing changes either.
FUTILE = {
    **dict.fromkeys(["admin:events_eventseries_change", "admin:outcomes_theme_change"], "saved as it stands"),
    **dict.fromkeys(
        ["admin:participants_person_change", "admin:participants_organisation_change"], "saved as it stands"
    ),
    **dict.fromkeys(["admin:participants_user_change", "outcomes:desk-round-edit"], "saved as it stands"),
    **dict.fromkeys(["admin:participants_user_disclose", "admin:participants_person_disclose"], "gives a file"),
    "admin:participants_person_erase": "wants the name typed",
    "admin:participants_import_file": "wants a file",
    "admin:outcomes_report_add": "an event has one report",
    "outcomes:group-rename": "saved as it stands",
    "outcomes:outcome-origin": "too few to be said",
    "outcomes:round-open": "it is over",
}


def try_all(forger, role: str, client, addresses) -> None:
    """Post each form on those pages that somebody of that role is shown."""
    for address in addresses:
        match = ADMIN.fullmatch(resolve(address.split("?")[0]).view_name)
        model = apps.get_model(match["app"], match["model"])._meta.concrete_model if match else None
        for form in forms_in(client.get(address), address):
            forger.try_out(role, client, form, model)


@pytest.mark.parametrize("role", ["rapporteur", "editor", "reviewer"])
def test_field_that_is_not_offered_is_not_taken(world, clients, role):
    Publication.objects.filter(event=world.mine.event).delete()  # one that is set stands against another
    forger = Forger(world)
    try_all(forger, role, clients[role], pages(world))

    assert forger.wrong == []
    assert forger.futile() <= FUTILE.keys(), "fill them in `typed`, or say here why nothing comes of them"
    assert len(forger.works) >= {"rapporteur": 14, "editor": 50, "reviewer": 5}[role]


def test_accounts_and_what_institutions_share_take_no_field_that_is_not_offered(world):
    administrator, forger = Client(), Forger(world)
    administrator.force_login(UserFactory(administrator=True, password=None))
    forger.before = everything()
    shared = [
        address
        for address in pages(world)
        if (match := ADMIN.fullmatch(resolve(address.split("?")[0]).view_name))
        and not of_events(apps.get_model(match["app"], match["model"]))
    ]
    try_all(forger, "administrator", administrator, shared)

    assert forger.wrong == []
    assert forger.futile() <= FUTILE.keys()
    assert forger.works.keys() >= {"admin:participants_user_add", "admin:outcomes_theme_add"}
    assert "admin:participants_user_change" in forger.works.keys() | forger.idle.keys()


def test_people_without_an_account_give_no_field_that_is_not_offered(world):
    round_ = RoundFactory(event=world.mine.event, session=world.mine.group, asks_actor_type=True)
    participation = world.mine.rapporteur.person.participations.get()
    participation.invitations.all().delete()
    invitation = InvitationFactory(participation=participation)
    paths = [
        reverse("outcomes:round", args=[round_.code]),
        reverse("sign-in"),
        urlsplit(invitation.address).path,
        urlsplit(participation.reminder_choice_url).path,
    ]
    forger = Forger(world)
    try_all(forger, "anonymous", Client(), paths)

    assert forger.wrong == []
    assert forger.works.keys() >= {"outcomes:round", "sign-in", "outcomes:desk-invitation", "events:reminders"}


def choices_in(form: Form, model):
    """Yield the model, the field and the name of each choice of a row that stands in an event, in an inline as well."""
    for name in {**form.data, **form.empty}:
        prefix = re.match(r"((\w+)-\d+-)?", name)
        of = inlines_of(model).get(prefix[2]) if prefix[2] else model
        field = next((one for one in of._meta.fields if one.name == name[prefix.end() :]), None) if of else None
        if field and (field.primary_key or (field.is_relation and of_events(field.related_model))):
            yield of, field, name


def test_choice_of_something_foreign_is_refused(world, clients):
    """Also to those who see both events: a row of one takes nothing of the other."""
    asking = {"editor": clients["editor"], "editor of both": Client()}
    asking["editor of both"].force_login(UserFactory(editor=True, password=None))
    forger, found, refused = Forger(world), [], set()
    for address in pages(world):
        match = ADMIN.fullmatch(resolve(address.split("?")[0]).view_name)
        if not match or match["page"] not in ("add", "change") or match["model"] == "outcome":
            continue  # takeaways and actions have the same form
        model = apps.get_model(match["app"], match["model"])._meta.concrete_model
        for form in forms_in(clients["editor"].get(address), address):
            honest = forger.fill(form)
            for of, field, name in choices_in(form, model):
                if field.primary_key:  # a row of an inline
                    foreign = forger.theirs.get(of._meta.label)
                else:
                    foreign = rows_of(field.related_model, world.theirs.event).order_by("pk").first()
                for role, client in asking.items() if foreign else ():
                    if role == "editor of both" and field.name == getattr(of, "EVENT_PATH", "event").split("__")[0]:
                        continue  # what it belongs to is theirs to choose
                    sent = honest | {name: [str(foreign.pk)]}
                    answer, done = effects_of(client, form.action, sent, forger.before)
                    done = [one for one in done if not one.startswith("events.EventRevision")]  # that it was saved
                    if field.primary_key:  # the row stays what it is, and where it is
                        its = f"{of._meta.label} {foreign.pk} "
                        done = [one for one in done if its in one or " new " in one or "went" in one]
                    if done or answer.status_code not in (200, 302, 403, 422):
                        found.append((role, address, name, answer.status_code, done))
                    refused.add((role, of._meta.model_name, field.name))

    assert found == []
    assert len(refused) > 30
