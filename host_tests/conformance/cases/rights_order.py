"""SCM_RIGHTS: where in a stream they belong, MSG_PEEK, cycles of references, and what sendmsg takes."""

from kit import case

# streams: rights are a barrier


@case("stream barrier 4+1(rights)+4", [(b"aaaab", 1), (b"cccc", 0)])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"aaaa")
    one.sendmsg([b"b"], k.rights(one.fileno()))
    one.send(b"cccc")
    return [k.recv_counted(other), k.recv_counted(other)]


@case("stream barrier: plain recv stops there, too", [b"aaaab", b"cccc"])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"aaaa")
    one.sendmsg([b"b"], k.rights(one.fileno()))
    one.send(b"cccc")
    return [other.recv(64), other.recv(64)]


@case("stream barrier: rights come with the first byte of their message", [(b"aa", 0), (b"b", 1), (b"bb", 0)])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"aa")
    one.sendmsg([b"bbb"], k.rights(one.fileno()))
    return [k.recv_counted(other, 2), k.recv_counted(other, 1), k.recv_counted(other)]


@case("two rights msgs one recv", [(b"b", 1), (b"c", 1)])
def _(k):
    one, other = k.pair("STREAM")
    one.sendmsg([b"b"], k.rights(one.fileno()))
    one.sendmsg([b"c"], k.rights(one.fileno()))
    return [k.recv_counted(other), k.recv_counted(other)]


@case("read part discards rights", [b"he", (b"llo", 0)])
def _(k):
    one, other = k.pair("STREAM")
    one.sendmsg([b"hello"], k.rights(one.fileno()))
    return [other.recv(2), k.recv_counted(other)]


@case("MSG_WAITALL stops at rights", [(b"aab", 1), (b"cc", 0)])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"aa")
    one.sendmsg([b"b"], k.rights(one.fileno()))
    one.send(b"cc")
    k.blocking(other)
    return [k.recv_counted(other, 5, 16, k.net.MSG_WAITALL), k.recv_counted(other)]


@case("many rights messages through a stream", [40, 40])
def _(k):
    one, other = k.pair("STREAM")
    data = sockets = 0
    for i in range(40):
        one.sendmsg([bytes(1 + i % 50)], k.rights(one.fileno()))
        got, adopted, _ = k.recv_rights(other)
        data += len(got) == 1 + i % 50
        sockets += len(adopted)
        adopted[0].close()
    return [data, sockets]


# MSG_PEEK


@case("PEEK returns fds too, then real recv", each=[(b"pk", 1), (b"pk", 1)])
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"pk"], k.rights(one.fileno()))
    return [k.recv_counted(other, 64, 16, k.net.MSG_PEEK), k.recv_counted(other)]


@case("PEEK with recv leaves the rights", each=[b"pk", (b"pk", 1)])
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"pk"], k.rights(one.fileno()))
    return [other.recv(9, k.net.MSG_PEEK), k.recv_counted(other)]


@case("PEEK over a barrier", [(b"aab", 1), (b"aab", 1), (b"cc", 0)])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"aa")
    one.sendmsg([b"b"], k.rights(one.fileno()))
    one.send(b"cc")
    return [k.recv_counted(other, 64, 16, k.net.MSG_PEEK), k.recv_counted(other), k.recv_counted(other)]


# sockets that travel through themselves


@case("a socket sent to its own peer and closed", each=True)
def _(k, kind):
    """A reference that only the queue of a socket holds must not keep that socket: see what the kit finds open."""
    one, other = k.pair(kind)
    one.sendmsg([b"x"], k.rights(other.fileno()))
    return True


@case("two sockets in each other's queue, closed", each=True)
def _(k, kind):
    one, other = k.pair(kind)
    third, fourth = k.pair(kind)
    one.sendmsg([b"x"], k.rights(fourth.fileno()))
    third.sendmsg([b"x"], k.rights(other.fileno()))
    return True


@case("a cycle in flight that is still reachable stays", each=(b"x", 1))
def _(k, kind):
    one, other = k.pair(kind)
    third, fourth = k.pair(kind)
    one.sendmsg([b"x"], k.rights(fourth.fileno()))
    third.sendmsg([b"y"], k.rights(other.fileno()))
    fourth.close()
    spare, _ = k.pair("STREAM")
    spare.close()
    return k.recv_counted(other)


@case("a listener in the queue of a connection to it", STREAM=True, SEQ=True)
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.client(kind, address)
    client.sendmsg([b"x"], k.rights(listener.fileno()))
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
