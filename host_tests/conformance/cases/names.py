"""Paths and abstract names: bind, getsockname, getpeername, unlink, autobind."""

from kit import case


@case("getsockname unbound", each="")
def _(k, kind):
    return k.socket(kind).getsockname()


@case("getsockname path", each="name")
def _(k, kind):
    return k.label(k.bound(kind, k.path("name"))[0].getsockname())


@case("getsockname abstract", each="name")
def _(k, kind):
    return k.label(k.bound(kind, k.abstract("name"))[0].getsockname())


@case("getsockname of a path given as bytes", each="name")
def _(k, kind):
    path = k.path("name")
    return k.label(k.bound(kind, path.encode())[0].getsockname())


@case("getsockname of pair", each="")
def _(k, kind):
    return k.pair(kind)[0].getsockname()


@case("accepted getsockname", STREAM=True, SEQ=True)
def _(k, kind):
    _, server, listener = k.connected(kind)
    return server.getsockname() == listener.getsockname()


@case("getpeername unconnected", each="ENOTCONN")
def _(k, kind):
    return k.attempt(k.socket(kind).getpeername)


@case("getpeername of bound", each="ENOTCONN")
def _(k, kind):
    return k.attempt(k.bound(kind)[0].getpeername)


@case("getpeername of listener", STREAM="ENOTCONN", SEQ="ENOTCONN")
def _(k, kind):
    return k.attempt(k.listener(kind)[0].getpeername)


@case("getpeername before accept", STREAM="server", SEQ="server")
def _(k, kind):
    _, address = k.listener(kind, 5, k.path("server"))
    return k.label(k.client(kind, address).getpeername())


@case("getpeername of client", STREAM="server", SEQ="server")
def _(k, kind):
    return k.label(k.connected(kind, k.abstract("server"))[0].getpeername())


@case("getpeername of accepted, client unbound", STREAM="", SEQ="")
def _(k, kind):
    return k.connected(kind)[1].getpeername()


@case("getpeername of pair", each="")
def _(k, kind):
    return k.pair(kind)[0].getpeername()


@case("getpeername of pair, the other bound later", each="late")
def _(k, kind):
    one, other = k.pair(kind)
    other.bind(k.path("late"))
    return k.label(one.getpeername())


@case("getpeername after the peer is closed", STREAM="server", SEQ="server")
def _(k, kind):
    client, server, _ = k.connected(kind, k.path("server"))
    server.close()
    return k.label(k.attempt(client.getpeername))


@case("getpeername after the listener is closed", STREAM="server", SEQ="server")
def _(k, kind):
    client, _, listener = k.connected(kind, k.path("server"))
    listener.close()
    return k.label(k.attempt(client.getpeername))


# bind


@case("rebind other path", each="EINVAL")
def _(k, kind):
    return k.attempt(k.bound(kind)[0].bind, k.path())


@case("rebind same path", each="EADDRINUSE")
def _(k, kind):
    sock, path = k.bound(kind)
    return k.attempt(sock.bind, path)


@case("rebind other abstract", each="EINVAL")
def _(k, kind):
    return k.attempt(k.bound(kind, k.abstract())[0].bind, k.abstract())


@case("rebind same abstract", each="EINVAL")
def _(k, kind):
    sock, name = k.bound(kind, k.abstract())
    return k.attempt(sock.bind, name)


@case("rebind leaves the new path free", each=["EINVAL", "ENOENT"])
def _(k, kind):
    path = k.path()
    return k.tries((k.bound(kind)[0].bind, path), (k.socket(kind).connect, path))


@case("bind same path", each="EADDRINUSE")
def _(k, kind):
    _, path = k.bound(kind)
    return k.attempt(k.socket(kind).bind, path)


@case("bind same path, other types", each=["EADDRINUSE"] * 3)
def _(k, kind):
    _, path = k.bound(kind)
    return [k.attempt(k.socket(other).bind, path) for other in ("STREAM", "DGRAM", "SEQ")]


@case("bind same abstract", each="EADDRINUSE")
def _(k, kind):
    _, name = k.bound(kind, k.abstract())
    return k.attempt(k.socket(kind).bind, name)


@case("bind same abstract, other types", STREAM=["EADDRINUSE", None, None], DGRAM=[None, "EADDRINUSE", None])
def _(k, kind):
    _, name = k.bound(kind, k.abstract())
    return [k.attempt(k.socket(other).bind, name) for other in ("STREAM", "DGRAM", "SEQ")]


@case("same abstract name of two types: each is found by its type", [b"s", b"d"])
def _(k):
    listener, name = k.listener("STREAM", 1, k.abstract())
    receiver, _ = k.bound("DGRAM", name)
    k.client("STREAM", name).send(b"s")
    k.client("DGRAM", name).send(b"d")
    return [k.accept(listener).recv(9), receiver.recv(9)]


@case("bind path of closed socket", each="EADDRINUSE")
def _(k, kind):
    sock, path = k.bound(kind)
    sock.close()
    return k.attempt(k.socket(kind).bind, path)


@case("bind abstract of closed socket", each=None)
def _(k, kind):
    sock, name = k.bound(kind, k.abstract())
    sock.close()
    return k.attempt(k.socket(kind).bind, name)


@case("bind abstract of a closed listener whose connection lives", STREAM=None, SEQ=None)
def _(k, kind):
    _, server, listener = k.connected(kind, k.abstract())
    name = listener.getsockname()
    listener.close()
    return k.attempt(k.socket(kind).bind, name)


@case("bind on pair", each=None)
def _(k, kind):
    return k.attempt(k.pair(kind)[0].bind, k.path())


