"""Publishing what is approved, now or at a set time, as the act of who set it; and seeing it before."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from events.models import EventStatusChange, NotAllowed, PublicGeneration
from outcomes.models import Outcome, Publication, StatusChange
from outcomes.publishing import AlreadySet, cancel, carry_out, publish_due, queue_due, set_publication
from participants import upkeep
from participants.models import OutgoingMail
from tests.factories import EventFactory, EventPartnerFactory, TakeawayFactory
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
IN_AN_HOUR = dt.timedelta(hours=1)


@pytest.fixture
def draft(own_editor, institution):
    """A draft event of the editor's institution with two approved outcomes and one that waits for review."""
    event = EventFactory(title="Dialogue to be published", draft=True, time_zone="America/Santiago")
    EventPartnerFactory(event=event, organisation=institution, role="host")
    TakeawayFactory(event=event, text="First words", approved=True)
    TakeawayFactory(event=event, text="Second words", approved=True)
    TakeawayFactory(event=event, text="SECRET words", submitted=True)
    return event


@pytest.fixture
def desk(client, own_editor):
    return sign_in(client, own_editor)


def page(event, name="publish"):
    return f"/admin/events/event/{event.pk}/workspace/{name}/"


def read(event):
    return {outcome.pk: outcome.version for outcome in event.outcomes.filter(status="approved")}


def posted(event, **more):
    return {"read": [f"{pk}:{version}" for pk, version in read(event).items()], "when": "now"} | more


def published(event):
    return sorted(event.outcomes.filter(status="published").values_list("text", flat=True))


def test_one_button_publishes_the_event_and_what_is_approved(desk, own_editor, draft):
    shown = desk.get(page(draft)).content.decode()
    assert "First words" in shown
    assert "SECRET" not in shown

    desk.post(page(draft), posted(draft, with_event="on"))

    draft.refresh_from_db()
    assert (draft.status, published(draft)) == ("published", ["First words", "Second words"])
    assert set(draft.outcomes.filter(status="published").values_list("number", flat=True)) == {1, 2}
    assert set(StatusChange.objects.values_list("to_status", "by")) == {("published", own_editor.pk)}
    assert Client().get(draft.get_absolute_url()).status_code == 200


def test_only_what_is_ticked_is_published_and_in_the_wording_that_was_read(desk, draft):
    first, second = draft.outcomes.filter(status="approved").order_by("pk")
    data = {"read": [f"{first.pk}:1"], "when": "now"}
    desk.post(page(draft), data)
    assert published(draft) == ["First words"]

    read_then = posted(draft)
    second.revise(version=1, text="Rewritten words")
    answer = desk.post(page(draft), read_then, follow=True).content.decode()

    assert published(draft) == ["First words"]
    assert "It was rewritten since." in answer


def test_forged_outcomes_of_another_event_and_own_texts_are_left_out(desk, own_editor, draft, editor):
    other = TakeawayFactory(event=EventFactory(), text="Elsewhere", approved=True)
    mine = draft.outcomes.get(text="First words")
    Outcome.objects.filter(pk=mine.pk).update(author=own_editor)

    shown = desk.get(page(draft)).content.decode()
    desk.post(page(draft), {"read": [f"{other.pk}:1", f"{mine.pk}:1", "x:1", "1"], "when": "now"})

    other.refresh_from_db()
    assert (other.status, published(draft)) == ("approved", [])
    assert "Nobody reviews their own text" in shown


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"when": "later", "at": ""}, "Give the day and the time."),
        ({"when": "later", "at": "yesterday"}, "Give the day and the time, such as"),
        ({"when": "later", "at": "2020-01-01T09:00"}, "give a time to come"),
        ({"when": "some day"}, "Select a valid choice"),
        ({"read": []}, "Nothing is ticked."),
    ],
)
def test_bad_input_gets_plain_words_and_keeps_what_was_ticked(desk, draft, wrong, words):
    first = draft.outcomes.get(text="First words")

    answer = desk.post(page(draft), {"read": [f"{first.pk}:1"], "when": "now"} | wrong)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert text.count(' checked="') + text.count(" checked>") >= bool(wrong.get("read", True))
    assert not Publication.objects.exists()


