"""Builds what runs: "build.py TARGET...", the targets being these.

    pico        build/pico/firmware.uf2        firmware for a Pico, lib/afunix frozen in
    pico-plain  build/pico-plain/firmware.uf2  the same without it, which stands for stock MicroPython
    unix        build/unix/micropython         MicroPython for this machine, lib/afunix not frozen
    unix-asan   build/unix-asan/micropython    the same under AddressSanitizer, with guards in MicroPython's heap
    unix-plain  build/unix-plain/micropython   the same without native code, which not all processors have
    faults      build/faults/micropython       the same with faults that tests put at any place (boards/AFUNIX_FAULTS)
    mps2, rv32  build/mps2/firmware.elf        firmware for a Cortex-M3 and an RV32 on QEMU, lib/afunix frozen in
    xtensa      build/xtensa/firmware.elf      the same for a processor of an ESP32's kind

MPY_DIR= names a checkout of MicroPython to use in place of the pinned sources. pico and unix have the data plane in C
(port/); PICO_C_MODULES= (a .cmake file) and UNIX_C_MODULES= (a directory of modules) compile other C modules in
instead, or none where they are "none". A target is built when the content of
what it is made of has changed, whatever the files' dates say.
"""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import sources
from steps import BUILD, ROOT, Failure, clean_environment, exclusive, main, run_logged, step

BOARD = ROOT / "boards/AFUNIX_PICO"
VARIANT = ROOT / "boards/AFUNIX_UNIX"
LIBRARY = ROOT / "lib/afunix"
PORT = ROOT / "port"
MPY_CROSS = BUILD / "mpy-cross/mpy-cross"
# Where flash is mapped on an RP2040, and the family its UF2 files name.
FLASH_START = "0x10000000"
UF2_FAMILY = "0xe48bff56"
# The day of the pinned release, so that equal sources give equal firmware.
RELEASED = "1744761600"


def digest(*parts):
    """One hash over texts and over files' names and contents; directories count with all that is in them."""
    total = hashlib.sha256()
    for part in parts:
        total.update(f"\0{part}\0".encode())
        if isinstance(part, Path):
            files = sorted(part.rglob("*")) if part.is_dir() else [part]
            for file in files:
                if file.is_file() and "__pycache__" not in file.parts:
                    total.update(f"{file}\0{sources.file_sha256(file)}\0".encode())
    return total.hexdigest()


class Recipe:
    """How one target is made.

    A change of `setup` needs a start from nothing; one of `content` is for make to find in its directory.
    """

    def __init__(self, name, output, setup, content, compiler):
        self.output = output
        self.directory = output.parent
        self.objects = self.directory / "obj"
        self.name = name
        self._setup = digest(*setup, _version(compiler))
        self._content = digest(self._setup, *content)

    def is_current(self):
        """Whether the output is what these inputs give."""
        return self.output.is_file() and self._read("made") == self._content

    def begin(self, anew=False):
        """Clear what an older setup, or a build that was cut off, has left. Is there anything to go on from?"""
        if anew or self._read("setup") != self._setup or (self.directory / "building").exists():
            shutil.rmtree(self.directory, ignore_errors=True)
        goes_on = self.directory.exists()
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "made").unlink(missing_ok=True)
        (self.directory / "setup").write_text(self._setup)
        (self.directory / "building").touch()
        return goes_on

    def end(self, done):
        """Note that the compiler came to an end, and whether the output is there."""
        (self.directory / "building").unlink()
        if done:
            (self.directory / "made").write_text(self._content)

    def _read(self, stamp):
        try:
            return (self.directory / stamp).read_text()
        except OSError:
            return None


def _version(compiler):
    if not shutil.which(compiler):
        raise Failure(f"{compiler} is missing")
    return subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout


