"""The document of an event: what is in it, where it is kept, who gets it, and that it never outlives what is public."""

import datetime as dt
import io
import threading

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from events import caching, workflow
from events.models import Event
from events.models.generation import bump_generation
from outcomes.documents import making
from outcomes.documents.content import Actions, Takeaways
from outcomes.documents.source import document_of
from outcomes.models import DocumentPlan, KeptDocument, Outcome, Report
from participants import erasing
from participants.subjects import Subject
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    DocumentPlanFactory,
    EventFactory,
    EventPartnerFactory,
    KeptDocumentFactory,
    ParticipationFactory,
    PersonFactory,
    ReportFactory,
    ReportSectionFactory,
    TakeawayFactory,
    UserFactory,
    WorkerFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reported(event, institution):
    """The event with a public report of two sections, two takeaways and an action."""
    report = ReportFactory(event=event, title="What was made up", published=True, disclaimer="Not our view.")
    ReportSectionFactory(report=report, title="First", body="One.\n\nTwo.\n\n- listed", position=1)
    ReportSectionFactory(report=report, title="Second", body="## Inside\n\nThree.", position=2)
    for number, text in enumerate(("Keep talking.", "Keep listening."), start=1):
        TakeawayFactory(event=event, text=text, number=number, published=True)
    ActionFactory(event=event, text="Do it.", number=1, published=True, progress="in_progress")
    return event


def address(event, extension="pdf"):
    return reverse("outcomes:event-document", args=[event.slug, extension])


def text_of(response) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


# What is in it


def test_document_holds_report_outcomes_and_how_to_cite_it(reported):
    document = document_of(reported)
    sections = {section.title: section for section in document.sections}
    first, outcomes = sections["First"].blocks, sections["Takeaways and actions"].blocks

    assert (document.kind, document.title, document.event) == ("Report", "What was made up", reported.title)
    assert list(sections) == ["First", "Second", "Takeaways and actions"]
    assert [getattr(block, "number", None) for block in first] == [1, 2, None]
    assert sections["Second"].blocks[1].number == 3
    assert [type(block) for block in outcomes if isinstance(block, Takeaways | Actions)] == [Takeaways, Actions]
    assert [item.reference for item in outcomes[1].items] == ["MU1-T1", "MU1-T2"]
    assert (outcomes[3].items[0].progress, outcomes[3].items[0].owners) == ("In progress", ("No owner yet",))
    assert "Not our view." in document.text
    assert reported.attribution_note in document.text
    assert "Institute of Conveners. “What was made up”. Report of “Dialogue on made-up matters”" in document.text


def test_outcomes_stand_where_the_report_has_a_place_for_them(reported):
    ReportSectionFactory(report=reported.report, title="Next steps", kind="outcomes", position=1)

    assert [section.title for section in document_of(reported).sections] == ["First", "Next steps", "Second"]


def test_event_without_a_report_has_an_outcome_document(event):
    TakeawayFactory(event=event, text="Keep talking.", published=True)

    document = document_of(event)

    assert (document.kind, document.title, document.event) == ("Outcome document", event.title, "")
    assert document.file_name == "mu1-outcome-document"


def test_event_without_anything_public_to_say_has_none(event, client):
    TakeawayFactory(event=event, approved=True)

    assert document_of(event) is None
    assert client.get(address(event)).status_code == 404


@pytest.mark.parametrize(
    "part, gone",
    [
        ("sections", "Two."),
        ("takeaways", "Keep talking."),
        ("actions", "Do it."),
        ("updates", "Half of it is done."),
        ("citation", "How to cite"),
        ("summary", "A short summary."),
    ],
)
def test_part_that_staff_leave_out_is_not_there(reported, part, gone):
    Event.objects.filter(pk=reported.pk).update(summary="A short summary.")
    reported.refresh_from_db()
    ActionUpdateFactory(action=Outcome.objects.get(kind="action"), text="Half of it is done.")

    whole = document_of(reported)
    without = document_of(reported, DocumentPlan(event=reported, left_out=[part]))

    assert gone in whole.text
    assert gone not in without.text
    assert whole.fingerprint != without.fingerprint


def test_numbers_contents_and_logos_can_be_left_out(reported):
    document = document_of(reported, DocumentPlan(event=reported, left_out=["numbers", "contents", "logos"]))

    assert document.sections[0].blocks[0].number is None
    assert not document.has_contents
    assert document.logos == ()


