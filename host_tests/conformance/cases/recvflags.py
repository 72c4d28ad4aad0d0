"""MSG_PEEK, MSG_TRUNC, MSG_WAITALL, MSG_DONTWAIT, MSG_EOR, and what recvmsg says in its flags."""

from kit import case


def _flags(k, sock, size, flags=0):
    """recvmsg without ancillary data: (data, the names of its flags)."""
    data, _, got, _ = sock.recvmsg(size, 0, flags)
    net = k.net
    names = ((net.MSG_TRUNC, "TRUNC"), (net.MSG_CTRUNC, "CTRUNC"), (net.MSG_EOR, "EOR"), (net.MSG_PEEK, "PEEK"))
    return data, "|".join([name for bit, name in names if got & bit])


@case("recvmsg(3) flags TRUNC/EOR", STREAM=(b"abc", ""), DGRAM=(b"abc", "TRUNC"), SEQ=(b"abc", "TRUNC"))
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abcdef")
    return _flags(k, other, 3)


@case("recvmsg flags of a message that just fits", each=(b"abc", ""))
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abc")
    return _flags(k, other, 3)


@case("recvmsg flags of a message sent with MSG_EOR", STREAM=(b"abc", ""), DGRAM=(b"abc", ""), SEQ=(b"abc", ""))
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abc", k.net.MSG_EOR)
    return _flags(k, other, 9)


@case("recvmsg of nothing", STREAM="EAGAIN", DGRAM="EAGAIN", SEQ="EAGAIN")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].recvmsg, 9)


@case(
    "recvmsg: data, ancillary data, flags, address",
    STREAM=(b"abc", [], 0, None),
    DGRAM=(b"abc", [], 0, None),
    SEQ=(b"abc", [], 0, None),
)
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abc")
    return other.recvmsg(9)


@case("recvmsg at the end", STREAM=(b"", ""), SEQ=(b"", ""))
def _(k, kind):
    one, other = k.pair(kind)
    one.close()
    return _flags(k, other, 9)


@case("recvmsg from a bound sender", STREAM=(b"abc", "sender"), DGRAM=(b"abc", "sender"), SEQ=(b"abc", "sender"))
def _(k, kind):
    one, other = k.pair(kind)
    one.bind(k.path("sender"))
    one.send(b"abc")
    data, _, _, address = other.recvmsg(9)
    return data, k.label(address)


@case("recvmsg_into scatters", STREAM=(6, b"ab", b"cdef.."), DGRAM=(6, b"ab", b"cdef.."), SEQ=(6, b"ab", b"cdef.."))
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abcdef")
    first, second = bytearray(b".."), bytearray(b"......")
    n = other.recvmsg_into([first, second])[0]
    return n, bytes(first), bytes(second)


@case(
    "recvmsg_into too short",
    STREAM=(3, b"abc", False, b"def"),
    DGRAM=(3, b"abc", True, "EAGAIN"),
    SEQ=(3, b"abc", True, "EAGAIN"),
)
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abcdef")
    buffer = bytearray(3)
    n, _, flags, _ = other.recvmsg_into([buffer])
    return n, bytes(buffer), bool(flags & k.net.MSG_TRUNC), k.attempt(other.recv, 9)


@case("sendmsg gathers", each=(6, b"abcdef"))
def _(k, kind):
    one, other = k.pair(kind)
    return one.sendmsg([b"ab", bytearray(b"c"), b"", memoryview(b"def")]), other.recv(9)


@case("sendmsg of no buffers", STREAM=(0, "EAGAIN"), DGRAM=(0, b""), SEQ=(0, b""))
def _(k, kind):
    one, other = k.pair(kind)
    return one.sendmsg([]), k.attempt(other.recv, 9)


@case("sendmsg to an address", STREAM="EISCONN", DGRAM=1, SEQ=1)
def _(k, kind):
    if kind == "DGRAM":
        sock, (_, address) = k.socket(kind), k.bound(kind)
    else:
        sock, _, listener = k.connected(kind)
        address = listener.getsockname()
    return k.attempt(sock.sendmsg, [b"x"], [], 0, address)


# MSG_TRUNC asked for: the whole length


@case("recv(3,MSG_TRUNC)", STREAM=(3, "EAGAIN"), DGRAM=(6, "EAGAIN"), SEQ=(6, "EAGAIN"))
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abcdef" if kind != "STREAM" else b"abc")
    buffer = bytearray(3)
    return other.recv_into(buffer, 3, k.net.MSG_TRUNC), k.attempt(other.recv, 9)


