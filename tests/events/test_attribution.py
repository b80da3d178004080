"""Who and what may be shown: the whole table, and that nothing ever comes back by itself."""

import itertools

import pytest
from django.core.exceptions import ValidationError
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from events.attribution import ANONYMOUS, Byline, Rule, byline, stricter_than, strictest
from events.models import Event, NotAllowed, Participation, Quote, Recorded, Resource, Role, Session
from events.workflow import move_session, release, set_attribution, settle_visibility
from outcomes.models import ActionOwner, Outcome, OutcomeTheme, Report, ReportSection
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    BreakoutGroupFactory,
    EventFactory,
    OutcomeFactory,
    ParticipationFactory,
    PersonFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    ResourceFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ON_RECORD, NON_ATTRIBUTED, CHATHAM_HOUSE, CLOSED = RULES = list(Rule)
OPEN = [ON_RECORD, NON_ATTRIBUTED, CHATHAM_HOUSE]
LISTINGS = list(Participation.Listing)
PROTECTED = [Participation, Role, Quote, Outcome]


def combined(*choices, repeat=1):
    return list(itertools.product(*choices, repeat=repeat))


def shown():
    """Every protected item that anyone may see now."""
    return {(model, pk) for model in PROTECTED for pk in model.objects.public().values_list("pk", flat=True)}


def one_of_each(event, session=None):
    """A public participation, its role, a quote and an outcome, all as visible as can be."""
    participation = ParticipationFactory(event=event, public=True)
    return [
        participation,
        RoleFactory(participation=participation, session=session, role="rapporteur"),
        QuoteFactory(event=event, session=session, speaker=participation),
        TakeawayFactory(event=event, session=session, published=True),
    ]


# The table of the rules


@pytest.mark.parametrize("rule, listing", combined(RULES, LISTINGS))
def test_participants_are_listed_where_the_rule_and_they_allow_it(rule, listing):
    participation = ParticipationFactory(event__attribution=rule, listing=listing)

    listed = Participation.objects.public().filter(pk=participation.pk).exists()

    assert listed == (rule in (ON_RECORD, NON_ATTRIBUTED) and listing == "public")


@pytest.mark.parametrize("attendance", Participation.Attendance)
def test_only_those_who_did_not_come_are_left_out(attendance):
    ParticipationFactory(event__on_record=True, public=True, attendance=attendance)

    assert Participation.objects.public().exists() == (attendance != "absent")


def expected_role(rule, listing, role, of_whole_event):
    if listing != "public" or rule == CLOSED:
        return False
    named = {
        ON_RECORD: set(Role.Role),
        NON_ATTRIBUTED: {"convener", "organiser", "rapporteur"} if of_whole_event else set(),
        CHATHAM_HOUSE: {"convener", "rapporteur"} if of_whole_event else set(),
    }[rule]
    return role in named


@pytest.mark.parametrize("rule, listing", combined(RULES, LISTINGS))
def test_roles_are_shown_as_the_table_says(rule, listing):
    participation = ParticipationFactory(event__attribution=rule, listing=listing)
    session = SessionFactory(event=participation.event)
    expected = set()
    for role, where in combined(Role.Role, (None, session)):
        made = RoleFactory(participation=participation, role=role, session=where)
        if expected_role(rule, listing, role, where is None):
            expected.add(made)

    assert set(Role.objects.public()) == expected


def test_roles_of_the_absent_are_never_shown():
    RoleFactory(participation__event__on_record=True, participation__public=True, participation__attendance="absent")

    assert not Role.objects.public().exists()


@pytest.mark.parametrize("rule, consent", combined(RULES, Quote.Consent))
def test_quotes_are_shown_with_consent_where_the_rule_allows(rule, consent):
    QuoteFactory(event__attribution=rule, consent=consent)

    expected = {ON_RECORD: {"given", "not_needed"}, NON_ATTRIBUTED: {"given"}, CHATHAM_HOUSE: {"given"}, CLOSED: set()}
    assert Quote.objects.public().exists() == (consent in expected[rule])


