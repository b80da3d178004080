#!/bin/sh
# Makes .venv what the lock says: `venv.sh runtime` for what Readout runs on, `venv.sh dev` for the tests and checks too.
# The stamp in .venv names the interpreter, this folder and the locks installed; while it holds nothing is done.
set -eu
cd "$(dirname "$0")/.."

kind=${1:-runtime}
case $kind in
    runtime) lock=requirements.txt ;;
    dev) lock=requirements-dev.txt ;;
    *) echo "usage: $0 runtime|dev" >&2; exit 2 ;;
esac

unset PYTHONHOME PYTHONPATH
stamp=.venv/readout-stamp
base='import os, sys; print(os.path.realpath(sys.base_prefix), sys.version.split()[0])'

# The interpreter asked for with PYTHON, else the one .venv already has.
wanted=${PYTHON:-}
if [ -n "$wanted" ]; then
    wanted=$(scripts/python.sh)
elif [ -x .venv/bin/python ]; then
    wanted=.venv/bin/python
fi

# One line: who runs, where, and on which runtime lock.
identity() {
    printf '%s | %s | %s\n' "$("$1" -I -c "$base")" "$(pwd -P)" "$(cksum <requirements.txt)"
}

holds() {
    [ -n "$wanted" ] && [ -f "$stamp" ] && [ -x .venv/bin/python ] || return 1
    expected=$(identity "$wanted" 2>/dev/null) || return 1
    .venv/bin/python -I -c '' 2>/dev/null || return 1
    [ "$(sed -n 1p "$stamp")" = "$expected" ]
}

if ! holds; then
    python=${PYTHON:+$wanted}
    [ -n "$python" ] || python=$(scripts/python.sh)
    echo "Making .venv with $("$python" -I -c 'import platform; print("Python", platform.python_version())') ..." >&2
    rm -rf .venv
    "$python" -I -m venv .venv
    echo "Installing the packages of requirements.txt ..." >&2
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r requirements.txt
    identity .venv/bin/python >"$stamp.new"
    mv "$stamp.new" "$stamp"
fi

if [ "$kind" = dev ]; then
    dev="dev $(cksum <"$lock")"
    if ! grep -Fqx "$dev" "$stamp"; then
        echo "Installing the packages of $lock ..." >&2
        .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$lock"
        { sed -n 1p "$stamp"; echo "$dev"; } >"$stamp.new"
        mv "$stamp.new" "$stamp"
    fi
fi
