# Recipes for contributors and CI. `make setup` first; then any of the others, one at a time.
# `make PYTHON=python3.13 setup` uses another Python, `make BIN=… test` another environment.

PYTHON ?= python3
BIN ?= .venv/bin
UV = build/tools/bin/uv
LOWEST = $(addprefix tests/,core engine surface files render adapters cli reporting)

.PHONY: help
help: ## List the recipes
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile

.PHONY: setup
setup: ## Create .venv with the tested versions
	$(PYTHON) -m venv .venv
	.venv/bin/pip install -q -c constraints.txt -e '.[dev]'

# ---- the README's test command, in parts ----

.PHONY: test
test: ## Run every test, the checks below included
	$(BIN)/python -m pytest -q -n auto

.PHONY: lint
lint: ## Check style, format and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md docs src

.PHONY: types
types: ## Check types
	$(BIN)/mypy

.PHONY: imports
imports: ## Check the import contracts
	$(BIN)/lint-imports

.PHONY: docs
docs: ## Write the generated pages again, and check links and commands
	$(BIN)/python -m tests.house.generated
	$(BIN)/python -m pytest -q tests/house/test_docs.py tests/house/test_generated.py tests/house/test_site.py

.PHONY: site
site: ## Build the site of the docs into build/site; a broken link fails
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --nitpicky --quiet -c docs . build/site

# ---- slower, on demand ----

.PHONY: mutants
mutants: ## Change core at random and see whether a test fails (an hour)
	$(BIN)/pip install -q -c constraints.txt -e '.[mutation]'
	$(BIN)/python -m tests.mutants

.PHONY: bench
bench: ## Measure reading, planning, reports and the simulator
	$(BIN)/python -m bench.files
	$(BIN)/python -m bench.planning
	$(BIN)/python -m bench.reports
	$(BIN)/python -m bench.sandbox

# ---- packaging ----

BUILD_REQUIRES = import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])
COMPILE = $(PYTHON) -c '$(BUILD_REQUIRES)' | $(UV) pip compile --quiet --universal \
	--python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	--constraint constraints.txt --custom-compile-command "make lock" pyproject.toml -

.PHONY: wheel-test
wheel-test: ## Build the wheel and use it in an empty environment and folder
	PYTHONPATH=src $(PYTHON) -m tests.house.installed wheel

.PHONY: action-test
action-test: ## Install as the action does, from the lock file, and start the action
	PYTHONPATH=src $(PYTHON) -m tests.house.installed action

# What users get at worst: the lowest versions of what the tool itself needs. The test tools stay.
.PHONY: lowest
lowest: $(UV) ## Run a large part of the tests with the lowest versions that pyproject.toml allows
	$(PYTHON) -m venv --clear build/lowest
	$(UV) pip compile -q --resolution lowest-direct --extra report --python build/lowest/bin/python \
		pyproject.toml --output-file build/lowest.txt
	grep -E '^(pytest|pytest-cov|pytest-xdist|hypothesis|jsonschema|responses)==' constraints.txt \
		> build/lowest-tools.txt
	$(UV) pip install -q --python build/lowest -r build/lowest.txt -r build/lowest-tools.txt
	$(UV) pip install -q --python build/lowest --no-deps -e .
	build/lowest/bin/python -m pytest -q -n auto --maxfail=20 $(LOWEST)

.PHONY: lock
lock: $(UV) ## Write the lock files of the action from pyproject.toml and constraints.txt
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --extra report --output-file requirements-report.lock

$(UV):
	$(PYTHON) -m venv build/tools
	build/tools/bin/pip install -q uv==0.13.9
