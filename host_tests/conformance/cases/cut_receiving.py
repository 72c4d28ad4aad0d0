"""Calls that wait for something to receive, and every event in another thread that ends the wait.

What each answers, and what the socket says afterwards, where it waits without a limit, with SO_RCVTIMEO and with
settimeout: one answer where these are the same.
"""

from calls import Call, drop_in_message, each_way, send_pieces
from kit import case

# The emulated Pico has no second thread.
TARGETS = ("linux", "cpython", "unix")


def _recv_into(k, sock):
    buffer = bytearray(9)
    return bytes(buffer[: sock.recv_into(buffer)])


def _recvmsg_into(k, sock):
    buffer = bytearray(9)
    return bytes(buffer[: sock.recvmsg_into([buffer])[0]])


def _peek(k, sock):
    seen = sock.recv(9, k.net.MSG_PEEK)
    if sock.fileno() < 0:
        return seen
    got = sock.recv(9)
    return seen if seen == got else [seen, got]


CALLS = (
    ("recv", lambda k, sock: sock.recv(9)),
    ("recv_into", _recv_into),
    ("recvfrom", lambda k, sock: sock.recvfrom(9)[0]),
    ("recvmsg", lambda k, sock: sock.recvmsg(9, 64)[0]),
    ("recvmsg_into", _recvmsg_into),
    ("recv MSG_PEEK", _peek),
)


def _afterwards(k, one):
    """What recv and send say that do not wait; nothing where the socket is closed."""
    if one.fileno() < 0:
        return []
    one.setblocking(False)
    return k.tries((one.recv, 9), (one.send, b"y"))


def _cut_short(k, kind, way, call, function, ends, pieces):
    one, other = ends(k, kind)
    k.blocking(one, way)
    waiting = Call(k, call, k, one)
    send_pieces(k, waiting, one, other, pieces)
    function(k, one, other)
    return [waiting.answer()] + _afterwards(k, one)


def _pair(k, kind):
    return k.pair(kind)


def event(what, *, polls=True, calls=CALLS, ends=_pair, pieces=(), **answers):
    """Register f(k, one, other), which ends a call that waits on `one` of ends(k, kind), for each of `calls`.

    `pieces` come before, each when the one before is taken. The answer is a list: what the call answers, then recv and
    send that do not wait.
    """

    def register(function):
        for name, call in calls:

            @case(name + " waits: " + what, **answers)
            def _(k, kind, call=call):
                return each_way(k, lambda way: _cut_short(k, kind, way, call, function, ends, pieces), polls)

        return function

    return register


@event("data", each=[b"x", "EAGAIN", 1])
def _(k, one, other):
    other.send(b"x")


@event("two packets", DGRAM=[b"x", b"y", 1], SEQ=[b"x", b"y", 1])
def _(k, one, other):
    other.send(b"x")
    other.send(b"y")


@event("an empty packet", DGRAM=[b"", "EAGAIN", 1], SEQ=[b"", "EAGAIN", 1])
def _(k, one, other):
    other.send(b"")


@event("nothing, then data", STREAM=[b"x", "EAGAIN", 1])
def _(k, one, other):
    other.send(b"")
    other.send(b"x")


@event("data with rights", each=[b"x", "EAGAIN", 1])
def _(k, one, other):
    # recvmsg has no room for them: that would leave the descriptor to the case.
    other.sendmsg([b"x"], k.rights())


@event("peer closes", STREAM=[b"", b"", "EPIPE"], SEQ=[b"", b"", "EPIPE"])
def _(k, one, other):
    other.close()


@event("peer writes and closes", STREAM=[b"x", b"", "EPIPE"], SEQ=[b"x", b"", "EPIPE"])
def _(k, one, other):
    other.send(b"x")
    other.close()


@event("peer closes with unread", STREAM=["ECONNRESET", b"", "EPIPE"], SEQ=["ECONNRESET", b"", "EPIPE"])
def _(k, one, other):
    one.send(b"unread")
    other.close()


@event("peer shuts down WR", STREAM=[b"", b"", 1], SEQ=[b"", b"", 1])
def _(k, one, other):
    other.shutdown(k.net.SHUT_WR)


@event("peer shuts down RD, and writes", each=[b"late", "EAGAIN", "EPIPE"])
def _(k, one, other):
    other.shutdown(k.net.SHUT_RD)
    other.send(b"late")


