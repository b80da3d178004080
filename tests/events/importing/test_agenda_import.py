"""An agenda comes in once, however often it is brought; what is uncertain is asked, and nothing is deleted."""

import datetime as dt
import io

import pytest
from openpyxl import Workbook

from events.models import Participation, Role, Session
from participants.models import Change, Import, Person
from tests.events.importing.agendas import calendar, frab, frab_event
from tests.events.test_programme_admin import at
from tests.factories import EventFactory, ParticipationFactory, PersonFactory, RoleFactory, SessionFactory
from tests.importing import decide, preview, states, undo, upload


@pytest.fixture
def event(db):
    return EventFactory(
        title="Made-up forum", time_zone="America/Santiago", starts_on=dt.date(2026, 3, 3), ends_on=dt.date(2026, 3, 4)
    )


@pytest.fixture
def secretary(client, editor):
    client.force_login(editor)
    return client


def two(**changes):
    """Return a schedule of two sessions; `changes` are of the second."""
    second = {"guid": "two", "title": "Panel on water", "date": "2026-03-03T11:00:00-03:00", "persons": []}
    return frab(frab_event(guid="one"), frab_event(**second | changes))


def bring(client, event, data, name="schedule.json", **options):
    return preview(client, "agenda", data, target=event, name=name, **options)


def applied(client, event, data, name="schedule.json", **options):
    source = bring(client, event, data, name, **options)
    decide(client, source)
    assert source.state == Import.State.APPLIED, (source.notice, list(source.rows.values()))
    return source


def shown(event):
    """Return what the programme has, by title."""
    return {one.title: (one.starts_at, one.room) for one in event.sessions.all()}


def test_agenda_becomes_sessions_with_people_and_comes_in_once(secretary, editor, event):
    named = ParticipationFactory(event=event, person=PersonFactory(name="ana  INVENTADA"))
    PersonFactory(name="Ben Erfunden")  # of another event
    data = frab(
        frab_event(guid="one"),
        frab_event(
            guid="two", title="Panel", persons=[{"public_name": "Ben Erfunden"}, {"public_name": "Ana Inventada"}]
        ),
    )

    source = bring(secretary, event, data)
    assert states(source) == [(1, "new"), (2, "new")]
    assert not event.sessions.exists()
    assert "“Ben Erfunden” is new here; another event knows somebody of that name" in source.rows.get(line=2).why
    decide(secretary, source)

    one = event.sessions.get(foreign_id="one")
    assert (one.title, one.kind, one.starts_at, one.ends_at, one.room, one.programme_day) == (
        "Opening of the forum",
        "plenary",
        at(9),
        at(10, 30),
        "Sala Azul",
        None,
    )
    roles = Role.objects.values_list("participation__person__name", "role", "session__title", "recorded_under")
    assert set(roles) == {
        ("ana  INVENTADA", "speaker", "Opening of the forum", "non_attributed"),
        ("Ben Erfunden", "speaker", "Panel", "non_attributed"),
        ("ana  INVENTADA", "speaker", "Panel", "non_attributed"),
    }
    assert Person.objects.filter(name="Ben Erfunden").count() == 2
    assert set(event.participations.values_list("listing", "attendance")) == {
        ("hidden", "planned"),
        (named.listing, named.attendance),
    }
    assert Change.objects.filter(by=editor, event_key=event.pk, record="events.session", kind="added").count() == 2

    again = bring(secretary, event, data)
    assert [state for _, state in states(again)] == ["unchanged", "unchanged"]
    undo(secretary, source)
    assert source.state == Import.State.UNDONE
    assert (event.sessions.count(), event.participations.count(), Role.objects.count()) == (0, 1, 0)


def test_changed_times_and_rooms_are_shown_and_what_is_missing_stays(secretary, event):
    applied(secretary, event, two())

    source = bring(secretary, event, frab(frab_event(guid="one", date="2026-03-03T09:30:00-03:00", room="Sala Roja")))

    row = source.rows.get()
    assert (row.state, row.title) == ("changed", "Opening of the forum")
    assert row.differences == [
        ["Starts", "3 March 2026, 09:00", "3 March 2026, 09:30"],
        ["Ends", "3 March 2026, 10:30", "3 March 2026, 11:00"],
        ["Room", "Sala Azul", "Sala Roja"],
    ]
    assert source.missing == ["Panel on water, 3 March 2026, 11:00"]
    decide(secretary, source)
    assert shown(event) == {"Opening of the forum": (at(9, 30), "Sala Roja"), "Panel on water": (at(11), "Sala Azul")}
    undo(secretary, source)
    assert shown(event)["Opening of the forum"] == (at(9), "Sala Azul")


