"""What is taken away is gone at the next request: on the desk, in the admin, for bulk actions, previews and exports."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from events.models import Role
from participants.models import User
from tests.factories import TakeawayFactory
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


@pytest.mark.parametrize("revoke", ["deactivated", "role taken away", "role changed"])
def test_a_rapporteur_writes_and_reads_nothing_more_at_the_next_request(rapporteur, group, draft, revoke):
    phone = Client()
    phone.force_login(rapporteur)
    paths = [
        f"/desk/sessions/{group.code}/",
        f"/desk/sessions/{group.code}/check/",
        f"/desk/sessions/{group.code}/paste/",
        f"/desk/outcomes/{draft.code}/",
    ]
    before = [phone.get(path).status_code for path in paths]

    if revoke == "deactivated":
        deactivated(rapporteur, None)
    elif revoke == "role taken away":
        Role.objects.filter(participation__person__user=rapporteur).delete()
    else:
        Role.objects.filter(participation__person__user=rapporteur).update(role=Role.Role.SPEAKER)

    gone = {302, 403} if revoke == "deactivated" else {404}
    assert before == [200] * 4
    assert {phone.get(path).status_code for path in paths} <= gone
    assert {phone.post(path, {"text": "Overwritten"}).status_code for path in paths if path != paths[0]} <= gone
    assert phone.post(f"/desk/outcomes/{draft.code}/submit/").status_code in gone
    draft.refresh_from_db()
    assert (draft.text, draft.status) == ("What only some may read", "draft")