@event("peer shuts down RDWR", STREAM=[b"", b"", "EPIPE"], SEQ=[b"", b"", "EPIPE"])
def _(k, one, other):
    other.shutdown(k.net.SHUT_RDWR)


@event("own end is shut down RD", STREAM=[b"", b"", 1], SEQ=[b"", b"", 1])
def _(k, one, other):
    one.shutdown(k.net.SHUT_RD)


@event("own end is shut down RD", polls=False, DGRAM=[b"", "EAGAIN", 1])
def _(k, one, other):
    one.shutdown(k.net.SHUT_RD)


@event("own end is shut down WR, peer writes", each=[b"late", "EAGAIN", "EPIPE"])
def _(k, one, other):
    one.shutdown(k.net.SHUT_WR)
    other.send(b"late")


@event("own end is shut down RDWR", STREAM=[b"", b"", "EPIPE"], SEQ=[b"", b"", "EPIPE"])
def _(k, one, other):
    one.shutdown(k.net.SHUT_RDWR)


@event("own end is closed, peer writes", each=[[b"late"], [b"late"], ["EBADF"]])
def _(k, one, other):
    one.close()
    k.attempt(other.send, b"late")


@event(
    "a message is dropped that held the peer's last reference",
    STREAM=[b"", b"", "EPIPE"],
    SEQ=[b"", b"", "EPIPE"],
)
def _(k, one, other):
    drop_in_message(k, other)


@event(
    "a message is dropped that held the last reference to the peer with unread",
    STREAM=["ECONNRESET", b"", "EPIPE"],
    SEQ=["ECONNRESET", b"", "EPIPE"],
)
def _(k, one, other):
    one.send(b"unread")
    drop_in_message(k, other)


# Connections that nobody accepted, or that are accepted while their client waits already


def _client(k, kind):
    listener, address = k.listener(kind)
    return k.client(kind, address), listener


@event(
    "listener closes",
    ends=_client,
    STREAM=["ECONNRESET", b"", "EPIPE"],
    SEQ=["ECONNRESET", b"", "EPIPE"],
)
def _(k, one, listener):
    listener.close()


@event(
    "a message is dropped that held the listener's last reference",
    ends=_client,
    STREAM=["ECONNRESET", b"", "EPIPE"],
    SEQ=["ECONNRESET", b"", "EPIPE"],
)
def _(k, one, listener):
    drop_in_message(k, listener)


@event("accepted, server writes", ends=_client, STREAM=[b"x", "EAGAIN", 1], SEQ=[b"x", "EAGAIN", 1])
def _(k, one, listener):
    k.accept(listener).send(b"x")


@event("accepted, server closes", ends=_client, STREAM=[b"", b"", "EPIPE"], SEQ=[b"", b"", "EPIPE"])
def _(k, one, listener):
    k.accept(listener).close()


# Datagram sockets: the end of a peer is no end of data


def _named(k, kind):
    """A pair whose first socket has a name."""
    one, other = k.pair(kind)
    one.bind(k.path())
    return one, other


def _turn_to_another(k, one):
    """Connect `one` with a third socket, which writes."""
    third, address = k.bound("DGRAM")
    one.connect(address)
    third.connect(one.getsockname())
    third.send(b"late")


@event("peer closes, another writes", ends=_named, DGRAM=[b"late", "EAGAIN", 1])
def _(k, one, other):
    other.close()
    _turn_to_another(k, one)


@event("peer closes with unread, another writes", ends=_named, DGRAM=[b"late", "EAGAIN", 1])
def _(k, one, other):
    one.send(b"unread")
    other.close()
    _turn_to_another(k, one)


@event("peer shuts down WR, another writes", ends=_named, DGRAM=[b"late", "EAGAIN", 1])
def _(k, one, other):
    other.shutdown(k.net.SHUT_WR)
    _turn_to_another(k, one)


@event("peer turns away, another writes", ends=_named, DGRAM=[b"late", "EAGAIN", 1])
def _(k, one, other):
    other.connect(k.bound("DGRAM")[1])
    _turn_to_another(k, one)


@event("unconnected, by address", ends=lambda k, kind: k.bound(kind), DGRAM=[b"x", "EAGAIN", "ENOTCONN"])
def _(k, one, address):
    k.socket("DGRAM").sendto(b"x", address)


