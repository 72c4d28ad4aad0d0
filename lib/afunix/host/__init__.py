"""What differs between MicroPython and CPython, behind one set of names.

Locks and what happens under them:

Lock            a mutual exclusion lock: `acquire(blocking=True)`, `release()`
SectionLock     the kernel's lock, a context manager that knows its holder; see kernel/lock.py
Recorded        base class of what the holder of the kernel's lock changes: where a section may be torn, an exception
                that leaves it takes back what it has changed
Table           Table(items): a list of that kind, `items` itself where that will do
Registry        a dict of that kind
record          record(lock): it is the kernel's lock whose sections are recorded
transaction     decorator of a function, or of a class and its public methods: where exceptions may come anywhere, what
                it cuts short has not happened; see host/cpython_lock.py
keep            keep(failure): a section is about to raise that, and what it has changed is to stay
commit          commit(): what the call has changed stays, though it may be cut short
on_undo         on_undo(function, *arguments): call it when all is taken back that the section changes from now on
on_give_up      on_give_up(function, *arguments): call it when the call is given up, and taken back as far as that goes
aside           decorator: what the function changes stays, though the section that it is called in may be taken back
lost            lost(): the descriptors of sockets that were dropped, and whose finalisers were cut short
words           words(n): n machine words of that kind, all 0, that cannot be moved

Bytes:

ptr8, ptr32     viper's casts; the identity wherever viper code runs as plain Python
copy            copy(dst, to, src, at, n): n bytes from src[at:] to dst[to:]
blank           blank(n): n bytes to be filled once by `copy`, then `seal(buffer, n)` makes them `bytes`
is_bytes        is_bytes(data): is it a memoryview of bytes, whose length is its number of bytes?
bytes_of        bytes_of(data): `data` as a buffer for the data plane, whatever its class says of itself; TypeError
                where it has no bytes
writable_bytes_of  the same for a buffer to be written
size_of         size_of(buffer): how many bytes such a buffer has now
encode, decode  a path as bytes and back

Waiting:

deadline        deadline(ms): the moment that many milliseconds away, FOREVER for a negative count
enter, leave    around a loop that waits
changes         changes(): from now on changes count, for the `pause` that is given the result
pause           pause(changes, deadline): wait until something has changed (or a while has passed); False when the
                deadline has passed
blocked         blocked(counted): how many calls wait, `counted` where they are counted under the kernel's lock
wake            something changed that a waiter may wait for
waking          class decorator: an Endpoint whose data operations wake the waiters, where waiters do not poll

The rest:

micropython     the module, or a stand-in whose decorators change nothing
const           the identity: MicroPython's compiler knows it
error           error(errno): the OSError to raise
timed_out       timed_out(): the exception of an expired timeout
StreamBase      base class of sockets (`io.IOBase` where select and asyncio need it)
dropped         dropped(sock): `sock` was not closed before it went away
later           later(function): call it as soon as the program's own code may run
collect         give the memory back that nothing refers to any more, where memory is short
find_garbage    let what nothing refers to any more be found, and its finalisers run
get_ident       who runs: a number for each thread
size            size(number): the same of a number of bytes, which may be larger: cut to from -1 to 0x3FFFFFFF
index           index(number): an int of what stands for one; TypeError, OverflowError beyond C's int
integer         integer(number): the same, however large
"""

import sys

MICROPYTHON = sys.implementation.name == "micropython"

if MICROPYTHON:
    from .board import *  # noqa: F403
    from .board import Recorded, SectionLock
else:
    from .cpython import *  # noqa: F403
    from .cpython import Recorded, SectionLock  # noqa: F401