def make(recipe, title, build):
    """Run `build(recipe)` if anything the recipe names has changed."""
    if recipe.is_current():
        return
    with step(title):
        goes_on = recipe.begin()
        try:
            _attempt(recipe, build)
        except Failure:
            if not goes_on:
                raise
            # What an older build left can be in the way: make does not notice a name that the C code has lost.
            recipe.begin(anew=True)
            _attempt(recipe, build)


def _attempt(recipe, build):
    try:
        build(recipe)
    except Failure:
        recipe.end(False)
        raise
    recipe.end(True)


def environment(tree):
    """What an inner make sees. Without a version of their own the sources would take this repository's."""
    extra = {"MICROPY_MPYCROSS": MPY_CROSS}
    if tree == sources.TREE:
        extra |= {
            "MICROPY_GIT_TAG": _version_of(tree),
            "MICROPY_GIT_HASH": "pinned",
            "SOURCE_DATE_EPOCH": RELEASED,
        }
    return clean_environment(**extra)


def _version_of(tree):
    header = (tree / "py/mpconfig.h").read_text()
    return "v" + ".".join(re.findall(r"(?m)^#define MICROPY_VERSION_(?:MAJOR|MINOR|MICRO) (\d+)$", header))


def run_make(directory, log, tree, *arguments, **extra):
    """make in a directory of MicroPython's tree."""
    command = ["make", "-C", str(directory), f"-j{os.cpu_count() or 1}", *arguments]
    run_logged(command, log, env=environment(tree) | extra)


def build_mpy_cross(tree):
    """The compiler of frozen code, out of the same sources as what it is frozen into."""

    def build(recipe):
        run_make(tree / "mpy-cross", "mpy-cross", tree, f"BUILD={recipe.directory}")

    recipe = Recipe("mpy-cross", MPY_CROSS, [sources.describe(tree)], [], "cc")
    make(recipe, "Building mpy-cross", build)


def build_pico(tree, name, manifest, frozen):
    """Firmware for the Pico with `manifest` frozen in; `frozen` are the files it names that may change."""
    modules = None
    if name == "pico":
        modules = _c_modules("PICO_C_MODULES", PORT / "afunix/micropython.cmake", "a .cmake file", Path.is_file)
    arguments = [f"BOARD_DIR={BOARD}", f"FROZEN_MANIFEST={manifest}"]
    arguments += [f"USER_C_MODULES={modules}"] if modules else []

    def build(recipe):
        log = f"build-{name}"
        arguments.append(f"BUILD={recipe.objects}")
        run_make(tree / "ports/rp2", log, tree, *arguments, CMAKE_ARGS="-DPICO_NO_PICOTOOL=1")
        binary = recipe.directory / "firmware.bin"
        elf = recipe.objects / "firmware.elf"
        run_logged(["arm-none-eabi-objcopy", "-O", "binary", str(elf), str(binary)], log)
        partial = recipe.directory / "partial.uf2"
        convert = ["python3", str(tree / "tools/uf2conv.py"), "-b", FLASH_START, "-f", UF2_FAMILY, "-c"]
        run_logged([*convert, "-o", str(partial), str(binary)], log)
        shutil.copyfile(elf, recipe.directory / "firmware.elf")
        partial.replace(recipe.output)

    output = BUILD / name / "firmware.uf2"
    setup = [sources.describe(tree), BOARD, str(modules)]
    content = [manifest, *frozen, *_sources(modules)]
    recipe = Recipe(name, output, setup, content, "arm-none-eabi-gcc")
    make(recipe, f"Building {output.relative_to(ROOT)}", build)


def build_firmware(tree):
    """Firmware for the Pico with afunix in it."""
    build_pico(tree, "pico", ROOT / "firmware/manifest.py", [PLAIN, *AFUNIX, LIBRARY])


