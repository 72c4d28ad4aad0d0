"""CPython's `fcntl` for descriptors of afunix."""

from .host import bytes_of, error, index, size_of, transaction, writable_bytes_of
from .kernel import descriptors
from .kernel.descriptors import (  # noqa: F401
    F_DUPFD,
    F_DUPFD_CLOEXEC,
    F_GETFD,
    F_GETFL,
    F_GETPIPE_SZ,
    F_SETFD,
    F_SETFL,
    F_SETPIPE_SZ,
    FD_CLOEXEC,
)
from .kernel.flock import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN  # noqa: F401
from .kernel.flock import flock as _flock

_EFAULT = 14
_ANSWERS = (0x541B, 0x5411, 0x8905)  # requests whose answer is stored where the argument says: FIONREAD and the like
_ASKS = (0x5421, 0x5452)  # requests whose argument is read from there: FIONBIO, FIOASYNC
_MOST = 1024


def _descriptor(fd):
    fd = descriptors.number_of(fd)
    if fd < 0:
        raise ValueError("file descriptor cannot be a negative integer (%d)" % fd)
    return fd


@transaction
def fcntl(fd, cmd, arg=0):
    """fcntl(2) with an integer: F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETPIPE_SZ,
    F_SETPIPE_SZ.

    fd      a descriptor, or an object with fileno()
    Returns an int. Raises OSError: EBADF, EINVAL, EMFILE.
    """
    fd, cmd = _descriptor(fd), index(cmd)
    return descriptors.fcntl(fd, cmd, index(arg))


@transaction
def ioctl(fd, request, arg=0, mutate_flag=True):
    """ioctl(2): FIONREAD, FIONBIO, FIOASYNC, FIOCLEX, FIONCLEX, and those of sockets.

    arg     an int's bytes where the request needs one: bytes, of which changed ones are returned; or a buffer, which is
            changed
    Returns an int, or bytes for bytes. Raises OSError: EBADF, ENOTTY, EINVAL, EFAULT (an int is needed and not given).
    """
    fd, request = _descriptor(fd), index(request) & 0xFFFFFFFF
    given = _bytes_of(arg)
    if request in _ASKS:
        if given is None:
            return _no_address(fd)
        answer = descriptors.ioctl(fd, request, int.from_bytes(given[:4], "little"))
    else:
        answer = descriptors.ioctl(fd, request)
        if request in _ANSWERS:
            if given is None:
                return _no_address(fd)
            given[:4] = answer.to_bytes(4, "little")
            answer = 0
    if given is None:
        return answer
    if isinstance(arg, bytes) or not mutate_flag:
        return bytes(given)
    target = writable_bytes_of(arg)
    target[: size_of(target)] = given
    return answer


def _no_address(fd):
    descriptors.flags(fd)
    raise error(_EFAULT)


def _bytes_of(arg):
    """The argument's bytes, None for an integer."""
    try:
        index(arg)
        return None
    except TypeError:
        given = bytearray(bytes_of(arg))
    if len(given) > _MOST:
        raise ValueError("ioctl string arg too long")
    return given


@transaction
def flock(fd, operation):
    """flock(2): LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB. Raises OSError: EBADF, EINVAL, EAGAIN."""
    fd = _descriptor(fd)
    _flock(fd, index(operation))


def __getattr__(name):
    from .kernel import descriptors, socket_numbers

    for module in (socket_numbers, descriptors):
        if name[:3] == "FIO" and hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(name)
