"""Rights: references to open file descriptions that messages carry, unix(7) SCM_RIGHTS.

A description is an Endpoint, or a File that stands for any other object of the board. It lives while `references`
(descriptors, and messages that carry it) is not 0. Every function is called with the kernel's lock held, but for
`install` and `object_of`, which are afunix's own.
"""

from . import numbers as c
from ..host import error
from .tables import kernel

LIMIT = 16  # descriptors in one message; Linux's SCM_MAX_FD is 253


class File:
    """The description of an object that is not a socket: a UART, an open file, a Pin."""

    def __init__(self, object):
        self.object = object
        self.references = self.in_flight = 0


def install(object):
    """A new descriptor for any `object`, to be sent over a socket with send_fds. Raises OSError(EMFILE).

    When the last descriptor and message that refer to it are gone, its close() is called, if it has one.
    """
    with kernel.lock:
        kernel.start()
        return kernel.descriptor(File(object))


def object_of(fd):
    """The object that `install` gave descriptor `fd` to; None where that is a socket's. Raises OSError(EBADF)."""
    with kernel.lock:
        description = kernel.description(fd)
    return description.object if isinstance(description, File) else None


def hold(descriptors):
    """The descriptions of `descriptors`, each with one more reference. Raises OSError(EBADF)."""
    held = tuple([kernel.description(fd) for fd in descriptors])
    for description in held:
        description.references += 1
    return held


def drop(descriptions):
    """One reference to each of `descriptions` less."""
    for description in descriptions:
        kernel.unreference(description)


def check_room(descriptions):
    """Raises OSError(ETOOMANYREFS) where more rights than configured would be in flight."""
    if kernel.in_flight + len(descriptions) > kernel.settings["rights"]:
        raise error(c.ETOOMANYREFS)


def _count(descriptions, step):
    kernel.in_flight += step * len(descriptions)
    for description in descriptions:
        description.in_flight += step


def take_off(descriptions):
    """A message with references to `descriptions` is queued now."""
    _count(descriptions, 1)


def land(descriptions):
    """It is not queued any more; its references now belong to the caller."""
    _count(descriptions, -1)


def discard(descriptions):
    """The message goes away, and its references with it."""
    land(descriptions)
    drop(descriptions)


def carried(endpoint):
    """What the messages queued for `endpoint` carry: a list of Ancillary."""
    found = [item for item in endpoint.ancillary if item is not None]
    if endpoint.marks:
        found.extend(endpoint.marks)
    return found


def purge(endpoint):
    """Take away the rights of all messages queued for `endpoint`."""
    for item in carried(endpoint):
        rights, item.rights = item.rights, ()
        discard(rights)
