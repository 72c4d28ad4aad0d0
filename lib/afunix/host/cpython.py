"""The CPython side of `_host`: one condition wakes every waiter, as xv6's sleep and wakeup do."""

import os
import sys
import threading
import time
import warnings
from _socket import timeout  # TimeoutError, and a class of its own before Python 3.10

Lock = threading.Lock
StreamBase = object


class micropython:
    """Stand-in for the module: its decorators leave Python code as it is."""

    @staticmethod
    def native(function):
        return function

    viper = native


def ptr8(buffer):
    return buffer


ptr32 = ptr8


def copy(dst, to, src, at, n):
    dst[to : to + n] = src[at : at + n]


blank = bytearray


def seal(buffer, n):
    return bytes(buffer[:n])


def error(errno):
    return OSError(errno, os.strerror(errno))


def timed_out():
    return timeout("timed out")


class _Waiters:
    """A change is published before `count` is read, and `count` grows before a waiter looks: none is missed."""

    def __init__(self):
        self.condition = threading.Condition()
        self.count = 0
        self.changes = 0
        self.watchers = []  # called on every change: event loops


waiters = _Waiters()


def deadline(ms):
    return -1 if ms < 0 else time.monotonic() + ms / 1000


def enter():
    with waiters.condition:
        waiters.count += 1


def leave():
    with waiters.condition:
        waiters.count -= 1


def changes():
    return waiters.changes


def pause(seen, until):
    with waiters.condition:
        while True:
            left = None if until < 0 else until - time.monotonic()
            if left is not None and left <= 0:
                return False  # also where changes never end
            if waiters.changes != seen:
                return True
            waiters.condition.wait(left)


def wake():
    if waiters.count:
        with waiters.condition:
            waiters.changes += 1
            waiters.condition.notify_all()
        for watcher in tuple(waiters.watchers):
            watcher()


def watch(watcher):
    """Call `watcher()` on every change from now on, from the thread that made it, which may hold the kernel's lock."""
    with waiters.condition:
        waiters.watchers.append(watcher)
        waiters.count += 1


def unwatch(watcher):
    """Call it no more."""
    with waiters.condition:
        waiters.watchers.remove(watcher)
        waiters.count -= 1


# After which operations of an Endpoint a waiter may go on, and the least result of each that tells it did something:
# a waiter whose own vain attempts woke it would never sleep.
_WAKING = {
    "put": 0,
    "take": 0,
    "fetch_packet": 0,
    "append": 1,
    "append_packet": True,
    "fetch": 1,
}


_operations = []  # the code of these operations
_postponed = []  # what `at_rest` put off until one of them is over


def waking(cls):
    def wrap(name, least):
        plain = getattr(cls, name)

        def operation(self, *args):
            done = plain(self, *args)
            if done >= least:
                wake()
            while _postponed:
                _postponed.pop().settle()
            return done

        _operations.append(operation.__code__)
        return operation

    body = {name: wrap(name, _WAKING[name]) for name in _WAKING}
    return type(cls.__name__, (cls,), body)


def collect():
    pass


def encode(text):
    return os.fsencode(text)


def decode(name):
    return os.fsdecode(name)


def bytes_of(data):
    """`data` as a buffer whose length is its number of bytes."""
    if isinstance(data, (bytes, bytearray)):
        return data
    if isinstance(data, str):
        raise TypeError("a bytes-like object is required, not 'str'")
    return memoryview(data).cast("B")


def writable_bytes_of(buffer):
    """`buffer` as a writable buffer whose length is its number of bytes."""
    view = memoryview(buffer).cast("B")
    if view.readonly:
        raise TypeError("read-write bytes-like object expected, not %s" % type(buffer).__name__)
    return view


def dropped(sock):
    warnings.warn("unclosed %r" % (sock,), ResourceWarning, source=sock, stacklevel=3)


def at_rest(lock):
    """lock.settle(), but not in the middle of an operation of this thread: a finaliser may come while it holds a lock
    that is needed."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code in _operations:
            _postponed.append(lock)
            return
        frame = frame.f_back
    lock.settle()
