"""What differs between MicroPython and CPython, behind one set of names.

Lock            a mutual exclusion lock: `acquire(blocking=True)`, `release()`, context manager
StreamBase      base class of sockets (`io.IOBase` where select and asyncio need it)
micropython     the module, or a stand-in whose decorators change nothing
ptr8, ptr32     viper's casts; the identity wherever viper code runs as plain Python
copy            copy(dst, to, src, at, n): n bytes from src[at:] to dst[to:]
blank           blank(n): n bytes to be filled once by `copy`, then `seal(buffer, n)` makes them `bytes`
error           error(errno): the OSError to raise
timed_out       timed_out(): the exception of an expired timeout
deadline        deadline(ms): the moment that many milliseconds away, -1 (never) for a negative count
enter, leave    around a loop that waits
changes         changes(): a number that grows with every wake between `enter` and `leave`
pause           pause(seen, deadline): wait until `changes()` is not `seen` any more (or a while has passed);
                False when the deadline has passed
wake            something changed that a waiter may wait for
bytes_of        bytes_of(data): `data` as a buffer whose length is its number of bytes; TypeError for text
writable_bytes_of  the same for a buffer to be written
dropped         dropped(sock): `sock` was not closed before it went away
at_rest         at_rest(lock): lock.settle(), as soon as a finaliser may call it
encode, decode  a path as bytes and back
collect         give the memory back that nothing refers to any more, where memory is short
waking          class decorator: an Endpoint whose data operations wake the waiters, where waiters do not poll
"""

import sys

MICROPYTHON = sys.implementation.name == "micropython"

if MICROPYTHON:
    from .board import (
        Lock,
        StreamBase,
        at_rest,
        blank,
        bytes_of,
        changes,
        collect,
        copy,
        deadline,
        decode,
        dropped,
        encode,
        enter,
        error,
        leave,
        micropython,
        pause,
        ptr8,
        ptr32,
        seal,
        timed_out,
        wake,
        waking,
        writable_bytes_of,
    )
else:
    from .cpython import (
        Lock,
        StreamBase,
        at_rest,
        blank,
        bytes_of,
        changes,
        collect,
        copy,
        deadline,
        decode,
        dropped,
        encode,
        enter,
        error,
        leave,
        micropython,
        pause,
        ptr8,
        ptr32,
        seal,
        timed_out,
        wake,
        waking,
        writable_bytes_of,
    )
