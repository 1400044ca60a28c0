# Everything a fresh clone needs: `make demo` shows it at work, `make test` proves it sound.
# Needs Python 3.11 or later with venv, and a network the first time; set PYTHON to choose one.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: help demo test lint lean format engine clean distclean

find_python = for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$each; break; }; done
PYTHON ?= $(shell $(find_python))
BIN := .venv/bin
DEMO := out/demo

# Pins reach the isolated build of our own package too; newer pips read the second name for that.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@echo "make demo    problems in, a verified Lean corpus out (in $(DEMO))"
	@echo "make test    linters, types, and the tests with a real Lean"
	@echo "make lint    linters and types only"
	@echo "make lean    compile our Lean library on the embedded engine"
	@echo "make format  let ruff rewrite the sources"
	@echo "make clean   remove what make built (distclean: the environment too)"

$(BIN)/python:
	@test -n "$(PYTHON)" || { \
		echo "error: no Python 3.11 or later with venv found. Install one, or pass PYTHON=…" >&2; \
		exit 2; }
	$(PYTHON) -m venv .venv

# Stamps, so that a warm run installs nothing.
.venv/installed: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/installed-dev: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ .venv/installed

engine: .venv/installed
	$(BIN)/numina-lean setup --engine embedded

demo: engine
	@rm -rf $(DEMO)
	$(BIN)/numina-lean formalize data/problems.jsonl --output $(DEMO)
	$(BIN)/python examples/read_corpus.py $(DEMO)

lint: .venv/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

lean: engine
	$(BIN)/numina-lean build lean --engine embedded

test: lint lean
	$(BIN)/pytest -n 2 --dist loadfile

format: .venv/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf .venv
