# Two commands from a fresh clone: `make serve` and `make test`. `make` lists them all.
export NO_MKDOCS_2_WARNING = 1
ADDRESS ?= 127.0.0.1:8000
BIN := .venv/bin

# A version manager can leave a shim that exists but does not run, so each is tried. The real
# path, because an environment made through a symbolic link does not find its library.
FIND_PYTHON = import os, sys; sys.version_info >= (3, 12) or sys.exit(1); print(os.path.realpath(sys.executable))
PYTHON ?= $(firstword $(foreach name,python3.14 python3.13 python3.12 python3,$(shell $(name) -c '$(FIND_PYTHON)' 2>/dev/null)))

.PHONY: help setup serve build test check measure refresh lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' Makefile

setup: .venv/installed ## make .venv with everything in it (the others do it by themselves)

.venv/installed: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { printf '%s\n' "no Python 3.12 or newer was found" "tried python3.14, python3.13, python3.12 and python3 on the PATH" "install one, or name it: make PYTHON=/path/to/python" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

serve: setup ## measure this machine if needed, build, and serve (ADDRESS=127.0.0.1:8000)
	$(BIN)/mkdocs serve --strict --dev-addr $(ADDRESS)

build: setup ## the same into site/, to be published
	$(BIN)/mkdocs build --strict

# Three workers for two cores: many tests wait for a server.
test: setup ## run all tests (COVERAGE=--cov counts branches, and fails below the limit)
	$(BIN)/python -m pytest -n 3 $(COVERAGE)

check: setup ## format, lint, types, directions of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

measure: setup ## measure this machine with the full profile (about half an hour)
	$(BIN)/crossroads measure --profile full

refresh: setup ## rewrite all generated text; read the diff
	$(BIN)/crossroads refresh

lock: setup ## resolve requirements.txt anew (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.12 --upgrade \
	    --generate-hashes --no-annotate --no-emit-index-url --custom-compile-command 'make lock' \
	    --quiet --output-file requirements.txt

clean: ## remove what can be made again, measurements of this machine too
	rm -rf .venv site .cache measurements/local .coverage* .mypy_cache .ruff_cache .pytest_cache
