"""SCM_RIGHTS: descriptors in messages; where in a stream they belong, what becomes of them when nobody takes them."""

from array import array

from kit import case


def _rights(k, *fds):
    return [(k.net.SOL_SOCKET, k.net.SCM_RIGHTS, array("i", fds))]


def _fds(data):
    fds = array("i")
    for i in range(0, len(data) - len(data) % 4, 4):
        fds.append(int.from_bytes(data[i : i + 4], "little"))
    return list(fds)


def _recv(k, sock, size=64, room=16, flags=0):
    """Receive with room for that many descriptors: (data, sockets made of the descriptors, MSG_CTRUNC)."""
    data, ancdata, got, _ = sock.recvmsg(size, k.net.CMSG_LEN(4 * room) if room else 0, flags)
    sockets = []
    for level, kind, body in ancdata:
        if level == k.net.SOL_SOCKET and kind == k.net.SCM_RIGHTS:
            sockets += [k.adopt(fd) for fd in _fds(body)]
    return data, sockets, bool(got & k.net.MSG_CTRUNC)


def _counted(k, sock, *args):
    """The same with the sockets counted."""
    data, sockets, _ = _recv(k, sock, *args)
    return data, len(sockets)


@case("rights arrive as the same socket", each=[b"m", b"through", b"back", "name"])
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    inside.bind(k.path("name"))
    one.sendmsg([b"m"], _rights(k, inside.fileno()))
    data, (got,), _ = _recv(k, other)
    got.send(b"through")
    outside.send(b"back")
    return [data, outside.recv(9), got.recv(9), k.label(got.getsockname())]


@case("rights are a descriptor of its own", each=(True, b"x"))
def _(k, kind):
    """The sender may close its own once the message is sent, and before it is received."""
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    sent = inside.fileno()
    one.sendmsg([b"m"], _rights(k, sent))
    _, (got,), _ = _recv(k, other)
    differs = got.fileno() != sent
    inside.close()
    got.send(b"x")
    return differs, outside.recv(9)


@case("rights keep a socket alive in flight", each=["EAGAIN", b"x", b"y"])
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    one.sendmsg([b"m"], _rights(k, inside.fileno()))
    inside.close()
    answers = k.tries((outside.recv, 9))
    outside.send(b"x")
    _, (got,), _ = _recv(k, other)
    got.send(b"y")
    return answers + [got.recv(9), outside.recv(9)]


@case("rights keep a listener alive in flight", STREAM=[None, b"x"], SEQ=[None, b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    listener, address = k.listener(kind)
    one.sendmsg([b"m"], _rights(k, listener.fileno()))
    listener.close()
    client = k.socket(kind)
    answer = k.attempt(client.connect, address)
    client.send(b"x")
    _, (got,), _ = _recv(k, other)
    return [answer, k.accept(got).recv(9)]


@case("rights of several sockets keep their order", each=[b"0", b"1", b"2"])
def _(k, kind):
    one, other = k.pair(kind)
    pairs = [k.pair("STREAM") for _ in range(3)]
    one.sendmsg([b"m"], _rights(k, *[inside.fileno() for inside, _ in pairs]))
    _, sockets, _ = _recv(k, other)
    for i in range(3):
        pairs[i][1].send(b"%d" % i)
    return [sock.recv(9) for sock in sockets]


@case("rights of the same socket twice", each=(2, True))
def _(k, kind):
    one, other = k.pair(kind)
    fd = one.fileno()
    one.sendmsg([b"m"], _rights(k, fd, fd))
    _, sockets, _ = _recv(k, other)
    return len(sockets), sockets[0].fileno() != sockets[1].fileno()


@case("rights in two control messages of one message", each=(b"m", 2))
def _(k, kind):
    one, other = k.pair(kind)
    third, fourth = k.pair("STREAM")
    one.sendmsg([b"m"], _rights(k, third.fileno()) + _rights(k, fourth.fileno()))
    return _counted(k, other)


@case("rights of none", each=(b"m", 0))
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"m"], _rights(k))
    return _counted(k, other)


@case("rights bad fd", each=["EBADF", "EAGAIN"])
def _(k, kind):
    one, other = k.pair(kind)
    return k.tries((one.sendmsg, [b"x"], _rights(k, 999)), (other.recv, 9))


@case("rights fd -1", each="EBADF")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].sendmsg, [b"x"], _rights(k, -1))


@case("rights one good, one bad: nothing is sent", each=["EBADF", "EAGAIN", b""])
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    answers = k.tries((one.sendmsg, [b"x"], _rights(k, inside.fileno(), 999)), (other.recv, 9))
    inside.close()
    return answers + k.tries((outside.recv, 9))


