# ruff: noqa: UP031  (MicroPython runs it too)
"""The board's side of a storm: Ctrl-C at the console, again and again, into one call; see storm.py.

MicroPython may raise KeyboardInterrupt at every jump of bytecode: in the `except` that has just caught another one,
too, before it is counted. Native code has no such place. So all that runs here while a press may come is native, what
a program that is interrupted would do by itself as well: it keeps what it has been given, and knows how far it is. And
a press comes only after the board has asked for it: with one byte for a single one, with another for a few in a row,
behind which the host types END.
"""

import gc
import io
import random
import select
import sys

import invariants
import micropython
import view

import afunix

SETTINGS = {"sockets": 12, "ring": 64, "records": 4, "descriptors": 16, "backlog": 3, "names": 4, "rights": 8}
ONE = "\x0e"
SEVERAL = "\x0f"
SINGLES = 4  # of so many rounds but one
BATCH = 20  # rounds between two looks at everything

PLACES = 4  # the last so many interrupts are shown where something is wrong
NOTHING = (0, 0, 0, 0)  # no sockets, rights in flight, names, descriptors

_text = io.StringIO
_print_exception = sys.print_exception
_write = sys.stdout.write
_read = sys.stdin.read
_console = select.poll()
_console.register(sys.stdin, select.POLLIN)
_typed = _console.poll


class Found(Exception):
    """Something is wrong."""


class _State:
    """What native code writes down."""

    def __init__(self):
        self.interrupts = 0  # that were raised
        self.failure = None  # what a call raised that is no interrupt
        self.places = [None] * PLACES  # where the last interrupts came


state = _State()


@micropython.native
def _note(interrupt):
    text = _text()
    _print_exception(interrupt, text)
    state.places[state.interrupts % PLACES] = text
    state.interrupts += 1


def _idle():
    """Give what is to be raised a place."""
    for _ in range(4):
        pass


def _idle_on():
    while True:
        pass


def _turn():
    """One place, as the loop of a program would have it, where MicroPython takes in what was typed: some calls have
    none but under the kernel's lock, where that may not come."""
    if state:
        return


@micropython.native
def _interrupt(call):
    """Ask for one press, and repeat the call until it comes."""
    try:
        _write(ONE)
        while True:
            call()
            _turn()
    except KeyboardInterrupt as interrupt:
        _note(interrupt)
    except Exception as failure:
        state.failure = failure
        try:
            _idle_on()
        except KeyboardInterrupt as interrupt:
            _note(interrupt)


@micropython.native
def _interrupt_often(call):
    """Ask for several, and repeat the call until all have come."""
    asked = False
    while True:
        try:
            if not asked:
                asked = True
                _write(SEVERAL)
            if _typed(0):
                _idle()
                break
            call()
        except KeyboardInterrupt as interrupt:
            _note(interrupt)
        except Exception as failure:
            state.failure = failure
    _read(1)


def _round(call):
    if random.randrange(SINGLES):
        _interrupt(call)
    else:
        _interrupt_often(call)
    if state.failure is not None:
        raise state.failure


def look(counters):
    """Everything must be in order; `counters` is what view.counters() must say, None where that does not matter."""
    found = invariants.broken()
    if counters is not None and view.counters() != counters:
        found.append("there are %s sockets, rights in flight, names, descriptors" % (view.counters(),))
    if found:
        raise Found("; ".join(found[:4]))


def _batch(made, presses):
    """Some rounds with one of the variants, and a look at what they leave. Whether the kernel's lock is free shows in
    each check."""
    for _ in range(BATCH):
        if state.interrupts >= presses:
            break
        _round(made.call)
        made.check()
        if view.waiters():
            raise Found("a call still waits")
    look(None)
    made.end()
    look(NOTHING)


def run(variants, presses, seed):
    """Interrupt these, `presses` times in all, and print how often it was."""
    random.seed(seed)
    _load_all()
    afunix.configure(**SETTINGS)
    state.interrupts = 0
    turn = 0
    while state.interrupts < presses:
        made = variants[turn % len(variants)]()
        try:
            _batch(made, presses)
        except BaseException:
            _explain(made)
            raise
        turn += 1
        gc.collect()
    _all_is_free()
    print("DONE", state.interrupts)


def _explain(made):
    print("WRONG after %d interrupts, with %s" % (state.interrupts, made.__dict__))
    for i in range(max(0, state.interrupts - PLACES), state.interrupts):
        print("interrupted:", state.places[i % PLACES].getvalue())


def _load_all():
    """Load what comes from the programs' filesystem: it is written in Python, and MicroPython's import takes whatever
    its `stat` raises, Ctrl-C too, for "no such file". What is frozen into the firmware is loaded under presses."""
    if afunix.__file__.startswith("/store"):
        for name in ("ancillary", "inflight", "message", "options", "packet", "rights", "urgent"):
            __import__("afunix.kernel." + name)
        afunix.aio  # noqa: B018
    if "/store" in sys.path:
        sys.path.remove("/store")


def _all_is_free():
    """As many sockets as configured are to be had, and all go again."""
    socks = [afunix.socket() for _ in range(SETTINGS["sockets"])]
    for sock in socks:
        sock.close()
    look(NOTHING)
