"""Curating events in the admin: lists, forms, verbs, and rules that no save gets around."""

import datetime as dt
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from events.models import BreakoutGroup, Event, Participation, Quote, Role, Session
from outcomes.models import Outcome
from tests.factories import (
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    QuoteFactory,
    ResourceFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
)
from tests.staff import filled, save, saved, sign_in


@pytest.fixture
def desk(client, editor):
    """The browser of an editor."""
    return sign_in(client, editor)


# Lists


def a_row(model):
    event = EventFactory(series=EventSeriesFactory())
    session = SessionFactory(event=event)
    group = BreakoutGroupFactory(event=event, parent=session)
    participation = ParticipationFactory(event=event)
    EventPartnerFactory(event=event)
    RoleFactory(participation=participation, session=group)
    QuoteFactory(event=event, session=session, speaker=participation)
    ResourceFactory(event=event, session=session)
    TakeawayFactory(event=event, session=session, submitted=True)


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    "model, queries",
    [
        ("event", 9),
        ("eventseries", 8),
        ("session", 7),
        ("participation", 8),
        ("role", 7),
        ("quote", 7),
        ("resource", 7),
    ],
)
def test_list_costs_the_same_at_any_length(desk, django_assert_num_queries, model, queries, rows):
    for _ in range(rows):
        a_row(model)

    with django_assert_num_queries(queries):
        response = desk.get(f"/admin/events/{model}/")

    assert len(response.context["cl"].result_list) == (2 * rows if model == "session" else rows)


@pytest.mark.parametrize("model", ["session", "participation", "role", "quote", "resource"])
def test_list_of_one_event(desk, model):
    a_row(model)
    a_row(model)
    event = Event.objects.order_by("pk").first()

    response = desk.get(f"/admin/events/{model}/?event={event.pk}")

    assert {row.event for row in response.context["cl"].result_list} == {event}
    assert response.context["subtitle"] == str(event)


@pytest.mark.parametrize("value", ["0", "x", "99999999999999999999", "-1", "1'"])
def test_list_of_an_event_that_does_not_exist_is_empty(desk, value):
    a_row("session")

    assert list(desk.get(f"/admin/events/session/?event={value}").context["cl"].result_list) == []


@pytest.mark.parametrize(
    "model, words",
    [
        ("event", "Dialogue"),
        ("eventseries", "Series"),
        ("session", "Session"),
        ("participation", "Invented"),
        ("role", "Invented"),
        ("quote", "Words"),
        ("resource", "Recording"),
    ],
)
def test_search_finds_and_finds_not(desk, model, words):
    a_row(model)

    assert len(desk.get(f"/admin/events/{model}/", {"q": words}).context["cl"].result_list) >= 1
    assert len(desk.get(f"/admin/events/{model}/", {"q": "nowhere to be found"}).context["cl"].result_list) == 0


def test_list_of_events_says_what_waits(desk, event):
    TakeawayFactory.create_batch(2, event=event, submitted=True)
    TakeawayFactory(event=event, approved=True)

    (row,) = desk.get("/admin/events/event/").context["cl"].result_list

    assert row.waiting == 2


# Forms


def test_event_is_added_as_a_draft(desk):
    host = OrganisationFactory(name="Made-up Institute")
    data = filled(desk.get("/admin/events/event/add/")) | {
        "title": "A new dialogue",
        "starts_on": "03/03/2027",
        "time_zone": "America/Santiago",
        "attribution": "chatham_house",
        "event_partners-TOTAL_FORMS": "1",
        "event_partners-0-organisation": host.pk,
        "event_partners-0-role": "host",
        "event_partners-0-position": "0",
    }

    assert saved(desk.post("/admin/events/event/add/", data))

    event = Event.objects.get()
    assert (event.status, event.slug, event.ends_on) == ("draft", "a-new-dialogue", dt.date(2027, 3, 3))
    assert list(event.partners.all()) == [host]


