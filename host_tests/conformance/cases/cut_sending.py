"""Calls that wait for room to send, and every event in another thread that ends the wait.

What each answers, whether just as much went out, and what the socket says afterwards, where it waits without a limit,
with SO_SNDTIMEO and with settimeout: one answer where these are the same.
"""

from calls import Call, drain, drop_in_message, each_way
from kit import case

# The emulated Pico has no second thread.
TARGETS = ("linux", "cpython", "unix")

# A stream that takes a part, and waits with the rest


CALLS = (
    ("send", lambda k, sock, data: sock.send(data)),
    ("sendmsg", lambda k, sock, data: sock.sendmsg([data[:100], data[100:]])),
)
ALL = (("sendall", lambda k, sock, data: sock.sendall(data)),)


def _pair(k, kind):
    return k.pair(kind)


def _client(k, kind):
    listener, address = k.listener(kind)
    return k.client(kind, address), listener


def event(what, calls, *, reads="nothing", then="nothing", ends=_pair, polls=True, STREAM):
    """Register f(k, one, other), which ends a call that waits on `one` of ends(k, kind), for each of `calls`.

    `reads` and `then`, as of drain(), say what is read before and after. The answer is a list: what the call answers
    ("all" and "part" for a number of bytes), whether just these have arrived (None where nobody can tell), and what
    send and recv say that do not wait.
    """

    def register(function):
        for name, call in calls:

            @case(name + " of more than fits waits: " + what, STREAM=STREAM)
            def _(k, kind, call=call):
                return each_way(k, lambda way: _cut_short(k, kind, way, call, function, reads, then, ends), polls)

        return function

    return register


def _cut_short(k, kind, way, call, function, reads, then, ends):
    one, other = ends(k, kind)
    data = k.more_than_fits()
    k.blocking(one, way)
    waiting = Call(k, call, k, one, data)
    got = drain(k, waiting, other, reads)
    function(k, one, other)
    got += drain(k, waiting, other, then)
    done = waiting.answer()
    arrived = None
    if ends is _pair and other.fileno() >= 0:
        got += drain(k, waiting, other, "all")
        arrived = got == data[: done if isinstance(done, int) else len(got)] and len(got) > 0
    if isinstance(done, int):
        done = "all" if done == len(data) else "part" if 0 < done < len(data) else done
    return [done, arrived] + _afterwards(k, one)


def _afterwards(k, one):
    if one.fileno() < 0:
        return []
    one.setblocking(False)
    return k.tries((one.send, b"y"), (one.recv, 9))


def nothing(k, one, other):
    pass


def peer_closes(k, one, other):
    other.close()


def peer_shuts(how):
    return lambda k, one, other: other.shutdown(getattr(k.net, how))


def own_is_shut(how):
    return lambda k, one, other: one.shutdown(getattr(k.net, how))


def own_closes(k, one, other):
    one.close()


def peer_is_dropped(k, one, other):
    drop_in_message(k, other)


def _timeout(other, timeout):
    """The answers of the three ways, where settimeout has one of its own: then CPython's socket does not block."""
    return [other, other, timeout]


_PART_ALL = _timeout(["all", True, 1, "EAGAIN"], ["part", True, 1, "EAGAIN"])
_PART_RESET = _timeout(["part", None, "EPIPE", b""], ["part", None, "EPIPE", "ECONNRESET"])
_PART_SHUT = ["part", True, "EPIPE", "EAGAIN"]
_PART_END = ["part", True, "EPIPE", b""]
_PART_NO_READING = _timeout(["all", True, 1, b""], ["part", True, 1, b""])

event("all is read", CALLS, reads="all", STREAM=_PART_ALL)(nothing)
event("peer closes", CALLS, STREAM=_PART_RESET)(peer_closes)
event("most is read, peer closes", CALLS, reads="most", STREAM=_PART_RESET)(peer_closes)
event("peer shuts down RD", CALLS, STREAM=_PART_SHUT)(peer_shuts("SHUT_RD"))
event("a little is read, peer shuts down RD", CALLS, reads="little", STREAM=_PART_SHUT)(peer_shuts("SHUT_RD"))
event("most is read, peer shuts down RD", CALLS, reads="most", STREAM=_PART_SHUT)(peer_shuts("SHUT_RD"))
event("peer shuts down RDWR", CALLS, STREAM=_PART_END)(peer_shuts("SHUT_RDWR"))
event("peer shuts down WR, all is read", CALLS, then="all", STREAM=_PART_NO_READING)(peer_shuts("SHUT_WR"))
event("own end is shut down WR", CALLS, STREAM=_PART_SHUT)(own_is_shut("SHUT_WR"))
event("most is read, own end is shut down WR", CALLS, reads="most", STREAM=_PART_SHUT)(own_is_shut("SHUT_WR"))
event("own end is shut down RDWR", CALLS, STREAM=_PART_END)(own_is_shut("SHUT_RDWR"))
event("own end is shut down RD, all is read", CALLS, then="all", STREAM=_PART_NO_READING)(own_is_shut("SHUT_RD"))
event("own end is closed, all is read", CALLS, then="all", STREAM=_timeout(["all", True], ["part", True]))(own_closes)
event("a message is dropped that held the peer's last reference", CALLS, STREAM=_PART_RESET)(peer_is_dropped)
event("listener closes", CALLS, ends=_client, STREAM=_PART_RESET)(peer_closes)
event("a message is dropped that held the listener's last reference", CALLS, ends=_client, STREAM=_PART_RESET)(
    peer_is_dropped
)

