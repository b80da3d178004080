"""Takeaways and actions out of tables and documents."""

import datetime as dt
from pathlib import Path

import pytest

from outcomes.exports import OutcomeExport
from outcomes.models import Outcome
from participants.exporting import text
from participants.models import Change
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    EventFactory,
    OrganisationFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)
from tests.importing import decide, preview, states, undo

DOCUMENTS = Path(__file__).parent.parent / "documents"
TABLE = """Kind,Wording,Session,Themes,Nature,Addressed to,Owners,Due on,Progress
Key message,Trust is built slowly.,Plenary,Cyber; norms,,,,,
Action,Publish a glossary.,,Cyber,Recommendation,States; NGOs,Institute of Made-up Affairs; somebody,2027-03-04,
Recommendation,Meet again.,,,,,,second quarter 2027,In progress
"""


@pytest.fixture
def secretary(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture(autouse=True)
def themes(db):
    return [ThemeFactory(name="Cyber", slug="cyber"), ThemeFactory(name="Norms of behaviour", slug="norms")]


def test_table_becomes_drafts_and_again_changes_nothing(secretary, event, editor):
    plenary = SessionFactory(event=event, title="Plenary")
    institute = OrganisationFactory(name="Institute of Made-up Affairs")

    source = preview(secretary, "outcomes", TABLE, target=event)
    assert states(source) == [(2, "new"), (3, "new"), (4, "new")]
    decide(secretary, source)

    trust, glossary, meet = Outcome.objects.order_by("position")
    assert {one.status for one in (trust, glossary, meet)} == {"draft"}
    assert {one.author for one in (trust, glossary, meet)} == {editor}
    assert (trust.kind, trust.session, trust.recorded_under) == ("takeaway", plenary, "non_attributed")
    assert {theme.slug for theme in trust.themes.all()} == {"cyber", "norms"}
    assert (glossary.nature, glossary.due_on, glossary.progress) == ("recommendation", dt.date(2027, 3, 4), "proposed")
    assert {one.actor_type for one in glossary.addressees.all()} == {"state", "civil_society"}
    assert ([one.organisation for one in glossary.owners.all()], glossary.owner_suggested) == ([institute], "somebody")
    assert (meet.kind, meet.nature, meet.due_text, meet.progress) == (
        "action",
        "recommendation",
        "second quarter 2027",
        "in_progress",
    )
    lines = Change.objects.filter(record="outcomes.outcome", how="import", by=editor)
    assert lines.count() == 3
    assert {state for _, state in states(preview(secretary, "outcomes", TABLE, target=event))} == {"unchanged"}
    undo(secretary, source)
    assert source.state == "undone", source.notice
    assert not Outcome.objects.exists()


def test_words_that_are_public_change_only_where_somebody_says_so(secretary, event):
    shown = TakeawayFactory(event=event, text="Trust is built slowly.", published=True)
    draft = TakeawayFactory(event=event, text="A draft.")
    table = f"Code,Wording,Themes\n{shown.code},Trust grows slowly.,Cyber\n{draft.code},A better draft.,\n"

    source = preview(secretary, "outcomes", table, target=event)

    assert states(source) == [(2, "doubt"), (3, "changed")]
    row = source.rows.first()
    assert "is public with other words" in row.why
    assert row.differences[0] == ["Wording", "Trust is built slowly.", "Trust grows slowly."]
    decide(secretary, source, "keep", **{f"row-{row.pk}": "new"})  # it is not offered
    row.refresh_from_db()
    assert row.decision == ""
    decide(secretary, source, "all", what="suggested")
    decide(secretary, source)

    shown.refresh_from_db()
    assert (shown.text, shown.status, shown.version) == ("Trust grows slowly.", "published", 2)
    assert shown.reworded_at is not None
    assert [theme.slug for theme in shown.themes.all()] == ["cyber"]
    undo(secretary, source)
    shown.refresh_from_db()
    assert (source.state, shown.text, shown.version) == ("undone", "Trust is built slowly.", 3)
    assert not shown.themes.exists()
    draft.refresh_from_db()
    assert draft.text == "A draft."


def test_progress_of_a_public_action_changes_and_nothing_is_taken_away(secretary, event, themes):
    action = ActionFactory(event=event, text="Publish a glossary.", themes=themes, published=True)
    table = f"Reference,Wording,Progress,Themes,Heading\n{action.reference},Publish a glossary.,done,Cyber,\n"

    source = preview(secretary, "outcomes", table, target=event)
    decide(secretary, source)

    assert source.rows.get().differences == [["Progress", "Proposed", "Done"]]
    action.refresh_from_db()
    assert (action.progress, action.themes.count()) == ("done", 2)


@pytest.mark.parametrize(
    "row, words",
    [
        ("Takeaway,,,,", "Wording is missing"),
        ("Takeaway,Text,Unknown,,", "No theme is called “Unknown”"),
        ("Poem,Text,,,", "Kind “Poem” is not known"),
        (",Text,,,", "Say whether it is a takeaway or an action"),
        ("Takeaway,Text,,2027-01-01,", "Only actions have: due on"),
        ("Takeaway,Text,,,Somewhere", "No session of this event is called “Somewhere”"),
        ("Takeaway," + "x" * 2001 + ",,,", "Wording: Ensure this value has at most 2000 characters"),
        ("Takeaway,Withdrawn words.,,,", "It is withdrawn"),
    ],
)
def test_what_cannot_be_an_outcome_is_an_error(secretary, event, row, words):
    TakeawayFactory(event=event, text="Withdrawn words.", withdrawn=True)

    source = preview(secretary, "outcomes", f"Kind,Wording,Themes,Due on,Session\n{row}\n", target=event)

    assert words in source.rows.get(state="error").why


def test_outcome_that_was_merged_is_no_longer_changed(secretary, event):
    merged = TakeawayFactory(event=event, text="Trust first.")
    into = TakeawayFactory(event=event, text="Trust first of all.")
    Outcome.objects.filter(pk=merged.pk).update(status="merged", merged_into=into, text_submitted="Trust first.")

    source = preview(secretary, "outcomes", "Kind,Wording,Heading\nTakeaway,Trust first.,New\n", target=event)

    assert "merged into another and no longer changed" in source.rows.get(state="error").why


def test_what_is_exported_comes_back_unchanged(secretary, editor, event, themes):
    plenary = SessionFactory(event=event, title="Plenary", number="2")
    action = ActionFactory(
        event=event,
        session=plenary,
        text="=Publish, with care;\n“soon”.",
        themes=themes,
        published=True,
        nature="pledge",
        progress="in_progress",
        due_on=dt.date(2027, 3, 4),
        due_text="in spring",
    )
    ActionOwnerFactory(action=action, is_lead=True, response="accepted")
    action.address_to(["state", "media"])
    TakeawayFactory(event=event, text="-Trust first.", heading="+1")
    rows = OutcomeExport.read(Outcome.objects.filter(event=event).order_by("pk"), editor)
    data = b"".join(text.write(OutcomeExport.columns, rows))

    source = preview(secretary, "outcomes", data, target=event)

    assert [state for _, state in states(source)] == ["unchanged", "unchanged"], source.rows.first().why
    elsewhere = preview(secretary, "outcomes", data, target=EventFactory())
    assert {state for _, state in states(elsewhere)} == {"error"}
    assert "It is of another event" in elsewhere.rows.first().why


def test_document_becomes_drafts_and_what_could_not_be_placed_is_in_doubt(secretary, event):
    room = SessionFactory(event=event, title="Second room")
    data = (DOCUMENTS / "dialogue-page.txt").read_bytes()

    source = preview(secretary, "outcomes", data, target=event, name="page.txt", session=room.code)

    found = dict(source.rows.values_list("state").distinct().values_list("state", "why"))
    assert set(found) == {"new", "doubt"}
    assert "Not placed" in source.rows.filter(state="doubt").first().why
    assert {row.decision for row in source.rows.filter(state="doubt")} == {"skip"}  # unless somebody says otherwise
    one = source.rows.filter(state="new").first()
    decide(secretary, source, "keep", **{f"row-{one.pk}": "skip"})
    other = source.rows.filter(state="doubt").last()
    decide(secretary, source, "keep", **{f"row-{other.pk}": "new"})
    decide(secretary, source)
    written = Outcome.objects.all()
    assert written.count() == source.rows.filter(state="new").count()  # one left out, one taken
    assert written.filter(text=other.values["text"]).exists()
    assert {(outcome.session, outcome.status) for outcome in written} == {(room, "draft")}


def test_document_that_cannot_be_read_says_so(secretary, event):
    from tests.importing import upload

    answer, source = upload(secretary, "outcomes", b"PK\x03\x04 no document", target=event, name="report.docx")

    assert answer.status_code == 422
    assert "damaged" in answer.content.decode()
    assert source is None
