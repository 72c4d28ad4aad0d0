"""Descriptors: dup2(2), fcntl(2) and ioctl(2), whatever a descriptor refers to.

FD_CLOEXEC belongs to the descriptor, O_NONBLOCK, O_ASYNC and a lock of flock(2) to the description, which all its
duplicates share. What an object of the program (rights.File) can do is asked without the kernel's lock.
"""

from ..host import const, error, index, micropython, transaction, wake
from . import objects
from . import socket_numbers as so
from .lock import lock, make_room, tidy, tidy_follows
from .release import reap
from .tables import kernel

F_DUPFD = 0
F_GETFD = 1
F_SETFD = 2
F_GETFL = 3
F_SETFL = 4
F_DUPFD_CLOEXEC = 1030
F_SETPIPE_SZ = 1031
F_GETPIPE_SZ = 1032
FD_CLOEXEC = 1
O_RDONLY = 0
O_WRONLY = 1
O_RDWR = 2
O_NONBLOCK = 0o4000
O_ASYNC = 0o20000
O_CLOEXEC = 0o2000000
FIONCLEX = 0x5450
FIOCLEX = 0x5451
FIOASYNC = 0x5452

_EPERM = const(1)
_EBADF = const(9)
_EBUSY = const(16)
_EINVAL = const(22)
_ENOTTY = const(25)
_FIRST = const(3)
_EP = const(0)
_SERIAL = const(1)
_DESCRIPTION = const(2)
_ABANDONED = const(3)
_KIND = const(4)
_INHERITED = const(5)
_USER = const(6)
_CLOSED = const(1)
_READS = const(1)


# dup(2)


def duplicate_from(fd, least, inherited):
    """A second descriptor for what `fd` refers to: the lowest that is free and not below `least`. Returns its number.
    Raises OSError: EBADF, EINVAL, EMFILE."""
    make_room(0, 1)
    copy = kernel.descriptor()
    copy[_INHERITED] = inherited
    with lock:
        description = kernel.description(fd)
        if not 0 <= least < len(kernel.descriptors) + _FIRST:
            raise error(_EINVAL)
        return _install(kernel.vacancy(least - _FIRST - 1), copy, description)


@micropython.native
def _install(place, descriptor, description):
    """`kernel.install` in a place that need not be the lowest."""
    lowest = kernel.lowest
    fd = kernel.install(place, descriptor, description)
    if place > lowest:
        kernel.lowest = lowest
    return fd


def replace(fd, other, inherited):
    """dup2(2): `other` refers to what `fd` refers to; what it referred to before is closed. Returns `other`. Raises
    OSError(EBADF)."""
    copy = kernel.descriptor()
    copy[_INHERITED] = inherited
    _replace(fd, other, inherited, copy)
    return other


@micropython.native
def _replace(fd, other, inherited, copy):
    with lock:
        _let_refer(fd, other, inherited, copy)
        tidy_follows()
    try:
        tidy()
    except Exception:
        pass  # as with Linux, nobody is told what comes of closing an object


def _let_refer(fd, other, inherited, copy):
    description = kernel.description(fd)
    place = other - _FIRST
    if not 0 <= place < len(kernel.descriptors):
        raise error(_EBADF)
    if fd == other:
        return
    former = kernel.descriptors[place]
    if former is None:
        _install(place, copy, description)
    else:
        _turn(former, description, inherited)


@micropython.native
def _turn(descriptor, description, inherited):
    """Let the open descriptor refer to something else: all its handles follow it."""
    former = descriptor[_DESCRIPTION]
    description.references += 1
    descriptor[_SERIAL] = _CLOSED
    descriptor[_EP] = kernel.closed
    descriptor[_DESCRIPTION] = description
    descriptor[_ABANDONED] = False
    descriptor[_INHERITED] = inherited
    descriptor[_USER] = None
    if description.kind >= 0:
        descriptor[_KIND] = description.kind
        descriptor[_EP] = description
        descriptor[_SERIAL] = description.serial()
    kernel.unreference(former)
    reap()
    wake()  # who waits on this descriptor is told


# fcntl(2)


def flags(fd):
    """F_GETFD."""
    with lock:
        return 0 if kernel.at(fd)[_INHERITED] else FD_CLOEXEC


def set_flags(fd, number):
    """F_SETFD."""
    with lock:
        kernel.at(fd)[_INHERITED] = not number & FD_CLOEXEC
    return 0


def status(fd):
    """F_GETFL: the access mode, O_NONBLOCK and O_ASYNC."""
    with lock:
        description = kernel.description(fd)
        number = O_NONBLOCK if description.nonblocking else 0
        if _is_asynchronous(description):
            number |= O_ASYNC
    return number | access(description)


