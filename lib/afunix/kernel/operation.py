"""How a call that may wait is carried out: step by step under the kernel's lock, waiting between the steps.

A step is a function `step(endpoint, data, at, n, flags, message)` that either does its work and returns a number that
is not negative, or raises, or returns -1 for "not now" and has changed nothing. `perform` is native, as is what a step
does when it takes or sends something and all that comes after: so an interrupt ends a call while it waits, or before it
has begun, and never between its work and its result.
"""

from ..host import MICROPYTHON, blocked, changes, const, enter, error, leave, micropython, pause
from .lock import lock
from .tables import kernel

_EBADF = const(9)
_EP = const(0)
_SERIAL = const(1)

NO_WAIT = 0
FOREVER = -1


@micropython.native
def perform(sock, step, until, data=None, at=0, n=0, flags=0, message=None):
    """Repeat `step` until it is done; `until` is NO_WAIT, FOREVER or a moment of `host.deadline`.

    Returns what the step returned, -1 where the call may not wait. Raises what the step raises; OSError(EBADF) when
    the descriptor is closed, also meanwhile; the exception of a timeout when `until` is over.
    """
    descriptor = sock._d
    with lock:
        endpoint = descriptor[_EP]
        serial = descriptor[_SERIAL]
        if endpoint.serial() != serial:
            raise error(_EBADF)
        done = step(endpoint, data, at, n, flags, message)
        if done >= 0 or until.__class__ is int and not until:
            return done
        if MICROPYTHON:
            kernel.waiting += 1
    try:
        return _wait(sock, step, until, data, at, n, flags, message, descriptor, serial)
    finally:
        _waits_no_more()  # MicroPython's native emitter forgets the exception over a `with` that stands here


if MICROPYTHON:

    def _waits_no_more():
        with lock:
            kernel.waiting -= 1
else:

    def _waits_no_more():
        pass


@micropython.native
def _wait(sock, step, until, data, at, n, flags, message, descriptor, serial):
    over = False
    enter()
    try:
        while True:
            seen = changes()
            with lock:
                if descriptor[_SERIAL] != serial:
                    raise error(_EBADF)
                done = step(descriptor[_EP], data, at, n, flags, message)
            if done >= 0:
                return done
            if over:
                raise sock._expired()
            over = not pause(seen, until)  # what came in the last moment is still taken
    finally:
        leave()


def waiting():
    """How many calls are blocked now: for tests, and for who wants to know."""
    return blocked(kernel.waiting)
