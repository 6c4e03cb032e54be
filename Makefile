# The newcomer's two commands: `make demo` and `make test`. Each does all its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.locked

.PHONY: help setup system test-system demo test quick quality format lock clean

help:
	@echo "make demo     set up, read the sample forms, write demo-out/numbers.xlsx and pictures"
	@echo "make test     set up, check style and types, run every test"
	@echo "make quick    the tests that take no more than a few seconds each"
	@echo "make quality  style and types only;  make format  puts the style right"
	@echo "make lock     resolve the dependencies anew into requirements.lock"

setup: system $(STAMP)

# Programs that no Python package brings: poppler for PDF pages that are no scans, redis for the queue, libGL for OpenCV.
system:
	@sh scripts/system-packages.sh

# And what only the tests need: Chromium, PostgreSQL, Xvfb.
test-system:
	@sh scripts/system-packages.sh test

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "formdigits needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup
	$(BIN)/formdigits demo

quality: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# A file of tests goes to one process, since its fixtures are shared; what measures time or memory runs by itself. Tests
# wait for servers and workers a third of their time, so there are more of them at once than processors.
BESIDE = $(BIN)/pytest --dist loadfile --no-loadscope-reorder --numprocesses \
	$$($(PYTHON) -c 'import os; print((os.cpu_count() or 1) * 3 // 2)')

test: test-system quality
	$(BESIDE) -m "not alone"
	$(BIN)/pytest -m alone

quick: test-system setup
	$(BESIDE) -m "not alone and not slow"

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup
	$(BIN)/uv pip compile pyproject.toml --quiet --all-extras --universal --generate-hashes --no-emit-index-url \
		--output-file requirements.lock

clean:
	rm -rf $(VENV) demo-out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
