"""How a socket ends: what is told to its peers, what becomes of its name and of what is queued for it.

None of it takes memory or can fail, so that a close is never half-done. What has lost its last reference stays listed
in `kernel.dying` until it is released. Called with the kernel's lock held. What only packets need is in
`Endpoint.protocol`, packet.py.
"""

from ..host import const, micropython, wake
from .names import remove
from .tables import kernel

_STREAM = const(1)
_DGRAM = const(2)
_BOTH = const(3)
_ERROR = const(4)  # for Endpoint.attend
_ECONNRESET = const(104)
_ABANDONED = const(3)


@micropython.native  # for speed
def orphan(endpoint, former):
    """Its peer `former` is closed."""
    endpoint.peer = endpoint.out = None
    endpoint.orphaned = True
    endpoint.peer_address = former.address


@micropython.native
def _end_connection(endpoint, peer, unaccepted, orphan=orphan):
    peer.shut = _BOTH
    if endpoint.kind != _STREAM:
        left = endpoint.protocol.unread(endpoint)
    elif endpoint.returned is not None:
        left = True
    elif endpoint.marks is None:
        left = endpoint.queued()
    else:
        left = endpoint.marks.unread(endpoint)
    if unaccepted or left:
        peer.error = _ECONNRESET
        if peer.kind != _STREAM:
            peer.attend(_ERROR)
    endpoint.peer = endpoint.out = None
    orphan(peer, endpoint)


@micropython.native
def enqueue(listener, server):
    """The connection waits to be accepted."""
    if listener.last is None:
        listener.first = server
    else:
        listener.last.next = server
    listener.last = server
    listener.pending += 1


@micropython.native
def dequeue(listener):
    """The connection that waits longest does not any more."""
    server = listener.first
    listener.first = server.next
    if server.next is None:
        listener.last = None
    server.next = None
    listener.pending -= 1
    return server


@micropython.native
def _release(endpoint, unaccepted, release, kernel=kernel, remove=remove, end=_end_connection, dequeue=dequeue):
    """`release` is this function."""
    if endpoint.end:
        return endpoint.protocol.release(endpoint)
    if endpoint.bound is not None:
        remove(endpoint)
    endpoint.shut = _BOTH
    if endpoint.kind == _DGRAM:
        endpoint.protocol.leave(endpoint)
    if endpoint.peer is not None:
        end(endpoint, endpoint.peer, unaccepted)
    endpoint.disown()
    while endpoint.pending:
        release(dequeue(endpoint), True, release)
    if endpoint.kind != _STREAM:
        endpoint.protocol.purge(endpoint)
    item = endpoint.marks
    while item is not None:
        item.discard()
        item = item.next
    if not unaccepted:
        kernel.unlist(endpoint)
    kernel.reclaim(endpoint)


@micropython.native
def reap(kernel=kernel, release=_release, wake=wake):
    """Release every socket that has no reference any more."""
    endpoint = kernel.dying
    if endpoint is None:
        return
    while endpoint is not None:
        release(endpoint, False, release)  # and it leaves the list when that is done
        endpoint = kernel.dying
    wake()


@micropython.native
def settle(kernel=kernel, reap=reap):
    """What is to be done before the lock is let go: close the descriptors that were abandoned."""
    if kernel.to_close:
        kernel.to_close = 0
        i = 0
        for descriptor in kernel.descriptors:
            if descriptor is not None and descriptor[_ABANDONED]:
                kernel.remove(i)
            i += 1
    reap()
