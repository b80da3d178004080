"""The programme editor: each act is a small post, kept once, never over a colleague's, and reveals nothing."""

import datetime as dt
import re

import pytest
from django.contrib.admin.models import LogEntry

from events.models import Session
from events.plan import mark, plan
from outcomes.models import Outcome
from participants.models import Change
from tests.factories import (
    BreakoutGroupFactory,
    EventFactory,
    ParticipationFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
)
from tests.staff import sign_in


@pytest.fixture
def event(db):
    return EventFactory(title="Made-up forum", time_zone="America/Santiago")


@pytest.fixture
def desk(client, editor):
    return sign_in(client, editor)


def at(hour, minute=0, day=3):
    """A moment of March 2026 in Santiago, three hours behind UTC."""
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=dt.timezone(dt.timedelta(hours=-3)))


def url(event, query=""):
    return f"/admin/events/event/{event.pk}/programme/{query}"


def a_session(event, title, start=None, end=None, **more):
    return SessionFactory(event=event, title=title, starts_at=start, ends_at=end, **({"room": title} | more))


def typed(desk, event, session=None, **changes):
    """Return what a browser would post from the open form, with changes."""
    page = desk.get(url(event, f"?open={session.pk}" if session else "?add=2026-03-03"))
    form = page.context["form"]
    data = {field.html_name: field.value() or "" for field in form}
    for field in form:
        if field.name in ("day", "start", "end"):
            data[field.html_name] = field.field.widget.format_value(field.value()) or ""
    data |= {form.add_prefix(name): value for name, value in changes.items()}
    return data | {"act": f"save:{session.pk}" if session else "add"}


def order(event):
    return [(row.session.title, row.times) for rows in plan(event).days.values() for row in rows]


