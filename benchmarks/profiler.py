"""Counts what each function costs in a span that is marked on an emulated Pico: exact, not sampled."""

import ast
import bisect
import collections
import re

from elftools.elf.elffile import ELFFile

from afunix_tools.library import LIBRARY
from pico import CYCLE_NANOSECONDS

FLASH, RAM, REST = 0x10000000, 0x20000000, 0x20042000


class Symbols:
    """The names of the firmware's addresses."""

    def __init__(self, elf):
        with open(elf, "rb") as file:
            table = ELFFile(file).get_section_by_name(".symtab")
            found = {
                symbol["st_value"] & ~1: (symbol["st_size"], symbol.name)
                for symbol in table.iter_symbols()
                if symbol["st_info"]["type"] in ("STT_FUNC", "STT_OBJECT")
            }
        self._starts = sorted(found)
        self._found = found

    def name(self, address):
        """What is at `address`."""
        at = bisect.bisect_right(self._starts, address) - 1
        if at >= 0:
            start = self._starts[at]
            size, name = self._found[start]
            # What is written in assembler has no size: it goes on to the next.
            if not size or address < start + size:
                return readable(name)
        if address < FLASH:
            return "boot ROM"
        return "native code in RAM" if RAM <= address < REST else "flash without a symbol"


def readable(name):
    """The name of a function of frozen native code, out of the name of the object that holds it.

    A @micropython.viper function goes by its file and its place among the viper functions of its class or module.
    """
    frozen = re.fullmatch(r"fun_data_(.+)", name)
    if not frozen:
        return name
    viper = re.fullmatch(r"afunix_(\w+)_afunix_slash_(\w+)_dot_py(\d*)", frozen[1])
    if viper:
        path = viper[2].replace("_slash_", "/")
        owner = viper[1][len(path) + 1 :]
        names = _viper_functions((LIBRARY / f"{path}.py").read_text(), owner)
        # The first has no number, the second has 2.
        at = int(viper[3] or 1) - 1
        if at < len(names):
            return ".".join(filter(None, (f"frozen {path.replace('/', '.')}", owner, names[at])))
    return f"frozen {frozen[1]}"


def _viper_functions(source, owner):
    """The names of the viper functions of the class `owner`, or of the module itself where that is empty."""
    body = ast.parse(source).body
    if owner:
        classes = [part for part in body if isinstance(part, ast.ClassDef) and part.name == owner]
        body = [part for found in classes for part in found.body]
    return [
        part.name
        for part in body
        if isinstance(part, ast.FunctionDef) and "micropython.viper" in map(ast.unparse, part.decorator_list)
    ]


class Profile:
    """Steps a Pico through its marked spans and counts: `spans` has one dict, from name to cycles, for each."""

    def __init__(self, pico, symbols):
        self.spans = []
        self._pico = pico
        self._symbols = symbols
        self._names = {}
        self._run = pico.run_batch
        pico.run_batch = self._batch
        self._marked = False
        self._edge = pico.on_edge
        pico.on_edge = self._changed

    def _changed(self, is_up):
        self._marked = is_up
        # The batch ends with this instruction; what follows is stepped.
        self._pico.simulator.stopped = True
        self._edge(is_up)

    def _batch(self):
        simulator = self._pico.simulator
        self._run()
        if self._marked:
            self._span()
            simulator.stopped = False

    def _span(self):
        core, clock = self._pico.core, self._pico.clock
        cycles = collections.Counter()
        registers = core.registers
        step = core.execute_instruction
        while self._marked:
            if core.waiting:
                before = clock.nanos
                clock.tick(clock.nanos_to_next_alarm)
                cycles[None] += round((clock.nanos - before) / CYCLE_NANOSECONDS)
                continue
            at = registers[15]
            spent = step()
            clock.tick(spent * CYCLE_NANOSECONDS)
            cycles[at] += spent
        self.spans.append(self._by_name(cycles))

    def _by_name(self, cycles):
        found = collections.Counter()
        for address, spent in cycles.items():
            found["asleep" if address is None else self._symbols.name(address)] += spent
        return found
