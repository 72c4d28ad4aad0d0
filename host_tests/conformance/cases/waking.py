"""Calls that wait, and what in another thread ends the wait."""

import _thread
import time

from kit import case

# The emulated Pico has one core and no second thread.
TARGETS = ("linux", "cpython", "unix")


class Call:
    """A call in a thread of its own."""

    def __init__(self, k, function, *args):
        self._answer = []
        _thread.start_new_thread(self._run, (k, function, args))
        # Time to begin to wait; a slow start changes no answer.
        time.sleep(0.02)

    def _run(self, k, function, args):
        self._answer.append(k.attempt(function, *args))

    def answer(self):
        """What the call answered; "waits" if it is not over."""
        for _ in range(300):
            if self._answer:
                return self._answer[0]
            time.sleep(0.01)
        return "waits"


def _pair(k, kind):
    """A pair whose first socket waits."""
    one, other = k.pair(kind)
    k.blocking(one)
    return one, other


def _full(k, kind):
    """The same, with no room to send to the other."""
    one, other = k.pair(kind)
    k.fill(one)
    k.blocking(one)
    return one, other


@case("recv: data", each=b"x")
def _(k, kind):
    one, other = _pair(k, kind)
    call = Call(k, one.recv, 9)
    other.send(b"x")
    return call.answer()


@case("recv: an empty message", DGRAM=b"", SEQ=b"")
def _(k, kind):
    one, other = _pair(k, kind)
    call = Call(k, one.recv, 9)
    other.send(b"")
    return call.answer()


@case("recv: peer closed", STREAM=b"", DGRAM="EAGAIN", SEQ=b"")
def _(k, kind):
    one, other = _pair(k, kind)
    call = Call(k, one.recv, 9)
    other.close()
    return call.answer()


@case("recv: peer closed with unread", STREAM="ECONNRESET", SEQ="ECONNRESET")
def _(k, kind):
    one, other = _pair(k, kind)
    one.send(b"unread")
    call = Call(k, one.recv, 9)
    other.close()
    return call.answer()


@case("recv: peer shut down(WR)", STREAM=b"", DGRAM="EAGAIN", SEQ=b"")
def _(k, kind):
    one, other = _pair(k, kind)
    call = Call(k, one.recv, 9)
    other.shutdown(k.net.SHUT_WR)
    return call.answer()


@case("recv: shut down(RD) beside it", each=b"")
def _(k, kind):
    one, _ = _pair(k, kind)
    call = Call(k, one.recv, 9)
    one.shutdown(k.net.SHUT_RD)
    return call.answer()


@case("recv: listener closed", STREAM="ECONNRESET", SEQ="ECONNRESET")
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.client(kind, address)
    k.blocking(client)
    call = Call(k, client.recv, 9)
    listener.close()
    return call.answer()


@case("recv: MSG_WAITALL waits for all", b"abcdef")
def _(k):
    one, other = _pair(k, "STREAM")
    call = Call(k, one.recv, 6, k.net.MSG_WAITALL)
    for part in (b"ab", b"cd", b"ef"):
        other.send(part)
    return call.answer()


@case("recv: MSG_WAITALL and the end", b"ab")
def _(k):
    one, other = _pair(k, "STREAM")
    call = Call(k, one.recv, 6, k.net.MSG_WAITALL)
    other.send(b"ab")
    other.close()
    return call.answer()


@case("recv: MSG_PEEK", each=[b"x", b"x"])
def _(k, kind):
    one, other = _pair(k, kind)
    call = Call(k, one.recv, 9, k.net.MSG_PEEK)
    other.send(b"x")
    return [call.answer(), one.recv(9)]


@case("recv: two that wait get a message each", DGRAM=[b"a", b"b"], SEQ=[b"a", b"b"])
def _(k, kind):
    one, other = _pair(k, kind)
    calls = [Call(k, one.recv, 9), Call(k, one.recv, 9)]
    other.send(b"a")
    other.send(b"b")
    return sorted([call.answer() for call in calls])


@case("recvfrom: a sender by address", (b"x", "sender"))
def _(k):
    receiver, address = k.bound("DGRAM")
    k.blocking(receiver)
    call = Call(k, receiver.recvfrom, 9)
    k.bound("DGRAM", k.path("sender"))[0].sendto(b"x", address)
    data, source = call.answer()
    return data, k.label(source)


@case("recv with a timeout: data", each=b"x")
def _(k, kind):
    one, other = k.pair(kind)
    one.settimeout(2)
    call = Call(k, one.recv, 9)
    other.send(b"x")
    return call.answer()


@case("send: room", each=64)
def _(k, kind):
    one, other = _full(k, kind)
    call = Call(k, one.send, bytes(64))
    k.received(other)
    return call.answer()


