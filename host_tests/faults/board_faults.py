# ruff: noqa: UP031  (MicroPython runs it too)
"""Faults on MicroPython, made by the firmware's module `finject` (boards/AFUNIX_FAULTS)."""

import gc
import io
import os
import sys
import time

import finject
import micropython
from finject import fork, hold, leave, share, wait  # noqa: F401

KINDS = {
    "interrupt": finject.INTERRUPT,
    "callback": finject.CALLBACK,
    "closing": finject.CALLBACK,
    "memory": finject.MEMORY,
    "heap": finject.HEAP,
    "collect": finject.COLLECT,
}
# In which pause of a waiting call the event comes that it waits for.
PAUSE = 3
_SECONDS = int(os.getenv("PATIENCE") or 30)


class Strike:
    """What came of a call under a fault."""

    def __init__(self, failure, places):
        self.struck = places > 0
        self.places = abs(places)
        self.exempt = False
        self.kind = None if failure is None else type(failure)
        self.errno = failure.errno if isinstance(failure, OSError) else None
        self.where = "" if failure is None else _where(failure)
        self.text = "" if failure is None else repr(failure)


def _where(failure):
    text = io.StringIO()
    sys.print_exception(failure, text)
    lines = [line.strip() for line in text.getvalue().split("\n") if line.startswith("  File")]
    return " < ".join([_short(line) for line in reversed(lines[-3:])])


def _short(line):
    path, number, name = line.split(", ")
    return "%s:%s %s" % ("/".join(path.strip('File "').split("/")[-2:]), number[5:], name[3:])


@micropython.native
def _try(world, call, kind, k, callback):
    """Machine code has no place where anything is raised: what comes, comes in `call`."""
    finject.arm(kind, k, callback)
    try:
        world.answer = call()
        places = finject.disarm()
        failure = None
    except BaseException as raised:
        places = finject.disarm()
        failure = raised
    return failure, places


def strike(world, call, kind, k, callback=None):
    """world.answer = call(), with a fault of that kind at the k-th place; none with k = 0."""
    world.answer = None
    failure, places = _try(world, call, KINDS[kind], k, callback)
    return Strike(failure, places)


def after_callbacks():
    """Return when all that is scheduled has run."""
    time.sleep_ms(0)
    for _ in range(8):
        pass


def expect(arrival):
    """Let that happen when the call has begun to wait."""
    finject.arrive(PAUSE, arrival)


def expect_no_more():
    finject.arrive(0, None)


def watch(text):
    finject.watch(_SECONDS, text)


def collect():
    """Collect what nobody refers to, and finish what finalisers left."""
    finject.scrub()
    gc.collect()
    after_callbacks()
