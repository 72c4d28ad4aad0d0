"""Wrong arguments, closed sockets and descriptors: nothing is done, and the exception says what."""

from kit import TYPES, case

# every call of a socket, with arguments that would do on an open one
CALLS = (
    ("bind", ("/closed",)),
    ("listen", (1,)),
    ("accept", ()),
    ("connect", ("/closed",)),
    ("getsockname", ()),
    ("getpeername", ()),
    ("shutdown", (0,)),
    ("send", (b"x",)),
    ("send", (b"",)),
    ("sendall", (b"x",)),
    ("sendto", (b"x", "/closed")),
    ("sendmsg", ([b"x"],)),
    ("recv", (9,)),
    ("recv_into", (bytearray(9),)),
    ("recvfrom", (9,)),
    ("recvmsg", (9,)),
    ("getsockopt", (1, 3)),
    ("setsockopt", (1, 16, 1)),
    ("setblocking", (True,)),
    ("settimeout", (1,)),
)


@case("calls of a closed socket", each=["EBADF"] * 20)
def _(k, kind):
    sock, _ = k.pair(kind)
    sock.close()
    return [k.attempt(getattr(sock, name), *args) for name, args in CALLS]


@case("close twice", each=[None, None, -1])
def _(k, kind):
    sock = k.socket(kind)
    return k.tries((sock.close,), (sock.close,)) + [sock.fileno()]


@case("with", each=[True, -1, b""])
def _(k, kind):
    one, other = k.pair(kind if kind != "DGRAM" else "STREAM")
    with one as sock:
        inside = sock is one
    return [inside, one.fileno(), other.recv(9)]


