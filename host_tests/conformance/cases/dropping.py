"""Sockets that no variable holds any more. Where objects have finalisers they are closed, without any other call.

On MicroPython only the data plane in firmware has them; elsewhere k.drop() closes, and the cases prove little.
"""

from kit import TYPES, case


def _pair(k, kind):
    """A pair whose second socket nobody closes."""
    one, other = k.net.socketpair(k.net.AF_UNIX, TYPES[kind])
    return k.keep(one), other


@case("a dropped socket: poll of its peer tells the end", STREAM="IN|OUT|RDHUP|HUP", SEQ="IN|OUT|RDHUP|HUP")
def _(k, kind):
    one = k.left_alone(_pair, k, kind)
    return k.poll_until(one, "HUP")


@case("a dropped socket: its peer receives what it wrote, then the end", STREAM=[b"x", b""], SEQ=[b"x", b""])
def _(k, kind):
    def writes(k, kind):
        one, other = _pair(k, kind)
        other.send(b"x")
        return one, other

    one = k.left_alone(writes, k, kind)
    k.poll_until(one, "HUP")
    return k.tries((one.recv, 9), (one.recv, 9))


@case("a dropped socket: its peer is reset where it had something unread", STREAM=["ECONNRESET", b""])
def _(k, kind):
    def unread(k, kind):
        one, other = _pair(k, kind)
        one.send(b"unread")
        return one, other

    one = k.left_alone(unread, k, kind)
    k.poll_until(one, "HUP")
    return k.tries((one.recv, 9), (one.recv, 9))


@case("a dropped listener refuses", STREAM=[None, "ECONNREFUSED"], SEQ=[None, "ECONNREFUSED"])
def _(k, kind):
    address = k.abstract()

    def listener(k, kind):
        sock = k.net.socket(k.net.AF_UNIX, TYPES[kind])
        sock.bind(address)
        sock.listen(5)
        client = k.client(kind, address)
        return client, sock

    client = k.left_alone(listener, k, kind)
    k.poll_until(client, "HUP")
    return [None, k.attempt(k.socket(kind).connect, address)]


@case("a dropped socket of several descriptors lives on", STREAM=["OUT", b"x"], SEQ=["OUT", b"x"])
def _(k, kind):
    def twice(k, kind):
        one, other = _pair(k, kind)
        k.copy = k.keep(other.dup())
        return one, other

    one = k.left_alone(twice, k, kind)
    seen = k.poll(one)
    k.copy.send(b"x")
    return [seen, one.recv(9)]
