"""getsockopt and setsockopt."""

import struct

from kit import TYPES, case


def _get(k, sock, name, *size):
    return k.attempt(sock.getsockopt, k.net.SOL_SOCKET, getattr(k.net, name), *size)


def _set(k, sock, name, value):
    return k.attempt(sock.setsockopt, k.net.SOL_SOCKET, getattr(k.net, name), value)


@case("SO_TYPE, SO_DOMAIN, SO_PROTOCOL", each=(True, 1, 0))
def _(k, kind):
    sock = k.socket(kind)
    return _get(k, sock, "SO_TYPE") == TYPES[kind], _get(k, sock, "SO_DOMAIN"), _get(k, sock, "SO_PROTOCOL")


@case("SO_ACCEPTCONN: fresh, listening, accepted", STREAM=(0, 1, 0), SEQ=(0, 1, 0))
def _(k, kind):
    _, server, listener = k.connected(kind)
    return tuple([_get(k, sock, "SO_ACCEPTCONN") for sock in (k.socket(kind), listener, server)])


@case("SO_TYPE cannot be set", "ENOPROTOOPT")
def _(k):
    return _set(k, k.socket("STREAM"), "SO_TYPE", 1)


@case("SO_ERROR of nothing", each=0)
def _(k, kind):
    return _get(k, k.pair(kind)[0], "SO_ERROR")


@case("SO_ERROR takes the reset away", STREAM=[104, 0, b""], SEQ=[104, 0, b""])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"unread")
    other.close()
    return [_get(k, one, "SO_ERROR"), _get(k, one, "SO_ERROR"), k.attempt(one.recv, 9)]


@case("SO_SNDBUF, SO_RCVBUF are positive", each=(True, True))
def _(k, kind):
    sock = k.socket(kind)
    return _get(k, sock, "SO_SNDBUF") > 0, _get(k, sock, "SO_RCVBUF") > 0


@case("SO_SNDBUF may be asked for", each=(None, True))
def _(k, kind):
    sock = k.socket(kind)
    return _set(k, sock, "SO_SNDBUF", 4096), _get(k, sock, "SO_SNDBUF") > 0


@case("SO_REUSEADDR, SO_KEEPALIVE, SO_BROADCAST are kept", each=(0, None, 1, 0, None, 1, 0, None, 1))
def _(k, kind):
    sock = k.socket(kind)
    answers = []
    for name in ("SO_REUSEADDR", "SO_KEEPALIVE", "SO_BROADCAST"):
        answers += [_get(k, sock, name), _set(k, sock, name, 1), _get(k, sock, name)]
    return tuple(answers)


@case("SO_REUSEADDR does not free a path", "EADDRINUSE")
def _(k):
    _, path = k.bound("STREAM")
    sock = k.socket("STREAM")
    _set(k, sock, "SO_REUSEADDR", 1)
    return k.attempt(sock.bind, path)


@case("an option of two bytes", "EINVAL")
def _(k):
    return _set(k, k.socket("STREAM"), "SO_PASSCRED", b"\1\0")


@case("an option as bytes", (None, 1, b"\1\0\0\0", b"\1\0"))
def _(k):
    sock = k.socket("STREAM")
    answer = _set(k, sock, "SO_PASSCRED", struct.pack("i", 1))
    return answer, _get(k, sock, "SO_PASSCRED"), _get(k, sock, "SO_PASSCRED", 4), _get(k, sock, "SO_PASSCRED", 2)


@case("an unknown option", ("ENOPROTOOPT", "ENOPROTOOPT"))
def _(k):
    sock = k.socket("STREAM")
    level = k.net.SOL_SOCKET
    return k.attempt(sock.getsockopt, level, 9999), k.attempt(sock.setsockopt, level, 9999, 1)


@case("an unknown level", ("EOPNOTSUPP", "EOPNOTSUPP"))
def _(k):
    sock = k.socket("STREAM")
    return k.attempt(sock.getsockopt, 41, 1), k.attempt(sock.setsockopt, 41, 1, 1)


# SO_RCVTIMEO and SO_SNDTIMEO


@case("SO_RCVTIMEO, SO_SNDTIMEO: read back", each=((0, 0), None, (2, 0), (0, 0)))
def _(k, kind):
    sock = k.socket(kind)

    def read(name):
        return struct.unpack("qq", _get(k, sock, name, 16))

    return (
        read("SO_RCVTIMEO"),
        _set(k, sock, "SO_RCVTIMEO", struct.pack("qq", 2, 0)),
        read("SO_RCVTIMEO"),
        read("SO_SNDTIMEO"),
    )


