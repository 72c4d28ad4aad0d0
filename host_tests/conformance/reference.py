"""Linux's own sockets, through CPython's module: what every case is measured by."""

import os
import select
import socket
import tempfile

from kit import Kit, load, polled, run


class Linux(Kit):
    """CPython's socket module: the reference."""

    def __init__(self):
        super().__init__(socket)
        self._before = self._descriptors()

    def _descriptors(self):
        return len(os.listdir("/proc/self/fd"))

    def left(self):
        more = self._descriptors() - self._before
        return f"{more} descriptors left open" if more else ""

    def file(self):
        """The path of a regular file."""
        path = self.path()
        open(path, "w").close()
        return path

    def unlink(self, path):
        os.unlink(path)

    def close_fd(self, fd):
        os.close(fd)

    def dup(self, fd):
        return os.dup(fd)

    def too_big(self):
        """A message that no buffer holds."""
        return bytes(8 << 20)

    def events(self, sock, mask):
        return polled(select, sock, mask)


def on_linux(script):
    """Load and run a file of cases on Linux's sockets."""
    load(script)
    with tempfile.TemporaryDirectory() as directory:
        Linux.directory = directory
        run(Linux)