def test_feed_that_changes_every_id_makes_nothing_twice(secretary, event):
    applied(secretary, event, two())

    source = bring(secretary, event, two(guid="other").replace(b'"one"', b'"another"'))

    assert [state for _, state in states(source)] == ["unchanged", "unchanged"]


def test_feed_with_one_id_for_all_is_known_by_start_and_title(secretary, event):
    data = calendar(
        *[f"UID:same\nDTSTART;TZID=America/Santiago:20260303T{hour}0000\nSUMMARY:Talk" for hour in (10, 11, 12)]
    )
    applied(secretary, event, data, "a.ics")
    assert set(event.sessions.values_list("foreign_id", flat=True)) == {""}

    source = bring(secretary, event, data, "a.ics")

    assert {state for _, state in states(source)} == {"unchanged"}
    assert "3 sessions share an id" in source.notice


@pytest.mark.parametrize(
    "changes, why",
    [
        ({"title": "Another panel", "date": "2026-03-04T11:00:00-03:00"}, "another title and another start"),
        ({"guid": "x", "date": "2026-03-03T16:00:00-03:00"}, "was it moved?"),
        ({"guid": "x", "title": "Panel on rivers"}, "was it renamed?"),
    ],
)
def test_what_agrees_in_a_part_only_is_in_doubt_and_can_be_said_to_be_it(secretary, event, changes, why):
    applied(secretary, event, two())
    pk = event.sessions.get(title="Panel on water").pk

    source = bring(secretary, event, two(**changes))

    row = source.rows.get(line=2)
    assert (row.state, why in row.why, row.candidates[0][0]) == ("doubt", True, f"s{pk}")
    decide(secretary, source, **{f"row-{row.pk}": f"s{pk}"})
    assert source.state == "applied"
    session = event.sessions.get(pk=pk)
    assert (session.title, event.sessions.count()) == (changes.get("title", "Panel on water"), 2)


def test_an_id_that_contradicts_start_and_title_is_not_trusted(secretary, event):
    applied(secretary, event, two())

    source = bring(
        secretary, event, two().replace(b'"one"', b'"x"').replace(b'"two"', b'"one"').replace(b'"x"', b'"two"')
    )

    assert [state for _, state in states(source)] == ["unchanged", "unchanged"]
    assert "Its id was that of another session" in source.rows.get(line=1).why


def test_what_staff_did_by_hand_is_left_alone(secretary, event):
    applied(secretary, event, two())
    session = event.sessions.get(title="Opening of the forum")
    Session.objects.filter(pk=session.pk).update(kind="opening", attribution="closed", number="1")
    Role.objects.update(role="moderator")

    source = bring(secretary, event, two())

    assert {state for _, state in states(source)} == {"unchanged"}


def test_tree_comes_in_with_its_levels_and_without_people_if_so_wished(secretary, event):
    data = calendar(
        "UID:a\nDTSTART:20260303T120000Z\nDTEND:20260303T140000Z\nSUMMARY:Breakout discussions",
        "UID:b\nDTSTART:20260303T120000Z\nDTEND:20260303T140000Z\nSUMMARY:Breakout group 1\nRELATED-TO:a\n"
        "ATTENDEE;ROLE=CHAIR;CN=Ana Inventada:mailto:a@a.org",
    )

    applied(secretary, event, data, "a.ics", leave_out_people="on")

    group = event.sessions.get(title="Breakout group 1")
    assert (group.kind, group.parent.title) == ("breakout_group", "Breakout discussions")
    assert not Participation.objects.exists()


def test_offsets_can_be_left_out(secretary, event):
    data = frab(frab_event(guid="one", date="2026-03-03T09:00:00+00:00"))

    assert "carry another offset" in bring(secretary, event, data).notice
    applied(secretary, event, data, leave_out_offsets="on")

    assert event.sessions.get().starts_at == at(9)


