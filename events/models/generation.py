import threading
import time

from django.db import connection, models, transaction
from django.db.models import F, Q

TRUSTED = 0.5  # seconds for which a process goes on with the number it read

_lock = threading.Lock()
_known: tuple[float, int] = (float("-inf"), 0)  # when it was read, on the monotonic clock, and what it was


class PublicGeneration(models.Model):
    """One number that grows with whatever the public may read: pages are kept under it, so none outlives a change."""

    number = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="public_generation_is_one_row")]

    def __str__(self):
        return str(self.number)


def bump_generation() -> None:
    """Raise the number, in the transaction that changes what is public."""
    rows = PublicGeneration.objects.filter(pk=1)
    if not rows.update(number=F("number") + 1):
        PublicGeneration.objects.get_or_create(pk=1, defaults={"number": 2})
    forget_generation()
    transaction.on_commit(forget_generation)  # somebody may have asked, and got the old one, before this was committed


def within_transaction() -> bool:
    """Whether what is read now may be a change that is not made yet, and perhaps never will be."""
    return connection.in_atomic_block


def current_generation() -> int:
    """Return the number; a change made by another process is seen after half a second at most.

    To be asked outside of transactions: what one of them raised is no number for others before it is committed.
    """
    global _known
    read_at, number = _known
    if time.monotonic() - read_at >= TRUSTED:
        with _lock:
            asked_at = time.monotonic()
            number = PublicGeneration.objects.filter(pk=1).values_list("number", flat=True).first() or 1
            _known = (asked_at, number)
    return number


def forget_generation() -> None:
    """Ask the database next time."""
    global _known
    _known = (float("-inf"), 0)
