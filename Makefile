# Needs nothing but make, a Debian or Ubuntu machine and root or sudo: each target installs what it lacks, below
# build/ if it can, with apt if it must.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# A real board's serial port, as in PORT=/dev/ttyACM0; without it a Pico is emulated.
PORT ?=
# A checkout of MicroPython, with its submodules, to use instead of the pinned sources.
MPY_DIR ?=
# C modules to compile in instead of port/: a .cmake file for the Pico, a directory of modules for the unix port; "none"
# for none, and afunix is Python throughout.
PICO_C_MODULES ?=
UNIX_C_MODULES ?=
# More arguments for pytest, as in TESTS="-k stream".
TESTS ?=
EXAMPLE ?= examples/sensor
# How many random programs make differential compares; each run makes up others.
EXAMPLES ?= 10000
# How many rounds of each race make hostile runs.
ROUNDS ?= 20000
# For how many seconds make fuzz looks for faults; or the one input that it runs step by step.
TIME ?= 60
UNIT ?=
# How often make storm presses Ctrl-C in each call; the seed of the moments; the calls and the data planes, else all.
PRESSES ?= 2000
SEED ?= 1
STORM ?=
# More arguments for make mutants: --sample, --seed, --kind, --file, --unix, --again, --list.
MUTANTS ?=
# What make profile looks into: program, function and a part of a case's name; and the data plane, native or python.
CASE ?= messages.sockets:stream, 64 B, afunix
VARIANT ?= python
# The processor of the native module, one of ARCHES.
ARCH ?= armv6m
ARCHES := x64 armv6m armv7m armv7emsp armv7emdp rv32imc xtensawin
export PORT MPY_DIR PICO_C_MODULES UNIX_C_MODULES

PYTHON := build/venv/bin/python
PYTEST := $(PYTHON) -m pytest
AFUNIX := PYTHONPATH=firmware $(PYTHON) -m afunix_tools
LINTED := lib firmware boards host_tests $(wildcard examples benchmarks port)
CLANG_FORMAT := build/venv/bin/clang-format
C_FILES := $(wildcard boards/*/*.[ch] boards/*/*/*.[ch] firmware/*/*.[ch] host_tests/*/*.[ch] port/*/*.[ch])
PREPARE := sh firmware/prepare.sh
# What compiles the native module for ARCH.
NATIVE_GROUP = $(if $(filter xtensawin,$(ARCH)),xtensa,$(if $(filter x64,$(ARCH)),,native))

.PHONY: help run test test-host test-unix test-faults storm hostile test-board test-qemu differential fuzz mutants corpus lint format firmware firmware-plain unix natmod faults dist bench profile install doctor repl ports clean distclean

help: ## print this list
	@echo "afunix: Unix domain sockets for MicroPython boards"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '  make %-15s %s\n' "$$name" "$$text"; done
	@echo
	@echo "  PORT=/dev/ttyACM0     use the board on this serial port, with stock MicroPython, instead of an emulated Pico"
	@echo "  MPY_DIR=/path         use this checkout of MicroPython instead of the pinned sources"
	@echo "  EXAMPLE=examples/...  what make run runs (now $(EXAMPLE))"
	@echo "  EXAMPLES=10000        how many programs make differential compares"
	@echo "  TIME=60               for how many seconds make fuzz looks for faults"
	@echo "  UNIT=build/fuzz/...   an input that make fuzz has saved: run only that, step by step"
	@echo "  PRESSES=2000          how often make storm presses Ctrl-C in each call; SEED=1 decides when"
	@echo "  STORM='--plane c'     what make storm interrupts: see host_tests/faults/storm.py"
	@echo "  MUTANTS='--sample 90' how many edits make mutants makes, and which: see host_tests/mutants/run.py"
	@echo "  TESTS='-k word'       more arguments for pytest"

run: ## run an example on a Pico
	@$(PREPARE) host $(if $(PORT),,unix pico)
	@$(if $(PORT),,$(PYTHON) firmware/build.py pico)
	@$(PYTHON) firmware/board.py example $(EXAMPLE)

