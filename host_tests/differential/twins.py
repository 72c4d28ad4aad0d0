"""Twins: every operation on Linux's sockets and on afunix's at once, each answer compared, and after it all readiness.

A program names sockets by number, in the order in which they came into being. What an operation answers, a value or
an exception, must be the same on both sides but for what differs by nature: descriptors are compared by the open
socket they refer to, autobound names by the socket they were given to, and processes by `kernel.owner`.
`Twins.trace` holds the program so far as text that test_found.py can take in.
"""

import array
import contextlib
import errno
import fcntl
import functools
import os
import re
import resource
import select
import socket
import struct
import tempfile
import time

import afunix
from afunix.data.plane import Endpoint
from afunix.kernel import inflight, kernel, names
from afunix.kernel.lock import lock

STREAM, DGRAM, SEQ = 1, 2, 5

ASKED = select.POLLIN | select.POLLPRI | select.POLLOUT | select.POLLRDHUP
EVENTS = {1: "IN", 2: "PRI", 4: "OUT", 8: "ERR", 16: "HUP", 32: "NVAL", 0x2000: "RDHUP"}

AUTOBOUND = re.compile(rb"\0[0-9a-f]{5}\Z")
SCM_CREDENTIALS = 2
FIONREAD, SIOCOUTQ, SIOCATMARK, FIONBIO = 0x541B, 0x5411, 0x8905, 0x5421
PATIENCE = 10  # seconds that Linux's collector, which works in the background, may take

# Large enough that Linux's limits are what programs must keep away from; see `Twins.fits`.
SIZES = {
    "sockets": 64,
    "ring": 2048,
    "records": 64,
    "descriptors": 256,
    "backlog": 128,
    "names": 64,
    "rights": 512,
}
MOST_SOCKETS = 40
MOST_PACKETS = 9  # Linux's net.unix.max_dgram_qlen is 10
MOST_CHARGED = 40000  # POLLOUT ends at a quarter of SO_SNDBUF, 53248 bytes with each message's overhead


_ERRNO = errno.errorcode | {errno.EOPNOTSUPP: "EOPNOTSUPP"}


class Divergence(AssertionError):
    """Linux and afunix answered differently."""


class Undecided(Exception):
    """Linux's collector misses the circle that afunix found: the program ends there.

    It takes sockets for one circle's by an index that some of them get before it is known how far the circle reaches.
    """


class Failure:
    """What a call that raised answered."""

    def __init__(self, raised):
        self.name = type(raised).__name__
        if isinstance(raised, OSError) and raised.errno is not None:
            self.name = _ERRNO.get(raised.errno, raised.errno)

    def __eq__(self, other):
        return isinstance(other, Failure) and other.name == self.name

    def __repr__(self):
        return str(self.name)


class Description:
    """One open socket, whatever refers to it."""

    def __init__(self, inode, endpoint, kind):
        self.inode = inode
        self.endpoint = endpoint
        self.kind = kind
        self.path = None
        self.partly_read = False  # Linux's FIONREAD counts messages until they are read to the end

    def dead(self):
        return not self.endpoint.references


class Handle:
    """A socket object on each side."""

    def __init__(self, linux, ours, description):
        self.linux = linux
        self.ours = ours
        self.description = description


class Name:
    """An address as each side spells it."""

    def __init__(self, linux, ours=None):
        self.linux = linux
        self.ours = linux if ours is None else ours

    def __eq__(self, other):
        return isinstance(other, Name) and (self.linux, self.ours) == (other.linux, other.ours)

    __hash__ = None


class Collected:
    """What afunix's collector did, in all programs."""

    count = 0
    reachable = 0


def _queues(endpoint):
    yield endpoint
    pending = endpoint.first
    while pending is not None:
        yield pending
        pending = pending.next


def _reachable():
    """Every endpoint that a program may still come by: it has a descriptor, or waits in the queue of such a one."""
    found = [description for description in kernel.descriptors if isinstance(description, Endpoint)]
    for endpoint in found:
        for queue in _queues(endpoint):
            for item in [*queue.ancillary, *(queue.marks or ())]:
                found += [right for right in (item.rights if item else ()) if right not in found]
    return found


