"""listen, connect, accept, shutdown."""

from scenario import each, scenario
from world import DGRAM, KINDS, SEQ, STREAM

import afunix

CONNECTED = {"stream": STREAM, "seqpacket": SEQ}


@each("listen", "%s", CONNECTED)
def _(w, kind):
    return w.bound(kind).listen


@scenario("listen", "again, with a connection that waits")
def _(w):
    listener = w.listener()
    w.client(listener)
    return lambda: listener.listen(1)


@each("connect", "%s", CONNECTED)
def _(w, kind):
    name = w.listener(kind).getsockname()
    sock = w.socket(kind)
    return lambda: sock.connect(name)


@scenario("connect", "to an abstract name")
def _(w):
    w.listener(STREAM, 2, b"\0abstract")
    sock = w.socket()
    return lambda: sock.connect(b"\0abstract")


@scenario("connect", "bound, with a connection that waits before it")
def _(w):
    listener = w.listener()
    w.client(listener)
    sock = w.bound()
    return lambda: sock.connect(listener.getsockname())


@scenario("connect", "with SO_PASSCRED at both ends")
def _(w):
    listener = w.listener()
    listener.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    sock = w.socket()
    sock.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    return lambda: sock.connect(listener.getsockname())


@each("connect", "the backlog is full, %s", CONNECTED)
def _(w, kind):
    listener = w.listener(kind, 0)
    w.client(listener, kind)
    sock = w.socket(kind)
    return lambda: sock.connect(listener.getsockname())


@scenario("connect", "no endpoint is free", kinds=("interrupt", "line", "opcode", "memory", "heap"))
def _(w):
    name = w.listener().getsockname()
    sock = w.socket()
    w.take_sockets(0)
    return lambda: sock.connect(name)


@scenario("connect", "refused")
def _(w):
    name = w.bound().getsockname()
    sock = w.socket()
    return lambda: sock.connect(name)


@scenario("connect", "nobody has the name")
def _(w):
    sock = w.socket()
    return lambda: sock.connect("/nobody")


@scenario("connect", "connected already")
def _(w):
    client, _, listener = w.connected()
    return lambda: client.connect(listener.getsockname())


@scenario("connect_ex", "the backlog is full")
def _(w):
    listener = w.listener(STREAM, 0)
    w.client(listener)
    sock = w.socket()
    return lambda: sock.connect_ex(listener.getsockname())


@scenario("connect", "datagram")
def _(w):
    name = w.bound(DGRAM).getsockname()
    sock = w.socket(DGRAM)
    return lambda: sock.connect(name)


@scenario("connect", "datagram, each other")
def _(w):
    one, other = w.bound(DGRAM), w.bound(DGRAM)
    other.connect(one.getsockname())
    return lambda: one.connect(other.getsockname())


@scenario("connect", "datagram, with SO_PASSCRED")
def _(w):
    name = w.bound(DGRAM).getsockname()
    sock = w.socket(DGRAM)
    sock.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    return lambda: sock.connect(name)


@scenario("connect", "datagram, to another, from a peer that is connected back, with packets queued")
def _(w):
    one, other, third = w.bound(DGRAM), w.bound(DGRAM), w.bound(DGRAM)
    one.connect(other.getsockname())
    other.connect(one.getsockname())
    other.send(b"lost")
    return lambda: one.connect(third.getsockname())


@scenario("connect", "datagram, after the peer was closed, with packets queued")
def _(w):
    one, other, third = w.bound(DGRAM), w.bound(DGRAM), w.bound(DGRAM)
    one.connect(other.getsockname())
    other.sendto(b"lost", one.getsockname())
    other.close()
    return lambda: one.connect(third.getsockname())


@scenario("connect", "datagram, to another, with rights queued")
def _(w):
    one, other, third = w.bound(DGRAM), w.bound(DGRAM), w.bound(DGRAM)
    one.connect(other.getsockname())
    other.sendmsg([b"lost"], w.rights(third), 0, one.getsockname())
    return lambda: one.connect(third.getsockname())


@scenario("connect", "datagram, not permitted")
def _(w):
    one, other = w.bound(DGRAM), w.bound(DGRAM)
    one.connect(other.getsockname())
    sock = w.socket(DGRAM)
    return lambda: sock.connect(one.getsockname())


@each("accept", "%s", CONNECTED, answers=True)
def _(w, kind):
    listener = w.listener(kind)
    w.client(listener, kind)
    return listener.accept


@scenario("accept", "two wait, data waits with the first", answers=True)
def _(w):
    listener = w.listener()
    client = w.client(listener)
    client.send(b"early")
    w.client(listener)
    return listener.accept


@scenario("accept", "the client is closed", answers=True)
def _(w):
    listener = w.listener()
    client = w.client(listener)
    client.send(b"early")
    client.close()
    return listener.accept


@scenario("accept", "the client has a name, SO_PASSCRED", answers=True)
def _(w):
    listener = w.listener()
    listener.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    client = w.bound()
    client.connect(listener.getsockname())
    return listener.accept


@scenario("accept", "nothing waits")
def _(w):
    return w.listener().accept


@scenario("accept", "no descriptor is free", answers=True, kinds=("interrupt", "line", "opcode", "memory", "heap"))
def _(w):
    listener = w.listener()
    w.client(listener)
    w.take_descriptors(0)
    return listener.accept


@scenario("accept", "no listener")
def _(w):
    return w.socket().accept


WAYS = {"reading": 0, "writing": 1, "both": 2}


@each("shutdown", "%s, stream", WAYS)
def _(w, how):
    one, other = w.pair()
    other.send(b"queued")
    return lambda: one.shutdown(how)


@each("shutdown", "%s, seqpacket", WAYS)
def _(w, how):
    one, other = w.pair(SEQ)
    other.send(b"queued")
    return lambda: one.shutdown(how)


@each("shutdown", "%s, datagram that others are connected to", WAYS)
def _(w, how):
    target = w.bound(DGRAM)
    w.client(target, DGRAM).send(b"queued")
    w.client(target, DGRAM)
    return lambda: target.shutdown(how)


@each("shutdown", "%s, listener", WAYS)
def _(w, how):
    listener = w.listener()
    w.client(listener)
    return lambda: listener.shutdown(how)


@each("shutdown", "%s, not connected", KINDS)
def _(w, kind):
    sock = w.socket(kind)
    return lambda: sock.shutdown(2)


@scenario("shutdown", "the peer is closed")
def _(w):
    one, other = w.pair()
    other.close()
    return lambda: one.shutdown(2)