@pytest.mark.parametrize("rule", RULES)
def test_outcomes_are_shown_but_of_a_closed_dialogue(rule):
    TakeawayFactory(event__attribution=rule, published=True)

    assert Outcome.objects.public().exists() == (rule != CLOSED)


@pytest.mark.parametrize("model", PROTECTED)
@pytest.mark.parametrize("hidden", ["draft", "withdrawn"])
def test_nothing_of_an_event_that_is_not_public_is_shown(model, hidden):
    one_of_each(EventFactory(on_record=True, **{hidden: True}))
    assert model.objects.exists()

    assert not model.objects.public().exists()


# Sessions


@pytest.mark.parametrize("of_event, of_session", combined(RULES, ["", *RULES]))
def test_the_rule_of_a_session_goes_before_that_of_the_event(of_event, of_session):
    session = SessionFactory(event__attribution=of_event, attribution=of_session)
    one_of_each(session.event, session)

    in_force = of_session or of_event
    assert Session.objects.with_rule().get().rule == session.rule_now() == in_force
    assert Session.objects.public().exists() == (in_force != CLOSED)
    assert Outcome.objects.public().exists() == (in_force != CLOSED)
    assert Quote.objects.public().exists() == (in_force != CLOSED)
    assert Role.objects.public().exists() == (in_force == ON_RECORD)
    assert Participation.objects.public().exists() == (of_event in (ON_RECORD, NON_ATTRIBUTED))


@pytest.mark.parametrize("top, middle, bottom", combined(["", "closed", "on_record"], repeat=3))
def test_groups_inherit_and_a_closed_session_closes_what_is_under_it(top, middle, bottom):
    first = SessionFactory(event__attribution=CHATHAM_HOUSE, attribution=top)
    second = BreakoutGroupFactory(event=first.event, parent=first, attribution=middle)
    third = BreakoutGroupFactory(event=first.event, parent=second, attribution=bottom)
    TakeawayFactory(event=first.event, session=third, published=True)

    in_force = CLOSED if CLOSED in (top, middle, bottom) else bottom or middle or top or CHATHAM_HOUSE
    assert Session.objects.with_rule().get(pk=third.pk).rule == in_force
    assert Outcome.objects.public().exists() == (in_force != CLOSED)


def test_groups_nested_too_deep_to_follow_are_closed():
    session = SessionFactory(event__on_record=True)
    for _ in range(3):
        session = BreakoutGroupFactory(event=session.event, parent=session)
    TakeawayFactory(event=session.event, session=session, published=True)

    assert Session.objects.with_rule().get(pk=session.pk).rule == session.rule_now() == CLOSED
    assert not Outcome.objects.public().exists()
    assert Session.objects.public().count() == 3


def test_a_circle_is_closed():
    first, second = SessionFactory.create_batch(2, event=EventFactory(on_record=True))
    Session.objects.filter(pk=first.pk).update(parent=second)
    Session.objects.filter(pk=second.pk).update(parent=first)

    assert {session.rule for session in Session.objects.with_rule()} == {CLOSED}
    assert {session.rule_now() for session in Session.objects.all()} == {CLOSED}


def test_resources_of_a_closed_session_are_hidden():
    open_one = ResourceFactory(event__on_record=True)
    ResourceFactory(event=open_one.event, session=SessionFactory(event=open_one.event, closed=True))
    ResourceFactory(event=open_one.event, is_public=False)

    assert list(Resource.objects.public()) == [open_one]


TREES = st.lists(
    st.tuples(st.sampled_from(["", *RULES]), st.integers(0, 6)),
    min_size=1,
    max_size=7,
)


@settings(max_examples=40, deadline=None)
@given(of_event=st.sampled_from(RULES), tree=TREES)
def test_database_and_python_agree_on_the_rule_in_any_tree(of_event, tree):
    event = EventFactory(attribution=of_event)
    made = [SessionFactory(event=event, attribution=rule) for rule, _ in tree]
    for session, (_, above) in zip(made, tree, strict=True):
        parent = made[above] if above < len(made) and made[above] != session else None
        Session.objects.filter(pk=session.pk).update(parent=parent)  # circles and depth as they come
    for session in made:
        OutcomeFactory(event=event, session=Session.objects.get(pk=session.pk))

    by_database = dict(Session.objects.filter(event=event).with_rule().values_list("pk", "rule"))
    by_python = {session.pk: session.rule_now() for session in Session.objects.filter(event=event)}

    assert by_database == by_python
    assert {rule for _, rule in by_database.items()} <= set(RULES)
    for outcome in Outcome.objects.filter(event=event).with_rule():
        assert outcome.rule == outcome.rule_now() == outcome.recorded_under == by_database[outcome.session_id]


