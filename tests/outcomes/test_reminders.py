"""What is promised about reminders: to whom, when, once, and never what is no longer true."""

import datetime as dt
import os
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from outcomes.reminders import remind, remind_of, unsubmitted
from participants import upkeep
from participants.models import OutgoingMail
from tests.conftest import reports_on
from tests.factories import (
    BreakoutGroupFactory,
    EventFactory,
    InvitationFactory,
    OutcomeFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    SessionFactory,
    UserFactory,
)
from tests.staff import save, saved, sign_in

pytestmark = pytest.mark.django_db

# Eight in the morning in Santiago, three days before the due day.
MORNING = dt.datetime(2026, 3, 3, 11, tzinfo=dt.UTC)
DUE = dt.date(2026, 3, 6)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@pytest.fixture
def now(time_machine):
    """A clock that moves only when told to."""
    time_machine.move_to(MORNING, tick=False)
    return time_machine


@pytest.fixture
def event(now):
    return EventFactory(title="Dialogue on made-up matters", time_zone="America/Santiago", outcomes_due_on=DUE)


@pytest.fixture
def group(event):
    plenary = SessionFactory(event=event, title="Plenary")
    return BreakoutGroupFactory(event=event, number="2", title="Rivers", parent=plenary)


@pytest.fixture
def lea(group):
    return reports_on(group, email="lea@example.org", name="Lea Invented")


def reminded():
    """Who has a reminder in the outbox."""
    return sorted(OutgoingMail.objects.values_list("to", flat=True))


# --- What it says --------------------------------------------------------------------------------------------------


def test_a_reminder_names_what_is_left_and_the_deadline_in_the_zone_of_the_event(lea, group, mailoutbox):
    OutcomeFactory(event=group.event, session=group)

    remind.call()
    call_command("worker", batch=True)

    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (
        ["lea@example.org"],
        "Your outcomes of “Dialogue on made-up matters” are due on Friday 6 March",
    )
    assert "due by the end of Friday 6 March 2026, Santiago time (UTC−3) (3 days left)." in " ".join(mail.body.split())
    assert "- Breakout group 2: Rivers: 1 draft, not submitted" in mail.body
    assert f"http://localhost:8000/desk/sessions/{group.code}/" in mail.body


def test_everything_left_at_one_event_stands_in_one_mail_that_leads_to_the_desk(lea, event, mailoutbox):
    other = SessionFactory(event=event, title="Closing words")
    RoleFactory(rapporteur=True, participation=lea.person.participations.get(), session=other)

    remind.call()
    call_command("worker", batch=True)

    [mail] = mailoutbox
    assert "- Breakout group 2: Rivers: nothing written yet" in mail.body
    assert "- Closing words: nothing written yet" in mail.body
    assert "http://localhost:8000/desk/\n" in mail.body


def test_a_reminder_of_a_closed_event_names_it_in_no_subject(lea, event):
    type(event).objects.update(attribution="closed")

    remind.call()

    assert OutgoingMail.objects.get().subject == "Your outcomes of a dialogue are due on Friday 6 March"


# --- When ----------------------------------------------------------------------------------------------------------


def test_reminders_go_out_in_the_morning_of_the_event_three_times_and_no_more(lea, now):
    went = []
    now.move_to(MORNING - DAY)
    for hour in range(24 * 8):
        before = OutgoingMail.objects.count()
        remind.call()
        remind.call()
        if OutgoingMail.objects.count() > before:
            went.append(dt.timedelta(hours=hour) - DAY)
        now.shift(HOUR)

    assert went == [0 * DAY, 2 * DAY, 4 * DAY]  # three days and one day before the due day, and the day after


def test_a_worker_that_was_away_all_day_leaves_the_reminder_out(lea, now):
    now.move_to(MORNING + DAY)

    remind.call()

    assert reminded() == []


def test_the_days_are_a_setting(lea, now, settings):
    settings.REMINDER_DAYS = [0]
    remind.call()
    early = reminded()
    now.move_to(MORNING + 3 * DAY)
    remind.call()
    on_the_day = reminded()
    settings.REMINDER_DAYS = []
    now.move_to(MORNING + 2 * DAY)

    assert (early, on_the_day, remind.call()) == ([], ["lea@example.org"], 0)


@pytest.mark.parametrize("accepts_late", [True, False])
@pytest.mark.parametrize("state", ["nothing", "draft beside nothing", "draft beside what is filed", "all filed"])
def test_after_the_deadline_only_what_can_still_be_done_is_asked_for(lea, group, now, state, accepts_late, mailoutbox):
    type(group.event).objects.update(accepts_late=accepts_late)
    if "draft" in state:
        OutcomeFactory(event=group.event, session=group)
    if "filed" in state:
        OutcomeFactory(event=group.event, session=group, submitted=True)
    now.move_to(MORNING + 4 * DAY)

    remind.call()
    call_command("worker", batch=True)

    expected = {
        "nothing": True,
        "draft beside nothing": True,
        "draft beside what is filed": accepts_late,
        "all filed": False,
    }
    assert bool(mailoutbox) == expected[state]
    for mail in mailoutbox:
        assert "were due on Friday 6 March" in mail.subject
        assert ("You may still submit." in mail.body) == accepts_late
        assert ("ask the secretariat to allow late filing" in mail.body) != accepts_late


