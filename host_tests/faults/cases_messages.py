"""Messages without rights: what is beyond the plain case takes the kernel's lock, step by step."""

from scenario import each, scenario
from world import DGRAM, KINDS, SEQ, STREAM

import afunix

DONT = afunix.MSG_DONTWAIT


@each("send", "plain, %s", KINDS)
def _(w, kind):
    one, _ = w.pair(kind)
    return lambda: one.send(b"message")


@each("send", "with flags, %s", KINDS)
def _(w, kind):
    one, _ = w.pair(kind)
    return lambda: one.send(b"message", DONT)


@each("send", "with credentials, %s", KINDS)
def _(w, kind):
    one, other = w.pair(kind)
    other.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    return lambda: one.send(b"message")


@each("send", "no room, %s", KINDS)
def _(w, kind):
    one, _ = w.pair(kind)
    w.fill(one)
    return lambda: one.send(b"message")


@scenario("send", "a part fits")
def _(w):
    one, _ = w.pair()
    one.send(bytes(60))
    return lambda: one.send(b"message")


@each("send", "the peer is closed, %s", KINDS)
def _(w, kind):
    one, other = w.pair(kind)
    other.close()
    return lambda: one.send(b"message")


@scenario("send", "the datagram peer is closed, with packets queued")
def _(w):
    one, other = w.pair(DGRAM)
    other.send(b"lost")
    other.close()
    return lambda: one.send(b"message")


@scenario("send", "too large a packet")
def _(w):
    one, _ = w.pair(DGRAM)
    return lambda: one.send(bytes(1000))


@scenario("send", "MSG_OOB")
def _(w):
    one, _ = w.pair()
    one.send(b"before")
    return lambda: one.send(b"!", afunix.MSG_OOB)


@scenario("send", "MSG_OOB, a second one")
def _(w):
    one, _ = w.pair()
    one.send(b"!", afunix.MSG_OOB)
    one.send(b"between")
    return lambda: one.send(b"?", afunix.MSG_OOB)


@scenario("sendto", "a name")
def _(w):
    target = w.bound(DGRAM)
    sock = w.socket(DGRAM)
    return lambda: sock.sendto(b"message", target.getsockname())


@scenario("sendto", "a name, from a name")
def _(w):
    w.bound(DGRAM, b"\0target")
    sock = w.bound(DGRAM)
    return lambda: sock.sendto(b"message", b"\0target")


@scenario("sendto", "a name, SO_PASSCRED gives the sender one")
def _(w):
    target = w.bound(DGRAM)
    sock = w.socket(DGRAM)
    sock.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    return lambda: sock.sendto(b"message", target.getsockname())


@scenario("sendto", "nobody has the name")
def _(w):
    sock = w.socket(DGRAM)
    return lambda: sock.sendto(b"message", "/nobody")


@each("sendmsg", "two buffers, %s", KINDS)
def _(w, kind):
    one, _ = w.pair(kind)
    return lambda: one.sendmsg([b"one", b"other"])


@scenario("sendmsg", "credentials of one's own")
def _(w):
    one, other = w.pair(SEQ)
    other.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    data = one.getsockopt(afunix.SOL_SOCKET, afunix.SO_PEERCRED, 12)
    return lambda: one.sendmsg([b"message"], [(afunix.SOL_SOCKET, afunix.SCM_CREDENTIALS, data)])


def _queued(w, kind, credentials=False):
    """A socket with two messages to receive, and its peer."""
    one, other = w.pair(kind)
    if credentials:
        one.setsockopt(afunix.SOL_SOCKET, afunix.SO_PASSCRED, 1)
    other.send(b"first")
    other.send(b"second")
    return one, other


@each("recv", "plain, %s", KINDS, answers=True)
def _(w, kind):
    one, _ = _queued(w, kind)
    return lambda: one.recv(5)


@each("recv", "with flags, %s", KINDS, answers=True)
def _(w, kind):
    one, _ = _queued(w, kind)
    return lambda: one.recv(5, DONT)


@each("recv", "with credentials, %s", KINDS, answers=True)
def _(w, kind):
    one, _ = _queued(w, kind, True)
    return lambda: one.recv(5)


@each("recv", "MSG_PEEK, %s", KINDS)
def _(w, kind):
    one, _ = _queued(w, kind)
    return lambda: one.recv(5, afunix.MSG_PEEK)


