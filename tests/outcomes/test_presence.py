"""Who is writing what at this moment: for co-rapporteurs, for a minute, and kept nowhere."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from outcomes.models import PRESENT_FOR, Presence
from tests.conftest import reports_on
from tests.factories import PresenceFactory, TakeawayFactory
from tests.outcomes.desk import autosave, new_url, now_url, place_url, rewording, url, words


@pytest.fixture
def colleague(group):
    return reports_on(group, email="second@example.org", name="Lena Madeup")


@pytest.fixture
def theirs(colleague):
    """Their browser."""
    client = Client()
    client.force_login(colleague)
    return client


def now(client, group):
    """Who writes what, by code, as the script of an open page is told."""
    items = client.get(now_url(group), headers={"Accept": "application/json"}).json()["items"]
    return {item["code"]: item["writing"] for item in items}


def test_a_sign_of_life_is_seen_by_the_others_and_not_by_oneself(desk, theirs, group, draft):
    answer = autosave(theirs, url("outcome-presence", draft))

    assert answer == (200, {"writing": [], "version": 1})
    assert now(theirs, group) == {draft.code: []}
    assert now(desk, group) == {draft.code: ["Lena Madeup"]}
    assert autosave(desk, url("outcome-presence", draft))[1]["writing"] == ["Lena Madeup"]
    assert "Lena Madeup is editing this now" in desk.get(place_url(group)).content.decode()
    assert "Lena Madeup is editing this now" in desk.get(url("desk-outcome", draft)).content.decode()


def test_saving_is_a_sign_of_life_and_reading_is_none(desk, theirs, group, draft):
    theirs.get(url("desk-outcome", draft))
    assert now(desk, group) == {draft.code: []}

    autosave(theirs, url("desk-outcome", draft), rewording(draft))
    autosave(theirs, new_url(group), words())
    assert list(now(desk, group).values()) == [["Lena Madeup"], ["Lena Madeup"]]


def test_it_means_nothing_after_a_minute_and_is_swept_by_the_next(desk, theirs, group, draft):
    autosave(theirs, url("outcome-presence", draft))

    with time_machine.travel(timezone.now() + PRESENT_FOR + dt.timedelta(seconds=1)):
        assert now(desk, group) == {draft.code: []}
        assert Presence.objects.count() == 1
        autosave(desk, url("outcome-presence", draft))
        assert Presence.objects.get().user.name == "Rap Porteur"


def test_one_mark_an_item_and_person(theirs, draft):
    for _ in range(3):
        autosave(theirs, url("outcome-presence", draft))

    assert Presence.objects.count() == 1


def test_it_is_never_public(client, group):
    outcome = TakeawayFactory(event=group.event, session=group, published=True)
    PresenceFactory(outcome=outcome, user__name="Lena Madeup")

    for address in (outcome.get_absolute_url(), group.event.get_absolute_url(), "/outcomes/", "/"):
        body = client.get(address).content.decode()
        assert outcome.text in body
        assert "Lena Madeup" not in body


def test_what_others_wrote_is_seen_at_the_next_look(desk, theirs, group, draft):
    before = desk.get(now_url(group)).json()["items"]
    autosave(theirs, url("desk-outcome", draft), rewording(draft))
    after = desk.get(now_url(group)).json()["items"]

    assert [(item["version"], item["status"]) for item in before + after] == [(1, "draft"), (2, "draft")]
