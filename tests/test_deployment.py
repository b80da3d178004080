"""What is promised to whoever runs Readout: the image, compose file, variables and scripts fit together and work.

No container engine is needed: the image's tree is laid out in a folder by the rules of .dockerignore, and the image's
own steps are run in it.
"""

import ast
import logging
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import yaml
from django.conf import settings
from psycopg import sql

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OURS = {"web", "worker", "prepare"}
LASTING = COMPOSE["services"].keys() - {"prepare"}


def instructions():
    """The Dockerfile as (INSTRUCTION, rest) pairs, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    return [tuple(line.split(maxsplit=1)) for line in lines if line and not line.startswith("#")]


def names_explained():
    return set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))


def names_in_settings():
    """The variables that settings.py reads: the first argument of every `env.something("NAME", ...)`."""
    tree = ast.parse((ROOT / "config/settings.py").read_text(encoding="utf-8"))
    return {
        argument.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and re.fullmatch(r"env\.\w+", ast.unparse(node.func))
        for argument in node.args[:1]
        if isinstance(argument, ast.Constant)
    }


def names_in(path):
    return set(re.findall(r"\$\{([A-Z_]+)", (ROOT / path).read_text(encoding="utf-8")))


# --- Variables -----------------------------------------------------------------------------------------------------


def test_every_variable_is_explained_and_every_explained_variable_is_read():
    read = names_in_settings() | names_in("scripts/serve.sh") | names_in("docker-compose.yml")

    assert names_explained() == read


def test_compose_gives_its_processes_only_variables_they_read():
    given = {name for service in OURS for name in COMPOSE["services"][service]["environment"]}

    assert given <= names_in_settings() | names_in("scripts/serve.sh")


@pytest.mark.parametrize("value", ["", "0", "-1", "ninety", "1e3"])
def test_days_that_are_no_days_stop_the_start_with_a_line_that_names_them(value):
    env = {"PATH": os.environ["PATH"], "DEBUG": "on", "CONTRIBUTIONS_KEPT_DAYS": value}

    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == "Readout cannot start: CONTRIBUTIONS_KEPT_DAYS must be a number of days from 1 to 9999\n"


def test_log_says_moments_with_their_offset():
    plain = settings.LOGGING["formatters"]["plain"]
    record = logging.LogRecord("readout", logging.WARNING, "here", 1, "words", None, None)

    line = logging.Formatter(plain["format"], plain["datefmt"], style=plain["style"]).format(record)

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000 WARNING readout words", line)


def test_nothing_asks_for_an_access_log():
    """What is posted to a closing round must not be found again by its time (docs/adr/0012)."""
    for path in ("scripts/serve.sh", "Dockerfile", "docker-compose.yml"):
        assert not re.search(r"access.?log", (ROOT / path).read_text(encoding="utf-8"), re.IGNORECASE)


# --- docker-compose.yml --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", sorted(LASTING))
def test_a_lasting_service_has_a_health_check_and_restarts(service):
    description = COMPOSE["services"][service]

    assert description["healthcheck"]["test"][0] == "CMD"
    assert description["healthcheck"].keys() >= {"interval", "timeout", "retries"}
    assert description["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", sorted(OURS))
def test_our_services_wait_for_healthy_ones_and_keep_files_on_a_volume(service):
    description = COMPOSE["services"][service]

    assert description["depends_on"]["db"] == {"condition": "service_healthy"}
    assert description["depends_on"]["redis"] == {"condition": "service_healthy"}
    assert description["volumes"] == ["media:/data/media"]
    assert description["environment"]["MEDIA_ROOT"] == "/data/media"
    assert description["read_only"] is True
    assert description["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("service", ["web", "worker"])
def test_web_and_worker_start_on_a_database_that_is_up_to_date(service):
    waits = COMPOSE["services"][service]["depends_on"]

    assert waits["prepare"] == {"condition": "service_completed_successfully"}


def test_only_web_is_reachable_and_only_from_this_machine():
    ports = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}

    assert list(ports) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in ports["web"])


def test_every_volume_is_declared_and_images_are_pinned():
    mounts = {mount for service in COMPOSE["services"].values() for mount in service.get("volumes", [])}
    images = {service["image"] for service in COMPOSE["services"].values()}

    assert {mount.partition(":")[0] for mount in mounts} == COMPOSE["volumes"].keys()
    assert images == {"readout", "postgres:17", "redis:7-alpine"}


# --- Dockerfile ----------------------------------------------------------------------------------------------------


def test_image_is_built_in_stages_and_runs_as_nobody_special():
    stages = [rest for name, rest in instructions() if name == "FROM"]
    users = [rest for name, rest in instructions() if name == "USER"]

    assert len(stages) == 3
    assert users == ["readout"]
    assert stages[-1] == "base"


def test_image_is_made_and_run_by_the_scripts_that_make_uses():
    by_name = {name: rest for name, rest in instructions() if name in {"ENTRYPOINT", "CMD", "HEALTHCHECK", "VOLUME"}}
    runs = [rest for name, rest in instructions() if name == "RUN"]

    assert "scripts/venv.sh runtime" in runs
    assert "scripts/serve.sh static" in runs
    assert by_name["ENTRYPOINT"] == '["scripts/serve.sh"]'
    assert by_name["CMD"] == '["web"]'
    assert by_name["HEALTHCHECK"].endswith('CMD [".venv/bin/python", "scripts/healthcheck.py"]')
    assert by_name["VOLUME"] == "/data"


def test_files_copied_by_name_are_let_through_to_the_build():
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copies = [rest.split()[:-1] for name, rest in instructions() if name == "COPY" and not rest.startswith("--from")]
    sources = {source for copy in copies for source in copy if source != "."}

    assert sources
    for source in sources:
        assert (ROOT / source).is_file()
        assert f"!{Path(source).parts[0]}" in allowed


# --- The image's steps, run ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The tree the image would hold, with this environment in place of its own."""
    app = tmp_path_factory.mktemp("image") / "app"
    app.mkdir()
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        source = ROOT / line.removeprefix("!")
        if not line.startswith("!") or not source.exists():
            continue
        if source.is_dir():
            shutil.copytree(source, app / source.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, app)
    (app / ".venv").symlink_to(sys.prefix)
    subprocess.run(["scripts/serve.sh", "static"], cwd=app, env=plain(), check=True, timeout=120)
    return app


