"""socket: the control calls of socket(7) and unix(7), with CPython's names and exceptions."""

from .data.plane import FINALISERS, Handle, adopt, tell_names
from .host import (
    aside,
    bytes_of,
    collect,
    const,
    deadline,
    dropped,
    error,
    index,
    integer,
    later,
    micropython,
    size,
    size_of,
    timed_out,
    transaction,
    writable_bytes_of,
)
from .kernel import connection, names, stream
from .kernel.lock import abandon, lock, make_room, settle_dropped, tidy, tidy_follows
from .kernel.operation import FOREVER, NO_WAIT, perform
from .kernel.tables import kernel, opened

_EBADF = const(9)
_EAGAIN = const(11)
_EINVAL = const(22)
_EPROTONOSUPPORT = const(93)
_ESOCKTNOSUPPORT = const(94)
_EOPNOTSUPP = const(95)
_EAFNOSUPPORT = const(97)
_ENOTCONN = const(107)
_AF_UNIX = const(1)
_STREAM = const(1)
_DGRAM = const(2)
_SEQPACKET = const(5)
_NONBLOCK = const(0o4000)
_TYPE_FLAGS = const(0o2004000)
_MSG_DONTWAIT = const(0x40)
_MSG_WAITALL = const(0x100)
_KIND = const(4)  # in a descriptor
_STREAM_POLL = const(3)
_STREAM_CLOSE = const(4)
_ALWAYS = const(0x38)  # POLLERR | POLLHUP | POLLNVAL are reported without being asked for
_LONGEST = 9223372036  # seconds, as CPython has it
_SOMAXCONN = const(128)
_KINDS = (0, _STREAM, _DGRAM, _DGRAM, 0, _SEQPACKET)  # SOCK_RAW is SOCK_DGRAM, as Linux has it

tell_names(lock, kernel.paths, kernel.abstract[_DGRAM])


class _Later:
    """Given for a descriptor: the socket gets one later; for an address: there is none."""


_len = len  # a builtin name is found late
_one = 1  # the same object wherever it comes from
_zero = 0


@micropython.native  # for speed
def _kind(family, type, proto):
    """The kind of endpoint that socket(2) makes of its arguments."""
    if family is _one and type is _one and proto is _zero:
        return _STREAM
    return _kind_of(family, type, proto)


def _kind_of(family, type, proto):
    type &= ~_TYPE_FLAGS
    if type & ~0xF:
        raise error(_EINVAL)
    if family != _AF_UNIX:
        raise error(_EAFNOSUPPORT)
    if type > 10:
        raise error(_EINVAL)
    if proto and proto != _AF_UNIX:
        raise error(_EPROTONOSUPPORT)
    kind = _KINDS[type] if type < 6 else 0
    if not kind:
        raise error(_ESOCKTNOSUPPORT)
    return kind


def _integers(family, type, proto, are_asked):
    """The arguments of `socket` as integers; where they are asked for, -1 is as good as none."""
    family, type, proto = index(family), index(type), index(proto)
    if are_asked:
        family = _AF_UNIX if family == -1 else family
        type = _STREAM if type == -1 else type
        proto = 0 if proto == -1 else proto
    return family, type, proto


def _descriptor_of(fileno):
    """A descriptor's number, as CPython takes it: C's int of a long. Raises OverflowError, ValueError."""
    fd = integer(fileno)
    if not -(1 << 63) <= fd < 1 << 63:
        raise OverflowError("descriptor out of C's range")
    if fd & 0x80000000:
        raise ValueError("negative file descriptor")
    return fd & 0x7FFFFFFF