# sendall does not end with a part.
_ALL_RESET = _timeout(["EPIPE", None, "EPIPE", b""], ["EPIPE", None, "EPIPE", "ECONNRESET"])
_ALL_SHUT = ["EPIPE", True, "EPIPE", "EAGAIN"]
_ALL_END = ["EPIPE", True, "EPIPE", b""]

event("all is read", ALL, reads="all", STREAM=[None, True, 1, "EAGAIN"])(nothing)
event("peer closes", ALL, STREAM=_ALL_RESET)(peer_closes)
event("most is read, peer closes", ALL, reads="most", STREAM=_ALL_RESET)(peer_closes)
event("peer shuts down RD", ALL, polls=False, STREAM=_ALL_SHUT)(peer_shuts("SHUT_RD"))
event("most is read, peer shuts down RD", ALL, polls=False, reads="most", STREAM=_ALL_SHUT)(peer_shuts("SHUT_RD"))
event("peer shuts down RDWR", ALL, STREAM=_ALL_END)(peer_shuts("SHUT_RDWR"))
event("peer shuts down WR, all is read", ALL, then="all", STREAM=[None, True, 1, b""])(peer_shuts("SHUT_WR"))
event("own end is shut down WR", ALL, polls=False, STREAM=_ALL_SHUT)(own_is_shut("SHUT_WR"))
event("most is read, own end is shut down WR", ALL, polls=False, reads="most", STREAM=_ALL_SHUT)(own_is_shut("SHUT_WR"))
event("own end is shut down RDWR", ALL, STREAM=_ALL_END)(own_is_shut("SHUT_RDWR"))
event("own end is shut down RD, all is read", ALL, then="all", STREAM=[None, True, 1, b""])(own_is_shut("SHUT_RD"))
event("own end is closed, all is read", ALL, then="all", STREAM=_timeout([None, True], ["EBADF", True]))(own_closes)
event("a message is dropped that held the peer's last reference", ALL, STREAM=_ALL_RESET)(peer_is_dropped)
event("listener closes", ALL, ends=_client, STREAM=_ALL_RESET)(peer_closes)

# write() sends until all is out, also with a timeout, and says how much went before it was cut short.
WRITING = (("write", lambda k, sock, data: k.writer(sock).write(data)),)
_WRITE_RESET = ["part", None, "EPIPE", b""]

event("all is read", WRITING, reads="all", polls=False, STREAM=["all", True, 1, "EAGAIN"])(nothing)
event("peer closes", WRITING, polls=False, STREAM=_WRITE_RESET)(peer_closes)
event("most is read, peer closes", WRITING, reads="most", polls=False, STREAM=_WRITE_RESET)(peer_closes)
event("peer shuts down RD", WRITING, polls=False, STREAM=_PART_SHUT)(peer_shuts("SHUT_RD"))
event("most is read, peer shuts down RD", WRITING, reads="most", polls=False, STREAM=_PART_SHUT)(peer_shuts("SHUT_RD"))
event("peer shuts down RDWR", WRITING, polls=False, STREAM=_PART_END)(peer_shuts("SHUT_RDWR"))
event("own end is shut down WR", WRITING, polls=False, STREAM=_PART_SHUT)(own_is_shut("SHUT_WR"))
event("a message is dropped that held the peer's last reference", WRITING, polls=False, STREAM=_WRITE_RESET)(
    peer_is_dropped
)


# A socket that is full, and waits with a whole message

MESSAGE = b"z" * 64


def _full(k, kind):
    """A pair whose second socket has no room for another message."""
    one, other = k.pair(kind)
    k.fill(one)
    return one, other


def _full_client(k, kind):
    one, listener = _client(k, kind)
    k.fill(one)
    return one, listener


FULL_CALLS = (
    ("send", lambda k, one: one.send(MESSAGE)),
    ("sendall", lambda k, one: one.sendall(MESSAGE) or 64),
    ("sendmsg", lambda k, one: one.sendmsg([MESSAGE[:9], MESSAGE[9:]])),
    ("sendmsg with rights", lambda k, one: one.sendmsg([MESSAGE], k.rights(one.fileno()))),
)


def of_full(what, *, reads="nothing", then="nothing", ends=_full, polls=True, **answers):
    """The same for a message that fits later, or does not. The answer is a list: what the call answers, how many of it
    arrived, and what send and recv say that do not wait."""

    def register(function):
        for name, call in FULL_CALLS:

            @case(name + " to a full socket waits: " + what, **answers)
            def _(k, kind, call=call):
                return each_way(k, lambda way: _whole_or_not(k, kind, way, call, function, reads, then, ends), polls)

        return function

    return register


