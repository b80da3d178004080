"""What is promised about words that tell who spoke without naming anybody, and about names in disguise or inflected."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.attribution import Tells
from events.letters import even
from events.naming import NameCheck
from tests.factories import EventFactory


class Room(NameCheck):
    """A check of a room that stands in no database."""

    def __init__(self, *people, rule="chatham_house"):
        self._people = people
        super().__init__(EventFactory.build(attribution=rule))

    def _partners(self):
        return set()

    def _rows(self):
        for one in self._people:
            yield {
                "person__name": one.get("name", "Q Nobody"),
                "person__sort_name": "",
                "affiliation": one.get("affiliation", ""),
                "position": one.get("position", ""),
                "organisation": None,
                "organisation__name": None,
                "organisation__short_name": one.get("short", ""),
                "organisation__country": one.get("country", ""),
                "listing": one.get("listing", "hidden"),
                "attendance": one.get("attendance", "in_person"),
                "recorded_under": "",
                "roles": [],
            }


def found(text, *people, rule="chatham_house"):
    return [f"{one.words}{'' if one.certain else '?'} {one.kind}" for one in Room(*people, rule=rule).find(text)]


def names(text, name):
    return [words.removesuffix(" name") for words in found(text, {"name": name})]


@pytest.mark.parametrize(
    "name, text, expected",
    [
        # inflected: German, Turkish, Polish, Russian, Arabic; an apostrophe parts the rest
        ("Zoë Łukasiewicz", "Łukasiewiczs Vorschlag, mit Łukasiewiczen", ["Łukasiewiczs?", "Łukasiewiczen?"]),
        ("Zoë Łukasiewicz", "nach Łukasiewiczs Vorschlag", ["Łukasiewiczs"]),
        ("Zoë Łukasiewicz", "l’idée d’Łukasiewicz", ["Łukasiewicz"]),
        ("Can Yılmazer", "bu Yilmazer'in önerisi, bu Yılmazerin", ["Yilmazer", "Yılmazerin?"]),
        ("Ola Wymyślska", "zdaniem Wymyślskiej", ["Wymyślskiej?"]),
        ("Иван Вымышленный", "предложение Вымышленного", ["Вымышленного"]),
        ("Иван Вымышленный", "слова Ивана Вымышленного", ["Ивана Вымышленного"]),
        ("Анна Выдумкина", "по мнению Выдумкиной", ["Выдумкиной"]),
        ("أحمد الحسناوي", "وبالحسناوي وللحسناوي", ["وبالحسناوي?", "وللحسناوي?"]),
        # in disguise: another script's letters, signs without width, wide and soft ones
        ("Zoë Łukasiewicz", "as Lukasіewicz said", ["Lukasіewicz"]),
        (
            "Zoë Łukasiewicz",
            "as Łuka\u200bsiewicz and Łuka\u00adsiewicz said",
            ["Łuka\u200bsiewicz", "Łuka\u00adsiewicz"],
        ),
        ("Zoë Łukasiewicz", "as Ｌｕｋａｓｉｅｗｉｃｚ said", ["Ｌｕｋａｓｉｅｗｉｃｚ"]),
        # words that are names, months, titles
        ("Rose May", "in May, by May 2027, since May", []),
        ("Rose May", "as May said", ["May?"]),
        ("Ada Young", "the young and Young people", ["Young?"]),
        ("Demo Rapporteur", "the rapporteur wrote it", []),
        ("Jo Banks", "Bank said", []),
    ],
)
def test_names_are_found_inflected_and_in_disguise(name, text, expected):
    assert names(text, name) == expected


LUKA = {"name": "Jana Smutnova"}
CHILE = {"country": "CL"}
TRUST = {"short": "TFRX"}
LAKES = {"position": "Director of Lake Studies"}


@pytest.mark.parametrize(
    "person, text, expected",
    [
        (LUKA, "as J.S. said, and J. S. too", ["J.S. initials", "J. S. initials"]),
        (LUKA, "JS: we should talk", ["JS initials"]),
        (LUKA, "we should talk (JS)", ["JS initials"]),
        (LUKA, "we should talk – JS", ["JS initials"]),
        (LUKA, "JS agreed to talk", ["JS? initials"]),
        (LUKA, "written in JS, and J.S. Mill wrote; the Joint Statement (JS)", []),
        ({"name": "Ulla Norden"}, "in the U.N. and the UN said", []),
        (CHILE, "The Chilean delegate", ["Chilean delegate state"]),
        (CHILE, "Chile's delegation", ["Chile's delegation state"]),
        (CHILE, "a representative of Chile, and Chile stressed it", ["representative of Chile state", "Chile state"]),
        (CHILE, "Chile agreed to host it", ["Chile? state"]),
        (CHILE, "Chile should ratify it; Chilean law; States", []),
        (CHILE, "la délégation chilienne", ["délégation chilienne state"]),
        (CHILE, "le délégué du Chili", ["délégué du Chili state"]),
        (CHILE, "la delegación chilena", ["delegación chilena state"]),
        (CHILE, "die chilenische Delegation", ["chilenische Delegation state"]),
        (CHILE, "делегация Чили; وفد شيلي", ["делегация Чили state", "وفد شيلي state"]),
        (CHILE, "智利代表认为", ["智利代表 state"]),
        ({"affiliation": "Ministry of Foreign Affairs of Chile"}, "the Chilean envoy", ["Chilean envoy state"]),
        ({"country": "GB"}, "the British delegate", ["British delegate state"]),
        ({"country": "GB"}, "the UK representative", ["UK representative state"]),
        ({"country": "DE"}, "the German minister", ["German minister? state"]),
        (TRUST, "a delegate from TFRX; TFRX stressed it", ["TFRX affiliation", "TFRX affiliation"]),
        (TRUST, "TFRX will write", ["TFRX? affiliation"]),
        (LAKES, "as Director of Lake Studies", ["Director of Lake Studies position"]),
        (LAKES, "the director of lake studies answers it", ["director of lake studies? position"]),
        ({}, "as chair of the group", ["as chair of? position"]),
        ({}, "My delegation supports it", ["My delegation self"]),
        ({}, "in my capacity as, on behalf of my", ["in my capacity self", "on behalf of my self"]),
        ({}, "we, the delegation of", ["we, the delegation of self"]),
        ({}, "as the representative of; our country", ["as the representative of self", "our country? self"]),
        ({}, "ma délégation; mi país", ["ma délégation self", "mi país self"]),
        ({}, "meine Delegation", ["meine Delegation self"]),
        ({}, "моя делегация; وفد بلادي; 我国认为", ["моя делегация self", "وفد بلادي self", "我国 self"]),
        ({}, "It is my view that the economy, my dear, needs delegations and countries.", []),
    ],
)  # fmt: skip
def test_what_tells_a_speaker_without_a_name_is_found(person, text, expected):
    assert found(text, person) == expected
    assert found(text, person, rule="closed") == expected
    without_affiliations = [words for words in expected if words != "TFRX? affiliation"]
    assert found(text, person, rule="non_attributed") == without_affiliations
    assert found(text, person, rule="on_record") == []


def test_who_did_not_come_has_no_delegation_in_the_room():
    assert found("The Chilean delegate", CHILE | {"attendance": "absent"}) == []


def test_the_text_can_be_marked_part_by_part():
    text = "As Łuka\u00adsiewicz said: my delegation."

    parts = Room({"name": "Zoë Łukasiewicz"}).parts(text)

    assert "".join(part.text for part in parts) == text
    assert [part.text for part in parts if part.mention] == ["Łuka\u00adsiewicz", "my delegation"]
    assert [part.mention.kind for part in parts if part.mention] == [Tells.NAME, Tells.SELF]


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=200),
    st.sampled_from(["Chile", "my delegation", "J.S.", "Łukasiewicz", "智利代表"]),
)
def test_any_text_is_taken_and_comes_back_whole(text, words):
    room = Room({"name": "Jana Łukasiewicz", "country": "CL", "position": text, "affiliation": text}, LUKA)

    parts = room.parts(f"{text} {words} {text}")

    assert "".join(part.text for part in parts) == unicodedata.normalize("NFC", f"{text} {words} {text}")
    assert all(part.mention is None or part.mention.words == part.text for part in parts)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_the_way_back_leads_to_the_sign_it_came_from(text):
    plain = even(text)

    for index, sign in enumerate(plain.text):
        assert even(text[plain.place(index)]).text in (sign, "")


LETTERS = st.text("bcdfghklmnprstvwxyz", min_size=6, max_size=10).map(str.title)


@settings(max_examples=100, deadline=None)
@given(
    LETTERS,
    st.sampled_from(["nach {}s Wort", "{0}’s", "d’{0}", "bu {0}'in", "{1}", "{2}", "{3}"]),
    st.data(),
)
def test_a_made_up_name_is_found_in_every_disguise(family, sentence, data):
    place = data.draw(st.integers(1, len(family) - 1))
    hidden = f"{family[:place]}\u200b{family[place:]}"
    text = sentence.format(family, family.upper(), hidden, family.lower() + " said")

    assert Room({"name": f"Ada {family}"}).find(f"Then {text}")