@case("detach", each=[True, -1, "EBADF", b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    fd = one.fileno()
    detached = one.detach()
    answers = [detached == fd, one.fileno(), k.attempt(one.send, b"x")]
    k.adopt(fd).send(b"x")
    return answers + [other.recv(9)]


@case("socket of a descriptor: type and name", each=[True, "name"])
def _(k, kind):
    sock, _ = k.bound(kind, k.path("name"))
    again = k.adopt(sock.detach())
    return [again.type == TYPES[kind], k.label(again.getsockname())]


@case("dup: the socket lives until both are closed", each=[b"x", "EAGAIN", True])
def _(k, kind):
    one, other = k.pair(kind)
    again = k.keep(one.dup())
    one.close()
    again.send(b"x")
    answers = k.tries((other.recv, 9), (other.recv, 9))
    again.close()
    return answers + [k.attempt(other.recv, 9) == ("EAGAIN" if kind == "DGRAM" else b"")]


@case("dup shares what is queued, and the name", each=[b"x", "EAGAIN", "name"])
def _(k, kind):
    one, other = k.pair(kind)
    again = k.keep(one.dup())
    other.send(b"x")
    one.bind(k.path("name"))
    return k.tries((again.recv, 9), (one.recv, 9)) + [k.label(again.getsockname())]


@case("dup of a listener accepts", STREAM=b"x", SEQ=b"x")
def _(k, kind):
    listener, address = k.listener(kind)
    again = k.keep(listener.dup())
    listener.close()
    k.client(kind, address).send(b"x")
    return k.accept(again).recv(9)


@case("close(fd) of a duplicate leaves the socket", each=[None, 1, b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    fd = k.dup(one.fileno())
    return k.tries((k.close_fd, fd), (one.send, b"x"), (other.recv, 9))


@case("close(fd) closed", "EBADF")
def _(k):
    fd = k.dup(k.socket("STREAM").fileno())
    k.close_fd(fd)
    return k.attempt(k.close_fd, fd)


@case("close(fd) bad", ["EBADF", "EBADF"])
def _(k):
    return k.tries((k.close_fd, 999), (k.close_fd, -1))


@case("dup bad", ["EBADF", "EBADF"])
def _(k):
    return k.tries((k.dup, 999), (k.dup, -1))


@case("the lowest free descriptor is given out", [True, True])
def _(k):
    one, two, three = k.socket("STREAM"), k.socket("STREAM"), k.socket("STREAM")
    low = two.fileno()
    two.close()
    again = k.socket("STREAM")
    return [one.fileno() < low < three.fileno(), again.fileno() == low]


@case("types of data", each=["TypeError"] * 5)
def _(k, kind):
    one, _ = k.pair(kind)
    return [k.attempt(one.send, data) for data in ("text", None, 7, 1.5, [1])]


@case("types of buffers", each=["TypeError"] * 5)
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"x")
    return [k.attempt(one.recv_into, buffer) for buffer in (b"bytes", "text", None, 7, memoryview(b"bytes"))]


@case("types of sizes", each=["TypeError"] * 3)
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"x")
    return [k.attempt(one.recv, size) for size in ("9", None, b"9")]


@case("types of addresses", each=["TypeError"] * 4)
def _(k, kind):
    return [k.attempt(k.socket(kind).bind, address) for address in (7, None, ("path",), 1.5)]


@case("wrong arguments leave what is queued", each=[b"x", "EAGAIN"])
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"x")
    k.tries((one.recv, -1), (one.recv, "9"), (one.recv_into, b"bytes"), (one.recv_into, bytearray(2), 9))
    return k.tries((one.recv, 9), (one.recv, 9))


@case("values of sizes", each=["ValueError"] * 4)
def _(k, kind):
    one, _ = k.pair(kind)
    return k.tries(
        (one.recv, -1),
        (one.recv_into, bytearray(9), -1),
        (one.recv_into, bytearray(2), 9),
        (one.recvmsg, -1),
    )


@case("values of timeouts", ["ValueError", "ValueError", "TypeError"])
def _(k):
    sock = k.socket("STREAM")
    return k.tries((sock.settimeout, -1), (sock.settimeout, float("nan")), (sock.settimeout, "1"))


# Integers that are not plain ones


class Number(int):
    """An integer of a class of its own."""


@case("a descriptor may be of a subclass of int", each=[True, True, b"x", None, "EBADF"])
def _(k, kind):
    one, other = k.pair(kind)
    fd = one.fileno()
    copy = k.dup(Number(fd))
    again = k.adopt(Number(copy))
    other.send(b"x")
    answers = [again.fileno() == copy, type(again.fileno()) is int, again.recv(9)]
    again.detach()
    return answers + k.tries((k.close_fd, Number(copy)), (k.close_fd, Number(copy)))


@case("descriptors in rights may be of a subclass of int", each=(b"m", 1))
def _(k, kind):
    one, other = k.pair(kind)
    k.net.send_fds(one, [b"m"], [Number(one.fileno())])
    return k.recv_counted(other)


@case("a bool is an int: sizes, flags, backlog, how", STREAM=[b"a", b"bc", None, None, "EPIPE", 1.0, 0.0])
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"abc")
    answers = [one.recv(True), one.recv(9, False)]
    answers += k.tries((k.bound(kind)[0].listen, True), (one.shutdown, True), (one.send, b"x"))
    for value in (True, False):
        one.settimeout(value)
        answers.append(one.gettimeout())
    return answers


@case("numbers of a subclass of int: sizes, flags, options", STREAM=[b"a", b"bc", 1, None])
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"abc")
    level, option = k.net.SOL_SOCKET, k.net.SO_PASSCRED
    one.setsockopt(Number(level), Number(option), Number(1))
    return [
        one.recv(Number(1)),
        one.recv(9, Number(k.net.MSG_DONTWAIT)),
        one.getsockopt(level, option),
        one.shutdown(Number(1)),
    ]


@case("numbers of arguments", ["TypeError"] * 4)
def _(k):
    sock = k.socket("STREAM")
    return k.tries((sock.recv,), (sock.send,), (sock.bind,), (sock.listen, 1, 2))


@case("fileno of open ones differ", [True, True])
def _(k):
    one, other = k.pair("STREAM")
    return [one.fileno() != other.fileno(), one.fileno() > 2]