def _whole_or_not(k, kind, way, call, function, reads, then, ends):
    one, other = ends(k, kind)
    k.blocking(one, way)
    waiting = Call(k, call, k, one)
    got = drain(k, waiting, other, reads)
    function(k, one, other)
    got += drain(k, waiting, other, then)
    done = waiting.answer()
    if ends is _full and other.fileno() >= 0:
        got += drain(k, waiting, other, "all")
    return [done, got.count(MESSAGE)] + _afterwards(k, one)


_SENT = [64, 1, 1, "EAGAIN"]
_SENT_LAST = [64, 1, 1, b""]
_SHUT = ["EPIPE", 0, "EPIPE", "EAGAIN"]
_END = ["EPIPE", 0, "EPIPE", b""]
_RESET = ["ECONNRESET", 0, "EPIPE", b""]
_STREAM_RESET = _timeout(_RESET, ["EPIPE", 0, "EPIPE", "ECONNRESET"])
_REFUSED = ["ECONNREFUSED", 0, "ENOTCONN", "EAGAIN"]

of_full("all is read", reads="all", each=_SENT)(nothing)
of_full("one is read, then all", reads="little", then="all", each=_SENT)(nothing)
of_full("peer closes", STREAM=_STREAM_RESET, DGRAM=_REFUSED, SEQ=_RESET)(peer_closes)
of_full("peer shuts down RD", polls=False, STREAM=_SHUT, SEQ=_SHUT)(peer_shuts("SHUT_RD"))
of_full("peer shuts down RD, all is read", then="all", DGRAM=_SHUT)(peer_shuts("SHUT_RD"))
of_full("peer shuts down RDWR", STREAM=_END, SEQ=_END)(peer_shuts("SHUT_RDWR"))
of_full("peer shuts down RDWR, all is read", then="all", DGRAM=_SHUT)(peer_shuts("SHUT_RDWR"))
of_full("peer shuts down WR, all is read", then="all", STREAM=_SENT_LAST, DGRAM=_SENT, SEQ=_SENT_LAST)(
    peer_shuts("SHUT_WR")
)
of_full("own end is shut down WR", polls=False, each=_SHUT)(own_is_shut("SHUT_WR"))
of_full("own end is shut down RDWR", STREAM=_END, DGRAM=_SHUT, SEQ=_END)(own_is_shut("SHUT_RDWR"))
of_full("own end is shut down RD, all is read", then="all", STREAM=_SENT_LAST, DGRAM=_SENT, SEQ=_SENT_LAST)(
    own_is_shut("SHUT_RD")
)
of_full("own end is closed, all is read", then="all", each=_timeout([64, 1], ["EBADF", 0]))(own_closes)
of_full("a message is dropped that held the peer's last reference", STREAM=_STREAM_RESET, DGRAM=_REFUSED, SEQ=_RESET)(
    peer_is_dropped
)
of_full("listener closes", ends=_full_client, STREAM=_STREAM_RESET, SEQ=_RESET)(peer_closes)


# Datagrams to a name whose queue is full. With a timeout CPython's socket asks again and again.


def _to_full_name(k, way, function, name, reads, then):
    receiver, address = k.bound("DGRAM", name)
    sender = k.socket("DGRAM")
    k.fill(sender, 64, address)
    k.blocking(sender, way)
    waiting = Call(k, sender.sendto, MESSAGE, address)
    got = drain(k, waiting, receiver, reads)
    function(k, sender, receiver)
    got += drain(k, waiting, receiver, then)
    done = waiting.answer()
    if receiver.fileno() >= 0:
        got += drain(k, waiting, receiver, "all")
    return [done, got.count(MESSAGE)]


def to_full_name(what, expected, *, reads="nothing", then="nothing", abstract=False):
    """Register f(k, sender, receiver), which ends a sendto that waits. The answer: its own, and how many arrived."""

    def register(function):
        @case("sendto a full name waits: " + what, expected)
        def _(k):
            def scenario(way):
                return _to_full_name(k, way, function, k.abstract() if abstract else None, reads, then)

            return each_way(k, scenario, polls=False)

    return register


to_full_name("all is read", [64, 1], reads="all")(nothing)
to_full_name("one is read", [64, 1], reads="little")(nothing)
to_full_name("receiver closes", ["ECONNREFUSED", 0], abstract=True)(peer_closes)
to_full_name("receiver shuts down RD, all is read", ["EPIPE", 0], then="all")(peer_shuts("SHUT_RD"))
to_full_name("own end is shut down WR, all is read", [64, 1], then="all")(own_is_shut("SHUT_WR"))
to_full_name("own end is closed, all is read", [64, 1], then="all")(own_closes)
to_full_name("a message is dropped that held the receiver's last reference", ["ECONNREFUSED", 0], abstract=True)(
    peer_is_dropped
)


@to_full_name("receiver connects elsewhere, all is read", ["EPERM", 0], then="all")
def _(k, sender, receiver):
    receiver.connect(k.bound("DGRAM")[1])


@to_full_name("sender connects, all is read", [64, 1], then="all")
def _(k, sender, receiver):
    sender.connect(k.bound("DGRAM")[1])