def test_event_page_offers_a_sentence_for_each_rule(desk, event):
    body = desk.get(f"/admin/events/event/{event.pk}/change/").content.decode()

    assert "Chatham House Rule: hides who took part" in body
    assert "Closed: hides everything" in body


def test_event_page_leads_to_what_belongs_to_it(desk, group):
    TakeawayFactory(event=group.event, submitted=True)

    response = desk.get(f"/admin/events/event/{group.event.pk}/change/")
    around = {link["label"]: link for link in response.context["around"]}

    assert {label: link["count"] for label, link in around.items()} == {
        "Workspace": None,
        "Programme": None,
        "Sessions": 2,
        "Participants": 0,
        "Quotes": 0,
        "Resources": 0,
        "Outcomes": 1,
        "Closing rounds": 0,
        "To review": 1,
        "Invite rapporteurs": None,
        "Import participants": None,
        "Import outcomes": None,
        "Import report text": None,
        "Import agenda": None,
        "Copy or next edition": None,
    }
    for link in around.values():
        assert desk.get(link["address"]).status_code == 200


def test_address_of_a_public_event_is_fixed(desk):
    public, draft = EventFactory(), EventFactory(draft=True)

    assert "slug" not in desk.get(f"/admin/events/event/{public.pk}/change/").context["adminform"].form.fields
    assert "slug" in desk.get(f"/admin/events/event/{draft.pk}/change/").context["adminform"].form.fields


def test_status_is_no_field(desk, event):
    save(desk, f"/admin/events/event/{event.pk}/change/", status="withdrawn", published_at_0="01/01/2020")

    event.refresh_from_db()
    assert event.status == "published"


@pytest.mark.parametrize("title", ["", "nul \x00", "bell \x07", "x" * 501, "\ud800"])
def test_event_that_cannot_be_is_refused_with_what_was_typed(desk, event, title):
    response = save(desk, f"/admin/events/event/{event.pk}/change/", title=title.encode("utf-8", "replace").decode())

    if title == "\ud800":
        assert response.status_code == 302  # no browser sends it: it arrives as a question mark
        return
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["title"]


def test_what_belongs_to_an_event_is_added_to_the_one_it_was_opened_for(desk, event):
    SessionFactory(title="Of another event")

    response = desk.get(f"/admin/events/quote/add/?_changelist_filters=event%3D{event.pk}")
    form = response.context["adminform"].form

    assert form["event"].value() == event.pk
    assert [label for _, label in form.fields["session"].choices] == ["–"]


def test_sessions_are_told_apart_by_what_they_stand_under(desk, event):
    for name in ("Morning", "Afternoon"):
        BreakoutGroupFactory(event=event, parent=SessionFactory(event=event, title=name), title="Group A")

    form = desk.get(f"/admin/events/quote/add/?event={event.pk}").context["adminform"].form

    labels = [label for _, label in form.fields["session"].choices]
    assert sorted(labels) == ["Afternoon", "Afternoon › Group A", "Morning", "Morning › Group A", "–"]


def test_event_of_a_session_is_for_good(desk, group):
    other = EventFactory()

    save(desk, f"/admin/events/session/{group.parent_id}/change/", event=other.pk)

    assert Session.objects.get(pk=group.parent_id).event == group.event


def test_breakout_groups_are_added_under_their_session(desk, event):
    session = SessionFactory(event=event, title="Plenary")

    assert saved(
        save(
            desk,
            f"/admin/events/session/{session.pk}/change/",
            **{"groups-TOTAL_FORMS": "1", "groups-0-title": "Group of the north", "groups-0-position": "0"},
        )
    )

    group = BreakoutGroup.objects.get()
    assert (group.title, group.event, group.parent, group.kind) == (
        "Group of the north",
        event,
        session,
        "breakout_group",
    )


