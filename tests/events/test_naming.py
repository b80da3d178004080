"""What is promised about names in a text: which are found, which are allowed, and what is no name."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.attribution import Rule
from events.models import Participation, Role
from events.naming import NameCheck, Roll, names_in
from outcomes.demo import content
from tests.factories import (
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(db):
    return EventFactory(chatham_house=True)


def join(event, name, **fields):
    """Let somebody take part; `name` may hold how it is sorted after a bar."""
    name, _, sort_name = name.partition("|")
    return ParticipationFactory(event=event, person=PersonFactory(name=name, sort_name=sort_name), **fields)


def found(text, event, session=None):
    """The words found, those less sure with a question mark."""
    return [one.words + ("" if one.certain else "?") for one in names_in(text, event, session)]


# --- What is found -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, text, expected",
    [
        # full, family alone, without accents or case, swapped, possessive
        ("Zoë Łukasiewicz", "Then Zoë Łukasiewicz agreed.", ["Zoë Łukasiewicz"]),
        ("Zoë Łukasiewicz", "zoe lukasiewicz agreed", ["zoe lukasiewicz"]),
        ("Zoë Łukasiewicz", "LUKASIEWICZ, Zoe: agreed", ["LUKASIEWICZ, Zoe"]),
        ("Zoë Łukasiewicz", "Łukasiewicz’s idea, and Lukasiewicz's", ["Łukasiewicz", "Lukasiewicz"]),
        ("Zoë Łukasiewicz", "Zoë B. Łukasiewicz", ["Zoë B. Łukasiewicz"]),
        ("Zoë Łukasiewicz", "Zoë agreed", ["Zoë?"]),
        ("Jürgen Mühlhaus", "Muehlhaus and MUHLHAUS", ["Muehlhaus", "MUHLHAUS"]),
        # titles
        ("Zoë Łukasiewicz", "as Ms Łukasiewicz said", ["Ms Łukasiewicz"]),
        ("Dr Zoë Łukasiewicz", "as Prof. Z. Lukasiewicz said", ["Prof. Z. Lukasiewicz"]),
        ("Zoë Łukasiewicz", "as Ms Zoë said", ["Ms Zoë"]),
        ("H.E. Mr João da Silva (Invented)", "Ambassador da Silva", ["Ambassador da Silva"]),
        # names of several parts
        ("João da Silva", "da Silva, and Silva alone", ["da Silva", "Silva?"]),
        ("Ludwig van der Bergen", "Van der Bergen said", ["Van der Bergen"]),
        ("Ana Garcés Lópezino", "Ana Garcés; Garcés; Lópezino", ["Ana Garcés", "Garcés?", "Lópezino"]),
        ("Siân O'Brienne", "O’Brienne said", ["O’Brienne"]),
        ("Ahmed Al-Hasanain", "Dr Hasanain and al-Hasanain", ["Dr Hasanain", "al-Hasanain"]),
        ("Mary Smythe-Jonesy", "Smythe-Jonesy's", ["Smythe-Jonesy"]),
        ("WANG Xiaoming", "Wang said; Mr Wang", ["Wang", "Mr Wang"]),
        ("Invented Family|Invented, Family", "Invented said", ["Invented"]),
        ("Kim Min-su", "Kim said, Mr Kim", ["Kim?", "Mr Kim"]),
        ("Sukarnoputri", "sukarnoputri said", ["sukarnoputri"]),
        # words that are names, and short names
        ("Rose Long", "It will long be so. Long talks. We rose.", []),
        ("Rose Long", "as Long said, as Ms Long said, as Rose Long said", ["Long?", "Ms Long", "Rose Long"]),
        ("Will Long", "Will Long talks help?", ["Will Long?"]),
        ("Will Long", "the ambassador long ago. Ask the Minister. Long talks follow.", []),
        ("Amal Jordan", "Jordan and other States; Mr Jordan", ["Mr Jordan"]),
        ("May States", "what States owe each other in May", []),
        ("An Ng", "Ng and ng", ["Ng?"]),
        # other scripts
        ("王小明", "王小明认为应当继续", ["王小明"]),
        ("王小明", "王先生认为", ["王先生"]),
        ("王芳", "王芳认为", ["王芳?"]),
        ("김민수", "김민수는", ["김민수"]),
        ("أحمد الحسناوي", "وقال أَحمد الحسناوي", ["أَحمد الحسناوي"]),
        ("أحمد الحسناوي", "قال السفير الحسناوي", ["السفير الحسناوي"]),
        ("أحمد الحسناوي", "والحسناوي", ["والحسناوي?"]),
        ("Иван Вымышленный", "Иван Вымышленный сказал", ["Иван Вымышленный"]),
    ],
)
def test_names_are_found_in_every_form(event, name, text, expected):
    join(event, name)

    assert found(text, event) == expected


def test_the_place_in_the_text_and_whose_name_it_may_be_are_told(event):
    join(event, "Zoë Łukasiewicz")
    join(event, "Ada Łukasiewicz")

    [one] = names_in("As Lukasiewicz said", event)

    assert (one.start, one.end, one.words) == (3, 14, "Lukasiewicz")
    assert one.names == ("Ada Łukasiewicz", "Zoë Łukasiewicz")


def test_only_participants_of_the_event_count(event):
    join(EventFactory(chatham_house=True), "Zoë Łukasiewicz")

    assert found("Zoë Łukasiewicz", event) == []


# --- Whom the rule lets name ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("listing", ["public", "participants", "hidden"])
@pytest.mark.parametrize("role", [None, "convener", "rapporteur", "organiser", "speaker"])
@pytest.mark.parametrize("rule", ["on_record", "non_attributed", "chatham_house", "closed"])
def test_who_may_be_named_is_what_the_page_may_show(rule, role, listing):
    event = EventFactory(attribution=rule)
    somebody = join(event, "Zoë Łukasiewicz", listing=listing)
    if role:
        RoleFactory(participation=somebody, role=role)

    named_roles = {"on_record", "non_attributed", "chatham_house"} if role in ("convener", "rapporteur") else set()
    allowed = {"on_record"} | named_roles | ({"non_attributed"} if role == "organiser" else set())

    is_allowed = listing == "public" and rule in allowed
    assert found("Łukasiewicz", event) == ([] if is_allowed else ["Łukasiewicz"])


def test_who_was_absent_or_came_under_a_stricter_rule_is_not_named():
    event = EventFactory(on_record=True)
    join(event, "Absent Łukasiewicz", listing="public", attendance="absent")
    join(event, "Earlier Muehlhaus", listing="public", recorded_under="chatham_house")
    join(event, "Present Garcés", listing="public")

    assert found("Łukasiewicz, Mühlhaus, Garcés", event) == ["Łukasiewicz", "Mühlhaus"]


def test_the_rule_of_the_session_counts_and_of_the_session_above_it():
    event = EventFactory(on_record=True)
    quiet = SessionFactory(event=event, attribution="chatham_house")
    group = BreakoutGroupFactory(event=event, parent=quiet)
    somebody = join(event, "Zoë Łukasiewicz", listing="public")
    RoleFactory(participation=somebody, session=quiet, role="speaker")

    assert found("Łukasiewicz", event) == []
    assert found("Łukasiewicz", event, quiet) == ["Łukasiewicz"]
    assert found("Łukasiewicz", event, group) == ["Łukasiewicz"]


def test_who_spoke_in_a_session_on_record_is_named_in_what_comes_from_it_alone(event):
    open_ = SessionFactory(event=event, attribution="on_record")
    somebody = join(event, "Zoë Łukasiewicz", listing="public")
    RoleFactory(participation=somebody, session=open_, role="speaker")

    assert found("Łukasiewicz", event, open_) == []
    assert found("Łukasiewicz", event) == ["Łukasiewicz"]
    assert found("Łukasiewicz", event, SessionFactory(event=event, attribution="on_record")) == ["Łukasiewicz"]


def test_what_was_written_under_a_stricter_rule_keeps_to_it():
    event = EventFactory(on_record=True)
    join(event, "Zoë Łukasiewicz", listing="public")

    assert [one.words for one in NameCheck(event, None, "chatham_house").find("Łukasiewicz")] == ["Łukasiewicz"]
    assert NameCheck(event, None, "on_record").find("Łukasiewicz") == []


def test_one_roll_tells_of_every_session_what_a_check_of_its_own_does(event, django_assert_max_num_queries):
    """Checks are shared among sessions: none may be taken for another's that names more or fewer people."""
    sessions = [SessionFactory(event=event, attribution=rule) for rule in ("", *Rule.values, "on_record")]
    sessions.append(SessionFactory(event=event, parent=sessions[1], kind="breakout_group"))
    for number, stamp in enumerate(["", *Rule.values]):
        somebody = join(event, f"Zoë Łukasiewicz{'abcde'[number]}", listing="public")
        Participation.objects.filter(pk=somebody.pk).update(recorded_under=stamp)
        for session in {sessions[number], sessions[1]}:
            RoleFactory(participation=somebody, session=session, role="speaker")
        Role.objects.filter(participation=somebody).update(recorded_under=stamp)
    rows = [TakeawayFactory(event=event, session=session) for session in [None, *sessions]]
    text = " and ".join(f"Łukasiewicz{letter}" for letter in "abcde")
    roll, told = Roll(event), set()

    for row, stamp in itertools.product(rows, ["", *Rule.values]):
        row.recorded_under = stamp
        alone = NameCheck(event, row.session, stamp).find(text)
        assert row.guard(roll).find(text) == alone
        told.add(tuple(one.words for one in alone))

    assert len(told) > 1
    with django_assert_max_num_queries(0):
        assert {row.guard(roll).rule for row in rows}


