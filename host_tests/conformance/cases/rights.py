"""SCM_RIGHTS: descriptors in messages, and what becomes of those that nobody takes."""

from array import array

from kit import case


@case("rights arrive as the same socket", each=[b"m", b"through", b"back", "name"])
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    inside.bind(k.path("name"))
    one.sendmsg([b"m"], k.rights(inside.fileno()))
    data, (got,), _ = k.recv_rights(other)
    got.send(b"through")
    outside.send(b"back")
    return [data, outside.recv(9), got.recv(9), k.label(got.getsockname())]


@case("rights are a descriptor of its own", each=(True, b"x"))
def _(k, kind):
    """The sender may close its own once the message is sent, and before it is received."""
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    sent = inside.fileno()
    one.sendmsg([b"m"], k.rights(sent))
    _, (got,), _ = k.recv_rights(other)
    differs = got.fileno() != sent
    inside.close()
    got.send(b"x")
    return differs, outside.recv(9)


@case("rights keep a socket alive in flight", each=["EAGAIN", b"x", b"y"])
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    one.sendmsg([b"m"], k.rights(inside.fileno()))
    inside.close()
    answers = k.tries((outside.recv, 9))
    outside.send(b"x")
    _, (got,), _ = k.recv_rights(other)
    got.send(b"y")
    return answers + [got.recv(9), outside.recv(9)]


@case("rights keep a listener alive in flight", STREAM=[None, b"x"], SEQ=[None, b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    listener, address = k.listener(kind)
    one.sendmsg([b"m"], k.rights(listener.fileno()))
    listener.close()
    client = k.socket(kind)
    answer = k.attempt(client.connect, address)
    client.send(b"x")
    _, (got,), _ = k.recv_rights(other)
    return [answer, k.accept(got).recv(9)]


@case("rights of several sockets keep their order", each=[b"0", b"1", b"2"])
def _(k, kind):
    one, other = k.pair(kind)
    pairs = [k.pair("STREAM") for _ in range(3)]
    one.sendmsg([b"m"], k.rights(*[inside.fileno() for inside, _ in pairs]))
    _, sockets, _ = k.recv_rights(other)
    for i in range(3):
        pairs[i][1].send(b"%d" % i)
    return [sock.recv(9) for sock in sockets]


@case("rights of the same socket twice", each=(2, True))
def _(k, kind):
    one, other = k.pair(kind)
    fd = one.fileno()
    one.sendmsg([b"m"], k.rights(fd, fd))
    _, sockets, _ = k.recv_rights(other)
    return len(sockets), sockets[0].fileno() != sockets[1].fileno()


@case("rights in two control messages of one message", each=(b"m", 2))
def _(k, kind):
    one, other = k.pair(kind)
    third, fourth = k.pair("STREAM")
    one.sendmsg([b"m"], k.rights(third.fileno()) + k.rights(fourth.fileno()))
    return k.recv_counted(other)


@case("rights of none", each=(b"m", 0))
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"m"], k.rights())
    return k.recv_counted(other)


@case("rights bad fd", each=["EBADF", "EAGAIN"])
def _(k, kind):
    one, other = k.pair(kind)
    return k.tries((one.sendmsg, [b"x"], k.rights(999)), (other.recv, 9))


@case("rights fd -1", each="EBADF")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].sendmsg, [b"x"], k.rights(-1))


@case("rights one good, one bad: nothing is sent", each=["EBADF", "EAGAIN", b""])
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    answers = k.tries((one.sendmsg, [b"x"], k.rights(inside.fileno(), 999)), (other.recv, 9))
    inside.close()
    return answers + k.tries((outside.recv, 9))


@case(
    "good rights, then a wrong control message: nothing is sent, nothing kept",
    each=[["EINVAL", "EAGAIN", b""], ["EINVAL", "EAGAIN", b""], ["EBADF", "EAGAIN", b""], ["TypeError", "EAGAIN", b""]],
)
def _(k, kind):
    level, type = k.net.SOL_SOCKET, k.net.SCM_RIGHTS
    answers = []
    for wrong in (
        (level, 99, b""),
        (level, k.net.SCM_CREDENTIALS, b"short"),
        (level, type, array("i", [999])),
        (level, type, "text"),
    ):
        one, other = k.pair(kind)
        inside, outside = k.pair("STREAM")
        tried = k.tries((one.sendmsg, [b"x"], k.rights(inside.fileno()) + [wrong]), (other.recv, 9))
        inside.close()
        answers.append(tried + k.tries((outside.recv, 9)))
        for sock in (one, other, outside):
            sock.close()
    return answers


