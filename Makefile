# Needs Python 3 and make; everything else is set up in .uv (uv itself) and .venv (the project).
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := .uv/bin/uv
ATG := .venv/bin/atg
export UV_PROJECT_ENVIRONMENT := .venv
export VIRTUAL_ENV := $(CURDIR)/.venv

.PHONY: help setup run test coverage fuzz lint docs bench-auth bench-files bench-import lock audit clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready  ## set up .venv with everything pinned in requirements.lock

$(UV):
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet 'uv>=0.9'

.venv/.ready: requirements.lock pyproject.toml .python-version | $(UV)
	test -x .venv/bin/python || $(UV) venv --quiet
	$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements.lock
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: setup  ## start the demo: the API over the example data
	$(ATG) demo

test: setup lint  ## lint, types, layers and every test
	.venv/bin/pytest

coverage: setup  ## every test once more, with what none of them runs
	.venv/bin/pytest --cov --cov-report=term:skip-covered

fuzz: setup  ## tens of thousands of requests made up from openapi.json, as each role (a quarter of an hour and more)
	.venv/bin/python -m tests.fuzz

lint: setup  ## ruff, mypy, import-linter
	.venv/bin/ruff check --quiet .
	.venv/bin/ruff format --check --quiet .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

docs: setup  ## write the generated documents anew
	$(ATG) openapi
	.venv/bin/python -m atg_adapters.sql.data_model docs/data-model.md
	.venv/bin/python -m atg_core.importing.describing docs/import.md

bench-auth: setup  ## what sign-in tells those who guess, and what 10,000 guesses do to others
	.venv/bin/python -m bench.auth

bench-files: setup  ## how fast files are streamed, beside a plain loop and nginx
	.venv/bin/python bench/files.py

bench-import: setup  ## how fast files are imported, beside psql
	.venv/bin/python bench/importing.py

lock: $(UV)  ## resolve requirements.lock anew (names, versions and hashes; no address)
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.12 --extra dev --upgrade pyproject.toml --output-file requirements.lock

audit: setup  ## known vulnerabilities of what is pinned
	.venv/bin/pip-audit --require-hashes --disable-pip --requirement requirements.lock

clean:  ## remove what setup made (not the data in var)
	rm -rf .venv .uv
