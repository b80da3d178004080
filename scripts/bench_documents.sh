#!/bin/sh
# Makes the documents of a large event, each in a process and a database of its own.
set -eu
cd "$(dirname "$0")/.."

scripts/venv.sh runtime
. scripts/clean_env.sh
exec .venv/bin/python -m bench.documents "$@"
