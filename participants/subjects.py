"""Whom a question about personal data is about, and every row that points at them.

A subject is a person with their account, either alone, or an address that is in neither any more. `rows_of` finds what
points at them from the models themselves, so that a relation that comes later cannot be forgotten; each app says in its
`erasing.py` what becomes of its own where the relation alone does not tell.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any, NamedTuple

from allauth.account.models import EmailAddress
from django.db import models
from django.db.models import Q

from participants.models import Change, Merge, MergedOf, Person, User
from participants.models.change import ChangeQuerySet, label_of
from participants.names import person_key
from participants.text import canonical_email
from participants.traces import SURE, Marks, Names

DELETED, UNNAMED, HANDED_OVER = "deleted", "unnamed", "handed over"
FATES = {
    DELETED: "deleted",
    UNNAMED: "stay, and no longer say whose",
    HANDED_OVER: "stay, under “A former member of staff”",
}


class NobodyFound(Exception):
    """Why nobody, or nobody in particular, is meant, in words for whoever asked."""


@dataclass(frozen=True)
class Subject:
    """Whom it is about: the keys of a person, those merged into them and their account, and the words for them."""

    person: Person | None = None
    user: User | None = None
    emails: frozenset[str] = frozenset()  # beside those that stand in their rows

    @classmethod
    def of(cls, row: Any) -> "Subject":
        """Return whom a person or an account is about."""
        if isinstance(row, Person):
            return cls(person=row, user=row.user)
        return cls(person=Person.objects.filter(user=row).first(), user=row)

    def __str__(self):
        return str(self.person or self.user or "Nobody")

    @cached_property
    def people(self) -> set[int]:
        """The key of the person, and of those who were merged into them, one by one or in a chain."""
        found = {self.person.pk} if self.person else set()
        more = set(found)
        while more:
            lost = Merge.objects.filter(of=MergedOf.PERSON, kept__in=more, undone_at=None)
            more = set(lost.values_list("lost", flat=True)) - found
            found |= more
        return found

    @cached_property
    def users(self) -> set[int]:
        return {self.user.pk} if self.user else set()

    @cached_property
    def addresses(self) -> set[str]:
        """Every e-mail address of theirs, today's and earlier ones, in small letters."""
        found = {*self.emails, *self._formerly("email")}
        found |= {self.person.email} if self.person else set()
        if self.user:
            found |= {self.user.email, *EmailAddress.objects.filter(user=self.user).values_list("email", flat=True)}
        return {canonical_email(one) for one in found if one}

    @cached_property
    def names(self) -> set[str]:
        """Every name of theirs, today's and earlier ones."""
        found = {*self._formerly("name"), *self._formerly("sort_name")}
        found |= {self.person.name, self.person.sort_name} if self.person else set()
        found |= {self.user.name} if self.user else set()
        merges = Merge.objects.filter(of=MergedOf.PERSON, kept__in=self.people, undone_at=None)
        found |= {name for pair in merges.values_list("kept_name", "lost_name") for name in pair}
        return {name.strip() for name in found if name.strip()}

    def _formerly(self, name: str) -> Iterator[str]:
        yield from (value for values in self._changes for value in values.get(name, ()) if value)

    @cached_property
    def _changes(self) -> list[dict]:
        changes = Change.objects.filter(record=label_of(Person), key__in=self.people)
        return list(changes.values_list("values", flat=True))

    @cached_property
    def sure(self) -> Marks:
        """Words that mean nobody else: addresses, and names that no other person or account here has."""
        people = Person.objects.filter(name_key__in=map(person_key, self.names)).exclude(pk__in=self.people)
        same = reduce(or_, (Q(name__iexact=name) for name in self.names), Q(pk__in=[]))
        accounts = User.objects.filter(same).exclude(pk__in=self.users)
        others = {*people.values_list("name_key", flat=True)}
        others |= {person_key(name) for name in accounts.values_list("name", flat=True)}
        alone = (name for name in self.names if _tells(name) and person_key(name) not in others)
        return Marks([*self.addresses, *alone])

    @cached_property
    def marks(self) -> Marks:
        """All words for them, those that may mean somebody else included, in every form that is known."""
        return Marks([*self.addresses, *self.names], [names(self) for names in NAMES])


def _tells(name: str) -> bool:
    """Whether a name is more than a word that many may have."""
    return len(name.split()) > 1 or len(name) >= SURE


class Rows(NamedTuple):
    """Rows that point at somebody by one foreign key, directly or through others, and what becomes of them."""

    model: Any
    name: str
    queryset: Any
    fate: str


# What becomes of rows where the foreign key alone does not say it: (label, name) → fate.
OTHERWISE: dict[tuple[str, str], str] = {("admin.LogEntry", "user"): HANDED_OVER}
NAMES: list[Callable[[Subject], Names]] = []  # what finds the names of somebody in other forms
LINES: list[Callable[[set[int]], ChangeQuerySet]] = []  # the history lines about people with these keys


def pointing(model: Any) -> Iterator[tuple[Any, str]]:
    """Yield every (model, foreign key) that points at rows of `model`, those without a name for it included."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and (relation.one_to_many or relation.one_to_one):
            source = relation.related_model
            if source._meta.managed and not source._meta.proxy:
                yield source, relation.field.name


def rows_of(subject: Subject) -> list[Rows]:
    """Return every row that points at the person or their account; those of what goes with them come after it."""
    found: list[Rows] = []
    own: list[tuple[Any, Any]] = [(Person, subject.people), (User, subject.users)]
    waiting = [(model, keys, [model]) for model, keys in own if keys]
    while waiting:
        model, keys, way = waiting.pop(0)
        for source, name in pointing(model):
            if source is Person:
                continue
            queryset = source._base_manager.filter(**{f"{name}__in": keys})
            on_delete = source._meta.get_field(name).remote_field.on_delete
            fate = OTHERWISE.get((source._meta.label, name), UNNAMED if on_delete is models.SET_NULL else DELETED)
            found.append(Rows(source, name, queryset, fate))
            if fate == DELETED and any(pointing(source)):
                if source in way:
                    raise NotImplementedError(f"{source._meta.label} goes with itself, without an end.")
                waiting.append((source, queryset.order_by().values("pk"), [*way, source]))
    return found


def lines_about(subject: Subject) -> list[ChangeQuerySet]:
    """Return the history lines that hold words about the person, an app each."""
    return [lines(subject.people) for lines in LINES] if subject.people else []


def find(words: str) -> Subject:
    """Return whom a key of a person or an e-mail address means; an address of nobody is one that is gone already.

    Raises NobodyFound where several people have the address.
    """
    if words.isascii() and words.isdigit():
        person = Person.objects.filter(pk=words).select_related("user").first()
        if person is None:
            raise NobodyFound(f"No person has the number {words}.")
        return Subject.of(person)
    email = canonical_email(words)
    if "@" not in email:
        raise NobodyFound("Say the number of a person (it stands in the address of their page) or an e-mail address.")
    user = User.objects.filter(email=email).first()
    people = list(Person.objects.filter(Q(email__iexact=email) | Q(user=user, user__isnull=False)).order_by("pk")[:10])
    if len(people) > 1:
        numbers = ", ".join(str(person.pk) for person in people)
        raise NobodyFound(f"Several people have this address: say which by number ({numbers}), or merge them first.")
    if people:
        person = people[0]
        if user is not None and person.user_id not in (None, user.pk):
            raise NobodyFound("The address is that of one person and of another one’s account: say which by number.")
        return Subject(person=person, user=person.user or user, emails=frozenset([email]))
    return Subject(user=user, emails=frozenset([email]))