@case("rights 16 received", each=16)
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"x"], _rights(k, *[one.fileno()] * 16))
    return len(_recv(k, other)[1])


@case("rights 253 received", each=253)
def _(k, kind):
    one, other = k.pair(kind)
    answer = k.attempt(one.sendmsg, [b"x"], _rights(k, *[one.fileno()] * 253))
    return len(_recv(k, other, 64, 253)[1]) if answer == 1 else answer


@case("rights 254", each="EINVAL")
def _(k, kind):
    one, _ = k.pair(kind)
    return k.attempt(one.sendmsg, [b"x"], _rights(k, *[one.fileno()] * 254))


@case("rights 0 bytes data, recvmsg after it", STREAM=(0, "EAGAIN"), DGRAM=(0, (b"", 1)), SEQ=(0, (b"", 1)))
def _(k, kind):
    one, other = k.pair(kind)
    return one.sendmsg([b""], _rights(k, one.fileno())), k.attempt(_counted, k, other)


@case("rights no ancbuf", each=(b"y", 0, True))
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"y"], _rights(k, one.fileno()))
    data, sockets, truncated = _recv(k, other, 64, 0)
    return data, len(sockets), truncated


@case("rights 3 sent room for 2", each=(2, True))
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"x"], _rights(k, *[one.fileno()] * 3))
    _, sockets, truncated = _recv(k, other, 64, 2)
    return len(sockets), truncated


@case("rights that had no room are closed", each=b"")
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    one.sendmsg([b"x"], _rights(k, inside.fileno()))
    inside.close()
    _recv(k, other, 64, 0)
    return k.attempt(outside.recv, 9)


@case("rights that plain recv dropped are closed", each=[b"x", b""])
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    one.sendmsg([b"x"], _rights(k, inside.fileno()))
    inside.close()
    return k.tries((other.recv, 9), (outside.recv, 9))


@case("rights in a queue that is closed are closed", each=b"")
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    one.sendmsg([b"x"], _rights(k, inside.fileno()))
    inside.close()
    other.close()
    return k.attempt(outside.recv, 9)


@case(
    "rights to a closed peer: the sender keeps its own",
    STREAM=["EPIPE", b"x"],
    DGRAM=["ECONNREFUSED", b"x"],
    SEQ=["EPIPE", b"x"],
)
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    other.close()
    answers = k.tries((one.sendmsg, [b"x"], _rights(k, inside.fileno())))
    outside.send(b"x")
    return answers + [inside.recv(9)]


@case("rights to a full queue: nothing stays", each=["EAGAIN", b""])
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    k.fill(one)
    answers = k.tries((one.sendmsg, [bytes(64)], _rights(k, inside.fileno())))
    inside.close()
    return answers + k.tries((outside.recv, 9))


@case(
    "rights in packets stay with their packet",
    DGRAM=[(b"a", 0), (b"b", 1), (b"c", 0)],
    SEQ=[(b"a", 0), (b"b", 1), (b"c", 0)],
)
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"a")
    one.sendmsg([b"b"], _rights(k, one.fileno()))
    one.send(b"c")
    return [_counted(k, other) for _ in range(3)]


@case("rights sent to an address", (b"x", 1))
def _(k):
    receiver, address = k.bound("DGRAM")
    sender = k.socket("DGRAM")
    sender.sendmsg([b"x"], _rights(k, sender.fileno()), 0, address)
    return _counted(k, receiver)


@case("rights sent before accept", STREAM=(b"x", 1), SEQ=(b"x", 1))
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.client(kind, address)
    client.sendmsg([b"x"], _rights(k, client.fileno()))
    return _counted(k, k.accept(listener))


@case("send_fds, recv_fds", each=(b"m", 2, True))
def _(k, kind):
    one, other = k.pair(kind)
    k.net.send_fds(one, [b"m"], [one.fileno(), other.fileno()])
    data, fds, flags, _ = k.net.recv_fds(other, 9, 4)
    sockets = [k.adopt(fd) for fd in fds]
    return data, len(sockets), not flags & k.net.MSG_CTRUNC


# streams: rights are a barrier


@case("stream barrier 4+1(rights)+4", [(b"aaaab", 1), (b"cccc", 0)])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"aaaa")
    one.sendmsg([b"b"], _rights(k, one.fileno()))
    one.send(b"cccc")
    return [_counted(k, other), _counted(k, other)]


@case("stream barrier: plain recv stops there, too", [b"aaaab", b"cccc"])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"aaaa")
    one.sendmsg([b"b"], _rights(k, one.fileno()))
    one.send(b"cccc")
    return [other.recv(64), other.recv(64)]


@case("stream barrier: rights come with the first byte of their message", [(b"aa", 0), (b"b", 1), (b"bb", 0)])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"aa")
    one.sendmsg([b"bbb"], _rights(k, one.fileno()))
    return [_counted(k, other, 2), _counted(k, other, 1), _counted(k, other)]


