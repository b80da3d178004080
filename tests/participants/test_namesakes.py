"""Adding somebody who is here already: shown before anything is saved, and nothing typed is lost."""

import pytest

from participants.models import Organisation, Person
from tests.factories import OrganisationFactory, PersonFactory
from tests.staff import sign_in

ADD_PERSON = "/admin/participants/person/add/"
ADD_ORGANISATION = "/admin/participants/organisation/add/"


@pytest.fixture
def desk(client, editor):
    return sign_in(client, editor)


def test_namesake_is_shown_before_anything_is_saved(desk):
    there = PersonFactory(name="Anna Muster", email="secret@example.org")
    typed = {"name": "Muster, Dr. Anna", "honorific": "Dr.", "email": "anna@example.org"}

    response = desk.post(ADD_PERSON, typed)

    body = response.content.decode()
    assert Person.objects.count() == 1
    assert "Anna Muster" in body
    assert "same words in another order" in body
    assert f'href="/admin/participants/person/{there.pk}/use/"' in body
    assert all(f'value="{value}"' in body for value in typed.values())
    assert "secret@example.org" not in body


def test_namesake_is_added_all_the_same_by_its_own_button(desk):
    there = PersonFactory(name="Anna Muster")

    assert desk.post(ADD_PERSON, {"name": "Anna Muster", "_all_the_same": str(there.pk)}).status_code == 302

    assert Person.objects.filter(name="Anna Muster").count() == 2


def test_saving_again_does_not_add_it(desk):
    PersonFactory(name="Anna Muster")

    for _ in range(2):
        assert desk.post(ADD_PERSON, {"name": "Anna Muster", "_save": "Save"}).status_code == 200

    assert Person.objects.count() == 1


def test_one_who_came_meanwhile_is_shown_first(desk):
    seen = PersonFactory(name="Anna Muster")
    PersonFactory(name="Anna B. Muster")

    body = desk.post(ADD_PERSON, {"name": "Anna Muster", "_all_the_same": str(seen.pk)}).content.decode()

    assert "Anna B. Muster" in body
    assert Person.objects.count() == 2


def test_organisation_is_found_by_its_short_name(desk):
    OrganisationFactory(name="Institute of Made-up Affairs", short_name="IMA")

    body = desk.post(ADD_ORGANISATION, {"name": "IMA", "actor_type": "other"}).content.decode()

    assert "Institute of Made-up Affairs" in body
    assert Organisation.objects.count() == 1


def test_nobody_alike_is_added_at_once(desk):
    PersonFactory(name="Anna Muster")

    assert desk.post(ADD_PERSON, {"name": "Berta Beispiel"}).status_code == 302

    assert Person.objects.filter(name="Berta Beispiel").exists()


def test_using_the_one_that_is_there_opens_it_or_hands_it_to_the_form_that_asked(desk):
    there = PersonFactory(name="Anna Muster")
    address = f"/admin/participants/person/{there.pk}/use/"

    assert desk.get(address)["Location"] == f"/admin/participants/person/{there.pk}/change/"
    popup = desk.get(f"{address}?_popup=1").content.decode()
    assert f"&quot;value&quot;: &quot;{there.pk}&quot;" in popup
    assert desk.get("/admin/participants/person/999999/use/").status_code == 404


def test_an_address_tells_only_whom_one_may_reach(client, editor):
    editor.works_on = "institutions"
    editor.save()
    desk = sign_in(client, editor)
    PersonFactory(name="Anna Muster", email="anna@example.org")

    assert desk.post(ADD_PERSON, {"name": "Berta Beispiel", "email": "anna@example.org"}).status_code == 302
