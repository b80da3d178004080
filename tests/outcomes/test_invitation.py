"""What is promised about invitations: who may be invited, what the mail says, what its link opens and to whom."""

import datetime as dt
import re
import threading
import uuid
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from events.invitations import invite, rapporteurs
from events.models import Invitation, NotAllowed
from participants.models import BrowserSession, OutgoingMail, SignInCode, User
from tests.factories import (
    BreakoutGroupFactory,
    EventFactory,
    InvitationFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    SessionFactory,
    UserFactory,
)
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(time_machine):
    """A clock that moves only when told to."""
    time_machine.move_to(dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC), tick=False)
    return time_machine


@pytest.fixture
def event(now):
    return EventFactory(
        title="Dialogue on made-up matters", time_zone="America/Santiago", outcomes_due_on=dt.date(2026, 3, 6)
    )


@pytest.fixture
def group(event):
    plenary = SessionFactory(event=event, title="Plenary on lakes")
    return BreakoutGroupFactory(event=event, number="2", title="Rivers", parent=plenary)


def to_report(event, *sessions, email="lea@example.org", name="Lea Invented", **person):
    """Return the participation of somebody who reports on `sessions` (None for the whole) and has no account."""
    participation = ParticipationFactory(event=event, person=PersonFactory(name=name, email=email, **person))
    for session in sessions:
        RoleFactory(rapporteur=True, participation=participation, session=session)
    return participation


@pytest.fixture
def lea(event, group):
    return to_report(event, group, honorific="Dr")


@pytest.fixture
def desk(client, editor):
    """The browser of an editor."""
    return sign_in(client, editor)


def page(event):
    return f"/admin/events/event/{event.pk}/rapporteurs/"


def send(client, event, *participations, sending=None, **extra):
    """Tick `participations` and press the button."""
    keys = [participation.pk for participation in participations]
    return client.post(page(event), {"rapporteur": keys, "sending": str(sending or uuid.uuid4())} | extra, follow=True)


def link_in(mail):
    return urlsplit(re.search(r"http\S+/desk/invitation/\S+", mail.body)[0]).path


def said(response):
    return [str(message) for message in response.context["messages"]]


# --- Inviting ------------------------------------------------------------------------------------------------------


def test_an_invitation_names_event_session_and_deadline_in_the_zone_of_the_event(desk, event, lea, mailoutbox):
    answer = send(desk, event, lea)
    call_command("worker", batch=True)

    [mail] = mailoutbox
    assert said(answer) == ["1 invitation is on the way."]
    assert (mail.to, mail.subject) == (
        ["lea@example.org"],
        "Invitation to report on “Dialogue on made-up matters”",
    )
    assert "Dear Dr Lea Invented," in mail.body
    assert "- Breakout group 2: Rivers (Plenary on lakes)" in mail.body
    assert "Please submit by the end of Friday 6 March 2026, Santiago time (UTC−3) (3 days left)." in mail.body
    assert f"http://localhost:8000{link_in(mail)}" in mail.body
    assert "List-Unsubscribe" not in mail.extra_headers


def test_everything_somebody_reports_on_stands_in_one_mail(desk, event, group, mailoutbox):
    other = SessionFactory(event=event, title="Closing words")

    send(desk, event, to_report(event, group, other, None))
    call_command("worker", batch=True)

    [mail] = mailoutbox
    lines = [line for line in mail.body.splitlines() if line.startswith("- ")]
    assert sorted(lines) == [
        "- Breakout group 2: Rivers (Plenary on lakes)",
        "- Closing words",
        "- The event as a whole",
    ]


def test_a_closed_session_is_named_in_the_mail_and_in_no_subject(desk, event, lea, group, mailoutbox):
    type(event).objects.update(attribution="closed")

    send(desk, event, lea)
    call_command("worker", batch=True)

    [mail] = mailoutbox
    assert mail.subject == "Invitation to report on a dialogue"
    assert "Rivers" in mail.body
    assert event.title in mail.body


def test_inviting_makes_an_account_that_only_a_code_opens(desk, event, lea):
    send(desk, event, lea)

    lea.person.refresh_from_db()
    account = lea.person.user
    assert (account.email, account.name, account.is_staff) == ("lea@example.org", "Lea Invented", False)
    assert not account.has_usable_password()


