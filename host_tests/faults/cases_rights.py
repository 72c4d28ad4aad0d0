"""Messages that carry descriptors."""

from scenario import each, scenario
from world import DGRAM, KINDS, SEQ, STREAM

import afunix

NOT_CALLBACK = ("interrupt", "line", "opcode", "memory", "heap", "closing")


class Plain:
    """An installed object."""

    def __init__(self, world):
        self._world = world

    def close(self):
        self._world.closed = True


@each("sendmsg", "one right, %s", KINDS)
def _(w, kind):
    one, _ = w.pair(kind)
    data = w.rights(w.socket())
    return lambda: one.sendmsg([b"message"], data)


@each("sendmsg", "rights and credentials, %s", KINDS)
def _(w, kind):
    one, other = w.pair(kind)
    other.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    data = w.rights(w.socket(), other, afunix.install(Plain(w)))
    return lambda: one.sendmsg([b"message"], data)


@each("sendmsg", "rights, no room, %s", KINDS)
def _(w, kind):
    one, _ = w.pair(kind)
    w.fill(one)
    data = w.rights(w.socket(), one)
    return lambda: one.sendmsg([b"message"], data)


@scenario("sendmsg", "more rights than may be in flight")
def _(w):
    one, _ = w.pair()
    data = w.rights(*[one] * 7)
    return lambda: one.sendmsg([b"message"], data)


@scenario("sendmsg", "good rights, then a wrong control message")
def _(w):
    one, _ = w.pair()
    data = w.rights(one) + [(afunix.SOL_SOCKET, 77, b"")]
    return lambda: one.sendmsg([b"message"], data)


@scenario("sendmsg", "a closed descriptor among the rights")
def _(w):
    one, _ = w.pair()
    data = w.rights(one, 20)
    return lambda: one.sendmsg([b"message"], data)


@scenario("sendmsg", "rights to a name")
def _(w):
    target = w.bound(DGRAM)
    sock = w.socket(DGRAM)
    data = w.rights(sock)
    return lambda: sock.sendmsg([b"message"], data, 0, target.getsockname())


@each("send_fds", "two, %s", KINDS)
def _(w, kind):
    one, _ = w.pair(kind)
    fds = [w.socket().fileno(), one.fileno()]
    return lambda: afunix.send_fds(one, [b"message"], fds)


@scenario("send", "MSG_OOB with rights")
def _(w):
    one, _ = w.pair()
    data = w.rights(w.socket())
    return lambda: one.sendmsg([b"message"], data, afunix.MSG_OOB)


def _carrying(w, kind, credentials=False, last=False):
    """A socket with a message that carries two descriptors, `last` if nothing else refers to what they are."""
    one, other = w.pair(kind)
    third, fourth = w.pair()
    fourth.send(b"carried")
    fd = afunix.install(Plain(w))
    if credentials:
        one.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    other.sendmsg([b"message"], w.rights(third, fd))
    other.send(b"more")
    if last:
        afunix.close(fd)
        third.close()
    return one


@each("recvmsg", "rights, %s", KINDS, answers=True)
def _(w, kind):
    one = _carrying(w, kind)
    return lambda: one.recvmsg(20, 100)


@each("recvmsg", "the last references, %s", KINDS, answers=True)
def _(w, kind):
    one = _carrying(w, kind, last=True)
    return lambda: one.recvmsg(20, 100)


@each("recvmsg", "rights and credentials, %s", KINDS, answers=True)
def _(w, kind):
    one = _carrying(w, kind, True)
    return lambda: one.recvmsg(20, 100)


@each("recvmsg", "room for one of two, %s", KINDS, answers=True)
def _(w, kind):
    one = _carrying(w, kind, last=True)
    return lambda: one.recvmsg(20, afunix.CMSG_LEN(4))


@each("recvmsg", "no room for rights, %s", KINDS, answers=True)
def _(w, kind):
    one = _carrying(w, kind, last=True)
    return lambda: one.recvmsg(20)


@scenario("recvmsg", "one descriptor is free for two", answers=True, kinds=NOT_CALLBACK)
def _(w):
    one = _carrying(w, SEQ)
    w.take_descriptors(1)
    return lambda: one.recvmsg(20, 100)


@each("recvmsg", "MSG_PEEK, rights, %s", KINDS, answers=True)
def _(w, kind):
    one = _carrying(w, kind)
    return lambda: one.recvmsg(20, 100, afunix.MSG_PEEK)


@each("recvmsg", "the end of a message of a stream, then rights", {"": 3}, answers=True)
def _(w, n):
    one, other = w.pair()
    other.send(b"plain")
    other.sendmsg([b"message"], w.rights(one))
    return lambda: one.recvmsg(n, 100)


@each("recv", "rights that are dropped, %s", KINDS, answers=True)
def _(w, kind):
    one = _carrying(w, kind, last=True)
    return lambda: one.recv(20)


@each("recv", "the last reference to a socket with rights queued, %s", KINDS, answers=True)
def _(w, kind):
    one, other = w.pair(kind)
    third, fourth = w.pair()
    fourth.sendmsg([b"x"], w.rights(fourth))
    other.sendmsg([b"message"], w.rights(third))
    third.close()
    return lambda: one.recv(20)


@each("recv", "MSG_WAITALL over rights, %s", {"stream": STREAM}, answers=True)
def _(w, kind):
    one = _carrying(w, kind, last=True)
    return lambda: one.recv(7, afunix.MSG_WAITALL)


@each("recv_fds", "two, %s", KINDS, answers=True)
def _(w, kind):
    one = _carrying(w, kind)
    return lambda: afunix.recv_fds(one, 20, 4)


@scenario("recv_fds", "the other end is closed", answers=True)
def _(w):
    one = _carrying(w, STREAM, last=True)
    w.sockets[1].close()
    return lambda: afunix.recv_fds(one, 20, 4)
