"""The compiler for ESP32 and ESP32-S3, cores that have register windows: Espressif's, or Debian's put together here.

Debian's gcc-xtensa-lx106 is for the ESP8266, whose core has no windows. The compiler knows them all the same
(-mabi=windowed); the assembler learns them from a library that is made here of the tables in Debian's source package
of that assembler (binutils-xtensa, 18 kB) and of those in firmware/xtensa/.
"""

import os
import re
import shutil
import subprocess

import build
import sources
from steps import BUILD, ROOT, Failure, run_logged

ESPRESSIF = "xtensa-esp32-elf-"
DEBIAN = "xtensa-lx106-elf-"
LOCK = ROOT / "firmware/xtensa.lock"
TABLES = ROOT / "firmware/xtensa"
LIBRARY = BUILD / "windowed/windowed.so"
INSTEAD = "use xtensa-esp32-elf-gcc of Espressif's ESP-IDF"
# The tables include these; what they declare is in tables.h.
EMPTY = ("ansidecl.h", "xtensa-isa.h", "xtensa-isa-internal.h")

# What an ESP32 and an ESP32-S3 both have. Floating point is not in it, as native modules may not use it; nor are
# instructions for an operating system.
CORE = """
    abs add addi addmi addx2 addx4 addx8 and extui l16si l16ui l32i l32r l8ui memw mov movi moveqz movgez movltz movnez
    neg nop or s16i s32i s8i sll slli sra srai src srl srli ssa8l ssai ssl ssr sub subx2 subx4 subx8 xor
    ball bany bbc bbci bbs bbsi beq beqi beqz bge bgei bgeu bgeui bgez blt blti bltu bltui bltz bnall bne bnei bnez
    bnone j jx
"""
SHORT = "add.n addi.n beqz.n bnez.n l32i.n mov.n movi.n nop.n s32i.n"
WINDOWS = "call4 call8 call12 callx4 callx8 callx12 entry movsp retw retw.n"
# Debian's compiler only has the multiplications and the nsa of these.
OPTIONS = """
    loop loopgtz loopnez max maxu min minu mull mulsh muluh mul16s mul16u nsa nsau quos quou rems remu s32c1i sext
"""
KNOWN = set(f"{CORE} {SHORT} {WINDOWS} {OPTIONS}".split())
# Between functions and behind jumps there are zeros, which disassemble as this or as single bytes.
FILLING = {"ill", ".byte 00"}
INSTRUCTION = re.compile(r"^ +[0-9a-f]+:\t[0-9a-f]+ +\t(\.byte\s\S+|\S+)", re.MULTILINE)


class Toolchain:
    """A compiler by the prefix of its programs' names, and what they need in their environment."""

    def __init__(self, prefix, environment):
        self.prefix = prefix
        self.environment = environment
        self.compiler = f"{prefix}gcc"

    def describe(self):
        """A text that changes when what the compiler gives may."""
        library = self.environment.get("XTENSA_GNU_CONFIG")
        return f"{self.prefix} {sources.file_sha256(library) if library else ''}"

    def instructions(self, file):
        """The names of the instructions in an object file."""
        command = [f"{self.prefix}objdump", "-d", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | self.environment)
        if done.returncode:
            raise Failure(f"{file.relative_to(ROOT)} cannot be disassembled", done.stderr)
        # Newer binutils have a tab there.
        return {name.replace("\t", " ") for name in INSTRUCTION.findall(done.stdout)} - FILLING


def toolchain():
    """Espressif's compiler if it is on the PATH, else Debian's with a library made for it."""
    if shutil.which(f"{ESPRESSIF}gcc"):
        return Toolchain(ESPRESSIF, {})
    return debian_toolchain()


def debian_toolchain():
    """Debian's compiler with a library made for it."""
    if not shutil.which(f"{DEBIAN}gcc"):
        raise Failure(f"neither {ESPRESSIF}gcc nor {DEBIAN}gcc (Debian's gcc-xtensa-lx106) is on the PATH")
    _build_library()
    return Toolchain(DEBIAN, {"XTENSA_GNU_CONFIG": str(LIBRARY)})


def _build_library():
    archives = sources.parse_lock(LOCK.read_text(), LOCK.name)

    def compile_it(recipe):
        theirs = recipe.directory / "lx106"
        shutil.rmtree(theirs, ignore_errors=True)
        for archive, file in sources.fetch(archives, INSTEAD).items():
            sources.unpack(archive, file, recipe.directory / archive.directory)
        empty = recipe.directory / "empty"
        empty.mkdir(exist_ok=True)
        for name in EMPTY:
            (empty / name).touch()
        paths = [f"-I{path}" for path in (empty, theirs / "bfd", theirs / "include")]
        partial = recipe.directory / "partial.so"
        command = ["cc", "-O1", "-shared", "-fPIC", *paths, "-o", str(partial), str(TABLES / "windowed.c")]
        run_logged(command, "xtensa")
        partial.replace(recipe.output)

    recipe = build.Recipe("xtensa", LIBRARY, [LOCK, TABLES], [], "cc")
    build.make(recipe, f"Building {LIBRARY.relative_to(ROOT)}", compile_it)


def refuse_unknown(tools, objects):
    """Code that one of the chips lacks an instruction of would be loaded there, and trap."""
    for file in sorted(objects.rglob("*.o")):
        unknown = tools.instructions(file) - KNOWN
        if unknown:
            what = ", ".join(sorted(unknown))
            raise Failure(f"{file.relative_to(ROOT)} has instructions that not every chip may have: {what}")
