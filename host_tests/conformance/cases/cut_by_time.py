"""Calls that wait until their time is up: what they answer with SO_RCVTIMEO or SO_SNDTIMEO, and with settimeout; what
went out or came in before; and that the socket works afterwards."""

from kit import case, elapsed, moment

SHORT = 0.05
WAYS = ("option", "timeout")


def _timed(k, function, *args):
    """What the call answers, or what it answers and "too early"."""
    started = moment()
    answer = k.attempt(function, *args)
    return answer if elapsed(started) > 0.9 * SHORT else [answer, "too early"]


def _each(k, scenario):
    """[scenario(way) for SO_RCVTIMEO or SO_SNDTIMEO, scenario(way) for settimeout], each with nothing open before."""
    answers = []
    for way in WAYS:
        answers.append(scenario(way))
        left = k.clean()
        if left:
            answers[-1] = "! " + left
    return answers


def _recv_into(k, sock, flags=0):
    buffer = bytearray(6)
    return bytes(buffer[: sock.recv_into(buffer, 6, flags)])


RECEIVING = (
    ("recv", lambda k, sock: sock.recv(6)),
    ("recv_into", _recv_into),
    ("recvfrom", lambda k, sock: sock.recvfrom(6)),
    ("recvmsg", lambda k, sock: sock.recvmsg(6, 64)),
    ("recv MSG_PEEK", lambda k, sock: sock.recv(6, k.net.MSG_PEEK)),
    ("recv MSG_WAITALL", lambda k, sock: sock.recv(6, k.net.MSG_WAITALL)),
)

for _name, _call in RECEIVING:

    @case("time is up: " + _name, each=[["EAGAIN", b"later", "EAGAIN"], ["ETIMEDOUT", b"later", "EAGAIN"]])
    def _(k, kind, call=_call):
        def scenario(way):
            one, other = k.pair(kind)
            k.blocking(one, way, SHORT)
            answer = _timed(k, call, k, one)
            other.send(b"later")
            one.setblocking(False)
            return [answer] + k.tries((one.recv, 9), (one.recv, 9))

        return _each(k, scenario)


ALL = (
    ("recv MSG_WAITALL", lambda k, sock: sock.recv(6, k.net.MSG_WAITALL)),
    ("recv_into MSG_WAITALL", lambda k, sock: _recv_into(k, sock, k.net.MSG_WAITALL)),
    ("recvmsg MSG_WAITALL", lambda k, sock: sock.recvmsg(6, 64, k.net.MSG_WAITALL)[0]),
)

for _name, _call in ALL:

    @case("time is up: " + _name + " that has a part", STREAM=[[b"ab", b"later"], [b"ab", b"later"]])
    def _(k, kind, call=_call):
        def scenario(way):
            one, other = k.pair(kind)
            k.blocking(one, way, SHORT)
            other.send(b"ab")
            # With a timeout CPython's socket does not block, so Linux does not wait for the rest.
            answer = _timed(k, call, k, one) if way == "option" else k.attempt(call, k, one)
            other.send(b"later")
            one.setblocking(False)
            return [answer] + k.tries((one.recv, 9))

        return _each(k, scenario)


_PART = [["part", "EAGAIN", True, 1], ["part", "ETIMEDOUT", True, 1]]
_ALL = [["EAGAIN", "EAGAIN", True, 1], ["ETIMEDOUT", "ETIMEDOUT", True, 1]]
BIG = (
    ("send", lambda k, sock, data: sock.send(data), _PART),
    ("sendmsg", lambda k, sock, data: sock.sendmsg([data[:100], data[100:]]), _PART),
    ("sendall", lambda k, sock, data: sock.sendall(data), _ALL),
)

