"""MicroPython's stream methods and the files of makefile(): calls of several steps."""

from scenario import each, scenario
from world import KINDS, STREAM

import afunix

# Not "closing": an open file keeps its socket open, and what waits on a closed socket is not for one thread.
KINDS_OF_FAULT = ("interrupt", "line", "opcode", "callback", "memory", "heap", "collect")


@each("read", "%s", KINDS, answers=True)
def _(w, kind):
    one, other = w.pair(kind)
    other.send(b"queued")
    return lambda: one.read(20)


@scenario("read", "all, until the end", answers=True)
def _(w):
    one, other = w.pair()
    other.send(b"queued")
    other.close()
    return one.read


@scenario("readinto", "less is there", answers=True)
def _(w):
    one, other = w.pair()
    other.send(b"queued")
    buffer = bytearray(20)
    return lambda: one.readinto(buffer)


@scenario("readline", "a line is there", answers=True)
def _(w):
    one, other = w.pair()
    other.send(b"a line\nand more")
    return one.readline


@scenario("readline", "a line is there, with credentials", answers=True)
def _(w):
    one, other = w.pair()
    one.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    other.send(b"line\nmore")
    return one.readline


@scenario("write", "a part fits")
def _(w):
    one, _ = w.pair()
    one.send(bytes(60))
    return lambda: one.write(b"message")


def _in_two_parts(w):
    """A socket that waits; the beginning is queued, and the rest comes."""
    one, other = w.pair()
    other.send(b"first")
    w.arrival = lambda: other.send(b", rest\n")
    return w.blocking(one)


@scenario("read", "waits for the rest", answers=True, kinds=KINDS_OF_FAULT)
def _(w):
    one = _in_two_parts(w)
    return lambda: one.read(12)


@scenario("readinto", "waits for the rest", answers=True, kinds=KINDS_OF_FAULT)
def _(w):
    one = _in_two_parts(w)
    buffer = bytearray(12)
    return lambda: one.readinto(buffer)


@scenario("readline", "waits for the rest", answers=True, kinds=KINDS_OF_FAULT)
def _(w):
    return _in_two_parts(w).readline


@scenario("recv", "MSG_WAITALL, waits for the rest", answers=True, kinds=KINDS_OF_FAULT)
def _(w):
    one = _in_two_parts(w)
    return lambda: one.recv(12, afunix.MSG_WAITALL)


@each("makefile", "%s", {"bytes": "rwb", "text": "r"}, kinds=KINDS_OF_FAULT)
def _(w, mode):
    one, _ = w.pair()
    w.blocking(one)

    def call():
        one.makefile(mode).close()

    return call


@each("file.readline", "%s", {"bytes": "rb", "text": "r"}, answers=True, kinds=KINDS_OF_FAULT)
def _(w, mode):
    one, other = w.pair()
    w.blocking(one)
    other.send(b"one line\n")
    other.close()
    w.file = one.makefile(mode)
    w.check = _nothing
    return w.file.readline


@each("file.write", "%s", {"bytes": "wb", "text": "w"}, kinds=KINDS_OF_FAULT)
def _(w, mode):
    one, _ = w.pair(STREAM)
    w.blocking(one)
    w.file = one.makefile(mode)
    w.check = _nothing
    data = "text" if mode == "w" else b"text"

    def call():
        w.file.write(data)
        w.file.flush()

    return call


def _nothing():
    """A file may have read ahead, or have something to write: only what the kernel has is looked at."""
