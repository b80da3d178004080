"""A copy of an event has its plan and nothing of what happened there."""

import datetime as dt

import pytest

from events.models import Event, EventSeries, Session
from events.plan import mark, plan
from participants.models import Change
from tests.events.test_programme_admin import at, url
from tests.factories import (
    ActionFactory,
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    InvitationFactory,
    ParticipationFactory,
    QuoteFactory,
    ReportFactory,
    ResourceFactory,
    RoleFactory,
    RoundFactory,
    SessionFactory,
    TakeawayFactory,
)
from tests.staff import sign_in


@pytest.fixture
def desk(client, editor):
    return sign_in(client, editor)


@pytest.fixture
def full(db):
    """An event with everything an event can have."""
    event = EventFactory(
        title="Made-up forum",
        reference="MU1",
        time_zone="America/Santiago",
        starts_on=dt.date(2026, 3, 3),
        ends_on=dt.date(2026, 3, 4),
        outcomes_due_on=dt.date(2026, 3, 10),
        attribution="chatham_house",
        venue="Hall of Nobody",
    )
    EventPartnerFactory(event=event, role="convener")
    plenary = SessionFactory(
        event=event, title="Plenary", room="Sala Azul", starts_at=at(9), ends_at=at(10, 30), attribution="closed"
    )
    group = BreakoutGroupFactory(event=event, parent=plenary, title="Group", starts_at=at(9), ends_at=at(10))
    SessionFactory(
        event=event, title="Late", starts_at=at(0, 30, day=4), programme_day=dt.date(2026, 3, 3), ends_at=at(1, day=4)
    )
    participation = ParticipationFactory(event=event)
    RoleFactory(participation=participation, session=group)
    InvitationFactory(participation=participation)
    QuoteFactory(event=event, session=plenary)
    ResourceFactory(event=event, session=plenary)
    TakeawayFactory(event=event, session=group, published=True)
    ActionFactory(event=event, published=True)
    ReportFactory(event=event)
    RoundFactory(event=event, session=plenary)
    return event


def clone_url(event):
    return f"/admin/events/event/{event.pk}/clone/"


COPIED = {"sessions", "event_partners", "fts"}  # the last is the index of its words


def test_next_edition_has_the_plan_and_nothing_of_what_happened(desk, editor, full):
    data = {"what": "edition", "title": "Made-up forum II", "starts_on": "2026-09-08", "series_name": "Made-up forums"}

    response = desk.post(clone_url(full), data)

    new = Event.objects.get(title="Made-up forum II")
    full.refresh_from_db()
    assert response.url == f"/admin/events/event/{new.pk}/change/"
    assert full.series == new.series == EventSeries.objects.get(name="Made-up forums")
    assert (new.status, new.reference, new.attribution, new.venue) == ("draft", "", "chatham_house", "Hall of Nobody")
    assert (new.starts_on, new.ends_on, new.outcomes_due_on) == (
        dt.date(2026, 9, 8),
        dt.date(2026, 9, 9),
        dt.date(2026, 9, 15),
    )
    assert [(one.organisation, one.role) for one in new.event_partners.all()] == [
        (one.organisation, one.role) for one in full.event_partners.all()
    ]
    rows = {row.session.title: row for row in plan(new).rows.values()}
    assert {title: (row.times, row.day) for title, row in rows.items()} == {
        "Plenary": ("09:00–10:30", dt.date(2026, 9, 8)),  # the clocks went forward in between
        "Group": ("09:00–10:00", dt.date(2026, 9, 8)),
        "Late": ("00:30–01:00", dt.date(2026, 9, 8)),
    }
    assert rows["Plenary"].session.starts_at == dt.datetime(2026, 9, 8, 12, tzinfo=dt.UTC)
    assert (rows["Plenary"].session.room, rows["Plenary"].session.attribution) == ("Sala Azul", "closed")
    assert rows["Group"].above is rows["Plenary"]
    for relation in Event._meta.related_objects:
        if relation.get_accessor_name() not in COPIED:
            rows_there = relation.related_model._base_manager.filter(**{relation.field.name: new.pk})
            assert not rows_there.exists(), relation
    for relation in Session._meta.related_objects:
        if relation.name != "groups":
            of_new = relation.related_model._base_manager.filter(**{f"{relation.field.name}__event": new.pk})
            assert not of_new.exists(), relation
    added = Change.objects.filter(by=editor, event_key=new.pk, kind="added")
    assert sorted(added.values_list("record", flat=True)) == [
        "events.event",
        "events.eventpartner",
        *["events.session"] * 3,
    ]


def test_copy_is_an_event_of_its_own_and_made_once(desk, full):
    full.series = EventSeriesFactory()
    full.save()
    data = {"what": "copy", "title": "Another forum", "starts_on": ""}

    assert desk.post(clone_url(full), data).status_code == 302
    again = desk.post(clone_url(full), data)

    new = Event.objects.get(title="Another forum")
    assert (again.status_code, new.series, new.starts_on) == (422, None, None)
    assert set(new.sessions.values_list("starts_at", flat=True)) == {None}


@pytest.mark.parametrize(
    "changes", [{"title": ""}, {"what": "x"}, {"starts_on": "soon"}, {"series_name": ""}, {"title": "bell \x07"}]
)
def test_what_cannot_be_is_said_and_nothing_is_made(desk, full, changes):
    data = {"what": "edition", "title": "Typed by hand", "starts_on": "2027-03-02", "series_name": "A series"} | changes

    response = desk.post(clone_url(full), data)

    assert (response.status_code, Event.objects.count(), EventSeries.objects.count()) == (422, 1, 0)


def test_a_session_is_copied_with_its_groups_to_another_day_once(desk, full):
    session = Session.objects.get(title="Plenary")
    key = desk.get(url(full, f"?open={session.pk}")).context["copy_form"]["key"].value()
    data = {
        "act": f"copy:{session.pk}:{mark(session)}",
        "copy-day": "2026-03-05",
        "copy-start": "11:00",
        "copy-key": key,
    }

    for _ in range(2):
        desk.post(url(full), data)

    copy = full.sessions.get(title="Plenary", starts_at=at(11, day=5))
    assert (copy.ends_at, copy.room, copy.attribution) == (at(12, 30, day=5), "Sala Azul", "closed")
    assert [(one.title, one.starts_at) for one in copy.groups.all()] == [("Group", at(11, day=5))]
    assert full.sessions.count() == 5