@pytest.mark.parametrize("rule, named", [("on_record", True), ("chatham_house", False)])
def test_person_is_named_as_owner_only_where_the_rule_allows(event, editor, rule, named):
    workflow.set_attribution(event, rule, by=editor)
    someone = ParticipationFactory(event=event, public=True, person=PersonFactory(name="Person Invented"))
    action = ActionFactory(event=event, published=True)
    ActionOwnerFactory(action=action, organisation=None, person=someone.person, is_lead=True)

    owners = document_of(event).sections[0].blocks[1].items[0].owners

    assert owners == (("Person Invented (lead)",) if named else ("A participant",))


@pytest.mark.parametrize("outcomes", [1, 12])
def test_document_is_read_in_a_fixed_number_of_queries(reported, outcomes, django_assert_num_queries):
    for number in range(outcomes):
        action = ActionFactory(event=reported, number=number + 10, published=True)
        ActionOwnerFactory(action=action)
        ActionUpdateFactory(action=action)
        ReportSectionFactory(report=reported.report, title=f"Section {number}", body="Words.", position=number + 5)
        EventPartnerFactory(event=reported)
    event = Event.objects.get(pk=reported.pk)

    with django_assert_num_queries(8):
        document_of(event)


# How it is handed out


@pytest.mark.parametrize(
    "extension, content_type, disposition",
    [
        ("pdf", "application/pdf", 'inline; filename="mu1-report.pdf"'),
        (
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            'attachment; filename="mu1-report.docx"',
        ),
    ],
)
def test_document_is_made_for_the_first_reader_and_kept(client, reported, extension, content_type, disposition):
    first = client.get(address(reported, extension))
    row = KeptDocument.objects.get(event=reported)
    second = client.get(address(reported, extension))

    assert (first.status_code, first["Content-Type"]) == (200, content_type)
    assert first["Content-Disposition"] == disposition
    assert first["Cache-Control"] == "public, no-cache"
    assert not first.cookies
    assert (row.size, row.format, row.ticket, row.language) == (len(first.content), extension, "", "en")
    assert row.pages == (len(PdfReader(io.BytesIO(first.content)).pages) if extension == "pdf" else None)
    assert second.content == first.content
    assert KeptDocument.objects.get().made_at == row.made_at


def test_kept_document_costs_one_query_and_304_none(client, reported, as_served, django_assert_num_queries):
    etag = client.get(address(reported))["ETag"]
    client.get(address(reported))

    with django_assert_num_queries(1):
        assert client.get(address(reported)).status_code == 200
    with django_assert_num_queries(0):
        assert client.get(address(reported), headers={"If-None-Match": etag}).status_code == 304


def test_document_changes_when_what_is_in_it_does(client, reported, editor, as_served):
    before = client.get(address(reported))
    TakeawayFactory(event=reported, text="Came later.", approved=True).publish(by=editor)
    after = client.get(address(reported), headers={"If-None-Match": before["ETag"]})

    assert after.status_code == 200
    assert "Came later." in text_of(after)
    assert KeptDocument.objects.count() == 1


@pytest.mark.parametrize("extension", ["pdf", "docx"])
def test_nothing_that_was_withdrawn_is_in_a_kept_document(client, reported, editor, as_served, extension):
    etag = client.get(address(reported, extension))["ETag"]
    Outcome.objects.get(text="Keep talking.").withdraw(by=editor)

    after = client.get(address(reported, extension), headers={"If-None-Match": etag})

    assert after.status_code == 200
    assert "Keep talking." not in document_of(reported).text
    assert after["ETag"] != etag

    reported.refresh_from_db()
    reported.withdraw(by=editor)

    gone = client.get(address(reported, extension), headers={"If-None-Match": etag})
    assert gone.status_code == 410
    assert b"Keep listening" not in gone.content


def test_document_of_a_withdrawn_report_is_what_came_of_the_event(client, reported, editor, as_served):
    client.get(address(reported))
    Report.objects.get().withdraw(by=editor)

    text = text_of(client.get(address(reported)))

    assert "What was made up" not in text
    assert "Keep talking." in text
    for outcome in Outcome.objects.all():
        outcome.withdraw(by=editor)
    assert client.get(address(reported)).status_code == 410


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_document_of_what_is_not_public_answers_as_one_that_does_not_exist(client, state):
    event = EventFactory(**{state: True}, slug="unheard-of")
    TakeawayFactory(event=event, published=True)
    ReportSectionFactory(report=ReportFactory(event=event, published=True), body="Words")
    KeptDocumentFactory(event=event, content=b"x", fingerprint="x", made_at=timezone.now(), size=1)

    hidden, missing = client.get(address(event)), client.get("/events/missing/report.pdf")

    assert hidden.status_code == missing.status_code == 404
    assert hidden.content.replace(b"unheard-of", b"missing") == missing.content