@case("two rights msgs one recv", [(b"b", 1), (b"c", 1)])
def _(k):
    one, other = k.pair("STREAM")
    one.sendmsg([b"b"], _rights(k, one.fileno()))
    one.sendmsg([b"c"], _rights(k, one.fileno()))
    return [_counted(k, other), _counted(k, other)]


@case("read part discards rights", [b"he", (b"llo", 0)])
def _(k):
    one, other = k.pair("STREAM")
    one.sendmsg([b"hello"], _rights(k, one.fileno()))
    return [other.recv(2), _counted(k, other)]


@case("MSG_WAITALL stops at rights", [(b"aab", 1), (b"cc", 0)])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"aa")
    one.sendmsg([b"b"], _rights(k, one.fileno()))
    one.send(b"cc")
    k.blocking(other)
    return [_counted(k, other, 5, 16, k.net.MSG_WAITALL), _counted(k, other)]


@case("many rights messages through a stream", [40, 40])
def _(k):
    one, other = k.pair("STREAM")
    data = sockets = 0
    for i in range(40):
        one.sendmsg([bytes(1 + i % 50)], _rights(k, one.fileno()))
        got, adopted, _ = _recv(k, other)
        data += len(got) == 1 + i % 50
        sockets += len(adopted)
        adopted[0].close()
    return [data, sockets]


# MSG_PEEK


@case("PEEK returns fds too, then real recv", each=[(b"pk", 1), (b"pk", 1)])
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"pk"], _rights(k, one.fileno()))
    return [_counted(k, other, 64, 16, k.net.MSG_PEEK), _counted(k, other)]


@case("PEEK with recv leaves the rights", each=[b"pk", (b"pk", 1)])
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"pk"], _rights(k, one.fileno()))
    return [other.recv(9, k.net.MSG_PEEK), _counted(k, other)]


@case("PEEK over a barrier", [(b"aab", 1), (b"aab", 1), (b"cc", 0)])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"aa")
    one.sendmsg([b"b"], _rights(k, one.fileno()))
    one.send(b"cc")
    return [_counted(k, other, 64, 16, k.net.MSG_PEEK), _counted(k, other), _counted(k, other)]


# sockets that travel through themselves


@case("a socket sent to its own peer and closed", each=True)
def _(k, kind):
    """A reference that only the queue of a socket holds must not keep that socket: see what the kit finds open."""
    one, other = k.pair(kind)
    one.sendmsg([b"x"], _rights(k, other.fileno()))
    return True


@case("two sockets in each other's queue, closed", each=True)
def _(k, kind):
    one, other = k.pair(kind)
    third, fourth = k.pair(kind)
    one.sendmsg([b"x"], _rights(k, fourth.fileno()))
    third.sendmsg([b"x"], _rights(k, other.fileno()))
    return True


@case("a cycle in flight that is still reachable stays", each=(b"x", 1))
def _(k, kind):
    one, other = k.pair(kind)
    third, fourth = k.pair(kind)
    one.sendmsg([b"x"], _rights(k, fourth.fileno()))
    third.sendmsg([b"y"], _rights(k, other.fileno()))
    fourth.close()
    spare, _ = k.pair("STREAM")
    spare.close()
    return _counted(k, other)


@case("a listener in the queue of a connection to it", STREAM=True, SEQ=True)
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.client(kind, address)
    client.sendmsg([b"x"], _rights(k, listener.fileno()))
    return True


# what sendmsg takes


@case("rights of three bytes", each=1)
def _(k, kind):
    rights = [(k.net.SOL_SOCKET, k.net.SCM_RIGHTS, b"\0\0\0")]
    return k.attempt(k.pair(kind)[0].sendmsg, [b"x"], rights)


@case("control message of an unknown type", each="EINVAL")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].sendmsg, [b"x"], [(k.net.SOL_SOCKET, 77, b"\0\0\0\0")])


@case("control message of another level is ignored", each=[1, b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    return k.tries((one.sendmsg, [b"x"], [(41, 77, b"\0\0\0\0")]), (other.recv, 9))


@case("control message that is no tuple", each="TypeError")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].sendmsg, [b"x"], [7])


@case("CMSG_LEN, CMSG_SPACE", [16, 20, 20 + 4, 16, 24, 24, "OverflowError"])
def _(k):
    net = k.net
    return [
        net.CMSG_LEN(0),
        net.CMSG_LEN(4),
        net.CMSG_LEN(8),
        net.CMSG_SPACE(0),
        net.CMSG_SPACE(4),
        net.CMSG_SPACE(8),
        k.attempt(net.CMSG_LEN, -1),
    ]
