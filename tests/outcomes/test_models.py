import datetime as dt
import uuid
from functools import partial

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from outcomes.models import TEXT_LIMIT, Action, Outcome, OutcomeCount, OutcomeTheme, Status, Takeaway
from tests.conftest import reports_on
from tests.constraints import assert_names, constraints_of, twice
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    AddresseeFactory,
    BreakoutGroupFactory,
    CommentFactory,
    ContributionFactory,
    DocumentPlanFactory,
    EventFactory,
    KeptDocumentFactory,
    OrganisationFactory,
    OutcomeFactory,
    OutcomeMergeFactory,
    OutcomeThemeFactory,
    ParticipationFactory,
    PersonFactory,
    PlacementFactory,
    PresenceFactory,
    PublicationFactory,
    PublicationItemFactory,
    ReportFactory,
    ReportSectionFactory,
    RoleFactory,
    RoundFactory,
    SessionFactory,
    StatementGroupFactory,
    TakeawayFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 6, 9, tzinfo=dt.UTC)


# Every constraint, hit once. The name is the promise.
BROKEN = {
    "outcome_kind_is_known": lambda: OutcomeFactory(kind="rumour"),
    "outcome_status_is_known": lambda: OutcomeFactory(status="mislaid", text_submitted="Words."),
    "outcome_has_words": lambda: OutcomeFactory(text=""),
    "outcome_text_within_limit": lambda: OutcomeFactory(text="x" * (TEXT_LIMIT + 1)),
    "outcome_number_once_an_event_and_kind": twice(TakeawayFactory, event=EventFactory, published=True, number=1),
    "outcome_published_at_iff_published": lambda: OutcomeFactory(published=True, number=None),
    "outcome_withdrawn_at_iff_withdrawn": lambda: OutcomeFactory(withdrawn=True, withdrawn_at=None),
    "outcome_text_submitted_kept": lambda: OutcomeFactory(submitted=True, text_submitted=""),
    "outcome_follow_up_only_of_actions": lambda: TakeawayFactory(due_text="second quarter 2016"),
    "outcome_owner_suggested_only_of_actions": lambda: TakeawayFactory(owner_suggested="Somebody"),
    "outcome_merged_into_iff_merged": lambda: OutcomeFactory(merged_into=OutcomeFactory()),
    "outcome_not_merged_into_itself": lambda: Outcome.objects.filter(pk=OutcomeFactory(merged=True).pk).update(
        merged_into=models.F("pk")
    ),
    "comment_has_words": lambda: CommentFactory(text=""),
    "comment_for_staff_by_staff": lambda: CommentFactory(for_staff=True, by_staff=False),
    "merge_parted_after_it_was_made": lambda: OutcomeMergeFactory(at=NOW, parted_at=NOW - dt.timedelta(seconds=1)),
    "outcome_deleted_only_as_draft": lambda: OutcomeFactory(submitted=True, deleted_at=NOW),
    "outcome_public_note_only_once_withdrawn": lambda: OutcomeFactory(published=True, public_note="Why."),
    "publication_one_to_come_an_event": twice(PublicationFactory, event=EventFactory),
    "publication_done_or_cancelled": lambda: PublicationFactory(done_at=NOW, cancelled_at=NOW),
    "publication_item_once": lambda: PublicationItemFactory.create_batch(
        2, publication=(publication := PublicationFactory()), outcome=OutcomeFactory(event=publication.event)
    ),
    "presence_once_an_item_and_user": twice(PresenceFactory, outcome=OutcomeFactory, user=UserFactory),
    "outcome_theme_once": twice(OutcomeThemeFactory, outcome=TakeawayFactory, theme=ThemeFactory),
    "outcome_theme_kind_is_known": lambda: TakeawayFactory().themes.add(ThemeFactory()),
    "addressee_once_an_action": twice(AddresseeFactory, action=ActionFactory),
    "action_owner_is_organisation_or_person": lambda: ActionOwnerFactory(person=PersonFactory()),
    "action_owner_organisation_once": lambda: ActionOwnerFactory.create_batch(
        2, action=ActionFactory(), organisation=OrganisationFactory()
    ),
    "action_owner_person_once": twice(
        ActionOwnerFactory, action=ActionFactory, organisation=None, person=PersonFactory
    ),
    "action_owner_one_lead": twice(ActionOwnerFactory, action=ActionFactory, is_lead=True),
    "action_update_code_once": twice(ActionUpdateFactory, code="aaaaaaaa"),
    "action_update_has_words": lambda: ActionUpdateFactory(text=""),
    "action_update_evidence_is_on_the_web": lambda: ActionUpdateFactory(evidence_url="javascript:alert(1)"),
    "round_closes_after_it_opens": lambda: RoundFactory(opens_at=NOW, closes_at=NOW),
    "round_length_limit_is_readable": lambda: RoundFactory(length_limit=49),
    "round_takes_a_bounded_number": lambda: RoundFactory(max_contributions=0),
    "round_purged_count_iff_purged_and_closed": lambda: RoundFactory(purged_at=NOW),
    "contribution_moderation_is_known": lambda: ContributionFactory(moderation="liked"),
    "contribution_once_a_device": twice(ContributionFactory, round=RoundFactory, device_hash="a" * 64),
    "contribution_says_something": lambda: ContributionFactory(takeaway="", action=""),
    "outcome_raised_by_some_of_its_round": lambda: OutcomeFactory(raised_by=6, raised_of=5),
    "outcome_says_raised_of_nobody_who_could_be_told": lambda: OutcomeFactory(
        raised_by=9, raised_of=12, says_raised=True
    ),
    "statement_group_kind_is_known": lambda: StatementGroupFactory(kind="rumour"),
    "statement_group_number_once_a_round_and_kind": twice(StatementGroupFactory, round=RoundFactory, number=1),
    "placement_kind_is_known": lambda: PlacementFactory(kind="rumour", group=StatementGroupFactory()),
    "placement_once_a_statement": twice(PlacementFactory, contribution=ContributionFactory),
    "placement_is_in_a_group_or_set_aside": lambda: PlacementFactory(set_aside="A test"),
    "report_published_at_iff_published": lambda: ReportFactory(status="published"),
    "report_status_is_known": lambda: ReportFactory(status="mislaid", published_at=NOW),
    "report_section_slug_once_a_report": twice(ReportSectionFactory, report=ReportFactory, slug="summary"),
    "outcome_count_is_not_negative": lambda: OutcomeCount.objects.create(facet="total", kind="action", number=-1),
    "outcome_count_once_under_a_theme": twice(
        OutcomeCount.objects.create, theme=ThemeFactory, facet="total", kind="action"
    ),
    "outcome_count_once_under_any_theme": twice(OutcomeCount.objects.create, facet="total", kind="action"),
    "document_plan_language_is_known": lambda: DocumentPlanFactory(language="tlh"),
    "kept_document_once_a_format": twice(KeptDocumentFactory, event=EventFactory),
    "kept_document_format_is_known": lambda: KeptDocumentFactory(format="odt"),
    "kept_document_made_at_iff_made": lambda: KeptDocumentFactory(made_at=NOW),
    "kept_document_started_at_iff_at_it": lambda: KeptDocumentFactory(ticket="a"),
    "theme_is_not_its_own_parent": lambda: type(theme := ThemeFactory()).objects.update(parent=theme),
}


