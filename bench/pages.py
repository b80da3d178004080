"""Measure the public pages through the site's own WSGI application, in one process, warm.

Of the site only addresses are known here, and how its kept pages are outdated.
"""

import gzip
import itertools
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.urls import reverse

from bench.floor.models import Filling
from bench.names import ASLEEP, ASLEEP_ABOVE, COMMON, COMMON_WORD, RARE, RARE_WORD, SHOWCASE
from events import shelf
from events.models import bump_generation
from events.models.generation import current_generation
from events.templatetags import fragments
from outcomes.models import Outcome

ROUNDS = 30
LONGEST = 20.0  # seconds for one page, whatever the rounds
LEAST = 5  # rounds
DEEP = 500  # the page that is measured far down
PER_PAGE = 20
NONCE = re.compile(rb'nonce="[^"]*"')  # another for each answer
REPLAYS = 7  # times that a page's statements are run again to time them


@dataclass
class Answer:
    """What a server would send, and what it cost: milliseconds on the clock and of this process's CPU."""

    status: int
    headers: dict[str, str]
    body: bytes
    wall: float
    cpu: float


class Reader:
    """Somebody without cookies, before the site's WSGI application."""

    def __init__(self):
        self.application = get_wsgi_application()
        self.host = urlsplit(settings.SITE_URL)

    def get(self, address: str, etag: str = "") -> Answer:
        """Ask for `address` as a server hands it over, and read the answer to its end."""
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "SERVER_NAME": self.host.hostname,
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": self.host.netloc,
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_ACCEPT_ENCODING": "gzip, br",
            "wsgi.url_scheme": self.host.scheme,
            "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        if etag:
            environ["HTTP_IF_NONE_MATCH"] = etag
        began: list[Any] = []
        wall, cpu = time.perf_counter(), time.process_time()
        response = self.application(environ, lambda status, headers, *rest: began.extend((status, headers)))
        body = b"".join(response)
        response.close()  # gives the connection back, as at the end of every request
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        return Answer(int(began[0].split()[0]), dict(began[1]), body, wall * 1000, cpu * 1000)


