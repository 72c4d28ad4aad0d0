# ruff: noqa: UP031  (MicroPython runs it too)
"""The calls that a storm interrupts, each as a class.

call    makes the call, from whatever state an interrupt has left. Native: see storm_rounds.py
arrive  what it waits for: comes with a hard interrupt, or as a scheduled callback
check   is all there that should be? Afterwards nothing is half-done. No press comes meanwhile
end     closes everything
"""

import micropython
from machine import Pin
from storm_rounds import Found

import afunix

STREAM, DGRAM, SEQ = 1, 2, 5
NOW = 0o4000  # SOCK_NONBLOCK
PATH = "/storm"
EBADF, EAGAIN, EDEADLK, EISCONN, ENOTCONN, ETIMEDOUT = 9, 11, 35, 106, 107, 110
_pulse = Pin(15, Pin.IN)  # changes every few milliseconds: see benchmarks/pico.py
_EITHER = Pin.IRQ_RISING | Pin.IRQ_FALLING


def pulses(handler, hard=False):
    """Let `handler` be called again and again; None ends that."""
    if handler is None:
        _pulse.irq(None)
    else:
        _pulse.irq(handler, _EITHER, hard=hard)


@micropython.native
def over(failure):
    """A call may end with a timeout; everything else is wrong. Returns None."""
    errno = failure.errno
    if errno != ETIMEDOUT and errno != EAGAIN:
        raise failure


def exchange(one, other):
    """Something must go from one to the other and back."""
    one.send(b"there")
    other.send(b"back")
    if (other.recv(9), one.recv(9)) != (b"there", b"back"):
        raise Found("the sockets do not work")


@micropython.native
def number(record, n):
    """Write a number into a record of four bytes."""
    record[0] = n & 255
    record[1] = n >> 8 & 255
    record[2] = 7
    return record


@micropython.native
def is_number(record, n):
    return len(record) == 4 and record[0] == n & 255 and record[1] == n >> 8 & 255 and record[2] == 7


class Numbered:
    """Numbered records that go from one end of a pair to the other: none may be lost, or come twice."""

    def __init__(self, kind, timeout):
        self.one, self.other = afunix.socketpair(afunix.AF_UNIX, kind)
        self.timeout = timeout
        self.record = bytearray(4)
        self.buffer = bytearray(4)
        self.sent = self.got = self.wrong = 0

    @micropython.native
    def take(self, data):
        """This has come."""
        if not is_number(data, self.got):
            self.wrong += 1
        self.got += 1

    def all_came(self):
        if self.got != self.sent or self.wrong:
            raise Found("sent %d, got %d, of which %d are wrong" % (self.sent, self.got, self.wrong))
        self.one.setblocking(True)
        self.other.setblocking(True)
        exchange(self.one, self.other)

    def end(self):
        pulses(None)
        self.one.close()
        self.other.close()


class Recv(Numbered):
    """A receive that waits. What it waits for is sent by a hard interrupt."""

    def __init__(self, kind, fetch, timeout):
        super().__init__(kind, timeout)
        self.fetch = fetch
        self.try_write = self.other.try_write
        self._go_on()

    def _go_on(self):
        self.one.settimeout(self.timeout)
        pulses(self.arrive, True)

    @micropython.native
    def arrive(self, pin):
        if self.try_write(number(self.record, self.sent)) == 4:
            self.sent += 1

    @micropython.native
    def call(self):
        try:
            data = self.fetch(self.one, self.buffer)
        except OSError as failure:
            return over(failure)
        self.take(data)

    def check(self):
        pulses(None)
        self.one.setblocking(False)
        for _ in range(20):
            if self.got == self.sent:
                break
            self.call()
        self.all_came()
        self._go_on()


@micropython.native
def by_recv(sock, buffer):
    return sock.recv(4)


@micropython.native
def by_recv_into(sock, buffer):
    return buffer if sock.recv_into(buffer) == 4 else b""


@micropython.native
def by_recvmsg(sock, buffer):
    return sock.recvmsg(4)[0]


