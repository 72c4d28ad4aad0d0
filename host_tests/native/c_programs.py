"""The programs that test the core on this machine, and how they are compiled."""

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
PORT = HERE.parent.parent / "port"
CORE = sorted((PORT / "core").glob("*.c"))
RING = PORT / "core/ring.h"
CORPUS = HERE / "corpus"
SOURCES = {
    "drive": ["drive.c", "fuzz.c", "model.c"],
    "fuzz": ["fuzz.c", "model.c"],
    "threads": ["threads.c"],
}
INCLUDES = [f"-I{HERE}", f"-I{PORT}"]
DEFINES = ["-D_GNU_SOURCE"]
WARNINGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wpointer-arith", "-Wstrict-prototypes"]
MEMORY = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
# It does not understand barriers: what it proves is that the accesses they order are the right ones.
THREADS = ["-fsanitize=thread", "-DAFUNIX_ATOMICS"]
# libFuzzer brings its own main and is part of clang alone.
FUZZER = ["-fsanitize=fuzzer", *MEMORY]
# No unit is longer: enough to fill the largest ring and all its slots, and to go round.
UNIT_LENGTH = "-max_len=256"


def need(program):
    """A tool that is missing is a failure, never a test left out."""
    assert shutil.which(program), f"{program} is missing; it is installed by: make test"


def run(*command, cwd=None):
    """What `command` prints. It must succeed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=cwd)
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout + done.stderr


def compile_program(name, program, *flags):
    """Compile the program of that name, linked with the core, to the file `program`."""
    compiler = "clang" if "-fsanitize=fuzzer" in flags else "cc"
    need(compiler)
    run(
        *(compiler, "-g", "-O1", *DEFINES, *WARNINGS, *flags, *INCLUDES),
        *(*[HERE / source for source in SOURCES[name]], *CORE, "-o", program, "-pthread"),
        cwd=program.parent,
    )
