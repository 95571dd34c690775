# Five verbs: install, demo, check, test, bench. `check` never edits a file.
# Needs Python 3.11 or later, make and a package index; everything else is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
# Each process starts its servers once, and takes from the other what is left when its own half is done.
# TESTERS=0 runs all in one.
TESTERS ?= 2
SIDE_BY_SIDE := --numprocesses=$(TESTERS) --dist=worksteal
PACKAGES := api bench casework curbcast digests notifier tests

.PHONY: install demo serve mail golden check test bench chaos load secrets clean
.DEFAULT_GOAL := demo

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Curbcast needs Python 3.11 or later (make PYTHON=...)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@touch $@

demo: $(STAMP) ## a made-up town, everything in one process
	$(BIN)/curbcast demo

serve: $(STAMP) ## the same without the town
	$(BIN)/curbcast serve

mail: $(STAMP) ## every kind of mail, side by side at http://127.0.0.1:8001/mail, shown anew when a template is saved
	$(BIN)/curbcast mail gallery

golden: $(STAMP) ## record anew how every mail reads and is built; read the difference before you commit it
	RECORD_GOLDEN=1 $(BIN)/pytest -q tests/notifier/test_golden.py

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/curbcast schema --check
	$(BIN)/pytest -q -m "not slow" $(SIDE_BY_SIDE)

test: $(STAMP)
	$(BIN)/pytest $(SIDE_BY_SIDE)

bench: $(STAMP) ## all of them, or NAME=render
	$(BIN)/curbcast bench $(NAME)

chaos: $(STAMP) ## everything is killed under load, and nobody may be forgotten: KILLS=1000 SEED=7
	$(BIN)/python -m bench.chaos --kills $(or $(KILLS),50) --seed $(or $(SEED),1)

load: $(STAMP) ## a large town's day in ten minutes: SCALE=0.1 MINUTES=10
	$(BIN)/python -m bench.load --scale $(or $(SCALE),1) --minutes $(or $(MINUTES),10)

# Readable by the image's user; the folder is for its owner only.
secrets: ## made-up secrets for docker-compose.yml
	mkdir -m 700 secrets
	$(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(48))' > secrets/secret_key
	$(PYTHON) -c 'import secrets; print(secrets.token_hex(24))' > secrets/postgres_password
	echo "postgres://curbcast:$$(cat secrets/postgres_password)@postgres:5432/curbcast" > secrets/database_url
	echo "smtp://mailpit:1025?starttls=never" > secrets/smtp_url
	chmod 444 secrets/*

clean:
	rm -rf build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis var tests/node/node_modules
	find $(PACKAGES) -name __pycache__ -type d -prune -exec rm -rf {} +