def test_every_constraint_is_broken_below():
    assert set(BROKEN) == constraints_of("outcomes")


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses_what_breaks(name):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        BROKEN[name]()

    assert_names(refused.value, name)


@pytest.mark.parametrize(
    "fields",
    [
        {"published_at": NOW},
        {"number": 1},
        {"withdrawn_at": NOW},
        {"progress": "done"},
        {"nature": "pledge"},
        {"due_on": NOW.date()},
    ],
)
def test_the_database_refuses_fields_that_do_not_fit_a_draft_takeaway(fields):
    TakeawayFactory()

    with pytest.raises(IntegrityError):
        Outcome.objects.update(**fields)


def test_two_posts_of_one_form_make_one_row():
    key = uuid.uuid4()
    OutcomeFactory(request_key=key)

    with pytest.raises(IntegrityError):
        OutcomeFactory(request_key=key)


# The public door


HIDDEN = {
    "draft": {},
    "submitted": {"submitted": True},
    "changes requested": {"changes_requested": True},
    "approved": {"approved": True},
    "withdrawn": {"withdrawn": True},
    "event is a draft": {"published": True, "event__draft": True},
    "event is withdrawn": {"published": True, "event__withdrawn": True},
    "event is closed": {"published": True, "event__closed": True},
    "was recorded under closed": {"published": True, "recorded_under": "closed"},
    "has no stamp": {"published": True, "recorded_under": "unknown"},
}


def in_closed_session():
    session = SessionFactory(event__on_record=True, closed=True)
    return TakeawayFactory(event=session.event, session=session, published=True)


