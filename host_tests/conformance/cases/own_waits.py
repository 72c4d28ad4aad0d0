"""Waits where this kernel says more than Linux: differences, and what Linux has no word for."""

from calls import Call, drain, drop_in_message, each_way, send_pieces, until
from kit import case

# The emulated Pico has no second thread.
TARGETS = ("cpython", "unix")

SHORT = 0.05


# connect that waits is told at once when nobody will accept, and may wait with a timeout


def _connecting(k, kind, way):
    """A connect that waits: (call, socket, listener, address)."""
    listener, address = k.listener(kind, 0, k.abstract())
    k.client(kind, address)
    client = k.socket(kind)
    k.blocking(client, way)
    return Call(k, client.connect, address), client, listener, address


@case("own waits: connect, accept makes room", STREAM=[None, 1], SEQ=[None, 1])
def _(k, kind):
    def scenario(way):
        call, client, listener, _ = _connecting(k, kind, way)
        k.accept(listener)
        return [call.answer(), client.send(b"x")]

    return each_way(k, scenario)


@case("own waits: connect, listener is shut down", STREAM=["ECONNREFUSED"] * 2, SEQ=["ECONNREFUSED"] * 2)
def _(k, kind):
    def scenario(way):
        answers = []
        for how in (k.net.SHUT_RD, k.net.SHUT_RDWR):
            call, _, listener, _ = _connecting(k, kind, way)
            listener.shutdown(how)
            answers.append(call.answer())
        return answers

    return each_way(k, scenario)


@case("own waits: connect, no socket is free when there is room", STREAM=["ENFILE", None], SEQ=["ENFILE", None])
def _(k, kind):
    k.configure(sockets=5)
    call, client, listener, address = _connecting(k, kind, "forever")
    other = k.socket(kind)
    k.accept(listener)
    answer = call.answer()
    other.close()
    client.setblocking(False)
    return [answer, k.attempt(client.connect, address)]


# who sends datagrams is told at once


@case("own waits: send, peer shuts down RD or RDWR", DGRAM=["EPIPE", "EPIPE"])
def _(k, kind):
    def scenario(way):
        answers = []
        for how in (k.net.SHUT_RD, k.net.SHUT_RDWR):
            one, other = k.pair(kind)
            k.fill(one)
            k.blocking(one, way)
            call = Call(k, one.send, bytes(64))
            other.shutdown(how)
            answers.append(call.answer())
        return answers

    return each_way(k, scenario)


@case("own waits: sendto, receiver shuts down RD, or connects elsewhere", ["EPIPE", "EPERM"])
def _(k):
    def scenario(way):
        answers = []
        for end in (lambda sock: sock.shutdown(k.net.SHUT_RD), lambda sock: sock.connect(k.bound("DGRAM")[1])):
            receiver, address = k.bound("DGRAM")
            sender = k.socket("DGRAM")
            k.fill(sender, 64, address)
            k.blocking(sender, way)
            call = Call(k, sender.sendto, bytes(64), address)
            end(receiver)
            answers.append(call.answer())
        return answers

    return each_way(k, scenario)


# room


@case("own waits: sendall uses each byte of room at once", STREAM=[True, True, None])
def _(k, kind):
    def scenario(way):
        one, other = k.pair(kind)
        data = k.more_than_fits()
        ring = k.kernel.settings["ring"]
        k.blocking(one, way)
        call = Call(k, one.sendall, data)
        got = b""
        used = True
        for _ in range(20):
            got += other.recv(1)
            used = used and until(lambda: k.queued(other) == ring)
        got += drain(k, call, other, "all")
        return [used, got == data, call.answer()]

    return each_way(k, scenario)


@case("own waits: a packet goes when all of it has room", DGRAM=[False, 200, [32, 200]], SEQ=[False, 200, [32, 200]])
def _(k, kind):
    def scenario(way):
        k.configure(ring=256, records=16)
        one, other = k.pair(kind)
        k.fill(one, 32)
        k.blocking(one, way)
        call = Call(k, one.send, bytes(200))
        for _ in range(6):
            other.recv(99)
        over = call.over()
        other.recv(99)
        answer = call.answer()
        return [over, answer, [len(part) for part in k.received(other, 999)[:-1]]]

    return each_way(k, scenario)


