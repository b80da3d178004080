"""What is promised about how staff sign in: a password, and a second factor before any page of theirs."""

import base64
import datetime as dt
import hmac
import re
import struct

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from events.models import EventSeries
from participants import idle
from participants.adapter import SecondFactorAdapter
from participants.models import AttemptCount, BrowserSession, Erasure, OutgoingMail, User
from participants.models.user import DEMO_DOMAIN
from tests.factories import PersonFactory, UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _two_factors(settings, _one_factor):
    settings.REQUIRE_SECOND_FACTOR = True


def code_of(secret, at=None):
    """What an authenticator app shows (RFC 6238: HMAC-SHA1, 30 seconds, 6 digits)."""
    counter = struct.pack(">Q", int((at or timezone.now()).timestamp()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF) % 10**6:06}"


def sign_in(client, email, password=PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": email, "password": password}, **extra)


def confirm(client, **data):
    return client.post("/accounts/reauthenticate/?next=/accounts/second-factor/app/", {"password": PASSWORD, **data})


def set_up_app(client):
    """Confirm the password, scan, enter the code; returns the key of the app and the last answer."""
    confirm(client)
    page = client.get("/accounts/second-factor/app/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)[1]
    return secret, client.post("/accounts/second-factor/app/", {"code": code_of(secret)})


@pytest.fixture
def with_app(client, editor):
    """The editor, whose app has this key; nobody is signed in."""
    sign_in(client, editor.email)
    secret, _ = set_up_app(client)
    client.logout()
    editor.refresh_from_db()  # setting it up ended every other session
    return secret


# --- No page of staff without ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/admin/", "/admin/auth/group/", "/admin/password_change/", "/desk/"])
def test_with_a_password_alone_staff_are_sent_to_set_up_a_second_factor(client, editor, path):
    sign_in(client, editor.email)

    answers = [client.get(path), client.post(path)]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, reverse("mfa_index"))] * 2


@pytest.mark.parametrize("cast", ["editor", "administrator"])
def test_after_setting_up_an_app_the_admin_opens(client, request, cast):
    sign_in(client, request.getfixturevalue(cast).email)

    _, answer = set_up_app(client)

    assert answer.url == reverse("mfa_view_recovery_codes")
    assert client.get("/admin/").status_code == 200


def test_a_session_without_the_factor_is_asked_for_it_and_comes_back(client, editor, with_app):
    client.force_login(editor)

    asked = client.get("/admin/?q=x")
    with_factor = client.post(asked.url, {"code": code_of(with_app, timezone.now() + dt.timedelta(seconds=30))})

    assert asked.url == "/accounts/second-factor/again/?next=%2Fadmin%2F%3Fq%3Dx"
    assert with_factor.url == "/admin/?q=x"
    assert client.get("/admin/").status_code == 200


def test_a_wrong_code_at_set_up_changes_nothing(client, editor):
    sign_in(client, editor.email)
    confirm(client)
    client.get("/accounts/second-factor/app/")

    answer = client.post("/accounts/second-factor/app/", {"code": "000000"})

    assert "Error:" in answer.content.decode()
    assert Authenticator.objects.count() == 0
    assert client.get("/admin/").status_code == 302


def test_rapporteurs_need_none_and_have_no_page_for_it(client, outsider):
    client.force_login(outsider)

    assert client.get("/desk/").status_code == 200
    assert client.get("/accounts/second-factor/").status_code == 404
    assert client.get("/accounts/second-factor/app/").status_code == 404
    assert client.get("/admin/login/").status_code == 403


def test_while_it_is_not_required_a_password_is_enough(client, editor, settings):
    settings.REQUIRE_SECOND_FACTOR = False

    answer = sign_in(client, editor.email)

    assert answer.url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_it_is_required_unless_debug_is_on():
    from config import settings

    assert settings.REQUIRE_SECOND_FACTOR is not settings.DEBUG


# --- Signing in with it ------------------------------------------------------------------------------------------


def test_password_then_code_opens_the_admin(client, editor, with_app):
    first = sign_in(client, editor.email)
    between = client.get("/admin/")
    second = client.post(first.url, {"code": code_of(with_app, timezone.now() + dt.timedelta(seconds=30))})

    assert first.url == reverse("mfa_authenticate")
    assert between.url == "/admin/login/?next=/admin/"  # nobody is signed in yet
    assert second.url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_code_of_the_app_works_once(client, editor, with_app, time_machine):
    time_machine.move_to(timezone.now() + dt.timedelta(minutes=5), tick=False)
    code, other = code_of(with_app), Client()
    for browser in (client, other):
        sign_in(browser, editor.email)

    first = client.post("/accounts/second-factor/enter/", {"code": code})
    again = other.post("/accounts/second-factor/enter/", {"code": code})

    assert first.url == "/admin/"
    assert again.status_code == 200
    assert "_auth_user_id" not in other.session


