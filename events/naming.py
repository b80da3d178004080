"""Finding words of a text that tell who spoke or took part where its rule of attribution forbids it.

Names are looked for without accents and case, in either order, with a title, inflected; Arabic, Russian and Chinese as
well. What tells a speaker without a name is found by `events/telling.py`. What is certain has to be answered before a
wording is public (`events/models/allowance.py`); the rest asks. It may miss a name, and take a word for one. Who may be
named, and what a rule lets tell, is decided in `events/attribution.py` and nowhere else.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from events import attribution, telling
from events.attribution import Rule, Tells
from events.letters import SHORTEST_BASE, WORD, Word, bases, even, fold, ideographs, looks_like, stem
from events.letters import words as words_of
from events.ordinary import NEVER_ALONE, ORDINARY
from participants.titles import ABBREVIATED, AFTER_A_NAME, TITLES

if TYPE_CHECKING:
    from events.models import Event, Session

LONGEST = 20_000  # characters of a text that are looked at

_NO_SENTENCE_ENDS = re.compile(r"[^.!?;:\n•]*")
_NAMES_GO_ON = re.compile(r"[ \u00a0]*[,.'’\u2010-]?[ \u00a0]*")
_BEGINS_SENTENCE = re.compile(r"(?:^|[.!?:;•\n“\"(–—-])\W*$")

PARTICLES = frozenset(
    "van von der den de del della di da dos das du la le las los ter ten bin ibn bint ben al el abu zu y e".split()
)
# Names that stand first where the family does, in Chinese, Korean and Vietnamese; with some, either end may be it.
_FAMILY_FIRST = frozenset(
    """
    bui cao chang chen cheng cho choi chu dang deng ding do dong du fan feng gao gong guo han he ho hoang hong hu huang
    huynh hwang im jang jeon jeong jia jiang jin jung kang kim kwon le lee li liang lim lin liu lu luo ma ngo nguyen oh
    pan park peng pham phan qian qin ryu seo shen shi shin sim song su sun tan tang tian tran vo vu wang wei wen wu xi
    xiao xie xu yan yang yao ye yin yoo yoon yu yuan zeng zhang zhao zheng zhong zhou zhu
    """.split()
)
_CHINESE_TITLES = "(?:先生|女士|小姐|大使|部长|部長|教授|博士|主席|代表|司长|司長|参赞|參贊)"


WHY_NOT = {
    Rule.ON_RECORD: "This person is not listed publicly: leave the name out.",
    Rule.NON_ATTRIBUTED: "Say what was said, not who said it.",
    Rule.CHATHAM_HOUSE: "Under the Chatham House Rule nobody is named.",
    Rule.CLOSED: "The session is closed: nobody is named.",
}

# How marked words are announced (when they are sure, when they ask), and what to write instead.
SAYS = {
    Tells.NAME: ("Looks like the name of a participant", "Perhaps the name of a participant"),
    Tells.INITIALS: ("Looks like the initials of a participant", "Perhaps the initials of a participant"),
    Tells.AFFILIATION: ("Tells for whom somebody spoke", "May tell who took part"),
    Tells.POSITION: ("Looks like the position of a participant", "May be the position of a participant"),
    Tells.STATE: ("Tells for which State somebody spoke", "May tell for which State somebody spoke"),
    Tells.SELF: ("Somebody speaks of what is theirs", "Somebody may speak of what is theirs"),
}
INSTEAD = {
    Tells.NAME: "Write “a participant”, or what was said without a person.",
    Tells.INITIALS: "Write “a participant”, or what was said without a person.",
    Tells.AFFILIATION: "Write “a participant”, or name the kind of organisation where that tells nobody.",
    Tells.POSITION: "Write “a participant”, or leave the position out.",
    Tells.STATE: "Write “a delegation”, or what was said without a State.",
    Tells.SELF: "Write it so that anybody could have said it: “States should …”.",
}
FINE = {
    Tells.AFFILIATION: "Fine where it is whom you address.",
    Tells.POSITION: "Fine where it is what the wording is about.",
    Tells.STATE: "Fine where it is what the wording is about.",
    Tells.SELF: "Fine where no participant speaks.",
}


class Mention(NamedTuple):
    """Words of a text that look like a participant's name, or tell otherwise who spoke or took part."""

    words: str  # as they stand in the text
    start: int
    certain: bool  # has to be answered; False where the words have another meaning, or are only part of a name
    kind: Tells
    names: tuple[str, ...]  # whose they are: for the eyes of staff

    @property
    def end(self) -> int:
        return self.start + len(self.words)

    @property
    def is_affiliation(self) -> bool:
        return self.kind == Tells.AFFILIATION

    @property
    def says(self) -> str:
        """What it looks like, in a few words without a full stop."""
        return SAYS[self.kind][0 if self.certain else 1]

    @property
    def instead(self) -> str:
        """What to write instead."""
        return INSTEAD[self.kind]