def body(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_session_is_added_once_in_the_time_of_the_place(desk, event):
    data = typed(desk, event, title="Opening", start="09:00", end="10:30", room="Sala Azul", kind="opening")

    for _ in range(2):
        response = desk.post(url(event), data, follow=True)

    session = Session.objects.get()
    assert (session.starts_at, session.ends_at, session.programme_day) == (at(9), at(10, 30), None)
    assert (session.title, session.room, session.kind, session.parent) == ("Opening", "Sala Azul", "opening", None)
    assert "“Opening” is saved." in body(response)
    assert "America/Santiago (UTC−03:00)" in body(response)
    assert LogEntry.objects.filter(object_id=event.pk, change_message__contains="Opening").exists()


def test_the_next_session_begins_where_the_last_one_ended(desk, event):
    a_session(event, "Opening", at(9), at(10, 30))

    form = desk.get(url(event, "?add=2026-03-03")).context["form"]

    assert (form["day"].value(), form["start"].value()) == (dt.date(2026, 3, 3), dt.time(10, 30))


@pytest.mark.parametrize(
    "start, end, starts_at, ends_at, day",
    [
        ("23:30", "00:15", at(23, 30), at(0, 15, 4), None),
        ("00:30", "01:00", at(0, 30, 4), at(1, 0, 4), dt.date(2026, 3, 3)),
        ("", "", None, None, dt.date(2026, 3, 3)),
    ],
)
def test_what_is_after_midnight_stays_in_its_day(desk, event, start, end, starts_at, ends_at, day):
    desk.post(url(event), typed(desk, event, title="Late drafting", start=start, end=end))

    session = Session.objects.get()
    assert (session.starts_at, session.ends_at, session.programme_day) == (starts_at, ends_at, day)
    assert list(plan(event).days) == [dt.date(2026, 3, 3)]
    desk.post(url(event), typed(desk, event, session, room="Bar"))  # and opening it again moves nothing
    session.refresh_from_db()
    assert (session.starts_at, session.ends_at, session.programme_day) == (starts_at, ends_at, day)


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"title": ""}, "Title: This field is required."),
        ({"title": "bell \x07"}, "a character that cannot be shown"),
        ({"day": "", "start": "09:00"}, "On which day does it start?"),
        ({"end": "09:00"}, "When does it start?"),
        ({"day": "2026-09-06", "start": "00:30"}, "at"),
        ({"day": "2026-09-05", "start": "00:30"}, "the clocks of America/Santiago skip 00:30"),
        ({"kind": "breakout_group"}, "A breakout group belongs under a session."),
        ({"under": "999"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(desk, event, changes, says):
    response = desk.post(url(event), typed(desk, event, **({"title": "Typed by hand"} | changes)))

    if says == "at":  # the night of that date, an hour that is there
        assert response.status_code == 302
        return
    assert response.status_code == 422
    assert says in body(response)
    assert ("Typed by hand" in body(response)) == ("title" not in changes)
    assert not Session.objects.exists()


def test_a_colleagues_change_is_shown_beside_ones_own(desk, event):
    session = a_session(event, "Opening", at(9), at(10))
    mine = typed(desk, event, session, title="Opening of the forum")
    Session.objects.filter(pk=session.pk).update(room="Sala Roja")

    response = desk.post(url(event), mine)

    session.refresh_from_db()
    assert (response.status_code, session.title) == (409, "Opening")
    assert [what for what, *_ in response.context["meanwhile"]] == ["Title", "Room"]
    assert all(words in body(response) for words in ("Sala Roja", "Opening of the forum"))
    mine |= {f"s{session.pk}-mark": mark(session)}
    desk.post(url(event), mine)
    session.refresh_from_db()
    assert (session.title, session.room) == ("Opening of the forum", "Opening")


def test_moving_up_exchanges_slots_and_keeps_lengths_and_pauses(desk, editor, event):
    first = a_session(event, "Long", at(9), at(10, 30))
    second = a_session(event, "Short", at(11), at(11, 30))
    group = BreakoutGroupFactory(event=event, parent=first, title="Group", starts_at=at(9, 30), ends_at=at(10))
    act = {"act": f"up:{second.pk}:{mark(second)}"}

    for _ in range(2):  # a second tap changes nothing more
        desk.post(url(event), act)

    assert order(event) == [("Short", "09:00–09:30"), ("Long", "10:00–11:30")]
    group.refresh_from_db()
    assert group.starts_at == at(10, 30)
    changes = Change.objects.filter(by=editor, event_key=event.pk)
    assert {(change.key, "starts_at" in change.values) for change in changes} == {
        (session.pk, True) for session in (first, second, group)
    }


def test_what_is_at_one_time_or_without_one_changes_places(desk, event):
    sessions = [a_session(event, title, at(9), at(10)) for title in "ABC"]

    desk.post(url(event), {"act": f"down:{sessions[0].pk}:{mark(sessions[0])}"})

    assert [title for title, _ in order(event)] == ["B", "A", "C"]


def test_this_and_what_follows_move_together_once(desk, event):
    a_session(event, "Before", at(9), at(10))
    here = a_session(event, "Here", at(10), at(11))
    last = a_session(event, "Late", at(23, 50), at(23, 59))
    other = a_session(event, "Next day", at(10, day=4), at(11, day=4))
    form = desk.get(url(event, f"?open={here.pk}")).context["shift_form"]
    data = {"act": f"shift:{here.pk}", "shift-minutes": "15", "shift-mark": form["mark"].value()}

    assert "2 sessions moved by 15 minutes." in body(desk.post(url(event), data, follow=True))
    assert "A colleague changed this meanwhile" in body(desk.post(url(event), data, follow=True))

    assert order(event) == [
        ("Before", "09:00–10:00"),
        ("Here", "10:15–11:15"),
        ("Late", "00:05–00:14"),
        ("Next day", "10:00–11:00"),
    ]
    last.refresh_from_db()
    other.refresh_from_db()
    assert (last.programme_day, other.starts_at) == (dt.date(2026, 3, 3), at(10, day=4))


def test_a_session_moves_to_another_day_with_its_groups(desk, event):
    session = a_session(event, "Plenary", at(9), at(10))
    group = BreakoutGroupFactory(event=event, parent=session, title="Group", starts_at=at(9), ends_at=at(10))

    desk.post(url(event), typed(desk, event, session, day="2026-03-05"))

    session.refresh_from_db()
    group.refresh_from_db()
    assert (session.starts_at, group.starts_at) == (at(9, day=5), at(9, day=5))


def test_six_groups_are_added_in_a_row_and_once(desk, event):
    session = a_session(event, "Breakouts", at(9), at(10))
    BreakoutGroupFactory(event=event, parent=session, number="2", title="There already")
    key = desk.get(url(event, f"?open={session.pk}")).context["groups_form"]["key"].value()

    for _ in range(2):
        desk.post(url(event), {"act": f"groups:{session.pk}", "groups-number": "3", "groups-key": key})

    groups = session.groups.order_by("position").values_list("number", "title", "kind", "starts_at")
    assert list(groups) == [
        ("2", "There already", "breakout_group", None),
        ("1", "Group 1", "breakout_group", at(9)),
        ("3", "Group 3", "breakout_group", at(9)),
        ("4", "Group 4", "breakout_group", at(9)),
    ]


def test_only_what_nothing_hangs_on_is_deleted_and_asked_first(desk, event):
    empty, full = a_session(event, "Empty"), a_session(event, "Full")
    TakeawayFactory(event=event, session=full)
    RoleFactory(participation=ParticipationFactory(event=event), session=full)
    asked = {"act": f"remove:{empty.pk}:{mark(empty)}"}

    assert "There is no way back" in body(desk.post(url(event), asked))
    assert Session.objects.filter(pk=empty.pk).exists()
    desk.post(url(event), asked | {"confirmed": "yes"})
    refused = desk.post(url(event), {"act": f"remove:{full.pk}:{mark(full)}", "confirmed": "yes"}, follow=True)
    again = desk.post(url(event), asked | {"confirmed": "yes"}, follow=True)

    assert list(event.sessions.all()) == [full]
    assert all(words in body(refused) for words in ("“Full” stays: ", "1 outcome", "1 role"))
    assert "no longer there" in body(again)


def test_moving_under_another_session_reveals_nothing_older(desk, event):
    closed, open_ = SessionFactory(event=event, closed=True), SessionFactory(event=event)
    group = BreakoutGroupFactory(event=event, parent=closed)
    outcome = TakeawayFactory(event=event, session=group, published=True)

    desk.post(url(event), typed(desk, event, group, under=str(open_.pk)))

    group.refresh_from_db()
    assert group.parent == open_
    assert outcome not in Outcome.objects.public()


def test_overlaps_and_gaps_are_said_and_stop_nothing(desk, event):
    one = a_session(event, "One", at(9), at(10), room="Sala Azul")
    two = a_session(event, "Two", at(9, 30), at(10, 30), room="sala  azul")
    a_session(event, "Three", at(10, 30), at(11), room="Sala Azul")
    BreakoutGroupFactory(event=event, parent=one, title="In it", starts_at=at(9), ends_at=at(10), room="Sala Azul")
    bare = a_session(event, "Bare", room="")
    busy = ParticipationFactory(event=event, person__name="Ana Inventada")
    for session in (one, two):
        RoleFactory(participation=busy, session=session)

    found = {row.session.title: row.warnings for row in plan(event).rows.values()}

    assert "Same room as “Two” at the same time." in found["One"]
    assert "Ana Inventada also has a role in “Two” at the same time." in found["One"]
    assert found["Three"] == []
    assert found["In it"] == ["Same room as “Two” at the same time."]
    assert found["Bare"] == ["No time yet.", "No room yet."]
    assert "Ana Inventada also has a role" in body(desk.get(url(event)))
    assert bare.pk


def test_sessions_of_another_event_are_not_there(desk, event):
    session = SessionFactory(title="Foreign")

    assert "Foreign" not in body(desk.get(url(event, f"?open={session.pk}")))
    for act in (f"up:{session.pk}:{mark(session)}", f"remove:{session.pk}:{mark(session)}", "nonsense", "save:x"):
        desk.post(url(event), {"act": act, "confirmed": "yes"})
    assert Session.objects.filter(pk=session.pk, title="Foreign").exists()
    assert desk.get("/admin/events/event/999999/programme/").status_code == 404


def test_page_has_few_queries_however_long_the_programme(desk, event, django_assert_max_num_queries):
    for n in range(30):
        parent = a_session(event, f"Session {n}", at(9), at(10))
        BreakoutGroupFactory.create_batch(2, event=event, parent=parent)
        RoleFactory(participation=ParticipationFactory(event=event), session=parent)

    with django_assert_max_num_queries(12):
        page = desk.get(url(event, f"?open={event.sessions.first().pk}"))

    assert page.content.count(b"<form") < 10
    assert page.content.count(b'class="plan__row') >= 90
