"""Sockets whose descriptor is closed, or closed while they are used, and strangers that have its number and its memory
by then. Runs on MicroPython and CPython; stale() on CPython's own sockets, too.

identities(net, reuses) prints a line for each call: its name, a tab, what it answered or "!" and what is wrong.
race(name, rounds, seed) prints a line now and then, "SAW ..." for what must not be, and "ALL" at the end.
"""

import _thread
import sys
import time
from array import array

from wrong_calls import MICROPYTHON, SETTINGS, STREAM, Random, census, exchange, name_of

CALLS = (
    ("send", lambda s: s.send(b"stale")),
    ("send DONTWAIT", lambda s: s.send(b"stale", 0x40)),
    ("sendall", lambda s: s.sendall(b"stale")),
    ("sendmsg", lambda s: s.sendmsg([b"st", b"ale"])),
    ("sendmsg rights", lambda s: s.sendmsg([b"stale"], [(1, 1, array("i", [s.fileno()]))])),
    ("sendto", lambda s: s.sendto(b"stale", "nobody")),
    ("recv", lambda s: s.recv(9)),
    ("recv PEEK", lambda s: s.recv(9, 2)),
    ("recv_into", lambda s: s.recv_into(bytearray(9))),
    ("recvfrom", lambda s: s.recvfrom(9)),
    ("recvfrom_into", lambda s: s.recvfrom_into(bytearray(9))),
    ("recvmsg", lambda s: s.recvmsg(9, 99)),
    ("recvmsg_into", lambda s: s.recvmsg_into([bytearray(4), bytearray(5)], 99)),
    ("bind", lambda s: s.bind("stale")),
    ("bind ''", lambda s: s.bind("")),
    ("listen", lambda s: s.listen(3)),
    ("accept", lambda s: s.accept()),
    ("connect", lambda s: s.connect("known")),
    ("connect_ex", lambda s: s.connect_ex("known")),
    ("shutdown", lambda s: s.shutdown(2)),
    ("getsockname", lambda s: s.getsockname()),
    ("getpeername", lambda s: s.getpeername()),
    ("getsockopt", lambda s: s.getsockopt(1, 3)),
    ("setsockopt", lambda s: s.setsockopt(1, 16, 1)),
    ("settimeout", lambda s: s.settimeout(0)),
    ("setblocking", lambda s: s.setblocking(False)),
    ("dup", lambda s: s.dup()),
    ("close", lambda s: s.close()),
)
OWN_CALLS = (
    ("write", lambda s: s.write(b"stale"), "EBADF"),
    ("read", lambda s: s.read(9), "EBADF"),
    ("read all", lambda s: s.read(), "EBADF"),
    ("readinto", lambda s: s.readinto(bytearray(9)), "EBADF"),
    ("readline", lambda s: s.readline(), "EBADF"),
    ("try_write", lambda s: s.try_write(b"stale"), 0),
    ("try_readinto", lambda s: s.try_readinto(bytearray(9)), 0),
    ("poll", lambda s: s.ioctl(3, 0x2FFF) & 0x3F, 32),  # POLLNVAL
)


# how a socket comes to have no descriptor any more


def _closed_by_number(net, sock):
    net.close(sock.fileno())
    return sock


def _closed_by_another_object(net, sock):
    second = net.socket(fileno=sock.fileno())
    second.close()
    return sock


def _second_of_a_closed_one(net, sock):
    second = net.socket(fileno=sock.fileno())
    sock.close()
    return second


def _second_of_one_closed_by_number(net, sock):
    second = net.socket(fileno=sock.fileno())
    net.close(sock.fileno())
    sock.detach()
    return second


WAYS = (
    ("closed by number", _closed_by_number),
    ("closed by another object", _closed_by_another_object),
    ("second of a closed one", _second_of_a_closed_one),
    ("second of one closed by number", _second_of_one_closed_by_number),
)


