"""connect, and what becomes of a connection before it is accepted."""

from kit import case

# connect


@case("connect to bound-not-listening", STREAM="ECONNREFUSED", DGRAM=None, SEQ="ECONNREFUSED")
def _(k, kind):
    _, address = k.bound(kind)
    return k.attempt(k.socket(kind).connect, address)


@case("connect to self", STREAM="ECONNREFUSED", DGRAM=None, SEQ="ECONNREFUSED")
def _(k, kind):
    sock, address = k.bound(kind)
    return k.attempt(sock.connect, address)


@case("connect on pair", STREAM="ECONNREFUSED", DGRAM="EPERM", SEQ="ECONNREFUSED")
def _(k, kind):
    one, other = k.pair(kind)
    other.bind(k.path())
    return k.attempt(k.socket(kind).connect, other.getsockname())


@case("connect a pair's socket to a listener", STREAM="EISCONN", SEQ="EISCONN")
def _(k, kind):
    _, address = k.listener(kind)
    return k.attempt(k.pair(kind)[0].connect, address)


@case("connect twice", STREAM="EISCONN", SEQ="EISCONN")
def _(k, kind):
    _, address = k.listener(kind)
    return k.attempt(k.client(kind, address).connect, address)


@case("connect twice, the second to nothing", STREAM="ENOENT", SEQ="ENOENT")
def _(k, kind):
    _, address = k.listener(kind)
    return k.attempt(k.client(kind, address).connect, k.path())


@case("connect twice, to a full backlog", STREAM="EAGAIN", SEQ="EAGAIN")
def _(k, kind):
    _, address = k.listener(kind, 0)
    return k.attempt(k.client(kind, address).connect, address)


@case("connect on listener", STREAM="EINVAL", SEQ="EINVAL")
def _(k, kind):
    _, address = k.listener(kind)
    return k.attempt(k.listener(kind)[0].connect, address)


@case("connect on listener to itself", STREAM="EINVAL", SEQ="EINVAL")
def _(k, kind):
    listener, address = k.listener(kind)
    return k.attempt(listener.connect, address)


@case("connect to accepted socket's name", STREAM=[None, b"x"], SEQ=[None, b"x"])
def _(k, kind):
    _, server, listener = k.connected(kind)
    again = k.socket(kind)
    answer = k.attempt(again.connect, server.getsockname())
    again.send(b"x")
    return [answer, k.accept(listener).recv(9)]


@case("connect after a refused one", STREAM=["ECONNREFUSED", None], SEQ=["ECONNREFUSED", None])
def _(k, kind):
    server, address = k.bound(kind)
    client = k.socket(kind)
    answers = [k.attempt(client.connect, address)]
    server.listen(1)
    return answers + [k.attempt(client.connect, address)]


@case("connect again after the peer is closed", STREAM="EISCONN", SEQ="EISCONN")
def _(k, kind):
    client, server, listener = k.connected(kind)
    server.close()
    return k.attempt(client.connect, listener.getsockname())


@case("connect_ex", STREAM=(0, 106, 2, 22), DGRAM=(0, 0, 2, 22), SEQ=(0, 106, 2, 22))
def _(k, kind):
    server, address = k.bound(kind)
    if kind != "DGRAM":
        server.listen(1)
    client = k.socket(kind)
    return tuple([client.connect_ex(name) for name in (address, address, k.path(), "")])


@case("connect, connect_ex, bind: a path that is too long", each=["OSError", "OSError", "OSError", None])
def _(k, kind):
    """connect_ex, too: no errno says it."""
    sock = k.socket(kind)
    long = "/" + "x" * 200
    return k.tries((sock.connect, long), (sock.connect_ex, long), (sock.bind, long), (sock.bind, k.path()))


@case("connect, connect_ex, bind: an abstract name that is too long", each=["OSError", "OSError", "OSError", ""])
def _(k, kind):
    sock = k.socket(kind)
    long = b"\0" + b"x" * 108
    answers = k.tries((sock.connect, long), (sock.connect_ex, long), (sock.bind, long))
    return answers + [sock.getsockname()]


