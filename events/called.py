"""The names of one person in any text, found as the guard of attribution finds them: for whoever erases that person."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property, reduce
from operator import or_

from django.db.models import Q

from events.attribution import Tells
from events.letters import SHORTEST_BASE, WORD, even, fold, ideographs, stem
from events.letters import words as words_of
from events.naming import LONGEST, PARTICLES, Mention, Name, Names
from events.search import indexed
from participants.models import Person, User
from participants.names import person_key
from participants.subjects import Subject
from participants.titles import TITLES

_PIECES = re.compile(rf".{{1,{LONGEST}}}(?!\S)|.{{1,{LONGEST}}}", re.DOTALL)  # of a long text, whole words if it can be
_UMLAUT = re.compile(r"(?<=[aouAOU])e")


class Called:
    """How texts call a person: either way round, inflected, with a title, by the family name alone.

    Others who share a word of the name are looked for beside them, so that what is said of those is not taken for
    theirs. A first given name alone is not looked for: it is anybody's. Names of one word are found as they stand,
    without this.
    """

    def __init__(self, subject: Subject):
        self.subject = subject
        by_key = {person_key(name): name for name in subject.names if "," in name}
        straight = {name for name in subject.names if "," not in name and _has_parts(name)}
        straight |= {_straightened(name) for key, name in by_key.items() if key not in map(person_key, straight)}
        self.named = {name: by_key.get(person_key(name), "") for name in straight}

    @cached_property
    def readings(self) -> list[Name]:
        return [one for name, sort_name in self.named.items() for one in Name.parse(name, sort_name)]

    @cached_property
    def parts(self) -> list[str]:
        """What stands, in some case, in every text that names them: words of the name without what endings change."""
        firsts = {one.in_order[0] for one in self.readings if one.in_order}
        families = {key for one in self.readings for key in one.family}
        words = {fold(match[0]): match[0] for name in self.named for match in WORD.finditer(name)}
        telling = [word for key, word in words.items() if key in families or key not in firsts]
        kept = [word for word in telling if len(word) > 1 and fold(word) not in PARTICLES | TITLES]
        return sorted({*map(_unchanged, kept), *self._signs})

    @cached_property
    def _signs(self) -> set[str]:
        """The family names, of one sign as most are, of names in ideographs."""
        return {one.signs[0] for one in self.readings if one.signs}

    def places(self, text: str) -> Iterator[tuple[int, int, bool]]:
        """Yield (from, to, whether it hardly means anybody else) of what names them in `text`, which is in NFC."""
        for piece in _PIECES.finditer(text):
            if self._may_name(piece[0]):
                for one in self._names.find(piece[0]):
                    if self._is_theirs(one):
                        sure = one.certain and not self._has_namesake and set(one.names) <= set(self.named)
                        yield piece.start() + one.start, piece.start() + one.end, sure

    @cached_property
    def _bare_parts(self) -> list[str]:
        return [indexed(part) for part in self.parts]

    def _may_name(self, text: str) -> bool:
        """Whether it is worth a closer look."""
        if not all(part.isascii() for part in self._bare_parts):
            return bool(self.parts)
        bare = text if text.isascii() else unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        bare = bare.casefold()
        return any(part in bare for part in self._bare_parts)

    def _is_theirs(self, one: Mention) -> bool:
        if one.kind != Tells.NAME or not set(one.names) & set(self.named):
            return False
        keys = {word.key for word in words_of(even(one.words).text)} - TITLES
        given_alone = {reading.in_order[0] for reading in self.readings if reading.in_order}
        given_alone -= {key for reading in self.readings for key in reading.family}
        return not keys or not keys <= given_alone

    @cached_property
    def _names(self) -> Names:
        """Their names, and those of others that share a word with them."""
        names = Names()
        for name, sort_name in [*self._others, *self.named.items()]:
            names.look_for(name, sort_name)
        return names

    @cached_property
    def _has_namesake(self) -> bool:
        return bool({person_key(name) for name in self.named} & {person_key(name) for name, _ in self._others})

    @cached_property
    def _others(self) -> list[tuple[str, str]]:
        keys = {word for name in self.named for word in person_key(name).split()}
        alike = [*(Q(name_key__contains=key) for key in keys), *(Q(name__contains=sign) for sign in self._signs)]
        named = reduce(or_, alike, Q(pk__in=[]))
        called = reduce(or_, (Q(name__icontains=part) for part in self.parts), Q(pk__in=[]))
        people = Person.objects.filter(named).exclude(pk__in=self.subject.people).values_list("name", "sort_name")
        accounts = User.objects.filter(called).exclude(pk__in=self.subject.users).values_list("name", flat=True)
        others = [*people, *((name, "") for name in accounts)]
        return [one for one in others if keys & set(person_key(one[0]).split()) or self._signs & set(one[0])]


def _has_parts(name: str) -> bool:
    """Whether somebody may be called by a part of it."""
    return len(name.split()) > 1 or len(ideographs(name)) > 1


def _straightened(name: str) -> str:
    """Return a name as it is said: “Anna Muster” of “Muster, Anna”."""
    before, _, after = name.partition(",")
    return f"{after} {before}".strip()


def _unchanged(word: str) -> str:
    """Return the part of a name that stays when it is inflected, or its umlaut is written in another way."""
    longest = max(_UMLAUT.split(word), key=len)
    word = longest if len(longest) >= SHORTEST_BASE - 1 else word
    if not word.isascii():
        return word[: len(stem(fold(word)))]
    return word[:-1] if len(word) > SHORTEST_BASE and word[-1] in "aeioyAEIOY" else word
