"""What ends a wait, and what must not be missed while it begins and ends: closing the socket beside it, a change in
every moment around it, a timeout while everything else is busy, or of many days."""

import struct
import time

from thread_cases import Threads, until_waiting

import afunix
from afunix.kernel import operation

# Of a call that is to be woken: who looks only when this is over was not.
LONG = 30
PATIENCE = 10


def _refusal(answers, call, *args):
    """Note what a call returns, or the errno that it ends with."""
    try:
        answers.append(call(*args))
    except OSError as failure:
        answers.append(failure.errno)


def _close_beside(sock, *call):
    """What a call that waits ends with when its socket is closed."""
    answers = []
    threads = Threads()
    threads.start(_refusal, answers, *call)
    until_waiting(1)
    assert not answers
    sock.close()
    threads.join()
    return answers[0]


def close_receiver(kind, duplicates):
    """With a duplicate the connection stays open, and another thread's data still arrives."""
    one, other = afunix.socketpair(afunix.AF_UNIX, kind)
    copies = [one.dup() for _ in range(duplicates)]
    assert _close_beside(one, one.recv, 1) == afunix.EBADF
    for copy in copies:
        other.send(b"x")
        assert copy.recv(1) == b"x"
        copy.close()
    other.close()


def _fill(sock):
    """Send until there is no room for a message of 64 bytes."""
    sock.setblocking(False)
    try:
        while True:
            sock.send(b"x" * 64)
    except OSError as failure:
        assert failure.errno == afunix.EAGAIN
    sock.setblocking(True)


def close_sender(kind, duplicates):
    one, other = afunix.socketpair(afunix.AF_UNIX, kind)
    _fill(one)
    copies = [one.dup() for _ in range(duplicates)]
    assert _close_beside(one, one.send, b"x" * 64) == afunix.EBADF
    for sock in copies:
        sock.close()
    other.close()


def _listener(backlog=5):
    listener = afunix.socket()
    listener.bind("/listener")
    listener.listen(backlog)
    return listener


def close_listener(duplicates):
    listener = _listener()
    copies = [listener.dup() for _ in range(duplicates)]
    assert _close_beside(listener, listener.accept) == afunix.EBADF
    for sock in copies:
        sock.close()


def close_connecting():
    listener = _listener(0)
    first = afunix.socket()
    first.connect("/listener")
    second = afunix.socket()
    assert _close_beside(second, second.connect, "/listener") == afunix.EBADF
    first.close()
    listener.close()


def _exchange(stop):
    one, other = afunix.socketpair()
    while not stop:
        one.send(b"x")
        other.recv(1)
    one.close()
    other.close()


def timeout_among_others():
    """A timeout ends a wait though other sockets change all the time."""
    one, other = afunix.socketpair()
    one.settimeout(0.05)
    stop = []
    answers = []
    threads = Threads()
    for _ in range(2):
        threads.start(_exchange, stop)
    _refusal(answers, one.recv, 1)
    stop.append(True)
    threads.join()
    assert answers in ([None], [afunix.ETIMEDOUT])  # CPython's TimeoutError has no errno
    assert other.send(b"late") == 4
    assert one.recv(9) == b"late"
    one.close()
    other.close()


# Calls that wait, each beside what ends its wait


class _Receive:
    """A socket that has nothing to receive."""

    def __init__(self, kind, flags=0):
        self.waits, self._other = afunix.socketpair(afunix.AF_UNIX, kind)
        self._flags = flags

    def call(self):
        assert self.waits.recv(1, self._flags) == b"x"

    def end(self):
        assert self._other.send(b"x") == 1

    def close(self):
        self.waits.close()
        self._other.close()


class _Message(_Receive):
    def call(self):
        assert self.waits.recvmsg(1, 64)[0] == b"x"


class _Into(_Receive):
    def call(self):
        buffer = bytearray(1)
        assert self.waits.recv_into(buffer) == 1 and buffer == b"x"


class _Line(_Receive):
    def call(self):
        assert self.waits.readline() == b"\n"

    def end(self):
        assert self._other.send(b"\n") == 1


class _Send:
    """A socket whose peer has no room."""

    def __init__(self, kind):
        self.waits, self._other = afunix.socketpair(afunix.AF_UNIX, kind)
        _fill(self.waits)

    def call(self):
        assert self.waits.send(b"x" * 64) == 64

    def end(self):
        assert len(self._other.recv(64)) == 64

    def close(self):
        self.waits.close()
        self._other.close()


