"""Full buffers: nothing is lost, nothing comes twice, and there is room again once something is read."""

from kit import case


def _drained(k, sock, count, size):
    """Do exactly the `count` numbered messages of `size` bytes come out, in order?"""
    got = b"".join([data for data in k.received(sock, size) if isinstance(data, bytes)])
    return got == b"".join([k.numbered(i, size) for i in range(count)])


@case("fill until EAGAIN, all comes out in order once", each=[True, "EAGAIN", True, True])
def _(k, kind):
    one, other = k.pair(kind)
    count, answer = k.fill(one)
    return [count > 0, answer, _drained(k, other, count, 64), k.fill(one)[0] == count]


@case("fill by 1-byte steps of reading", each=[True, True, "EAGAIN"])
def _(k, kind):
    """Once a message is read there is room for another, for ever."""
    one, other = k.pair(kind)
    k.fill(one)
    sent = received = 0
    for _ in range(40):
        received += len(other.recv(64)) == 64
        while k.attempt(one.send, bytes(64)) == 64:
            sent += 1
    k.received(other)
    return [received == 40, sent > 0, k.attempt(other.recv, 9)]


@case("fill one way, the other is free", each=[b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    k.fill(one)
    other.send(b"x")
    return [one.recv(9)]


@case("send too big when full", STREAM="EAGAIN", DGRAM="EMSGSIZE", SEQ="EMSGSIZE")
def _(k, kind):
    one, _ = k.pair(kind)
    k.fill(one)
    return k.attempt(one.send, k.too_big())


@case("send too big", STREAM="a part", DGRAM="EMSGSIZE", SEQ="EMSGSIZE")
def _(k, kind):
    one, _ = k.pair(kind)
    big = k.too_big()
    done = k.attempt(one.send, big)
    return "a part" if isinstance(done, int) and 0 < done < len(big) else done


@case("send too big unconnected", STREAM="ENOTCONN", DGRAM="EMSGSIZE", SEQ="ENOTCONN")
def _(k, kind):
    return k.attempt(k.socket(kind).send, k.too_big())


@case("send too big to a closed peer", STREAM="EPIPE", DGRAM="EMSGSIZE", SEQ="EMSGSIZE")
def _(k, kind):
    one, other = k.pair(kind)
    other.close()
    return k.attempt(one.send, k.too_big())


@case("send too big leaves nothing behind", DGRAM=["EMSGSIZE", "EAGAIN", 1, b"x"], SEQ=["EMSGSIZE", "EAGAIN", 1, b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    return k.tries((one.send, k.too_big()), (other.recv, 9), (one.send, b"x"), (other.recv, 9))


@case("a part sent is the part received", STREAM=[True, "EAGAIN"])
def _(k, kind):
    one, other = k.pair(kind)
    big = bytes(range(256)) * (len(k.too_big()) // 256 + 1)
    done = one.send(big)
    got = b""
    while len(got) < done:
        got += other.recv(65536)
    return [got == big[:done], k.attempt(other.recv, 9)]


@case("a full stream takes what fits", STREAM=[True, True, "EAGAIN"])
def _(k, kind):
    """There is room for a part of a message: the part is taken, and nothing else."""
    one, other = k.pair(kind)
    big = k.too_big()
    first = one.send(big)
    half = len(other.recv(first // 2))
    second = one.send(big)
    got = 0
    while got < first - half + second:
        got += len(other.recv(65536))
    return [first >= second > 0, got == first - half + second, k.attempt(other.recv, 9)]


@case("a message that does not fit now is taken later whole", DGRAM=["EAGAIN", 64, True], SEQ=["EAGAIN", 64, True])
def _(k, kind):
    one, other = k.pair(kind)
    k.fill(one)
    answers = k.tries((one.send, b"z" * 64))
    k.received(other)
    return answers + [one.send(b"z" * 64), other.recv(99) == b"z" * 64]


@case("sendall to a full non-blocking socket", each="EAGAIN")
def _(k, kind):
    one, _ = k.pair(kind)
    k.fill(one)
    return k.attempt(one.sendall, bytes(64))


@case("fill, then the reader closes", STREAM=["EPIPE", "ECONNRESET", b""], SEQ=["ECONNRESET", b"", b""])
def _(k, kind):
    one, other = k.pair(kind)
    k.fill(one)
    other.close()
    return k.tries((one.send, b"x"), (one.recv, 9), (one.recv, 9))


@case("fill, then the writer closes", STREAM=[True, b""], SEQ=[True, b""])
def _(k, kind):
    one, other = k.pair(kind)
    count, _ = k.fill(one)
    one.close()
    got = k.received(other)
    return [b"".join(got) == b"".join([k.numbered(i, 64) for i in range(count)]), got[-1]]


@case("DGRAM queue limit (1-byte msgs, unconnected sender)", [True, "EAGAIN", True, 1])
def _(k):
    receiver, address = k.bound("DGRAM")
    sender = k.socket("DGRAM")
    count = 0
    while (answer := k.attempt(sender.sendto, bytes([count & 255]), address)) == 1:
        count += 1
    got = k.received(receiver)[:-1]
    return [count > 1, answer, got == [bytes([i & 255]) for i in range(count)], k.attempt(sender.sendto, b"x", address)]


@case("DGRAM a full receiver does not hold up others", ["EAGAIN", 2])
def _(k):
    _, full = k.bound("DGRAM")
    _, other = k.bound("DGRAM")
    sender = k.socket("DGRAM")
    return [k.fill(sender, 2, full)[1], k.attempt(sender.sendto, b"xx", other)]


@case("DGRAM empty messages fill a queue, too", ["EAGAIN", True])
def _(k):
    receiver, address = k.bound("DGRAM")
    sender = k.socket("DGRAM")
    count = 0
    while (answer := k.attempt(sender.sendto, b"", address)) == 0:
        count += 1
    got = 0
    while k.attempt(receiver.recv, 9) == b"":
        got += 1
    return [answer, count == got > 0]
