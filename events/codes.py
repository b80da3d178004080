"""Public ids that tell nothing: random, not counted, not made from a name."""

import secrets
import unicodedata

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
EASY = "abcdefghjkmnpqrtuvwxy234567"  # without what is taken for 0, 1, 2 and 5 when it is read off a wall
MISREAD = str.maketrans({"s": "5", "z": "2", "8": "b", "9": "g"}) | dict.fromkeys(map(ord, " -_."))


def random_code(length: int = 8) -> str:
    """Return `length` characters of lower-case base32 (5 bits each: 8 of them make 40 bits)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def easy_code(length: int = 8) -> str:
    """Return a code to be read off a wall and typed on a phone (8 characters make 38 bits)."""
    return "".join(secrets.choice(EASY) for _ in range(length))


def read_code(typed: str) -> str:
    """Return the easy code that somebody meant by `typed`: any case, width or grouping, the usual misreadings."""
    return unicodedata.normalize("NFKC", typed).casefold().translate(MISREAD)
