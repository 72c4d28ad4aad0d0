"""dup2, fcntl, ioctl, fstat, flock, and reading and writing by number: afunix.os, afunix.fcntl."""

from scenario import each, scenario
from world import KINDS, LAST

import afunix
from afunix import fcntl, os

# Where a callback that closes something makes room, the answer is another one.
FULL = ("interrupt", "line", "opcode", "memory", "heap")
# A call by number is not told that a socket object was closed.
BY_NUMBER = ("interrupt", "line", "opcode", "callback", "memory", "heap", "collect")
O_NONBLOCK, O_ASYNC = 0o4000, 0o20000


class Thing:
    """An object of a program."""

    data = b"of the object"

    def close(self):
        pass

    def read(self, n):
        return self.data[:n]

    def write(self, data):
        return len(data)


@scenario("dup2", "onto a free number")
def _(w):
    fd = w.socket().fileno()
    return lambda: os.dup2(fd, LAST - 4)


@scenario("dup2", "onto a socket", kinds=BY_NUMBER)
def _(w):
    one, _ = w.pair()
    other, _ = w.pair()
    fds = one.fileno(), other.fileno()
    return lambda: os.dup2(*fds)


@scenario("dup2", "onto an object, which is closed", kinds=BY_NUMBER)
def _(w):
    fds = w.socket().fileno(), afunix.install(Thing())
    return lambda: os.dup2(*fds)


@scenario("dup2", "an object onto a socket", kinds=BY_NUMBER)
def _(w):
    fds = afunix.install(Thing()), w.socket().fileno()
    return lambda: os.dup2(*fds)


@scenario("dup2", "onto a listener with a connection", kinds=BY_NUMBER)
def _(w):
    listener = w.listener()
    w.client(listener)
    fds = w.socket().fileno(), listener.fileno()
    return lambda: os.dup2(*fds)


@scenario("dup2", "onto what has a lock", kinds=BY_NUMBER)
def _(w):
    fds = w.socket().fileno(), w.socket().fileno()
    fcntl.flock(fds[1], fcntl.LOCK_EX)
    return lambda: os.dup2(*fds)


@scenario("F_DUPFD", "from a number on", answers=True, kinds=BY_NUMBER)
def _(w):
    fd = w.socket().fileno()
    return lambda: fcntl.fcntl(fd, fcntl.F_DUPFD, LAST - 5)


@scenario("F_DUPFD", "no descriptor is free", kinds=FULL)
def _(w):
    fd = w.socket().fileno()
    w.take_descriptors(0)
    return lambda: fcntl.fcntl(fd, fcntl.F_DUPFD, 0)


@each("F_SETFD", "%s", {"on": 1, "off": 0}, kinds=BY_NUMBER)
def _(w, flags):
    fd = w.socket().fileno()
    fcntl.fcntl(fd, fcntl.F_SETFD, not flags)
    return lambda: fcntl.fcntl(fd, fcntl.F_SETFD, flags)


@each("F_SETFL", "%s", {"O_NONBLOCK": O_NONBLOCK, "O_ASYNC": O_ASYNC, "both": O_NONBLOCK | O_ASYNC}, kinds=BY_NUMBER)
def _(w, flags):
    sock = w.socket()
    w.blocking(sock)
    fd = sock.fileno()
    return lambda: fcntl.fcntl(fd, fcntl.F_SETFL, flags)


@scenario("F_SETFL", "of an object", kinds=BY_NUMBER)
def _(w):
    fd = afunix.install(Thing())
    return lambda: fcntl.fcntl(fd, fcntl.F_SETFL, O_NONBLOCK | O_ASYNC)


@scenario("F_GETFL", "of an object", kinds=BY_NUMBER)
def _(w):
    fd = afunix.install(Thing())
    return lambda: fcntl.fcntl(fd, fcntl.F_GETFL)