test: lint ## everything: lint, and all tests on CPython, the unix port and a Pico
	@$(PREPARE) host tests unix pico c qemu
	@$(PYTHON) firmware/build.py unix unix-asan unix-plain faults pico pico-plain mps2 rv32 xtensa
	@$(PYTHON) firmware/natmod.py x64 armv6m armv7m rv32imc xtensawin
	@# An emulated Pico keeps one processor busy. Beside it run the tests that need none, then those of a second Pico.
	@( $(PYTEST) -q -m "not board" --deselect host_tests/faults/test_faults.py::test_no_place_is_wrong_on_cpython $(TESTS); others=$$?; \
		$(PYTEST) -q -m "board and beside" $(TESTS); \
		case $$others$$? in 00|05|50) exit 0;; 55) exit 5;; *) exit 1;; esac ) >build/log/test.log 2>&1 & others=$$!; \
		$(PYTEST) -q -m "board and not beside" $(TESTS); board=$$?; \
		wait $$others; others=$$?; cat build/log/test.log; \
		case $$board$$others in 00|05|50) exit 0;; *) exit 1;; esac

test-host: ## the tests that need no MicroPython
	@$(PREPARE) host
	@$(PREPARE) tests c
	@$(PYTEST) -m "not unix and not board and not qemu" $(TESTS)

test-unix: ## the tests on MicroPython's unix port
	@$(PREPARE) host unix native
	@$(PYTHON) firmware/build.py unix unix-asan unix-plain faults
	@$(PYTHON) firmware/natmod.py x64 armv6m
	@$(PYTEST) -m unix $(TESTS)

test-faults: ## faults at every place of every control call, on MicroPython's unix port and on CPython
	@$(PREPARE) host unix
	@$(PYTHON) firmware/build.py faults
	@$(PYTEST) host_tests/faults -m "not board" $(TESTS); status=$$?; cat build/faults/sweeps/summary.md; exit $$status

storm: ## Ctrl-C at an emulated Pico's console, PRESSES times into each call
	@$(PREPARE) host unix pico
	@$(PYTHON) firmware/build.py unix pico
	@PYTHONPATH=firmware:host_tests:benchmarks $(PYTHON) host_tests/faults/storm.py --presses $(PRESSES) --seed $(SEED) $(STORM)

hostile: ## every call with every wrong argument, and ROUNDS races of stale handles
	@$(PREPARE) host unix
	@$(PYTHON) firmware/build.py unix unix-asan
	@HOSTILE=all ROUNDS=$(ROUNDS) $(PYTEST) --timeout=0 host_tests/hostile $(TESTS)

test-board: ## the tests on a Pico, emulated or on PORT=
	@$(PREPARE) host unix $(if $(PORT),$(NATIVE_GROUP),pico)
	@$(if $(PORT),,$(PYTHON) firmware/build.py unix pico pico-plain)
	@$(PYTHON) firmware/natmod.py $(if $(PORT),$(ARCH),armv6m x64)
	@$(PYTEST) -m "board$(if $(PORT), and not emulated)" $(TESTS)

differential: ## compare afunix with Linux's own sockets in EXAMPLES random programs
	@$(PREPARE) host
	@EXAMPLES=$(EXAMPLES) $(PYTEST) -s --timeout=0 host_tests/differential/test_differential.py $(TESTS)

fuzz: ## drive the C core with libFuzzer for TIME seconds, or run one saved UNIT=
	@$(PREPARE) host c
	@PYTHONPATH=firmware $(PYTHON) host_tests/native/fuzz.py $(if $(UNIT),show $(UNIT),run $(TIME))

mutants: ## edit lib/afunix in one place after the other and see whether the tests notice; MUTANTS="--sample 200 --seed 3"
	@$(PREPARE) host tests unix
	@$(PYTHON) firmware/build.py unix unix-asan unix-plain
	@$(PYTHON) host_tests/mutants/run.py $(MUTANTS)

