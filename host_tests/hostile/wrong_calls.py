"""Every public call with arguments that it should not be given, one case after the other.

run() prints "@ number name" before a case, and after it "= number answer", or "! number what went wrong": whoever reads
this knows where a process died or came to a halt, and starts another one behind it. After each case nothing is lost:
what was queued is still there or was received, the socket goes on working where it is open, a new pair works, and the
kernel has as much of everything as before. All of this is asked of the public interface.

The same runs on the sockets of CPython, which have the right answers.
"""

import sys
import time
from array import array

from values import (
    ADDRESSES,
    ANYTHING,
    CONTROL,
    DESCRIPTOR_LISTS,
    DESCRIPTORS,
    EXTRA,
    FLAGS,
    MODES,
    NUMBERS,
    OBJECTS,
    OPTION_VALUES,
    PAYLOAD,
    SEVERAL_TO_FILL,
    SEVERAL_TO_SEND,
    TIMES,
    TO_FILL,
    TO_SEND,
    make,
)

MICROPYTHON = sys.implementation.name == "micropython"
SETTINGS = {"sockets": 8, "ring": 256, "records": 4, "descriptors": 12, "backlog": 2, "names": 4, "rights": 6}
QUEUED = (b"pqrs", b"tuvwx")
STREAM, DGRAM, SEQPACKET = 1, 2, 5
EACH = 16  # cases to one look at what is left
PATIENCE = 0.05  # of a call for which nothing comes

ERRNO = {
    1: "EPERM", 2: "ENOENT", 9: "EBADF", 11: "EAGAIN", 12: "ENOMEM", 14: "EFAULT", 16: "EBUSY", 22: "EINVAL",
    23: "ENFILE", 24: "EMFILE", 25: "ENOTTY", 28: "ENOSPC", 29: "ESPIPE", 32: "EPIPE", 33: "EDOM",
    35: "EDEADLK", 88: "ENOTSOCK", 90: "EMSGSIZE", 91: "EPROTOTYPE", 92: "ENOPROTOOPT", 93: "EPROTONOSUPPORT",
    94: "ESOCKTNOSUPPORT", 95: "EOPNOTSUPP", 97: "EAFNOSUPPORT", 98: "EADDRINUSE", 104: "ECONNRESET",
    105: "ENOBUFS", 106: "EISCONN", 107: "ENOTCONN", 109: "ETOOMANYREFS", 110: "ETIMEDOUT", 111: "ECONNREFUSED",
}  # fmt: skip


class Call:
    """One way to make one call.

    function  function(scene, *values)
    slots     a pair for each value: the expression of a good one, a list of those of hostile ones
    form      what `scene.sock` is: "pair", "fresh" (not connected), "bound", "listener", "none"
    role      "send" or "receive": what is checked about data; "": it moves none
    alters    a call that succeeds changes the socket
    tells     what it returns is compared
    """

    def __init__(
        self, name, function, slots, form="pair", role="", alters=False, tells=True, kinds=(STREAM,), rights=False
    ):
        self.name = name
        self.function = function
        self.slots = slots
        self.form = form
        self.role = role
        self.alters = alters
        self.tells = tells
        self.kinds = kinds
        self.rights = rights


CALLS = []


def method(name, *slots, **how):
    CALLS.append(Call(f"{name}/{len(slots)}", lambda scene, *values: getattr(scene.sock, name)(*values), slots, **how))


def function(name, *slots, **how):
    how.setdefault("form", "none")
    CALLS.append(Call("afunix." + name, lambda scene, *values: getattr(scene.net, name)(*values), slots, **how))


def other(name, call, *slots, **how):
    CALLS.append(Call(name, call, slots, **how))


