# make demo    the main job, on a simulated modem       make test    lint, types and tests
# make proof   the longer proofs                         make bench   the benchmarks
# make clients programs that others wrote, on the simulated modem; installs them
# make docs    the documentation as a site, in build/docs
# make deb     the Debian package, in dist/               make packaging tries it in fresh systems
#
# Nothing but python3 (3.11 or newer, with venv) and make has to be there.

PYTHON ?= python3
VENV ?= .venv
CLIENTS ?= .venv-clients
DOCS ?= .venv-docs
# Tests that run beside each other; many of them wait for processes.
JOBS ?= 4
BIN := $(VENV)/bin

.PHONY: demo test lint types proof clients docs deb packaging bench clean

demo: $(VENV)/ready
	$(BIN)/modem-helper demo --once

test: $(VENV)/ready-test lint types
	$(BIN)/python -m pytest -q -m "not proof and not clients and not packaging" -n $(JOBS) --dist worksteal

proof: $(VENV)/ready-test
	$(BIN)/python -m pytest -q -m proof

clients: $(VENV)/ready-test
	PYTHON=$(BIN)/python tests/clients/install.sh $(CLIENTS)
	CLIENTS_VENV=$(CLIENTS) $(BIN)/python -m pytest -q -m clients tests/clients tests/hil/lab

# Warnings are errors, a link inside that leads nowhere among them. Other sites are not asked.
docs: $(DOCS)/ready
	$(DOCS)/bin/sphinx-build -b html -W --keep-going --quiet docs build/docs
	@echo "build/docs/index.html"

deb:
	/usr/bin/python3 packaging/deb.py

packaging: $(VENV)/ready-test
	$(BIN)/python -m pytest -q -m packaging tests/packaging

lint: $(VENV)/ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready-test
	$(BIN)/mypy

bench: $(VENV)/ready-peers
	$(BIN)/python -m benchmarks.codec
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.startup_peers
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.idle
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.wear
	$(BIN)/python -m benchmarks.baud
	$(BIN)/python -m benchmarks.many_modems
	$(BIN)/python -m benchmarks.fleet
	$(BIN)/python -m benchmarks.hostile_messages

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "modem-helper needs Python 3.11 or newer as $(PYTHON)."; \
	  echo "Install it:  sudo apt-get install python3 python3-venv"; \
	  echo "or name one: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv is missing. Install it:  sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(DOCS)/ready: pyproject.toml | $(VENV)/bin/python
	$(VENV)/bin/python -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

$(VENV)/ready: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]' \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/ready-test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/ready

$(VENV)/ready-peers: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,peers]'
	@touch $@ $(VENV)/ready-test $(VENV)/ready

clean:
	rm -rf $(VENV) $(CLIENTS) $(DOCS) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
