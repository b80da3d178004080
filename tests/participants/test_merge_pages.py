"""Likely duplicates and merging in the admin: for Administrators, shown before it is done, with a way back."""

import pytest

from participants.models import Distinction, Merge, Organisation, Person
from tests.factories import (
    ActionOwnerFactory,
    EventFactory,
    EventPartnerFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    UserFactory,
)
from tests.staff import sign_in

PEOPLE = "/admin/participants/person/"


@pytest.fixture
def office(client, administrator):
    return sign_in(client, administrator)


@pytest.fixture
def two(db):
    return PersonFactory(name="Anna Muster", email="anna@example.org"), PersonFactory(name="Muster, Anna")


def merging(two, **typed):
    return {"first": two[0].pk, "second": two[1].pk} | typed


def typed(office, two, **changes):
    """What a browser posts from the page that compares two people."""
    page = office.get(f"{PEOPLE}merge/", merging(two))
    prints = {f"print-{pk}": print_ for pk, print_ in page.context["prints"]}
    return merging(two, **prints, kept=page.context["kept"], **changes)


def test_editors_do_not_merge(client, editor, two):
    desk = sign_in(client, editor)

    assert "Likely duplicates" not in desk.get(PEOPLE).content.decode()
    for address in ("duplicates/", "merge/"):
        assert desk.get(PEOPLE + address, merging(two)).status_code == 403
        assert desk.post(PEOPLE + address, merging(two)).status_code == 403
    assert desk.get("/admin/participants/merge/").status_code == 403
    assert not Distinction.objects.exists()


def test_likely_duplicates_are_offered_until_told_apart(office, two):
    PersonFactory(name="Somebody Else")
    shared = [PersonFactory(name=name, email="shared@example.org") for name in ("Cara Beispiel", "K. Fall")]

    body = office.get(f"{PEOPLE}duplicates/").content.decode()

    assert "2 pairs may be the same" in body
    assert "The same e-mail address" in body
    assert "shared@example.org" not in body
    for _ in range(2):
        assert office.post(f"{PEOPLE}duplicates/", merging(two[::-1])).status_code == 302
    assert Distinction.objects.count() == 1
    body = office.get(f"{PEOPLE}duplicates/").content.decode()
    assert "1 pair may be the same" in body
    assert shared[0].name in body


@pytest.mark.parametrize("rows", [1, 20])
def test_list_of_duplicates_costs_the_same_at_any_length(office, django_assert_num_queries, rows):
    for number in range(rows):
        OrganisationFactory(name=f"Muster Institute {number} Ltd")
        OrganisationFactory(name=f"The Muster Institute {number}")

    with django_assert_num_queries(7):
        response = office.get("/admin/participants/organisation/duplicates/")

    assert response.context["how_many"] == rows


def test_two_selected_lead_to_their_comparison(office, two):
    chosen = {"action": "merge_selected", "_selected_action": [one.pk for one in two]}

    response = office.post(PEOPLE, chosen)

    assert response["Location"] == f"{PEOPLE}merge/?first={two[0].pk}&second={two[1].pk}"
    assert office.post(PEOPLE, chosen | {"_selected_action": [two[0].pk]}).status_code == 302


def test_two_are_compared_merged_and_taken_apart(office, two):
    event = EventFactory(title="Dialogue on samples")
    for person in two:
        ParticipationFactory(event=event, person=person)

    body = office.get(f"{PEOPLE}merge/", merging(two)).content.decode()
    assert body.count("Dialogue on samples") == 3  # of both, and among what becomes one
    response = office.post(f"{PEOPLE}merge/", typed(office, two, name=two[1].pk))

    assert response.status_code == 302
    person = Person.objects.get()
    assert (person.pk, person.name, person.email) == (two[0].pk, "Muster, Anna", "anna@example.org")
    merge = Merge.objects.get()
    record = f"/admin/participants/merge/{merge.pk}/"
    assert f"{record}undo/" in office.get(f"{record}change/").content.decode()
    assert "Undo the merge" in office.get(f"{record}undo/").content.decode()
    assert Person.objects.count() == 1
    assert office.post(f"{record}undo/")["Location"] == f"{record}change/"
    assert set(Person.objects.values_list("name", flat=True)) == {"Anna Muster", "Muster, Anna"}
    assert event.participations.count() == 2
    assert office.post(f"{record}undo/").status_code == 409
    assert "It cannot be undone" in office.get(f"{record}change/").content.decode()


def test_nothing_is_merged_that_somebody_changed_meanwhile(office, two):
    post = typed(office, two, name=two[1].pk)
    Person.objects.filter(pk=two[1].pk).update(name="Anna Somebody")

    response = office.post(f"{PEOPLE}merge/", post)

    assert response.status_code == 422
    assert "Anna Somebody" in response.content.decode()
    assert Person.objects.count() == 2


def test_two_accounts_are_refused_before_and_after_the_button(office, two):
    post = typed(office, two)
    for person in two:
        person.user = UserFactory()
        person.save()

    page = office.get(f"{PEOPLE}merge/", merging(two))

    assert "Both have an account" in page.content.decode()
    assert "Merge the two" not in page.content.decode()
    assert office.post(f"{PEOPLE}merge/", post).status_code == 422
    assert Person.objects.count() == 2


@pytest.mark.parametrize("wrong", [{}, {"first": "x", "second": "1"}, {"first": "999999", "second": "1"}])
def test_what_is_not_there_is_not_compared(office, wrong):
    assert office.get(f"{PEOPLE}merge/", wrong).status_code == 404
    assert office.post(f"{PEOPLE}duplicates/", wrong).status_code == 404


@pytest.mark.parametrize("rows", [1, 20])
def test_comparing_costs_the_same_however_much_points_at_them(office, django_assert_max_num_queries, rows):
    two = OrganisationFactory(name="Institute A", country="CL"), OrganisationFactory(name="Institute A Ltd")
    for _ in range(rows):
        for organisation in two:
            EventPartnerFactory(organisation=organisation)
            ParticipationFactory(organisation=organisation)
            ActionOwnerFactory(organisation=organisation)

    with django_assert_max_num_queries(30):
        response = office.get("/admin/participants/organisation/merge/", merging(two))

    assert response.status_code == 200
    assert Organisation.objects.count() >= 2
