"""Handle: what a program holds of an open socket, and the calls that it makes for every message.

Each call tries the endpoint's plain case first and hands everything else, with what is already done, to the methods
that `socket` adds: `_send`, `_receive`, `_finish`. The same methods serve MicroPython's stream protocol, so
select.poll and asyncio take a socket as it is.
"""

from ..host import MICROPYTHON, StreamBase, blank, bytes_of, micropython, seal

# A board looks a builtin name up in a long table, one entry after the other: 20 us each on a Pico. And it knows an
# object's class without a call.
_len = len
_bytes = bytes
_bytearray = bytearray
_memoryview = memoryview if MICROPYTHON else bytes  # CPython's may have items of several bytes


class Handle(StreamBase):
    """The data calls of a socket. `_ep` is its endpoint, `kernel.closed` once the socket is closed."""

    @micropython.native
    def send(self, data, flags=0):
        """Send `data` (bytes-like); send(2). Returns how many bytes were sent: all, where the socket may wait.

        Raises OSError: EAGAIN, ENOTCONN, EPIPE, EMSGSIZE, EBADF; TypeError where `data` has no bytes.
        """
        kind = data.__class__
        if not flags and (kind is _bytes or kind is _bytearray or kind is _memoryview):
            n = _len(data)
            done = self._ep.put(data, 0, n, True)
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
        if not (nbytes or flags) and buffer.__class__ is _bytearray:
            n = _len(buffer)
            if n:
                n = self._ep.take(buffer, 0, n, True)
                if n >= 0:
                    return n
        return self._receive_into(buffer, nbytes, flags)

    @micropython.native
    def recv(self, bufsize, flags=0):
        """Receive at most `bufsize` bytes; recv(2). Returns bytes, b"" at the end of a stream. Raises as recv_into."""
        if flags or bufsize <= 0:
            return self._receive(bufsize, flags)
        ep = self._ep
        n = ep.queued()
        if n <= 0:
            return self._receive(bufsize, flags)
        if n > bufsize:
            n = bufsize
        buffer = blank(n)
        n = ep.take(buffer, 0, n, True)
        if n < 0:
            return self._receive(bufsize, flags)
        return seal(buffer, n)

    # MicroPython's stream protocol

    @micropython.native
    def write(self, data, first=-1, second=-1):
        """write(data), write(data, n) or write(data, offset, n), as MicroPython's streams do.

        Returns the number of bytes written: all where the socket may wait, None where nothing could be written now.
        """
        kind = data.__class__
        if first < 0 and (kind is _bytes or kind is _bytearray):
            n = _len(data)
            done = self._ep.put(data, 0, n, True)
            if done == n:
                return n
            return self._write(data, done)
        return self._write(data, -1, first, second)

    @micropython.native
    def readinto(self, buffer, n=-1):
        """Read into `buffer` until it is full (or holds n bytes) or the stream ends, as MicroPython's streams do.

        Returns the number of bytes read; a non-blocking socket reads what there is, and returns None for nothing.
        """
        if n < 0 and buffer.__class__ is _bytearray:
            n = _len(buffer)
            if not n:
                return 0
            done = self._ep.take(buffer, 0, n, True)
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
        if not (kind is _bytes or kind is _bytearray):
            if kind is not memoryview:
                return 0
            data = bytes_of(data)
        n = int(self._ep.put(data, 0, _len(data), False))
        return n if n > 0 else 0

    @micropython.viper
    def try_readinto(self, buffer) -> int:
        """Receive what is there into `buffer` (a bytearray). Never waits, allocates or raises.

        Returns the number of bytes received; 0 where there are none, or somebody else is receiving.
        """
        if buffer.__class__ is not _bytearray or not buffer:
            return 0
        n = int(self._ep.take(buffer, 0, _len(buffer), False))
        return n if n > 0 else 0
