"""MSG_OOB: one urgent byte in a stream."""

from kit import case


def _sent(k, *parts):
    """A receiver to which `parts` were sent; the last byte of those marked with "!" is urgent."""
    one, other = k.pair("STREAM")
    for part in parts:
        one.send(part[:-1] if part.endswith(b"!") else part, k.net.MSG_OOB if part.endswith(b"!") else 0)
    return other


@case("OOB send on datagrams", DGRAM="EOPNOTSUPP", SEQ="EOPNOTSUPP")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].send, b"x", k.net.MSG_OOB)


@case("OOB recv on datagrams", DGRAM="EOPNOTSUPP", SEQ="EOPNOTSUPP")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].recv, 1, k.net.MSG_OOB)


@case("OOB recv of nothing", "EINVAL")
def _(k):
    return k.attempt(k.pair("STREAM")[0].recv, 1, k.net.MSG_OOB)


@case("OOB recv, only data there", ["EINVAL", b"data"])
def _(k):
    sock = _sent(k, b"data")
    return k.tries((sock.recv, 1, k.net.MSG_OOB), (sock.recv, 9))


@case("OOB send of one byte", [1, b"u", "EINVAL", "EAGAIN"])
def _(k):
    one, other = k.pair("STREAM")
    return k.tries(
        (one.send, b"u", k.net.MSG_OOB), (other.recv, 1, k.net.MSG_OOB), (other.recv, 1, k.net.MSG_OOB), (other.recv, 9)
    )


@case("OOB send of several: the last is urgent", [3, b"c", b"ab", "EAGAIN"])
def _(k):
    one, other = k.pair("STREAM")
    return k.tries((one.send, b"abc", k.net.MSG_OOB), (other.recv, 1, k.net.MSG_OOB), (other.recv, 9), (other.recv, 9))


@case("OOB send of nothing", ["EOPNOTSUPP", "EAGAIN"])
def _(k):
    one, other = k.pair("STREAM")
    return k.tries((one.send, b"", k.net.MSG_OOB), (other.recv, 9))


@case("OOB out of order: urgent first, data after", [b"u", b"before", b"after"])
def _(k):
    sock = _sent(k, b"before", b"u!", b"after")
    return k.tries((sock.recv, 1, k.net.MSG_OOB), (sock.recv, 6), (sock.recv, 99))


@case("OOB a recv stops at the mark", [b"before", b"after", "EAGAIN"])
def _(k):
    sock = _sent(k, b"before", b"u!", b"after")
    return k.tries((sock.recv, 99), (sock.recv, 99), (sock.recv, 99))


@case("OOB a recv stops at the mark, urgent taken there", [b"before", b"u", b"after"])
def _(k):
    sock = _sent(k, b"before", b"u!", b"after")
    return k.tries((sock.recv, 99), (sock.recv, 1, k.net.MSG_OOB), (sock.recv, 99))


@case("OOB urgent taken, a recv stops where it was", [b"u", b"before", b"after"])
def _(k):
    sock = _sent(k, b"before", b"u!", b"after")
    return k.tries((sock.recv, 1, k.net.MSG_OOB), (sock.recv, 99), (sock.recv, 99))


@case("OOB a second urgent byte makes the first plain", [b"2", b"1", "EAGAIN"])
def _(k):
    sock = _sent(k, b"1!", b"2!")
    return k.tries((sock.recv, 1, k.net.MSG_OOB), (sock.recv, 9), (sock.recv, 9))


@case("OOB recv only the urgent byte is there", ["EAGAIN", "EINVAL"])
def _(k):
    sock = _sent(k, b"u!")
    return k.tries((sock.recv, 9), (sock.recv, 1, k.net.MSG_OOB))


@case("OOB poll: urgent, taken", ("IN|PRI|OUT", "IN|OUT"))
def _(k):
    sock = _sent(k, b"u!")
    before = k.poll(sock)
    sock.recv(1, k.net.MSG_OOB)
    return before, k.poll(sock)


@case("OOB poll: data before urgent", ("IN|PRI|OUT", "IN|PRI|OUT"))
def _(k):
    sock = _sent(k, b"data", b"u!")
    before = k.poll(sock)
    sock.recv(9)
    return before, k.poll(sock)


@case("OOB peek", [b"u", b"u", "EINVAL"])
def _(k):
    sock = _sent(k, b"u!")
    oob = k.net.MSG_OOB
    return k.tries((sock.recv, 1, oob | k.net.MSG_PEEK), (sock.recv, 1, oob), (sock.recv, 1, oob))


@case("OOB recvmsg flags", (b"u", True))
def _(k):
    sock = _sent(k, b"u!")
    data, _, flags, _ = sock.recvmsg(1, 0, k.net.MSG_OOB)
    return data, bool(flags & k.net.MSG_OOB)


@case("OOB SO_OOBINLINE: the byte stays in the stream", [b"before", b"uafter", "EINVAL"])
def _(k):
    sock = _sent(k, b"before", b"u!", b"after")
    sock.setsockopt(k.net.SOL_SOCKET, k.net.SO_OOBINLINE, 1)
    return k.tries((sock.recv, 99), (sock.recv, 99), (sock.recv, 1, k.net.MSG_OOB))


@case("OOB SO_OOBINLINE: recv(MSG_OOB)", ["EINVAL", b"u"])
def _(k):
    sock = _sent(k, b"u!")
    sock.setsockopt(k.net.SOL_SOCKET, k.net.SO_OOBINLINE, 1)
    return k.tries((sock.recv, 1, k.net.MSG_OOB), (sock.recv, 9))


@case("OOB after the peer is closed", [b"u", b"", b""])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"u", k.net.MSG_OOB)
    one.close()
    return k.tries((other.recv, 1, k.net.MSG_OOB), (other.recv, 9), (other.recv, 9))


@case("OOB send after peer close", "EPIPE")
def _(k):
    one, other = k.pair("STREAM")
    other.close()
    return k.attempt(one.send, b"u", k.net.MSG_OOB)


@case("OOB send unconnected", "ENOTCONN")
def _(k):
    return k.attempt(k.socket("STREAM").send, b"u", k.net.MSG_OOB)
