#!/bin/sh
# Runs the suite: `test.sh sqlite|postgres [pytest's arguments]`. Settings come from here, not from the caller.
set -eu
cd "$(dirname "$0")/.."

database=$1
shift
scripts/venv.sh dev

url=${DATABASE_URL:-}
. scripts/clean_env.sh
if [ "$database" = postgres ]; then
    DATABASE_URL=$url .venv/bin/python scripts/postgres.py
    export DATABASE_URL="$url"
fi

BROWSER_EXECUTABLE=$(scripts/browser.sh)
media=$(mktemp -d)
trap 'rm -rf "$media"' EXIT
trap 'exit 130' INT TERM
export BROWSER_EXECUTABLE MEDIA_ROOT="$media"
export SECRET_KEY=for-tests-only-for-tests-only-for-tests-only-for-tests-only SITE_URL=http://localhost:8000 \
    EMAIL_URL=memorymail://

echo "Testing on $([ "$database" = postgres ] && echo PostgreSQL || echo SQLite) with $BROWSER_EXECUTABLE" >&2
.venv/bin/python ${COVERAGE:+-m coverage run} -m pytest -n auto --maxprocesses 4 "$@"
