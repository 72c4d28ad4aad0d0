"""Several calls that wait at once, and threads that answer each other. What ends a single wait: cut_*.py."""

from calls import Call, each_way
from kit import TYPES, case

# The emulated Pico has no second thread.
TARGETS = ("linux", "cpython", "unix")


@case("waking: two that receive get a message each", DGRAM=[b"a", b"b"], SEQ=[b"a", b"b"])
def _(k, kind):
    def scenario(way):
        one, other = k.pair(kind)
        k.blocking(one, way)
        calls = [Call(k, one.recv, 9), Call(k, one.recv, 9)]
        other.send(b"a")
        other.send(b"b")
        return sorted([call.answer() for call in calls])

    return each_way(k, scenario)


@case("waking: one message wakes one of two that receive, the end the other", STREAM=[b"", b"a"], SEQ=[b"", b"a"])
def _(k, kind):
    def scenario(way):
        one, other = k.pair(kind)
        k.blocking(one, way)
        calls = [Call(k, one.recv, 9), Call(k, one.recv, 9)]
        other.send(b"a")
        other.close()
        return sorted([call.answer() for call in calls])

    return each_way(k, scenario)


@case("waking: the end wakes all that receive", STREAM=[b""] * 3, SEQ=[b""] * 3)
def _(k, kind):
    def scenario(way):
        one, other = k.pair(kind)
        k.blocking(one, way)
        calls = [Call(k, one.recv, 9) for _ in range(3)]
        other.close()
        return [call.answer() for call in calls]

    return each_way(k, scenario)


@case("waking: receivers through two descriptors of one socket", DGRAM=[b"a", b"b"], SEQ=[b"a", b"b"])
def _(k, kind):
    def scenario(way):
        one, other = k.pair(kind)
        again = k.keep(one.dup())
        k.blocking(one, way)
        k.blocking(again, way)
        calls = [Call(k, one.recv, 9), Call(k, again.recv, 9)]
        other.send(b"a")
        other.send(b"b")
        return sorted([call.answer() for call in calls])

    return each_way(k, scenario)


@case("waking: the peer's end wakes one that receives and one that sends", STREAM=True, SEQ=True)
def _(k, kind):
    """Which of them is told of the unread messages is left to chance."""

    def scenario(way):
        one, other = k.pair(kind)
        k.fill(one)
        k.blocking(one, way)
        receiving = Call(k, one.recv, 9)
        sending = Call(k, one.send, bytes(64))
        other.close()
        answers = [receiving.answer(), sending.answer()]
        return answers in ([b"", "ECONNRESET"], ["ECONNRESET", "EPIPE"]) or answers

    return each_way(k, scenario)


@case("waking: both ends send more than fits, then both read", STREAM=[None, True, None, True])
def _(k, kind):
    ends = k.pair(kind)
    data = k.more_than_fits()
    for end in ends:
        k.blocking(end)
    calls = [Call(k, end.sendall, data) for end in ends]
    got = []
    for end in ends:
        parts = b""
        while len(parts) < len(data):
            parts += end.recv(777777)
        got.append(parts == data)
    return [calls[0].answer(), got[0], calls[1].answer(), got[1]]


@case("recvfrom waits: a sender by address", (b"x", "sender"))
def _(k):
    receiver, address = k.bound("DGRAM")
    k.blocking(receiver, "forever")
    call = Call(k, receiver.recvfrom, 9)
    k.bound("DGRAM", k.path("sender"))[0].sendto(b"x", address)
    data, source = call.answer()
    return data, k.label(source)


@case("waking: sendall of a large message in order", [None, True])
def _(k):
    def scenario(way):
        one, other = k.pair("STREAM")
        data = bytes([i * 7 & 255 for i in range(40000)])
        k.blocking(one, way)
        k.blocking(other, way)
        call = Call(k, one.sendall, data)
        got = b""
        while len(got) < len(data):
            got += other.recv(777)
        return [call.answer(), got == data]

    return each_way(k, scenario)


@case("waking: ping-pong of two threads", [100, b"end"])
def _(k):
    def scenario(way):
        one, other = k.pair("STREAM")
        k.blocking(one, way)
        k.blocking(other, way)

        def echo():
            while True:
                data = other.recv(5, k.net.MSG_WAITALL)
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

    return each_way(k, scenario)


@case("waking: a change on another socket ends no wait", each=[False, b"late"])
def _(k, kind):
    def scenario(way):
        one, other = k.pair(kind)
        k.blocking(one, way)
        call = Call(k, one.recv, 9)
        for _ in range(20):
            third, fourth = k.pair(kind)
            third.send(b"x")
            fourth.recv(9)
            third.close()
            fourth.close()
        over = call.over()
        other.send(b"late")
        return [over, call.answer()]

    return each_way(k, scenario)


@case("waking: a wait with a timeout of more than 6 days", each=[False, b"x"])
def _(k, kind):
    """On a 32-bit board that is more than the half of its ticks."""
    one, other = k.pair(kind)
    answers = []
    for seconds in (600000, 1e6, 1e9):
        one.settimeout(seconds)
        call = Call(k, one.recv, 9)
        over = call.over()
        other.send(b"x")
        answers.append([over, call.answer()])
    return answers[0] if answers.count(answers[0]) == 3 else answers


@case("waking: the peer of one that receives is dropped", STREAM=b"", SEQ=b"")
def _(k, kind):
    def waits(k, kind, way):
        one, other = k.net.socketpair(k.net.AF_UNIX, TYPES[kind])
        k.keep(one)
        k.blocking(one, way)
        return Call(k, one.recv, 9), other

    return each_way(k, lambda way: k.left_alone(waits, k, kind, way).answer())
