"""What cppcheck and clang-tidy say about the C code; .clang-tidy has the checks."""

import sys
from pathlib import Path

import pytest
from c_programs import CORE, DEFINES, HERE, INCLUDES, PORT, WARNINGS, need, run

import natmod
import sources
from conftest import UNIX

ROOT = PORT.parent
NATIVE = sorted(HERE.glob("*.c"))
BINDING = sorted((PORT / "afunix").glob("*.c"))
# What only one form of the binding is compiled from on this machine: inside firmware, as a file.
IN_FIRMWARE = ["user_module", "state", "record", "section", "datagram", "lock_word"]
AS_A_FILE = ["native_module", "lock_object", "thin"]
# MicroPython's way to find a module is a variable that no header declares.
NOT_THE_BINDING = "-misc-use-internal-linkage"
# MicroPython calls mpy_init with more than it needs, and its build defines the name of a file.
NOT_THE_NATIVE_MODULE = f"{NOT_THE_BINDING},-misc-unused-parameters,-bugprone-macro-parentheses"
# What a compiler defines and MicroPython's headers ask for.
PREDEFINED = ["-D__x86_64__=1", "-D__LP64__=1", "-D__BYTE_ORDER__=1234", "-D__ORDER_LITTLE_ENDIAN__=1234"]
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


def cppcheck(files, flags):
    need("cppcheck")
    enabled = "--enable=warning,performance,portability"
    run("cppcheck", "--quiet", "--std=c99", enabled, "--error-exitcode=1", "--inline-suppr", *flags, *files)


def test_cppcheck():
    cppcheck([*CORE, *NATIVE], INCLUDES)


def test_clang_tidy():
    clang_tidy([*CORE, *NATIVE], [*WARNINGS, *DEFINES, *INCLUDES])


def test_clang_tidy_finds_faults(tmp_path):
    file = tmp_path / "fault.c"
    file.write_text(FAULT)
    with pytest.raises(AssertionError, match="clang-analyzer-core"):
        clang_tidy([file], [])


def user_module():
    """The files and flags of the binding as it is compiled into the unix port: there generated headers are at hand."""
    assert UNIX.is_file(), f"{UNIX} is missing; build it with: make unix"
    tree = sources.micropython_tree()
    includes = [PORT, PORT / "afunix", tree / "ports/unix", tree, UNIX.parent / "obj", ROOT / "boards/AFUNIX_UNIX"]
    threads = ["-DMICROPY_PY_THREAD=1", "-DMICROPY_PY_THREAD_GIL=0"]
    files = [file for file in BINDING if file.stem not in AS_A_FILE]
    return files, [*DEFINES, *threads, *[f"-I{path}" for path in includes]]


@pytest.mark.unix
def test_cppcheck_on_the_binding():
    files, flags = user_module()
    cppcheck(files, [*flags, *PREDEFINED])


@pytest.mark.unix
def test_clang_tidy_on_the_binding():
    files, flags = user_module()
    clang_tidy(files, ["-std=gnu99", *flags], NOT_THE_BINDING)


@pytest.mark.unix
def test_clang_tidy_on_the_native_module():
    config = natmod.built("x64").parent / "obj/_afunix.config.h"
    tree = sources.micropython_tree()
    defines = ["NO_QSTR", "MICROPY_ENABLE_DYNRUNTIME", f"MP_CONFIGFILE=<{config}>"]
    flags = ["-std=c99", *[f"-D{name}" for name in defines], *[f"-I{path}" for path in (tree, PORT, PORT / "afunix")]]
    files = [file for file in BINDING if file.stem not in IN_FIRMWARE]
    clang_tidy(files, flags, NOT_THE_NATIVE_MODULE)
