"""Bytes that were taken from a stream by a call that could not finish, and that the next call gets.

A call of several steps (MSG_WAITALL, read(n), read(), readline()) takes what there is and waits for the rest. Where
Ctrl-C or a lack of memory ends it, it gives back what it has: a stream's endpoint has the list of such parts in
`returned`, the first bytes first, and readers look there before they look into its ring. What a part had been sent with
(rights, its sender) is gone.
"""

from ..host import (
    MICROPYTHON,
    Recorded,
    blank,
    commit,
    const,
    copy,
    micropython,
    on_give_up,
    on_undo,
    seal,
    size_of,
    wake,
)
from .lock import lock

_RETURNED = const(64)  # for Endpoint.attend
_GIVEN_BACK = const(-1)  # the serial number of no socket


class Part(Recorded):
    """What a call on the socket `serial`, which is `endpoint`, has received, to be given back if it comes to that.

    It is `size` bytes in `into`, which is `data` or the program's own buffer; given back they are data[at:at + size].
    The section that takes bytes counts them, up to `wanted`, or to a newline; `is_done` then. `line` is what a call
    returns, where that was made before.
    """

    @micropython.native
    def __init__(self, endpoint, serial, data, into, wanted):
        self.endpoint = endpoint
        self.serial = serial
        self.data = data
        self.into = into
        self.wanted = wanted
        self.is_done = not wanted
        self.at = self.size = 0
        self.next = self.line = None
        if not MICROPYTHON:
            self.stuck = [0]  # bytes that are not taken back when that is tried
            on_give_up(give_back, self)

    def left(self):
        """It was given back: how many bytes are in it and in those behind it."""
        n = 0
        part = self
        while part is not None:
            n += part.size
            part = part.next
        return n

    @micropython.native
    def receive(self, ep, into, at, n, skip, keep, message):
        """What stream.receive_step does: it is the first of what was given back, where there are more than `skip`
        bytes."""
        part = self
        while skip >= part.size:  # only a look passes any over
            skip -= part.size
            part = part.next
        if n > part.size - skip:
            n = part.size - skip
        fresh = into.__class__ is list
        result = n
        if fresh:
            buffer = blank(n)
            copy(buffer, 0, part.data, part.at + skip, n)
            result = into[0] = seal(buffer, n)
        else:
            room = size_of(into) - at
            if n > room:
                result = n = room if room > 0 else 0
            copy(into, at, part.data, part.at + skip, n)
        if message is not None:
            message.owner = message.owner or 0  # nobody's, unless it is said already
            if message.has_result:
                message.address = ep.peer_address if ep.peer is None else ep.peer.address
                message.prepare(ep, (), result)
        if not keep:
            part.at += n
            part.size -= n
            if not part.size:
                ep.returned = part.next
                if part.next is None:
                    ep.relax(_RETURNED)
            wake()
        return n


@micropython.native
def give_back_late(endpoint, serial, buffer, n):
    """Give buffer[:n] back, which is the program's. Where there is no memory for a copy, that is where the bytes
    stay."""
    try:
        part = Part(endpoint, serial, blank(n), buffer, n)
        part.size = n
        give_back(part)
    except MemoryError:
        pass


@micropython.native
def give_back(part):
    """The next call gets what the part has. Allocates nothing."""
    n = part.size
    if not MICROPYTHON and n < part.stuck[0]:
        n = part.stuck[0]
    if not n:
        return
    if part.into is not part.data:
        if n > size_of(part.into):
            n = size_of(part.into)  # it shrank while the call waited
        copy(part.data, 0, part.into, 0, n)
    with lock:
        endpoint = part.endpoint
        if endpoint.serial() == part.serial:  # else it was closed meanwhile
            part.serial = _GIVEN_BACK
            part.size = n
            part.next = endpoint.returned
            endpoint.returned = part
            endpoint.attend(_RETURNED)
            wake()
            commit()


def note(part, endpoint):
    """For CPython: a section is about to take some more. It has to put into the list that this returns how many."""
    taken = [0]
    on_undo(_keep_stuck, part, endpoint, endpoint.counters(), part.size, taken)
    return taken


def _keep_stuck(part, endpoint, former, size, taken):
    """The section was taken back. Where the room in the ring is in use again, it could not be moved back."""
    if endpoint.counters()[1] != former[1]:
        part.stuck[0] = max(part.stuck[0], size + taken[0])
