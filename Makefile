# Five verbs: install, demo, check, test, bench. `check` never edits a file.
# Needs Python 3.11 or later, make and a package index; everything else is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PACKAGES := api bench casework curbcast digests notifier tests

.PHONY: install demo serve mail check test bench clean
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

mail: $(STAMP) ## every kind of mail, as files to look at
	$(BIN)/curbcast mail preview --out var/mail

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/curbcast schema --check
	$(BIN)/pytest -q -m "not slow"

test: $(STAMP)
	$(BIN)/pytest

bench: $(STAMP) ## all of them, or NAME=render
	$(BIN)/curbcast bench $(NAME)

clean:
	rm -rf build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis var
	find $(PACKAGES) -name __pycache__ -type d -prune -exec rm -rf {} +