@micropython.native
def by_recvfrom(sock, buffer):
    return sock.recvfrom(4)[0]


@micropython.native
def by_read(sock, buffer):
    return sock.read(4)


class Send(Numbered):
    """A send that waits for room, which a hard interrupt makes."""

    def __init__(self, kind, timeout):
        super().__init__(kind, timeout)
        self.try_readinto = self.other.try_readinto
        self._go_on()

    def _go_on(self):
        self.one.settimeout(self.timeout)
        pulses(self.arrive, True)

    @micropython.native
    def arrive(self, pin):
        if self.try_readinto(self.buffer) == 4:
            self.take(self.buffer)

    @micropython.native
    def call(self):
        try:
            done = self.one.send(number(self.record, self.sent))
        except OSError as failure:
            return over(failure)
        self.sent += 1
        if done != 4:
            self.wrong += 1

    def check(self):
        pulses(None)
        for _ in range(20):
            self.arrive(None)
        self.all_came()
        self._go_on()


class Getsockname:
    """Calls that only ask."""

    def __init__(self, kind):
        self.one = afunix.socket(afunix.AF_UNIX, kind)
        self.one.bind(PATH)
        self.two = afunix.socket(afunix.AF_UNIX, kind)
        self.two.bind("")
        self.name = self.two.getsockname()
        if kind != DGRAM:
            self.one.listen(1)
        self.two.connect(PATH)
        self.wrong = 0

    @micropython.native
    def call(self):
        if self.one.getsockname() != PATH or self.two.getsockname() != self.name or self.two.getpeername() != PATH:
            self.wrong += 1

    def check(self):
        if self.wrong:
            raise Found("a wrong name")
        self.call()

    def end(self):
        self.one.close()
        self.two.close()


class Socketpair:
    """socketpair and close, with something queued."""

    def __init__(self, kind):
        self.kind = kind
        self.both = None

    @micropython.native
    def call(self):
        self.close()
        self.both = afunix.socketpair(1, self.kind)
        self.both[0].send(b"this stays queued")
        self.close()

    @micropython.native
    def close(self):
        if self.both is not None:
            self.both[0].close()
            self.both[1].close()
            self.both = None

    def check(self):
        self.close()
        one, other = afunix.socketpair(afunix.AF_UNIX, self.kind)
        exchange(one, other)
        one.close()
        other.close()

    end = close


class Accept:
    """accept, which waits until a callback connects."""

    def __init__(self, kind, timeout):
        self.kind = kind
        self.timeout = timeout
        self.listener = afunix.socket(afunix.AF_UNIX, kind)
        self.listener.bind(PATH)
        self.listener.listen(2)
        self.client = self.accepted = self.failure = None
        self.connected = self.greeted = self.struck = False
        self._go_on()

    def _go_on(self):
        self.listener.settimeout(self.timeout)
        pulses(self.arrive)

    @micropython.native
    def arrive(self, pin):
        if self.client is None or self.connected:
            return
        try:
            self.client.connect(PATH)
            self.connected = True
            self.client.send(b"I")
            self.greeted = True
        except OSError as failure:
            if failure.errno != EDEADLK:  # it came upon the kernel's lock, as callbacks may
                self.failure = failure
        except KeyboardInterrupt:
            self.struck = True

    @micropython.native
    def call(self):
        if self.accepted is not None:
            self.close()
        if self.client is None:
            self.client = afunix.socket(1, self.kind | NOW)
        try:
            self.accepted = self.listener.accept()
        except OSError as failure:
            over(failure)
        if self.struck:
            self.struck = False
            raise KeyboardInterrupt
        if self.accepted is not None:
            self.close()

    @micropython.native
    def close(self):
        """The order is that in which an interrupt does no harm."""
        if self.client is not None:
            self.connected = True
            self.client.close()
            self.client = None
        if self.accepted is not None:
            self.accepted[0].close()
            self.accepted = None
        self.connected = self.greeted = False

    def check(self):
        pulses(None)
        self.struck = False
        if self.failure is not None:
            raise self.failure
        if self.client is not None and self.client.fileno() >= 0:
            if self.accepted is None:
                self._accept()
            self._exchange()
        self.close()
        self._go_on()

    def _accept(self):
        """The client waits to be accepted, or it has not connected at all."""
        self.listener.setblocking(False)
        if not self.connected:
            try:
                self.listener.accept()
                raise Found("one is accepted that did not connect")
            except OSError as failure:
                over(failure)
            self.arrive(None)
        self.accepted = self.listener.accept()

    def _exchange(self):
        client, server = self.client, self.accepted[0]
        server.setblocking(False)
        try:
            if server.recv(1) != b"I":
                raise Found("something else has come")
        except OSError as failure:
            if self.greeted:
                raise
            over(failure)  # the callback was interrupted in between
        exchange(client, server)

    def end(self):
        pulses(None)
        self.close()
        self.listener.close()


