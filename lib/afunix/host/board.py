"""The MicroPython side of the host: waiting polls once a millisecond, because a board has no condition variable."""

import io
import sys
import time
from array import array
from gc import collect, isenabled

import micropython
from micropython import const


def transaction(thing):
    return thing


# Here these are nothing more.
aside = blocked = dropped = keep = ptr8 = ptr32 = record = Table = waking = transaction


def commit():
    pass


enter = leave = on_give_up = on_undo = commit


def lost():
    return ()


Recorded = object  # here a section is native code, which nothing tears


Registry = dict


def words(n):
    # array objects can grow, and move; a view of one that nobody else knows cannot
    return memoryview(array("i", bytes(4 * n)))


try:
    from _thread import allocate_lock as Lock
    from _thread import get_ident
except ImportError:

    def get_ident():
        return 1

    class Lock:
        """Stands in on ports without threads: an interrupt handler still sees that the code it interrupted
        holds the lock. A test-and-set needs no atomicity there, since a handler runs to its end."""

        def __init__(self):
            self._held = False

        def acquire(self, blocking=True):
            if self._held:
                if blocking:
                    raise OSError(35)  # EDEADLK: the holder is what this code interrupted
                return False
            self._held = True
            return True

        def release(self):
            self._held = False

        __enter__ = acquire

        def __exit__(self, kind, value, trace):
            self._held = False


error_classes = {}  # of errnos that are not plain OSError: see compat.py


def error(errno):
    return error_classes.get(errno, OSError)(errno)


class SectionLock:
    """See kernel/lock.py. What is native has no place where Ctrl-C or a scheduled callback could come between."""

    def __init__(self, settle):
        self.left = False
        self._settle = settle
        self._holder = None
        lock = Lock()
        self._acquire = lock.acquire
        self._release = lock.release

    @micropython.native
    def __enter__(self, get_ident=get_ident, error=error):
        me = get_ident()
        if self._holder == me:
            raise error(35)  # EDEADLK
        self._acquire()
        self._holder = me

    @micropython.native
    def try_enter(self, get_ident=get_ident):
        if self._holder == get_ident() or not self._acquire(False):
            return False
        self._holder = get_ident()
        return True

    @micropython.native  # for speed
    def is_mine(self):
        return self._holder == get_ident()

    @micropython.native
    def __exit__(self, kind, value, trace):
        if self.left:
            self._settle()  # native, and raises nothing
        self._holder = None
        self._release()


StreamBase = io.IOBase


@micropython.viper
def copy(dst: ptr8, to: int, src: ptr8, at: int, n: int):
    # Its first three locals are a viper function's registers, so the pointers run in two and `to` counts. An offset
    # that is a number costs nothing, which is why the loops are unrolled: 1 KiB takes a fifth of what a plain loop
    # needs.
    dst = ptr8(int(dst) + to)
    src = ptr8(int(src) + at)
    if not (int(dst) | int(src)) & 3:
        to = n >> 4
        while to:
            ptr32(dst)[0] = ptr32(src)[0]
            ptr32(dst)[1] = ptr32(src)[1]
            ptr32(dst)[2] = ptr32(src)[2]
            ptr32(dst)[3] = ptr32(src)[3]
            dst = ptr8(int(dst) + 16)
            src = ptr8(int(src) + 16)
            to -= 1
        n &= 15
    to = n >> 3
    while to:
        dst[0] = src[0]
        dst[1] = src[1]
        dst[2] = src[2]
        dst[3] = src[3]
        dst[4] = src[4]
        dst[5] = src[5]
        dst[6] = src[6]
        dst[7] = src[7]
        dst = ptr8(int(dst) + 8)
        src = ptr8(int(src) + 8)
        to -= 1
    to = n & 7
    while to:
        dst[0] = src[0]
        dst = ptr8(int(dst) + 1)
        src = ptr8(int(src) + 1)
        to -= 1


# `copy` may write into a bytes object that nobody else has seen yet, so recv() allocates its result and nothing else.
blank = bytes


@micropython.native
def seal(buffer, n, len=len):
    return buffer if n == len(buffer) else buffer[:n]


def timed_out():
    return error(110)  # ETIMEDOUT, as MicroPython's own sockets


_ticks = time.ticks_ms
_later = time.ticks_add
_diff = time.ticks_diff
_sleep = time.sleep_ms


_LONGEST = const(0x0FFFFFFF)  # ticks_diff compares over half of the ticks' range: about 6 days on a 32-bit board


def deadline(ms):
    if ms < 0:
        return -1
    if ms > _LONGEST:  # the first part's end, and what comes after it
        return [_later(_ticks(), _LONGEST), ms - _LONGEST]
    return _later(_ticks(), ms)


