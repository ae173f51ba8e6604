# Everything that a person or CI does here. Only python3 (3.11 or newer, with venv) and make are needed beforehand.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready
WORKERS ?= 2

.PHONY: help demo test quick check format bench acceptance lock clean
.DEFAULT_GOAL := help

help: ## what there is to make
	@grep -hE '^[a-z.]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

.venv: $(READY) ## the environment: everything of requirements.lock, and this project, editable

$(READY): requirements.lock pyproject.toml
	@echo '== The environment ($(VENV)) is set up: a minute or two, once.'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## clone the bundled music store, say where the copy is and how it compares (demo-output/)
	@rm -rf demo-output && mkdir demo-output
	@$(BIN)/python tests/samples/build.py chinook demo-output/chinook.sqlite
	@echo '== A music store of 15,607 real rows, demo-output/chinook.sqlite, is learned; another one is filled with made-up rows.'
	@echo '   mimic clone sqlite:///demo-output/chinook.sqlite sqlite:///demo-output/copy.sqlite --reference copy'
	@$(BIN)/mimic clone sqlite:///demo-output/chinook.sqlite sqlite:///demo-output/copy.sqlite --reference copy 2>&1
	@echo
	@echo '== How alike the two are: rows, rows that refer to none, and scores from 0 to 1 (nothing about privacy).'
	@echo '   mimic compare sqlite:///demo-output/chinook.sqlite sqlite:///demo-output/copy.sqlite'
	@$(BIN)/mimic compare sqlite:///demo-output/chinook.sqlite sqlite:///demo-output/copy.sqlite 2>&1
	@echo
	@echo '== The copy is demo-output/copy.sqlite. README.md goes on from here; the command is $(BIN)/mimic.'

test: check ## what CI runs: check, then every test but the acceptance ones
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

quick: $(READY) ## the tests that take no time
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow and not acceptance"

check: $(READY) ## style, format, types, floors
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY) ## speed, as ratios measured in one run (tests/benchmarks/bench_*.py)
	$(BIN)/python -m pytest tests/benchmarks -s -o python_files='bench_*.py'

acceptance: $(READY) ## the long proofs of the promises
	$(BIN)/python -m pytest -m acceptance -s

lock: ## requirements.lock anew: the newest versions that pyproject.toml allows, for Python 3.11 and later
	test -x .lock-venv/bin/uv || { $(PYTHON) -m venv .lock-venv && .lock-venv/bin/pip install --quiet uv; }
	.lock-venv/bin/uv pip compile pyproject.toml --extra test --extra check --group build --python-version 3.11 --universal \
	  --fork-strategy fewest --generate-hashes --no-header --upgrade --quiet --output-file requirements.lock

clean: ## all that was made here, the environment too
	rm -rf $(VENV) .lock-venv build dist *.egg-info demo-output acceptance-output bench-output
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	find mimic connectors tests -name __pycache__ -type d -prune -exec rm -rf {} +
