# Needs Python 3 and make; everything else is set up in .uv (uv itself) and .venv (the project).
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := .uv/bin/uv
ATG := .venv/bin/atg
export UV_PROJECT_ENVIRONMENT := .venv
export VIRTUAL_ENV := $(CURDIR)/.venv

.PHONY: help setup run test unit test-faults coverage fuzz lint docs words test-pages screenshots drill bench bench-quick bench-charts bench-peers bench-counts bench-auth bench-files bench-import bench-start bench-memory lock lock-node lock-browser lock-peers audit clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready  ## set up .venv with everything pinned in requirements.lock, and what browsers load by package-lock.json
	@.venv/bin/python -m atg_entrypoints.browser_packages --uv $(UV)

$(UV):
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet 'uv>=0.9'

.venv/.ready: requirements.lock pyproject.toml .python-version | $(UV)
	test -x .venv/bin/python || $(UV) venv --quiet
	$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements.lock
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	.venv/bin/python -m compileall -q src
	@touch $@

run: setup  ## start the demo: the API over the example data
	$(ATG) demo

test: setup  ## style, types, layers and every test (OPTIONS: those of pytest)
	.venv/bin/python -m tests $(OPTIONS)

unit: setup  ## the tests of the rules alone, with a tenth of the examples that Hypothesis tries otherwise
	ATG_TEST_EXAMPLES=few .venv/bin/pytest --quiet tests/unit

test-faults: setup  ## faults under load: processes killed, parts stopped and hung, a soak: docs/reliability.md (OPTIONS: those of pytest)
	.venv/bin/python -m tests.faults $(OPTIONS)

coverage: setup  ## every test once more, with what none of them runs
	.venv/bin/python -m tests --cov --cov-report=term:skip-covered

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
	.venv/bin/python -m atg_core.importing.documentation docs/import.md

words: setup  ## add what the code says anew to the Russian files of the catalogue, to be translated
	.venv/bin/python -m atg_adapters.words.extraction

test-pages: setup  ## every page of the console in both themes on a desk and a phone (needs Chromium); `make test` takes half of these
	ATG_TEST_PAGES=all .venv/bin/pytest --numprocesses=2 tests/browser/test_accessibility.py

screenshots: setup  ## take the pictures of the console in docs/console anew, over a demo of its own (needs Chromium)
	.venv/bin/python -m tests.browser.screenshots docs/console

drill: setup  ## prove that a backup of what is configured can be restored, and gives what is stored
	$(ATG) drill

bench: setup bench-peers  ## requests a second and what each costs, beside others: a quarter of an hour (OPTIONS, as --help says)
	.venv/bin/python -m bench.throughput --output bench/results.json $(OPTIONS)

bench-quick: setup  ## the same in a minute: a few routes, beside the floor and what is written down
	.venv/bin/python -m bench.throughput --quick $(OPTIONS)

bench-charts: setup  ## write the figures of the latest `make bench` into docs/performance.md, with charts
	.venv/bin/python -m bench.throughput.document

bench-counts: setup  ## write down how many Python functions a request calls, which tests compare
	.venv/bin/python -m bench.call_counts --write

bench-peers: .peers/.ready

.peers/.ready: bench/peers/requirements.lock .python-version | $(UV)
	test -x .peers/bin/python || $(UV) venv --quiet .peers
	VIRTUAL_ENV=$(CURDIR)/.peers $(UV) pip sync --quiet --compile-bytecode --require-hashes bench/peers/requirements.lock
	@touch $@

bench-auth: setup  ## what sign-in tells those who guess, and what 10,000 guesses do to others
	.venv/bin/python -m bench.auth

bench-files: setup  ## how fast files are streamed, beside a plain loop and nginx
	.venv/bin/python bench/files.py

bench-import: setup  ## how fast files are imported, beside psql
	.venv/bin/python bench/importing.py

bench-memory: setup  ## what a server holds before and after its use (ATG_BENCH_DATABASE_URL, ATG_BENCH_REDIS_URL)
	.venv/bin/python -m bench.memory $(ATG)

bench-start: $(UV)  ## how long starts take, and what an idle server holds, without the development tools
	test -x .runtime/bin/python || $(UV) venv --quiet .runtime
	VIRTUAL_ENV=$(CURDIR)/.runtime $(UV) pip install --quiet --compile-bytecode --verify-hashes --constraint requirements.lock \
	    --build-constraint requirements.lock --reinstall-package atg .
	.runtime/bin/python bench/start.py .runtime/bin/atg

lock: $(UV)  ## resolve requirements.lock anew (names, versions and hashes; no address)
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.12 --extra dev --upgrade pyproject.toml --output-file requirements.lock

lock-node: $(UV)  ## the same for the node of machines that have none
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade node.in --output-file node.lock

lock-browser:  ## the same for what browsers load, by the machine's npm; without the addresses of sponsors
	npm update --package-lock-only --ignore-scripts
	node -e 'const fs = require("fs"), lock = JSON.parse(fs.readFileSync("package-lock.json")); for (const each of Object.values(lock.packages)) delete each.funding; fs.writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n")'

lock-peers: $(UV)  ## the same for what the peers of `make bench` need
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.12 --upgrade bench/peers/requirements.in --output-file bench/peers/requirements.lock

audit: setup  ## known vulnerabilities of what is pinned
	.venv/bin/pip-audit --require-hashes --disable-pip --requirement requirements.lock

clean:  ## remove what setup made (not the data in var)
	rm -rf .venv .uv .runtime .peers
