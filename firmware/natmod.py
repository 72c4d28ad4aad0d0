"""Builds the data plane as a native module: "natmod.py ARCH..." makes build/natmod/ARCH/_afunix.mpy.

A board without afunix in its firmware imports the file from its filesystem. ARCH is what MicroPython calls the
processor: see NATIVE below, and `sys.implementation._mpy` on the board.
"""

import re
import shutil
import subprocess
import sys

import build
import sources
import xtensa_gcc
from afunix_tools.library import native_path
from steps import ROOT, Failure, exclusive, main, run_logged

PORT = ROOT / "port"
# ARCH: (compiler, what has it)
NATIVE = {
    "x64": ("cc", "gcc"),
    "armv6m": ("arm-none-eabi-gcc", "Debian's gcc-arm-none-eabi"),
    "armv7m": ("arm-none-eabi-gcc", "Debian's gcc-arm-none-eabi"),
    "armv7emsp": ("arm-none-eabi-gcc", "Debian's gcc-arm-none-eabi"),
    "armv7emdp": ("arm-none-eabi-gcc", "Debian's gcc-arm-none-eabi"),
    "rv32imc": ("riscv64-unknown-elf-gcc", "Debian's gcc-riscv64-unknown-elf"),
    "xtensawin": None,  # one of two: see xtensa_gcc.py
}
ATOMICS = re.compile(r"\s(amo\w+\.w\S*|lr\.w\S*|sc\.w\S*)\s")


def built(arch):
    """The native module for `arch`, which must be there."""
    path = native_path(arch)
    if not path.is_file():
        raise Failure(f"{path.relative_to(ROOT)} is missing; build it with: make natmod ARCH={arch}")
    return path


def build_natmod(tree, arch):
    """The native module for one kind of processor."""
    tools = xtensa_gcc.toolchain() if arch == "xtensawin" else None
    compiler = tools.compiler if tools else _compiler(arch)

    def make(recipe):
        log = f"natmod-{arch}"
        arguments = [f"ARCH={arch}", f"MPY_DIR={tree}", f"PYTHON={sys.executable}", f"MPY_CROSS={build.MPY_CROSS}"]
        arguments += [f"CROSS={tools.prefix}"] if tools else []
        run_logged(
            ["make", "-C", str(recipe.directory), "-f", str(PORT / "natmod/Makefile"), *arguments],
            log,
            env=build.environment(tree) | (tools.environment if tools else {}),
        )
        if arch == "rv32imc":
            _refuse_atomics(recipe.objects)
        if tools:
            xtensa_gcc.refuse_unknown(tools, recipe.objects)

    made = native_path(arch)
    # All anew whenever something changes: the recipe of MicroPython's knows nothing of header files.
    setup = [sources.describe(tree), PORT, tools.describe() if tools else ""]
    recipe = build.Recipe(f"natmod-{arch}", made, setup, [], compiler)
    build.make(recipe, f"Building {made.relative_to(ROOT)}", make)
    print(f"{made.relative_to(ROOT)}: {made.stat().st_size} bytes")


def _compiler(arch):
    compiler, home = NATIVE[arch]
    if not shutil.which(compiler):
        raise Failure(f"ARCH={arch} needs {compiler}, which comes with {home}, and it is not on the PATH")
    return compiler


def _refuse_atomics(objects):
    """An ESP32-C3 has no atomic instructions: code that has them would be loaded there, and trap."""
    for file in sorted(objects.rglob("*.o")):
        listing = subprocess.run(["riscv64-unknown-elf-objdump", "-d", str(file)], capture_output=True, text=True)
        found = ATOMICS.search(listing.stdout)
        if listing.returncode or found:
            what = f"has the instruction {found[1]}" if found else "cannot be disassembled"
            raise Failure(f"{file.relative_to(ROOT)} {what}")


def _main(arches):
    if not arches or not set(arches) <= set(NATIVE):
        raise Failure(f"natmod.py wants one or more of: {', '.join(NATIVE)}")
    with exclusive():
        tree = sources.micropython_tree()
        build.build_mpy_cross(tree)
        for arch in arches:
            build_natmod(tree, arch)


if __name__ == "__main__":
    main(_main)
