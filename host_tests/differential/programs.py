"""Random programs: a step is a few random bytes, which pick an operation and its arguments from what there is then.

Bytes of zero pick the plainest, so what hypothesis leaves of a failing program is plain, too.
"""

import socket
import struct

from twins import DGRAM, EMPTY, MOST_SOCKETS, SEQ, STREAM

STEP = 16  # bytes; no operation takes as many

KINDS = (STREAM, STREAM, DGRAM, SEQ)
SIZES = (1, 2, 3, 5, 8, 0, 13, 40, 100, 200)
ANCBUFSIZES = (
    200,
    0,
    socket.CMSG_SPACE(4),
    socket.CMSG_LEN(4),
    socket.CMSG_LEN(8),
    socket.CMSG_SPACE(12),
    socket.CMSG_SPACE(12) + socket.CMSG_SPACE(8),
    socket.CMSG_SPACE(12) + socket.CMSG_LEN(4),
    1,
    15,
    16,
    17,
    20,
    30,
    33,
    50,
)
RECEIVE_FLAGS = (
    0,
    socket.MSG_PEEK,
    0,
    socket.MSG_OOB,
    socket.MSG_WAITALL,
    socket.MSG_TRUNC,
    socket.MSG_PEEK | socket.MSG_TRUNC,
    socket.MSG_DONTWAIT,
    socket.MSG_PEEK | socket.MSG_WAITALL,
    socket.MSG_PEEK | socket.MSG_OOB,
    socket.MSG_CMSG_CLOEXEC,
)
SEND_FLAGS = (0, 0, 0, socket.MSG_OOB, socket.MSG_DONTWAIT, socket.MSG_NOSIGNAL)
SO_PEEK_OFF = 42
GET = (
    socket.SO_TYPE,
    socket.SO_ERROR,
    socket.SO_DOMAIN,
    socket.SO_PROTOCOL,
    socket.SO_ACCEPTCONN,
    socket.SO_PASSCRED,
    socket.SO_PEERCRED,
    SO_PEEK_OFF,
    socket.SO_OOBINLINE,
    socket.SO_REUSEADDR,
    socket.SO_KEEPALIVE,
    socket.SO_BROADCAST,
    socket.SO_REUSEPORT,
    socket.SO_RCVTIMEO,
    socket.SO_SNDTIMEO,
)
SET = (
    (socket.SO_PASSCRED, 1),
    (socket.SO_PASSCRED, 0),
    (SO_PEEK_OFF, 0),
    (SO_PEEK_OFF, 2),
    (SO_PEEK_OFF, 5),
    (SO_PEEK_OFF, -1),
    (socket.SO_OOBINLINE, 1),
    (socket.SO_OOBINLINE, 0),
    (socket.SO_REUSEADDR, 7),
    (socket.SO_KEEPALIVE, 1),
    (socket.SO_TYPE, 1),
    (socket.SO_ERROR, 1),
    (socket.SO_ACCEPTCONN, 1),
    (socket.SO_PEERCRED, 1),
    (socket.SO_RCVTIMEO, bytes(16)),
    (socket.SO_RCVTIMEO, struct.pack("qq", 1, 0)),
    (socket.SO_SNDTIMEO, struct.pack("qq", 0, 20000)),  # any kernel's ticks make that up
    (socket.SO_SNDTIMEO, struct.pack("qq", 1, 1000000)),
    (socket.SO_SNDTIMEO, struct.pack("qq", -1, 0)),
    (socket.SO_SNDTIMEO, struct.pack("qq", 0, -1)),
    (socket.SO_RCVTIMEO, bytes(8)),
    (socket.SO_REUSEPORT, 1),
    (socket.SO_REUSEPORT, 0),
    (socket.SO_TYPE, b"\1"),
    (SO_PEEK_OFF, -5),
    (socket.SO_PASSCRED, b"\1"),
    (socket.SO_PASSCRED, b"\1\0\0\0"),
)


class Step:
    """One step's bytes, taken from the front."""

    def __init__(self, t, raw):
        self.t = t
        self.raw = raw
        self.at = 0

    def number(self, most):
        """From 0 to before `most`."""
        byte = self.raw[self.at]
        self.at += 1
        return byte % most

    def of(self, choices):
        return choices[self.number(len(choices))]

    def sock(self, likely=None):
        """A socket; mostly one for whose endpoint `likely` is true, where there is one."""
        byte = self.number(256)
        sockets = list(self.t.handles)
        if likely is not None and byte & 3:
            fit = [s for s in sockets if likely(self.t.handles[s].description.endpoint)]
            sockets = fit or sockets
        return sockets[(byte >> 2) % len(sockets)]

    def socks(self, most):
        return [self.sock() for _ in range(self.number(most))]

    def name(self):
        byte = self.number(256)
        names = [self.t.path(i) for i in range(3)] + [self.t.abstract(i) for i in range(3)]
        if byte & 3 > 1:
            names = [name for name in names if self.t.is_bound(name)] or names
        elif byte & 3:
            return self.t.auto(byte >> 3) if byte & 4 else EMPTY
        return names[(byte >> 2) % len(names)]

    def data(self):
        size = self.of(SIZES)
        first = self.t.steps % 251
        return bytes([(first + i) % 251 for i in range(size)])

    def flags(self, choices):
        return self.of(choices)