class Part(NamedTuple):
    """A stretch of a text, and the mention it is, if it is one."""

    text: str
    mention: Mention | None


_ORDINARY = frozenset(fold(word) for word in ORDINARY | TITLES)
_NEVER_ALONE = frozenset(fold(word) for word in NEVER_ALONE)
_MONTHS = frozenset("january february march april may june july august september october november december".split())
_BEFORE_MONTHS = frozenset(
    "in by since until till of from during late early mid last next this every before after".split()
)

Found = tuple[int, int, bool, Tells, str]


@dataclass
class Name:
    """A name taken apart: `family` is what stands alone for the person, `given` the rest but for initials."""

    shown: str
    family: tuple[str, ...]
    given: frozenset[str]
    all: frozenset[str]
    in_order: tuple[str, ...] = ()  # its words, after titles
    signs: str = ""  # its ideographs, for names that have them

    @property
    def core(self) -> tuple[str, ...]:
        """The family without particles before it."""
        begins = next((index for index, key in enumerate(self.family) if key not in PARTICLES), 0)
        return self.family[begins:]

    @classmethod
    def parse(cls, name: str, sort_name: str = "") -> list["Name"]:
        """Return the readings of a name: more than one where its family may be either end of it."""
        plain = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", name)
        signs = ideographs(even(plain).text)
        # “O’Brien” is a particle and a name: what an apostrophe ties to the next word.
        tied = {match.start() for match in re.finditer(r"\b\w{1,2}(?=['’]\w)", plain)}
        words = [(match[0], fold(match[0]), match.start() in tied) for match in WORD.finditer(plain)]
        words = [word for word in words if word[1]]
        while len(words) > 1 and words[0][1] in TITLES:
            words.pop(0)
        while len(words) > 1 and words[-1][1] in AFTER_A_NAME:
            words.pop()
        keys = [key for _, key, _ in words]
        family = cls._family(words, keys, sort_name)
        families = [family]
        if len(keys) > 1 and keys[0] in _FAMILY_FIRST and keys[0] not in family and "," not in sort_name:
            families.append((keys[0],))
        readings = []
        for family in families:
            given = frozenset(key for key in keys if key not in family and len(key) > 1 and key not in PARTICLES)
            readings.append(cls(name, family, given, frozenset(keys), tuple(keys), signs))
        return readings

    @staticmethod
    def _family(words, keys: list[str], sort_name: str) -> tuple[str, ...]:
        before, comma, _ = sort_name.partition(",")
        sorted_by = [fold(match[0]) for match in WORD.finditer(before)]
        if comma and sorted_by and set(sorted_by) <= set(keys):
            return tuple(sorted_by)
        if sorted_by and keys and sorted_by[0] in keys[1:]:
            return (sorted_by[0],)
        capitals = [key for word, key, _ in words if len(word) > 1 and word.isupper() and word.lower() != word]
        if capitals and len(capitals) < len(keys):
            return tuple(capitals)
        if not keys:
            return ()
        first = len(keys) - 1
        while (first > 1 and keys[first - 1] in PARTICLES) or (first > 0 and words[first - 1][2]):
            first -= 1
        return tuple(keys[first:])


