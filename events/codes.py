"""Public ids that tell nothing: random, not counted, not made from a name."""

import secrets

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def random_code(length: int = 8) -> str:
    """Return `length` characters of lower-case base32 (5 bits each: 8 of them make 40 bits)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
