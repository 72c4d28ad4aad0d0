"""The MicroPython side of `_host`: waiting polls once a millisecond, because a board has no condition variable."""

import io
import time
from gc import collect  # noqa: F401

import micropython
import uctypes

try:
    from _thread import allocate_lock as Lock
except ImportError:

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


StreamBase = io.IOBase


def ptr8(buffer):
    return buffer


ptr32 = ptr8


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


_len = len  # a builtin name is found late


@micropython.native
def seal(buffer, n):
    return buffer if n == _len(buffer) else buffer[:n]


error_classes = {}  # of errnos that are not plain OSError: see compat.py


def error(errno):
    return error_classes.get(errno, OSError)(errno)


def timed_out():
    return error(110)  # ETIMEDOUT, as MicroPython's own sockets


_ticks = time.ticks_ms
_later = time.ticks_add
_diff = time.ticks_diff
_sleep = time.sleep_ms


def deadline(ms):
    # ticks_diff compares over half of the ticks' range: about 6 days on a 32-bit board
    return -1 if ms < 0 else _later(_ticks(), min(ms, 0x1FFFFFFF))


def enter():
    pass


leave = enter


def changes():
    return 0


def pause(seen, until):
    if until >= 0 and _diff(until, _ticks()) <= 0:
        return False
    _sleep(1)
    return True


wake = enter


def waking(cls):
    return cls


def encode(text):
    return text.encode()


def decode(name):
    return name.decode()


_BYTES = (bytes, bytearray, memoryview)  # written out in a call, it would be allocated in every call


def bytes_of(data):
    """`data` as a buffer whose length is its number of bytes."""
    if isinstance(data, _BYTES):
        return data
    if isinstance(data, str):
        raise TypeError("a bytes-like object is required, not 'str'")
    return bytes(memoryview(data))


def writable_bytes_of(buffer):
    """`buffer` as a writable buffer whose length is its number of bytes."""
    if isinstance(buffer, memoryview):
        if len(buffer):
            buffer[0] = buffer[0]  # a TypeError where it is read-only, without allocating
        return buffer
    if isinstance(buffer, bytearray):
        return buffer
    if isinstance(buffer, (str, bytes)):
        raise TypeError("read-write bytes-like object expected")
    return uctypes.bytearray_at(uctypes.addressof(buffer), len(bytes(memoryview(buffer))))


def dropped(sock):
    pass


def _settle(lock):
    lock.settle()


def at_rest(lock):
    try:
        micropython.schedule(_settle, lock)  # now the collector is at work, and nothing can be allocated
    except Exception:
        pass  # too much is scheduled: who takes the lock next does it