@dataclass
class Names:
    """Names that are looked for in texts, whatever they are looked for."""

    people: dict[str, list[Name]] = field(init=False, default_factory=lambda: defaultdict(list))
    stems: dict[str, str] = field(init=False, default_factory=dict)  # of Russian names
    in_signs: list[Name] = field(init=False, default_factory=list)

    def look_for(self, name: str, sort_name: str) -> list[Name]:
        """Look for a name from now on, and return its readings."""
        readings = Name.parse(name, sort_name)
        self.in_signs += [reading for reading in readings[:1] if reading.signs]
        for reading in readings:
            for key in reading.all:
                self.people[key].append(reading)
                if (short := stem(key)) != key or not key.isascii():
                    self.stems.setdefault(short, key)
        return readings

    def find(self, text: str) -> list[Mention]:
        """Return what was looked for and stands in `text`, or may be that, in its order, each place once."""
        text = unicodedata.normalize("NFC", text[:LONGEST])
        plain = even(text)
        words = [self._known(word) for word in words_of(plain.text)]
        found: dict[tuple[int, int, Tells], tuple[bool, set[str]]] = {}
        for start, end, certain, kind, name in self._found(plain.text, words):
            was, names = found.get((start, end, kind), (False, set()))
            found[start, end, kind] = was or certain, names | {name} if name else names
        mentions = []
        for (start, end, kind), (certain, names) in found.items():
            at, to = plain.place(start), plain.place(end - 1) + 1
            mentions.append(Mention(text[at:to], at, certain, kind, tuple(sorted(names))))
        return _widest(mentions)

    def _found(self, text: str, words: list[Word]) -> Iterator[Found]:
        yield from self._in_words(text, words)
        yield from self._in_signs(text)

    def _known(self, word: Word) -> Word:
        """Return a word as the name that it is a form of, or was made to look like; else as it is."""
        key = word.key
        if key in self.people or key in _ORDINARY:
            return word
        for other in looks_like(key):
            if other in self.people:
                return word._replace(key=other)
        if not word.capital:
            return word
        if (short := stem(key)) in self.stems:
            sure = len(short) > SHORTEST_BASE
            return word._replace(key=self.stems[short], is_inflected=True, is_sure=sure)
        for base, sure in bases(key):
            if base in self.people and base not in _ORDINARY:
                return word._replace(key=base, is_inflected=True, is_sure=sure)
        return word

    def _in_words(self, text: str, words: list[Word]) -> Iterator[Found]:
        for index, word in enumerate(words):
            for name in self.people.get(word.key, ()):
                if (end := self._family_ends(text, words, index, word.key, name)) is not None:
                    yield from self._family(text, words, index, end, name)
                elif word.key in name.given:
                    yield from self._given(text, words, index, name)

    def _family_ends(self, text, words, index: int, key: str, name: Name) -> int | None:
        """Return the index of the last word of the family name that begins at `index`; None where none does.

        It may begin after its particles: “da Silva” is called “Silva” too.
        """
        family = name.core if name.core and key == name.core[0] else name.family
        if not family or key != family[0]:
            return None
        for step, part in enumerate(family[1:], start=1):
            if index + step >= len(words) or words[index + step].key != part or not _goes_on(text, words, index + step):
                return None
        return index + len(family) - 1

    def _family(self, text, words, first: int, last: int, name: Name):
        """A family name: with the given one before or after it, with a title before it, or alone."""
        start, end = words[first].start, words[last].end
        capital = words[first].capital or words[last].capital
        whole = last - first + 1 == len(name.family)
        ordinary = all(key in _ORDINARY for key in name.core)
        before = self._given_beside(text, words, first, name, step=-1)
        after = self._given_beside(text, words, last, name, step=1)
        if before is not None or after is not None:
            beside = words[before if before is not None else after]
            common = ordinary and beside.key in _ORDINARY
            if not common or (capital and beside.capital):
                start, end = min(start, beside.start), max(end, beside.end)
                yield start, end, not common or not _BEGINS_SENTENCE.search(text, 0, start), Tells.NAME, name.shown
                return
        title = first - 1
        while title >= 0 and _goes_on(text, words, title + 1):
            if words[title].key not in name.all | PARTICLES and not words[title].is_initial:
                break
            title -= 1
        if title >= 0 and words[title].key in TITLES and capital and self._is_title_of(text, words, title):
            yield words[title].start, end, True, Tells.NAME, name.shown
            return
        cased = words[first].cased
        if len(name.core) == 1 and name.core[0] in _NEVER_ALONE:
            return
        if words[first].is_inflected or words[last].is_inflected:
            if capital and not ordinary:
                sure = words[first].is_sure and words[last].is_sure and whole and cased
                yield start, end, sure and not _BEGINS_SENTENCE.search(text, 0, start), Tells.NAME, name.shown
            return
        if ordinary and _is_a_date(words, first):
            return
        if ordinary or not whole or (len(name.family) == 1 and len(name.family[0]) < 4):
            if capital and cased and not (ordinary and _BEGINS_SENTENCE.search(text, 0, start)):
                yield start, end, False, Tells.NAME, name.shown
            return
        sure = cased and (capital or telling.says(words, last) is not None)
        yield start, end, sure, Tells.NAME, name.shown

    def _given_beside(self, text, words, index: int, name: Name, *, step: int) -> int | None:
        """Return the index of the outermost given name beside a family name, over initials and particles."""
        found, here = None, index + step
        while 0 <= here < len(words) and abs(here - index) <= len(name.all) + 1:
            if not _goes_on(text, words, max(here, here - step)):
                break
            key = words[here].key
            if key in name.given:
                found = here
            elif not words[here].is_initial and key not in name.all and key not in PARTICLES:
                break
            here += step
        return found

    def _given(self, text, words, index: int, name: Name):
        """A name that is neither first nor family: of “Ana García López”, “García”, or one after a title."""
        word = words[index]
        titled = index and words[index - 1].key in TITLES and self._is_title_of(text, words, index - 1)
        beside = self._given_beside(text, words, index, name, step=1)
        pair = beside is not None and words[beside].key != word.key and word.capital and words[beside].capital
        start = words[index - 1].start if titled else word.start
        ordinary = word.key in _ORDINARY and (not pair or words[beside].key in _ORDINARY)
        if pair or (titled and word.capital):
            yield start, words[beside].end if pair else word.end, not ordinary, Tells.NAME, name.shown
            return
        speaks = telling.says(words, index) is not None
        between = len(name.given) > 1 and word.key != name.in_order[0]  # of “Ana García López”, “García”
        if not ordinary and word.cased and word.capital and ((between and len(word.key) > 3) or speaks):
            yield word.start, word.end, False, Tells.NAME, name.shown

    def _is_title_of(self, text, words, index: int) -> bool:
        """Whether the title at `index` belongs to the word after it: no sentence ends between them."""
        between = text[words[index].end : words[index + 1].start]
        if words[index].key in ABBREVIATED:
            between = between.replace(".", "", 1)
        return bool(_NO_SENTENCE_ENDS.fullmatch(between))

    def _in_signs(self, text: str) -> Iterator[Found]:
        for name in self.in_signs:
            whole = name.signs
            for match in re.finditer(r"[ ·・]?".join(map(re.escape, whole)), text):
                yield match.start(), match.end(), len(whole) > 2, Tells.NAME, name.shown
            if 1 < len(whole) < 4 and "\u4e00" <= whole[0] <= "\u9fff":
                for match in re.finditer(re.escape(whole[0]) + _CHINESE_TITLES, text):
                    yield match.start(), match.end(), True, Tells.NAME, name.shown


