"""A list with errors, corrected, applied and undone, by hand in a browser; axe reads every page on the way."""

import os
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from participants.models import Import, Person
from tests.factories import PersonFactory, SessionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("IMPORT_SHOTS")

WRONG = """List of participants
Name;Organisation;Job title;E-mail;Role
H.E. Ms Ana Example;Institute of Made-up Affairs;Director;ana@example.org;Moderator (Plenary)
Bo Known;;Head;bo@other.example;
Cy Other;;;no address;King
"""
PHONE = {"width": 375, "height": 812}


@pytest.fixture
def page(open_browser, administrator):
    signed_in = Client()
    signed_in.force_login(administrator)
    return open_browser(signed_in=signed_in)


def look(page, violations, name):
    """Check a page at both widths, in light and dark; keep a picture where somebody wants to look."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size in (PHONE, {"width": 1280, "height": 900}):
            page.set_viewport_size(size)
            page.wait_for_timeout(400)  # links and buttons fade from one colour to the other
            assert violations(page) == {}, (name, scheme, size)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{scheme}-{size['width']}.png", full_page=True)


def test_list_with_errors_is_corrected_applied_and_undone(page, event, violations, complaints, tmp_path):
    SessionFactory(event=event, title="Plenary")
    PersonFactory(name="Bo Known", email="bo@example.org")
    file = tmp_path / "list.csv"
    file.write_text(WRONG)

    page.goto(reverse("admin:events_event_change", args=[event.pk]))
    page.get_by_role("link", name="Import participants").click()
    look(page, violations, "file")
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("alert").get_by_text("Choose a file").first.wait_for()
    assert [words for words in complaints if "422" not in words] == []
    complaints.clear()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("heading", name="Which column is what?").wait_for()
    assert page.get_by_label("Job title").input_value() == "position"
    page.locator("summary").first.click()
    look(page, violations, "columns")
    page.get_by_role("button", name="Show the preview").click()

    page.get_by_text("May be known already").wait_for()
    look(page, violations, "doubt")
    page.get_by_label("Decision about line 4").select_option("new")
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("1 row is still to be decided").wait_for()
    page.get_by_role("link", name="With an error (1)").click()
    page.get_by_text("“no address” is no e-mail address").wait_for()
    look(page, violations, "error")

    file.write_text(WRONG.replace("no address;King", "cy@example.org;Speaker"))
    page.get_by_role("link", name="Choose the corrected file").click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("link", name="All (3)").click()
    look(page, violations, "all")
    page.get_by_role("button", name="Apply 3 rows").click()
    page.get_by_text("Applied. You can undo it").wait_for()
    look(page, violations, "applied")
    assert event.participations.count() == 3

    page.get_by_role("link", name="Undo this import").click()
    look(page, violations, "undo")
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_text("Undone: everything is as it was before.").wait_for()
    assert list(Person.objects.values_list("name", flat=True)) == ["Bo Known"]
    page.goto(reverse("admin:participants_import_changelist"))
    look(page, violations, "list")


def test_page_of_a_long_import_moves_on_by_itself(page, event, violations, administrator):
    source = Import.objects.create(
        kind="participants", target=event.pk, state="checking", total=900, done=300, by=administrator
    )
    page.goto(reverse("admin:participants_import_preview", args=[source.pk]))
    page.get_by_text("300 of 900 rows").wait_for()
    look(page, violations, "progress")

    Import.objects.filter(pk=source.pk).update(done=600)
    page.get_by_text("600 of 900 rows").wait_for()
    Import.objects.filter(pk=source.pk).update(state="preview")

    page.get_by_role("heading", name="Participants").wait_for()