@micropython.native  # for speed
def _protocol_of(kind):
    """Of endpoints of that kind: see there. It is loaded now, since later there may be no memory."""
    return None if kind == _STREAM else loaded("kernel.packet")


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
    _fd = -1  # the number of its descriptor, -1 once this object is closed
    _ms = FOREVER
    _timeout = None
    _io_refs = 0  # files of makefile() that are open
    _closed = False  # close() was called while there were some

    @micropython.native  # for speed
    def __init__(self, family=_AF_UNIX, type=_STREAM, proto=0, fileno=None):
        # Both now: to give a value to an attribute that is there needs no memory.
        self._fd = -1
        self._d = kernel.descriptor()
        timeout = _default_timeout
        if fileno is not _Later and not (family is _one and type is _one and proto is _zero):
            family, type, proto = _integers(family, type, proto, fileno is None)
            if type & _NONBLOCK and type != -1:
                timeout = 0.0
        if timeout is not None:
            self._ms = _milliseconds(timeout)
            self._timeout = timeout
        if fileno is _Later:
            return
        if fileno is None:
            kind = _kind(family, type, proto)
            protocol = _protocol_of(kind)
            make_room(1, 1)
            with lock:
                connection.create(self, kind, protocol, self._ms == NO_WAIT)
            return
        fd = _descriptor_of(fileno)
        with lock:
            connection.adopt(self, fd, timeout is not None, self._ms == NO_WAIT)

    # names and connections

    def bind(self, address):
        """Give the socket a name: a path, an abstract name (it starts with a NUL), or "" for one the kernel chooses.

        At most 107 bytes of path, 108 of an abstract name. Raises OSError: EADDRINUSE, EINVAL (has a name already),
        ENOSPC (as many names as configured are in use). bind(2).
        """
        name = names.parse(address)
        with lock:
            names.bind(opened(self), name)

    def listen(self, backlog=_SOMAXCONN):
        """Accept connections; `backlog` + 1 of them may wait. Raises OSError: EINVAL, EOPNOTSUPP. listen(2)."""
        backlog = index(backlog)
        with lock:
            connection.listen(opened(self), backlog)

    @micropython.native  # for speed
    def accept(self):
        """The next connection: (socket, address of the client); accept(2).

        Raises OSError: EAGAIN, EINVAL, EOPNOTSUPP, EMFILE.
        """
        return self._accept(_make(fileno=_Later))

    @transaction
    def _accept_for_task(self):
        """accept() whose socket never waits: where that is said afterwards, an interrupt loses the connection."""
        fresh = _make(fileno=_Later)
        fresh._ms = NO_WAIT
        fresh._timeout = 0.0
        return self._accept(fresh)

    @micropython.native  # for speed
    def _accept(self, fresh):
        """accept() that makes `fresh` the new socket."""
        make_room(0, 1)
        accepted = [fresh, None]
        until = self._until(0, False)
        flags = _MSG_DONTWAIT if until == NO_WAIT else 0
        _now(perform(self, _accept_step, until, accepted, flags=flags))
        return accepted[1]

    @micropython.native  # for speed
    def connect(self, address):
        """Connect to the socket of that name. A stream or seqpacket socket waits while the listener's backlog is full.

        Raises OSError: ENOENT, ECONNREFUSED, EPROTOTYPE, EAGAIN, EISCONN, EINVAL, EPERM, ENFILE. connect(2).
        """
        name = names.parse(address)
        make_room(1, 0)
        _now(perform(self, _connect_step, self._until(0, True), name))

    def connect_ex(self, address):
        """`connect` that returns the errno, 0 for success."""
        name = names.parse(address)  # what is wrong about that is raised
        try:
            self.connect(address if name is None else name)
        except OSError as failure:
            if not isinstance(failure.errno, int):
                raise
            return failure.errno
        return 0

    def shutdown(self, how):
        """Shut down SHUT_RD, SHUT_WR or SHUT_RDWR. Raises OSError(EINVAL). shutdown(2)."""
        how = index(how)
        with lock:
            connection.shutdown(opened(self), how)

    @micropython.native  # for speed
    def close(self):
        """Close the descriptor; the last one ends the connection and frees the name.

        Where files of makefile() are open, the last of them does that when it is closed. Raises OSError(EBADF) where
        the descriptor was closed otherwise.
        """
        if self._io_refs > 0:
            self._closed = True
        elif self._fd >= 0:
            if lock.is_mine():  # a callback that came in the middle of one of this thread's calls: its end does it
                _leave(self)
                return
            if not _close(self, self._fd, self._d):
                raise error(_EBADF)

    if FINALISERS:

        @micropython.native
        def __del__(self):
            """A socket that is dropped is closed."""
            if getattr(self, "_fd", -1) >= 0:
                dropped(self)
                _leave(self)
                later(settle_dropped)

    def detach(self):
        """Give up the descriptor without closing it, and return it."""
        fd = self._fd
        if fd >= 0:
            self._d = kernel.closed_like(self._d)
            self._fd = -1
        return fd

    def _decref_socketios(self):
        """A file of makefile() is closed; the last one closes the socket, where close() was called."""
        if self._closed and self._io_refs == 1:
            self._close_with_file()
        else:
            self._io_refs -= 1

    def _close_with_file(self):
        with lock:
            connection.close(self, self._fd, self._d)
            self._io_refs -= 1
            kernel.note_left()

    def makefile(self, mode="r", buffering=None, *, encoding=None, errors=None, newline=None):
        """A file that reads from the socket ("r"), writes to it ("w") or both, as text or ("b") bytes, as CPython's."""
        if isinstance(self, type):
            raise TypeError("a socket is required")  # of all sockets, what follows would count a file
        self._closed = self._closed  # a first value needs memory, and close() must not
        return loaded("makefile").open_file(self, mode, buffering, encoding, errors, newline)

    def fileno(self):
        """The descriptor, -1 once closed."""
        return self._fd

    def getsockname(self):
        """The socket's name: str for a path, bytes for an abstract name, "" for none."""
        with lock:
            return _shown(opened(self).address)

    def getpeername(self):
        """The peer's name, in the form of getsockname. Raises OSError(ENOTCONN)."""
        with lock:
            endpoint = opened(self)
            if endpoint.peer is not None:
                return _shown(endpoint.peer.address)
            if not endpoint.orphaned:
                raise error(_ENOTCONN)
            return _shown(endpoint.peer_address)

    @property
    def family(self):
        return _AF_UNIX

    @property
    def type(self):
        return self._d[_KIND]

    @property
    def proto(self):
        return 0

    @property
    def _ep(self):
        """Its endpoint; one that is nobody's once the descriptor is closed."""
        return self._d[0]

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close()

    def __repr__(self):
        closed = " [closed]" if self._closed or self._fd < 0 else ""
        text = "<afunix.socket%s fd=%d, family=1, type=%d, proto=0" % (closed, self._fd, self.type)
        # No lock: a finaliser may ask.
        endpoint = self._d[0]
        peer = endpoint.peer
        for what, name in (("laddr", endpoint.address), ("raddr", peer and peer.address)):
            if name and not closed:
                text += ", %s=%r" % (what, name)
        return text + ">"

    def __reduce__(self):
        raise TypeError("cannot pickle 'socket' object")

    def __copy__(self):
        raise TypeError("cannot copy 'socket' object")

    # waiting

    def settimeout(self, seconds):
        """Let calls wait `seconds` (a number, 0 for not at all, None for ever)."""
        ms = _milliseconds(seconds)
        seconds = None if seconds is None else _float(seconds)
        self._ms = self._ms  # a first value needs memory
        self._timeout = self._timeout
        with lock:
            _set_timeout(self, opened(self), ms, seconds)

    def gettimeout(self):
        """The timeout in seconds, None for none."""
        return self._timeout

    @property
    def timeout(self):
        return self._timeout

    def setblocking(self, flag):
        """settimeout(None) for a true `flag`, settimeout(0) for a false one."""
        self.settimeout(None if size(flag) else 0.0)

    def getblocking(self):
        """May calls wait?"""
        return self._ms != NO_WAIT

    @micropython.native  # for speed
    def _until(self, flags, sends):
        """How long a call with `flags` may wait, as `perform` takes it."""
        ms = self._ms
        if flags & _MSG_DONTWAIT or not ms:
            return NO_WAIT
        if ms > 0:
            return deadline(ms) or 1
        endpoint = self._d[0]
        if endpoint.nonblocking:
            return NO_WAIT
        options = endpoint.options
        if options is None:
            return FOREVER
        us = options.send_timeout if sends else options.receive_timeout
        return (deadline((us + 999) // 1000) or 1) if us else FOREVER

    def _expired(self):
        """The exception when a wait was too long: the program's own timeout, or SO_RCVTIMEO and SO_SNDTIMEO."""
        return timed_out() if self._ms > 0 else error(_EAGAIN)

    @micropython.native  # for speed
    def _protocol(self):
        """The module that knows sockets of its kind."""
        return self._d[0].protocol or stream

    # the data calls beyond the plain case: `done` is what it did, -1 for nothing

    def sendall(self, data, flags=0):
        """Send all of `data`. Raises as send; how much went out before an error is not known then."""
        self._send_all(data, -1, flags)

    def _send_all(self, data, done, flags=0):
        data = bytes_of(data)
        flags = index(flags)
        n = size_of(data)
        if done == n:
            return
        until = self._until(flags, True) if self._ms >= 0 else None
        if done < 0:
            done = _now(self._protocol().send(self, data, 0, n, flags, None, until))
        while done < n:
            done += _now(self._protocol().send(self, data, done, n - done, flags, None, until))

    def _send(self, data, done, flags=0):
        data = bytes_of(data)
        flags = index(flags)
        n = size_of(data)
        # What a timeout would let it wait for is over with the first bytes.
        if done == n or done > 0 and (self._ms >= 0 or self._d[0].nonblocking or flags & _MSG_DONTWAIT):
            return done  # an empty packet is sent already
        if done <= 0:
            return _now(self._protocol().send(self, data, 0, n, flags, None, None))
        try:
            more = self._protocol().send(self, data, done, n - done, flags, None, None)
        except OSError:
            return done  # what ended it is an error of the next call
        return done + more if more > 0 else done

    def _receive_into(self, buffer, nbytes=0, flags=0):
        buffer = writable_bytes_of(buffer)
        nbytes = size(nbytes)
        flags = index(flags)
        n = size_of(buffer)
        if nbytes < 0:
            raise ValueError("negative buffersize in recv_into")
        if nbytes > n:
            raise ValueError("buffer too small for requested bytes")
        if not n:
            return 0  # CPython does not ask the system then
        return _now(self._protocol().receive(self, buffer, 0, nbytes or n, flags, None, None))

    def _receive(self, bufsize, flags=0):
        bufsize = size(bufsize)
        flags = index(flags)
        bufsize = self._most(bufsize, flags)
        if not bufsize:
            return b""  # as above
        into = [None]
        _now(self._protocol().receive(self, into, 0, bufsize, flags, None, None))
        return into[0]

    @micropython.native  # for speed
    def _most(self, bufsize, flags):
        """How many bytes a receive of up to `bufsize` may bring."""
        if bufsize < 0:
            raise ValueError("negative buffersize in recv")
        if flags & _MSG_WAITALL:
            return bufsize
        most = _len(self._d[0].memory)
        return bufsize if bufsize < most else most

    # messages with addresses and ancillary data

    def sendto(self, data, flags, address=_Later):
        """sendto(data, address) or sendto(data, flags, address): send to the socket of that name; send(2).

        Raises as send; ENOENT, ECONNREFUSED, EPROTOTYPE, EPERM as connect; EISCONN and EOPNOTSUPP on a stream.
        """
        return self._sendto(data, flags, address)

    def _sendto(self, data, flags, address=_Later):
        if address is _Later:
            flags, address = 0, flags
        data = bytes_of(data)
        if address is None:
            raise TypeError("an address is required")
        return _now(loaded("kernel.message").send(self, (data,), (), index(flags), address, False))

    @micropython.native  # for speed
    def sendmsg(self, buffers, ancdata=(), flags=0, address=None):
        """Send the bytes of all `buffers` and the control messages of `ancdata`, (level, type, data) each; sendmsg(2).

        At most 16 descriptors go in one message. Returns the number of bytes sent. Raises as sendto; EBADF, EINVAL,
        EPERM for control messages that are wrong; ETOOMANYREFS when the configured number of rights is in flight.
        """
        return _now(loaded("kernel.message").send(self, buffers, ancdata, index(flags), address, True))

    def recvfrom(self, bufsize, flags=0):
        """Like recv; returns (data, address of the sender)."""
        message = loaded("kernel.message")
        return message.receive(self, message.ADDRESSED, bufsize, 0, flags)

    def recvfrom_into(self, buffer, nbytes=0, flags=0):
        """Like recv_into; returns (number of bytes, address of the sender)."""
        return self._recvfrom_into(buffer, nbytes, flags)

    def _recvfrom_into(self, buffer, nbytes=0, flags=0):
        buffer = writable_bytes_of(buffer)
        nbytes = size(nbytes)
        flags = index(flags)
        n = size_of(buffer)
        if nbytes < 0:
            raise ValueError("negative buffersize in recvfrom_into")
        if nbytes > n:
            raise ValueError("nbytes is greater than the length of the buffer")
        message = loaded("kernel.message")
        return message.receive_into(self, message.ADDRESSED, buffer, nbytes or n, 0, flags)

    def recvmsg(self, bufsize, ancbufsize=0, flags=0):
        """Receive up to `bufsize` bytes and `ancbufsize` bytes of control messages; recvmsg(2).

        Returns (data, ancdata, msg_flags, address). Raises as recv_into.
        """
        message = loaded("kernel.message")
        return message.receive(self, message.FULL, bufsize, ancbufsize, flags)

    def recvmsg_into(self, buffers, ancbufsize=0, flags=0):
        """recvmsg into `buffers`, one after the other. Returns (number of bytes, ancdata, msg_flags, address)."""
        return loaded("kernel.message").recvmsg_into(self, buffers, ancbufsize, flags)

    # options

    def getsockopt(self, level, option, buflen=0):
        """The value of an option: an int, or bytes where `buflen` is not 0; getsockopt(2), socket(7), unix(7)."""
        return loaded("kernel.options").getsockopt(self, level, option, buflen)

    def setsockopt(self, level, option, value, optlen=None):
        """Set an option to an int or to the bytes of a structure; setsockopt(2), socket(7), unix(7)."""
        loaded("kernel.options").setsockopt(self, level, option, value, optlen)

    def dup(self):
        """A second socket object, with its own descriptor, for the same open socket."""
        make_room(0, 1)
        other = self.__class__(fileno=_Later)
        other._ms = self._ms
        other._timeout = self._timeout
        with lock:
            opened(self)
            connection.duplicate_socket(self, other)
        return other

    # MicroPython's stream protocol beyond the plain case

    def _write(self, data, done, first=None, second=None):
        return loaded("kernel.files").write(self, data, done, first, second)

    def _read_into(self, buffer, done, n=None):
        return loaded("kernel.files").read_into(self, buffer, done, n)

    def _read(self, n=None):
        return loaded("kernel.files").read(self, n)

    def _readline(self, n=None):
        return loaded("kernel.files").readline(self, n)

    def _receive_whole(self, into, n, flags, message, until):
        return loaded("kernel.files").receive_whole(self, into, n, flags, message, until)

    @micropython.native  # for speed
    def ioctl(self, request, argument):
        """What select and asyncio ask of a stream on MicroPython."""
        if request == _STREAM_POLL:
            return self._d[0].poll() & (argument | _ALWAYS)
        if request == _STREAM_CLOSE:
            self.close()
            return 0
        return -_EINVAL


@aside
@micropython.native
def _leave(sock):
    """Let who lets go of the lock close it. It is closed, whatever becomes of the section that this comes in."""
    abandon(sock._d)
    sock._fd = -1


_make = adopt(socket)
transaction(socket)


def _set_timeout(sock, endpoint, ms, seconds):
    endpoint.nonblocking = ms == NO_WAIT
    sock._ms = ms
    sock._timeout = seconds


def _float(seconds):
    # MicroPython's float() takes no subclass of int.
    if seconds.__class__ is int or isinstance(seconds, float):
        return float(seconds)
    return float(integer(seconds) if isinstance(seconds, int) else index(seconds))


def _milliseconds(seconds):
    if seconds is None:
        return FOREVER
    seconds = _float(seconds)
    if seconds != seconds:
        raise ValueError("Invalid value NaN (not a number)")
    if not -_LONGEST <= seconds <= _LONGEST:
        raise OverflowError("timeout doesn't fit into C timeval")
    if seconds < 0:
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
    _default_timeout = None if seconds is None else _float(seconds)


# By name. Nothing is added later: another thread may be reading.
_optional = {
    "makefile": None,
    "kernel.descriptors": None,
    "kernel.files": None,
    "kernel.message": None,
    "kernel.numbers": None,
    "kernel.objects": None,
    "kernel.options": None,
    "kernel.packet": None,
    "kernel.pipe": None,
    "kernel.rights": None,
    "kernel.socket_numbers": None,
    "kernel.vectors": None,
}


@micropython.native
def loaded(name):
    """The optional module afunix.`name`."""
    module = _optional[name]
    if module is None:
        module = _optional[name] = load(name)
    return module


def load(name):
    """Import afunix.`name` under the kernel's lock: where nothing locks the interpreter, a second thread would find it
    half loaded."""
    with lock:
        return __import__("afunix." + name, None, None, ("",))


def forget(name):
    """Let an optional module be asked for again: it has been loaded anew."""
    _optional[name] = None


def _shown(name):
    return "" if name is None else name


@micropython.native
def _now(done, error=error):
    """`done` of an operation, or OSError(EAGAIN) where it could not be done now."""
    if done < 0:
        raise error(_EAGAIN)
    return done


@micropython.native  # for speed
def _accept_step(ep, accepted, at, n, flags, message):
    return connection.accept(ep, accepted, not flags & _MSG_DONTWAIT)


@micropython.native  # for speed
def _connect_step(ep, name, at, n, flags, message):
    return connection.connect(ep, name)


@transaction
def configure(**settings):
    """Set the sizes of limits.LIMITS. Raises OSError(EBUSY) while a descriptor is open."""
    from .kernel.limits import check

    check(settings)
    if kernel.live or kernel.open:
        make_room(len(kernel.endpoints), len(kernel.descriptors))
    with lock:
        kernel.renew(settings)
    # The old memory and the new need not both fit. Later the stack may hold addresses of the old.
    collect()


@transaction
@micropython.native  # for speed
def socketpair(family=_AF_UNIX, type=_STREAM, proto=0):
    """Two connected sockets of `type`; socketpair(2). Raises as `socket`; EOPNOTSUPP for another family."""
    family = _AF_UNIX if family is None else index(family)
    type, proto = index(type), index(proto)
    if family != _AF_UNIX:
        raise error(_EOPNOTSUPP)
    kind = _kind(family, type, proto)
    protocol = _protocol_of(kind)
    make_room(2, 2)
    both = _make(fileno=_Later), _make(fileno=_Later)
    one, other = both
    if type & _NONBLOCK:
        one._ms = other._ms = NO_WAIT
        one._timeout = other._timeout = 0.0
    nonblocking = one._ms == NO_WAIT
    with lock:
        connection.pair(one, other, kind, protocol, nonblocking)
    return both


@transaction
@micropython.native  # for speed
def close(fd):
    """Close a descriptor; close(2). Raises OSError(EBADF)."""
    fd = size(fd)
    if lock.is_mine():
        abandon(kernel.at(fd))
        return
    if not _close(None, fd, None):
        raise error(_EBADF)


@micropython.native  # for speed
def _close(sock, fd, descriptor):
    with lock:
        done = connection.close(sock, fd, descriptor)
        tidy_follows()
    tidy()
    return done


@transaction
def dup(fd):
    """A second descriptor, the lowest free one, for what `fd` refers to; dup(2). Raises OSError: EBADF, EMFILE."""
    fd = size(fd)
    make_room(0, 1)
    copy = kernel.descriptor()
    with lock:
        return connection.duplicate(kernel.at(fd), copy)


@transaction
def unlink(path):
    """Free a path at once, as unlink(2) does: the socket keeps its address, but nobody finds it any more.

    Raises OSError(ENOENT) where no socket is bound to it.
    """
    name = names.parse(path)
    with lock:
        names.unlink(name)


@transaction
def install(object):
    """A new descriptor for any `object`, to be sent over a socket with send_fds. Raises OSError(EMFILE).

    When the last descriptor and message that refer to it are gone, its close() is called, if it has one.
    """
    file = loaded("kernel.rights").File(object)
    make_room(0, 1)
    descriptor = kernel.descriptor()
    with lock:
        kernel.start()
        return kernel.install(kernel.vacancy(), descriptor, file)


@transaction
def object_of(fd):
    """The object that `install` gave descriptor `fd` to; None where that is a socket's. Raises OSError(EBADF)."""
    fd = index(fd)
    with lock:
        description = kernel.description(fd)
    return description.object if description.kind < 0 else None
