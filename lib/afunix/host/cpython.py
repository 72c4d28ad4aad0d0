"""The CPython side of `_host`: one condition wakes every waiter, as xv6's sleep and wakeup do."""

import gc
import operator
import os
import sys
import threading
import time
import warnings
from _socket import timeout  # TimeoutError, and a class of its own before Python 3.10
from array import array

get_ident = threading.get_ident
StreamBase = object
_MISSING = object()


def const(value):
    return value


class Lock:
    """A lock that an exception in the middle of what it protects does not keep for ever: see `waking`."""

    def __init__(self):
        self._lock = threading.RLock()  # knows its holder
        self._mine = self._lock._is_owned

    def acquire(self, blocking=True):
        if self._mine():  # a finaliser or a signal's handler came in between
            if blocking:
                raise error(35)  # EDEADLK
            return False
        return self._lock.acquire(blocking)

    def release(self):
        self._lock.release()

    def let_go(self):
        """Release it where the calling thread holds it."""
        if self._mine():
            self._lock.release()


class _Journal(list):
    """What the section that runs now has changed: (function, object, name, former value)."""

    def take_back(self):
        self.reverse()
        for undo, thing, name, former in self:
            undo(thing, name, former)
        self.clear()


class SectionLock:
    """See kernel/lock.py. Python's bytecode can be torn anywhere, so a section that an exception leaves takes back what
    it has changed. Where it is torn between its last line and the lock's release, what it did is done, and whoever
    wants the lock next finds that nobody is in the section any more."""

    def __init__(self, settle):
        self.left = False
        self._settle = settle
        self._lock = threading.Lock()
        self._holder = None
        self._section = None  # the frame that the section is in

    def __enter__(self):
        if not self._lock.acquire(False):
            self._wait()
        self._holder = get_ident()
        self._section = sys._getframe(1)

    def _wait(self):
        while not self._lock.acquire(timeout=0.02):
            if self._holder == get_ident() or self._holder is None:
                self._recover()
            if self._holder == get_ident():
                raise error(35)  # EDEADLK
            self._recover()

    def try_enter(self):
        if not self._lock.acquire(False):
            return False
        self._holder = get_ident()
        self._section = sys._getframe(1)
        return True

    def is_mine(self):
        return self._holder == get_ident()

    def __exit__(self, kind, value, trace):
        if kind is not None:
            _journal.take_back()
        if self.left:
            self._settle()
        self._let_go()
        if _postponed and kind is None:
            _do_postponed()

    def _let_go(self):
        _journal.clear()
        self._section = self._holder = None
        self._lock.release()

    def _recover(self):
        """Let the lock go where the section that held it was torn after its last line."""
        section = self._section
        for frame in sys._current_frames().values():
            while frame is not None:
                if frame is section or frame.f_code in _entrances:
                    return
                frame = frame.f_back
        if section is self._section and self._lock.locked():
            self._let_go()


_entrances = [
    method.__code__
    for method in (SectionLock.__enter__, SectionLock._wait, SectionLock.try_enter, SectionLock.__exit__)
]
_journal = _Journal()
_sections = []  # the kernel's lock, once there is one


def record(lock):
    """Record from now on what the sections of `lock` change."""
    _sections[:] = (lock,)


def keep():
    """What the section has changed stays, though it is about to raise: to report is what it was for."""
    _journal.clear()


def _recording():
    return _sections and _sections[0]._holder == get_ident()


class Recorded:
    def __setattr__(self, name, value):
        if _recording():
            _journal.append((object.__setattr__, self, name, self.__dict__.get(name)))
        object.__setattr__(self, name, value)


class Table(list):
    def __setitem__(self, i, value):
        if _recording():
            _journal.append((list.__setitem__, self, i, self[i]))
        list.__setitem__(self, i, value)


def _restore(registry, key, former):
    if former is _MISSING:
        dict.pop(registry, key, None)
    else:
        dict.__setitem__(registry, key, former)


class Registry(dict):
    def __setitem__(self, key, value):
        if _recording():
            _journal.append((_restore, self, key, self.get(key, _MISSING)))
        dict.__setitem__(self, key, value)

    def __delitem__(self, key):
        if _recording():
            _journal.append((_restore, self, key, self.get(key, _MISSING)))
        dict.__delitem__(self, key)


class _Words(array):
    _FIRST = 8  # before it are the counters, which readers and writers move under locks of their own

    def __setitem__(self, i, value):
        if i >= self._FIRST and _recording():
            _journal.append((array.__setitem__, self, i, self[i]))
        array.__setitem__(self, i, value)


def words(n):
    return _Words("i", bytes(4 * n))


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
    "skip": 1,
    "clear": None,
}
_APPENDS = ("append", "append_packet")

_operations = []  # the code of these operations
_postponed = []  # what `later` put off until one of them is over


def waking(cls):
    def wrap(name, least):
        plain = getattr(cls, name)

        def operation(self, *args):
            if _recording():
                _journal.append((cls.unmove, self, name in _APPENDS, self.counters()))
            try:
                done = plain(self, *args)
                if done is None or done >= least:
                    wake()
            except BaseException:
                self.repair()
                wake()
                raise
            if _postponed:
                _do_postponed()
            return done

        _operations.append(operation.__code__)
        return operation

    body = {name: wrap(name, _WAKING[name]) for name in _WAKING}
    return type(cls.__name__, (cls,), body)


def later(function, outside=1):
    """Call it, but not in the middle of an operation or a section of this thread: a finaliser may come while it holds a
    lock that is needed."""
    frame = sys._getframe(outside)
    while frame is not None:
        if frame.f_code in _operations:
            _postponed.append(function)
            return
        frame = frame.f_back
    if _sections and _sections[0].is_mine():
        _postponed.append(function)
    else:
        _run(function)


def _do_postponed():
    """Call what was put off, unless this thread is in a section or an operation beside the one that ends."""
    waiting = _postponed[:]
    del _postponed[: len(waiting)]
    for function in waiting:
        later(function, 3)


def _run(function):
    """What it raises is reported, and disturbs nobody."""
    try:
        function()
    except Exception:
        sys.excepthook(*sys.exc_info())


def collect():
    pass


def encode(text):
    return os.fsencode(text)


def decode(name):
    return os.fsdecode(name)


def bytes_of(data):
    if isinstance(data, str):
        raise TypeError("a bytes-like object is required, not 'str'")
    if type(data) is bytes:
        return data
    view = memoryview(data)  # which holds it: what has a view cannot grow or shrink
    if not view.c_contiguous:
        raise BufferError("memoryview: underlying buffer is not C-contiguous")
    return view.cast("B")


def writable_bytes_of(buffer):
    view = memoryview(buffer)
    if view.readonly or not view.c_contiguous:
        raise TypeError("read-write bytes-like object expected, not %s" % type(buffer).__name__)
    return view.cast("B")


size_of = len


def is_bytes(data):
    return False


def index(number):
    number = operator.index(number)
    if not -0x80000000 <= number <= 0x7FFFFFFF:
        raise OverflowError("signed integer is out of C's range")
    return number


def size(number):
    number = operator.index(number)
    if not -(1 << 63) <= number < 1 << 63:
        raise OverflowError("cannot fit 'int' into an index-sized integer")
    return max(min(number, 0x3FFFFFFF), -1)


def find_garbage():
    gc.collect()


def dropped(sock):
    warnings.warn("unclosed %r" % (sock,), ResourceWarning, source=sock, stacklevel=3)
