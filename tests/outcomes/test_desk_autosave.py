"""What the desk's script is told: the same rules as for the forms, in JSON."""

import uuid

import pytest
from django.test import Client

from outcomes import workflow
from outcomes.models import Outcome
from tests.conftest import reports_on
from tests.factories import ActionFactory, AddresseeFactory, TakeawayFactory, ThemeFactory
from tests.outcomes.desk import BARE, autosave, new_url, now_url, place_url, rewording, url, words


@pytest.fixture
def colleague(group):
    """A second rapporteur of the same group."""
    return reports_on(group, email="second@example.org", name="Lena Madeup")


def test_a_new_item_is_stored_as_a_draft_and_its_address_told(desk, group):
    trust = ThemeFactory(name="Trust and transparency")
    ThemeFactory(name="Emblems")

    status, answer = autosave(desk, new_url(group), words("Trust grows with every call.", then="submit"))

    outcome = Outcome.objects.get()
    assert status == 200
    assert answer == {
        "code": outcome.code,
        "address": url("desk-outcome", outcome),
        "version": 1,
        "kind": "takeaway",
        "suggested": [{"id": str(trust.pk), "name": "Trust and transparency"}],
    }
    assert outcome.status == "draft"  # a script never submits


def test_the_same_words_twice_are_one_row_and_one_answer(desk, group):
    post = words()

    answers = [autosave(desk, new_url(group), post) for _ in range(2)]

    assert answers[0] == answers[1]
    assert Outcome.objects.count() == 1


def test_an_item_is_rewritten_by_version_and_the_next_version_told(desk, draft):
    first = autosave(desk, url("desk-outcome", draft), rewording(draft, "Once."))
    second = autosave(desk, url("desk-outcome", draft), rewording(draft, "Twice.", version=first[1]["version"]))

    draft.refresh_from_db()
    assert (first[0], first[1]["version"], second[1]["version"]) == (200, 2, 3)
    assert (draft.text, draft.status) == ("Twice.", "draft")


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_typed_makes_no_row(desk, group, text):
    status, answer = autosave(desk, new_url(group), words(text))

    assert (status, answer) == (422, {"why": "invalid", "errors": {"text": ["Write the wording."]}})
    assert not Outcome.objects.exists()


@pytest.mark.parametrize("text", ["x" * 2001, "nul \x00", "half \ufffd"])
def test_words_that_cannot_be_stored_are_named_and_nothing_changes(desk, draft, text):
    status, answer = autosave(desk, url("desk-outcome", draft), rewording(draft, text))

    draft.refresh_from_db()
    assert (status, answer["why"], list(answer["errors"])) == (422, "invalid", ["text"])
    assert draft.version == 1


def test_a_stale_save_is_told_everything_that_was_saved_meanwhile_and_by_whom(desk, draft, colleague, rapporteur):
    theme = ThemeFactory(name="Chosen meanwhile")
    workflow.save(draft, version=1, words=BARE | {"text": "Their words.", "themes": [theme]}, by=colleague)

    status, answer = autosave(desk, url("desk-outcome", draft), rewording(draft, "My words."))

    draft.refresh_from_db()
    assert (status, answer["why"], answer["version"]) == (409, "conflict", 2)
    assert answer["title"].startswith("What Lena Madeup saved on ")
    assert answer["title"].endswith(")") or "UTC" in answer["title"]
    assert answer["words"]["text"] == "Their words."
    assert answer["words"]["themes"] == [str(theme.pk)]
    assert answer["differences"] == [{"label": "Themes", "value": "Chosen meanwhile"}]
    assert draft.text == "Their words."


def test_what_i_saved_elsewhere_is_called_so_and_the_secretariat_is_not_named(desk, draft, rapporteur):
    workflow.save(draft, version=1, words=BARE | {"text": "On the laptop."}, by=rapporteur)
    mine = autosave(desk, url("desk-outcome", draft), rewording(draft, "On the phone."))[1]["title"]
    Outcome.objects.get().revise(version=2, text="By the secretariat.")
    theirs = autosave(desk, url("desk-outcome", draft), rewording(draft, "On the phone."))[1]["title"]

    assert mine.startswith("What you saved elsewhere on ")
    assert theirs.startswith("What somebody saved on ")


def test_the_same_key_with_other_words_is_a_conflict_that_can_be_settled(desk, group):
    post = words("What was said first.")
    autosave(desk, new_url(group), post)

    status, answer = autosave(desk, new_url(group), post | {"text": "Typed later."})
    settled = autosave(
        desk, answer["address"], {"kind": "takeaway", "text": "Typed later.", "version": answer["version"]}
    )

    assert (status, answer["why"], answer["words"]["text"]) == (409, "conflict", "What was said first.")
    assert settled[0] == 200
    assert Outcome.objects.get().text == "Typed later."


def test_what_the_secretariat_holds_is_told_with_what_stands(desk, draft, rapporteur):
    draft.submit(by=rapporteur)

    status, answer = autosave(desk, url("desk-outcome", draft), rewording(draft, "Too late."))

    assert status == 409
    assert answer == {
        "why": "taken",
        "state": "submitted",
        "text": "The first wording.",
        "address": url("desk-outcome", draft),
    }


