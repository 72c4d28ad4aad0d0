"""Numbers of descriptors, and what fcntl(2), ioctl(2) and fstat(2) do with them: of sockets and pipes alike."""

from array import array

from kit import KINDS, case

O_RDWR = 2
O_CREAT = 0o100
O_NONBLOCK = 0o4000
O_ASYNC = 0o20000
O_CLOEXEC = 0o2000000
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
FIONREAD, FIONBIO, FIOASYNC, FIOCLEX, FIONCLEX, SIOCOUTQ, SIOCATMARK = (
    0x541B,
    0x5421,
    0x5452,
    0x5451,
    0x5450,
    0x5411,
    0x8905,
)
BAD = (-1, 9999)


def _all(k):
    """A descriptor of each sort."""
    return [k.ends(kind)[0] for kind in KINDS] + list(k.pipe())


def _number(n):
    return n.to_bytes(4, "little")


# dup


@case("dup: the lowest free number", [True, True, True])
def _(k):
    r, w = k.pipe()
    one = k.keep_fd(k.os.dup(w))
    other = k.keep_fd(k.os.dup(w))
    k.os.close(r)
    third = k.keep_fd(k.os.dup(w))
    return [one > w or one < r, other > one, third == r]


@case("dup: the description is shared", [O_NONBLOCK | 1, 1, b"one", b"two"])
def _(k):
    r, w = k.pipe()
    again = k.keep_fd(k.os.dup(w))
    seen = [k.fcntl.fcntl(again, F_GETFL)]
    k.fcntl.fcntl(again, F_SETFL, 0)
    seen.append(k.fcntl.fcntl(w, F_GETFL))
    k.os.write(w, b"one")
    seen.append(k.os.read(r, 9))
    k.os.close(w)
    k.os.write(again, b"two")
    return seen + [k.os.read(r, 9)]


@case("dup: of a closed number, of none", ["EBADF", "EBADF", "EBADF"])
def _(k):
    r, w = k.pipe()
    k.os.close(r)
    return [k.attempt(k.os.dup, fd) for fd in (r,) + BAD]


@case("close: of a closed number, of none", [None, "EBADF", "EBADF", "EBADF"])
def _(k):
    r, w = k.pipe()
    return [k.attempt(k.os.close, fd) for fd in (r, r) + BAD]


@case("dup2: onto an open number closes what that was", [True, "EPIPE", 2, b"hi"])
def _(k):
    r, w = k.pipe()
    r2, w2 = k.pipe()
    seen = [k.os.dup2(w, r2) == r2]
    return seen + [k.attempt(k.os.write, w2, b"x"), k.os.write(r2, b"hi"), k.os.read(r, 9)]


@case("dup2: onto a free number", [True, b"hi", True])
def _(k):
    r, w = k.pipe()
    free = max(r, w) + 5
    seen = [k.os.dup2(w, free) == free]
    k.keep_fd(free)
    k.os.write(free, b"hi")
    lowest = k.keep_fd(k.os.dup(r))
    return seen + [k.os.read(r, 9), lowest < free]


@case("dup2: onto itself", [True, False, b"x"])
def _(k):
    r, w = k.pipe(O_NONBLOCK | O_CLOEXEC)
    seen = [k.os.dup2(w, w) == w, k.os.get_inheritable(w)]
    k.os.write(w, b"x")
    return seen + [k.os.read(r, 9)]


@case("dup2: inheritable or not", [True, False, True, "EINVAL"])
def _(k):
    r, w = k.pipe(O_NONBLOCK | O_CLOEXEC)
    r2, w2 = k.pipe(O_NONBLOCK | O_CLOEXEC)
    k.os.dup2(r, r2)
    k.os.dup2(w, w2, False)
    seen = [k.os.get_inheritable(r2), k.os.get_inheritable(w2)]
    k.os.dup2(w, w2, inheritable=True)
    return seen + [k.os.get_inheritable(w2), k.attempt(k.os.dup2, w, w, False)]