@dataclass
class Times:
    """The rounds of one state of a page."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, answer: Answer) -> None:
        self.wall.append(answer.wall)
        self.cpu.append(answer.cpu)

    def as_dict(self) -> dict[str, float]:
        return {"wall": median(self.wall), "cpu": median(self.cpu)}


def subjects() -> Iterator[tuple[str, str]]:
    """Yield (what, address) of every page to measure."""
    outcomes, events = reverse("outcomes:outcome-list"), reverse("events:event-list")
    public = Outcome.objects.public()
    showcase = public.filter(event__slug=SHOWCASE, kind="action")
    action = showcase.exclude(owners=None).exclude(updates=None).exclude(addressees=None).order_by("pk").first()

    def theme(slug: str) -> str:
        return reverse("outcomes:theme-detail", args=[slug])

    def deep(rows) -> int:
        return max(1, min(DEEP, rows.count() // PER_PAGE))

    common = public.filter(outcome_themes__theme__slug=COMMON)
    yield "Home", reverse("home")
    yield "Outcomes", outcomes
    yield f"Outcomes, page {DEEP}", f"{outcomes}?page={deep(public)}"
    yield "Outcomes, common theme", f"{outcomes}?theme={COMMON}"
    yield f"Outcomes, common theme, page {DEEP}", f"{outcomes}?theme={COMMON}&page={deep(common)}"
    yield "Outcomes, rare theme", f"{outcomes}?theme={RARE}"
    yield "Outcomes, sleeping theme", f"{outcomes}?theme={ASLEEP}"
    yield "Outcomes, two filters", f"{outcomes}?kind=action&progress=done"
    yield "Theme", theme(COMMON)
    yield "Theme, asleep with its sub-themes", theme(ASLEEP_ABOVE)
    yield "Themes", reverse("outcomes:theme-list")
    yield "Outcome", reverse("outcomes:outcome-detail", args=[action.code])
    yield "Event, 30 sessions, 60 outcomes", reverse("events:event-detail", args=[SHOWCASE])
    yield "Events", events
    yield "Actions", reverse("outcomes:action-list")
    yield "Outcomes with a common word", f"{outcomes}?q={COMMON_WORD}"
    yield "Outcomes with a common word, page 2", f"{outcomes}?q={COMMON_WORD}&page=2"
    yield "Outcomes with a rare word", f"{outcomes}?q={RARE_WORD}"
    yield "Search everywhere, common word", f"{reverse('outcomes:search')}?q={COMMON_WORD}"
    yield "Search everywhere, rare word", f"{reverse('outcomes:search')}?q={RARE_WORD}"
    yield "API, outcomes", reverse("api:outcome-list")
    yield "API, outcomes, common theme", f"{reverse('api:outcome-list')}?theme={COMMON}"
    yield "API, actions", reverse("api:action-list")
    yield "API, events", reverse("api:event-list")
    yield "API, outcome", reverse("api:outcome-detail", args=[action.code])


def forget_pages() -> None:
    """No page and no part of one is kept any more."""
    shelf.clear()
    fragments.forget()
    outdate_pages()


def outdate_pages() -> None:
    """Something was published: pages are made anew, with what lists offer and the numbers kept read anew."""
    bump_generation()


def lose_pages() -> None:
    """No page is kept, as for one that nobody asked for since something was last published; this process is warm."""
    shelf.clear()


def settle() -> None:
    """Let this process know the generation, as half a second later; the next request begins without a connection."""
    current_generation()
    connection.close()


def measure(size: int, rounds: int = ROUNDS) -> dict[str, Any]:
    """Return the figures of all pages, in milliseconds; exits with one line when a page does not answer rightly."""
    reader, floor, least = Reader(), reverse("bench-floor"), reverse("bench-ok")
    pages: list[dict[str, Any]] = []
    _compare(reader)
    for name, address in subjects():
        pages.append({"name": name, "address": address, **_measure(reader, address, floor, least, rounds)})
        print(f"  {name}: {pages[-1]['cold']['wall']:.1f} ms", file=sys.stderr, flush=True)
    with connection.execute_wrapper(recorder := Recorder()):
        reader.get(floor)
    return {
        "size": size,
        "filled_in": Filling.objects.values_list("seconds", flat=True).get(),
        "public": Outcome.objects.public().count(),
        "database": database(),
        "machine": f"{machine()}, Python {platform.python_version()}, Django {django.__version__}",
        "floor": {"queries": len(recorder.statements), "cpu": median(page["floor"]["cpu"] for page in pages)},
        "ok": {"cpu": median(page["ok"]["cpu"] for page in pages)},
        "pages": pages,
    }


def _compare(reader: Reader) -> None:
    """Exit with one line where two addresses answer alike: a filter is not at work, or one page was kept for both."""
    seen: dict[bytes, str] = {}
    for _, address in subjects():
        answer = reader.get(address)
        if answer.status != HTTPStatus.OK:
            sys.exit(f"{address} answered {answer.status}.")
        page = gzip.decompress(answer.body) if answer.headers.get("Content-Encoding") == "gzip" else answer.body
        if (other := seen.setdefault(NONCE.sub(b"", page), address)) != address:
            sys.exit(f"{address} answers the same as {other}.")


def _measure(reader: Reader, address: str, floor: str, least: str, rounds: int) -> dict[str, Any]:
    """Return what one page costs, in alternation with the floor and with a view that answers "ok"."""
    forget_pages()
    settle()
    with connection.execute_wrapper(recorder := Recorder()):
        first = reader.get(address)
    statements = recorder.timed()
    settle()
    with connection.execute_wrapper(recorder := Recorder()):
        again = reader.get(address)
    is_kept, queries_kept = bool(again.headers.get("ETag")), len(recorder.statements)

    states: dict[str, tuple[Callable[[], None] | None, str]] = {
        "floor": (None, floor),
        "cold": (forget_pages, address),
        "first kept": (None, address),  # to begin with: after much work any answer takes longer, "ok" as well
        "kept": (None, address),
        "unchanged": (None, address),
        "ok": (None, least),
        "alone": (lose_pages, address),
    }
    times = {state: Times() for state in states}
    until = time.monotonic() + LONGEST
    etag = ""
    for number in itertools.count(-2):  # the first two only warm up
        if number >= rounds or (number >= min(LEAST, rounds) and time.monotonic() > until):
            break
        for state, (prepare, asked) in states.items():
            if prepare:
                prepare()
            settle()
            answer = reader.get(asked, etag if state == "unchanged" else "")
            expected = HTTPStatus.NOT_MODIFIED if state == "unchanged" and etag else HTTPStatus.OK
            if answer.status != expected:
                sys.exit(f"{asked} answered {answer.status} instead of {expected:d} ({state}).")
            if state == "kept":
                etag = answer.headers.get("ETag", "")
            if number >= 0:
                times[state].add(answer)
    found = {state: of_state.as_dict() for state, of_state in times.items()}
    return {
        "queries": len(statements),
        "sql": sum(took for took, _ in statements),
        "slowest": max(statements, default=(0.0, "")),
        "bytes": len(first.body),
        "is_kept": is_kept,
        "queries_kept": queries_kept,
        "rounds": len(times["cold"].wall),
        **found,
    }


class Recorder:
    """An execute wrapper that remembers the statements of a page."""

    def __init__(self):
        self.statements: list[tuple[str, Any]] = []

    def __call__(self, execute, sql, params, many, context):
        self.statements.append((sql, params))
        return execute(sql, params, many, context)

    def timed(self) -> list[tuple[float, str]]:
        """Return (milliseconds, statement) of each: run again with all of its rows fetched, the median of a few."""
        return [(median(self._run(*statement) for _ in range(REPLAYS)), statement[0]) for statement in self.statements]

    def _run(self, sql: str, params: Any) -> float:
        with connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute(sql, params)
            cursor.fetchall()
            return (time.perf_counter() - began) * 1000


def explain(address: str, above: float = 5.0) -> None:
    """Print the plans of the statements of a page that take longer than `above` milliseconds."""
    reader = Reader()
    forget_pages()
    settle()
    with connection.execute_wrapper(recorder := Recorder()):
        reader.get(address)
    plan = "EXPLAIN (ANALYZE, BUFFERS)" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    for (sql, params), (took, _) in zip(recorder.statements, recorder.timed(), strict=True):
        if took >= above:
            with connection.cursor() as cursor:
                cursor.execute(f"{plan} {sql}", params)
                print(f"\n{took:.1f} ms: {sql % tuple(map(repr, params or ()))}\n")
                print("\n".join(str(row[-1]) for row in cursor.fetchall()))


def database() -> str:
    """Return what the database calls itself."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


def machine() -> str:
    """Return the kind of machine: the number of its processors."""
    return (
        f"{os.process_cpu_count() if hasattr(os, 'process_cpu_count') else os.cpu_count()} CPUs ({platform.machine()})"
    )