class _All(_Send):
    def call(self):
        self.waits.sendall(b"x" * 64)


class _To:
    """A socket that sends to a name that has no room."""

    def __init__(self):
        self._receiver = afunix.socket(afunix.AF_UNIX, afunix.SOCK_DGRAM)
        self._receiver.bind("/full")
        self.waits = afunix.socket(afunix.AF_UNIX, afunix.SOCK_DGRAM)
        self.waits.connect("/full")
        _fill(self.waits)

    def call(self):
        assert self.waits.sendto(b"x" * 64, "/full") == 64

    def end(self):
        assert len(self._receiver.recv(64)) == 64

    def close(self):
        self.waits.close()
        self._receiver.close()


class _Accept:
    """A listener that nobody connects to."""

    def __init__(self):
        self.waits = _listener()
        self._sockets = []

    def call(self):
        self._sockets.append(self.waits.accept()[0])

    def end(self):
        self._sockets.append(afunix.socket())
        self._sockets[-1].connect("/listener")

    def close(self):
        for sock in self._sockets:
            sock.close()
        self.waits.close()


class _Connect:
    """A client of a listener whose backlog is full."""

    def __init__(self, listens=False):
        self._listener = _listener(0)
        self._sockets = [afunix.socket()]
        self._sockets[0].connect("/listener")
        self._listens = listens
        self.waits = afunix.socket()

    def call(self):
        self.waits.connect("/listener")

    def end(self):
        if self._listens:
            self._listener.listen(5)
        else:
            self._sockets.append(self._listener.accept()[0])

    def close(self):
        for sock in self._sockets:
            sock.close()
        self.waits.close()
        self._listener.close()


CALLS = {
    "recv": lambda: _Receive(1),
    "recv of a datagram": lambda: _Receive(2),
    "recv of a packet": lambda: _Receive(5),
    "recv, all": lambda: _Receive(1, afunix.MSG_WAITALL),
    "recv_into": lambda: _Into(1),
    "recv_into of a datagram": lambda: _Into(2),
    "recvmsg": lambda: _Message(1),
    "recvmsg of a datagram": lambda: _Message(2),
    "recvmsg of a packet": lambda: _Message(5),
    "readline": lambda: _Line(1),
    "send": lambda: _Send(1),
    "send of a datagram": lambda: _Send(2),
    "send of a packet": lambda: _Send(5),
    "sendall": lambda: _All(1),
    "sendto": _To,
    "accept": _Accept,
    "connect": _Connect,
    "connect, listen": lambda: _Connect(True),
}
# Where the change is made: before or after one of the steps of which a wait consists.
MOMENTS = [(name, when) for name in ("enter", "changes") for when in ("before", "after")] + [("pause", "before")]


def _elapsed(since):
    return time.time() - since


class _Once:
    """A stand-in for one of the functions that `operation` waits with: it makes a change beside its first call."""

    def __init__(self, name, when, change):
        self._name = name
        self._true = getattr(operation, name)
        self._when = when
        self._change = change

    def __enter__(self):
        setattr(operation, self._name, self._call)
        return self

    def __exit__(self, kind, value, trace):
        setattr(operation, self._name, self._true)

    def _call(self, *args):
        change, self._change = self._change, None
        if change and self._when == "before":
            change()
        answer = self._true(*args)
        if change and self._when == "after":
            change()
        return answer


def change_as_a_wait_begins(call):
    """A change between "nobody waits" and "I wait", whenever it is made, is not missed."""
    for name, when in MOMENTS:
        pair = CALLS[call]()
        pair.waits.settimeout(LONG)
        started = time.time()
        with _Once(name, when, pair.end):
            pair.call()
        assert _elapsed(started) < PATIENCE, (name, when)
        pair.close()


def last_moment(call):
    """What comes in the last moment of a wait is still taken: with settimeout, and with the socket's own options."""
    true = operation.pause
    for limit in ("timeout", "option"):
        pair = CALLS[call]()
        _limit(pair.waits, limit, LONG)
        ended = []

        def over(seen, until, pair=pair, ended=ended):
            assert not ended, "it waits though its time is up"
            ended.append(True)
            pair.end()
            return False

        operation.pause = over
        try:
            pair.call()
        finally:
            operation.pause = true
        assert ended
        pair.close()


def _limit(sock, how, seconds):
    if how == "timeout":
        sock.settimeout(seconds)
        return
    sock.setblocking(True)
    for option in (afunix.SO_RCVTIMEO, afunix.SO_SNDTIMEO):
        sock.setsockopt(afunix.SOL_SOCKET, option, struct.pack("qq", seconds, 0))


