"""Two rows become one and are taken apart again: what moves, what meets, what is refused."""

import datetime as dt

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from events.models import EventPartner
from events.workflow import settle_visibility
from outcomes.models import ActionOwner, OutcomeCount
from participants import merging
from participants.models import Change, FormerAddress, Merge, Organisation, Person
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    DistinctionFactory,
    EventFactory,
    EventPartnerFactory,
    InvitationFactory,
    MergeFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    QuoteFactory,
    ReportFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

RELATED = [relation.model for relation in merging.RELATIONS.values() if relation.alike]
MOVED = [
    *("participants.Person", "participants.Organisation", "participants.FormerAddress"),
    "participants.User_institutions",
    *("events.Participation", "events.Role", "events.Quote", "events.Invitation", "events.EventPartner"),
    *("outcomes.ActionOwner", "outcomes.Report", "outcomes.Outcome"),
]


def all_rows():
    """Everything that a merge may touch; of the counts what they say."""
    found = {label: list(apps.get_model(label)._base_manager.order_by("pk").values()) for label in MOVED}
    numbers = OutcomeCount.objects.exclude(number=0).order_by("facet", "value", "kind", "theme")
    return found | {"numbers": list(numbers.values_list("facet", "value", "kind", "theme", "number"))}


@pytest.mark.parametrize("model", [Person, Organisation, *RELATED])
def test_somebody_decided_what_becomes_of_every_row_that_points_at_it(model):
    """Where this fails, add a `points_at` to the `merging.py` of the app whose model is named."""
    merging.relations_to(model)


def test_every_decision_is_about_a_relation_that_is_there():
    for relation in merging.RELATIONS.values():
        field = relation.model._meta.get_field(relation.name)
        assert (relation.model, relation.name) in list(merging._pointing(field.remote_field.model))


@pytest.fixture
def anna():
    return PersonFactory(name="Anna Muster", email="anna@example.org")


@pytest.fixture
def namesake():
    return PersonFactory(name="Muster, Anna", user=UserFactory())


def test_people_become_one_and_are_taken_apart_exactly(anna, namesake, administrator):
    event, other = EventFactory(), EventFactory()
    session = SessionFactory(event=event)
    kept = ParticipationFactory(event=event, person=anna, listing="public", affiliation="Institute A")
    lost = ParticipationFactory(event=event, person=namesake, listing="hidden", position="Adviser")
    moving = ParticipationFactory(event=other, person=namesake, listing="public")
    RoleFactory(participation=kept, session=session, role="speaker")
    RoleFactory(participation=lost, session=session, role="speaker")
    RoleFactory(participation=lost, session=None, role="chair")
    quote = QuoteFactory(event=event, speaker=lost)
    report = ReportFactory(event=event, author=lost)
    InvitationFactory(participation=kept)
    second = InvitationFactory(participation=lost)
    action = ActionFactory(event=event)
    ActionOwnerFactory(action=action, organisation=None, person=anna)
    ActionOwnerFactory(action=action, organisation=None, person=namesake, is_lead=True, response="accepted")
    before = all_rows()

    merge = merging.merge(anna, namesake, by=administrator, values={"sort_name": "Muster, Anna"})

    person = Person.objects.get()
    assert (person.pk, person.name, person.sort_name, person.user) == (
        anna.pk,
        "Anna Muster",
        "Muster, Anna",
        namesake.user,
    )
    here, there = person.participations.order_by("pk")
    assert (here.pk, here.listing, here.affiliation, here.position) == (kept.pk, "hidden", "Institute A", "Adviser")
    assert there.pk == moving.pk
    assert sorted(here.roles.values_list("session", "role"), key=str) == [(session.pk, "speaker"), (None, "chair")]
    quote.refresh_from_db()
    report.refresh_from_db()
    second.refresh_from_db()
    assert (quote.speaker, report.author, second.participation) == (kept, kept, kept)
    assert second.revoked_at is not None
    owner = ActionOwner.objects.get()
    assert (owner.person, owner.is_lead, owner.response) == (anna, True, "accepted")
    lines = Change.objects.filter(how="merged", by=administrator)
    assert {"participants.person", "events.participation"} <= set(lines.values_list("record", flat=True))
    assert lines.get(record="participants.person", key=namesake.pk).kind == "deleted"

    merging.undo(merge, by=administrator)

    assert all_rows() == before
    merge.refresh_from_db()
    assert merge.undone_by == administrator
    back = Change.objects.filter(how="merge undone")
    assert back.get(record="participants.person", key=namesake.pk).kind == "added"
    assert len(back) == len(lines)
    with pytest.raises(merging.CannotMerge, match="undone already"):
        merging.undo(merge, by=administrator)


