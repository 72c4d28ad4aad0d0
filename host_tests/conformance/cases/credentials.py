"""SO_PEERCRED and SCM_CREDENTIALS: who is at the other end."""

import struct

from kit import case


def _peer(k, sock):
    return struct.unpack("3i", sock.getsockopt(k.net.SOL_SOCKET, k.net.SO_PEERCRED, 12))


def _me(k):
    """This process as the kernel sees it."""
    return _peer(k, k.pair("STREAM")[0])


def _passing(k, kind):
    one, other = k.pair(kind)
    other.setsockopt(k.net.SOL_SOCKET, k.net.SO_PASSCRED, 1)
    return one, other


def _recv(k, sock, size=64, room=12):
    """Receive: (data, the credentials of the message (None without), MSG_CTRUNC)."""
    data, ancdata, flags, _ = sock.recvmsg(size, k.net.CMSG_LEN(room) if room else 0)
    found = None
    for level, kind, body in ancdata:
        if (level, kind) == (k.net.SOL_SOCKET, k.net.SCM_CREDENTIALS):
            found = struct.unpack("3i", body) if len(body) == 12 else len(body)
    return data, found, bool(flags & k.net.MSG_CTRUNC)


def _credentials(k, ucred):
    return [(k.net.SOL_SOCKET, k.net.SCM_CREDENTIALS, struct.pack("3i", *ucred))]


@case("SO_PEERCRED of a pair", each=(True, True))
def _(k, kind):
    one, other = k.pair(kind)
    return _peer(k, one)[0] > 0 or kind == "DGRAM", _peer(k, one) == _peer(k, other)


@case("SO_PEERCRED unconnected: pid, and nobody", each=(0, True))
def _(k, kind):
    pid, uid, gid = _peer(k, k.socket(kind))
    return pid, uid == gid != 0


@case("SO_PEERCRED of client and server", STREAM=(True, True), SEQ=(True, True))
def _(k, kind):
    client, server, _ = k.connected(kind)
    return _peer(k, client) == _me(k), _peer(k, server) == _me(k)


@case("SO_PEERCRED before accept", STREAM=True, SEQ=True)
def _(k, kind):
    _, address = k.listener(kind)
    return _peer(k, k.client(kind, address)) == _me(k)


@case("SO_PEERCRED of a listener is its own", STREAM=True, SEQ=True)
def _(k, kind):
    return _peer(k, k.listener(kind)[0]) == _me(k)


@case("SO_PEERCRED after the peer is closed", STREAM=True, SEQ=True)
def _(k, kind):
    one, other = k.pair(kind)
    other.close()
    return _peer(k, one) == _me(k)


@case("SO_PEERCRED cannot be set", "ENOPROTOOPT")
def _(k):
    return k.attempt(k.pair("STREAM")[0].setsockopt, k.net.SOL_SOCKET, k.net.SO_PEERCRED, bytes(12))


@case("SO_PASSCRED: off, on, off", each=(0, 1, 0))
def _(k, kind):
    sock = k.socket(kind)
    answers = [sock.getsockopt(k.net.SOL_SOCKET, k.net.SO_PASSCRED)]
    for value in (7, 0):
        sock.setsockopt(k.net.SOL_SOCKET, k.net.SO_PASSCRED, value)
        answers.append(sock.getsockopt(k.net.SOL_SOCKET, k.net.SO_PASSCRED))
    return tuple(answers)


@case("SO_PASSCRED of an accepted socket is the listener's", STREAM=1, SEQ=1)
def _(k, kind):
    listener, address = k.listener(kind)
    listener.setsockopt(k.net.SOL_SOCKET, k.net.SO_PASSCRED, 1)
    k.client(kind, address)
    return k.accept(listener).getsockopt(k.net.SOL_SOCKET, k.net.SO_PASSCRED)


@case("credentials come with SO_PASSCRED", each=(b"x", True, False))
def _(k, kind):
    one, other = _passing(k, kind)
    one.send(b"x")
    data, found, truncated = _recv(k, other)
    return data, found == _me(k), truncated