def _fill_table():
    count, flags, short = ("3", NUMBERS), ("0", NUMBERS), ("20", NUMBERS)
    to_send, to_fill = ("b'abc'", TO_SEND), ("bytearray(b'.'*9)", TO_FILL)
    address, control = ("scene.name", ADDRESSES), ("()", CONTROL)
    several_to_send, several_to_fill = (
        ("[b'ab',b'cd']", SEVERAL_TO_SEND),
        ("[bytearray(4),bytearray(9)]", SEVERAL_TO_FILL),
    )
    sends = {"role": "send", "kinds": (STREAM, DGRAM)}
    receives = {"role": "receive", "kinds": (STREAM, SEQPACKET)}

    for name in ("send", "sendall"):
        method(name, to_send, **sends)
        method(name, to_send, flags, role="send")
    method("write", to_send, **sends)
    method("write", to_send, count, role="send")
    method("write", to_send, ("1", NUMBERS), count, role="send")
    method("try_write", to_send, **sends)
    method("sendto", to_send, address, role="send", form="addressed")
    method("sendto", to_send, flags, address, role="send", form="addressed")
    method("sendmsg", several_to_send, **sends)
    method("sendmsg", several_to_send, control, **sends)
    method("sendmsg", several_to_send, control, flags, role="send")
    method("sendmsg", several_to_send, control, flags, address, role="send", form="addressed")

    for name in ("recv", "read", "recvfrom", "readline"):
        method(name, count, **receives)
    for name in ("recv_into", "readinto", "recvfrom_into", "try_readinto"):
        method(name, to_fill, **receives)
        if name != "try_readinto":
            method(name, to_fill, count, role="receive")
    for name in ("recv", "recvfrom"):
        method(name, count, flags, role="receive")
    for name in ("recv_into", "recvfrom_into"):
        method(name, to_fill, count, flags, role="receive")
    other(
        "recv_into/keywords",
        lambda scene, buffer, n, flags: scene.sock.recv_into(buffer, nbytes=n, flags=flags),
        *(to_fill, count, flags),
        role="receive",
    )
    method("recvmsg", count, **receives)
    method("recvmsg", count, short, flags, role="receive", rights=True)
    method("recvmsg_into", several_to_fill, **receives)
    method("recvmsg_into", several_to_fill, short, flags, role="receive", rights=True)

    method("bind", address, form="fresh", alters=True)
    method("connect", address, form="fresh", alters=True)
    method("connect", address, form="fresh", alters=True, kinds=(DGRAM,))
    method("connect_ex", address, form="fresh", alters=True)
    method("listen", form="bound", alters=True)
    method("listen", count, form="bound", alters=True)
    method("shutdown", ("2", NUMBERS), alters=True)
    method("settimeout", ("1", TIMES), alters=True)
    method("setblocking", ("1", FLAGS + NUMBERS), alters=True)
    method("getsockopt", ("1", NUMBERS), ("3", NUMBERS))
    method("getsockopt", ("1", NUMBERS), ("3", NUMBERS), ("4", NUMBERS))
    method("setsockopt", ("1", NUMBERS), ("2", NUMBERS), ("1", OPTION_VALUES + NUMBERS), alters=True)
    for option in (
        "16",
        "20",
        "21",
        "42",
        "10",
        "7",
        "4",
    ):  # PASSCRED, RCVTIMEO, SNDTIMEO, PEEK_OFF, OOBINLINE, SNDBUF, ERROR
        method("setsockopt", ("1", ()), (option, ()), ("1", OPTION_VALUES), alters=True)
        CALLS[-1].name += " " + option
    method("setsockopt", ("1", ()), ("2", ()), ("None", OPTION_VALUES), ("4", NUMBERS), alters=True)
    method("ioctl", ("3", NUMBERS), ("1", NUMBERS), alters=True)
    method("makefile", ("'rb'", MODES), alters=True, tells=False)
    method("makefile", ("'rb'", MODES), ("0", NUMBERS), alters=True, tells=False)
    for name in (
        "accept",
        "close",
        "detach",
        "dup",
        "getpeername",
        "getsockname",
        "fileno",
        "gettimeout",
        "getblocking",
    ):
        method(name, ("None", ANYTHING), tells=False, alters=name in ("close", "detach"))
    method("accept", form="listener", tells=False)
    method("__exit__", ("None", ANYTHING), ("None", ANYTHING), ("None", ANYTHING), alters=True)
    other("owner", lambda scene, value: setattr(scene.sock, "anything", value), ("3", ANYTHING))
    for name in ("family", "type", "proto", "timeout"):
        other("set " + name, lambda scene, value, name=name: setattr(scene.sock, name, value), ("3", ANYTHING))

    function("socket", ("1", NUMBERS), ("1", NUMBERS), ("0", NUMBERS), tells=False)
    other(
        "afunix.socket fileno",
        lambda scene, fd: scene.net.socket(1, 1, 0, fd),
        ("scene.fd", DESCRIPTORS),
        tells=False,
        alters=True,  # closed with what was made of it
    )
    function("socketpair", ("1", NUMBERS), ("1", NUMBERS), ("0", NUMBERS), tells=False)
    function("dup", ("scene.fd", DESCRIPTORS), tells=False, form="pair")
    function("close", ("scene.fd", DESCRIPTORS), form="pair", alters=True)
    function("CMSG_LEN", count)
    function("CMSG_SPACE", count)
    function("ioctl", ("scene.fd", DESCRIPTORS), ("0x541b", NUMBERS), form="pair")
    function(
        "ioctl", ("scene.fd", DESCRIPTORS), ("0x5421", NUMBERS), ("0", NUMBERS + OBJECTS), form="pair", alters=True
    )
    function("install", ("None", OBJECTS), tells=False)
    function("object_of", ("scene.fd", DESCRIPTORS), form="pair", tells=False)
    function("unlink", address)
    function(
        "send_fds",
        ("scene.sock", OBJECTS),
        several_to_send,
        ("[scene.other]", DESCRIPTOR_LISTS),
        form="pair",
        role="send",
    )
    function("recv_fds", ("scene.sock", OBJECTS), count, count, form="pair", role="receive", rights=True)
    other("setdefaulttimeout", lambda scene, seconds: scene.set_default(seconds), ("1", TIMES), form="none")
    for name in SETTINGS:
        other(
            "configure " + name,
            lambda scene, value, name=name: scene.net.configure(**{name: value}),
            ("8", NUMBERS + OBJECTS),
            form="none",
        )
    other(
        "configure",
        lambda scene, name: scene.net.configure(**{name: 8}),
        ("'ring'", ["''", "'x'", "'lock'"]),
        form="none",
    )


