import datetime as dt
import uuid

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from events.models import BreakoutGroup, Event, EventRevision, PublicGeneration, Session
from tests.conftest import reports_on
from tests.constraints import assert_names, constraints_of, twice
from tests.factories import (
    AllowanceFactory,
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    InvitationFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    QuoteFactory,
    ResourceFactory,
    RoleFactory,
    SessionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)

BROKEN = {
    "event_has_a_title": lambda: EventFactory(title=""),
    "event_ends_on_or_after_its_start": lambda: EventFactory(ends_on=dt.date(2026, 3, 2)),
    "event_image_has_words": lambda: EventFactory(image="events/x.png"),
    "event_published_at_iff_published": lambda: EventFactory(published_at=None),
    "event_withdrawn_at_iff_withdrawn": lambda: EventFactory(status="withdrawn"),
    "event_public_note_only_once_withdrawn": lambda: EventFactory(public_note="Why."),
    "event_attribution_is_a_rule": lambda: EventFactory(attribution="secret"),
    "event_status_is_known": lambda: EventFactory(status="mislaid"),
    "event_partner_once_in_a_role": twice(EventPartnerFactory, event=EventFactory, organisation=OrganisationFactory),
    "event_partner_role_text_iff_other": lambda: EventPartnerFactory(role="other"),
    "session_has_a_title": lambda: SessionFactory(title=""),
    "session_ends_after_its_start": lambda: SessionFactory(starts_at=NOON, ends_at=NOON - dt.timedelta(minutes=1)),
    "breakout_group_has_a_parent": lambda: BreakoutGroupFactory(parent=None, event=EventFactory()),
    "session_is_not_its_own_parent": lambda: Session.objects.filter(pk=SessionFactory().pk).update(
        parent=models.F("pk")
    ),
    "session_foreign_id_has_a_source": lambda: SessionFactory(foreign_id="7"),
    "session_attribution_is_a_rule": lambda: SessionFactory(attribution="secret"),
    "participation_once_an_event": twice(ParticipationFactory, event=EventFactory, person=PersonFactory),
    "invitation_once_a_sending": lambda: InvitationFactory.create_batch(
        2, participation=ParticipationFactory(), sending=uuid.uuid4(), revoked_at=NOON
    ),
    "invitation_open_once_a_participation": twice(InvitationFactory, participation=ParticipationFactory),
    "invitation_has_a_token": lambda: InvitationFactory(token_hash=""),
    "role_once_in_a_session": lambda: RoleFactory.create_batch(
        2, participation=(participation := ParticipationFactory()), session=SessionFactory(event=participation.event)
    ),
    "role_once_for_the_whole_event": twice(RoleFactory, participation=ParticipationFactory),
    "quote_has_words": lambda: QuoteFactory(text=""),
    "quote_source_is_on_the_web": lambda: QuoteFactory(source="javascript:alert(1)"),
    "allowance_has_a_reason": lambda: AllowanceFactory(reason=""),
    "event_revision_counts_from_one": lambda: EventRevision.objects.create(
        event=EventFactory(), number=0, revised_at=dt.datetime(2026, 3, 3, tzinfo=dt.UTC)
    ),
    "public_generation_is_one_row": lambda: PublicGeneration.objects.create(pk=2),
    "resource_is_address_or_file": lambda: ResourceFactory(url=""),
    "resource_address_is_on_the_web": lambda: ResourceFactory(url="javascript:alert(1)"),
}


def test_every_constraint_is_broken_below():
    assert set(BROKEN) == constraints_of("events")


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses_what_breaks(name):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        BROKEN[name]()

    assert_names(refused.value, name)


