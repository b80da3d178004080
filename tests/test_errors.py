"""What people get when something is wrong: a page that helps them on, never the site's insides, and never a 500 for odd
questions."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection
from django.test import Client
from django.urls import include, path, reverse

from events.filters import EventFilter
from outcomes.dump import making
from outcomes.filters import OutcomeFilter
from tests import test_access
from tests.test_access import PUBLIC, status

ODD = [
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%FF%FE",
    "%E2%80%AE",
    "-1",
    "0",
    "1e9",
    "%EF%BC%91",
    "9" * 30,
    "9" * 5000,
    "'%22)%3B--",
    "%3Cscript%3E",
    "*%20OR%20a%3Ab%20NEAR(",
    "%F0%9F%98%80",
    "..%2F..%2Fetc",
]
NAMES = sorted({*EventFilter.base_filters, *OutcomeFilter.base_filters, "next", "unknown[]"})


def fails(request):
    raise ValueError("inside")


def forbids(request):
    raise PermissionDenied("inside")


def suspects(request):
    raise SuspiciousOperation("inside")


urlpatterns = [
    path("fails/", fails),
    path("forbids/", forbids),
    path("suspects/", suspects),
    path("", include("config.urls")),
]
handler500 = "config.errors.server_error"


@pytest.fixture
def visitor(settings):
    """A browser that gets the answer a visitor gets, whatever was raised."""
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


arguments = test_access.arguments  # a fixture: something public of each kind


@pytest.fixture
def database_away(transactional_db):
    """The database that every request asks for is not to be found."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
        away = {
            "PORT": "1",
            "OPTIONS": {**connection.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 2, "timeout": 1}},
        }
    else:
        away = {"NAME": "/nowhere/at/all.sqlite3"}
    here = {name: connection.settings_dict[name] for name in away}
    connection.settings_dict.update(away)
    yield
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
    connection.settings_dict.update(here)


ANSWERS = [
    ("/fails/", 500, "Something went wrong"),
    ("/forbids/", 403, "You cannot open this page"),
    ("/suspects/", 400, "This cannot be read"),
    ("/nothing/", 404, "Page not found"),
]


@pytest.mark.parametrize("address, status, heading", ANSWERS)
def test_error_page_is_the_sites_own_and_leads_on(db, visitor, django_assert_num_queries, address, status, heading):
    with django_assert_num_queries(0):
        response = visitor.get(address)

    body = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in body
    assert f"<title>{heading} – Readout</title>" in body
    assert '<meta name="robots" content="noindex">' in body
    assert 'role="search"' in body
    assert f'href="{reverse("outcomes:outcome-list")}"' in body
    assert "inside" not in body
    assert not response.cookies


@pytest.mark.parametrize("address, status, heading", ANSWERS)
def test_error_page_has_the_headers_of_every_other(visitor, address, status, heading):
    response = visitor.get(address)

    for name in (
        "Content-Security-Policy",
        "Permissions-Policy",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
        "X-Content-Type-Options",
    ):
        assert name in response, name


def test_form_with_an_old_token_says_what_to_do(db):
    response = Client(enforce_csrf_checks=True).post(reverse("sign-in"), {"email": "someone@example.org"})

    assert response.status_code == 403
    assert "<h1>The form could not be checked</h1>" in response.content.decode()


@pytest.mark.parametrize("name", ["home", "outcomes:outcome-list", "events:event-list", "sign-in", "sitemap"])
def test_database_away_is_said_with_when_to_come_back(visitor, database_away, name):
    response = visitor.get(reverse(name))

    if name == "sign-in":  # asks nothing of the database before somebody types
        assert response.status_code == 200
        return
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert response["Cache-Control"] == "no-store"
    assert "<h1>Back in a moment</h1>" in response.content.decode()


def test_database_away_is_said_to_whoever_is_signed_in(visitor, database_away, settings):
    visitor.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32

    response = visitor.get(reverse("outcomes:desk"))

    assert response.status_code == 503
    assert "Retry-After" in response


def test_words_for_a_round_come_back_while_the_database_is_away(visitor, database_away):
    response = visitor.post(
        reverse("outcomes:round", args=["abcd2345"]), {"takeaway": "Kept words.", "action": "<b>", "mark": "m" * 43}
    )

    body = response.content.decode()
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert ">Kept words.</textarea>" in body
    assert ">&lt;b&gt;</textarea>" in body
    assert f'name="mark" value="{"m" * 43}"' in body


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "healthz"])
def test_odd_question_is_answered(client, settings, arguments, tmp_path, name):
    settings.MEDIA_ROOT = tmp_path
    making.make()
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    address = reverse(name, args=[arguments.get(argument, argument) for argument in PUBLIC[name]])
    questions = [f"page={odd}" for odd in ODD]  # asked alone: a page that is not there leads elsewhere
    questions += ["&".join(f"{parameter}={odd}" for parameter in NAMES) for odd in ODD]
    questions += ["&".join(["theme=a"] * 900), "&".join(["q=a"] * 3000), "&&&=&=a&%", "?" * 50, "a" * 6000]

    statuses = {question[:60]: status(client.get(f"{address}?{question}")) for question in questions}

    assert {question: status for question, status in statuses.items() if status not in (200, 302, 400)} == {}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "place", ["/events/{}/", "/outcomes/{}/", "/themes/{}/", "/round/{}/", "/{}", "/sitemap-dialogues-{}.xml"]
)
def test_odd_address_is_not_found(client, db, place, odd):
    assert client.get(place.format(odd)).status_code in (301, 404)
