"""Which dump of all that is public lies ready, and whether it still holds. The app to the right makes and serves it.

A dump holds for one generation of what is public, which every change raises in its own transaction. What it is called,
its `content`, is made of what is in it alone: generations tell of what happens behind the scenes, and stay here.
"""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from events.models.generation import current_generation

POINTER = "current.json"  # names the folder that is served


class Dump(NamedTuple):
    """A dump that lies ready."""

    folder: str
    content: str  # the same for the same content
    generation: int
    made_at: float  # seconds since 1970
    took: float  # seconds


def place() -> Path:
    """Return where dumps lie: beside uploads, where every process that serves finds them."""
    return Path(settings.MEDIA_ROOT) / "dump"


def current() -> Dump | None:
    """Return the dump that lies ready, whether it still holds or not."""
    try:
        return Dump(**json.loads((place() / POINTER).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def holding() -> Dump | None:
    """Return the dump that lies ready if nothing public has changed since; known within half a second."""
    found = current()
    return found if found and found.generation == current_generation() else None


def forget() -> None:
    """Delete the dump that lies ready; the worker makes the next one."""
    found = current()
    (place() / POINTER).unlink(missing_ok=True)
    if found:
        shutil.rmtree(place() / found.folder, ignore_errors=True)
