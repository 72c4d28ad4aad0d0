"""Ancillary data: what a message carries beside its bytes, and where in a stream it belongs.

Linux's rules for streams: rights belong to the bytes they were sent with. A receive takes what was sent before and,
with the first of those bytes, the rights, and stops where their message ends. With SO_PASSCRED it also stops where
the sender changes.

A receive is planned first, when bytes are only copied and memory may be taken; what it takes out of the queue it takes
in one native function, `_take`, which cannot fail. All functions are called with the kernel's lock held.
"""

from ..data.plane import quick
from ..host import Recorded, blank, const, micropython, seal, size_of, wake
from . import rights
from .queues import settle_ancillary
from .release import reap
from .tables import kernel, passes_credentials, records_sender

_STREAM = const(1)
_ANCILLARY = const(1)  # for Endpoint.attend
_URGENT = const(16)

# Ancillary.urgent
NOT_URGENT = 0
MARK = 1  # the byte that MSG_OOB would receive
TAKEN = 2  # it did: nothing to read is left of it


class Ancillary(Recorded):
    """What one queued message carries: `rights`, a tuple of descriptions, and its sender's `owner` (0: not recorded).

    On a stream it covers the positions from `start` to before `end`; `urgent` tells about MSG_OOB, see urgent.py.
    """

    @micropython.native  # for speed
    def __init__(self, rights, owner):
        self.rights = rights
        self.owner = owner
        self.start = self.end = 0
        self.next = None  # on the same stream
        self.urgent = NOT_URGENT
        self.looked_at = False  # with MSG_PEEK, what is an empty packet

    @micropython.native
    def discard(self):
        """Nobody will receive it."""
        carried = self.rights
        if carried:
            self.rights = ()
            rights.land(carried)

    @micropython.native
    def unread(self, endpoint):
        """It is the first mark of the stream `endpoint`: how many bytes are queued, without those that MSG_OOB took."""
        n = endpoint.queued()
        item = self
        while item is not None:
            if item.urgent == TAKEN:
                n -= endpoint.ahead(item.end) - endpoint.ahead(item.start)
            item = item.next
        return n


Ancillary = quick(Ancillary, (), 0)


@micropython.native  # for speed
def outgoing(endpoint, target, message):
    """The Ancillary that a message from `endpoint` to `target` needs, None for none. Raises OSError(ETOOMANYREFS)."""
    owner = 0
    carried = ()
    if message is not None:
        owner = message.owner or 0
        carried = message.rights
    if not owner and records_sender(endpoint, target):
        owner = endpoint.owner
    if not owner and not carried:
        return None
    rights.check_room(carried)
    return Ancillary(carried, owner)


@micropython.native
def queue(target, data, at, n, origin, item, message):
    """Append data[at:at + n] with `item`, from who has `origin`, to the ring of `target`.

    Returns how many bytes were taken, -1 for none.
    """
    target.attend(_ANCILLARY)
    if target.kind == _STREAM:
        taken = target.append(data, at, n)
        if taken > 0:
            _mark(target, item, taken)
        else:
            taken = -1
    else:
        taken = n if target.append_packet(data, at, n, origin, item) else -1
    if taken < 0:
        settle_ancillary(target)
    elif item.rights:
        rights.take_off(item.rights)
        message.rights = ()
    return taken


@micropython.native
def _mark(target, item, size):
    item.start = target.appended_at
    item.end = item.start + size
    last = target.last_mark
    if last is None:
        target.marks = item
    else:
        last.next = item
    target.last_mark = item


@micropython.native  # for speed
def carried(endpoint):
    """What the messages queued for `endpoint` carry: a list of Ancillary."""
    found = []
    for item in endpoint.ancillary:
        if item is not None:
            found.append(item)
    item = endpoint.marks
    while item is not None:
        found.append(item)
        item = item.next
    return found


class Received:
    """What a receive is told beside the bytes; nobody wants the descriptors."""

    has_result = False  # is `result` what the call returns?

    def __init__(self):
        self.address = None
        self.owner = None  # None where no message was received that could tell, and where the sender does not say
        self.flags = 0
        self.stopped = False  # a receive ended before what it may not cross
        self.carried = ()  # the rights that are received
        self.done = 0  # bytes that the call has received before, into
        self.whole = None  # that buffer, where they are all in `result`

    def prepare(self, endpoint, rights, result):
        """A message with these `rights` is about to be received; `result` is its bytes, or how many. Takes all memory
        that `install` needs."""
        self.carried = rights

    @micropython.native
    def install(self, keep):
        """The rights have descriptors from now on."""

    @micropython.native
    def land(self):
        """The message is not queued any more."""
        rights.land(self.carried)


@micropython.native  # for speed
def mark(endpoint):
    """The Ancillary of the byte that MSG_OOB would receive, None where there is none."""
    if endpoint.attends(_URGENT):
        item = endpoint.marks
        while item is not None:
            if item.urgent == MARK:
                return item
            item = item.next
    return None


