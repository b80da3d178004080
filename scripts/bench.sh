#!/bin/sh
# Fills and measures the bench's own databases; SIZES and BENCH_DATABASE_URL choose, arguments as `--help` says.
set -eu
cd "$(dirname "$0")/.."

scripts/venv.sh runtime
. scripts/clean_env.sh
exec .venv/bin/python -m bench "$@"
