"""Locks on descriptions, flock(2).

A lock belongs to an open description: its duplicates, and messages that carry it, share it, and it goes when the last
of them does. What is locked is what the description is of: a socket, a pipe with both its ends, an object that may be
installed several times.
"""

from ..host import MICROPYTHON, Recorded, changes, const, enter, error, leave, micropython, pause, wake
from .lock import lock
from .tables import kernel

LOCK_SH = 1
LOCK_EX = 2
LOCK_NB = 4
LOCK_UN = 8

_EBADF = const(9)
_EAGAIN = const(11)
_EINVAL = const(22)
_LOCK_EX = const(2)
_LOCK_UN = const(8)
_DESCRIPTION = const(2)
_WRITES = const(2)
_FOREVER = const(-1)


class Lock(Recorded):
    """One that is held."""

    def __init__(self, description, exclusive):
        self.description = description
        self.exclusive = exclusive
        self.next = None

    @micropython.native
    def unlock(self, description):
        """Let go of the lock that `description` has, if it has one; this is the first of all. Does not jump before it
        is done."""
        before = None
        held = self
        while held is not None and held.description is not description:
            before = held
            held = held.next
        if held is None:
            return
        if before is None:
            kernel.flocks = held.next
        else:
            before.next = held.next
        wake()


@micropython.native
def _unlock(description):
    if kernel.flocks is not None:
        kernel.flocks.unlock(description)


def flock(fd, operation):
    """LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB for one that does not wait. Raises OSError: EBADF, EINVAL; EAGAIN where
    it would have to wait.

    As with Linux, a lock of the other sort is let go of first, and may be lost.
    """
    kind = operation & ~LOCK_NB
    if kind not in (LOCK_SH, LOCK_EX, LOCK_UN):
        raise error(_EINVAL)
    _flock(fd, kind, operation & LOCK_NB)


@micropython.native
def _flock(fd, kind, at_once):
    with lock:
        descriptor = kernel.at(fd)
        description = descriptor[_DESCRIPTION]
        if kind == _LOCK_UN:
            _unlock(description)
            return
        wanted = Lock(description, kind == _LOCK_EX)
        if _try(wanted):
            return
        if MICROPYTHON and not at_once:
            kernel.waiting += 1
    if at_once:
        raise error(_EAGAIN)  # here, since what was let go of stays so
    try:
        _wait(descriptor, wanted)
    finally:
        _waits_no_more()


@micropython.native
def _waits_no_more():
    if MICROPYTHON:
        with lock:
            kernel.waiting -= 1


@micropython.native
def _wait(descriptor, wanted):
    enter()
    try:
        while True:
            seen = changes()
            with lock:
                if descriptor[_DESCRIPTION] is not wanted.description:
                    raise error(_EBADF)
                done = _try(wanted)
            if done:
                return
            pause(seen, _FOREVER)
    finally:
        leave()


@micropython.native
def _try(wanted):
    """Take the lock, if nobody else's is in the way. False where one is."""
    description = wanted.description
    own = None
    held = kernel.flocks
    while held is not None:
        if held.description is description:
            own = held
        held = held.next
    if own is not None:
        if own.exclusive == wanted.exclusive:
            return True
        _unlock(description)
    locked = _locked(description)
    held = kernel.flocks
    while held is not None:
        if _locked(held.description) is locked and (held.exclusive or wanted.exclusive):
            return False
        held = held.next
    wanted.next = kernel.flocks
    kernel.flocks = wanted
    return True


@micropython.native
def _locked(description):
    """What its lock locks."""
    if description.kind < 0:
        return description.object
    return description.peer if description.end == _WRITES else description
