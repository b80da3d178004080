"""Files of lists: what they hold, to whom, and that they come back as they were."""

import csv
import datetime as dt
import io
import re
from types import SimpleNamespace

import openpyxl
import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from participants.exporting import Column, Kind, text, workbook
from participants.exporting.pages import Exports
from participants.importing import tables
from participants.importing.cells import restore
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    ResourceFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)
from tests.importing import preview, states
from tests.staff import sign_in

COLUMNS = [
    Column("Words", "words"),
    Column("Number", "number", Kind.NUMBER),
    Column("Day", "day", Kind.DATE),
    Column("Moment", "moment", Kind.MOMENT),
    Column("Public", "public", Kind.YES_NO),
]
WORDS = [
    "=1+1",
    "+41 22 000",
    "-2",
    "@name",
    "'=quoted",
    "'quoted",
    "＝full width",
    "two\nlines",
    'a "quote", a comma; a semicolon',
    "<b>&amp;</b>",
    "سلام 世界 é",
    " ",
    "2026",
    "007",
    '=HYPERLINK("https://example.org")',
]


def row(words):
    moment = dt.datetime(2026, 3, 3, 9, 30, tzinfo=dt.UTC)
    return SimpleNamespace(words=words, number=7, day=dt.date(2026, 3, 3), moment=moment, public=True)


@pytest.mark.parametrize("writer", [text, workbook])
def test_file_comes_back_as_it_was(writer):
    data = b"".join(writer.write(COLUMNS, map(row, WORDS)))

    table = tables.read(data)

    assert table.rows[0].cells == ["Words", "Number", "Day", "Moment", "Public"]
    assert [restore(one.cells[0]) for one in table.rows[1:]] == [words.strip() for words in WORDS]
    for one in table.rows[1:]:
        number, day, moment, public = one.cells[1:]
        assert (number, day, moment[:16], public) == ("7", "2026-03-03", "2026-03-03 09:30", "yes")


def test_csv_has_a_mark_and_nothing_that_is_a_formula():
    data = b"".join(text.write(COLUMNS, map(row, WORDS)))

    assert data.startswith(b"\xef\xbb\xbfWords,")
    for line in csv.reader(io.StringIO(data.decode("utf-8-sig"))):
        assert not line[0].startswith(tuple("=+-@\t\r＝"))


def test_workbook_has_types_a_frozen_header_and_a_sheet_that_explains():
    data = b"".join(workbook.write(COLUMNS, [row("=1+1"), row("long " * 10_000)]))

    book = openpyxl.load_workbook(io.BytesIO(data))

    sheet, notes = book.worksheets
    assert (sheet.freeze_panes, notes.freeze_panes) == ("A2", "A2")
    words, number, day, moment, public = sheet[2]
    assert (words.data_type, words.value) == ("s", "'=1+1")
    assert number.value == 7
    assert (day.is_date, f"{day.value:%Y-%m-%d}") == (True, "2026-03-03")
    assert (moment.is_date, f"{moment.value:%Y-%m-%d %H:%M}") == (True, "2026-03-03 09:30")
    assert (day.number_format, public.value) == (r"yyyy\-mm\-dd", "yes")
    assert len(sheet["A3"].value) == 32_767
    assert [line[0].value for line in notes][1:] == [column.label for column in COLUMNS]


@pytest.fixture
def desk(client, editor):
    return sign_in(client, editor)


EXPORTED = sorted(
    (model._meta.label_lower for model, one in admin.site._registry.items() if isinstance(one, Exports)),
)


def address(label, page="export/"):
    return f"/admin/{label.replace('.', '/')}/{page}"


def body(response):
    return b"".join(response.streaming_content)


@pytest.fixture
def portal(editor):
    """Of everything that has a list something, more than once."""

    def fill(rows):
        event = EventFactory(title="Dialogue", time_zone="America/Santiago")
        for _ in range(rows):
            organisation = OrganisationFactory(country="CL")
            EventPartnerFactory(event=event, organisation=organisation)
            session = SessionFactory(event=event, starts_at=dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC))
            BreakoutGroupFactory(event=event, parent=session)
            participation = ParticipationFactory(event=event, organisation=organisation)
            RoleFactory(participation=participation, session=session)
            QuoteFactory(event=event, speaker=participation, session=session)
            ResourceFactory(event=event, session=session)
            action = ActionFactory(event=event, session=session, themes=[ThemeFactory(parent=ThemeFactory())])
            ActionOwnerFactory(action=action, organisation=organisation)
            ActionUpdateFactory(action=action)
            TakeawayFactory(event=event)
            report = ReportFactory(event=EventFactory(series=EventSeriesFactory()), author=None)
            ReportSectionFactory(report=report)
            ReportSectionFactory(report=report)

    return fill


def test_every_list_of_the_portal_can_be_exported():
    lists = {"person", "organisation", "eventseries", "event", "session", "participation", "role", "quote", "resource"}
    lists |= {"outcome", "takeaway", "action", "theme", "report"}

    assert lists <= {label.split(".")[1] for label in EXPORTED}