corpus: ## save what make fuzz found that reaches new code, for the tests to start from
	@$(PREPARE) host c
	@PYTHONPATH=firmware $(PYTHON) host_tests/native/fuzz.py merge

test-qemu: ## the tests on a Cortex-M3, an RV32 and an Xtensa, all emulated by QEMU
	@$(PREPARE) host unix qemu
	@$(PYTHON) firmware/build.py mps2 rv32 xtensa
	@$(PYTHON) firmware/natmod.py armv7m rv32imc xtensawin
	@$(PYTEST) -m qemu $(TESTS)

lint: ## check the code's style
	@$(PREPARE) host
	@$(CLANG_FORMAT) --dry-run -Werror $(C_FILES)
	@$(PYTHON) -m ruff check $(LINTED)
	@$(PYTHON) -m ruff format --check $(LINTED)

format: ## put the code into shape
	@$(PREPARE) host
	@$(CLANG_FORMAT) -i $(C_FILES)
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

faults: ## build build/faults/micropython, in which faults can be put at any place
	@$(PREPARE) host unix
	@$(PYTHON) firmware/build.py faults

natmod: ## build build/natmod/ARCH/_afunix.mpy, the data plane in C for firmware without it (ARCH=armv6m, rv32imc, ...)
	@$(PREPARE) host unix $(NATIVE_GROUP)
	@$(PYTHON) firmware/natmod.py $(ARCH)

dist: ## build what a release offers into build/dist: .mpy files for each processor, firmware, a wheel, their sums
	@$(PREPARE) host unix pico native xtensa
	@$(PYTHON) firmware/dist.py

bench: ## measure afunix on an emulated Pico and on the unix port
	@$(PREPARE) host unix pico
	@$(PYTHON) firmware/build.py unix pico pico-plain
	@$(PYTHON) firmware/natmod.py armv6m x64
	@PYTHONPATH=firmware $(PYTHON) benchmarks/bench.py

profile: ## the cycles of each function in CASE= of the benchmarks, on an emulated Pico
	@$(PREPARE) host unix pico
	@$(PYTHON) firmware/build.py pico
	@PYTHONPATH=firmware VARIANT=$(VARIANT) $(PYTHON) benchmarks/cycles.py "$(CASE)"

install: ## send afunix to the board on PORT=, with the data plane in C for its processor
	@$(if $(PORT),,echo "afunix: which board? make install PORT=/dev/ttyACM0; make ports lists them" >&2; exit 1)
	@$(PREPARE) host
	@arch=$$($(AFUNIX) doctor --arch $(PORT)) || exit 1; \
		case " $(ARCHES) " in *" $$arch "*) $(MAKE) natmod ARCH=$$arch;; esac
	@$(AFUNIX) install $(PORT)

doctor: ## say what the board on PORT= is, what of afunix it has and what it lacks
	@$(if $(PORT),,echo "afunix: which board? make doctor PORT=/dev/ttyACM0; make ports lists them" >&2; exit 1)
	@$(PREPARE) host
	@$(AFUNIX) doctor $(PORT)

repl: ## talk to a Pico, emulated or on PORT=; Ctrl-] ends
	@$(PREPARE) host $(if $(PORT),,unix pico)
	@$(if $(PORT),,$(PYTHON) firmware/build.py pico)
	@$(PYTHON) firmware/board.py repl

ports: ## list the serial ports
	@$(PREPARE) host
	@$(PYTHON) firmware/board.py ports

clean: ## remove what was built, keep what was downloaded
	@# build/fuzz stays: what make fuzz found took longer than a build.
	@rm -rf build/mpy-cross build/unix build/unix-asan build/unix-plain build/faults build/pico build/pico-plain build/mpy build/natmod build/mps2 build/rv32 build/xtensa build/windowed build/bench build/dist build/log build/lib build/bdist.* afunix.egg-info .pytest_cache .ruff_cache .hypothesis

distclean: clean ## remove all of build/
	@rm -rf build
