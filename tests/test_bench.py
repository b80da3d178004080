"""The bench fills and measures, so that nobody finds it rotten on the day a figure is wanted."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from bench import admin, documents, exports, kept, report
from bench import round as closing_round
from bench.round import failures

SIZE = 200


@pytest.fixture
def bench(tmp_path):
    """Run the bench once over a few outcomes on the database under test; return what it writes and says."""
    postgresql = connection.vendor == "postgresql"
    base = f"readout_bench_test_{os.getpid()}"
    url = os.environ.get("DATABASE_URL", "") if postgresql else ""
    if postgresql:
        url = urlsplit(url)._replace(path=f"/{base}").geturl()
    command = [sys.executable, "-W", "error", "-m", "bench", "--sizes", str(SIZE), "--rounds", "1"]
    command += ["--folder", str(tmp_path / "databases"), "--results", str(tmp_path / "results")]
    command += ["--only", "postgresql" if postgresql else "sqlite", *(["--postgresql", url] if postgresql else [])]
    yield lambda: subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    if postgresql:
        with psycopg.connect(url, dbname="postgres", autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {base}_{SIZE} WITH (FORCE)")


def test_it_fills_measures_and_writes_a_table(bench, tmp_path):
    done = bench()

    assert done.returncode == 0, done.stderr
    [written] = (tmp_path / "results").glob("*.md")
    text = written.read_text()
    assert f"## {SIZE} outcomes" in text
    assert "The floor: 2 queries" in text
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert {"| Home", "| Outcomes, page 500", "| Theme", "| Event, 30 sessions, 60 outcomes"} <= {
        row[0] for row in rows
    }
    assert all(int(row[1]) > 0 and float(row[3]) > 0 for row in rows)


def test_the_admin_of_a_small_forum_is_asked_for_every_page(tmp_path):
    postgresql = connection.vendor == "postgresql"
    base = f"readout_bench_test_{os.getpid()}"
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{base}").geturl() if postgresql else ""
    command = [sys.executable, "-W", "error", "-m", "bench.admin", "--part", "200", "--rounds", "1"]
    command += ["--folder", str(tmp_path), "--only", "postgresql" if postgresql else "sqlite"]
    command += ["--postgresql", url] if postgresql else []

    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    if postgresql:
        with psycopg.connect(url, dbname="postgres", autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {base}_forum WITH (FORCE)")

    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| ") and "---" not in line][1:]
    names = {row[0].removeprefix("| ") for row in rows}
    assert len(rows) > 100
    assert {"index", "events event workspace", "events event programme", "outcomes outcome review"} <= names
    assert all(0 < int(row[2].strip("*")) <= 30 for row in rows)


@pytest.mark.parametrize(
    ("extension", "script", "begins"), [("pdf", "Arabic", "| PDF | Arabic"), ("docx", "English", "| Word | English")]
)
def test_documents_of_a_small_event_are_made_and_measured(db, monkeypatch, extension, script, begins):
    for name, number in {"SECTIONS": 2, "PARAGRAPHS": 2, "SENTENCES": 1, "OUTCOMES": 4, "AGAIN": 1}.items():
        monkeypatch.setattr(documents, name, number)

    row = documents.measure(extension, script)

    assert row["queries"] <= 10
    assert (row["pages"] or 0) > 1 if extension == "pdf" else row["pages"] is None
    assert min(row[name] for name in ("read", "first", "again", "size", "words", "peak")) > 0
    header, _, line = documents.table([row]).splitlines()
    assert line.startswith(begins)
    assert line.count("|") == header.count("|")


def test_it_says_what_is_wrong_with_a_server_that_is_not_there():
    command = [sys.executable, "-m", "bench", "--only", "postgresql", "--postgresql", "postgres://nobody@127.0.0.1:1/x"]

    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith(
        "PostgreSQL is left out, its server does not answer (name one with BENCH_DATABASE_URL)"
    )
    assert len(done.stderr.splitlines()) == 1


def test_its_table_replaces_what_stands_between_the_marks(tmp_path):
    page = tmp_path / "figures.md"
    page.write_text(f"Before\n{report.BEGIN}\nold\n{report.END}\nAfter\n")

    report.write_between_marks(page, "new")

    assert page.read_text() == f"Before\n{report.BEGIN}\nnew\n{report.END}\nAfter\n"


def test_a_file_without_marks_is_left_as_it_is(tmp_path):
    page = tmp_path / "figures.md"
    page.write_text("Before\n")

    with pytest.raises(ValueError, match="no <!-- bench -->"):
        report.write_between_marks(page, "new")

    assert page.read_text() == "Before\n"


@pytest.mark.parametrize("of", [admin, documents, exports, kept, report, closing_round])
def test_page_of_figures_has_a_place_for_every_table(of):
    text = report.FIGURES.read_text()

    assert 0 < text.index(of.BEGIN) < text.index(of.END)


def test_a_site_has_none_of_its_addresses(client):
    assert client.get(f"{reverse('home')}bench/floor/").status_code == 404


@pytest.fixture
def on_a_server(tmp_path):
    """Run a bench that serves a site on the database under test; return what it writes and says."""
    postgresql = connection.vendor == "postgresql"
    name = f"readout_bench_served_test_{os.getpid()}"
    url = urlsplit(os.environ.get("DATABASE_URL", ""))._replace(path=f"/{name}").geturl() if postgresql else ""
    where = ["--folder", str(tmp_path / "databases"), "--results", str(tmp_path / "results")]
    where += ["--only", "postgresql", "--postgresql", url] if postgresql else ["--only", "sqlite"]

    def run(*command):
        command = [sys.executable, "-W", "error", "-m", *command, *where]
        return subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)

    yield run
    if postgresql:
        with psycopg.connect(url, dbname="postgres", autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_a_room_loses_nothing_though_a_web_process_is_killed(on_a_server, tmp_path):
    done = on_a_server("bench.round", "--phones", "20", "--burst", "0.5")

    [written] = (tmp_path / "results").glob("*-round.md")
    rows = [line.split(" | ")[2:] for line in written.read_text().splitlines() if line.startswith("| 20 |")]
    assert len(rows) == 3, done.stderr
    assert [row[3:7] for row in rows] == [["20", "0", "0", "0"]] * 3, done.stderr  # stored, lost, duplicates, errors
    assert all(int(row[1]) >= 26 for row in rows)  # four pressed twice, two lost their answer


def test_nobody_gets_what_was_withdrawn_a_second_later_from_any_process(on_a_server):
    done = on_a_server("bench.kept", "--seconds", "0.1")

    assert "| Outcome |" in done.stdout, done.stderr
    assert "after it was withdrawn" not in done.stderr  # speed is not asked of a machine that runs tests


def test_a_text_that_outlives_its_withdrawal_fails():
    right = {"database": "SQLite", "pages": {"Home": {"kept": 40, "anew": 10}}, "lags": {"web": 0.4}}

    assert kept.failures([right]) == []
    for wrong in ({"lags": {"web": 1.2}}, {"pages": {"Home": {"kept": 20, "anew": 10}}}):
        assert len(kept.failures([right | wrong])) == 1


def test_a_room_where_something_is_lost_fails():
    right = {"database": "SQLite", "run": "x", "phones": 9, "stored": 9, "lost": 0, "duplicates": 0, "errors": []}
    right |= {"p95": 10}

    assert failures([right]) == []
    for wrong in ({"lost": 1}, {"duplicates": 1}, {"errors": ["POST 500"]}, {"stored": 8}, {"p95": 2000}):
        assert len(failures([right | wrong])) == 1
