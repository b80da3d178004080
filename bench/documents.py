"""Make the documents of a large event, as its first reader has them made: `make bench-documents`.

The report has 30 sections of four paragraphs, the event 60 outcomes with owners and updates. Each document is made in a
process of its own on a small database of its own: first with nothing warm, then again, changed by a word.
"""

import argparse
import dataclasses
import datetime as dt
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import report

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- bench-documents -->", "<!-- /bench-documents -->"
SECTIONS, PARAGRAPHS, SENTENCES, OUTCOMES = 30, 4, 6, 60
AGAIN = 5
LEGEND = """\
A report of {sections} sections with an event of {outcomes} outcomes, {words} words in all. *Read*: from the database,
with the number of queries. *First*: in a process that has made none yet, fonts read. *Again*: the median of {again}
more, each changed. Times are CPU of the process, all threads. *Peak*: the memory of the process at its highest.
"""
SCRIPTS = {
    "English": None,
    "Arabic": "الثقة بين الدول تبدأ بقنوات اتصال مفتوحة.",
    "Chinese": "各国应保持沟通渠道畅通，以增进互信。",
}


def fill(script: str) -> int:
    """Store the event, all of it public, and return its key. `script` says what a part of the report is written in."""
    from django.utils import timezone

    from bench.words import ADJECTIVES, NOUNS, TAILS
    from events.models import Event, EventPartner
    from outcomes.models import ActionOwner, ActionUpdate, Outcome, Report, ReportSection
    from participants.models import Organisation

    rng, now = random.Random(7), timezone.now()

    def sentence() -> str:
        if (other := SCRIPTS[script]) and rng.random() < 0.5:
            return other
        return f"{rng.choice(ADJECTIVES).capitalize()} {rng.choice(NOUNS)} were proposed {rng.choice(TAILS)}."

    event = Event.objects.create(title="A large forum", reference="LF1", status="published", published_at=now)
    partner = Organisation.objects.create(name="Institute of Made-up Affairs")
    EventPartner.objects.create(event=event, organisation=partner, role="convener")
    made = Report.objects.create(event=event, title="What a large forum said", status="published", published_at=now)
    for place in range(SECTIONS):
        paragraphs = [" ".join(sentence() for _ in range(SENTENCES)) for _ in range(PARAGRAPHS)]
        body = "\n\n".join([*paragraphs[:2], "## In short", *paragraphs[2:], "- First\n- Second"])
        ReportSection.objects.create(report=made, title=f"Part {place + 1}", body=body, position=place)
    for number in range(1, OUTCOMES // 2 + 1):
        for kind in ("takeaway", "action"):
            follow_up = {"nature": "recommendation", "progress": "in_progress"} if kind == "action" else {}
            text = sentence()
            outcome = Outcome.objects.create(
                event=event,
                kind=kind,
                number=number,
                text=text,
                text_submitted=text,
                status="published",
                published_at=now,
                **follow_up,
            )
            if kind == "action":
                ActionOwner.objects.create(action=outcome, organisation=partner, is_lead=True)
                ActionUpdate.objects.create(action=outcome, text=sentence(), progress="in_progress")
    return event.pk


def measure(extension: str, script: str) -> dict:
    """Return what making one document costs."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from events.models import Event
    from outcomes.documents.making import WRITERS
    from outcomes.documents.source import document_of

    event, day = Event.objects.get(pk=fill(script)), dt.datetime.now(dt.UTC).date()
    document_of(event)
    began = time.process_time()
    with CaptureQueriesContext(connection) as queries:
        document = document_of(event)
    read = time.process_time() - began
    times = []
    for number in range(AGAIN + 1):
        changed = dataclasses.replace(document, summary=f"Made for the {number}th time.")
        began = time.process_time()
        made = WRITERS[extension](changed, day)
        times.append(time.process_time() - began)
    return {
        "machine": f"{os.cpu_count()} cores, Python {sys.version.split()[0]}",
        "what": "PDF" if extension == "pdf" else "Word",
        "script": script,
        "read": 1000 * read,
        "queries": len(queries),
        "first": 1000 * times[0],
        "again": 1000 * statistics.median(times[1:]),
        "size": len(made.content),
        "pages": made.pages,
        "words": len(document.text.split()),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }


def inside(extension: str, script: str) -> None:
    """Measure in this process, whose database is empty, and print the figures."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    print(json.dumps(measure(extension, script)))


def table(rows: list[dict]) -> str:
    """Return the figures as Markdown."""
    lines = [
        "| document | with | read, ms (queries) | first, ms | again, ms | KB | pages | peak, MB |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {row['what']} | {row['script']} | {row['read']:.0f} ({row['queries']}) | {row['first']:.0f} "
        f"| {row['again']:.0f} | {row['size'] / 1000:.0f} | {row['pages'] or '–'} | {row['peak']:.0f} |"
        for row in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Make each document in a process of its own and print the table."""
    parser = argparse.ArgumentParser(prog="make bench-documents", description=__doc__)
    parser.add_argument("--publish", action="store_true", help="write the table into docs/figures.md as well")
    parser.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        inside(*asked.inside)
        return
    rows = []
    for script in SCRIPTS:
        for extension in ("pdf", "docx"):
            with tempfile.TemporaryDirectory() as folder:
                env = {
                    "PATH": os.environ["PATH"],
                    "DJANGO_SETTINGS_MODULE": "config.settings",
                    "DEBUG": "on",
                    "DATABASE_URL": f"sqlite:///{folder}/readout.sqlite3",
                }
                command = [sys.executable, "-m", "bench.documents", "--inside", extension, script]
                done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
            rows.append(json.loads(done.stdout.splitlines()[-1]))
    legend = LEGEND.format(sections=SECTIONS, outcomes=OUTCOMES, words=rows[0]["words"], again=AGAIN).strip()
    print(f"{table(rows)}\n\n{legend}")
    if asked.publish:
        day = dt.datetime.now(dt.UTC).date()
        told = f"{table(rows)}\n\n{day:%-d %B %Y}, {rows[0]['machine']}. {legend}"
        report.write_between_marks(report.FIGURES, told, BEGIN, END)


if __name__ == "__main__":
    main()
