"""accept and connect that wait, and every event in another thread that ends the wait.

What each answers, and what can be done afterwards, where it waits without a limit, with SO_RCVTIMEO or SO_SNDTIMEO, and
with settimeout: one answer where these are the same.
"""

from calls import Call, drop_in_message, each_way
from kit import case

# The emulated Pico has no second thread.
TARGETS = ("linux", "cpython", "unix")


def accepts(what, polls=True, **answers):
    """Register f(k, listener, address), which ends an accept that waits. The answer is a list: what it answers (a
    socket: whether its data arrives and what comes), then accept that does not wait."""

    def register(function):
        @case("accept waits: " + what, **answers)
        def _(k, kind):
            return each_way(k, lambda way: _accept(k, kind, way, function), polls)

    return register


def _accept(k, kind, way, function):
    listener, address = k.listener(kind, 5)
    k.blocking(listener, way)
    waiting = Call(k, lambda: listener.accept()[0])
    function(k, kind, listener, address)
    accepted = waiting.answer()
    if not isinstance(accepted, str):
        k.keep(accepted)
        accepted = k.attempt(accepted.recv, 9)
    if listener.fileno() < 0:
        return [accepted]
    listener.setblocking(False)
    return [accepted, k.attempt(k.accept, listener)]


@accepts("a client", STREAM=[b"x", "EAGAIN"], SEQ=[b"x", "EAGAIN"])
def _(k, kind, listener, address):
    k.client(kind, address).send(b"x")


@accepts("a client, closed meanwhile", STREAM=[b"x", "EAGAIN"], SEQ=[b"x", "EAGAIN"])
def _(k, kind, listener, address):
    client = k.client(kind, address)
    client.send(b"x")
    client.close()


@accepts("a client after listen once more", STREAM=[b"x", "EAGAIN"], SEQ=[b"x", "EAGAIN"])
def _(k, kind, listener, address):
    listener.listen(0)
    k.client(kind, address).send(b"x")


@accepts("a client after one of the wrong type", STREAM=[b"x", "EAGAIN"], SEQ=[b"x", "EAGAIN"])
def _(k, kind, listener, address):
    k.attempt(k.client, "SEQ" if kind == "STREAM" else "STREAM", address)
    k.client(kind, address).send(b"x")


@accepts("listener is shut down RD", polls=False, STREAM=["EINVAL", "EAGAIN"], SEQ=["EINVAL", "EAGAIN"])
def _(k, kind, listener, address):
    listener.shutdown(k.net.SHUT_RD)


@accepts("listener is shut down RDWR", polls=False, STREAM=["EINVAL", "EAGAIN"], SEQ=["EINVAL", "EAGAIN"])
def _(k, kind, listener, address):
    listener.shutdown(k.net.SHUT_RDWR)


@accepts("listener is shut down WR, a client", STREAM=[b"x", "EAGAIN"], SEQ=[b"x", "EAGAIN"])
def _(k, kind, listener, address):
    listener.shutdown(k.net.SHUT_WR)
    k.client(kind, address).send(b"x")


@accepts("listener is closed, a client", STREAM=[[b"x"], [b"x"], ["EBADF"]], SEQ=[[b"x"], [b"x"], ["EBADF"]])
def _(k, kind, listener, address):
    client = k.socket(kind)  # before the listener's number is free: CPython polls by number
    listener.close()
    if k.attempt(client.connect, address) is None:
        k.attempt(client.send, b"x")


@case("accept waits: two of them, a client each", STREAM=[b"x", b"y"], SEQ=[b"x", b"y"])
def _(k, kind):
    def scenario(way):
        listener, address = k.listener(kind)
        k.blocking(listener, way)
        calls = [Call(k, lambda: listener.accept()[0]) for _ in range(2)]
        for data in (b"x", b"y"):
            k.client(kind, address).send(data)
        return sorted([k.keep(call.answer()).recv(9) for call in calls])

    return each_way(k, scenario)


@case("accept waits: two of them, listener is shut down", STREAM=["EINVAL", "EINVAL"], SEQ=["EINVAL", "EINVAL"])
def _(k, kind):
    def scenario(way):
        listener, _ = k.listener(kind)
        k.blocking(listener, way)
        calls = [Call(k, listener.accept) for _ in range(2)]
        listener.shutdown(k.net.SHUT_RDWR)
        return [call.answer() for call in calls]

    return each_way(k, scenario, polls=False)


# connect with a timeout to a full backlog does not wait on Linux; host_tests/differences.py says why here it does.


def connects(what, abstract=False, **answers):
    """Register f(k, kind, client, listener, address), which ends a connect that waits. The answer is a list: what it
    answers, then connect and send that do not wait."""

    def register(function):
        @case("connect waits: " + what, **answers)
        def _(k, kind):
            return each_way(k, lambda way: _connect(k, kind, way, function, abstract), polls=False)

    return register


