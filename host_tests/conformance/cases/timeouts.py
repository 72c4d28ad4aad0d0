"""settimeout and setblocking: which calls wait, and what they say when time is up."""

from kit import case

# Long enough that a call which need not wait is never cut off, even on an emulated board.
LONG = 5
SHORT = 0.01


@case("timeouts: default, set, taken back", [None, True, 0.0, False, 1.5, True, None, True])
def _(k):
    sock = k.net.socket(k.net.AF_UNIX, k.net.SOCK_STREAM)
    answers = [sock.gettimeout(), sock.getblocking()]
    for value in (0, 1.5, None):
        sock.settimeout(value)
        answers += [sock.gettimeout(), sock.getblocking()]
    sock.close()
    return answers


# More than the half of a 32-bit board's ticks: about 6 days.
@case("timeouts: long ones are kept exactly", [True] * 6)
def _(k):
    sock = k.socket("STREAM")
    kept = []
    for value in (600000, 1e6, 536870.5, 2147483.5, 1e9, 8e9):
        sock.settimeout(value)
        kept.append(sock.gettimeout() == value)
    return kept


@case("timeouts: too long ones", ["OverflowError"] * 4 + [1.5])
def _(k):
    sock = k.socket("STREAM")
    sock.settimeout(1.5)
    answers = [k.attempt(sock.settimeout, value) for value in (1e10, 1e30, float("inf"), 10**10)]
    return answers + [sock.gettimeout()]


@case("timeouts: a long one does not hold up what is there", each=[b"x", b"x", b"x", b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    answers = []
    for value in (600000, 1e6, 1e9, 8e9):
        one.settimeout(value)
        other.send(b"x")
        answers += k.tries((one.recv, 9))
    return answers


@case("setblocking", [0.0, None])
def _(k):
    sock = k.socket("STREAM")
    answers = []
    for flag in (False, True):
        sock.setblocking(flag)
        answers.append(sock.gettimeout())
    return answers


@case("recv timed out", each=["ETIMEDOUT", "ETIMEDOUT"])
def _(k, kind):
    one, _ = k.pair(kind)
    one.settimeout(SHORT)
    return k.tries((one.recv, 9), (one.recv_into, bytearray(9)))


@case("recv with a timeout, something there", each=b"x")
def _(k, kind):
    one, other = k.pair(kind)
    one.settimeout(LONG)
    other.send(b"x")
    return k.attempt(one.recv, 9)


@case("recv with a timeout does not wait for more", each=[b"x", 1])
def _(k, kind):
    one, other = k.pair(kind)
    one.settimeout(LONG)
    other.send(b"x")
    other.send(b"y") if kind != "STREAM" else None
    answers = k.tries((one.recv, 9))
    other.send(b"z")
    return answers + k.tries((one.recv_into, bytearray(9)))


@case("recv with a timeout at the end", STREAM=b"", SEQ=b"")
def _(k, kind):
    one, other = k.pair(kind)
    one.settimeout(LONG)
    other.close()
    return k.attempt(one.recv, 9)


@case("recv with a timeout, reset", STREAM="ECONNRESET", SEQ="ECONNRESET")
def _(k, kind):
    one, other = k.pair(kind)
    one.settimeout(LONG)
    one.send(b"unread")
    other.close()
    return k.attempt(one.recv, 9)


@case("recv with a timeout, shut down", STREAM=b"", SEQ=b"")
def _(k, kind):
    one, _ = k.pair(kind)
    one.settimeout(LONG)
    one.shutdown(k.net.SHUT_RD)
    return k.attempt(one.recv, 9)


@case("recv that blocks, shut down", STREAM=b"", DGRAM=b"", SEQ=b"")
def _(k, kind):
    one, _ = k.pair(kind)
    k.blocking(one)
    one.shutdown(k.net.SHUT_RD)
    return k.attempt(one.recv, 9)


@case("recv unconnected with a timeout", STREAM="EINVAL", DGRAM="ETIMEDOUT", SEQ="ENOTCONN")
def _(k, kind):
    sock = k.socket(kind)
    sock.settimeout(SHORT)
    return k.attempt(sock.recv, 9)


@case("send timed out", each="ETIMEDOUT")
def _(k, kind):
    one, _ = k.pair(kind)
    k.fill(one)
    one.settimeout(SHORT)
    return k.attempt(one.send, bytes(64))


@case("send too big with a timeout", STREAM="a part", DGRAM="EMSGSIZE", SEQ="EMSGSIZE")
def _(k, kind):
    one, _ = k.pair(kind)
    one.settimeout(SHORT)
    big = k.too_big()
    done = k.attempt(one.send, big)
    return "a part" if isinstance(done, int) and 0 < done < len(big) else done


@case("sendall timed out has sent a part", STREAM=["ETIMEDOUT", True])
def _(k, kind):
    one, other = k.pair(kind)
    one.settimeout(SHORT)
    return k.tries((one.sendall, k.too_big())) + [len(other.recv(9)) == 9]


@case("send with a timeout to a closed peer", STREAM="EPIPE", DGRAM="ECONNREFUSED", SEQ="EPIPE")
def _(k, kind):
    one, other = k.pair(kind)
    one.settimeout(LONG)
    other.close()
    return k.attempt(one.send, b"x")


@case("accept timed out", STREAM="ETIMEDOUT", SEQ="ETIMEDOUT")
def _(k, kind):
    listener, _ = k.listener(kind)
    listener.settimeout(SHORT)
    return k.attempt(listener.accept)


@case("accept with a timeout, one there: the accepted one blocks", STREAM=None, SEQ=None)
def _(k, kind):
    listener, address = k.listener(kind)
    listener.settimeout(LONG)
    k.client(kind, address)
    server, _ = listener.accept()
    answer = server.gettimeout()
    k.keep(server)
    return answer


@case("accept that blocks on a listener shut down", STREAM="EINVAL", SEQ="EINVAL")
def _(k, kind):
    listener, _ = k.listener(kind)
    k.blocking(listener)
    listener.shutdown(k.net.SHUT_RDWR)
    return k.attempt(listener.accept)


@case("connect with a timeout", STREAM=None, DGRAM=None, SEQ=None)
def _(k, kind):
    _, address = k.bound(kind) if kind == "DGRAM" else k.listener(kind)
    client = k.socket(kind)
    client.settimeout(LONG)
    return k.attempt(client.connect, address)


@case("connect with a timeout to a full backlog", STREAM="EAGAIN", SEQ="EAGAIN")
def _(k, kind):
    _, address = k.listener(kind, 0)
    k.client(kind, address)
    client = k.socket(kind)
    client.settimeout(SHORT)
    return k.attempt(client.connect, address)


@case("connect with a timeout to nothing", each="ENOENT")
def _(k, kind):
    client = k.socket(kind)
    client.settimeout(LONG)
    return k.attempt(client.connect, k.path())


@case("a timeout leaves the socket as it was", each=["ETIMEDOUT", b"x"])
def _(k, kind):
    one, other = k.pair(kind)
    one.settimeout(SHORT)
    answers = k.tries((one.recv, 9))
    other.send(b"x")
    return answers + k.tries((one.recv, 9))


@case("dup takes the timeout along", (1.5, 1.5))
def _(k):
    sock = k.socket("STREAM")
    sock.settimeout(1.5)
    again = sock.dup()
    answer = again.gettimeout(), sock.gettimeout()
    k.keep(again)
    return answer
