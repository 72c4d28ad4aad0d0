"""poll(2): which events hold in which state."""

from kit import case

ALL = "IN|OUT|RDHUP|HUP"


@case("poll fresh unconnected", STREAM="OUT|HUP", DGRAM="OUT", SEQ="OUT|HUP")
def _(k, kind):
    return k.poll(k.socket(kind))


@case("poll bound", STREAM="OUT|HUP", DGRAM="OUT", SEQ="OUT|HUP")
def _(k, kind):
    return k.poll(k.bound(kind)[0])


@case("poll pair", each="OUT")
def _(k, kind):
    return k.poll(k.pair(kind)[0])


@case("poll pair with something queued", each="IN|OUT")
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"x")
    return k.poll(one)


@case("poll after everything is read", each="OUT")
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"x")
    one.recv(9)
    return k.poll(one)


@case("poll after a part is read", STREAM="IN|OUT", DGRAM="OUT", SEQ="OUT")
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"xy")
    one.recv(1)
    return k.poll(one)


@case("poll after an empty message", STREAM="OUT", DGRAM="IN|OUT", SEQ="IN|OUT")
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"")
    return k.poll(one)


@case("poll sees what is asked", each=("", "IN", "OUT"))
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"x")
    return tuple(
        ["|".join([name for bit, name in ((1, "IN"), (4, "OUT")) if k.events(one, mask) & bit]) for mask in (0, 1, 4)]
    )


@case("poll with nothing asked reports HUP", STREAM=16, SEQ=16)
def _(k, kind):
    one, other = k.pair(kind)
    other.close()
    return k.events(one, 0)


@case("poll after peer close", STREAM=ALL, DGRAM="OUT", SEQ=ALL)
def _(k, kind):
    one, other = k.pair(kind)
    other.close()
    return k.poll(one)


@case("poll after peer close, something queued", STREAM=ALL, DGRAM="IN|OUT", SEQ=ALL)
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"x")
    other.close()
    return k.poll(one)


@case(
    "poll after peer close with unread",
    STREAM=("IN|OUT|RDHUP|ERR|HUP", ALL),
    DGRAM=("OUT", "OUT"),
    SEQ=("IN|OUT|RDHUP|ERR|HUP", ALL),
)
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"unread")
    other.close()
    before = k.poll(one)
    k.attempt(one.recv, 9)
    return before, k.poll(one)


@case("poll of a client before and after accept", STREAM=("OUT", "OUT"), SEQ=("OUT", "OUT"))
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.client(kind, address)
    before = k.poll(client)
    k.accept(listener)
    return before, k.poll(client)


@case("poll of a client whose listener closed", STREAM="IN|OUT|RDHUP|ERR|HUP", SEQ="IN|OUT|RDHUP|ERR|HUP")
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.client(kind, address)
    listener.close()
    return k.poll(client)


@case("poll of a listener: none, one, accepted", STREAM=("", "IN", ""), SEQ=("", "IN", ""))
def _(k, kind):
    listener, address = k.listener(kind)
    seen = [k.poll(listener)]
    k.client(kind, address)
    seen.append(k.poll(listener))
    k.accept(listener)
    return tuple(seen + [k.poll(listener)])


@case("poll of a listener: two, one accepted", STREAM="IN", SEQ="IN")
def _(k, kind):
    listener, address = k.listener(kind)
    k.client(kind, address)
    k.client(kind, address)
    k.accept(listener)
    return k.poll(listener)


@case("poll of a listener whose only client is gone", STREAM="IN", SEQ="IN")
def _(k, kind):
    listener, address = k.listener(kind)
    k.client(kind, address).close()
    return k.poll(listener)


@case("poll of a listener shut down", STREAM="IN|RDHUP|HUP", SEQ="IN|RDHUP|HUP")
def _(k, kind):
    listener, _ = k.listener(kind)
    listener.shutdown(k.net.SHUT_RDWR)
    return k.poll(listener)


@case("poll of a full pair: sender, receiver, sender once drained", each=("", "IN|OUT", "OUT"))
def _(k, kind):
    one, other = k.pair(kind)
    k.fill(one)
    seen = [k.poll(one), k.poll(other)]
    k.received(other)
    return tuple(seen + [k.poll(one)])


@case("poll of a filled sender once its peer is closed", STREAM="IN|OUT|RDHUP|ERR|HUP", SEQ="IN|OUT|RDHUP|ERR|HUP")
def _(k, kind):
    one, other = k.pair(kind)
    k.fill(one)
    other.close()
    return k.poll(one)


@case("poll of a filled sender once its peer shut down(RD)", STREAM=[""], SEQ=[""])
def _(k, kind):
    one, other = k.pair(kind)
    k.fill(one)
    other.shutdown(k.net.SHUT_RD)
    return [k.poll(one)]


@case("poll of a datagram sender to a full queue", ("OUT", "EAGAIN", "", "OUT"))
def _(k):
    """Without a peer nothing is known of a queue; a sender connected to it is told."""
    receiver, address = k.bound("DGRAM")
    loose = k.socket("DGRAM")
    answer = k.fill(loose, 2, address)[1]
    before = k.poll(loose)
    sender = k.client("DGRAM", address)
    full = k.poll(sender)
    k.received(receiver)
    return before, answer, full, k.poll(sender)


@case("poll of a datagram socket connected to a closed one", ("OUT", "OUT"))
def _(k):
    receiver, address = k.bound("DGRAM")
    sender = k.client("DGRAM", address)
    before = k.poll(sender)
    receiver.close()
    return before, k.poll(sender)
