"""socket() and socketpair(): families, types and protocols; what a socket tells of itself."""

from kit import TYPES, case


def _closed(k, make, *args):
    """The type of the socket that `make` gives, or the errno."""
    made = k.attempt(make, *args)
    if isinstance(made, (int, str)):
        return made
    for sock in made if isinstance(made, tuple) else (made,):
        k.keep(sock)
    return (made[0] if isinstance(made, tuple) else made).type


@case("family, type, proto", each=True)
def _(k, kind):
    sock = k.socket(kind)
    return (sock.family, sock.type, sock.proto) == (k.net.AF_UNIX, TYPES[kind], 0)


@case("family, type, proto of a closed socket", each=True)
def _(k, kind):
    sock = k.socket(kind)
    sock.close()
    return (sock.family, sock.type, sock.proto) == (k.net.AF_UNIX, TYPES[kind], 0)


@case("constants", (1, 1, 2, 5, 0, 1, 2, 1, 1, 2))
def _(k):
    net = k.net
    return (
        int(net.AF_UNIX),
        int(net.SOCK_STREAM),
        int(net.SOCK_DGRAM),
        int(net.SOCK_SEQPACKET),
        net.SHUT_RD,
        net.SHUT_WR,
        net.SHUT_RDWR,
        net.SOL_SOCKET,
        net.SCM_RIGHTS,
        int(net.MSG_PEEK),
    )


@case("more constants", (2048, 524288, 0x20, 0x8, 0x40, 0x80, 0x100, 0x4000, 1))
def _(k):
    net = k.net
    return (
        int(net.SOCK_NONBLOCK),
        int(net.SOCK_CLOEXEC),
        int(net.MSG_TRUNC),
        int(net.MSG_CTRUNC),
        int(net.MSG_DONTWAIT),
        int(net.MSG_EOR),
        int(net.MSG_WAITALL),
        int(net.MSG_NOSIGNAL),
        int(net.MSG_OOB),
    )


@case("constants of options", (3, 4, 7, 8, 16, 17, 20, 21, 30, 38, 39))
def _(k):
    net = k.net
    return (
        net.SO_TYPE,
        net.SO_ERROR,
        net.SO_SNDBUF,
        net.SO_RCVBUF,
        net.SO_PASSCRED,
        net.SO_PEERCRED,
        net.SO_RCVTIMEO,
        net.SO_SNDTIMEO,
        net.SO_ACCEPTCONN,
        net.SO_PROTOCOL,
        net.SO_DOMAIN,
    )


@case("socket SOCK_RAW is a datagram socket", (2, b"x"))
def _(k):
    sock = k.keep(k.net.socket(k.net.AF_UNIX, 3))
    path = k.path()
    sock.bind(path)
    k.client("DGRAM", path).send(b"x")
    return sock.getsockopt(k.net.SOL_SOCKET, k.net.SO_TYPE), sock.recv(9)


@case("socket type 99", "EINVAL")
def _(k):
    return _closed(k, k.net.socket, k.net.AF_UNIX, 99)


@case("socket type 0", "ESOCKTNOSUPPORT")
def _(k):
    return _closed(k, k.net.socket, k.net.AF_UNIX, 0)


@case("socket type 4", "ESOCKTNOSUPPORT")
def _(k):
    return _closed(k, k.net.socket, k.net.AF_UNIX, 4)


@case("socket type 10", "ESOCKTNOSUPPORT")
def _(k):
    return _closed(k, k.net.socket, k.net.AF_UNIX, 10)


@case("socket type 11", "EINVAL")
def _(k):
    return _closed(k, k.net.socket, k.net.AF_UNIX, 11)


@case("socket proto 17", "EPROTONOSUPPORT")
def _(k):
    return _closed(k, k.net.socket, k.net.AF_UNIX, 1, 17)


@case("socket proto 1", 1)
def _(k):
    return int(_closed(k, k.net.socket, k.net.AF_UNIX, 1, 1))


@case("socket family 77", "EAFNOSUPPORT")
def _(k):
    return _closed(k, k.net.socket, 77, 1)


@case("socket family and type out of range", "EINVAL")
def _(k):
    return _closed(k, k.net.socket, 77, 99)


@case("socket SOCK_NONBLOCK", (True, False, 0.0))
def _(k):
    sock = k.net.socket(k.net.AF_UNIX, k.net.SOCK_STREAM | k.net.SOCK_NONBLOCK)
    answer = sock.type == k.net.SOCK_STREAM, sock.getblocking(), sock.gettimeout()
    sock.close()
    return answer


@case("socket SOCK_CLOEXEC", (True, True, None))
def _(k):
    sock = k.net.socket(k.net.AF_UNIX, k.net.SOCK_STREAM | k.net.SOCK_CLOEXEC)
    answer = sock.type == k.net.SOCK_STREAM, sock.getblocking(), sock.gettimeout()
    sock.close()
    return answer


@case("socketpair AF_INET", "EOPNOTSUPP")
def _(k):
    return _closed(k, k.net.socketpair, 2)


@case("socketpair type 99", "EINVAL")
def _(k):
    return _closed(k, k.net.socketpair, k.net.AF_UNIX, 99)


@case("socketpair proto 17", "EPROTONOSUPPORT")
def _(k):
    return _closed(k, k.net.socketpair, k.net.AF_UNIX, 1, 17)


@case("socketpair's defaults", (1, 1, 0, True))
def _(k):
    one, other = k.net.socketpair()
    answer = int(one.family), int(one.type), one.proto, one.getblocking()
    one.close()
    other.close()
    return answer


@case("socketpair SOCK_NONBLOCK", (False, False, "EAGAIN"))
def _(k):
    one, other = k.net.socketpair(k.net.AF_UNIX, k.net.SOCK_STREAM | k.net.SOCK_NONBLOCK)
    answer = one.getblocking(), other.getblocking(), k.attempt(one.recv, 9)
    one.close()
    other.close()
    return answer


@case("accepted sockets are of the listener's type", STREAM=True, SEQ=True)
def _(k, kind):
    _, server, _ = k.connected(kind)
    return (server.family, server.type) == (k.net.AF_UNIX, TYPES[kind])


@case("accepted sockets block, whatever the listener does", STREAM=(True, None), SEQ=(True, None))
def _(k, kind):
    listener, address = k.listener(kind)
    k.client(kind, address)
    server, _ = listener.accept()
    answer = server.getblocking(), server.gettimeout()
    k.keep(server)
    return answer
