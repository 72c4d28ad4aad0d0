"""Names."""

from scenario import each, scenario
from world import DGRAM, KINDS, SEQ, STREAM

import afunix


@each("bind", "path, %s", KINDS)
def _(w, kind):
    sock = w.socket(kind)
    return lambda: sock.bind("/path")


@each("bind", "abstract, %s", KINDS)
def _(w, kind):
    sock = w.socket(kind)
    return lambda: sock.bind(b"\0abstract")


@each("bind", "chosen by the kernel, %s", KINDS)
def _(w, kind):
    sock = w.socket(kind)
    return lambda: sock.bind("")


@scenario("bind", "taken")
def _(w):
    name = w.bound().getsockname()
    sock = w.socket()
    return lambda: sock.bind(name)


@scenario("bind", "has a name already")
def _(w):
    sock = w.bound()
    return lambda: sock.bind("/another")


@scenario("bind", "no name is free")
def _(w):
    try:
        while True:
            w.bound()
    except OSError:
        pass
    sock = w.sockets[-1]
    return lambda: sock.bind("/one/more")


@scenario("bind", "connected")
def _(w):
    one, _ = w.pair(SEQ)
    return lambda: one.bind("/path")


@scenario("unlink", "a listener's path")
def _(w):
    name = w.listener(STREAM).getsockname()
    return lambda: afunix.unlink(name)


@scenario("unlink", "a datagram socket's path that others are connected to")
def _(w):
    target = w.bound(DGRAM)
    w.client(target, DGRAM)
    return lambda: afunix.unlink(target.getsockname())


@scenario("getsockname", "bound")
def _(w):
    return w.bound().getsockname


@scenario("getpeername", "connected")
def _(w):
    return w.connected()[0].getpeername


@scenario("getpeername", "the peer is closed")
def _(w):
    client, server, _ = w.connected()
    server.close()
    return client.getpeername


@scenario("repr", "connected")
def _(w):
    client = w.connected()[0]
    return lambda: len(repr(client)) > 9
