"""What is promised about where one is signed in, and about the mail that staff get on their own account."""

import re
import threading

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from participants.adapter import SecondFactorAdapter
from participants.devices import describe
from participants.models import BrowserSession, OutgoingMail, User
from tests.factories import UserFactory
from tests.participants.test_second_factor import PASSWORD, code_of, confirm, set_up_app, sign_in
from tests.participants.test_sign_in import ask, code_in, enter
from tests.staff import sign_in as with_factor

pytestmark = pytest.mark.django_db

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1"
)
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE = "/signed-in/"


@pytest.fixture
def ana(db):
    return UserFactory(email="ana@example.org", name="Ana Invented")


@pytest.fixture
def by_code(ana, mailoutbox):
    """Sign Ana in with a code, in a browser that calls itself by this name."""

    def by_code(agent):
        client = Client(headers={"user-agent": agent})
        ask(client)
        enter(client, code_in(mailoutbox))
        return client

    return by_code


def is_in(client):
    return client.get("/desk/").status_code == 200


def handles(client):
    return re.findall(r'name="end" value="(\w+)"', client.get(PAGE).content.decode())


# --- The list ------------------------------------------------------------------------------------------------------


def test_the_page_names_each_device_the_hour_and_this_one_and_no_network_address(by_code, time_machine):
    time_machine.move_to("2026-03-03 12:34:56Z", tick=False)
    phone = by_code(PHONE)
    by_code(LAPTOP)

    body = phone.get(PAGE).content.decode()

    assert [name for name in ("Safari on iPhone", "Firefox on Linux") if f"<strong>{name}</strong>" in body] == [
        "Safari on iPhone",
        "Firefox on Linux",
    ]
    assert body.count("Signed in on 3 March 2026, in the hour from 12:00 UTC.") == 2
    assert body.count("This one") == 1
    assert len(handles(phone)) == 1
    assert not any(key in body for key in BrowserSession.objects.values_list("session_key", flat=True))
    assert "127.0.0.1" not in str(list(BrowserSession.objects.values())) + str(
        [row.get_decoded() for row in BrowserSession.objects.all()]
    )


def test_one_of_the_others_is_ended_and_no_other(by_code, client, outsider):
    phone, laptop, third = by_code(PHONE), by_code(LAPTOP), by_code("nothing we know")
    client.force_login(outsider)
    key = laptop.session.session_key
    handle = BrowserSession.objects.get(pk=key).handle

    foreign = client.post(PAGE, {"end": handle}, follow=True).content.decode()
    before = is_in(laptop)
    answer = phone.post(PAGE, {"end": handle}, follow=True).content.decode()
    again = phone.post(PAGE, {"end": handle}, follow=True).content.decode()

    assert before
    assert "That session has ended." in answer
    assert all("was over already" in page for page in (foreign, again))
    assert [is_in(one) for one in (phone, laptop, third, client)] == [True, False, True, True]


def test_nobody_ends_the_session_they_are_in_by_its_handle_and_reading_changes_nothing(by_code):
    phone = by_code(PHONE)
    mine = BrowserSession.objects.get(pk=phone.session.session_key)
    before = list(BrowserSession.objects.values())

    phone.get(PAGE, {"end": mine.handle, "others": "yes"})
    phone.head(PAGE)

    assert list(BrowserSession.objects.values()) == before
    phone.post(PAGE, {"end": mine.handle})
    assert is_in(phone)


def test_all_others_are_ended_those_that_nobody_listed_too(by_code, ana):
    phone, laptop, unlisted = by_code(PHONE), by_code(LAPTOP), Client()
    unlisted.force_login(ana)
    BrowserSession.objects.filter(pk=unlisted.session.session_key).update(user=None)

    answer = phone.post(PAGE, {"others": "yes"}, follow=True).content.decode()

    assert "You are signed out everywhere but here." in answer
    assert [is_in(one) for one in (phone, laptop, unlisted)] == [True, False, False]
    assert handles(phone) == []
    assert "Safari on iPhone" in answer


def test_a_session_that_a_new_password_ended_is_not_listed(ana, client):
    client.force_login(ana)
    ana.set_password("another long enough")
    ana.save()

    assert BrowserSession.objects.open_for(ana) == []


