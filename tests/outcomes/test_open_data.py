"""Public lists as files: whole, typed, sent while they are read, and ready to be imported again."""

import csv
import datetime as dt
import io
import json

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.views import export
from outcomes.dump import making
from outcomes.models import Outcome
from participants.importing.cells import restore
from tests.downloads import body
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    AddresseeFactory,
    EventFactory,
    EventPartnerFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)
from tests.importing import decide, preview, states

BOM = "\ufeff"


def table(client, address):
    """Return the header of a CSV file, and its rows as dicts, with texts as they were before they were made safe."""
    rows = list(csv.reader(io.StringIO(body(client.get(address)).decode().removeprefix(BOM), newline="")))
    return rows[0], [dict(zip(rows[0], map(restore, row), strict=True)) for row in rows[1:]]


@pytest.fixture
def dialogue(db):
    """A dialogue with a takeaway and an action that have everything."""
    event = EventFactory(title="Dialogue, with a comma", reference="MU1", time_zone="Pacific/Auckland")
    session = SessionFactory(event=event, title="Plenary", kind="panel", number="2")
    themes = [
        ThemeFactory(name="Norms", position=1, slug="norms"),
        ThemeFactory(name="Cyber; and | more", position=0, slug="cyber"),
    ]
    TakeawayFactory(
        event=event,
        session=session,
        text="=Trust is built\nslowly, “they” said",
        heading="@Heading",
        themes=themes,
        published=True,
        number=1,
    )
    action = ActionFactory(
        event=event,
        text="Publish a glossary.",
        themes=themes[:1],
        nature="recommendation",
        progress="in_progress",
        due_on=dt.date(2027, 3, 4),
        due_text="second quarter",
        published=True,
        number=1,
    )
    AddresseeFactory(action=action, actor_type="state")
    AddresseeFactory(action=action, actor_type="un_entity")
    owner = OrganisationFactory(name="Institute of Made-up Affairs")
    ActionOwnerFactory(action=action, organisation=owner, is_lead=True, response="accepted_in_part")
    for name, listed in (("Ana Invented", True), ("Somebody Unnamed", False), ("Also Unnamed", False)):
        person = PersonFactory(name=name)
        ParticipationFactory(event=event, person=person, position="Head", public=listed)
        ActionOwnerFactory(action=action, organisation=None, person=person, response="noted" if listed else "")
    ActionUpdateFactory(action=action, text="Begun.\nSlowly.", evidence_url="https://example.org/evidence")
    return event


def test_csv_holds_every_column_of_every_outcome(client, dialogue, settings):
    response = client.get("/outcomes/export.csv")
    data = body(response)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="outcomes-')
    assert data.startswith(BOM.encode())
    assert data.endswith(b"\r\n")
    _, rows = table(client, "/outcomes/export.csv")
    action, takeaway = sorted(rows, key=lambda row: row["Kind"])
    assert takeaway == {
        "Reference": "MU1-T1",
        "Code": Outcome.objects.get(kind="takeaway").code,
        "Kind": "Takeaway",
        "Wording": "=Trust is built\nslowly, “they” said",
        "Heading": "@Heading",
        "Themes": "cyber; Norms",
        "Event": "Dialogue, with a comma",
        "Event reference": "MU1",
        "Session": "Panel 2: Plenary",
        "Published on": "2026-03-06",
        "Reworded on": "",
        **dict.fromkeys(
            ("Nature", "Addressed to", "Progress", "Due on", "Due, in words", "Owners", "People who own it", "Updates"),
            "",
        ),
        "Link": f"{settings.SITE_URL}/outcomes/{takeaway['Code']}/",
    }
    assert action | {"Code": "", "Link": ""} == {
        "Reference": "MU1-A1",
        "Code": "",
        "Kind": "Action",
        "Wording": "Publish a glossary.",
        "Heading": "",
        "Themes": "Norms",
        "Event": "Dialogue, with a comma",
        "Event reference": "MU1",
        "Session": "",
        "Published on": "2026-03-06",
        "Reworded on": "",
        "Nature": "Recommendation",
        "Addressed to": "State; UN entity",
        "Progress": "In progress",
        "Due on": "2027-03-04",
        "Due, in words": "second quarter",
        "Owners": "Institute of Made-up Affairs (lead, accepted in part)",
        "People who own it": "Ana Invented, Head (noted); A participant",
        "Updates": "2026-06-01 In progress: Begun. Slowly. https://example.org/evidence",
        "Link": "",
    }
    assert b"'=Trust" in data
    Outcome.objects.filter(kind="action").update(recorded_under="chatham_house")
    _, again = table(client, "/outcomes/export.csv")
    assert action | {"People who own it": "A participant (noted); A participant"} in again


