"""Urgent bytes, MSG_OOB: one at a time in each direction of a stream, in its place among the other bytes.

The byte that was sent last with MSG_OOB is the mark. Reading stops before it, and passes over it the next time, so
that it is lost unless MSG_OOB took it; with SO_OOBINLINE it is read as any other. When the next urgent byte comes,
this one is nothing special any more. A byte that MSG_OOB took keeps its place in the ring until reading comes there,
for there is where reading stops, too.

Every function is called with the kernel's lock held.
"""

from . import ancillary
from . import rights
from . import numbers as c
from ..host import error
from .ancillary import MARK, NOT_URGENT, TAKEN


def mark(endpoint):
    """The Ancillary of the byte that MSG_OOB would receive, None where there is none."""
    if endpoint.attends(c.URGENT):
        for item in endpoint.marks:
            if item.urgent == MARK:
                return item
    return None


def _unmark(endpoint):
    found = mark(endpoint)
    if found is not None:
        found.urgent = NOT_URGENT
        endpoint.relax(c.URGENT)
    return found


def queue(target, data, at, item, message):
    """Append the byte data[at] with `item` to the ring of `target`: it is the mark from now on. Returns 1, or -1."""
    taken = ancillary.queue(target, data, at, 1, None, item, message)
    if taken > 0:
        _unmark(target)
        item.urgent = MARK
        target.attend(c.URGENT)
    return taken


def receive(endpoint, into, at, n, keep, message):
    """recv(2) with MSG_OOB. Returns 1, also without room for the byte. Raises OSError(EINVAL)."""
    item = mark(endpoint)
    if item is None or endpoint.options is not None and endpoint.options.urgent_inline:
        raise error(c.EINVAL)
    position = endpoint.ahead(item.start)
    if not keep:
        _unmark(endpoint)
        item.urgent = TAKEN
        _join_taken(endpoint, item, position)
    endpoint.fetch(into, at, min(n, 1), position, True)
    if message is not None:
        message.flags |= c.MSG_OOB
    return 1


def _join_taken(endpoint, item, position):
    """Where bytes were taken one next to the other, reading stops once."""
    marks = endpoint.marks
    i = marks.index(item) - 1
    if i >= 0 and marks[i].urgent == TAKEN and endpoint.ahead(marks[i].end) == position:
        item.start = marks[i].start
        rights.discard(marks[i].rights)
        del marks[i]


def pass_over(endpoint, item, position, keep, done):
    """Where to read on when reading has come to the urgent byte of `item`, at `position`, with `done` bytes read.

    Returns a position, or -1 where reading stops.
    """
    if item.urgent == TAKEN:
        if done and mark(endpoint) is None:
            return -1
        position = _past(endpoint, item, position, keep)
        item = mark(endpoint)
        if item is None or endpoint.ahead(item.start) != position:
            return position
    if done:
        return -1
    if not keep:
        _unmark(endpoint)
    if endpoint.options is not None and endpoint.options.urgent_inline:
        return position
    return _past(endpoint, item, position, keep)


def _past(endpoint, item, position, keep):
    end = endpoint.ahead(item.end)
    if keep:
        return end
    rights.discard(item.rights)
    item.rights = ()
    ancillary.consume(endpoint, end)
    return position


def unread(endpoint):
    """How many bytes are queued, without those that MSG_OOB took."""
    n = endpoint.queued()
    for item in endpoint.marks:
        if item.urgent == TAKEN:
            n -= endpoint.ahead(item.end) - endpoint.ahead(item.start)
    return n


def at_mark(endpoint):
    """Is the next byte the mark, or a taken one in the mark's stead?"""
    item = mark(endpoint)
    first = endpoint.marks[0]
    if endpoint.ahead(first.start):
        return 0
    if first.urgent == TAKEN:
        return int(item is None or endpoint.ahead(item.start) == endpoint.ahead(first.end))
    return int(first is item)
