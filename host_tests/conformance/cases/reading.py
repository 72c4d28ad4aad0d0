"""read(2), write(2), their vectors, and positions: on sockets, pipes and files by their numbers."""

from kit import case

O_NONBLOCK = 0o4000
F_SETFL = 4


def _ends(k, kind):
    """(descriptor to read from, descriptor to write to)."""
    return k.pipe() if kind == "pipe" else tuple(reversed(k.ends(kind)))


SORTS = ("STREAM", "DGRAM", "SEQ", "pipe")


def _each(k, scenario):
    """What the scenario answers for each sort of descriptor that has two ends."""
    return [scenario(*_ends(k, kind)) for kind in SORTS]


@case("read, write", [[5, 2, b"hel", b"lohi"], [5, 2, b"hel", b"hi"], [5, 2, b"hel", b"hi"], [5, 2, b"hel", b"lohi"]])
def _(k):
    os = k.os
    return _each(k, lambda r, w: [os.write(w, b"hello"), os.write(w, b"hi"), os.read(r, 3), os.read(r, 9)])


@case("read: nothing is there, no room is left", [["EAGAIN", "EAGAIN"]] * 4)
def _(k):
    def scenario(r, w):
        seen = [k.attempt(k.os.read, r, 9)]
        while True:
            done = k.attempt(k.os.write, w, bytes(k.atomic() // 4))
            if not isinstance(done, int):
                return seen + [done]

    return _each(k, scenario)


@case("read of 0 bytes", [[b"", b"x"], [b"", b"x"], [b"", b"x"], [b"", b"x"]])
def _(k):
    def scenario(r, w):
        k.os.write(w, b"x")
        return [k.os.read(r, 0), k.os.read(r, 9)]

    return _each(k, scenario)


@case("write of 0 bytes", [[0, "EAGAIN"], [0, b""], [0, b""], [0, "EAGAIN"]])
def _(k):
    return _each(k, lambda r, w: [k.os.write(w, b""), k.attempt(k.os.read, r, 9)])


@case("writev of 0 bytes", [[0, 0, "EAGAIN"]] * 4)
def _(k):
    os = k.os
    return _each(k, lambda r, w: [os.writev(w, []), os.writev(w, [b"", b""]), k.attempt(os.read, r, 9)])


@case("readv of 0 bytes", [[0, 0, b"x"]] * 4)
def _(k):
    def scenario(r, w):
        k.os.write(w, b"x")
        return [k.os.readv(r, []), k.os.readv(r, [bytearray(0)]), k.os.read(r, 9)]

    return _each(k, scenario)


@case("read: a negative count", ["EINVAL", "EINVAL"])
def _(k):
    r, w = k.pipe()
    return k.tries((k.os.read, r, -1), (k.os.read, 9999, -5))


@case("writev: one message", [[6, b"abcdef"], [6, b"abcdef"], [6, b"abcdef"], [6, b"abcdef"]])
def _(k):
    return _each(k, lambda r, w: [k.os.writev(w, [b"ab", b"", bytearray(b"cd"), memoryview(b"ef")]), k.os.read(r, 9)])


@case("readv", [[5, b"ab", b"c", b"de\0\0"]] * 4)
def _(k):
    def scenario(r, w):
        k.os.write(w, b"abcde")
        buffers = [bytearray(2), bytearray(1), bytearray(0), bytearray(4)]
        n = k.os.readv(r, buffers)
        return [n] + [bytes(buffer) for buffer in buffers if buffer]

    return _each(k, scenario)


@case(
    "readv: less room than there is",
    [[3, b"abc", b"de"], [3, b"abc", "EAGAIN"], [3, b"abc", "EAGAIN"], [3, b"abc", b"de"]],
)
def _(k):
    def scenario(r, w):
        k.os.write(w, b"abcde")
        buffers = [bytearray(2), bytearray(1)]
        return [k.os.readv(r, buffers), b"".join([bytes(b) for b in buffers]), k.attempt(k.os.read, r, 9)]

    return _each(k, scenario)


@case("readv, writev: too many buffers", [["EINVAL", "EINVAL", 1024, b"x"]])
def _(k):
    r, w = k.pipe()
    many = [b"x"] * 1025
    seen = [k.attempt(k.os.writev, w, many), k.attempt(k.os.readv, r, [bytearray(1)] * 1025)]
    return [seen + [k.os.writev(w, many[:1024]) if k.pipe_size() >= 1024 else 1024, b"x"]]


@case("read, write: arguments of other types", ["TypeError"] * 10)
def _(k):
    os = k.os
    r, w = k.pipe()
    return k.tries(
        (os.read, "x", 1),
        (os.read, r, "x"),
        (os.read, r, None),
        (os.write, w, "text"),
        (os.write, w, 5),
        (os.write, w, None),
        (os.writev, w, 5),
        (os.writev, w, ["text"]),
        (os.readv, r, [5]),
        (os.readv, r, 5),
    )


@case("read: the end", [b"", b"", "EAGAIN", b""])
def _(k):
    answers = []
    for kind in ("STREAM", "SEQ", "DGRAM", "pipe"):
        r, w = _ends(k, kind)
        k.os.close(w)
        answers.append(k.attempt(k.os.read, r, 9))
    return answers


@case("write: nobody is there", ["EPIPE", "EPIPE", "ECONNREFUSED", "EPIPE"])
def _(k):
    answers = []
    for kind in ("STREAM", "SEQ", "DGRAM", "pipe"):
        r, w = _ends(k, kind)
        k.os.close(r)
        answers.append(k.attempt(k.os.write, w, b"x"))
    return answers


@case("read, write: a socket that is not connected", [["EINVAL", "ENOTCONN"], ["EAGAIN", "ENOTCONN"], ["ENOTCONN"] * 2])
def _(k):
    fds = [k.socket(kind).fileno() for kind in SORTS[:3]]
    return [k.tries((k.os.read, fd, 9), (k.os.write, fd, b"x")) for fd in fds]


@case("read, write: SO_RCVTIMEO and SO_SNDTIMEO", [["EAGAIN"] * 2])
def _(k):
    one, other = k.pair("STREAM")
    k.fill(one)
    k.blocking(one, "option", 0.02)
    return [k.tries((k.os.read, one.fileno(), 9), (k.os.write, one.fileno(), b"x"))]


@case("readv, preadv: of what is no descriptor", ["EBADF"] * 8)
def _(k):
    os = k.os
    into = [bytearray(1)]
    return k.tries(
        (os.read, 9999, 1),
        (os.write, 9999, b"x"),
        (os.readv, 9999, into),
        (os.writev, 9999, [b"x"]),
        (os.pread, 9999, 1, 0),
        (os.pwrite, 9999, b"x", 0),
        (os.preadv, 9999, into, 0),
        (os.pwritev, 9999, [b"x"], 0),
    )


# Positions


@case("pread and the like: sockets and pipes have no position", [["ESPIPE"] * 4] * 4)
def _(k):
    os = k.os

    def scenario(r, w):
        os.write(w, b"x")
        calls = (
            (os.pread, r, 1, 0),
            (os.pwrite, w, b"x", 0),
            (os.preadv, r, [bytearray(1)], 0),
            (os.pwritev, w, [b"x"], 0),
        )
        return k.tries(*calls)

    return _each(k, scenario)


@case("pread and the like: a negative offset", [["EINVAL"] * 5] * 2)
def _(k):
    os = k.os
    answers = []
    for fd in (k.pipe()[0], k.regular(b"abc")):
        calls = ((os.pread, fd, 1, -1), (os.pwrite, fd, b"x", -1), (os.preadv, fd, [bytearray(1)], -2))
        answers.append(k.tries(*calls, (os.pwritev, fd, [b"x"], -2), (os.pread, 9999, 1, -1)))
    return answers


@case("preadv, pwritev: -1 is the position that there is", [2, b"ab", 1, b"abXd", 1, 1, b"x"])
def _(k):
    os = k.os
    fd = k.regular(b"abcd")
    buffer = bytearray(2)
    seen = [os.preadv(fd, [buffer], -1), bytes(buffer), os.pwritev(fd, [b"X"], -1), os.pread(fd, 9, 0)]
    r, w = k.pipe()
    buffer = bytearray(1)
    return seen + [os.pwritev(w, [b"x"], -1), os.preadv(r, [buffer], -1), bytes(buffer)]


@case("a file: read and lseek", [b"abc", b"def", b"", 2, b"cd", 5, b"f", 6, 100, b"", "EINVAL", "EINVAL"])
def _(k):
    os = k.os
    fd = k.regular(b"abcdef")
    seen = [os.read(fd, 3), os.read(fd, 99), os.read(fd, 9), os.lseek(fd, 2, 0), os.read(fd, 2), os.lseek(fd, 1, 1)]
    seen += [os.read(fd, 9), os.lseek(fd, 0, 2), os.lseek(fd, 100, 0), os.read(fd, 9)]
    return seen + k.tries((os.lseek, fd, -1, 0), (os.lseek, fd, 0, 7))


@case("a file: write", [2, b"abXYef", 3, b"abXYefghi"])
def _(k):
    os = k.os
    fd = k.regular(b"abcdef")
    os.lseek(fd, 2, 0)
    seen = [os.write(fd, b"XY"), os.pread(fd, 99, 0)]
    os.lseek(fd, 0, 2)
    return seen + [os.write(fd, b"ghi"), os.pread(fd, 99, 0)]


@case("a file: pread, pwrite: its position stays", [b"cd", b"", 2, b"abXYef", 1, 1, b"XYef", 1])
def _(k):
    os = k.os
    fd = k.regular(b"abcdef")
    os.lseek(fd, 1, 0)
    seen = [os.pread(fd, 2, 2), os.pread(fd, 2, 50), os.pwrite(fd, b"XY", 2), os.pread(fd, 99, 0), os.lseek(fd, 0, 1)]
    buffers = [bytearray(3), bytearray(3)]
    n = os.preadv(fd, buffers, 2)
    seen.append(1 if n == 4 else n)
    return seen + [b"".join([bytes(b) for b in buffers])[:4], os.lseek(fd, 0, 1)]


@case("a file: readv, writev, pwritev", [5, b"ab", b"cde", 4, b"abcdeWXYZ", 2, b"12cdeWXYZ"])
def _(k):
    os = k.os
    fd = k.regular(b"abcdef")
    buffers = [bytearray(2), bytearray(3)]
    seen = [os.readv(fd, buffers)] + [bytes(b) for b in buffers]
    seen += [os.writev(fd, [b"WX", b"YZ"]), os.pread(fd, 99, 0)]
    return seen + [os.pwritev(fd, [b"1", b"2"], 0), os.pread(fd, 99, 0)]


@case("a file: nothing is read or written", [b"", 0, 0, 0, b"", 0, b"abc"])
def _(k):
    os = k.os
    fd = k.regular(b"abc")
    seen = [os.read(fd, 0), os.write(fd, b""), os.readv(fd, []), os.writev(fd, [b""])]
    return seen + [os.pread(fd, 0, 1), os.pwrite(fd, b"", 1), os.read(fd, 9)]


@case("a file: dup shares its position", [b"ab", b"cd", b"ef"])
def _(k):
    fd = k.regular(b"abcdef")
    again = k.keep_fd(k.os.dup(fd))
    return [k.os.read(fd, 2), k.os.read(again, 2), k.os.read(fd, 9)]


@case("a file: always ready", ["IN|OUT", 1, 4, 0])
def _(k):
    fd = k.regular(b"")
    return [k.poll_fd(fd)] + [k.events_fd(fd, asked) for asked in (1, 4, 0)]


@case("a file: fstat, isatty, fcntl", [0o100000, 6, False, 2, O_NONBLOCK | 2, b"abcdef", 2])
def _(k):
    fd = k.regular(b"abcdef")
    fcntl = k.fcntl.fcntl
    found = k.os.fstat(fd)
    seen = [found.st_mode & 0o170000, found.st_size, k.os.isatty(fd), fcntl(fd, 3) & ~0o100000]
    fcntl(fd, F_SETFL, O_NONBLOCK)
    seen.append(fcntl(fd, 3) & ~0o100000)
    seen.append(k.os.read(fd, 9))
    fcntl(fd, F_SETFL, 0)
    return seen + [fcntl(fd, 3) & ~0o100000]


@case("a file: FIONREAD", [6, 4, 0])
def _(k):
    fd = k.regular(b"abcdef")
    answers = []
    for n in (0, 2, 99):
        k.os.read(fd, n)
        answers.append(int.from_bytes(k.fcntl.ioctl(fd, 0x541B, bytes(4)), "little"))
    return answers


@case("a file: fsync", None)
def _(k):
    return k.os.fsync(k.regular(b"abc"))


@case("a file: through a socket", [b"bc", b"d"])
def _(k):
    one, other = k.pair("STREAM")
    fd = k.regular(b"abcd")
    k.os.read(fd, 1)
    one.sendmsg([b"m"], k.rights(fd))
    arrived = k.keep_fd(k.net.recv_fds(other, 9, 1)[1][0])
    seen = [k.os.read(arrived, 2)]
    k.os.close(fd)
    return seen + [k.os.read(arrived, 2)]
