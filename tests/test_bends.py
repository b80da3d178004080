"""Real life bends naive models: what is stored, read back and shown without loss, on both databases."""

import datetime as dt
import zoneinfo

import pytest

from events.models import Event, Participation, Role, Session
from outcomes.models import Action, Outcome
from participants.models import Person
from tests.conftest import reports_on
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    BreakoutGroupFactory,
    EventFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
)

pytestmark = pytest.mark.django_db

LONG = (
    "Strengthening confidence, transparency and predictability among states, regional organisations, industry and "
    "civil society in times of rapid technological change: a made-up dialogue on responsible behaviour, held over "
    "two days in the spring, with a sequel"
)


def again(instance):
    """The same row, read from the database."""
    return type(instance).objects.get(pk=instance.pk)


def stored(made):
    """Check it as a form would, and read it back."""
    made.full_clean()
    return again(made)


# Titles


def test_two_long_titles_that_differ_only_at_the_end():
    titles = [LONG[:226] + end for end in (" one", " two")]
    assert [len(title) for title in titles] == [230, 230]

    first, second = (stored(EventFactory(title=title)) for title in titles)

    assert [str(first), str(second)] == titles
    assert first.slug != second.slug
    assert second.slug == f"{first.slug}-2"
    assert Event.objects.get(slug=second.slug).title == titles[1]


def test_a_title_as_long_as_a_title_may_be():
    title = "界" * 500

    assert stored(EventFactory(title=title)).title == title


@pytest.mark.parametrize(
    "title",
    [
        "軍備管理とサイバー空間に関する対話：信頼醸成に向けて",
        "حوار حول الأمن السيبراني: نحو بناء الثقة (٢٠٢٦)",
        "שיחה על ביטחון",
        "Диалог о мерах доверия",
        "साइबर सुरक्षा पर संवाद",
        "Dialogue – « confiance » & sécurité / 2026 🕊️",
    ],
)
def test_titles_in_any_script(title):
    event = stored(EventFactory(title=title))
    session = stored(SessionFactory(event=event, title=title, number="１"))
    outcome = stored(TakeawayFactory(event=event, session=session, published=True, number=1, text=title))

    assert str(event) == session.title == outcome.text == title
    assert str(session) == f"Plenary １: {title}"
    assert outcome.reference == f"{event.slug}-T1"
    assert Event.objects.get(slug=event.slug) == event


# References


def test_an_event_without_reference_is_cited_by_its_slug():
    outcome = TakeawayFactory(event__title="Made-up dialogue", event__reference="", published=True, number=4)

    assert again(outcome).reference == "made-up-dialogue-T4"


def test_two_events_without_reference_are_no_conflict():
    EventFactory.create_batch(2, reference="")

    assert len({event.cite_as for event in Event.objects.all()}) == 2


def test_a_reference_with_slashes():
    outcome = again(ActionFactory(event__reference="A/AC.292/2026/WP.1 (rev. 2)", published=True, number=12))

    assert outcome.reference == "A/AC.292/2026/WP.1 (rev. 2)-A12"
    assert "/" not in outcome.code
    assert "/" not in outcome.event.slug


# Time


def test_a_session_after_midnight_belongs_to_the_evening_before():
    event = EventFactory(starts_on=dt.date(2026, 3, 3), ends_on=dt.date(2026, 3, 4), time_zone="Asia/Tokyo")
    tokyo = event.zone

    def session(title, day, hour, minute=0, **fields):
        return stored(
            SessionFactory(
                event=event, title=title, starts_at=dt.datetime(2026, 3, day, hour, minute, tzinfo=tokyo), **fields
            )
        )

    session("Morning after", 4, 9)
    session("Night session", 4, 0, 30, programme_day=dt.date(2026, 3, 3))
    session("Dinner", 3, 19)
    session("Opening", 3, 9)
    SessionFactory(event=event, title="Sometime on the second day", programme_day=dt.date(2026, 3, 4))
    SessionFactory(event=event, title="Sometime")

    programme = [(session.title, session.day) for session in event.sessions.in_programme_order()]
    first, second = dt.date(2026, 3, 3), dt.date(2026, 3, 4)
    assert programme == [
        ("Opening", first),
        ("Dinner", first),
        ("Night session", first),
        ("Morning after", second),
        ("Sometime on the second day", second),
        ("Sometime", None),
    ]


