"""Where pages that are kept lie: in this process, and for all processes in Redis or else in files of the machine.

What lies here only spares work: where the far shelf cannot be reached, the near one is all there is.
"""

import logging
import random
from functools import cache
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache

logger = logging.getLogger(__name__)

TIDIES = 1 / 50  # of the pages that are put away make room: looking through the folder takes as long as a small page


def get(key: str) -> Any:
    """Return what lies under `key`, or None."""
    found = caches["near"].get(key)
    if found is None:
        try:
            found = caches["pages"].get(key)
        except out_of_reach() as error:
            logger.warning("Pages are not shared among processes: %s", type(error).__name__)
        if found is not None:
            caches["near"].set(key, found)
    return found


def put(key: str, value: Any, seconds: int) -> None:
    """Lay `value` under `key` for `seconds`."""
    caches["near"].set(key, value, seconds)
    try:
        caches["pages"].set(key, value, seconds)
    except out_of_reach() as error:
        logger.warning("Pages are not shared among processes: %s", type(error).__name__)


def clear() -> None:
    """Forget everything, in this process and on the far shelf."""
    caches["near"].clear()
    caches["pages"].clear()


@cache
def out_of_reach() -> tuple[type[Exception], ...]:
    """What says that the far shelf is away: Redis' own errors where it is one, a folder that cannot be written to."""
    if settings.CACHES["pages"]["BACKEND"].endswith("RedisCache"):
        from redis.exceptions import RedisError  # a tenth of a second, for those who have one

        return RedisError, OSError
    return (OSError,)


class PageFiles(FileBasedCache):
    """Django's cache in files, which looks for what is over its number now and then instead of each time."""

    def _cull(self):
        if random.random() < TIDIES:  # noqa: S311 (no secret)
            super()._cull()  # type: ignore[misc]  # the stubs leave it out
