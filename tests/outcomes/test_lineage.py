"""Outcomes become one, or two: who may, what is kept, what readers see, and the way back."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from events.models import NotAllowed
from events.workflow import release, set_attribution
from outcomes import lineage, workflow
from outcomes.models import ActionOwner, Outcome, StaleVersion, Status, StatusChange
from participants.models import Change
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    AddresseeFactory,
    ContributionFactory,
    EventFactory,
    OrganisationFactory,
    OutcomeFactory,
    RoundFactory,
    SessionFactory,
    StatusChangeFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db

DRAFT, SUBMITTED, CHANGES_REQUESTED, APPROVED, PUBLISHED, WITHDRAWN, MERGED = STATUSES = list(Status)
MERGEABLE = {SUBMITTED, APPROVED, PUBLISHED}


def outcome_in(status, **fields):
    return OutcomeFactory(**({} if status == DRAFT else {str(status): True}), **fields)


def merge(survivor, *parts, by, text=""):
    read = {part.pk: part.version for part in parts}
    return lineage.merge(survivor, read, version=survivor.version, text=text or survivor.text, by=by)


def fresh(*rows):
    return [Outcome.objects.get(pk=row.pk) for row in rows]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("into", STATUSES)
def test_what_may_be_merged_into_what(status, into, event, editor, rapporteur):
    survivor, part = outcome_in(into, event=event), outcome_in(status, event=event)
    may = {status, into} <= MERGEABLE and not (status == PUBLISHED and into != PUBLISHED)

    with pytest.raises((NotAllowed, Outcome.DoesNotExist)):
        merge(survivor, part, by=rapporteur)
    if not may:
        with pytest.raises((NotAllowed, Outcome.DoesNotExist)):
            merge(survivor, part, by=editor)
        assert [row.status for row in fresh(survivor, part)] == [into, status]
        return
    merge(survivor, part, by=editor)

    survivor, part = fresh(survivor, part)
    assert (survivor.status, part.status, part.merged_into) == (into, MERGED, survivor)
    assert (part.number is None) == (status != PUBLISHED)
    (line,) = part.changes.all()
    assert (line.from_status, line.to_status, line.by) == (status, MERGED, editor)

    lineage.part(survivor, by=editor)

    survivor, part = fresh(survivor, part)
    assert (survivor.status, part.status, part.merged_into) == (into, status, None)


def test_the_one_that_stays_has_what_all_had_and_gives_it_back(event, editor):
    themes = [ThemeFactory(name=name) for name in ("A", "B", "C")]
    stays = ActionFactory(event=event, submitted=True, text="States report.", themes=themes[:2])
    goes = ActionFactory(event=event, submitted=True, text="All States report.", themes=themes[1:])
    lead, both = OrganisationFactory(name="Lead"), OrganisationFactory(name="Both")
    ActionOwnerFactory(action=stays, organisation=both, is_lead=True)
    ActionOwnerFactory(action=goes, organisation=both)
    ActionOwnerFactory(action=goes, organisation=lead, is_lead=True)
    update = ActionUpdateFactory(action=goes)
    AddresseeFactory(action=goes, actor_type="state")
    contribution = ContributionFactory(round=RoundFactory(event=event))
    contribution.outcomes.add(goes)
    Outcome.objects.filter(pk=stays.pk).update(raised_by=9, raised_of=58, says_raised=True)
    was = fresh(stays, goes)

    merge(stays, goes, by=editor, text="All States report yearly.")

    now = Outcome.objects.get(pk=stays.pk)
    assert now.text == "All States report yearly."
    assert {theme.name for theme in now.themes.all()} == {"A", "B", "C"}
    assert sorted((str(owner), owner.is_lead) for owner in now.owners.all()) == [("Both", True), ("Lead", False)]
    assert [one.pk for one in now.updates.all()] == [update.pk]
    assert [one.actor_type for one in now.addressees.all()] == ["state"]
    assert list(now.contributions.all()) == [contribution]
    assert (now.raised_by, now.raised_of, now.says_raised) == (None, None, False)
    texts = [line for line in Change.objects.of_record(stays) if "text" in line.values]
    assert [(line.by, line.how) for line in texts] == [(editor, "merged")]

    lineage.part(stays, by=editor)

    again = fresh(stays, goes)
    assert [(row.text, row.status, row.recorded_under) for row in again] == [
        (row.text, row.status, row.recorded_under) for row in was
    ]
    assert {theme.name for theme in again[0].themes.all()} == {"A", "B"}
    assert not again[0].updates.exists()
    assert not again[0].addressees.exists()
    assert sorted((str(owner), owner.is_lead) for owner in again[1].owners.all()) == [("Both", False), ("Lead", True)]
    assert (again[0].raised_by, again[0].says_raised) == (9, False)  # a claim is made by a person, each time


@pytest.mark.parametrize(
    "spoil",
    [
        lambda survivor, editor: survivor.revise(version=survivor.version, text="Something else."),
        lambda survivor, editor: survivor.approve(by=editor),
    ],
)
def test_what_was_touched_since_stays_one(spoil, event, editor):
    stays, goes = OutcomeFactory(event=event, submitted=True), OutcomeFactory(event=event, submitted=True)
    merge(stays, goes, by=editor)
    spoil(Outcome.objects.get(pk=stays.pk), editor)

    with pytest.raises(NotAllowed, match="changed or moved"):
        lineage.part(stays, by=editor)


def test_only_what_was_read_is_merged_and_only_of_one_event_and_kind(event, editor):
    stays, goes = OutcomeFactory(event=event, submitted=True), OutcomeFactory(event=event, submitted=True)
    read = {goes.pk: goes.version}
    Outcome.objects.get(pk=goes.pk).revise(version=1, text="Rewritten.")

    with pytest.raises(StaleVersion):
        lineage.merge(stays, read, version=stays.version, text=stays.text, by=editor)
    for other in (OutcomeFactory(submitted=True), ActionFactory(event=event, submitted=True), stays):
        with pytest.raises(NotAllowed):
            merge(stays, other, by=editor)
    assert not Outcome.objects.filter(status=MERGED).exists()


# Nobody reviews their own text


@pytest.mark.parametrize("how", ["author", "submitted"])
def test_whoever_wrote_a_part_does_not_review_the_whole(how, event, editor, administrator):
    stays, goes = OutcomeFactory(event=event, submitted=True), OutcomeFactory(event=event, submitted=True)
    if how == "author":
        Outcome.objects.filter(pk=goes.pk).update(author=editor)
    else:
        StatusChangeFactory(outcome=goes, to_status=SUBMITTED, by=editor)
    merge(stays, *fresh(goes), by=editor)

    with pytest.raises(NotAllowed, match="own text"):
        Outcome.objects.get(pk=stays.pk).approve(by=editor)
    Outcome.objects.get(pk=stays.pk).approve(by=administrator)


@pytest.mark.parametrize("status", [APPROVED, PUBLISHED])
def test_own_text_does_not_slip_into_what_has_been_reviewed(status, event, editor):
    stays, goes = outcome_in(status, event=event), OutcomeFactory(event=event, submitted=True, author=editor)

    with pytest.raises(NotAllowed, match="own text"):
        merge(stays, goes, by=editor)


# Rules of attribution


def test_the_stricter_rule_holds_whatever_is_done_to_either(client, editor):
    event = EventFactory(attribution="on_record")
    open_session = SessionFactory(event=event)
    strict = SessionFactory(event=event, attribution="chatham_house")
    stays = TakeawayFactory(event=event, session=open_session, published=True)
    goes = TakeawayFactory(event=event, session=strict, submitted=True)
    assert (stays.recorded_under, goes.recorded_under) == ("on_record", "chatham_house")

    merge(stays, goes, by=editor)
    assert Outcome.objects.get(pk=stays.pk).recorded_under == "chatham_house"
    release(Outcome.objects.filter(pk=stays.pk), by=editor)
    assert Outcome.objects.get(pk=stays.pk).recorded_under == "chatham_house"

    set_attribution(strict, "closed", by=editor)

    assert Outcome.objects.get(pk=stays.pk).recorded_under == "closed"
    assert client.get(stays.get_absolute_url()).status_code == 404
    lineage.part(stays, by=editor)
    stays, goes = fresh(stays, goes)
    assert (stays.recorded_under, goes.recorded_under) == ("closed", "closed")  # what became stricter since stays so


# What readers see


def test_address_of_one_that_was_public_leads_to_the_one_that_stays(client, editor):
    event = EventFactory(reference="MU1")
    stays = TakeawayFactory(event=event, published=True, number=3, text="Stays")
    goes = TakeawayFactory(event=event, published=True, number=7, text="SECRET by now")
    never = TakeawayFactory(event=event, submitted=True, text="SECRET draft")
    merge(stays, goes, never, by=editor)

    answer = client.get(goes.get_absolute_url())
    assert (answer.status_code, answer.url) == (301, stays.get_absolute_url())
    assert answer["Cache-Control"] == "no-cache"
    assert client.get(never.get_absolute_url()).status_code == 404
    page = client.get(stays.get_absolute_url()).content.decode()
    assert "This takeaway brings together" in page
    assert "MU1-T7" in page
    assert "SECRET" not in page
    assert never.code not in page

    for query in ("MU1-T7", goes.code):
        assert client.get(reverse("outcomes:search"), {"q": query}).url == goes.get_absolute_url()
    assert client.get(reverse("outcomes:search"), {"q": never.code}).status_code == 200

    cited = client.get(reverse("outcomes:outcome-cite", args=[goes.code, "txt"]))
    assert cited.url == reverse("outcomes:outcome-cite", args=[stays.code, "txt"])

    Outcome.objects.get(pk=stays.pk).withdraw(by=editor)
    answer = client.get(goes.get_absolute_url())
    assert answer.status_code == 410
    assert "SECRET" not in answer.content.decode()
    assert stays.code not in answer.content.decode()
    assert client.get(never.get_absolute_url()).status_code == 404

    event.withdraw(by=editor)
    assert client.get(goes.get_absolute_url()).status_code == 410


def test_page_says_nothing_where_no_part_was_public(client, event, editor):
    stays, goes = TakeawayFactory(event=event, published=True), TakeawayFactory(event=event, submitted=True)
    before = client.get(stays.get_absolute_url()).content

    merge(stays, goes, by=editor)

    assert client.get(stays.get_absolute_url()).content == before


def test_part_of_a_session_that_was_closed_is_not_even_a_part(client, editor):
    event = EventFactory(reference="MU1", attribution="on_record")
    session = SessionFactory(event=event)
    stays = TakeawayFactory(event=event, published=True, number=3)
    goes = TakeawayFactory(event=event, session=session, published=True, number=7)
    merge(stays, goes, by=editor)

    set_attribution(session, "closed", by=editor)

    assert client.get(goes.get_absolute_url()).status_code == 404
    assert client.get(stays.get_absolute_url()).status_code == 404


def test_rule_that_came_and_went_while_it_was_merged_is_not_forgotten(editor):
    event = EventFactory(attribution="on_record")
    quiet = SessionFactory(event=event, attribution="closed")
    stays = TakeawayFactory(event=event, published=True, recorded_under="on_record")
    goes = TakeawayFactory(event=event, session=quiet, submitted=True, recorded_under="closed")
    merge(stays, goes, by=editor)
    set_attribution(event, "closed", by=editor)
    set_attribution(event, "on_record", by=editor)
    stays.refresh_from_db()

    lineage.part(stays, by=editor)

    stays.refresh_from_db()
    assert stays.recorded_under == "closed"
    assert not Outcome.objects.public().filter(pk=stays.pk).exists()


def test_number_of_a_part_is_not_given_again(event, editor):
    stays = TakeawayFactory(event=event, published=True, number=3)
    goes = TakeawayFactory(event=event, published=True, number=7)
    merge(stays, goes, by=editor)
    new = TakeawayFactory(event=event, approved=True)

    new.publish(by=editor)

    assert new.number == 8


def test_what_others_were_merged_into_is_no_draft_to_delete(event, group, editor, rapporteur):
    stays = OutcomeFactory(event=event, session=group, submitted=True, author=rapporteur)
    goes = OutcomeFactory(event=event, submitted=True)
    merge(stays, goes, by=editor)
    stays = Outcome.objects.get(pk=stays.pk)
    stays.take_back(by=rapporteur)

    with pytest.raises(workflow.NotYours):
        workflow.delete(stays, version=stays.version, by=rapporteur)


# One into two


@pytest.mark.parametrize("status", STATUSES)
def test_what_may_be_split(status, event, editor, rapporteur):
    outcome = outcome_in(status, event=event)
    words = {"first": {"text": "One.", "themes": []}, "second": {"text": "Two.", "themes": []}}

    with pytest.raises((NotAllowed, Outcome.DoesNotExist)):
        lineage.split(outcome, version=outcome.version, by=rapporteur, **words)
    if status not in MERGEABLE:
        with pytest.raises((NotAllowed, Outcome.DoesNotExist)):
            lineage.split(outcome, version=outcome.version, by=editor, **words)
        return
    new = lineage.split(outcome, version=outcome.version, by=editor, **words)

    outcome = Outcome.objects.get(pk=outcome.pk)
    assert (outcome.status, outcome.text, new.status, new.text, new.number) == (status, "One.", SUBMITTED, "Two.", None)


def test_split_keeps_where_it_comes_from_and_who_may_not_review_it(event, editor, administrator):
    themes = [ThemeFactory(), ThemeFactory()]
    session = SessionFactory(event=event, attribution="non_attributed")
    outcome = ActionFactory(event=event, session=session, submitted=True, recorded_under="closed", nature="pledge")
    StatusChangeFactory(outcome=outcome, from_status=DRAFT, to_status=SUBMITTED, by=editor)
    AddresseeFactory(action=outcome, actor_type="state")
    Outcome.objects.filter(pk=outcome.pk).update(raised_by=9, raised_of=58, says_raised=True)

    new = lineage.split(
        outcome,
        version=outcome.version,
        first={"text": "One.", "themes": themes[:1]},
        second={"text": "Two.", "themes": themes[1:]},
        by=administrator,
    )

    outcome, new = fresh(outcome, new)
    assert (new.split_from, new.session, new.recorded_under, new.nature) == (outcome, session, "closed", "pledge")
    assert [list(one.themes.all()) for one in (outcome, new)] == [themes[:1], themes[1:]]
    assert [one.actor_type for one in new.addressees.all()] == ["state"]
    assert (outcome.raised_by, outcome.says_raised, new.raised_by) == (None, False, None)
    assert new.text_submitted == "Two."
    with pytest.raises(NotAllowed, match="own text"):
        new.approve(by=editor)
    new.approve(by=administrator)
    with pytest.raises(StaleVersion):
        lineage.split(
            outcome, version=1, first={"text": "A", "themes": []}, second={"text": "B", "themes": []}, by=editor
        )


def test_the_database_knows_what_merged_means(event):
    for wrong in (
        {"status": "merged", "text_submitted": "x"},
        {"merged_into": OutcomeFactory(event=event)},
        {"status": "merged", "text_submitted": "x", "merged_into": OutcomeFactory(event=event), "number": 4},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            OutcomeFactory(event=event, **wrong)
    assert ActionOwner.objects.count() == StatusChange.objects.count() == 0