def test_workbook_has_typed_cells_and_says_what_it_is(client, dialogue, settings):
    settings.DATA_LICENCE, settings.DATA_LICENCE_URL = "A made-up licence", "https://example.org/licence"

    book = openpyxl.load_workbook(io.BytesIO(body(client.get("/outcomes/export.xlsx?kind=action"))))

    sheet, readme = book["List"], book["README"]
    labels = [cell.value for cell in sheet[1]]
    action = dict(zip(labels, sheet[2], strict=True))
    assert sheet.max_row == 2
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["D"].width == 80
    assert action["Due on"].value.date() == dt.date(2027, 3, 4)
    assert action["Due on"].number_format == "yyyy\\-mm\\-dd"
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "d", "n", "inlineStr"}
    assert action["Link"].hyperlink is None
    said = {row[0].value: row[2].value for row in readme}
    assert said["Licence"] == "A made-up licence: https://example.org/licence"
    assert said["Filters"] == "kind=action"
    assert said["From"] == f"{settings.SITE_URL}/outcomes/export.xlsx?kind=action"
    assert said["Rows"] == "1"
    assert said["Code"].startswith("Names it alone")
    assert (book.properties.creator, book.properties.title) == ("openpyxl", None)  # the reader's own


@pytest.mark.parametrize(
    "query",
    ["", "kind=action", "theme=norms", "event={event}", "q=glossary", "q=glossary&sort=newest", "year=2026", "utm=x"],
)
def test_file_has_the_rows_of_its_page_under_the_same_parameters(client, dialogue, query):
    TakeawayFactory(text="Elsewhere.", published=True, event__starts_on=dt.date(2025, 1, 1))
    query = query.format(event=dialogue.slug)

    _, rows = table(client, f"/outcomes/export.csv?{query}")

    page = client.get(f"/outcomes/?{query}").context["page_obj"]
    assert [row["Code"] for row in rows] == [card["code"] for card in page]


@pytest.mark.parametrize("sort", ["", "due", "updated"])
def test_actions_stand_in_the_order_of_their_page(client, db, sort):
    soon, late = dt.date(2027, 1, 1), dt.date(2028, 1, 1)
    for due_on, word in ((late, dt.date(2026, 9, 1)), (soon, dt.date(2026, 8, 1)), (None, None)):
        action = ActionFactory(published=True, due_on=due_on)
        if word:
            ActionUpdateFactory(action=action, on=word)
    query = f"?sort={sort}" if sort else ""

    _, rows = table(client, f"/actions/export.csv{query}")

    page = client.get(f"/actions/{query}").context["page_obj"]
    assert [row["Reference"] for row in rows] == [row.reference for row in page]
    assert len(rows) == (2 if sort == "updated" else 3)


def test_value_that_means_nothing_is_refused_rather_than_left_out(client, dialogue):
    for query in ("theme=none", "kind=action&kind=poem", f"event={'x' * 300}", "year=%00", "progress=done%EF%BF%BFx"):
        response = client.get(f"/outcomes/export.csv?{query}")
        assert response.status_code == 400, query
        assert body(response).decode() == f"Not understood: {query.split('=')[0]}.\n"
    assert client.get("/actions/export.csv?kind=takeaway").status_code == 400


def test_events_and_themes_are_files_too(client, dialogue, settings):
    EventPartnerFactory(event=dialogue, organisation__name="Convening Institute", role="convener")

    _, events = table(client, "/events/export.csv?year=2026")
    _, themes = table(client, "/themes/export.csv")

    assert [(row["Title"], row["Partners"], row["Link"]) for row in events] == [
        (
            "Dialogue, with a comma",
            "Convening Institute (Convener)",
            f"{settings.SITE_URL}{dialogue.get_absolute_url()}",
        )
    ]
    assert {"Status", "Outcomes due"}.isdisjoint(events[0])
    assert [row["Name"] for row in themes] == ["Cyber; and | more", "Norms"]


@pytest.mark.parametrize(
    "address, api",
    [
        ("/outcomes/export.{}?kind=action", "/api/v1/outcomes/?kind=action"),
        ("/actions/export.{}?sort=due", "/api/v1/actions/?sort=due"),
        ("/themes/export.{}", "/api/v1/themes/"),
        ("/events/export.{}", "/api/v1/events/"),
    ],
)
def test_json_has_the_objects_of_the_api_and_says_at_its_end_that_it_is_whole(client, dialogue, address, api):
    expected = client.get(api).json()["results"]

    whole = json.loads(body(client.get(address.format("json"))))
    *rows, last = map(json.loads, body(client.get(address.format("jsonl"))).splitlines())

    assert whole["results"] == rows == expected
    assert (whole["rows"], whole["complete"]) == (len(expected), True)
    assert whole["licence"].startswith("Creative Commons Attribution 4.0")
    assert last == {"complete": True, "rows": len(expected)}
    assert [*whole][-1] == "complete"


