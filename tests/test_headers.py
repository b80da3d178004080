"""What browsers are told at every kind of page, public, private and broken.

Nothing runs, frames or reads what it should not.
"""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from tests import test_access, test_errors
from tests.downloads import body
from tests.test_access import ADMIN, DESK, FILES, LINKS, NOBODY, OF_EVENTS, PUBLIC, ROUNDS, SECOND_FACTOR, SYNTHESIS

urlpatterns, handler500 = test_errors.urlpatterns, test_errors.handler500

arguments = test_access.arguments  # a fixture: something public of each kind
database_away = test_errors.database_away

STRICT = {
    "default-src": ["'none'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'self'"],
}
LOOSE = re.compile(r"unsafe|\*|^https?:")
SANDBOX = {"default-src": ["'none'"], "frame-ancestors": ["'none'"], "sandbox": []}  # of files that people uploaded
FRAMED = {  # of pages made to stand in a frame elsewhere: styles, and nothing that acts
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["*"],
}
FIXED = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# The cards that links show elsewhere are pictures for any site; public data may be read by the scripts of any site too,
# without anything of the reader's.
LENT = {"Cross-Origin-Resource-Policy": "cross-origin"}
OPEN = LENT | {"Access-Control-Allow-Origin": "*"}


@pytest.fixture(autouse=True)
def _as_on_a_site_with_https(settings):
    """What settings.py says where SITE_URL begins with https://."""
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


def policy(response) -> dict[str, list[str]]:
    """The content security policy of an answer, by directive."""
    parts = [part.split() for part in response["Content-Security-Policy"].split(";") if part.strip()]
    return {name: values for name, *values in parts}


def besides(address) -> dict[str, str | None]:
    """What an address says otherwise than all others, on purpose."""
    if address.startswith("/embed/"):
        return LENT | {"X-Frame-Options": None}
    if address.startswith("/api/v1/"):
        return OPEN
    return LENT if address.endswith("/card.png") else {}