def test_inviting_ties_the_account_that_has_the_address_however_it_is_written(desk, event, group):
    account = UserFactory(email="lea@example.org", name="Lea")
    participation = to_report(event, group, email="Lea@Example.ORG")

    send(desk, event, participation)

    participation.person.refresh_from_db()
    assert participation.person.user == account
    assert User.objects.filter(email__iexact="lea@example.org").count() == 1


@pytest.mark.parametrize(
    "spoil, reason",
    [
        (lambda: None, "No e-mail address yet."),
        (lambda: UserFactory(email="lea@example.org", editor=True), "This address is that of a staff account."),
        (lambda: UserFactory(email="lea@example.org", is_superuser=True), "This address is that of a staff account."),
        (lambda: UserFactory(email="lea@example.org", is_active=False), "The account is switched off."),
        (
            lambda: PersonFactory(name="Other One", user=UserFactory(email="lea@example.org")),
            "This address is that of another person’s account: Other One.",
        ),
    ],
)
def test_who_cannot_be_invited_is_told_with_the_reason_and_stops_nobody_else(desk, event, group, lea, spoil, reason):
    if reason.startswith("No e-mail"):
        type(lea.person).objects.filter(pk=lea.person.pk).update(email="")
    spoil()
    max_ = to_report(event, group, name="Max Invented", email="max@example.org")

    shown = desk.get(page(event)).content.decode()
    answer = send(desk, event, lea, max_)

    lea.person.refresh_from_db()
    assert reason in shown
    assert f'value="{lea.pk}"' not in shown
    assert said(answer)[0] == "1 invitation is on the way."
    assert said(answer)[1].startswith(f"Lea Invented was not invited. {reason}")
    assert lea.person.user is None
    assert [invitation.participation for invitation in Invitation.objects.all()] == [max_]


def test_a_double_click_sends_one_mail_and_makes_one_invitation(desk, event, lea):
    sending = uuid.uuid4()

    first = send(desk, event, lea, sending=sending)
    second = send(desk, event, lea, sending=sending)

    assert said(first) == ["1 invitation is on the way."]
    assert said(second) == ["These invitations were sent already."]
    assert Invitation.objects.filter(revoked_at=None).count() == Invitation.objects.count() == 1
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_send_one_mail(event, lea, editor, time_machine):
    time_machine.move_to(timezone.now(), tick=True)
    sending, start, failures = uuid.uuid4(), threading.Barrier(4), []

    def click():
        start.wait()
        try:
            invite(event, [lea.pk], by=editor, sending=sending)
        except Exception as error:  # noqa: BLE001 - whatever it is fails the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert OutgoingMail.objects.count() == Invitation.objects.count() == 1
    assert User.objects.filter(email="lea@example.org").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_events_that_invite_somebody_at_once_make_one_account(event, lea, editor, time_machine):
    time_machine.move_to(timezone.now(), tick=True)
    other = EventFactory()
    again = ParticipationFactory(event=other, person=lea.person)
    RoleFactory(rapporteur=True, participation=again)
    start, results = threading.Barrier(2), []

    def click(where, participation):
        start.wait()
        try:
            results.append(invite(where, [participation.pk], by=editor, sending=uuid.uuid4()))
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=args) for args in ((event, lea), (other, again))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    sent = sum(len(result.new) for result in results)
    assert len(results) == 2
    assert sent >= 1
    assert User.objects.filter(email="lea@example.org").count() == 1
    assert OutgoingMail.objects.count() == sent


def test_only_staff_invite(event, lea, outsider):
    with pytest.raises(NotAllowed):
        invite(event, [lea.pk], by=outsider, sending=uuid.uuid4())

    assert Invitation.objects.count() == 0


def test_nobody_is_invited_who_is_no_rapporteur_there(desk, event, lea):
    speaker = ParticipationFactory(event=event, person__email="speaker@example.org")
    RoleFactory(participation=speaker, role="speaker")
    elsewhere = to_report(EventFactory(), None, email="elsewhere@example.org")

    send(desk, event, speaker, elsewhere)

    assert Invitation.objects.count() == OutgoingMail.objects.count() == 0


