"""Behavioural cases of sockets, written once: for Linux's own sockets and afunix, on CPython and MicroPython.

A file in cases/ registers functions with @case. `load` imports one, `run` executes what is registered and prints
a line for each case: its name, a tab, the repr of its answer. A case that raised, or left something open, has "!"
and what went wrong in place of the answer.
"""

import sys
import time
from array import array

MICROPYTHON = sys.implementation.name == "micropython"

KINDS = ("STREAM", "DGRAM", "SEQ")
TYPES = {"STREAM": 1, "DGRAM": 2, "SEQ": 5}

# Numbers by hand: taken from afunix, a wrong one there would go unseen.
ERRNO = {
    1: "EPERM",
    2: "ENOENT",
    9: "EBADF",
    11: "EAGAIN",
    12: "ENOMEM",
    14: "EFAULT",
    16: "EBUSY",
    17: "EEXIST",
    20: "ENOTDIR",
    22: "EINVAL",
    23: "ENFILE",
    24: "EMFILE",
    25: "ENOTTY",
    28: "ENOSPC",
    29: "ESPIPE",
    32: "EPIPE",
    33: "EDOM",
    35: "EDEADLK",
    71: "EPROTO",
    88: "ENOTSOCK",
    90: "EMSGSIZE",
    91: "EPROTOTYPE",
    92: "ENOPROTOOPT",
    93: "EPROTONOSUPPORT",
    94: "ESOCKTNOSUPPORT",
    95: "EOPNOTSUPP",
    97: "EAFNOSUPPORT",
    98: "EADDRINUSE",
    104: "ECONNRESET",
    105: "ENOBUFS",
    106: "EISCONN",
    107: "ENOTCONN",
    109: "ETOOMANYREFS",
    110: "ETIMEDOUT",
    111: "ECONNREFUSED",
}

EVENTS = (
    (0x1, "IN"),
    (0x2, "PRI"),
    (0x4, "OUT"),
    (0x2000, "RDHUP"),
    (0x8, "ERR"),
    (0x10, "HUP"),
    (0x20, "NVAL"),
)
ASKED = 0x1 | 0x2 | 0x4 | 0x2000

# How long a case waits for what must come, in seconds. Its calls wait longer: one whose wake-up was lost is not over
# when the case is out of patience, though it looks once more when its own time is up.
PATIENCE = 10
LONGER = 25

cases = []
_NOT_GIVEN = object()


def case(name, *expected, each=_NOT_GIVEN, **by_kind):
    """Register f(k), which is to answer `expected`; or f(k, kind) for each kind of socket that has an answer.

    `each` is the answer of all three kinds.
    """

    def register(function):
        if expected:
            cases.append((name, expected[0], function, None))
        for kind in KINDS:
            if kind in by_kind:
                cases.append((kind + " " + name, by_kind[kind], function, kind))
            elif each is not _NOT_GIVEN:
                cases.append((kind + " " + name, each, function, kind))
        return function

    return register


def load(script):
    """Import a file of cases afresh. Returns the module; `cases` holds what it registered."""
    cases.clear()
    sys.modules.pop(script, None)
    return __import__(script)


def error_name(failure):
    """What `attempt` answers for an exception."""
    if not isinstance(failure, OSError):
        return type(failure).__name__
    errno = failure.errno
    # CPython raises TimeoutError without an errno where MicroPython raises OSError(ETIMEDOUT).
    if type(failure).__name__ == "TimeoutError":
        return "ETIMEDOUT"
    if isinstance(errno, int):
        return ERRNO.get(errno, errno)
    return "OSError"


if MICROPYTHON:

    def elapsed(since):
        """How many seconds have passed since moment() was `since`."""
        return time.ticks_diff(time.ticks_ms(), since) / 1000

    moment = time.ticks_ms
else:

    def elapsed(since):
        return time.monotonic() - since

    moment = time.monotonic


def _collect():
    """Let MicroPython see what is dropped."""
    if MICROPYTHON:
        import gc

        _forget(9)
        gc.collect()


def _forget(depth):
    # What lies on the stack keeps objects alive.
    filling = [0] * 16
    return _forget(depth - 1) if depth else filling[0]