# Nothing comes back by itself


@pytest.mark.parametrize("before, after", [(a, b) for a, b in combined(RULES, RULES) if a != b])
def test_an_item_is_shown_under_the_strictest_rule_it_has_lived_under(before, after, editor):
    event = EventFactory(attribution=before)
    one_of_each(event)
    was = shown()

    set_attribution(event, after, by=editor)

    for model in PROTECTED:
        assert model.objects.get().recorded_under == strictest(before, after)
    assert shown() <= was
    if before in stricter_than(after):
        assert shown() == was
    assert {item.rule_now() for model in PROTECTED for item in model.objects.all()} == {after}


def test_loosening_reveals_new_items_only(editor):
    event = EventFactory(closed=True)
    one_of_each(event)

    set_attribution(event, ON_RECORD, by=editor)
    new = one_of_each(event)

    assert shown() == {(Outcome if isinstance(item, Outcome) else type(item), item.pk) for item in new}


@pytest.mark.parametrize("strict", [NON_ATTRIBUTED, CHATHAM_HOUSE, CLOSED])
def test_tightening_then_loosening_keeps_what_was_hidden(strict, editor):
    session = SessionFactory(event__on_record=True)
    one_of_each(session.event, session)
    set_attribution(session, strict, by=editor)
    hidden = shown()

    set_attribution(session, "", by=editor)

    assert shown() == hidden
    assert session.rule_now() == ON_RECORD


def test_moving_a_group_out_of_a_closed_session_reveals_nothing(editor):
    closed = SessionFactory(event__on_record=True, closed=True)
    group = BreakoutGroupFactory(event=closed.event, parent=closed)
    one_of_each(closed.event, group)
    before = shown()

    move_session(group, SessionFactory(event=closed.event))

    assert shown() == before
    assert Session.objects.public().filter(pk=group.pk).exists()


def test_moving_a_group_into_a_closed_session_hides_it_for_good():
    event = EventFactory(on_record=True)
    first, closed = SessionFactory(event=event), SessionFactory(event=event, closed=True)
    group = BreakoutGroupFactory(event=event, parent=first)
    one_of_each(event, group)

    move_session(group, closed)
    hidden = shown()
    move_session(group, first)

    assert shown() == hidden
    assert Outcome.objects.get().recorded_under == CLOSED


def test_moving_an_outcome_out_of_a_closed_session_reveals_nothing():
    event = EventFactory(on_record=True)
    outcome = TakeawayFactory(event=event, session=SessionFactory(event=event, closed=True), published=True)

    outcome.revise(version=outcome.version, session=SessionFactory(event=event))

    assert not Outcome.objects.public().exists()


def test_moving_an_outcome_into_a_closed_session_hides_it_for_good():
    event = EventFactory(on_record=True)
    outcome = TakeawayFactory(event=event, published=True, themes=[ThemeFactory()])

    outcome.revise(version=1, session=SessionFactory(event=event, closed=True))
    assert OutcomeTheme.objects.get().public_at is None
    outcome.revise(version=2, session=None)

    assert not Outcome.objects.public().exists()
    assert OutcomeTheme.objects.get().public_at is None