@case("own waits: recv MSG_WAITALL of more than the ring holds", STREAM=[True, "EAGAIN"])
def _(k, kind):
    def scenario(way):
        one, other = k.pair(kind)
        data = k.more_than_fits()
        k.blocking(one, way)
        k.blocking(other, way)
        call = Call(k, lambda: one.recv(len(data), k.net.MSG_WAITALL) == data)
        other.sendall(data)
        answer = call.answer()
        one.setblocking(False)
        return [answer, k.attempt(one.recv, 9)]

    return each_way(k, scenario)


# What a stream's read has got before it is cut short is not lost.


def _readinto(sock):
    buffer = bytearray(6)
    n = sock.readinto(buffer)
    return n if n is None else bytes(buffer[:n])


_READS = (
    ("read", lambda sock: sock.read(6)),
    ("readinto", _readinto),
    ("readline", lambda sock: sock.readline()),
)

for _name, _call in _READS:

    @case("own waits: " + _name + " of a part, peer closes with unread", STREAM=b"ab")
    def _(k, kind, call=_call):
        def scenario(way):
            one, other = k.pair(kind)
            k.blocking(one, way)
            one.send(b"unread")
            waiting = Call(k, call, one)
            send_pieces(k, waiting, one, other, (b"ab",))
            other.close()
            answers = [waiting.answer(), k.attempt(call, one)]
            return b"ab" if b"ab" in [answer for answer in answers if isinstance(answer, bytes)] else answers

        return each_way(k, scenario)

    @case("own waits: " + _name + " of a part, time is up", STREAM=[b"abcd\nxyz"] * 2)
    def _(k, kind, call=_call):
        answers = []
        for way in ("option", "timeout"):
            one, other = k.pair(kind)
            k.blocking(one, way, SHORT)
            other.send(b"ab")
            got = [k.attempt(call, one)]
            other.send(b"cd\nxyz")
            one.setblocking(False)
            got += k.tries((call, one), (call, one))
            answers.append(b"".join([part for part in got if isinstance(part, bytes)]))
        return answers


# descriptors


@case("own waits: descriptor closed elsewhere, its number is another socket's", each=[True, "EBADF", b"theirs"])
def _(k, kind):
    def scenario(way):
        one, other = k.pair(kind)
        fd = one.fileno()
        k.blocking(one, way)
        call = Call(k, one.recv, 9)
        k.close_fd(fd)
        third, fourth = k.pair(kind)
        taken = fd in (third.fileno(), fourth.fileno())
        fourth.send(b"theirs")
        answer = call.answer()
        one.detach()
        return [taken, answer, third.recv(9)]

    return each_way(k, scenario)


@case("own waits: closed by close(fd) and by close(), through another descriptor", each=["EBADF", "EBADF", b"x"])
def _(k, kind):
    def scenario(way):
        one, other = k.pair(kind)
        copies = [one, k.keep(one.dup()), k.keep(one.dup())]
        calls = []
        for sock in copies:
            k.blocking(sock, way)
            calls.append(Call(k, sock.recv, 9))
        copies[0].close()
        k.close_fd(copies[1].detach())
        answers = [calls[0].answer(), calls[1].answer()]
        other.send(b"x")
        return answers + [calls[2].answer()]

    return each_way(k, scenario)


@case("own waits: three that wait on a socket that is closed", each=["EBADF"] * 3)
def _(k, kind):
    def scenario(way):
        one, _ = k.pair(kind)
        k.blocking(one, way)
        calls = [Call(k, one.recv, 9) for _ in range(3)]
        one.close()
        return [call.answer() for call in calls]

    return each_way(k, scenario)


@case("own waits: a circle that only its own message held wakes who waits for it", STREAM=b"", SEQ=b"")
def _(k, kind):
    """The waiter's peer lies in a queue that nobody can reach: nothing but the collection of circles tells it."""

    def scenario(way):
        one, other = k.pair(kind)
        k.blocking(one, way)
        sender, receiver = k.pair("STREAM")
        call = Call(k, one.recv, 9)
        # The message lies at `receiver`, which it holds itself, with the waiter's peer.
        sender.sendmsg([b"m"], k.rights(receiver.fileno(), other.fileno()))
        other.close()
        receiver.close()
        sender.close()
        return call.answer()

    return each_way(k, scenario)


@case("own waits: a dropped message held the last reference, and nobody else calls", STREAM=b"", SEQ=b"")
def _(k, kind):
    def scenario(way):
        one, other = k.pair(kind)
        k.blocking(one, way)
        call = Call(k, one.recv, 9)
        drop_in_message(k, other)
        return call.answer()

    return each_way(k, scenario)
