# ruff: noqa: UP031  (MicroPython runs it too)
"""Calls that wait, and what they wait for comes; or an interrupt comes first."""

from scenario import each
from world import DGRAM, KINDS, SEQ, STREAM

import afunix

_EAGAIN = 11
CONNECTED = {"stream": STREAM, "seqpacket": SEQ}
# What a callback closes would be what the call waits on; that is for the tests of identity, which have threads.
KINDS_OF_FAULT = ("interrupt", "line", "opcode", "callback", "memory", "heap", "collect")


def waits(call, state, cases, **options):
    return each(call, state, cases, kinds=KINDS_OF_FAULT, **options)


@waits("recv", "waits for data, %s", KINDS, answers=True)
def _(w, kind):
    one, other = w.pair(kind)
    w.blocking(one)
    w.arrival = lambda: other.send(b"comes")
    return lambda: one.recv(9)


@waits("recv", "waits for data, with a timeout, %s", KINDS, answers=True)
def _(w, kind):
    one, other = w.pair(kind)
    one.settimeout(60)
    w.arrival = lambda: other.send(b"comes")
    return lambda: one.recv(9)


@waits("recv", "waits for the end, %s", CONNECTED)
def _(w, kind):
    one, other = w.pair(kind)
    w.blocking(one)
    w.arrival = other.close
    return lambda: one.recv(9)


@waits("recv_into", "waits for data, %s", KINDS, answers=True)
def _(w, kind):
    one, other = w.pair(kind)
    w.blocking(one)
    w.arrival = lambda: other.send(b"comes")
    buffer = bytearray(9)
    return lambda: one.recv_into(buffer)


@waits("recvmsg", "waits for rights, %s", KINDS, answers=True)
def _(w, kind):
    one, other = w.pair(kind)
    w.blocking(one)
    data = w.rights(other)
    w.arrival = lambda: other.sendmsg([b"comes"], data)
    return lambda: one.recvmsg(9, 100)


@waits("accept", "waits for a client, %s", CONNECTED, answers=True)
def _(w, kind):
    listener = w.blocking(w.listener(kind))
    client = w.socket(kind)
    w.arrival = lambda: client.connect(listener.getsockname())
    return listener.accept


@waits("connect", "waits for room in the backlog, %s", CONNECTED)
def _(w, kind):
    listener = w.listener(kind, 0)
    w.client(listener, kind)
    sock = w.blocking(w.socket(kind))
    w.arrival = lambda: w.accept(listener)
    return lambda: sock.connect(listener.getsockname())


@waits("send", "waits for room, %s", {"datagram": DGRAM, "seqpacket": SEQ})
def _(w, kind):
    one, other = w.pair(kind)
    w.fill(one)
    w.blocking(one)
    w.arrival = lambda: other.recv(64)
    return lambda: one.send(b"message")


@waits("sendmsg", "rights, waits for room, %s", {"datagram": DGRAM, "seqpacket": SEQ})
def _(w, kind):
    one, other = w.pair(kind)
    w.fill(one)
    w.blocking(one)
    data = w.rights(other)
    w.arrival = lambda: other.recv(64)
    return lambda: one.sendmsg([b"message"], data)


@waits("recv", "times out, %s", KINDS)
def _(w, kind):
    one, _ = w.pair(kind)
    one.settimeout(0.002)
    return lambda: one.recv(9)


@waits("accept", "times out, %s", CONNECTED)
def _(w, kind):
    listener = w.listener(kind)
    listener.settimeout(0.002)
    return listener.accept


LETTERS = bytes([65 + i % 26 for i in range(100)])


def _partly(w, other):
    """What a call that sends LETTERS may leave behind when it is cut short: their beginning, and nothing twice. The
    peer makes room once."""
    w.got = b""

    def arrive():
        try:
            w.got += other.recv(60)
        except OSError as failure:
            if failure.errno != _EAGAIN:  # a callback that comes upon the lock has to come again
                raise

    def check():
        for _ in range(4):
            arrive()
        return None if LETTERS.startswith(w.got) else "%r arrived" % w.got

    w.arrival = arrive
    w.check = check


@waits("sendall", "waits for room, %s", {"stream": STREAM})
def _(w, kind):
    one, other = w.pair(kind)
    w.blocking(one)
    _partly(w, other)
    return lambda: one.sendall(LETTERS)


@waits("sendall", "with credentials, waits for room, %s", {"stream": STREAM})
def _(w, kind):
    one, other = w.pair(kind)
    other.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    w.blocking(one)
    _partly(w, other)
    return lambda: one.sendall(LETTERS)


@waits("send", "waits for room, %s", {"stream": STREAM})
def _(w, kind):
    one, other = w.pair(kind)
    w.blocking(one)
    _partly(w, other)
    return lambda: one.send(LETTERS)


@waits("sendmsg", "one right, waits for room, %s", {"stream": STREAM})
def _(w, kind):
    one, other = w.pair(kind)
    w.blocking(one)
    _partly(w, other)
    data = w.rights(one)
    return lambda: one.sendmsg([LETTERS], data)


@waits("write", "waits for room, %s", {"stream": STREAM})
def _(w, kind):
    one, other = w.pair(kind)
    w.blocking(one)
    _partly(w, other)
    return lambda: one.write(LETTERS)