def test_an_item_without_a_stamp_counts_as_closed():
    Quote.objects.bulk_create([Quote(event=EventFactory(on_record=True), text="Words.", consent="given")])

    assert not Quote.objects.public().exists()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("rule"), st.integers(-1, 3), st.sampled_from(["", *RULES])),
        st.tuples(st.just("move"), st.integers(0, 3), st.integers(-1, 3)),
    ),
    max_size=8,
)


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])  # shrinking would take minutes
@given(of_event=st.sampled_from(RULES), rules=st.tuples(*[st.sampled_from(["", *RULES])] * 4), steps=STEPS)
def test_whatever_staff_change_what_was_hidden_stays_hidden(of_event, rules, steps):
    staff = UserFactory(is_superuser=True)
    event = EventFactory(attribution=of_event)
    sessions = [SessionFactory(event=event, attribution=rule) for rule in rules]
    for session in (None, *sessions):
        one_of_each(event, session)
    visible = shown()

    for step, which, value in steps:
        target = event if which < 0 else Session.objects.get(pk=sessions[which].pk)
        if step == "rule":
            if target is event and not value:
                continue
            set_attribution(target, value, by=staff)
        else:
            try:
                move_session(target, sessions[value] if value >= 0 else None)
            except ValidationError:
                continue  # under itself, or too deep
        assert shown() <= visible
        visible = shown()
    for model in PROTECTED:
        for item in model.objects.with_rule().filter(recorded_under__in=RULES):
            assert item.recorded_under == strictest(item.rule, item.recorded_under)


def test_rules_are_changed_by_staff_only(rapporteur, event):
    with pytest.raises(NotAllowed):
        set_attribution(event, ON_RECORD, by=rapporteur)
    with pytest.raises(NotAllowed):
        release(Outcome.objects.all(), by=rapporteur)

    assert Event.objects.get().attribution == NON_ATTRIBUTED


def test_changing_a_rule_is_noted(editor, event):
    set_attribution(event, CLOSED, by=editor)

    change = event.changes.get()
    assert (change.by, change.from_status, change.to_status) == (editor, "published", "published")
    assert change.note == "Rule of attribution of Dialogue on made-up matters: non_attributed → closed."


@pytest.mark.parametrize("rule", ["", "secret"])
def test_an_event_has_one_of_the_four_rules(rule, editor, event):
    with pytest.raises(ValidationError, match="attribution"):
        set_attribution(event, rule, by=editor)

    assert Event.objects.get().attribution == NON_ATTRIBUTED


# Release


def test_release_shows_older_items_under_todays_rule(editor):
    event = EventFactory(closed=True)
    items = one_of_each(event)
    set_attribution(event, ON_RECORD, by=editor)
    assert not shown()

    numbers = [release(model.objects.filter(recorded_under=CLOSED), by=editor) for model in PROTECTED]

    assert numbers == [1, 1, 1, 1]
    assert len(shown()) == len(items)
    notes = list(event.changes.values_list("note", flat=True))[1:]
    assert notes[0] == "1 of participations shown under today's rule of attribution."
    assert len(notes) == 4


def test_release_brings_outcomes_back_under_their_theme(editor):
    outcome = TakeawayFactory(event__closed=True, published=True, themes=[ThemeFactory()])
    set_attribution(outcome.event, ON_RECORD, by=editor)
    assert OutcomeTheme.objects.get().public_at is None

    release(Outcome.objects.filter(pk=outcome.pk), by=editor)

    assert OutcomeTheme.objects.get().public_at == outcome.published_at


def test_release_counts_for_each_event(editor):
    first, second = EventFactory.create_batch(2, closed=True)
    TakeawayFactory(event=first)
    TakeawayFactory.create_batch(2, event=second)
    for event in (first, second):
        set_attribution(event, CHATHAM_HOUSE, by=editor)

    assert release(Outcome.objects.all(), by=editor) == 3

    assert first.changes.last().note == "1 of outcomes shown under today's rule of attribution."
    assert second.changes.last().note == "2 of outcomes shown under today's rule of attribution."
    assert release(Outcome.objects.all(), by=editor) == 0


# Names


@pytest.mark.parametrize(
    "rule, expected",
    [
        (ON_RECORD, Byline("Dr Ada Made-up", "Director", "Institute of Invention")),
        (NON_ATTRIBUTED, Byline("Dr Ada Made-up", "Director", "Institute of Invention")),
        (CHATHAM_HOUSE, Byline("Dr Ada Made-up")),
        (CLOSED, ANONYMOUS),
        ("unknown", ANONYMOUS),
    ],
)
def test_byline_names_as_much_as_the_rule_allows(rule, expected):
    person = PersonFactory(name="Ada Made-up", honorific="Dr", email="ada@example.org")
    participation = ParticipationFactory.build(
        person=person, listing="public", position="Director", affiliation="Institute of Invention"
    )

    assert byline(participation, rule) == expected


