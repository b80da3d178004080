"""How often what calendars say of an event has changed."""

import datetime as dt
import hashlib
import json

from django.db import models
from django.utils import timezone

from events.models.event import Event
from events.models.generation import bump_generation
from events.models.session import Session

OF_EVENT = ("title", "starts_on", "ends_on", "time_zone", "mode", "venue", "city", "country", "summary")
OF_SESSION = ("code", "kind", "number", "title", "starts_at", "ends_at", "programme_day", "room")


class EventRevisionManager(models.Manager["EventRevision"]):
    def follow(self, event: Event) -> None:
        """Count once more if what the public may know of `event` is not what it was when this was last asked.

        Called in the transaction of whatever changes it. What is hidden is not looked at, so it changes nothing.
        """
        facts = self.facts(event.pk)
        if facts is None:
            return
        now, mark = timezone.now(), _mark(facts)
        revision, is_new = self.select_for_update().get_or_create(
            event_id=event.pk, defaults={"mark": mark, "number": 1, "revised_at": now}
        )
        if not is_new and revision.mark != mark:
            self.filter(pk=revision.pk).update(mark=mark, number=revision.number + 1, revised_at=now)
        if is_new or revision.mark != mark:
            bump_generation()

    def restore(self, event: Event, number: int, revised_at: dt.datetime) -> None:
        """Go on counting where another portal was when it had the same facts of `event`."""
        told = {"number": number, "revised_at": revised_at, "mark": _mark(self.facts(event.pk) or "")}
        self.update_or_create(event_id=event.pk, defaults=told)

    @staticmethod
    def facts(event: int) -> str | None:
        """Return what the public may know of the event with that key, in one text; None if it never was public."""
        found = Event.objects.public().filter(pk=event).values(*OF_EVENT).first()
        if found is None:
            return "withdrawn" if Event.objects.tombstones().filter(pk=event).exists() else None
        sessions = Session.objects.public().filter(event=event).order_by("code").values(*OF_SESSION)
        return json.dumps([found, *sessions], default=_plain, sort_keys=True)


def _mark(facts: str) -> str:
    return hashlib.sha256(facts.encode()).hexdigest()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


class EventRevision(models.Model):
    """A number that grows with each change of what calendars say of a public event, and when that was.

    Calendars know by it which of two versions is the later one. It grows with published facts alone: a change to a
    draft or to a closed session leaves it as it is.
    """

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="revision")
    mark = models.CharField(max_length=64, editable=False, help_text="A hash of what the public may know.")
    number = models.PositiveIntegerField(default=1, editable=False)
    revised_at = models.DateTimeField(editable=False)

    objects = EventRevisionManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(number__gte=1), name="event_revision_counts_from_one")]

    def __str__(self):
        return f"{self.event_id}, {self.number}"