def test_set_time_is_that_of_the_event_and_the_worker_keeps_it(desk, draft, own_editor):
    with time_machine.travel(dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC), tick=False):
        desk.post(page(draft), posted(draft, when="later", at="2026-03-04T09:00", with_event="on"))
        publication = Publication.objects.get()
        assert publication.due_at == dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)  # nine in Santiago in summer
        set_for = "Set for 4 March 2026, 09:00 (America/Santiago): 2 outcomes will be published."
        assert set_for in desk.get(page(draft, "outcomes")).content.decode()
        assert "4 Mar 2026, 09:00" in desk.get("/admin/").content.decode()
        upkeep.tick("worker")
        assert published(draft) == []

    with time_machine.travel(dt.datetime(2026, 3, 4, 12, 0, 5, tzinfo=dt.UTC), tick=False):
        queue_due()
        assert upkeep.waits(publish_due)
        assert publish_due.call() == 1
        assert publish_due.call() == 0

    publication.refresh_from_db()
    draft.refresh_from_db()
    assert (draft.status, publication.left_out) == ("published", [])
    assert published(draft) == ["First words", "Second words"]
    assert EventStatusChange.objects.get(to_status="published").by == own_editor


def test_rights_are_looked_at_again_when_the_time_comes(draft, own_editor):
    publication = set_publication(
        draft, read(draft), with_event=True, by=own_editor, due_at=timezone.now() + IN_AN_HOUR
    )
    own_editor.institutions.clear()

    carry_out(publication.pk)

    publication.refresh_from_db()
    draft.refresh_from_db()
    assert (draft.status, published(draft)) == ("draft", [])
    assert [code for code, _ in publication.left_out][:1] == [""]
    assert len(publication.left_out) == 3


def test_event_withdrawn_meanwhile_stays_withdrawn(desk, draft, own_editor):
    due_at = timezone.now() + IN_AN_HOUR
    publication = set_publication(draft, read(draft), with_event=True, by=own_editor, due_at=due_at)
    draft.publish(by=own_editor)
    draft.withdraw(by=own_editor)

    carry_out(publication.pk)

    draft.refresh_from_db()
    publication.refresh_from_db()
    assert (draft.status, published(draft)) == ("withdrawn", [])
    assert [code for code, _ in publication.left_out] == [""]
    assert desk.post(page(draft), posted(draft)).status_code == 409


def test_what_was_rewritten_meanwhile_is_left_out_and_said_by_mail(draft, own_editor):
    publication = set_publication(
        draft, read(draft), with_event=False, by=own_editor, due_at=timezone.now() + IN_AN_HOUR
    )
    first = draft.outcomes.get(text="First words")
    first.revise(version=1, text="Other words")

    with time_machine.travel(timezone.now() + IN_AN_HOUR * 2):
        carry_out(publication.pk)

    publication.refresh_from_db()
    assert publication.left_out == [[first.code, "It was rewritten since."]]
    assert published(draft) == ["Second words"]
    told = OutgoingMail.objects.get(to=own_editor.email)
    assert first.code in told.body
    assert "Other words" not in told.body


def test_publication_can_be_cancelled_until_it_is_done_and_another_set_then(desk, draft, own_editor):
    due_at = timezone.now() + IN_AN_HOUR
    publication = set_publication(draft, read(draft), with_event=False, by=own_editor, due_at=due_at)
    with pytest.raises(AlreadySet):
        set_publication(draft, read(draft), with_event=False, by=own_editor, due_at=due_at)
    assert desk.post(page(draft), posted(draft, when="later", at="2099-01-01T09:00")).status_code in (409, 422)

    desk.post(page(draft, "publish/cancel"))

    publication.refresh_from_db()
    assert publication.cancelled_at
    assert carry_out(publication.pk) is None
    assert not cancel(publication)
    assert set_publication(draft, read(draft), with_event=False, by=own_editor, due_at=due_at).items.count() == 2


def test_many_are_left_to_the_worker(desk, draft, monkeypatch):
    monkeypatch.setattr("outcomes.publishing.AT_ONCE", 1)

    answer = desk.post(page(draft), posted(draft), follow=True).content.decode()

    assert published(draft) == []
    assert "are being published" in answer
    assert publish_due.call() == 1
    assert len(published(draft)) == 2


