"""Who does it, as the rapporteur heard it: staff confirm it, and nobody is ever guessed."""

import pytest

from outcomes import workflow
from outcomes.models import Outcome
from tests.factories import ActionFactory, ActionOwnerFactory, EventPartnerFactory, OrganisationFactory
from tests.outcomes.desk import new_url
from tests.staff import sign_in


@pytest.fixture
def action(group, rapporteur):
    action = ActionFactory(event=group.event, session=group, author=rapporteur, owner_suggested="unidir")
    action.submit(by=rapporteur)
    return action


def review(client, action, **typed):
    data = {"text": action.text, "version": action.version, "note": "", "move": "confirm_owner"} | typed
    return client.post(f"/admin/outcomes/outcome/{action.pk}/review/", data)


def test_the_partners_of_the_event_are_offered(desk, group):
    EventPartnerFactory(event=group.event, organisation=OrganisationFactory(name="Institute of <Matters>"))
    OrganisationFactory(name="Somebody else")

    body = desk.get(new_url(group)).content.decode()

    assert '<option value="Institute of &lt;Matters&gt;">' in body
    assert "Somebody else" not in body


@pytest.mark.parametrize("name", ["UNIDIR", "Unidir", "United Nations Institute for Disarmament Research"])
def test_staff_confirm_the_organisation_that_is_called_so(client, editor, action, name):
    meant = OrganisationFactory(name="United Nations Institute for Disarmament Research", short_name="UNIDIR")
    Outcome.objects.filter(pk=action.pk).update(owner_suggested=name)
    sign_in(client, editor)
    page = client.get(f"/admin/outcomes/outcome/{action.pk}/review/").content.decode()

    for _ in range(2):
        review(client, action)

    action.refresh_from_db()
    assert "Confirm as owner" in page
    assert [owner.organisation for owner in action.owners.all()] == [meant]
    assert (action.owner_suggested, action.status, action.version) == ("", "submitted", 1)


def test_nobody_is_guessed(client, editor, action):
    OrganisationFactory(name="UNIDIR and partners")
    sign_in(client, editor)

    page = client.get(f"/admin/outcomes/outcome/{action.pk}/review/").content.decode()
    refused = review(client, action)

    assert "unidir" in page
    assert "Confirm as owner" not in page
    assert "Name the owner" in page
    assert refused.status_code == 409
    assert not action.owners.exists()


def test_two_of_the_same_name_are_not_chosen_between(action):
    for name in ("First", "Second"):
        OrganisationFactory(name=name, short_name="UNIDIR")

    assert workflow.owner_meant(action) is None
    assert workflow.confirm_owner(action) is None


def test_who_owns_it_already_is_not_named_twice(action):
    meant = OrganisationFactory(short_name="UNIDIR")
    ActionOwnerFactory(action=action, organisation=meant)

    assert workflow.confirm_owner(action) == meant
    assert action.owners.count() == 1
