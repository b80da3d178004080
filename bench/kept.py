"""What keeping pages gains, and how long a withdrawn text is still seen: `make bench-kept`.

The demo's site is served by several web processes, with nginx in front where it is installed, which keeps pages and
asks each time, as the answers tell it to. Readers ask without a pause for pages that are kept, then for the same pages
made anew. Then everybody reads one outcome, directly and through nginx, while another process withdraws it.
"""

import argparse
import datetime as dt
import http.client
import itertools
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from json import loads
from pathlib import Path

from bench import report
from bench.kept_inside import WORD
from bench.server import HOST, ROOT, Server, databases, free_port, say, wait_for

POSTGRESQL = "postgres://postgres@127.0.0.1:5432/readout_bench_kept"
BEGIN, END = "<!-- bench-kept -->", "<!-- /bench-kept -->"
READERS = 8
PROCESSES = 3
ANEW = "nothing=" + "x" * 600  # a question too long to be kept is answered by the same page, made anew
LATEST = 1.0  # second after which nobody may see what was withdrawn
LEAST = 3.0  # times as many answers from what is kept
WATCHED = 3.0  # seconds of reading after the withdrawal

LEGEND = """\
*Kept*, *made anew*, *304*: answers a second for {readers} readers who ask without a pause, on {processes} web processes
of four threads; the readers run on the same machine and share its cores. *Last seen*: how long after the withdrawal was
committed somebody asked and still got the text, at worst, over every page that showed it, with {readers} readers at the
web processes and {readers} at nginx, which keeps pages and asks each time; half of them send the ETag of the page they
have.
"""

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    proxy_cache_path {folder}/pages keys_zone=pages:10m;
    server {{
        listen {host}:{port};
        location / {{
            proxy_pass http://{host}:{behind};
            proxy_set_header Host {host}:{behind};
            proxy_cache pages;
            proxy_cache_revalidate on;
            proxy_cache_valid 200 0s;
        }}
    }}
}}
"""


@dataclass
class Reader:
    """Asks on one connection, again when it breaks."""

    port: int
    host: str = HOST
    connection: http.client.HTTPConnection | None = None
    etags: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, *, conditional: bool = False) -> tuple[int, bytes]:
        """Return the status and the body of one GET, asked again where the server had closed the connection."""
        headers = {"Accept-Encoding": "identity", "Host": self.host}
        if conditional and path in self.etags:
            headers["If-None-Match"] = self.etags[path]
        for last in (False, True):
            connection = self.connection = self.connection or http.client.HTTPConnection(HOST, self.port, timeout=30)
            try:
                connection.request("GET", path, headers=headers)
                response = connection.getresponse()
                body = response.read()
                break
            except (OSError, http.client.HTTPException):
                connection.close()
                self.connection = None
                if last:
                    raise
        if etag := response.headers.get("ETag"):
            self.etags[path] = etag
        if response.will_close:
            connection.close()
            self.connection = None
        return response.status, body

    def close(self) -> None:
        """Give the connection back."""
        if self.connection is not None:
            self.connection.close()


def throughput(port: int, path: str, seconds: float, status: int = 200) -> float:
    """Return answers a second; anything but `status` ends the program."""
    done, until = [0] * READERS, time.perf_counter() + seconds
    others: set[int] = set()

    def read(place: int) -> None:
        with closing(Reader(port)) as reader:
            reader.ask(path)  # for the ETag, and for what is kept
            while not done[place] or time.perf_counter() < until:
                got, _ = reader.ask(path, conditional=status == 304)
                if got != status:
                    others.add(got)
                done[place] += 1

    begun = time.perf_counter()
    _all([threading.Thread(target=read, args=[place]) for place in range(READERS)])
    if others:
        sys.exit(f"{path} answered {sorted(others)}, not {status}.")
    return sum(done) / (time.perf_counter() - begun)


def last_seen(server: Server, doors: dict[str, int], code: str, pages: list[str]) -> dict[str, float]:
    """Withdraw the outcome while all read; return for each door how many seconds later somebody asked and still got it.

    A 304 counts as the page it stands for. Negative: nobody who asked after it was committed.
    """
    seen = dict.fromkeys(doors, time.time())
    stop = threading.Event()

    def read(door: str, port: int, number: int) -> None:
        held: dict[str, bool] = {}
        with closing(Reader(port)) as reader:
            for path in itertools.cycle(pages[number % len(pages) :] + pages[: number % len(pages)]):
                if stop.is_set():
                    return
                asked_at = time.time()
                status, body = reader.ask(path, conditional=number % 2 == 0)
                if status != 304:
                    held[path] = WORD in body.decode(errors="replace").lower()
                if held.get(path) and not path.endswith(WORD):  # the search says the word itself
                    seen[door] = max(seen[door], asked_at)

    readers = [
        threading.Thread(target=read, args=[door, port, number])
        for door, port in doors.items()
        for number in range(READERS)
    ]
    for one in readers:
        one.start()
    time.sleep(1)
    committed = float(server.inside("withdraw", code))
    time.sleep(max(0, committed + WATCHED - time.time()))
    stop.set()
    for one in readers:
        one.join()
    return {door: when - committed for door, when in seen.items()}


def _all(threads: list[threading.Thread]) -> None:
    for one in threads:
        one.start()
    for one in threads:
        one.join()


@contextmanager
def nginx(folder: Path, behind: int):
    """Run nginx in front of the port `behind`; gives its port, or None where it is not installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        say("nginx is not installed: measured without a proxy in front.")
        yield None
        return
    folder = folder / "nginx"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, host=HOST, port=port, behind=behind))
    command = [program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def measure(database: str, url: str, asked: argparse.Namespace) -> dict:
    """Return the figures of one database."""
    shared = {"CACHE_URL": asked.cache} if asked.cache else {}
    with Server(url, "bench.kept_inside", WEB_CONCURRENCY=str(PROCESSES), **shared) as server:
        told = loads(server.inside("prepare"))
        pages = told["pages"]
        rows = {}
        for path in pages.values():
            throughput(server.port, path, 0.5)  # every process has started
        for name, path in pages.items():
            anew = f"{path}{'&' if '?' in path else '?'}{ANEW}"
            rows[name] = {
                "kept": throughput(server.port, path, asked.seconds),
                "anew": throughput(server.port, anew, asked.seconds),
                "unchanged": throughput(server.port, path, asked.seconds, 304),
            }
            say(f"{database}, {name}: {rows[name]}")
        with nginx(asked.folder, server.port) as proxy:
            doors = {"web": server.port} | ({"nginx": proxy} if proxy else {})
            lags = last_seen(server, doors, told["code"], list(pages.values()))
        say(f"{database}: last seen {lags}")
    return {"database": database, "pages": rows, "lags": lags}


def table(measured: list[dict]) -> str:
    """The figures as Markdown."""
    lines = ["| database | page | kept | made anew | × | 304 |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    for one in measured:
        for name, row in one["pages"].items():
            times = row["kept"] / row["anew"]
            cells = [f"{row['kept']:,.0f}", f"{row['anew']:,.0f}", f"{times:.1f}", f"{row['unchanged']:,.0f}"]
            lines.append(f"| {one['database']} | {name} | {' | '.join(cells)} |")
    doors = list(measured[0]["lags"])
    lines += [
        "",
        f"| last seen after a withdrawal | {' | '.join(doors)} |",
        f"| --- | {' | '.join(['---:'] * len(doors))} |",
    ]
    for one in measured:
        lags = [f"{max(one['lags'][door], 0) * 1000:.0f} ms" for door in doors]
        lines.append(f"| {one['database']} | {' | '.join(lags)} |")
    return "\n".join([*lines, "", LEGEND.format(readers=READERS, processes=PROCESSES).strip()])


def failures(measured: list[dict]) -> list[str]:
    """What must not be."""
    slow = [
        f"{one['database']}, {name}: {row['kept'] / row['anew']:.1f} times as many answers, not {LEAST:g}"
        for one in measured
        for name, row in one["pages"].items()
        if row["kept"] < LEAST * row["anew"]
    ]
    late = [
        f"{one['database']}, {door}: seen {lag:.2f} s after it was withdrawn"
        for one in measured
        for door, lag in one["lags"].items()
        if lag > LATEST
    ]
    return late + slow


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="make bench-kept", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4, help="of reading for each figure")
    parser.add_argument("--cache", metavar="URL", help="where pages are shared (default: in files)")
    parser.add_argument("--only", choices=["postgresql", "sqlite"], help="leave the other database out")
    parser.add_argument("--postgresql", default=os.environ.get("BENCH_DATABASE_URL") or POSTGRESQL, metavar="URL")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="where SQLite's file is")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results", help="where the table is written")
    parser.add_argument("--publish", action="store_true", help="write the table into docs/figures.md as well")
    return parser.parse_args()


def main() -> int:
    """Measure, write the table down, and fail where a text outlived its withdrawal or keeping gains too little."""
    asked, today = arguments(), dt.datetime.now(dt.UTC).date()
    asked.folder = asked.folder.resolve()
    for folder in (asked.folder, asked.results):
        folder.mkdir(parents=True, exist_ok=True)
    measured = [measure(name, url, asked) for name, url in databases(asked, "kept").items()]
    if not measured:
        return 1
    text = table(measured)
    path = asked.results / f"{today:%Y-%m-%d}-kept.md"
    path.write_text(f"# Pages that are kept, {today:%-d %B %Y}\n\n{text}\n", encoding="utf-8")
    print(f"\n{text}\n\nWritten to {path}.")
    if asked.publish:
        report.write_between_marks(report.FIGURES, text, BEGIN, END)
    wrong = failures(measured)
    for failure in wrong:
        say(failure)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