# --- For whom they came --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule, is_found", [("chatham_house", True), ("non_attributed", False), ("on_record", False)])
def test_affiliations_are_found_where_the_rule_hides_them(rule, is_found):
    event = EventFactory(attribution=rule)
    join(event, "A One", affiliation="Institute of Invented Lakes")
    join(event, "B Two", organisation=OrganisationFactory(name="Trust for Rivers", short_name="TFRX"))

    mentions = names_in("The institute, the Institute of invented lakes, TFRX, tfrx and the Trust for Rivers.", event)

    assert [one.words for one in mentions] == (
        ["Institute of invented lakes", "TFRX", "Trust for Rivers"] if is_found else []
    )
    assert all(one.is_affiliation and not one.certain for one in mentions)


def test_organisations_that_stand_on_the_page_of_the_event_may_be_named(event):
    host = OrganisationFactory(name="Institute of Invented Lakes", short_name="IILX")
    EventPartnerFactory(event=event, organisation=host, role="host")
    join(event, "A One", organisation=host)
    join(event, "B Two", affiliation="institute of invented lakes")

    assert found("The Institute of Invented Lakes (IILX) will write.", event) == []


# --- What it costs, and what it leaves alone -----------------------------------------------------------------------

GIVEN = (
    "Amara Bjorn Celia Dario Elif Farid Greta Hamid Ines Jonas Keiko Lars Mina Noor Oskar Priya Rosa Will Mark Grace"
)
FAMILY = """Abernathy Okonkwo Long Rose Young King Lindqvist Haddad Petrova Nakamura Oyelaran Castellanos Field Rivers
Powers Okafor Lund Mazur Varga Tanaka Price Bishop Stone Woods Banks Hall Best Wise States Law"""
SIXTY = [
    f"{given} {family}"
    for given, family in zip(GIVEN.split() * 3, [*FAMILY.split(), *reversed(FAMILY.split())], strict=True)
]


