"""In a browser: a namesake is noticed while adding, two that are the same become one, and are taken apart again."""

import pytest
from django.test import Client

from participants.models import Merge, Person
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import EventFactory, ParticipationFactory, PersonFactory
from tests.staff import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(transactional_db, administrator):
    return sign_in(Client(), administrator)


def test_namesake_is_noticed_merged_and_taken_apart(open_browser, office, violations):
    event = EventFactory(title="Dialogue on samples")
    there = ParticipationFactory(event=event, person=PersonFactory(name="Anna Muster", email="anna@example.org")).person
    page = open_browser(PHONE, signed_in=office)

    page.goto("/admin/participants/person/add/")
    page.get_by_label("Name:", exact=True).fill("Muster, Anna")
    page.get_by_label("Honorific").fill("Dr.")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    page.wait_for_load_state()
    panel = page.get_by_role("alert")
    assert "Is it this one?" in panel.inner_text()
    assert page.evaluate("document.activeElement.className").startswith("problem")
    assert violations(page) == {}
    page.get_by_label("Honorific").press("Enter")  # which asks again, and adds nothing
    page.get_by_role("alert").wait_for()
    assert Person.objects.count() == 1
    assert page.get_by_label("Honorific").input_value() == "Dr."
    page.get_by_role("button", name="add all the same").click()
    page.wait_for_url("**/admin/participants/person/")
    assert Person.objects.count() == 2

    page = open_browser(DESKTOP, signed_in=office)
    page.goto("/admin/participants/person/")
    page.get_by_role("link", name="Likely duplicates").click()
    page.get_by_role("heading", name="Likely duplicates among people").wait_for()
    assert violations(page) == {}
    page.get_by_role("link", name="Compare and merge").click()
    page.get_by_role("heading", name="Merge two people").wait_for()
    page.wait_for_load_state()
    assert violations(page) == {}
    page.get_by_role("radio", name="honorific: Dr.").check()
    page.get_by_role("button", name="Merge the two").click()
    page.get_by_text("The two are one now.").wait_for()
    person = Person.objects.get()
    assert (person.pk, person.name, person.honorific) == (there.pk, "Anna Muster", "Dr.")

    page.get_by_role("link", name="What moved, and how to undo it").click()
    page.get_by_role("link", name="Undo", exact=True).wait_for()
    page.wait_for_load_state()
    assert violations(page) == {}
    page.get_by_role("link", name="Undo", exact=True).click()
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_text("Undone: both are as they were before.").wait_for()
    assert set(Person.objects.values_list("name", "honorific")) == {("Anna Muster", ""), ("Muster, Anna", "Dr.")}
    assert Merge.objects.get().undone_at

    page.goto("/admin/participants/person/export/?q=Muster")
    page.wait_for_load_state()
    assert violations(page) == {}
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
