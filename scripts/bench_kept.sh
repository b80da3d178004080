#!/bin/sh
# What keeping pages gains on a real server, on SQLite and PostgreSQL; BENCH_DATABASE_URL names another server.
set -eu
cd "$(dirname "$0")/.."

scripts/venv.sh runtime
. scripts/clean_env.sh
exec .venv/bin/python -m bench.kept "$@"