def build_unix(tree, name="unix"):
    """MicroPython for this machine, in one of its variants."""
    modules = None if name == "unix-plain" else _c_modules("UNIX_C_MODULES", PORT, "a directory", Path.is_dir)
    variant = VARIANT if name == "unix" else ROOT / f"boards/AFUNIX_{name.upper().replace('-', '_')}"
    arguments = [f"VARIANT_DIR={variant}"] + ([f"USER_C_MODULES={modules}"] if modules else [])

    def build(recipe):
        run_make(tree / "ports/unix", f"build-{name}", tree, *arguments, f"BUILD={recipe.objects}")
        partial = recipe.directory / "partial"
        shutil.copy(recipe.objects / "micropython", partial)
        partial.replace(recipe.output)

    output = BUILD / name / "micropython"
    setup = [sources.describe(tree), VARIANT, variant, str(modules)]
    recipe = Recipe(name, output, setup, _sources(modules), "cc")
    make(recipe, f"Building {output.relative_to(ROOT)}", build)


def build_xtensa(tree):
    """Firmware for a processor with register windows, which QEMU emulates on one of its boards."""
    import xtensa_gcc  # imports this module

    tools = xtensa_gcc.debian_toolchain()
    build_qemu(tree, "xtensa", tools.compiler, [tools.describe()], tools.environment)


def build_qemu(tree, name, compiler, tools=(), extra=None):
    """Firmware for a board that QEMU emulates, lib/afunix and the data plane in C in it.

    `tools` are texts that tell its compiler from others, `extra` is for the environment.
    """
    board = ROOT / f"boards/AFUNIX_{name.upper()}"
    manifest = ROOT / "firmware/manifest_qemu.py"
    arguments = [f"BOARD_DIR={board}", f"BOARD={board.name}", f"FROZEN_MANIFEST={manifest}", f"USER_C_MODULES={PORT}"]

    def build(recipe):
        made = recipe.objects / "firmware.elf"
        arguments.append(f"BUILD={recipe.objects}")
        run_make(tree / "ports/qemu", f"build-{name}", tree, *arguments, str(made), **(extra or {}))
        partial = recipe.directory / "partial"
        shutil.copy(made, partial)
        partial.replace(recipe.output)

    output = BUILD / name / "firmware.elf"
    setup = [sources.describe(tree), board, ROOT / "boards/qemu", *tools]
    recipe = Recipe(name, output, setup, [manifest, *AFUNIX, LIBRARY, PORT], compiler)
    make(recipe, f"Building {output.relative_to(ROOT)}", build)


def _sources(modules):
    """What a build with these modules is made of, beside MicroPython."""
    if modules is None:
        return []
    if PORT in (modules, *modules.parents):
        return [PORT]
    return [modules if modules.is_dir() else modules.parent]


def _c_modules(variable, ours, what, is_fit):
    value = os.environ.get(variable) or str(ours)
    if value == "none":
        return None
    path = Path(value).resolve()
    if not is_fit(path):
        raise Failure(f"{variable}={value} is not {what}")
    return path


def _main(targets):
    builders = {
        "pico": build_firmware,
        "pico-plain": lambda tree: build_pico(tree, "pico-plain", PLAIN, []),
        "unix": build_unix,
        "unix-asan": lambda tree: build_unix(tree, "unix-asan"),
        "unix-plain": lambda tree: build_unix(tree, "unix-plain"),
        "faults": lambda tree: build_unix(tree, "faults"),
        "mps2": lambda tree: build_qemu(tree, "mps2", "arm-none-eabi-gcc"),
        "rv32": lambda tree: build_qemu(tree, "rv32", "riscv64-unknown-elf-gcc"),
        "xtensa": build_xtensa,
    }
    if not targets or not set(targets) <= set(builders):
        raise Failure(f"build.py wants one or more of: {', '.join(builders)}")
    with exclusive():
        tree = sources.micropython_tree()
        build_mpy_cross(tree)
        for target in targets:
            builders[target](tree)


# What the manifests include.
PLAIN = ROOT / "firmware/manifest_plain.py"
AFUNIX = [ROOT / "firmware/manifest_afunix.py", ROOT / "firmware/afunix_tools/library.py"]

if __name__ == "__main__":
    main(_main)
