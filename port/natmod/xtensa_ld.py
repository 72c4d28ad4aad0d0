"""MicroPython's linker of native modules, given as first argument, with an error of MicroPython 1.25's put right.

For Xtensa processors it takes the address of a member of a variable for the address of the variable.
"""

import importlib.util
import sys


def load(path):
    """The linker as a module."""
    spec = importlib.util.spec_from_file_location("mpy_ld", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def correct(linker):
    """Have entries of the global offset table that are called "variable+offset" point there."""
    build = linker.build_got_xtensa

    def build_got_xtensa(env):
        build(env)
        for entry in env.got_entries.values():
            is_symbol = entry.sym.entry["st_info"]["type"] != "STT_SECTION"
            variable, _, offset = entry.name.partition("+")
            # A linker that is right has put it in. In the table of functions an offset is the number of one.
            if offset and is_symbol and variable != "mp_fun_table" and entry.link_addr == 0:
                entry.link_addr = int(offset, 16)

    linker.build_got_xtensa = build_got_xtensa


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1].rpartition("/")[0])
    mpy_ld = load(sys.argv.pop(1))
    correct(mpy_ld)
    mpy_ld.main()