def _is_over(until):
    if until.__class__ is not list:
        return until >= 0 and _diff(until, _ticks()) <= 0
    while _diff(until[0], _ticks()) <= 0:
        if not until[1]:
            return True
        part = min(until[1], _LONGEST)
        until[0] = _later(until[0], part)
        until[1] -= part
    return False


def changes():
    return 0


def pause(seen, until):
    if _is_over(until):
        return False
    _sleep(1)
    return True


wake = isenabled  # waiters look for themselves: to call C for nothing is the cheapest


def encode(text):
    return text.encode()


def decode(name):
    try:
        return name.decode()
    except UnicodeError:
        return name  # there is no text for it here


# How many bytes an item of an array or a memoryview has, by its typecode. A bytearray's is 1 to MicroPython itself.
_SIZES = {1: 1}
for _code in "bBhHiIlLqQfd":
    _SIZES[ord(_code)] = len(bytes(array(_code, (0,))))
_CODE_AT = const(8) if sys.maxsize > 0x7FFFFFFF else const(4)


@micropython.viper
def _typecode(view) -> int:
    # Boards have no `itemsize`, and to copy what is to be sent would allocate: the object has its typecode behind its
    # class.
    return ptr8(int(id(view)))[int(_code_at)] & 0x7F


_code_at = _CODE_AT
# A builtin name is found late.
_bytes = bytes
_bytearray = bytearray
_memoryview = memoryview


@micropython.native  # for speed
def is_bytes(data):
    return data.__class__ is _memoryview and _SIZES.get(_typecode(data)) == 1


@micropython.native
def size_of(
    buffer, bytes=bytes, bytearray=bytearray, view=memoryview, array=array, len=len, sizes=_SIZES, code=_typecode
):
    kind = buffer.__class__
    n = len(buffer)
    if kind is bytes or kind is bytearray:
        return n
    return n * sizes[code(buffer)] if kind is view or kind is array else 0


# Written out in a call, these would be allocated in every call.
_EXACT = (bytes, bytearray, memoryview, array)
_READ_ONLY = (str, bytes)


@micropython.native  # for speed
def bytes_of(data):
    kind = data.__class__
    if kind is _bytes or kind is _bytearray:
        return data
    return _bytes_of(data)


def _bytes_of(data):
    if is_bytes(data):
        return data
    if isinstance(data, str):
        raise TypeError("a bytes-like object is required, not 'str'")
    return bytes(memoryview(data))


def writable_bytes_of(buffer):
    if isinstance(buffer, _READ_ONLY):
        raise TypeError("read-write bytes-like object expected")
    if type(buffer) not in _EXACT:
        buffer = memoryview(buffer)
    if type(buffer) is memoryview and len(buffer):
        buffer[0] = buffer[0]  # a TypeError where it is read-only, without allocating
    return buffer


def integer(number):
    if type(number) is int:
        return number
    if isinstance(number, (float, str)):
        raise TypeError("an integer is required")
    # MicroPython's bool is no subclass of int.
    return int(number) if isinstance(number, (int, bool)) else _indexed(number)


_int = int


@micropython.native  # for speed
def index(number):
    if number.__class__ is _int and -0x7FFF <= number < 0x7FFF:
        return number
    return _index(number)


def _index(number):
    number = integer(number)
    if not -0x80000000 <= number <= 0x7FFFFFFF:
        raise OverflowError("integer out of C's range")
    return number


@micropython.native  # for speed
def size(number):
    if number.__class__ is _int and 0 <= number < 0x7FFF:
        return number
    return _size(number)


def _size(number):
    number = integer(number)
    if 0 <= number <= 0x3FFFFFFF:
        return number
    if not -(1 << 63) <= number < 1 << 63:
        raise OverflowError("integer out of C's range")
    return -1 if number < 0 else 0x3FFFFFFF


def _indexed(number):
    found = getattr(number, "__index__", None)
    if found is not None:
        found = found()
    if not isinstance(found, (int, bool)):
        raise TypeError("an integer is required")
    return int(found)


def _call(function):
    function()


_schedule = micropython.schedule


@micropython.native
def later(function):
    try:
        _schedule(_call, function)  # now a collector may be at work, and nothing can be allocated
    except Exception:
        pass  # too much is scheduled: who takes the kernel's lock next sees to it


find_garbage = collect

if not getattr(sys.implementation, "_mpy", 0) >> 10:  # no native code: this file has lost its decorators
    from .plain import blank, copy, is_bytes, seal, size_of