@case("send: peer closed", STREAM="ECONNRESET", DGRAM="ECONNREFUSED", SEQ="ECONNRESET")
def _(k, kind):
    one, other = _full(k, kind)
    call = Call(k, one.send, bytes(64))
    other.close()
    return call.answer()


@case("send: peer shut down(RD)", STREAM="EPIPE", SEQ="EPIPE")
def _(k, kind):
    one, other = _full(k, kind)
    call = Call(k, one.send, bytes(64))
    other.shutdown(k.net.SHUT_RD)
    return call.answer()


@case("send: shut down(WR) beside it", STREAM="EPIPE", DGRAM="EPIPE", SEQ="EPIPE")
def _(k, kind):
    one, _ = _full(k, kind)
    call = Call(k, one.send, bytes(64))
    one.shutdown(k.net.SHUT_WR)
    return call.answer()


@case("send: a part is out when the peer closes", True)
def _(k):
    one, other = _pair(k, "STREAM")
    big = k.too_big()
    call = Call(k, one.send, big)
    other.close()
    done = call.answer()
    return isinstance(done, int) and 0 < done < len(big)


@case("sendall: a large message in order", [None, True])
def _(k):
    one, other = _pair(k, "STREAM")
    data = bytes([i * 7 & 255 for i in range(40000)])
    call = Call(k, one.sendall, data)
    k.blocking(other)
    got = b""
    while len(got) < len(data):
        got += other.recv(777)
    return [call.answer(), got == data]


@case("sendto: room", 64)
def _(k):
    receiver, address = k.bound("DGRAM")
    sender = k.socket("DGRAM")
    k.fill(sender, 64, address)
    k.blocking(sender)
    call = Call(k, sender.sendto, bytes(64), address)
    k.received(receiver)
    return call.answer()


@case("sendto: the receiver closes", "ECONNREFUSED")
def _(k):
    receiver, address = k.bound("DGRAM", k.abstract())
    sender = k.socket("DGRAM")
    k.fill(sender, 64, address)
    k.blocking(sender)
    call = Call(k, sender.sendto, bytes(64), address)
    receiver.close()
    return call.answer()


@case("accept: a client", STREAM=[b"x", b"y"], SEQ=[b"x", b"y"])
def _(k, kind):
    listener, address = k.listener(kind)
    k.blocking(listener)
    call = Call(k, k.accept, listener)
    client = k.client(kind, address)
    client.send(b"x")
    server = call.answer()
    server.send(b"y")
    return [server.recv(9), client.recv(9)]


@case("accept: listener shut down", STREAM="EINVAL", SEQ="EINVAL")
def _(k, kind):
    listener, _ = k.listener(kind)
    k.blocking(listener)
    call = Call(k, listener.accept)
    listener.shutdown(k.net.SHUT_RDWR)
    return call.answer()


@case("connect: accept makes room", STREAM=[None, b"x"], SEQ=[None, b"x"])
def _(k, kind):
    listener, address = k.listener(kind, 0)
    k.client(kind, address)
    client = k.socket(kind)
    k.blocking(client)
    call = Call(k, client.connect, address)
    k.accept(listener)
    answer = call.answer()
    client.send(b"x")
    return [answer, k.accept(listener).recv(9)]


@case("connect: listen with more backlog", STREAM=None, SEQ=None)
def _(k, kind):
    listener, address = k.listener(kind, 0)
    k.client(kind, address)
    client = k.socket(kind)
    k.blocking(client)
    call = Call(k, client.connect, address)
    listener.listen(1)
    return call.answer()


@case("connect: listener shut down", STREAM="ECONNREFUSED", SEQ="ECONNREFUSED")
def _(k, kind):
    listener, address = k.listener(kind, 0)
    k.client(kind, address)
    client = k.socket(kind)
    k.blocking(client)
    call = Call(k, client.connect, address)
    listener.shutdown(k.net.SHUT_RDWR)
    return call.answer()


@case("connect: listener closed", STREAM="ECONNREFUSED", SEQ="ECONNREFUSED")
def _(k, kind):
    listener, address = k.listener(kind, 0, k.abstract())
    k.client(kind, address)
    client = k.socket(kind)
    k.blocking(client)
    call = Call(k, client.connect, address)
    listener.close()
    return call.answer()


@case("ping-pong of two threads", [100, b"end"])
def _(k):
    one, other = _pair(k, "STREAM")
    k.blocking(other)

    def echo():
        while True:
            data = other.recv(16)
            if not data:
                return b"end"
            other.sendall(data)

    call = Call(k, echo)
    right = 0
    for i in range(100):
        message = k.numbered(i, 5)
        one.sendall(message)
        right += one.recv(5, k.net.MSG_WAITALL) == message
    one.shutdown(k.net.SHUT_WR)
    return [right, call.answer()]
