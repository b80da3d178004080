"""What is promised about ending sessions: all of one account at once, and nobody else's."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client

from participants.models import BrowserSession, User
from tests.factories import UserFactory
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def is_in(client):
    return client.get("/desk/").status_code == 200


@pytest.fixture
def ana(db):
    return UserFactory(email="ana@example.org", name="Ana Invented")


def end(user):
    return f"/admin/participants/user/{user.pk}/end-sessions/"


def test_signing_out_everywhere_ends_every_session_of_the_account_and_no_other(ana, outsider):
    phone, laptop, other = browser(ana), browser(ana), browser(outsider)

    asked = phone.get("/sign-out/everywhere/")
    before = [is_in(one) for one in (phone, laptop, other)]
    answer = phone.post("/sign-out/everywhere/")

    assert "Every phone and computer" in asked.content.decode()
    assert before == [True, True, True]
    assert (answer.status_code, answer.url) == (302, "/sign-in/")
    assert [is_in(one) for one in (phone, laptop, other)] == [False, False, True]


def test_the_desk_leads_there(ana):
    assert 'href="/sign-out/everywhere/"' in browser(ana).get("/desk/").content.decode()


def test_signing_in_again_works_and_can_be_ended_again(ana):
    for _ in range(3):
        phone = browser(User.objects.get(pk=ana.pk))
        assert is_in(phone)
        phone.post("/sign-out/everywhere/")
        assert not is_in(phone)


def test_sessions_from_before_the_first_ending_hold_what_django_itself_would_store(ana):
    assert ana.get_session_auth_hash() == super(User, ana)._get_session_auth_hash()


def test_sessions_survive_a_change_of_the_site_key_that_keeps_the_old_one(ana, settings):
    ana.end_sessions()
    phone = browser(ana)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 5

    assert ana.get_session_auth_hash() != BrowserSession.objects.get().get_decoded()["_auth_user_hash"]
    assert is_in(phone)


def test_a_code_asked_for_before_signs_nobody_in_afterwards(ana, mailoutbox):
    phone, thief = browser(ana), Client()
    thief.post("/sign-in/", {"email": "ana@example.org"})
    call_command("worker", batch=True)
    code = next(line.strip() for line in mailoutbox[0].body.splitlines() if "-" in line and len(line.strip()) == 9)

    phone.post("/sign-out/everywhere/")
    thief.post("/sign-in/code/", {"code": code})

    assert not is_in(thief)


def test_a_request_costs_no_query_more(ana, django_assert_num_queries):
    ana.end_sessions()
    for _ in range(20):
        browser(ana)
    phone = browser(ana)

    with django_assert_num_queries(2):  # the session and its user
        phone.get("/sign-in/")


def test_an_administrator_ends_the_sessions_of_an_account(client, administrator, ana):
    phone, office = browser(ana), sign_in(client, administrator)
    link = f'href="{end(ana)}"'

    shown = link in office.get(f"/admin/participants/user/{ana.pk}/change/").content.decode()
    asked = office.get(end(ana))
    still = is_in(phone)
    answer = office.post(end(ana), follow=True)

    assert (shown, still, asked.status_code) == (True, True, 200)
    assert "Ana Invented is signed out everywhere." in answer.content.decode()
    assert not is_in(phone)
    assert LogEntry.objects.get().get_change_message() == "Ended all sessions."


def test_an_administrator_who_ends_their_own_sessions_is_out_too(client, administrator):
    office = sign_in(client, administrator)

    office.post(end(administrator))

    assert office.get("/admin/").status_code == 302


@pytest.mark.parametrize("role", ["editor", "outsider"])
def test_nobody_else_ends_sessions_of_others(request, client, ana, role):
    phone, desk = browser(ana), sign_in(client, request.getfixturevalue(role))

    answers = [desk.get(end(ana)).status_code, desk.post(end(ana)).status_code]

    assert answers == ([403, 403] if role == "editor" else [302, 302])
    assert is_in(phone)


def test_only_a_superuser_ends_the_sessions_of_a_superuser(client, administrator):
    above = UserFactory(is_superuser=True)

    assert sign_in(client, administrator).post(end(above)).status_code == 403
    assert sign_in(Client(), UserFactory(is_superuser=True)).post(end(above)).status_code == 302