@case("recv(MSG_PEEK|MSG_TRUNC) tells the length", STREAM=(3, b"abcdef"), DGRAM=(6, b"abcdef"), SEQ=(6, b"abcdef"))
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abcdef")
    buffer = bytearray(3)
    return other.recv_into(buffer, 3, k.net.MSG_PEEK | k.net.MSG_TRUNC), other.recv(9)


# MSG_PEEK


@case("recv(MSG_PEEK), then recv", each=[b"abc", b"abc", "EAGAIN"])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abc")
    return k.tries((other.recv, 9, k.net.MSG_PEEK), (other.recv, 9), (other.recv, 9))


@case(
    "recv(MSG_PEEK) of a part", STREAM=[b"ab", b"ab", b"abc"], DGRAM=[b"ab", b"ab", b"abc"], SEQ=[b"ab", b"ab", b"abc"]
)
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abc")
    peek = k.net.MSG_PEEK
    return k.tries((other.recv, 2, peek), (other.recv, 2, peek), (other.recv, 9))


@case("recv(MSG_PEEK) over two messages", STREAM=b"abcd", DGRAM=b"ab", SEQ=b"ab")
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"ab")
    one.send(b"cd")
    return other.recv(9, k.net.MSG_PEEK)


@case("recv(MSG_PEEK) of nothing", each="EAGAIN")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].recv, 9, k.net.MSG_PEEK)


@case("recv(MSG_PEEK) at the end", STREAM=[b"", b""], SEQ=[b"", b""])
def _(k, kind):
    one, other = k.pair(kind)
    one.close()
    return k.tries((other.recv, 9, k.net.MSG_PEEK), (other.recv, 9))


@case("recv(MSG_PEEK) when peer closed with unread", STREAM=["ECONNRESET", b""], SEQ=["ECONNRESET", b""])
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"unread")
    one.close()
    return k.tries((other.recv, 9, k.net.MSG_PEEK), (other.recv, 9))


@case("recv(MSG_PEEK) leaves the socket readable and room as it was", each=("IN|OUT", True))
def _(k, kind):
    one, other = k.pair(kind)
    count, _ = k.fill(one)
    other.recv(64, k.net.MSG_PEEK)
    return k.poll(other), k.attempt(one.send, bytes(64)) == "EAGAIN"


@case("recvfrom(MSG_PEEK)", (b"x", "sender"))
def _(k):
    receiver, address = k.bound("DGRAM")
    sender, _ = k.bound("DGRAM", k.path("sender"))
    sender.sendto(b"x", address)
    data, source = receiver.recvfrom(9, k.net.MSG_PEEK)
    return data, k.label(source)


# MSG_WAITALL on a non-blocking socket, MSG_DONTWAIT on a blocking one


@case("recv(MSG_WAITALL), some there, non-blocking", STREAM=b"abc", DGRAM=b"abc", SEQ=b"abc")
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abc")
    return k.attempt(other.recv, 9, k.net.MSG_WAITALL)


@case("recv(MSG_WAITALL) of several sends", STREAM=b"abcdef", DGRAM=b"ab", SEQ=b"ab")
def _(k, kind):
    one, other = k.pair(kind)
    for part in (b"ab", b"cd", b"ef"):
        one.send(part)
    k.blocking(other)
    return other.recv(6, k.net.MSG_WAITALL)


@case("recv(MSG_WAITALL) ends with the stream", STREAM=b"abc")
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abc")
    one.close()
    k.blocking(other)
    return other.recv(9, k.net.MSG_WAITALL)


@case("recv(MSG_DONTWAIT) of a blocking socket", each=["EAGAIN", b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    k.blocking(other)
    answers = k.tries((other.recv, 9, k.net.MSG_DONTWAIT))
    one.send(b"x")
    return answers + k.tries((other.recv, 9, k.net.MSG_DONTWAIT))


@case("send(MSG_DONTWAIT) of a blocking socket that is full", each="EAGAIN")
def _(k, kind):
    one, _ = k.pair(kind)
    k.fill(one)
    k.blocking(one)
    return k.attempt(one.send, bytes(64), k.net.MSG_DONTWAIT)


@case("send(MSG_NOSIGNAL)", each=[1, b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    return k.tries((one.send, b"x", k.net.MSG_NOSIGNAL), (other.recv, 9))


@case("send(MSG_NOSIGNAL) after peer close", STREAM="EPIPE", DGRAM="ECONNREFUSED", SEQ="EPIPE")
def _(k, kind):
    one, other = k.pair(kind)
    other.close()
    return k.attempt(one.send, b"x", k.net.MSG_NOSIGNAL)
