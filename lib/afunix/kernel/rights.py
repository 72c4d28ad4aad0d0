"""Rights: references to open file descriptions that messages carry, unix(7) SCM_RIGHTS.

A description is an Endpoint, or a File that stands for any other object of the board. It lives while `references`
(descriptors, and messages that carry it) is not 0; `in_flight` of them are queued messages'. Every function but
`close_finished` is called with the kernel's lock held. Those that change something are native and cannot fail.
"""

from ..host import Recorded, const, error, micropython, transaction
from .tables import kernel

_ETOOMANYREFS = const(109)

_len = len  # a builtin name is found late

LIMIT = 16  # descriptors in one message; Linux's SCM_MAX_FD is 253


class File(Recorded):
    """The description of an object that is not a socket: a UART, an open file, a Pin."""

    kind = -1

    def __init__(self, object):
        self.object = object
        self.references = self.in_flight = 0
        self.next = None  # in the list of those to close
        self.closing = False  # somebody is at it
        self.nonblocking = self.asynchronous = False  # O_NONBLOCK, O_ASYNC


@micropython.native  # for speed
def check_room(descriptions):
    """Raises OSError(ETOOMANYREFS) where more rights than configured would be in flight."""
    if kernel.in_flight + _len(descriptions) > kernel.settings["rights"]:
        raise error(_ETOOMANYREFS)


@micropython.native
def hold(descriptions):
    """One more reference to each."""
    for description in descriptions:
        description.references += 1


@micropython.native
def drop(descriptions):
    """One reference to each less."""
    for description in descriptions:
        kernel.unreference(description)
    kernel.note_left()


@micropython.native
def take_off(descriptions):
    """The references are a queued message's now."""
    for description in descriptions:
        description.in_flight += 1
        kernel.in_flight += 1


@micropython.native
def land(descriptions):
    """The message is not queued any more, and has no references."""
    for description in descriptions:
        description.in_flight -= 1
        kernel.in_flight -= 1
        kernel.unreference(description)
    kernel.note_left()


def close_finished(lock, taken):
    """Call close() of every object that nothing refers to any more, where it has one; raise what one of them raised.
    The list `taken` has one place for it to work with.

    Each stays listed until that is done: where Ctrl-C ends it, it is done again.
    """
    failure = None
    while True:
        try:
            _take_finished(lock, taken)
            file = taken[0]
            if file is None:
                break
            if hasattr(file.object, "close"):
                file.object.close()
            _closed(lock, file)  # here, since the end of `try` is a place where an interrupt may come
        except Exception as raised:
            failure = raised
            _closed(lock, taken[0])
        except BaseException:
            _not_closed(lock, taken[0])
            raise
    if failure is not None:
        raise failure


@transaction
@micropython.native
def _take_finished(lock, taken):
    """Put the next File to close into the list `taken`, None where there is none: from now on it is the caller's."""
    with lock:
        file = kernel.finished
        while file is not None and file.closing:
            file = file.next
        taken[0] = file  # first: whom an interrupt tears from here knows whose it is
        if file is not None:
            file.closing = True


@transaction
@micropython.native
def _not_closed(lock, file):
    with lock:
        if file is not None:
            file.closing = False


@transaction
@micropython.native
def _closed(lock, file):
    with lock:
        before = None
        other = kernel.finished
        while other is not None and other is not file:
            before = other
            other = other.next
        if other is None:
            return
        if before is None:
            kernel.finished = file.next
        else:
            before.next = file.next