def plain(**variables):
    """An environment as a container's: nothing of the caller's but the path."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables}


@pytest.fixture
def production(tmp_path):
    """Variables of a real site, on a new database of the kind the suite runs on."""
    variables = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": "https://readout.example.org",
        "EMAIL_URL": "consolemail://",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "BIND": "127.0.0.1",
        "PORT": str(free_port()),
        "WEB_CONCURRENCY": "2",
    }
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield variables | {"DATABASE_URL": f"sqlite:///{tmp_path}/readout.sqlite3"}
        return
    server, name = os.environ["DATABASE_URL"], f"readout_image_{secrets.token_hex(4)}"
    with psycopg.connect(server, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield variables | {"DATABASE_URL": server.rpartition("/")[0] + f"/{name}"}
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, process, seconds=30):
    """Ask again and again; fail early with what the process wrote when it ends first."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, f"ended with {process.returncode}: {process.stdout.read()}"
        assert time.monotonic() < deadline, "not ready in time"
        time.sleep(0.2)


def execute(command, cwd, env):
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False)


def start(command, cwd, env):
    return subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def healthy(app, env):
    return execute([".venv/bin/python", "scripts/healthcheck.py"], app, env).returncode == 0


def test_image_prepares_a_new_database_and_serves(image, production):
    env = plain(**production)

    before = healthy(image, env)
    for _ in range(2):  # preparing what is prepared changes nothing
        subprocess.run(["scripts/serve.sh", "prepare"], cwd=image, env=env, check=True, timeout=120)
    with start(["scripts/serve.sh", "web"], image, env) as web:
        try:
            wait_until(lambda: healthy(image, env), web)
        finally:
            web.terminate()
        output, _ = web.communicate(timeout=30)

    assert before is False
    assert web.returncode == 0, output
    assert "Traceback" not in output


def test_image_starts_its_worker_and_stops_it_when_told(image, production):
    env = plain(**production, PYTHONUNBUFFERED="1")
    subprocess.run(["scripts/serve.sh", "prepare"], cwd=image, env=env, check=True, timeout=120)

    with start(["scripts/serve.sh", "worker"], image, env) as worker:
        line = worker.stdout.readline()
        worker.terminate()
        rest, _ = worker.communicate(timeout=30)

    assert "worker" in line.lower()
    assert worker.returncode == 0, line + rest


@pytest.mark.parametrize("missing", ["SECRET_KEY", "SITE_URL", "EMAIL_URL"])
def test_a_missing_variable_is_named_in_one_line(image, production, missing):
    env = plain(**{name: value for name, value in production.items() if name != missing})

    done = subprocess.run(
        ["scripts/serve.sh", "prepare"], cwd=image, env=env, capture_output=True, text=True, timeout=60
    )

    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert missing in done.stderr


# --- The scripts behind make ---------------------------------------------------------------------------------------


