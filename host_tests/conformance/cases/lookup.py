"""Who is found by which name, what a name may be, and what there is instead of a filesystem."""

from kit import case

# which errno for which kind of name


@case("connect to stale path", each="ECONNREFUSED")
def _(k, kind):
    sock, path = k.bound(kind)
    sock.close()
    return k.attempt(k.socket(kind).connect, path)


@case("connect to missing path", each="ENOENT")
def _(k, kind):
    return k.attempt(k.socket(kind).connect, k.path())


@case("connect missing abstract", each="ECONNREFUSED")
def _(k, kind):
    return k.attempt(k.socket(kind).connect, k.abstract())


@case("connect to closed abstract", each="ECONNREFUSED")
def _(k, kind):
    sock, name = k.bound(kind, k.abstract())
    sock.close()
    return k.attempt(k.socket(kind).connect, name)


@case("connect to no name", each="EINVAL")
def _(k, kind):
    return k.attempt(k.socket(kind).connect, "")


def _connect_to(other, abstract):
    def connect(k, kind):
        name = k.abstract() if abstract else k.path()
        k.bound(other, name) if other == "DGRAM" else k.listener(other, 1, name)
        return k.attempt(k.socket(kind).connect, name)

    return connect


for _other in ("STREAM", "DGRAM", "SEQ"):
    _kinds = [kind for kind in ("STREAM", "DGRAM", "SEQ") if kind != _other]
    case(f"connect to {_other} listener (path)", **dict.fromkeys(_kinds, "EPROTOTYPE"))(_connect_to(_other, False))
    case(f"connect to {_other} listener (abstract)", **dict.fromkeys(_kinds, "ECONNREFUSED"))(_connect_to(_other, True))


@case("bind path 107", "name")
def _(k):
    path = k.path()
    path += "p" * (107 - len(path))
    sock, _ = k.bound("STREAM", path)
    return "name" if sock.getsockname() == path else sock.getsockname()


@case("bind path 108", "OSError")
def _(k):
    return k.attempt(k.socket("STREAM").bind, "/" + "p" * 107)


@case("bind path 109", "OSError")
def _(k):
    return k.attempt(k.socket("STREAM").bind, "/" + "p" * 108)


@case("connect path 108", "OSError")
def _(k):
    return k.attempt(k.socket("STREAM").connect, "/" + "p" * 107)


@case("bind abstract 108 total", [None, True])
def _(k):
    name = k.abstract()
    name += b"p" * (108 - len(name))
    sock = k.socket("STREAM")
    return [k.attempt(sock.bind, name), sock.getsockname() == name]


@case("bind abstract 109 total", "OSError")
def _(k):
    return k.attempt(k.socket("STREAM").bind, b"\0" + b"p" * 108)


@case("abstract name of one byte", ["\0 taken", "EADDRINUSE"])
def _(k):
    sock, name = k.bound("STREAM", b"\0")
    return [
        ("\0 taken" if sock.getsockname() == name else sock.getsockname()),
        k.attempt(k.socket("STREAM").bind, "\0"),
    ]


@case("abstract names compare in full length", "ECONNREFUSED")
def _(k):
    _, name = k.listener("STREAM", 1, k.abstract())
    return k.attempt(k.socket("STREAM").connect, name + b"\0")


@case("abstract name with zeros and high bytes", [True, b"x"])
def _(k):
    listener, name = k.listener("STREAM", 1, k.abstract() + b"\0\xff\0")
    k.client("STREAM", name).send(b"x")
    return [listener.getsockname() == name, k.accept(listener).recv(9)]


@case("path ends at its first zero", b"x")
def _(k):
    path = k.path()
    listener, _ = k.listener("STREAM", 1, path + "\0junk")
    k.client("STREAM", path).send(b"x")
    return k.accept(listener).recv(9)


@case("path beyond ASCII", [True, b"x"])
def _(k):
    path = k.path() + "-\u00e9\u20ac"
    listener, _ = k.listener("STREAM", 1, path)
    k.client("STREAM", path.encode()).send(b"x")
    return [listener.getsockname() == path, k.accept(listener).recv(9)]


# the filesystem


@case("bind missing dir", each="ENOENT")
def _(k, kind):
    return k.attempt(k.socket(kind).bind, k.missing_directory())


@case("bind ENOTDIR", each="ENOTDIR")
def _(k, kind):
    return k.attempt(k.socket(kind).bind, k.file() + "/name")


@case("connect to regular file", each="ECONNREFUSED")
def _(k, kind):
    return k.attempt(k.socket(kind).connect, k.file())


@case("bind to existing regular file", each="EADDRINUSE")
def _(k, kind):
    return k.attempt(k.socket(kind).bind, k.file())
