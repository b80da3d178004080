#!/bin/sh
# Runs every check, even after one has failed, and names the ones that did.
set -u
cd "$(dirname "$0")/.."

scripts/venv.sh dev || exit 1
. scripts/clean_env.sh
export SECRET_KEY=3qPz7Lw0vXc9Rk2nTb5yHj8mGd4sFa6uEo1iQwZxCvBnMlKjHgFdSaPoIuYt SITE_URL=https://readout.example.org \
    EMAIL_URL=smtp://localhost:25
PATH=$PWD/.venv/bin:$PATH
failed=

run() {
    name=$1
    shift
    echo "== $name"
    "$@" || failed="$failed $name;"
}

scripts_parse() {
    for script in scripts/*.sh; do
        sh -n "$script" || return 1
    done
    bash -n .ci/run
}

templates() {
    [ -d templates ] || return 0
    djlint --lint --quiet templates
}

run "format" ruff format --check --quiet .
run "lint" ruff check --quiet .
run "types" mypy
run "templates" templates
run "migrations" python -W error manage.py makemigrations --check --dry-run
run "deployment settings" python -W error manage.py check --deploy --fail-level WARNING
run "scripts" scripts_parse
run "packages" python -W error scripts/audit.py

if [ -n "$failed" ]; then
    echo "Failed:${failed%;}." >&2
    exit 1
fi
echo "All checks passed."