TABLE = """Date;Time;Session;Type;Room;Part of;Speakers;Moderator
03/03/2026;09:00–10:30;Opening;opening;Sala Azul;;Ana Example (Keynote speaker);Ben Erfunden
;11:00;Panel on water;;;;Dr Chi Example (Institute);
;23:30 - 00:30;Late drafting;;;;;
;00:45;Very late;;;;;
04.03.2026;2:00 pm;Breakouts;;;;;
;14:00;North;Breakout group;;Breakouts;;
"""


def test_table_is_read_as_people_type_it(secretary, event):
    applied(secretary, event, TABLE, "agenda.csv")

    assert shown(event) == {
        "Opening": (at(9), "Sala Azul"),
        "Panel on water": (at(11), ""),
        "Late drafting": (at(23, 30), ""),
        "Very late": (at(0, 45, day=4), ""),
        "Breakouts": (at(14, day=4), ""),
        "North": (at(14, day=4), ""),
    }
    assert event.sessions.get(title="Late drafting").ends_at == at(0, 30, day=4)
    assert event.sessions.get(title="Very late").programme_day == dt.date(2026, 3, 3)
    assert event.sessions.get(title="North").parent.title == "Breakouts"
    roles = Role.objects.values_list("participation__person__name", "participation__person__honorific", "role")
    assert set(roles) == {
        ("Ana Example", "", "keynote"),
        ("Ben Erfunden", "", "moderator"),
        ("Chi Example", "Dr", "panellist"),
    }
    assert {state for _, state in states(bring(secretary, event, TABLE, "agenda.csv"))} == {"unchanged"}


def test_workbook_with_real_dates_is_read_alike(secretary, event):
    book = Workbook()
    book.active.append(["Day", "Start", "End", "Title", "Duration"])
    book.active.append([dt.date(2026, 3, 3), dt.time(9), dt.time(10, 30), "Opening", None])
    book.active.append([dt.date(2026, 3, 3), at(11).replace(tzinfo=None), None, "Panel", 45])
    stream = io.BytesIO()
    book.save(stream)

    applied(secretary, event, stream.getvalue(), "agenda.xlsx")

    assert list(event.sessions.values_list("title", "starts_at", "ends_at")) == [
        ("Opening", at(9), at(10, 30)),
        ("Panel", at(11), at(11, 45)),
    ]


@pytest.mark.parametrize(
    "row, says",
    [
        ("2026-03-03;soon;Opening;", "“soon” is no hour"),
        ("on Tuesday;09:00;Opening;", "“on Tuesday” is no day"),
        ("04/05/2026;09:00;Opening;", "cannot be told for certain"),
        ("2026-03-03;09:00;Opening;Nothing", "No session of this file is called “Nothing”."),
        (f"2026-03-03;09:00;{'x' * 501};", "at most 500 characters"),
        ("2026-03-03;09:00;;", "Title is missing."),
    ],
)
def test_wrong_rows_of_a_table_are_said(secretary, event, row, says):
    source = bring(secretary, event, f"Day;Start;Title;Part of\n{row}\n", "agenda.csv")

    assert (source.rows.get().state, says in source.rows.get().why) == ("error", True)
    decide(secretary, source)
    assert not event.sessions.exists()


def test_file_that_cannot_be_taken_is_refused_with_its_reason(secretary, event):
    answer, source = upload(secretary, "agenda", '<!DOCTYPE a [<!ENTITY b "c">]><schedule/>', target=event)

    assert (answer.status_code, source) == (422, None)
    assert "a document type declaration" in answer.content.decode()


def test_stale_preview_applies_nothing(secretary, event):
    source = bring(secretary, event, two())
    SessionFactory(event=event, title="Panel on water", starts_at=at(11), room="Sala Azul")

    decide(secretary, source)

    assert (source.state, event.sessions.count()) == ("preview", 1)


def test_rapporteur_named_by_a_file_is_shown_as_a_change(secretary, event):
    session = SessionFactory(event=event, title="Opening", starts_at=at(9), room="Sala Azul")
    RoleFactory(participation=ParticipationFactory(event=event, person__name="Ana Example"), session=session)

    source = bring(
        secretary, event, "Day;Start;Title;Rapporteur\n2026-03-03;09:00;Opening;Ben Erfunden; \n", "agenda.csv"
    )

    assert source.rows.get().differences == [["People", "", "Ben Erfunden (Rapporteur)"]]
