"""sendmsg(2) and recvmsg(2): addresses, scattered buffers and ancillary data, with CPython's signatures."""

from array import array

from ..data.plane import quick
from ..host import (
    Recorded,
    bytes_of,
    commit,
    const,
    error,
    index,
    integer,
    micropython,
    ptr8,
    seal,
    size,
    size_of,
    transaction,
    writable_bytes_of,
)
from . import names, rights, vectors
from . import socket_numbers as so
from .ancillary import Received
from .connection import check_connected
from .lock import lock
from .options import credentials
from .release import reap
from .tables import kernel, opened, passes_credentials

_EPERM = const(1)
_EAGAIN = const(11)
_EINVAL = const(22)
_EMSGSIZE = const(90)
_SEQPACKET = const(5)
_MSG_CTRUNC = const(8)
_INHERITED = const(5)  # in a descriptor

# struct cmsghdr as on 64-bit Linux, on every board
_HEADER = const(16)
_ALIGN = const(8)
_MANY = const(0x7FFF)

_FIRST = const(3)  # descriptor's number

# A builtin name is found late.
_len = len
_list = list
_tuple = tuple
_bytes = bytes

# What a receive returns
ADDRESSED = 1  # (bytes or their number, address)
FULL = 2  # (the same, ancillary data, flags, address)
DESCRIPTORS = 3  # (the same, numbers of descriptors, flags, address)


@micropython.native  # for speed
def CMSG_LEN(length):
    """The size of a control message with `length` bytes of data, without trailing padding; cmsg(3).

    Raises OverflowError for a length that is negative or too large.
    """
    length = index(length)
    if not 0 <= length < _MANY:
        _check(length, _HEADER, "CMSG_LEN")
    return _HEADER + length


@micropython.native  # for speed
def CMSG_SPACE(length):
    """The size of a control message with `length` bytes of data, with trailing padding; cmsg(3). Raises as CMSG_LEN."""
    length = index(length)
    if not 0 <= length < _MANY:
        _check(length, _HEADER + _ALIGN, "CMSG_SPACE")
    return _HEADER + (length + _ALIGN - 1) // _ALIGN * _ALIGN


def _check(length, more, who):
    if not 0 <= length <= 0x7FFFFFFF - more:
        raise OverflowError(who + "() argument out of range")


class Outgoing(Recorded):
    """A message that is sent: its address, what it carries, and `owner` where it says who sends it."""

    @micropython.native  # for speed
    def __init__(self):
        self.address = None
        self.rights = ()  # descriptions, with a reference each while they are not queued
        self.owner = None

    @micropython.native
    def hold(self, descriptions):
        """From now on it keeps these."""
        rights.hold(descriptions)
        self.rights = descriptions

    @micropython.native
    def drop(self):
        """It keeps nothing any more. Never fails, so that `finally` may begin with it. Where an exception has torn the
        section before, on CPython, the end of the call takes back that it kept anything."""
        if self.rights and not lock.is_mine():
            with lock:
                rights.drop(self.rights)
                self.rights = ()
                reap()
                commit()


Outgoing = quick(Outgoing)


@micropython.native
def send(sock, buffers, ancdata, flags, address, refused):
    """Send the joined `buffers`; with `refused`, the flag that Linux uses itself may not be set. Returns how many bytes
    were sent, -1 for "not now"."""
    message = Outgoing()
    if address is not None:
        name = names.parse(address)
        message.address = names.EMPTY if name is None else name
    data = _gathered(buffers)
    controls = _controls(ancdata)
    if refused and flags < 0:
        raise error(_EINVAL)
    if data.__class__ is _list:
        data = _joined(data)
    n = size_of(data)
    try:
        with lock:
            _attach(message, opened(sock), controls)
        return sock._protocol().send(sock, data, 0, n, flags, message, None)
    finally:
        message.drop()


def _check_count(buffers):
    if len(buffers) > 1024:
        raise error(_EMSGSIZE)


@micropython.native  # for speed
def _gathered(buffers):
    """The buffers, all taken out of what the program gave: a list, or the only one."""
    if buffers.__class__ is _list and _len(buffers) == 1:
        return bytes_of(buffers[0])
    return [bytes_of(buffer) for buffer in buffers]


def _joined(buffers):
    _check_count(buffers)
    return vectors.joined(buffers)


