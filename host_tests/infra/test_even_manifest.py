"""Frozen machine code on RV32 begins at even addresses: boards/AFUNIX_RV32/even_manifest.py."""

import importlib.util

import pytest
from elftools.elf.elffile import ELFFile

from qemu import firmware_of
from steps import ROOT

SPEC = importlib.util.spec_from_file_location("even_manifest", ROOT / "boards/AFUNIX_RV32/even_manifest.py")
TEXT = 'static const byte fun_data_{name}[{size}] __attribute__((section(".text,\\"ax\\",@progbits # "))) = {{\n'


def test_functions_get_an_even_size():
    module = importlib.util.module_from_spec(SPEC)
    SPEC.loader.exec_module(module)
    bytecode = "static const byte fun_data_b[7] = {\n"
    source = TEXT.format(name="odd", size=257) + TEXT.format(name="even", size=12) + bytecode
    expected = TEXT.format(name="odd", size=258) + TEXT.format(name="even", size=12) + bytecode
    assert module.even(source) == expected


@pytest.mark.qemu
def test_the_firmware_has_none_at_an_odd_address():
    with firmware_of("rv32").open("rb") as file:
        elf = ELFFile(file)
        code = {index for index, section in enumerate(elf.iter_sections()) if section.name.startswith(".text")}
        symbols = list(elf.get_section_by_name(".symtab").iter_symbols())
        functions = [one for one in symbols if one.name.startswith("fun_data_") and one["st_shndx"] in code]
    assert len(functions) > 10
    assert not [one.name for one in functions if one["st_value"] & 1]
