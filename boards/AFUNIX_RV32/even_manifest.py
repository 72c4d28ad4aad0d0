"""Runs MicroPython's makemanifest.py, its path and arguments being ours, and makes what it writes safe for RISC-V.

Frozen machine code lies in the text section, function after function, and must begin at even addresses. MicroPython
asks for that, but the GNU assembler takes code for aligned that way already, which it is not behind a function with an
odd number of bytes. So every such function gets one byte more.
"""

import re
import subprocess
import sys
from pathlib import Path

FUNCTION = re.compile(r'^(static const byte fun_data_\w+\[)(\d+)(\] __attribute__\(\(section\("\.text)', re.MULTILINE)


def even(source):
    """The generated C code with an even number of bytes in each function."""
    return FUNCTION.sub(lambda found: f"{found[1]}{int(found[2]) + 1 & ~1}{found[3]}", source)


if __name__ == "__main__":
    subprocess.run([sys.executable, *sys.argv[1:]], check=True)
    output = Path(sys.argv[sys.argv.index("-o") + 1])
    if output.is_file():
        output.write_text(even(output.read_text()))
