# ruff: noqa: UP031  (MicroPython runs it too)
"""The sockets that a scenario plays with, and those that nothing of it may touch."""

import afunix

STREAM, DGRAM, SEQ = 1, 2, 5
KINDS = {"stream": STREAM, "datagram": DGRAM, "seqpacket": SEQ}
SETTINGS = {"sockets": 14, "ring": 64, "records": 4, "descriptors": 24, "backlog": 3, "names": 8, "rights": 6}
FIRST = 3
LAST = FIRST + SETTINGS["descriptors"] - 1


class Witnesses:
    """Sockets beside the scenario's: with something queued, which must stay as it is."""

    def __init__(self):
        self.sockets = []
        for kind in (STREAM, SEQ):
            one, other = afunix.socketpair(afunix.AF_UNIX, kind)
            one.send(b"seen by a witness")
            self.sockets += [one, other]
        target = afunix.socket(afunix.AF_UNIX, DGRAM)
        target.bind("/witness")
        self.sockets.append(target)
        other.sendmsg([b"unlike"], [])
        self._filling = []

    def spare(self):
        """A pair of sockets at the end of the table, so that a call finds the same descriptors with and without."""
        filling = []
        while True:
            fd = afunix.dup(self.sockets[0].fileno())
            filling.append(fd)
            if fd == LAST - 2:
                break
        pair = afunix.socketpair()
        for fd in filling:
            afunix.close(fd)
        return pair


class World:
    """What one scenario has. Sockets are non-blocking unless it says otherwise."""

    def __init__(self):
        self.sockets = []
        self.answer = None  # of the call
        self.arrival = None  # what happens while the call waits
        self.check = None  # for calls that may stop on the way: check(), a text where something is wrong
        self.closed = False  # a close() of the program's has run
        self._names = 0

    def keep(self, sock, blocking=False):
        """Make a socket one of this world."""
        sock.setblocking(blocking)
        self.sockets.append(sock)
        return sock

    def path(self):
        """A fresh path."""
        self._names += 1
        return "/fault/%d" % self._names

    def socket(self, kind=STREAM):
        return self.keep(afunix.socket(afunix.AF_UNIX, kind))

    def pair(self, kind=STREAM):
        one, other = afunix.socketpair(afunix.AF_UNIX, kind)
        return self.keep(one), self.keep(other)

    def bound(self, kind=STREAM, name=None):
        sock = self.socket(kind)
        sock.bind(self.path() if name is None else name)
        return sock

    def listener(self, kind=STREAM, backlog=2, name=None):
        sock = self.bound(kind, name)
        sock.listen(backlog)
        return sock

    def client(self, listener, kind=STREAM):
        sock = self.socket(kind)
        sock.connect(listener.getsockname())
        return sock

    def accept(self, listener):
        return self.keep(listener.accept()[0])

    def connected(self, kind=STREAM):
        """(client, server, listener)."""
        listener = self.listener(kind)
        client = self.client(listener, kind)
        return client, self.accept(listener), listener

    def rights(self, *socks):
        """Ancillary data that carries these sockets, or descriptors."""
        fds = [sock if isinstance(sock, int) else sock.fileno() for sock in socks]
        data = b"".join([fd.to_bytes(4, "little") for fd in fds])
        return [(afunix.SOL_SOCKET, afunix.SCM_RIGHTS, data)]

    def blocking(self, sock):
        """Let it wait."""
        sock.setblocking(True)
        return sock

    def fill(self, sock):
        """Send until nothing fits."""
        try:
            while True:
                sock.send(b"f" * 16)
        except OSError:
            pass

    def take_descriptors(self, left):
        """Use up all descriptors but so many."""
        fds = []
        try:
            while True:
                fds.append(afunix.dup(FIRST))
        except OSError:
            pass
        for fd in fds[len(fds) - left :] if left else ():
            afunix.close(fd)

    def take_sockets(self, left):
        """Use up all endpoints but so many. What connects and is not accepted needs no descriptor."""
        socks = []
        try:
            while True:
                socks.append(self.socket())
        except OSError:
            pass
        for sock in socks[len(socks) - left :] if left else ():
            sock.close()

    def state(self):
        """What the socket objects say of themselves."""
        return [("object", i, s.fileno(), s.gettimeout()) for i, s in enumerate(self.sockets)]


def plain(answer):
    """An answer in a form that can be compared: a socket is its type."""
    if isinstance(answer, (tuple, list)):
        return tuple([plain(each) for each in answer])
    if hasattr(answer, "recv_into"):
        return "socket", answer.fileno(), answer.type
    if isinstance(answer, (memoryview, bytearray)):
        return bytes(answer)
    return answer


def sockets_in(answer):
    """The socket objects in an answer."""
    if isinstance(answer, (tuple, list)):
        return [sock for each in answer for sock in sockets_in(each)]
    return [answer] if hasattr(answer, "recv_into") else []
