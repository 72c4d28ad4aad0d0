"""A descriptor as an object, with the calls for every message that a socket has.

Opened is what reads and writes by a number (os.py). FileIO is for a program that reads or writes a pipe often: no
number is looked up then. The methods are those of a socket, but none that is a socket's alone.
"""

from .data.plane import NATIVE, Handle
from .host import const, error, micropython, transaction
from .kernel.lock import lock
from .kernel.operation import FOREVER
from .kernel.tables import kernel
from .socket import socket

_EBADF = const(9)
_ESPIPE = const(29)
_DESCRIPTION = const(2)
_USER = const(6)
_WRITES = const(2)
_READS = const(1)


class Opened(Handle):
    """What reads and writes by the number of a descriptor of a socket or a pipe."""

    _ms = FOREVER
    _fd = -1

    if NATIVE:  # the part of the object that the data calls are in

        def __new__(kind, *args):
            return Handle(object.__new__(kind))

    def __init__(self, descriptor):
        self._d = descriptor

    # what the data calls leave to Python
    _until = socket._until
    _expired = socket._expired
    _protocol = socket._protocol
    _most = socket._most
    _send = socket._send
    _send_all = socket._send_all
    _receive = socket._receive
    _receive_into = socket._receive_into
    _write = socket._write
    _read_into = socket._read_into
    _read = socket._read
    _readline = socket._readline
    _receive_whole = socket._receive_whole


class FileIO(Opened):
    """An unbuffered file for a descriptor of a socket or a pipe; see os.fdopen.

    read, readinto, readline and write are those of MicroPython's streams, on CPython as well; recv, recv_into, send,
    sendall, try_write and try_readinto those of a socket.
    """

    _io_refs = 0  # files of makefile() that are open
    _closed = False

    def __init__(self, descriptor, fd):
        self._d = descriptor
        self._fd = fd

    ioctl = socket.ioctl
    close = socket.close
    fileno = socket.fileno
    makefile = socket.makefile
    _decref_socketios = socket._decref_socketios
    _close_with_file = socket._close_with_file

    @property
    def _ep(self):
        return self._d[0]

    @property
    def closed(self):
        return self._fd < 0

    def readable(self):
        return self._d[0].end != _WRITES

    def writable(self):
        return self._d[0].end != _READS

    def seekable(self):
        return False

    def isatty(self):
        return False

    def seek(self, offset, whence=0):
        raise error(_ESPIPE)

    def tell(self):
        raise error(_ESPIPE)

    def flush(self):
        """Nothing is ever left to be written."""

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close()


if not hasattr(FileIO, "sendall"):  # what C has instead is Handle's
    FileIO.sendall = socket.sendall
transaction(FileIO)


def _object_io(descriptor):
    from .kernel.objects import ObjectIO

    return ObjectIO(descriptor)


def _made(descriptor):
    """What reads and writes by the number of this descriptor from now on."""
    with lock:
        description = descriptor[_DESCRIPTION]
        if description is None:
            raise error(_EBADF)
        made = _object_io(descriptor) if description.kind < 0 else Opened(descriptor)
        descriptor[_USER] = made
    return made


@micropython.native
def reader(fd):
    """What reads by the number `fd`. Raises OSError(EBADF), also where it is for writing."""
    descriptor = kernel.at(fd)
    if descriptor[0].end == _WRITES:
        raise error(_EBADF)
    found = descriptor[_USER]
    return found if found is not None else _made(descriptor)


@micropython.native
def writer(fd):
    """The same for writing."""
    descriptor = kernel.at(fd)
    if descriptor[0].end == _READS:
        raise error(_EBADF)
    found = descriptor[_USER]
    return found if found is not None else _made(descriptor)