def test_the_page_costs_the_same_queries_for_one_session_and_for_twenty(ana, django_assert_num_queries):
    phone = Client()
    phone.force_login(ana)
    with django_assert_num_queries(3):
        phone.get(PAGE)
    for _ in range(19):
        Client().force_login(ana)

    with django_assert_num_queries(3):
        assert len(handles(phone)) == 19


@pytest.mark.parametrize(
    "agent, words",
    [
        (PHONE, "Safari on iPhone"),
        (LAPTOP, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140.0 Safari/537 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/140.0 Mobile Safari/537", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) AppleWebKit/605 Version/18 Safari/605", "Safari on Mac"),
        ("<script>alert(1)</script>", "A browser that does not say which"),
        ("Linux" + "(" * 100_000, "A browser on Linux"),
        ("", "A browser that does not say which"),
    ],
)
def test_a_device_is_named_in_plain_words_and_never_in_its_own(agent, words):
    assert describe(agent) == words


@pytest.mark.django_db(transaction=True)
def test_of_twenty_parallel_posts_of_one_code_one_signs_in(client, ana, mailoutbox):
    ask(client)
    code = code_in(mailoutbox)
    start, answers = threading.Barrier(20), []

    def post():
        browser = Client(raise_request_exception=False)
        browser.cookies = client.cookies.copy()
        start.wait()
        try:
            answer = enter(browser, code)
            answers.append((answer.status_code, answer.headers.get("Location"), browser))
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 20
    assert [to for _, to, _ in answers].count("/desk/") == 1
    assert all(status < 500 for status, _, _ in answers)
    assert BrowserSession.objects.filter(user=ana).count() == 1


# --- Changing how one signs in --------------------------------------------------------------------------------------


@pytest.fixture
def office(client, editor, settings):
    """The browser of an editor, signed in with an app just set up."""
    settings.REQUIRE_SECOND_FACTOR = True
    sign_in(client, editor.email, headers={"user-agent": LAPTOP})
    set_up_app(client)
    OutgoingMail.objects.all().delete()
    return client


def other_session(user):
    """A session of the same account elsewhere, with a second factor shown in it."""
    return with_factor(Client(), User.objects.get(pk=user.pk))