class Strangers:
    """Sockets that have the closed one's number and memory: they are as they were made, or check() raises."""

    def __init__(self, net):
        self._number = net.socket()
        self._pairs = [net.socketpair() for _ in range(2)]
        for one, other in self._pairs:
            one.send(b"to other")
            other.send(b"to one")

    def check(self):
        assert self._number.getsockname() == "", "the stranger has a name"
        assert self._number.getsockopt(1, 30) == 0, "the stranger listens"
        for one, other in self._pairs:
            for sock, message in ((other, b"to other"), (one, b"to one")):
                assert sock.getsockopt(1, 16) == 0, "the stranger has an option"
                sock.settimeout(1)
                got = sock.recv(99)
                assert got == message, got
            exchange(one, other)

    def close(self):
        self._number.close()
        for pair in self._pairs:
            for sock in pair:
                sock.close()


def _identity(net, call, way, kind, has_dup, is_used, expected):
    known = net.socket()
    known.bind("known")
    known.listen(1)
    sock, peer = net.socketpair(1, kind)
    sock.setblocking(False)
    peer.send(b"mine")
    second = sock.dup() if has_dup else None
    sock = way(net, sock)
    strangers = Strangers(net) if is_used else None
    try:
        answer = call(sock)
    except Exception as failure:
        answer = name_of(failure)
    if answer == 9:  # connect_ex
        answer = "EBADF"
    wrong = None if answer == expected else f"{answer!r}"
    try:
        if strangers is not None:
            strangers.check()
        if second is not None:
            second.settimeout(1)
            got = second.recv(9)
            assert got == b"mine", got
            assert second.getsockname() == "", "the duplicate has a name"
            exchange(second, peer)
    except Exception as failure:
        wrong = f"{wrong}, then {name_of(failure)}({failure})"
    sock.detach()
    for each in (known, peer, second, strangers):
        if each is not None:
            each.close()
    return wrong


def identities(net, reuses=(False, True), own=True, first=0):
    """Every call on a socket that has lost its descriptor in every way, but for the `first` ones."""
    if own:
        net.configure(**SETTINGS)
        before = census(net)
    calls = [(name, call, "EBADF") for name, call in CALLS] + (list(OWN_CALLS) if own else [])
    for way_name, way in WAYS:
        for has_dup in (False, True):
            for is_used in reuses:
                situation = f"{way_name}{', duplicated' if has_dup else ''}{', in use again' if is_used else ''}"
                for name, call, expected in calls:
                    first -= 1
                    if first >= 0:
                        continue
                    print(f"@ {name}: {situation}")
                    wrong = _identity(net, call, way, STREAM, has_dup, is_used, expected)
                    harmed = None
                    if own:
                        try:
                            after = census(net)
                            harmed = None if after == before else f"there are {after} of {before}"
                        except Exception as failure:
                            harmed = name_of(failure)
                    if harmed:
                        wrong = f"{wrong}, afterwards {harmed}"
                    print(f"{name}: {situation}\t{'! ' + wrong if wrong else 'EBADF'}")
                    if harmed:
                        sys.exit(3)  # the kernel is not to be trusted any more
    print("ALL")


# Races: a call that goes on after its socket is closed never ends, and whoever watches this process sees it.


class Worker:
    """A thread that does what it is given, one thing after the other."""

    def __init__(self):
        self._go = _thread.allocate_lock()
        self._done = _thread.allocate_lock()
        self._go.acquire()
        self._done.acquire()
        self._task = None
        self.answer = None
        _thread.start_new_thread(self._run, ())

    def start(self, function, *args):
        self._task = function, args
        self._go.release()

    def wait(self):
        """What the function returned, or the name of what it raised."""
        self._done.acquire()
        return self.answer

    def _run(self):
        while True:
            self._go.acquire()
            function, args = self._task
            if function is None:
                self._done.release()
                return
            try:
                self.answer = function(*args)
            except Exception as failure:
                self.answer = name_of(failure)
            function = args = self._task = None
            self._done.release()

    def end(self):
        self.start(None)
        self.wait()


