"""close, in all its forms: freeing must end, whoever comes in between."""

import gc

from scenario import each, scenario
from world import DGRAM, KINDS, SEQ, STREAM

import afunix

CONNECTED = {"stream": STREAM, "seqpacket": SEQ}


def closing(state, **options):
    return scenario("close", state, cannot_fail=True, **options)


@each("close", "%s, not connected", KINDS, cannot_fail=True)
def _(w, kind):
    return w.socket(kind).close


@each("close", "%s, bound", KINDS, cannot_fail=True)
def _(w, kind):
    return w.bound(kind).close


@each("close", "%s, abstract name", KINDS, cannot_fail=True)
def _(w, kind):
    return w.bound(kind, b"\0abstract").close


@each("close", "%s, connected", KINDS, cannot_fail=True)
def _(w, kind):
    return w.pair(kind)[0].close


@each("close", "%s, with something unread", KINDS, cannot_fail=True)
def _(w, kind):
    one, other = w.pair(kind)
    other.send(b"unread")
    one.send(b"still to be read")
    return one.close


@each("close", "%s, the peer is closed", KINDS, cannot_fail=True)
def _(w, kind):
    one, other = w.pair(kind)
    other.send(b"unread")
    other.close()
    return one.close


@each("close", "%s, accepted and named", CONNECTED, cannot_fail=True)
def _(w, kind):
    return w.connected(kind)[1].close


@each("close", "listener without connections, %s", CONNECTED, cannot_fail=True)
def _(w, kind):
    return w.listener(kind).close


@each("close", "listener, connections wait, %s", CONNECTED, cannot_fail=True)
def _(w, kind):
    listener = w.listener(kind)
    w.client(listener, kind).send(b"never read")
    w.client(listener, kind)
    return listener.close


@closing("listener, a connection waits with rights queued")
def _(w):
    listener = w.listener()
    client = w.client(listener)
    client.sendmsg([b"x"], w.rights(client))
    return listener.close


@closing("client that is not accepted yet")
def _(w):
    return w.client(w.listener()).close


@closing("datagram that others are connected to, with their packets elsewhere")
def _(w):
    target, third = w.bound(DGRAM), w.bound(DGRAM)
    client = w.client(target, DGRAM)
    w.client(target, DGRAM).send(b"unread")
    target.sendto(b"kept", third.getsockname())
    client.sendto(b"kept", third.getsockname())
    return target.close


@closing("datagram, connected to another that is connected back")
def _(w):
    one, other = w.bound(DGRAM), w.bound(DGRAM)
    one.connect(other.getsockname())
    other.connect(one.getsockname())
    one.send(b"kept")
    return one.close


@each("close", "%s, with rights queued", KINDS, cannot_fail=True)
def _(w, kind):
    one, other = w.pair(kind)
    third = w.socket()
    other.sendmsg([b"x"], w.rights(third, one))
    return one.close


@each("close", "%s, the last reference to what is queued", KINDS, cannot_fail=True)
def _(w, kind):
    one, other = w.pair(kind)
    third, fourth = w.pair()
    fourth.send(b"in a dropped socket")
    other.sendmsg([b"x"], w.rights(third))
    third.close()
    return one.close


@closing("with credentials queued")
def _(w):
    one, other = w.pair(SEQ)
    one.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    other.send(b"with credentials")
    return one.close


@closing("with an urgent byte queued")
def _(w):
    one, other = w.pair()
    other.send(b"urgent", afunix.MSG_OOB)
    return one.close


@closing("duplicated")
def _(w):
    one, _ = w.pair()
    w.keep(one.dup())
    return one.close


@closing("the last of two descriptors")
def _(w):
    one, _ = w.pair()
    w.keep(one.dup()).close()
    return one.close


@closing("while a right to it is in flight")
def _(w):
    one, other = w.pair()
    third, _ = w.pair()
    one.sendmsg([b"x"], w.rights(third))
    return third.close