def test_nobody_is_invited_to_a_withdrawn_event(desk, event, lea):
    type(event).objects.update(status="withdrawn", withdrawn_at=timezone.now())

    answer = send(desk, event, lea)

    assert said(answer) == ["Lea Invented was not invited. The event is withdrawn."]
    assert OutgoingMail.objects.count() == 0


@pytest.mark.parametrize("typed", [{}, {"rapporteur": "x"}, {"rapporteur": "9" * 30}, {"link": "\x00"}])
def test_a_post_that_names_nobody_says_so(desk, event, lea, typed):
    answer = desk.post(page(event), typed, follow=True)

    assert said(answer) == ["Nobody was invited: tick at least one."]
    assert Invitation.objects.count() == 0


# --- The page of the staff -----------------------------------------------------------------------------------------


def test_the_page_says_who_was_invited_and_who_came_and_shows_no_address(desk, event, lea, editor):
    send(desk, event, lea)
    Invitation.objects.update(opened_at=dt.datetime(2026, 3, 3, 13, 5, tzinfo=dt.UTC))
    User.objects.filter(email="lea@example.org").update(last_login=dt.datetime(2026, 3, 3, 13, 6, tzinfo=dt.UTC))

    body = " ".join(desk.get(page(event)).content.decode().split())

    assert re.search(
        r"3 March 2026, 12:00</time> by mail, <bdi>Ed Itor</bdi> · link used <time[^>]*>3 March 2026, 13:05", body
    )
    assert re.search(r"Last signed in <time[^>]*>3 March 2026, 13:06", body)
    assert "l…@example.org" in body
    assert "lea@example.org" not in body
    assert Invitation.objects.get().address in body


def test_a_link_can_be_made_and_handed_over_without_a_mail(desk, client, event, lea):
    desk.post(page(event), {"link": lea.pk, "sending": str(uuid.uuid4())})

    invitation = Invitation.objects.get()
    body = desk.get(page(event)).content.decode()
    assert OutgoingMail.objects.count() == 0
    assert not invitation.by_mail
    assert f'data-copy="{invitation.address}"' in body


def test_after_a_change_of_the_key_the_old_link_works_and_can_no_longer_be_copied(desk, event, lea, client, settings):
    old = InvitationFactory(participation=lea)
    lea.person.user = UserFactory(email="lea@example.org")
    lea.person.save()
    path = urlsplit(old.address).path
    settings.SECRET_KEY = "another key " * 5
    cached = Invitation.objects.get()

    assert cached.address == ""
    assert Invitation.objects.with_token(path.split("/")[-2]) == cached


@pytest.mark.parametrize("number", [1, 12])
def test_the_page_costs_the_same_for_any_number(desk, event, group, django_assert_num_queries, number):
    for index in range(number):
        participation = to_report(event, group, None, email=f"r{index}@example.org", name=f"Rapporteur {index}")
        InvitationFactory(participation=participation)
        if index % 2 == 0:
            UserFactory(email=f"r{index}@example.org", editor=True)

    with django_assert_num_queries(5):
        found = rapporteurs(event)
        _ = [(row.places, row.masked, row.invitation.address, row.against) for row in found]

    assert len(found) == number


def test_reading_the_page_changes_nothing(desk, event, lea):
    desk.get(page(event))
    desk.head(page(event))

    lea.person.refresh_from_db()
    assert lea.person.user is None
    assert Invitation.objects.count() == OutgoingMail.objects.count() == 0


def test_whoever_is_made_a_rapporteur_can_be_invited_from_there(desk, event, group):
    guest = ParticipationFactory(event=event, person__name="Gus Invented")
    new = {"participation": guest.pk, "role": "rapporteur", "session": group.pk, "position": 0}

    made = desk.post(f"/admin/events/role/add/?event={event.pk}", new, follow=True)
    speaker = desk.post(f"/admin/events/role/add/?event={event.pk}", new | {"role": "chair"}, follow=True)
    InvitationFactory(participation=guest)
    invited = desk.post(f"/admin/events/role/{guest.roles.first().pk}/change/", new, follow=True)

    offer = f'Gus Invented is a rapporteur and not invited yet. <a href="{page(event)}">Invite rapporteurs</a>'
    assert [offer in said(answer) for answer in (made, speaker, invited)] == [True, True, False]


