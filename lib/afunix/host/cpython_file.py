"""Files over sockets on CPython: its own, which can be closed again where closing one was interrupted."""

import io
import operator
from socket import SocketIO

from .cpython_lock import Noted, transaction


class _File(Noted, SocketIO):
    """The bytes of a socket, without a buffer."""

    _sock = None
    _ended = False
    # Its getter is in C: an exception that comes in one of Python's would be lost in what asks.
    closed = property(operator.attrgetter("_ended"))

    def __init__(self, sock, mode):
        sock._io_refs += 1  # first: where something comes in between, the end of the call takes both back
        super().__init__(sock, mode)

    @transaction
    def close(self):
        if not self._ended and self._sock is not None:
            self._sock._decref_socketios()
            self._ended = True
            self._sock = None


def open_file(sock, mode, buffering, encoding, errors, newline):
    """What CPython's socket.makefile returns."""
    if not set(mode) <= {"r", "w", "b"}:
        raise ValueError("invalid mode %r (only r, w, b allowed)" % (mode,))
    writes = "w" in mode
    reads = "r" in mode or not writes
    binary = "b" in mode
    if buffering == 0 and not binary:
        raise ValueError("unbuffered streams must be binary")
    raw = _File(sock, "r" * reads + "w" * writes)
    if buffering == 0:
        return raw
    size = io.DEFAULT_BUFFER_SIZE if buffering is None or buffering < 0 else buffering
    if reads and writes:
        file = io.BufferedRWPair(raw, raw, size)
    elif reads:
        file = io.BufferedReader(raw, size)
    else:
        file = io.BufferedWriter(raw, size)
    if not binary:
        file = io.TextIOWrapper(file, encoding, errors, newline)
        file.mode = mode
    return file
