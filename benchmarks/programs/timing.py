"""How the programs measure. It runs on MicroPython's unix port and on a Pico, and reports in lines of text.

A figure is the time of `run(n, ...)`, less that of `run(0, ...)`, less that of an empty loop of `n` rounds. On the
Pico the time is what the emulator counts between two edges of a pin, and known to the host alone; there a few rounds
are exact. On the unix port it is the least of several tries, of as many rounds as take a millisecond or two.
"""

import gc
import sys
import time

BOARD = sys.platform == "rp2"
TRIES = 1 if BOARD else 25
ENOUGH = 1500000  # nanoseconds
MOST = 10000

_lines = []
_only = None
_quick = False
native_file = 0  # the heap that the data plane in C takes as a file

if BOARD:
    from machine import Pin

    mark = Pin(14, Pin.OUT, value=0).value
else:
    _since = 0
    _elapsed = 0

    def mark(level):
        global _since, _elapsed
        if level:
            _since = time.time_ns()
        else:
            _elapsed = time.time_ns() - _since


def start(variant, only=None, quick=False):
    """Choose the form of the data plane, "native", "mpy" or "python", before afunix is imported.

    With `only`, run just the cases whose name has that in it, in one span of one round each, for the profiler; with
    `quick`, measure few rounds, to see that all is there. Raises ImportError where there is no such form.
    """
    global _only, _quick, name, native_file
    _only = only
    _quick = quick
    name = "afunix " + variant
    if variant == "native":
        import _afunix  # noqa: F401
    elif variant == "mpy":
        gc.collect()
        before = gc.mem_alloc()
        import afunix_file

        gc.collect()
        native_file = gc.mem_alloc() - before
        sys.modules["_afunix"] = afunix_file
    else:
        sys.modules["_afunix"] = None


def rounds(case, who, n, run, *arguments):
    """Measure `run(n, *arguments)`, which does the same thing n times; `who` is the implementation."""
    if _only is not None:
        return _profiled(case, who, run, arguments)
    tries = TRIES
    run(1, *arguments)
    if not BOARD:
        one = max(1, _least(1, 5, run, arguments))
        n = max(2, min(MOST, (ENOUGH // 10 if _quick else ENOUGH) // one))
        if _quick:
            tries = 4
    elif _quick:
        n = 2
    spans = [_least(0, tries, run, arguments), _least(n, tries, run, arguments)]
    _lines.append(("rounds", case, who, n, spans))


def _least(n, tries, run, arguments):
    least = None
    for _ in range(tries):
        gc.collect()
        gc.disable()
        mark(1)
        run(n, *arguments)
        mark(0)
        gc.enable()
        if not BOARD and (least is None or _elapsed < least):
            least = _elapsed
    return least


def _profiled(case, who, run, arguments):
    if _only in case + ", " + who:
        run(1, *arguments)
        gc.collect()
        mark(1)
        run(1, *arguments)
        mark(0)
        _lines.append(("span", case, who, 1, [None]))


def between(case, who, n, run, *arguments):
    """Measure the mean of `n` spans which `run(n, *arguments)` itself marks. On a board only."""
    if _only is not None:
        if _only not in case + ", " + who:
            return
        n = 1
    if _quick:
        n = 1
    gc.collect()
    run(n, *arguments)
    _lines.append(("between", case, who, n, [None] * n))


def size(case, who, count):
    """Report a number of bytes."""
    if _only is None:
        _lines.append(("bytes", case, who, count, []))


def _loop(n):
    for _ in range(n):
        pass


def _exchange(n, write, read, data, buffer):
    for _ in range(n):
        write(data)
        read(buffer)


def _marks(n):
    for _ in range(n):
        mark(1)
        mark(0)


def calibrate():
    """What the host subtracts from everything, and what it compares everything with."""
    import micropython

    if _only is not None:
        return
    rounds("loop", "", 100, _loop)
    if BOARD:
        between("mark", "", 4, _marks)
    ring = micropython.RingIO(128)
    rounds("baseline", "RingIO", 100, _exchange, ring.write, ring.readinto, bytes(64), bytearray(64))


def report():
    for line in _lines:
        print("=", *line, sep="\t")
