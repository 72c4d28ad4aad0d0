"""The kernel's lock, and what happens around its sections.

Locks, and their order:

    lock            protects the tables and every field of an endpoint but the bytes of its ring. Nothing waits while it
                    holds it, and no code of a program runs under it
    wlock, rlock    of an endpoint (data/endpoint.py) are taken after it, never before

Where the lock is in C, neither Ctrl-C nor a scheduled callback comes while it is held. Elsewhere on a board they come
at jumps of bytecode, so a section that changes anything does it in native code; on CPython they come anywhere, and what
a torn section had changed is taken back (host/cpython.py). A callback or a finaliser that comes upon its own thread's
lock is refused with EDEADLK, but for close, which is left for who lets go of the lock.
"""

from ..data.plane import SectionLock
from ..host import aside, const, find_garbage, later, lost, micropython, record
from . import release
from .tables import kernel

_FIRST = const(3)
_DESCRIPTION = const(2)
_ABANDONED = const(3)
_len = len  # a builtin name is found late


@micropython.native
def _settle():
    for descriptor in lost():
        abandon(descriptor)
    lock.left = False
    release.settle()
    if kernel.suspicious or kernel.finished is not None:
        later(_tidy_later)


lock = SectionLock(_settle)
record(lock)
kernel.serve(lock)


@aside
@micropython.native  # for speed
def abandon(descriptor):
    """Close this descriptor when the lock is let go next: for finalisers, and for who comes upon a lock of his own
    thread. Takes no lock, allocates nothing, and does not jump."""
    descriptor[_ABANDONED] = descriptor[_DESCRIPTION] is not None
    kernel.to_close += 1
    lock.left = True


@micropython.native
def enter_and_leave(lock=lock):
    """Do what is left to do, where the lock is free; else its holder will."""
    if lock.try_enter():
        lock.__exit__(None, None, None)


def tidy_follows():
    """The caller, who holds the lock, will tidy up himself."""
    lock.left = kernel.to_close > 0


@micropython.native  # for speed
def tidy():
    """Do all that is left over: collect sockets that only their own messages refer to, close objects that nothing
    refers to. This may run code of the program's. What stops it leaves the rest to who lets go of the lock next."""
    try:
        if kernel.suspicious or kernel.finished is not None:
            _tidy()
    finally:
        kernel.note_left()


def _tidy_later():
    """tidy(), which would have disturbed the call in which there was something to tidy up."""
    tidy()


def _tidy():
    try:
        if kernel.suspicious:
            from .inflight import collect

            while kernel.suspicious:
                with lock:
                    collect()
                    tidy_follows()
        from .rights import close_finished

        taken = [None]
    except MemoryError:
        return  # there will be another time
    close_finished(lock, taken)


def settle_dropped():
    """A finaliser has abandoned a descriptor."""
    enter_and_leave()
    tidy()


@micropython.native  # for speed
def make_room(sockets, descriptors):
    """Where fewer than that are free, look for some that the program has dropped."""
    table = kernel.descriptors
    if kernel.open + descriptors > _len(table) or kernel.live + sockets > _len(kernel.endpoints):
        if table:
            find_garbage()
            settle_dropped()
