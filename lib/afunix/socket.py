"""socket: the control calls of socket(7) and unix(7), with CPython's names and exceptions."""

from .kernel import connection
from .kernel import names
from .kernel import numbers as c
from .host import (
    at_rest,
    blank,
    bytes_of,
    deadline,
    dropped,
    error,
    micropython,
    seal,
    timed_out,
    wake,
    writable_bytes_of,
)
from .data.plane import Endpoint, Handle, adopt
from .kernel.tables import kernel, optional
from .kernel.operation import FOREVER, NO_WAIT, perform

try:
    from micropython import const
except ImportError:

    def const(value):
        return value


_EINVAL = const(22)
_STREAM_POLL = const(3)
_STREAM_CLOSE = const(4)
_ALWAYS = const(0x38)  # POLLERR | POLLHUP | POLLNVAL are reported without being asked for
_TYPE_FLAGS = c.SOCK_NONBLOCK | c.SOCK_CLOEXEC
_KINDS = {
    c.SOCK_STREAM: c.SOCK_STREAM,
    c.SOCK_DGRAM: c.SOCK_DGRAM,
    c.SOCK_RAW: c.SOCK_DGRAM,
    c.SOCK_SEQPACKET: c.SOCK_SEQPACKET,
}


def _kind(family, type, proto):
    """The kind of endpoint that socket(2) makes of its arguments."""
    type &= ~_TYPE_FLAGS
    if type & ~0xF:
        raise error(c.EINVAL)
    if family not in (c.AF_UNIX, -1):
        raise error(c.EAFNOSUPPORT)
    if type > 10:
        raise error(c.EINVAL)
    if proto not in (0, c.AF_UNIX):
        raise error(c.EPROTONOSUPPORT)
    kind = _KINDS.get(type)
    if kind is None:
        raise error(c.ESOCKTNOSUPPORT)
    return kind