CHANGES = {
    "password": (
        "/accounts/password/",
        {"oldpassword": PASSWORD, "password1": "a longer phrase of mine", "password2": "a longer phrase of mine"},
        "Your password for Readout was changed",
    ),
    "app": ("/accounts/second-factor/app/remove/", {}, "An authenticator app was removed from your Readout account"),
    "codes": ("/accounts/second-factor/recovery-codes/new/", {}, "New recovery codes for your Readout account"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changing_how_one_signs_in_ends_other_sessions_and_is_told_by_mail(office, editor, settings, change):
    settings.SITE_URL = "https://readout.example.org"
    address, data, subject = CHANGES[change]
    elsewhere = other_session(editor)
    before = elsewhere.get("/admin/").status_code
    confirm(office)

    answer = office.post(address, data, headers={"user-agent": LAPTOP})

    assert (before, answer.status_code) == (200, 302)
    assert elsewhere.get("/admin/").status_code == 302
    assert elsewhere.get("/accounts/second-factor/").status_code == 302  # signed out, not only without a factor
    assert office.get("/accounts/second-factor/").status_code == 200
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == (editor.email, subject)
    assert "Firefox on Linux" in mail.body
    assert "https://readout.example.org/sign-out/everywhere/" in mail.body
    assert "If it was not you" in mail.body


def test_setting_up_an_app_ends_other_sessions_and_is_told_by_mail(client, editor, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    sign_in(client, editor.email)
    elsewhere = Client()
    sign_in(elsewhere, editor.email)
    OutgoingMail.objects.all().delete()

    set_up_app(client)

    assert elsewhere.get("/accounts/second-factor/").status_code == 302
    assert client.get("/admin/").status_code == 200
    assert OutgoingMail.objects.get().subject == "An authenticator app was added to your Readout account"


def test_removing_a_passkey_ends_other_sessions_and_is_told_by_mail(office, editor):
    key = Authenticator.objects.create(user=editor, type="webauthn", data={"name": "Key", "credential": {}})
    elsewhere = other_session(editor)
    confirm(office)

    answer = office.post(f"/accounts/second-factor/passkeys/{key.pk}/remove/")

    assert answer.status_code == 302
    assert not Authenticator.objects.filter(pk=key.pk).exists()
    assert elsewhere.get("/accounts/second-factor/").status_code == 302
    assert OutgoingMail.objects.get().subject == "A passkey was removed from your Readout account"


def test_using_a_recovery_code_is_told_by_mail(office, editor):
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    browser = Client(headers={"user-agent": PHONE})
    sign_in(browser, editor.email)

    browser.post("/accounts/second-factor/enter/", {"code": code})

    assert sorted(mail.subject for mail in OutgoingMail.objects.all()) == [
        "A recovery code of your Readout account was used",
        "New sign-in to Readout",
    ]


def test_a_password_given_by_an_administrator_ends_the_sessions_and_is_told(office, editor, administrator):
    desk = with_factor(Client(), administrator)
    confirm(desk)
    new = "a phrase chosen for them"

    answer = desk.post(
        f"/admin/participants/user/{editor.pk}/password/",
        {"password1": new, "password2": new, "usable_password": "true"},
    )

    assert answer.status_code == 302
    assert office.get("/accounts/second-factor/").status_code == 302
    assert OutgoingMail.objects.get().to == editor.email
    assert "an administrator gave your account another password" in OutgoingMail.objects.get().body


def test_the_admins_own_form_for_passwords_leads_to_the_one_that_tells(office):
    answer = office.get("/admin/password_change/")

    assert answer.url == "/accounts/password/"


# --- Browsers that are new to an account ----------------------------------------------------------------------------


def in_with_code(client, editor):
    """Sign in with password and app; a code works once, so the clock moves between two of these."""
    first = sign_in(client, editor.email)
    secret = Authenticator.objects.get(user=editor, type="totp").wrap().instance.data["secret"]
    return client.post(first.url, {"code": code_of(SecondFactorAdapter().decrypt(secret), timezone.now())})


def test_staff_are_told_of_a_browser_not_seen_before_and_only_of_that(office, editor, settings, time_machine):
    settings.SITE_URL = "https://readout.example.org"
    time_machine.move_to("2027-03-03 12:00Z", tick=False)
    known, new = office, Client(headers={"user-agent": PHONE})
    known.post("/sign-out/")

    in_with_code(known, editor)
    told_of_known = OutgoingMail.objects.count()
    time_machine.shift(60)
    in_with_code(new, editor)
    mail = OutgoingMail.objects.get()
    time_machine.shift(60)
    new.post("/sign-out/")
    in_with_code(new, editor)

    assert new.get("/admin/").status_code == 200
    assert told_of_known == 0
    assert (mail.to, mail.subject) == (editor.email, "New sign-in to Readout")
    assert "On 3 March 2027, 12:01 UTC somebody signed in" in mail.body
    assert "new to it: Safari on iPhone." in mail.body
    assert "https://readout.example.org/accounts/second-factor/" in mail.body
    assert OutgoingMail.objects.count() == 1


def test_after_all_sessions_were_ended_a_browser_is_new_again_and_so_is_one_of_somebody_else(
    office, editor, administrator, time_machine
):
    cookie = office.cookies["known"]
    office.post("/sign-out/everywhere/")
    time_machine.move_to("2027-03-03 12:00Z", tick=False)

    in_with_code(office, editor)
    again = OutgoingMail.objects.count()
    other = Client()
    other.cookies["known"] = office.cookies["known"].value
    sign_in(other, administrator.email)

    assert again == 1
    assert OutgoingMail.objects.filter(to=administrator.email).count() == 1
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert str(editor.pk) not in cookie.value.split(".")


@pytest.mark.parametrize("forged", ["", "x" * 48, "." * 5000, "0" * 48, "é" * 48])
def test_a_made_up_cookie_is_no_browser_that_is_known(client, editor, forged):
    client.cookies["known"] = forged

    sign_in(client, editor.email)

    assert OutgoingMail.objects.get().subject == "New sign-in to Readout"


def test_rapporteurs_get_no_such_cookie_and_no_such_mail(by_code):
    phone = by_code(PHONE)

    assert "known" not in phone.cookies
    assert not OutgoingMail.objects.exclude(subject="Your code for Readout").exists()


def test_the_mail_goes_out_by_the_worker(client, editor, mailoutbox):
    sign_in(client, editor.email)

    call_command("worker", batch=True)

    assert [mail.subject for mail in mailoutbox] == ["New sign-in to Readout"]