@pytest.mark.parametrize(
    "made, field",
    [
        (lambda: EventFactory.build(starts_on=None, ends_on=dt.date(2026, 3, 3)), "starts_on"),
        (lambda: EventFactory.build(ends_on=dt.date(2026, 3, 2)), "ends_on"),
        (lambda: EventFactory.build(image="events/x.png"), "image_alt"),
        (lambda: EventFactory.build(time_zone="UTC+3"), "time_zone"),
        (lambda: EventFactory.build(attribution="secret"), "attribution"),
        (lambda: EventFactory.build(title="x" * 501), "title"),
        (lambda: EventFactory.build(title="A \x00 title"), "title"),
        (lambda: SessionFactory.build(event=EventFactory(), ends_at=NOON), "ends_at"),
        (lambda: BreakoutGroupFactory.build(event=EventFactory(), parent=None), "parent"),
        (lambda: BreakoutGroupFactory.build(event=EventFactory(), parent=SessionFactory()), "parent"),
        (lambda: RoleFactory.build(participation=ParticipationFactory(), session=SessionFactory()), "session"),
        (lambda: QuoteFactory.build(event=EventFactory(), session=SessionFactory()), "session"),
        (lambda: QuoteFactory.build(event=EventFactory(), speaker=ParticipationFactory()), "speaker"),
        (lambda: ResourceFactory.build(event=EventFactory(), session=SessionFactory()), "session"),
        (lambda: ResourceFactory.build(event=EventFactory(), url="ftp://files.example.org/notes"), "url"),
    ],
)
def test_forms_refuse_in_words_what_does_not_fit(made, field):
    with pytest.raises(ValidationError) as refused:
        made().full_clean()

    assert field in refused.value.error_dict


def test_the_last_day_is_the_first_where_none_is_given():
    event = EventFactory.build(starts_on=dt.date(2026, 3, 3), ends_on=None)

    event.full_clean()

    assert event.ends_on == dt.date(2026, 3, 3)


# The tree of sessions


def test_groups_nest_three_levels_deep():
    session = SessionFactory()
    group = BreakoutGroupFactory(event=session.event, parent=session)
    subgroup = BreakoutGroupFactory(event=session.event, parent=group)

    assert subgroup.ancestors() == [Session.objects.get(pk=group.pk), session]
    with pytest.raises(ValidationError, match="3 levels"):
        BreakoutGroupFactory.build(event=session.event, parent=subgroup).full_clean()


def test_a_tree_is_not_moved_where_it_gets_too_deep():
    session = SessionFactory()
    BreakoutGroupFactory(event=session.event, parent=session)
    other = BreakoutGroupFactory(event=session.event, parent=SessionFactory(event=session.event))

    session.parent = other
    with pytest.raises(ValidationError, match="3 levels"):
        session.full_clean()


def test_a_session_does_not_stand_under_itself():
    session = SessionFactory()
    group = BreakoutGroupFactory(event=session.event, parent=session)

    session.parent = group
    with pytest.raises(ValidationError, match="under itself"):
        session.full_clean()


def test_breakout_groups_are_sessions_of_their_kind():
    group = BreakoutGroupFactory(title="Group A", number="1")

    assert BreakoutGroup.objects.get() == group
    assert Session.objects.get(pk=group.pk).kind == "breakout_group"
    assert str(group) == "Breakout group 1: Group A"
    assert Session.objects.count() == 2


# Who reads and reports


@pytest.mark.parametrize("status, public, tomb", [("draft", 0, 0), ("published", 1, 0), ("withdrawn", 0, 1)])
def test_events_are_public_while_published(status, public, tomb):
    EventFactory(**({} if status == "published" else {status: True}))

    assert (Event.objects.public().count(), Event.objects.tombstones().count()) == (public, tomb)


def test_rapporteurs_see_drafts_they_report_on(editor):
    draft = EventFactory(draft=True)
    session = SessionFactory(event=draft)
    group = BreakoutGroupFactory(event=draft, parent=session)
    SessionFactory(event=draft)
    user = reports_on(session)
    EventFactory(draft=True)

    assert list(Event.objects.visible_to(user)) == list(Event.objects.reported_by(user)) == [draft]
    assert set(Session.objects.visible_to(user)) == set(Session.objects.editable_by(user)) == {session, group}
    assert not Event.objects.reported_whole_by(user).exists()
    assert not Event.objects.editable_by(user).exists()
    assert Event.objects.visible_to(editor).count() == Event.objects.editable_by(editor).count() == 2


