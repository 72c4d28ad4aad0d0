"""Ancillary data: what a message carries beside its bytes, and where in a stream it belongs.

Linux's rules for streams: rights belong to the bytes they were sent with. A receive takes what was sent before and,
with the first of those bytes, the rights, and stops where their message ends. With SO_PASSCRED it also stops where
the sender changes.
"""

from . import constants as c
from . import rights
from ._host import wake
from .kernel import passes_credentials


class Ancillary:
    """What one queued message carries: `rights`, a tuple of descriptions, and its sender's `owner` (0: not recorded).

    On a stream it covers the positions from `start` to before `end`.
    """

    def __init__(self, rights, owner):
        self.rights = rights
        self.owner = owner
        self.start = self.end = 0


class Message:
    """A message that is sent (address, rights, owner) or received (address, rights, owner, flags)."""

    def __init__(self):
        self.address = None
        self.rights = ()  # this message's own references
        self.owner = 0
        self.flags = 0


def outgoing(endpoint, target, message):
    """The Ancillary that a message from `endpoint` to `target` needs, None for none. Raises OSError(ETOOMANYREFS)."""
    owner = message.owner if message is not None else 0
    if not owner and (passes_credentials(endpoint) or passes_credentials(target)):
        owner = endpoint.owner
    carried = message.rights if message is not None else ()
    if not owner and not carried:
        return None
    rights.check_room(carried)
    return Ancillary(carried, owner)


def queue(target, data, at, n, sender, item, message):
    """Append data[at:at + n] with `item` to the ring of `target`. Returns how many bytes were taken, -1 for none."""
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


def deliver(endpoint, item, message, keep):
    """Give what `item` carries to the receiver of `message` (None: nobody wants it); a look keeps it queued, too."""
    if item is None:
        return
    if message is not None:
        message.owner = item.owner
    if not item.rights:
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
    """Receive up to `n` bytes of a stream that has ancillary data queued, behind the first `skip`. Returns how many."""
    done = 0
    queued = endpoint.queued()
    owner = None
    while skip + done < queued:
        item, end = _segment(endpoint, skip + done, queued)
        sender = 0 if item is None else item.owner
        if owner is None:
            owner = sender
        elif owner != sender and passes_credentials(endpoint):
            break
        size = min(end - skip - done, n - done)
        endpoint.fetch(into, at + done, size, skip + done, True)
        done += size
        had_rights = item is not None and item.rights
        deliver(endpoint, item, message, keep)
        if had_rights or done == n or skip + done < end:
            break
    if message is not None:
        message.owner = owner
    if not keep:
        consume(endpoint, done)
    return done


def _segment(endpoint, at, queued):
    """The Ancillary that covers the queued byte number `at` (None for none), and where it ends."""
    for item in endpoint.marks or ():
        start, end = endpoint.ahead(item.start), endpoint.ahead(item.end)
        if start > at:
            return None, start
        if end > at:
            return item, end
    return None, queued


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
