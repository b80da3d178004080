"""Accounts, people and the outbox in the admin: for whom, and what never shows."""

import pytest

from participants.groups import ADMINISTRATORS, EDITORS
from participants.models import Organisation, Person, User
from tests.factories import OrganisationFactory, OutgoingMailFactory, PersonFactory, UserFactory
from tests.staff import filled, save, saved, sign_in


@pytest.fixture
def desk(client, editor):
    """The browser of an editor."""
    return sign_in(client, editor)


@pytest.fixture
def office(client, administrator):
    """The browser of an administrator."""
    return sign_in(client, administrator)


def account(user):
    return f"/admin/participants/user/{user.pk}/change/"


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("model, queries", [("user", 11), ("person", 7), ("organisation", 7), ("outgoingmail", 9)])
def test_list_costs_the_same_at_any_length(office, django_assert_num_queries, model, queries, rows):
    for _ in range(rows):
        UserFactory(editor=True, administrator=True)
        PersonFactory(user=UserFactory())
        OrganisationFactory(country="CL")
        OutgoingMailFactory()

    with django_assert_num_queries(queries):
        response = office.get(f"/admin/participants/{model}/")

    assert len(response.context["cl"].result_list) == (2 * rows + 1 if model == "user" else rows)


@pytest.mark.parametrize("model", ["user", "person", "outgoingmail"])
def test_addresses_stay_out_of_lists(office, model):
    PersonFactory(name="Someone Invented", email="secret@example.org", user=UserFactory(email="secret2@example.org"))
    UserFactory(email="secret3@example.org", name="")
    OutgoingMailFactory(to="secret4@example.org", body="Your code is 12345")

    body = office.get(f"/admin/participants/{model}/").content.decode()

    assert "secret" not in body


def test_addresses_stay_out_of_suggestions(office):
    UserFactory(email="secret@example.org", name="Shown Name")
    UserFactory(email="secret2@example.org", name="")

    asked = {"app_label": "participants", "model_name": "person", "field_name": "user", "term": "secret"}
    results = office.get("/admin/autocomplete/", asked).json()["results"]

    assert [result["text"] for result in results] == ["Shown Name"]


def test_editors_do_not_see_accounts(desk, editor):
    for url in ("/admin/participants/user/", account(editor), "/admin/participants/outgoingmail/"):
        assert desk.get(url).status_code == 403
    asked = {"app_label": "participants", "model_name": "person", "field_name": "user", "term": ""}
    assert desk.get("/admin/autocomplete/", asked).status_code == 403


def test_editors_cannot_link_a_person_to_an_account(desk, editor):
    person = PersonFactory()

    assert "user" not in desk.get(f"/admin/participants/person/{person.pk}/change/").context["adminform"].form.fields
    assert saved(save(desk, f"/admin/participants/person/{person.pk}/change/", user=editor.pk, name="New Name"))
    person.refresh_from_db()
    assert (person.name, person.user) == ("New Name", None)


def test_account_is_made_in_one_form(office):
    url = "/admin/participants/user/add/"
    data = filled(office.get(url)) | {"email": " New@Example.org ", "name": "New Colleague", "usable_password": "false"}

    assert saved(office.post(url, data))

    user = User.objects.get(email="new@example.org")
    assert (user.name, user.is_staff, user.has_usable_password()) == ("New Colleague", False, False)


@pytest.mark.parametrize(
    "wrong, field",
    [({"email": "ADMINISTRATOR@example.org"}, "email"), ({"email": "no address"}, "email"), ({"name": ""}, "name")],
)
def test_account_that_cannot_be_is_refused(office, wrong, field):
    data = filled(office.get("/admin/participants/user/add/")) | {"email": "new@example.org", "name": "New"} | wrong
    data["usable_password"] = "false"

    response = office.post("/admin/participants/user/add/", data)

    assert list(response.context["adminform"].form.errors) == [field]


def test_groups_give_the_rights(office):
    user = UserFactory(name="A Colleague")
    editors = user.groups.model.objects.get(name=EDITORS)

    assert saved(save(office, account(user), groups=[editors.pk]))

    assert User.objects.get(pk=user.pk).has_perm("outcomes.review_outcome")


def test_nobody_takes_their_own_rights_away(office, administrator):
    response = save(office, account(administrator), groups=[])

    assert "You would take away your own rights" in response.content.decode()
    assert list(administrator.groups.values_list("name", flat=True)) == [ADMINISTRATORS]


def test_administrators_do_not_become_superusers(office, administrator):
    assert saved(save(office, account(administrator), is_superuser="on", is_staff="on"))

    administrator.refresh_from_db()
    assert not administrator.is_superuser


def test_superusers_are_changed_by_superusers_alone(office):
    operator = UserFactory(is_superuser=True)

    assert office.post(account(operator), {"email": "taken@example.org", "name": "Taken"}).status_code == 403
    assert office.post(f"/admin/participants/user/{operator.pk}/password/", {}).status_code == 403
    operator.refresh_from_db()
    assert operator.email != "taken@example.org"


def test_accounts_are_not_deleted(office, editor):
    assert office.post(f"/admin/participants/user/{editor.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=editor.pk).exists()


def test_outbox_is_read_only_and_keeps_its_texts(office):
    mail = OutgoingMailFactory(body="Your code is 12345", subject="Signing in")
    url = f"/admin/participants/outgoingmail/{mail.pk}"

    body = office.get(f"{url}/change/").content.decode()

    assert "Signing in" in body
    assert "12345" not in body
    assert office.post(f"{url}/change/", {"subject": "x"}).status_code == 403
    assert office.post(f"{url}/delete/", {"post": "yes"}).status_code == 403
    assert office.get("/admin/participants/outgoingmail/add/").status_code == 403


def test_groups_and_codes_have_no_pages(client, db):
    desk = sign_in(client, UserFactory(is_superuser=True, name="Operator"))

    for model in ("auth/group", "participants/signincode", "admin/logentry", "account/emailaddress"):
        assert desk.get(f"/admin/{model}/").status_code == 404


def test_people_are_found_by_name(desk):
    PersonFactory(name="Ólöf, Jr. / Invented")

    assert desk.get("/admin/participants/person/", {"q": "Ólöf"}).context["cl"].result_count == 1
    assert Person.objects.count() == 1


def test_organisation_needs_words_for_its_logo_and_one_name_a_country(desk):
    OrganisationFactory(name="Institute", country="CL")

    data = {"name": "INSTITUTE", "actor_type": "other", "country": "CL"}
    response = desk.post("/admin/participants/organisation/add/", data)

    assert response.status_code == 200
    assert Organisation.objects.count() == 1
