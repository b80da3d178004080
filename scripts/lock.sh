#!/bin/sh
# Writes requirements.txt and requirements-dev.txt: every version with its hashes, for every platform, naming no host.
# `lock.sh --upgrade` takes the newest versions the .in files allow; without it what is locked stays.
set -eu
cd "$(dirname "$0")/.."

python=$(scripts/python.sh)
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
trap 'exit 130' INT TERM

if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    "$python" -m venv "$tools/venv"
    "$tools/venv/bin/python" -m pip install -qq --disable-pip-version-check uv
    uv=$tools/venv/bin/uv
fi

for name in requirements requirements-dev; do
    UV_PYTHON_DOWNLOADS=never "$uv" pip compile --quiet --universal --python-version 3.12 --python "$python" \
        --generate-hashes --custom-compile-command 'make lock' "$@" "$name.in" -o "$name.txt"
done

if grep -nE '://|^--' requirements.txt requirements-dev.txt; then
    echo "A lock names a host or carries an option (above): take it out of the .in file or of uv's configuration." >&2
    exit 1
fi
