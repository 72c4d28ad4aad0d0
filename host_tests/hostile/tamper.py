"""What a program can reach from a socket, overwritten with what does not belong there: MicroPython must not crash.

Nothing is promised to such a program but an exception, or a socket that works no more. Prints as wrong_calls.py does.
"""

import gc
import sys
from array import array

from wrong_calls import SETTINGS, exchange

DEPTH = 3
MOST_ITEMS = 14  # of a list, an array, a buffer: the first ones
NUMBERS = (0, 1, -1, 2**31 - 1, -(2**31), 12345)


def garbage(sock):
    """Wrong values, each made anew."""
    plain = (None, 3, -1, 2**31 - 1, 2**40, 1.5, True, "x", b"", bytearray(1), [], (), {}, object())
    buffers = (array("i", [1]), array("H"), memoryview(b""), memoryview(bytearray(3)))
    return plain + buffers + (sock, sock.send, object, gc, exchange)


GARBAGE = 23


def _items(value):
    return isinstance(value, (list, tuple, array, memoryview, bytearray))


def paths(sock):
    """Every place within reach that can hold something, as the steps that lead there."""
    found, seen = [], []

    def walk(value, path):
        if len(path) >= DEPTH or any(value is one for one in seen):
            return
        seen.append(value)
        if _items(value):
            steps = range(min(len(value), MOST_ITEMS))
        elif isinstance(value, (int, str, bytes, type(gc), type(walk), type(sock.send), type(None))):
            return
        else:
            steps = sorted([name for name in dir(value) if name[:2] != "__"])
        for step in steps:
            try:
                inner = _at(value, step)
            except Exception:
                continue
            found.append(path + (step,))
            walk(inner, path + (step,))

    walk(sock, ())
    return found


def _at(value, step):
    return value[step] if isinstance(step, int) else getattr(value, step)


def _store(sock, path, value):
    """Put `value` there. Returns what was there."""
    for step in path[:-1]:
        sock = _at(sock, step)
    former = _at(sock, path[-1])
    if isinstance(path[-1], int):
        sock[path[-1]] = value
    else:
        setattr(sock, path[-1], value)
    return former


_CALLS = (
    lambda s: s.send(b"abc"),
    lambda s: s.write(b"abc"),
    lambda s: s.try_write(b"x" * 300),
    lambda s: s.sendmsg([b"ab", b"c"]),
    lambda s: s.sendmsg([b"a"], [(1, 1, array("i", [s.fileno()]))]),
    lambda s: s.recv(2),
    lambda s: s.read(300),
    lambda s: s.readline(),
    lambda s: s.recv_into(bytearray(2)),
    lambda s: s.readinto(bytearray(300)),
    lambda s: s.try_readinto(bytearray(3)),
    lambda s: s.recvmsg(2, 99),
    lambda s: s.recv(300, 2),
    lambda s: s.ioctl(3, 0x2FFF),
    lambda s: repr(s),
    lambda s: s.getsockname(),
    lambda s: s.getpeername(),
    lambda s: s.setsockopt(1, 16, 1),
    lambda s: s.recv(300),
    lambda s: s.shutdown(1),
    lambda s: s.dup().close(),
    lambda s: s.close(),
)


def _polled(sock):
    import select

    poll = select.poll()
    poll.register(sock)
    poll.poll(0)


def _use(socks):
    for call in _CALLS + ((_polled,) if sys.implementation.name == "micropython" else ()):
        for sock in socks:
            try:
                call(sock)
            except Exception:
                pass


def _scene(net, kind):
    one, other = net.socketpair(1, kind)
    for sock in (one, other):
        sock.setblocking(False)
        sock.send(b"before\n")
    return one, other


def _works(net):
    """Is the kernel still in order?"""
    try:
        one, other = net.socketpair()
        one.settimeout(0.2)
        other.settimeout(0.2)
        exchange(one, other)
        one.close()
        other.close()
        return True
    except Exception:
        return False


def stored(net, first, thin):
    """Store every wrong value in every place, and use the sockets. With the data plane in Python only words and items:
    machine code that MicroPython makes of viper functions asks no object what it is."""
    is_native = "afunix.data.plane" in sys.modules and sys.modules["afunix.data.plane"]._afunix is not None
    net.configure(**SETTINGS)
    number = 0
    for kind in (1, 5):
        one, other = _scene(net, kind)
        places = paths(one)
        one.close()
        other.close()
        for path in places:
            count = GARBAGE + (len(NUMBERS) if isinstance(path[-1], int) else 0)
            for which in range(count):
                number += 1
                if number <= first or number % thin or not (is_native or isinstance(path[-1], int)):
                    continue
                _store_one(net, number, kind, path, which)
    print("ALL", number)


def _store_one(net, number, kind, path, which):
    one, other = _scene(net, kind)
    value = garbage(one)[which] if which < GARBAGE else NUMBERS[which - GARBAGE]
    print("@", number, f"{kind} {'.'.join([str(step) for step in path])} = {type(value).__name__} {which}")
    former = _NOTHING
    try:
        former = _store(one, path, value)
    except Exception:
        pass
    _use((one, other))
    if former is not _NOTHING:
        try:
            _store(one, path, former)
        except Exception:
            pass
    _use((one, other))
    one = other = value = former = None
    gc.collect()
    print("=", number, "lived")
    if not _works(net):
        sys.exit(3)


