"""A room answers a closing round, on the server that `scripts/serve.sh web` starts: `make bench-round`.

Each phone opens the page with its style sheet and scripts and sends its form as a browser does. Some people press the
button twice; some connections break before the answer arrives, and the phone sends the form again. Then the database
is asked what it has. Nothing leaves this machine.
"""

import argparse
import asyncio
import dataclasses
import datetime as dt
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

from bench import report
from bench.server import HOST, ROOT, Server, databases, say

POSTGRESQL = "postgres://postgres@127.0.0.1:5432/readout_bench_round"
BEGIN, END = "<!-- bench-round -->", "<!-- /bench-round -->"
DOUBLE, DROPPED = 0.2, 0.1  # of the phones: press twice, lose the answer
TRIES = 8  # of one phone, half a second apart, before it counts as an error
LEGEND = """\
*Posts*: forms sent, with those pressed twice ({double:.0%} of the phones) and those sent again because the connection
broke before the answer ({dropped:.0%}). *Cut off*: connections that the server ended without an answer; the phone sends
again. *Lost*: acknowledged and not in the database. *Errors*: answers that were no
success, and phones that gave up. *p50*, *p95*, *max*: from sending the form to its acknowledgement, in milliseconds.
Two web processes of four threads, as `scripts/serve.sh web` starts them, with the phones on the same machine.
"""


@dataclasses.dataclass(frozen=True)
class Run:
    """One room: how many phones of a hundred answer within the burst, and whether a web process is killed in it."""

    name: str
    within_burst: float = 0.7
    kills: bool = False


RUNS = (
    Run("70 % within {burst:g} s"),
    Run("all within {burst:g} s", within_burst=1),
    Run("a web process killed (`kill -9`)", kills=True),
)


@dataclasses.dataclass
class Seen:
    """What the phones of a run saw. `acknowledged` has the words of each phone that was told they are stored."""

    acknowledged: dict[int, str] = dataclasses.field(default_factory=dict)
    milliseconds: list[float] = dataclasses.field(default_factory=list)
    posts: int = 0
    waiting: int = 0  # forms that were sent and not answered yet
    broken: int = 0  # connections that ended without an answer, those broken on purpose left out
    errors: list[str] = dataclasses.field(default_factory=list)


class Broken(Exception):
    """The connection ended before a whole answer came."""


class Phone:
    """A browser: cookies, the page it has open, and one connection a request."""

    def __init__(self, number: int, port: int, code: str, seen: Seen):
        self.number, self.port, self.path, self.seen = number, port, f"/round/{code}/", seen
        self.words = f"Phone {number}: contacts only help if they are called before an incident, 联络点, نقاط الاتصال."
        self.runs_scripts = number % 10 > 0
        self.cookies: dict[str, str] = {}
        self.form: dict[str, str] = {}

    async def open(self) -> None:
        """Fetch the page and what it is made of."""
        status, page = await self.patiently("GET", self.path)
        if status != 200:
            self.seen.errors.append(f"GET {status}")
        self.form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            await self.patiently("GET", address)

    async def answer(self, *, twice: bool, drops: bool) -> None:
        """Send the form, and again until it is acknowledged; without scripts a page follows."""
        if drops:
            await self.post(reads=False)
            await asyncio.sleep(random.uniform(0.2, 1))
        await asyncio.gather(*[self.send() for _ in range(2 if twice else 1)])
        if not self.runs_scripts:
            status, page = await self.patiently("GET", self.path)
            if status != 200 or "data-stored" not in page:
                self.seen.errors.append(f"page after {status}")

    async def send(self) -> None:
        """Send the form until there is an answer."""
        for _ in range(TRIES):
            begun = time.perf_counter()
            try:
                status, page = await self.post()
            except Broken:
                self.seen.broken += 1
                await asyncio.sleep(0.5)
                continue
            if (status == 200 and "data-stored" in page) if self.runs_scripts else status == 302:
                self.seen.milliseconds.append((time.perf_counter() - begun) * 1000)
                self.seen.acknowledged[self.number] = self.words
            else:
                self.seen.errors.append(f"POST {status}")
            return
        self.seen.errors.append("gave up")

    async def post(self, *, reads: bool = True) -> tuple[int, str]:
        """Send the form once; without `reads` the connection is closed before the answer."""
        self.seen.posts += 1
        self.seen.waiting += 1
        body = urlencode({**self.form, "takeaway": self.words, "action": f"Action {self.number}"}).encode()
        try:
            return await self.ask("POST", self.path, body, reads=reads)
        finally:
            self.seen.waiting -= 1

    async def patiently(self, method: str, path: str) -> tuple[int, str]:
        """Ask until there is an answer."""
        for _ in range(TRIES):
            try:
                return await self.ask(method, path)
            except Broken:
                self.seen.broken += 1
                await asyncio.sleep(0.5)
        return 0, ""

    async def ask(self, method: str, path: str, body: bytes = b"", *, reads: bool = True) -> tuple[int, str]:
        """One request on a connection of its own: the status and the text; raises Broken."""
        head = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{self.port}", "Connection: close"]
        head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
            head += ["X-In-Place: yes"] if self.runs_scripts else []
            head.append(f"Origin: http://{HOST}:{self.port}")
        try:
            reader, writer = await asyncio.open_connection(HOST, self.port)
            try:
                writer.write("\r\n".join([*head, "", ""]).encode() + body)
                await writer.drain()
                if not reads:
                    await asyncio.sleep(random.uniform(0, 0.1))
                    return 0, ""
                answer = await asyncio.wait_for(reader.read(), timeout=60)
            finally:
                writer.close()
        except (OSError, TimeoutError) as error:
            raise Broken from error
        top, separator, content = answer.partition(b"\r\n\r\n")
        if not separator:
            raise Broken
        lines = top.decode("latin-1").split("\r\n")
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                cookie, _, kept = value.partition(";")[0].partition("=")
                self.cookies[cookie] = kept
        return int(lines[0].split()[1]), content.decode(errors="replace")


