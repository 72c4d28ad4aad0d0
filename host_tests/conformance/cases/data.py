"""send and recv: what arrives, in which pieces, in which order, and what comes once the peer is gone."""

from kit import case


@case("send unconnected", each="ENOTCONN")
def _(k, kind):
    return k.attempt(k.socket(kind).send, b"x")


@case("send nothing unconnected", each="ENOTCONN")
def _(k, kind):
    return k.attempt(k.socket(kind).send, b"")


@case("recv unconnected", STREAM="EINVAL", DGRAM="EAGAIN", SEQ="ENOTCONN")
def _(k, kind):
    return k.attempt(k.socket(kind).recv, 9)


@case("recv bound", STREAM="EINVAL", DGRAM="EAGAIN", SEQ="ENOTCONN")
def _(k, kind):
    return k.attempt(k.bound(kind)[0].recv, 9)


@case("sendto unconnected missing path", STREAM="EOPNOTSUPP", DGRAM="ENOENT", SEQ="ENOTCONN")
def _(k, kind):
    return k.attempt(k.socket(kind).sendto, b"x", k.path())


@case("sendto unconnected missing abstract", STREAM="EOPNOTSUPP", DGRAM="ECONNREFUSED", SEQ="ENOTCONN")
def _(k, kind):
    return k.attempt(k.socket(kind).sendto, b"x", k.abstract())


@case("sendto addr on connected", STREAM="EISCONN", DGRAM="EPERM", SEQ=1)
def _(k, kind):
    one, other = k.pair(kind)
    other.bind(k.path())
    third, _ = k.pair(kind)
    return k.attempt(third.sendto, b"x", other.getsockname())


@case("sendto on connected goes where SEQ is connected to", SEQ=[b"x", "EAGAIN"])
def _(k, kind):
    one, other = k.pair(kind)
    third, fourth = k.pair(kind)
    fourth.bind(k.path())
    one.sendto(b"x", fourth.getsockname())
    return k.tries((other.recv, 9), (fourth.recv, 9))


@case("recv empty", each="EAGAIN")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].recv, 9)


@case("recv(0) empty", each=b"")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].recv, 0)


@case("recv(0), something queued", each=[b"", b"data"])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"data")
    return k.tries((other.recv, 0), (other.recv, 9))


@case("recv_into of an empty buffer", each=[0, b"data"])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"data")
    return k.tries((other.recv_into, bytearray()), (other.recv, 9))


@case("send 0 bytes, then recv", STREAM=[0, "EAGAIN"], DGRAM=[0, b""], SEQ=[0, b""])
def _(k, kind):
    one, other = k.pair(kind)
    return k.tries((one.send, b""), (other.recv, 9))


@case("messages around an empty one", STREAM=[b"ab", "EAGAIN"], DGRAM=[b"a", b""], SEQ=[b"a", b""])
def _(k, kind):
    one, other = k.pair(kind)
    for part in (b"a", b"", b"b"):
        one.send(part)
    return k.tries((other.recv, 9), (other.recv, 9))


@case("recv(3) of 6, then recv", STREAM=[b"abc", b"def"], DGRAM=[b"abc", "EAGAIN"], SEQ=[b"abc", "EAGAIN"])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"abcdef")
    return k.tries((other.recv, 3), (other.recv, 9))


@case("two sends one recv(10)", STREAM=b"abcd", DGRAM=b"ab", SEQ=b"ab")
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"ab")
    one.send(b"cd")
    return other.recv(10)


@case("messages keep their bounds", DGRAM=[b"a", b"bcd", b"ef"], SEQ=[b"a", b"bcd", b"ef"])
def _(k, kind):
    one, other = k.pair(kind)
    for part in (b"a", b"bcd", b"ef"):
        one.send(part)
    return [other.recv(64) for _ in range(3)]


@case("both ways at once", each=[b"there", b"back"])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"there")
    other.send(b"back")
    return [other.recv(9), one.recv(9)]