def readable(endpoint):
    return endpoint.queued() or endpoint.packets()


def connected(endpoint):
    return endpoint.peer is not None


def idle(endpoint):
    return endpoint.peer is None and not endpoint.backlog


def named(endpoint):
    return endpoint.address is not None and endpoint.peer is None


def datagram(endpoint):
    return endpoint.kind == DGRAM


def served(endpoint):
    return endpoint.pending


# Each takes the Twins and a Step. A step that would leave what can be compared does nothing.


def make_socket(t, r):
    if len(t.handles) < MOST_SOCKETS:
        t.socket(r.of(KINDS))


def make_pair(t, r):
    if len(t.handles) < MOST_SOCKETS:
        t.pair(r.of(KINDS))


def bind(t, r):
    s = r.sock(idle)
    if not t.unread(s):  # Linux shows the name that a sender has when its message is received
        t.bind(s, r.name())


def autobind(t, r):
    s = r.sock()
    if not t.unread(s):
        t.autobind(s)


def unlink(t, r):
    t.unlink(t.path(r.number(3)))


def listen(t, r):
    t.listen(r.sock(named), r.of((3, 0, 1, -1)))


def connect(t, r):
    if len(t.handles) < MOST_SOCKETS:
        t.connect(r.sock(idle), r.name())


def connect_ex(t, r):
    if len(t.handles) < MOST_SOCKETS:
        t.connect_ex(r.sock(idle), r.name())


def accept(t, r):
    if len(t.handles) < MOST_SOCKETS:
        t.accept(r.sock(served))


def serve(t, r):
    """A listener with a client: what single steps seldom arrive at."""
    if len(t.handles) + 2 > MOST_SOCKETS:
        return
    kind = r.of((STREAM, SEQ))
    listener = t.socket(kind)
    name = r.name()
    t.bind(listener, name)
    t.listen(listener, r.of((3, 0, 1)))
    t.connect(t.socket(kind), name)


def post(t, r):
    """A datagram socket with a name."""
    if len(t.handles) < MOST_SOCKETS:
        t.bind(t.socket(DGRAM), r.name())


def shutdown(t, r):
    t.shutdown(r.sock(), r.of((socket.SHUT_RD, socket.SHUT_WR, socket.SHUT_RDWR, 3, -1)))


def close(t, r):
    t.close(r.sock())


def dup(t, r):
    if len(t.handles) < MOST_SOCKETS:
        t.dup(r.sock())


def reopen(t, r):
    t.reopen(r.sock())


def getsockname(t, r):
    t.getsockname(r.sock())


def getpeername(t, r):
    t.getpeername(r.sock())


def getsockopt(t, r):
    s, option = r.sock(), r.of(GET)
    structure = option in (socket.SO_PEERCRED, socket.SO_RCVTIMEO, socket.SO_SNDTIMEO)
    t.getsockopt(s, option, r.of((16, 12, 4, 1, 30)) if structure else r.of((0, 4, 2, 1, 30)))


def setsockopt(t, r):
    s, (option, value) = r.sock(), r.of(SET)
    # with SO_PASSCRED a socket gets a name as soon as it sends or connects
    if option != socket.SO_PASSCRED or not t.unread(s):
        t.setsockopt(s, option, value)


def readable_bytes(t, r):
    t.readable_bytes(r.sock(readable))


def unsent(t, r):
    t.unsent(r.sock(connected))


def at_mark(t, r):
    t.at_mark(r.sock(readable))


def send(t, r):
    s, data, flags = r.sock(connected), r.data(), r.flags(SEND_FLAGS)
    if t.fits(s, len(data)):
        t.send(s, data, flags)


def send_urgent(t, r):
    s, data = r.sock(connected), r.data()
    if t.fits(s, len(data)):
        t.send(s, data, socket.MSG_OOB)


def sendall(t, r):
    s, data = r.sock(connected), r.data()
    if t.fits(s, len(data)):
        t.sendall(s, data)


def sendto(t, r):
    s, data, flags, name = r.sock(datagram), r.data(), r.flags(SEND_FLAGS), r.name()
    if t.fits(s, len(data), name):
        t.sendto(s, data, flags, name)


def _buffers(r):
    data = r.data()
    at, end = sorted((r.number(len(data) + 1), r.number(len(data) + 1)))
    return r.of(([data], [data[:at], data[at:]], [data[:at], b"", data[at:end], data[end:]]))


def sendmsg(t, r):
    s, buffers, flags = r.sock(connected), _buffers(r), r.flags(SEND_FLAGS)
    name = r.name() if r.number(3) == 2 else None
    if t.fits(s, sum(map(len, buffers)), name):
        t.sendmsg(s, buffers, (), flags, name)


