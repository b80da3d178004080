"""Whose eyes the history of records is for."""

from typing import Any

from django.db.models import Q, QuerySet

from events.models import Event, Participation
from participants.history import Line, in_words, kept_models
from participants.models import Change, Person
from participants.models.change import label_of


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


def lines_about(person: Person) -> QuerySet:
    """Return the lines that hold words about `person`: their record, their participations and the roles under those.

    What `erase_person` empties (`.empty()`). Other lines name people by their key alone, which then leads nowhere; what
    a person did themselves has lost its name once their account is gone.
    """
    participation = label_of(Participation)
    theirs = Participation.objects.filter(person=person.pk).order_by().values("pk")
    gone = Change.objects.filter(record=participation, values__person__1=person.pk).order_by().values("key")
    about = Q(record=label_of(Person), key=person.pk) | Q(record=participation, key__in=theirs)
    about |= Q(record=participation, key__in=gone) | Q(record=participation, values__person__0=person.pk)
    about |= Q(under=participation, under_key__in=theirs) | Q(under=participation, under_key__in=gone)
    return Change.objects.filter(about)


def last_changes(user, number: int = 10, event: Any = None) -> list[Line]:
    """Return the newest changes in words: of `event`, or of all that `user` may read."""
    changes = lines_of(event, user) if event else lines_visible_to(user)
    return in_words(changes.select_related("by")[:number])