def test_a_circle_of_sessions_is_refused(desk, group):
    response = save(desk, f"/admin/events/session/{group.parent_id}/change/", parent=group.pk)

    assert list(response.context["adminform"].form.errors) == ["parent"]


def test_times_are_those_of_the_place(desk):
    event = EventFactory(time_zone="America/Santiago")
    session = SessionFactory(event=event, starts_at=dt.datetime(2026, 3, 3, 12, 0, tzinfo=dt.UTC))
    url = f"/admin/events/session/{session.pk}/change/"

    body = desk.get(url).content.decode()
    assert "In America/Santiago." in body
    assert re.search(r'name="starts_at_1" value="09:00:00"', body)

    assert saved(save(desk, url, starts_at_1="10:30:00"))
    session.refresh_from_db()
    assert session.starts_at == dt.datetime(2026, 3, 3, 13, 30, tzinfo=dt.UTC)


def test_new_session_takes_times_of_the_place(desk):
    event = EventFactory(time_zone="Asia/Tokyo")
    url = f"/admin/events/session/add/?event={event.pk}"
    data = filled(desk.get(url)) | {"title": "Opening", "starts_at_0": "03/03/2026", "starts_at_1": "09:00"}

    assert saved(desk.post(url, data))

    assert Session.objects.get().starts_at == dt.datetime(2026, 3, 3, 0, 0, tzinfo=dt.UTC)


def test_roles_of_a_participant(desk, group):
    participation = ParticipationFactory(event=group.event)

    assert saved(
        save(
            desk,
            f"/admin/events/participation/{participation.pk}/change/",
            **{
                "roles-TOTAL_FORMS": "2",
                "roles-0-role": "rapporteur",
                "roles-0-session": group.pk,
                "roles-0-position": "0",
                "roles-1-role": "speaker",
                "roles-1-session": "",
                "roles-1-position": "0",
            },
        )
    )

    assert set(participation.roles.values_list("role", "session")) == {("rapporteur", group.pk), ("speaker", None)}


def test_page_of_a_participant_reads_the_programme_once(desk, event, django_assert_max_num_queries):
    participation = ParticipationFactory(event=event)
    for session in SessionFactory.create_batch(10, event=event):
        RoleFactory(participation=participation, session=session)

    with django_assert_max_num_queries(20):
        desk.get(f"/admin/events/participation/{participation.pk}/change/")


# Suggestions


def suggestions(client, model, field, **query):
    response = client.get(
        "/admin/autocomplete/", {"app_label": "events", "model_name": model, "field_name": field, "term": ""} | query
    )
    return [result["text"] for result in response.json()["results"]]


def test_suggested_people_are_of_the_event_at_hand(desk, event):
    mine = ParticipationFactory(event=event)
    ParticipationFactory()

    assert suggestions(desk, "quote", "speaker", event=event.pk) == [str(mine)]
    assert len(suggestions(desk, "quote", "speaker")) == 2
    quote = QuoteFactory(event=event)
    assert (
        f"/admin/autocomplete/?event={event.pk}" in desk.get(f"/admin/events/quote/{quote.pk}/change/").content.decode()
    )


def test_suggested_people_show_no_address(desk):
    PersonFactory(name="Someone Invented", email="private@example.org")

    assert suggestions(desk, "participation", "person", term="Someone") == ["Someone Invented"]
    assert suggestions(desk, "participation", "person", term="private@") == []


# Verbs


def test_publishing_asks_first(desk):
    event = EventFactory(draft=True)
    url = f"/admin/events/event/{event.pk}/publish/"

    assert url in desk.get(f"/admin/events/event/{event.pk}/change/").content.decode()
    assert desk.get(url).status_code == 200
    event.refresh_from_db()
    assert event.status == "draft"

    assert desk.post(url, {"note": "All is ready."}).url == f"/admin/events/event/{event.pk}/change/"
    event.refresh_from_db()
    assert event.status == "published"
    assert event.changes.get().note == "All is ready."