@case("dup2: what is no descriptor", ["EBADF"] * 7)
def _(k):
    r, w = k.pipe()
    closed = k.os.dup(w)
    k.os.close(closed)
    wrong = ((closed, w), (closed, closed), (-1, w), (9999, w), (w, -1), (w, k.limit()), (w, 1 << 30))
    return [k.attempt(k.os.dup2, one, other) for one, other in wrong]


@case("dup2: onto standard input", 0)
def _(k):
    r, w = k.pipe()
    kept = k.attempt(k.os.dup, 0)
    answer = k.attempt(k.os.dup2, w, 0)
    if answer == 0:
        if isinstance(kept, int):
            k.os.dup2(kept, 0)
        else:
            k.os.close(0)
    if isinstance(kept, int):
        k.os.close(kept)
    return answer


@case("dup2: a socket object follows its number", STREAM=[4, b"pipe", b""], DGRAM=[4, b"pipe", "EAGAIN"])
def _(k, kind):
    one, other = k.pair(kind)
    r, w = k.pipe()
    third, fourth = k.pair(kind)
    k.os.dup2(third.fileno(), one.fileno())
    return [one.send(b"pipe"), k.attempt(fourth.recv, 9), k.attempt(other.recv, 9)]


@case("F_DUPFD: from a number on", [True, True, False, True])
def _(k):
    r, w = k.pipe()
    least = max(r, w) + 3
    one = k.keep_fd(k.fcntl.fcntl(w, F_DUPFD, least))
    other = k.keep_fd(k.fcntl.fcntl(w, F_DUPFD_CLOEXEC, least))
    return [one == least, other == least + 1] + [k.os.get_inheritable(fd) for fd in (other, one)]


@case("F_DUPFD: then the lowest number is lower", [True, True])
def _(k):
    r, w = k.pipe()
    high = k.keep_fd(k.fcntl.fcntl(w, F_DUPFD, max(r, w) + 3))
    low = k.keep_fd(k.os.dup(w))
    k.os.close(high)
    return [low < high, k.keep_fd(k.os.dup(w)) < high]


@case("F_DUPFD: errors", ["EINVAL", "EINVAL", "EBADF", "EBADF"])
def _(k):
    r, w = k.pipe()
    k.os.close(r)
    wrong = ((w, -1), (w, k.limit()), (r, 0), (r, -1))
    return [k.attempt(k.fcntl.fcntl, fd, F_DUPFD, number) for fd, number in wrong]


# flags of the descriptor


@case("FD_CLOEXEC: who sets it", [1, 1, 0, 1, 1, 1])
def _(k):
    plain = k.os.pipe()
    for fd in plain:
        k.keep_fd(fd)
    two = k.pipe(0)
    three = k.pipe(O_CLOEXEC)
    fds = (plain[0], plain[1], two[0], three[0], k.socket("STREAM").fileno(), k.keep_fd(k.os.dup(two[0])))
    return [k.fcntl.fcntl(fd, F_GETFD) for fd in fds]


@case("FD_CLOEXEC: belongs to the descriptor", [1, 0, 0, 1])
def _(k):
    r, w = k.pipe(O_CLOEXEC)
    again = k.keep_fd(k.fcntl.fcntl(w, F_DUPFD, 0))
    seen = [k.fcntl.fcntl(w, F_GETFD), k.fcntl.fcntl(again, F_GETFD)]
    return seen + [k.fcntl.fcntl(again, F_SETFD, 1), k.fcntl.fcntl(again, F_GETFD)]


@case("F_SETFD: other bits are ignored", [0, 0, 0, 1])
def _(k):
    fd = k.pipe()[0]
    return [k.fcntl.fcntl(fd, *call) for call in ((F_SETFD, 0x7E), (F_GETFD,), (F_SETFD, 0x7F), (F_GETFD,))]