def _connect(k, kind, way, function, abstract):
    listener, address = k.listener(kind, 0, k.abstract() if abstract else None)
    k.client(kind, address)
    client = k.socket(kind)
    k.blocking(client, way)
    waiting = Call(k, client.connect, address)
    function(k, kind, client, listener, address)
    answer = waiting.answer()
    if client.fileno() < 0:
        return [answer]
    client.setblocking(False)
    return [answer] + k.tries((client.connect, address), (client.send, b"y"))


@connects("accept makes room", STREAM=[None, "EAGAIN", 1], SEQ=[None, "EAGAIN", 1])
def _(k, kind, client, listener, address):
    k.accept(listener)


@connects("listen with more backlog", STREAM=[None, "EAGAIN", 1], SEQ=[None, "EAGAIN", 1])
def _(k, kind, client, listener, address):
    listener.listen(1)


@connects("listen with as much backlog, then accept", STREAM=[None, "EAGAIN", 1], SEQ=[None, "EAGAIN", 1])
def _(k, kind, client, listener, address):
    listener.listen(0)
    k.accept(listener)


@connects(
    "listener is shut down RD, accept makes room",
    STREAM=["ECONNREFUSED", "ECONNREFUSED", "ENOTCONN"],
    SEQ=["ECONNREFUSED", "ECONNREFUSED", "ENOTCONN"],
)
def _(k, kind, client, listener, address):
    listener.shutdown(k.net.SHUT_RD)
    k.accept(listener)


@connects(
    "listener is shut down RDWR, accept makes room",
    STREAM=["ECONNREFUSED", "ECONNREFUSED", "ENOTCONN"],
    SEQ=["ECONNREFUSED", "ECONNREFUSED", "ENOTCONN"],
)
def _(k, kind, client, listener, address):
    listener.shutdown(k.net.SHUT_RDWR)
    k.accept(listener)


@connects("listener is shut down WR, accept makes room", STREAM=[None, "EAGAIN", 1], SEQ=[None, "EAGAIN", 1])
def _(k, kind, client, listener, address):
    listener.shutdown(k.net.SHUT_WR)
    k.accept(listener)


@connects(
    "listener closes",
    abstract=True,
    STREAM=["ECONNREFUSED", "ECONNREFUSED", "ENOTCONN"],
    SEQ=["ECONNREFUSED", "ECONNREFUSED", "ENOTCONN"],
)
def _(k, kind, client, listener, address):
    listener.close()


@connects(
    "a message is dropped that held the listener's last reference",
    abstract=True,
    STREAM=["ECONNREFUSED", "ECONNREFUSED", "ENOTCONN"],
    SEQ=["ECONNREFUSED", "ECONNREFUSED", "ENOTCONN"],
)
def _(k, kind, client, listener, address):
    drop_in_message(k, listener)


@connects(
    "the path is unlinked, accept makes room",
    STREAM=["ENOENT", "ENOENT", "ENOTCONN"],
    SEQ=["ENOENT", "ENOENT", "ENOTCONN"],
)
def _(k, kind, client, listener, address):
    k.unlink(address)
    k.accept(listener)


@connects(
    "own end is shut down RDWR, accept makes room", STREAM=[None, "EAGAIN", "EPIPE"], SEQ=[None, "EAGAIN", "EPIPE"]
)
def _(k, kind, client, listener, address):
    client.shutdown(k.net.SHUT_RDWR)
    k.accept(listener)


@connects("own end is closed, accept makes room", STREAM=[None], SEQ=[None])
def _(k, kind, client, listener, address):
    client.close()
    k.accept(listener)


@case("connect waits: two of them, room for both", STREAM=[None, None], SEQ=[None, None])
def _(k, kind):
    def scenario(way):
        listener, address = k.listener(kind, 0)
        k.client(kind, address)
        calls = []
        for _ in range(2):
            client = k.socket(kind)
            k.blocking(client, way)
            calls.append(Call(k, client.connect, address))
        listener.listen(5)
        return [call.answer() for call in calls]

    return each_way(k, scenario, polls=False)


@case("connect waits: two of them, room for one after the other", STREAM=[None, None], SEQ=[None, None])
def _(k, kind):
    def scenario(way):
        listener, address = k.listener(kind, 0)
        k.client(kind, address)
        calls = []
        for _ in range(2):
            client = k.socket(kind)
            k.blocking(client, way)
            calls.append(Call(k, client.connect, address))
        k.blocking(listener, way)
        for _ in range(3):
            k.accept(listener)
            k.blocking(listener, way)
        return [call.answer() for call in calls]

    return each_way(k, scenario, polls=False)
