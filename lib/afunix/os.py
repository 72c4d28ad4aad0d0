"""What CPython's `os` has for descriptors, for those of afunix: sockets, pipes, and objects that `install` gave one.

Signatures, results and exceptions are CPython's; beside them, `poll` says what poll(2) would. compat.py lends them to
the board's own `os`.
"""

from .fileio import FileIO, reader, writer
from .host import MICROPYTHON, error, index, micropython, size, size_of, transaction, writable_bytes_of
from .kernel import descriptors
from .kernel.descriptors import O_ASYNC, O_CLOEXEC, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY  # noqa: F401
from .kernel.lock import lock
from .kernel.tables import kernel
from .socket import close as close
from .socket import dup as dup
from .socket import loaded

SEEK_SET = 0
SEEK_CUR = 1
SEEK_END = 2

_EBADF = 9
_EINVAL = 22
_ESPIPE = 29
_EOPNOTSUPP = 95
_MOST_BUFFERS = 1024
_USER = 6
_SOCKET = 0o140777
_PIPE = 0o010600
_STAT = ("st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size", "st_atime", "st_mtime", "st_ctime")


# Reading and writing


@transaction
def read(fd, n):
    """At most `n` bytes of what can be read; read(2). b"" at the end.

    Raises OSError: EBADF, EAGAIN (nothing is there, and O_NONBLOCK is set), and what recv raises on a socket.
    """
    n = size(n)
    if n < 0:
        raise error(_EINVAL)
    return reader(index(fd)).recv(n)


@transaction
def readinto(fd, buffer):
    """The same into `buffer`. Returns the number of bytes. On a board it allocates nothing."""
    return reader(index(fd)).recv_into(buffer)


@transaction
def write(fd, data):
    """Write `data`; write(2). Returns the number of bytes: all, where the descriptor waits.

    At most PIPE_BUF bytes go into a pipe together or not at all. Raises OSError: EBADF, EPIPE (nobody reads), EAGAIN
    (no room, and O_NONBLOCK is set), and what send raises on a socket.
    """
    return writer(index(fd)).send(data)


@transaction
def readv(fd, buffers):
    """`read` into `buffers`, one after the other. Returns the number of bytes. readv(2)."""
    buffers = _writable(buffers)
    return _read_vector(reader(index(fd)), buffers)


def _read_vector(file, buffers):
    if len(buffers) == 1:
        return file.recv_into(buffers[0])
    vectors = loaded("kernel.vectors")
    return _read_scattered(file, buffers, vectors.whole(buffers), vectors.scatter)


@micropython.native
def _read_scattered(file, buffers, whole, scatter):
    n = file.recv_into(whole[0])
    scatter(whole[0], buffers, whole[1], n)
    return n


@transaction
def writev(fd, buffers):
    """`write` of all `buffers` in one piece: nobody else's bytes come between. writev(2)."""
    data = _joined(buffers)
    file = writer(index(fd))
    if not size_of(data):
        return 0  # it is no message, as that of write would be
    return file.send(data)


def _counted(buffers):
    if len(buffers) > _MOST_BUFFERS:
        raise error(_EINVAL)
    return buffers


def _writable(buffers):
    return [writable_bytes_of(buffer) for buffer in _counted(buffers)]


def _joined(buffers):
    return loaded("kernel.vectors").joined(_counted(buffers))


# Positions: of objects that have one


def _seekable(fd, offset, file):
    """What reads or writes at `offset`. Raises OSError: EINVAL, EBADF, ESPIPE."""
    if offset < 0:
        raise error(_EINVAL)
    with lock:
        description = kernel.description(fd)
    if description.kind >= 0:
        raise error(_ESPIPE)
    objects = loaded("kernel.objects")
    if not objects.seeks(description.object):
        raise error(_ESPIPE)
    return file(fd), description.object, objects.elsewhere


@transaction
def pread(fd, n, offset):
    """`read` at a position of an object, whose own does not move; pread(2). OSError(ESPIPE) where it has none."""
    fd, n, offset = index(fd), size(n), size(offset)
    if n < 0:
        raise error(_EINVAL)
    file, object, elsewhere = _seekable(fd, offset, reader)
    return elsewhere(object, offset, file.recv, n)


@transaction
def pwrite(fd, data, offset):
    """`write` at a position of an object, whose own does not move; pwrite(2)."""
    fd, offset = index(fd), size(offset)
    file, object, elsewhere = _seekable(fd, offset, writer)
    return elsewhere(object, offset, file.send, data)


@transaction
def preadv(fd, buffers, offset, flags=0):
    """`readv` at a position, -1 for that which there is; `flags` must be 0. preadv2(2)."""
    fd, offset = index(fd), index(offset)
    if offset == -1:
        return readv(fd, buffers)
    buffers = _writable(buffers)
    file, object, elsewhere = _seekable(fd, offset, reader)
    _no_flags(flags)
    return elsewhere(object, offset, lambda buffers: _read_vector(file, buffers), buffers)


@transaction
def pwritev(fd, buffers, offset, flags=0):
    """`writev` at a position, -1 for that which there is; `flags` must be 0. pwritev2(2)."""
    fd, offset = index(fd), index(offset)
    if offset == -1:
        return writev(fd, buffers)
    data = _joined(buffers)
    file, object, elsewhere = _seekable(fd, offset, writer)
    _no_flags(flags)
    return elsewhere(object, offset, file.send, data)


def _no_flags(flags):
    if index(flags):
        raise error(_EOPNOTSUPP)


