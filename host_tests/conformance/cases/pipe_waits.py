"""Calls that wait on a pipe, and what ends the wait in another thread."""

from calls import Call, until
from kit import case

# The emulated Pico has no second thread.
TARGETS = ("linux", "cpython", "unix")


def _queued(k, fd):
    return int.from_bytes(k.fcntl.ioctl(fd, 0x541B, bytes(4)), "little")


@case("pipe: read waits for bytes", [False, b"x"])
def _(k):
    r, w = k.pipe(0)
    call = Call(k, k.os.read, r, 9)
    over = call.over()
    k.os.write(w, b"x")
    return [over, call.answer()]


@case("pipe: read waits for the end", b"")
def _(k):
    r, w = k.pipe(0)
    call = Call(k, k.os.read, r, 9)
    k.os.close(w)
    return call.answer()


@case("pipe: read waits for the end of all writers", [False, b""])
def _(k):
    r, w = k.pipe(0)
    again = k.keep_fd(k.os.dup(w))
    call = Call(k, k.os.read, r, 9)
    k.os.close(w)
    over = call.over()
    k.os.close(again)
    return [over, call.answer()]


@case("pipe: readv waits", [2, b"x", b"y\0"])
def _(k):
    r, w = k.pipe(0)
    buffers = [bytearray(1), bytearray(2)]
    call = Call(k, k.os.readv, r, buffers)
    k.os.write(w, b"xy")
    return [call.answer()] + [bytes(buffer) for buffer in buffers]


@case("pipe: a write that waits until all has room", [True, True, True])
def _(k):
    r, w = k.pipe(0)
    data = k.more_than_fits()
    call = Call(k, k.os.write, w, data)
    full = until(lambda: _queued(k, r) == k.pipe_size())
    got = b""
    while len(got) < len(data):
        got += k.os.read(r, 777)
    return [full, call.answer() == len(data), got == data]


@case("pipe: PIPE_BUF bytes wait to go together", [True, True, True])
def _(k):
    """Page by page, as Linux frees room."""
    r, w = k.pipe(0)
    size, atomic = k.pipe_size(), k.atomic()
    for _ in range(size // atomic):
        k.os.write(w, b"f" * atomic)
    call = Call(k, k.os.write, w, b"a" * atomic)
    waits = not call.over()
    k.os.read(r, atomic)
    done = call.answer() == atomic
    rest = b""
    while len(rest) < size:
        rest += k.os.read(r, 777)
    return [waits, done, rest == b"f" * (size - atomic) + b"a" * atomic]


@case("pipe: a write waits, and nobody reads any more", ["EPIPE", "EPIPE"])
def _(k):
    r, w = k.pipe(0)
    for _ in range(k.pipe_size() // k.atomic()):
        k.os.write(w, bytes(k.atomic()))
    call = Call(k, k.os.write, w, b"x")
    k.os.close(r)
    return [call.answer(), k.attempt(k.os.write, w, b"x")]


@case("pipe: a large write waits, a part is read, and nobody reads any more", [True, "EPIPE"])
def _(k):
    r, w = k.pipe(0)
    data = k.more_than_fits()
    call = Call(k, k.os.write, w, data)
    until(lambda: _queued(k, r) == k.pipe_size())
    k.os.close(r)
    answer = call.answer()
    return [answer == k.pipe_size(), k.attempt(k.os.write, w, b"x")]


@case("pipe: O_NONBLOCK ends no wait that has begun", [False, b"x", "EAGAIN"])
def _(k):
    r, w = k.pipe(0)
    call = Call(k, k.os.read, r, 9)
    k.os.set_blocking(r, False)
    over = call.over()
    k.os.write(w, b"x")
    return [over, call.answer(), k.attempt(k.os.read, r, 9)]


@case("pipe: its end is closed in another thread while read waits, and a byte comes", b"x")
def _(k):
    r, w = k.pipe(0)
    call = Call(k, k.os.read, r, 9)
    again = k.keep_fd(k.os.dup(r))
    k.os.close(r)
    k.os.write(w, b"x")
    answer = call.answer()
    if answer == "EBADF":
        k.os.read(again, 9)
    return answer


@case("pipe: writers of PIPE_BUF bytes do not mix", [0, True])
def _(k):
    r, w = k.pipe(0)
    atomic = k.atomic()

    def write(letter):
        for _ in range(20):
            k.os.write(w, letter * atomic)

    calls = [Call(k, write, letter) for letter in (b"a", b"b", b"c")]
    mixed = 0
    got = 0
    while got < 60 * atomic:
        piece = b""
        while len(piece) < atomic:
            piece += k.os.read(r, atomic - len(piece))
        mixed += piece != piece[:1] * atomic
        got += atomic
    return [mixed, all(call.answer() is None for call in calls)]


@case("pipe: ping-pong of two threads", [200, None])
def _(k):
    to, back = k.pipe(0), k.pipe(0)

    def echo():
        while True:
            data = k.os.read(to[0], 64)
            if not data:
                return
            k.os.write(back[1], data)

    call = Call(k, echo)
    right = 0
    for i in range(200):
        message = k.numbered(i, 12)
        k.os.write(to[1], message)
        right += k.os.read(back[0], 64) == message
    k.os.close(to[1])
    return [right, call.answer()]