_fill_table()


class Random:
    """The same numbers on every interpreter."""

    def __init__(self, seed):
        self._state = seed

    def below(self, n):
        self._state = (self._state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self._state >> 8) % n


def cases(count, seed, thin=1):
    """(call, kind, expressions) of each case: every hostile value of every slot with good ones in the others, then
    `count` with several at once. `thin` leaves all but one of so many out."""
    number = 0
    for call in CALLS:
        for kind in call.kinds:
            usual = [slot[0] for slot in call.slots]
            yield call, kind, usual
            for i in range(len(usual)):
                for value in call.slots[i][1]:
                    number += 1
                    if number % thin == 0:
                        yield call, kind, usual[:i] + [value] + usual[i + 1 :]
    random = Random(seed)
    several = [call for call in CALLS if len(call.slots) > 1]
    for _ in range(count):
        call = several[random.below(len(several))]
        kind = call.kinds[random.below(len(call.kinds))]
        yield call, kind, [_one_of(random, slot) for slot in call.slots]


def _one_of(random, slot):
    usual, hostile = slot
    return hostile[random.below(len(hostile))] if hostile and random.below(4) else usual


class Trouble(Exception):
    """What is wrong after a case. `fatal`: the kernel is not to be used any more."""

    def __init__(self, text, fatal=False):
        super().__init__(text)
        self.fatal = fatal


