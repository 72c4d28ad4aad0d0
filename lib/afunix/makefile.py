"""Files over sockets, what socket.makefile returns: CPython's own there, and on a board the like without buffers.

What is written on a board is sent at once. Bytes are read straight from the socket; text is read ahead, since a
character may be cut in two, and knows UTF-8 alone.
"""

from .host import MICROPYTHON, StreamBase, const

_MODES = ("r", "w", "b")
_AHEAD = const(64)  # bytes of text to read at a time
_STREAM_POLL = const(3)
_STREAM_CLOSE = const(4)
_EBADF = const(9)
_POLLNVAL = const(32)


class File(StreamBase):
    """The bytes of a socket as a file; a socket lives as long as its files."""

    def __init__(self, sock, mode):
        self.mode = mode
        self.closed = False
        self._sock = sock
        self._reads = "r" in mode or "w" not in mode
        self._writes = "w" in mode
        sock._io_refs += 1

    def _for(self, may=True, what=""):
        """The socket, for what the file `may` do."""
        if self.closed:
            raise ValueError("I/O operation on closed file")
        if not may:
            raise OSError("not " + what)
        return self._sock

    def readable(self):
        return self._reads

    def writable(self):
        return self._writes

    def seekable(self):
        return False

    def isatty(self):
        return False

    def fileno(self):
        return self._for().fileno()

    def flush(self):
        self._for()

    def close(self):
        if not self.closed:
            self._sock._decref_socketios()
            self.closed = True  # last, so that who was interrupted can close it again

    def ioctl(self, request, argument):
        """What select asks of a stream."""
        if request == _STREAM_CLOSE:
            self.close()
            return 0
        if self.closed:
            return _POLLNVAL if request == _STREAM_POLL else -_EBADF
        return self._sock.ioctl(request, argument)

    def __enter__(self):
        self._for()
        return self

    def __exit__(self, kind, value, trace):
        self.close()

    # reading

    def read(self, n=-1):
        """n bytes, fewer at the end of the stream; all until there for a negative `n`."""
        return self._for(self._reads, "readable").read(-1 if n is None else n)

    def read1(self, n=-1):
        """What there is, at most `n` bytes, after one wait at most."""
        sock = self._for(self._reads, "readable")
        return sock.recv(len(sock._ep.memory) if n < 0 else n)

    def readinto(self, buffer):
        return self._for(self._reads, "readable").readinto(buffer)

    def readline(self, n=-1):
        """A line with its newline, cut to `n` bytes."""
        return self._for(self._reads, "readable").readline(-1 if n is None else n)

    def readlines(self, hint=-1):
        """All lines until the end, or until there are more than `hint` bytes in them."""
        lines = []
        n = 0
        for line in self:
            lines.append(line)
            n += len(line)
            if 0 < (hint or 0) <= n:
                break
        return lines

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    # writing

    def write(self, data):
        """Send all of `data`. Returns its length."""
        sock = self._for(self._writes, "writable")
        if isinstance(data, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        sock.sendall(data)
        return len(data)

    def writelines(self, lines):
        for line in lines:
            self.write(line)


class TextFile(File):
    """The text of a socket as a file.

    newline  as open() has it: None makes "\\n" of "\\r\\n" and "\\r" in what is read, any other leaves it alone;
             "\\r" and "\\r\\n" stand for "\\n" in what is written
    """

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, sock, mode, newline):
        super().__init__(sock, mode)
        self._newline = newline
        self._bytes = b""  # the beginning of a character
        self._cr = False  # a "\r" was read of which may become "\r\n"
        self._text = ""  # read ahead
        self._cut = b""  # what readinto() gave the beginning of
        self._ended = False
        self._buffer = bytearray(_AHEAD)
        self._got = -1  # bytes in it that are not among the text yet, 0 for the end of the stream

    def write(self, data):
        sock = self._for(self._writes, "writable")
        if isinstance(data, str):
            text = data
            if self._newline in ("\r", "\r\n"):
                text = text.replace("\n", self._newline)
            sock.sendall(text.encode())
        else:
            sock.sendall(data)  # print() gives bytes to a stream on a board
        return len(data)

    def _fill(self):
        """Read some more text ahead. False at the end of the stream."""
        if self._ended:
            return False
        # Where this is interrupted, it goes on the next time: not between the receive and its store, which has no jump,
        # and not among the stores at the end.
        if self._got < 0:
            self._got = self._sock.recv_into(self._buffer)
        ended = not self._got
        data = self._bytes + bytes(self._buffer[: self._got])
        whole = len(data) if ended else _whole(data)
        left = data[whole:]
        try:
            text, cr = self._translated(str(data[:whole], "utf-8"), ended)
        except UnicodeError:
            self._bytes = left
            self._got = -1
            raise
        text = self._text + text
        self._text = text
        self._bytes = left
        self._cr = cr
        self._ended = ended
        self._got = -1
        return not ended

    def _translated(self, text, ended):
        """`text` as a program gets it, and whether a "\r" is kept back that may become "\r\n"."""
        if self._newline is not None:
            return text, False
        if self._cr:
            text = "\r" + text
        cr = text.endswith("\r") and not ended
        if cr:
            text = text[:-1]
        return text.replace("\r\n", "\n").replace("\r", "\n"), cr

    def _taken(self, n):
        text, self._text = self._text[:n], self._text[n:]
        return text

    def read(self, n=-1):
        """n characters, fewer at the end of the stream; all until there for a negative `n`."""
        self._for(self._reads, "readable")
        if n is None or n < 0:
            while self._fill():
                pass
            n = len(self._text)
        while len(self._text) < n and self._fill():
            pass
        return self._taken(n)

    def readline(self, n=-1):
        """A line with its newline, cut to `n` characters."""
        self._for(self._reads, "readable")
        if n is None:
            n = -1
        while True:
            end = self._line()
            if end < 0 and (n < 0 or len(self._text) < n) and self._fill():
                continue
            if end < 0:
                end = len(self._text)
            return self._taken(min(end, n) if n >= 0 else end)

    def _line(self):
        """How many characters the first line has that was read ahead, -1 for no whole line."""
        text = self._text
        if self._newline == "":
            ends = [i for i in (text.find("\n"), text.find("\r")) if i >= 0]
            if not ends:
                return -1
            i = min(ends)
            if text[i] == "\r" and i + 1 == len(text) and not self._ended:
                return -1  # a "\n" may follow
            return i + (2 if text[i : i + 2] == "\r\n" else 1)
        newline = self._newline or "\n"
        i = text.find(newline)
        return i if i < 0 else i + len(newline)

    def readinto(self, buffer):
        """For a board's own functions, which read text as bytes, one at a time."""
        if not self._cut:
            self._cut = self.read(1).encode()
        n = min(len(self._cut), len(buffer))
        buffer[:n] = self._cut[:n]
        self._cut = self._cut[n:]
        return n