def time_is_up_once(call):
    """A call whose time is up looks once more and ends, though changes that are none of its business never end."""
    true = operation.pause
    pair = CALLS[call]()
    pair.waits.settimeout(LONG)
    looks = []

    def over(seen, until):
        assert not looks, "it waits though its time is up"
        looks.append(True)
        return False

    operation.pause = over
    answers = []
    try:
        _refusal(answers, pair.call)
    finally:
        operation.pause = true
    assert answers in ([None], [afunix.ETIMEDOUT]), answers
    assert operation.waiting() == 0
    pair.close()


# On CPython only, where waiters sleep


def sleeps(call):
    """Calls that wait sleep: neither do they wake themselves by looking, nor each other."""
    pauses = []
    true = operation.pause

    def counted(seen, until):
        pauses.append(True)
        return true(seen, until)

    pair, another = CALLS[call](), _Send(5)
    for waits in (pair.waits, another.waits):
        waits.settimeout(LONG)
    operation.pause = counted
    threads = Threads()
    try:
        threads.start(pair.call)
        until_waiting(1)
        threads.start(another.call)
        until_waiting(2)
        time.sleep(0.2)  # for nothing to happen: the count of what did is all that is looked at
        count = len(pauses)
        pair.end()
        another.end()
        threads.join()
    finally:
        operation.pause = true
    pair.close()
    another.close()
    # Each of the two looks when it begins and when the other does.
    assert count <= 8, count


def published_before_waiters_are_counted(kind):
    """A call begins to wait while another thread copies what it waits for, which is not published yet."""
    from afunix.data import ring

    threads = Threads()
    true = ring.copy
    got = []
    waits = []

    def copy(*args):
        if waits:
            threads.start(_refusal, got, waits.pop().recv, 9)
            until_waiting(1)
        true(*args)

    ring.copy = copy  # endpoints take it along when they are made, with the first socket
    one, other = afunix.socketpair(afunix.AF_UNIX, kind)
    ring.copy = true
    one.settimeout(LONG)
    started = time.time()
    waits.append(one)
    assert other.send(b"x") == 1
    threads.join()
    assert got == [b"x"], got
    assert _elapsed(started) < PATIENCE
    one.close()
    other.close()


# On MicroPython only, whose clock wraps around


class _Clock:
    """Ticks of 30 bits, as a 32-bit board has them, that go on by an hour in each millisecond of sleep."""

    PERIOD = 1 << 30
    HOUR = 3600 * 1000

    def __init__(self, each_hour):
        self.hours = 0
        self._each_hour = each_hour

    def ticks(self):
        return (self.PERIOD - 5000 + self.hours * self.HOUR) % self.PERIOD

    def later(self, ticks, ms):
        assert -self.PERIOD // 2 < ms < self.PERIOD // 2
        return (ticks + ms) % self.PERIOD

    def diff(self, end, start):
        half = self.PERIOD // 2
        return (end - start + half) % self.PERIOD - half

    def sleep(self, ms):
        assert ms == 1
        self.hours += 1
        self._each_hour(self.hours)


def _with_clock(clock, call):
    from afunix.host import board

    names = ("_ticks", "_later", "_diff", "_sleep")
    true = [getattr(board, name) for name in names]
    for name, stand_in in zip(names, (clock.ticks, clock.later, clock.diff, clock.sleep)):  # noqa: B905
        setattr(board, name, stand_in)
    try:
        return call()
    finally:
        for i in range(len(names)):
            setattr(board, names[i], true[i])


def timeout_of_days(days):
    """It ends then, and not before."""
    one, other = afunix.socketpair()
    one.settimeout(days * 86400)
    clock = _Clock(lambda hours: None)
    answers = []
    _with_clock(clock, lambda: _refusal(answers, one.recv, 1))
    assert answers == [afunix.ETIMEDOUT]
    assert days * 24 <= clock.hours <= days * 24 + 1, clock.hours
    one.close()
    other.close()


def data_after_days(days):
    """It is taken, when half of the timeout is over."""
    one, other = afunix.socketpair()
    one.settimeout(2 * days * 86400)
    clock = _Clock(lambda hours: other.send(b"x") if hours == days * 24 else None)
    assert _with_clock(clock, lambda: one.recv(1)) == b"x"
    assert clock.hours == days * 24
    one.close()
    other.close()
