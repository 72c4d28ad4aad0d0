"""Urgent bytes, MSG_OOB: one at a time in each direction of a stream, in its place among the other bytes.

The byte that was sent last with MSG_OOB is the mark. Reading stops before it, and passes over it the next time, so
that it is lost unless MSG_OOB took it; with SO_OOBINLINE it is read as any other. When the next urgent byte comes,
this one is nothing special any more. A byte that MSG_OOB took keeps its place in the ring until reading comes there,
for there is where reading stops, too.

Every function is called with the kernel's lock held.
"""

from ..host import blank, const, error, micropython, seal
from . import ancillary
from .ancillary import MARK, NOT_URGENT, TAKEN, Ancillary, mark
from .release import reap

_EINVAL = const(22)
_URGENT = const(16)  # for Endpoint.attend
_MSG_OOB = const(1)


def send(endpoint, peer, data, at, n, message):
    """send(2) with MSG_OOB to the `peer`: the last of `n` bytes is urgent. All of them go where there is room, else
    those before it. Returns how many went, -1 for none."""
    item = ancillary.outgoing(endpoint, peer, message)
    last = Ancillary((), 0 if item is None else item.owner)
    before = n - 1
    former = mark(peer)
    if not before:
        return _queue(peer, data, at, last if item is None else item, message, former)
    fits = len(peer.memory) - peer.queued() >= n
    return _queue_all(peer, data, at, before, item, last, message, fits, former)


@micropython.native
def _queue_all(peer, data, at, before, item, last, message, fits, former):
    if item is None:
        done = peer.append(data, at, before)
    else:
        done = ancillary.queue(peer, data, at, before, None, item, message)
    if done == before and fits and _queue(peer, data, at + done, last, None, former) > 0:
        done += 1
    return done if done > 0 else -1


@micropython.native
def _queue(target, data, at, item, message, former):
    """Append the byte data[at] with `item` to the ring of `target`: it is the mark from now on, and `former` is not.
    Returns 1, or -1."""
    taken = ancillary.queue(target, data, at, 1, None, item, message)
    if taken > 0:
        if former is not None:
            former.urgent = NOT_URGENT
        item.urgent = MARK
        target.attend(_URGENT)
    return taken


def receive(endpoint, into, at, n, keep, message):
    """recv(2) with MSG_OOB. Returns 1, also without room for the byte. Raises OSError(EINVAL)."""
    item = mark(endpoint)
    if item is None or endpoint.options is not None and endpoint.options.urgent_inline:
        raise error(_EINVAL)
    endpoint.skip(0)  # a reader of the plain case that began before comes to its end
    position = endpoint.ahead(item.start)
    size = min(n, 1)
    buffer = into
    if into.__class__ is list:
        buffer = blank(size)
    endpoint.fetch(buffer, at, size, position, True)
    if buffer is not into:
        into[0] = seal(buffer, size)
    if message is not None:
        message.flags |= _MSG_OOB
        message.prepare(endpoint, (), 1 if buffer is into else into[0])
    if not keep:
        _take(endpoint, item, position)
    return 1


@micropython.native
def _take(endpoint, item, position):
    item.urgent = TAKEN
    endpoint.relax(_URGENT)
    # Where bytes were taken one next to the other, reading stops once.
    before = None
    other = endpoint.marks
    while other is not item:
        before = other
        other = other.next
    if before is not None and before.urgent == TAKEN and endpoint.ahead(before.end) == position:
        before.discard()
        before.rights = item.rights
        before.owner = item.owner
        before.end = item.end
        before.next = item.next
        if endpoint.last_mark is item:
            endpoint.last_mark = before
        reap()


def at_mark(endpoint):
    """Is the next byte the mark, or a taken one in the mark's stead?"""
    item = mark(endpoint)
    first = endpoint.marks
    if endpoint.returned is not None or endpoint.ahead(first.start):
        return 0
    if first.urgent == TAKEN:
        return int(item is None or endpoint.ahead(item.start) == endpoint.ahead(first.end))
    return int(first is item)