def _whole(data):
    """How many of these bytes of UTF-8 are whole characters."""
    at = len(data) - 1
    while at > len(data) - 4 and at > 0 and data[at] & 0xC0 == 0x80:
        at -= 1
    if at < 0 or data[at] < 0xC0:
        return len(data)
    size = 2 if data[at] < 0xE0 else 3 if data[at] < 0xF0 else 4
    return at if len(data) - at < size else len(data)


def on_board(sock, mode, buffering, encoding, errors, newline):
    """A File, or a TextFile where `mode` has no "b"."""
    for letter in mode:
        if letter not in _MODES:
            raise ValueError("invalid mode %r (only r, w, b allowed)" % mode)
    if "b" in mode:
        return File(sock, mode)
    if buffering == 0:
        raise ValueError("unbuffered streams must be binary")
    if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "ascii", "us-ascii"):
        raise LookupError("unknown encoding: " + encoding)
    if errors not in (None, "strict"):
        raise LookupError("unknown error handler name '%s'" % errors)
    if newline not in (None, "", "\n", "\r", "\r\n"):
        raise ValueError("illegal newline value: %r" % newline)
    return TextFile(sock, mode, newline)


if MICROPYTHON:
    open_file = on_board
else:
    from .host.cpython_file import open_file  # noqa: F401