def test_logo_is_in_the_document_with_its_words(client, reported):
    picture = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(picture, "PNG")
    organisation = reported.partners.get()
    organisation.logo_alt = "A blue sign"
    organisation.logo.save("logo.png", ContentFile(picture.getvalue()))

    assert [logo.alt for logo in document_of(reported).logos] == ["A blue sign"]
    assert len(PdfReader(io.BytesIO(client.get(address(reported)).content)).pages[0].images) == 1
    organisation.logo.delete()


# By the worker


@pytest.fixture
def long(monkeypatch):
    """Every document is a long one, and a worker is there to make it."""
    monkeypatch.setattr(making, "AT_ONCE", 0)
    return WorkerFactory()


def test_long_document_is_made_by_the_worker(client, reported, long, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        person = client.get(address(reported), headers={"Accept": "text/html"})
    program = client.get(address(reported), headers={"Accept": "application/pdf"})

    assert (person.status_code, person["Retry-After"], person["Cache-Control"]) == (202, "3", "no-store")
    assert "This document is being made" in person.content.decode()
    assert 'http-equiv="refresh"' in person.content.decode()
    assert (program.status_code, program["Retry-After"]) == (503, "3")
    call_command("worker", batch=True)
    assert client.get(address(reported)).status_code == 200


def test_document_is_never_made_twice_at_once(reported, long, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as first:
        making.ask_for(reported, "pdf")
    with django_capture_on_commit_callbacks(execute=True) as second:
        row = making.ask_for(reported, "pdf")

    assert (len(first), len(second)) == (1, 0)
    making.make.call(row.pk, "another ticket")
    assert KeptDocument.objects.get().content is None
    making.make.call(row.pk, row.ticket)
    made_at = KeptDocument.objects.get().made_at
    making.make.call(row.pk, row.ticket)
    assert KeptDocument.objects.get().made_at == made_at


def test_document_that_was_given_up_is_taken_up_again(reported, long, django_capture_on_commit_callbacks):
    row = KeptDocumentFactory(event=reported, ticket="lost", started_at=timezone.now() - dt.timedelta(minutes=4))

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        making.ask_for(reported, "pdf")

    row.refresh_from_db()
    assert len(callbacks) == 1
    assert row.ticket != "lost"


def test_document_that_was_withdrawn_meanwhile_is_not_made(reported, editor, long):
    row = KeptDocumentFactory(event=reported, ticket="mine", started_at=timezone.now())
    reported.withdraw(by=editor)

    making.make.call(row.pk, "mine")

    row.refresh_from_db()
    assert (row.content, row.ticket) == (None, "")


def test_writer_that_fails_leaves_nothing_locked(client, reported, monkeypatch):
    def fail(document, on):
        raise RuntimeError("no ink")

    monkeypatch.setitem(making.WRITERS, "pdf", fail)
    with pytest.raises(RuntimeError, match="no ink"):
        client.get(address(reported))

    assert KeptDocument.objects.get().ticket == ""


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_get_one_document(client, reported, monkeypatch):
    written = []
    write = making.WRITERS["pdf"]
    monkeypatch.setitem(making.WRITERS, "pdf", lambda *given: written.append(1) or write(*given))

    def ask():
        try:
            making.ask_for(Event.objects.get(pk=reported.pk), "pdf")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(written) == 1
    assert KeptDocument.objects.get().content is not None


def test_kept_documents_that_may_not_be_served_are_deleted(client, reported, editor):
    client.get(address(reported))
    client.get(address(reported, "docx"))
    making.forget_documents.call()
    assert KeptDocument.objects.count() == 2

    Outcome.objects.get(text="Keep talking.").withdraw(by=editor)
    making.forget_documents.call()

    assert not KeptDocument.objects.exists()


# For staff


def test_editor_chooses_what_goes_in(client, own_editor, reported, institution):
    client.force_login(own_editor)
    page = reverse("admin:events_event_workspace_document", args=[reported.pk])
    assert client.get(page).status_code == 200

    answer = client.post(page, {"parts": ["sections", "takeaways"], "language": "fr"})

    plan = DocumentPlan.objects.get(event=reported)
    assert answer.status_code == 302
    assert set(DocumentPlan.Part.values) - set(plan.left_out) == {"sections", "takeaways"}
    document = document_of(reported)
    assert document.language == "fr"
    assert "Do it." not in document.text


def test_preview_shows_drafts_marked_as_such_and_publishes_nothing(client, own_editor, institution, event):
    report = ReportFactory(event=event, title="A draft report")
    ReportSectionFactory(report=report, title="Draft section", body="Draft words.")
    TakeawayFactory(event=event, text="Approved words.", approved=True)
    TakeawayFactory(event=event, text="Handed in.", submitted=True)
    client.force_login(own_editor)
    preview = reverse("admin:events_event_workspace_document_preview", args=[event.pk])

    answer = client.get(preview)
    text = text_of(answer)

    assert answer["Cache-Control"] == "private, no-store"
    assert "Draft words." in text
    assert "Approved words." in text
    assert "Handed in." not in text
    assert text.count("Draft, not for circulation") == len(PdfReader(io.BytesIO(answer.content)).pages)
    assert client.get(preview + "?format=docx").status_code == 200
    assert client.get(preview + "?format=odt").status_code == 404
    assert not KeptDocument.objects.exists()
    report.refresh_from_db()
    assert report.status == "draft"
    assert document_of(event) is None


def test_page_of_the_document_says_how_it_stands(client, own_editor, institution, reported):
    client.force_login(own_editor)
    page = reverse("admin:events_event_workspace_document", args=[reported.pk])
    DocumentPlanFactory(event=reported)
    TakeawayFactory(event=reported, text="Smile 😀", published=True)

    before = client.get(page).content.decode()
    client.post(page, {"make": "yes"})
    after = client.get(page).content.decode()

    assert before.count("To be made when somebody asks for it") == 2
    assert "U+1F600" in before
    assert after.count("Made on") == 2
    assert f"{KeptDocument.objects.get(format='pdf').pages} pages" in after
    KeptDocument.objects.filter(format="pdf").update(ticket="x", started_at=timezone.now(), done=1)
    assert "Being made: step 1 of 3" in client.get(page).content.decode()


# Links


def test_pages_of_event_and_report_link_to_both_files(client, reported):
    pages = [reported.get_absolute_url(), reported.report.sections.first().get_absolute_url()]
    for page in pages:
        body = client.get(page).content.decode()
        assert f'<a href="{address(reported)}">Report as PDF</a></span>' in body
        assert f'<a href="{address(reported, "docx")}">Report as Word</a></span>' in body
    assert (
        f'<link rel="alternate" type="application/pdf" title="Report: {reported.title}" href="{address(reported)}">'
        in (client.get(pages[0]).content.decode())
    )


def told_of_files(client, event) -> list[bytes]:
    """Return what the pages of an event and of the first section of its report say."""
    pages = [event.get_absolute_url(), event.report.sections.first().get_absolute_url()]
    return [client.get(page).content for page in pages]


def test_document_that_names_somebody_goes_with_them(client, reported):
    author = ParticipationFactory(event=reported, public=True, person__name="Ana Invented")
    Report.objects.filter(event=reported).update(author=author)
    Event.objects.filter(pk=reported.pk).update(attribution="on_record")
    assert "Ana Invented" in text_of(client.get(address(reported)))

    erasing.erase(Subject.of(author.person), by=None)

    assert not KeptDocument.objects.exists()
    assert "Ana Invented" not in text_of(client.get(address(reported)))


def test_links_tell_size_language_and_pages_of_a_file_that_is_true(client, reported, editor, as_served, time_machine):
    before = told_of_files(client, reported)
    time_machine.move_to(caching.window_began() + dt.timedelta(seconds=1), tick=False)
    client.get(address(reported))
    row = KeptDocument.objects.get()
    facts = f"{filesizeformat(row.size)}, English, {row.pages} pages"

    bump_generation()  # somebody saved something that nobody sees: pages are made anew
    assert told_of_files(client, reported) == before
    time_machine.shift(caching.FRESH)
    for page in told_of_files(client, reported):
        assert f"Report as PDF</a>, {facts}</span>" in page.decode()
        assert "Report as Word</a></span>" in page.decode()
    assert f"Report as PDF</a> ({facts})</li>" in told_of_files(client, reported)[0].decode()
    erasing.erase(Subject.of(UserFactory()), by=None)
    assert facts in told_of_files(client, reported)[0].decode()

    Outcome.objects.get(text="Keep talking.").withdraw(by=editor)

    assert KeptDocument.objects.get().size == row.size
    assert all(b"English" not in page for page in told_of_files(client, reported))


def test_event_without_a_document_links_to_none(client, event):
    assert "report.pdf" not in client.get(event.get_absolute_url()).content.decode()
