"""Datagram sockets: who may send to whom, whom a message comes from, and what becomes of a peer."""

from kit import case


@case("DGRAM sendto", [1, (b"x", "sender")])
def _(k):
    receiver, address = k.bound("DGRAM")
    sender, _ = k.bound("DGRAM", k.path("sender"))
    done = k.attempt(sender.sendto, b"x", address)
    data, source = receiver.recvfrom(9)
    return [done, (data, k.label(source))]


@case("DGRAM sendto with flags", [1, b"x"])
def _(k):
    receiver, address = k.bound("DGRAM")
    return [k.socket("DGRAM").sendto(b"x", 0, address), receiver.recv(9)]


@case("DGRAM sendto to oneself", (b"x", "self"))
def _(k):
    sock, address = k.bound("DGRAM", k.path("self"))
    sock.sendto(b"x", address)
    data, source = sock.recvfrom(9)
    return data, k.label(source)


@case("DGRAM connect to self, send", (b"x", "self"))
def _(k):
    sock, address = k.bound("DGRAM", k.path("self"))
    sock.connect(address)
    sock.send(b"x")
    data, source = sock.recvfrom(9)
    return data, k.label(source)


@case("DGRAM recvfrom unbound sender", (b"x", None))
def _(k):
    receiver, address = k.bound("DGRAM")
    k.socket("DGRAM").sendto(b"x", address)
    return receiver.recvfrom(9)


@case("DGRAM recvfrom a sender closed meanwhile", (b"x", "sender"))
def _(k):
    receiver, address = k.bound("DGRAM")
    sender, _ = k.bound("DGRAM", k.path("sender"))
    sender.sendto(b"x", address)
    sender.close()
    data, source = receiver.recvfrom(9)
    return data, k.label(source)


@case("DGRAM recvfrom a sender bound meanwhile", (b"x", "sender"))
def _(k):
    receiver, address = k.bound("DGRAM")
    sender = k.socket("DGRAM")
    sender.sendto(b"x", address)
    sender.bind(k.path("sender"))
    data, source = receiver.recvfrom(9)
    return data, k.label(source)


@case("DGRAM recvfrom several senders, in order", [(b"a", "one"), (b"b", "two"), (b"c", "one"), (b"d", None)])
def _(k):
    receiver, address = k.bound("DGRAM")
    one, _ = k.bound("DGRAM", k.path("one"))
    two, _ = k.bound("DGRAM", k.abstract("two"))
    one.sendto(b"a", address)
    two.sendto(b"b", address)
    one.sendto(b"c", address)
    k.socket("DGRAM").sendto(b"d", address)
    got = [receiver.recvfrom(9) for _ in range(4)]
    return [(data, k.label(source)) for data, source in got]


@case("DGRAM answer by the sender's address", (b"back", "server"))
def _(k):
    server, address = k.bound("DGRAM", k.path("server"))
    client = k.socket("DGRAM")
    client.bind("")
    client.sendto(b"there", address)
    server.sendto(b"back", server.recvfrom(9)[1])
    data, source = client.recvfrom(9)
    return data, k.label(source)


@case("DGRAM send to closed connected peer, again, after it is back", ["ECONNREFUSED", "ENOTCONN", None, 1])
def _(k):
    receiver, address = k.bound("DGRAM", k.abstract())
    sender = k.client("DGRAM", address)
    receiver.close()
    answers = k.tries((sender.send, b"x"), (sender.send, b"x"))
    k.bound("DGRAM", address)
    return answers + k.tries((sender.connect, address), (sender.send, b"x"))


@case("DGRAM reconnect to new peer", [None, "EAGAIN", b"x"])
def _(k):
    first, one = k.bound("DGRAM")
    second, two = k.bound("DGRAM")
    sender = k.client("DGRAM", one)
    answer = k.attempt(sender.connect, two)
    sender.send(b"x")
    return [answer] + k.tries((first.recv, 9), (second.recv, 9))