_NOTHING = object()


class Stranger:
    pass


def called(net, first, thin):
    """Every function of every type within reach, with wrong arguments."""
    net.configure(**SETTINGS)
    plane = sys.modules["afunix.data.plane"]
    types = [net.socket, plane.Handle, plane.Endpoint]
    number = 0
    for kind in (1, 5):
        for i in range(len(types)):
            for name in ["(new)", "__new__"] + sorted([name for name in dir(types[i]) if name[:2] != "__"]):
                for which in range(12):
                    number += 1
                    if number > first and number % thin == 0:
                        _call_one(net, number, kind, types[i], name, which)
    print("ALL", number)


def _arguments(sock, which):
    """(what is taken for self, the rest)."""
    ep = getattr(sock, "_ep", sock)
    selves = (sock, ep, Stranger(), Stranger, 3, None, bytearray(3), object(), type(sock), "x", sock, ep)
    rests = (
        (bytearray(9), 0, 9, 0, 0),
        (b"abc", -1, 3, None, None),
        (bytearray(3), 0, 2**31, 0, False),
        (b"abc", 2**31 - 1, 2**31 - 1, 0, 0),
        (None,) * 5,
        ("abc", 1.5, "x", [], {}),
        (bytearray(9), 9, -1, -1, -1),
    )
    return selves[which], rests[which % len(rests)]


def _call_one(net, number, kind, cls, name, which):
    one, other = _scene(net, kind)
    me, rest = _arguments(one, which)
    print("@", number, f"{kind} {cls.__name__}.{name} {which}")
    for count in range(len(rest) + 1):
        made = None
        try:
            function = cls if name == "(new)" else getattr(cls, name)
            made = function(me, *rest[:count])
        except Exception:
            pass
        if made is not None:
            _use((made,))
    _use((one, other))
    one = other = me = rest = made = None
    gc.collect()
    print("=", number, "lived")
    if not _works(net):
        sys.exit(3)


def grown(net, first, thin):
    """Buffers that grow, and so move, while a call that fills or reads them waits."""
    import _thread
    import time

    net.configure(**SETTINGS)
    makers = (
        ("array('H')", lambda: array("H", b"." * 20), 0x2E2E),
        ("array('B')", lambda: array("B", b"." * 20), 0x2E),
        ("bytearray", lambda: bytearray(b"." * 20), 0x2E),
    )
    calls = (
        ("recv_into", lambda s, b: s.recv_into(b)),
        ("readinto", lambda s, b: s.readinto(b)),
        ("recvfrom_into", lambda s, b: s.recvfrom_into(b)),
        ("recvmsg_into", lambda s, b: s.recvmsg_into([b])),
        ("recvmsg_into two", lambda s, b: s.recvmsg_into([b, bytearray(9)])),
        ("sendall", lambda s, b: s.sendall(b)),
        ("sendmsg", lambda s, b: s.sendmsg([b])),
        ("write", lambda s, b: s.write(b)),
    )
    number = 0
    for making, make, item in makers:
        for calling, call in calls:
            for kind in (1, 5):
                for in_callback in (False, True):
                    number += 1
                    if number <= first or number % thin:
                        continue
                    print("@", number, f"{calling} {kind} {making}{' callback' if in_callback else ' thread'}")
                    for _ in range(6):
                        _grow_one(net, kind, make, item, call, calling[0] == "r", in_callback, _thread, time)
                    print("=", number, "lived")
    print("ALL", number)


def _grow_one(net, kind, make, item, call, fills, in_callback, _thread, time):
    one, other = net.socketpair(1, kind)
    one.settimeout(0.1)
    other.settimeout(0.1)
    buffer = make()
    if not fills:
        try:
            while True:
                one.send(b"=" * 64, 0x40)  # until there is no room
        except OSError:
            pass
    over = []

    def grow(_=None):
        try:
            for _ in range(300):
                buffer.append(item)
        except Exception:
            pass  # CPython does not let it

    def work():
        if not in_callback:
            time.sleep(0.003)
            grow()
        else:
            time.sleep(0.006)
        try:
            if fills:
                other.send(b"0123456789")
            else:
                for _ in range(40):
                    other.recv(64)
        except OSError:
            pass
        over.append(True)

    if in_callback and sys.implementation.name == "micropython":
        import micropython

        micropython.schedule(grow, None)
    _thread.start_new_thread(work, ())
    try:
        call(one, buffer)
    except Exception:
        pass
    one.close()
    while not over:
        time.sleep(0.001)
    other.close()
    gc.collect()
    junk = [bytearray(40) for _ in range(200)]  # what was freed is used again
    del junk
    if "heap_guards" in sys.modules:
        sys.modules["heap_guards"].check()


def on_afunix(what, first, thin):
    import afunix

    try:
        import heap_guards  # noqa: F401
    except ImportError:
        pass
    globals()[what](afunix, first, thin)
