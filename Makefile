# preventedu: `make demo` tries it, `make test` proves it. `make help` lists the rest.
.POSIX:
.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo test test-server check lint lock translations

PYTHON ?= python3
BIN = .venv/bin
JOBS ?= 3
# Each process would compile everything anew where the environment forbids to keep it.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/pytest

help:  ## List these commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/ready  ## Make .venv with everything that preventedu needs to run

setup-test: .venv/ready-test  ## The same, with everything that the tests need

demo: .venv/ready  ## Start a small LMS, the tool and its worker, and print a tour
	@$(BIN)/preventedu demo

test: .venv/ready-test  ## Run the tests, on SQLite and PostgreSQL, in a real browser
	$(PYTEST) --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder -m "not server"

test-server: .venv/ready-test  ## The rest: whole servers, from installing to restoring (10 minutes)
	$(PYTEST) -m server

check: .venv/ready-test lint  ## The fast one: lint, types, contracts, unit tests
	$(PYTEST) --quiet --numprocesses $(JOBS) \
	  -m "not browser and not postgres and not slow and not server" \
	  --ignore tests/practice_lms --ignore tests/second_platform

lint: .venv/ready-test  ## Style, types, architecture, templates, content
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet preventedu practice_lms
	$(BIN)/preventedu content check

lock: .venv/ready  ## Renew the exact versions that `make setup` installs
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-header --no-emit-index-url --quiet -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-header --no-emit-index-url --quiet -c requirements.lock \
	  -o requirements-test.lock

# --omit-header would lose the plural rule, and with it the second form of plurals.
translations: .venv/ready  ## Collect new texts into the Spanish catalogue, for a person to translate
	$(BIN)/pybabel -q extract -F babel.cfg -k lazy_gettext -k _l --omit-header --no-location \
	  --sort-output -o preventedu/translations/messages.pot .
	$(BIN)/pybabel -q update -D messages -i preventedu/translations/messages.pot \
	  -d preventedu/translations --no-fuzzy-matching --ignore-obsolete
	@sed -i -e '1{/^$$/d;}' -e '2,/^$$/{/^"Content-Type/b;/^"Language:/b;/^"Plural/b;/^"/d;}' \
	  preventedu/translations/es/LC_MESSAGES/messages.po
	$(BIN)/pybabel -q compile -d preventedu/translations

.venv/ready: requirements.lock pyproject.toml preventedu/translations/es/LC_MESSAGES/messages.po
	@PYTHON=$(PYTHON) ./tools/check-python
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/pybabel -q compile -d preventedu/translations
	@touch .venv/ready

.venv/ready-test: .venv/ready requirements-test.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch .venv/ready-test
