"""What a person typed, made safe to store: one normal form, no characters that no reader can see."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Q

# C0 and C1 controls but tab and line feed; lone surrogates cannot be encoded; bidirectional overrides can hide text.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")
SPACES = re.compile(r"[^\S\n]+")


def validate_plain(value: str) -> None:
    """Refuse control characters, lone surrogates and direction overrides, naming the first and its place."""
    if found := FORBIDDEN.search(value):
        line = value.count("\n", 0, found.start()) + 1
        raise ValidationError(
            "Line %(line)d holds a character that cannot be shown (%(name)s). Delete it or type the words again.",
            code="forbidden_character",
            params={"line": line, "name": f"U+{ord(found[0]):04X}"},
        )


validate_web_address = URLValidator(
    schemes=["http", "https"], message="Give a web address that begins with https:// or http://."
)


def on_the_web(field: str) -> Q:
    """Return the condition of a constraint: `field` holds a web address or nothing, so that no link runs a script."""
    return Q((field, "")) | Q((f"{field}__istartswith", "https://")) | Q((f"{field}__istartswith", "http://"))


def normalise(value: str) -> str:
    """Return `value` in NFC with line feeds only, runs of spaces as one, and nothing at the ends of lines."""
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(SPACES.sub(" ", line).strip() for line in value.split("\n")).strip()


def canonical_email(value: str) -> str:
    """Return the one form under which an address is stored and looked up: NFKC, case-folded, no white space."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def masked_email(value: str) -> str:
    """Return enough of an address for its owner to know it by: "l…@example.org"."""
    local, _, domain = value.rpartition("@")
    return f"{local[:1]}…@{domain}"
