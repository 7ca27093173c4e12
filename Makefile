# Kundval. `make run` starts the demo municipality, `make test` runs every check and test.
PORT ?= 8000

.PHONY: help run test lint lock
help:
	@echo "make run [PORT=8000]   start the demo municipality on http://localhost:PORT"
	@echo "make test              lint, types, import order, every test on SQLite and PostgreSQL"
	@echo "make lint              lint, types, import order, templates, migrations, deploy check"
	@echo "make lock              resolve pyproject.toml into requirements/ anew"

run:
	@scripts/setup run
	@exec .venv/bin/python -m config.serve --port $(PORT)

test: lint
	@scripts/test

lint:
	@scripts/setup test
	@scripts/lint

lock:
	@scripts/setup tools
	@scripts/lock