@scenario("FIONBIO", "on", kinds=BY_NUMBER)
def _(w):
    fd = w.blocking(w.socket()).fileno()
    return lambda: fcntl.ioctl(fd, 0x5421, b"\1\0\0\0")


@scenario("FIONREAD", "something is queued", kinds=BY_NUMBER)
def _(w):
    one, other = w.pair()
    other.send(b"queued")
    fd = one.fileno()
    return lambda: fcntl.ioctl(fd, 0x541B, b"\0\0\0\0")


@scenario("fstat", "a socket", kinds=BY_NUMBER)
def _(w):
    fd = w.socket().fileno()
    return lambda: os.fstat(fd)[0]


# Reading and writing


@each("os.read", "%s", KINDS, answers=True, kinds=BY_NUMBER)
def _(w, kind):
    one, other = w.pair(kind)
    other.send(b"queued")
    fd = one.fileno()
    return lambda: os.read(fd, 20)


@scenario("os.read", "waits", answers=True, kinds=BY_NUMBER)
def _(w):
    one, other = w.pair()
    w.arrival = lambda: other.send(b"late")
    fd = w.blocking(one).fileno()
    return lambda: os.read(fd, 20)


@each("os.readv", "%s", KINDS, answers=True, kinds=BY_NUMBER)
def _(w, kind):
    one, other = w.pair(kind)
    other.send(b"queued")
    fd = one.fileno()
    return lambda: os.readv(fd, [bytearray(2), bytearray(9)])


@each("os.write", "%s", KINDS, kinds=BY_NUMBER)
def _(w, kind):
    fd = w.pair(kind)[0].fileno()
    return lambda: os.write(fd, b"message")


@each("os.writev", "%s", KINDS, kinds=BY_NUMBER)
def _(w, kind):
    fd = w.pair(kind)[0].fileno()
    return lambda: os.writev(fd, [b"mess", b"age"])


@scenario("os.read", "an object", kinds=BY_NUMBER)
def _(w):
    fd = afunix.install(Thing())
    return lambda: os.read(fd, 5)


@scenario("os.write", "an object", kinds=BY_NUMBER)
def _(w):
    fd = afunix.install(Thing())
    return lambda: os.write(fd, b"hello")


# flock


@each("flock", "%s", {"shared": 1, "exclusive": 2}, kinds=BY_NUMBER)
def _(w, operation):
    fd = w.socket().fileno()
    return lambda: fcntl.flock(fd, operation)


@scenario("flock", "unlock", kinds=BY_NUMBER)
def _(w):
    fd = w.socket().fileno()
    fcntl.flock(fd, fcntl.LOCK_EX)
    return lambda: fcntl.flock(fd, fcntl.LOCK_UN)


@scenario("flock", "shared becomes exclusive", kinds=BY_NUMBER)
def _(w):
    fd = w.socket().fileno()
    fcntl.flock(fd, fcntl.LOCK_SH)
    return lambda: fcntl.flock(fd, fcntl.LOCK_EX)


@scenario("flock", "waits", kinds=BY_NUMBER)
def _(w):
    thing = Thing()
    one, other = afunix.install(thing), afunix.install(thing)
    fcntl.flock(one, fcntl.LOCK_EX)
    w.arrival = lambda: fcntl.flock(one, fcntl.LOCK_UN)
    return lambda: fcntl.flock(other, fcntl.LOCK_EX)


@scenario("flock", "waits until its holder is closed", kinds=BY_NUMBER)
def _(w):
    thing = Thing()
    one, other = afunix.install(thing), afunix.install(thing)
    fcntl.flock(one, fcntl.LOCK_EX)
    w.arrival = lambda: afunix.close(one)
    return lambda: fcntl.flock(other, fcntl.LOCK_EX)


@scenario("close", "of what has a lock", kinds=BY_NUMBER)
def _(w):
    fd = afunix.install(Thing())
    fcntl.flock(fd, fcntl.LOCK_EX)
    return lambda: afunix.close(fd)
