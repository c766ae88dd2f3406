# Two commands do everything: `make demo` runs the hub with a sample world, `make test` proves it.

PYTHON ?= python3
PORT ?= 8080
BIN := .venv/bin

EXPLORER := src/baygate/portal/static/index.html
EXPLORER_SOURCES := $(shell find portal -mindepth 1 -name node_modules -prune -o -print)

.PHONY: demo portal explorer test lint bench schema policies lock clean help

help:
	@echo "make demo    run the hub on http://127.0.0.1:$(PORT), with its own PostgreSQL and a sample world"
	@echo "make portal  build the explorer's page (needs Node 20.19 or newer)"
	@echo "make test    run the whole suite"
	@echo "make lint    ruff and mypy"
	@echo "make bench   measure the hub beside a hand-written handler (needs wrk)"
	@echo "make schema  write the contract to schema/"
	@echo "make policies  sign the example policies in policies/ that changed"
	@echo "make lock    resolve the dependencies anew"

demo: .venv/.demo explorer
	@exec $(BIN)/baygate demo --port $(PORT)

portal: $(EXPLORER)

# the demo goes on without it: the hub has a plain page of its own
explorer:
	@if node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b < 2019 ? 1 : 0)' 2>/dev/null; \
	then $(MAKE) --no-print-directory portal || echo "The explorer was not built (see above); the hub shows its plain page."; \
	else echo "No Node 20.19 or newer here: the hub shows its plain page instead of the explorer."; fi

portal/node_modules/.installed: portal/package.json portal/package-lock.json
	cd portal && npm ci --no-audit --no-fund
	@touch $@

$(EXPLORER): portal/node_modules/.installed $(EXPLORER_SOURCES)
	cd portal && npm run --silent build

# the suite starts many processes, each of which would compile all of the hub
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/.dev
	$(BIN)/pytest -n auto --dist worksteal $(PYTEST)

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.dev
	PYTHONPATH=. $(BIN)/python -m bench $(BENCH)

schema: .venv/.demo
	$(BIN)/baygate schema export

# with the example keys of certs.example, which anybody has: for the demo alone
policies: .venv/.demo
	$(BIN)/python -m baygate.sample.policies

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "baygate needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.demo: .venv/.python requirements/demo.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/demo.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.demo requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# hashes, not addresses: the lock says what is installed, the machine's own settings say from where
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra embedded --group build pyproject.toml -o requirements/demo.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra embedded --extra otel --extra parquet --extra pkcs11 --group build --group test --group lint --group bench pyproject.toml \
	  -c requirements/demo.txt -o requirements/dev.txt

clean:
	rm -rf .venv .baygate .mypy_cache .pytest_cache .ruff_cache .hypothesis portal/node_modules src/baygate/portal/static