def test_who_is_signed_out_is_told_so(client, group, draft):
    for address in (new_url(group), url("desk-outcome", draft), url("outcome-delete", draft), now_url(group)):
        assert autosave(client, address, words()) == (403, {"why": "signed-out"})
    assert Outcome.objects.get().text == "The first wording."


def test_words_of_another_account_are_not_taken(desk, client, group, rapporteur):
    theirs = autosave(desk, new_url(group), words(), **{"X-Desk-Account": str(rapporteur.pk + 1)})
    mine = autosave(desk, new_url(group), words(), **{"X-Desk-Account": str(rapporteur.pk)})

    assert theirs == (403, {"why": "signed-out"})
    assert mine[0] == 200
    assert Outcome.objects.count() == 1


def test_what_is_somebody_elses_is_gone_for_a_script_too(client, other_rapporteur, group, draft):
    client.force_login(other_rapporteur)

    for address in (new_url(group), url("desk-outcome", draft), url("outcome-restore", draft)):
        assert autosave(client, address, words()) == (404, {"why": "gone", "restore": ""})


def test_a_script_needs_the_token_and_can_ask_for_a_fresh_one(rapporteur, group):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rapporteur)
    strict.get(place_url(group))

    without = strict.post(new_url(group), words(), headers={"Accept": "application/json"})
    token = strict.get(now_url(group), headers={"Accept": "application/json"}).json()["token"]
    status, _ = autosave(strict, new_url(group), words(), **{"X-CSRFToken": token})

    assert without.status_code == 403
    assert not without["Content-Type"].startswith("application/json")
    assert status == 200


def test_the_page_holds_the_words_of_what_can_be_written_and_of_nothing_else(desk, group, draft, editor):
    action = ActionFactory(event=group.event, session=group, due_on="2027-05-04", owner_suggested="</script>")
    AddresseeFactory(action=action, actor_type="donor")
    TakeawayFactory(event=group.event, session=group, submitted=True)

    response = desk.get(place_url(group))

    cards = [card for _, _, cards in response.context["sections"] for card in cards]
    assert [card["words"] and card["words"]["text"] for card in cards] == [draft.text, None, action.text]
    assert cards[2]["words"] | {"text": ""} == {
        "kind": "action",
        "text": "",
        "heading": "",
        "nature": "",
        "due_on": "2027-05-04",
        "due_text": "",
        "owner_suggested": "</script>",
        "themes": [],
        "addressed_to": ["donor"],
    }
    assert '"owner_suggested": "\\u003C/script\\u003E"' in response.content.decode()


def test_the_answers_are_kept_by_nobody(desk, group, draft):
    for address, data in ((new_url(group), words()), (url("desk-outcome", draft), rewording(draft))):
        response = desk.post(address, data, headers={"Accept": "application/json"})

        assert response["Cache-Control"] == "private, no-store"


def test_a_suggested_owner_is_kept_for_staff_and_never_public(desk, client, group, rapporteur, editor):
    post = words("Issue a report.", kind="action", owner_suggested="Institute of Made-up Matters")
    autosave(desk, new_url(group), post)
    action = Outcome.objects.get()
    action.submit(by=rapporteur)
    action.approve(by=editor)
    action.publish(by=editor)

    page = Client().get(action.get_absolute_url()).content.decode()

    assert action.owner_suggested == "Institute of Made-up Matters"
    assert "Issue a report." in page
    assert "Institute of Made-up" not in page


def test_an_owner_is_suggested_for_actions_alone(desk, group):
    autosave(desk, new_url(group), words(owner_suggested="Somebody"))

    assert Outcome.objects.get().owner_suggested == ""


def test_a_key_that_is_none_makes_a_row_all_the_same(desk, group):
    assert autosave(desk, new_url(group), words(request_key="x"))[0] == 200
    assert autosave(desk, new_url(group), words(request_key=str(uuid.uuid4())))[0] == 200
    assert Outcome.objects.count() == 2


# --- Without a script ----------------------------------------------------------------------------------------------


def test_one_tap_keeps_mine_theirs_or_both(desk, draft, colleague):
    workflow.save(draft, version=1, words=BARE | {"text": "Their words."}, by=colleague)
    refused = desk.post(url("desk-outcome", draft), rewording(draft, "My words."))
    body = refused.content.decode()

    both = desk.post(
        url("desk-outcome", draft),
        rewording(draft, "My words.", version=refused.context["version"], then="both"),
    )
    draft.refresh_from_db()
    untouched = draft.text
    mine = desk.post(url("desk-outcome", draft), rewording(draft, "My words.", version=refused.context["version"]))

    assert "What Lena Madeup saved on" in body
    assert 'form="item-form">Keep mine' in body
    assert f'href="{url("desk-outcome", draft)}">Keep theirs' in body
    assert both.context["form"]["text"].value() == "My words.\n\nTheir words."
    assert both.context["version"] == 2
    assert untouched == "Their words."
    assert mine.status_code == 302
    assert Outcome.objects.get().text == "My words."


def test_themes_are_suggested_after_the_first_save(desk, group, draft):
    theme = ThemeFactory(name="First wordings")
    ThemeFactory(name="Emblems")

    groups = desk.get(url("desk-outcome", draft)).context["form"].theme_groups()

    assert groups[0]["heading"] == "Suggested by the wording"
    assert [option["label"] for option in groups[0]["options"]] == [theme.name]
