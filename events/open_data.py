"""Public lists as files: what stands in them, and how they are read, some hundred rows at a time.

Nothing of a list is held for as long as it is sent: each part is asked of the database when the one before is on its
way, always of `public()`. So a file of any length costs the same memory, no transaction stays open for a slow reader,
and what is withdrawn while a file is sent is not in the rest of it.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import batched
from operator import attrgetter
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet

from events.addresses import address
from events.api.resources import Row
from events.api.rows import EVENT_COLUMNS, event_in_list
from events.exports import EventExport
from events.filters import EventFilter, PublicFilter
from events.models import Event
from participants.exporting import Column

PART = 500  # rows read in one go: about half a megabyte of words


class OpenList:
    """A public list: its columns, and its rows under the filters of its page."""

    name: ClassVar[str]  # of the file
    title: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    filterset_class: ClassVar[type[PublicFilter] | None] = None

    @classmethod
    def parts(cls, filterset: Any) -> Iterator[Sequence[Any]]:
        """Yield the rows in their order, a part at a time."""
        raise NotImplementedError

    @classmethod
    def objects(cls, filterset: Any) -> Iterator[Sequence[Row]]:
        """Yield the same rows as the API has them in its lists."""
        raise NotImplementedError


def in_parts(rows: QuerySet, after: Callable[[QuerySet, Any], QuerySet]) -> Iterator[Sequence[Any]]:
    """Yield ordered `rows`, a part at a time; `after` narrows them to those that follow the one it is given."""
    part: Sequence[Any] = list(rows[:PART])
    while part:
        yield part
        if len(part) < PART:
            return
        part = list(after(rows, part[-1])[:PART])


def by_keys(keys: QuerySet, fetch: Callable[[Sequence[int]], Iterable[tuple[int, Any]]]) -> Iterator[Sequence[Any]]:
    """Yield what `fetch` finds for `keys`, in their order; they are read once, eight bytes for each.

    For orders that no condition can take up again after a row.
    """
    for some in batched(array("q", keys.iterator(10_000)), PART):
        found = dict(fetch(some))
        yield [found[key] for key in some if key in found]


def full(path: str) -> str:
    """Return an address of this site that can be followed from a file."""
    return settings.SITE_URL + path


LINK = Column("Link", attrgetter("link"), says="The address of its page.", width=44)
_INTERNAL = {"Outcomes due", "Status"}


class OpenEvents(OpenList):
    """Dialogues, the latest first."""

    name, title = "dialogues", "Dialogues"
    filterset_class = EventFilter
    columns = (
        *(column for column in EventExport.columns if column.label not in _INTERNAL),
        Column("Link", lambda row: full(address("events:event-detail", row.slug)), says="Of its page.", width=44),
    )

    @classmethod
    def parts(cls, filterset):
        def fetch(keys: Sequence[int]) -> Iterable[tuple[int, Event]]:
            return ((row.pk, row) for row in EventExport.read(Event.objects.public().filter(pk__in=keys), None))

        return by_keys(filterset.qs.newest().values_list("pk", flat=True), fetch)

    @classmethod
    def objects(cls, filterset):
        def fetch(keys: Sequence[int]) -> Iterable[tuple[int, Row]]:
            found = Event.objects.public().filter(pk__in=keys).values("pk", *EVENT_COLUMNS)
            return ((row["pk"], event_in_list(row)) for row in found)

        return by_keys(filterset.qs.newest().values_list("pk", flat=True), fetch)
