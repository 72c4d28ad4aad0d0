"""Linux's own sockets, through CPython's module: what every case is measured by."""

import fcntl
import os
import resource
import select
import socket
import struct
import tempfile
import threading

from kit import Kit, load, polled, run

FIONREAD = 0x541B
DESCRIPTORS = 1 << 16  # a number below it is a descriptor, and no address


def _waits(thread):
    """Does the thread sleep in a system call on a descriptor, or in poll(2) of a single one, as where CPython's socket
    has a timeout? The lock around the interpreter is a futex: its first argument is an address, the second no 1."""
    try:
        with open(f"/proc/self/task/{thread}/syscall") as file:
            words = file.read().split()
    except (FileNotFoundError, ProcessLookupError):
        assert os.path.exists("/proc/self/syscall"), "this kernel does not tell which system call a thread is in"
        return False  # it is over
    if len(words) < 3 or words[0] == "-1":
        return False  # it runs
    first, second = int(words[1], 16), int(words[2], 16)
    return 2 < first < DESCRIPTORS or first >= DESCRIPTORS and second == 1


class Linux(Kit):
    """CPython's socket module: the reference."""

    WAITS_IN_POLL = True

    def __init__(self):
        super().__init__(socket)
        self._threads = []
        self._before = self._descriptors()

    os = os
    fcntl = fcntl

    def regular(self, content):
        """The descriptor of a file, which has a path for a moment only."""
        path = self.path()
        fd = self.keep_fd(os.open(path, os.O_RDWR | os.O_CREAT))
        os.write(fd, content)
        os.lseek(fd, 0, os.SEEK_SET)
        os.unlink(path)
        return fd

    def again(self, fd):
        """A second description of the same file."""
        return self.keep_fd(os.open(f"/proc/self/fd/{fd}", os.O_RDWR))

    def pipe_size(self):
        return 1 << 16

    def atomic(self):
        return select.PIPE_BUF

    def limit(self):
        """The first number that no descriptor can have."""
        return resource.getrlimit(resource.RLIMIT_NOFILE)[0]

    def events_fd(self, fd, mask):
        return polled(select, fd, mask)

    def _descriptors(self):
        return len(os.listdir("/proc/self/fd"))

    def left(self):
        more = self._descriptors() - self._before
        return f"{more} descriptors left open" if more else ""

    def calling(self):
        self._threads.append(threading.get_native_id())

    def waiting(self):
        return sum(map(_waits, self._threads))

    def queued(self, sock):
        """How many bytes can be received."""
        return struct.unpack("i", fcntl.ioctl(sock.fileno(), FIONREAD, bytes(4)))[0]

    def reader(self, sock):
        """What reads from the socket in the ways of MicroPython's streams: all that is asked for, or a line."""
        file = sock.makefile("rb")
        self._open.append(file)
        return file

    def writer(self, sock):
        """What writes to the socket in the way of MicroPython's streams."""
        file = sock.makefile("wb", buffering=0)
        self._open.append(file)
        return file

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

    def plenty(self):
        return 1 << 20

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
