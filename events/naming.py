"""Finding names of participants in a text whose rule of attribution forbids naming them.

It is advice for who writes and who reviews, never a block: it may miss a name, and take a word for one. Names are
looked for without accents and case, in either order, with a title, in the possessive; Arabic and Chinese as well, by
the normaliser of the search. Who may be named is decided in `events/attribution.py` and nowhere else.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from events import attribution
from events.attribution import Rule
from events.models.event import Event, EventPartner
from events.models.session import Session
from events.ordinary import NEVER_ALONE, ORDINARY
from events.search import IDEOGRAPHIC, IDEOGRAPHS, indexed
from participants.titles import ABBREVIATED, AFTER_A_NAME, TITLES

LONGEST = 20_000  # characters of a text that are looked at

# Everything but spaces and punctuation: combining signs belong to their word, whatever the script.
_WORD = re.compile(
    rf"[^\s\x00-/:-@\[-`{{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\u2000-\u206f\u3000-\u303f\uff00-\uff0f{IDEOGRAPHIC}"
    r"\u060c\u061b\u061f]+"
)
_NO_SENTENCE_ENDS = re.compile(r"[^.!?;:\n•]*")
_NAMES_GO_ON = re.compile(r"[ \u00a0]*[,.'’\u2010-]?[ \u00a0]*")
_BEGINS_SENTENCE = re.compile(r"(?:^|[.!?:;•\n“\"(–—-])\W*$")
_FOLDED_FURTHER = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
_UMLAUTS = re.compile(r"(?<=[aou])e")
_ARABIC_PREFIX = "وفبلك"  # and, then, by, for, like: written as one with the word

_PARTICLES = frozenset(
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


class Mention(NamedTuple):
    """Words of a text that look like a participant's name, or like whom somebody came for."""

    words: str  # as they stand in the text
    start: int
    certain: bool  # False where the words have another meaning, or are only part of a name
    is_affiliation: bool
    names: tuple[str, ...]  # whose they are: for the eyes of staff

    @property
    def end(self) -> int:
        return self.start + len(self.words)


class _Word(NamedTuple):
    key: str  # in one form; see `fold`
    start: int
    end: int
    capital: bool  # begins with one, or its script has none
    cased: bool

    @property
    def is_initial(self) -> bool:
        return len(self.key) == 1 and self.cased


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """Return a word in the one form in which it is compared: as indexed, and “Müller” as “Mueller”."""
    return _UMLAUTS.sub("", indexed(word).translate(_FOLDED_FURTHER).replace(" ", ""))


_ORDINARY = frozenset(fold(word) for word in ORDINARY)
_NEVER_ALONE = frozenset(fold(word) for word in NEVER_ALONE)


def _words(text: str) -> list[_Word]:
    found = []
    for match in _WORD.finditer(text):
        word = match[0]
        if key := fold(word):
            cased = word.lower() != word.upper()
            found.append(_Word(key, match.start(), match.end(), not cased or word[0].isupper(), cased))
    return found


@dataclass
class _Name:
    """A name taken apart: `family` is what stands alone for the person, `given` the rest but for initials."""

    shown: str
    family: tuple[str, ...]
    given: frozenset[str]
    all: frozenset[str]
    first: str = ""  # the word it begins with, after titles
    signs: str = ""  # its ideographs, for names that have them

    @property
    def core(self) -> tuple[str, ...]:
        """The family without particles before it."""
        begins = next((index for index, key in enumerate(self.family) if key not in _PARTICLES), 0)
        return self.family[begins:]

    @classmethod
    def parse(cls, name: str, sort_name: str = "") -> list["_Name"]:
        """Return the readings of a name: more than one where its family may be either end of it."""
        plain = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", name)
        signs = "".join(IDEOGRAPHS.findall(_even(plain)))
        # “O’Brien” is a particle and a name: what an apostrophe ties to the next word.
        tied = {match.start() for match in re.finditer(r"\b\w{1,2}(?=['’]\w)", plain)}
        words = [(match[0], fold(match[0]), match.start() in tied) for match in _WORD.finditer(plain)]
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
            given = frozenset(key for key in keys if key not in family and len(key) > 1 and key not in _PARTICLES)
            readings.append(cls(name, family, given, frozenset(keys), keys[0] if keys else "", signs))
        return readings

    @staticmethod
    def _family(words, keys: list[str], sort_name: str) -> tuple[str, ...]:
        before, comma, _ = sort_name.partition(",")
        sorted_by = [fold(match[0]) for match in _WORD.finditer(before)]
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
        while (first > 1 and keys[first - 1] in _PARTICLES) or (first > 0 and words[first - 1][2]):
            first -= 1
        return tuple(keys[first:])


def _even(text: str) -> str:
    """Return `text` with each ideograph in its usual form, as many characters as before."""
    if not IDEOGRAPHS.search(text):
        return text
    return "".join(
        sign if len(usual := unicodedata.normalize("NFKC", sign)) != 1 else usual
        for sign in unicodedata.normalize("NFC", text)
    )


