"""The one door for status: a table of legal moves, compare-and-swap, and a history line each time."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.utils import timezone

from events.models.generation import bump_generation
from participants import audit, history
from participants.models.change import AppendOnlyQuerySet
from participants.text import validate_plain

NOTE_LIMIT = 300  # characters of a public note


class InvalidTransition(Exception):
    """The move is not in the table, or somebody else moved first."""


class NotAllowed(PermissionDenied):
    """This person may not make this move; the message says why in plain words."""


class StatusLine(models.Model):
    """One line of a history: from which status to which, by whom, when, and the note given."""

    from_status = models.CharField(max_length=30, editable=False)
    to_status = models.CharField(max_length=30, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    note = models.TextField(blank=True, editable=False, validators=[validate_plain])

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.from_status} → {self.to_status}"

    def save(self, **kwargs):
        if not self._state.adding:
            raise TypeError("History is append-only.")
        super().save(**kwargs)

    def delete(self, **kwargs):
        raise TypeError("History is append-only.")


class StatusModel(models.Model):
    """A model whose `status` changes only by verbs, each through `_move`.

    TRANSITIONS maps each status to what it may become and who may make it so, a method name on the model that
    takes the user and returns a reason against it, or "" when nothing speaks against it.
    """

    TRANSITIONS: ClassVar[Mapping[Any, Mapping[Any, str]]]
    EVER_PUBLIC: ClassVar[Collection[str]] = ("published", "withdrawn")  # moves into or out of these show outside
    status: Any  # the field, and the history's reverse name, that each model has
    changes: Any

    class Meta:
        abstract = True

    @transaction.atomic
    def _move(self, to, *, by, note="", **fields):
        """Compare-and-swap the status, set `fields` with it, and write the history line.

        Raises InvalidTransition when the table has no such move or somebody was faster, NotAllowed when `by` may not,
        ValidationError when the note holds what cannot be shown.
        """
        validate_plain(note)
        was = self.status
        if to not in self.TRANSITIONS[was]:
            raise InvalidTransition(f"{was} → {to}")
        if reason := getattr(self, self.TRANSITIONS[was][to])(by):
            raise NotAllowed(reason)
        fields["status"] = to
        if not type(self)._base_manager.filter(pk=self.pk, status=was, **self._as_read()).update(**fields):
            raise InvalidTransition(f"no longer {was}, or changed since it was read")  # someone else was faster
        for name, value in fields.items():
            setattr(self, name, value)
        change = self.changes.create(from_status=was, to_status=to, by=by, note=note)
        history.note(self, {"status": (was, to)}, by=by)
        if not {was, to}.isdisjoint(self.EVER_PUBLIC):
            bump_generation()
        if to == "published":
            audit.record(audit.Act.PUBLISHED, by=by, what=self._meta.label_lower, key=self.pk)
        elif was == "published":
            audit.record(audit.Act.WITHDRAWN, by=by, what=self._meta.label_lower, key=self.pk, to=str(to))
        self.moved(change)
        return change

    def _as_read(self) -> dict:
        """What else must still be in the database as it is in this instance for a move to count."""
        return {}

    def moved(self, change) -> None:
        """What else must happen in the same transaction: denormalised columns, mail into the outbox."""

    @property
    def is_unseen(self) -> bool:
        """Whether it has no page, not even a tombstone: nothing that becomes of its fields shows outside."""
        return self.status not in self.EVER_PUBLIC

    def may_become(self, to, by) -> bool:
        """Whether `by` could make this move now: what decides if a button is there."""
        reason = self.TRANSITIONS[self.status].get(to)
        return reason is not None and not getattr(self, reason)(by)


class Withdrawable(StatusModel):
    """A StatusModel whose tombstone may hold one sentence for the public, beside the day on which it was withdrawn.

    The note of a move is for staff and is never shown; this one is typed by itself, once it is withdrawn, and goes when
    it becomes public again.
    """

    AGAINST_SAYING_WHY: ClassVar[str]  # the method that says who may not

    public_note = models.TextField(
        blank=True, db_default="", editable=False, validators=[validate_plain, MaxLengthValidator(NOTE_LIMIT)]
    )

    class Meta:
        abstract = True

    def refuse_telling(self, public_note: str) -> None:
        """Raise Unanswered where the note tells who spoke: no reason lets that stand, a note needs to name nobody."""
        raise NotImplementedError

    def may_say_why(self, user) -> bool:
        """Whether it is withdrawn, and `user` is one of those who could withdraw it."""
        return self.status == "withdrawn" and not getattr(self, self.AGAINST_SAYING_WHY)(user)

    @transaction.atomic
    def say_why(self, public_note: str, *, by) -> None:
        """Set what its tombstone says beside the day, "" for nothing; the history keeps it too.

        Raises NotAllowed (Unanswered when it tells who spoke), ValidationError, or InvalidTransition when it is not
        withdrawn any more.
        """
        public_note = public_note.strip()
        self._meta.get_field("public_note").run_validators(public_note)
        if reason := getattr(self, self.AGAINST_SAYING_WHY)(by):
            raise NotAllowed(reason)
        self.refuse_telling(public_note)
        if not type(self)._base_manager.filter(pk=self.pk, status="withdrawn").update(public_note=public_note):
            raise InvalidTransition("It is not withdrawn any more.")
        self.public_note = public_note
        words = f"Public note: “{public_note}”" if public_note else "No public note any more."
        self.changes.create(from_status=self.status, to_status=self.status, by=by, note=words)
        bump_generation()
