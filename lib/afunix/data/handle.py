"""Handle: what a program holds of an open socket, and the calls that it makes for every message.

Each call tries the endpoint's plain case first and hands everything else, with what is already done, to the methods
that `socket` adds: `_send`, `_receive`, `_finish`. The same methods serve MicroPython's stream protocol, so
select.poll and asyncio take a socket as it is.
"""

from ..host import StreamBase, blank, const, is_bytes, micropython, seal

# A board looks a builtin name up in a long table, one entry after the other: 20 us each on a Pico. And it knows an
# object's class without a call.
_len = len
_bytes = bytes
_bytearray = bytearray
_int = int
_zero = 0
_STREAM = const(1)


class Handle(StreamBase):
    """The data calls of a socket. `_d` is its descriptor (kernel/descriptors.py): a list that begins with the endpoint
    and the serial number of the socket that it is, both of which are nobody's once the descriptor is closed."""

    @micropython.native
    def send(self, data, flags=0):
        """Send `data` (bytes-like); send(2). Returns how many bytes were sent: all, where the socket may wait.

        Raises OSError: EAGAIN, ENOTCONN, EPIPE, EMSGSIZE, EBADF; TypeError where `data` has no bytes.
        """
        kind = data.__class__
        if flags.__class__ is _int and not flags and (kind is _bytes or kind is _bytearray or is_bytes(data)):
            n = _len(data)
            d = self._d
            done = d[0].put(data, 0, n, d[1])
            if done == n:
                return n
            return self._send(data, done, flags)
        return self._send(data, -1, flags)

    @micropython.native
    def recv_into(self, buffer, nbytes=0, flags=0):
        """Receive into `buffer` (writable, bytes-like), at most `nbytes` bytes if that is not 0; recv(2).

        Returns the number of bytes received, 0 at the end of a stream. Raises OSError: EAGAIN, ECONNRESET, EINVAL,
        ENOTCONN, EBADF; TypeError where `buffer` cannot be written; ValueError for a negative or too large `nbytes`.
        """
        if nbytes is _zero and flags is _zero and buffer.__class__ is _bytearray:
            n = _len(buffer)
            if n:
                d = self._d
                n = d[0].take(buffer, 0, n, d[1])
                if n >= 0:
                    return n
        return self._receive_into(buffer, nbytes, flags)

    @micropython.native
    def recv(self, bufsize, flags=0):
        """Receive at most `bufsize` bytes; recv(2). Returns bytes, b"" at the end of a stream. Raises as recv_into."""
        if bufsize.__class__ is not _int or flags.__class__ is not _int or flags or not 0 < bufsize < 0x7FFF:
            return self._receive(bufsize, flags)
        d = self._d
        ep = d[0]
        n = ep.queued()
        if n <= 0:
            return self._receive(bufsize, flags)
        if n > bufsize:
            n = bufsize
        buffer = blank(n)
        n = ep.take(buffer, 0, n, d[1])
        if n < 0:
            return self._receive(bufsize, flags)
        return seal(buffer, n)

    # MicroPython's stream protocol

    @micropython.native
    def write(self, data, first=None, second=None):
        """write(data), write(data, n) or write(data, offset, n), as MicroPython's streams do.

        Returns the number of bytes written: all where the socket may wait, None where nothing could be written now.
        """
        kind = data.__class__
        if first is None and (kind is _bytes or kind is _bytearray):
            n = _len(data)
            d = self._d
            done = d[0].put(data, 0, n, d[1])
            if done == n:
                return n
            return self._write(data, done)
        return self._write(data, -1, first, second)

    @micropython.native
    def readinto(self, buffer, n=None):
        """Read into `buffer` until it is full (or holds n bytes) or the stream ends, as MicroPython's streams do.

        Returns the number of bytes read; a non-blocking socket reads what there is, and returns None for nothing.
        """
        if n is None and buffer.__class__ is _bytearray:
            n = _len(buffer)
            d = self._d
            ep = d[0]
            done = -1
            if n and (ep.queued() >= n or ep.kind != _STREAM):  # what is taken of less could be lost in a wait
                done = ep.take(buffer, 0, n, d[1])
                if done == n:
                    return n
            return self._read_into(buffer, done)
        return self._read_into(buffer, -1, n)

    def read(self, n=-1):
        """Read n bytes, or all until the stream ends. Returns bytes, fewer than n at the end; None for "not now"."""
        return self._read(n)

    def readline(self, n=-1):
        """Read a line, at most `n` bytes of it. Returns bytes, without a newline at the end; None for "not now"."""
        return self._readline(n)

    # for interrupt handlers

    @micropython.viper
    def try_write(self, data) -> int:
        """Send as much of `data` (bytes, bytearray or memoryview) as fits now. Never waits, allocates or raises.

        Returns the number of bytes sent; 0 where none fits, somebody else is sending, or the socket is not plainly
        connected.
        """
        kind = data.__class__
        if not (kind is _bytes or kind is _bytearray or is_bytes(data)):
            return 0
        d = self._d
        n = int(d[0].put(data, 0, _len(data), 0 - int(d[1])))
        return n if n > 0 else 0

    @micropython.viper
    def try_readinto(self, buffer) -> int:
        """Receive what is there into `buffer` (a bytearray). Never waits, allocates or raises.

        Returns the number of bytes received; 0 where there are none, or somebody else is receiving.
        """
        if buffer.__class__ is not _bytearray or not buffer:
            return 0
        d = self._d
        n = int(d[0].take(buffer, 0, _len(buffer), 0 - int(d[1])))
        return n if n > 0 else 0