@case("bind connected client", STREAM="late", SEQ="late")
def _(k, kind):
    client, server, _ = k.connected(kind)
    client.bind(k.path("late"))
    return k.label(server.getpeername())


@case("bind accepted", STREAM="EINVAL", SEQ="EINVAL")
def _(k, kind):
    return k.attempt(k.connected(kind)[1].bind, k.path())


@case("bind after unlink", each=None)
def _(k, kind):
    _, path = k.bound(kind)
    k.unlink(path)
    return k.attempt(k.socket(kind).bind, path)


@case("unlink: address stays, nobody finds it", each=["name", "ENOENT"])
def _(k, kind):
    sock, path = k.bound(kind, k.path("name"))
    k.unlink(path)
    return [k.label(sock.getsockname()), k.attempt(k.socket(kind).connect, path)]


@case("unlink, bind another: the new one is found", STREAM=b"x", SEQ=b"x")
def _(k, kind):
    _, path = k.listener(kind)
    k.unlink(path)
    new, _ = k.listener(kind, 1, path)
    k.client(kind, path).send(b"x")
    return k.accept(new).recv(9)


@case("unlink, bind another, close the first: the new one stays", STREAM=b"x", SEQ=b"x")
def _(k, kind):
    first, path = k.listener(kind)
    k.unlink(path)
    new, _ = k.listener(kind, 1, path)
    first.close()
    k.client(kind, path).send(b"x")
    return k.accept(new).recv(9)


@case("unlink leaves connections alone", STREAM=b"x", SEQ=b"x")
def _(k, kind):
    client, server, listener = k.connected(kind)
    k.unlink(listener.getsockname())
    client.send(b"x")
    return server.recv(9)


@case("unlink missing path", "ENOENT")
def _(k):
    return k.attempt(k.unlink, k.path())


# Paths that are no text


def _no_text(k):
    """Such a path where nothing is: 0xff is nowhere in UTF-8."""
    return k.path().encode() + b"\xff\xfe"


@case("a path that is no UTF-8 is found by its bytes", STREAM=[b"x", True, True], SEQ=[b"x", True, True])
def _(k, kind):
    path = _no_text(k)
    listener, _ = k.listener(kind, 5, path)
    client = k.client(kind, path)
    client.send(b"x")
    server = k.accept(listener)
    names = [k.path_of(sock.getsockname()) == path for sock in (listener, server)]
    return [server.recv(9), names[0] and names[1], k.path_of(client.getpeername()) == path]


@case("a path that is no UTF-8: what getsockname says finds it", DGRAM=[b"x", True, b"y"])
def _(k, kind):
    receiver, _ = k.bound(kind, _no_text(k))
    sender, path = k.bound(kind, _no_text(k))
    sender.sendto(b"x", receiver.getsockname())
    data, source = receiver.recvfrom(9)
    receiver.sendto(b"y", source)
    return [data, k.path_of(source) == path, sender.recv(9)]


@case("a path that is no UTF-8 is taken, and another is not", each=["EADDRINUSE", None, "ENOENT"])
def _(k, kind):
    path = _no_text(k)
    k.bound(kind, path)
    return k.tries(
        (k.socket(kind).bind, path), (k.socket(kind).bind, path + b"\xff"), (k.socket(kind).connect, path + b"\xfe")
    )


@case("a path that is no UTF-8 is unlinked", each=[None, "ENOENT", None])
def _(k, kind):
    path = _no_text(k)
    k.bound(kind, path)
    return k.tries((k.unlink, path), (k.socket(kind).connect, path), (k.socket(kind).bind, path))


# autobind


@case('bind("") autobind name', each=(6, 0, True))
def _(k, kind):
    sock = k.socket(kind)
    sock.bind("")
    name = sock.getsockname()
    return len(name), name[0], all(byte in b"0123456789abcdef" for byte in name[1:])


@case("autobind twice", each=[None, True])
def _(k, kind):
    sock = k.socket(kind)
    sock.bind("")
    name = sock.getsockname()
    return [k.attempt(sock.bind, ""), sock.getsockname() == name]


@case("autobind of a bound socket", each=[None, "name"])
def _(k, kind):
    sock, _ = k.bound(kind, k.path("name"))
    return [k.attempt(sock.bind, ""), k.label(sock.getsockname())]


@case("autobind names differ", each=3)
def _(k, kind):
    names = set()
    for _ in range(3):
        sock = k.socket(kind)
        sock.bind("")
        names.add(sock.getsockname())
    return len(names)


@case("autobind name connects", STREAM=b"x", DGRAM=b"x", SEQ=b"x")
def _(k, kind):
    sock = k.socket(kind)
    sock.bind(b"")
    if kind != "DGRAM":
        sock.listen(1)
    k.client(kind, sock.getsockname()).send(b"x")
    return (sock if kind == "DGRAM" else k.accept(sock)).recv(9)


@case("autobind when the next names are taken", each=[True, True])
def _(k, kind):
    first = k.socket(kind)
    first.bind("")
    number = int(first.getsockname()[1:], 16)
    taken = set()
    for more in (1, 2, 3):
        name = b"\0" + b"%05x" % (number + more & 0xFFFFF)
        # On Linux, somebody else may have it.
        if k.attempt(k.bound, kind, name) != "EADDRINUSE":
            taken.add(name)
    given = set()
    for _ in range(2):
        sock = k.socket(kind)
        sock.bind("")
        given.add(sock.getsockname())
    return [len(given) == 2, not given & taken and first.getsockname() not in given]