@case("FIOCLEX, FIONCLEX", [[0, 1, 0, 0]] * 5)
def _(k):
    answers = []
    for fd in _all(k):
        k.fcntl.fcntl(fd, F_SETFD, 0)
        answers.append([])
        for request in (FIOCLEX, FIONCLEX):
            answers[-1] += [k.fcntl.ioctl(fd, request), k.fcntl.fcntl(fd, F_GETFD)]
    return answers


@case("set_inheritable", [True, False])
def _(k):
    fd = k.pipe(O_CLOEXEC)[0]
    k.os.set_inheritable(fd, True)
    seen = [k.os.get_inheritable(fd)]
    k.os.set_inheritable(fd, False)
    return seen + [k.os.get_inheritable(fd)]


@case("FD_CLOEXEC: of received descriptors", [[0, 0], [1, 1]])
def _(k):
    one, other = k.pair("STREAM")
    r, w = k.pipe(O_CLOEXEC)
    answers = []
    for flags in (0, k.net.MSG_CMSG_CLOEXEC):
        one.sendmsg([b"m"], k.rights(r, w))
        _, ancdata, _, _ = other.recvmsg(9, k.net.CMSG_LEN(8), flags)
        fds = array("i", bytes(ancdata[0][2]))
        answers.append([k.fcntl.fcntl(k.keep_fd(fd), F_GETFD) for fd in fds])
    return answers


# flags of the description


@case("F_GETFL: the access mode", [O_RDWR, O_RDWR, O_RDWR, 0, 1])
def _(k):
    return [k.fcntl.fcntl(fd, F_GETFL) & ~O_NONBLOCK for fd in _all(k)]


@case(
    "F_SETFL: O_NONBLOCK and O_ASYNC, and nothing else",
    [[0, 0, 0, O_NONBLOCK, 0, O_NONBLOCK | O_ASYNC, 0, O_ASYNC, 0, 0]] * 5,
)
def _(k):
    answers = []
    for fd in _all(k):
        answers.append([])
        for number in (0, O_NONBLOCK | O_CREAT | O_CLOEXEC | 3, O_NONBLOCK | O_ASYNC, O_ASYNC, 0):
            answers[-1].append(k.fcntl.fcntl(fd, F_SETFL, number))
            answers[-1].append(k.fcntl.fcntl(fd, F_GETFL) & ~3)
    return answers


@case("O_NONBLOCK: of one end only", [True, False])
def _(k):
    r, w = k.pipe(0)
    k.os.set_blocking(w, False)
    return [k.os.get_blocking(r), k.os.get_blocking(w)]


@case("O_NONBLOCK: a socket object and its descriptor", STREAM=[False, "EAGAIN", True], DGRAM=[False, "EAGAIN", True])
def _(k, kind):
    one, other = k.pair(kind)
    one.setblocking(True)
    k.os.set_blocking(one.fileno(), False)
    seen = [k.os.get_blocking(one.fileno()), k.attempt(one.recv, 9)]
    one.setblocking(True)
    return seen + [k.os.get_blocking(one.fileno())]


@case("FIONBIO, FIOASYNC", [[0, O_NONBLOCK, 0, O_NONBLOCK | O_ASYNC, 0, O_ASYNC, 0, 0]] * 5)
def _(k):
    answers = []
    for fd in _all(k):
        k.fcntl.fcntl(fd, F_SETFL, 0)
        answers.append([])
        for request, number in ((FIONBIO, 1), (FIOASYNC, 7), (FIONBIO, 0), (FIOASYNC, 0)):
            answers[-1].append(k.fcntl.ioctl(fd, request, bytearray(_number(number))))
            answers[-1].append(k.fcntl.fcntl(fd, F_GETFL) & ~3)
    return answers


@case("fcntl: no such command", ["EINVAL", "EBADF"])
def _(k):
    r, w = k.pipe()
    k.os.close(w)
    return [k.attempt(k.fcntl.fcntl, fd, 777) for fd in (r, w)]


@case("fcntl: of what is no descriptor", [["EBADF"] * 6, ["ValueError"] * 6])
def _(k):
    commands = (F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC)
    return [[k.attempt(k.fcntl.fcntl, fd, command, 0) for command in commands] for fd in (9999, -1)]