def test_an_event_across_a_clock_change_keeps_its_wall_clock():
    """Clocks in Brussels go forward in the night to 29 March 2026; the event meets at nine on both days."""
    event = stored(
        EventFactory(starts_on=dt.date(2026, 3, 28), ends_on=dt.date(2026, 3, 29), time_zone="Europe/Brussels")
    )
    nine = [dt.datetime(2026, 3, day, 9, tzinfo=event.zone) for day in (28, 29)]

    before, after = (
        stored(SessionFactory(event=event, starts_at=at, ends_at=at + dt.timedelta(hours=1))) for at in nine
    )

    assert after.starts_at - before.starts_at == dt.timedelta(hours=23)
    assert [s.starts_at.astimezone(event.zone).hour for s in (before, after)] == [9, 9]
    assert [s.starts_at.astimezone(dt.UTC).hour for s in (before, after)] == [8, 7]
    assert [s.day for s in (before, after)] == [dt.date(2026, 3, 28), dt.date(2026, 3, 29)]


def test_both_hours_of_the_night_the_clocks_go_back_are_kept_apart():
    event = EventFactory(time_zone="America/Santiago")
    zone = zoneinfo.ZoneInfo("America/Santiago")
    hours = [dt.datetime(2026, 4, 4, 23, 30, tzinfo=zone, fold=fold) for fold in (0, 1)]

    first, second = (again(SessionFactory(event=event, starts_at=at)) for at in hours)

    assert second.starts_at - first.starts_at == dt.timedelta(hours=1)
    assert [s.starts_at.astimezone(zone).strftime("%H:%M %z") for s in (first, second)] == [
        "23:30 -0300",
        "23:30 -0400",
    ]


def test_a_deadline_ends_the_day_at_the_place_on_both_sides_of_a_clock_change():
    event = EventFactory(time_zone="Europe/Brussels")

    for day, hours in ((28, 1), (29, 2)):
        event.outcomes_due_on = dt.date(2026, 3, day)
        midnight = dt.datetime(2026, 3, day + 1, tzinfo=dt.UTC) - dt.timedelta(hours=hours)
        assert event.deadline == midnight


# People


def test_several_moderators_and_rapporteurs_for_one_session():
    session = SessionFactory()
    for role in ("moderator", "moderator", "rapporteur", "rapporteur", "rapporteur"):
        stored(RoleFactory(participation__event=session.event, session=session, role=role))

    assert [role.get_role_display() for role in session.roles.all()] == ["Moderator"] * 2 + ["Rapporteur"] * 3


def test_several_rapporteurs_write_for_one_session(event):
    session = SessionFactory(event=event)
    both = [reports_on(session), reports_on(session)]
    outcome = TakeawayFactory(event=event, session=session)

    assert [list(Outcome.objects.reported_by(user)) for user in both] == [[Outcome.objects.get(pk=outcome.pk)]] * 2


def test_one_person_in_several_roles_and_groups(event):
    participation = ParticipationFactory(event=event)
    first, second = BreakoutGroupFactory.create_batch(2, event=event)
    roles = [("convener", None), ("speaker", None), ("moderator", first), ("rapporteur", first), ("speaker", second)]

    for role, session in roles:
        stored(RoleFactory(participation=participation, role=role, session=session))

    assert {(role.role, role.session and role.session.pk) for role in Role.objects.all()} == {
        (role, session and session.pk) for role, session in roles
    }
    assert Participation.objects.count() == Person.objects.count() == 1