def test_organisations_become_one_with_their_numbers_and_address(client, administrator):
    event, other = EventFactory(), EventFactory()
    TakeawayFactory(event=event, published=True)
    TakeawayFactory(event=other, published=True)
    kept, lost = OrganisationFactory(name="Institute A", slug="a"), OrganisationFactory(name="Institut A", slug="b")
    EventPartnerFactory(event=event, organisation=kept)
    EventPartnerFactory(event=event, organisation=lost)
    EventPartnerFactory(event=event, organisation=lost, role="host")
    EventPartnerFactory(event=other, organisation=lost)
    ParticipationFactory(event=event, organisation=lost)
    action = ActionFactory(event=event)
    ActionOwnerFactory(action=action, organisation=kept)
    ActionOwnerFactory(action=action, organisation=lost, is_lead=True)
    both, one = UserFactory(editor=True), UserFactory(editor=True)
    both.institutions.set([kept, lost])
    one.institutions.set([lost])
    settle_visibility(event)
    settle_visibility(other)
    before = all_rows()

    merge = merging.merge(kept, lost, by=administrator, values={"name": "Institut A", "country": "CL"})

    row = Organisation.objects.get()
    assert (row.pk, row.name, row.slug, row.country.code, row.name_key) == (
        kept.pk,
        "Institut A",
        "a",
        "CL",
        "institut",
    )
    assert EventPartner.objects.count() == 3
    assert set(row.events.all()) == {event, other}
    assert [list(user.institutions.all()) for user in (both, one)] == [[row], [row]]
    call_command("check_public")
    moved = client.get("/organisations/b/")
    assert (moved.status_code, moved["Location"]) == (301, "/organisations/a/")

    merging.undo(merge, by=administrator)

    assert all_rows() == before
    call_command("check_public")
    assert client.get("/organisations/b/").status_code == 200


@pytest.mark.parametrize("hidden", ["kept", "lost"])
def test_address_of_what_was_hidden_leads_nowhere(client, administrator, hidden):
    kept, lost = OrganisationFactory(slug="a"), OrganisationFactory(slug="b")
    for name, row in (("kept", kept), ("lost", lost)):
        EventPartnerFactory(organisation=row, event=EventFactory(draft=name == hidden))

    merging.merge(kept, lost, by=administrator)

    assert client.get("/organisations/a/").status_code == 200
    assert client.get("/organisations/b/").status_code == 404
    assert client.get("/organisations/b/").content.replace(b"/b/", b"/c/") == client.get("/organisations/c/").content


def test_address_leads_on_no_longer_once_the_survivor_is_hidden(client, administrator):
    kept, lost = OrganisationFactory(slug="a"), OrganisationFactory(slug="b")
    events = [EventPartnerFactory(organisation=row).event for row in (kept, lost)]
    merging.merge(kept, lost, by=administrator)
    assert client.get("/organisations/b/").status_code == 301

    for event in events:
        event.withdraw(by=administrator)

    assert client.get("/organisations/b/").status_code == 404


def test_two_accounts_never_become_one(anna, namesake, administrator):
    anna.user = UserFactory()
    anna.save()

    with pytest.raises(merging.CannotMerge, match="Both have an account"):
        merging.merge(anna, namesake, by=administrator)

    assert Person.objects.count() == 2
    with pytest.raises(merging.CannotMerge, match="not there any more"):
        merging.merge(anna, anna, by=administrator)


def test_what_would_be_kept_twice_is_refused_in_words(administrator):
    OrganisationFactory(name="Institute A", country="CL")
    kept, lost = OrganisationFactory(name="Institute B"), OrganisationFactory(name="Institute A")

    with pytest.raises(merging.CannotMerge, match="yet another one"):
        merging.merge(kept, lost, by=administrator, values={"name": "Institute A", "country": "CL"})

    assert Organisation.objects.count() == 3
    assert not Merge.objects.exists()


@pytest.mark.parametrize("change", ["survivor", "moved", "deleted", "merged on", "name taken", "forgotten"])
def test_merge_is_not_undone_once_what_moved_was_changed(administrator, change):
    kept, lost = OrganisationFactory(name="Institute A"), OrganisationFactory(name="Institute B")
    partner = EventPartnerFactory(organisation=lost)
    merge = merging.merge(kept, lost, by=administrator)
    if change == "survivor":
        kept.refresh_from_db()
        kept.website = "https://a.example.org"
        kept.save()
    elif change == "moved":
        EventPartner.objects.filter(pk=partner.pk).update(position=7)
    elif change == "deleted":
        partner.delete()
    elif change == "merged on":
        merging.merge(OrganisationFactory(name="Institute C"), kept, by=administrator)
    elif change == "name taken":
        OrganisationFactory(name="institute b")
    else:
        Merge.objects.update(merged_at=timezone.now() - dt.timedelta(days=181))
        assert Merge.objects.forget() == 1
        merge.refresh_from_db()
        assert (merge.journal, merge.lost_name, merge.kept_name) == ([], "", "")
    number = Organisation.objects.count()

    with pytest.raises(merging.CannotMerge):
        merging.undo(merge, by=administrator)

    assert Organisation.objects.count() == number


def test_merges_in_a_row_are_undone_the_last_first(administrator):
    first, second, third = (OrganisationFactory(name=f"Institute {name}", slug=name) for name in "abc")
    EventPartnerFactory(organisation=second)
    EventPartnerFactory(organisation=third)
    before = all_rows()
    one = merging.merge(second, third, by=administrator)
    two = merging.merge(first, second, by=administrator)
    assert FormerAddress.objects.filter(organisation=first).count() == 2

    merging.undo(two, by=administrator)
    merging.undo(one, by=administrator)

    assert all_rows() == before


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: MergeFactory(kept=1, lost=1),
        lambda: MergeFactory(of="event"),
        lambda: MergeFactory(undone_by=UserFactory()),
        lambda: DistinctionFactory(first=2, second=1),
        lambda: [DistinctionFactory(first=1, second=2) for _ in range(2)],
    ],
)
def test_database_refuses(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong()