class Connect:
    """connect, which waits until a callback accepts the one that fills the backlog."""

    def __init__(self, kind, timeout):
        self.kind = kind
        self.timeout = timeout
        self.listener = afunix.socket(afunix.AF_UNIX, kind)
        self.listener.bind(PATH)
        self.listener.listen(0)
        self.listener.setblocking(False)
        self.accepted = self.failure = None
        self.connected = self.struck = False
        self.client = afunix.socket(afunix.AF_UNIX, kind)
        self.client.connect(PATH)
        self.waiting = self.client  # who fills the backlog
        self._first()

    def _first(self):
        self.waiting.send(b"I")
        self.client = None
        pulses(self.arrive)

    @micropython.native
    def arrive(self, pin):
        if self.accepted is not None:
            return
        try:
            self.accepted = self.listener.accept()
        except OSError as failure:
            if failure.errno != EDEADLK and failure.errno != EAGAIN:
                self.failure = failure
        except KeyboardInterrupt:
            self.struck = True

    @micropython.native
    def call(self):
        if self.connected:
            self.pass_on()
        if self.client is None:
            self.client = afunix.socket(1, self.kind)
        self.client.settimeout(self.timeout)
        self.connect()
        if self.struck:
            self.struck = False
            raise KeyboardInterrupt
        if self.connected:
            self.pass_on()

    @micropython.native
    def connect(self):
        try:
            self.client.connect(PATH)
            self.connected = True
        except OSError as failure:
            if failure.errno == EISCONN:
                self.connected = True
            else:
                over(failure)

    @micropython.native
    def pass_on(self):
        """It is connected, since the one before it was accepted: that one is closed, and this one waits."""
        if self.client is not None:
            self.accepted[0].close()
            self.waiting.close()
            self.client.send(b"I")
            self.waiting = self.client
            self.client = self.accepted = None
        self.connected = False

    def check(self):
        pulses(None)
        self.struck = False
        if self.failure is not None:
            raise self.failure
        if not self.connected:
            self._connect()
        if self.client is not None and self.accepted[0].fileno() >= 0:
            if self.accepted[0].recv(9) != b"I":
                raise Found("what was sent before the connection was accepted is lost")
            exchange(self.accepted[0], self.waiting)
        self.pass_on()
        pulses(self.arrive)

    def _connect(self):
        """There is room for it as soon as the one before it is accepted."""
        if self.accepted is None:
            self.accepted = self.listener.accept()
        if self.client is None:
            self.client = afunix.socket(afunix.AF_UNIX, self.kind)
        self.client.setblocking(False)
        self.connect()
        if not self.connected:
            raise Found("it cannot connect")

    def end(self):
        pulses(None)
        for sock in (self.listener, self.waiting, self.client, self.accepted and self.accepted[0]):
            if sock is not None:
                sock.close()