def test_an_affiliation_that_changed_between_two_events():
    person = PersonFactory(name="Ada Made-up")
    for year, affiliation, position in ((2022, "Ministry of Invention", "Attaché"), (2024, "Institute X", "Director")):
        event = EventFactory(on_record=True, starts_on=dt.date(year, 4, 1))
        stored(
            ParticipationFactory(event=event, person=person, public=True, affiliation=affiliation, position=position)
        )

    listed = Participation.objects.public().order_by("event__starts_on")

    assert [(row.byline.name, row.byline.details) for row in listed] == [
        ("Ada Made-up", "Attaché, Ministry of Invention"),
        ("Ada Made-up", "Director, Institute X"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Sukarnoputra",
        "山田太郎",
        "de la Cruz y Montoya, María-José, Ph.D.",
        "Ana/Anna O’Neil",
        "فاطمة بنت محمد",
        "Jr., X Æ. 2",
        "N" * 300,
    ],
)
def test_a_name_is_one_text_never_split(name):
    person = stored(PersonFactory(name=name))
    participation = ParticipationFactory(event__on_record=True, person=person, public=True)

    assert str(person) == person.full_name == str(participation) == name
    assert [row.byline.name for row in Participation.objects.public()] == [name]


# Owners and dates


def test_an_organisation_owns_an_action():
    organisation = OrganisationFactory(name="Institute of Made-up Affairs", actor_type="academia")
    owner = stored(ActionOwnerFactory(organisation=organisation, is_lead=True, response="accepted_in_part"))

    assert (str(owner), owner.person, owner.get_response_display()) == (organisation.name, None, "Accepted in part")


def test_an_action_has_several_owners_the_lead_first():
    action = ActionFactory()
    second = ActionOwnerFactory(action=action, organisation=None, person=PersonFactory())
    lead = ActionOwnerFactory(action=action, is_lead=True)

    assert list(action.owners.all()) == [lead, second]


def test_an_action_without_owner_or_date_has_none():
    action = again(ActionFactory())

    assert (list(action.owners.all()), action.due_on, action.due_text, action.is_overdue) == ([], None, "", False)


@pytest.mark.parametrize("words", ["second quarter 2016", "before the next review conference", "اليوم", "2030"])
def test_a_due_date_in_words(words):
    action = stored(ActionFactory(due_text=words))

    assert (action.due_text, action.due_on, action.is_overdue) == (words, None, False)


def test_a_due_date_with_the_words_it_was_given_in():
    action = stored(ActionFactory(due_on=dt.date(2016, 6, 30), due_text="second quarter 2016"))

    assert (action.due_on, action.due_text, action.is_overdue) == (dt.date(2016, 6, 30), "second quarter 2016", True)
    assert type(Action.objects.get()) is Action


# Groups


def test_nested_groups_of_the_same_name_under_different_parents():
    event = EventFactory()
    parents = SessionFactory.create_batch(2, event=event)
    groups = [stored(BreakoutGroupFactory(event=event, parent=parent, title="Group A")) for parent in parents]
    inner = [stored(BreakoutGroupFactory(event=event, parent=group, title="Group A")) for group in groups]

    assert len({group.code for group in groups + inner}) == 4
    for parent, group, innermost in zip(parents, groups, inner, strict=True):
        assert [session.pk for session in innermost.ancestors()] == [group.pk, parent.pk]
        assert [session.pk for session in parent.groups.all()] == [group.pk]
    outcome = stored(TakeawayFactory(event=event, session=inner[1]))
    assert outcome.session.ancestors()[-1] == parents[1]


def test_a_group_without_members():
    group = stored(BreakoutGroupFactory())
    outcome = stored(TakeawayFactory(event=group.event, session=group, published=True))

    assert not group.roles.exists()
    assert list(Session.objects.public().filter(pk=group.pk)) == [Session.objects.get(pk=group.pk)]
    assert [row.pk for row in Outcome.objects.public()] == [outcome.pk]


def test_an_outcome_of_the_whole_event():
    event = EventFactory()
    SessionFactory(event=event)

    outcome = stored(TakeawayFactory(event=event, session=None, published=True))

    assert outcome.session is None
    assert [row.pk for row in Outcome.objects.public()] == [outcome.pk]


# Words


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://example.org","x") – kept as typed',
        "<script>alert('x')</script> & “quotes”",
        "A slip of the pen and a missing word is kept teh way it was printed",
        "توصية: بناء القدرات\nالسطر الثاني",
        "𝔘nusual letters 🕊️ and e\u0301 in two parts",
    ],
)
def test_words_come_back_as_they_were_submitted(text, rapporteur, group):
    outcome = TakeawayFactory(event=group.event, session=group, text=text)

    outcome.submit(by=rapporteur)

    assert (again(outcome).text, again(outcome).text_submitted) == (text, text)
