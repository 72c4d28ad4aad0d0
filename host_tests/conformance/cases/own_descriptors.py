"""What Linux has not, or not so: limits, objects of the program by their numbers, files for descriptors."""

from kit import MICROPYTHON, PATIENCE, case

TARGETS = ("cpython", "unix", "board")
O_NONBLOCK = 0o4000


class Line:
    """An object that reads and writes like a serial line: None where it cannot now."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.written = []

    def read(self, n):
        return self.pieces.pop(0) if self.pieces else b""

    def write(self, data):
        if len(self.written) > 9:
            return None
        self.written.append(bytes(data))
        return len(data)


class Stub:
    """It can do nothing."""


class Terminal(Line):
    def isatty(self):
        return True

    def flush(self):
        self.written.append("flushed")

    def any(self):
        return 7


def _installed(k, object):
    return k.keep_fd(k.net.install(object))


@case("EMFILE: pipe, F_DUPFD, dup2 needs none", ["EMFILE", "EMFILE", "EMFILE", 5, "EBADF"])
def _(k):
    k.configure(descriptors=3)
    r, w = k.pipe()
    one = k.socket("STREAM").fileno()
    answers = k.tries((k.os.pipe,), (k.fcntl.fcntl, w, 0, 0), (k.os.dup, w))
    return answers + k.tries((k.os.dup2, w, one), (k.os.dup2, w, 6))


@case("EMFILE: one is free, a pipe needs two", ["EMFILE", 0])
def _(k):
    k.configure(descriptors=3)
    k.pair("STREAM")
    live = k.kernel.live
    return [k.attempt(k.os.pipe), k.kernel.live - live]


@case("a pipe takes one socket of the configured", [1, "ENFILE", 0])
def _(k):
    k.configure(sockets=2)
    r, w = k.pipe()
    seen = [k.kernel.live]
    k.pipe()
    seen.append(k.attempt(k.os.pipe))
    for fd in k._fds:
        k.os.close(fd)
    return seen + [k.kernel.live]


@case("a pipe is there until both ends are closed", [1, 1, 0, 1, 1, 0])
def _(k):
    answers = []
    for first in (0, 1):
        ends = k.pipe()
        answers.append(k.kernel.live)
        for i in (first, 1 - first):
            k.os.close(ends[i])
            answers.append(k.kernel.live)
    return answers


@case("PIPE_BUF: half the ring, at most 4096", [512, 32, 4096])
def _(k):
    answers = []
    for ring in (1024, 64, 16384):
        k.configure(ring=ring, sockets=2)
        answers.append(k.os.PIPE_BUF)
    return answers


@case("readinto: read(2) into a buffer", [3, b"abc\0\0", 0, "EAGAIN", "EBADF"])
def _(k):
    r, w = k.pipe()
    k.os.write(w, b"abc")
    buffer = bytearray(5)
    seen = [k.os.readinto(r, buffer), bytes(buffer), k.os.readinto(r, bytearray(0))]
    return seen + k.tries((k.os.readinto, r, buffer), (k.os.readinto, w, buffer))


@case("dup3", [True, "EINVAL", "EINVAL", "EBADF"])
def _(k):
    r, w = k.pipe()
    fd = k.keep_fd(k.os.dup3(w, w + 3, 0o2000000))
    dup3 = k.os.dup3
    return [not k.os.get_inheritable(fd)] + k.tries((dup3, w, w), (dup3, w, fd, 4), (dup3, 99, fd))


# Objects


@case("an object: read and write", [b"one", b"two", 5, [b"hello"], 3, [b"hello", b"abc"]])
def _(k):
    line = Line(b"one", b"two")
    fd = _installed(k, line)
    seen = [k.os.read(fd, 9), k.os.read(fd, 9), k.os.write(fd, b"hello"), line.written[:]]
    return seen + [k.os.writev(fd, [b"a", b"", b"bc"]), line.written]


@case("an object: it has nothing now", ["EAGAIN", b"late", "EAGAIN"])
def _(k):
    line = Line(None, None, None, b"late", None)
    fd = _installed(k, line)
    k.os.set_blocking(fd, False)
    seen = [k.attempt(k.os.read, fd, 9)]
    k.os.set_blocking(fd, True)
    seen.append(k.attempt(k.os.read, fd, 9))
    k.os.set_blocking(fd, False)
    return seen + [k.attempt(k.os.read, fd, 9)]


@case("an object: it takes nothing now", ["EAGAIN", 1])
def _(k):
    line = Line()
    fd = _installed(k, line)
    k.os.set_blocking(fd, False)
    for _ in range(10):
        k.os.write(fd, b"x")
    seen = [k.attempt(k.os.write, fd, b"y")]
    line.written.clear()
    return seen + [k.attempt(k.os.write, fd, b"y")]


@case("an object: readv, readinto", [3, b"ab", b"c", 2, b"de\0"])
def _(k):
    fd = _installed(k, Line(b"abc", b"de"))
    buffers = [bytearray(2), bytearray(1)]
    seen = [k.os.readv(fd, buffers)] + [bytes(b) for b in buffers]
    buffer = bytearray(3)
    return seen + [k.os.readinto(fd, buffer), bytes(buffer)]


@case("an object that can do nothing", ["EBADF", "EBADF", "ESPIPE", "ESPIPE", "EINVAL", "ENOTTY", False, True, 0])
def _(k):
    os = k.os
    fd = _installed(k, Stub())
    answers = k.tries(
        (os.read, fd, 1), (os.write, fd, b"x"), (os.lseek, fd, 0, 0), (os.pread, fd, 1, 0), (os.fsync, fd)
    )
    answers.append(k.attempt(k.fcntl.ioctl, fd, 0x541B, bytes(4)))
    return answers + [os.isatty(fd), os.fstat(fd).st_mode == 0o020666, k.fcntl.fcntl(fd, 3)]


@case("an object: isatty, fsync, FIONREAD", [True, None, ["flushed"], 7, 2])
def _(k):
    terminal = Terminal()
    fd = _installed(k, terminal)
    seen = [k.os.isatty(fd), k.os.fsync(fd), terminal.written]
    return seen + [k.fcntl.ioctl(fd, 0x541B, bytes(4))[0], k.fcntl.fcntl(fd, 3)]


@case("an object that reads text", "TypeError")
def _(k):
    return k.attempt(k.os.read, _installed(k, Line("text")), 9)


@case("an object whose read fails", "EPROTO")
def _(k):
    class Failing(Line):
        def read(self, n):
            raise OSError(71, "no")

    return k.attempt(k.os.read, _installed(k, Failing()), 9)


@case("an object: a lock is for it, not for its number", ["EAGAIN", None])
def _(k):
    thing, other = Stub(), Stub()
    fds = [_installed(k, each) for each in (thing, thing, other)]
    k.fcntl.flock(fds[0], 2)
    return k.tries((k.fcntl.flock, fds[1], 6), (k.fcntl.flock, fds[2], 6))


@case("an object: dup2 of another onto its number closes it", [[], ["closed"], b"x"])
def _(k):
    closed = []

    class Closing(Line):
        def close(self):
            closed.append("closed")

    fd = _installed(k, Closing())
    seen = [closed[:]]
    k.os.dup2(_installed(k, Line(b"x")), fd)
    return seen + [closed, k.os.read(fd, 9)]


@case("a ring of the board: read, write, poll", ["OUT", 3, "IN|OUT", b"abc", "EAGAIN", 0o020666])
def _(k):
    if not MICROPYTHON:
        return ["OUT", 3, "IN|OUT", b"abc", "EAGAIN", 0o020666]
    import micropython

    fd = _installed(k, micropython.RingIO(16))
    k.os.set_blocking(fd, False)
    seen = [k.poll_fd(fd), k.os.write(fd, b"abc"), k.poll_fd(fd), k.os.read(fd, 9)]
    return seen + [k.attempt(k.os.read, fd, 9), k.os.fstat(fd).st_mode]


@case("a socket of afunix as an object", [b"through", 4, b"back", "EAGAIN"])
def _(k):
    one, other = k.pair("STREAM")
    fd = _installed(k, one)
    k.os.set_blocking(fd, False)
    other.send(b"through")
    seen = [k.os.read(fd, 20), k.os.write(fd, b"back"), other.recv(9)]
    return seen + [k.attempt(k.os.read, fd, 9)]


# Files


@case("fdopen: an unbuffered file", [5, b"he", b"llo", None, True, True, False, b"", -1, True])
def _(k):
    r, w = k.pipe()
    out = k.os.fdopen(w, "wb", 0)
    into = k.os.fdopen(r, "rb", 0)
    seen = [out.write(b"hello"), into.read(2), into.read(9), into.read(9), out.writable(), into.readable()]
    seen.append(into.writable())
    out.close()
    seen.append(into.read(9))
    into.close()
    return seen + [into.fileno(), into.closed]


@case(
    "fdopen: the data calls of a socket, and those of interrupts", [3, 3, b"abc", 3, 3, b"def", "EBADF", "EBADF", 0, 0]
)
def _(k):
    r, w = k.pipe()
    out, into = k.os.fdopen(w, "wb", 0), k.os.fdopen(r, "rb", 0)
    buffer = bytearray(3)
    seen = [out.send(b"abc"), into.recv_into(buffer), bytes(buffer), out.try_write(b"def"), into.try_readinto(buffer)]
    seen += [bytes(buffer), k.attempt(into.send, b"x"), k.attempt(out.recv, 1), into.try_write(b"x")]
    return seen + [out.try_readinto(buffer)]


@case("fdopen: text", ["first\n", "second\n", ""])
def _(k):
    r, w = k.pipe(0)
    with k.os.fdopen(w, "w") as out:
        out.write("first\nsecond\n")
    with k.os.fdopen(r) as into:
        return [into.readline(), into.readline(), into.readline()]


@case("fdopen: lines of a pipe that nobody writes to any more", [b"one\n", b"two\n", b"three", b""])
def _(k):
    r, w = k.pipe(0)
    k.os.write(w, b"one\ntwo\nthree")
    k.os.close(w)
    with k.os.fdopen(r, "rb", 0) as into:
        return [into.readline() for _ in range(4)]


@case("fdopen: closing the file closes the descriptor", ["EBADF", "EBADF"])
def _(k):
    answers = []
    for mode in ("rb", "r"):
        r, w = k.pipe(0)
        k.os.fdopen(r, mode).close()
        answers.append(k.attempt(k.os.read, r, 1))
    return answers


@case("fdopen: of what is no descriptor", ["EBADF", "EBADF"])
def _(k):
    return k.tries((k.os.fdopen, 999), (k.os.fdopen, -1))


@case("fdopen: polled", ["OUT", "IN", "HUP"])
def _(k):
    r, w = k.pipe()
    out, into = k.os.fdopen(w, "wb", 0), k.os.fdopen(r, "rb", 0)
    seen = [k.poll(out)]
    out.write(b"x")
    seen.append(k.poll(into))
    into.read(1)
    out.close()
    seen.append(k.poll(into))
    into.close()
    return seen


@case("a pipe through asyncio's streams", [b"line one\n", b"rest"])
def _(k):
    import asyncio

    if not MICROPYTHON:
        return [b"line one\n", b"rest"]
    r, w = k.pipe()
    into, out = k.os.fdopen(r, "rb", 0), k.os.fdopen(w, "wb", 0)

    async def write():
        writer = asyncio.StreamWriter(out)
        for piece in (b"line ", b"one\nre", b"st"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        out.close()

    async def read():
        asyncio.create_task(write())
        reader = asyncio.StreamReader(into)
        return [await reader.readline(), await reader.read(-1)]

    answer = asyncio.run(asyncio.wait_for(read(), PATIENCE))
    into.close()
    return answer
