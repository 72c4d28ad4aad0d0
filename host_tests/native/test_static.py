"""What cppcheck and clang-tidy say about the C code; .clang-tidy has the checks."""

import sys
from pathlib import Path

import pytest

import sources
from conftest import UNIX, native_file
from programs import CORE, DEFINES, HERE, INCLUDES, PORT, WARNINGS, need, run

ROOT = PORT.parent
NATIVE = sorted(HERE.glob("*.c"))
BINDING = sorted((PORT / "afunix").glob("*.c"))
# MicroPython's way to find a module is a variable that no header declares.
NOT_THE_BINDING = "-misc-use-internal-linkage"
# MicroPython calls mpy_init with more than it needs, and its build defines the name of a file.
NOT_THE_NATIVE_MODULE = f"{NOT_THE_BINDING},-misc-unused-parameters,-bugprone-macro-parentheses"
FAULT = """
int length(int which);
int length(int which) {
    int result;
    if (which) {
        result = 1;
    }
    return result;
}
"""


def clang_tidy(files, flags, without=""):
    program = Path(sys.executable).with_name("clang-tidy")
    need(program)
    run(program, "--quiet", f"--config-file={ROOT / '.clang-tidy'}", f"--checks={without}", *files, "--", *flags)


def test_cppcheck():
    need("cppcheck")
    run(
        *("cppcheck", "--quiet", "--std=c99", "--enable=warning,performance,portability", "--error-exitcode=1"),
        *("--inline-suppr", *INCLUDES, *CORE, *NATIVE),
    )


def test_clang_tidy():
    clang_tidy([*CORE, *NATIVE], [*WARNINGS, *DEFINES, *INCLUDES])


def test_clang_tidy_finds_faults(tmp_path):
    file = tmp_path / "fault.c"
    file.write_text(FAULT)
    with pytest.raises(AssertionError, match="clang-analyzer-core"):
        clang_tidy([file], [])


@pytest.mark.unix
def test_clang_tidy_on_the_binding():
    """As it is compiled into the unix port: there generated headers are at hand."""
    assert UNIX.is_file(), f"{UNIX} is missing; build it with: make unix"
    tree = sources.micropython_tree()
    includes = [PORT, PORT / "afunix", tree / "ports/unix", tree, UNIX.parent / "obj", ROOT / "boards/AFUNIX_UNIX"]
    threads = ["-DMICROPY_PY_THREAD=1", "-DMICROPY_PY_THREAD_GIL=0"]
    files = [file for file in BINDING if file.stem != "thin"]
    clang_tidy(files, ["-std=gnu99", *DEFINES, *threads, *[f"-I{path}" for path in includes]], NOT_THE_BINDING)


@pytest.mark.unix
def test_clang_tidy_on_the_native_module():
    config = native_file("x64").parent / "obj/_afunix.config.h"
    tree = sources.micropython_tree()
    defines = ["NO_QSTR", "MICROPY_ENABLE_DYNRUNTIME", f"MP_CONFIGFILE=<{config}>"]
    flags = ["-std=c99", *[f"-D{name}" for name in defines], *[f"-I{path}" for path in (tree, PORT, PORT / "afunix")]]
    clang_tidy(BINDING, flags, NOT_THE_NATIVE_MODULE)
