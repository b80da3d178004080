#!/bin/sh
# What whole lists cost as files, and the dump, on SQLite and PostgreSQL; BENCH_DATABASE_URL names another server.
set -eu
cd "$(dirname "$0")/.."

scripts/venv.sh runtime
. scripts/clean_env.sh
exec .venv/bin/python -m bench.exports "$@"