class Rights(Numbered):
    """Descriptors go with the records. Where the call waits, a callback does what it waits for."""

    def __init__(self, kind, call=None, arrive=None):
        super().__init__(kind, None)
        self.carried, self.far = afunix.socketpair()
        data = self.carried.fileno().to_bytes(4, "little")
        self.ancillary = ((afunix.SOL_SOCKET, afunix.SCM_RIGHTS, data),)
        self.data = (self.record,)
        self.descriptor = -1
        self.failure = None
        self.struck = False
        self._wanted = call or Rights.take_turns
        self._arrives = arrive
        self._go_on()

    def _go_on(self):
        waits = self._arrives is not None
        self.one.setblocking(waits and self._arrives is Rights.receive)
        self.other.setblocking(waits and self._arrives is Rights.send)
        if waits:
            pulses(self.arrive)

    @micropython.native
    def arrive(self, pin):
        if self.descriptor < 0:
            try:
                self._arrives(self)
            except OSError as failure:
                if failure.errno != EDEADLK and failure.errno != EAGAIN:
                    self.failure = failure
            except KeyboardInterrupt:
                self.struck = True

    @micropython.native
    def call(self):
        self.drop()
        self._wanted(self)
        if self.struck:
            self.struck = False
            raise KeyboardInterrupt

    @micropython.native
    def take_turns(self):
        if self.sent - self.got < 2:
            self.send()
        else:
            self.receive()

    @micropython.native
    def send(self):
        number(self.record, self.sent)
        self.one.sendmsg(self.data, self.ancillary)
        self.sent += 1

    @micropython.native
    def receive(self):
        message = self.other.recvmsg(4, 32)
        self.descriptor = int.from_bytes(message[1][0][2], "little")
        self.take(message[0])

    @micropython.native
    def drop(self):
        if self.descriptor >= 0:
            try:
                afunix.close(self.descriptor)
            except OSError as failure:
                if failure.errno != EBADF:  # an interrupt came when it was closed
                    raise failure
            self.descriptor = -1

    def check(self):
        pulses(None)
        self.struck = False
        if self.failure is not None:
            raise self.failure
        self.other.setblocking(False)
        self.drop()
        while self.got < self.sent:
            self.receive()
            self.drop()
        self.all_came()
        self._use_one()
        self._go_on()

    def _use_one(self):
        self.send()
        self.receive()
        sock = afunix.socket(fileno=self.descriptor)
        self.descriptor = -1
        exchange(sock, self.far)
        sock.close()

    def end(self):
        super().end()
        self.carried.close()
        self.far.close()


RECV = [
    lambda: Recv(STREAM, by_recv, None),
    lambda: Recv(SEQ, by_recv_into, None),
    lambda: Recv(DGRAM, by_recvmsg, 0.005),
    lambda: Recv(SEQ, by_recvfrom, 0.003),
    lambda: Recv(STREAM, by_recvmsg, None),
    lambda: Recv(STREAM, by_recv_into, 0.02),
    lambda: Recv(DGRAM, by_recv, None),
    lambda: Recv(STREAM, by_read, None),
]
SEND = [lambda: Send(STREAM, None), lambda: Send(SEQ, None), lambda: Send(DGRAM, 0.005)]
GETSOCKNAME = [lambda: Getsockname(STREAM), lambda: Getsockname(DGRAM), lambda: Getsockname(SEQ)]
SOCKETPAIR = [lambda: Socketpair(STREAM), lambda: Socketpair(DGRAM), lambda: Socketpair(SEQ)]
ACCEPT = [lambda: Accept(STREAM, None), lambda: Accept(SEQ, None), lambda: Accept(STREAM, 0.003)]
CONNECT = [lambda: Connect(STREAM, None), lambda: Connect(SEQ, None), lambda: Connect(STREAM, 0.003)]
RIGHTS = [
    lambda: Rights(STREAM),
    lambda: Rights(SEQ, Rights.send, Rights.receive),
    lambda: Rights(STREAM, Rights.receive, Rights.send),
    lambda: Rights(DGRAM),
    lambda: Rights(DGRAM, Rights.send, Rights.receive),
    lambda: Rights(SEQ, Rights.receive, Rights.send),
]
