"""What is promised about signing in with a one-time code."""

import datetime as dt
import re
import threading

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from participants import sign_in
from participants.models import AttemptCount, BrowserSession, OutgoingMail, SignInCode
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ADDRESS = "ana@example.org"


@pytest.fixture
def ana(db):
    return UserFactory(email=ADDRESS)


def ask(client, email=ADDRESS, **extra):
    return client.post("/sign-in/", {"email": email}, **extra)


def code_in(mailoutbox):
    """The worker sends what waits; the code is read as a person reads it."""
    call_command("worker", batch=True)
    return re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", mailoutbox[-1].body)[0]


def enter(client, code):
    return client.post("/sign-in/code/", {"code": code})


def signed_in(client):
    return client.session.get("_auth_user_id")


# --- The way through -----------------------------------------------------------------------------------------------


def test_a_code_signs_in_the_browser_that_asked(client, ana, mailoutbox):
    asked = ask(client)
    code = code_in(mailoutbox)
    answer = enter(client, code)

    assert (asked.status_code, asked.url) == (302, "/sign-in/code/")
    assert [mail.to for mail in mailoutbox] == [[ADDRESS]]
    assert (answer.status_code, answer.url) == (302, "/desk/")
    assert signed_in(client) == str(ana.pk)


@pytest.mark.parametrize("spoil", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {' '.join(code)} "])
def test_case_spaces_and_hyphen_do_not_matter(client, ana, mailoutbox, spoil):
    ask(client)

    enter(client, spoil(code_in(mailoutbox)))

    assert signed_in(client) == str(ana.pk)


@pytest.mark.parametrize(
    "typed, read",
    [
        ("oil0-1abc", "01101ABC"),
        ("ＡＢＣＤ２３４５", "ABCD2345"),
        ("ABCD–2345", "ABCD2345"),
        ("ABCD234", None),
        ("ABCD234U", None),
    ],
)
def test_letters_that_look_like_digits_are_read_as_digits(typed, read):
    assert sign_in.clean_code(typed) == read


def test_a_code_has_forty_bits():
    assert len(set(sign_in.ALPHABET)) ** sign_in.LENGTH >= 2**40


def test_the_session_gets_a_new_key_and_lasts_fourteen_days(client, ana, mailoutbox):
    ask(client)
    before = client.session.session_key

    enter(client, code_in(mailoutbox))

    after = BrowserSession.objects.get(pk=client.session.session_key)
    assert after.session_key != before
    assert not BrowserSession.objects.filter(pk=before).exists()
    assert dt.timedelta(days=13) < after.expire_date - timezone.now() <= dt.timedelta(days=14)
    assert "sign_in" not in after.get_decoded()


@pytest.mark.parametrize(
    "target, goes_to",
    [
        ("/desk/sessions/1/", "/desk/sessions/1/"),
        ("https://evil.example/", "/desk/"),
        ("//evil.example/", "/desk/"),
        ("/\\evil.example/", "/desk/"),
        ("javascript:alert(1)", "/desk/"),
        ("", "/desk/"),
    ],
)
def test_next_leads_to_paths_of_this_site_only(client, ana, mailoutbox, target, goes_to):
    client.post("/sign-in/", {"email": ADDRESS, "next": target})

    answer = enter(client, code_in(mailoutbox))

    assert answer.url == goes_to


def test_next_of_the_address_stands_in_the_form(client):
    body = client.get("/sign-in/", {"next": "/desk/sessions/1/"}).content.decode()

    assert '<input type="hidden" name="next" value="/desk/sessions/1/">' in body


def test_sign_out_ends_the_session_and_takes_post_only(client, ana):
    client.force_login(ana)

    got = client.get("/sign-out/")
    still_in = signed_in(client)
    posted = client.post("/sign-out/")

    assert (got.status_code, posted.status_code, posted.url) == (405, 302, "/")
    assert still_in == str(ana.pk)
    assert signed_in(client) is None


def test_forms_ask_for_a_csrf_token(ana):
    strict = Client(enforce_csrf_checks=True)

    assert [strict.post(path).status_code for path in ("/sign-in/", "/sign-in/code/", "/sign-out/")] == [403] * 3
    assert SignInCode.objects.count() == 0


# --- What a code is not --------------------------------------------------------------------------------------------


def test_neither_code_nor_address_is_stored_in_clear(client, ana, mailoutbox):
    ask(client)

    code = code_in(mailoutbox).replace("-", "")

    row = SignInCode.objects.values().get()
    mail = OutgoingMail.objects.get()
    session = str(client.session.items())
    assert code not in str(row) + mail.body + session
    assert ADDRESS not in str(row)
    assert mail.body == ""
    assert len(row["code_hash"]) == 64
    assert all(ADDRESS not in key for key in AttemptCount.objects.values_list("key", flat=True))


def test_a_code_works_once(client, ana, mailoutbox):
    ask(client)
    code = code_in(mailoutbox)
    state = client.session["sign_in"]

    first = sign_in.redeem(state["code"], state["browser"], sign_in.clean_code(code))

    assert first == ana
    with pytest.raises(sign_in.CodeExpired):
        sign_in.redeem(state["code"], state["browser"], sign_in.clean_code(code))


def test_a_code_does_not_work_in_another_browser(client, ana, mailoutbox):
    other = Client()
    ask(client)
    code = code_in(mailoutbox)
    ask(other)

    refused = enter(other, code)

    assert "not the code" in refused.content.decode()
    assert signed_in(other) is None
    assert enter(Client(), code).url == "/sign-in/"


def test_only_the_newest_code_works(client, ana, mailoutbox):
    ask(client)
    old = code_in(mailoutbox)
    ask(client)
    new = code_in(mailoutbox)

    refused = enter(client, old)
    answer = enter(client, new)

    assert "not the code of the newest mail" in refused.content.decode()
    assert answer.url == "/desk/"


def test_a_code_ends_after_ten_minutes(client, ana, mailoutbox, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    ask(client)
    code = code_in(mailoutbox)

    time_machine.shift(dt.timedelta(minutes=10))
    late = enter(client, code)
    time_machine.shift(dt.timedelta(seconds=-1))
    in_time = enter(client, code)

    assert "no longer works" in late.content.decode()
    assert in_time.url == "/desk/"


def test_after_five_wrong_tries_the_right_code_does_not_work(client, ana, mailoutbox):
    ask(client)
    code = code_in(mailoutbox)
    wrong = "0000-0000" if code != "0000-0000" else "1111-1111"

    answers = [enter(client, wrong).content.decode() for _ in range(5)]
    last = enter(client, code).content.decode()

    assert [re.search(r"You have (\w+) tr(?:y|ies) left", answer)[1] for answer in answers[:4]] == [
        "4",
        "3",
        "2",
        "one",
    ]
    assert "No tries are left" in answers[4]
    assert "no longer works" in last
    assert signed_in(client) is None


def test_what_cannot_be_a_code_costs_no_try(client, ana, mailoutbox):
    ask(client)

    answers = [enter(client, typed) for typed in ("", "123", "ABCD-234!", "\x00" * 8, "x" * 101)]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert SignInCode.objects.get().attempts == 0


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_reading_a_page_changes_nothing(client, ana, mailoutbox, method):
    ask(client)
    code = code_in(mailoutbox)
    before = SignInCode.objects.values().get()

    getattr(client, method)("/sign-in/code/", {"code": code})
    getattr(client, method)("/sign-in/", {"email": ADDRESS})

    assert SignInCode.objects.values().get() == before
    assert signed_in(client) is None


def test_a_code_does_not_open_an_account_closed_or_made_staff_meanwhile(client, ana, mailoutbox):
    ask(client)
    code = code_in(mailoutbox)
    ana.is_active = False
    ana.save()

    refused = enter(client, code)

    assert "not the code" in refused.content.decode()
    assert signed_in(client) is None


@pytest.mark.django_db(transaction=True)
def test_of_many_parallel_redemptions_one_wins(client, ana, mailoutbox):
    ask(client)
    code = sign_in.clean_code(code_in(mailoutbox))
    state = client.session["sign_in"]
    start, won, lost = threading.Barrier(12), [], []

    def redeem():
        start.wait()
        try:
            won.append(sign_in.redeem(state["code"], state["browser"], code))
        except (sign_in.CodeExpired, sign_in.WrongCode) as error:
            lost.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=redeem) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert won == [ana]
    assert len(lost) == 11
    assert SignInCode.objects.get().attempts <= 5


# --- Limits --------------------------------------------------------------------------------------------------------


def spelling(number):
    """ADDRESS in another spelling each time: case, full-width letters, white space around it."""
    wide = str.maketrans("anx", "ａｎｘ")
    return [ADDRESS, ADDRESS.upper(), ADDRESS.title(), ADDRESS.translate(wide), f"  {ADDRESS} ", "aNa@ＥＸample.org"][
        number % 6
    ]


def test_six_codes_an_hour_however_the_address_is_spelled_and_wherever_it_comes_from(ana):
    answers = [
        ask(
            Client(),
            spelling(number),
            REMOTE_ADDR=f"192.0.2.{number}",
            headers={"x-forwarded-for": f"198.51.100.{number}"},
        )
        for number in range(8)
    ]

    assert [answer.status_code for answer in answers] == [302] * 6 + [429] * 2
    assert SignInCode.objects.filter(user=ana).count() == 6


def test_the_limit_of_one_account_is_not_that_of_another(client, ana):
    for _ in range(7):
        ask(Client())

    answer = ask(client, "other@example.org")

    assert answer.status_code == 302


def test_the_limit_ends_with_the_hour(client, ana, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    for _ in range(7):
        ask(Client())

    time_machine.shift(dt.timedelta(hours=1))

    assert ask(client).status_code == 302


def test_the_whole_site_sends_a_limited_number_and_invented_addresses_do_not_count(monkeypatch, mailoutbox):
    monkeypatch.setattr(sign_in, "MAILS_PER_HOUR", 2)
    for number in range(3):
        ask(Client(), f"nobody{number}@example.org")
    call_command("worker", batch=True)
    for number in range(2):
        ask(Client(), UserFactory(email=f"somebody{number}@example.org").email)
    call_command("worker", batch=True)

    answers = [ask(Client(), address).status_code for address in ("third@example.org", UserFactory().email)]

    assert len(mailoutbox) == 2
    assert answers == [429, 429]


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_do_not_exceed_the_limit(ana):
    start, taken = threading.Barrier(12), []

    def take():
        start.wait()
        taken.append(AttemptCount.objects.take("sign-in code", ADDRESS, limit=6, per=sign_in.HOUR))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [False] * 6 + [True] * 6


# --- Nobody learns who has an account ------------------------------------------------------------------------------

PEOPLE = {
    "known": {},
    "inactive": {"is_active": False},
    "editor": {"editor": True},
    "superuser": {"is_superuser": True},
}


def normal(response):
    """The body without what is random by design."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return re.sub(r'nonce="[^"]+"', "", body)


def walk(who, django_assert_max_num_queries, email=ADDRESS):
    """Everything an outsider sees and the queries behind it: asking, the page, a wrong code, too many requests."""
    client, seen = Client(), []
    for method, path, data in [
        ("post", "/sign-in/", {"email": email}),
        ("get", "/sign-in/code/", {}),
        *[("post", "/sign-in/code/", {"code": "0000-0000"})] * 6,
        *[("post", "/sign-in/", {"email": email})] * 7,
    ]:
        with django_assert_max_num_queries(60) as queries:
            answer = getattr(client, method)(path, data)
        headers = {name: value for name, value in answer.items() if name != "Content-Length"}
        cookies = sorted((cookie.key, cookie["max-age"]) for cookie in answer.cookies.values())
        seen.append((answer.status_code, normal(answer), headers, cookies, len(queries)))
    return seen


@pytest.mark.parametrize("who", PEOPLE)
def test_every_address_gets_the_same_bytes_from_as_many_queries(who, django_assert_max_num_queries, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    unknown = walk("unknown", django_assert_max_num_queries)
    AttemptCount.objects.all().delete()
    UserFactory(email=ADDRESS, **PEOPLE[who])

    seen = walk(who, django_assert_max_num_queries)

    assert seen == unknown


@pytest.mark.parametrize("who", ["unknown", "inactive"])
def test_who_may_not_sign_in_gets_no_mail(client, mailoutbox, who):
    if who in PEOPLE:
        UserFactory(email=ADDRESS, **PEOPLE[who])

    ask(client)
    call_command("worker", batch=True)

    assert mailoutbox == []
    assert OutgoingMail.objects.count() == 0


@pytest.mark.parametrize("who", ["editor", "superuser"])
def test_staff_are_told_by_mail_where_to_sign_in_and_get_no_code(client, mailoutbox, settings, who):
    settings.SITE_URL = "https://readout.example.org"
    UserFactory(email=ADDRESS, **PEOPLE[who])

    ask(client, headers={"host": "testserver"})
    call_command("worker", batch=True)

    assert "https://readout.example.org/accounts/login/" in mailoutbox[0].body
    assert not re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", mailoutbox[0].body)
    assert SignInCode.objects.get().code_hash == ""


def test_mail_goes_to_the_stored_address_not_to_the_typed_one(client, mailoutbox):
    UserFactory(email="strasse@example.org")

    ask(client, "STRASSE@example.org")
    call_command("worker", batch=True)

    assert mailoutbox[0].to == ["strasse@example.org"]


@pytest.mark.parametrize(
    "email", ["", "no address", "a@b", "a@example.org\r\nBcc: x@example.org", "x" * 250 + "@example.org"]
)
def test_what_is_no_address_is_said_at_the_field(client, email):
    answer = ask(client, email)

    assert answer.status_code == 200
    assert "<title>Error: Sign in" in answer.content.decode()
    assert SignInCode.objects.count() == 0


# --- Caches --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/code/", "/accounts/login/", "/desk/"])
def test_pages_about_signing_in_are_kept_nowhere(client, path):
    assert client.get(path).headers["Cache-Control"] == "private, no-store"


def test_pages_of_people_signed_in_are_kept_nowhere(client, ana):
    client.force_login(ana)

    assert client.get("/desk/").headers["Cache-Control"] == "private, no-store"


def test_old_codes_and_counters_are_deleted(client, ana, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    ask(client)
    call_command("worker", batch=True)

    time_machine.shift(dt.timedelta(days=2))
    call_command("worker", batch=True)

    assert SignInCode.objects.count() == 0
    assert AttemptCount.objects.count() == 0
    assert OutgoingMail.objects.count() == 0
