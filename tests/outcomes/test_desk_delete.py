"""Deleting a draft, and bringing it back."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from outcomes import upkeep, workflow
from outcomes.models import DELETED_KEPT, Outcome, Presence, StaleVersion, StatusChange
from tests.conftest import reports_on
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    AddresseeFactory,
    PresenceFactory,
    TakeawayFactory,
    ThemeFactory,
)
from tests.outcomes.desk import BARE, autosave, check_url, new_url, place_url, rewording, said, url, words

WEEK = DELETED_KEPT + dt.timedelta(minutes=1)


def test_a_draft_is_deleted_after_a_page_that_asks(desk, group, draft):
    asked = desk.get(url("outcome-delete", draft)).content.decode()
    response = desk.post(url("outcome-delete", draft), {"version": 1})
    again = desk.post(url("outcome-delete", draft), {"version": 1})

    assert "Delete this takeaway?" in asked
    assert draft.text in asked
    assert response.url == f"{place_url(group)}?deleted={draft.code}"
    assert again.status_code == 404
    assert not Outcome.objects.there().exists()
    assert draft.text not in desk.get(reverse("outcomes:desk-session-check", args=[group.code])).content.decode()


def test_a_draft_that_was_taken_back_is_deleted_for_good_with_its_history(desk, draft, rapporteur):
    draft.submit(by=rapporteur)
    draft.take_back(by=rapporteur)

    desk.post(url("outcome-delete", draft), {"version": 1})
    with time_machine.travel(timezone.now() + DELETED_KEPT + dt.timedelta(minutes=1)):
        workflow.forget_deleted()

    assert not Outcome.objects.exists()
    assert not StatusChange.objects.exists()


@pytest.mark.parametrize("state", ["submitted", "changes_requested", "approved", "published", "withdrawn"])
def test_only_drafts_are_deleted(desk, group, state):
    outcome = TakeawayFactory(event=group.event, session=group, **{state: True})

    for response in (
        desk.get(url("outcome-delete", outcome)),
        desk.post(url("outcome-delete", outcome), {"version": 1}),
    ):
        assert response.url == f"{place_url(group)}#outcome-{outcome.code}"
    assert Outcome.objects.filter(pk=outcome.pk).exists()


def test_a_draft_changed_meanwhile_is_read_again_before_it_is_deleted(desk, draft):
    workflow.save(draft, version=1, words=BARE | {"text": "New words."})

    response = desk.post(url("outcome-delete", draft), {"version": 1}, follow=True)

    assert "New words." in response.content.decode()
    assert Outcome.objects.exists()


def everything(outcome):
    """All that an item has, as the database holds it."""
    row = Outcome.objects.filter(pk=outcome.pk).values().get()
    return (
        row,
        list(outcome.outcome_themes.values()),
        list(outcome.addressees.values()),
        list(outcome.owners.values()),
        list(outcome.changes.values()),
    )


@pytest.fixture
def full(group, rapporteur):
    """An action with everything an action can have."""
    theme = ThemeFactory()
    action = ActionFactory(
        event=group.event, session=group, author=rapporteur, themes=[theme], due_text="soon", owner_suggested="Somebody"
    )
    AddresseeFactory(action=action)
    ActionOwnerFactory(action=action)
    action.submit(by=rapporteur)
    action.take_back(by=rapporteur)
    return action


def test_undo_brings_back_the_same_row_with_all_that_hangs_on_it(desk, group, full):
    before = everything(full)
    page = desk.post(url("outcome-delete", full), {"version": 1}, follow=True).content.decode()
    gone = desk.get(url("desk-outcome", full)).status_code

    response = desk.post(url("outcome-restore", full), follow=True)

    assert f'action="{url("outcome-restore", full)}"' in page
    assert gone == 404
    assert everything(full) == before
    assert response.redirect_chain == [(f"{place_url(group)}#outcome-{full.code}", 302)]
    assert said(response) == ["Action brought back, as it was."]


def test_undo_for_a_script_and_twice(desk, draft):
    status, answer = autosave(desk, url("outcome-delete", draft), {"version": 1})
    answers = [autosave(desk, answer["restore"]) for _ in range(2)]

    assert (status, answer) == (200, {"restore": url("outcome-restore", draft)})
    assert [(status, answer["version"]) for status, answer in answers] == [(200, 1)] * 2
    assert Outcome.objects.there().exists()


def test_what_was_deleted_is_nowhere(desk, client, group, draft, editor):
    workflow.delete(draft, version=1, by=draft.author)

    place = desk.get(place_url(group))
    assert [cards for _, _, cards in place.context["sections"]] == [[], []]
    assert draft.text not in desk.get(check_url(group)).content.decode()
    for address in (url("desk-outcome", draft), url("outcome-delete", draft)):
        assert desk.get(address).status_code == 404
    for address in ("outcome-submit", "outcome-move", "outcome-presence", "outcome-take-back"):
        assert desk.post(url(address, draft), {"version": 1}).status_code == 404
    client.force_login(editor)
    assert draft.text not in client.get(reverse("admin:outcomes_outcome_changelist")).content.decode()
    assert client.get(reverse("admin:outcomes_outcome_change", args=[draft.pk])).status_code == 404
    assert not Outcome.objects.visible_to(editor).exists()
    assert not Outcome.objects.editable_by(editor).exists()


def test_it_can_be_brought_back_for_a_week_from_the_list(desk, group, draft):
    workflow.delete(draft, version=1, by=draft.author)

    within = desk.get(place_url(group)).context["deleted"]
    with time_machine.travel(timezone.now() + WEEK):
        desk.force_login(draft.author)
        after = desk.get(place_url(group)).context["deleted"]
        late = desk.post(url("outcome-restore", draft)).status_code

    assert ([one.pk for one in within], after, late) == ([draft.pk], [], 404)


def test_only_rapporteurs_of_the_session_bring_back(client, group, draft, other_rapporteur):
    workflow.delete(draft, version=1, by=draft.author)
    client.force_login(other_rapporteur)
    stranger = client.post(url("outcome-restore", draft)).status_code
    client.force_login(reports_on(group, email="second@example.org"))
    colleague = client.post(url("outcome-restore", draft)).status_code

    assert (stranger, colleague) == (404, 302)


def test_words_for_what_was_deleted_meanwhile_can_still_be_saved(desk, draft):
    workflow.delete(draft, version=1, by=draft.author)

    page = desk.post(url("desk-outcome", draft), rewording(draft, "My last wording."))
    script = autosave(desk, url("desk-outcome", draft), rewording(draft, "My last wording."))
    autosave(desk, script[1]["restore"])
    again = autosave(desk, url("desk-outcome", draft), rewording(draft, "My last wording."))

    assert page.status_code == 404
    assert "My last wording." in page.content.decode()
    assert url("outcome-restore", draft) in page.content.decode()
    assert script == (404, {"why": "gone", "restore": url("outcome-restore", draft)})
    assert again[0] == 200
    assert Outcome.objects.get().text == "My last wording."


def test_a_late_second_post_of_a_deleted_item_does_not_make_it_again(desk, group):
    post = words()
    desk.post(new_url(group), post)
    workflow.delete(Outcome.objects.get(), version=1, by=None)

    assert desk.post(new_url(group), post).status_code == 404
    assert Outcome.objects.count() == 1


def test_a_draft_changed_meanwhile_is_not_deleted_by_a_script(desk, draft):
    workflow.save(draft, version=1, words=BARE | {"text": "New words."})

    status, answer = autosave(desk, url("outcome-delete", draft), {"version": 1})

    assert (status, answer["why"], answer["words"]["text"]) == (409, "conflict", "New words.")
    assert Outcome.objects.there().exists()


def test_what_was_deleted_is_never_submitted(draft, rapporteur, editor):
    stale = Outcome.objects.get(pk=draft.pk)
    workflow.delete(draft, version=1, by=draft.author)

    for by in (rapporteur, editor):
        with pytest.raises(Exception, match=r"not a rapporteur|no longer draft"):
            stale.submit(by=by)
    with pytest.raises(StaleVersion):
        stale.revise(version=1, text="Words.")


def test_the_worker_sweeps_what_is_too_old_and_who_was_writing(group, draft):
    old = TakeawayFactory(event=group.event, session=group, deleted_at=timezone.now() - WEEK)
    lately = TakeawayFactory(event=group.event, session=group, deleted_at=timezone.now())
    PresenceFactory(outcome=draft, seen_at=timezone.now() - dt.timedelta(minutes=2))
    writing = PresenceFactory(outcome=draft)

    upkeep.sweep_desk.call()

    assert f"{upkeep.__name__}.sweep_desk" in settings.HOURLY_TASKS
    assert not Outcome.objects.filter(pk=old.pk).exists()
    assert Outcome.objects.filter(pk__in=[lately.pk, draft.pk]).count() == 2
    assert list(Presence.objects.all()) == [writing]


def test_deleting_others_sweeps_what_is_too_old(desk, group, draft):
    old = TakeawayFactory(event=group.event, session=group, deleted_at=timezone.now() - WEEK)

    desk.post(url("outcome-delete", draft), {"version": 1})

    assert not Outcome.objects.filter(pk=old.pk).exists()
    assert Outcome.objects.filter(pk=draft.pk).exists()
