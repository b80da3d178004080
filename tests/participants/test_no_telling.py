"""Nobody learns who has an account where staff sign in: the same bytes, headers, cookies and number of queries."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from participants.models import AttemptCount
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ADDRESS = "ana@example.org"
RIGHT = "correct horse battery"

# Who is asked for, and the password that is typed: none of them gets in.
PEOPLE = {
    "rapporteur, right password": ({}, RIGHT),
    "rapporteur": ({}, "wrong"),
    "inactive": ({"is_active": False, "editor": True}, RIGHT),
    "editor": ({"editor": True}, "wrong"),
    "administrator": ({"administrator": True}, "wrong"),
    "no password": ({"editor": True, "password": "!"}, "wrong"),
}


def normal(response):
    body = re.sub(r'csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"', "", response.content.decode())
    headers = {
        name: value for name, value in response.items() if name not in ("Content-Length", "Content-Security-Policy")
    }
    cookies = sorted((cookie.key, cookie["max-age"], cookie["path"]) for cookie in response.cookies.values())
    return response.status_code, body, headers, cookies


def walk(password):
    """What a stranger sees of 12 attempts, past the limit of ten, and of the pages behind; with the queries of each."""
    cache.clear()
    AttemptCount.objects.all().delete()
    client, seen = Client(), []
    steps = [("post", "/accounts/login/", {"login": ADDRESS, "password": password})] * 12
    steps += [
        ("get", path, {}) for path in ("/accounts/login/", "/accounts/second-factor/enter/", "/signed-in/", "/admin/")
    ]
    for method, path, data in steps:
        with CaptureQueriesContext(connection) as queries:
            answer = getattr(client, method)(path, data)
        seen.append((*normal(answer), [shape(query["sql"]) for query in queries]))
    return seen


def shape(sql):
    """What a query asks, without what it asks for and what it is called."""
    return re.sub(r'(SAVEPOINT|DECLARE) "[^"]+"', r"\1", re.sub(r"'[^']*'|\b\d+\b|%s", "?", sql))


@pytest.mark.parametrize("who", PEOPLE)
def test_every_address_gets_the_same_bytes_from_the_same_queries(who, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    traits, password = PEOPLE[who]
    unknown = walk(password)
    UserFactory(email=ADDRESS, **traits)

    seen = walk(password)

    for step, (known, nobody) in enumerate(zip(seen, unknown, strict=True)):
        assert known[4] == nobody[4], step
        assert known == nobody, step