def test_the_worker_reminds_by_its_clock(lea, mailoutbox):
    call_command("worker", batch=True)

    assert [mail.to for mail in mailoutbox] == [["lea@example.org"]]


# --- To whom -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "traits, is_reminded",
    [
        ([], True),
        ([{}], True),
        ([{"changes_requested": True}], True),
        ([{"submitted": True}], False),
        ([{"approved": True}], False),
        ([{"published": True}], False),
        ([{"published": True}, {}], True),
        ([{"withdrawn": True}], False),
    ],
)
def test_only_who_has_something_left_is_reminded(lea, group, traits, is_reminded):
    for outcome in traits:
        OutcomeFactory(event=group.event, session=group, **outcome)

    remind.call()

    assert reminded() == (["lea@example.org"] if is_reminded else [])


def test_what_a_group_under_the_session_filed_counts_for_who_reports_on_the_session(event, group):
    reports_on(group.parent, email="plenary@example.org", name="Plenary")
    OutcomeFactory(event=event, session=group, submitted=True)

    remind.call()

    assert reminded() == []


def test_who_reports_on_the_whole_is_not_asked_for_what_others_are_named_for(event, group, lea):
    whole = ParticipationFactory(event=event, person=PersonFactory(user=UserFactory(email="whole@example.org")))
    RoleFactory(rapporteur=True, participation=whole)
    OutcomeFactory(event=event, session=group)
    OutcomeFactory(event=event, submitted=True)

    remind.call()
    first = reminded()
    OutgoingMail.objects.all().delete()
    OutcomeFactory(event=event, session=SessionFactory(event=event))
    remind.call()

    assert first == ["lea@example.org"]
    assert reminded() == ["lea@example.org", "whole@example.org"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lea: type(lea).objects.update(is_active=False),
        lambda lea: type(lea.person).objects.update(user=None),
        lambda lea: lea.person.participations.get().roles.update(role="speaker"),
        lambda lea: lea.person.participations.update(wants_reminders=False),
        lambda lea: lea.person.participations.get().event.withdraw(by=UserFactory(editor=True)),
        lambda lea: type(lea.person.participations.get().event).objects.update(outcomes_due_on=None),
        lambda lea: InvitationFactory(participation=lea.person.participations.get(), invited_at=MORNING - HOUR),
    ],
    ids=["inactive", "no account", "no rapporteur", "unsubscribed", "withdrawn", "no deadline", "invited just now"],
)
def test_who_cannot_or_need_not_act_gets_none(lea, spoil):
    spoil(lea)

    remind.call()

    assert reminded() == []


def test_who_was_invited_longer_ago_gets_one(lea):
    InvitationFactory(participation=lea.person.participations.get(), invited_at=MORNING - 2 * DAY)

    remind.call()

    assert reminded() == ["lea@example.org"]


# --- Never what is not true ----------------------------------------------------------------------------------------


def test_a_deadline_that_was_moved_is_reminded_of_anew(lea, event, now):
    remind.call()
    type(event).objects.update(outcomes_due_on=DUE + 7 * DAY)
    now.shift(DAY)
    remind.call()
    between = OutgoingMail.objects.count()
    now.shift(6 * DAY)
    remind.call()

    assert between == 1
    assert OutgoingMail.objects.count() == 2
    assert "Friday 13 March" in OutgoingMail.objects.last().subject


@pytest.mark.parametrize(
    "change", [{"outcomes_due_on": "2026-03-20"}, {"accepts_late": "on"}, {"time_zone": "Asia/Tokyo"}]
)
def test_a_reminder_not_sent_yet_is_taken_back_when_staff_change_the_deadline(client, editor, lea, event, change):
    other = EventFactory(outcomes_due_on=DUE, time_zone="America/Santiago")
    reports_on(SessionFactory(event=other), email="other@example.org", name="Other")
    remind.call()
    before = reminded()

    assert saved(save(sign_in(client, editor), f"/admin/events/event/{event.pk}/change/", **change))

    assert before == ["lea@example.org", "other@example.org"]
    assert reminded() == ["other@example.org"]


def test_a_reminder_not_sent_yet_is_taken_back_when_the_event_is_withdrawn(lea, event, editor):
    remind.call()

    event.withdraw(by=editor)

    assert reminded() == []


