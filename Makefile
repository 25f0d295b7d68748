# What a contributor types. Every target sets up .venv by itself, once; after that it starts at once.

.DEFAULT_GOAL := help
.NOTPARALLEL:
export PYTHON
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed

# A .venv that was copied or moved here, or whose Python is gone, is set up again.
SOUND := $(shell [ "$$(cat .venv/.made-in 2>/dev/null)" = "$$(pwd -P)" ] && $(BIN)/python -ISc '' 2>/dev/null && echo yes)
ifneq ($(SOUND),yes)
.PHONY: $(RUNTIME) $(DEV)
endif

.PHONY: help
help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{ printf "%-20s%s\n", $$1, $$2 }'

.PHONY: demo
demo: $(RUNTIME) ## open the launcher: a tour of two minutes, and more; needs no key, no money and no network
	@$(BIN)/footlights demo || [ -t 1 ] # whoever sits there may end it as they like
	@echo
	@echo "$(BIN)/footlights  opens the house, with every play."
	@echo "Next: $(BIN)/footlights play feature-sprint --rehearse  performs one;  $(BIN)/footlights new my-first-play  writes one"

.PHONY: test
test: $(DEV) ## run the tests, three at a time: many wait for something
	@$(BIN)/python -m pytest -q -n 3

.PHONY: check
check: $(DEV) ## lint, format, types and the arrows between the rooms
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "make format mends this"; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$said"; exit 1; }
	@echo "make check: lint, format, types and the arrows between the rooms hold"

.PHONY: format
format: $(DEV) ## put the code into its one shape
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

.PHONY: batch
batch: $(DEV) ## rehearse every bundled play three times; each ends as it is expected to
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
		$(BIN)/footlights batch scenarios/ --rehearse --repeat 3 --fast --workspace "$$folder/batch.db"

.PHONY: bench
bench: $(DEV) ## measure the promises about time, as ratios to a floor; wants a quiet machine
	@$(BIN)/python tests/bench/run.py

.PHONY: statistics
statistics: $(DEV) ## hold the statistics of comparisons against data whose truth is known; takes some minutes
	@$(BIN)/python tests/bench/calibration.py

.PHONY: repertoire
repertoire: $(DEV) ## rehearse every bundled play fifty times, some with faults, and print what came of it
	@$(BIN)/python tests/bench/repertoire.py $(PLAYS)

.PHONY: bench-peers
bench-peers: $(DEV) ## measure the same work with LangGraph, in an environment of its own
	@$(BIN)/python tests/bench/peers/run.py

.PHONY: peers
peers: $(DEV) ## speak to servers that break on purpose, written by others; installs them (PyPI, npm)
	@$(BIN)/python tests/peers/install.py llmock aimock everything
	@$(BIN)/python -m pytest -q -n 2 -m soak tests/peers

.PHONY: engine
engine: $(DEV) ## perform feature-sprint on llama.cpp, with a tiny model that is made here; installs it
	@$(BIN)/python tests/peers/install.py llama
	@$(BIN)/python -m pytest -q -m engine tests/peers

.PHONY: browser
browser: $(DEV) ## look at exports and at serve in the Chromium of this machine
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'playwright>=1.64,<2'
	@$(BIN)/python -m pytest -q -m browser tests/browser

.PHONY: ray
ray: $(DEV) ## perform batches on a real Ray cluster of two nodes on this machine; installs it
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'ray>=2.59,<3'
	@$(BIN)/python -m pytest -q -m ray tests/batch/ray
	@$(BIN)/python tests/bench/cluster.py

.PHONY: soak
soak: $(DEV) ## run the full counts of the promises; takes minutes
	@$(BIN)/python tests/peers/install.py llmock aimock everything
	@$(BIN)/python -m pytest -q -n 2 -m soak

.PHONY: coverage
coverage: $(DEV) ## run the tests and say which lines none of them reached
	@$(BIN)/python -m pytest -q -n 2 --cov --cov-report=term

.PHONY: wheel
wheel: $(DEV) ## build the wheel and the sdist into dist/
	@said=$$($(BIN)/python -m build --no-isolation --outdir dist . 2>&1) || { echo "$$said"; exit 1; }
	@ls dist/*

.PHONY: pictures
pictures: $(DEV) ## make the pictures in docs/pictures again, from the commands and the app themselves
	@$(BIN)/python docs/make_tour.py
	@$(BIN)/python docs/make_pictures.py

.PHONY: reference
reference: $(DEV) ## write the tables and transcripts of the documentation again
	@$(BIN)/python docs/make_reference.py

.PHONY: clean
clean: ## remove everything that was made, .venv too
	@rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.*
	@find app providers footlights tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): pyproject.toml
	@.ci/install . $(RUNTIME)

$(DEV): pyproject.toml
	@.ci/install '.[dev]' $(RUNTIME) $(DEV)