def in_group_of_closed_session():
    session = SessionFactory(event__on_record=True, closed=True)
    group = BreakoutGroupFactory(event=session.event, parent=session, attribution="on_record")
    return TakeawayFactory(event=session.event, session=group, published=True)


@pytest.mark.parametrize(
    "make",
    [
        *(partial(TakeawayFactory, **fields) for fields in HIDDEN.values()),
        in_closed_session,
        in_group_of_closed_session,
    ],
    ids=[*HIDDEN, "in a closed session", "in a group of a closed session"],
)
def test_public_shows_what_is_published_and_nothing_else(make):
    shown = TakeawayFactory(published=True)
    hidden = make()
    assert Outcome.objects.filter(pk=hidden.pk).exists()

    assert list(Outcome.objects.public()) == [shown]
    assert list(Outcome.objects.visible_to(AnonymousUser())) == [shown]
    assert list(Outcome.objects.visible_to(UserFactory())) == [shown]
    assert list(Takeaway.objects.public()) == [shown]
    assert not Action.objects.public().exists()


@pytest.mark.parametrize(
    "fields, remembered",
    [
        ({"withdrawn": True}, True),
        ({"withdrawn": True, "event__withdrawn": True}, True),
        ({"published": True, "event__withdrawn": True}, True),
        ({"published": True}, False),
        ({}, False),
        ({"approved": True, "event__withdrawn": True}, False),
        ({"withdrawn": True, "event__draft": True}, False),
        ({"withdrawn": True, "event__closed": True}, False),
    ],
)
def test_tombstones_stand_where_something_was_public(fields, remembered):
    TakeawayFactory(**fields)

    assert Outcome.objects.tombstones().exists() == remembered


# Who reads and writes


def test_rapporteurs_have_their_sessions_and_the_groups_under_them(event):
    plenary, other = SessionFactory.create_batch(2, event=event)
    group = BreakoutGroupFactory(event=event, parent=plenary)
    subgroup = BreakoutGroupFactory(event=event, parent=group)
    user = reports_on(group)
    mine = [TakeawayFactory(event=event, session=session) for session in (group, subgroup)]
    for session in (plenary, other, None):
        TakeawayFactory(event=event, session=session)
    TakeawayFactory()

    assert set(Outcome.objects.reported_by(user)) == set(mine)
    assert set(Outcome.objects.editable_by(user)) == set(mine)
    assert set(Outcome.objects.visible_to(user)) == set(mine)


def test_rapporteurs_of_the_whole_event_have_all_of_it(event):
    user = UserFactory()
    participation = ParticipationFactory(event=event, person=PersonFactory(user=user))
    RoleFactory(participation=participation, rapporteur=True)
    mine = [TakeawayFactory(event=event, session=session) for session in (None, SessionFactory(event=event))]
    TakeawayFactory()

    assert set(Outcome.objects.reported_by(user)) == set(mine)


@pytest.mark.parametrize("role", ["speaker", "chair", "moderator", "organiser"])
def test_other_roles_give_no_right_to_write(role, event):
    user = UserFactory()
    participation = ParticipationFactory(event=event, person=PersonFactory(user=user))
    RoleFactory(participation=participation, role=role)
    TakeawayFactory(event=event)

    assert not Outcome.objects.reported_by(user).exists()


def test_nobody_without_an_account_reports(event):
    """A rapporteur who has no account must not make everybody without one a rapporteur."""
    session = SessionFactory(event=event)
    RoleFactory(participation__event=event, session=session, rapporteur=True)
    RoleFactory(participation__event=event, rapporteur=True)
    TakeawayFactory(event=event, session=session)
    TakeawayFactory(event=event)

    assert not Outcome.objects.reported_by(AnonymousUser()).exists()
    assert not Outcome.objects.visible_to(AnonymousUser()).exists()
    assert not Outcome.objects.editable_by(AnonymousUser()).exists()


def test_rapporteurs_write_while_they_hold_the_pen(rapporteur, group):
    for status in ("submitted", "changes_requested", "approved", "published", "withdrawn"):
        TakeawayFactory(event=group.event, session=group, **{status: True})
    TakeawayFactory(event=group.event, session=group)

    assert set(Outcome.objects.editable_by(rapporteur).values_list("status", flat=True)) == {
        Status.DRAFT,
        Status.CHANGES_REQUESTED,
    }