@transaction
def lseek(fd, position, whence):
    """Move the position of an object; lseek(2). Returns it. Raises OSError: EBADF, EINVAL, ESPIPE."""
    fd, position, whence = index(fd), index(position), index(whence)
    with lock:
        description = kernel.description(fd)
    if not SEEK_SET <= whence <= SEEK_END:
        raise error(_EINVAL)
    if description.kind >= 0:
        raise error(_ESPIPE)
    return loaded("kernel.objects").seek(description.object, position, whence)


# What it is


@transaction
def fstat(fd):
    """What a descriptor refers to, as a tuple with CPython's names: a socket, a pipe, a file or a device; fstat(2)."""
    fd = index(fd)
    with lock:
        description = kernel.description(fd)
        if description.kind >= 0:
            mode, inode, size = _PIPE if description.end else _SOCKET, description.serial(), 0
    if description.kind < 0:
        mode, size = loaded("kernel.objects").mode_and_size(description.object)
        inode = id(description.object)
    return _stat_result((mode, inode, 0, 1, 0, 0, size, 0, 0, 0))


def _stat_result(values):
    global _make_stat
    if _make_stat is None:
        if MICROPYTHON:
            from collections import namedtuple

            named = namedtuple("stat_result", _STAT)
            _make_stat = lambda values: named(*values)  # noqa: E731
        else:
            _make_stat = __import__("os").stat_result
    return _make_stat(values)


_make_stat = None


@transaction
def isatty(fd):
    """Is it a terminal? An object may say so of itself."""
    try:
        with lock:
            description = kernel.description(index(fd))
    except OSError:
        return False
    if description.kind >= 0:
        return False
    return loaded("kernel.objects").is_terminal(description.object)


@transaction
def fsync(fd):
    """Write out what an object has not written yet; fsync(2). Raises OSError: EBADF, EINVAL (nothing to write out)."""
    fd = descriptors.number_of(fd)
    with lock:
        description = kernel.description(fd)
    if description.kind >= 0:
        raise error(_EINVAL)
    loaded("kernel.objects").sync(description.object)


@transaction
def poll(fd, events):
    """Which of the `events` of poll(2) hold now, and POLLERR, POLLHUP, POLLNVAL without being asked for."""
    try:
        descriptor = kernel.at(index(fd))
    except OSError:
        return 0x20
    if descriptor[0] is not kernel.closed:
        return descriptor[0].poll() & (events | 0x38)
    return writer(fd).events(events)  # of an object both are the same


# Descriptors


@transaction
def dup2(fd, fd2, inheritable=True):
    """Let `fd2` refer to what `fd` refers to; what it was before is closed. dup2(2). Returns `fd2`. Raises
    OSError(EBADF)."""
    fd, fd2 = index(fd), index(fd2)
    if fd < 0 or fd2 < 0:
        raise error(_EBADF)
    if not inheritable and fd == fd2:
        raise error(_EINVAL)
    return descriptors.replace(fd, fd2, bool(inheritable))


@transaction
def dup3(fd, fd2, flags=0):
    """dup2 where `flags` may be O_CLOEXEC, and OSError(EINVAL) for one and the same; dup3(2). CPython has no name for
    it."""
    fd, fd2, flags = index(fd), index(fd2), index(flags)
    if flags & ~O_CLOEXEC or fd == fd2:
        raise error(_EINVAL)
    return descriptors.replace(fd, fd2, not flags)


@transaction
def get_blocking(fd):
    """Is O_NONBLOCK off?"""
    return not descriptors.status(index(fd)) & O_NONBLOCK


@transaction
def set_blocking(fd, blocking):
    """Set O_NONBLOCK, or take it back."""
    descriptors.set_status(index(fd), 0 if blocking else O_NONBLOCK, O_NONBLOCK)


@transaction
def get_inheritable(fd):
    """Is FD_CLOEXEC off?"""
    return not descriptors.flags(index(fd))


@transaction
def set_inheritable(fd, inheritable):
    """Set FD_CLOEXEC, or take it back."""
    descriptors.set_flags(index(fd), 0 if inheritable else descriptors.FD_CLOEXEC)


@transaction
def pipe():
    """A new pipe: (descriptor to read from, descriptor to write to); pipe(2). Raises OSError: EMFILE, ENFILE."""
    return _open_pipe(False, False)


@transaction
def pipe2(flags):
    """The same with O_NONBLOCK and O_CLOEXEC as `flags` say; pipe2(2). Raises OSError(EINVAL) for others."""
    flags = index(flags)
    if flags & ~(O_NONBLOCK | O_CLOEXEC):
        raise error(_EINVAL)
    return _open_pipe(bool(flags & O_NONBLOCK), not flags & O_CLOEXEC)


def _open_pipe(nonblocking, inherited):
    pipe = loaded("kernel.pipe")
    return pipe.open(pipe, nonblocking, inherited)


@transaction
def fdopen(fd, mode="r", buffering=-1, encoding=None, errors=None, newline=None):
    """A file for the descriptor of a socket or a pipe, which it closes; CPython's arguments.

    Bytes without a buffer, which is what a board has for bytes in any case, come as a FileIO.
    """
    fd = index(fd)
    descriptor = kernel.at(fd)
    if descriptor[0] is kernel.closed:
        raise error(_EINVAL)
    file = FileIO(descriptor, fd)
    if "b" in mode and (MICROPYTHON or not buffering):
        return file
    made = file.makefile(mode, None if buffering < 0 else buffering, encoding=encoding, errors=errors, newline=newline)
    file._closed = True
    return made


def __getattr__(name):
    if name == "PIPE_BUF":
        return loaded("kernel.pipe").atomic()
    raise AttributeError(name)