for _name, _call, _expected in BIG:

    @case("time is up: " + _name + " of more than fits", STREAM=_expected)
    def _(k, kind, name=_name, call=_call):
        """What it answers, and again; whether what went out, and no more, has arrived; whether there is room then."""

        def scenario(way):
            one, other = k.pair(kind)
            data = k.more_than_fits()
            k.blocking(one, way, SHORT)
            # With a timeout CPython's socket does not block, so Linux does not wait for room for the rest.
            timed = way == "option" or name == "sendall"
            done = _timed(k, call, k, one, data) if timed else k.attempt(call, k, one, data)
            again = _timed(k, call, k, one, data)
            got = b"".join([part for part in k.received(other, 65536) if isinstance(part, bytes)])
            if isinstance(done, int):
                arrived = got == data[:done]
                done = "part" if 0 < done < len(data) else done
            else:
                arrived = got == data[: len(got)] and len(got) > 0
            return [done, again, arrived, one.send(b"x")]

        return _each(k, scenario)


FULL = (
    ("send", lambda k, sock: sock.send(bytes(64))),
    ("sendall", lambda k, sock: sock.sendall(bytes(64))),
    ("sendmsg", lambda k, sock: sock.sendmsg([bytes(32), bytes(32)])),
    ("sendmsg with rights", lambda k, sock: sock.sendmsg([bytes(64)], k.rights(sock.fileno()))),
)

for _name, _call in FULL:

    @case("time is up: " + _name + " to a full socket", each=[["EAGAIN", True, 1, b"x"], ["ETIMEDOUT", True, 1, b"x"]])
    def _(k, kind, call=_call):
        def scenario(way):
            one, other = k.pair(kind)
            count, _ = k.fill(one)
            k.blocking(one, way, SHORT)
            answer = _timed(k, call, k, one)
            got = b"".join([part for part in k.received(other) if isinstance(part, bytes)])
            return [answer, got == b"".join([k.numbered(i, 64) for i in range(count)]), one.send(b"x"), other.recv(9)]

        return _each(k, scenario)


@case("time is up: sendto a full name", [["EAGAIN", True, 1, b"x"], ["ETIMEDOUT", True, 1, b"x"]])
def _(k):
    def scenario(way):
        receiver, address = k.bound("DGRAM")
        sender = k.socket("DGRAM")
        count, _ = k.fill(sender, 64, address)
        k.blocking(sender, way, SHORT)
        answer = _timed(k, sender.sendto, bytes(64), address)
        return [answer, len(k.received(receiver)) - 1 == count, sender.sendto(b"x", address), receiver.recv(9)]

    return _each(k, scenario)


@case("time is up: accept", STREAM=[["EAGAIN", b"x"], ["ETIMEDOUT", b"x"]], SEQ=[["EAGAIN", b"x"], ["ETIMEDOUT", b"x"]])
def _(k, kind):
    def scenario(way):
        listener, address = k.listener(kind)
        k.blocking(listener, way, SHORT)
        answer = _timed(k, listener.accept)
        k.client(kind, address).send(b"x")
        return [answer, k.accept(listener).recv(9)]

    return _each(k, scenario)


@case(
    "time is up: connect to a full backlog",
    STREAM=[["EAGAIN", None, 1, b"x"], ["EAGAIN", None, 1, b"x"]],
    SEQ=[["EAGAIN", None, 1, b"x"], ["EAGAIN", None, 1, b"x"]],
)
def _(k, kind):
    def scenario(way):
        listener, address = k.listener(kind, 0)
        k.client(kind, address)
        client = k.socket(kind)
        k.blocking(client, way, SHORT)
        answer = k.attempt(client.connect, address)
        k.accept(listener)
        return [answer, client.connect(address), client.send(b"x"), k.accept(listener).recv(9)]

    return _each(k, scenario)


@case("time is up: recv on what is shut down RD", DGRAM=[b"", "ETIMEDOUT"])
def _(k, kind):
    def scenario(way):
        one, other = k.pair(kind)
        k.blocking(one, way, SHORT)
        one.shutdown(k.net.SHUT_RD)
        return k.attempt(one.recv, 9)

    return _each(k, scenario)


@case("time is up: accept on what is shut down", STREAM=["EINVAL", "ETIMEDOUT"], SEQ=["EINVAL", "ETIMEDOUT"])
def _(k, kind):
    def scenario(way):
        listener, _ = k.listener(kind)
        k.blocking(listener, way, SHORT)
        listener.shutdown(k.net.SHUT_RDWR)
        return k.attempt(listener.accept)

    return _each(k, scenario)