class Race:
    """What all races have: workers, numbers, and strangers that are as they should be."""

    def __init__(self, net, seed):
        self.net = net
        self.random = Random(seed)
        self.workers = [Worker(), Worker()]
        self.round = 0

    def spin(self, most=200):
        for _ in range(self.random.below(most)):
            pass

    def mark(self, what):
        return f"{what} of round {self.round}".encode()

    def strangers(self):
        """A new pair with a message each way; it has, most of the time, what was just given free."""
        one, other = self.net.socketpair()
        one.send(self.mark("for other"))
        other.send(self.mark("for one"))
        return one, other

    def check(self, pair):
        """Nothing of theirs is missing, and nothing is there that is not theirs."""
        one, other = pair
        for sock, message in ((other, self.mark("for other")), (one, self.mark("for one"))):
            sock.setblocking(False)
            try:
                got = sock.recv(200)
            except OSError as failure:
                got = name_of(failure)
            if got != message:
                print("SAW", repr(got), "in place of", repr(message))
            try:
                print("SAW", repr(sock.recv(200)), "beside", repr(message))
            except OSError as failure:
                if failure.errno != 11:
                    print("SAW", name_of(failure), "beside", repr(message))
        exchange(one, other)
        one.close()
        other.close()

    def expect(self, answer, *allowed):
        if answer not in allowed:
            print("SAW", repr(answer), "of a call on a closed socket in round", self.round)


def _receive(sock, own):
    """Receive until the socket is closed: every message must be `own`."""
    while True:
        try:
            got = sock.recv(200)
        except OSError as failure:
            if failure.errno != 11:
                return name_of(failure)
            continue
        if got != own:
            return got


def _receive_into(sock, own):
    buffer = bytearray(200)
    while True:
        try:
            n = sock.recv_into(buffer)
        except OSError as failure:
            if failure.errno != 11:
                return name_of(failure)
            continue
        if buffer[:n] != own:
            return bytes(buffer[:n])


def _close_number(net, sock):
    net.close(sock.fileno())


def _close_object(net, sock):
    sock.close()


def receive_while_closed(race, receive=_receive, close=_close_number):
    """One thread receives, another closes the socket and opens others."""
    one, other = race.net.socketpair()
    one.setblocking(race.round % 8 == 0)
    other.send(race.mark("own"))
    worker = race.workers[0]
    worker.start(receive, one, race.mark("own"))
    race.spin()
    close(race.net, one)
    pair = race.strangers()
    race.expect(worker.wait(), "EBADF")
    race.check(pair)
    one.detach()
    other.close()


def receive_into_while_object_closes(race):
    receive_while_closed(race, _receive_into, _close_object)


def receive_while_object_closes(race):
    receive_while_closed(race, _receive, _close_object)


def _send(sock, message):
    """Send until that fails."""
    while True:
        try:
            sock.send(message)
        except OSError as failure:
            if failure.errno != 11:
                return name_of(failure)


