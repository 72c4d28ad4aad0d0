"""Pipes: afunix.os.pipe and all that is done with their ends."""

from scenario import each, scenario

import afunix
from afunix import os

FULL = ("interrupt", "line", "opcode", "memory", "heap")
BY_NUMBER = ("interrupt", "line", "opcode", "callback", "memory", "heap", "collect")
O_NONBLOCK = 0o4000


@scenario("pipe", "waits", answers=True)
def _(w):
    return os.pipe


@scenario("pipe2", "non-blocking", answers=True)
def _(w):
    return lambda: os.pipe2(O_NONBLOCK)


@scenario("pipe", "one descriptor is free", kinds=FULL)
def _(w):
    w.take_descriptors(1)
    return os.pipe


@scenario("pipe", "no endpoint is free", kinds=FULL)
def _(w):
    w.take_sockets(0)
    return os.pipe


@each("close", "%s", {"the end to read from": 0, "the end to write to": 1}, kinds=BY_NUMBER)
def _(w, end):
    ends = os.pipe()
    os.write(ends[1], b"queued")
    return lambda: os.close(ends[end])


@each("close", "%s, the other is closed", {"the end to read from": 0, "the end to write to": 1}, kinds=BY_NUMBER)
def _(w, end):
    ends = os.pipe()
    os.write(ends[1], b"queued")
    os.close(ends[not end])
    return lambda: os.close(ends[end])


@scenario("dup2", "onto the only end that writes", kinds=BY_NUMBER)
def _(w):
    r, writer = os.pipe2(O_NONBLOCK)
    fd = w.socket().fileno()
    return lambda: os.dup2(fd, writer)


@scenario("close", "a socket whose messages have both ends of a pipe", kinds=BY_NUMBER)
def _(w):
    ends = os.pipe()
    one, other = w.pair()
    one.sendmsg([b"m"], w.rights(*ends))
    for fd in ends:
        os.close(fd)
    return other.close


@scenario("os.write", "to a pipe", kinds=BY_NUMBER)
def _(w):
    fd = os.pipe2(O_NONBLOCK)[1]
    return lambda: os.write(fd, b"message")


@scenario("os.write", "to a pipe, a part fits", kinds=BY_NUMBER)
def _(w):
    fd = os.pipe2(O_NONBLOCK)[1]
    os.write(fd, bytes(20))
    return lambda: os.write(fd, bytes(50))


@scenario("os.write", "to a pipe, it does not fit together", kinds=BY_NUMBER)
def _(w):
    fd = os.pipe2(O_NONBLOCK)[1]
    os.write(fd, bytes(50))
    return lambda: os.write(fd, bytes(20))


@scenario("os.write", "to a pipe, waits for room", kinds=BY_NUMBER)
def _(w):
    r, fd = os.pipe()
    os.write(fd, bytes(50))
    w.arrival = lambda: os.read(r, 50)
    return lambda: os.write(fd, bytes(20))


@scenario("os.write", "to a pipe, waits, and nobody reads any more", kinds=BY_NUMBER)
def _(w):
    r, fd = os.pipe()
    os.write(fd, bytes(50))
    w.arrival = lambda: os.close(r)
    return lambda: os.write(fd, bytes(20))


@scenario("os.writev", "to a pipe", kinds=BY_NUMBER)
def _(w):
    fd = os.pipe2(O_NONBLOCK)[1]
    return lambda: os.writev(fd, [b"mess", b"age"])


@scenario("os.read", "from a pipe", answers=True, kinds=BY_NUMBER)
def _(w):
    r, fd = os.pipe2(O_NONBLOCK)
    os.write(fd, b"queued")
    return lambda: os.read(r, 20)


@scenario("os.read", "from a pipe, at its end", kinds=BY_NUMBER)
def _(w):
    r, fd = os.pipe2(O_NONBLOCK)
    os.close(fd)
    return lambda: os.read(r, 20)


@scenario("os.read", "from a pipe, waits", answers=True, kinds=BY_NUMBER)
def _(w):
    r, fd = os.pipe()
    w.arrival = lambda: os.write(fd, b"late")
    return lambda: os.read(r, 20)


@scenario("os.read", "from a pipe, waits for its end", kinds=BY_NUMBER)
def _(w):
    r, fd = os.pipe()
    w.arrival = lambda: os.close(fd)
    return lambda: os.read(r, 20)


@scenario("os.readv", "from a pipe", answers=True, kinds=BY_NUMBER)
def _(w):
    r, fd = os.pipe2(O_NONBLOCK)
    os.write(fd, b"queued")
    return lambda: os.readv(r, [bytearray(2), bytearray(9)])


@scenario("os.readinto", "from a pipe", answers=True, kinds=BY_NUMBER)
def _(w):
    r, fd = os.pipe2(O_NONBLOCK)
    os.write(fd, b"queued")
    buffer = bytearray(20)
    return lambda: os.readinto(r, buffer)


@scenario("send_fds", "both ends of a pipe")
def _(w):
    ends = os.pipe()
    one, _ = w.pair()
    return lambda: afunix.send_fds(one, [b"m"], ends)


@scenario("recv_fds", "both ends of a pipe", answers=True)
def _(w):
    ends = os.pipe()
    one, other = w.pair()
    afunix.send_fds(one, [b"m"], ends)
    for fd in ends:
        os.close(fd)
    return lambda: afunix.recv_fds(other, 9, 2)
