"""How often an address may ask the API, counted for all processes."""

import pytest
from django.urls import reverse

from events.api import limits
from participants.models import AttemptCount

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/themes/"


@pytest.fixture(autouse=True)
def clock(monkeypatch, settings):
    """Requests are counted, sixty a minute; return the clock, which stands still."""
    now = [6_000_000_010.5]
    settings.API_REQUESTS_PER_MINUTE = 60
    monkeypatch.setattr(limits, "COUNTS", True)
    monkeypatch.setattr(limits.time, "time", lambda: now[0])
    forget_process()
    yield now
    forget_process()


def forget_process():
    """Be another process: what this one took is lost."""
    limits._taken.clear()


def statuses(client, number, **headers):
    return [client.get(ADDRESS, **headers).status_code for _ in range(number)]


def test_who_asks_too_often_is_told_when_to_come_again(client, clock):
    assert statuses(client, 60) == [200] * 60

    refused = client.get(ADDRESS)

    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Retry-After"] == "50"
    assert refused.headers["RateLimit"] == '"address";r=0;t=50'
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    clock[0] += 50
    assert client.get(ADDRESS).status_code == 200


def test_every_answer_says_how_many_are_left(client):
    first, second = client.get(ADDRESS), client.get(reverse("api:outcome-list"), {"what": "?"})

    assert first.headers["RateLimit-Policy"] == '"address";q=60;w=60'
    assert first.headers["RateLimit"] == '"address";r=59;t=50'
    assert (second.status_code, second.headers["RateLimit"]) == (400, '"address";r=58;t=50')


def test_another_process_and_a_restart_do_not_count_anew(client):
    statuses(client, 40)
    forget_process()

    again = statuses(client, 30)

    assert again == [200] * 20 + [429] * 10


def test_no_process_hands_out_more_than_there_are(client, settings):
    passed = 0
    for _ in range(50):
        forget_process()
        passed += statuses(client, 1) == [200]

    assert passed == 30  # blocks of two, of which each process handed out one


def test_a_kept_answer_asks_for_a_number_once_a_block(client, as_served, django_assert_num_queries, settings):
    settings.API_REQUESTS_PER_MINUTE = 300
    client.get(ADDRESS)

    with django_assert_num_queries(0):
        assert statuses(client, 9) == [200] * 9
    with django_assert_num_queries(1):
        assert statuses(client, 10) == [200] * 10


def test_who_is_refused_costs_no_query(client, django_assert_num_queries):
    statuses(client, 61)

    with django_assert_num_queries(0):
        assert statuses(client, 20) == [429] * 20


def test_other_addresses_have_their_own_number(client):
    statuses(client, 61)

    assert statuses(client, 1, REMOTE_ADDR="192.0.2.9") == [200]


def test_nobody_is_believed_what_no_proxy_of_ours_saw(client):
    for number in range(60):
        client.get(ADDRESS, headers={"X-Forwarded-For": f"192.0.2.{number}"})

    assert client.get(ADDRESS, headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 429


def test_behind_proxies_the_address_is_the_one_that_ours_saw(client, settings):
    settings.PROXY_COUNT = 2
    for number in range(60):
        client.get(ADDRESS, headers={"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.1, 10.0.0.1"})

    for forwarded, status in (("192.0.2.1, 10.0.0.1", 429), ("198.51.100.7, 192.0.2.2, 10.0.0.1", 200), ("x", 200)):
        assert client.get(ADDRESS, headers={"X-Forwarded-For": forwarded}).status_code == status


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("192.0.2.1", "192.0.2.1:4711", True),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "[2001:db8::1]:4711", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_what_counts_as_one_address(one, other, same):
    assert (limits.network(one) == limits.network(other)) == same


def test_no_address_is_stored_and_its_hash_is_gone_within_minutes(client, clock):
    client.get(ADDRESS, REMOTE_ADDR="192.0.2.77")
    [first] = AttemptCount.objects.values_list("key", flat=True)
    clock[0] += 60
    client.get(ADDRESS, REMOTE_ADDR="192.0.2.77")

    assert "192.0.2.77" not in first
    assert AttemptCount.objects.filter(key=first).count() == 1  # each minute has a hash of its own
    clock[0] += 60
    limits.forget()
    assert first not in AttemptCount.objects.values_list("key", flat=True)
    clock[0] += 60
    limits.forget()
    assert not AttemptCount.objects.exists()


def test_numbers_may_be_in_redis(client, settings, monkeypatch, clock, django_assert_num_queries):
    """Where the common cache is Redis the number is there, and in the database while Redis is away."""
    shared = {}

    class Redis:
        is_away = False

        def add(self, key, value, timeout):
            if self.is_away:
                raise OSError
            shared.setdefault(key, value)

        def incr(self, key, number):
            shared[key] += number
            return shared[key]

    redis = Redis()
    monkeypatch.setattr(limits, "caches", {"default": redis})
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://x"}}
    monkeypatch.setattr("events.shelf.out_of_reach", lambda: (OSError,))

    assert statuses(client, 61) == [200] * 60 + [429]
    assert not AttemptCount.objects.exists()

    redis.is_away = True
    clock[0] += 60
    assert statuses(client, 61) == [200] * 60 + [429]
    assert AttemptCount.objects.get().count >= 60


def test_no_number_is_no_limit(client, settings):
    settings.API_REQUESTS_PER_MINUTE = 0

    response = client.get(ADDRESS)

    assert "RateLimit" not in response.headers