def test_a_recovery_code_works_once(client, editor, with_app):
    sign_in(client, editor.email)
    client.post(
        "/accounts/second-factor/enter/", {"code": code_of(with_app, timezone.now() + dt.timedelta(seconds=30))}
    )
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/second-factor/recovery-codes/").content.decode()
    code = re.search(r"<li><code>(\d+)</code>", page)[1]
    browsers = [Client(), Client()]

    answers = []
    for browser in browsers:
        sign_in(browser, editor.email)
        answers.append(browser.post("/accounts/second-factor/enter/", {"code": code}).status_code)

    assert answers == [302, 200]
    assert browsers[0].get("/admin/").status_code == 200
    assert browsers[1].get("/admin/").status_code == 302


def test_the_session_gets_a_new_key_and_lasts_a_working_day(client, editor, with_app):
    sign_in(client, editor.email)
    before = client.session.session_key

    client.post(
        "/accounts/second-factor/enter/", {"code": code_of(with_app, timezone.now() + dt.timedelta(seconds=30))}
    )

    after = BrowserSession.objects.get(pk=client.session.session_key)
    assert after.session_key != before
    assert dt.timedelta(hours=11) < after.expire_date - timezone.now() <= dt.timedelta(hours=12)


@pytest.mark.parametrize(
    "name", ["mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"]
)
def test_what_touches_a_factor_asks_for_proof_again_after_five_minutes(client, editor, with_app, time_machine, name):
    sign_in(client, editor.email)
    client.post(reverse("mfa_authenticate"), {"code": code_of(with_app)})

    time_machine.move_to(timezone.now() + dt.timedelta(minutes=6))

    for answer in (client.get(reverse(name)), client.post(reverse(name), REMOTE_ADDR="203.0.113.9")):
        assert answer.status_code == 302
        assert "203.0.113.9" not in str(client.session.items())
        assert answer.url.startswith("/accounts/second-factor/again/?") or answer.url.startswith("/accounts/reauth")


def test_erasing_taking_all_and_rights_ask_for_proof_again_and_lose_nothing(client, administrator, time_machine):
    person, account = PersonFactory(name="Anna Invented"), UserFactory(name="Colleague", email="new@example.org")
    erase, take = (reverse(f"admin:participants_person_{name}", args=[person.pk]) for name in ("erase", "disclose"))
    change = f"{reverse('admin:participants_user_change', args=[account.pk])}?_changelist_filters=q%3Dx"
    add, password = (
        reverse("admin:participants_user_add"),
        reverse("admin:auth_user_password_change", args=[account.pk]),
    )
    rights = {"email": account.email, "name": "Colleague", "is_active": "on", "works_on": "everything"}
    secret = "never kept anywhere 1"
    sign_in(client, administrator.email)
    set_up_app(client)

    def later(ask, page, data=None):
        """Ask for a page six minutes after the last proof, and prove it; return what was answered then."""
        time_machine.move_to(timezone.now() + dt.timedelta(minutes=6))
        sent_on = ask(page, data, REMOTE_ADDR="203.0.113.9")
        assert "203.0.113.9" not in str(client.session.items())
        assert sent_on.url == f"/accounts/reauthenticate/?{urlencode({'next': page.partition('?')[0]})}"
        assert (Erasure.objects.count(), User.objects.count(), account.groups.count()) == before
        assert all(secret not in str(session.get_decoded()) for session in BrowserSession.objects.all())
        assert client.post(sent_on.url, {"password": "wrong"}).status_code == 200
        return client.post(sent_on.url, {"password": PASSWORD})

    before = (0, 2, 0)
    assert client.get(change).status_code == 200
    assert [later(client.get, page).url for page in (erase, take, password)] == [erase, take, password]
    assert later(client.post, take)["Content-Type"] == "application/zip"
    again = later(client.post, password, {"password1": secret, "password2": secret})
    assert (again.status_code, account.check_password(secret)) == (200, False)
    group = Group.objects.get(name="Editors")
    later(client.post, change, rights | {"groups": [group.pk]})
    assert list(account.groups.all()) == [group]
    before = (0, 2, 1)
    form = {"email": "third@example.org", "name": "Third", "usable_password": "true", "works_on": "everything"}
    shown = later(client.post, add, form | {"password1": secret, "password2": secret, "groups": [group.pk]})
    assert shown.status_code == 200
    assert "third@example.org" in shown.content.decode()
    assert client.post(add, form | {"password1": secret, "password2": secret}).status_code == 302
    before = (0, 3, 1)
    asked = later(client.post, erase, {"name": "Anna Invented", "replace": "on"})
    assert asked.url == reverse("admin:participants_erasure_change", args=[Erasure.objects.get().pk])
    assert Erasure.objects.get().replace


