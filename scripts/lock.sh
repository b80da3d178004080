#!/bin/sh
# Writes requirements.txt and requirements-dev.txt: every version with its hashes, for every platform, naming no host;
# and requirements-audit.json: what is known of each today.
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

# What the index says of each locked version, and what is known against it (see scripts/audit.py). Where no service of
# advisories answers, the snapshot says so.
UV_PYTHON_DOWNLOADS=never "$uv" pip compile --universal --python-version 3.12 --python "$python" --no-header \
    --generate-hashes --constraint requirements-dev.txt requirements-dev.in --format pylock.toml \
    -o "$tools/pylock.toml" >/dev/null 2>"$tools/warnings" || { cat "$tools/warnings" >&2; exit 1; }
"$python" -m venv "$tools/audit"
"$tools/audit/bin/python" -m pip install -qq --disable-pip-version-check pip-audit
ask() { # it fails when there are some
    "$tools/audit/bin/pip-audit" --requirement "$1" --no-deps --disable-pip --progress-spinner off --format json \
        --output "$tools/advisories.json" >/dev/null 2>&1 || true
}
grep -o '^django==[0-9.]*' requirements.txt >"$tools/one.txt"
ask "$tools/one.txt" # whether anybody answers at all
if grep -q '"vulns"' "$tools/advisories.json" 2>/dev/null; then
    ask requirements-dev.txt
fi
"$python" scripts/audit.py record "$tools/pylock.toml" "$tools/advisories.json" "$tools/warnings"