@micropython.native  # for speed
def _controls(ancdata):
    """The control messages as (level, type, bytes), all taken out of what the program gave: its code runs here."""
    controls = []
    for item in ancdata:
        if item.__class__ is not _tuple:
            item = _sequence(item)
        if _len(item) != 3:
            raise TypeError("a control message must be (level, type, data)")
        controls.append((index(item[0]), index(item[1]), _bytes(bytes_of(item[2]))))
    return controls


def _sequence(item):
    """What stands for a control message, if it is no tuple. Iterables and mappings do not."""
    if isinstance(item, dict):
        raise TypeError("a control message must be (level, type, data)")
    if isinstance(item, tuple):
        return tuple(item)
    return [item[i] for i in range(len(item))]


@micropython.native  # for speed
def _attach(message, endpoint, controls):
    """Take the control messages, as Linux's __scm_send does. With the kernel's lock held."""
    if endpoint.kind == _SEQPACKET:
        check_connected(endpoint)
    carried = []
    for level, type, data in controls:
        if level != so.SOL_SOCKET:
            continue
        if type == so.SCM_RIGHTS:
            if _len(data) // 4 + _len(carried) > rights.LIMIT:
                raise error(_EINVAL)
            at = 0
            while at + 4 <= _len(data):
                carried.append(kernel.description(_number(data, at)))
                at += 4
        elif type == so.SCM_CREDENTIALS:
            _claim(message, endpoint, data)
        else:
            raise error(_EINVAL)
    message.hold(carried)


@micropython.viper
def _number(data: ptr8, at: int) -> int:
    """The descriptor there. A negative one is a very large one on CPython: there is none either way."""
    return data[at] | data[at + 1] << 8 | data[at + 2] << 16 | data[at + 3] << 24


def _claim(message, endpoint, data):
    """SCM_CREDENTIALS: the message says who sends it, who can be nobody else."""
    if len(data) != 12:
        raise error(_EINVAL)
    if data != credentials(endpoint.owner):
        raise error(_EPERM)
    message.owner = endpoint.owner


