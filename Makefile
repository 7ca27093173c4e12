# Kundval: `make run` starts the demo municipality, `make test` runs every check and test.
# The work is done by scripts/; each of the targets sets up what it needs.
PORT ?= 8000
ifneq (,$(findstring faketime,$(LD_PRELOAD)))
export PYTHONPATH := $(CURDIR)/scripts/faked:$(PYTHONPATH)
export KUNDVAL_CHROMIUM := $(CURDIR)/scripts/faked/chromium
endif

.PHONY: help run test test-everywhere lint audit setup lock

help:
	@echo "make run [PORT=8000]  start the demo municipality on http://localhost:PORT"
	@echo "make test             every check, and every test, with coverage"
	@echo "make test-everywhere  the same, with every test on PostgreSQL too"
	@echo "make lint             style, types, layers, templates, migrations, deploy settings"
	@echo "make audit            known vulnerabilities in the pinned packages (asks the network)"
	@echo "make setup            install what run and test need, and stop there"
	@echo "make lock             resolve pyproject.toml into requirements/ anew"

run:
	@scripts/setup run
	@exec .venv/bin/python -m config.serve --port $(PORT)

test: lint
	@scripts/test

test-everywhere: lint
	@scripts/test everywhere

lint: setup
	@scripts/lint

audit:
	@scripts/setup tools
	@scripts/audit

setup:
	@scripts/setup test

lock:
	@scripts/setup tools
	@scripts/lock
