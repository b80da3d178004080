"""Public pages are kept whole, and none outlives a change of what is public."""

import gzip

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from events import caching, shelf, workflow
from events.models import PublicGeneration
from events.models.generation import bump_generation
from outcomes.models import Outcome
from tests.factories import (
    PUBLISHED_AT,
    EventFactory,
    OrganisationFactory,
    OutcomeFactory,
    ParticipationFactory,
    RoleFactory,
    TakeawayFactory,
)
from tests.staff import save, saved, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_served")]


@pytest.fixture
def takeaway():
    return TakeawayFactory(text="What was agreed", published=True)


def page_of(outcome):
    return reverse("outcomes:outcome-detail", args=[outcome.code])


def test_second_visit_asks_the_database_nothing(client, takeaway, django_assert_num_queries):
    first = client.get(page_of(takeaway))

    with django_assert_num_queries(0):
        second = client.get(page_of(takeaway))

    assert second.content == first.content
    assert second.headers["ETag"] == first.headers["ETag"]


def test_reader_who_has_the_page_is_told_so(client, takeaway, django_assert_num_queries):
    etag = client.get(page_of(takeaway)).headers["ETag"]

    with django_assert_num_queries(0):
        response = client.get(page_of(takeaway), headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")


def test_page_may_be_kept_by_others_only_if_they_ask_each_time(client, takeaway):
    assert client.get(page_of(takeaway)).headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize(
    "change",
    [
        lambda outcome, by: outcome.withdraw(by=by),
        lambda outcome, by: outcome.event.withdraw(by=by),
        lambda outcome, by: workflow.set_attribution(outcome.event, "closed", by=by),
    ],
)
def test_what_is_taken_back_is_gone_at_once(client, takeaway, editor, change, django_capture_on_commit_callbacks):
    addresses = [
        page_of(takeaway),
        reverse("outcomes:outcome-list"),
        reverse("home"),
        takeaway.event.get_absolute_url(),
    ]
    etags = {address: client.get(address).headers["ETag"] for address in addresses}

    with django_capture_on_commit_callbacks(execute=True):
        change(takeaway, editor)

    for address, etag in etags.items():
        response = client.get(address, headers={"If-None-Match": etag})
        assert response.status_code != 304
        assert "What was agreed" not in response.content.decode()


def test_new_wording_is_shown_at_once(client, takeaway):
    client.get(page_of(takeaway))

    takeaway.revise(version=takeaway.version, text="Agreed otherwise")

    assert "Agreed otherwise" in client.get(page_of(takeaway)).content.decode()


def test_another_process_sees_a_change_within_a_second(client, takeaway, editor, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("events.models.generation.TRUSTED", 0.5)
    monkeypatch.setattr("events.models.generation.time.monotonic", lambda: now[0])
    client.get(page_of(takeaway))
    PublicGeneration.objects.update(number=PublicGeneration.objects.get().number + 1)  # as another process would
    type(takeaway).objects.filter(pk=takeaway.pk).update(text="Changed elsewhere")

    assert "What was agreed" in client.get(page_of(takeaway)).content.decode()
    now[0] += 0.6
    assert "Changed elsewhere" in client.get(page_of(takeaway)).content.decode()


def test_editor_who_saves_a_form_makes_pages_anew(client, takeaway, editor):
    client.get(page_of(takeaway))
    before = PublicGeneration.objects.get().number
    sign_in(client, editor)

    client.post(reverse("admin:outcomes_takeaway_changelist"), {"action": "", "index": 0})
    assert PublicGeneration.objects.get().number == before  # nothing was written
    organisation = OrganisationFactory()
    assert saved(save(client, reverse("admin:participants_organisation_change", args=[organisation.pk]), name="New"))

    assert PublicGeneration.objects.get().number > before


def test_parameters_a_page_does_not_know_make_no_page_of_their_own(client, takeaway):
    etags = {client.get(f"{page_of(takeaway)}{query}").headers["ETag"] for query in ("", "?utm=1", "?page=2&x=%00")}

    assert len(etags) == 1


def test_parameters_a_page_knows_make_pages_of_their_own(client):
    TakeawayFactory(text="About boats", published=True)
    OutcomeFactory(kind="action", text="Build boats", published=True)
    address = reverse("outcomes:outcome-list")

    pages = {client.get(f"{address}{query}").content for query in ("", "?kind=action", "?kind=takeaway", "?q=about")}

    assert len(pages) == 4


def test_part_of_a_page_is_not_given_for_the_whole(client, takeaway):
    address = reverse("outcomes:outcome-list")
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    whole = client.get(address).content.decode()

    assert "<html" not in part
    assert "<html" in whole


def test_page_is_sent_compressed_to_who_takes_it(client, takeaway):
    address = reverse("outcomes:outcome-list")
    plain, small = client.get(address), client.get(address, headers={"Accept-Encoding": "gzip"})

    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.content) == plain.content
    assert "Accept-Encoding" in small.headers["Vary"]


def test_signed_in_reader_gets_the_page_of_everybody(client, takeaway, editor, django_assert_num_queries):
    anonymous = client.get(page_of(takeaway)).content
    client.force_login(editor)

    with django_assert_num_queries(0):
        response = client.get(page_of(takeaway))

    assert response.content == anonymous


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_not_kept(client, status):
    outcome = OutcomeFactory(withdrawn=True) if status == 410 else OutcomeFactory()

    response = client.get(page_of(outcome))

    assert response.status_code == status
    assert "ETag" not in response


def test_tombstone_gives_way_when_it_is_published_again(client, editor):
    outcome = OutcomeFactory(withdrawn=True, text="Back again")
    assert client.get(page_of(outcome)).status_code == 410

    outcome.publish(by=editor)

    assert "Back again" in client.get(page_of(outcome)).content.decode()


def test_name_that_the_rule_no_longer_allows_is_gone_at_once(client, editor):
    event = EventFactory(on_record=True)
    RoleFactory(role="chair", participation=ParticipationFactory(event=event, public=True, person__name="Nemo Outis"))
    assert "Nemo Outis" in client.get(event.get_absolute_url()).content.decode()

    workflow.set_attribution(event, "chatham_house", by=editor)

    assert "Nemo Outis" not in client.get(event.get_absolute_url()).content.decode()


def test_remembered_is_made_again_after_a_change():
    made = []

    def make():
        made.append(1)
        return len(made)

    assert [caching.remembered("test", make), caching.remembered("test", make)] == [1, 1]
    bump_generation()
    assert caching.remembered("test", make) == 2


def test_what_happens_behind_the_scenes_cannot_be_seen_from_an_etag(client, takeaway):
    address = page_of(takeaway)
    first = client.get(address)

    TakeawayFactory(event=takeaway.event, text="A draft")
    bump_generation()  # as any form of the admin does

    again = client.get(address)
    assert again.content == first.content
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_nothing_made_within_a_transaction_is_kept(client, takeaway):
    draft = TakeawayFactory(event=takeaway.event, text="Not agreed yet")

    with transaction.atomic():
        Outcome.objects.filter(pk=draft.pk).update(
            status="published", published_at=PUBLISHED_AT, number=99, text_submitted=draft.text
        )
        assert "Not agreed yet" in client.get(takeaway.event.get_absolute_url()).content.decode()
        assert caching.remembered("how many", Outcome.objects.public().count) == 2
        transaction.set_rollback(True)

    assert "Not agreed yet" not in client.get(takeaway.event.get_absolute_url()).content.decode()
    assert caching.remembered("how many", Outcome.objects.public().count) == 1


def test_page_made_by_one_process_spares_another_the_work(client, takeaway, django_assert_num_queries):
    page = client.get(page_of(takeaway))
    caches["near"].clear()  # another process has none at hand

    with django_assert_num_queries(0):
        assert client.get(page_of(takeaway)).content == page.content


def test_pages_go_on_where_they_cannot_be_shared(client, takeaway, settings, tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")
    away = {**settings.CACHES["pages"], "LOCATION": tmp_path / "file" / "in"}

    with override_settings(CACHES={**settings.CACHES, "pages": away}):
        assert client.get(page_of(takeaway)).status_code == client.get(page_of(takeaway)).status_code == 200

    assert "Pages are not shared among processes" in caplog.text


def test_pages_go_on_without_redis(client, takeaway, settings):
    nowhere = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}

    with override_settings(CACHES={**settings.CACHES, "pages": nowhere}):
        shelf.out_of_reach.cache_clear()
        assert client.get(page_of(takeaway)).status_code == client.get(page_of(takeaway)).status_code == 200
    shelf.out_of_reach.cache_clear()


def test_files_of_pages_make_room_for_others(tmp_path, monkeypatch):
    monkeypatch.setattr("events.shelf.TIDIES", 1)
    pages = shelf.PageFiles(tmp_path, {"OPTIONS": {"MAX_ENTRIES": 10}})

    for number in range(30):
        pages.set(str(number), b"page", 300)

    assert 1 <= len(list(tmp_path.iterdir())) <= 11