def test_export_costs_the_same_at_any_length(client, administrator, portal):
    office, numbers = sign_in(client, administrator), []
    for rows in (1, 1, 3):  # the first warms up what a process reads once
        portal(rows)
        for label in EXPORTED:
            with CaptureQueriesContext(connection) as queries:
                table = tables.read(body(office.post(address(label), {"format": "csv"})))
            numbers.append((label, len(queries)))
            assert len(table.rows) > 1

    assert numbers[len(EXPORTED) : 2 * len(EXPORTED)] == numbers[2 * len(EXPORTED) :]
    assert max(number for _, number in numbers) < 20


def test_file_holds_the_list_as_it_is_filtered_searched_and_ordered(desk):
    for name in ("Muster Anna", "Muster Berta", "Beispiel Cara"):
        PersonFactory(name=name, email="someone@example.org")
    chosen = f"{address('participants.person')}?q=Muster&o=-1"

    page = desk.get(chosen)
    response = desk.post(chosen, {"format": "csv"})

    assert page.context["number"] == 2
    assert [one.cells[0] for one in tables.read(body(response)).rows[1:]] == ["Muster Berta", "Muster Anna"]
    assert "no-store" in response["Cache-Control"]
    assert re.fullmatch(r'attachment; filename="people-[0-9-]{10}.csv"', response["Content-Disposition"])
    entry = LogEntry.objects.get()
    assert entry.change_message == "Exported 2 people as CSV: a search."
    assert "Muster" not in entry.change_message


def test_reading_about_an_export_writes_nothing(desk):
    assert desk.get(address("participants.person")).status_code == 200
    assert not LogEntry.objects.exists()
    assert desk.post(address("participants.person"), {"format": "exe"}).status_code == 404
    assert desk.get(f"{address('participants.person')}?nothing=1").status_code == 302


def test_selected_rows_are_exported_by_the_list(desk):
    chosen, _ = PersonFactory(name="Anna Muster"), PersonFactory(name="Berta Beispiel")

    response = desk.post(address("participants.person", ""), {"action": "export_xlsx", "_selected_action": [chosen.pk]})

    assert [one.cells[0] for one in tables.read(body(response)).rows] == ["Name", "Anna Muster"]
    assert LogEntry.objects.get().change_message == "Exported 1 people as Excel: those selected."


def test_addresses_go_only_to_whom_may_see_them(client, editor, event):
    ParticipationFactory(event=event, person=PersonFactory(name="Anna Muster", email="secret@example.org"))
    desk = sign_in(client, editor)
    lists = [address("participants.person"), address("events.participation")]
    assert all(b"secret@example.org" in body(desk.post(one, {"format": "csv"})) for one in lists)

    change = Permission.objects.get(codename="change_person")
    Group.objects.get(name="Editors").permissions.remove(change)

    for one in lists:
        data = body(desk.post(one, {"format": "csv"}))
        assert b"Anna Muster" in data
        assert b"secret@example.org" not in data
        assert b"E-mail" not in data


def test_times_are_those_of_the_place(desk, portal):
    portal(1)

    rows = tables.read(body(desk.post(address("events.session"), {"format": "xlsx"}))).rows

    found = [dict(zip(rows[0].cells, one.cells, strict=False)) for one in rows[1:]]
    assert ("2026-03-03 09:00:00", "America/Santiago") in {(one.get("Starts"), one.get("Time zone")) for one in found}


def test_themes_owners_and_updates_stand_with_the_action(desk, event):
    action = ActionFactory(event=event, themes=[ThemeFactory(name="Water; air"), ThemeFactory(name="Soil")])
    ActionOwnerFactory(action=action, organisation=OrganisationFactory(name="Institute A"), is_lead=True)
    ActionUpdateFactory(action=action, text="Half of it is done.")

    rows = tables.read(body(desk.post(address("outcomes.action"), {"format": "csv"}))).rows

    found = dict(zip(rows[0].cells, rows[1].cells, strict=False))
    assert (found["Themes"], found["Owners"]) == ("Water, air; Soil", "Institute A (lead)")
    assert found["Updates"] == "2026-06-01 In progress: Half of it is done."


def test_participants_come_back_unchanged(desk, event):
    """What is exported of an event and imported into it again changes nothing."""
    session = SessionFactory(event=event, title="Opening")
    odd = SessionFactory(event=event, title="Trust, and (other) matters")
    person = PersonFactory(name="=Anna Muster", honorific="Dr.", email="anna@example.org")
    participation = ParticipationFactory(
        event=event, person=person, affiliation="-Institute", position="Head; adviser", listing="public"
    )
    RoleFactory(participation=participation, session=session, role="speaker")
    RoleFactory(participation=participation, session=odd, role="chair")
    RoleFactory(participation=participation, role="observer")
    ParticipationFactory(event=event, person=PersonFactory(name="Berta Beispiel"), affiliation="Institute")
    data = body(desk.post(f"{address('events.participation')}?event={event.pk}", {"format": "xlsx"}))

    source = preview(desk, "participants", data, target=event, name="list.xlsx")

    assert {state for _, state in states(source)} == {"unchanged"}


def test_editors_of_an_institution_get_the_addresses_of_their_own_events(client, own_editor, event):
    ParticipationFactory(event=event, person=PersonFactory(name="Anna Muster", email="anna@example.org"))
    PersonFactory(name="Berta Beispiel", email="secret@example.org")
    desk = sign_in(client, own_editor)

    data = body(desk.post(address("participants.person"), {"format": "csv"}))

    assert b"anna@example.org" in data
    assert b"Berta Beispiel" in data
    assert b"secret@example.org" not in data
