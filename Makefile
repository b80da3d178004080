# Every target does its own set-up: a Python is found, .venv made and kept as the lock says. Only make is needed.
PORT ?= 8000
export PORT
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help demo test test-postgres coverage check bench bench-round bench-kept bench-exports bench-admin bench-documents screenshots lock

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

demo: ## run the portal with its demo data on http://127.0.0.1:8000 (PORT=8001 for another port)
	@scripts/venv.sh runtime && exec .venv/bin/python scripts/demo.py

test: ## run the whole suite on SQLite (ARGS="tests/events -k slug" for a part)
	@scripts/test.sh sqlite $(ARGS)

test-postgres: ## run the same suite on the PostgreSQL server that DATABASE_URL names
	@scripts/test.sh postgres $(ARGS)

coverage: ## run the suite on SQLite and list the lines that no test runs
	@COVERAGE=1 scripts/test.sh sqlite $(ARGS) && .venv/bin/coverage combine --quiet && .venv/bin/coverage report

check: ## check format, lint, types, templates, migrations, deployment settings, scripts and packages
	@scripts/check.sh

bench: ## fill databases with a million outcomes and measure the public pages (SIZES="10000 100000", ARGS=--help)
	@scripts/bench.sh $(ARGS)

bench-round: ## let a room of 300 phones answer a closing round at once, on a real server (ARGS=--help)
	@scripts/bench_round.sh $(ARGS)

bench-kept: ## read pages that are kept and the same made anew, on a real server, and withdraw one meanwhile (ARGS=--help)
	@scripts/bench_kept.sh $(ARGS)

bench-exports: ## take the whole list of outcomes as a file in each format, and make the dump (SIZES="10000", ARGS=--help)
	@scripts/bench_exports.sh $(ARGS)

bench-documents: ## make the PDF and the Word file of a report with 30 sections and 60 outcomes (ARGS=--help)
	@scripts/bench_documents.sh $(ARGS)

bench-admin: ## ask for every page of the admin of a forum with 300 sessions and 8,500 participations (ARGS=--help)
	@scripts/bench_admin.sh $(ARGS)

screenshots: ## photograph every kind of page of the demo into docs/screenshots/
	@scripts/venv.sh dev && BROWSER_EXECUTABLE=$$(scripts/browser.sh) && export BROWSER_EXECUTABLE \
		&& exec .venv/bin/python scripts/screenshots.py

lock: ## write requirements*.txt and what is known of them anew from requirements*.in (ARGS=--upgrade for newer versions)
	@scripts/lock.sh $(ARGS)
