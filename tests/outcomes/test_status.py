"""The workflow of an outcome: who may move it where, what each move leaves behind, and what happens at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction

from events.models import InvalidTransition, NotAllowed
from outcomes.models import Outcome, OutcomeTheme, StaleVersion, Status, StatusChange
from participants.models import User
from tests.factories import (
    ActionFactory,
    EventFactory,
    OutcomeFactory,
    StatusChangeFactory,
    TakeawayFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DRAFT, SUBMITTED, CHANGES_REQUESTED, APPROVED, PUBLISHED, WITHDRAWN, MERGED = STATUSES = list(Status)

WRITERS = {"author", "rapporteur", "editor", "editor who wrote it", "administrator"}
REVIEWERS = {"editor", "administrator"}
EDITORS = {"editor", "editor who wrote it", "administrator"}
EVERYBODY = WRITERS | {"other rapporteur", "outsider", "inactive editor"}

VERBS = {
    "submit": SUBMITTED,
    "take_back": DRAFT,
    "send_back": CHANGES_REQUESTED,
    "approve": APPROVED,
    "publish": PUBLISHED,
    "withdraw": WITHDRAWN,
}

# The table: which verb works in which status, and for whom. Everything else is refused.
ALLOWED = {
    (DRAFT, "submit"): WRITERS,
    (CHANGES_REQUESTED, "submit"): WRITERS,
    (SUBMITTED, "take_back"): WRITERS,
    (SUBMITTED, "send_back"): EDITORS,
    (SUBMITTED, "approve"): REVIEWERS,
    (APPROVED, "send_back"): EDITORS,
    (APPROVED, "publish"): REVIEWERS,
    (PUBLISHED, "withdraw"): EDITORS,
    (WITHDRAWN, "publish"): REVIEWERS,
    # out of another one leads `part` alone: tests/outcomes/test_lineage.py
    (MERGED, "submit"): set(),
    (MERGED, "approve"): set(),
    (MERGED, "publish"): set(),
}


@pytest.fixture
def cast(rapporteur, other_rapporteur, editor, administrator, outsider):
    return {
        "author": rapporteur,
        "rapporteur": rapporteur,
        "other rapporteur": other_rapporteur,
        "editor": editor,
        "editor who wrote it": editor,
        "administrator": administrator,
        "outsider": outsider,
        "inactive editor": UserFactory(editor=True, is_active=False),
    }


def outcome_in(status, **fields):
    trait = {} if status == DRAFT else {str(status): True}
    return OutcomeFactory(**trait, **fields)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", STATUSES)
def test_every_verb_in_every_status_for_everybody(status, verb, cast, group):
    may = ALLOWED.get((status, verb), set())

    for role in sorted(EVERYBODY):
        user = User.objects.get(pk=cast[role].pk)
        author = user if role in ("author", "editor who wrote it") else None
        outcome = outcome_in(status, event=group.event, session=group, author=author)
        button = outcome.may_become(VERBS[verb], user)
        try:
            getattr(outcome, verb)(by=user, note="A note.")
            done = True
        except (InvalidTransition, NotAllowed) as refused:
            done = False
            assert isinstance(refused, NotAllowed) == ((status, verb) in ALLOWED), role

        stored = Outcome.objects.get(pk=outcome.pk)
        assert done == button == (role in may), role
        assert stored.status == outcome.status == (VERBS[verb] if done else status), role
        changes = [(change.from_status, change.to_status, change.by, change.note) for change in stored.changes.all()]
        assert changes == ([(status, VERBS[verb], user, "A note.")] if done else []), role


def test_verbs_are_refused_to_nobody_in_particular(group):
    from django.contrib.auth.models import AnonymousUser

    outcome = OutcomeFactory(event=group.event, session=group)

    with pytest.raises(NotAllowed):
        outcome.submit(by=AnonymousUser())


# Nobody reviews their own text


@pytest.mark.parametrize("status, verb", [(SUBMITTED, "approve"), (APPROVED, "publish"), (WITHDRAWN, "publish")])
def test_own_text_is_refused_to_who_submitted_it(status, verb, editor, administrator):
    outcome = outcome_in(status, author=None)
    StatusChangeFactory(outcome=outcome, to_status=SUBMITTED, by=editor)

    with pytest.raises(NotAllowed, match="own text"):
        getattr(outcome, verb)(by=editor)
    getattr(outcome, verb)(by=administrator)


def test_own_text_is_refused_to_a_superuser_as_well():
    root = User.objects.create_superuser("root@example.org")
    outcome = OutcomeFactory(submitted=True, author=root)

    with pytest.raises(NotAllowed, match="own text"):
        outcome.approve(by=root)


# What a move leaves behind


def test_submit_keeps_the_words_as_first_submitted(rapporteur, editor, group):
    outcome = TakeawayFactory(event=group.event, session=group, text="As frist submitted")
    outcome.submit(by=rapporteur)
    outcome.send_back(by=editor, note="A slip.")

    outcome.revise(version=outcome.version, text="As first submitted")
    outcome.submit(by=rapporteur)

    outcome.refresh_from_db()
    assert (outcome.text_submitted, outcome.text) == ("As frist submitted", "As first submitted")


@pytest.mark.parametrize("note", ["", "  ", "\n\t"])
def test_send_back_needs_a_note(note, editor):
    outcome = OutcomeFactory(submitted=True)

    with pytest.raises(ValidationError, match="Say what should change"):
        outcome.send_back(by=editor, note=note)

    assert Outcome.objects.get().status == SUBMITTED


def test_a_note_with_signs_nobody_sees_is_refused(editor):
    outcome = OutcomeFactory(submitted=True)

    with pytest.raises(ValidationError, match=r"U\+0000"):
        outcome.approve(by=editor, note="A \x00 note")

    assert (Outcome.objects.get().status, StatusChange.objects.count()) == (SUBMITTED, 0)


def test_publish_withdraw_publish_keeps_date_and_number(editor):
    outcome = OutcomeFactory(approved=True)
    with time_machine.travel("2026-05-01T10:00:00Z", tick=False):
        outcome.publish(by=editor)
    with time_machine.travel("2026-06-01T10:00:00Z", tick=False):
        outcome.withdraw(by=editor)
    assert (outcome.published_at, outcome.withdrawn_at) == (
        dt.datetime(2026, 5, 1, 10, tzinfo=dt.UTC),
        dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC),
    )

    outcome.publish(by=editor)

    outcome.refresh_from_db()
    assert (outcome.number, outcome.published_at, outcome.withdrawn_at) == (
        1,
        dt.datetime(2026, 5, 1, 10, tzinfo=dt.UTC),
        None,
    )


def test_a_move_brings_it_under_its_themes_and_away(editor):
    outcome = OutcomeFactory(approved=True, themes=[ThemeFactory()])

    outcome.publish(by=editor)
    assert OutcomeTheme.objects.get().public_at == outcome.published_at
    outcome.withdraw(by=editor)
    assert OutcomeTheme.objects.get().public_at is None


def test_a_move_that_fails_late_leaves_nothing(editor, monkeypatch):
    outcome = OutcomeFactory(approved=True)

    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(Outcome, "moved", fail)
    with pytest.raises(RuntimeError):
        outcome.publish(by=editor)

    stored = Outcome.objects.get()
    assert (stored.status, stored.number, stored.changes.count()) == (APPROVED, None, 0)


# Numbers and references


def test_numbers_are_contiguous_for_each_event_and_kind(editor):
    first, second = EventFactory(reference="MU1"), EventFactory(reference="MU2")
    outcomes = [
        TakeawayFactory(event=first, approved=True),
        ActionFactory(event=first, approved=True),
        TakeawayFactory(event=first, approved=True),
        TakeawayFactory(event=second, approved=True),
        ActionFactory(event=first, approved=True),
    ]

    for outcome in outcomes:
        outcome.publish(by=editor)

    assert [outcome.reference for outcome in outcomes] == ["MU1-T1", "MU1-A1", "MU1-T2", "MU2-T1", "MU1-A2"]


def test_a_number_is_never_given_again(editor):
    event = EventFactory()
    first, second, third = TakeawayFactory.create_batch(3, event=event, approved=True)
    first.publish(by=editor)
    second.publish(by=editor)
    second.withdraw(by=editor)

    third.publish(by=editor)
    second.publish(by=editor)

    assert [outcome.number for outcome in (first, second, third)] == [1, 2, 3]


# At once


@pytest.mark.parametrize("other", ["approve", "send_back", "take_back"])
def test_the_second_of_two_moves_loses(other, editor, administrator):
    slow, fast = (Outcome.objects.get(pk=pk) for pk in [OutcomeFactory(submitted=True).pk] * 2)
    getattr(fast, other)(by=editor, note="First.")

    with pytest.raises(InvalidTransition, match="no longer submitted"):
        slow.approve(by=administrator)

    assert list(StatusChange.objects.values_list("note", flat=True)) == ["First."]


def test_an_approval_counts_for_the_wording_that_was_read(editor, administrator):
    pk = OutcomeFactory(submitted=True).pk
    read, changed = (Outcome.objects.get(pk=pk) for _ in range(2))
    changed.revise(version=1, text="Other words")

    with pytest.raises(InvalidTransition, match="changed since it was read"):
        read.approve(by=editor)

    assert Outcome.objects.get().status == SUBMITTED


def test_a_stale_save_is_refused_with_what_stands_now():
    pk = OutcomeFactory(text="Before").pk
    mine, theirs = (Outcome.objects.get(pk=pk) for _ in range(2))
    theirs.revise(version=theirs.version, text="Theirs")

    with pytest.raises(StaleVersion) as stale:
        mine.revise(version=mine.version, text="Mine")

    assert stale.value.current.text == Outcome.objects.get().text == "Theirs"
    assert stale.value.current.version == 2


@pytest.mark.django_db(transaction=True)
def test_ten_published_at_once_get_ten_numbers():
    editor = UserFactory(editor=True)
    event = EventFactory()
    outcomes = TakeawayFactory.create_batch(10, event=event, approved=True)

    def publish(pk):
        try:
            Outcome.objects.get(pk=pk).publish(by=User.objects.get(pk=editor.pk))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(publish, [outcome.pk for outcome in outcomes]))

    assert sorted(Outcome.objects.values_list("number", flat=True)) == list(range(1, 11))


@pytest.mark.django_db(transaction=True)
def test_published_ten_times_at_once_it_is_published_once():
    editor = UserFactory(editor=True)
    pk = TakeawayFactory(approved=True).pk

    def publish(_):
        try:
            Outcome.objects.get(pk=pk).publish(by=User.objects.get(pk=editor.pk))
        except InvalidTransition:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(10) as pool:
        done = list(pool.map(publish, range(10)))

    assert done.count(True) == StatusChange.objects.count() == 1


# History


def test_history_is_written_once():
    change = StatusChangeFactory(note="As it was.")

    change.note = "As it should have been."
    for attempt in (
        change.save,
        change.delete,
        StatusChange.objects.all().delete,
        lambda: StatusChange.objects.update(note="Changed."),
        lambda: change.outcome.changes.update(note="Changed."),
        lambda: StatusChange.objects.bulk_update([change], ["note"]),
    ):
        with pytest.raises(TypeError, match="append-only"), transaction.atomic():
            attempt()

    assert StatusChange.objects.get().note == "As it was."


def test_history_goes_with_its_outcome_and_outlives_people(editor):
    change = StatusChangeFactory(by=editor)

    editor.delete()
    assert StatusChange.objects.get().by is None
    change.outcome.delete()
    assert not StatusChange.objects.exists()


def test_history_is_in_order(rapporteur, editor, administrator, group):
    outcome = TakeawayFactory(event=group.event, session=group)
    outcome.submit(by=rapporteur)
    outcome.approve(by=editor)
    outcome.publish(by=administrator)

    assert [str(change) for change in outcome.changes.all()] == [
        "draft → submitted",
        "submitted → approved",
        "approved → published",
    ]


# The deadline


@pytest.mark.parametrize(
    "now, late, may",
    [
        ("2026-03-10T23:59:00-03:00", False, True),
        ("2026-03-11T00:00:00-03:00", False, False),
        ("2026-03-11T00:00:00-03:00", True, True),
        ("2026-03-11T02:30:00Z", False, True),
    ],
)
def test_rapporteurs_submit_until_the_day_is_over_at_the_place(now, late, may, rapporteur, group):
    event = group.event
    event.outcomes_due_on, event.time_zone, event.accepts_late = dt.date(2026, 3, 10), "America/Santiago", late
    event.save()
    outcome = TakeawayFactory(event=event, session=group)

    with time_machine.travel(now, tick=False):
        assert outcome.may_become(SUBMITTED, rapporteur) == may
        if may:
            outcome.submit(by=rapporteur)
        else:
            with pytest.raises(NotAllowed, match="deadline was 10 March 2026"):
                outcome.submit(by=rapporteur)

    assert Outcome.objects.get().status == (SUBMITTED if may else DRAFT)


def test_staff_submit_after_the_deadline(editor):
    outcome = TakeawayFactory(event__outcomes_due_on=dt.date(2026, 3, 10))

    with time_machine.travel("2026-04-01T00:00:00Z", tick=False):
        outcome.submit(by=editor)

    assert outcome.status == SUBMITTED


# In the database


@pytest.mark.parametrize("status", [status for status in STATUSES if status != DRAFT])
def test_a_status_alone_is_refused_by_the_database(status):
    outcome = OutcomeFactory()

    with pytest.raises(IntegrityError):
        Outcome.objects.filter(pk=outcome.pk).update(status=status)
