# ruff: noqa: UP031  (MicroPython runs it too)
"""MicroPython's stream methods and the files of makefile(): calls of several steps."""

import sys

from scenario import each, scenario
from world import KINDS, STREAM

import afunix

MICROPYTHON = sys.implementation.name == "micropython"
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


@scenario("recv_into", "MSG_WAITALL, waits for the rest", answers=True, kinds=KINDS_OF_FAULT)
def _(w):
    one = _in_two_parts(w)
    buffer = bytearray(12)
    return lambda: one.recv_into(buffer, 12, afunix.MSG_WAITALL)


@scenario("recvmsg", "MSG_WAITALL, the rest comes with rights", answers=True, kinds=KINDS_OF_FAULT)
def _(w):
    one, other = w.pair()
    other.send(b"first")
    data = w.rights(other)
    w.arrival = lambda: other.sendmsg([b", rest\n"], data)
    w.blocking(one)
    return lambda: one.recvmsg(20, 100, afunix.MSG_WAITALL)


@scenario("recvmsg_into", "MSG_WAITALL, the rest comes with rights", answers=True, kinds=KINDS_OF_FAULT)
def _(w):
    one, other = w.pair()
    other.send(b"first")
    data = w.rights(other)
    w.arrival = lambda: other.sendmsg([b", rest\n"], data)
    w.blocking(one)
    buffer = bytearray(20)
    return lambda: one.recvmsg_into([buffer], 100, afunix.MSG_WAITALL)


LETTERS = bytes([65 + i % 26 for i in range(99)]) + b"\n"
LONG = {
    "read": lambda sock: sock.read(100),
    "read, until the end": lambda sock: sock.read(),
    "readinto": lambda sock: sock.readinto(bytearray(100)),
    "readline": lambda sock: sock.readline(),
    "recv": lambda sock: sock.recv(100, afunix.MSG_WAITALL),
    "recv_into": lambda sock: sock.recv_into(bytearray(100), 100, afunix.MSG_WAITALL),
}


@each("receives", "more than a ring holds: %s", LONG, kinds=KINDS_OF_FAULT)
def _(w, receive):
    """What arrives of LETTERS while the call has a part of them is there for the next one, and so is that part."""
    one, other = w.pair()
    w.blocking(one)
    w.sent = other.send(LETTERS[:60])

    def arrive():
        w.sent += other.send(LETTERS[w.sent :])
        if receive is LONG["read, until the end"]:
            other.close()

    def check():
        one.setblocking(False)
        got = b""
        try:
            while len(got) < w.sent:
                got += one.recv(100)
        except OSError as failure:
            return "%r is there of what was sent: %r" % (got, failure)
        return None if got == LETTERS[: w.sent] else "%r was received" % got

    w.arrival = arrive
    w.check = check
    return lambda: receive(one)


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
    w.check = lambda: _next_line(w.file, "one line\n" if mode == "r" else b"one line\n")
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


def _next_line(file, line):
    """The line is still there. CPython's files are its own affair, and lose what an interrupt takes from them."""
    if MICROPYTHON:
        found = file.readline()
        return None if found == line else "%r is there in place of %r" % (found, line)


def _nothing():
    """A file may have read ahead, or have something to write: only what the kernel has is looked at."""