def test_withdrawing_takes_its_outcomes_along(desk, event):
    outcome = TakeawayFactory(event=event, published=True)

    desk.post(f"/admin/events/event/{event.pk}/withdraw/", {"note": ""})

    assert outcome not in Outcome.objects.public()
    assert "Published → Withdrawn" in desk.get(f"/admin/events/event/{event.pk}/change/").content.decode()


def test_a_move_its_status_has_not_is_refused_and_the_note_kept(desk, event):
    response = desk.post(f"/admin/events/event/{event.pk}/publish/", {"note": "Typed"})

    assert response.status_code == 409
    assert event.changes.count() == 0


def test_a_note_that_cannot_be_is_refused(desk, event):
    response = desk.post(f"/admin/events/event/{event.pk}/withdraw/", {"note": "bell \x07"})

    event.refresh_from_db()
    assert (response.status_code, event.status) == (422, "published")


def test_a_move_needs_its_token(editor, event):
    client = sign_in(Client(enforce_csrf_checks=True), editor)

    assert client.post(f"/admin/events/event/{event.pk}/withdraw/", {"note": ""}).status_code == 403
    event.refresh_from_db()
    assert event.status == "published"


@pytest.mark.parametrize("method", ["get", "post"])
def test_moves_are_for_staff(client, rapporteur, event, method):
    client.force_login(rapporteur)

    assert getattr(client, method)(f"/admin/events/event/{event.pk}/withdraw/").status_code == 302
    event.refresh_from_db()
    assert event.status == "published"