@pytest.mark.parametrize("listing", ["hidden", "participants"])
@pytest.mark.parametrize("rule", RULES)
def test_byline_names_nobody_who_is_not_listed(rule, listing):
    participation = ParticipationFactory.build(person=PersonFactory.build(name="Ada"), listing=listing)

    assert byline(participation, rule) == ANONYMOUS


def test_byline_details_are_one_line_without_gaps():
    assert Byline("A", "Director", "Institute").details == "Director, Institute"
    assert Byline("A", affiliation="Institute").details == "Institute"
    assert Byline("A").details == ""


def test_bylines_of_public_rows_follow_the_strictest_rule(editor):
    participation = ParticipationFactory(event__chatham_house=True, public=True, affiliation="Institute")
    RoleFactory(participation=participation, role="rapporteur")
    QuoteFactory(event=participation.event, speaker=participation)
    QuoteFactory(event=participation.event, speaker=None)

    set_attribution(participation.event, ON_RECORD, by=editor)

    name = Byline(participation.person.name)
    assert [role.byline for role in Role.objects.public()] == [name]
    assert [quote.byline for quote in Quote.objects.public()] == [name, ANONYMOUS]


@pytest.mark.parametrize("rule", RULES)
def test_report_names_its_author_as_the_rule_allows(rule):
    participation = ParticipationFactory(event__attribution=rule, public=True, affiliation="Institute")
    report = ReportFactory(event=participation.event, author=participation, published=True)

    named = {CLOSED: None, CHATHAM_HOUSE: Byline(participation.person.name)}
    assert report.byline == named.get(rule, Byline(participation.person.name, "", "Institute"))
    assert Report.objects.public().exists() == (rule != CLOSED)


def test_people_own_actions_by_name_only_where_the_list_of_participants_names_them():
    listed = ParticipationFactory(event__on_record=True, public=True)
    unlisted = ParticipationFactory(event=listed.event)
    action = ActionFactory(event=listed.event, published=True)
    by_name = ActionOwnerFactory(action=action, organisation=None, person=listed.person)
    ActionOwnerFactory(action=action, organisation=None, person=unlisted.person)
    ActionOwnerFactory(action=action, organisation=None, person=PersonFactory())
    organisation = ActionOwnerFactory(action=action)
    ActionOwnerFactory(action=ActionFactory(event=listed.event))

    assert set(ActionOwner.objects.public()) == {by_name, organisation}


@pytest.mark.parametrize(
    "rules, expected",
    [
        ([ON_RECORD, CHATHAM_HOUSE], CHATHAM_HOUSE),
        ([ON_RECORD], ON_RECORD),
        ([NON_ATTRIBUTED, ""], CLOSED),
        ([ON_RECORD, "unknown"], CLOSED),
    ],
)
def test_strictest_takes_the_unknown_as_closed(rules, expected):
    assert strictest(*rules) == expected


def test_every_protected_table_is_known():
    assert set(Recorded.concrete()) == {*PROTECTED, Report}


def test_a_report_of_a_closed_dialogue_stays_hidden_until_somebody_decides(editor):
    section = ReportSectionFactory(report__event__closed=True, report__published=True, body="Words.")
    report, event = section.report, section.report.event
    hidden = [list(rows) for rows in (Report.objects.public(), ReportSection.objects.public())]

    set_attribution(event, ON_RECORD, by=editor)
    still = [list(rows) for rows in (Report.objects.public(), ReportSection.objects.public())]
    release(Report.objects.all(), by=editor)
    shown_now = Report.objects.public().get()
    set_attribution(event, CLOSED, by=editor)
    set_attribution(event, ON_RECORD, by=editor)

    assert hidden == still == [[], []]
    assert shown_now == report
    assert not Report.objects.public().exists()


def test_settling_twice_changes_nothing(event):
    one_of_each(event)
    before = shown()

    settle_visibility(event)

    assert shown() == before