def test_nobody_without_an_account_reports():
    session = SessionFactory(event__draft=True)
    for place in (session, None):
        RoleFactory(participation__event=session.event, session=place, rapporteur=True)
    anonymous = AnonymousUser()

    assert not Event.objects.reported_by(anonymous).exists()
    assert not Event.objects.reported_whole_by(anonymous).exists()
    assert not Event.objects.visible_to(anonymous).exists()
    assert not Session.objects.reported_by(anonymous).exists()
    assert not Session.objects.visible_to(anonymous).exists()
    assert not Session.objects.editable_by(anonymous).exists()


def test_a_role_lost_is_a_right_lost(rapporteur, group):
    assert list(Session.objects.reported_by(rapporteur)) == [Session.objects.get(pk=group.pk)]

    group.roles.get().delete()

    assert not Session.objects.reported_by(rapporteur).exists()


# Dates


def test_upcoming_and_held_part_at_the_last_day():
    today = dt.date(2026, 3, 3)
    over, running, ahead = (
        EventFactory(starts_on=dt.date(2026, 3, first), ends_on=dt.date(2026, 3, last))
        for first, last in ((1, 2), (2, 3), (5, 5))
    )

    assert list(Event.objects.upcoming(today)) == [running, ahead]
    assert list(Event.objects.held(today)) == [over]


@pytest.mark.parametrize("now, held", [("2026-03-04T02:59:00Z", False), ("2026-03-04T03:00:00Z", True)])
def test_an_event_is_held_when_its_last_day_is_over_at_its_place(now, held):
    event = EventFactory.build(time_zone="America/Santiago", ends_on=dt.date(2026, 3, 3))

    with time_machine.travel(now, tick=False):
        assert event.is_held == held


def test_an_event_without_dates_is_not_held():
    assert not EventFactory(starts_on=None).is_held


def test_editions_are_the_other_public_events_of_a_series():
    series = EventSeriesFactory()
    first, second, third = (EventFactory(series=series, starts_on=dt.date(year, 3, 3)) for year in (2022, 2024, 2026))
    EventFactory(series=series, draft=True)
    EventFactory()

    assert list(second.editions()) == [first, third]
    assert not EventFactory().editions().exists()


@pytest.mark.parametrize(
    "city, country, place",
    [("Geneva", "CH", "Geneva, Switzerland"), ("", "CH", "Switzerland"), ("Online", "", "Online"), ("", "", "")],
)
def test_place_is_one_line_without_gaps(city, country, place):
    assert EventFactory.build(city=city, country=country).place == place


# Deleting


def test_a_person_who_took_part_cannot_be_deleted():
    participation = ParticipationFactory()

    with pytest.raises(models.ProtectedError):
        participation.person.delete()


def test_a_quote_outlives_the_participation_without_a_name():
    quote = QuoteFactory()
    quote.speaker = ParticipationFactory(event=quote.event)
    quote.save()

    quote.speaker.delete()

    quote.refresh_from_db()
    assert quote.speaker is None


def test_an_account_can_be_deleted_and_the_person_stays(rapporteur):
    person = rapporteur.person

    rapporteur.delete()

    person.refresh_from_db()
    assert person.user is None
    assert person.participations.count() == 1


def test_an_organisation_that_convened_cannot_be_deleted():
    partner = EventPartnerFactory(role="convener")

    with pytest.raises(models.ProtectedError):
        partner.organisation.delete()


def test_partners_are_named_by_their_role():
    assert EventPartnerFactory(role="co_host").role_label == "Co-host"
    assert EventPartnerFactory(role="other", role_text="In association with").role_label == "In association with"


def test_a_user_of_no_event_reports_on_nothing():
    SessionFactory()

    assert not Session.objects.reported_by(UserFactory()).exists()