def run(*command, **variables):
    return execute(command, ROOT, {**os.environ, **variables})


@pytest.fixture
def launcher(tmp_path):
    """Puts an executable shell script of the given name into a folder that can go first on the PATH."""

    def write(name, body):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return write


def test_python_given_by_name_is_refused_with_its_reason(launcher):
    old = launcher("old", "case $3 in *platform*) echo is Python 3.11.7;; *) exit 1;; esac")

    done = run("scripts/python.sh", PYTHON=str(old))

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "it is Python 3.11.7" in done.stderr
    assert "3.12 or newer" in done.stderr


def test_a_launcher_without_its_python_is_passed_over(launcher, tmp_path):
    for name in ("python3.13", "python3.14", "python3.12"):
        launcher(name, "echo not installed >&2; exit 127")
    launcher("python3", f'exec "{sys.executable}" "$@"')

    done = run("scripts/python.sh", PYTHON="", PATH=f"{tmp_path}:/usr/bin:/bin")

    assert done.returncode == 0
    assert Path(done.stdout.strip()).resolve() == Path(sys._base_executable).resolve()


def test_without_any_python_one_line_says_what_to_install(tmp_path):
    done = run(
        "/bin/sh", "scripts/python.sh", PYTHON="", PATH=str(tmp_path), PYENV_ROOT=str(tmp_path), HOME=str(tmp_path)
    )

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "install Python 3.12 or newer" in done.stderr


def test_environment_that_is_right_is_left_alone():
    stamp = Path(sys.prefix) / "readout-stamp"
    before = stamp.stat().st_mtime_ns

    done = run("scripts/venv.sh", "dev", PYTHON="")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert stamp.stat().st_mtime_ns == before


def test_a_browser_that_does_not_run_is_refused_in_one_line(launcher):
    done = run("scripts/browser.sh", BROWSER_EXECUTABLE=str(launcher("chrome", "exit 1")))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def test_an_office_that_does_not_run_is_refused_in_one_line(launcher):
    done = run("scripts/office.sh", OFFICE_EXECUTABLE=str(launcher("soffice", "exit 1")))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("", "DATABASE_URL is not set"),
        ("sqlite:///somewhere", "does not name a PostgreSQL server"),
        ("postgres://readout:hidden@127.0.0.1:1/readout", "does not answer"),
    ],
)
def test_postgres_that_cannot_be_used_is_said_in_one_line(url, complaint):
    done = run(sys.executable, "scripts/postgres.py", DATABASE_URL=url)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert complaint in done.stderr
    assert "hidden" not in done.stderr


def test_locks_name_no_host_and_every_package_has_hashes():
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        packages = [number for number, line in enumerate(lines) if re.match(r"[a-z0-9.-]+==", line)]

        assert packages
        assert all("--hash=sha256:" in lines[number + 1] for number in packages)
        assert not [line for line in lines if "://" in line or line.startswith("--")]


def test_what_serves_is_what_is_tested():
    def versions(name):
        return set(re.findall(r"^([a-z0-9.-]+==\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert versions("requirements.txt") < versions("requirements-dev.txt")


# --- The demo ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("port", ["", "0", "65536", "８０００", "http"])
def test_demo_refuses_what_is_no_port(port):
    done = run(sys.executable, "scripts/demo.py", PORT=port)

    assert done.returncode == 1
    assert "is not a port" in done.stderr


def test_demo_says_when_its_port_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = run(sys.executable, "scripts/demo.py", PORT=str(port))

    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken: ")
    assert done.stderr.count("\n") == 1


def test_demo_starts_twice_keeps_what_was_entered_and_ends_at_ctrl_c(image):
    shutil.copy(ROOT / ".env.example", image)
    port = str(free_port())
    visitor = plain(PORT=port, SITE_URL=f"http://127.0.0.1:{port}")
    # What a caller's shell may say about another site must not reach the demo.
    env = plain(PORT=port, DATABASE_URL="postgres://127.0.0.1:1/elsewhere", DEBUG="off", SECRET_KEY="")
    keys = []

    for _ in range(2):
        with start([".venv/bin/python", "scripts/demo.py"], image, env) as demo:
            try:
                wait_until(lambda: healthy(image, visitor), demo, seconds=90)
            finally:
                demo.send_signal(signal.SIGINT)
            output, _ = demo.communicate(timeout=30)
        assert demo.returncode == 0, output
        assert f"http://127.0.0.1:{port}" in output
        assert "Traceback" not in output
        keys.append((image / "var/demo-secret-key").read_text(encoding="ascii"))

    assert len(keys[0]) > 50
    assert keys[0] == keys[1]
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(port))) != 0