class _Walk:
    """A receive from a stream that has marks, while it is planned."""

    @micropython.native  # for speed
    def __init__(self, endpoint, keep):
        self.endpoint = endpoint
        self.keep = keep
        self.position = 0  # of the next byte, counted from the first that is queued
        self.done = 0  # bytes that were copied
        self.mark = None  # the Ancillary of the urgent byte
        self.former = None  # the same, which is to be an ordinary byte
        self.item = None  # whose rights are received
        if endpoint.attends(_URGENT):
            self.mark = mark(endpoint)

    @micropython.native  # for speed
    def segment(self):
        """The Ancillary that covers the next byte (None for none), and where it ends."""
        endpoint = self.endpoint
        item = endpoint.marks
        while item is not None:
            start, end = endpoint.ahead(item.start), endpoint.ahead(item.end)
            if start > self.position:
                return None, start
            if end > self.position:
                return item, end
            item = item.next
        return None, endpoint.queued()

    def advance(self, skip):
        """Go on from `position`, behind `skip` more bytes. Returns what is left of `skip`; -1 where an urgent byte is
        in the way."""
        item, end = self.segment()
        if item is not None and item.urgent:
            if not pass_over(self, item):
                return -1
            item, end = self.segment()
        while self.position < end:
            size = 0 if item is not None and item.urgent == TAKEN else end - self.position
            if skip < size:
                break
            skip -= size
            self.position = end
            item, end = self.segment()
        return skip


_Walk = quick(_Walk, kernel.closed, 0)


def pass_over(walk, item):
    """Go on behind the urgent byte of `item`, to which a receive has come. False where it stops there."""
    if item.urgent == TAKEN:
        if walk.done and walk.mark is None:
            return False
        walk.position = walk.endpoint.ahead(item.end)
        item = walk.mark
        if item is None or walk.endpoint.ahead(item.start) != walk.position:
            return True
    if walk.done:
        return False
    if not walk.keep:
        walk.former = item
        walk.mark = None
    options = walk.endpoint.options
    if options is None or not options.urgent_inline:
        walk.position = walk.endpoint.ahead(item.end)
    return True


@micropython.native  # for speed
def receive_marked(endpoint, into, at, n, skip, keep, message):
    """Receive up to `n` bytes of a stream that has marks, behind the first `skip`, as unix_stream_read_generic does.

    Each mark, and each run of bytes between two, counts as one message of Linux's. A look goes on, with no room left,
    until it has come to rights. Returns how many bytes there were, -1 where reading comes to nothing.
    """
    fresh = into.__class__ is list
    buffer = into
    there = endpoint.queued() if fresh else size_of(into) - at
    if n > there:
        n = there if there > 0 else 0
    if fresh:
        buffer = blank(n)
    walk = _Walk(endpoint, keep)
    found, stopped = _plan(walk, buffer, at, n, skip, message)
    if found:
        if fresh:
            into[0] = seal(buffer, walk.done)
        if message is not None:
            message.prepare(endpoint, walk.item.rights if walk.item else (), into[0] if fresh else walk.done)
            message.stopped = message.stopped or stopped
    elif message is not None and stopped:
        message.stopped = True
    return _take(walk, message, walk.done if found else -1)


@micropython.native  # for speed
def _plan(walk, buffer, at, n, skip, message):
    """Copy the bytes, and find out what is to be taken. Returns whether there is a result, and whether the receive may
    not go on behind it."""
    endpoint = walk.endpoint
    owner = None if message is None else message.owner
    found = False
    while walk.position < endpoint.queued():
        item, end = walk.segment()
        if skip or item is not None and item.urgent:
            skip = walk.advance(skip)
            item, end = walk.segment()
        if skip >= 0 and walk.position == end:
            return walk.done > 0, False
        sender = 0 if item is None else item.owner
        if skip < 0 or owner is not None and owner != sender and passes_credentials(endpoint):
            return found, True
        owner = sender
        tell_sender(endpoint, message, sender)
        there = end - walk.position - skip
        size = n - walk.done
        if size > there:
            size = there
        endpoint.fetch(buffer, at + walk.done, size, walk.position + skip, True)
        walk.done += size
        found = True
        walk.position = end if walk.keep else walk.position + size
        skip = 0
        if item is not None and item.rights:
            walk.item = item
            return True, True
        if not walk.keep and (walk.done == n or size < there):
            break
    return found, False


@micropython.native
def _take(walk, message, done):
    """What was planned happens. Returns `done`, as no place for an interrupt may be between here and the program."""
    endpoint = walk.endpoint
    item = walk.item
    if message is not None:
        message.install(walk.keep)
    if walk.keep:
        return done
    if item is not None:
        if message is None:
            item.discard()
        else:
            item.rights = ()
            message.land()
    if walk.former is not None:
        walk.former.urgent = NOT_URGENT
        endpoint.relax(_URGENT)
    if walk.position:
        _consume(endpoint, walk.position)
        reap()
    return done


@micropython.native
def _consume(endpoint, n):
    """Release the first `n` queued bytes of a stream, and the marks that end there."""
    item = endpoint.marks
    while item is not None and endpoint.ahead(item.end) <= n:
        item.discard()
        item = item.next
    endpoint.marks = item
    if item is None:
        endpoint.last_mark = None
    else:
        start = endpoint.ahead(item.start)
        if start < n:
            item.start += n - start
    endpoint.skip(n)
    settle_ancillary(endpoint)
    wake()


@micropython.native  # for speed
def tell_sender(endpoint, message, owner):
    """The bytes of `message` (it may be None) come from the stream's peer, of that owner (0: not recorded)."""
    if message is not None:
        message.owner = owner
        message.address = endpoint.peer_address if endpoint.peer is None else endpoint.peer.address
