"""Calls that make sockets and descriptors."""

from scenario import each, scenario
from world import KINDS, STREAM

import afunix

# Where a callback that closes something makes room, the answer is another one.
FULL = ("interrupt", "line", "opcode", "memory", "heap")


@each("socket", "%s", KINDS, answers=True)
def _(w, kind):
    return lambda: afunix.socket(afunix.AF_UNIX, kind)


@scenario("socket", "non-blocking", answers=True)
def _(w):
    return lambda: afunix.socket(afunix.AF_UNIX, STREAM | afunix.SOCK_NONBLOCK)


@scenario("socket", "of a descriptor", answers=False)
def _(w):
    fd = w.socket().detach()
    return lambda: afunix.socket(fileno=fd)


@scenario("socket", "no descriptor is free", answers=True, kinds=FULL)
def _(w):
    w.take_descriptors(0)
    return lambda: afunix.socket()


@scenario("socket", "no endpoint is free", answers=True, kinds=FULL)
def _(w):
    w.take_sockets(0)
    return lambda: afunix.socket()


@each("socketpair", "%s", KINDS, answers=True)
def _(w, kind):
    return lambda: afunix.socketpair(afunix.AF_UNIX, kind)


@scenario("socketpair", "one descriptor is free", answers=True, kinds=FULL)
def _(w):
    w.take_descriptors(1)
    return lambda: afunix.socketpair()


@scenario("socketpair", "one endpoint is free", answers=True, kinds=FULL)
def _(w):
    w.take_sockets(1)
    return lambda: afunix.socketpair()


@each("dup", "of a %s socket object", KINDS, answers=True)
def _(w, kind):
    one, _ = w.pair(kind)
    one.settimeout(2)
    return one.dup


@scenario("dup", "of a descriptor", answers=True)
def _(w):
    fd = w.socket().fileno()
    return lambda: afunix.dup(fd)


@scenario("detach", "connected", answers=True)
def _(w):
    one, _ = w.pair()
    return one.detach


class Thing:
    """An object of a program."""

    closed = 0

    def close(self):
        self.closed += 1


@scenario("install", "an object", answers=True)
def _(w):
    thing = Thing()
    return lambda: afunix.install(thing)


@scenario("object_of", "an object's descriptor")
def _(w):
    fd = afunix.install(KINDS)
    return lambda: afunix.object_of(fd) is KINDS
