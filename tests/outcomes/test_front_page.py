"""The front page of the admin: what waits, what is missing, what is late, and a mail by one click."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from participants.models import OutgoingMail
from tests.conftest import reports_on
from tests.factories import (
    ActionFactory,
    ActionUpdateFactory,
    EventFactory,
    EventPartnerFactory,
    SessionFactory,
    StatusChangeFactory,
    TakeawayFactory,
    ThemeFactory,
)
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
NUDGE = "/admin/outcomes/outcome/nudge/"


@pytest.fixture
def desk(client, own_editor):
    return sign_in(client, own_editor)


def figures(desk):
    front = desk.get("/admin/").context["front"]
    return {figure.label: figure.count for figure in front.to_do}


@pytest.fixture
def late(event):
    """The event, whose deadline passed three days ago, with a rapporteur who filed nothing."""
    event.outcomes_due_on = timezone.localdate() - dt.timedelta(days=3)
    event.save()
    reports_on(SessionFactory(event=event, title="Silent session"), email="late@example.org", name="Late Rapporteur")
    return event


def test_figures_count_what_is_ones_own_and_lead_to_it(desk, event, institution, foreign_editor):
    theme = ThemeFactory()
    for where in (event, EventFactory()):  # the other is not theirs
        again = TakeawayFactory(event=where, submitted=True, themes=[theme])
        StatusChangeFactory(outcome=again, from_status="submitted", to_status="changes_requested")
        TakeawayFactory(event=where, submitted=True, themes=[theme])
        TakeawayFactory(event=where, approved=True)
        action = ActionFactory(event=where, published=True, themes=[theme], due_on=dt.date(2020, 1, 1))
        ActionUpdateFactory(action=action)
    EventPartnerFactory(event=EventFactory(starts_on=None, draft=True), organisation=institution, role="host")

    front = desk.get("/admin/").context["front"]

    assert {figure.label: figure.count for figure in front.to_do} == {
        "To review": 2,
        "Of these, sent back and submitted again": 1,
        "Approved, not yet published": 1,
        "Outcomes without a theme": 1,
        "Events without a date": 1,
        "Actions with updates to confirm": 1,
        "Actions overdue": 1,
    }
    for figure in front.to_do:
        listed = desk.get(figure.address).context
        found = listed["cl"].result_count if "cl" in listed else listed["number"]
        assert found == figure.count, figure.label


def test_page_of_a_reviewer_holds_what_they_do_and_no_more(client, reviewer, late):
    TakeawayFactory(event=late, submitted=True)

    response = sign_in(client, reviewer).get("/admin/")

    assert response.context["front"].to_do[0].label == "To review"
    assert len(response.context["front"].to_do) == 3
    assert "Late Rapporteur" not in response.content.decode()


def test_missing_reports_are_named_by_event_with_the_days(desk, late, other_rapporteur):
    TakeawayFactory(event=late, session=late.sessions.get(title="Another session"), submitted=True)

    [found] = desk.get("/admin/").context["front"].missing

    assert (found.event, found.late, [one.participation.person.name for one in found.people]) == (
        late,
        3,
        ["Late Rapporteur"],
    )
    assert "3 days late" in desk.get("/admin/").content.decode()


def test_one_click_writes_one_mail_a_day_and_person(desk, late, settings):
    settings.SITE_URL = "https://outcomes.example.org"
    for _ in range(2):
        desk.post(NUDGE, {"event": late.pk}, HTTP_HOST="localhost")

    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.private) == ("late@example.org", True)
    assert "Silent session: nothing written yet" in mail.body
    assert "https://outcomes.example.org/desk/" in mail.body
    assert "Silent session" not in mail.subject
    assert mail.unsubscribe
    assert "Asked today" in desk.get("/admin/").content.decode()


def test_one_person_can_be_asked_alone_and_nobody_who_does_not_want_it(desk, late, other_rapporteur):
    mine, other = (late.participations.get(person__name=name) for name in ("Late Rapporteur", "Other Rapporteur"))
    people = f"/admin/events/event/{late.pk}/workspace/people/"
    other.wants_reminders = False
    other.save()

    answer = desk.post(NUDGE, {"event": late.pk, "person": mine.pk, "back": people})
    refused = desk.post(NUDGE, {"event": late.pk, "person": other.pk}, follow=True)

    assert answer["Location"] == people
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == ["late@example.org"]
    assert "Has switched reminders off." in refused.content.decode()


def test_nudges_are_for_who_runs_the_event_and_lead_nowhere_else(late, foreign_editor, reviewer, own_editor, editor):
    other = EventFactory(outcomes_due_on=dt.date(2026, 1, 1))
    reports_on(SessionFactory(event=other), email="abroad@example.org", name="Abroad")
    for user in (foreign_editor, reviewer):
        assert sign_in(Client(), user).post(NUDGE, {"event": late.pk}).status_code == 404
    own = sign_in(Client(), own_editor)
    assert own.post(NUDGE, {"event": [late.pk, other.pk]}).status_code == 404
    assert own.get(NUDGE).status_code == 405
    assert own.post(NUDGE, {"event": "x"}).status_code == 404
    assert not OutgoingMail.objects.exists()

    answer = sign_in(Client(), editor).post(NUDGE, {"event": [late.pk, other.pk], "back": "//evil.example/admin/"})

    assert answer["Location"] == "/admin/"
    assert OutgoingMail.objects.count() == 2


@pytest.mark.parametrize("number", [1, 8])
def test_front_page_costs_the_same_at_any_size(desk, late, institution, number):
    for index in range(number):
        event = EventFactory(outcomes_due_on=timezone.localdate() - dt.timedelta(days=index + 1))
        EventPartnerFactory(event=event, organisation=institution, role="host")
        reports_on(SessionFactory(event=event), email=f"r{index}@example.org", name=f"Rapporteur {index}")
        TakeawayFactory(event=event, submitted=True)
        ActionUpdateFactory(action=ActionFactory(event=event, published=True))
    desk.get("/admin/")

    with CaptureQueriesContext(connection) as asked:
        desk.get("/admin/")

    assert len(asked) == 20
