"""Which files the library consists of, on which board.

A manifest runs this, too, with whatever Python compiles the firmware: it needs nothing but the standard library.
"""

import re
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent.parent
# The checkout that this file is in; None where pip has installed it.
CHECKOUT = _ROOT if (_ROOT / "lib/afunix").is_dir() else None
LIBRARY = CHECKOUT / "lib/afunix" if CHECKOUT else _HERE.parent / "afunix"


# How the names begin of what only CPython imports, and of what only interpreters without native code do.
_CPYTHON = "host/cpython"
_PLAIN = "host/plain"


def library(is_native=True):
    """The library's modules as far as a board imports them, from "afunix" downwards: "kernel/lock" to its file.

    `is_native` says whether the board's MicroPython runs native code.
    """
    others = (_CPYTHON, _PLAIN) if is_native else (_CPYTHON,)
    found = {path.relative_to(LIBRARY).with_suffix("").as_posix(): path for path in sorted(LIBRARY.rglob("*.py"))}
    return {name: path for name, path in found.items() if not name.startswith(others)}


def version():
    """Its version, from the one place that has it."""
    return re.search(r'(?m)^__version__ = "(.+)"$', (LIBRARY / "__init__.py").read_text(encoding="utf-8"))[1]


def native_path(architecture):
    """Where the native module for an architecture is, if it was built, or came with the installed package."""
    return (CHECKOUT / "build/natmod" if CHECKOUT else _HERE / "native") / architecture / "_afunix.mpy"


def native_file(architecture):
    """The same, or None."""
    path = native_path(architecture)
    return path if path.is_file() else None