class Scene:
    """The sockets that a case is about."""

    gone = 987  # no descriptor

    def __init__(self, net, call, kind, waits):
        self.net = net
        self.kind = kind
        self.sock = self.peer = self.listener = None
        self.name = "scene"
        self.fd = self.other = self.gone
        self.closed = False  # its descriptor was, behind its back
        self.innocent = None
        self._open = []
        if call.form == "none":
            return
        self.innocent = self._keep(net.socket(1, DGRAM))
        self.other = self.innocent.fileno()
        self.right = [(1, 1, array("i", [self.other]))]
        getattr(self, "_" + call.form)(kind)
        self.fd = self.sock.fileno()
        self.sock.settimeout(PATIENCE if waits else 0)
        if self.peer is not None:
            self.peer.settimeout(0)
        if call.role == "receive":
            self._queue(call.rights)

    def _keep(self, sock):
        self._open.append(sock)
        return sock

    def _pair(self, kind):
        self.sock, self.peer = self.net.socketpair(1, kind)
        self._keep(self.sock)
        self._keep(self.peer)

    def _fresh(self, kind):
        self.sock = self._keep(self.net.socket(1, kind))
        self.listener = self._keep(self.net.socket(1, kind))
        self.listener.bind("server")
        if kind != DGRAM:
            self.listener.listen(1)

    def _bound(self, kind):
        self._fresh(kind)
        self.sock.bind("scene")

    def _listener(self, kind):
        self.sock = self._keep(self.net.socket(1, kind))
        self.sock.bind("scene")
        self.sock.listen(1)
        self._keep(self.net.socket(1, kind)).connect("scene")

    def _addressed(self, kind):
        self.sock = self._keep(self.net.socket(1, DGRAM))
        self.peer = self._keep(self.net.socket(1, DGRAM))
        self.peer.bind("scene")
        self.sock.bind("from")

    def _queue(self, rights):
        for message in QUEUED:
            if rights and message is QUEUED[0]:
                self.peer.sendmsg([message], self.right)
            else:
                self.peer.send(message)

    # what a value does that calls back

    def ask(self):
        self.sock.getsockname()

    def send(self):
        self.sock.send(EXTRA)

    def close(self):
        if self.sock is not None:
            self.sock.close()

    def close_fd(self):
        fd = self.sock.fileno()
        if fd >= 0 and not self.closed:
            self.closed = True
            self.net.close(fd)

    def set_default(self, seconds):
        """Of afunix it is CPython's through afunix.compat alone."""
        module = self.net if hasattr(self.net, "setdefaulttimeout") else sys.modules["afunix.socket"]
        module.setdefaulttimeout(seconds)

    def descriptor_closed(self, fd):
        """The program has closed it, and knows what it does."""
        if fd == self.fd:
            self.closed = True
        elif fd == self.other:
            self.innocent.detach()

    def nap(self):
        time.sleep(0.002)

    def is_open(self):
        return not self.closed and self.sock is not None and self.sock.fileno() == self.fd

    def end(self):
        if self.closed:
            self.sock.detach()
        for sock in self._open:
            sock.close()


def drained(sock):
    """All that can be received, in one piece."""
    sock.settimeout(0)
    got = b""
    for _ in range(100):
        try:
            part = sock.recv(1000)
        except OSError as failure:
            if failure.errno == 11:
                return got
            raise
        got += part
        if not part and sock.type == STREAM:
            return got
    raise Trouble("no end of data")


def exchange(one, other):
    for a, b in ((one, other), (other, one)):
        a.send(b"12345")
        got = b.recv(9)
        if got != b"12345":
            raise Trouble(f"12345 arrived as {got!r}")


def census(net):
    """How many sockets, names, descriptors and rights there are to be had. It leaves nothing behind."""
    made, numbers, counts = [], [], []

    def bind():
        made[counts[1]].bind(f"census{counts[1]}")

    def send():
        net.send_fds(made[-1], [b"x"], [made[0].fileno()])

    for step in (
        lambda: made.append(net.socket()),
        bind,
        lambda: numbers.append(net.dup(made[0].fileno())),
    ):
        _count(counts, step)
    for fd in numbers:
        net.close(fd)
    for _ in range(2):
        made.pop().close()
    made.extend(net.socketpair())
    made[-1].setblocking(False)
    _count(counts, send)
    for sock in made:
        sock.close()
    return tuple(counts)


def _count(counts, step):
    """How often `step` can be done before there is no more of what it takes."""
    counts.append(0)
    try:
        while counts[-1] < 2000:
            step()
            counts[-1] += 1
    except OSError as failure:
        if failure.errno not in (23, 24, 28, 109):  # ENFILE, EMFILE, ENOSPC, ETOOMANYREFS
            raise


def name_of(failure):
    """The errno's name, or the class's."""
    if isinstance(failure, OSError):
        if type(failure).__name__ == "TimeoutError" or type(failure).__name__ == "timeout":
            return "ETIMEDOUT"
        errno = failure.errno
        if isinstance(errno, int) and not isinstance(failure, UnicodeError):
            return ERRNO.get(errno, f"errno {errno}")
        return "OSError"
    return type(failure).__name__