def test_what_was_public_cannot_be_deleted(client, administrator, event):
    desk = sign_in(client, administrator)
    draft = EventFactory(draft=True)

    assert desk.post(f"/admin/events/event/{event.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"/admin/events/event/{draft.pk}/delete/", {"post": "yes"}).status_code == 302
    desk.post("/admin/events/event/", {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"})
    assert list(Event.objects.all()) == [event]


# Rules


def test_a_looser_rule_reveals_nothing_older_and_is_noted(desk, editor, event):
    quote = QuoteFactory(event=event, consent="not_needed")

    assert saved(save(desk, f"/admin/events/event/{event.pk}/change/", attribution="on_record", title="Renamed"))

    event.refresh_from_db()
    assert (event.attribution, event.title) == ("on_record", "Renamed")
    assert list(Quote.objects.public()) == []
    assert Quote.objects.get() == quote
    change = event.changes.get()
    assert (change.by, "non_attributed → on_record" in change.note) == (editor, True)


def test_a_stricter_rule_holds_at_once(desk, event):
    outcome = TakeawayFactory(event=event, published=True)

    save(desk, f"/admin/events/event/{event.pk}/change/", attribution="closed")

    assert list(Outcome.objects.public()) == []
    save(desk, f"/admin/events/event/{event.pk}/change/", attribution="on_record")
    assert list(Outcome.objects.public()) == []
    outcome.refresh_from_db()
    assert outcome.recorded_under == "closed"


def test_rule_of_a_session_is_stamped_and_noted(desk, group):
    outcome = TakeawayFactory(event=group.event, session=group, published=True)

    assert saved(save(desk, f"/admin/events/session/{group.parent_id}/change/", attribution="closed"))

    outcome.refresh_from_db()
    assert outcome.recorded_under == "closed"
    assert "inherited → closed" in group.event.changes.get().note


def test_moving_a_group_out_of_a_closed_session_reveals_nothing(desk, event):
    closed, open_ = SessionFactory(event=event, closed=True), SessionFactory(event=event)
    group = BreakoutGroupFactory(event=event, parent=closed)
    outcome = TakeawayFactory(event=event, session=group, published=True)

    assert saved(save(desk, f"/admin/events/session/{group.pk}/change/", parent=open_.pk))

    assert BreakoutGroup.objects.get().parent == open_
    assert outcome not in Outcome.objects.public()


def test_moving_a_group_into_a_closed_session_hides_it_for_good(desk, event):
    closed, open_ = SessionFactory(event=event, closed=True), SessionFactory(event=event)
    group = BreakoutGroupFactory(event=event, parent=open_)
    outcome = TakeawayFactory(event=event, session=group, published=True)

    for parent in (closed, open_):
        assert saved(save(desk, f"/admin/events/session/{group.pk}/change/", parent=parent.pk))
        outcome.refresh_from_db()
        assert (outcome.recorded_under, outcome in Outcome.objects.public()) == ("closed", False)


def test_moving_a_quote_into_a_stricter_session_is_stamped(desk, event):
    quote = QuoteFactory(event=event)
    closed = SessionFactory(event=event, closed=True)

    assert saved(save(desk, f"/admin/events/quote/{quote.pk}/change/", session=closed.pk))

    quote.refresh_from_db()
    assert quote.recorded_under == "closed"


@pytest.mark.parametrize(
    "model, make",
    [
        (Quote, lambda event: QuoteFactory(event=event)),
        (Participation, lambda event: ParticipationFactory(event=event)),
        (Role, lambda event: RoleFactory(participation=ParticipationFactory(event=event))),
    ],
)
def test_showing_under_todays_rule_is_decided_knowingly(desk, editor, event, model, make):
    item = make(event)
    model.objects.update(recorded_under="chatham_house")
    url = f"/admin/events/{model._meta.model_name}/"
    data = {"action": "show_under_todays_rule", "_selected_action": [item.pk]}

    asked = desk.post(url, data)
    assert "1 of these were recorded under another rule" in asked.content.decode()
    item.refresh_from_db()
    assert item.recorded_under == "chatham_house"

    desk.post(url, data | {"confirmed": "yes"})
    item.refresh_from_db()
    assert item.recorded_under == "non_attributed"
    assert event.changes.latest("pk").by == editor


# Who may


def test_editors_neither_delete_events_nor_write_history(desk, event):
    assert desk.post(f"/admin/events/event/{event.pk}/delete/", {"post": "yes"}).status_code == 403
    for model in ("events/eventstatuschange", "outcomes/statuschange", "admin/logentry", "auth/group"):
        assert desk.get(f"/admin/{model}/").status_code == 404


def test_what_staff_do_is_in_the_log(desk, editor, event):
    save(desk, f"/admin/events/event/{event.pk}/change/", title="Renamed")
    desk.post(f"/admin/events/event/{event.pk}/withdraw/", {"note": ""})

    assert list(LogEntry.objects.values_list("user", "object_id")) == [(editor.pk, str(event.pk))] * 2


@pytest.mark.parametrize("model", ["event", "eventseries", "session", "participation", "role", "quote", "resource"])
def test_every_form_opens_empty_and_filled(desk, model):
    a_row(model)
    item = desk.get(f"/admin/events/{model}/").context["cl"].result_list[0]

    assert desk.get(f"/admin/events/{model}/add/").status_code == 200
    assert desk.get(f"/admin/events/{model}/{item.pk}/change/").status_code == 200
    assert saved(save(desk, f"/admin/events/{model}/{item.pk}/change/"))
    assert desk.get(f"/admin/events/{model}/{item.pk}/history/").status_code == 200


def test_session_is_deleted_when_nothing_hangs_on_it_and_says_what_does(client, editor):
    session = SessionFactory(title="Plenary")
    role = RoleFactory(participation__event=session.event, session=session)
    client.force_login(editor)
    address = f"/admin/events/session/{session.pk}/delete/"

    refused = client.get(address).content.decode()
    client.post(address, {"post": "yes"})
    still_there = Session.objects.filter(pk=session.pk).exists()
    role.delete()
    client.post(address, {"post": "yes"})

    assert "1 role" in refused
    assert still_there
    assert not Session.objects.filter(pk=session.pk).exists()