def test_staff_read_all_and_review_what_was_submitted(editor, rapporteur):
    for status in ("submitted", "changes_requested", "approved", "published", "withdrawn"):
        TakeawayFactory(**{status: True})
    TakeawayFactory()

    assert Outcome.objects.visible_to(editor).count() == 6
    assert set(Outcome.objects.reviewable_by(editor).values_list("status", flat=True)) == {
        Status.SUBMITTED,
        Status.APPROVED,
        Status.PUBLISHED,
        Status.WITHDRAWN,
    }
    assert not Outcome.objects.reviewable_by(rapporteur).exists()


# One outcome


@pytest.mark.parametrize(
    "reference, kind, expected",
    [
        ("WP3348", "takeaway", "WP3348-T3"),
        ("WP3348", "action", "WP3348-A3"),
        ("A/AC.292/2026/WP.1", "takeaway", "A/AC.292/2026/WP.1-T3"),
        ("", "takeaway", "a-dialogue-T3"),
    ],
)
def test_reference_is_what_institutions_cite(reference, kind, expected):
    outcome = OutcomeFactory(event__reference=reference, event__title="A dialogue", kind=kind, published=True, number=3)

    assert outcome.reference == str(outcome) == expected


def test_reference_comes_with_the_number():
    outcome = ActionFactory()

    assert outcome.reference == ""
    assert str(outcome) == f"Action {outcome.code}"


def test_codes_are_random_and_short():
    codes = {outcome.code for outcome in OutcomeFactory.create_batch(20)}

    assert len(codes) == 20
    assert all(len(code) == 8 and set(code) <= set("abcdefghijklmnopqrstuvwxyz234567") for code in codes)


def test_wording_is_stored_in_one_form():
    outcome = OutcomeFactory.build(event=EventFactory(), text="  Two   spaces \r\n and a line ")

    outcome.clean()

    assert outcome.text == "Two spaces\nand a line"


@pytest.mark.parametrize("text", ["", " \n ", "x" * (TEXT_LIMIT + 1), "a \x00 b", "a \ud800 b"])
def test_wording_that_cannot_stand_is_refused_in_words(text):
    with pytest.raises(ValidationError) as refused:
        OutcomeFactory.build(event=EventFactory(), text=text).full_clean()

    assert set(refused.value.error_dict) == {"text"}


@pytest.mark.parametrize("model", [OutcomeFactory, RoundFactory])
def test_a_session_of_another_event_is_refused(model):
    with pytest.raises(ValidationError, match="belongs to another event"):
        model.build(event=EventFactory(), session=SessionFactory()).clean()


@pytest.mark.parametrize(
    "due_on, progress, overdue",
    [
        ("2026-03-05", "in_progress", True),
        ("2026-03-06", "in_progress", False),
        ("2026-03-05", "done", False),
        ("2026-03-05", "not_taken_forward", False),
        ("2026-03-05", "superseded", False),
        (None, "in_progress", False),
    ],
)
def test_an_action_is_overdue_after_its_day_until_it_is_settled(due_on, progress, overdue):
    action = ActionFactory(due_on=due_on and dt.date.fromisoformat(due_on), progress=progress)

    with time_machine.travel(NOW, tick=False):
        assert action.is_overdue == overdue


def test_an_action_begins_as_proposed():
    assert ActionFactory().progress == "proposed"
    assert TakeawayFactory().progress == ""


def test_proxies_keep_to_their_kind():
    takeaway, action = TakeawayFactory(), ActionFactory()

    assert [type(row) for row in (*Takeaway.objects.all(), *Action.objects.all())] == [Takeaway, Action]
    assert (Takeaway.objects.get().pk, Action.objects.get().pk) == (takeaway.pk, action.pk)
    assert list(Outcome.objects.takeaways()) == [Outcome.objects.get(pk=takeaway.pk)]
    assert list(Outcome.objects.actions()) == [Outcome.objects.get(pk=action.pk)]


def test_order_as_printed_is_takeaways_then_actions_by_number():
    event = EventFactory()
    for factory, number in ((ActionFactory, 1), (TakeawayFactory, 2), (TakeawayFactory, 1)):
        factory(event=event, published=True, number=number)
    TakeawayFactory(event=event, text="A draft")

    printed = Outcome.objects.filter(event=event).as_printed()

    assert [(outcome.kind, outcome.number) for outcome in printed] == [
        ("takeaway", 1),
        ("takeaway", 2),
        ("takeaway", None),
        ("action", 1),
    ]


