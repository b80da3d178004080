"""Brings the demonstration up on SQLite: database, demo data, then web server and worker until Ctrl-C.

Everything it keeps is under var/. Its settings are made here and owe nothing to the caller's environment but $PORT, so
that a DATABASE_URL left over in a shell is never filled with demo data.
"""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"


def read_port() -> int:
    """The port asked for; exits with one line when it is no port or is taken."""
    text = os.environ.get("PORT", "8000")
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        sys.exit(f"PORT={text} is not a port: choose a number from 1 to 65535.")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            sys.exit(f"Port {port} is not open to you: choose a higher one, for example make demo PORT=8000.")
        except OSError:
            other = port + 1 if port < 65535 else 8000
            sys.exit(f"Port {port} is taken: stop what runs there, or choose another: make demo PORT={other}")
    return port


def secret_key() -> str:
    """A key made at the first start and kept, so that people stay signed in over a restart."""
    path = VAR / "demo-secret-key"
    VAR.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    if not path.stat().st_size:
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii")


def environment(port: int) -> dict[str, str]:
    """The caller's environment with Readout's own variables replaced by the demonstration's."""
    ours = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    ours |= {f"{name}_FILE" for name in ours} | {"DJANGO_SETTINGS_MODULE", "PYTHONHOME", "PYTHONPATH"}
    return {name: value for name, value in os.environ.items() if name not in ours} | {
        "DEBUG": "on",
        "SECRET_KEY": secret_key(),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "EMAIL_URL": "consolemail://",
        "DJANGO_RUNSERVER_HIDE_WARNING": "true",
        "AUDIT_LOG": str(ROOT / "var" / "audit.jsonl"),  # the terminal is for addresses and codes
        "PYTHONUNBUFFERED": "1",
    }


def serve(port: int, env: dict[str, str]) -> int:
    """Run server and worker side by side; when one ends or a signal comes, both end."""
    manage = [sys.executable, "manage.py"]
    children = {
        "server": [*manage, "runserver", "--noreload", "--skip-checks", f"127.0.0.1:{port}"],
        "worker": [*manage, "worker", "--skip-checks"],
    }
    asked: list[int] = []
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda number, frame: asked.append(number))
    # In sessions of their own they do not hear the terminal's Ctrl-C: they are stopped here, once, in order.
    running = {
        name: subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True) for name, command in children.items()
    }
    while not asked and all(child.poll() is None for child in running.values()):
        time.sleep(0.2)
    ended = {name: child.returncode for name, child in running.items() if child.returncode is not None}
    for child in running.values():
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
    for child in running.values():
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    for name, code in ended.items():
        if not asked:
            print(f"The {name} ended by itself (exit code {code}), so the demo ends too.", file=sys.stderr)
    return 0 if asked else 1


def main() -> int:
    """Prepare, load and serve; the exit code is that of the first step that failed."""
    port = read_port()
    env = environment(port)
    for command in (["scripts/serve.sh", "prepare"], [sys.executable, "manage.py", "load_demo"]):
        code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
        if code:
            return code
    return serve(port, env)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
