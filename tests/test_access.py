"""Every address × method × role, read from the URLconf: an address that stands in no table here fails."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outcomes.dump import making
from outcomes.models import Outcome, Round, StatementGroup
from participants.groups import EDITOR_PERMISSIONS, REVIEWER_PERMISSIONS
from participants.models import SignInCode
from tests.addresses import addresses
from tests.downloads import body
from tests.factories import (
    ActionFactory,
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    InvitationFactory,
    ParticipationFactory,
    PlacementFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    ResourceFactory,
    RoleFactory,
    RoundFactory,
    SessionFactory,
    StatementGroupFactory,
    TakeawayFactory,
    ThemeFactory,
)

STAFF = ("reviewer", "foreign_editor", "own_editor", "editor", "administrator")
ROLES = ("anonymous", "outsider", "other_rapporteur", "rapporteur", *STAFF)
ABROAD = ("anonymous", "outsider", "rapporteur", "reviewer", "foreign_editor", "administrator")  # enough for no matter
SIGN_IN = "to sign in"
NOBODY = "a" * 26 + ".png"  # the name of a file that is not there: tests/participants/test_files.py has the others

# What anybody may read, and nobody post to.
PUBLIC = {
    "home": [],
    "events:event-list": [],
    "events:event-detail": ["event"],
    "outcomes:outcome-list": [],
    "outcomes:outcome-detail": ["published"],
    "outcomes:outcome-cite": ["published", "extension"],
    "events:event-cite": ["event", "extension"],
    "outcomes:report-cite": ["reported", "extension"],
    "outcomes:action-list": [],
    "events:event-feed": [],
    "events:event-calendar": [],
    "events:event-programme": ["event"],
    "outcomes:outcome-feed": [],
    "outcomes:update-feed": [],
    "outcomes:theme-feed": ["theme"],
    "outcomes:series-feed": ["series"],
    "outcomes:search": [],
    "outcomes:report-section": ["event", "section"],
    "outcomes:event-document": ["event", "document"],
    "outcomes:organisation-detail": ["organisation"],
    "outcomes:theme-list": [],
    "outcomes:event-embed": ["event"],
    "outcomes:theme-embed": ["theme"],
    "outcomes:outcome-embed": ["published"],
    "outcomes:theme-detail": ["theme"],
    "events:event-card": ["event"],
    "outcomes:round-find": [],
    "outcomes:outcome-card": ["published"],
    "outcomes:outcome-file": ["csv"],
    "outcomes:action-file": ["csv"],
    "outcomes:theme-file": ["csv"],
    "events:event-file": ["csv"],
    "api-docs": [],
    "api-dictionary": [],
    "api:root": [],
    "api:schema": [],
    **{f"api:{thing}-list": [] for thing in "event session outcome action theme organisation report".split()},
    "api:event-detail": ["event"],
    "api:session-detail": ["group"],
    "api:outcome-detail": ["published"],
    "api:action-detail": ["action"],
    "api:theme-detail": ["theme"],
    "api:organisation-detail": ["organisation"],
    "api:report-detail": ["event"],
    "outcomes:data": [],
    "outcomes:dump-manifest": [],
    "outcomes:dump-file": ["dump"],
    "privacy": [],
    "sitemap": [],
    "sitemap-pages": [],
    "sitemap-dialogues": [1],
    "robots": [],
    "security-txt": [],
    "healthz": [],
}

# The desk: what the rapporteur of the group gets on GET and on an empty POST. Everybody else signed in gets 404, or
# 405 where the method is nobody's.
DESK = {
    "outcomes:desk-session": (200, 405),
    "outcomes:desk-session-new": (200, 200),
    "outcomes:desk-session-check": (200, 302),
    "outcomes:desk-session-paste": (200, 422),
    "outcomes:desk-session-now": (200, 405),
    "outcomes:desk-event": (404, 405),  # who reports on a group does not report on the whole event
    "outcomes:desk-event-new": (404, 404),
    "outcomes:desk-event-check": (404, 404),
    "outcomes:desk-event-paste": (404, 404),
    "outcomes:desk-event-now": (404, 405),
    "outcomes:desk-outcome": (200, 200),
    "outcomes:outcome-delete": (200, 302),
    "outcomes:outcome-restore": (405, 302),  # a draft that is there needs no bringing back
    "outcomes:outcome-presence": (405, 200),
    "outcomes:outcome-move": (405, 302),
    "outcomes:outcome-comment": (405, 422),
    "outcomes:outcome-submit": (405, 302),
    "outcomes:outcome-take-back": (405, 302),
}

# Closing rounds on the desk: what the rapporteur of the group and staff get; everybody else as above.
ROUNDS = {
    "outcomes:desk-session-round-new": (200, 422),
    "outcomes:desk-event-round-new": (200, 422),  # not for the rapporteur of a group
    "outcomes:desk-round": (200, 405),
    "outcomes:desk-round-edit": (200, 422),
    "outcomes:round-projector": (200, 405),
    "outcomes:round-live": (200, 405),
    "outcomes:round-open": (405, 302),
    "outcomes:round-close": (405, 302),
    "outcomes:round-reopen": (405, 302),
    "outcomes:round-moderate": (405, 302),
}

# The synthesis of a round of that group: what its rapporteur and staff get on GET and on an empty POST.
SYNTHESIS = {
    "outcomes:synthesis": (200, 405),
    "outcomes:synthesis-move": (405, 422),
    "outcomes:group-rename": (405, 302),
    "outcomes:group-move": (405, 302),
    "outcomes:group-merge": (405, 302),
    "outcomes:group-delete": (405, 302),
    "outcomes:group-draft": (200, 422),
    "outcomes:group-recount": (405, 302),
    "outcomes:outcome-origin": (200, 302),
}

# Files: nothing is there for anybody, and nobody posts.
FILES = {"events:event-image", "events:resource-file", "outcomes:organisation-logo", "outcomes:evidence-file"}

# Pages of whoever signs in or out; what they promise is in tests/participants.
SIGNING = {
    "sign-in",
    "sign-in-code",
    "sign-out",
    "sign-out-everywhere",
    "signed-in",
    "account_login",
    "mfa_authenticate",
    "admin/login/",
    "admin:login",
    "admin:logout",
}

# What a link in a mail opens, whoever follows it, with a post that needs no more than the token.
LINKS = {"outcomes:desk-invitation", "events:reminders"}

# What signed-in people have of their own; staff alone.
SECOND_FACTOR = {
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
}


@pytest.fixture
def visit(request, db, settings):
    """Return what a role gets at an address on GET and on an empty POST, each in a browser of its own."""
    settings.REQUIRE_SECOND_FACTOR = False  # asked for before any of this: tests/participants/test_second_factor.py

    def visit(role, address):
        answers = []
        for method in ("get", "post"):
            client = Client()
            if role != "anonymous":
                client.force_login(request.getfixturevalue(role))
            answers.append(status(getattr(client, method)(address)))
        return tuple(answers)

    return visit


@pytest.fixture
def each(request):
    """Return what yields roles one after the other, and undoes what was done as each before the next."""

    def each(roles):
        for role in roles:
            if role != "anonymous":
                request.getfixturevalue(role)  # outside of what is undone
        for role in roles:
            with transaction.atomic():
                yield role
                transaction.set_rollback(True)

    return each


def status(response):
    """Return the status, or SIGN_IN where the answer leads to a sign-in page; what is sent is taken to its end."""
    body(response)
    if response.status_code == 302 and re.match(r"/(sign-in|accounts/login|admin/login)/", response["Location"]):
        return SIGN_IN
    return response.status_code


@pytest.fixture
def arguments(group, event, rapporteur):
    """What the addresses of the tables are made with: a draft of `rapporteur` in their group, and public things."""
    return {
        "event": event.slug,
        "theme": ThemeFactory().slug,
        "series": EventFactory(series=EventSeriesFactory()).series.slug,
        "published": TakeawayFactory(event=event, published=True).code,
        "action": ActionFactory(event=event, published=True).code,
        "draft": TakeawayFactory(event=event, session=group, author=rapporteur).code,
        "group": group.code,
        "round": RoundFactory(event=event, session=group).code,
        "extension": "bib",
        "reported": ReportSectionFactory(report__published=True, body="Words").report.event.slug,
        "dump": "outcomes.jsonl.gz",
        "document": "pdf",
        "section": ReportSectionFactory(report=ReportFactory(event=event, published=True), body="Words").slug,
        "organisation": EventPartnerFactory(event=event).organisation.slug,
    }


@pytest.mark.parametrize("name", PUBLIC)
def test_public_page_is_the_same_for_everybody(visit, each, arguments, settings, tmp_path, name):
    settings.MEDIA_ROOT = tmp_path
    making.make()
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    address = reverse(name, args=[arguments.get(key, key) for key in PUBLIC[name]])

    for role in each(ABROAD):
        assert visit(role, address) == (200, 405), role


def test_code_in_capitals_leads_everybody_to_the_same_address(visit, each):
    for role in each(ABROAD):
        assert visit(role, reverse("outcomes:outcome-any-case", args=["AAAAAAAA"])) == (301, 405), role


def test_what_the_api_does_not_know_is_not_there_for_anybody(visit, each):
    for role in each(ABROAD):
        assert visit(role, reverse("api:nowhere", args=["v1/nothing/"])) == (404, 405), role


def test_oembed_tells_everybody_the_same(visit, each, arguments, settings):
    page = settings.SITE_URL + reverse("events:event-detail", args=[arguments["event"]])

    for role in each(ABROAD):
        assert visit(role, f"{reverse('outcomes:oembed')}?url={page}") == (200, 405), role


@pytest.mark.parametrize("name", sorted(FILES))
def test_file_that_is_not_there_is_not_there_for_anybody(visit, each, name):
    for role in each(ABROAD):
        assert visit(role, reverse(name, args=[NOBODY])) == (404, 405), role


def test_desk_opens_to_everybody_who_signs_in(visit, each):
    for role in each(ROLES):
        opens = (SIGN_IN, SIGN_IN) if role == "anonymous" else (200, 405)
        assert visit(role, reverse("outcomes:desk")) == opens, role


@pytest.mark.parametrize("name", DESK)
def test_desk_page_opens_to_the_rapporteur_of_that_group_alone(visit, each, arguments, name):
    key = "event" if "desk-event" in name else "group" if "desk-session" in name else "draft"
    before = Outcome.objects.get(code=arguments["draft"])
    closed = tuple(405 if answer == 405 else 404 for answer in DESK[name])
    expected = {"anonymous": (SIGN_IN, SIGN_IN), "rapporteur": DESK[name]}

    for role in each(ROLES):
        assert visit(role, reverse(name, args=[arguments[key]])) == expected.get(role, closed), role
        if role != "rapporteur":
            after = Outcome.objects.get(code=arguments["draft"])
            assert (after.status, after.version, after.text) == (before.status, before.version, before.text), role


@pytest.mark.parametrize("name", sorted(LINKS))
def test_link_with_a_wrong_token_is_gone_for_everybody(visit, each, name):
    for role in each(ABROAD):
        assert visit(role, reverse(name, args=["wrong"])) == (404, 404), role


def test_invitation_opens_to_whoever_has_the_link_and_signs_nobody_in(visit, each, rapporteur):
    participation = rapporteur.person.participations.get()
    address = urlsplit(InvitationFactory(participation=participation).address).path

    for role in each(ROLES):
        assert visit(role, address) == (200, 302 if role == "rapporteur" else SIGN_IN), role
        assert not SignInCode.objects.exclude(code_hash="").exists(), role


def test_reminders_are_ended_by_whoever_has_the_link(visit, each, rapporteur):
    participation = rapporteur.person.participations.get()

    for role in each(ROLES):
        assert visit(role, urlsplit(participation.reminder_choice_url).path) == (200, 200), role
        participation.refresh_from_db()
        assert not participation.wants_reminders, role


def test_everybody_signed_in_may_sign_out_everywhere(visit, each):
    for role in each(ROLES):
        answers = visit(role, reverse("sign-out-everywhere"))
        assert answers == ((SIGN_IN, SIGN_IN) if role == "anonymous" else (200, SIGN_IN)), role


@pytest.mark.parametrize("name", ROUNDS)
def test_round_on_the_desk_opens_to_the_rapporteur_of_that_group_and_to_staff(visit, each, arguments, name):
    key = "event" if "desk-event" in name else "group" if "desk-session" in name else "round"
    before = Round.objects.values().get()
    allowed = {"own_editor", "editor", "administrator", *(() if key == "event" else ("rapporteur",))}
    closed = tuple(405 if answer == 405 else 404 for answer in ROUNDS[name])

    for role in each(ROLES):
        answers = visit(role, reverse(name, args=[arguments[key]]))
        if role == "anonymous":
            assert answers == (SIGN_IN, SIGN_IN)
        else:
            assert answers == (ROUNDS[name] if role in allowed else closed), role
        if role not in allowed:
            assert Round.objects.values().get() == before, role


def test_open_round_answers_whoever_has_its_code_alike(visit, each, arguments):
    for role in each(ROLES):
        assert visit(role, reverse("outcomes:round", args=[arguments["round"]])) == (200, 422), role


@pytest.mark.parametrize("name", SYNTHESIS)
def test_synthesis_opens_to_the_rapporteur_of_that_group_and_to_staff(visit, each, arguments, group, name):
    now = timezone.now()
    closing = RoundFactory(event=group.event, session=group, opens_at=now - dt.timedelta(hours=1), closes_at=now)
    statement = PlacementFactory(contribution__round=closing)
    raised = TakeawayFactory(event=group.event, session=group, raised_by=1, raised_of=1)
    StatementGroupFactory(round=closing, outcome=raised)
    code = raised.code if "origin" in name else closing.code
    keys = [code, statement.group.code] if "group-" in name else [code]
    closed = tuple(405 if answer == 405 else 404 for answer in SYNTHESIS[name])

    for role in each(ROLES):
        answers = visit(role, reverse(name, args=keys))
        if role == "anonymous":
            assert answers == (SIGN_IN, SIGN_IN)
        else:
            opens = role in ("rapporteur", "own_editor", "editor", "administrator")
            assert answers == (SYNTHESIS[name] if opens else closed), role
        assert set(StatementGroup.objects.values_list("name", "placements", "outcome")) == {
            ("", statement.pk, None),
            ("", None, raised.pk),
        }, role


@pytest.mark.parametrize("name", sorted(SECOND_FACTOR))
def test_second_factor_is_kept_by_staff_alone(visit, each, name):
    keys = [1] if "webauthn" in name and name.split("_")[1] in ("remove", "edit") else []

    for role in each(ROLES):
        answers = visit(role, reverse(name, args=keys))
        if role == "anonymous":
            assert answers == (SIGN_IN, SIGN_IN)
        elif role in STAFF:
            assert set(answers) <= {200, 302, 404, 405}, role
        else:
            assert answers == (404, 404), role


ADMIN = [(name, route) for name, route in addresses() if route.startswith("admin/") and name not in SIGNING]


def admin_address(route: str) -> str:
    """Return an address of the admin for a row that does not exist."""
    route = route.replace(r"(?P<app_label>", "<(").removesuffix("$")
    route = re.sub(r"<\([^)]*\)", "events", route)
    route = re.sub(r"\(\?P<url>[^)]*\)", "nothing", route)
    return "/" + re.sub(r"<[^>]*>", "999999", route)


@pytest.mark.parametrize("route", [route for _, route in ADMIN])
def test_admin_opens_to_staff_alone(visit, each, route):
    for role in each(ROLES):
        answers = visit(role, admin_address(route))

        if role in STAFF:
            assert set(answers) <= {200, 302, 403, 404, 405}, role
        else:
            assert answers == (SIGN_IN, SIGN_IN), role


CHANGELISTS = [(name, route) for name, route in ADMIN if name.endswith("_changelist")]


@pytest.mark.parametrize("name, route", CHANGELISTS)
def test_editors_and_reviewers_see_the_lists_that_are_theirs(visit, name, route):
    app, model = route.split("/")[1:3]
    tables = {"own_editor": EDITOR_PERMISSIONS, "editor": EDITOR_PERMISSIONS, "reviewer": REVIEWER_PERMISSIONS}

    for role, table in tables.items():
        mine = "view" in table.get(app, {}).get(model, [])
        assert visit(role, admin_address(route))[0] == (200 if mine else 403), role


@pytest.mark.parametrize("name, route", CHANGELISTS)
def test_administrators_see_the_lists_of_the_portal(visit, name, route):
    app = route.split("/")[1]

    assert visit("administrator", admin_address(route))[0] == (200 if app in EDITOR_PERMISSIONS else 403)


# The admin, of rows that are there: each address that names one, for each kind of row.
ROW = re.compile(r"admin:(?P<app>participants|events|outcomes)_(?P<model>[a-z]+)_(?P<page>\w+)")
OF_EVENTS = {
    "event": lambda event: event,
    "session": lambda event: SessionFactory(event=event),
    "breakoutgroup": lambda event: BreakoutGroupFactory(event=event),
    "participation": lambda event: ParticipationFactory(event=event),
    "role": lambda event: RoleFactory(participation__event=event),
    "quote": lambda event: QuoteFactory(event=event),
    "resource": lambda event: ResourceFactory(event=event),
    "outcome": lambda event: TakeawayFactory(event=event, submitted=True),
    "takeaway": lambda event: TakeawayFactory(event=event),
    "action": lambda event: ActionFactory(event=event),
    "report": lambda event: ReportFactory(event=event),
    "round": lambda event: RoundFactory(event=event),
}
SHARED = {
    "user",
    "change",
    "person",
    "organisation",
    "outgoingmail",
    "eventseries",
    "theme",
    "import",
    "merge",
    "erasure",
}  # their own tests


OPEN_TO_REVIEWERS = {
    "admin:events_event_workspace",
    "admin:events_event_workspace_programme",
    "admin:events_event_workspace_outcomes",
    "admin:events_event_publication",
    "admin:events_event_preview",
    "admin:outcomes_outcome_split",
}


def pages_of_rows():
    """Yield (name, model) for each address of the admin that names a row."""
    for name, route in ADMIN:
        if (match := ROW.fullmatch(name)) and route.count("<") == 1 and match["model"] not in SHARED:
            yield name, match["model"]


def test_admin_pages_of_an_event_open_to_those_who_work_on_it_alone(visit, request, event):
    rows = {model: make(event) for model, make in OF_EVENTS.items()}
    own, reviewer = Client(), Client()
    own.force_login(request.getfixturevalue("own_editor"))
    reviewer.force_login(request.getfixturevalue("reviewer"))
    pages = [(name, reverse(name, args=[rows[model].pk])) for name, model in pages_of_rows()]
    there = {name for name, address in pages if own.get(address).status_code == 200}

    for name, address in pages:
        never = {404, 405} if name in there else {403, 404, 405}
        assert set(visit("foreign_editor", address)) <= never, name
        page, model = ROW.fullmatch(name)["page"], name.split("_")[1]
        views = "view" in REVIEWER_PERMISSIONS[ROW.fullmatch(name)["app"]].get(model, [])
        opens = views and (page in ("change", "history", "review") or name in OPEN_TO_REVIEWERS)
        assert (reviewer.get(address).status_code == 200) == opens, name
        assert not opens or name in there, name

    assert len(there) > 3 * len(rows)
    assert {type(row).objects.filter(pk=row.pk).exists() for row in rows.values()} == {True}


def test_admin_lists_nothing_of_a_foreign_event(request, event):
    rows = {model: make(event) for model, make in OF_EVENTS.items()}
    found = {}
    for role in ("own_editor", "foreign_editor"):
        client = Client()
        client.force_login(request.getfixturevalue(role))
        for model, row in rows.items():
            listed = client.get(f"/admin/{row._meta.app_label}/{model}/").context["cl"]
            found[role, model] = row.pk in {shown.pk for shown in listed.result_list}

    assert {model for (role, model), there in found.items() if there and role == "own_editor"} == set(rows)
    assert not any(there for (role, _), there in found.items() if role == "foreign_editor")


def test_every_address_stands_in_a_table():
    listed = {*PUBLIC, *FILES, *DESK, *ROUNDS, *SYNTHESIS, *SIGNING, *LINKS, *SECOND_FACTOR}
    listed |= {"outcomes:desk", "outcomes:outcome-any-case", "outcomes:oembed", "outcomes:round", "readyz"}
    listed |= {"api:nowhere", "api-start"}

    assert {name for name, route in addresses() if not route.startswith("admin/")} == {
        name for name in listed if not name.startswith("admin")
    }
