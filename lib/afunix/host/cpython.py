"""The CPython side of `host`."""

import gc
import operator
import os
import threading
import warnings
from _socket import timeout  # TimeoutError, and a class of its own before Python 3.10

from .cpython_data import waking, words  # noqa: F401
from .cpython_lock import (  # noqa: F401
    Lock,
    Recorded,
    Registry,
    SectionLock,
    StreamBase,
    Table,
    aside,
    commit,
    error,
    keep,
    later,
    lost,
    on_give_up,
    on_undo,
    record,
    transaction,
)
from .cpython_wait import blocked, changes, deadline, enter, leave, pause, unwatch, waiters, wake, watch  # noqa: F401

get_ident = threading.get_ident


def const(value):
    return value


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


def timed_out():
    return timeout("timed out")


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


integer = operator.index


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
