"""Pipes, pipe(7): what is read and written, what ends it, and what poll tells."""

from kit import case

O_RDONLY, O_WRONLY, O_RDWR, O_CREAT = 0, 1, 2, 0o100
O_NONBLOCK = 0o4000
O_CLOEXEC = 0o2000000
F_SETPIPE_SZ, F_GETPIPE_SZ = 1031, 1032


def _fill(k, w, size):
    """Write pieces of that size until one is refused. Returns (how many bytes, the last answer)."""
    written = 0
    while True:
        done = k.attempt(k.os.write, w, bytes(size))
        if not isinstance(done, int):
            return written, done
        written += done


@case("pipe: bytes in order, in pieces", [5, 3, b"he", b"lloabc", "EAGAIN"])
def _(k):
    r, w = k.pipe()
    seen = [k.os.write(w, b"hello"), k.os.write(w, b"abc")]
    return seen + k.tries((k.os.read, r, 2), (k.os.read, r, 100), (k.os.read, r, 1))


@case("pipe: the lowest two numbers", [True, True])
def _(k):
    r, w = k.pipe()
    k.os.close(r)
    k.os.close(w)
    again = k.pipe()
    return [again[0] == r, again[1] == w]


@case("pipe: waits unless told", [[True, True], [False, False], [True, True]])
def _(k):
    plain = k.os.pipe()
    for fd in plain:
        k.keep_fd(fd)
    return [[k.os.get_blocking(fd) for fd in ends] for ends in (plain, k.pipe(O_NONBLOCK), k.pipe(O_CLOEXEC))]


@case("pipe2: flags that it does not know", ["EINVAL", "EINVAL", "EINVAL", "TypeError"])
def _(k):
    return [k.attempt(k.os.pipe2, flags) for flags in (O_CREAT, O_RDWR, -1, "x")]


@case("pipe: the wrong end", ["EBADF"] * 10)
def _(k):
    os = k.os
    r, w = k.pipe()
    os.write(w, b"x")
    reading = [k.attempt(os.read, w, n) for n in (1, 0)] + [k.attempt(os.readv, w, [bytearray(n)]) for n in (1, 0)]
    writing = [k.attempt(os.write, r, b) for b in (b"x", b"")] + [k.attempt(os.writev, r, [b]) for b in (b"x", b"")]
    return reading + writing + k.tries((os.readv, w, []), (os.writev, r, []))


@case("pipe: of what is no descriptor", ["EBADF"] * 4)
def _(k):
    r, w = k.pipe()
    k.os.close(r)
    k.os.close(w)
    os = k.os
    return k.tries((os.read, r, 1), (os.write, w, b"x"), (os.readv, r, [bytearray(1)]), (os.writev, w, [b"x"]))


@case("pipe: nobody writes any more", [b"last", b"", b"", b""])
def _(k):
    r, w = k.pipe()
    k.os.write(w, b"last")
    k.os.close(w)
    return k.tries((k.os.read, r, 9), (k.os.read, r, 9), (k.os.read, r, 0), (k.os.read, r, 9))


@case("pipe: nobody reads any more", ["EPIPE", "EPIPE", 0, 0, "EPIPE"])
def _(k):
    r, w = k.pipe()
    k.os.write(w, b"unread")
    k.os.close(r)
    os = k.os
    return k.tries(
        (os.write, w, b"x"), (os.write, w, b"x"), (os.write, w, b""), (os.writev, w, [b""]), (os.writev, w, [b"x"])
    )


@case("pipe: ends when the last duplicate is closed", ["EAGAIN", b"", 1, "EPIPE"])
def _(k):
    r, w = k.pipe()
    again = k.keep_fd(k.os.dup(w))
    k.os.close(w)
    seen = [k.attempt(k.os.read, r, 9)]
    k.os.close(again)
    seen.append(k.attempt(k.os.read, r, 9))
    r, w = k.pipe()
    again = k.keep_fd(k.os.dup(r))
    k.os.close(r)
    seen.append(k.attempt(k.os.write, w, b"x"))
    k.os.close(again)
    return seen + [k.attempt(k.os.write, w, b"x")]


@case("pipe: nothing is read or written", [0, b"", "EAGAIN", 0, 0])
def _(k):
    os = k.os
    r, w = k.pipe()
    return k.tries((os.write, w, b""), (os.read, r, 0), (os.read, r, 1), (os.writev, w, []), (os.readv, r, []))


# Sizes


