"""From socket to close: what listen and accept answer in every state of a socket."""

from kit import case


@case("socketpair", each=[b"1", b"2"])
def _(k, kind):
    one, other = k.pair(kind)
    one.send(b"2")
    other.send(b"1")
    return [one.recv(9), other.recv(9)]


# listen


@case("listen unbound", STREAM="EINVAL", DGRAM="EOPNOTSUPP", SEQ="EINVAL")
def _(k, kind):
    return k.attempt(k.socket(kind).listen, 1)


@case("listen bound", STREAM=None, DGRAM="EOPNOTSUPP", SEQ=None)
def _(k, kind):
    return k.attempt(k.bound(kind)[0].listen, 1)


@case("listen again", STREAM=[None, None], DGRAM=["EOPNOTSUPP"] * 2, SEQ=[None, None])
def _(k, kind):
    sock, _ = k.bound(kind)
    return k.tries((sock.listen, 1), (sock.listen, 2))


@case("listen without a backlog", STREAM=None, DGRAM="EOPNOTSUPP", SEQ=None)
def _(k, kind):
    return k.attempt(k.bound(kind)[0].listen)


@case("listen with a negative backlog", STREAM=None, DGRAM="EOPNOTSUPP", SEQ=None)
def _(k, kind):
    return k.attempt(k.bound(kind)[0].listen, -1)


@case("listen on pair", STREAM="EINVAL", DGRAM="EOPNOTSUPP", SEQ="EINVAL")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].listen, 1)


@case("listen on pair(bound)", STREAM="EINVAL", DGRAM="EOPNOTSUPP", SEQ="EINVAL")
def _(k, kind):
    one, _ = k.pair(kind)
    one.bind(k.path())
    return k.attempt(one.listen, 1)


@case("listen on connected(unbound client)", STREAM="EINVAL", SEQ="EINVAL")
def _(k, kind):
    client, _, _ = k.connected(kind)
    return k.attempt(client.listen, 1)


@case("listen on connected(bound client)", STREAM="EINVAL", SEQ="EINVAL")
def _(k, kind):
    _, address = k.listener(kind)
    client, _ = k.bound(kind)
    client.connect(address)
    return k.attempt(client.listen, 1)


# accept


@case("accept nothing (nonblock)", STREAM="EAGAIN", DGRAM="EOPNOTSUPP", SEQ="EAGAIN")
def _(k, kind):
    sock, _ = k.bound(kind)
    k.attempt(sock.listen, 1)
    return k.attempt(sock.accept)


@case("accept unbound", STREAM="EINVAL", DGRAM="EOPNOTSUPP", SEQ="EINVAL")
def _(k, kind):
    return k.attempt(k.socket(kind).accept)


@case("accept bound-not-listening", STREAM="EINVAL", DGRAM="EOPNOTSUPP", SEQ="EINVAL")
def _(k, kind):
    return k.attempt(k.bound(kind)[0].accept)


@case("accept on pair", STREAM="EINVAL", DGRAM="EOPNOTSUPP", SEQ="EINVAL")
def _(k, kind):
    return k.attempt(k.pair(kind)[0].accept)


@case("accept on client", STREAM="EINVAL", SEQ="EINVAL")
def _(k, kind):
    return k.attempt(k.connected(kind)[0].accept)


@case("accept addr of unbound client", STREAM="", SEQ="")
def _(k, kind):
    listener, address = k.listener(kind)
    k.client(kind, address)
    server, peer = listener.accept()
    k.keep(server)
    return peer


@case("accept addr of bound client", STREAM="client", SEQ="client")
def _(k, kind):
    listener, address = k.listener(kind)
    client, _ = k.bound(kind, k.path("client"))
    client.connect(address)
    server, peer = listener.accept()
    k.keep(server)
    return k.label(peer)


@case("accept addr of a client bound after connect", STREAM="client", SEQ="client")
def _(k, kind):
    listener, address = k.listener(kind)
    k.client(kind, address).bind(k.path("client"))
    server, peer = listener.accept()
    k.keep(server)
    return k.label(peer)


@case("accept addr of a client that is gone", STREAM=("client", b""), SEQ=("client", b""))
def _(k, kind):
    listener, address = k.listener(kind)
    client, _ = k.bound(kind, k.path("client"))
    client.connect(address)
    client.close()
    server, peer = listener.accept()
    k.keep(server)
    return k.label(peer), k.attempt(server.recv, 9)


@case("accept order", STREAM=[b"0", b"1", b"2"], SEQ=[b"0", b"1", b"2"])
def _(k, kind):
    listener, address = k.listener(kind)
    for name in (b"0", b"1", b"2"):
        k.client(kind, address).send(name)
    return [k.accept(listener).recv(9) for _ in range(3)]
