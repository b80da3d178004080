"""Whose eyes the history of records is for."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from events.models import Event, Participation, Quote
from participants.history import Line, in_words, kept_models
from participants.models import Change, Person
from participants.models.change import ChangeQuerySet, label_of


def lines_visible_to(user) -> QuerySet:
    """Return the changes that `user` may read: of kinds they may see, in events they may change or in none."""
    if not user.is_active or not user.is_staff:
        return Change.objects.none()
    forbidden = [
        label_of(model)
        for model in kept_models()
        if not user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
    ]
    mine = Change.objects.exclude(record__in=forbidden)  # not those allowed: SQLite would sort them all by that index
    if user.is_superuser:
        return mine.newest()
    events = Event.objects.editable_by(user).order_by().values("pk")
    mine = mine.filter(Q(event_key=None) | Q(event_key__in=events))
    if not user.works_on_everything:  # a line about a person holds their address
        reachable = Person.objects.reachable_by(user).order_by().values("pk")
        mine = mine.filter(~Q(record=label_of(Person)) | Q(key__in=reachable))
    return mine.newest()


def lines_of(event: Event, user) -> QuerySet:
    """Return the changes of `event` and of everything below it that `user` may read, the newest first."""
    return lines_visible_to(user).filter(event_key=event.pk)


def lines_about(*people: Person | int) -> ChangeQuerySet:
    """Return the lines that hold words about `people`: their records, participations, roles under those, and quotes.

    What `erase_person` empties (`.empty()`). Other lines name people by their key alone, which then leads nowhere; what
    a person did themselves has lost its name once their account is gone.
    """
    keys = [person if isinstance(person, int) else person.pk for person in people]
    theirs = Participation.objects.filter(person__in=keys).order_by().values("pk")
    participation = _lines_of_those(Participation, "person", keys)
    at = {"under_key__in": theirs}, {"under_key__in": participation.values("key")}
    about = Q(record=label_of(Person), key__in=keys)
    about |= Q(record=label_of(Participation), key__in=theirs)
    about |= Q(record=label_of(Participation), key__in=participation.values("key"))
    for one in at:
        about |= Q(under=label_of(Participation), **one)
    once = [*theirs.values_list("pk", flat=True), *participation.values_list("key", flat=True)]
    quotes = Quote.objects.filter(speaker__person__in=keys).order_by().values("pk")
    about |= Q(record=label_of(Quote), key__in=quotes)
    about |= Q(record=label_of(Quote), key__in=_lines_of_those(Quote, "speaker", once).values("key"))
    return Change.objects.filter(about)


def _lines_of_those(model: Any, name: str, keys: list[int]) -> ChangeQuerySet:
    """Return the lines of rows of `model` that say that its foreign key `name` was one of `keys`."""
    found = [Q(**{f"values__{name}__{side}": key}) for key in keys for side in (0, 1)]
    return Change.objects.filter(reduce(or_, found, Q(pk=None)), record=label_of(model)).order_by()


def last_changes(user, number: int = 10, event: Any = None) -> list[Line]:
    """Return the newest changes in words: of `event`, or of all that `user` may read."""
    changes = lines_of(event, user) if event else lines_visible_to(user)
    return in_words(changes.select_related("by")[:number])
