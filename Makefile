# Needs nothing but make, a Debian or Ubuntu machine and root or sudo: each target installs what it lacks, below
# build/ if it can, with apt if it must.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# A real board's serial port, as in PORT=/dev/ttyACM0; without it a Pico is emulated.
PORT ?=
# A checkout of MicroPython, with its submodules, to use instead of the pinned sources.
MPY_DIR ?=
# C modules to compile in: a .cmake file for the Pico, a directory of modules for the unix port.
PICO_C_MODULES ?=
UNIX_C_MODULES ?=
# More arguments for pytest, as in TESTS="-k stream".
TESTS ?=
EXAMPLE ?= examples/sensor
export PORT MPY_DIR PICO_C_MODULES UNIX_C_MODULES

PYTHON := build/venv/bin/python
PYTEST := $(PYTHON) -m pytest
LINTED := lib firmware boards host_tests $(wildcard examples benchmarks port)
PREPARE := sh firmware/prepare.sh

.PHONY: help run test test-host test-unix test-board lint format firmware firmware-plain unix repl ports clean distclean

help: ## print this list
	@echo "afunix: Unix domain sockets for MicroPython boards"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '  make %-15s %s\n' "$$name" "$$text"; done
	@echo
	@echo "  PORT=/dev/ttyACM0     use the board on this serial port, with stock MicroPython, instead of an emulated Pico"
	@echo "  MPY_DIR=/path         use this checkout of MicroPython instead of the pinned sources"
	@echo "  EXAMPLE=examples/...  what make run runs (now $(EXAMPLE))"
	@echo "  TESTS='-k word'       more arguments for pytest"

run: ## run an example on a Pico
	@$(PREPARE) host $(if $(PORT),,unix pico)
	@$(if $(PORT),,$(PYTHON) firmware/build.py pico)
	@$(PYTHON) firmware/board.py example $(EXAMPLE)

test: lint ## everything: lint, and all tests on CPython, the unix port and a Pico
	@$(PREPARE) host tests unix pico
	@$(PYTHON) firmware/build.py unix pico pico-plain
	@$(PYTEST) $(TESTS)

test-host: ## the tests that need no MicroPython
	@$(PREPARE) host
	@$(PREPARE) tests
	@$(PYTEST) -m "not unix and not board" $(TESTS)

test-unix: ## the tests on MicroPython's unix port
	@$(PREPARE) host unix
	@$(PYTHON) firmware/build.py unix
	@$(PYTEST) -m unix $(TESTS)

test-board: ## the tests on a Pico, emulated or on PORT=
	@$(PREPARE) host $(if $(PORT),,unix pico)
	@$(if $(PORT),,$(PYTHON) firmware/build.py pico pico-plain)
	@$(PYTEST) -m "board$(if $(PORT), and not emulated)" $(TESTS)

lint: ## check the Python code's style
	@$(PREPARE) host
	@$(PYTHON) -m ruff check $(LINTED)
	@$(PYTHON) -m ruff format --check $(LINTED)

format: ## put the Python code into shape
	@$(PREPARE) host
	@$(PYTHON) -m ruff check --fix $(LINTED)
	@$(PYTHON) -m ruff format $(LINTED)

firmware: ## build build/pico/firmware.uf2, afunix frozen in
	@$(PREPARE) host unix pico
	@$(PYTHON) firmware/build.py pico

firmware-plain: ## build build/pico-plain/firmware.uf2, without afunix
	@$(PREPARE) host unix pico
	@$(PYTHON) firmware/build.py pico-plain

unix: ## build build/unix/micropython
	@$(PREPARE) host unix
	@$(PYTHON) firmware/build.py unix

repl: ## talk to a Pico, emulated or on PORT=; Ctrl-] ends
	@$(PREPARE) host $(if $(PORT),,unix pico)
	@$(if $(PORT),,$(PYTHON) firmware/build.py pico)
	@$(PYTHON) firmware/board.py repl

ports: ## list the serial ports
	@$(PREPARE) host
	@$(PYTHON) firmware/board.py ports

clean: ## remove what was built, keep what was downloaded
	@rm -rf build/mpy-cross build/unix build/pico build/pico-plain build/mpy build/log .pytest_cache .ruff_cache .hypothesis

distclean: clean ## remove all of build/
	@rm -rf build