def shown(value):
    """An answer as it is compared: without what differs from process to process."""
    if value is None or isinstance(value, (bool, int, float, bytes, str)):
        return repr(value)
    if isinstance(value, (tuple, list)):
        return "({})".format(",".join([shown(item) for item in value]))
    return type(value).__name__


def _answer(call, result):
    if not call.tells:
        return "done"
    if call.rights:  # which descriptors they are differs
        data, control, flags = result[:3]
        result = data, len(control), flags
    return shown(result)


class Runner:
    """Runs cases on `net`. `counted` asks its kernel what is left; `guards` looks at the heap."""

    def __init__(self, net, counted=None, guards=None, clean=None):
        self._net = net
        self._counted = counted
        self._guards = guards
        self._clean = clean
        self._usual = counted() if counted else None
        self._numbers = None
        self._uncounted = 0

    def run(self, found, first):
        """Run the cases from number `first` on."""
        number = 0
        for call, kind, expressions in found:
            number += 1
            if number <= first:
                continue
            waits = number % 3 != 0
            print("@", number, f"{call.name} {kind}{' waits' if waits else ''}({', '.join(expressions)})")
            try:
                print("=", number, self._case(call, kind, waits, expressions))
            except Trouble as trouble:
                print("!", number, repr(str(trouble)))
                if trouble.fatal:
                    sys.exit(3)
        self._count()
        print("ALL", number)

    def _case(self, call, kind, waits, expressions):
        scene = Scene(self._net, call, kind, waits)
        try:
            values = [make(expression, scene) for expression in expressions]
        except Exception:
            scene.end()
            if self._clean:
                self._clean(call)
            return "UNMADE"
        result = None
        try:
            result = call.function(scene, *values)
            answer = _answer(call, result)
            if call.name == "afunix.close":
                scene.descriptor_closed(int(values[0]) if isinstance(values[0], int) else values[0].__index__())
            if call.name == "afunix.socket fileno" and result.fileno() in (scene.fd, scene.other):
                result.detach()
        except Exception as failure:
            answer = "raises " + name_of(failure)
        trouble = []
        raised = answer.startswith("raises ")
        for check in (_check_data, _check_use):
            try:
                check(scene, call, values, raised, result)
            except Trouble as failure:
                trouble.append(str(failure))
            except Exception as failure:
                trouble.append(f"{check.__name__}: {_told(failure)}")
        values = None
        self._end(scene, call, result, trouble)
        if trouble:
            raise Trouble("{}, then: {}".format(answer, "; ".join(trouble)))
        return answer

    def _end(self, scene, call, result, trouble):
        """Close all that the case has opened, and look at what is left."""
        net = self._net
        try:
            _close(net, call, result)
            scene.end()
            if self._clean:
                self._clean(call)
            one, other = net.socketpair()
            # The lowest free ones: a descriptor that is left open shows in them at once.
            numbers = one.fileno(), other.fileno()
            one.settimeout(1)
            other.settimeout(1)
            exchange(one, other)
            one.close()
            other.close()
            if self._numbers not in (None, numbers):
                raise Trouble(f"a new pair has the descriptors {numbers}, not {self._numbers}")
            self._numbers = numbers
            self._uncounted += 1
            if trouble or self._uncounted >= EACH:
                self._count()
            if self._guards:
                self._guards()
        except Exception as failure:
            text = str(failure) if isinstance(failure, Trouble) else _told(failure)
            raise Trouble("; ".join(trouble + ["afterwards " + text]), True)  # noqa: B904, MicroPython has no "from"

    def _count(self):
        """Ask the kernel what it has left, which takes longer than a case."""
        since, self._uncounted = self._uncounted, 0
        if self._counted and (left := self._counted()) != self._usual:
            raise Trouble(f"there are {left} of {self._usual}, since one of the last {since} cases")


def _told(failure):
    return f"{name_of(failure)}({failure})"