@case("credentials do not come without", each=(b"x", None, False))
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"x")
    return _recv(k, other)


@case("credentials without room", each=(b"x", None, True))
def _(k, kind):
    one, other = _passing(k, kind)
    one.send(b"x")
    return _recv(k, other, 64, 0)


@case("credentials with room for a part", each=(b"x", 8, True))
def _(k, kind):
    one, other = _passing(k, kind)
    one.send(b"x")
    return _recv(k, other, 64, 8)


@case("credentials of a message sent before SO_PASSCRED", each=(b"x", (0, 65534, 65534), False))
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"x")
    other.setsockopt(k.net.SOL_SOCKET, k.net.SO_PASSCRED, 1)
    return _recv(k, other)


@case("credentials with plain recv", each=b"x")
def _(k, kind):
    one, other = _passing(k, kind)
    one.send(b"x")
    return other.recv(9)


@case("credentials: messages of one sender are one stream", (b"abcd", True, False))
def _(k):
    one, other = _passing(k, "STREAM")
    one.send(b"ab")
    one.send(b"cd")
    data, found, truncated = _recv(k, other)
    return data, found == _me(k), truncated


@case("credentials: a stream stops where they change", [(b"ab", (0, 65534, 65534)), (b"cd", True)])
def _(k):
    one, other = k.pair("STREAM")
    one.send(b"ab")
    other.setsockopt(k.net.SOL_SOCKET, k.net.SO_PASSCRED, 1)
    one.send(b"cd")
    first, second = _recv(k, other), _recv(k, other)
    return [first[:2], (second[0], second[1] == _me(k))]


@case("credentials and rights come together", each=(b"x", True, 1))
def _(k, kind):
    one, other = _passing(k, kind)
    fd = struct.pack("i", one.fileno())
    one.sendmsg([b"x"], [(k.net.SOL_SOCKET, k.net.SCM_RIGHTS, fd)])
    data, ancdata, _, _ = other.recvmsg(64, k.net.CMSG_SPACE(12) + k.net.CMSG_SPACE(4))
    found, count = None, 0
    for _, kind, body in ancdata:
        if kind == k.net.SCM_CREDENTIALS:
            found = struct.unpack("3i", body)
        elif kind == k.net.SCM_RIGHTS:
            k.adopt(struct.unpack("i", body)[0])
            count += 1
    return data, found == _me(k), count


@case("credentials sent: one's own", each=(1, b"x", True))
def _(k, kind):
    one, other = _passing(k, kind)
    done = one.sendmsg([b"x"], _credentials(k, _me(k)))
    data, found, _ = _recv(k, other)
    return done, data, found == _me(k)


@case("credentials sent: a wrong size", each="EINVAL")
def _(k, kind):
    one, _ = k.pair(kind)
    return k.attempt(one.sendmsg, [b"x"], [(k.net.SOL_SOCKET, k.net.SCM_CREDENTIALS, b"\0\0\0\0")])


@case("credentials by sendto", (b"x", True, False))
def _(k):
    receiver, address = k.bound("DGRAM")
    receiver.setsockopt(k.net.SOL_SOCKET, k.net.SO_PASSCRED, 1)
    k.socket("DGRAM").sendto(b"x", address)
    data, found, truncated = _recv(k, receiver)
    return data, found == _me(k), truncated


@case("SO_PASSCRED of the sender binds it to a name", DGRAM=6)
def _(k, kind):
    """Linux autobinds a sender that wants credentials: the receiver can answer."""
    receiver, address = k.bound(kind)
    sender = k.socket(kind)
    sender.setsockopt(k.net.SOL_SOCKET, k.net.SO_PASSCRED, 1)
    sender.sendto(b"x", address)
    return len(sender.getsockname())


@case("SO_PASSCRED of a client binds it to a name", STREAM=6, SEQ=6)
def _(k, kind):
    _, address = k.listener(kind)
    client = k.socket(kind)
    client.setsockopt(k.net.SOL_SOCKET, k.net.SO_PASSCRED, 1)
    client.connect(address)
    return len(client.getsockname())
