"""How a call that may wait is carried out: step by step under the kernel's lock, waiting between the steps.

A step is a function `step(endpoint, buffer, at, n, flags, message)` that either does its work and returns a number
that is not negative, or raises, or returns -1 for "not now" and has changed nothing. Nothing here allocates.
"""

from . import numbers as c
from ..host import changes, enter, error, leave, pause
from .tables import kernel

NO_WAIT = 0
FOREVER = -1


def perform(sock, step, buffer, at, n, flags, message, until):
    """Repeat `step` until it is done; `until` is NO_WAIT, FOREVER or a moment of `_host.deadline`.

    Returns what the step returned, -1 where the call may not wait. Raises what the step raises; OSError(EBADF) when
    the socket is closed meanwhile; the exception of a timeout when `until` is over.
    """
    endpoint = sock._ep
    with kernel.lock:
        done = step(endpoint, buffer, at, n, flags, message)
    if done >= 0 or until == NO_WAIT:
        return done
    over = False
    enter()
    try:
        while True:
            seen = changes()
            with kernel.lock:
                if sock._ep is not endpoint:
                    raise error(c.EBADF)
                done = step(endpoint, buffer, at, n, flags, message)
            if done >= 0:
                return done
            if over:
                raise sock._expired()
            over = not pause(seen, until)  # what came in the last moment is still taken
    finally:
        leave()