def _close(net, call, result):
    """Close what a call returned."""
    if result is None:
        return
    name = call.name.split("/")[0]
    if name in ("afunix.dup", "afunix.install"):
        net.close(result)
    elif name == "recvmsg" or name == "recvmsg_into":
        for level, kind, body in result[1]:
            if (level, kind) == (1, 1):
                for fd in array("i", bytes(body)[: len(body) // 4 * 4]):
                    net.close(fd)
    elif name == "afunix.recv_fds":
        for fd in result[1]:
            net.close(fd)
    elif hasattr(result, "close"):
        result.close()
    elif isinstance(result, tuple):
        for item in result:
            if hasattr(item, "close"):
                item.close()


def _bytes(value):
    """What a buffer holds; None for what is no buffer."""
    if isinstance(value, str):
        return None
    try:
        return bytes(memoryview(value)) if MICROPYTHON else memoryview(value).tobytes()
    except Exception:
        return None


def _check_data(scene, call, values, raised, result):
    if call.role == "send":
        _check_sent(call, values, raised, result, drained(scene.peer))
    elif call.role == "receive":
        _check_received(scene, call, values, raised, result)


def _check_sent(call, values, raised, result, got):
    plain = b"".join(got.split(EXTRA))
    if call.name in ("send/1", "sendall/1", "write/1", "try_write/1", "send/2", "sendall/2", "sendto/2"):
        truth = _bytes(values[0])
        if truth is None:
            if plain:
                raise Trouble(f"{plain!r} was sent")
            return
        if plain != truth[: len(plain)]:
            raise Trouble(f"{plain!r} was sent for {truth[:100]!r}")
        if not raised:
            n = len(truth) if call.name[:7] == "sendall" else result or 0
            if len(plain) != n and (
                call.name[-1] == "1" or type(values[1]) is int and not values[1]
            ):  # with MSG_OOB a byte goes by itself
                raise Trouble(f"{len(plain)} bytes were sent, not {n}")
    elif any(byte not in PAYLOAD for byte in plain):
        raise Trouble(f"{plain!r} was sent")


def _check_received(scene, call, values, raised, result):
    queued = b"".join(QUEUED)
    if raised or result is None:
        n = 0
    else:
        what = result[0] if isinstance(result, tuple) else result
        n = what if isinstance(what, int) else len(what)
        if not isinstance(what, int) and what != queued[:n] and what != queued[n:]:
            raise Trouble(f"{what!r} was received")
    if "_into" in call.name or "readinto" in call.name:
        filled = [_bytes(value) for value in (values[:1] if "msg" not in call.name else ())]
        for data in filled:
            if data is not None and 46 in data and (data[:n] != queued[:n] or data[n:].strip(b".")):
                raise Trouble(f"{data!r} was filled with {n} bytes")
    if not scene.is_open():
        return
    left = drained(scene.sock)
    moves = call.name[-2:] not in ("/3", "ds") and call.name not in ("recv/2", "recvfrom/2")
    if raised and left != queued:
        raise Trouble(f"{left!r} of {queued!r} is left")
    if scene.kind == STREAM and moves and not raised and left != queued[n:]:
        raise Trouble(f"{left!r} of {queued!r} is left after {n}")
    if not queued.endswith(left):
        raise Trouble(f"{left!r} of {queued!r} is left")


def _check_use(scene, call, values, raised, result):
    if scene.peer is None or not scene.is_open() or call.form != "pair" or call.alters and not raised:
        return
    scene.sock.settimeout(1)
    for byte in drained(scene.peer):  # a value that called back may have sent something
        if byte not in EXTRA:
            raise Trouble(f"{byte!r} was sent")
    scene.peer.settimeout(1)
    exchange(scene.sock, scene.peer)


def on_afunix(count, seed, thin, first):
    import afunix

    try:
        from heap_guards import check as guards
    except ImportError:
        guards = None
    afunix.configure(**SETTINGS)

    def clean(call):
        if call.name.startswith("configure"):
            afunix.configure(**SETTINGS)
        if call.name.endswith("timeout"):
            sys.modules["afunix.socket"].setdefaulttimeout(None)

    runner = Runner(afunix, lambda: census(afunix), guards, clean)
    runner.run(cases(count, seed, thin), first)


def on_linux(count, seed, thin, first):
    """On CPython's own sockets, in a directory of their own."""
    import os
    import resource
    import socket

    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))

    def clean(call):
        socket.setdefaulttimeout(None)
        for name in os.listdir():
            os.unlink(name)

    def left():
        return len(os.listdir("/proc/self/fd"))

    Runner(socket, left, None, clean).run(cases(count, seed, thin), first)
