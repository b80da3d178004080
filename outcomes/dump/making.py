"""A dump is made aside and then put in place, and it is served only while nothing public has changed since.

It holds for one generation of what is public (`events.dumps`). Whoever serves it compares the numbers, so what is
withdrawn is gone with the commit, and the worker makes the next dump.
"""

import gzip
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.tasks import task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from events import dumps
from events.models.generation import current_generation, forget_generation
from outcomes.dump import FORMAT, MANIFEST, SUFFIX, VERSION, Refused
from outcomes.dump.rows import RESOURCES
from participants.upkeep import waits

TRIES = 3  # something public may change while a dump is made
REST = 60  # seconds at least between two dumps, and ten times as long as the last one took


def write(folder: Path) -> tuple[dict[str, Any], int]:
    """Write a dump into `folder`, which is there and empty; return its manifest and the generation it holds for.

    Raises Refused when something public kept changing.
    """
    for _ in range(TRIES):
        forget_generation()
        generation = current_generation()
        files = [write_file(folder / f"{name}{SUFFIX}", rows()) for name, rows in RESOURCES.items()]
        forget_generation()
        if current_generation() == generation:
            break
    else:
        raise Refused("What is public changed each time while it was read.")
    content = hashlib.sha256("".join(file["sha256"] for file in files).encode()).hexdigest()[:32]
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "content": content,
        "site": settings.SITE_URL,
        "licence": {"name": settings.DATA_LICENCE, "url": settings.DATA_LICENCE_URL},
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return manifest, generation


class _Sum:
    """A file that is written, with its size and checksum."""

    def __init__(self, file):
        self.file, self.sum, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self.sum.update(data)
        self.size += len(data)
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()


def write_file(path: Path, rows: Iterable[dict]) -> dict[str, Any]:
    """Write `rows` into `path`, a line each, and return what the manifest says of it; equal rows are equal bytes."""
    number = length = 0
    with path.open("wb") as file:
        out = _Sum(file)
        with gzip.GzipFile(filename="", mode="wb", fileobj=out, compresslevel=6, mtime=0) as packed:
            for row in rows:
                line = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
                packed.write(line)
                number, length = number + 1, length + len(line)
        file.flush()
        os.fsync(file.fileno())
    return {"name": path.name, "rows": number, "bytes": out.size, "unpacked": length, "sha256": out.sum.hexdigest()}


def make() -> dict[str, Any]:
    """Make a dump and put it in the place of the last one, in one step; return its manifest.

    One that says the same as the last leaves that where it is, with the time at which it was made.
    """
    began, here, last = time.time(), dumps.place(), dumps.current()
    here.mkdir(parents=True, exist_ok=True)
    folder = here / secrets.token_hex(8)
    folder.mkdir()
    try:
        manifest, generation = write(folder)
        if last and last.content == manifest["content"] and (here / last.folder / MANIFEST).exists():
            shutil.rmtree(folder)
            folder = here / last.folder
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        now = time.time()
        pointer = dumps.Dump(folder.name, manifest["content"], generation, now, now - began)
        aside = here / f"{secrets.token_hex(8)}.json"
        aside.write_text(json.dumps(pointer._asdict()), encoding="utf-8")
        aside.replace(here / dumps.POINTER)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for other in here.iterdir():  # who reads from one of them keeps it open
        if other.is_dir() and other.name != folder.name:
            shutil.rmtree(other, ignore_errors=True)
    return manifest


@task(priority=-60)
def make_public_dump() -> None:
    """Make the dump anew unless it holds; safe to run twice."""
    forget_generation()
    if dumps.holding() is None:
        try:
            make()
        except Refused:
            return  # the next tick queues it again


def queue_if_outdated() -> None:
    """Queue the next dump where something public has changed and the last one is not too young; at every tick."""
    found = dumps.current()
    if found and found.generation == current_generation():
        return
    if found and time.time() - found.made_at < max(REST, 10 * found.took):
        return
    running = DBTaskResult.objects.filter(task_path=make_public_dump.module_path, status="RUNNING")
    if not waits(make_public_dump) and not running.exists():
        make_public_dump.enqueue()