# MSG_WAITALL, whose data comes in pieces. With a timeout CPython's socket does not block, so Linux returns the first.


def _all_of_recvmsg(k, sock):
    return sock.recvmsg(6, 64, k.net.MSG_WAITALL)[0]


def _all_into(k, sock):
    buffer = bytearray(6)
    return bytes(buffer[: sock.recv_into(buffer, 6, k.net.MSG_WAITALL)])


ALL = (
    ("recv MSG_WAITALL", lambda k, sock: sock.recv(6, k.net.MSG_WAITALL)),
    ("recv_into MSG_WAITALL", _all_into),
    ("recvmsg MSG_WAITALL", _all_of_recvmsg),
)


@event(
    "all in pieces",
    calls=ALL,
    pieces=(b"ab", b"cd"),
    STREAM=[[b"abcdef", b"gh", 1], [b"abcdef", b"gh", 1], [b"ab", b"cdefgh", 1]],
)
def _(k, one, other):
    other.send(b"ef")
    other.send(b"gh")


@event("a part, peer closes", calls=ALL, pieces=(b"ab",), STREAM=[b"ab", b"", "EPIPE"])
def _(k, one, other):
    other.close()


@event(
    "a part, peer closes with unread",
    calls=ALL,
    pieces=(b"ab",),
    STREAM=[[b"ab", b"", "EPIPE"], [b"ab", b"", "EPIPE"], [b"ab", "ECONNRESET", "EPIPE"]],
)
def _(k, one, other):
    one.send(b"unread")
    other.close()


@event("nothing, peer closes with unread", calls=ALL, STREAM=["ECONNRESET", b"", "EPIPE"])
def _(k, one, other):
    one.send(b"unread")
    other.close()


@event("a part, peer shuts down WR", calls=ALL, pieces=(b"ab",), STREAM=[b"ab", b"", 1])
def _(k, one, other):
    other.shutdown(k.net.SHUT_WR)


@event("a part, own end is shut down RD", calls=ALL, pieces=(b"ab",), STREAM=[b"ab", b"", 1])
def _(k, one, other):
    one.shutdown(k.net.SHUT_RD)


@event("a part, own end is closed, peer writes", calls=ALL, pieces=(b"ab",), STREAM=[[b"ablate"], [b"ablate"], [b"ab"]])
def _(k, one, other):
    one.close()
    k.attempt(other.send, b"late")


@event(
    "a part, and the peer's last reference is in a message that is dropped",
    calls=ALL,
    pieces=(b"ab",),
    STREAM=[b"ab", b"", "EPIPE"],
)
def _(k, one, other):
    drop_in_message(k, other)


# The ways of a file


def _readinto(k, file):
    buffer = bytearray(6)
    return bytes(buffer[: file.readinto(buffer)])


FILES = (
    ("read", lambda k, file: file.read(6)),
    ("readinto", _readinto),
    ("readline", lambda k, file: file.readline()),
)


def of_file(what, pieces, **answers):
    """The same for calls of a file. The answer: what two of them answer, one after the other."""

    def register(function):
        for name, call in FILES:

            @case(name + " waits: " + what, **answers)
            def _(k, kind, call=call):
                return each_way(k, lambda way: _two_of_file(k, kind, way, call, function, pieces))

        return function

    return register


def _two_of_file(k, kind, way, call, function, pieces):
    one, other = k.pair(kind)
    k.blocking(one, way)
    file = k.reader(one)
    waiting = Call(k, call, k, file)
    send_pieces(k, waiting, one, other, pieces)
    function(k, one, other)
    return [waiting.answer(), k.attempt(call, k, file)]


@of_file("all in pieces, then the end", (b"ab", b"cd", b"e\n"), STREAM=[b"abcde\n", b"more"])
def _(k, one, other):
    other.send(b"more")
    other.close()


@of_file("a part, then the end", (b"ab",), STREAM=[b"ab", b""])
def _(k, one, other):
    other.close()


@of_file("a part, peer shuts down WR", (b"ab",), STREAM=[b"ab", b""])
def _(k, one, other):
    other.shutdown(k.net.SHUT_WR)


@of_file("a part, own end is shut down RD", (b"ab",), STREAM=[b"ab", b""])
def _(k, one, other):
    one.shutdown(k.net.SHUT_RD)
