"""What is taken away is gone at the next request: on the desk, in the admin, for bulk actions, previews and exports."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import Client

from events.models import EventPartner, Role
from participants.groups import EDITORS
from participants.models import Person, User
from tests.factories import OrganisationFactory, ParticipationFactory, RoundFactory, SessionFactory, TakeawayFactory
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

LIST = "/admin/outcomes/outcome/"


@pytest.fixture
def draft(group, rapporteur):
    return TakeawayFactory(event=group.event, session=group, author=rapporteur, text="What only some may read")


@pytest.fixture
def waiting(group, rapporteur):
    return TakeawayFactory(
        event=group.event, session=group, author=rapporteur, text="What only some may read", submitted=True
    )


def of_staff(event, waiting):
    """Addresses of staff of every kind, each with what is posted there (None: it is read)."""
    return {
        "/admin/": None,
        f"/admin/events/event/{event.pk}/change/": None,
        f"/admin/events/event/{event.pk}/workspace/preview/": None,
        f"/admin/events/event/{event.pk}/workspace/outcomes/": None,
        f"/admin/outcomes/outcome/{waiting.pk}/history/": None,
        f"/admin/outcomes/outcome/{waiting.pk}/review/": None,
        "/admin/outcomes/outcome/export/": None,
        LIST: {"action": "delete_selected", "_selected_action": [waiting.pk], "index": 0},
    }


def visit(client, addresses):
    return {
        address: (client.get(address) if data is None else client.post(address, data)).status_code
        for address, data in addresses.items()
    }


def deactivated(user, institution):
    User.objects.filter(pk=user.pk).update(is_active=False)


def out_of_the_group(user, institution):
    user.groups.clear()


def without_second_factor(user, institution):
    Authenticator.objects.filter(user=user).delete()


def signed_out(user, institution):
    User.objects.get(pk=user.pk).end_sessions()


@pytest.mark.parametrize("revoke", [deactivated, out_of_the_group, without_second_factor, signed_out])
def test_staff_have_nothing_left_at_the_next_request(settings, own_editor, institution, event, waiting, revoke):
    settings.REQUIRE_SECOND_FACTOR = True
    desk, addresses = sign_in(Client(), own_editor), of_staff(event, waiting)
    before = visit(desk, addresses)

    revoke(own_editor, institution)
    after = visit(desk, addresses)

    assert {address for address, status in before.items() if status != 200} <= {LIST}
    assert set(after.values()) <= {302, 403}
    assert "What only some may read" not in desk.get(LIST, follow=True).content.decode()
    assert type(waiting).objects.filter(pk=waiting.pk).exists()


def test_who_no_longer_works_for_the_institution_sees_its_events_nowhere(own_editor, institution, event, waiting):
    desk, addresses = sign_in(Client(), own_editor), of_staff(event, waiting)
    for general in ("/admin/", LIST, "/admin/outcomes/outcome/export/"):
        del addresses[general]
    before = visit(desk, addresses)

    own_editor.institutions.clear()
    after = visit(desk, addresses)

    assert set(before.values()) == {200}
    assert set(after.values()) <= {302, 403, 404}
    assert "What only some may read" not in desk.get(LIST).content.decode()
    exported = desk.post("/admin/outcomes/outcome/export/", {"format": "csv"})
    assert b"What only some may read" not in b"".join(exported)


def foreign_now(user, institution):
    """The event goes to another institution."""
    EventPartner.objects.filter(organisation=institution).update(
        organisation=OrganisationFactory(name="Another institute")
    )


def only_a_funder(user, institution):
    EventPartner.objects.filter(organisation=institution).update(role=EventPartner.Role.FUNDER)


def no_longer_employed(user, institution):
    user.institutions.clear()


def at_another_institution(user, institution):
    user.institutions.set([OrganisationFactory()])


@pytest.mark.parametrize("role", ["own_editor", "reviewer"])
@pytest.mark.parametrize("revoke", [foreign_now, only_a_funder, no_longer_employed, at_another_institution])
def test_event_that_is_no_longer_theirs_is_gone_at_the_next_request(request, institution, event, waiting, role, revoke):
    user = request.getfixturevalue(role)
    desk, addresses = sign_in(Client(), user), of_staff(event, waiting)
    for general in ("/admin/", LIST, "/admin/outcomes/outcome/export/"):
        del addresses[general]
    before = visit(desk, addresses)

    revoke(user, institution)
    after = visit(desk, addresses)
    moved = desk.post(
        f"/admin/outcomes/outcome/{waiting.pk}/review/",
        {"text": "Overwritten", "version": waiting.version, "move": "approve"},
    )
    desk.post(
        LIST,
        {
            "action": "approve_selected",
            "_selected_action": [waiting.pk],
            "confirmed": "yes",
            "read": [f"{waiting.pk}:{waiting.version}"],
        },
    )

    assert set(before.values()) == {200}
    assert set(after.values()) == {404}
    assert moved.status_code == 404
    assert "What only some may read" not in desk.get(LIST).content.decode()
    exported = desk.post("/admin/outcomes/outcome/export/", {"format": "csv"})
    assert b"What only some may read" not in b"".join(exported)
    waiting.refresh_from_db()
    assert (waiting.text, waiting.status) == ("What only some may read", "submitted")


@pytest.mark.parametrize("role", ["reviewer", "editor", "administrator"])
@pytest.mark.parametrize("revoke", [deactivated, out_of_the_group, without_second_factor, signed_out])
def test_staff_of_every_kind_have_nothing_left(settings, request, institution, event, waiting, role, revoke):
    settings.REQUIRE_SECOND_FACTOR = True
    user = request.getfixturevalue(role)
    desk, addresses = sign_in(Client(), user), of_staff(event, waiting)
    if role == "administrator":
        addresses |= {
            f"/admin/participants/user/{user.pk}/change/": None,
            "/admin/participants/person/duplicates/": None,
        }
    before = visit(desk, addresses)

    revoke(user, institution)
    after = visit(desk, addresses)

    assert list(before.values()).count(200) >= len(addresses) - 1  # the list answers an action by a redirect
    assert set(after.values()) <= {302, 403}
    assert "What only some may read" not in desk.get(LIST, follow=True).content.decode()


def test_administrator_who_becomes_an_editor_has_what_editors_have(administrator, event, waiting):
    desk = sign_in(Client(), administrator)
    accounts, review = "/admin/participants/user/", f"/admin/outcomes/outcome/{waiting.pk}/review/"
    before = [desk.get(address).status_code for address in (accounts, review)]

    administrator.groups.set(Group.objects.filter(name=EDITORS))

    assert before == [200, 200]
    assert [desk.get(address).status_code for address in (accounts, review)] == [403, 404]


def test_session_that_is_ended_elsewhere_is_over_on_every_device(rapporteur, own_editor, group, draft, event):
    for user, address in (
        (rapporteur, f"/desk/outcomes/{draft.code}/"),
        (own_editor, f"/admin/events/event/{event.pk}/change/"),
    ):
        phone, laptop = sign_in(Client(), user), sign_in(Client(), user)
        before = [one.get(address).status_code for one in (phone, laptop)]

        laptop.post("/sign-out/everywhere/")
        after = [one.get(address) for one in (phone, laptop)]
        posted = phone.post(address, {"kind": "takeaway", "text": "Overwritten", "version": 1})

        assert before == [200, 200]
        assert [answer.status_code for answer in after] == [302, 302]
        assert posted.status_code in (302, 403)
    draft.refresh_from_db()
    assert draft.text == "What only some may read"


@pytest.mark.parametrize(
    "revoke", ["deactivated", "role taken away", "role changed", "session changed", "event changed", "account parted"]
)
def test_a_rapporteur_writes_and_reads_nothing_more_at_the_next_request(rapporteur, group, draft, revoke):
    phone = Client()
    phone.force_login(rapporteur)
    paths = [
        f"/desk/sessions/{group.code}/",
        f"/desk/sessions/{group.code}/check/",
        f"/desk/sessions/{group.code}/paste/",
        f"/desk/outcomes/{draft.code}/",
    ]
    closing = RoundFactory(event=group.event, session=group)
    rounds = [f"/desk/rounds/{closing.code}/{page}" for page in ("", "edit/", "projector/", "synthesis/")]
    before = [phone.get(path).status_code for path in (*paths, *rounds)]

    if revoke == "deactivated":
        deactivated(rapporteur, None)
    elif revoke == "role taken away":
        Role.objects.filter(participation__person__user=rapporteur).delete()
    elif revoke == "session changed":
        other = SessionFactory(event=group.event)
        Role.objects.filter(participation__person__user=rapporteur).update(session=other)
    elif revoke == "event changed":
        role = Role.objects.get(participation__person__user=rapporteur)
        elsewhere = ParticipationFactory(person=rapporteur.person)
        Role.objects.filter(pk=role.pk).update(participation=elsewhere, session=SessionFactory(event=elsewhere.event))
    elif revoke == "account parted":
        Person.objects.filter(user=rapporteur).update(user=None)
    else:
        Role.objects.filter(participation__person__user=rapporteur).update(role=Role.Role.SPEAKER)

    gone = {302, 403} if revoke == "deactivated" else {404}
    assert before == [200] * 8
    assert {phone.get(path).status_code for path in rounds} <= gone
    assert {phone.get(path).status_code for path in paths} <= gone
    assert {phone.post(path, {"text": "Overwritten"}).status_code for path in paths if path != paths[0]} <= gone
    assert phone.post(f"/desk/outcomes/{draft.code}/submit/").status_code in gone
    draft.refresh_from_db()
    assert (draft.text, draft.status) == ("What only some may read", "draft")
