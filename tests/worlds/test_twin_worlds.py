"""What the public sees depends on published data only: two worlds that differ in the rest answer with the same bytes.

Everything is asked for: every door of tests/test_doors.py, what links lead to from there, every choice that a filter
offers, what is hidden in either world, by its address and by every filter; as GET, as HEAD and as somebody who has the
page already.
"""

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from events import shelf
from events.models.generation import forget_generation
from outcomes.dump import making
from tests.test_doors import DOORS
from tests.worlds.crawl import Answer, ask, visited
from tests.worlds.twin import NOW, Secret, build

ONE = Secret("zanzibarine", many=2, letter="y")
OTHER = Secret("quetzalcoat", many=5, letter="z")

NARROWED = ("outcomes:outcome-list", "outcomes:action-list", "events:event-list", "outcomes:search")

# Where a visitor signs in: a new token each time. tests/participants has what those pages tell and do not tell.
OTHERWISE = ("/sign-in/", "/desk/", "/round/")


@pytest.fixture
def world(db, as_served, monkeypatch, settings, tmp_path):
    """Return what a world answers at every address; the world is gone afterwards."""
    monkeypatch.setattr("events.caching.within_transaction", lambda: False)  # the transaction stands for the database
    monkeypatch.setattr("events.caching._remembered", {})

    def answers(secret: Secret) -> dict[str, Answer]:
        shelf.clear()
        forget_generation()
        monkeypatch.setattr("events.caching._remembered", {})
        with transaction.atomic(), time_machine.travel(NOW, tick=False):
            scene = build(secret)
            settings.MEDIA_ROOT = tmp_path / secret.word
            making.make()
            found = dict(everything(scene))
            transaction.set_rollback(True)
        return found

    return answers


def everything(scene):
    """Yield every address asked for, with the method where it is not GET, and what was answered."""
    client = Client()
    doors = [address for name, doors in DOORS.items() if name != "events:reminders" for address in doors(scene)]
    secrets = [address for secret in (ONE, OTHER) for address in secret.addresses()]
    secrets += ["/events/withdrawn-dialogue-0/", "/outcomes/takeawac/"]
    questions = [f"{reverse(name)}?{asked}" for name in NARROWED for s in (ONE, OTHER) for asked in s.questions()]
    etags = {}
    for address, answer in visited(client, [*doors, *secrets, *questions]):
        if address.startswith(OTHERWISE):
            continue
        yield address, answer
        etags[address] = dict(answer.headers).get("etag", '"none"')
    for address in dict.fromkeys([*doors, *secrets]):
        yield f"HEAD {address}", ask(client, address, "head")
        yield f"again {address}", ask(client, address, **{"If-None-Match": etags[address]})


def differences(one: dict[str, Answer], other: dict[str, Answer]) -> dict[str, str]:
    """Return each address that answers differently, with the first lines that differ."""
    found = {}
    for address, answer in one.items():
        if address not in other:
            found[address] = "stands in one world alone"
        elif answer != other[address]:
            told = [one.content + repr(one[:2]).encode() for one in (answer, other[address])]
            place = next((n for n, pair in enumerate(zip(*told, strict=False)) if pair[0] != pair[1]), 0)
            found[address] = " ≠ ".join(repr(one[max(place - 60, 0) : place + 60]) for one in told)
    return found


def test_two_worlds_that_differ_in_secrets_answer_with_the_same_bytes(world):
    one, other = world(ONE), world(OTHER)

    assert differences(one, other) == {}
    assert list(one) == list(other)
    assert sum(answer.status == 200 for answer in one.values()) > 200
    assert {answer.status for answer in one.values()} >= {200, 304, 404, 410}
    assert [address for address, answer in one.items() if answer.status >= 500] == []


def test_worlds_that_differ_in_what_is_public_do_not(world, monkeypatch):
    """Else the test above would prove nothing."""
    one = world(ONE)
    monkeypatch.setattr("tests.worlds.twin.hidden_work", lambda *told: told[-1][0].revise(version=1, text="Otherwise"))

    other = world(ONE)

    assert len([address for address in one if address not in other or one[address] != other[address]]) > 20
