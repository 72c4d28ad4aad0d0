"""shutdown(2): what each direction does to both ends, one row for each way and each question."""

from kit import case

HOW = {"RD": 0, "WR": 1, "RDWR": 2}


def _queued(k, kind, how):
    """A pair with a "q" queued for the first, which then is shut down."""
    one, other = k.pair(kind)
    other.send(b"q")
    one.shutdown(HOW[how])
    return one, other


def _self_queued(k, kind, how):
    one, _ = _queued(k, kind, how)
    return k.attempt(one.recv, 9)


def _self_again(k, kind, how):
    one, _ = _queued(k, kind, how)
    one.recv(9)
    return k.attempt(one.recv, 9)


def _self_send(k, kind, how):
    one, _ = _queued(k, kind, how)
    return k.attempt(one.send, b"x")


def _peer_recv(k, kind, how):
    one, other = _queued(k, kind, how)
    k.attempt(one.send, b"x")
    return k.attempt(other.recv, 9)


def _peer_send(k, kind, how):
    _, other = _queued(k, kind, how)
    return k.attempt(other.send, b"x")


def _poll(k, kind, how):
    one, other = _queued(k, kind, how)
    return k.poll(one), k.poll(other)


def _poll_drained(k, kind, how):
    one, other = _queued(k, kind, how)
    one.recv(9)
    return k.poll(one), k.poll(other)


def _twice(k, kind, how):
    one, _ = _queued(k, kind, how)
    return k.attempt(one.shutdown, HOW[how])


def _by_peer(k, kind, how):
    _, other = _queued(k, kind, how)
    return k.attempt(other.shutdown, HOW[how])


IO = "IN|OUT"
END = "IN|OUT|RDHUP"
ALL = "IN|OUT|RDHUP|HUP"
for _how, _what, _function, _stream, _dgram, _seq in (
    ("RD", "self recv queued", _self_queued, b"q", b"q", b"q"),
    ("RD", "self recv again", _self_again, b"", "EAGAIN", b""),
    ("RD", "self send", _self_send, 1, 1, 1),
    ("RD", "peer recv", _peer_recv, b"x", b"x", b"x"),
    ("RD", "peer send", _peer_send, "EPIPE", "EPIPE", "EPIPE"),
    ("RD", "poll self / peer", _poll, (END, "OUT"), (END, "OUT"), (END, "OUT")),
    ("RD", "poll self / peer once read", _poll_drained, (END, "OUT"), (END, "OUT"), (END, "OUT")),
    ("RD", "twice", _twice, None, None, None),
    ("RD", "by both", _by_peer, None, None, None),
    ("WR", "self recv queued", _self_queued, b"q", b"q", b"q"),
    ("WR", "self recv again", _self_again, "EAGAIN", "EAGAIN", "EAGAIN"),
    ("WR", "self send", _self_send, "EPIPE", "EPIPE", "EPIPE"),
    ("WR", "peer recv", _peer_recv, b"", "EAGAIN", b""),
    ("WR", "peer send", _peer_send, 1, 1, 1),
    ("WR", "poll self / peer", _poll, (IO, END), (IO, "OUT"), (IO, END)),
    ("WR", "poll self / peer once read", _poll_drained, ("OUT", END), ("OUT", "OUT"), ("OUT", END)),
    ("WR", "twice", _twice, None, None, None),
    ("WR", "by both", _by_peer, None, None, None),
    ("RDWR", "self recv queued", _self_queued, b"q", b"q", b"q"),
    ("RDWR", "self recv again", _self_again, b"", "EAGAIN", b""),
    ("RDWR", "self send", _self_send, "EPIPE", "EPIPE", "EPIPE"),
    ("RDWR", "peer recv", _peer_recv, b"", "EAGAIN", b""),
    ("RDWR", "peer send", _peer_send, "EPIPE", "EPIPE", "EPIPE"),
    ("RDWR", "poll self / peer", _poll, (ALL, ALL), (ALL, "OUT"), (ALL, ALL)),
    ("RDWR", "poll self / peer once read", _poll_drained, (ALL, ALL), (ALL, "OUT"), (ALL, ALL)),
    ("RDWR", "twice", _twice, None, None, None),
    ("RDWR", "by both", _by_peer, None, None, None),
):

    def _asked(k, kind, function=_function, how=_how):
        return function(k, kind, how)

    case(f"shutdown({_how}): {_what}", STREAM=_stream, DGRAM=_dgram, SEQ=_seq)(_asked)


@case("shutdown unconnected", each=None)
def _(k, kind):
    return k.attempt(k.socket(kind).shutdown, k.net.SHUT_RDWR)


@case("shutdown(3)", each="EINVAL")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].shutdown, 3)


@case("shutdown(-1)", each="EINVAL")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].shutdown, -1)


@case("shutdown(WR), then close: peer reads the end", STREAM=[b"x", b"", b""], SEQ=[b"x", b"", b""])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"x")
    one.shutdown(k.net.SHUT_WR)
    one.close()
    return [other.recv(9), other.recv(9), other.recv(9)]


@case("shutdown(WR): request, end, response", STREAM=[b"request", b"", b"response", b""])
def _(k, kind):
    client, server, _ = k.connected(kind)
    client.send(b"request")
    client.shutdown(k.net.SHUT_WR)
    got = [server.recv(99), server.recv(99)]
    server.send(b"response")
    server.close()
    return got + [client.recv(99), client.recv(99)]


@case("shutdown(RD) then RDWR add up", STREAM=["EPIPE", b"", ALL], SEQ=["EPIPE", b"", ALL])
def _(k, kind):
    one, other = k.pair(kind)
    one.shutdown(k.net.SHUT_RD)
    one.shutdown(k.net.SHUT_WR)
    return [k.attempt(one.send, b"x"), k.attempt(other.recv, 9), k.poll(other)]


@case("shutdown before connect", STREAM=["EISCONN", "EPIPE", b""], SEQ=["EISCONN", "EPIPE", b""])
def _(k, kind):
    """Linux keeps what was shut down before the connection."""
    listener, address = k.listener(kind)
    client = k.socket(kind)
    client.shutdown(k.net.SHUT_RDWR)
    client.connect(address)
    k.accept(listener)
    return k.tries((client.connect, address), (client.send, b"x"), (client.recv, 9))


@case("shutdown before connect: the server's side", STREAM=["EPIPE", "EAGAIN"], SEQ=["EPIPE", "EAGAIN"])
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.socket(kind)
    client.shutdown(k.net.SHUT_RDWR)
    client.connect(address)
    server = k.accept(listener)
    return k.tries((server.send, b"x"), (server.recv, 9))


@case("DGRAM shutdown(RD): a sender by address", ["EPIPE", "EPIPE"])
def _(k):
    receiver, address = k.bound("DGRAM")
    receiver.shutdown(k.net.SHUT_RD)
    sender = k.socket("DGRAM")
    answer = k.attempt(sender.sendto, b"x", address)
    sender.connect(address)
    return [answer, k.attempt(sender.send, b"x")]


@case("DGRAM shutdown(WR): sendto", "EPIPE")
def _(k):
    _, address = k.bound("DGRAM")
    sender = k.socket("DGRAM")
    sender.shutdown(k.net.SHUT_WR)
    return k.attempt(sender.sendto, b"x", address)
