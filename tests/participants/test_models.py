import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from participants.groups import EDITORS
from participants.models import Organisation, Person, User
from tests.factories import OrganisationFactory, PersonFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_user_email_is_stored_in_one_form():
    user = User.objects.create_user(" ＲＡＰ@Example.ORG ")

    assert user.email == "rap@example.org"
    assert User.objects.get_by_natural_key("Rap@EXAMPLE.org") == user
    assert not user.has_usable_password()


def test_user_email_is_unique_in_any_case():
    UserFactory(email="someone@example.org")

    with pytest.raises(IntegrityError):
        UserFactory(email="Someone@Example.org")


def test_user_form_stores_the_canonical_address():
    user = User(email="MIXED@Example.Org", password="x")

    user.full_clean()

    assert user.email == "mixed@example.org"


def test_user_without_address_is_refused():
    with pytest.raises(ValueError, match="needs an e-mail address"):
        User.objects.create_user("")


def test_user_is_called_by_name_else_by_address():
    assert str(UserFactory(name="Some One")) == "Some One"
    assert str(UserFactory(name="", email="no-name@example.org")) == "no-name@example.org"


@pytest.mark.parametrize(
    "traits, staff, administrator",
    [
        ({}, False, False),
        ({"editor": True}, True, False),
        ({"administrator": True}, True, True),
        ({"is_superuser": True}, True, True),
        ({"editor": True, "is_active": False}, False, False),
        ({"administrator": True, "is_active": False}, False, False),
        ({"is_superuser": True, "is_active": False}, False, False),
    ],
)
def test_user_is_staff_by_group_and_only_while_active(traits, staff, administrator):
    user = User.objects.get(pk=UserFactory(**traits).pk)

    assert (user.is_staff, user.is_administrator) == (staff, administrator)


def test_user_is_not_staff_by_a_group_of_another_name():
    user = UserFactory()
    user.groups.add(Group.objects.create(name=EDITORS.lower()))

    assert not User.objects.get(pk=user.pk).is_staff


def test_superuser_has_every_permission():
    assert User.objects.create_superuser("root@example.org", "a password").has_perm("outcomes.review_outcome")


def test_person_outlives_the_account():
    user = UserFactory()
    person = PersonFactory(user=user)

    user.delete()

    person.refresh_from_db()
    assert person.user is None


def test_person_without_name_is_refused():
    with pytest.raises(IntegrityError):
        Person.objects.create(name="")


def test_person_is_shown_with_honorific():
    assert PersonFactory(name="Ada Made-up", honorific="H.E. Ms.").full_name == "H.E. Ms. Ada Made-up"
    assert PersonFactory(name="Plato").full_name == "Plato"


def test_people_stand_by_sort_name_where_there_is_one():
    PersonFactory(name="Zoe Able", sort_name="Able")
    PersonFactory(name="Plato")
    PersonFactory(name="Ann Zebra", sort_name="Zebra")

    assert [person.name for person in Person.objects.all()] == ["Zoe Able", "Plato", "Ann Zebra"]


def test_organisation_name_is_unique_in_its_country_in_any_case():
    OrganisationFactory(name="Ministry of Affairs", country="CL")
    OrganisationFactory(name="Ministry of Affairs", country="NZ")

    with pytest.raises(IntegrityError):
        OrganisationFactory(name="MINISTRY of affairs", country="CL")


def test_organisation_website_leads_to_the_web():
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganisationFactory(website="javascript:alert(1)")
    with pytest.raises(ValidationError, match="begins with https"):
        OrganisationFactory.build(website="ftp://files.example.org/").full_clean()


def test_organisation_logo_needs_words():
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganisationFactory(logo="organisations/x.png", logo_alt="")
    with pytest.raises(ValidationError, match="organisation_logo_has_words"):
        Organisation(name="Named", logo="organisations/x.png").full_clean()


def test_organisation_label_is_short_where_it_can_be():
    assert OrganisationFactory(name="Institute of Long Names", short_name="ILN").label == "ILN"
    assert OrganisationFactory(name="Short Institute").label == "Short Institute"