@dataclass
class NameCheck:
    """Who of an event may not be named in texts of one session (or of the event): read once, asked for many texts.

    `recorded_under` is the strictest rule a text has lived under, where it is known.
    """

    event: Event
    session: Session | None = None
    recorded_under: str = ""
    people: dict[str, list[_Name]] = field(init=False, default_factory=lambda: defaultdict(list))
    organisations: dict[str, list[tuple[tuple[str, ...], str]]] = field(
        init=False, default_factory=lambda: defaultdict(list)
    )
    acronyms: dict[str, str] = field(init=False, default_factory=dict)
    in_signs: list[_Name] = field(init=False, default_factory=list)

    def __post_init__(self):
        rule = self.session.rule_now() if self.session else self.event.attribution
        self.rule = attribution.strictest(rule, self.recorded_under or rule)
        hides_affiliations = not attribution.affiliations_shown(self.rule)
        partners = self._partners() if hides_affiliations else set()
        for row in self._rows():
            if not attribution.may_be_named(
                self.rule,
                listing=row["listing"],
                attendance=row["attendance"],
                recorded_under=row["recorded_under"],
                roles=row["roles"],
                session=self.session.pk if self.session else None,
            ):
                self._forbid_name(row["person__name"], row["person__sort_name"])
            if hides_affiliations and partners.isdisjoint({row["organisation"], row["affiliation"].casefold()}):
                for name in (row["affiliation"], row["organisation__name"], row["organisation__short_name"]):
                    self._forbid_affiliation(name or "", row["person__name"])

    def _partners(self) -> set[int | str]:
        """Read the keys and the names of the partners, whom the page of the event names anyway."""
        partners = EventPartner.objects.filter(event=self.event).values_list("organisation", "organisation__name")
        return {word for key, name in partners for word in (key, name.casefold())}

    def _rows(self) -> Iterable[dict]:
        """Read every participation with its roles, in one query."""
        rows: dict[int, dict] = {}
        for row in self.event.participations.order_by().values(
            "pk",
            "organisation",
            "person__name",
            "person__sort_name",
            "affiliation",
            "organisation__name",
            "organisation__short_name",
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
        return rows.values()

    def _forbid_name(self, name: str, sort_name: str) -> None:
        readings = _Name.parse(name, sort_name)
        self.in_signs += [reading for reading in readings[:1] if reading.signs]
        for reading in readings:
            for key in reading.all:
                self.people[key].append(reading)

    def _forbid_affiliation(self, name: str, of: str) -> None:
        if name.isupper() and len(name) > 2 and name.isalpha():
            self.acronyms[name] = of
            return
        keys = tuple(key for match in _WORD.finditer(name) if (key := fold(match[0])))
        if len(keys) > 1 or (keys and len(keys[0]) > 3 and keys[0] not in _ORDINARY):
            self.organisations[keys[0]].append((keys, of))

    def find(self, text: str) -> list[Mention]:
        """Return what looks like a name that must not stand in `text`, in the order of the text, each place once."""
        text = unicodedata.normalize("NFC", text[:LONGEST])
        words = _words(text)
        found: dict[tuple[int, int, bool], tuple[bool, set[str]]] = {}
        for start, end, certain, is_affiliation, name in (
            *self._in_words(text, words),
            *self._in_signs(text),
            *self._affiliations(text, words),
        ):
            was, names = found.get((start, end, is_affiliation), (False, set()))
            found[start, end, is_affiliation] = was or certain, names | {name}
        mentions = [
            Mention(text[start:end], start, certain, is_affiliation, tuple(sorted(names)))
            for (start, end, is_affiliation), (certain, names) in found.items()
        ]
        return _widest(mentions)

    def advice(self, *texts: str) -> list[str]:
        """Say in a few sentences, for who wrote `texts`, which of their words look like names; it tells no name."""
        sure: list[str] = []
        unsure: list[str] = []
        from_where: list[str] = []
        for one in (mention for text in texts for mention in self.find(text)):
            kind = from_where if one.is_affiliation else sure if one.certain else unsure
            if (quoted := f"“{one.words}”") not in kind:
                kind.append(quoted)
        found = []
        if sure:
            found.append(f"Looks like the name of a participant: {', '.join(sure)}. {WHY_NOT[self.rule]}")
        if unsure:
            found.append(f"Perhaps the name of a participant: {', '.join(unsure)}. If it is: {WHY_NOT[self.rule]}")
        if from_where:
            found.append(f"May tell who took part: {', '.join(from_where)}. Fine where it is whom you address.")
        return found

    def _in_words(self, text: str, words: list[_Word]) -> Iterator[tuple[int, int, bool, bool, str]]:
        for index, word in enumerate(words):
            for key in _readings(word.key):
                for name in self.people.get(key, ()):
                    if (end := self._family_ends(text, words, index, key, name)) is not None:
                        yield from self._family(text, words, index, end, name)
                    elif key in name.given:
                        yield from self._given(text, words, index, name)

    def _family_ends(self, text, words, index: int, key: str, name: _Name) -> int | None:
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

    def _family(self, text, words, first: int, last: int, name: _Name):
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
                yield start, end, not common or not _BEGINS_SENTENCE.search(text, 0, start), False, name.shown
                return
        title = first - 1
        while title >= 0 and _goes_on(text, words, title + 1):
            if words[title].key not in name.all | _PARTICLES and not words[title].is_initial:
                break
            title -= 1
        if title >= 0 and words[title].key in TITLES and capital and self._is_title_of(text, words, title):
            yield words[title].start, end, True, False, name.shown
            return
        cased = words[first].cased
        if len(name.core) == 1 and name.core[0] in _NEVER_ALONE:
            return
        if ordinary or not whole or (len(name.family) == 1 and len(name.family[0]) < 4):
            if capital and cased and not (ordinary and _BEGINS_SENTENCE.search(text, 0, start)):
                yield start, end, False, False, name.shown
            return
        yield start, end, cased, False, name.shown

    def _given_beside(self, text, words, index: int, name: _Name, *, step: int) -> int | None:
        """Return the index of the outermost given name beside a family name, over initials and particles."""
        found, here = None, index + step
        while 0 <= here < len(words) and abs(here - index) <= len(name.all) + 1:
            if not _goes_on(text, words, max(here, here - step)):
                break
            key = words[here].key
            if key in name.given:
                found = here
            elif not words[here].is_initial and key not in name.all and key not in _PARTICLES:
                break
            here += step
        return found

    def _given(self, text, words, index: int, name: _Name):
        """A name that is neither first nor family: of “Ana García López”, “García”, or one after a title."""
        word = words[index]
        titled = index and words[index - 1].key in TITLES and self._is_title_of(text, words, index - 1)
        beside = self._given_beside(text, words, index, name, step=1)
        pair = beside is not None and words[beside].key != word.key and word.capital and words[beside].capital
        start = words[index - 1].start if titled else word.start
        ordinary = word.key in _ORDINARY and (not pair or words[beside].key in _ORDINARY)
        if pair or (titled and word.capital):
            yield start, words[beside].end if pair else word.end, not ordinary, False, name.shown
            return
        between = len(name.given) > 1 and word.key != name.first  # of “Ana García López”, “García”
        if between and word.capital and word.cased and len(word.key) > 3 and not ordinary:
            yield word.start, word.end, False, False, name.shown

    def _is_title_of(self, text, words, index: int) -> bool:
        """Whether the title at `index` belongs to the word after it: no sentence ends between them."""
        between = text[words[index].end : words[index + 1].start]
        if words[index].key in ABBREVIATED:
            between = between.replace(".", "", 1)
        return bool(_NO_SENTENCE_ENDS.fullmatch(between))

    def _in_signs(self, text: str) -> Iterator[tuple[int, int, bool, bool, str]]:
        even = _even(text) if self.in_signs else ""
        for name in self.in_signs:
            whole = name.signs
            for match in re.finditer(r"[ ·・]?".join(map(re.escape, whole)), even):
                yield match.start(), match.end(), len(whole) > 2, False, name.shown
            if 1 < len(whole) < 4 and "\u4e00" <= whole[0] <= "\u9fff":
                for match in re.finditer(re.escape(whole[0]) + _CHINESE_TITLES, even):
                    yield match.start(), match.end(), True, False, name.shown

    def _affiliations(self, text: str, words: list[_Word]) -> Iterator[tuple[int, int, bool, bool, str]]:
        for index, word in enumerate(words):
            if (of := self.acronyms.get(text[word.start : word.end])) is not None:
                yield word.start, word.end, False, True, of
            for keys, of in self.organisations.get(word.key, ()):
                last = index + len(keys) - 1
                if word.capital and tuple(one.key for one in words[index : last + 1]) == keys:
                    yield word.start, words[last].end, False, True, of


def _readings(key: str) -> Iterator[str]:
    """Yield a word, and without what Arabic writes as one with it."""
    yield key
    if len(key) > 3 and key[0] in _ARABIC_PREFIX:
        yield key[1:]


def _goes_on(text: str, words: list[_Word], index: int) -> bool:
    """Whether the word at `index` may belong to the same name as the one before it."""
    return index > 0 and bool(_NAMES_GO_ON.fullmatch(text, words[index - 1].end, words[index].start))


def _widest(mentions: list[Mention]) -> list[Mention]:
    """Leave out what lies within a wider mention; people go before affiliations, the certain before the others."""
    kept: list[Mention] = []
    for one in sorted(mentions, key=lambda one: (one.is_affiliation, not one.certain, one.start - one.end, one.start)):
        if not any(other.start < one.end and one.start < other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def names_in(text: str, event: Event, session: Session | None = None) -> list[Mention]:
    """Return the words of `text` that name a participant where the rule in force forbids it; one query."""
    return NameCheck(event, session).find(text)
