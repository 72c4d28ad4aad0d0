"""Native modules: for which processor they are, and the tools that make those for an ESP32."""

import os
import re
import subprocess

import pytest

import natmod
from afunix_tools.mpy import ARCHITECTURES
from steps import ROOT, Failure, exclusive
from xtensa_gcc import debian_toolchain, refuse_unknown

# What the manual of the instruction set says, lowest byte last, behind what the manual calls it.
WINDOWED = """\
entry a1, 32|004136
entry a15, 32760|ffff36
call4 . + 4|000015
call8 . + 4|000025
call12 . + 4|000035
callx4 a3|0003d0
callx8 a10|000ae0
callx12 a15|000ff0
_retw|000090
movsp a1, a10|001a10
l32e a8, a1, -64|090180
l32e a0, a5, -4|09f500
s32e a0, a5, -16|49c500
rotw -1|4080f0
rotw 7|408070
rfwo|003400
rfwu|003500
rsr.windowbase a2|034820
wsr.windowstart a15|1349f0
"""


def test_make_knows_the_same_processors():
    arches = re.search(r"(?m)^ARCHES := (.*)$", (ROOT / "Makefile").read_text())[1]
    assert set(arches.split()) == set(natmod.NATIVE)


@pytest.fixture(scope="module")
def tools():
    """Debian's tools, made ready."""
    with exclusive():
        return debian_toolchain()


def assemble(tools, text, directory):
    """An object file with these instructions."""
    made = directory / "code.o"
    command = [f"{tools.prefix}as", "-o", str(made), "-"]
    subprocess.run(command, input=text, text=True, check=True, env=os.environ | tools.environment)
    return made


@pytest.mark.qemu
@pytest.mark.parametrize("arch", ["x64", "armv7m", "rv32imc", "xtensawin"])
def test_a_native_module_says_which_processor_it_is_for(arch):
    header = natmod.built(arch).read_bytes()[:3]
    assert header[:2] == b"M\x06"
    assert ARCHITECTURES[header[2] >> 2] == arch


@pytest.mark.qemu
def test_instructions_of_windows_are_what_the_manual_says(tools, tmp_path):
    rows = [row.split("|") for row in WINDOWED.splitlines()]
    made = assemble(tools, "".join(f".align 4\n{text}\n" for text, _ in rows), tmp_path)
    command = [f"{tools.prefix}objcopy", "-O", "binary", str(made), str(tmp_path / "code")]
    subprocess.run(command, check=True, env=os.environ | tools.environment)
    code = (tmp_path / "code").read_bytes()
    found = [code[at : at + 3][::-1].hex() for at in range(0, len(code), 4)]
    assert found == [number.lower() for _, number in rows]
    assert tools.instructions(made) >= {text.split()[0].lstrip("_") for text, _ in rows}


@pytest.mark.qemu
@pytest.mark.parametrize("code", ["rsil a2, 3", ".byte 0x0e"])
def test_what_a_chip_may_lack_is_refused(tools, tmp_path, code, monkeypatch):
    monkeypatch.setattr("xtensa_gcc.ROOT", tmp_path)
    assemble(tools, f"add a2, a3, a4\n{code}\nretw.n\n", tmp_path)
    with pytest.raises(Failure, match=code.split()[0]):
        refuse_unknown(tools, tmp_path)


@pytest.mark.qemu
def test_what_all_chips_have_is_not_refused(tools, tmp_path):
    assemble(tools, ".align 4\nentry a1, 32\nmull a2, a2, a3\nretw.n\n.byte 0\n", tmp_path)
    refuse_unknown(tools, tmp_path)
