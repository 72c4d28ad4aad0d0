"""How a socket ends: what is told to its peers, what becomes of its name and of what is queued for it.

All of it is native, takes no memory and cannot fail, so that a close is never half-done. What has lost its last
reference stays listed in `kernel.dying` until it is released. Called with the kernel's lock held.
"""

from ..host import const, micropython, wake
from . import names
from .tables import kernel

_STREAM = const(1)
_DGRAM = const(2)
_CONNECTED = const(2)
_RECEIVE = const(1)
_SEND = const(2)
_BOTH = const(3)
_ANCILLARY = const(1)  # for Endpoint.attend
_ERROR = const(4)
_URGENT = const(16)
_TAKEN = const(2)  # ancillary.TAKEN
_ECONNRESET = const(104)

_DESCRIPTION = const(2)
_ABANDONED = const(3)


@micropython.native
def settle():
    """What is to be done before the lock is let go: close the descriptors that were abandoned."""
    if kernel.to_close:
        kernel.to_close = 0
        table = kernel.descriptors
        for i in range(len(table)):
            descriptor = table[i]
            if descriptor is not None and descriptor[_ABANDONED]:
                kernel.remove(i)
    reap()


@micropython.native
def reap():
    """Release every socket that has no reference any more."""
    endpoint = kernel.dying
    if endpoint is None:
        return
    while endpoint is not None:
        _release(endpoint, False)  # and it leaves the list when that is done
        endpoint = kernel.dying
    wake()


@micropython.native
def _release(endpoint, unaccepted):
    if endpoint.bound:
        names.remove(endpoint)
    endpoint.shut = _BOTH
    kind = endpoint.kind
    if kind == _DGRAM:
        leave_peer(endpoint)
        while endpoint.callers is not None:
            caller = endpoint.callers
            leave_peer(caller)
            _orphan(caller, endpoint)
    elif endpoint.peer is not None:
        _end_connection(endpoint, endpoint.peer, unaccepted)
    endpoint.disown()
    while endpoint.pending:
        _release(dequeue(endpoint), True)
    if kind != _STREAM or endpoint.marks is not None:
        purge(endpoint)
    if not unaccepted:
        if kernel.dying is endpoint:
            kernel.dying = endpoint.free
        else:
            _unlist(endpoint)
    kernel.reclaim(endpoint)


@micropython.native
def _unlist(endpoint):
    """Take it from the list of the dying. Those whose references its messages held may be before it by now."""
    before = kernel.dying
    while before.free is not endpoint:
        before = before.free
    before.free = endpoint.free


@micropython.native
def _end_connection(endpoint, peer, unaccepted):
    peer.shut = _BOTH
    plain = endpoint.kind == _STREAM and endpoint.marks is None
    if unaccepted or (endpoint.queued() if plain else _is_unread(endpoint)):
        peer.error = _ECONNRESET
        if peer.kind != _STREAM:
            peer.attend(_ERROR)
    endpoint.peer = endpoint.out = None
    _orphan(peer, endpoint)


@micropython.native
def _orphan(endpoint, former):
    """Its peer `former` is closed."""
    endpoint.peer = endpoint.out = None
    endpoint.orphaned = True
    endpoint.peer_address = former.address


@micropython.native
def _is_unread(endpoint):
    """Is anything queued that the program has not had? Linux overlooks an empty packet, since an urgent byte that
    was taken out of turn looks like one."""
    if endpoint.kind != _STREAM:
        return endpoint.first_length() or endpoint.packets() > 1
    return unread(endpoint)


@micropython.native
def unread(endpoint):
    """How many bytes are queued on a stream, without those that MSG_OOB took."""
    n = endpoint.queued()
    item = endpoint.marks
    while item is not None:
        if item.urgent == _TAKEN:
            n -= endpoint.ahead(item.end) - endpoint.ahead(item.start)
        item = item.next
    return n


@micropython.native
def join_peer(endpoint, peer):
    """The datagram socket `endpoint` has this peer from now on."""
    first = peer.callers
    endpoint.peer = peer
    endpoint.previous_caller = None
    endpoint.next_caller = first
    if first is not None:
        first.previous_caller = endpoint
    peer.callers = endpoint


@micropython.native
def leave_peer(endpoint):
    """The datagram socket `endpoint` has no peer from now on."""
    peer = endpoint.peer
    if peer is None:
        return
    before = endpoint.previous_caller
    after = endpoint.next_caller
    if before is None:
        peer.callers = after
    else:
        before.next_caller = after
    if after is not None:
        after.previous_caller = before
    endpoint.previous_caller = endpoint.next_caller = None
    endpoint.peer = endpoint.out = None


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
def purge(endpoint):
    """Take away what all messages queued for `endpoint` carry."""
    item = endpoint.marks
    if item is not None:
        endpoint.marks = endpoint.last_mark = None
        while item is not None:
            item.discard()
            item = item.next
    if endpoint.kind != _STREAM:
        for item in endpoint.ancillary:
            if item is not None:
                item.discard()


@micropython.native
def drain(endpoint):
    """Drop everything queued for `endpoint`, rights and all."""
    purge(endpoint)
    endpoint.flush()
    endpoint.relax(_ANCILLARY | _URGENT)


@micropython.native
def settle_ancillary(endpoint):
    """Let readers take the plain way again where no ancillary data is queued any more."""
    if endpoint.marks is not None:
        return
    if endpoint.kind != _STREAM:
        for item in endpoint.ancillary:
            if item is not None:
                return
    endpoint.relax(_ANCILLARY)
