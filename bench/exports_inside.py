"""What runs inside Django: take one file and print what it cost, as JSON. `python -m bench.exports_inside csv`."""

import json
import os
import resource
import sys
import time
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

from pathlib import Path  # noqa: E402

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from events.models import Event  # noqa: E402
from outcomes.dump import making  # noqa: E402
from outcomes.models import Outcome  # noqa: E402


def peak() -> int:
    """Return the most memory this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def take(address: str) -> tuple[float, int]:
    """Take a file from its view; return the seconds to its first piece, and its bytes."""
    began, first, size = time.perf_counter(), 0.0, 0
    for piece in Client(headers={"host": settings.ALLOWED_HOSTS[0]}).get(address, secure=True).streaming_content:
        first = first or time.perf_counter() - began
        size += len(piece)
    return first, size


def dump() -> tuple[float, int]:
    """Make a dump aside; return nothing for the first piece, and its bytes."""
    with TemporaryDirectory() as folder:
        manifest, _ = making.write(Path(folder))
    return 0.0, sum(file["bytes"] for file in manifest["files"])


def main(file: str) -> None:
    """Take `file` once of one dialogue, so that everything is loaded, then whole."""
    slug = Event.objects.public().newest().values_list("slug", flat=True)[0]
    take(f"/outcomes/export.{'csv' if file == 'dump' else file}?event={slug}")
    base, began, cpu = peak(), time.perf_counter(), time.process_time()
    first, size = dump() if file == "dump" else take(f"/outcomes/export.{file}")
    found = {
        "first": first,
        "bytes": size,
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "memory": peak() - base,
        "rows": Outcome.objects.public().count(),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
