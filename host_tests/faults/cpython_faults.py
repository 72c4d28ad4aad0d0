"""Faults on CPython: a trace function raises at every line, or every opcode, of afunix.

One place is exempt: the RETURN opcode of the outermost of afunix's functions. There the call is over, and what comes is
the caller's as much as if it came behind the call; no Python code can tell these two apart.
"""

import dis
import gc
import mmap
import os
import signal
import struct
import sys
import threading
import time
import zlib
from pathlib import Path

import view

OURS = str(Path(sys.modules["afunix"].__file__).parent)
KINDS = {"line": "line", "opcode": "opcode", "callback": "line", "closing": "line", "collect": "line"}
_RETURNS = [dis.opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in dis.opmap]
# Of how many places one is tried. Whole programs have too many lines, too.
_SAMPLES = {"opcode": 50, "callback": 12, "closing": 12, "collect": 12}
_SAMPLE_OF_PROGRAMS = 4
_SWEEPS = os.environ.get("SWEEPS", "1")
_SECONDS = int(os.environ.get("PATIENCE", 30))


class Strike:
    """What came of a call under a fault."""

    def __init__(self, failure, tracer):
        self.struck = tracer.struck
        self.places = tracer.places
        self.exempt = tracer.exempt
        self.swallowed = tracer.swallowed
        self.kind = None if failure is None else type(failure)
        self.errno = failure.errno if isinstance(failure, OSError) else None
        self.where = tracer.where
        # An error that was on its way to the program, which finds it there.
        error = failure and failure.__context__
        self.context = (type(error), error.errno) if isinstance(error, OSError) else None
        self.text = "" if failure is None else repr(failure)


class _Tracer:
    """Counts events of one kind in afunix's functions, and strikes at the k-th."""

    def __init__(self, event, k, callback):
        self._event = event
        self._k = k
        self._callback = callback
        self.places = 0
        self.struck = self.exempt = self.swallowed = False
        self.where = ""

    def enter(self, frame, event, arg):
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if self._event == "opcode":
            frame.f_trace_opcodes = True
            frame.f_trace_lines = False
        return self.look

    def look(self, frame, event, arg):
        if event == self._event:
            self.places += 1
            if self.places == self._k:
                self._strike(frame)
        return self.look

    def _strike(self, frame):
        self.struck = True
        self.where = _where(frame)
        self.swallowed = _is_finaliser(frame)
        if self._callback is not None:
            self._callback(None)
            return
        if self._event == "opcode":
            self.exempt = _is_last(frame)
        raise KeyboardInterrupt


def _is_last(frame):
    outer = frame.f_back
    if frame.f_code.co_code[frame.f_lasti] not in _RETURNS:
        return False
    while outer is not None:
        if outer.f_code.co_filename.startswith(OURS):
            return False
        outer = outer.f_back
    return True


def _is_finaliser(frame):
    """There Python swallows every exception, whatever anybody does."""
    while frame is not None and frame.f_code.co_filename.startswith(OURS):
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


def _where(frame):
    found = []
    while frame is not None and len(found) < 3 and frame.f_code.co_filename.startswith(OURS):
        code = frame.f_code
        found.append(f"{code.co_filename[len(OURS) + 1 :]}:{frame.f_lineno} {code.co_name} {frame.f_lasti}")
        frame = frame.f_back
    return " < ".join(found)


def tries(title, kind, place):
    """Is that place tried?"""
    if _SWEEPS == "all" or title.startswith("planted"):
        return True
    size = _SAMPLES.get(kind, _SAMPLE_OF_PROGRAMS if title.startswith("asyncio.run") else 1)
    return zlib.crc32(f"{_SWEEPS} {title}{place}".encode()) % size == 0


def strike(world, call, kind, k, callback=None):
    """world.answer = call(), with a fault of that kind at the k-th place; none with k = 0."""
    world.answer = None
    tracer = _Tracer(KINDS[kind], k, callback)
    failure = None
    sys.settrace(tracer.enter)
    try:
        world.answer = call()
        sys.settrace(None)
    except BaseException as raised:
        sys.settrace(None)
        failure = raised
    try:
        return Strike(failure, tracer)
    finally:
        failure = None  # or it would keep this frame, and this frame it


def after_callbacks():
    """Return when all that is scheduled has run."""


def hold(flag):
    """What the call waits for comes in a thread of its own, where nothing is traced."""


_helper = None


class _Helper(threading.Thread):
    """Does something when a call has begun to wait."""

    def __init__(self, arrival):
        super().__init__(daemon=True)
        self._arrival = arrival
        self.wanted = True

    def run(self):
        while self.wanted:
            if view.waiters():
                self._arrival(None)
                return
            time.sleep(0.0002)


def expect(arrival):
    """Let that happen when the call has begun to wait."""
    global _helper
    _helper = _Helper(arrival)
    _helper.start()


def expect_no_more():
    global _helper
    if _helper is not None:
        _helper.wanted = False
        _helper.join()
        _helper = None


_note = ""


def _end(number, frame):
    print(f"\nHUNG\t{_note}", flush=True)
    os._exit(70)


def watch(text):
    global _note
    if not _note:
        signal.signal(signal.SIGALRM, _end)
    _note = text
    signal.alarm(_SECONDS)


def collect():
    """Collect what nobody refers to, and finish what finalisers left."""
    gc.collect()


_memory = mmap.mmap(-1, 64)


def share(i, value=None):
    """Number i of those that this process shares with its children; share(i, value) sets it."""
    if value is not None:
        struct.pack_into("q", _memory, 8 * i, value)
    return struct.unpack_from("q", _memory, 8 * i)[0]


fork = os.fork
leave = os._exit


def wait(pid):
    """The exit code of that child."""
    status = os.waitpid(pid, 0)[1]
    return os.waitstatus_to_exitcode(status)
