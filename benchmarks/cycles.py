"""Which functions a case of the benchmarks spends its cycles in, on an emulated Pico: exact, not sampled.

    cycles.py PROGRAM.FUNCTION:CASE     such as "messages.sockets:stream, 64 B"

Every case whose name, with the implementation's, has CASE in it is run once after a run that is not counted. What
lies in flash under a symbol is told by that symbol: C functions, and each function of the frozen native code.
VARIANT= is the data plane, native or python; ROWS= is how many functions are shown.
"""

import os

from bench import FIRMWARE, Job, parse, programs
from pico import Pico
from profiler import Profile, Symbols
from steps import Failure, main

ROWS = 30


def profile(function, only, variant):
    """(case, cycles, a Counter of cycles by function) for each case that has `only` in its name."""
    pico = Pico(FIRMWARE, programs())
    profiled = Profile(pico, Symbols(FIRMWARE.with_suffix(".elf")))
    lines = parse(pico.exec(Job(function, variant, only).source()), pico.spans)
    at = 0
    for _, case, impl, _, times in lines:
        for spent in times:
            yield f"{case}, {impl}", spent, profiled.spans[at]
            at += 1


def _main(arguments):
    if len(arguments) != 1 or arguments[0].count(":") != 1:
        raise Failure(f"which case?\n{__doc__}")
    function, only = arguments[0].split(":")
    rows = int(os.environ.get("ROWS") or ROWS)
    count = 0
    for case, total, found in profile(function, only, os.environ.get("VARIANT") or "python"):
        count += 1
        print(f"\n{case}: {total} cycles, {total / 125:.1f} us")
        for name, spent in found.most_common(rows):
            print(f"{spent:9}  {100 * spent / total:5.1f} %  {name}")
    if not count:
        raise Failure(f"{function} has no case with {only!r} in its name")


if __name__ == "__main__":
    main(_main)