@case("pipe: holds F_GETPIPE_SZ bytes", [True, True, "EAGAIN"])
def _(k):
    r, w = k.pipe()
    size = k.fcntl.fcntl(r, F_GETPIPE_SZ)
    written, last = _fill(k, w, size // 64)
    return [written == size == k.pipe_size(), k.fcntl.fcntl(w, F_GETPIPE_SZ) == size, last]


@case("pipe: up to PIPE_BUF bytes together or not at all", [True, "EAGAIN", True, True, "EAGAIN", True])
def _(k):
    r, w = k.pipe()
    atomic, size = k.atomic(), k.pipe_size()
    chunk = bytes(atomic)
    for _ in range(size // atomic - 1):
        k.os.write(w, chunk)
    k.os.write(w, b"x")
    seen = [size % atomic == 0, k.attempt(k.os.write, w, chunk)]
    k.os.read(r, atomic)
    seen.append(k.os.write(w, chunk) == atomic)
    _fill(k, w, 1)
    k.os.read(r, atomic)
    return seen + [k.os.write(w, chunk) == atomic, k.attempt(k.os.write, w, chunk), k.os.write(w, b"") == 0]


@case("pipe: more than PIPE_BUF bytes as far as they fit", [True, "EAGAIN", True])
def _(k):
    r, w = k.pipe()
    data = k.more_than_fits()
    n = k.os.write(w, data)
    seen = [n == k.pipe_size(), k.attempt(k.os.write, w, data)]
    got = b""
    while len(got) < n:
        got += k.os.read(r, 777)
    return seen + [got == data[:n]]


@case("pipe: one more byte when one is read", "EAGAIN")
def _(k):
    r, w = k.pipe()
    _fill(k, w, k.atomic())
    k.os.read(r, 1)
    return k.attempt(k.os.write, w, b"x")


@case("pipe: F_SETPIPE_SZ", [True, "EINVAL", "EBADF", "EBADF", "EBADF"])
def _(k):
    r, w = k.pipe()
    one = k.socket("STREAM").fileno()
    calls = ((r, F_SETPIPE_SZ, -1), (one, F_GETPIPE_SZ), (one, F_SETPIPE_SZ, 4096), (9999, F_GETPIPE_SZ))
    size = k.fcntl.fcntl(r, F_SETPIPE_SZ, k.pipe_size())
    return [size == k.pipe_size()] + [k.attempt(k.fcntl.fcntl, *call) for call in calls]


# poll


@case("pipe: poll", ["", "OUT", "IN", "OUT"])
def _(k):
    r, w = k.pipe()
    seen = [k.poll_fd(r), k.poll_fd(w)]
    k.os.write(w, b"x")
    return seen + [k.poll_fd(r), k.poll_fd(w)]


@case("pipe: poll of a full one", ["IN", "", ""])
def _(k):
    r, w = k.pipe()
    _fill(k, w, k.atomic())
    seen = [k.poll_fd(r), k.poll_fd(w)]
    k.os.read(r, 1)
    return seen + [k.poll_fd(w)]


@case("pipe: where poll says OUT, PIPE_BUF bytes fit", [True] * 40)
def _(k):
    answers = []
    size, atomic = k.pipe_size(), k.atomic()
    for part in range(40):
        r, w = k.pipe()
        for _ in range(size // 40 * part // atomic):
            k.os.write(w, bytes(atomic))
        k.os.write(w, bytes(size // 40 * part % atomic))
        says = k.poll_fd(w) == "OUT"
        answers.append(not says or k.attempt(k.os.write, w, bytes(atomic)) == atomic)
        k.os.close(r)
        k.os.close(w)
    return answers


@case("pipe: poll when nobody writes any more", ["IN|HUP", "HUP"])
def _(k):
    r, w = k.pipe()
    k.os.write(w, b"x")
    k.os.close(w)
    seen = [k.poll_fd(r)]
    k.os.read(r, 9)
    return seen + [k.poll_fd(r)]


@case("pipe: poll when nobody reads any more", ["OUT|ERR", "ERR"])
def _(k):
    r, w = k.pipe()
    k.os.close(r)
    seen = [k.poll_fd(w)]
    r, w = k.pipe()
    _fill(k, w, k.atomic())
    k.os.close(r)
    return seen + [k.poll_fd(w)]


@case("pipe: poll of what is not asked for", [0, 0, 0x10, 8])
def _(k):
    r, w = k.pipe()
    k.os.write(w, b"x")
    seen = [k.events_fd(r, 4), k.events_fd(w, 1)]
    again = k.keep_fd(k.os.dup(w))
    k.os.close(w)
    k.os.close(again)
    seen.append(k.events_fd(r, 0))
    r, w = k.pipe()
    k.os.close(r)
    return seen + [k.events_fd(w, 0)]


@case("poll of a descriptor that is none", ["NVAL", "NVAL"])
def _(k):
    r, w = k.pipe()
    k.os.close(r)
    return [k.poll_fd(r), k.poll_fd(9999)]


# Ends that are passed on


@case("pipe: an end through a socket", [b"through", b"", b"x", "EPIPE"])
def _(k):
    one, other = k.pair("STREAM")
    r, w = k.pipe()
    one.sendmsg([b"m"], k.rights(w))
    k.os.close(w)
    arrived = k.keep_fd(k.net.recv_fds(other, 9, 1)[1][0])
    k.os.write(arrived, b"through")
    seen = [k.os.read(r, 9)]
    k.os.close(arrived)
    seen.append(k.attempt(k.os.read, r, 9))
    r, w = k.pipe()
    one.sendmsg([b"m"], k.rights(r))
    k.os.close(r)
    k.os.write(w, b"x")
    arrived = k.keep_fd(k.net.recv_fds(other, 9, 1)[1][0])
    seen.append(k.os.read(arrived, 9))
    k.os.close(arrived)
    return seen + [k.attempt(k.os.write, w, b"x")]


@case("pipe: an end in a message that nobody receives", [b"", "EPIPE"])
def _(k):
    seen = []
    for which in (1, 0):
        one, other = k.pair("STREAM")
        ends = k.pipe()
        one.sendmsg([b"m"], k.rights(ends[which]))
        k.os.close(ends[which])
        other.close()
        call = (k.os.read, ends[0], 9) if which else (k.os.write, ends[1], b"x")
        seen.append(k.attempt(*call))
    return seen


@case("pipe: an end is no socket", [["ENOTSOCK"] * 2, 1])
def _(k):
    ends = k.pipe()
    answers = [k.attempt(lambda fd=fd: k.net.socket(k.net.AF_UNIX, 1, 0, fd).getsockname()) for fd in ends]
    return [answers, k.os.write(ends[1], b"x")]
