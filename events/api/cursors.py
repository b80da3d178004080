"""Where a page of a list ended, as a word for programs: the next page begins behind that row, whatever came before it.

A cursor holds public facts of the last row (when it was published and its code), no key of the database. It is signed:
one that was made up could ask whether something hidden is there.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet

from events.api.problems import Refused, Wrong

LONGEST = 1000  # characters

Place = Sequence[str]  # what is known of the last row of a page, as texts


def _signer(of: str) -> Signer:
    return Signer(sep=".", salt=f"events.api.cursor.{of}")


def cursor(of: str, place: Place) -> str:
    """Return the word for `place` in the list and order that `of` names."""
    return _signer(of).sign_object(list(place))


def place_of(of: str, word: str) -> Place:
    """Return what `cursor` made a word of; raises Refused for a word of another list or order, or of nobody's."""
    try:
        if len(word) > LONGEST:
            raise BadSignature
        return _signer(of).unsign_object(word)
    except (BadSignature, ValueError) as error:
        wrong = Wrong("cursor", "This cursor is not one of this list and order: begin again without it.")
        raise Refused.because([wrong]) from error


def moment(text: str) -> dt.datetime:
    """Return the moment in a place."""
    return dt.datetime.fromisoformat(text)


def day(text: str) -> dt.date | None:
    """Return the day in a place; None where the row had none."""
    return dt.date.fromisoformat(text) if text else None


def read_in_turn(number: int, *lists: QuerySet[Any, Any]) -> list[Any]:
    """Return the first `number` rows of `lists`, the second read only where the first ends before.

    Rows without a date come last, and databases find both parts by an index where they would sort them together.
    """
    found: list[Any] = []
    for rows in lists:
        if len(found) < number:
            found += rows[: number - len(found)]
    return found
