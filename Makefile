# Bare `make` prints these lines. One tool, no Docker.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
APPLICANTS ?= 5000
XDIST ?= 2
# the tests start hundreds of short processes, and none of them should compile its modules again;
# the sandbox's child never writes beside the libraries, so they are compiled when installed
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(UV) pip install -q --python $(BIN)/python

help: ## these lines
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/core: requirements/core.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo 'Type: apt-get install python3-venv'; exit 1; }
	@test -x $(UV) || $(BIN)/python -m pip install -q --disable-pip-version-check uv
	@$(INSTALL) --compile-bytecode --require-hashes -r requirements/core.txt
	@$(INSTALL) --no-deps -e .
	@touch $@

$(VENV)/demo: $(VENV)/core requirements/demo.txt
	@$(INSTALL) --require-hashes --no-deps -r requirements/demo.txt
	@touch $@

$(VENV)/dev: $(VENV)/demo requirements/browser.txt
	@$(INSTALL) --compile-bytecode --require-hashes -r requirements/browser.txt
	@touch $@

setup: $(VENV)/dev ## make the virtual environment and install the hashed locks

demo: $(VENV)/demo ## three offices, and one round between two of them, then serve their pages (ONCE=1 stops after the report; APPLICANTS=5000)
	@$(BIN)/sangbong demo --applicants $(APPLICANTS) $(if $(ONCE),--once) $(if $(REGISTER),--register $(REGISTER)) $(if $(KEEP),--keep $(KEEP))

run: $(VENV)/core ## serve the office in var/office (or HOME_OF_OFFICE=)
	@$(BIN)/sangbong $(if $(HOME_OF_OFFICE),--home $(HOME_OF_OFFICE)) serve

browser-packages:
	@tools/browser_packages

test: $(VENV)/dev browser-packages ## all tests, with their own set-up
	@tools/run_tests

fast: $(VENV)/dev ## the pure rules only, under 10 s
	@$(BIN)/pytest -q -n $(XDIST) --hypothesis-profile=fast tests/core

lint: $(VENV)/dev ## ruff
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/dev ## mypy, strict
	@$(BIN)/mypy

imports: $(VENV)/dev ## who may import whom
	@$(BIN)/lint-imports

check: lint imports types test ## all that CI does

fix: $(VENV)/dev ## let ruff mend what it can
	@$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format .

docs: $(VENV)/dev ## check the documents: links, drawings, codes
	@$(BIN)/pytest -q -n 0 tests/docs

bench: $(VENV)/dev ## measure against peers (ONLY=round)
	@$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY))

campaign: $(VENV)/dev ## faults, each with a planted bug (ONLY=round-kill)
	@$(BIN)/python -m campaigns $(if $(ONLY),--only $(ONLY))

simulate: $(VENV)/core ## one seeded history of the channel, faults and all (SEED=21 DAYS=100)
	@$(BIN)/sangbong drill simulate --seed $(or $(SEED),21) $(if $(DAYS),--days $(DAYS)) $(if $(OFFICES),--offices $(OFFICES)) $(if $(MUTANT),--mutant $(MUTANT)) $(if $(TRACE),--trace)

rehearse: $(VENV)/demo ## one seeded round of 200 applicants without pages (SEED=21)
	@$(BIN)/sangbong demo --once --applicants 200 --seed $(or $(SEED),21) --no-film

messages: $(VENV)/dev ## gather and compile the Korean catalogue
	@$(BIN)/python tools/messages.py

lock: ## write the hashed locks from pyproject.toml
	@tools/lock

clean: ## forget the virtual environment and what runs left behind
	@rm -rf $(VENV) var build dist .coverage* .mypy_cache .ruff_cache .hypothesis screenshots

.PHONY: help setup demo run browser-packages test fast lint types imports check fix docs bench campaign simulate rehearse messages lock clean