def test_export_comes_back_unchanged(client, dialogue, editor):
    client.force_login(editor)
    data = body(client.get(f"/outcomes/export.csv?event={dialogue.slug}"))

    source = preview(client, "outcomes", data, target=dialogue)

    assert [state for _, state in states(source)] == ["unchanged", "unchanged"]
    assert source.missing == []


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_export_makes_equal_drafts_in_an_empty_event(client, dialogue, editor, extension):
    client.force_login(editor)
    empty = EventFactory(title=dialogue.title, reference="MU1", slug="another-portal")
    SessionFactory(event=empty, title="Plenary", kind="panel", number="2")
    data = body(client.get(f"/outcomes/export.{extension}?event={dialogue.slug}"))

    source = preview(client, "outcomes", data, target=empty, name=f"list.{extension}")
    decide(client, source, "all", what="new")
    decide(client, source)

    def told(event):
        rows = Outcome.objects.filter(event=event).order_by("kind")
        return [
            (
                *(one.kind, one.text, one.heading, one.nature, one.progress, one.due_on, one.due_text),
                one.session and one.session.title,
                {theme.slug for theme in one.themes.all()},
                {addressee.actor_type for addressee in one.addressees.all()},
                {owner.organisation for owner in one.owners.all() if owner.organisation},
                one.owner_suggested,
            )
            for one in rows
        ]

    assert source.state == "applied", source.notice
    assert told(empty) == told(dialogue)
    assert set(Outcome.objects.filter(event=empty).values_list("status", flat=True)) == {"draft"}


@pytest.mark.parametrize("address", ["/outcomes/export.csv", "/outcomes/export.csv?q=agreed", "/actions/export.csv"])
def test_rows_are_read_part_by_part(client, db, monkeypatch, address):
    monkeypatch.setattr("events.open_data.PART", 3)
    event = EventFactory()
    for _ in range(8):
        ActionFactory(event=event, published=True, text="It was agreed.")

    with CaptureQueriesContext(connection) as queries:
        _, rows = table(client, address)

    assert len({row["Code"] for row in rows}) == 8
    of_parts = [query for query in queries if "outcomes_outcometheme" in query["sql"]]
    assert len(of_parts) == 3
    assert not any(" OFFSET " in query["sql"] for query in queries if "q=" not in address)


def test_what_is_withdrawn_while_a_file_is_sent_is_not_in_the_rest_of_it(client, editor, monkeypatch):
    monkeypatch.setattr("events.open_data.PART", 2)
    monkeypatch.setattr("participants.exporting.text.CHUNK", 2)
    monkeypatch.setattr(export, "SHORT", 0)
    event = EventFactory()
    outcomes = [TakeawayFactory(event=event, published=True, text=f"Words {number}.") for number in range(6)]
    pieces = iter(client.get("/outcomes/export.csv").streaming_content)
    sent = next(pieces) + next(pieces)

    outcomes[0].withdraw(by=editor)  # the newest come first
    rest = b"".join(pieces)

    assert b"Words 5." in sent
    assert b"Words 1." in rest
    assert b"Words 0." not in rest


def test_answer_is_asked_for_again_and_changes_with_what_is_public(client, dialogue, editor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    making.make()
    first = client.get("/outcomes/export.csv")
    body(first)
    again = client.get("/outcomes/export.csv", headers={"If-None-Match": first["ETag"]})
    other = client.get("/outcomes/export.csv?kind=action")
    body(other)

    assert (again.status_code, body(again)) == (304, b"")
    assert other["ETag"] != first["ETag"]
    assert first["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in first
    Outcome.objects.get(kind="action").withdraw(by=editor)
    after = client.get("/outcomes/export.csv", headers={"If-None-Match": first["ETag"]})
    assert after.status_code == 200
    assert b"glossary" not in body(after)


def test_head_says_what_get_would_and_reads_no_row(client, dialogue):
    with CaptureQueriesContext(connection) as queries:
        head = client.head("/outcomes/export.xlsx")

    get = client.get("/outcomes/export.xlsx")
    body(get)
    assert (head.status_code, body(head)) == (200, b"")
    assert {name: head[name] for name in head.headers} == {name: get[name] for name in get.headers}
    assert not any("outcomes_outcome" in query["sql"] for query in queries)


def test_as_many_long_files_are_sent_at_once_as_there_are_places(client, dialogue, monkeypatch):
    monkeypatch.setattr(export, "SHORT", 100)
    sent = [client.get(reverse("outcomes:outcome-file", args=["csv"])) for _ in range(export.AT_ONCE)]

    busy = client.get("/outcomes/export.csv")
    assert (busy.status_code, busy["Retry-After"]) == (503, str(export.AGAIN))
    monkeypatch.undo()
    assert body(client.get("/outcomes/export.csv")).startswith(BOM.encode()), "a short one needs no place"
    monkeypatch.setattr(export, "SHORT", 100)
    body(sent.pop())
    assert body(client.get("/outcomes/export.csv")).startswith(BOM.encode())
    body(sent.pop())


def test_reader_who_is_too_slow_loses_the_place_and_gets_no_end(client, dialogue, monkeypatch):
    monkeypatch.setattr(export, "LONGEST", -1)
    monkeypatch.setattr(export, "SHORT", 100)

    with pytest.raises(export.TooSlow):
        body(client.get("/outcomes/export.csv"))

    monkeypatch.setattr(export, "LONGEST", 60)
    for _ in range(export.AT_ONCE + 1):
        assert client.get("/outcomes/export.csv").getvalue()