# Where close() does not close by itself, or is refused, there is nothing that a callback could see closed.
NO_CLOSING = ("interrupt", "memory", "heap", "callback", "line", "opcode")


@closing("its descriptor was closed elsewhere", kinds=NO_CLOSING)
def _(w):
    sock = w.socket()
    afunix.close(sock.fileno())
    return sock.close


@closing("while rights are in flight elsewhere")
def _(w):
    one, _ = w.pair(SEQ)
    one.sendmsg([b"x"], w.rights(one))
    return w.pair()[0].close


@closing("a file of it is open", kinds=NO_CLOSING)
def _(w):
    one, _ = w.pair()
    w.file = one.makefile("rb")
    return one.close


@scenario("close", "the last file of a closed socket", cannot_fail=True)
def _(w):
    one, _ = w.pair()
    file = one.makefile("rb")
    one.close()
    return file.close


@scenario("close", "a descriptor", cannot_fail=True)
def _(w):
    fd = afunix.dup(w.pair()[0].fileno())
    return lambda: afunix.close(fd)


@scenario("close", "a descriptor that is closed")
def _(w):
    return lambda: afunix.close(20)


class Device:
    """What a program installs; its close() makes calls of its own, and goes on where it was interrupted."""

    closed = 0
    sock = None

    def close(self):
        if self.sock is None:
            self.sock = afunix.socket()
        self.sock.close()
        self.closed += 1


@scenario("close", "an installed object whose close() uses sockets", kinds=("interrupt", "line", "opcode"))
def _(w):
    w.device = Device()
    fd = afunix.install(w.device)

    return lambda: afunix.close(fd)


class Plain:
    def close(self):
        pass


@closing("an installed object")
def _(w):
    fd = afunix.install(Plain())
    return lambda: afunix.close(fd)


@closing("an installed object that only a message refers to")
def _(w):
    one, other = w.pair()
    fd = afunix.install(Plain())
    one.sendmsg([b"x"], w.rights(fd))
    afunix.close(fd)
    return other.close


def _circle(w, size, kind):
    """Sockets that are queued for each other, and the last descriptor that holds them."""
    pairs = [w.pair(kind) for _ in range(size)]
    for i in range(size):
        pairs[i][0].sendmsg([b"x"], w.rights(pairs[(i + 1) % size][1]))
    for i in range(size):
        pairs[i][0].close()
        if i:
            pairs[i][1].close()
    return pairs[0][1].close


@each("close", "of a socket that is queued for itself, %s", CONNECTED, cannot_fail=True)
def _(w, kind):
    return _circle(w, 1, kind)


@each("close", "of the last of a circle of three, %s", CONNECTED, cannot_fail=True)
def _(w, kind):
    return _circle(w, 3, kind)


@closing("of the last of a circle through a listener")
def _(w):
    listener = w.listener()
    client = w.client(listener)
    client.sendmsg([b"x"], w.rights(listener))
    client.close()
    return listener.close


@closing("of a circle that holds another socket and an object")
def _(w):
    one, other = w.pair()
    third, fourth = w.pair()
    fd = afunix.install(Plain())
    one.sendmsg([b"x"], w.rights(other, third, fd))
    afunix.close(fd)
    third.close()
    one.close()
    return other.close


def _dropped(w):
    """Leave a socket to the collector, in a frame of its own."""
    one, other = afunix.socketpair()
    w.keep(other)
    circle = [one]
    circle.append(circle)


@scenario(
    "finaliser", "a dropped socket", cannot_fail=True, swallows=True, kinds=("interrupt", "line", "opcode", "callback")
)
def _(w):
    _dropped(w)
    return _collect


def _collect():
    gc.collect()


@scenario("configure", "nothing is open")
def _(w):
    # The witnesses are open: it is refused, and that changes nothing either.
    return lambda: afunix.configure(ring=128)