def test_the_admin_left_alone_for_an_hour_asks_again_and_loses_nothing(client, editor, with_app, time_machine):
    session = client
    sign_in(session, editor.email)
    session.post(reverse("mfa_authenticate"), {"code": code_of(with_app, timezone.now() + dt.timedelta(seconds=30))})
    add = f"{reverse('admin:events_eventseries_add')}?{urlencode({'_changelist_filters': 'q=x'})}"
    script, stays = {"Sec-Fetch-Mode": "cors"}, {"Sec-Fetch-Mode": "cors", idle.STAYS: "yes"}
    row = BrowserSession.objects.values().get(user=editor)

    def after(minutes, path="/admin/", **headers):
        time_machine.move_to(timezone.now() + dt.timedelta(minutes=minutes))
        return session.get(path, headers=headers.get("headers", {}))

    assert [after(50).status_code for _ in range(3)] == [200] * 3
    assert (after(50, headers=stays).status_code, after(50, headers=script).status_code) == (200, 200)
    assert BrowserSession.objects.values().get(user=editor) == row, "reading changes no row"
    asked = after(11)  # 61 since somebody was there
    assert asked.url == "/accounts/second-factor/again/?next=%2Fadmin%2F"
    assert session.get("/desk/").status_code == 200
    held = session.cookies.pop(settings.USED_COOKIE_NAME).value
    assert session.get("/admin/").url == asked.url

    typed = {"name": "Typed for an hour", "slug": "typed", "description": "Words.", "password": "not kept"}
    where = {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_USER_AGENT": "Zqx/1"}
    sent = session.post(add, {**typed, "file": ContentFile(b"x", name="x.txt")}, **where)
    assert not EventSeries.objects.exists()
    for words in ("not kept", "203.0.113.9", "Zqx/1", session.session.session_key):
        assert words not in str(session.session.items())
    done = session.post(sent.url, {"code": code_of(with_app)}, follow=True)
    assert EventSeries.objects.get().description == "Words."
    assert "The file you chose could not be kept meanwhile" in done.content.decode()
    assert session.get("/admin/").status_code == 200

    time_machine.move_to(timezone.now() + dt.timedelta(minutes=50))
    other = Client()
    other.force_login(editor)
    records = {name: value for name, value in session.session.items() if name.startswith("account_auth")}
    other_session = other.session
    other_session.update(records)
    other_session.save()
    assert session.get("/admin/").status_code == 200
    time_machine.move_to(timezone.now() + dt.timedelta(minutes=50))
    used = session.cookies[settings.USED_COOKIE_NAME].value
    assert used != held
    other.cookies[settings.USED_COOKIE_NAME] = used  # of another session
    assert other.get("/admin/").status_code == 302
    assert session.get("/admin/").status_code == 200


def test_lost_factors_are_taken_off_by_whoever_has_the_machine(client, editor, with_app, capsys):
    sign_in(client, editor.email)
    client.post(reverse("mfa_authenticate"), {"code": code_of(with_app)})

    call_command("reset_second_factor", "Editor@Example.org")

    assert OutgoingMail.objects.last().subject == "Every second factor was taken off your Readout account"
    assert "taken off, signed out everywhere" in capsys.readouterr().out
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").status_code == 302
    sign_in(client, editor.email)
    assert client.get("/admin/").url == reverse("mfa_index")
    with pytest.raises(CommandError, match="Nobody has an account"):
        call_command("reset_second_factor", "nobody@example.org")


def test_ten_tries_of_a_second_factor_then_none_for_a_while(client, editor, with_app):
    sign_in(client, editor.email)

    for _ in range(10):
        client.post("/accounts/second-factor/enter/", {"code": "000000"})
    right = code_of(with_app, timezone.now() + dt.timedelta(seconds=30))
    answer = client.post("/accounts/second-factor/enter/", {"code": right})

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_keys_of_apps_are_not_stored_in_clear(client, editor, with_app):
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert with_app not in stored
    assert (
        Authenticator.objects.get(type="totp")
        .wrap()
        .validate_code(code_of(with_app, timezone.now() + dt.timedelta(seconds=30)))
    )


def test_an_older_key_of_the_site_still_decrypts(settings):
    settings.SECRET_KEY = "old" * 20
    kept = SecondFactorAdapter().encrypt("secret")

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, ["old" * 20]

    assert SecondFactorAdapter().decrypt(kept) == "secret"


# --- Passwords ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", [{}, {"is_active": False}, {"editor": True, "is_active": False}, {"editor": True, "password": None}]
)
def test_a_password_opens_no_account_that_is_not_staff_and_the_answer_is_that_of_a_wrong_one(client, who):
    user = UserFactory(email="ana@example.org", **who)
    if "password" in who:
        user.set_unusable_password()
        user.save()

    answer = sign_in(client, "ana@example.org")
    nobody = sign_in(Client(), "bob@example.org")

    def plain(response):
        body = re.sub(r'csrfmiddlewaretoken" value="\w+"|(ana|bob)@example.org', "", response.content.decode())
        return response.status_code, body, sorted(response.cookies)

    assert plain(answer) == plain(nobody)
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_ten_passwords_then_none_for_a_while_however_the_address_is_spelled(editor):
    spellings = [editor.email, editor.email.upper(), f" {editor.email.title()} ", editor.email.replace("e", "ｅ")]

    for number in range(10):
        sign_in(
            Client(REMOTE_ADDR=f"192.0.2.{number}"),
            spellings[number % 4],
            "wrong",
            headers={"x-forwarded-for": f"198.51.100.{number}"},
        )
    client = Client(REMOTE_ADDR="192.0.2.99")
    answer = sign_in(client, editor.email)

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
    assert AttemptCount.objects.get(key__startswith="password:").count == 10