def access(description):
    """O_RDONLY, O_WRONLY or O_RDWR. Without the kernel's lock."""
    if description.kind < 0:
        return objects.access(description.object)
    end = description.end
    return O_RDWR if not end else O_RDONLY if end == _READS else O_WRONLY


def set_status(fd, number, mask=O_NONBLOCK | O_ASYNC):
    """F_SETFL: O_NONBLOCK and O_ASYNC as `number` has them; whatever else is in it is ignored."""
    change = None
    with lock:
        if mask & O_ASYNC:
            from .options import change
        description = kernel.description(fd)
        nonblocking = bool(number & O_NONBLOCK) if mask & O_NONBLOCK else description.nonblocking
        asynchronous = _is_asynchronous(description)
        if not mask & O_ASYNC or asynchronous == bool(number & O_ASYNC):
            asynchronous = None
        else:
            asynchronous = not asynchronous
        _set_status(description, nonblocking, asynchronous, change)
    return 0


@micropython.native
def _set_status(description, nonblocking, asynchronous, change):
    if asynchronous is not None:
        if description.kind >= 0:
            change(description, "asynchronous", asynchronous)
        else:
            description.asynchronous = asynchronous
    description.nonblocking = nonblocking
    wake()


def _is_asynchronous(description):
    if description.kind < 0:
        return description.asynchronous
    options = description.options
    return options is not None and options.asynchronous


def pipe_size(fd, least=None):
    """F_GETPIPE_SZ, and F_SETPIPE_SZ where `least` is given: the size is what it is, and will do or not. Raises
    OSError: EBADF (no pipe), EPERM (too large), EBUSY (more is queued)."""
    with lock:
        description = kernel.description(fd)
        if description.kind < 0 or not description.end:
            raise error(_EBADF)
        reader = _reader(description)
        if least is not None:
            if least > len(reader.memory):
                raise error(_EPERM)
            if least < 0:
                raise error(_EINVAL)
            if least < reader.queued():
                raise error(_EBUSY)
        return len(reader.memory)


def _reader(description):
    return description if description.end == _READS else description.peer


def fcntl(fd, command, number):
    """fcntl(2). Returns an int. Raises OSError: EBADF; EINVAL (no such command, or a wrong number); EMFILE."""
    if command == F_DUPFD or command == F_DUPFD_CLOEXEC:
        return duplicate_from(fd, number, command == F_DUPFD)
    if command == F_GETFD:
        return flags(fd)
    if command == F_SETFD:
        return set_flags(fd, number)
    if command == F_GETFL:
        return status(fd)
    if command == F_SETFL:
        return set_status(fd, number)
    if command == F_GETPIPE_SZ:
        return pipe_size(fd)
    if command == F_SETPIPE_SZ:
        return pipe_size(fd, number)
    with lock:
        kernel.at(fd)
    raise error(_EINVAL)


# ioctl(2)


@transaction
def ioctl(fd, request, argument=0):
    """ioctl(2) on a descriptor, or the object that has it. Returns an int.

    FIONREAD, SIOCINQ  bytes that can be received or read; of a datagram socket, the length of the next datagram
    SIOCOUTQ           bytes that a socket's peer has not received yet
    SIOCATMARK         1 where the next byte is the urgent one, or the one behind it
    FIONBIO, FIOASYNC  O_NONBLOCK and O_ASYNC are set, or not any more where `argument` is 0
    FIOCLEX, FIONCLEX  FD_CLOEXEC is set, is not any more

    Raises OSError: EBADF, ENOTTY (it knows no such request), EINVAL (of a listener).
    """
    fd, request = number_of(fd), index(request)
    if request == FIOCLEX or request == FIONCLEX:
        return set_flags(fd, FD_CLOEXEC if request == FIOCLEX else 0)
    if request == so.FIONBIO or request == FIOASYNC:
        bit = O_NONBLOCK if request == so.FIONBIO else O_ASYNC
        return set_status(fd, bit if argument else 0, bit)
    return _ask(fd, request, argument)


def _ask(fd, request, argument):
    with lock:
        from .options import REQUESTS

        description = kernel.description(fd)
        if description.kind >= 0:
            if description.end and request == so.FIONREAD:
                description = _reader(description)
            elif description.end or request not in REQUESTS:
                raise error(_ENOTTY)
            return REQUESTS[request](description, argument)
    if request != so.FIONREAD:
        raise error(_ENOTTY)
    return objects.readable_bytes(description.object)


def number_of(fd):
    """The number of a descriptor, or of an object that has one."""
    if not isinstance(fd, int) and hasattr(fd, "fileno"):
        fd = fd.fileno()
    return index(fd)