@case("send before accept", STREAM=[2, b"hi"], SEQ=[2, b"hi"])
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.client(kind, address)
    sent = k.attempt(client.send, b"hi")
    return [sent, k.accept(listener).recv(9)]


@case("accepted after client sent and closed", STREAM=[b"hi", b"", b""], SEQ=[b"hi", b"", b""])
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.client(kind, address)
    client.send(b"hi")
    client.close()
    server = k.accept(listener)
    return [server.recv(9), server.recv(9), server.recv(9)]


@case("send to a client that is gone", STREAM="EPIPE", SEQ="EPIPE")
def _(k, kind):
    listener, address = k.listener(kind)
    k.client(kind, address).close()
    return k.attempt(k.accept(listener).send, b"x")


@case("listen again after connections", STREAM=[b"1", b"2"], SEQ=[b"1", b"2"])
def _(k, kind):
    listener, address = k.listener(kind)
    k.client(kind, address).send(b"1")
    listener.listen(3)
    k.client(kind, address).send(b"2")
    return [k.accept(listener).recv(9), k.accept(listener).recv(9)]


# data calls on a listener


@case("recv on listener", STREAM="EINVAL", SEQ="ENOTCONN")
def _(k, kind):
    return k.attempt(k.listener(kind)[0].recv, 9)


@case("send on listener", STREAM="ENOTCONN", SEQ="ENOTCONN")
def _(k, kind):
    return k.attempt(k.listener(kind)[0].send, b"x")


@case("shutdown listener", STREAM=None, SEQ=None)
def _(k, kind):
    return k.attempt(k.listener(kind)[0].shutdown, k.net.SHUT_RDWR)


@case("accept after shutdown listener", STREAM="EAGAIN", SEQ="EAGAIN")
def _(k, kind):
    listener, _ = k.listener(kind)
    listener.shutdown(k.net.SHUT_RDWR)
    return k.attempt(listener.accept)


@case("connect after shutdown listener", STREAM="ECONNREFUSED", SEQ="ECONNREFUSED")
def _(k, kind):
    listener, address = k.listener(kind)
    listener.shutdown(k.net.SHUT_RD)
    return k.attempt(k.socket(kind).connect, address)


@case("connect after shutdown(WR) of the listener", STREAM=None, SEQ=None)
def _(k, kind):
    listener, address = k.listener(kind)
    listener.shutdown(k.net.SHUT_WR)
    return k.attempt(k.socket(kind).connect, address)


@case("accept what was pending at shutdown of the listener", STREAM=b"x", SEQ=b"x")
def _(k, kind):
    listener, address = k.listener(kind)
    k.client(kind, address).send(b"x")
    listener.shutdown(k.net.SHUT_RDWR)
    return k.accept(listener).recv(9)


# the listener is closed


@case(
    "listener closed: client recv, recv, send",
    STREAM=["ECONNRESET", b"", "EPIPE"],
    SEQ=["ECONNRESET", b"", "EPIPE"],
)
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.client(kind, address)
    listener.close()
    return k.tries((client.recv, 9), (client.recv, 9), (client.send, b"x"))


@case("listener closed: client send first", STREAM=["EPIPE", "ECONNRESET"], SEQ=["ECONNRESET", b""])
def _(k, kind):
    listener, address = k.listener(kind)
    client = k.client(kind, address)
    listener.close()
    return k.tries((client.send, b"x"), (client.recv, 9))


@case("listener closed: several clients", STREAM=["ECONNRESET"] * 3, SEQ=["ECONNRESET"] * 3)
def _(k, kind):
    listener, address = k.listener(kind)
    clients = [k.client(kind, address) for _ in range(3)]
    listener.close()
    return [k.attempt(client.recv, 9) for client in clients]


@case("listener closed: accepted ones live on", STREAM=[b"there", b"back"], SEQ=[b"there", b"back"])
def _(k, kind):
    client, server, listener = k.connected(kind)
    listener.close()
    client.send(b"there")
    server.send(b"back")
    return [server.recv(9), client.recv(9)]
