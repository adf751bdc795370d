# The words of every day. Each sets up what it needs first; run twice, the second time is quick.
#   make setup    what running needs, into .venv            make check    formatting, types, imports
#   make run      everything on this machine, demo data     make fix      what check can mend itself
#   make test     check, then all tests                     make bench    the figures, beside peers'
#   make lock     the lock files anew (UPGRADE=1: newest)
# Of several Pythons .venv is made of the quickest; PYTHON=python3.12 chooses another.
# ONLY=tests/engine narrows the tests.

# Compiled modules are kept: without them every process would compile all it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test check fix bench lock test-setup designer-check
.DEFAULT_GOAL := setup

# The first of these that runs and is new enough does the set-up; several are only stubs on some machines.
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$each" && break; done)
BIN := .venv/bin
ONLY ?=
# An empty pass (exit code 5) is none that failed.
PYTEST := $(BIN)/python -m pytest
# File by file as they stand: the small ones are last, so that neither process waits long for the other.
IN_TWO := -n 2 --dist loadfile --no-loadscope-reorder
# What two targets say at the same time stays apart, where this make can do that.
WHOLE_WORDS := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
NONE_IS_FINE := || [ $$? -eq 5 ]

define setup_with
	@if [ -z "$(PYTHON)" ]; then \
		echo "There is no Python 3.11 or newer here. Install one, or name it: make PYTHON=/path/to/python3.12" >&2; \
		exit 1; fi
	@"$(PYTHON)" deploy/setup.py $(1)
endef

setup:
	$(call setup_with,run)
	@$(BIN)/python deploy/node.py build

# The server comes first; the screens are built beside it where their sources have changed.
run:
	$(call setup_with,run)
	@$(BIN)/jimu up --demo --screens

test-setup:
	$(call setup_with,test)

# Both checks are one process each for most of their time, so they go side by side. Of the tests those
# in a browser come by themselves; last, one by one, those that want the whole machine.
test: test-setup
	@$(MAKE) --no-print-directory -j 2 $(WHOLE_WORDS) check designer-check
	@$(BIN)/python deploy/node.py build
	@$(BIN)/python deploy/chromium.py
	$(PYTEST) $(IN_TWO) -m "not browser and not alone" $(ONLY) $(NONE_IS_FINE)
	$(PYTEST) $(IN_TWO) -m browser $(ONLY) $(NONE_IS_FINE)
	$(PYTEST) -m alone $(ONLY) $(NONE_IS_FINE)

check: test-setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

# The designer's lint, types and tests.
designer-check: test-setup
	@$(BIN)/python deploy/node.py check

fix: test-setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	@$(BIN)/python deploy/node.py fix

bench:
	$(call setup_with,bench)
	@$(BIN)/jimu bench

lock: test-setup
	@$(BIN)/python deploy/lock.py
