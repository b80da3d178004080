#!/bin/sh
# Prints the path of a Python that can run Readout, or says in one line what to install.
# $PYTHON, when set, is the only one considered.
set -u

probe='
import sys
if sys.version_info < (3, 12):
    sys.exit(1)
import ensurepip, sqlite3, ssl, venv
if sqlite3.sqlite_version_info < (3, 37):
    sys.exit(1)
sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE words USING fts5(word)")
print(sys._base_executable)  # in a virtual environment: what it was made from, which outlives it
'

# A version manager may put a launcher on the PATH for a Python it does not have: only a run tells.
accept() {
    found=$("$1" -I -c "$probe" 2>/dev/null </dev/null) && [ -x "$found" ] && printf '%s\n' "$found"
}

need="Python 3.12 or newer with venv, ensurepip and an SQLite that has FTS5"

if [ -n "${PYTHON:-}" ]; then
    accept "$PYTHON" && exit 0
    is=$("$PYTHON" -I -c 'import platform; print("is Python", platform.python_version())' 2>/dev/null </dev/null) || is="does not run"
    echo "PYTHON=$PYTHON will not do (it $is): Readout needs $need." >&2
    exit 1
fi

for name in python3.13 python3.14 python3.12 python3; do
    command -v "$name" >/dev/null 2>&1 && accept "$name" && exit 0
done

for version in 3.13 3.14 3.12; do
    for candidate in "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/"$version"*/bin/python; do
        [ -x "$candidate" ] && accept "$candidate" && exit 0
    done
done

if command -v uv >/dev/null 2>&1; then
    candidate=$(UV_PYTHON_DOWNLOADS=never uv python find --system '>=3.12' 2>/dev/null </dev/null) && accept "$candidate" && exit 0
fi

echo "No suitable Python found: install $need (python.org, your system's packages, or 'uv python install 3.13'), or name one with PYTHON=/path/to/python." >&2
exit 1