@case("SO_RCVTIMEO ends a recv that blocks", each="EAGAIN")
def _(k, kind):
    one, _ = k.pair(kind)
    one.setblocking(True)
    _set(k, one, "SO_RCVTIMEO", struct.pack("qq", 0, 20000))
    return k.attempt(one.recv, 9)


@case("SO_RCVTIMEO ends an accept that blocks", STREAM="EAGAIN", SEQ="EAGAIN")
def _(k, kind):
    listener, _ = k.listener(kind)
    listener.setblocking(True)
    _set(k, listener, "SO_RCVTIMEO", struct.pack("qq", 0, 20000))
    return k.attempt(listener.accept)


@case("SO_SNDTIMEO ends a send that blocks", each="EAGAIN")
def _(k, kind):
    one, _ = k.pair(kind)
    k.fill(one)
    one.setblocking(True)
    _set(k, one, "SO_SNDTIMEO", struct.pack("qq", 0, 20000))
    return k.attempt(one.send, bytes(64))


@case("SO_SNDTIMEO ends a connect that blocks", STREAM="EAGAIN", SEQ="EAGAIN")
def _(k, kind):
    _, address = k.listener(kind, 0)
    k.client(kind, address)
    client = k.socket(kind)
    client.setblocking(True)
    _set(k, client, "SO_SNDTIMEO", struct.pack("qq", 0, 20000))
    return k.attempt(client.connect, address)


@case("SO_RCVTIMEO out of range", "EDOM")
def _(k):
    return _set(k, k.socket("STREAM"), "SO_RCVTIMEO", struct.pack("qq", 0, 1000000))


@case("SO_RCVTIMEO too short", "EINVAL")
def _(k):
    return _set(k, k.socket("STREAM"), "SO_RCVTIMEO", b"\0\0\0\0")


# SO_PEEK_OFF


def _peeking(k, kind, *parts):
    one, other = k.pair(kind)
    for part in parts:
        one.send(part)
    other.setsockopt(k.net.SOL_SOCKET, 42, 0)
    return other


@case("SO_PEEK_OFF: off, on, off again", each=(-1, 0, -1))
def _(k, kind):
    sock = k.socket(kind)
    level = k.net.SOL_SOCKET
    answers = [sock.getsockopt(level, 42)]
    for value in (0, -1):
        sock.setsockopt(level, 42, value)
        answers.append(sock.getsockopt(level, 42))
    return tuple(answers)


@case("SO_PEEK_OFF: each look goes on", STREAM=[b"ab", b"cd", b"ef", "EAGAIN", b"abcdef"])
def _(k, kind):
    sock = _peeking(k, kind, b"abcd", b"ef")
    peek = k.net.MSG_PEEK
    return k.tries(
        (sock.recv, 2, peek), (sock.recv, 2, peek), (sock.recv, 9, peek), (sock.recv, 9, peek), (sock.recv, 9)
    )


@case("SO_PEEK_OFF: recv takes it back", STREAM=[b"abc", b"ab", 1, b"de"])
def _(k, kind):
    sock = _peeking(k, kind, b"abcdef")
    peek = k.net.MSG_PEEK
    answers = k.tries((sock.recv, 3, peek), (sock.recv, 2))
    return answers + [sock.getsockopt(k.net.SOL_SOCKET, 42), sock.recv(2, peek)]


@case("SO_PEEK_OFF: set behind the start", STREAM=[b"de", 5, b"abcdef"])
def _(k, kind):
    sock = _peeking(k, kind, b"abcdef")
    sock.setsockopt(k.net.SOL_SOCKET, 42, 3)
    return [sock.recv(2, k.net.MSG_PEEK), sock.getsockopt(k.net.SOL_SOCKET, 42), sock.recv(9)]


@case("SO_PEEK_OFF: packets", DGRAM=[b"ab", b"c", b"d", "EAGAIN"], SEQ=[b"ab", b"c", b"d", "EAGAIN"])
def _(k, kind):
    sock = _peeking(k, kind, b"abc", b"d")
    peek = k.net.MSG_PEEK
    return k.tries((sock.recv, 2, peek), (sock.recv, 2, peek), (sock.recv, 2, peek), (sock.recv, 2, peek))
