"""The fixed memory of afunix: what is exhausted, which errno says so, and that it can be had again."""

from kit import case

TARGETS = ("cpython", "unix", "board")


def _until(k, make):
    """Call `make` until it fails: (how many times it did not, the errno)."""
    count = 0
    while True:
        made = k.attempt(make)
        if isinstance(made, str):
            return count, made
        count += 1


@case("ENFILE: sockets", each=[(3, "ENFILE"), (1, "ENFILE")])
def _(k, kind):
    k.configure(sockets=4, descriptors=16)
    first = k.socket(kind)
    answers = [_until(k, lambda: k.socket(kind))]
    first.close()
    return answers + [_until(k, lambda: k.socket(kind))]


@case("ENFILE: a pair needs two", each=["ENFILE", True])
def _(k, kind):
    k.configure(sockets=3)
    k.socket(kind)
    k.socket(kind)
    return [k.attempt(k.pair, kind), k.attempt(k.socket, kind) is not None]


@case("ENFILE: connect needs one for the server", STREAM=["ENFILE", None], SEQ=["ENFILE", None])
def _(k, kind):
    k.configure(sockets=3)
    _, address = k.listener(kind)
    client, other = k.socket(kind), k.socket(kind)
    answers = k.tries((client.connect, address))
    other.close()
    return answers + k.tries((client.connect, address))


@case("EMFILE: descriptors", each=[(3, "EMFILE"), (1, "EMFILE")])
def _(k, kind):
    k.configure(sockets=8, descriptors=4)
    first = k.socket(kind)
    answers = [_until(k, lambda: k.socket(kind))]
    first.close()
    return answers + [_until(k, lambda: k.socket(kind))]


@case("EMFILE: a pair needs two, and leaves none", each=["EMFILE", (1, "EMFILE")])
def _(k, kind):
    k.configure(sockets=8, descriptors=3)
    k.socket(kind)
    k.socket(kind)
    return [k.attempt(k.pair, kind), _until(k, lambda: k.socket(kind))]


@case("EMFILE: a pair with no descriptor free leaves no socket", each=["EMFILE"] * 3 + [2, 2])
def _(k, kind):
    k.configure(sockets=4, descriptors=2)
    kept = [k.socket(kind), k.socket(kind)]
    answers = [k.attempt(k.pair, kind) for _ in range(3)]
    answers.append(k.kernel.live)
    for sock in kept:
        sock.close()
    k.pair(kind)
    return answers + [k.kernel.live]


@case("EMFILE: a pair with one descriptor free leaves no socket", each=["EMFILE"] * 3 + [1, 2])
def _(k, kind):
    k.configure(sockets=4, descriptors=2)
    first = k.socket(kind)
    answers = [k.attempt(k.pair, kind) for _ in range(3)]
    answers.append(k.kernel.live)
    first.close()
    k.pair(kind)
    return answers + [k.kernel.live]


@case("ENFILE: a pair with one socket free or none leaves no descriptor", each=["ENFILE", 3, "ENFILE", 2, 2])
def _(k, kind):
    k.configure(sockets=3, descriptors=16)
    kept = [k.socket(kind) for _ in range(3)]
    answers = [k.attempt(k.pair, kind), _descriptors(k)]
    kept[0].close()
    answers += [k.attempt(k.pair, kind), _descriptors(k)]
    for sock in kept:
        sock.close()
    k.pair(kind)
    return answers + [_descriptors(k)]


def _descriptors(k):
    return len([descriptor for descriptor in k.kernel.descriptors if descriptor is not None])


@case("EMFILE: accept leaves the connection waiting", STREAM=["EMFILE", b"x"], SEQ=["EMFILE", b"x"])
def _(k, kind):
    k.configure(sockets=8, descriptors=3)
    listener, address = k.listener(kind)
    k.client(kind, address).send(b"x")
    spare = k.socket(kind)
    answer = k.attempt(listener.accept)
    spare.close()
    return [answer, k.accept(listener).recv(9)]


@case("EMFILE: dup", "EMFILE")
def _(k):
    k.configure(descriptors=1)
    return k.attempt(k.socket("STREAM").dup)


@case("ENOSPC: names", ["ENOSPC", "ENOSPC", None])
def _(k):
    k.configure(names=2)
    first, _ = k.bound("STREAM")
    k.bound("DGRAM", k.abstract())
    sock = k.socket("STREAM")
    answers = k.tries((sock.bind, k.path()), (sock.bind, ""))
    first.close()
    return answers + k.tries((sock.bind, k.path()))