class socket(Handle):
    """A Unix domain socket.

    family  AF_UNIX
    type    SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET, with SOCK_NONBLOCK and SOCK_CLOEXEC added if wanted
    proto   0
    fileno  a descriptor to use instead of a new socket; close() will close it

    Raises OSError: EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT, EINVAL; ENFILE and EMFILE when the configured number
    of sockets or descriptors is in use. See socket(2), unix(7).
    """

    # What a fresh socket has in its attributes: dataplane.adopt gives native objects the same.
    _fd = -1
    _ms = FOREVER
    _timeout = None
    _io_refs = 0  # files of makefile() that are open
    _closed = False  # close() was called while there were some
    _last_kind = 0  # of a socket that is closed

    def __init__(self, family=c.AF_UNIX, type=c.SOCK_STREAM, proto=0, fileno=None):
        self._ep = kernel.no_endpoint()
        if fileno is None:
            kind = _kind(family, type, proto)
            with kernel.lock:
                fileno = _install(connection.create(kind, kernel.owner))
        self._open(fileno)
        if type & c.SOCK_NONBLOCK:
            self.setblocking(False)
        elif _default_timeout is not None:
            self.settimeout(_default_timeout)

    def _open(self, fd):
        with kernel.lock:
            description = kernel.description(fd)
        if not isinstance(description, Endpoint):
            raise error(c.ENOTSOCK)
        self._ep = description
        self._fd = fd

    # names and connections

    def bind(self, address):
        """Give the socket a name: a path, an abstract name (it starts with a NUL), or "" for one the kernel chooses.

        At most 107 bytes of path, 108 of an abstract name. Raises OSError: EADDRINUSE, EINVAL (has a name already),
        ENOSPC (as many names as configured are in use). bind(2).
        """
        name = names.parse(address)
        with kernel.lock:
            names.bind(self._opened(), name)

    def listen(self, backlog=c.SOMAXCONN):
        """Accept connections; `backlog` + 1 of them may wait. Raises OSError: EINVAL, EOPNOTSUPP. listen(2)."""
        with kernel.lock:
            connection.listen(self._opened(), backlog)

    def accept(self):
        """The next connection: (socket, address of the client); accept(2).

        Raises OSError: EAGAIN, EINVAL, EOPNOTSUPP, EMFILE.
        """
        until = self._until(0)
        fd = _now(perform(self, _accept_step, None, 0, 0, 0 if until else c.MSG_DONTWAIT, None, until))
        accepted = self._accepted(fd)
        return accepted, accepted.getpeername()

    def _accepted(self, fd):
        return socket(fileno=fd)

    def connect(self, address):
        """Connect to the socket of that name. A stream or seqpacket socket waits while the listener's backlog is full.

        Raises OSError: ENOENT, ECONNREFUSED, EPROTOTYPE, EAGAIN, EISCONN, EINVAL, EPERM, ENFILE. connect(2).
        """
        _now(perform(self, _connect_step, names.parse(address), 0, 0, 0, None, self._until(0, True)))

    def connect_ex(self, address):
        """`connect` that returns the errno, 0 for success."""
        try:
            self.connect(address)
        except OSError as failure:
            if failure.errno is None:
                raise
            return failure.errno
        return 0

    def shutdown(self, how):
        """Shut down SHUT_RD, SHUT_WR or SHUT_RDWR. Raises OSError(EINVAL). shutdown(2)."""
        with kernel.lock:
            connection.shutdown(self._opened(), how)

    def close(self):
        """Close the descriptor; the last one ends the connection and frees the name.

        Where files of makefile() are open, the last of them does that when it is closed.
        """
        if self._io_refs:
            self._closed = True
        elif self._fd >= 0:
            close(self.detach())

    def __del__(self):
        """A socket that is dropped is closed, where the language has finalisers for it: CPython, the native Handle."""
        fd = getattr(self, "_fd", -1)
        if fd >= 0:
            dropped(self)
            self._fd = -1
            kernel.abandon(fd)
            at_rest(kernel.lock)  # what was abandoned is closed

    def detach(self):
        """Give up the descriptor without closing it, and return it."""
        fd, self._fd = self._fd, -1
        self._last_kind = self.type
        self._ep = kernel.closed
        return fd

    def _decref_socketios(self):
        """A file of makefile() is closed."""
        self._io_refs -= 1
        if self._closed:
            self.close()

    def makefile(self, mode="r", buffering=None, *, encoding=None, errors=None, newline=None):
        """A file that reads from the socket ("r"), writes to it ("w") or both, as text or ("b") bytes, as CPython's."""
        return optional("makefile").open_file(self, mode, buffering, encoding, errors, newline)

    def fileno(self):
        """The descriptor, -1 once closed."""
        return self._fd

    def getsockname(self):
        """The socket's name: str for a path, bytes for an abstract name, "" for none."""
        with kernel.lock:
            return _shown(self._opened().address)

    def getpeername(self):
        """The peer's name, in the form of getsockname. Raises OSError(ENOTCONN)."""
        with kernel.lock:
            endpoint = self._opened()
            if endpoint.peer is not None:
                return _shown(endpoint.peer.address)
            if not endpoint.orphaned:
                raise error(c.ENOTCONN)
            return _shown(endpoint.peer_address)

    @property
    def family(self):
        return c.AF_UNIX

    @property
    def type(self):
        return self._ep.kind or self._last_kind

    @property
    def proto(self):
        return 0

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close()

    def __repr__(self):
        closed = " [closed]" if self._closed or self._fd < 0 else ""
        text = "<afunix.socket%s fd=%d, family=1, type=%d, proto=0" % (closed, self._fd, self.type)
        # No lock: a finaliser may ask.
        peer = self._ep.peer
        for what, name in (("laddr", self._ep.address), ("raddr", peer and peer.address)):
            if name and not closed:
                text += ", %s=%r" % (what, name)
        return text + ">"

    # waiting

    def settimeout(self, seconds):
        """Let calls wait `seconds` (a number, 0 for not at all, None for ever)."""
        ms = _milliseconds(seconds)
        with kernel.lock:
            self._opened().nonblocking = ms == NO_WAIT
        self._ms = ms
        self._timeout = None if seconds is None else float(seconds)

    def gettimeout(self):
        """The timeout in seconds, None for none."""
        return self._timeout

    @property
    def timeout(self):
        return self._timeout

    def setblocking(self, flag):
        """settimeout(None) for a true `flag`, settimeout(0) for a false one."""
        self.settimeout(None if flag else 0.0)

    def getblocking(self):
        """May calls wait?"""
        return self._ms != NO_WAIT

    def _until(self, flags, sends=False):
        """How long a call with `flags` may wait, as `perform` takes it."""
        ms = self._ms
        if flags & c.MSG_DONTWAIT or not ms:
            return NO_WAIT
        if ms > 0:
            return deadline(ms) or 1
        if self._ep.nonblocking:
            return NO_WAIT
        options = self._ep.options
        us = 0
        if options is not None:
            us = options.send_timeout if sends else options.receive_timeout
        return deadline((us + 999) // 1000) or 1 if us else FOREVER

    def _expired(self):
        """The exception when a wait was too long: the program's own timeout, or SO_RCVTIMEO and SO_SNDTIMEO."""
        return timed_out() if self._ms > 0 else error(c.EAGAIN)

    def _opened(self):
        if self._fd < 0:
            raise error(c.EBADF)
        return self._ep

    # the data calls beyond the plain case: `done` is what it did, -1 for nothing

    def sendall(self, data, flags=0):
        """Send all of `data`. Raises as send; how much went out before an error is not known then."""
        data = bytes_of(data)
        until = self._until(flags, True)
        n = len(data)
        done = _now(self._transmit(data, 0, n, flags, until))
        while done < n:
            done += _now(self._transmit(data, done, n - done, flags, until))

    def _transmit(self, data, at, n, flags, until):
        return self._ep.protocol.send(self, data, at, n, flags, None, until)

    def _send(self, data, done, flags=0):
        data = bytes_of(data)
        until = self._until(flags, True)
        n = len(data)
        if done == n or done > 0 and until != FOREVER:
            return done  # an empty packet is sent already
        done = max(done, 0)
        return done + _now(self._transmit(data, done, n - done, flags, until))

    def _fetch(self, into, at, n, flags, until):
        return self._ep.protocol.receive(self, into, at, n, flags, None, until)

    def _receive_into(self, buffer, nbytes=0, flags=0):
        buffer = writable_bytes_of(buffer)
        n = len(buffer)
        if nbytes < 0:
            raise ValueError("negative buffersize in recv_into")
        if nbytes > n:
            raise ValueError("buffer too small for requested bytes")
        if not n:
            self._opened()
            return 0
        return _now(self._fetch(buffer, 0, nbytes or n, flags, self._until(flags)))

    def _receive(self, bufsize, flags=0):
        if bufsize < 0:
            raise ValueError("negative buffersize in recv")
        if not bufsize:
            self._opened()
            return b""
        if not flags & c.MSG_WAITALL:
            bufsize = min(bufsize, len(self._ep.memory))
        buffer = blank(bufsize)
        return seal(buffer, _now(self._fetch(buffer, 0, bufsize, flags, self._until(flags))))

    # messages with addresses and ancillary data

    def sendto(self, data, flags, address=None):
        """sendto(data, address) or sendto(data, flags, address): send to the socket of that name; send(2).

        Raises as send; ENOENT, ECONNREFUSED, EPROTOTYPE, EPERM as connect; EISCONN and EOPNOTSUPP on a stream.
        """
        if address is None:
            flags, address = 0, flags
        return self.sendmsg((data,), (), flags, address)

    def sendmsg(self, buffers, ancdata=(), flags=0, address=None):
        """Send the bytes of all `buffers` and the control messages of `ancdata`, (level, type, data) each; sendmsg(2).

        At most 16 descriptors go in one message. Returns the number of bytes sent. Raises as sendto; EBADF, EINVAL,
        EPERM for control messages that are wrong; ETOOMANYREFS when the configured number of rights is in flight.
        """
        return _now(optional("kernel.message").send(self, buffers, ancdata, flags, address))

    def recvfrom(self, bufsize, flags=0):
        """Like recv; returns (data, address of the sender)."""
        data, _, _, address = optional("kernel.message").receive(self, bufsize, 0, flags)
        return data, address

    def recvfrom_into(self, buffer, nbytes=0, flags=0):
        """Like recv_into; returns (number of bytes, address of the sender)."""
        view = memoryview(writable_bytes_of(buffer))
        if nbytes < 0:
            raise ValueError("negative buffersize in recvfrom_into")
        if nbytes > len(view):
            raise ValueError("nbytes is greater than the length of the buffer")
        n, _, _, address = optional("kernel.message").receive_into(self, (view[: nbytes or len(view)],), 0, flags)
        return n, address

    def recvmsg(self, bufsize, ancbufsize=0, flags=0):
        """Receive up to `bufsize` bytes and `ancbufsize` bytes of control messages; recvmsg(2).

        Returns (data, ancdata, msg_flags, address). Raises as recv_into.
        """
        return optional("kernel.message").receive(self, bufsize, ancbufsize, flags)

    def recvmsg_into(self, buffers, ancbufsize=0, flags=0):
        """recvmsg into `buffers`, one after the other. Returns (number of bytes, ancdata, msg_flags, address)."""
        return optional("kernel.message").receive_into(self, buffers, ancbufsize, flags)

    # options

    def getsockopt(self, level, option, buflen=0):
        """The value of an option: an int, or bytes where `buflen` is not 0; getsockopt(2), socket(7), unix(7)."""
        with kernel.lock:
            from .kernel import options

            return options.shaped(options.get(self._opened(), level, option), buflen)

    def setsockopt(self, level, option, value, optlen=None):
        """Set an option to an int or to the bytes of a structure; setsockopt(2), socket(7), unix(7)."""
        with kernel.lock:
            from .kernel import options

            options.set(self._opened(), level, option, value)

    def dup(self):
        """A second socket object, with its own descriptor, for the same open socket."""
        other = self.__class__(fileno=dup(self._fd))
        other._ms = self._ms
        other._timeout = self._timeout
        return other

    # MicroPython's stream protocol beyond the plain case

    def _write(self, data, done, first=-1, second=-1):
        """write(data), or write(data, first) or write(data, first, second) where those are not negative."""
        data = bytes_of(data)
        at = 0
        n = len(data)
        if second >= 0:
            at = min(first, n)
            n = min(second, n - at)
        elif first >= 0:
            n = min(first, n)
        until = self._until(0, True)
        if done == n:
            return n
        done = max(done, 0)
        while True:
            sent = self._transmit(data, at + done, n - done, 0, until)
            if sent < 0:
                return done or None
            done += sent
            if done >= n:
                return done

    def _read_into(self, buffer, done, n=-1):
        if done >= 0 and self._ep.kind != c.SOCK_STREAM:
            return done
        buffer = writable_bytes_of(buffer)
        return self._read_until(buffer, len(buffer) if n < 0 else min(n, len(buffer)), done)

    def _read_until(self, buffer, n, done):
        until = self._until(0)
        done = max(done, 0)
        while done < n:
            got = self._fetch(buffer, done, n - done, 0, until)
            if got < 0:
                return done or None
            done += got
            if not got or self._ep.kind != c.SOCK_STREAM:
                break
        return done

    def _read(self, n=-1):
        if n < 0 and self._ep.kind == c.SOCK_STREAM:
            return self._read_all()
        size = len(self._ep.memory)
        if n < 0 or n > size and self._ms == NO_WAIT:
            n = size
        buffer = blank(n)
        n = self._read_until(buffer, n, -1)
        return None if n is None else seal(buffer, n)

    def _read_all(self):
        until = self._until(0)
        all = bytearray()
        chunk = bytearray(min(256, len(self._ep.memory)))
        while True:
            n = self._fetch(chunk, 0, len(chunk), 0, until)
            if n < 0:
                return bytes(all) or None
            if not n:
                return bytes(all)
            all.extend(memoryview(chunk)[:n])

    def _readline(self, n=-1):
        ep = self._ep
        if ep.kind != c.SOCK_STREAM:
            return self._read(n)
        line = b""
        until = self._until(0)
        while n < 0 or len(line) < n:
            size = max(ep.queued(), 1)
            part = blank(size if n < 0 else min(size, n - len(line)))
            got = perform(self, _line_step, part, 0, len(part), 0, None, until)
            if got < 0:
                return line or None
            line += seal(part, got)
            if not got or line[-1] == 10:
                break
        return line

    @micropython.viper
    def ioctl(self, request: int, argument: int) -> int:
        """What select and asyncio ask of a stream on MicroPython."""
        if request == _STREAM_POLL:
            return int(self._ep.poll()) & (argument | _ALWAYS)
        if request == _STREAM_CLOSE:
            self.close()
            return 0
        return -_EINVAL


adopt(socket)


def _milliseconds(seconds):
    if seconds is None:
        return FOREVER
    seconds = seconds + 0.0  # a TypeError for text, which float() would take
    if not seconds >= 0:
        raise ValueError("Timeout value out of range")
    ms = int(seconds * 1000)
    return 1 if seconds and not ms else ms


_default_timeout = None


def getdefaulttimeout():
    """The timeout of new sockets in seconds, None for none."""
    return _default_timeout


def setdefaulttimeout(seconds):
    """Let new sockets have this timeout, as settimeout takes it."""
    global _default_timeout
    _milliseconds(seconds)
    _default_timeout = seconds


def _shown(name):
    return "" if name is None else name


def _now(done):
    """`done` of an operation, or OSError(EAGAIN) where it could not be done now."""
    if done < 0:
        raise error(c.EAGAIN)
    return done


def _accept_step(ep, buffer, at, n, flags, message):
    if not ep.kind:
        raise error(c.EBADF)
    return connection.accept(ep, not flags & c.MSG_DONTWAIT)


def _connect_step(ep, name, at, n, flags, message):
    if not ep.kind:
        raise error(c.EBADF)
    if ep.kind == c.SOCK_DGRAM:
        connection.connect_datagram(ep, name)
    elif not connection.connect(ep, name):
        return -1
    return 0


def _line_step(ep, into, at, n, flags, message):
    if ep.kind and not ep.attends(-1):
        done = ep.fetch(into, at, n, 0, c.LINE)
        if done:
            return done
    # Nothing is queued, or ancillary data: byte by byte.
    return ep.protocol.receive_step(ep, into, at, 1, flags, message)


def _install(endpoint):
    try:
        return kernel.descriptor(endpoint)
    except OSError:
        kernel.reclaim(endpoint)
        raise


def socketpair(family=c.AF_UNIX, type=c.SOCK_STREAM, proto=0):
    """Two connected sockets of `type`; socketpair(2). Raises as `socket`; EOPNOTSUPP for another family."""
    if family != c.AF_UNIX:
        raise error(c.EOPNOTSUPP)
    kind = _kind(family, type, proto)
    with kernel.lock:
        one, other = connection.pair(kind, kernel.owner)
        fds = []
        try:
            fds.append(kernel.descriptor(one))
            fds.append(kernel.descriptor(other))
            kernel.route(one)
        except OSError:
            for fd in fds:
                kernel.forget(fd)
            kernel.lock.dying.append(other)
            if not fds:
                kernel.lock.dying.append(one)
            raise
    return socket(family, type, proto, fds[0]), socket(family, type, proto, fds[1])


def close(fd):
    """Close a descriptor; close(2). Raises OSError(EBADF)."""
    with kernel.lock:
        kernel.forget(fd)
    wake()  # who waits on this descriptor is told, though the socket may live on with another


def dup(fd):
    """A second descriptor, the lowest free one, for what `fd` refers to; dup(2). Raises OSError: EBADF, EMFILE."""
    with kernel.lock:
        return kernel.descriptor(kernel.description(fd))