def send_while_closed(race):
    """One thread sends, another closes the sender, and then the receiver, and opens others each time."""
    one, other = race.net.socketpair()
    one.setblocking(False)
    other.setblocking(False)
    own = race.mark("own")
    worker = race.workers[0]
    worker.start(_send, one, own)
    race.spin()
    is_sender = race.random.below(2)
    _close_number(race.net, one) if is_sender else other.close()
    pair = race.strangers()
    race.expect(worker.wait(), *(("EBADF",) if is_sender else ("EPIPE", "ECONNRESET")))
    race.check(pair)
    if is_sender:
        got = bytearray()
        while part := _or_nothing(other, 200):
            got.extend(part)
        if got != own * (len(got) // len(own)) + own[: len(got) % len(own)]:
            print("SAW", repr(bytes(got)), "from", repr(own))
        one.detach()
        other.close()
    else:
        one.close()


def _or_nothing(sock, n):
    try:
        return sock.recv(n)
    except OSError:
        return b""


def send_datagrams_while_closed(race):
    """The same with datagrams to a connected socket, whose place is taken by another of its kind."""
    net = race.net
    receiver = net.socket(1, 2)
    receiver.bind("receiver")
    sender = net.socket(1, 2)
    sender.setblocking(False)
    sender.connect("receiver")
    worker = race.workers[0]
    worker.start(_send, sender, race.mark("own"))
    race.spin()
    receiver.close()
    strangers = [net.socket(1, 2) for _ in range(2)]
    race.expect(worker.wait(), "ECONNREFUSED", "ENOTCONN", "ECONNRESET")
    for stranger in strangers:
        stranger.setblocking(False)
        try:
            print("SAW", repr(stranger.recv(200)), "at a socket that nobody sends to")
        except OSError as failure:
            race.expect(name_of(failure), "EAGAIN")
        stranger.close()
    sender.close()


def two_closes(race):
    """Two threads close one object while a third opens others: theirs stay open."""
    one, other = race.net.socketpair()
    for worker in race.workers:
        worker.start(one.close)
    pairs = [race.strangers(), race.strangers()]
    for worker in race.workers:
        race.expect(worker.wait(), None)
    for pair in pairs:
        race.check(pair)
    other.close()


def close_twice_by_number(race):
    """An object is closed while its descriptor is: one of the two may find it closed, and no other is."""
    one, other = race.net.socketpair()
    race.workers[0].start(one.close)
    race.workers[1].start(_close_if_open, race.net, one.fileno())
    for worker in race.workers:
        race.expect(worker.wait(), None, "EBADF")
    pair = race.strangers()
    one.detach()
    race.check(pair)
    other.close()


def _close_if_open(net, fd):
    net.close(fd)


def _accept(sock):
    while True:
        try:
            return sock.accept()[1]
        except OSError as failure:
            if failure.errno != 11:
                return name_of(failure)


def accept_while_closed(race):
    """One thread accepts, another closes the listener and makes one with a connection in its place."""
    net = race.net
    listener = net.socket()
    listener.bind("listener")
    listener.listen()
    listener.setblocking(race.round % 8 == 0)
    race.workers[0].start(_accept, listener)
    race.spin()
    net.close(listener.fileno())
    stranger = net.socket()
    stranger.bind("stranger")
    stranger.listen()
    client = net.socket()
    client.connect("stranger")
    race.expect(race.workers[0].wait(), "EBADF")
    stranger.setblocking(False)
    try:
        stranger.accept()[0].close()
    except OSError as failure:
        print("SAW", name_of(failure), "in place of a connection in round", race.round)
    listener.detach()
    for sock in (stranger, client):
        sock.close()


def _controls(sock):
    """Control calls until they say EBADF."""
    calls = (
        lambda: sock.bind("stale"),
        lambda: sock.shutdown(1),
        lambda: sock.setsockopt(1, 16, 1),
        lambda: sock.listen(3),
        lambda: sock.setblocking(True),
    )
    answers = set()
    while True:
        answers.clear()
        for call in calls:
            try:
                call()
                answers.add(None)
            except OSError as failure:
                answers.add(name_of(failure))
        if answers == {"EBADF"}:
            return "EBADF"


def control_while_closed(race):
    """One thread makes control calls, another closes the socket and opens others."""
    sock = race.net.socket()
    race.workers[0].start(_controls, sock)
    race.spin()
    race.net.close(sock.fileno())
    pair = race.strangers()
    race.expect(race.workers[0].wait(), "EBADF")
    for stranger in pair:
        if stranger.getsockname() or stranger.getsockopt(1, 16):
            print("SAW a stranger with a name or an option in round", race.round)
    race.check(pair)
    sock.detach()


RACES = (
    receive_while_closed,
    receive_while_object_closes,
    receive_into_while_object_closes,
    send_while_closed,
    send_datagrams_while_closed,
    two_closes,
    close_twice_by_number,
    accept_while_closed,
    control_while_closed,
)


def run_race(name, rounds, seed):
    import afunix

    if not MICROPYTHON:
        sys.setswitchinterval(1e-5)
    afunix.configure(**SETTINGS)
    before = census(afunix)
    race = Race(afunix, seed)
    function = globals()[name]
    last = time.time()
    for i in range(rounds):
        race.round = i
        function(race)
        if i % 100 == 0 or time.time() - last >= 1:
            last = time.time()
            print("round", i)
    for worker in race.workers:
        worker.end()
    after = census(afunix)
    if after != before:
        print("SAW", after, "of", before)
    print("ALL", rounds)


def on_afunix(first):
    import afunix

    identities(afunix, first=first)


def on_linux():
    """What CPython's sockets do, where nobody has their number."""
    import os
    import socket

    real = socket.socket.bind

    class Fresh(socket.socket):
        def __init__(self, family=1, type=STREAM, proto=0, fileno=None):
            super().__init__(family, type, proto, fileno)

        def bind(self, address):
            if address and os.path.exists(address):
                os.unlink(address)
            real(self, address)

    socket.socket = Fresh  # socketpair() makes it, too
    identities(socket, (False,), False)