def test_event_session_and_role_lead_to_the_page(desk, event, group, lea):
    addresses = [
        f"/admin/events/event/{event.pk}/change/",
        f"/admin/events/session/{group.pk}/change/",
        f"/admin/events/role/{lea.roles.get().pk}/change/",
    ]

    for address in addresses:
        assert page(event) in desk.get(address).content.decode(), address


# --- The link ------------------------------------------------------------------------------------------------------


@pytest.fixture
def invited(event, lea, editor):
    """An invitation of Lea, whose account is made."""
    return invite(event, [lea.pk], by=editor, sending=uuid.uuid4()).new[0]


@pytest.fixture
def link(invited):
    return urlsplit(invited.address).path


def test_the_page_names_event_session_and_deadline_and_hides_most_of_the_address(client, link):
    response = client.get(link)

    body = " ".join(response.content.decode().split())
    assert response.status_code == 200
    assert "Dialogue on made-up matters" in body
    assert "Breakout group 2: Rivers (Plenary on lakes)" in body
    assert "Submit by the end of Friday 6 March 2026, Santiago time (UTC−3)" in body
    assert "l…@example.org" in body
    assert "lea@example.org" not in body
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_following_the_link_changes_nothing(client, link, method):
    before = Invitation.objects.values().get(), SignInCode.objects.count(), OutgoingMail.objects.count()

    getattr(client, method)(link)

    assert (Invitation.objects.values().get(), SignInCode.objects.count(), OutgoingMail.objects.count()) == before


def test_link_button_code_and_the_desk_of_that_session(client, invited, link, group, mailoutbox):
    pressed = client.post(link)
    typed_in = client.get(pressed.url).content.decode()
    call_command("worker", batch=True)
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", mailoutbox[0].body)[0]
    entered = client.post(pressed.url, {"code": code})

    assert pressed.url == "/sign-in/code/"
    assert "l…@example.org" in typed_in
    assert "lea@example.org" not in typed_in
    assert [mail.to for mail in mailoutbox] == [["lea@example.org"]] * 2  # the code goes before the invitation
    assert entered.url == f"/desk/sessions/{group.code}/"
    assert client.get(entered.url).status_code == 200
    invited.refresh_from_db()
    assert invited.opened_at is not None


def test_a_new_code_is_sent_without_the_page_knowing_the_address(client, link, mailoutbox):
    client.post(link)
    again = client.post("/sign-in/", {"again": "yes"})
    shown = client.get(again.url).content.decode()
    call_command("worker", batch=True)

    assert again.url == "/sign-in/code/"
    assert "lea@example.org" not in shown
    assert [mail.subject for mail in mailoutbox].count("Your code for Readout") == 1  # the first ended with the second


def test_who_reports_on_several_sessions_lands_on_the_desk(client, event, link, lea, mailoutbox):
    RoleFactory(rapporteur=True, participation=lea, session=SessionFactory(event=event))
    client.post(link)
    call_command("worker", batch=True)
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", mailoutbox[0].body)[0]

    assert client.post("/sign-in/code/", {"code": code}).url == "/desk/"


def test_the_link_alone_signs_nobody_in(client, link):
    client.post(link)

    assert "_auth_user_id" not in client.session
    assert client.get("/desk/").status_code == 302


def test_who_is_signed_in_already_goes_on_without_a_code(client, link, lea, group):
    lea.person.refresh_from_db()
    client.force_login(lea.person.user)

    shown = client.get(link).content.decode()
    pressed = client.post(link)

    assert "You are signed in already." in shown
    assert pressed.url == f"/desk/sessions/{group.code}/"
    assert SignInCode.objects.count() == 0


def test_somebody_else_who_is_signed_in_is_signed_out_by_the_button_alone(client, link, outsider):
    client.force_login(outsider)

    shown = client.get(link).content.decode()
    still = client.session["_auth_user_id"]
    client.post(link)

    assert "Somebody else is signed in" in shown
    assert still == str(outsider.pk)
    assert "_auth_user_id" not in client.session


def test_staff_who_report_sign_in_as_staff_do(client, event, group, editor):
    participation = ParticipationFactory(event=event, person=PersonFactory(user=editor))
    RoleFactory(rapporteur=True, participation=participation, session=group)
    [invitation] = invite(event, [participation.pk], by=editor, sending=uuid.uuid4()).new
    path = urlsplit(invitation.address).path

    pressed = client.post(path)

    assert "sign in as staff, with your password" in " ".join(OutgoingMail.objects.get().body.split())
    assert "sign in with your password" in client.get(path).content.decode()
    assert pressed.url == f"/accounts/login/?next=%2Fdesk%2Fsessions%2F{group.code}%2F"
    assert SignInCode.objects.count() == 0


