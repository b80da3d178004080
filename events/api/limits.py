"""How often an address may ask the API: counted for all processes together, and not anew after a restart.

A process takes requests out of the common number a block at a time and hands them out by itself, so that an answer that
is kept asks for a number once in ten times only. What it took and did not hand out is lost when the minute ends: an
address may get a little less than its number, never more. The number is in Redis where there is one, else in the
database; with it stands a keyed hash of the address and the minute, which is another one each minute.
"""

import ipaddress
import math
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from events import shelf
from events.api.problems import Refused
from participants.models import AttemptCount

WINDOW = 60  # seconds
BLOCKS = 30  # in which a process takes the number of an address
COUNTS = True  # tests turn this off
WHAT = "api"


@dataclass
class _Taken:
    """What this process has of an address's number."""

    left: int = 0  # not handed out yet
    elsewhere: int = 0  # not taken by anybody yet, as far as this process knows


_lock = threading.Lock()
_minute = 0
_taken: dict[str, _Taken] = {}


def take(request: HttpRequest) -> dict[str, str]:
    """Count one request and return the headers that say how many are left; raises Refused when there are none.

    Headers as in draft-ietf-httpapi-ratelimit-headers.
    """
    global _minute
    limit, now = settings.API_REQUESTS_PER_MINUTE, time.time()
    if not COUNTS or not limit:
        return {}
    minute, until = int(now // WINDOW), math.ceil(WINDOW - now % WINDOW)
    key = salted_hmac("events.api.limits", f"{minute} {network(visitor(request))}", algorithm="sha256").hexdigest()
    with _lock:
        if minute != _minute:
            _minute = minute
            _taken.clear()
        taken = _taken.get(key)
        if taken is not None and taken.left:
            taken.left -= 1
            return _headers(limit, taken, until)
    if taken is None or taken.elsewhere:
        taken = _take_block(key, minute, limit)
        with _lock:
            _taken[key] = taken
    if not taken.left:
        raise Refused(429, headers={"Retry-After": str(until), **_headers(limit, taken, until)})
    taken.left -= 1
    return _headers(limit, taken, until)


def _take_block(key: str, minute: int, limit: int) -> _Taken:
    block = max(limit // BLOCKS, 1)
    before = _count(key, minute, block) - block
    left = max(min(block, limit - before), 0)
    return _Taken(left, max(limit - before - left, 0))


def _count(key: str, minute: int, number: int) -> int:
    """Add to the common number of this minute and return what it is now."""
    away: tuple[type[Exception], ...] = (ValueError, *shelf.out_of_reach())
    if settings.CACHES["default"]["BACKEND"].endswith("RedisCache"):
        try:
            cache, name = caches["default"], f"{WHAT}:{key}"
            cache.add(name, 0, timeout=2 * WINDOW)
            return cache.incr(name, number)
        except away:
            pass  # or it threw the number out: the database has room
    return AttemptCount.objects.add(f"{WHAT}:{key}", minute * WINDOW, number)


def _headers(limit: int, taken: _Taken, until: int) -> dict[str, str]:
    return {
        "RateLimit-Policy": f'"address";q={limit};w={WINDOW}',
        "RateLimit": f'"address";r={taken.left + taken.elsewhere};t={until}',
    }


def visitor(request: HttpRequest) -> str:
    """Return the address that asks: the one that the outermost of our own proxies saw, which nobody else can write."""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    if 0 < settings.PROXY_COUNT <= len(forwarded):
        return forwarded[-settings.PROXY_COUNT].strip()
    return request.META.get("REMOTE_ADDR", "")


def network(address: str) -> str:
    """Return what counts as one address: of IPv6 the half that a line gets, whose other half changes at will."""
    bare = address.rpartition("]")[0].removeprefix("[") if address.startswith("[") else address
    bare = bare.partition(":")[0] if bare.count(":") == 1 else bare  # with the port that some proxies add
    try:
        known = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(known, ipaddress.IPv6Address):
        known = known.ipv4_mapped or known
    return str(known) if known.version == 4 else str(ipaddress.ip_network(f"{known}/64", strict=False))


def forget() -> None:
    """Delete the numbers of minutes that are over; the worker does it at every tick."""
    AttemptCount.objects.forget_before(WHAT, (time.time() // WINDOW - 1) * WINDOW)