@case("pairs are apart", each=["EAGAIN", b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    third, fourth = k.pair(kind)
    one.send(b"x")
    return k.tries((fourth.recv, 9), (other.recv, 9))


@case("many messages through the ring", each=True)
def _(k, kind):
    """More bytes than any buffer holds, in sizes that fall on every offset."""
    one, other = k.pair(kind)
    sent = received = b""
    for i in range(90):
        message = bytes([i]) * (1 + i * 7 % 61)
        one.send(message)
        sent += message
        received += other.recv(64)
    return sent == received


@case("send takes every buffer", each=[b"abc"] * 4)
def _(k, kind):
    one, other = k.pair(kind)
    got = []
    for data in (b"abc", bytearray(b"abc"), memoryview(b"abc"), memoryview(b"xabcx")[1:4]):
        one.send(data)
        got.append(other.recv(9))
    return got


@case("recv_into: bytearray, memoryview, nbytes", each=[4, b"data....", 4, b"..data..", 2, b"..data.."[:2] + b"da"])
def _(k, kind):
    one, other = k.pair(kind)
    answers = []
    whole = bytearray(b"........")
    one.send(b"data")
    answers += [other.recv_into(whole), bytes(whole)]
    whole = bytearray(b"........")
    one.send(b"data")
    answers += [other.recv_into(memoryview(whole)[2:6]), bytes(whole)]
    whole = bytearray(b"..??")
    one.send(b"data")
    answers += [other.recv_into(memoryview(whole)[2:], 2), bytes(whole)]
    return answers


@case("sendall", each=[None, b"data"])
def _(k, kind):
    one, other = k.pair(kind)
    return [k.attempt(one.sendall, b"data"), other.recv(9)]


@case("recvfrom on a pair", STREAM=(b"data", None), DGRAM=(b"data", None), SEQ=(b"data", None))
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"data")
    return other.recvfrom(9)


@case("recvfrom on a connection", STREAM=(b"data", "server"), SEQ=(b"data", "server"))
def _(k, kind):
    client, server, _ = k.connected(kind, k.path("server"))
    server.send(b"data")
    data, address = client.recvfrom(9)
    return data, k.label(address)


@case("recvfrom_into", each=[4, b"data...."])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"data")
    buffer = bytearray(b"........")
    return [other.recvfrom_into(buffer)[0], bytes(buffer)]


# the peer is gone


@case(
    "recv after peer close w/data queued for us", STREAM=[b"data", b""], DGRAM=[b"data", "EAGAIN"], SEQ=[b"data", b""]
)
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"data")
    one.close()
    return k.tries((other.recv, 9), (other.recv, 9))


@case("recv after peer close", STREAM=b"", DGRAM="EAGAIN", SEQ=b"")
def _(k, kind):
    one, other = k.pair(kind)
    one.close()
    return k.attempt(other.recv, 9)


@case("send after peer close", STREAM=["EPIPE"] * 2, DGRAM=["ECONNREFUSED", "ENOTCONN"], SEQ=["EPIPE"] * 2)
def _(k, kind):
    one, other = k.pair(kind)
    one.close()
    return k.tries((other.send, b"x"), (other.send, b"x"))


@case("send nothing after peer close", STREAM="EPIPE", DGRAM="ECONNREFUSED", SEQ="EPIPE")
def _(k, kind):
    one, other = k.pair(kind)
    one.close()
    return k.attempt(other.send, b"")


@case("recv when peer closed with unread", STREAM=["ECONNRESET", b""], DGRAM=["EAGAIN"] * 2, SEQ=["ECONNRESET", b""])
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"unread")
    one.close()
    return k.tries((other.recv, 9), (other.recv, 9))


@case(
    "recv of data when peer closed with unread",
    STREAM=[b"data", "ECONNRESET", b""],
    DGRAM=[b"data", "EAGAIN", "EAGAIN"],
    SEQ=["ECONNRESET", b"data", b""],
)
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"unread")
    one.send(b"data")
    one.close()
    return k.tries((other.recv, 9), (other.recv, 9), (other.recv, 9))


@case(
    "send when peer closed with unread",
    STREAM=["EPIPE", "EPIPE", "ECONNRESET"],
    DGRAM=["ECONNREFUSED", "ENOTCONN", "EAGAIN"],
    SEQ=["ECONNRESET", "EPIPE", b""],
)
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"unread")
    one.close()
    return k.tries((other.send, b"x"), (other.send, b"x"), (other.recv, 9))


@case("peer read part, then closed", STREAM=["ECONNRESET", b""], SEQ=[b"", b""])
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"unread")
    one.recv(2)
    one.close()
    return k.tries((other.recv, 9), (other.recv, 9))


@case("peer read all, then closed", STREAM=[b"", "EPIPE"], SEQ=[b"", "EPIPE"])
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"data")
    one.recv(9)
    one.close()
    return k.tries((other.recv, 9), (other.send, b"x"))


@case("peer shut down(RD) with unread, then closed", STREAM="ECONNRESET", SEQ="ECONNRESET")
def _(k, kind):
    one, other = k.pair(kind)
    other.send(b"unread")
    one.shutdown(k.net.SHUT_RD)
    one.close()
    return k.attempt(other.recv, 9)


@case("closing an end leaves the others alone", each=[b"x", "EAGAIN"])
def _(k, kind):
    one, other = k.pair(kind)
    third, fourth = k.pair(kind)
    one.close()
    other.close()
    third.send(b"x")
    return k.tries((fourth.recv, 9), (fourth.recv, 9))