def test_codes_asked_for_too_often_are_refused_on_the_page(client, link):
    answers = [client.post(link).status_code for _ in range(7)]

    assert answers == [302] * 6 + [429]
    assert "Too many codes were asked for" in client.post(link).content.decode()


GONE = {
    "wrong": lambda invitation: "A" * 43,
    "of odd characters": lambda invitation: "%ED%A0%80%00é",
    "revoked by a newer one": lambda invitation: Invitation.objects.issue(
        invitation.participation, sending=uuid.uuid4(), by=None, by_mail=True
    ),
    "whose role has ended": lambda invitation: invitation.participation.roles.all().delete(),
    "whose participation is deleted": lambda invitation: invitation.participation.delete(),
    "of a withdrawn event": lambda invitation: type(invitation.participation.event).objects.update(
        status="withdrawn", withdrawn_at=timezone.now()
    ),
    "of an account switched off": lambda invitation: User.objects.filter(email="lea@example.org").update(
        is_active=False
    ),
}


@pytest.mark.parametrize("kind", [*GONE, "expired"])
def test_a_link_that_is_wrong_expired_or_revoked_gets_one_answer(client, invited, link, now, kind):
    wrong = client.get("/desk/invitation/nothing/")
    token = "nothing"
    if kind == "expired":
        now.shift(dt.timedelta(weeks=4, days=4))
    else:
        token = GONE[kind](invited)
    path = f"/desk/invitation/{token}/" if isinstance(token, str) and token != "nothing" else link

    answers = [client.get(path), client.post(path)]

    for answer in answers:
        assert answer.status_code == wrong.status_code == 404
        assert answer.content == wrong.content
        assert answer.headers == wrong.headers
    assert b'href="/sign-in/"' in wrong.content
    assert SignInCode.objects.count() == 0


def test_a_link_works_for_four_weeks_after_the_deadline(client, link, now):
    now.move_to(dt.datetime(2026, 4, 4, 2, 59, tzinfo=dt.UTC))
    before = client.get(link).status_code
    now.shift(dt.timedelta(minutes=1))

    assert (before, client.get(link).status_code) == (200, 404)


def test_a_deadline_moved_later_keeps_the_link_alive(client, link, event, now):
    now.shift(dt.timedelta(weeks=6))
    type(event).objects.update(outcomes_due_on=dt.date(2026, 5, 1))

    assert client.get(link).status_code == 200


def test_nothing_stored_opens_anything(client, invited, link, mailoutbox):
    token = link.split("/")[-2]
    call_command("worker", batch=True)

    stored = [str(row) for row in (*Invitation.objects.values(), *OutgoingMail.objects.values())]
    assert token in mailoutbox[0].body
    assert not [row for row in stored if token in row]
    assert client.get(f"/desk/invitation/{invited.token_hash}/").status_code == 404
    assert client.get(f"/desk/invitation/{invited.pk}/").status_code == 404


# --- How long a session lasts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "due_in, lasts",
    [(None, 14), (-3, 14), (3, 14), (20, 21.5), (300, 45)],  # from noon: the end of the due day, and a day more
)
def test_a_session_lasts_until_after_the_deadline_within_bounds(client, group, lea, due_in, lasts, mailoutbox):
    due = due_in and timezone.now().date() + dt.timedelta(days=due_in)
    type(group.event).objects.update(outcomes_due_on=due, time_zone="UTC")
    lea.person.user = UserFactory(email="lea@example.org")
    lea.person.save()
    client.post("/sign-in/", {"email": "lea@example.org"})
    call_command("worker", batch=True)
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", mailoutbox[0].body)[0]

    answer = client.post("/sign-in/code/", {"code": code})

    stored = BrowserSession.objects.get(pk=client.session.session_key)
    left = stored.expire_date - timezone.now()
    assert left == dt.timedelta(days=lasts)
    assert answer.cookies["readout"]["max-age"] == left.total_seconds()