def test_reviewer_publishes_outcomes_but_not_the_event(draft, reviewer):
    with pytest.raises(NotAllowed):
        set_publication(draft, read(draft), with_event=True, by=reviewer)
    desk = sign_in(Client(), reviewer)
    assert "with_event" not in desk.get(page(draft)).context["form"].fields

    desk.post(page(draft), posted(draft, with_event="on"))

    draft.refresh_from_db()
    assert (draft.status, len(published(draft))) == ("draft", 2)


# The preview


def test_preview_is_the_public_page_as_it_will_be(desk, draft):
    before = PublicGeneration.objects.values_list("number").first()

    response = desk.get(page(draft, "preview"))

    text = response.content.decode()
    assert "First words" in text
    assert "Second words" in text
    assert "SECRET words" not in text
    assert "This page is not public." in text
    assert '<meta name="robots" content="noindex, nofollow">' in text
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    draft.refresh_from_db()
    assert (draft.status, published(draft)) == ("draft", [])
    assert PublicGeneration.objects.values_list("number").first() == before
    assert not StatusChange.objects.exists()
    assert Client().get(draft.get_absolute_url()).status_code == 404

    desk.post(page(draft), posted(draft, with_event="on"))
    after = Client().get(draft.get_absolute_url()).content.decode()
    assert body_of(after) == body_of(text)


def body_of(page):
    """The columns of the page of an event: everything below its head, without what names the request."""
    return page.split('<div class="columns')[1].split("</main>")[0].strip()


def test_preview_keeps_nothing_and_shows_nothing_to_others(as_served, desk, draft, outsider):
    desk.get(page(draft, "preview"))

    assert Client().get(draft.get_absolute_url()).status_code == 404
    assert Client().get(page(draft, "preview")).status_code == 302
    assert sign_in(Client(), outsider).get(page(draft, "preview")).status_code == 302
    assert "First words" not in Client().get("/outcomes/").content.decode()


def test_preview_of_a_withdrawn_event_opens_and_leaves_it_withdrawn(desk, draft, own_editor):
    draft.publish(by=own_editor)
    draft.withdraw(by=own_editor)
    draft.say_why("A new date will follow.", by=own_editor)

    assert desk.get(page(draft, "preview")).status_code == 200
    draft.refresh_from_db()
    assert (draft.status, draft.public_note) == ("withdrawn", "A new date will follow.")


# The public note


@pytest.mark.parametrize("kind", ["event", "outcome"])
def test_tombstone_says_the_public_note_and_never_the_internal_one(desk, own_editor, event, kind):
    row = event if kind == "event" else TakeawayFactory(event=event, published=True)
    row.withdraw(by=own_editor, note="INTERNAL reasons")
    app = "events" if kind == "event" else "outcomes"
    url = f"/admin/{app}/{kind}/{row.pk}/public-note/"
    public = row.get_absolute_url()
    assert "Withdrawn on" in Client().get(public).content.decode()

    assert desk.post(url, {"note": "A corrected text will follow."}).status_code == 422  # not confirmed
    assert "A corrected" not in Client().get(public).content.decode()
    desk.post(url, {"note": "A <b>corrected</b> text will follow.", "is_public": "on"})

    page = Client().get(public)
    assert page.status_code == 410
    assert "A &lt;b&gt;corrected&lt;/b&gt; text will follow." in page.content.decode()
    assert "INTERNAL" not in page.content.decode()
    assert row.changes.filter(note__startswith="Public note:", by=own_editor).count() == 1
    type(row).objects.get(pk=row.pk).publish(by=own_editor)
    assert type(row).objects.get(pk=row.pk).public_note == ""


def test_public_note_is_for_what_is_withdrawn_and_for_who_could_withdraw_it(desk, event, foreign_editor, own_editor):
    url = f"/admin/events/event/{event.pk}/public-note/"
    assert desk.get(url).status_code == 404

    event.withdraw(by=own_editor)

    assert desk.get(url).status_code == 200
    assert sign_in(Client(), foreign_editor).get(url).status_code == 404
    with pytest.raises(NotAllowed):
        event.say_why("Mine", by=foreign_editor)
