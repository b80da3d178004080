"""Fields that say what they mean: the schema and the data dictionary are made of these, and nothing else."""

from enum import StrEnum
from typing import Any

from rest_framework import serializers


class Origin(StrEnum):
    """Where what a field says comes from."""

    WORDING = "The rapporteur's or the room's words, reviewed by the secretariat before they were published."
    SECRETARIAT = "Entered by the secretariat of the dialogue."
    OWNER = "What those who answer for the action reported, entered by the secretariat."
    PORTAL = "Set by the portal."
    DERIVED = "Worked out by the portal from what is public when you ask."
    ATTRIBUTION = "Entered by the secretariat, shown as far as the rule of attribution allows."


class _Said:
    """A field with what it means, in plain words, and where that comes from."""

    def __init__(self, meaning: str, origin: Origin = Origin.SECRETARIAT, **kwargs: Any):
        super().__init__(help_text=meaning, read_only=True, style={"origin": origin}, **kwargs)  # type: ignore[call-arg]


class Text(_Said, serializers.CharField):
    """Words, or "" where there are none."""


class Number(_Said, serializers.IntegerField):
    """A whole number."""


class Yes(_Said, serializers.BooleanField):
    """True or false."""


class Day(_Said, serializers.DateField):
    """A date without a time, at the place of the dialogue."""


class Moment(_Said, serializers.DateTimeField):
    """A moment, with its offset from UTC."""


class Address(_Said, serializers.URLField):
    """A whole web address."""


class Choice(_Said, serializers.ChoiceField):
    """One of a few values; its first argument are these."""

    def __init__(self, choices: Any, meaning: str, origin: Origin = Origin.SECRETARIAT, **kwargs: Any):
        super().__init__(meaning, origin, choices=choices, **kwargs)


class Several(_Said, serializers.ListField):
    """Several of the same; `child` says of what."""


def part(
    serializer: Any,
    meaning: str,
    origin: Origin = Origin.SECRETARIAT,
    *,
    many: bool = False,
    allow_null: bool = False,
) -> Any:
    """Return a field that is described by a serializer of its own, or with `many` a list of such."""
    nullable = {} if many else {"allow_null": allow_null}
    return serializer(many=many, help_text=meaning, read_only=True, style={"origin": origin}, **nullable)