def test_the_right_password_gives_the_tries_back(client, editor):
    sign_in(client, editor.email, "wrong")

    sign_in(client, editor.email)

    assert not AttemptCount.objects.filter(key__startswith="password:").exists()


def test_accounts_of_the_demo_are_nobody_without_debug(client, settings):
    demo = UserFactory(email=f"editor@{DEMO_DOMAIN}", editor=True)

    sign_in(client, demo.email)
    without = client.session.get("_auth_user_id")
    client.force_login(demo)
    ended = client.get("/desk/").status_code
    settings.DEBUG = True
    client.force_login(demo)

    assert without is None
    assert ended == 302
    assert client.get("/accounts/second-factor/").status_code == 200


# --- Addresses ---------------------------------------------------------------------------------------------------


def test_the_admin_sends_strangers_to_the_password_and_back(client):
    assert client.get("/admin/auth/group/", follow=True).redirect_chain == [
        ("/admin/login/?next=/admin/auth/group/", 302),
        ("/accounts/login/?next=%2Fadmin%2Fauth%2Fgroup%2F", 302),
    ]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/"])
def test_no_way_leads_off_the_site(client, editor, settings, target):
    settings.REQUIRE_SECOND_FACTOR = False

    asked = client.get("/admin/login/", {"next": target})
    answer = client.post(
        "/accounts/login/", {"login": editor.email, "password": PASSWORD, "next": target}, query_params={"next": target}
    )

    assert "evil" not in asked.url
    assert "evil" not in answer.url


@pytest.mark.parametrize("path", ["signup/", "logout/", "email/", "password/reset/", "login/code/", "3rdparty/"])
def test_nothing_else_of_allauth_is_mounted(client, path):
    assert client.get(f"/accounts/{path}").status_code == 404


PAGES = ["mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "account_change_password"]


@pytest.mark.parametrize("name", [*PAGES, "account_reauthenticate", "mfa_view_recovery_codes"])
def test_account_pages_ask_strangers_to_sign_in(client, name):
    path = reverse(name)

    assert client.get(path).url == f"/accounts/login/?next={path.replace('/', '%2F')}"


@pytest.mark.parametrize(
    "name", [*PAGES, "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"]
)
def test_account_pages_are_whole_and_kept_nowhere(client, editor, name):
    sign_in(client, editor.email)
    if name != "mfa_activate_totp":
        set_up_app(client)
    confirm(client)

    answer = client.get(reverse(name))

    body = answer.content.decode()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert body.count("<h1>") == 1
    assert '<html lang="en' in body
    assert "style=" not in body


@pytest.mark.parametrize("path", ["/", "/outcomes/", "/themes/", "/events/", "/healthz"])
def test_public_pages_read_no_session_even_where_the_browser_has_one(
    client, editor, path, django_assert_max_num_queries
):
    client.force_login(editor)

    with django_assert_max_num_queries(30) as queries:
        answer = client.get(path)

    assert not [query for query in queries if "django_session" in query["sql"]]
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert not answer.cookies