@case("fcntl: of an object with fileno()", STREAM=[O_RDWR | O_NONBLOCK, "TypeError", "TypeError"])
def _(k, kind):
    one, _ = k.pair(kind)
    wrong = (("x", F_GETFL), (one, "x"))
    return [k.fcntl.fcntl(one, F_GETFL)] + [k.attempt(k.fcntl.fcntl, *call) for call in wrong]


# ioctl


@case("FIONREAD", [[0, 5, 8], [0, 5, 5], [0, 5, 8], [0, 5, 8], [0, 5, 8]])
def _(k):
    answers = []
    ends = [k.ends(kind) for kind in KINDS]
    r, w = k.pipe()
    for fd, other in ends + [(r, w)]:
        answers.append([])
        for data in (b"", b"first", b"two"):
            if data:
                k.os.write(other, data)
            answers[-1].append(int.from_bytes(k.fcntl.ioctl(fd, FIONREAD, bytes(4)), "little"))
    # Both ends of a pipe are asked about the same.
    return answers + [[0, 5, int.from_bytes(k.fcntl.ioctl(w, FIONREAD, bytes(4)), "little")]]


@case("ioctl: into a buffer", [0, b"\5\0\0\0tail"])
def _(k):
    r, w = k.pipe()
    k.os.write(w, b"12345")
    buffer = bytearray(b"....tail")
    return [k.fcntl.ioctl(r, FIONREAD, buffer), bytes(buffer)]


@case("ioctl: requests that one knows and the other does not", ["ENOTTY", "ENOTTY", "ENOTTY", "ENOTTY", "EBADF"])
def _(k):
    r, w = k.pipe()
    one, _ = k.ends("STREAM")
    calls = ((r, SIOCOUTQ), (w, SIOCATMARK), (r, 0x1234), (one, 0x1234), (9999, FIONREAD))
    return [k.attempt(k.fcntl.ioctl, fd, request, bytes(4)) for fd, request in calls]


@case("ioctl: a number where an address is needed", ["EFAULT", "EFAULT", "EBADF"])
def _(k):
    r, w = k.pipe()
    return [k.attempt(k.fcntl.ioctl, *call) for call in ((r, FIONREAD), (r, FIONBIO, 1), (9999, FIONREAD))]


# fstat, isatty, lseek, fsync


@case("fstat: what it is", [0o140777, 0o140777, 0o140777, 0o010600, 0o010600])
def _(k):
    return [k.os.fstat(fd).st_mode for fd in _all(k)]


@case("fstat: both ends of a pipe are one, those of a pair two", [True, False, True])
def _(k):
    r, w = k.pipe()
    one, other = k.ends("STREAM")
    again = k.keep_fd(k.os.dup(one))
    pairs = ((r, w), (one, other), (one, again))
    return [k.os.fstat(a).st_ino == k.os.fstat(b).st_ino for a, b in pairs]


@case("fstat: a tuple of ten", [True, 10, 0, 1])
def _(k):
    found = k.os.fstat(k.pipe()[0])
    return [isinstance(found, tuple), len(found), found.st_size, found.st_nlink]


@case("fstat, isatty, lseek, fsync: of what is no descriptor", ["EBADF", False, "EBADF", "EBADF"])
def _(k):
    os = k.os
    return k.tries((os.fstat, 9999), (os.isatty, 9999), (os.lseek, 9999, 0, 0), (os.fsync, 9999))


@case("isatty, fsync", [[False, "EINVAL"]] * 5)
def _(k):
    return [[k.os.isatty(fd), k.attempt(k.os.fsync, fd)] for fd in _all(k)]


@case("lseek: a socket and a pipe have no position", [["ESPIPE", "ESPIPE", "ESPIPE", "EINVAL"]] * 5)
def _(k):
    return [[k.attempt(k.os.lseek, fd, *call) for call in ((0, 0), (5, 1), (-1, 0), (0, 9))] for fd in _all(k)]
