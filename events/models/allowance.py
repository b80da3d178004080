"""Words that tell who spoke or took part do not become public before somebody says why they may."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.utils import timezone

from events.models.status import NotAllowed
from events.naming import Mention, NameCheck, Roll
from participants import history
from participants.models.change import label_of
from participants.text import validate_plain

REASON_LIMIT = 500  # characters of a reason


class Unanswered(NotAllowed):
    """Words tell who spoke or took part, and nobody has said why they may stand; `marks` are those.

    Its message names none of them: it is kept in lists and sent by mail.
    """

    def __init__(self, marks: Iterable[Mention]):
        self.marks = list(marks)
        places = "1 place" if len(self.marks) == 1 else f"{len(self.marks)} places"
        super().__init__(
            f"{places} in it may tell who spoke or took part: reword it, or give the reason why it may stand."
        )


class AllowanceQuerySet(models.QuerySet["Allowance"]):
    def of(self, record):
        """Those of a record, the last first."""
        return self.filter(record=label_of(type(record)), key=record.pk).order_by("-pk")


class Allowance(models.Model):
    """Why a wording may be public although words of it tell who spoke or took part.

    It holds for that wording of that record, under that rule, and for the words that were marked then: another wording,
    another rule or another mark asks again. Words are kept as digests, so that no name stands here once it is erased.
    """

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="allowances", editable=False)
    record = models.CharField(max_length=60, editable=False, help_text="The model, such as “outcomes.outcome”.")
    key = models.BigIntegerField(editable=False)
    wording = models.CharField(max_length=64, editable=False)
    marks = models.JSONField(default=list, editable=False)
    reason = models.TextField(editable=False, validators=[validate_plain, MaxLengthValidator(REASON_LIMIT)])
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AllowanceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index("record", "key", name="allowance_of_record")]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="allowance_has_a_reason")]

    def __str__(self):
        return f"{self.record} {self.key}"

    def covers(self, wording: str, marks: Iterable[str]) -> bool:
        """Whether it was given for this wording and for each of these marks."""
        return self.wording == wording and set(marks) <= set(self.marks)


class Guarded:
    """A record of an event whose words pass the guard before they are public.

    A mixin of models. GUARDED are its texts that become public; `recorded_under` and `session` count where it has them.
    """

    GUARDED: ClassVar[tuple[str, ...]]
    pk: Any
    event: Any

    def words_guarded(self, **instead: str) -> list[str]:
        """Return its texts as they are, or with those of `instead`."""
        return [str(instead.get(name, getattr(self, name)) or "") for name in self.GUARDED]

    def guard(self, roll: Roll | None = None) -> NameCheck:
        """Return who may not be told in its words, under the rule now and the strictest they have lived under."""
        roll = roll or Roll(self.event)
        return roll.check(self, self.guarded_session_id(), getattr(self, "recorded_under", ""))

    def guarded_session(self) -> Any:
        """Return the session whose rule its words are under, None for that of the event."""
        return getattr(self, "session", None)

    def guarded_session_id(self) -> int | None:
        """Return its key, without reading it."""
        return getattr(self, "session_id", None)

    def marks(self, *, roll: Roll | None = None, **instead: str) -> list[Mention]:
        """Return every word of its texts that tells who spoke or took part, or may."""
        check = self.guard(roll)
        return [one for text in self.words_guarded(**instead) if text for one in check.find(text)]

    def unanswered(self, *, roll: Roll | None = None, **instead: str) -> list[Mention]:
        """Return the marks that are certain, when no reason was given for this wording and for all of them."""
        certain = [one for one in self.marks(roll=roll, **instead) if one.certain]
        if not certain:
            return []
        wording, digests = self._digests(certain, roll, instead)
        given = roll.allowances(self) if roll else Allowance.objects.of(self)
        return [] if any(one.covers(wording, digests) for one in given) else certain

    def refuse_unanswered(self, *, roll: Roll | None = None, **instead: str) -> None:
        """Raise Unanswered unless all that its words tell was answered."""
        if marks := self.unanswered(roll=roll, **instead):
            raise Unanswered(marks)

    @transaction.atomic
    def let_stand(self, reason: str, *, by, **instead: str) -> None:
        """Record why its words (or those of `instead`) may be public as they are.

        Raises ValidationError without a reason, NotAllowed unless `by` may publish it.
        """
        reason = reason.strip()
        if not reason:
            raise ValidationError({"reason": "Say why it may stand: the history keeps it."})
        Allowance._meta.get_field("reason").run_validators(reason)
        if against := self.against_letting_stand(by):
            raise NotAllowed(against)
        certain = [one for one in self.marks(**instead) if one.certain]
        if not certain:
            return
        wording, digests = self._digests(certain, None, instead)
        Allowance.objects.create(
            event=self.event,
            record=label_of(type(self)),
            key=self.pk,
            wording=wording,
            marks=digests,
            reason=reason,
            by=by,
        )
        history.note(self, {"stands_as_worded_because": (None, reason)}, by=by)

    def would_be_read(self) -> bool:
        """Whether everybody reads its words once it is saved as it is in this instance."""
        raise NotImplementedError

    def guarded_records(self) -> "list[Guarded]":
        """Return all whose words become public with it, itself first."""
        return [self]

    def against_letting_stand(self, user) -> str:
        """Say why `user` may not decide that its words may stand, or nothing."""
        return "" if self.event.is_run_by(user) else "Only editors of the event decide that."

    def _digests(self, marks: Iterable[Mention], roll, instead) -> tuple[str, list[str]]:
        """Return what names this wording under its rule, and each mark in it."""
        wording = "\x00".join([str(self.guard(roll).rule), *self.words_guarded(**instead)])
        keys = sorted({_digest(f"{one.kind} {one.words}") for one in marks})
        return _digest(wording), keys


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