@case("DGRAM reconnect after the peer is closed", [None, b"x"])
def _(k):
    first, one = k.bound("DGRAM")
    second, two = k.bound("DGRAM")
    sender = k.client("DGRAM", one)
    first.close()
    answer = k.attempt(sender.connect, two)
    sender.send(b"x")
    return [answer, second.recv(9)]


@case("DGRAM orphaned, then connected to another: nothing is left of the first", [None, "two", 1, b"x", b"y", "EAGAIN"])
def _(k):
    first, one = k.bound("DGRAM")
    second, two = k.bound("DGRAM", k.path("two"))
    sender, address = k.bound("DGRAM")
    sender.connect(one)
    first.close()
    answers = k.tries((sender.connect, two))
    answers += [k.label(sender.getpeername()), sender.send(b"x"), second.recv(9)]
    second.sendto(b"y", address)
    return answers + k.tries((sender.recv, 9), (sender.recv, 9))


@case("DGRAM orphaned with something queued, then connected to another", ["EAGAIN", b"y"])
def _(k):
    """What is queued is the first peer's, and goes with it."""
    one, other = k.pair("DGRAM")
    one.bind(k.path())
    other.send(b"x")
    other.close()
    second, two = k.bound("DGRAM")
    one.connect(two)
    answers = k.tries((one.recv, 9))
    second.sendto(b"y", one.getsockname())
    return answers + k.tries((one.recv, 9))


@case("DGRAM orphaned, connected to another, which closes: told once", [None, "ECONNREFUSED", "ENOTCONN"])
def _(k):
    one, other = k.pair("DGRAM")
    other.close()
    second, two = k.bound("DGRAM")
    answers = k.tries((one.connect, two))
    second.close()
    return answers + k.tries((one.send, b"x"), (one.send, b"x"))


@case("DGRAM orphaned and reconnected twice: the second is no peer any more", [1, "EAGAIN", b"x", 2, b"zz"])
def _(k):
    one, other = k.pair("DGRAM")
    one.bind(k.path())
    other.close()
    second, two = k.bound("DGRAM")
    third, three = k.bound("DGRAM")
    one.connect(two)
    one.connect(three)
    answers = [one.send(b"x")] + k.tries((second.recv, 9), (third.recv, 9))
    third.connect(one.getsockname())
    return answers + [third.send(b"zz"), one.recv(9)]


@case("DGRAM reconnect to nothing keeps the peer", ["ENOENT", b"x"])
def _(k):
    receiver, address = k.bound("DGRAM")
    sender = k.client("DGRAM", address)
    answer = k.attempt(sender.connect, k.path())
    sender.send(b"x")
    return [answer, receiver.recv(9)]


@case("DGRAM getpeername: connected, reconnected, closed", ["one", "two", "two"])
def _(k):
    _, one = k.bound("DGRAM", k.path("one"))
    second, two = k.bound("DGRAM", k.path("two"))
    sender = k.client("DGRAM", one)
    seen = [k.label(sender.getpeername())]
    sender.connect(two)
    seen.append(k.label(sender.getpeername()))
    second.close()
    return seen + [k.label(k.attempt(sender.getpeername))]


@case("DGRAM getpeername once the refusal is reported", "ENOTCONN")
def _(k):
    receiver, address = k.bound("DGRAM")
    sender = k.client("DGRAM", address)
    receiver.close()
    k.attempt(sender.send, b"x")
    return k.attempt(sender.getpeername)


@case("DGRAM send to socket connected elsewhere", ["EPERM", "EPERM"])
def _(k):
    _, elsewhere = k.bound("DGRAM")
    receiver, address = k.bound("DGRAM")
    receiver.connect(elsewhere)
    stranger = k.socket("DGRAM")
    return k.tries((stranger.sendto, b"x", address), (stranger.connect, address))


@case("DGRAM send from the socket that it is connected to", [1, b"x"])
def _(k):
    friend, friendly = k.bound("DGRAM")
    receiver, address = k.bound("DGRAM")
    receiver.connect(friendly)
    return k.tries((friend.sendto, b"x", address), (receiver.recv, 9))