def wrong(response, address="") -> list[str]:
    """What the headers of an answer lack or say too much of."""
    said = policy(response)
    found = []
    if said != (FRAMED if address.startswith("/embed/") else SANDBOX):
        found += [f"{name}: {said.get(name)}" for name, values in STRICT.items() if said.get(name) != values]
        found += [f"{name} {value}" for name, values in said.items() for value in values if LOOSE.search(value)]
    fixed = FIXED | besides(address)
    found += [f"{name}: {response.get(name)}" for name, value in fixed.items() if response.get(name) != value]
    if "camera=()" not in response.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    kind = response.get("Content-Type", "")
    if kind.startswith("text/") and "charset=utf-8" not in kind.replace('"', ""):
        found.append(kind)
    never = {"Server", "X-Powered-By", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"} - fixed.keys()
    return found + sorted(name for name in never if name in response)


def ask(client, addresses) -> dict[str, list[str]]:
    """Address → what is wrong with the headers it answers with, over HTTPS, of those where anything is."""
    found = {}
    for address in addresses:
        response = client.get(address, secure=True)
        body(response)  # what is sent in parts is taken to its end
        if faults := wrong(response, address):
            found[address] = faults
    return found


def test_public_pages_and_those_to_sign_in_let_nothing_in(client, settings, arguments, editor):
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    pages = [reverse(name, args=[arguments.get(key, key) for key in PUBLIC[name]]) for name in PUBLIC]
    pages += [reverse(name, args=[NOBODY]) for name in FILES] + [reverse(name, args=["wrong"]) for name in LINKS]
    pages += [reverse(name) for name in ("sign-in", "sign-in-code", "account_login", "readyz", "outcomes:desk")]
    pages += [reverse("outcomes:round", args=[arguments["round"]]), "/admin/", "/outcomes/AAAAAAAA/", "/nothing/"]
    withdrawn = test_access.TakeawayFactory(published=True)
    withdrawn.withdraw(by=editor)

    assert ask(client, [*pages, withdrawn.get_absolute_url()]) == {}


def test_document_of_a_public_event_is_in_a_sandbox(client, event, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    resource = test_access.ResourceFactory(event=event)
    resource.url = ""
    resource.file.save("x.pdf", ContentFile(b"bytes"))

    response = client.get(resource.file.url, secure=True)
    body(response)

    assert response.status_code == 200
    assert policy(response) == SANDBOX
    assert wrong(response) == []


def test_desk_lets_nothing_in(client, arguments, rapporteur):
    client.force_login(rapporteur)
    pages = [reverse("outcomes:desk"), reverse("sign-out-everywhere"), reverse("signed-in")]
    for name in [*DESK, *ROUNDS, *SYNTHESIS]:
        key = "event" if "desk-event" in name else "group" if "desk-session" in name else "draft"
        key = key if name in DESK or key != "draft" else "round"
        more = ["a" * 8] if name.startswith("outcomes:group-") else []
        pages.append(reverse(name, args=[arguments[key], *more]))

    assert ask(client, pages) == {}


def test_pages_of_staff_let_nothing_in(client, event, administrator):
    client.force_login(administrator)
    pages = [test_access.admin_address(route) for _, route in ADMIN]
    for model, make in OF_EVENTS.items():
        row = make(event)
        pages.append(reverse(f"admin:{row._meta.app_label}_{model}_change", args=[row.pk]))
    pages += [
        reverse(name, args=[1] if name.endswith(("remove_webauthn", "edit_webauthn")) else []) for name in SECOND_FACTOR
    ]

    assert ask(client, pages) == {}


def broken(client, name):
    """The answer to what is wrong in the way that `name` says."""
    if name == "an unknown host":
        return client.get("/", secure=True, headers={"host": "elsewhere.example.org"})
    if name == "a body over the limit":
        return client.post("/sign-in/", b"email=" + b"a" * 3_000_000, "application/x-www-form-urlencoded", secure=True)
    if name == "a form without its token":
        return Client(enforce_csrf_checks=True).post("/sign-in/", {"email": "someone@example.org"}, secure=True)
    if name in ("post", "put", "delete", "trace"):
        return getattr(client, name)("/", secure=True)
    return client.get(name, secure=True)


@pytest.mark.parametrize(
    "name, status",
    [
        ("/fails/", 500),
        ("/forbids/", 403),
        ("/suspects/", 400),
        ("/nothing/", 404),
        ("an unknown host", 400),
        ("a body over the limit", 400),
        ("a form without its token", 403),
        ("post", 405),
        ("put", 405),
        ("delete", 405),
        ("trace", 405),
    ],
)
def test_what_goes_wrong_lets_nothing_in_and_nothing_out(db, settings, name, status):
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False, headers={"x-mark": "echoed"})

    response = broken(client, name)

    text = response.content.decode()
    assert response.status_code == status
    assert wrong(response) == []
    assert "inside" not in text  # what the exception says
    assert "echoed" not in text
    for word in ("Traceback", "Exception", str(settings.BASE_DIR), "Django", "elsewhere.example.org", "urlpatterns"):
        assert word not in text, word


def test_page_while_the_database_is_away_lets_nothing_in_and_nothing_out(database_away, settings):
    settings.ROOT_URLCONF = __name__

    response = Client(raise_request_exception=False).get("/themes/", secure=True)

    assert response.status_code == 503
    assert wrong(response) == []
    assert not re.search("sqlite|postgres|psycopg|nowhere|Traceback", response.content.decode(), re.IGNORECASE)


def test_whoever_comes_over_http_is_sent_to_https_and_machines_within_are_not(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    page, alive = client.get("/themes/?page=2"), client.get("/healthz")

    assert (page.status_code, page["Location"]) == (301, "https://testserver/themes/?page=2")
    assert alive.status_code == 200


def test_address_of_an_https_site_makes_everything_else_strict():
    """The settings that depend on SITE_URL, read in a process of its own."""
    names = [
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_HSTS_PRELOAD",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "SESSION_COOKIE_HTTPONLY",
        "CSRF_COOKIE_HTTPONLY",
        "SESSION_COOKIE_SAMESITE",
        "REQUIRE_SECOND_FACTOR",
        "DEBUG",
    ]
    code = f"import json, config.settings as s; print(json.dumps([getattr(s, name) for name in {names!r}]))"
    env = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "k" * 60,
        "SITE_URL": "https://readout.example.org",
        "EMAIL_URL": "dummymail://",
    }

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=configured.BASE_DIR, env=env, capture_output=True, text=True, check=True
    )

    year = 365 * 24 * 3600
    assert json.loads(done.stdout) == [
        True,
        year,
        True,
        True,
        True,
        True,
        "__Host-readout",
        "__Host-csrf",
        True,
        True,
        "Lax",
        True,
        False,
    ]