def test_a_reminder_that_went_stays_in_the_outbox_so_that_none_goes_twice(lea, event, editor, mailoutbox):
    remind.call()
    call_command("worker", batch=True)
    event.take_back_reminders()
    remind.call()
    call_command("worker", batch=True)

    assert len(mailoutbox) == 1


def test_a_reminder_in_a_workers_hands_is_left_to_it(lea, event):
    remind.call()
    OutgoingMail.objects.claim(OutgoingMail.objects.get().pk)

    event.take_back_reminders()

    assert reminded() == ["lea@example.org"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_one(lea, event, now):
    now.move_to(MORNING, tick=True)
    start = threading.Barrier(4)

    def work():
        start.wait()
        remind.call()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert reminded() == ["lea@example.org"]


@pytest.mark.parametrize("rapporteurs", [1, 10])
def test_looking_costs_the_same_for_any_number(event, now, django_assert_num_queries, rapporteurs):
    for index in range(rapporteurs):
        session = SessionFactory(event=event)
        reports_on(session, email=f"r{index}@example.org", name=f"R {index}")
        OutcomeFactory(event=event, session=session)

    with django_assert_num_queries(4):
        found = list(unsubmitted(event, MORNING))
        _ = [str(one.place) for *_, left in found for one in left]

    assert len(found) == rapporteurs


def test_one_of_a_deleted_event_is_no_error(event, lea, now):
    event.delete()

    assert remind_of(event.pk, MORNING) == 0


# --- No more of them -----------------------------------------------------------------------------------------------


@pytest.fixture
def one_click(lea, mailoutbox):
    """The address in the headers of a reminder that went."""
    remind.call()
    call_command("worker", batch=True)
    [mail] = mailoutbox
    headers = mail.message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].strip("<>")
    assert address in mail.body
    assert address.startswith("http://localhost:8000/reminders/")
    return urlsplit(address).path


def wants(lea):
    return lea.person.participations.get().wants_reminders


def test_one_click_of_a_mail_program_ends_them_without_cookie_or_session(one_click, lea, now):
    program = Client(enforce_csrf_checks=True)

    answers = [program.post(one_click, {"List-Unsubscribe": "One-Click"}) for _ in range(2)]
    now.shift(2 * DAY)
    remind.call()

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not program.cookies
    assert not wants(lea)
    assert OutgoingMail.objects.count() == 1


def test_following_the_link_ends_nothing_and_its_button_does(client, one_click, lea):
    shown = client.get(one_click).content.decode()
    client.head(one_click)
    still = wants(lea)
    ended = client.post(one_click).content.decode()
    after = wants(lea)
    again = client.post(one_click, {"again": "yes"}).content.decode()

    assert "Get no more reminders?" in shown
    assert "You get no more reminders" in ended
    assert "Get no more reminders?" in again
    assert (still, after, wants(lea)) == (True, False, True)


def test_the_link_is_good_for_one_event_and_nothing_else(client, one_click, lea, event):
    elsewhere = ParticipationFactory(event=EventFactory(), person=lea.person)
    token = one_click.split("/")[-2]

    client.post(one_click)

    elsewhere.refresh_from_db()
    assert elsewhere.wants_reminders
    assert client.get(f"/desk/invitation/{token}/").status_code == 404
    assert event.title not in client.get(one_click).content.decode()


@pytest.mark.parametrize("token", ["x", "MQ:abc", "%00", "%ED%A0%80", "é" * 300, ":"])
def test_a_wrong_link_says_so_and_changes_nothing(client, one_click, lea, token):
    answers = [client.get(f"/reminders/{token}/"), client.post(f"/reminders/{token}/")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "This link does not work" in answers[0].content.decode()
    assert wants(lea)


def test_the_text_of_a_reminder_that_went_is_not_kept(one_click):
    [row] = OutgoingMail.objects.values()

    assert (row["body"], row["unsubscribe"]) == ("", "")


def test_a_link_that_was_never_delivered_is_wiped_when_given_up(lea, now):
    remind.call()
    OutgoingMail.objects.update(attempts=8, claimed_at=MORNING, error="refused")
    now.shift(2 * DAY)

    upkeep.clean_up.call()

    row = OutgoingMail.objects.get()
    assert (row.body, row.unsubscribe, row.error) == ("", "", "refused")


# --- The setting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given, said",
    [("", "[]"), (" 7, 2,-3 ", "[7, 2, -3]"), ("x", "REMINDER_DAYS must be"), ("300", "REMINDER_DAYS must be")],
)
def test_what_operators_may_set_and_what_stops_the_start_in_one_line(given, said):
    code = "from django.conf import settings; print(settings.REMINDER_DAYS)"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "on", "REMINDER_DAYS": given}

    run = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True)

    [line] = (run.stdout + run.stderr).splitlines()
    assert said in line
