"""Addresses of the rows of lists: put together once for each kind of page, not looked up for each row."""

from functools import cache
from urllib.parse import quote

from django.urls import reverse

_ANY = "a" * 8  # a code and a slug
SAFE = "!$&'()*+,;=/~:@"  # signs that Django leaves as they are in a path


@cache
def _around(name: str, *more: str) -> tuple[str, str]:
    before, after = reverse(name, args=[_ANY, *more]).rsplit(_ANY, 1)
    return before, after


def address(name: str, key: str, *more: str) -> str:
    """Return what `reverse(name, args=[key, *more])` does, for pages with a code or a slug in their address."""
    before, after = _around(name, *more)
    return f"{before}{quote(key, safe=SAFE)}{after}"