@dataclass
class NameCheck(Names):
    """Who of an event may not be told in texts of one session (or of the event): read once, asked for many texts.

    `recorded_under` is the strictest rule a text has lived under, where it is known; `roll` spares reading who takes
    part once more. Everybody at the event counts: who sat in a session is known of those with a role in it alone.
    """

    event: "Event"
    session: "Session | None" = None
    recorded_under: str = ""
    roll: "Roll | None" = None
    organisations: dict[str, list[tuple[tuple[str, ...], str, bool]]] = field(
        init=False, default_factory=lambda: defaultdict(list)
    )
    acronyms: dict[str, tuple[str, bool]] = field(init=False, default_factory=dict)
    positions: dict[str, list[tuple[tuple[str, ...], str]]] = field(
        init=False, default_factory=lambda: defaultdict(list)
    )
    initials: dict[str, set[str]] = field(init=False, default_factory=lambda: defaultdict(set))
    _keys: dict[str, tuple[str, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self):
        self.rule = _rule_of(self.event, self.session, self.recorded_under)
        hides_speakers = not attribution.speakers_told(self.rule)
        hides_affiliations = not attribution.affiliations_shown(self.rule)
        partners = self._partners() if hides_affiliations else set()
        states: defaultdict[str, set[str]] = defaultdict(set)
        for row in self._rows():
            shown = row["person__name"]
            came = row["attendance"] != "absent"
            nameable = attribution.may_be_named(
                self.rule,
                listing=row["listing"],
                attendance=row["attendance"],
                recorded_under=row["recorded_under"],
                roles=row["roles"],
                session=self.session.pk if self.session else None,
            )
            if not nameable:
                readings = self.look_for(shown, row["person__sort_name"])
                if hides_speakers and came and readings:
                    for one in telling.initials_of(readings[0].in_order):
                        self.initials[one].add(shown)
                if hides_speakers:
                    self._forbid_position(row.get("position", ""), shown)
            if not hides_speakers:
                continue
            is_partner = not partners.isdisjoint({row["organisation"], row["affiliation"].casefold()})
            for name in (row["affiliation"], row["organisation__name"], row["organisation__short_name"]):
                self._forbid_affiliation(name or "", shown, alone=hides_affiliations and not is_partner)
            country = row.get("organisation__country") or telling.country_in(row["affiliation"])
            if came and country:
                states[str(country)].add(shown)
        self.states = telling.States(states)

    def _partners(self) -> set[int | str]:
        """Read the keys and the names of the partners, whom the page of the event names anyway."""
        self.roll = self.roll or Roll(self.event)
        return self.roll.partners

    def _rows(self) -> Iterable[dict]:
        """Read every participation with its roles."""
        self.roll = self.roll or Roll(self.event)
        return self.roll.rows

    def _keys_of(self, words: str) -> tuple[str, ...]:
        """Return words as they are compared; once, since many came for the same or have one position."""
        if words not in self._keys:
            self._keys[words] = tuple(key for match in WORD.finditer(words) if (key := fold(match[0])))
        return self._keys[words]

    def _forbid_affiliation(self, name: str, of: str, *, alone: bool) -> None:
        """Look for whom somebody came; `alone` says whether its name tells something where nobody speaks for it."""
        if name.isupper() and len(name) > 2 and name.isalpha():
            was_alone = name in self.acronyms and self.acronyms[name][1]
            self.acronyms[name] = of, alone or was_alone
            return
        keys = self._keys_of(name)
        if len(keys) > 1 or (keys and len(keys[0]) > 3 and keys[0] not in _ORDINARY):
            self.organisations[keys[0]].append((keys, of, alone))

    def _forbid_position(self, position: str, of: str) -> None:
        keys = self._keys_of(position)
        if len(keys) > 1 and not all(key in _ORDINARY or key in TITLES for key in keys):
            self.positions[keys[0]].append((keys, of))

    def parts(self, text: str) -> list[Part]:
        """Return `text` in stretches, so that a page can mark what was found in it."""
        text = unicodedata.normalize("NFC", text)
        parts, at = [], 0
        for one in self.find(text):
            if one.start > at:
                parts.append(Part(text[at : one.start], None))
            parts.append(Part(one.words, one))
            at = one.end
        return [*parts, Part(text[at:], None)] if at < len(text) else parts

    def advice(self, *texts: str) -> list[str]:
        """Say in a few sentences, for who wrote `texts`, which of their words were found and what to do about it.

        It tells no name but those in the text.
        """
        found: dict[tuple[bool, Tells], list[str]] = {}
        for one in (mention for text in texts for mention in self.find(text)):
            quoted = found.setdefault((not one.certain, one.kind), [])
            if f"“{one.words}”" not in quoted:
                quoted.append(f"“{one.words}”")
        lines = []
        for (asks, kind), words in sorted(found.items()):
            line = f"{SAYS[kind][asks]}: {', '.join(words)}."
            if kind == Tells.NAME:
                line += f" If it is: {WHY_NOT[self.rule]}" if asks else f" {WHY_NOT[self.rule]}"
            lines.append(f"{line} {FINE[kind] if asks and kind in FINE else INSTEAD[kind]}")
        return lines

    def against(self, *texts: str) -> str:
        """Say why none of a file with such texts becomes public as it is brought in, or nothing."""
        certain = [one for text in texts for one in self.find(text) if one.certain]
        if not certain:
            return ""
        words = ", ".join(dict.fromkeys(f"“{one.words}”" for one in certain))
        return (
            f"It would be public at once and may tell who spoke or took part: {words}. Reword it in the file, or enter "
            "it by hand and say why it may stand."
        )

    def _found(self, text: str, words: list[Word]) -> Iterator[Found]:
        yield from super()._found(text, words)
        yield from self._affiliations(text, words)
        yield from self._speakers(text, words)

    def _affiliations(self, text: str, words: list[Word]) -> Iterator[Found]:
        for index, word in enumerate(words):
            if (acronym := self.acronyms.get(text[word.start : word.end])) is not None:
                yield from self._for_whom(words, index, index, *acronym)
            for keys, of, alone in self.organisations.get(word.key, ()):
                last = index + len(keys) - 1
                if word.capital and tuple(one.key for one in words[index : last + 1]) == keys:
                    yield from self._for_whom(words, index, last, of, alone)

    def _for_whom(self, words, first: int, last: int, of: str, alone: bool) -> Iterator[Found]:
        """An affiliation: sure where somebody speaks for it, and asking by itself where it tells who took part."""
        sure = bool(telling.speaks_for(words, first, last))
        if sure or alone:
            yield words[first].start, words[last].end, sure, Tells.AFFILIATION, of

    def _speakers(self, text: str, words: list[Word]) -> Iterator[Found]:
        """What tells who spoke without a name; nothing where the rule lets it be told."""
        if attribution.speakers_told(self.rule):
            return
        for start, end, sure in telling.self_references(text):
            yield start, end, sure, Tells.SELF, ""
        for start, end, sure in telling.offices(text):
            yield start, end, sure, Tells.POSITION, ""
        for start, end, sure, of in telling.initials(text, words, self.initials):
            yield start, end, sure, Tells.INITIALS, of
        for start, end, sure, of in self.states.find(text, words):
            yield start, end, sure, Tells.STATE, of
        for index, word in enumerate(words):
            for keys, of in self.positions.get(word.key, ()):
                last = index + len(keys) - 1
                if tuple(one.key for one in words[index : last + 1]) == keys:
                    sure = bool(telling.says(words, last)) or (index > 0 and words[index - 1].key == "as")
                    yield word.start, words[last].end, sure, Tells.POSITION, of


class Roll:
    """Who takes part in an event and who stands behind it: read once, for the texts of all its sessions.

    For one decision about several texts; nobody keeps one longer, since people are added meanwhile.
    """

    def __init__(self, event: "Event"):
        self.event = event
        self._rows: list[dict] | None = None
        self._partners: set[int | str] | None = None
        self._checks: dict[tuple[int | None, str], NameCheck] = {}
        self._alike: dict[tuple[str, int | None], NameCheck] = {}
        self._naming_more: set[int] | None = None
        self._allowances: dict[tuple[str, int], list] | None = None

    def check(self, record, session: int | None, recorded_under: str) -> NameCheck:
        """Return the check for the words of `record`, which has that session and stamp; one for all under one rule.

        Making one takes as long as there are people. Of a session that may name more than others it is its own.
        """
        if (session, recorded_under) not in self._checks:
            of_session = record.guarded_session() if session else None
            if of_session is not None:
                of_session.event = self.event
            rule = _rule_of(self.event, of_session, recorded_under)
            alike = rule, session if attribution.a_session_may_name_more(rule) and session in self.naming_more else None
            if alike not in self._alike:
                self._alike[alike] = NameCheck(self.event, of_session, recorded_under, self)
            self._checks[session, recorded_under] = self._alike[alike]
        return self._checks[session, recorded_under]

    @property
    def naming_more(self) -> set[int]:
        """The keys of sessions in which somebody has a role who came to the event under another rule than on record."""
        if self._naming_more is None:
            older = [row for row in self.rows if row["recorded_under"] not in ("", Rule.ON_RECORD)]
            self._naming_more = {session for row in older for _, session, _ in row["roles"] if session}
        return self._naming_more

    def allowances(self, record) -> list:
        """Return what was decided about the words of `record`; read once for the whole event."""
        if self._allowances is None:
            self._allowances = {}
            for one in self.event.allowances.order_by("-pk"):
                self._allowances.setdefault((one.record, one.key), []).append(one)
        return self._allowances.get((record._meta.concrete_model._meta.label_lower, record.pk), [])

    @property
    def partners(self) -> set[int | str]:
        """The keys and the names of the partners."""
        if self._partners is None:
            partners = self.event.event_partners.order_by().values_list("organisation", "organisation__name")
            self._partners = {word for key, name in partners for word in (key, name.casefold())}
        return self._partners

    @property
    def rows(self) -> list[dict]:
        """Every participation with its roles, in one query."""
        if self._rows is not None:
            return self._rows
        rows: dict[int, dict] = {}
        for row in self.event.participations.order_by().values(
            "pk",
            "organisation",
            "person__name",
            "person__sort_name",
            "affiliation",
            "position",
            "organisation__name",
            "organisation__short_name",
            "organisation__country",
            "listing",
            "attendance",
            "recorded_under",
            "roles__role",
            "roles__session",
            "roles__recorded_under",
        ):
            kept = rows.setdefault(row["pk"], row | {"roles": []})
            if row["roles__role"]:
                kept["roles"].append((row["roles__role"], row["roles__session"], row["roles__recorded_under"]))
        self._rows = list(rows.values())
        return self._rows


def _rule_of(event: "Event", session: "Session | None", recorded_under: str) -> Rule:
    """Return the rule of a text: that in force, or the strictest it has lived under."""
    rule = session.rule_now() if session else event.attribution
    return Rule(attribution.strictest(rule, recorded_under or rule))


def _is_a_date(words: list[Word], index: int) -> bool:
    """Whether the word at `index` is a month as in “in May” or “May 2027”."""
    if words[index].key not in _MONTHS:
        return False
    beside = [words[at].key for at in (index - 1, index + 1) if 0 <= at < len(words)]
    return any(key.isdigit() for key in beside) or (index > 0 and words[index - 1].key in _BEFORE_MONTHS)


def _goes_on(text: str, words: list[Word], index: int) -> bool:
    """Whether the word at `index` may belong to the same name as the one before it."""
    return index > 0 and bool(_NAMES_GO_ON.fullmatch(text, words[index - 1].end, words[index].start))


def _widest(mentions: list[Mention]) -> list[Mention]:
    """Leave out what lies within a wider mention; the certain go before the others, people before what else tells."""
    kept: list[Mention] = []
    for one in sorted(mentions, key=_weight):
        if not any(other.start < one.end and one.start < other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _weight(one: Mention) -> tuple:
    return not one.certain, one.kind != Tells.NAME, one.start - one.end, one.start


def names_in(text: str, event: "Event", session: "Session | None" = None) -> list[Mention]:
    """Return the words of `text` that name a participant where the rule in force forbids it; one query."""
    return NameCheck(event, session).find(text)