@case("a wrong control message, then good rights: nothing is sent, nothing kept", each=["EINVAL", "EAGAIN", b""])
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    wrong = [(k.net.SOL_SOCKET, 99, b"")]
    answers = k.tries((one.sendmsg, [b"x"], wrong + k.rights(inside.fileno())), (other.recv, 9))
    inside.close()
    return answers + k.tries((outside.recv, 9))


@case("rights 16 received", each=16)
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"x"], k.rights(*[one.fileno()] * 16))
    return len(k.recv_rights(other)[1])


@case("rights 253 received", each=253)
def _(k, kind):
    one, other = k.pair(kind)
    answer = k.attempt(one.sendmsg, [b"x"], k.rights(*[one.fileno()] * 253))
    return len(k.recv_rights(other, 64, 253)[1]) if answer == 1 else answer


@case("rights 254", each="EINVAL")
def _(k, kind):
    one, _ = k.pair(kind)
    return k.attempt(one.sendmsg, [b"x"], k.rights(*[one.fileno()] * 254))


@case("rights 0 bytes data, recvmsg after it", STREAM=(0, "EAGAIN"), DGRAM=(0, (b"", 1)), SEQ=(0, (b"", 1)))
def _(k, kind):
    one, other = k.pair(kind)
    return one.sendmsg([b""], k.rights(one.fileno())), k.attempt(k.recv_counted, other)


@case("rights no ancbuf", each=(b"y", 0, True))
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"y"], k.rights(one.fileno()))
    data, sockets, truncated = k.recv_rights(other, 64, 0)
    return data, len(sockets), truncated


@case("rights 3 sent room for 2", each=(2, True))
def _(k, kind):
    one, other = k.pair(kind)
    one.sendmsg([b"x"], k.rights(*[one.fileno()] * 3))
    _, sockets, truncated = k.recv_rights(other, 64, 2)
    return len(sockets), truncated


@case("rights that had no room are closed", each=b"")
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    one.sendmsg([b"x"], k.rights(inside.fileno()))
    inside.close()
    k.recv_rights(other, 64, 0)
    return k.attempt(outside.recv, 9)


@case("rights that plain recv dropped are closed", each=[b"x", b""])
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    one.sendmsg([b"x"], k.rights(inside.fileno()))
    inside.close()
    return k.tries((other.recv, 9), (outside.recv, 9))


@case("rights in a queue that is closed are closed", each=b"")
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    one.sendmsg([b"x"], k.rights(inside.fileno()))
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
    answers = k.tries((one.sendmsg, [b"x"], k.rights(inside.fileno())))
    outside.send(b"x")
    return answers + [inside.recv(9)]


@case("rights to a full queue: nothing stays", each=["EAGAIN", b""])
def _(k, kind):
    one, other = k.pair(kind)
    inside, outside = k.pair("STREAM")
    k.fill(one)
    answers = k.tries((one.sendmsg, [bytes(64)], k.rights(inside.fileno())))
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
    one.sendmsg([b"b"], k.rights(one.fileno()))
    one.send(b"c")
    return [k.recv_counted(other) for _ in range(3)]


@case("rights sent to an address", (b"x", 1))
def _(k):
    receiver, address = k.bound("DGRAM")
    sender = k.socket("DGRAM")
    sender.sendmsg([b"x"], k.rights(sender.fileno()), 0, address)
    return k.recv_counted(receiver)


@case("rights sent before accept", STREAM=(b"x", 1), SEQ=(b"x", 1))
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.client(kind, address)
    client.sendmsg([b"x"], k.rights(client.fileno()))
    return k.recv_counted(k.accept(listener))


@case("send_fds, recv_fds", each=(b"m", 2, True))
def _(k, kind):
    one, other = k.pair(kind)
    k.net.send_fds(one, [b"m"], [one.fileno(), other.fileno()])
    data, fds, flags, _ = k.net.recv_fds(other, 9, 4)
    sockets = [k.adopt(fd) for fd in fds]
    return data, len(sockets), not flags & k.net.MSG_CTRUNC
