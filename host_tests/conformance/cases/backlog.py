"""How many connections wait at a listener, and what the next one is told."""

from kit import case


def _fill(k, kind, backlog, tries):
    """Connect `tries` times to a listener with that backlog: (listener, clients, answers)."""
    listener, address = k.listener(kind, backlog)
    clients = [k.socket(kind) for _ in range(tries)]
    return listener, clients, [k.attempt(client.connect, address) for client in clients]


@case("listen(0): 3 nonblock connects", STREAM=[None, "EAGAIN", "EAGAIN"], SEQ=[None, "EAGAIN", "EAGAIN"])
def _(k, kind):
    return _fill(k, kind, 0, 3)[2]


@case("listen(-1): 2 nonblock connects", STREAM=[None, "EAGAIN"], SEQ=[None, "EAGAIN"])
def _(k, kind):
    return _fill(k, kind, -1, 2)[2]


@case("listen(1): 3 nonblock connects", STREAM=[None, None, "EAGAIN"], SEQ=[None, None, "EAGAIN"])
def _(k, kind):
    return _fill(k, kind, 1, 3)[2]


@case("listen(3): 5 nonblock connects", STREAM=[None] * 4 + ["EAGAIN"], SEQ=[None] * 4 + ["EAGAIN"])
def _(k, kind):
    return _fill(k, kind, 3, 5)[2]


@case(
    "accept makes room in the backlog",
    STREAM=[None, "EAGAIN", None, "EAGAIN"],
    SEQ=[None, "EAGAIN", None, "EAGAIN"],
)
def _(k, kind):
    listener, clients, answers = _fill(k, kind, 0, 2)
    k.accept(listener)
    address = listener.getsockname()
    return answers + k.tries((clients[1].connect, address), (k.socket(kind).connect, address))


@case(
    "refused by a full backlog stays unconnected",
    STREAM=["EAGAIN", "ENOTCONN", "ENOTCONN"],
    SEQ=["EAGAIN", "ENOTCONN", "ENOTCONN"],
)
def _(k, kind):
    _, clients, answers = _fill(k, kind, 0, 2)
    return answers[1:] + k.tries((clients[1].getpeername,), (clients[1].send, b"x"))


@case("listen again with more backlog", STREAM=[None, "EAGAIN", None], SEQ=[None, "EAGAIN", None])
def _(k, kind):
    listener, clients, answers = _fill(k, kind, 0, 2)
    listener.listen(1)
    return answers + [k.attempt(clients[1].connect, listener.getsockname())]


@case("listen again with less backlog keeps who waits", STREAM=["EAGAIN", 3], SEQ=["EAGAIN", 3])
def _(k, kind):
    listener, _, _ = _fill(k, kind, 2, 3)
    listener.listen(0)
    more = k.attempt(k.socket(kind).connect, listener.getsockname())
    accepted = 0
    while accepted < 9 and k.attempt(k.accept, listener) != "EAGAIN":
        accepted += 1
    return [more, accepted]


@case("a closed client still holds its place", STREAM=[None, "EAGAIN"], SEQ=[None, "EAGAIN"])
def _(k, kind):
    listener, clients, answers = _fill(k, kind, 0, 1)
    clients[0].close()
    return answers + [k.attempt(k.socket(kind).connect, listener.getsockname())]


@case("accepted sockets do not count", STREAM=[None] * 4, SEQ=[None] * 4)
def _(k, kind):
    listener, address = k.listener(kind, 0)
    answers = []
    for _ in range(4):
        answers.append(k.attempt(k.socket(kind).connect, address))
        k.accept(listener)
    return answers


@case("connect to a full backlog of the wrong type", STREAM="EPROTOTYPE", SEQ="EPROTOTYPE")
def _(k, kind):
    listener, _, _ = _fill(k, kind, 0, 1)
    return k.attempt(k.socket("SEQ" if kind == "STREAM" else "STREAM").connect, listener.getsockname())


@case("two listeners have two queues", STREAM=[b"1", b"2"], SEQ=[b"1", b"2"])
def _(k, kind):
    first, one = k.listener(kind)
    second, two = k.listener(kind)
    k.client(kind, two).send(b"2")
    k.client(kind, one).send(b"1")
    return [k.accept(first).recv(9), k.accept(second).recv(9)]