@case("ENOBUFS: no packets configured", STREAM=[True, b"x"], DGRAM="ENOBUFS", SEQ="ENOBUFS")
def _(k, kind):
    k.configure(records=0)
    if kind != "STREAM":
        return k.attempt(k.socket, kind)
    one, other = k.pair(kind)
    return [one.send(b"x") == 1, other.recv(9)]


@case("backlog is cut to the configured one", STREAM=(3, "EAGAIN"), SEQ=(3, "EAGAIN"))
def _(k, kind):
    k.configure(backlog=2)
    _, address = k.listener(kind, 99)
    return _until(k, lambda: k.client(kind, address))


@case("ETOOMANYREFS: rights in flight", each=[1, "ETOOMANYREFS", 2])
def _(k, kind):
    k.configure(rights=2)
    one, other = k.pair(kind)
    fds = [one.fileno()] * 2
    answers = k.tries((k.net.send_fds, one, [b"x"], fds), (k.net.send_fds, one, [b"y"], fds))
    _, got, _, _ = k.net.recv_fds(other, 9, 4)
    for fd in got:
        k.close_fd(fd)
    return answers + [len(got)]


@case("EMFILE: rights that find no descriptor are cut off", each=(b"x", 1, True))
def _(k, kind):
    k.configure(descriptors=3)
    one, other = k.pair(kind)
    k.net.send_fds(one, [b"x"], [one.fileno()] * 2)
    data, fds, flags, _ = k.net.recv_fds(other, 9, 4)
    for fd in fds:
        k.close_fd(fd)
    return data, len(fds), bool(flags & k.net.MSG_CTRUNC)


@case(
    "a ring holds what is configured, and no more",
    STREAM=(256, "EAGAIN"),
    DGRAM=(256, "EMSGSIZE"),
    SEQ=(256, "EMSGSIZE"),
)
def _(k, kind):
    k.configure(ring=256)
    one, other = k.pair(kind)
    sent = one.send(bytes(256))
    return sent, k.attempt(one.send, bytes(257))


@case("packets: as many as configured, and no more", DGRAM=[(4, "EAGAIN"), 4], SEQ=[(4, "EAGAIN"), 4])
def _(k, kind):
    k.configure(records=4)
    one, other = k.pair(kind)
    return [k.fill(one, 2), len(k.received(other)) - 1]


@case("packets: bytes are the other limit", DGRAM=[(3, "EAGAIN"), 1], SEQ=[(3, "EAGAIN"), 1])
def _(k, kind):
    k.configure(ring=256, records=16)
    one, _ = k.pair(kind)
    return [k.fill(one, 70), one.send(b"x")]


@case("configure while a socket is open", "EBUSY")
def _(k):
    k.socket("STREAM")
    return k.attempt(lambda: k.net.configure(ring=128))


@case("configure: values and names", ["ValueError", "ValueError", "ValueError", "TypeError", "TypeError", "TypeError"])
def _(k):
    return [
        k.attempt(lambda: k.net.configure(ring=100)),
        k.attempt(lambda: k.net.configure(sockets=1025)),
        k.attempt(lambda: k.net.configure(backlog=-1)),
        k.attempt(lambda: k.net.configure(ring="128")),
        k.attempt(lambda: k.net.configure(sockets=True)),
        k.attempt(lambda: k.net.configure(rings=1)),
    ]


@case("configure: a refused call changes nothing", [True, "ValueError", True])
def _(k):
    before = dict(k.kernel.settings)
    answer = k.attempt(lambda: k.net.configure(sockets=9, ring=100))
    return [before["sockets"] != 9, answer, k.kernel.settings == before]


@case("configure: larger and smaller again", [256, 128])
def _(k):
    sent = []
    for ring in (256, 128):
        k.configure(ring=ring)
        one, other = k.pair("STREAM")
        sent.append(one.send(bytes(1024)))
        one.close()
        other.close()
    return sent


@case("autobind after the last name goes on with the first", each=[b"\x00fffff", b"\x0000000", b"\x0000001"])
def _(k, kind):
    return _autobound(k, kind, 3)


@case("autobind after the last name, when that and the first are taken", each=[b"\x0000001", b"\x0000002"])
def _(k, kind):
    for name in (b"\x00fffff", b"\x0000000"):
        k.bound(kind, name)
    return _autobound(k, kind, 2)


def _autobound(k, kind, count):
    """The names of sockets that the kernel names when it has one left before it begins again."""
    from afunix.kernel import names

    before = names._next
    names._next = 0xFFFFE
    sockets = [k.socket(kind) for _ in range(count)]
    for sock in sockets:
        sock.bind("")
    names._next = before
    return [sock.getsockname() for sock in sockets]