ODD_ANCDATA = (
    [],
    [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"")],
    [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"\xff\xff")],
    [(socket.SOL_SOCKET, 2, b"")],
    [(socket.SOL_SOCKET, 2, bytes(11))],
    [(socket.SOL_SOCKET, 2, bytes(13))],
    [(socket.SOL_SOCKET, 99, b"abcd")],
    [(socket.IPPROTO_TCP, 1, b"abcd")],
    [(socket.IPPROTO_TCP, 1, b""), (socket.SOL_SOCKET, socket.SCM_RIGHTS, b"\xff" * 4)],
)


def send_odd(t, r):
    s, data, flags = r.sock(connected), r.data(), r.flags(SEND_FLAGS)
    if t.fits(s, len(data)):
        t.sendmsg(s, [data], r.of(ODD_ANCDATA), flags)


def send_rights(t, r):
    s, data, flags = r.sock(connected), r.data(), r.flags(SEND_FLAGS)
    rights = [[r.sock()], [r.sock()]][: r.of((1, 2))]
    rights[0].extend(([], [], [rights[0][0]], [], [], [], [], [-1])[r.number(8)])
    name = None
    if r.number(4) == 3:
        name = r.name()
    if t.fits(s, len(data), name):
        t.send_rights(s, [data], rights, flags, name)


def send_credentials(t, r):
    s, data, flags = r.sock(connected), r.data(), r.flags(SEND_FLAGS)
    if t.fits(s, len(data)):
        t.send_credentials(s, [data], r.socks(3), flags)


def send_fds(t, r):
    s, data = r.sock(connected), r.data()
    if t.fits(s, len(data)):
        t.send_fds(s, [data], r.socks(4))


def recv(t, r):
    t.recv(r.sock(readable), r.of(SIZES), r.flags(RECEIVE_FLAGS))


def recv_all(t, r):
    t.recv(r.sock(readable), 1000)


def recv_into(t, r):
    s, size, flags = r.sock(readable), r.of(SIZES), r.flags(RECEIVE_FLAGS)
    t.recv_into(s, size, r.of((0, size, size // 2, size + 1)), flags)


def recvfrom(t, r):
    t.recvfrom(r.sock(readable), r.of(SIZES), r.flags(RECEIVE_FLAGS))


def recvfrom_into(t, r):
    s, size, flags = r.sock(readable), r.of(SIZES), r.flags(RECEIVE_FLAGS)
    t.recvfrom_into(s, size, r.of((0, size, size // 2, size + 1)), flags)


def recvmsg(t, r):
    if len(t.handles) < MOST_SOCKETS:
        t.recvmsg(r.sock(readable), r.of(SIZES), r.of(ANCBUFSIZES), r.flags(RECEIVE_FLAGS))


def recvmsg_into(t, r):
    if len(t.handles) < MOST_SOCKETS:
        s, sizes = r.sock(readable), [r.of(SIZES) for _ in range(r.number(4))]
        t.recvmsg_into(s, sizes, r.of(ANCBUFSIZES), r.flags(RECEIVE_FLAGS))


def recv_fds(t, r):
    if len(t.handles) < MOST_SOCKETS:
        t.recv_fds(r.sock(readable), r.of(SIZES), r.number(4))


# (operation, how often)
OPERATIONS = (
    (make_pair, 10),
    (make_socket, 6),
    (serve, 8),
    (post, 5),
    (bind, 8),
    (autobind, 2),
    (unlink, 2),
    (listen, 6),
    (connect, 10),
    (connect_ex, 2),
    (accept, 10),
    (send, 20),
    (send_urgent, 6),
    (sendall, 3),
    (sendto, 10),
    (sendmsg, 6),
    (send_odd, 3),
    (send_rights, 16),
    (send_credentials, 5),
    (send_fds, 8),
    (recv, 20),
    (recv_all, 8),
    (recv_into, 6),
    (recvfrom, 6),
    (recvfrom_into, 3),
    (recvmsg, 16),
    (recvmsg_into, 5),
    (recv_fds, 8),
    (shutdown, 5),
    (close, 12),
    (dup, 4),
    (reopen, 3),
    (getsockname, 3),
    (getpeername, 4),
    (getsockopt, 8),
    (setsockopt, 12),
    (readable_bytes, 4),
    (unsent, 3),
    (at_mark, 4),
)
_TABLE = [operation for operation, often in OPERATIONS for _ in range(often)]
_MAKERS = (make_pair, make_socket, serve)


def perform(t, raw):
    """Carry out the step that `raw` stands for."""
    step = Step(t, raw)
    operation = _TABLE[(raw[0] | raw[1] << 8) % len(_TABLE)]
    step.at = 2
    if not t.handles:
        operation = _MAKERS[raw[0] % len(_MAKERS)]
    operation(t, step)
