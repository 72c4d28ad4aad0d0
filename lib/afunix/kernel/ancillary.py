"""Ancillary data: what a message carries beside its bytes, and where in a stream it belongs.

Linux's rules for streams: rights belong to the bytes they were sent with. A receive takes what was sent before and,
with the first of those bytes, the rights, and stops where their message ends. With SO_PASSCRED it also stops where
the sender changes.
"""

from . import numbers as c
from . import rights
from ..host import wake
from .tables import passes_credentials, records_sender

# Ancillary.urgent
NOT_URGENT = 0
MARK = 1  # the byte that MSG_OOB would receive
TAKEN = 2  # it did: nothing to read is left of it


class Ancillary:
    """What one queued message carries: `rights`, a tuple of descriptions, and its sender's `owner` (0: not recorded).

    On a stream it covers the positions from `start` to before `end`; `urgent` tells about MSG_OOB, see urgent.py.
    """

    def __init__(self, rights, owner):
        self.rights = rights
        self.owner = owner
        self.start = self.end = 0
        self.urgent = NOT_URGENT
        self.looked_at = False  # with MSG_PEEK, what is an empty packet


class Message:
    """A message that is sent (address, rights, owner) or received (address, rights, owner, flags).

    `owner` is None where no message was received that could tell, and where the sender of one does not say.
    """

    def __init__(self):
        self.address = None
        self.rights = ()  # this message's own references
        self.owner = None
        self.flags = 0
        self.stopped = False  # a receive ended before what it may not cross


def outgoing(endpoint, target, message):
    """The Ancillary that a message from `endpoint` to `target` needs, None for none. Raises OSError(ETOOMANYREFS)."""
    owner = 0 if message is None else message.owner or 0
    if not owner and records_sender(endpoint, target):
        owner = endpoint.owner
    carried = message.rights if message is not None else ()
    if not owner and not carried:
        return None
    rights.check_room(carried)
    return Ancillary(carried, owner)


def queue(target, data, at, n, sender, item, message):
    """Append data[at:at + n] with `item`, from the endpoint `sender`, to the ring of `target`.

    Returns how many bytes were taken, -1 for none.
    """
    target.attend(c.ANCILLARY)
    if target.kind == c.SOCK_STREAM:
        taken = target.append(data, at, n) or -1
        if taken > 0:
            item.start = target.appended_at
            item.end = item.start + taken
            if target.marks is None:
                target.marks = []
            target.marks.append(item)
    else:
        taken = n if target.append_packet(data, at, n, sender, item) else -1
    if taken < 0:
        settle(target)
    elif item.rights:
        rights.take_off(item.rights)
        message.rights = ()
    return taken


def settle(endpoint):
    """Let readers take the plain way again where no ancillary data is queued any more."""
    if not endpoint.marks and not rights.carried(endpoint):
        endpoint.relax(c.ANCILLARY)


def deliver(item, message, keep):
    """Give the rights of `item` to the receiver of `message` (None: nobody wants them); a look keeps them queued."""
    if item is None or not item.rights:
        return
    if keep:
        if message is not None:
            for description in item.rights:
                description.references += 1
            message.rights = item.rights
        return
    carried, item.rights = item.rights, ()
    if message is None:
        rights.discard(carried)
    else:
        rights.land(carried)
        message.rights = carried


def receive_marked(endpoint, into, at, n, skip, keep, message):
    """Receive up to `n` bytes of a stream that has marks, behind the first `skip`, as unix_stream_read_generic does.

    Each mark, and each run of bytes between two, counts as one message of Linux's. A look goes on, with no room left,
    until it has come to rights. Returns how many bytes there were, -1 where reading comes to nothing.
    """
    done = position = 0
    found = False
    owner = None if message is None else message.owner
    while position < endpoint.queued():
        position, skip = _advance(endpoint, position, skip, keep, done)
        item, end = _segment(endpoint, position)
        if position == end:
            return done or -1
        sender = 0 if item is None else item.owner
        if position < 0 or owner not in (None, sender) and passes_credentials(endpoint):
            _stop(message)
            break
        owner = sender
        tell_sender(endpoint, message, sender)
        size = min(end - position - skip, n - done)
        endpoint.fetch(into, at + done, size, position + skip, True)
        done += size
        found = True
        had_rights = item is not None and item.rights
        deliver(item, message, keep)
        if had_rights:
            _stop(message)
        if keep:
            position = end
            skip = 0
        else:
            consume(endpoint, size)
        if had_rights or not keep and (done == n or size < end):
            break
    return done if found else -1


def tell_sender(endpoint, message, owner):
    """The bytes of `message` (it may be None) come from the stream's peer, of that owner (0: not recorded)."""
    if message is not None:
        message.owner = owner
        message.address = endpoint.peer_address if endpoint.peer is None else endpoint.peer.address


def _stop(message):
    if message is not None:
        message.stopped = True


def _advance(endpoint, position, skip, keep, done):
    """Where reading goes on from `position`, behind `skip` more bytes: (position, what is left of `skip`).

    The position is -1 where an urgent byte stops it.
    """
    item, end = _segment(endpoint, position)
    if item is not None and item.urgent:
        from .urgent import pass_over

        position = pass_over(endpoint, item, position, keep, done)
        if position < 0:
            return -1, 0
        item, end = _segment(endpoint, position)
    while position < end:
        size = 0 if item is not None and item.urgent == TAKEN else end - position
        if skip < size:
            break
        skip -= size
        position = end
        item, end = _segment(endpoint, position)
    return position, skip


def _segment(endpoint, at):
    """The Ancillary that covers the queued byte number `at` (None for none), and where it ends."""
    for item in endpoint.marks or ():
        start, end = endpoint.ahead(item.start), endpoint.ahead(item.end)
        if start > at:
            return None, start
        if end > at:
            return item, end
    return None, endpoint.queued()


def consume(endpoint, n):
    """Release the first `n` queued bytes of a stream, and the marks that end there."""
    marks = endpoint.marks
    while marks and endpoint.ahead(marks[0].end) <= n:
        del marks[0]
    if marks and endpoint.ahead(marks[0].start) < n:
        marks[0].start += n - endpoint.ahead(marks[0].start)
    endpoint.skip(n)
    settle(endpoint)
    wake()