@each("recv", "MSG_PEEK with SO_PEEK_OFF, %s", KINDS)
def _(w, kind):
    one, _ = _queued(w, kind)
    one.setsockopt(afunix.SOL_SOCKET, afunix.SO_PEEK_OFF, 2)
    return lambda: one.recv(5, afunix.MSG_PEEK)


@each("recv", "MSG_TRUNC, %s", {"datagram": DGRAM, "seqpacket": SEQ}, answers=True)
def _(w, kind):
    one, _ = _queued(w, kind)
    return lambda: one.recv(2, afunix.MSG_TRUNC)


@each("recv", "an empty packet, %s", {"datagram": DGRAM, "seqpacket": SEQ}, answers=True)
def _(w, kind):
    one, other = w.pair(kind)
    other.send(b"")
    return lambda: one.recv(5)


@scenario("recv", "MSG_PEEK, an empty packet")
def _(w):
    one, other = w.pair(SEQ)
    other.send(b"")
    return lambda: one.recv(5, afunix.MSG_PEEK)


@each("recv", "nothing is there, %s", KINDS)
def _(w, kind):
    one, _ = w.pair(kind)
    return lambda: one.recv(5)


@each("recv", "the peer is closed, %s", KINDS)
def _(w, kind):
    one, other = w.pair(kind)
    other.close()
    return lambda: one.recv(5)


@scenario("recv", "the peer was closed with something unread", answers=True)
def _(w):
    one, other = w.pair()
    one.send(b"unread")
    other.close()
    return lambda: one.recv(5)


@scenario("recv", "MSG_OOB", answers=True)
def _(w):
    one, other = w.pair()
    other.send(b"before!", afunix.MSG_OOB)
    return lambda: one.recv(1, afunix.MSG_OOB)


@scenario("recv", "MSG_OOB, beside one that was taken", answers=True)
def _(w):
    one, other = w.pair()
    other.send(b"!", afunix.MSG_OOB)
    one.recv(1, afunix.MSG_OOB)
    other.send(b"?", afunix.MSG_OOB)
    return lambda: one.recv(1, afunix.MSG_OOB)


@scenario("recv", "over an urgent byte", answers=True)
def _(w):
    one, other = w.pair()
    other.send(b"!", afunix.MSG_OOB)
    other.send(b"behind")
    return lambda: one.recv(5)


@scenario("recv", "SO_OOBINLINE", answers=True)
def _(w):
    one, other = w.pair()
    one.setsockopt(afunix.SOL_SOCKET, afunix.SO_OOBINLINE, 1)
    other.send(b"!", afunix.MSG_OOB)
    return lambda: one.recv(5)


@each("recv_into", "plain, %s", KINDS, answers=True)
def _(w, kind):
    one, _ = _queued(w, kind)
    buffer = bytearray(5)
    return lambda: one.recv_into(buffer)


@each("recv_into", "with a count, %s", KINDS, answers=True)
def _(w, kind):
    one, _ = _queued(w, kind)
    buffer = bytearray(5)
    return lambda: one.recv_into(buffer, 4)


@scenario("recvfrom", "a named sender", answers=True)
def _(w):
    target, sender = w.bound(DGRAM), w.bound(DGRAM)
    sender.sendto(b"message", target.getsockname())
    return lambda: target.recvfrom(20)


@scenario("recvfrom", "a sender that is closed", answers=True)
def _(w):
    target, sender = w.bound(DGRAM), w.bound(DGRAM)
    sender.sendto(b"message", target.getsockname())
    sender.close()
    return lambda: target.recvfrom(20)


@scenario("recvfrom_into", "a stream", answers=True)
def _(w):
    one, _ = _queued(w, STREAM)
    buffer = bytearray(20)
    return lambda: one.recvfrom_into(buffer)


@each("recvmsg", "with credentials, %s", KINDS, answers=True)
def _(w, kind):
    one, _ = _queued(w, kind, True)
    return lambda: one.recvmsg(20, 100)


@scenario("recvmsg_into", "two buffers", answers=True)
def _(w):
    one, _ = _queued(w, SEQ)
    buffers = [bytearray(3), bytearray(20)]
    return lambda: one.recvmsg_into(buffers, 50)
