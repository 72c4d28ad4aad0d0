"""Datagram sockets and their peers: each has one at most, to which it sends, and may be the peer of many.

Called with the kernel's lock held. What changes something is native and cannot fail.
"""

from ..host import const, error, keep, micropython
from . import names
from .connection import route
from .queues import drain
from .release import orphan, reap
from .tables import may_send

_EPERM = const(1)
_ECONNRESET = const(104)
_ENOTCONN = const(107)
_ECONNREFUSED = const(111)
_DGRAM = const(2)
_IDLE = const(0)
_CONNECTED = const(2)
_ERROR = const(4)  # for Endpoint.attend


@micropython.native
def _join_peer(endpoint, peer):
    """`endpoint` has this peer from now on."""
    first = peer.callers
    endpoint.peer = peer
    endpoint.previous_caller = None
    endpoint.next_caller = first
    if first is not None:
        first.previous_caller = endpoint
    peer.callers = endpoint


@micropython.native
def _leave_peer(endpoint):
    """It has no peer from now on."""
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


@micropython.native  # for speed
def join(one, other):
    """Make them each other's peers. Does not jump."""
    _join_peer(one, other)
    _join_peer(other, one)


@micropython.native
def leave(endpoint, leave_peer=_leave_peer, orphan=orphan):
    """It is about to end: it has no peer any more, and is nobody's."""
    leave_peer(endpoint)
    while endpoint.callers is not None:
        caller = endpoint.callers
        leave_peer(caller)
        orphan(caller, endpoint)


@micropython.native
def route_callers(endpoint, plain):
    """Decide again whether those whose peer it is may append to its ring without asking; `plain` says so."""
    caller = endpoint.callers
    while caller is not None:
        caller.out = plain(caller, endpoint)
        caller = caller.next_caller


def connect(endpoint, name, own_name):
    """connect(2): from now on it sends to the socket of that name, and receives from it. `own_name` is what it gets."""
    try:
        target = names.find(name, _DGRAM)
        if not may_send(endpoint, target):
            raise error(_EPERM)
    except OSError as failure:
        names.give_though_it_fails(endpoint, own_name, failure)
        raise
    return _connect(endpoint, target, own_name)


@micropython.native
def _connect(endpoint, target, own_name):
    names.give(endpoint, own_name)
    former = endpoint.peer
    turns = endpoint.orphaned or former is not None and former is not target
    endpoint.orphaned = False
    if former is not target:
        _leave_peer(endpoint)
        _join_peer(endpoint, target)
    endpoint.state = target.state = _CONNECTED
    if turns:
        _disconnected(endpoint, former)
    route(endpoint)
    return 0


def peer_of(endpoint):
    """To whom it sends. Where that one is closed, it is not connected any more. Raises OSError: ENOTCONN,
    ECONNREFUSED."""
    if endpoint.peer is None:
        if not endpoint.orphaned:
            raise error(_ENOTCONN)
        failure = error(_ECONNREFUSED)
        _forget_peer(endpoint)
        keep(failure)
        raise failure
    return endpoint.peer


@micropython.native  # for speed
def _forget_peer(endpoint):
    endpoint.orphaned = False
    endpoint.state = _IDLE
    _disconnected(endpoint, None)


@micropython.native
def _disconnected(endpoint, former):
    """What is queued is lost when a socket turns away from its peer `former` (None: that is closed already), and a peer
    that is connected to it is told."""
    if endpoint.packets():
        drain(endpoint)
        reap()
        if former is not None and former.peer is endpoint:
            former.error = _ECONNRESET
            former.attend(_ERROR)
    if former is not None:
        route(former)