def test_no_name_is_found_in_the_thirteen_items_of_a_real_dialogue_and_sixty_made_up_people(event):
    items = [item[0] for item in (*content.TAKEAWAYS, *content.ACTIONS)]
    for name in SIXTY:
        join(event, name, affiliation="Ministry of Foreign Affairs of Ruritania")

    check = NameCheck(event)

    assert len(items) == 13
    assert [one for text in items for one in check.find(text)] == []
    assert check.find(f"{items[0]} So said {SIXTY[0]}.") != []  # there is something to find


@pytest.mark.parametrize("number", [1, 300])
def test_as_many_queries_whatever_the_number(event, django_assert_num_queries, number):
    for index in range(number):
        somebody = join(event, f"Person Inventedino{index}", affiliation=f"Institute {index}")
        RoleFactory(participation=somebody, role="speaker")
        RoleFactory(participation=somebody, role="chair")

    with django_assert_num_queries(2):  # partners, participations
        mentions = names_in("As Inventedino0 said", event)

    assert [one.words for one in mentions] == ["Inventedino0"]


class Loose(NameCheck):
    """A check of names that stand in no database."""

    def __init__(self, *names):
        self._names = names
        super().__init__(EventFactory.build(chatham_house=True))

    def _partners(self):
        return set()

    def _rows(self):
        for name in self._names:
            row = {"person__name": name, "person__sort_name": name[::-1], "affiliation": name, "roles": []}
            row |= {"organisation__name": None, "organisation__short_name": "", "organisation": None}
            yield row | {"listing": "hidden", "attendance": "in_person", "recorded_under": ""}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5), st.text(max_size=200))
def test_any_names_and_any_text_are_taken(names, text):
    mentions = Loose(*names).find(text + " ".join(names))

    assert [one.start for one in mentions] == sorted(one.start for one in mentions)
    for one in mentions:
        assert one.words.strip()


LETTERS = st.text("bcdfghklmnprstvwxyzäéñ", min_size=6, max_size=12)


@settings(max_examples=100, deadline=None)
@given(LETTERS, LETTERS, st.sampled_from(["{} {} said", "{1}, {0}", "so said {1}’s friend", "(Dr {1})", "{1}"]))
def test_a_made_up_name_is_found_wherever_it_stands(first, last, sentence):
    text = sentence.format(first.title(), last.title())

    assert Loose(f"{first.title()} {last.title()}").find(text)


def test_a_text_beyond_every_measure_is_read_at_its_beginning_only(event):
    join(event, "Zoë Łukasiewicz")
    text = "Zoë " * 10_000 + "Łukasiewicz"

    assert found(text, event) == []
