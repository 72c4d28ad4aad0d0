"""Compiling a Python file for a board's processor."""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from .failure import Failure
from .library import CHECKOUT, LIBRARY, library

# The architectures of native code, in the order of their numbers in sys.implementation._mpy.
ARCHITECTURES = (
    *(None, "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp"),
    *("xtensa", "xtensawin", "rv32imc", "rv64imc"),
)
MPY_VERSION = 6
# In a board's RAM machine code takes four times what bytecode does. What need not be native is so in firmware alone,
# where it lies in flash.
_FOR_SPEED = re.compile(r"(?m)^\s*@micropython\.native  # for speed$")


def architecture_of(mpy):
    """What a board's processor is called whose sys.implementation._mpy is `mpy`; None if it runs no native code."""
    number = mpy >> 10 & 0x0F
    return ARCHITECTURES[number] if number < len(ARCHITECTURES) else None


def mpy_of(architecture):
    """The sys.implementation._mpy of the boards of an architecture, as far as it says what they load."""
    return ARCHITECTURES.index(architecture) << 10 | MPY_VERSION


def compile_for(mpy, path):
    """A Python file as .mpy for a board whose sys.implementation._mpy is `mpy`."""
    if mpy & 0xFF != MPY_VERSION:
        raise Failure(f"the board loads no .mpy of version {MPY_VERSION}; its MicroPython must be 1.19 or newer")
    return compile_file(Path(path), architecture_of(mpy))


def compiled_library(mpy):
    """The library for such a board, from file names below "afunix", "kernel/lock.mpy", to their bytes."""
    files = library(is_native=architecture_of(mpy) is not None)
    return {f"{name}.mpy": compile_for(mpy, path) for name, path in files.items()}


def native_for(architecture):
    """The architecture of the native modules that such a board loads: there are none for armv7em alone."""
    return "armv7m" if architecture == "armv7em" else architecture


def in_ram(source):
    """A file's source as boards have it in RAM: less of it is native than in firmware."""
    return _FOR_SPEED.sub("", source)


def compile_file(path, architecture):
    """A Python file as .mpy for an architecture; None stands for interpreters without native code."""
    source = in_ram(path.read_text(encoding="utf-8"))
    if not architecture:
        # The same functions do as bytecode; those in viper that do not have a twin in lib/afunix/host/plain.py.
        source = re.sub(r"(?m)^\s*@micropython\.(native|viper)\s*$", "", source)
    # Lines of the library's own in a traceback are not worth the RAM that their numbers take.
    options = ["-O3"] if LIBRARY in path.resolve().parents else []
    options += [f"-march={architecture}"] if architecture else []
    if not CHECKOUT:
        return _mpy_cross(source, path, options)
    directory = CHECKOUT / "build/mpy" / (architecture or "any")
    compiled = directory / f"{hashlib.sha256(f'{path.name}:{options}:{source}'.encode()).hexdigest()[:32]}.mpy"
    if not compiled.is_file():
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory) as own:
            partial = Path(own) / "compiled"
            partial.write_bytes(_mpy_cross(source, path, options))
            partial.replace(compiled)
    return compiled.read_bytes()


def _mpy_cross(source, path, options):
    with tempfile.TemporaryDirectory() as own:
        before, after = Path(own) / "source.py", Path(own) / "compiled.mpy"
        before.write_text(source, encoding="utf-8")
        command = [sys.executable, "-m", "mpy_cross", *options, "-s", path.name, "-o", str(after)]
        done = subprocess.run([*command, str(before)], capture_output=True, text=True)
        if done.returncode:
            raise Failure(f"mpy-cross cannot compile {path}: {done.stderr.strip() or done.stdout.strip()}")
        return after.read_bytes()