def _watched(drain):
    @functools.wraps(drain)
    def watched(endpoint):
        Collected.count += 1
        Collected.reachable += endpoint in _reachable()
        drain(endpoint)

    return watched


inflight.drain = _watched(inflight.drain)


def _flags(value):
    names = [name for name in _FLAGS if value & getattr(socket, name)]
    return " | ".join(names) or "0"


_FLAGS = ("MSG_OOB", "MSG_PEEK", "MSG_TRUNC", "MSG_DONTWAIT", "MSG_WAITALL", "MSG_CMSG_CLOEXEC", "MSG_NOSIGNAL")


def step(function):
    """An operation: traced, and followed by the comparison of what must be the same after every one."""

    @functools.wraps(function)
    def operation(self, *args):
        if self._inside:
            return function(self, *args)
        before = len(self.handles_made)
        self.trace.append((function.__name__, args, None, None))
        self._inside = True
        try:
            result = function(self, *args)
            made = self.handles_made[before:]
            self.trace[-1] = (function.__name__, args, made, result)
            self._settle()
        finally:
            self._inside = False
        self.steps += 1
        return result

    return operation


class Twins:
    """Both sides. A context manager that closes everything and sees to it that nothing is left."""

    def __init__(self):
        self.trace = []
        self.steps = 0
        self.handles = {}
        self.handles_made = []
        self._inside = False
        self._poll = select.poll()
        self._by_fd = {}
        self._autobound = {}
        self._directory = tempfile.mkdtemp(prefix="twins")
        self._descriptions = {}
        self._collected = Collected.count
        self._urgent = 0  # Linux's FIONREAD counts urgent bytes for ever that were passed over
        self._paths = set()
        kernel.owner = os.getpid()
        afunix.configure(**SIZES)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                try:
                    for number in list(self.handles):
                        self.close(number)
                except Undecided:
                    pass
            for number in list(self.handles):
                handle = self.handles.pop(number)
                handle.linux.close()
                handle.ours.close()
            if kind in (None, Undecided):
                self.nothing_left()
        finally:
            for path in os.listdir(self._directory):
                os.unlink(os.path.join(self._directory, path))
            os.rmdir(self._directory)
            _start_afresh()
        return kind is Undecided

    @contextlib.contextmanager
    def no_descriptor_left(self):
        """Neither side has room for another descriptor."""
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        lowest = os.open(os.devnull, os.O_RDONLY)
        os.close(lowest)
        filling = []
        fd = next(iter(self.handles.values())).ours.fileno()
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
            while None in kernel.descriptors:
                filling.append(afunix.dup(fd))
            yield
        finally:
            for fd in filling:
                afunix.close(fd)
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)

    def program(self):
        """The trace as the text of a program."""
        return "\n".join(_line(*entry) for entry in self.trace)

    def diverged(self, what, linux, ours):
        raise Divergence(f"{what}: Linux {linux!r}, afunix {ours!r}\n\n{self.program()}")

    def same(self, linux, ours, what="answer"):
        if linux != ours:
            self.diverged(what, linux, ours)
        return linux

    # addresses

    def path(self, number):
        return Name(f"{self._directory}/{number}")

    def abstract(self, number):
        return Name(b"\0%s/%d" % (os.fsencode(self._directory), number))

    def auto(self, number):
        """The name of a socket that was bound by the kernel: `number` counts them."""
        names = list(self._autobound.items())
        return Name(*names[number % len(names)]) if names else self.abstract(0)

    def is_bound(self, name):
        return any(_bound(name.ours, kind) for kind in (STREAM, DGRAM, SEQ))

    def _same_address(self, linux, ours):
        if isinstance(linux, bytes) and AUTOBOUND.match(linux) and isinstance(ours, bytes):
            if linux not in self._autobound and AUTOBOUND.match(ours):
                self._autobound[linux] = ours
            linux = self._autobound[linux]
        self.same(linux, ours, "address")

    # the life of sockets

    def _adopt(self, linux, ours):
        """A new number for a socket object on each side."""
        linux.setblocking(False)
        ours.setblocking(False)
        inode = os.fstat(linux.fileno()).st_ino
        endpoint = kernel.description(ours.fileno())
        description = self._descriptions.get(inode)
        if description is None:
            description = self._descriptions[inode] = Description(inode, endpoint, ours.type)
            for other in self._descriptions.values():
                if other is not description and other.endpoint is endpoint:
                    other.endpoint = _NEVER
        self.same(inode, self._inode(endpoint), "which socket a descriptor refers to")
        self.same(int(linux.type), ours.type, "type")
        number = len(self.handles_made)
        self.handles_made.append(number)
        self.handles[number] = Handle(linux, ours, description)
        self._poll.register(linux.fileno(), ASKED)
        self._by_fd[linux.fileno()] = number
        return number

    def _inode(self, endpoint):
        for description in self._descriptions.values():
            if description.endpoint is endpoint:
                return description.inode
        return None

    def _drop(self, number):
        handle = self.handles.pop(number)
        fd = handle.linux.fileno()
        self._poll.unregister(fd)
        del self._by_fd[fd]
        return handle

    def _call(self, function, *args):
        try:
            return function(*args)
        except Exception as raised:
            return Failure(raised)

    def _both(self, s, name, *args):
        """Call a method with the same arguments on both sides: the answers."""
        handle = self.handles[s]
        linux = self._call(getattr(handle.linux, name), *args)
        ours = self._call(getattr(handle.ours, name), *args)
        return linux, ours

    def _simply(self, s, name, *args):
        return self.same(*self._both(s, name, *args))

    @step
    def socket(self, kind):
        return self._adopt(socket.socket(socket.AF_UNIX, kind), afunix.socket(afunix.AF_UNIX, kind))

    @step
    def pair(self, kind):
        linux = socket.socketpair(socket.AF_UNIX, kind)
        ours = afunix.socketpair(afunix.AF_UNIX, kind)
        return self._adopt(linux[0], ours[0]), self._adopt(linux[1], ours[1])

    @step
    def bind(self, s, name):
        handle = self.handles[s]
        linux = self._call(handle.linux.bind, name.linux)
        ours = self._call(handle.ours.bind, name.ours)
        self.same(linux, ours)
        if linux is None and isinstance(name.linux, str) and name.linux:
            handle.description.path = name.linux
            self._paths.add(name.linux)
        return linux

    @step
    def autobind(self, s):
        answer = self._simply(s, "bind", "")
        self._getsockname(s)
        return answer

    @step
    def unlink(self, name):
        linux = self._call(os.unlink, name.linux)
        ours = self._call(afunix.unlink, name.ours)
        self.same(linux, ours)
        self._paths.discard(name.linux)
        for description in self._descriptions.values():
            if description.path == name.linux:
                description.path = None
        return linux

    @step
    def listen(self, s, backlog):
        return self._simply(s, "listen", backlog)

    @step
    def connect(self, s, name):
        handle = self.handles[s]
        linux = self._call(handle.linux.connect, name.linux)
        ours = self._call(handle.ours.connect, name.ours)
        return self.same(linux, ours)

    @step
    def connect_ex(self, s, name):
        handle = self.handles[s]
        return self.same(handle.linux.connect_ex(name.linux), handle.ours.connect_ex(name.ours))

    @step
    def accept(self, s):
        linux, ours = self._both(s, "accept")
        if isinstance(linux, Failure) or isinstance(ours, Failure):
            return self.same(linux, ours)
        self._same_address(linux[1], ours[1])
        return self._adopt(linux[0], ours[0])

    @step
    def shutdown(self, s, how):
        return self._simply(s, "shutdown", how)

    @step
    def close(self, s):
        handle = self._drop(s)
        handle.linux.close()
        handle.ours.close()

    @step
    def dup(self, s):
        handle = self.handles[s]
        return self._adopt(handle.linux.dup(), handle.ours.dup())

    @step
    def reopen(self, s):
        """detach(), and a new object for the descriptor."""
        handle = self._drop(s)
        linux, ours = handle.linux.detach(), handle.ours.detach()
        return self._adopt(socket.socket(fileno=linux), afunix.socket(fileno=ours))

    # names and options

    def _getsockname(self, s):
        self._same_address(*self._both(s, "getsockname"))

    @step
    def getsockname(self, s):
        self._getsockname(s)

    @step
    def getpeername(self, s):
        linux, ours = self._both(s, "getpeername")
        if isinstance(linux, Failure) or isinstance(ours, Failure):
            return self.same(linux, ours)
        self._same_address(linux, ours)

    @step
    def getsockopt(self, s, option, buflen=0):
        linux, ours = self._both(s, "getsockopt", socket.SOL_SOCKET, option, buflen)
        if option == socket.SO_PEERCRED and isinstance(linux, bytes):
            linux = _credentials(linux)
        return self.same(linux, ours)

    @step
    def setsockopt(self, s, option, value):
        answer = self._simply(s, "setsockopt", socket.SOL_SOCKET, option, value)
        return answer

    @step
    def readable_bytes(self, s):
        """FIONREAD, but for a stream where Linux counts bytes that nobody can receive any more."""
        handle = self.handles[s]
        linux = self._call(_ioctl, handle.linux, FIONREAD)
        ours = self._call(afunix.ioctl, handle.ours.fileno(), FIONREAD)
        description = handle.description
        if description.kind == STREAM and (self._urgent or description.partly_read):
            if isinstance(linux, int) and not (isinstance(ours, int) and ours <= linux):
                self.diverged("FIONREAD", linux, ours)
            return None
        return self.same(linux, ours, "FIONREAD")

    @step
    def unsent(self, s):
        """SIOCOUTQ: is there anything that the peer has not received? Linux's number counts its own overhead."""
        handle = self.handles[s]
        linux = self._call(_ioctl, handle.linux, SIOCOUTQ)
        ours = self._call(afunix.ioctl, handle.ours.fileno(), SIOCOUTQ)
        if isinstance(linux, Failure) or isinstance(ours, Failure):
            return self.same(linux, ours, "SIOCOUTQ")
        peer = handle.description.endpoint.peer
        if handle.description.kind == STREAM and peer is not None and not peer.packets():
            self.same(linux > 0, ours > 0, "SIOCOUTQ, more than 0")

    @step
    def at_mark(self, s):
        """SIOCATMARK."""
        handle = self.handles[s]
        linux = self._call(_ioctl, handle.linux, SIOCATMARK)
        ours = self._call(afunix.ioctl, handle.ours.fileno(), SIOCATMARK)
        return self.same(linux, ours, "SIOCATMARK")

    @step
    def request(self, s, request):
        """Any other ioctl."""
        handle = self.handles[s]
        linux = self._call(_ioctl, handle.linux, request)
        ours = self._call(afunix.ioctl, handle.ours.fileno(), request)
        return self.same(linux, ours, "ioctl")

    @step
    def getsockopt_at(self, s, level, option):
        return self._simply(s, "getsockopt", level, option)

    # sending

    def fits(self, s, size, name=None):
        """Is a message far from the limits of both sides? Those are not the same, and tested in test_limits.py."""
        handle = self.handles[s]
        charged = self._call(_ioctl, handle.linux, SIOCOUTQ)
        if isinstance(charged, int) and charged + size > MOST_CHARGED:
            return False
        endpoint = handle.description.endpoint
        target = endpoint.peer
        if name is not None and endpoint.kind == DGRAM:
            target = _bound(name.ours, DGRAM)
        if target is None:
            return True
        return target.packets() < MOST_PACKETS and target.queued() + size <= SIZES["ring"] // 2

    def unread(self, s):
        """Has this socket sent something that is not received yet?"""
        charged = self._call(_ioctl, self.handles[s].linux, SIOCOUTQ)
        return isinstance(charged, int) and charged > 0

    @step
    def send(self, s, data, flags=0):
        self._urgent |= flags & socket.MSG_OOB
        return self._simply(s, "send", data, flags)

    @step
    def sendall(self, s, data):
        return self._simply(s, "sendall", data)

    @step
    def sendto(self, s, data, flags, name):
        self._urgent |= flags & socket.MSG_OOB
        handle = self.handles[s]
        linux = self._call(handle.linux.sendto, data, flags, name.linux)
        ours = self._call(handle.ours.sendto, data, flags, name.ours)
        return self.same(linux, ours)

    def _sendmsg(self, s, buffers, linux_ancdata, ancdata, flags, name):
        self._urgent |= flags & socket.MSG_OOB
        handle = self.handles[s]
        linux_name, our_name = (name.linux, name.ours) if name else (None, None)
        linux = self._call(handle.linux.sendmsg, buffers, linux_ancdata, flags, linux_name)
        ours = self._call(handle.ours.sendmsg, buffers, ancdata, flags, our_name)
        return self.same(linux, ours)

    @step
    def sendmsg(self, s, buffers, ancdata=(), flags=0, name=None):
        """sendmsg with control messages whose bytes are the same on both sides."""
        return self._sendmsg(s, buffers, ancdata, ancdata, flags, name)

    @step
    def send_rights(self, s, buffers, rights, flags=0, name=None):
        """One SCM_RIGHTS for each list of sockets in `rights`; -1 stands for a descriptor that is not open."""
        both = []
        for side in ("linux", "ours"):
            ancdata = []
            for sockets in rights:
                fds = [getattr(self.handles[r], side).fileno() if r >= 0 else 9999 for r in sockets]
                ancdata.append((socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds)))
            both.append(ancdata)
        return self._sendmsg(s, buffers, *both, flags, name)

    @step
    def send_credentials(self, s, buffers, rights=(), flags=0):
        """One's own SCM_CREDENTIALS, and rights if wanted."""
        mine = struct.pack("3i", os.getpid(), os.getuid(), os.getgid())
        linux = [(socket.SOL_SOCKET, SCM_CREDENTIALS, mine)]
        ours = [(socket.SOL_SOCKET, SCM_CREDENTIALS, _credentials(mine))]
        if rights:
            fds = array.array("i", [self.handles[r].linux.fileno() for r in rights])
            linux.append((socket.SOL_SOCKET, socket.SCM_RIGHTS, fds))
            fds = array.array("i", [self.handles[r].ours.fileno() for r in rights])
            ours.append((socket.SOL_SOCKET, socket.SCM_RIGHTS, fds))
        return self._sendmsg(s, buffers, linux, ours, flags, None)

    @step
    def send_fds(self, s, buffers, sockets):
        handle = self.handles[s]
        held = [self.handles[r] for r in sockets]
        linux = self._call(socket.send_fds, handle.linux, buffers, [h.linux.fileno() for h in held])
        ours = self._call(afunix.send_fds, handle.ours, buffers, [h.ours.fileno() for h in held])
        return self.same(linux, ours)

    # receiving

    def _received(self, s, linux, ours, flags=0, size=None):
        if size is not None and isinstance(linux, bytes):
            linux = linux[:size]  # CPython returns uninitialised memory where more is received than there is room for
        description = self.handles[s].description
        if not flags & (socket.MSG_PEEK | socket.MSG_OOB):
            description.partly_read = description.endpoint.queued() > 0
        return self.same(linux, ours)

    @step
    def recv(self, s, size, flags=0):
        linux, ours = self._both(s, "recv", size, flags)
        return self._received(s, linux, ours, flags, size)

    def _into(self, s, name, sizes, args):
        """Call recv_into and the like with fresh buffers: (answer, the bytes received) of both sides."""
        handle = self.handles[s]
        got = []
        for sock in (handle.linux, handle.ours):
            buffers = [bytearray(b"-" * size) for size in sizes]
            answer = self._call(getattr(sock, name), buffers if name == "recvmsg_into" else buffers[0], *args)
            n = answer if isinstance(answer, int) else 0 if isinstance(answer, Failure) else answer[0]
            got.append((answer, b"".join(buffers)[:n]))
        return got

    @step
    def recv_into(self, s, size, nbytes=0, flags=0):
        return self._received(s, *self._into(s, "recv_into", [size], (nbytes, flags)), flags)

    @step
    def recvfrom(self, s, size, flags=0):
        linux, ours = self._both(s, "recvfrom", size, flags)
        if isinstance(linux, Failure) or isinstance(ours, Failure):
            return self._received(s, linux, ours, flags)
        self._same_address(linux[1], ours[1])
        return self._received(s, linux[0], ours[0], flags, size)

    @step
    def recvfrom_into(self, s, size, nbytes=0, flags=0):
        (linux, data), (ours, our_data) = self._into(s, "recvfrom_into", [size], (nbytes, flags))
        if isinstance(linux, Failure) or isinstance(ours, Failure):
            return self._received(s, linux, ours, flags)
        self._same_address(linux[1], ours[1])
        return self._received(s, (linux[0], data), (ours[0], our_data), flags)

    @step
    def recvmsg(self, s, size, ancbufsize=0, flags=0):
        linux, ours = self._both(s, "recvmsg", size, ancbufsize, flags)
        return self._message(s, linux, ours, flags, size)

    @step
    def recvmsg_into(self, s, sizes, ancbufsize=0, flags=0):
        (linux, data), (ours, our_data) = self._into(s, "recvmsg_into", sizes, (ancbufsize, flags))
        self.same(data, our_data, "bytes")
        return self._message(s, linux, ours, flags, None)

    def _message(self, s, linux, ours, flags, size):
        if isinstance(linux, Failure) or isinstance(ours, Failure):
            return self._received(s, linux, ours, flags)
        data = linux[0] if size is None else linux[0][:size]
        rights = []
        ancdata = [self._control(*each, "linux", rights) for each in linux[1]]
        our_rights = []
        our_ancdata = [self._control(*each, "ours", our_rights) for each in ours[1]]
        try:
            self._received(s, (data, ancdata, linux[2]), (ours[0], our_ancdata, ours[2]), flags)
            self._same_address(linux[3], ours[3])
        except Divergence:
            for each in rights + our_rights:
                each.close()
            raise
        received = [self._adopt(*both) for both in zip(rights, our_rights, strict=True)]
        return (data, ancdata, linux[2]), received

    def _control(self, level, type, data, side, rights):
        if (level, type) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds = array.array("i", data[: len(data) // 4 * 4])
            make = socket.socket if side == "linux" else afunix.socket
            rights.extend([make(fileno=fd) for fd in fds])
            return level, type, len(data)
        if (level, type) == (socket.SOL_SOCKET, SCM_CREDENTIALS) and side == "linux":
            data = _credentials(data)
        return level, type, data

    @step
    def recv_fds(self, s, size, most):
        handle = self.handles[s]
        linux = self._call(socket.recv_fds, handle.linux, size, most)
        ours = self._call(afunix.recv_fds, handle.ours, size, most)
        if isinstance(linux, Failure) or isinstance(ours, Failure):
            return self._received(s, linux, ours)
        rights = [socket.socket(fileno=fd) for fd in linux[1]]
        our_rights = [afunix.socket(fileno=fd) for fd in ours[1]]
        self._received(s, (linux[0], len(rights), linux[2]), (ours[0], len(our_rights), ours[2]))
        self._same_address(linux[3], ours[3])
        return linux[0], [self._adopt(*both) for both in zip(rights, our_rights, strict=True)]

    # after every operation

    def _settle(self):
        if Collected.count != self._collected:
            self._collected = Collected.count
            wrongly, Collected.reachable = Collected.reachable, 0
            self.same(0, wrongly, "sockets collected though a program may receive them")
            self._await_collector()
        self._free_paths()
        self._compare_readiness()

    def _free_paths(self):
        """A path whose socket is closed: afunix frees it, so it is taken away on Linux, too."""
        for handle in self.handles.values():
            path = handle.description.path
            if path is not None and path not in kernel.paths:
                self.diverged(f"the open socket bound to {path}", "is there", "is not")
        for path in [path for path in self._paths if path not in kernel.paths]:
            self._paths.discard(path)
            self._call(os.unlink, path)
            for description in self._descriptions.values():
                if description.path == path:
                    description.path = None

    def _await_collector(self):
        """afunix collected sockets in flight at once; Linux does so in the background, after any socket is closed."""
        gone = {description.inode for description in self._descriptions.values() if description.dead()}
        until = time.monotonic() + PATIENCE
        while True:
            socket.socket(socket.AF_UNIX).close()
            with open("/proc/net/unix") as sockets:
                next(sockets)
                left = gone & {int(line.split(None, 7)[6]) for line in sockets}
            if not left:
                return
            if time.monotonic() > until:
                raise Undecided
            time.sleep(0.001)

    def readiness(self):
        """The events of every socket: two dicts."""
        linux = {self._by_fd[fd]: events for fd, events in self._poll.poll(0)}
        ours = {}
        for number, handle in self.handles.items():
            events = handle.ours.ioctl(3, ASKED)
            if events:
                ours[number] = events
        return linux, ours

    def _compare_readiness(self):
        linux, ours = self.readiness()
        if linux == ours:
            return
        for number in sorted(self.handles):
            theirs, mine = linux.get(number, 0), ours.get(number, 0)
            self.same(_events(theirs), _events(mine), f"readiness of s{number}")

    def nothing_left(self):
        """Everything is closed: afunix is as it was before the first socket."""
        left = [*kernel.paths, *(name for names in kernel.abstract.values() for name in names)]
        descriptors = [description for description in kernel.descriptors if description is not None]
        state = (kernel.live, left, descriptors, kernel.in_flight)
        if state != (0, [], [], 0):
            self.diverged("sockets, names, descriptors, rights in flight", (0, [], [], 0), state)
        for endpoint in kernel.endpoints:
            held = [*endpoint.ancillary, endpoint.marks, endpoint.peer, endpoint.first, endpoint.cargo]
            if any(held) or endpoint.references:
                self.diverged("what an unused endpoint holds", [], held)


class _Never:
    """The endpoint of a socket whose place was given to another."""

    references = 0


_NEVER = _Never()


def _start_afresh():
    """Forget the state of the kernel, whatever a failed program left it in."""
    lock.__init__(lock._settle)
    paths, abstract = kernel.paths, kernel.abstract
    kernel.forget()
    paths.clear()
    kernel.paths, kernel.abstract = paths, abstract
    for registry in abstract.values():
        registry.clear()


def _bound(name, kind):
    return names.lookup(name, kind)


def _ioctl(sock, request):
    return struct.unpack("i", fcntl.ioctl(sock.fileno(), request, bytes(4)))[0]


def _credentials(data):
    """Linux's struct ucred, or the beginning of one, of this process as afunix gives it."""
    mine = struct.pack("3i", os.getpid(), os.getuid(), os.getgid())
    if data == mine[: len(data)]:
        return struct.pack("3i", kernel.owner, 0, 0)[: len(data)]
    return data


def _events(events):
    return "|".join([name for bit, name in EVENTS.items() if events & bit])


_FLAGGED = {"send": 2, "sendto": 2, "sendmsg": 3, "send_rights": 3, "send_credentials": 3, "recv": 2, "recv_into": 3}
_FLAGGED |= {"recvfrom": 2, "recvfrom_into": 3, "recvmsg": 3, "recvmsg_into": 3}
_NUMBERED = ("socket", "pair")  # operations whose first argument is no socket
_RIGHTS = {"send_rights": 2, "send_credentials": 2, "send_fds": 2}


def _line(name, args, made, result):
    shown = []
    for i, arg in enumerate(args):
        if isinstance(arg, Name):
            shown.append(_spelled(arg))
        elif i == 0 and name not in _NUMBERED:
            shown.append(f"s{arg}")
        elif i == _FLAGGED.get(name):
            shown.append(_flags(arg))
        elif i == _RIGHTS.get(name):
            shown.append(re.sub(r"(?<!-)\b(\d+)", r"s\1", repr(arg)))
        else:
            shown.append(repr(arg))
    left = ", ".join(f"s{number}" for number in made or ())
    if name.startswith("recv") and left:
        left = f"_, [{left}]"
    text = f"{left} = " if left else ""
    return f"    {text}t.{name}({', '.join(shown)})  # {'?' if made is None else result!r}"


def _spelled(name):
    if isinstance(name.linux, str):
        return f"t.path({os.path.basename(name.linux)})" if name.linux else "EMPTY"
    if AUTOBOUND.match(name.linux):
        return "t.auto(?)"
    return f"t.abstract({name.linux.rpartition(b'/')[2].decode()})"


EMPTY = Name("")