class Kit:
    """What a case is given. `net` is the module under test, named and used like CPython's socket."""

    # Where fresh paths go, and how many names there were.
    directory = "/t"
    _names = 0

    def __init__(self, net):
        self.net = net
        self._open = []
        self._fds = []
        self._labels = {}

    # sockets: non-blocking, and closed after the case

    def keep(self, sock):
        """Make a socket one of this case."""
        sock.setblocking(False)
        self._open.append(sock)
        return sock

    def socket(self, kind):
        return self.keep(self.net.socket(self.net.AF_UNIX, TYPES[kind]))

    def pair(self, kind):
        one, other = self.net.socketpair(self.net.AF_UNIX, TYPES[kind])
        return self.keep(one), self.keep(other)

    def bound(self, kind, address=None):
        """A socket bound to `address`, or to a fresh path: (socket, address)."""
        address = self.path() if address is None else address
        sock = self.socket(kind)
        sock.bind(address)
        return sock, address

    def listener(self, kind, backlog=5, address=None):
        """A listening socket: (socket, address)."""
        sock, address = self.bound(kind, address)
        sock.listen(backlog)
        return sock, address

    def client(self, kind, address):
        """A socket connected to `address`."""
        sock = self.socket(kind)
        sock.connect(address)
        return sock

    def accept(self, listener):
        return self.keep(listener.accept()[0])

    def connected(self, kind, address=None):
        """(client, server, listener), accepted and all."""
        listener, address = self.listener(kind, 5, address)
        client = self.client(kind, address)
        return client, self.accept(listener), listener

    def adopt(self, fd):
        """A socket of this case that uses descriptor `fd`."""
        return self.keep(self.net.socket(fileno=fd))

    # descriptors: closed after the case, where they are still open

    def keep_fd(self, fd):
        """Make a descriptor one of this case."""
        self._fds.append(fd)
        return fd

    def pipe(self, flags=0o4000):
        """(descriptor to read from, descriptor to write to), which do not wait unless `flags` is 0."""
        reader, writer = self.os.pipe2(flags)
        return self.keep_fd(reader), self.keep_fd(writer)

    def ends(self, kind):
        """The descriptors of a connected pair that does not wait, without the sockets."""
        one, other = self.pair(kind)
        return self.keep_fd(one.detach()), self.keep_fd(other.detach())

    def poll_fd(self, fd):
        """What poll(2) reports of a descriptor, as `poll` says it of a socket."""
        return self.shown(self.events_fd(fd, ASKED))

    @staticmethod
    def shown(events):
        return "|".join([name for bit, name in EVENTS if events & bit])

    # What makes a socket wait, and not for ever: nothing does, SO_RCVTIMEO and SO_SNDTIMEO do, settimeout does.
    WAYS = ("forever", "option", "timeout")
    # Is a socket with settimeout one that does not block, and whose calls poll?
    WAITS_IN_POLL = False

    def blocking(self, sock, way="option", seconds=LONGER):
        """Make the socket one that waits, in one of WAYS."""
        import struct

        sock.settimeout(seconds if way == "timeout" else None)
        us = int(seconds * 1000000) if way == "option" else 0
        for option in (self.net.SO_RCVTIMEO, self.net.SO_SNDTIMEO):
            sock.setsockopt(self.net.SOL_SOCKET, option, struct.pack("qq", us // 1000000, us % 1000000))

    def calling(self):
        """This thread is about to make a call that may wait."""

    def waiting(self):
        """How many calls of the case's threads wait right now: found nothing and have not been woken."""
        raise NotImplementedError

    # sockets that are dropped: no variable holds them any more

    # Is a dropped socket closed without any call?
    FINALISERS = True

    def left_alone(self, make, *args):
        """The first of the two sockets of make(*args). The other is dropped; closed, where nothing would close it."""
        one = self._without_other(make, args)
        _collect()
        return one

    def _without_other(self, make, args):
        one, other = make(*args)
        if not self.FINALISERS:
            self.attempt(other.close)
        return one

    def poll_until(self, sock, event):
        """What poll() reports as soon as `event` is among it."""
        started = moment()
        while event not in self.poll(sock) and elapsed(started) < PATIENCE:
            time.sleep(0.001)
            _collect()
        return self.poll(sock)

    # names

    def path(self, label=None):
        """A path where nothing is, whose `label` address() will know."""
        Kit._names += 1
        path = f"{self.directory}/{Kit._names}"
        self._labels[path] = label
        return path

    def missing_directory(self):
        """A path in a directory that does not exist."""
        return self.path() + "/name"

    def abstract(self, label=None):
        """An abstract name that nobody has."""
        Kit._names += 1
        name = b"\0" + f"{self.directory}/{Kit._names}".encode()
        self._labels[name] = label
        return name

    def label(self, address):
        """The label of a name of this case; any other address as it is."""
        return self._labels.get(address) or address

    @staticmethod
    def path_of(address):
        """The bytes of a path as a socket shows it: text, but where a board cannot make text of it."""
        if isinstance(address, bytes):
            return address
        if MICROPYTHON:
            return address.encode()
        import os

        return os.fsencode(address)

    # questions

    def attempt(self, function, *args):
        """What the call returns, or the name of its errno, or of its exception if it has none."""
        try:
            return function(*args)
        except Exception as failure:
            return error_name(failure)

    def tries(self, *calls):
        """The answers of several calls, one after the other: each a tuple of function and arguments."""
        return [self.attempt(*call) for call in calls]

    def received(self, sock, size=64):
        """Everything that can be received now, one recv after the other, and what ended it."""
        got = []
        while len(got) < 1000:
            got.append(self.attempt(sock.recv, size))
            if not isinstance(got[-1], bytes) or not got[-1]:
                break
        return got

    @staticmethod
    def numbered(i, size):
        """Message number `i` of those that fill() sends."""
        digits = str(i)
        return ("0" * (size - len(digits)) + digits).encode()

    def more_than_fits(self):
        """Bytes to send that no buffer holds; each place in them is told from those around it."""
        pattern = bytes(range(251))
        return (pattern * (self.plenty() // len(pattern) + 1))[: self.plenty()]

    def fill(self, sock, size=64, address=None):
        """Send numbered messages of `size` bytes until that fails: (how many, the last answer)."""
        for i in range(10000):
            message = self.numbered(i, size)
            done = self.attempt(*((sock.sendto, message, address) if address else (sock.send, message)))
            if done != size:
                return i, done
        return i, None

    # rights

    def rights(self, *fds):
        """Ancillary data for sendmsg."""
        return [(self.net.SOL_SOCKET, self.net.SCM_RIGHTS, array("i", fds))]

    def recv_rights(self, sock, size=64, room=16, flags=0):
        """Receive with room for that many descriptors: (data, sockets made of the descriptors, MSG_CTRUNC)."""
        net = self.net
        data, ancdata, got, _ = sock.recvmsg(size, net.CMSG_LEN(4 * room) if room else 0, flags)
        sockets = []
        for level, kind, body in ancdata:
            if level == net.SOL_SOCKET and kind == net.SCM_RIGHTS:
                sockets += [self.adopt(fd) for fd in array("i", bytes(body))]
        return data, sockets, bool(got & net.MSG_CTRUNC)

    def recv_counted(self, sock, *args):
        """The same: (data, how many sockets)."""
        data, sockets, _ = self.recv_rights(sock, *args)
        return data, len(sockets)

    def poll(self, sock):
        """The events that poll(2) reports when asked for IN, PRI, OUT and RDHUP, as in "IN|OUT|HUP"."""
        return self.shown(self.events(sock, ASKED))

    def clean(self):
        """Close the sockets of the case. Returns what is left open, if anything is."""
        fds, self._fds = self._fds, []
        for fd in fds:
            self.attempt(self.os.close, fd)
        opened, self._open = self._open, []
        for sock in opened:
            failed = self.attempt(sock.close)
            if failed:
                return f"close: {failed}"
        return self.left()


def _in_firmware():
    """Is the data plane a module of the firmware, and no file?"""
    try:
        import _afunix
    except ImportError:
        return False
    return hasattr(_afunix, "lock")


class Afunix(Kit):
    FINALISERS = not MICROPYTHON or _in_firmware()

    def __init__(self):
        import afunix
        from afunix.kernel import kernel

        super().__init__(afunix)
        self.kernel = kernel
        self._modules = {}
        self._settings = None
        self._before = self._counts()

    def configure(self, **settings):
        """Set sizes of the kernel for this case."""
        if self._settings is None:
            self._settings = dict(self.kernel.settings)
        self.net.configure(**settings)

    def _module(self, name):
        if name not in self._modules:
            self._modules[name] = __import__("afunix." + name, None, None, ("",))
        return self._modules[name]

    @property
    def os(self):
        return self._module("os")

    @property
    def fcntl(self):
        return self._module("fcntl")

    def regular(self, content):
        """The descriptor of a file, which has no path."""
        import io

        return self.keep_fd(self.net.install(io.BytesIO(content)))

    def again(self, fd):
        """A second description of the same file."""
        return self.keep_fd(self.net.install(self.net.object_of(fd)))

    def pipe_size(self):
        return self.kernel.settings["ring"]

    def atomic(self):
        return self.os.PIPE_BUF

    def limit(self):
        """The first number that no descriptor can have."""
        return self.kernel.settings["descriptors"] + 3

    def events_fd(self, fd, mask):
        return self.os.poll(fd, mask)

    def _counts(self):
        kernel = self.kernel
        return {
            "sockets": kernel.live,
            "names": kernel.bound,
            "descriptors": len([d for d in kernel.descriptors if d is not None]),
            "references in flight": kernel.in_flight,
            "waiting calls": self.waiting(),
        }

    def left(self):
        # Now that their sockets are closed, calls that still wait are over soon.
        closed = moment()
        while self.waiting() and elapsed(closed) < 1:
            time.sleep(0.001)
        if self._settings is not None and not self.kernel.live:
            self.net.configure(**self._settings)
        # Compared with the start, so that a case which leaves something does not look like all that follow.
        now, before = self._counts(), self._before
        return ", ".join([f"{now[what] - before[what]} {what} left" for what in now if now[what] != before[what]])

    def waiting(self):
        from afunix.kernel import operation

        return operation.waiting()

    def queued(self, sock):
        return self.net.ioctl(sock.fileno(), self.net.FIONREAD)

    def reader(self, sock):
        return sock

    writer = reader

    # Without a filesystem any path will do.

    def file(self):
        return self.path()

    def unlink(self, path):
        self.net.unlink(path)

    def close_fd(self, fd):
        self.net.close(fd)

    def dup(self, fd):
        return self.net.dup(fd)

    def plenty(self):
        return 3 * self.kernel.settings["ring"]

    def too_big(self):
        return bytes(self.kernel.settings["ring"] + 1)

    def events(self, sock, mask):
        if not MICROPYTHON:
            return sock.ioctl(3, mask)  # what select.poll would ask
        import select

        return polled(select, sock, mask)


def polled(select, sock, mask):
    poll = select.poll()
    poll.register(sock, mask)
    ready = poll.poll(0)
    return ready[0][1] if ready else 0


def run(make):
    """Run the registered cases, each with a kit of its own from `make`."""
    for name, _expected, function, kind in cases:
        kit = make()
        started = moment()
        try:
            answer = repr(function(kit) if kind is None else function(kit, kind))
        except Exception as failure:
            answer = "! " + repr(_traceback(failure))
        left = kit.clean()
        if elapsed(started) >= LONGER:
            answer = f"! took {elapsed(started)} s: a call was not woken before its time was up"
        print(name, "! " + left if left else answer, sep="\t")


def _traceback(failure):
    if not MICROPYTHON:
        import traceback

        return "".join(traceback.format_exception(type(failure), failure, failure.__traceback__))
    import io

    text = io.StringIO()
    sys.print_exception(failure, text)
    return text.getvalue()


def on_afunix(script):
    """Load and run a file of cases on afunix."""
    load(script)
    run(Afunix)
