"""Who may be the same: what a name that arrives finds, how likely, and why."""

import pytest

from participants.matching import KnownOrganisations, KnownPeople, Rank, similar_organisations, similar_people
from participants.models import Organisation, Person
from tests.factories import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db


def one_at_a_time(model):
    return similar_people if model is Person else similar_organisations


def for_a_file(model):
    return (KnownPeople if model is Person else KnownOrganisations)().similar


@pytest.fixture(params=[one_at_a_time, for_a_file])
def ask(request):
    """Both ways of asking must give the same answers."""
    return request.param


@pytest.mark.parametrize(
    "stored, typed, rank, reason",
    [
        ("Anna Muster", "anna  MUSTER", Rank.SAME, "The same name"),
        ("Anna Muster", "Muster, Anna", Rank.SAME, "another order"),
        ("Anna Muster", "H.E. Ms. Anna Muster", Rank.SAME, "The same name"),
        ("Anna Muster", "Muster, Dr. Anna, PhD", Rank.SAME, "another order"),
        ("Ánna Mustér", "Anna Muster", Rank.SAME, "The same name"),
        ("Anne-Marie O’Muster", "Anne Marie O'Muster", Rank.SAME, "The same name"),
        ("Anna Müller", "Anna Mueller", Rank.LIKELY, "another spelling"),
        ("Anna Muster", "Аnnа Мuster", Rank.SAME, "another alphabet"),  # А, а and М are Cyrillic
        ("Anna Muster", "А. Muster", Rank.LIKELY, "initial"),  # Cyrillic А
        ("Anna Muster", "Muster A.", Rank.LIKELY, "initial"),
        ("Anna Muster", "Anna Berta Muster", Rank.LIKELY, "one more"),
        ("Anna Muster", "Anna Mustar", Rank.PERHAPS, "one letter"),
        ("Ivan Primerov", "Иван Примеров", Rank.PERHAPS, "alphabet"),
        ("سارة المثال", "ساره المثال", Rank.SAME, "The same name"),
        ("样例明", "样例明", Rank.LIKELY, "The same name"),
    ],
)
def test_person_is_found_in_spite_of(ask, stored, typed, rank, reason):
    person = PersonFactory(name=stored)
    PersonFactory(name="Someone Else")

    (found,) = ask(Person)(typed)

    assert (found.pk, found.rank, reason in found.reason) == (person.pk, rank, True), found


@pytest.mark.parametrize(
    "stored, typed",
    [
        ("Anna Muster", "Berta Muster"),
        ("Anna Muster", "Anna Beispiel"),
        ("Anna Muster", "B. Muster"),
        ("Anna Muster", "…"),
        ("Min Li", "Mei Li"),
    ],
)
def test_another_person_is_not_suggested(ask, stored, typed):
    PersonFactory(name=stored)

    assert ask(Person)(typed) == []


def test_address_says_more_than_a_name(ask):
    namesake = PersonFactory(name="Anna Muster")
    same = PersonFactory(name="A. Different-Name", email="anna@example.org")

    found = ask(Person)("Anna Muster", email="Anna@Example.org")

    assert {(one.pk, one.rank) for one in found} == {(same.pk, Rank.SAME), (namesake.pk, Rank.SAME)}
    assert next(one.reason for one in found if one.pk == same.pk) == "The same e-mail address"
    assert ask(Person)("Nobody Else", email="") == []


@pytest.mark.parametrize(
    "stored, typed, rank, reason",
    [
        ({"name": "Muster Institute"}, "The Muster Institute, Ltd.", Rank.SAME, "The same name"),
        ({"name": "Muster Institut e. V."}, "Muster-Institut eV", Rank.SAME, "The same name"),
        ({"name": "Sample Works GmbH"}, "SAMPLE WORKS S.A.", Rank.SAME, "The same name"),
        ({"name": "Ministry of Foreign Affairs of Samplia"}, "MFA Samplia", Rank.SAME, "The same name"),
        ({"name": "Ministry for Foreign Affairs, Samplia"}, "Samplia, M.F.A.", Rank.SAME, "another order"),
        ({"name": "Univ. of Samplia"}, "University of Samplia", Rank.SAME, "The same name"),
        ({"name": "Institute of Made-up Affairs", "short_name": "IMA"}, "ima", Rank.LIKELY, "short"),
        ({"name": "Sample Centre (SACE)"}, "SACE", Rank.LIKELY, "short"),
        ({"name": "Committee for Useful Samples"}, "CUS", Rank.PERHAPS, "first letters"),
        ({"name": "Muster Institute", "short_name": "MUI"}, "Musterr Institute", Rank.PERHAPS, "one letter"),
    ],
)
def test_organisation_is_found_in_spite_of(ask, stored, typed, rank, reason):
    organisation = OrganisationFactory(**stored)
    OrganisationFactory(name="Something Else")

    (found,) = ask(Organisation)(typed)

    assert (found.pk, found.rank, reason in found.reason) == (organisation.pk, rank, True), found


@pytest.mark.parametrize(
    "stored, typed",
    [
        ({"name": "Ministry of Foreign Affairs of Samplia"}, "MFA"),
        ({"name": "Ministry of Foreign Affairs of Samplia"}, "Ministry of Foreign Affairs of Exampleland"),
        ({"name": "Group of 77"}, "Group of 78"),
        ({"name": "Muster Institute"}, "Institute"),
    ],
)
def test_another_organisation_is_not_suggested(ask, stored, typed):
    OrganisationFactory(**stored)

    assert ask(Organisation)(typed) == []


def test_same_name_in_another_country_is_a_weaker_sign(ask):
    OrganisationFactory(name="Ministry of Finance", country="CL")
    OrganisationFactory(name="Ministry of Finance", country="KE")

    found = ask(Organisation)("Ministry of Finance", country="KE")

    assert [(one.detail, one.rank) for one in found] == [("KE", Rank.SAME), ("CL", Rank.PERHAPS)]


def test_key_follows_the_name_also_in_bulk():
    first, second = Person.objects.bulk_create([Person(name="Dr Anna Muster"), Person(name="Berta Beispiel")])

    second.name = "Berta Muster"
    second.save()

    assert list(Person.objects.order_by("pk").values_list("name_key", flat=True)) == ["anna muster", "berta muster"]
    assert [one.pk for one in similar_people("Muster, Anna", exclude=second.pk)] == [first.pk]
    assert similar_people("Muster, Anna", among=Person.objects.exclude(pk=first.pk)) == []


@pytest.mark.parametrize("rows", [1, 30])
def test_suggesting_costs_two_queries_and_a_file_one(django_assert_num_queries, rows):
    for number in range(rows):
        PersonFactory(name=f"Anna{number} Muster")
        OrganisationFactory(name=f"Muster Institute {number}")

    with django_assert_num_queries(4):
        similar_people("Anna Muster", email="anna@example.org")
        similar_organisations("Muster Institute")
    with django_assert_num_queries(1):
        known = KnownPeople()
        for _ in range(rows):
            known.similar("Anna Muster")