def kill_one(server: Server) -> None:
    """Kill one of the two web processes, whatever it is doing."""
    command = ["ps", "-A", "-o", "pid=,ppid="]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    os.kill(random.choice([pid for pid, parent in pairs if parent == server.process.pid]), signal.SIGKILL)


async def room(run: Run, server: Server, code: str, phones: int, burst: float) -> Seen:
    """Let a room answer: pages are opened over two bursts, then forms are sent."""
    seen = Seen()
    numbers = list(range(phones))
    random.shuffle(numbers)
    twice, drops = int(phones * DOUBLE), int(phones * DROPPED)

    async def one(place: int, number: int) -> None:
        phone = Phone(number, server.port, code, seen)
        await asyncio.sleep(random.uniform(0, 2 * burst))
        await phone.open()
        late = place >= phones * run.within_burst
        when = 2.5 * burst + (random.uniform(burst, 4 * burst) if late else random.uniform(0, burst))
        await asyncio.sleep(max(0, begun + when - time.perf_counter()))
        await phone.answer(twice=place % phones < twice, drops=twice <= place < twice + drops)

    async def kill() -> None:
        while len(seen.acknowledged) < phones // 3 or (seen.waiting < 6 and len(seen.acknowledged) < phones // 2):
            await asyncio.sleep(0.002)
        kill_one(server)

    begun = time.perf_counter()
    tasks = [one(place, number) for place, number in enumerate(numbers)]
    await asyncio.gather(*tasks, *([kill()] if run.kills else []))
    return seen


def measure(database: str, url: str, phones: int, burst: float) -> list[dict]:
    """Do all runs on one database and return the figures."""
    figures = []
    with Server(url, "bench.round_inside") as server:
        for run in RUNS:
            code = server.inside("prepare", str(phones)).strip()
            seen = asyncio.run(room(run, server, code, phones, burst))
            stored = [words for words, _ in json.loads(server.inside("stored", code))]
            times = sorted(seen.milliseconds)
            figures.append(
                {
                    "run": run.name.format(burst=burst),
                    "database": database,
                    "phones": phones,
                    "posts": seen.posts,
                    "broken": seen.broken,
                    "acknowledged": len(seen.acknowledged),
                    "stored": len(stored),
                    "lost": len(set(seen.acknowledged.values()) - set(stored)),
                    "duplicates": len(stored) - len(set(stored)),
                    "errors": seen.errors,
                    "p50": statistics.median(times),
                    "p95": times[int(len(times) * 0.95)],
                    "max": times[-1],
                }
            )
            say(f"{database}, {figures[-1]['run']}: {figures[-1]}")
    return figures


def table(figures: list[dict]) -> str:
    """The figures as Markdown."""
    lines = [
        "| a room of | database | run | posts | cut off | stored | lost | duplicates | errors | p50 | p95 | max |",
        "| ---: | --- | --- | " + "---: | " * 9,
    ]
    names = ("phones", "database", "run", "posts", "broken", "stored", "lost", "duplicates")
    for one in figures:
        cells = [str(one[name]) for name in names] + [str(len(one["errors"]))]
        cells += [f"{one[name]:.0f}" for name in ("p50", "p95", "max")]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*[line.strip() for line in lines], "", LEGEND.format(double=DOUBLE, dropped=DROPPED).strip()])


def failures(figures: list[dict]) -> list[str]:
    """What a run must not show."""
    return [
        f"{one['database']}, {one['run']}: {what}"
        for one in figures
        for what, wrong in (
            (f"{one['lost']} lost", one["lost"]),
            (f"{one['duplicates']} twice", one["duplicates"]),
            (f"errors: {', '.join(one['errors'][:5])}", one["errors"]),
            (f"{one['stored']} of {one['phones']} stored", one["stored"] != one["phones"]),
            (f"p95 is {one['p95']:.0f} ms", one["p95"] >= 2000),
        )
        if wrong
    ]


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="make bench-round", description=__doc__.splitlines()[0])
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--burst", type=float, default=5, help="seconds in which most of the room sends")
    parser.add_argument("--only", choices=["postgresql", "sqlite"], help="leave the other database out")
    parser.add_argument("--postgresql", default=os.environ.get("BENCH_DATABASE_URL") or POSTGRESQL, metavar="URL")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="where SQLite's file is")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results", help="where the table is written")
    parser.add_argument("--publish", action="store_true", help="write the table into docs/figures.md as well")
    return parser.parse_args()


def main() -> int:
    """Measure, write the table down, and fail where something was lost, doubled, wrong or slow."""
    asked, today = arguments(), dt.datetime.now(dt.UTC).date()
    asked.folder = asked.folder.resolve()
    for folder in (asked.folder, asked.results):
        folder.mkdir(parents=True, exist_ok=True)
    figures = [
        one
        for name, url in databases(asked, "round").items()
        for one in measure(name, url, max(asked.phones, 10), asked.burst)
    ]
    if not figures:
        return 1
    text = table(figures)
    path = asked.results / f"{today:%Y-%m-%d}-round.md"
    path.write_text(f"# A closing round, {today:%-d %B %Y}\n\n{text}\n", encoding="utf-8")
    print(f"\n{text}\n\nWritten to {path}.")
    if asked.publish:
        report.write_between_marks(report.FIGURES, text, BEGIN, END)
    for failure in failures(figures):
        say(failure)
    return 1 if failures(figures) else 0


if __name__ == "__main__":
    sys.exit(main())