@case("DGRAM a peer that connects elsewhere refuses from then on", [1, "EPERM"])
def _(k):
    receiver, address = k.bound("DGRAM")
    sender = k.client("DGRAM", address)
    _, elsewhere = k.bound("DGRAM")
    answers = k.tries((sender.send, b"x"))
    receiver.connect(elsewhere)
    return answers + k.tries((sender.send, b"x"))


@case("DGRAM several connected senders", [b"1", b"2", b"3"])
def _(k):
    receiver, address = k.bound("DGRAM")
    for name in (b"1", b"2", b"3"):
        k.client("DGRAM", address).send(name)
    return [receiver.recv(9) for _ in range(3)]


@case("DGRAM sendto past the peer of a connected socket", [b"x", b"y"])
def _(k):
    first, one = k.bound("DGRAM")
    second, two = k.bound("DGRAM")
    sender = k.client("DGRAM", one)
    sender.sendto(b"x", two)
    sender.send(b"y")
    return [second.recv(9), first.recv(9)]


@case("DGRAM what was queued before connect is kept", b"x")
def _(k):
    receiver, address = k.bound("DGRAM")
    _, elsewhere = k.bound("DGRAM")
    k.socket("DGRAM").sendto(b"x", address)
    receiver.connect(elsewhere)
    return k.attempt(receiver.recv, 9)


@case("DGRAM what was queued before a reconnect is dropped", ["EAGAIN"])
def _(k):
    receiver, address = k.bound("DGRAM")
    first, one = k.bound("DGRAM")
    _, two = k.bound("DGRAM")
    receiver.connect(one)
    first.sendto(b"x", address)
    receiver.connect(two)
    return [k.attempt(receiver.recv, 9)]


@case("DGRAM the former peer of a reconnect is reset", [None, "ECONNRESET", "EAGAIN"])
def _(k):
    receiver, address = k.bound("DGRAM")
    first, one = k.bound("DGRAM")
    _, two = k.bound("DGRAM")
    receiver.connect(one)
    first.connect(address)
    first.send(b"x")
    return k.tries((receiver.connect, two), (first.recv, 9), (first.recv, 9))


@case("DGRAM the former peer of a reconnect, nothing queued", [None, "EAGAIN", "EPERM"])
def _(k):
    receiver, address = k.bound("DGRAM")
    first, one = k.bound("DGRAM")
    _, two = k.bound("DGRAM")
    receiver.connect(one)
    first.connect(address)
    return k.tries((receiver.connect, two), (first.recv, 9), (first.send, b"x"))


@case("DGRAM a closed receiver's queue goes with it", ["ECONNREFUSED"])
def _(k):
    receiver, address = k.bound("DGRAM", k.abstract())
    sender = k.client("DGRAM", address)
    sender.send(b"x")
    receiver.close()
    return k.tries((sender.send, b"x"))


@case("DGRAM a name bound again is another socket", ["ECONNREFUSED", "EAGAIN"])
def _(k):
    receiver, address = k.bound("DGRAM", k.abstract())
    sender = k.client("DGRAM", address)
    receiver.close()
    again, _ = k.bound("DGRAM", address)
    return k.tries((sender.send, b"x"), (again.recv, 9))


@case("DGRAM sendto to a stream's path", "EPROTOTYPE")
def _(k):
    _, address = k.listener("STREAM")
    return k.attempt(k.socket("DGRAM").sendto, b"x", address)


@case("DGRAM sendto to no name", "EINVAL")
def _(k):
    return k.attempt(k.socket("DGRAM").sendto, b"x", "")


@case("DGRAM pair: a stranger by address", "EPERM")
def _(k):
    one, _ = k.pair("DGRAM")
    one.bind(k.path())
    return k.attempt(k.socket("DGRAM").sendto, b"x", one.getsockname())
