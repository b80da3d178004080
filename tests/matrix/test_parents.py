"""A child of one event in the address or the form of another: not there, even for those who work on both."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from events.models import Event
from outcomes.models import Publication, Report, StatementGroup
from tests.addresses import addresses
from tests.factories import PUBLISHED_AT, ParticipationFactory, ReportSectionFactory, RoleFactory, UserFactory
from tests.matrix.world import World, differences, everything, rows_of

# What a parameter may be that names no row: a format of a file, or what a page of ours is called.
NO_ROWS = {"extension", "kind", "app_label", "url", "content_type_id"}  # the last: config/urls.py leads nowhere

# URL name → the keys of a parent and of its child, in a world. Everything with two or more stands here: see below.
PARENTS = {
    "outcomes:report-section": lambda half: (half.event.slug, section_of(half)),
    **{
        f"outcomes:group-{act}": lambda half: (half.round.code, half.statements.code)
        for act in ("rename", "move", "merge", "delete", "draft", "recount")
    },
}


def section_of(half) -> str:
    """Return the address of a section of the public report of this event alone."""
    report = half.event.report
    Report.objects.filter(pk=report.pk).update(status="published", published_at=PUBLISHED_AT)
    return ReportSectionFactory(report=report, title=f"Only in {half.event.title}", body="Words").slug


def parameters(route: str) -> set[str]:
    """Return the names of what a route takes."""
    return set(re.findall(r"\(\?P<(\w+)>", route)) | set(
        re.findall(r"<(?:\w+:)?(\w+)>", re.sub(r"\(\?P<\w+>", "", route))
    )


@pytest.fixture
def both(world):
    """Browsers of those who may see both events: who works on everything, and a rapporteur of both groups."""
    person = world.mine.rapporteur.person
    RoleFactory(
        participation=ParticipationFactory(event=world.theirs.event, person=person),
        session=world.theirs.group,
        rapporteur=True,
    )
    users = {"editor of both": UserFactory(editor=True, password=None), "rapporteur of both": world.mine.rapporteur}
    found = {role: Client() for role in users}
    for role, user in users.items():
        found[role].force_login(user)
    return found


def test_every_address_with_a_parent_and_a_child_stands_in_the_table():
    several = {name for name, route in addresses() if len(parameters(route) - NO_ROWS) > 1}

    assert several == set(PARENTS)


def test_child_of_another_parent_is_not_there(world, clients, both):
    Event.objects.filter(pk=world.theirs.event.pk).update(status="published", published_at=PUBLISHED_AT)
    asking = {"anonymous": Client(), "editor": clients["editor"], "outsider": clients["outsider"], **both}
    found, opened = [], set()
    for name, keys in PARENTS.items():
        (mine, of_mine), (theirs, of_theirs) = keys(world.mine), keys(world.theirs)
        before = everything()
        for role, client in asking.items():
            right = client.get(reverse(name, args=[mine, of_mine])).status_code
            if right in (200, 302):
                opened.add(name)
            for args in ([mine, of_theirs], [theirs, of_mine], [mine, "aaaaaaaa"]):
                for method in ("get", "post"):
                    answer = getattr(client, method)(reverse(name, args=args), {"into": of_theirs, "version": 1})
                    to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in")
                    if answer.status_code not in (404, 405) and not (to_sign_in and role == "anonymous"):
                        found.append((name, role, method, args, answer.status_code))
                    if answer.status_code == 405 and right == 200 and method == "get":
                        found.append((name, role, "no GET of what has one"))
        found += [(name, change) for change in differences(before, everything())]

    assert found == []
    assert opened >= {"outcomes:report-section", "outcomes:group-draft"}


EMPTY = "('outcomes.Publication', "  # of one's own event, with nothing in it: what is in it are rows of another table


def posts(world: World, half) -> dict[str, tuple[str, str, dict]]:
    """Return posts to addresses of `world.mine` that name something of `half`: what → (role, address, data)."""
    mine, event, round_ = world.mine, [world.mine.event.pk], [world.mine.round.code]
    contribution, own = (one.round.contributions.exclude(placements=None).get() for one in (half, mine))
    other = StatementGroup.objects.get(round=half.round, number=2).code
    statement = {"statement": f"{contribution.pk}:{half.statements.code}", "kind": "takeaway"}
    participation = half.rapporteur.person.participations.get(event=half.event).pk
    approved = rows_of(type(half.draft), half.event).get(status="approved")
    programme, desk = reverse("admin:events_event_programme", args=event), "rapporteur of both"
    new = {"new-title": "Forged", "new-kind": "plenary", "new-key": "k", "new-under": half.session.pk}
    merged = {f"version-{row.pk}": row.version for row in (mine.submitted, approved)}
    return {
        "moderate": (
            desk,
            reverse("outcomes:round-moderate", args=round_),
            {"contribution": contribution.pk, "decision": "hidden", "version": contribution.version},
        ),
        "new group": (desk, reverse("outcomes:synthesis-move", args=round_), statement | {"to": "new"}),
        "set aside": (
            desk,
            reverse("outcomes:synthesis-move", args=round_),
            statement | {"to": "aside", "reason": "A test"},
        ),
        "into group": (
            desk,
            reverse("outcomes:synthesis-move", args=round_),
            {"statement": f"{own.pk}:{mine.statements.code}", "kind": "takeaway", "to": other},
        ),
        "merge groups": (
            desk,
            reverse("outcomes:group-merge", args=[*round_, mine.statements.code]),
            {"into": other},
        ),
        "submit": (
            desk,
            reverse("outcomes:desk-session-check", args=[mine.group.code]),
            {"outcome": f"{half.draft.code}:{half.draft.version}"},
        ),
        "groups in the programme": (
            "editor of both",
            programme,
            {"act": f"groups:{half.session.pk}:", "groups-number": 1, "groups-key": "k"},
        ),
        "under a session": ("editor of both", programme, {"act": "add"} | new),
        "invite": (
            "editor of both",
            reverse("admin:events_event_rapporteurs", args=event),
            {"rapporteur": participation, "sending": "0f2f8f3e-7a43-4d0e-9a5b-0d3b7f6c1c11"},
        ),
        "nudge": (
            "editor of both",
            reverse("admin:outcomes_outcome_nudge"),
            {"event": event, "person": participation, "chosen": "1"},
        ),
        "publish": (
            "editor of both",
            reverse("admin:events_event_publication", args=event),
            {"when": "now", "read": f"{approved.pk}:{approved.version}"},
        ),
        "merge outcomes": (
            "editor of both",
            reverse("admin:outcomes_outcome_merge"),
            {"outcome": [mine.submitted.pk, approved.pk], "stays": approved.pk, "text": "One of both."} | merged,
        ),
    }


def test_child_of_another_event_in_a_form_changes_nothing(world, both):
    Publication.objects.all().delete()  # one that is set already would stand against another
    before, found, works = everything(), [], set()
    for what, (role, address, data) in posts(world, world.theirs).items():
        answer = both[role].post(address, data)
        changes = differences(before, now := everything())
        if [change for change in changes if not change.startswith(EMPTY)]:
            found.append((what, answer.status_code, changes))
        before = now
    Publication.objects.all().delete()
    before = everything()
    for what, (role, address, data) in posts(world, world.mine).items():
        with transaction.atomic():
            both[role].post(address, data)
            works |= {what} if differences(before, everything()) else set()
            transaction.set_rollback(True)

    assert found == []
    assert works == set(posts(world, world.mine))  # else the posts above would be none
