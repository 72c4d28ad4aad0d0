"""What each control call costs among few and among many sockets and names, and what it costs to collect sockets that
hold each other.
"""

import gc

import timing

COUNTS = (4, 64, 256)
MORE = (4, 256, 1000)  # not on a board
RINGS = (4, 16, 64)
ROUNDS = 2
# Sockets and descriptors that the cases themselves have open at once, beside the others.
OWN = 8


def opened(n, make, kind):
    for _ in range(n):
        make(1, kind).close()


def pairs(n, socketpair, kind):
    for _ in range(n):
        a, b = socketpair(1, kind)
        a.close()
        b.close()


def connections(n, make, kind, listener):
    name, accept = listener.getsockname(), listener.accept
    for _ in range(n):
        client = make(1, kind)
        client.connect(name)
        server = accept()[0]
        client.close()
        server.close()


def datagram_client(n, make, name):
    for _ in range(n):
        client = make(1, 2)
        client.connect(name)
        client.close()


def named(n, make, name):
    for _ in range(n):
        sock = make(1, 2)
        sock.bind(name)
        sock.close()


def duplicates(n, sock):
    for _ in range(n):
        sock.dup().close()


def objects(n, install, close, thing):
    for _ in range(n):
        close(install(thing))


def descriptors(n, afunix, a, b, fds):
    data = [b"message"]
    for _ in range(n):
        afunix.send_fds(a, data, fds)
        afunix.close(afunix.recv_fds(b, 8, 1)[1][0])


def to_name(n, sendto, receive, data, name, buffer):
    for _ in range(n):
        sendto(data, name)
        receive(buffer)


def asked(n, sock, level, option):
    for _ in range(n):
        sock.getsockname()
        sock.setsockopt(level, option, 1)
        sock.getsockopt(level, option)


class Crowd:
    """Datagram sockets with names, and what the cases use beside them."""

    def __init__(self, afunix, most):
        afunix.configure(
            sockets=most + OWN, descriptors=most + OWN, names=most + OWN, ring=64, records=2, rights=4, backlog=1
        )
        self.afunix = afunix
        self.made = []
        self.listeners = []
        for kind in (1, 5):
            listener = afunix.socket(1, kind)
            listener.bind("/listener%d" % kind)
            listener.listen(1)
            self.listeners.append(listener)
        self.a, self.b = afunix.socketpair()

    def grow(self, count):
        while len(self.made) < count - 4:
            sock = self.afunix.socket(1, 2)
            sock.bind("/service/%d" % len(self.made))
            self.made.append(sock)

    def measure(self, among):
        afunix = self.afunix
        make = afunix.socket

        def rounds(case, run, *arguments):
            timing.rounds(case + among, timing.name, ROUNDS, run, *arguments)

        rounds("socket, close, stream", opened, make, 1)
        rounds("socket, close, datagram", opened, make, 2)
        rounds("socketpair, close, stream", pairs, afunix.socketpair, 1)
        rounds("socketpair, close, datagram", pairs, afunix.socketpair, 2)
        rounds("connect, accept, close, stream", connections, make, 1, self.listeners[0])
        rounds("connect, accept, close, seqpacket", connections, make, 5, self.listeners[1])
        rounds("bind, close", named, make, "/new")
        rounds("dup, close", duplicates, self.a)
        rounds("install, close", objects, afunix.install, afunix.close, self)
        rounds("send_fds, recv_fds, close", descriptors, afunix, self.a, self.b, [self.listeners[0].fileno()])
        rounds("options, getsockname", asked, self.a, afunix.SOL_SOCKET, afunix.SO_KEEPALIVE)
        if self.made:
            self._datagrams(rounds)
        afunix.send_fds(self.a, [b"x"], [self.listeners[0].fileno()])
        rounds("socket, close, datagram, a right in flight", opened, make, 2)
        rounds("socketpair, close, a right in flight", pairs, afunix.socketpair, 1)
        afunix.close(afunix.recv_fds(self.b, 8, 1)[1][0])

    def _datagrams(self, rounds):
        last = self.made[-1]
        name, data, buffer = last.getsockname(), bytes(64), bytearray(64)
        rounds("connect, close, datagram", datagram_client, self.afunix.socket, name)
        rounds("sendto, recvfrom_into, 64 B", to_name, last.sendto, last.recvfrom_into, data, name, buffer)


def sockets():
    import afunix

    counts = COUNTS if timing.BOARD else MORE
    if timing.BOARD and "native" not in timing.name:
        counts = COUNTS[:-1]  # so many are too much for a Pico's heap
    crowd = Crowd(afunix, counts[-1])
    for count in counts:
        crowd.grow(count + 1)
        crowd.measure(", among %d" % count)


def ring(n, afunix, m):
    """The time of a close after which `m` sockets are held by messages for each other only."""
    for _ in range(n):
        ends = [afunix.socketpair() for _ in range(m)]
        for i in range(m):
            afunix.send_fds(ends[i][1], [b"x"], [ends[(i + 1) % m][0].fileno()])
            ends[i][1].close()
        for a, _ in ends[1:]:
            a.close()
        last = ends[0][0]
        gc.collect()
        timing.mark(1)
        last.close()
        timing.mark(0)
        assert not afunix.kernel.live


def circles():
    import afunix

    most = RINGS[-1]
    afunix.configure(sockets=2 * most, descriptors=2 * most, ring=64, records=0, rights=most)
    afunix.send_fds, afunix.recv_fds  # noqa: B018  # loaded now
    for m in RINGS:
        timing.between("a ring of %d is collected" % m, timing.name, 2, ring, afunix, m)