def test_newest_is_published_last():
    old, new, same_time = (
        TakeawayFactory(published=True, published_at=NOW + dt.timedelta(hours=hours)) for hours in (0, 1, 1)
    )

    assert list(Outcome.objects.public().newest()) == [Outcome.objects.get(pk=o.pk) for o in (same_time, new, old)]


# Wording


@pytest.mark.parametrize(
    "state, fields, is_reworded",
    [
        ("published", {"text": "Other words."}, True),
        ("published", {"heading": "Another heading"}, True),
        ("published", {"text": "Words."}, False),
        ("published", {"due_text": ""}, False),
        ("submitted", {"text": "Other words."}, False),
        ("withdrawn", {"text": "Other words."}, False),
    ],
)
def test_public_wording_says_when_it_last_changed(state, fields, is_reworded):
    outcome = TakeawayFactory(text="Words.", **{state: True})
    outcome.text = fields.get("text", "Words.")  # as a form has done when it saves

    outcome.revise(version=1, **fields)

    assert (outcome.reworded_at is not None) == is_reworded
    assert Outcome.objects.get(pk=outcome.pk).reworded_at == outcome.reworded_at


# Themes


def test_settle_brings_the_columns_of_every_hidden_state_to_the_truth():
    theme = ThemeFactory()
    shown = TakeawayFactory(published=True, themes=[theme])
    for fields in HIDDEN.values():
        TakeawayFactory(themes=[theme], **fields)
    OutcomeTheme.objects.update(kind="action", public_at=timezone.now())

    OutcomeTheme.objects.all().settle()

    assert list(OutcomeTheme.objects.filter(public_at__isnull=False)) == [shown.outcome_themes.get()]
    assert shown.outcome_themes.get().public_at == shown.published_at
    assert set(OutcomeTheme.objects.values_list("kind", flat=True)) == {"takeaway"}


@pytest.mark.parametrize("rows", [1, 3])
def test_settling_tags_takes_two_queries_whatever_the_number(rows, django_assert_num_queries):
    TakeawayFactory.create_batch(rows, published=True, themes=[ThemeFactory(), ThemeFactory()])

    with django_assert_num_queries(2):
        OutcomeTheme.objects.all().settle()


def test_tag_sets_exactly_these_themes():
    kept, dropped, added = ThemeFactory.create_batch(3)
    outcome = ActionFactory(published=True, themes=[kept, dropped])
    before = outcome.outcome_themes.get(theme=kept).pk

    outcome.tag([kept, added])

    rows = list(outcome.outcome_themes.order_by("theme").values_list("theme", "kind", "public_at"))
    assert rows == [(kept.pk, "action", outcome.published_at), (added.pk, "action", outcome.published_at)]
    assert outcome.outcome_themes.get(theme=kept).pk == before
    outcome.tag([])
    assert not outcome.themes.exists()


def test_a_single_tag_knows_whether_it_is_public():
    assert OutcomeThemeFactory(outcome=TakeawayFactory(published=True)).public_at is not None
    assert OutcomeThemeFactory(outcome=TakeawayFactory()).public_at is None


def test_themes_have_two_levels():
    top = ThemeFactory()
    inner = ThemeFactory(parent=top)

    for theme, parent in ((ThemeFactory(), inner), (top, ThemeFactory()), (top, top)):
        theme.parent = parent
        with pytest.raises(ValidationError):
            theme.clean()


# Deleting


@pytest.mark.parametrize(
    "thing",
    [
        lambda outcome: outcome.event,
        lambda outcome: outcome.session,
        lambda outcome: outcome.themes.get(),
        lambda outcome: outcome.owners.get().organisation,
    ],
    ids=["event", "session", "theme", "organisation"],
)
def test_what_an_outcome_stands_on_cannot_be_deleted(thing):
    session = SessionFactory()
    action = ActionFactory(event=session.event, session=session, themes=[ThemeFactory()])
    ActionOwnerFactory(action=action)

    with pytest.raises(models.ProtectedError):
        thing(action).delete()


def test_a_draft_event_goes_with_its_programme_and_people_but_not_with_outcomes():
    event = EventFactory(draft=True)
    group = BreakoutGroupFactory(event=event)
    RoleFactory(participation__event=event, session=group)
    outcome = TakeawayFactory(event=event, session=group)
    with pytest.raises(models.ProtectedError):
        event.delete()

    outcome.delete()
    event.delete()

    assert not type(group).objects.exists()


def test_an_author_can_leave():
    outcome = TakeawayFactory(author=UserFactory())

    outcome.author.delete()

    outcome.refresh_from_db()
    assert outcome.author is None