class Message(Received):
    """A message that is received, and what the call that receives it returns."""

    has_result = True

    @micropython.native  # for speed
    def __init__(self, shape, space, flags):
        self.address = None
        self.owner = None
        self.flags = 0
        self.stopped = False
        self.carried = ()
        self.done = 0
        self.whole = None
        self._shape = shape
        self._space = space  # bytes for control messages
        self._more_flags = flags and flags & so.MSG_CMSG_CLOEXEC
        self._new = ()  # descriptors for the rights, and the places for them in the kernel's table
        self._ancdata = ()
        self.result = None

    @micropython.native  # for speed
    def prepare(self, endpoint, rights, result):
        self.carried = rights
        self._new = ()
        self._ancdata = []
        if self.owner is not None and self._shape != ADDRESSED:
            self._tell(endpoint, rights)
        self.received(result)

    @micropython.native  # for speed
    def _tell(self, endpoint, rights):
        """Make the control messages."""
        space = self._space
        if passes_credentials(endpoint):
            space = self._put(space, so.SCM_CREDENTIALS, credentials(self.owner))
        if not rights:
            return
        new = self._places(rights, (space - _HEADER) // 4)
        self._new = new
        if _len(new) < _len(rights):
            self.flags |= _MSG_CTRUNC
        if new and self._shape == FULL:
            self._put(space, so.SCM_RIGHTS, _bytes(array("i", self._numbers())))

    @micropython.native  # for speed
    def _places(self, rights, most):
        new = []
        place = -1
        for _ in rights:
            if _len(new) >= most:
                break
            try:
                place = kernel.vacancy(place)
            except OSError:
                break
            descriptor = kernel.descriptor()
            descriptor[_INHERITED] = not self._more_flags
            new.append((place, descriptor))
        return new

    @micropython.native  # for speed
    def _numbers(self):
        """Those of the new descriptors."""
        found = []
        for place, _ in self._new:
            found.append(place + _FIRST)
        return found

    @micropython.native  # for speed
    def received(self, result):
        """What the call returns: it is made before the message is taken out of the queue."""
        if self.whole is not None:
            result = seal(self.whole, self.done + result)
        elif self.done:
            result += self.done
        if self._shape == ADDRESSED:
            self.result = result, self.address
        else:
            found = self._ancdata if self._shape == FULL else self._numbers()
            self.result = result, found, self.flags | self._more_flags, self.address

    def _put(self, space, type, data):
        """Append a control message, cut to `space`. Returns the space that is left."""
        if space < _HEADER:
            self.flags |= _MSG_CTRUNC
            return space
        if space < _HEADER + len(data):
            self.flags |= _MSG_CTRUNC
            data = data[: space - _HEADER]
        self._ancdata.append((so.SOL_SOCKET, type, data))
        return max(0, space - CMSG_SPACE(len(data)))

    @micropython.native
    def install(self, keep):
        i = 0
        for place, descriptor in self._new:
            kernel.install(place, descriptor, self.carried[i])
            i += 1


Message = quick(Message, FULL, 0, 0)


@micropython.native  # for speed
def receive(sock, shape, bufsize, ancbufsize, flags):
    """Receive up to `bufsize` bytes. Returns (data, address) or (data, ancdata, msg_flags, address)."""
    bufsize = size(bufsize)
    ancbufsize = _space(ancbufsize)
    flags = index(flags)
    bufsize = sock._most(bufsize, flags)
    into = [None]
    message = _message(shape, ancbufsize, flags)
    return _receive(sock, into, bufsize, flags, message)


@micropython.native  # for speed
def receive_into(sock, shape, buffer, n, ancbufsize, flags):
    """The same into buffer[:n]. Returns the number of bytes where `receive` returns the bytes."""
    flags = index(flags)
    message = _message(shape, ancbufsize, flags)
    return _receive(sock, buffer, n, flags, message)


def _space(ancbufsize):
    """The size of a buffer for control messages, -1 for one that there cannot be."""
    n = integer(ancbufsize)
    if not -(1 << 63) <= n < 1 << 63:
        raise OverflowError("cannot fit 'int' into an index-sized integer")
    return n if 0 <= n <= 0x7FFFFFFF else -1


@micropython.native  # for speed
def _message(shape, ancbufsize, flags):
    if ancbufsize < 0:
        raise ValueError("invalid ancillary data buffer length")
    if flags < 0 and shape != ADDRESSED:
        raise error(_EINVAL)  # recvmsg(2) refuses the flag that Linux uses itself
    return Message(shape, ancbufsize, flags)


@micropython.native
def _receive(sock, into, n, flags, message):
    if sock._protocol().receive(sock, into, 0, n, flags, message, None) < 0:
        raise error(_EAGAIN)
    return message.result


def receive_scattered(sock, buffers, ancbufsize, flags):
    """Receive into `buffers`, one after the other. Returns (nbytes, ancdata, msg_flags, address)."""
    message = _message(FULL, ancbufsize, flags)
    _check_count(buffers)
    return _receive_scattered(sock, buffers, vectors.whole(buffers), flags, message)


@micropython.native
def _receive_scattered(sock, buffers, whole, flags, message, scatter=vectors.scatter):
    done = _receive(sock, whole[0], _len(whole[0]), flags, message)
    scatter(whole[0], buffers, whole[1], done[0])
    return done


def recvmsg_into(sock, buffers, ancbufsize, flags):
    """socket.recvmsg_into."""
    ancbufsize = _space(ancbufsize)
    flags = index(flags)
    buffers = [writable_bytes_of(buffer) for buffer in buffers]
    if len(buffers) == 1:
        return receive_into(sock, FULL, buffers[0], size_of(buffers[0]), ancbufsize, flags)
    return receive_scattered(sock, buffers, ancbufsize, flags)


@transaction
@micropython.native  # for speed
def send_fds(sock, buffers, fds, flags=0, address=None):
    """Send `buffers` and the descriptors `fds` over `sock`, as CPython's socket.send_fds."""
    return sock.sendmsg(buffers, [(so.SOL_SOCKET, so.SCM_RIGHTS, _numbers_in(fds))], flags, address)


def _numbers_in(fds):
    """The descriptors as bytes, as array("i", fds) of CPython has them."""
    if isinstance(fds, (bytes, bytearray)):
        if len(fds) % 4:
            raise ValueError("bytes length not a multiple of item size")
        return bytes(fds)
    return bytes(array("i", [index(fd) for fd in fds]))


@transaction
@micropython.native  # for speed
def recv_fds(sock, bufsize, maxfds, flags=0):
    """Receive up to `bufsize` bytes and `maxfds` descriptors. Returns (data, descriptors, msg_flags, address)."""
    if not isinstance(maxfds, (int, bool)):
        raise TypeError("an integer is required")
    return receive(sock, DESCRIPTORS, bufsize, CMSG_LEN(4 * index(maxfds)), flags)
