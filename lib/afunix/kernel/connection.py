"""The life of an endpoint: listen, connect, accept, shutdown, release, as Linux's af_unix does them.

Every function is called with the kernel's lock held, checks before it changes anything, and raises OSError with
Linux's errno in Linux's order.
"""

from . import numbers as c
from . import names
from . import stream
from ..host import error, wake
from ..data.plane import Endpoint
from .tables import kernel, may_send

kernel.streams = stream
_packet = None  # loaded when the first packet socket is made


def create(kind, owner):
    """A fresh endpoint of `kind`. Raises OSError: ENFILE (all are in use), ENOBUFS (no packets are configured)."""
    global _packet
    if kind == c.SOCK_STREAM:
        protocol = stream
    else:
        if _packet is None:
            from . import packet as _packet
        protocol = _packet
    endpoint = kernel.allocate(kind, owner)
    endpoint.protocol = protocol
    endpoint.credentials = 0
    return endpoint


def pair(kind, owner):
    """Two fresh endpoints of `kind`, connected to each other."""
    one = create(kind, owner)
    try:
        other = create(kind, owner)
    except OSError:
        kernel.reclaim(one)
        raise
    _join(one, other)
    return one, other


def _join(one, other):
    """Make them each other's peers; whoever gives them descriptors sees to their routes."""
    one.peer, other.peer = other, one
    one.state = other.state = c.CONNECTED
    one.credentials = other.owner
    other.credentials = one.owner


def listen(endpoint, backlog):
    """listen(2); `backlog` is cut to the configured one."""
    if endpoint.kind == c.SOCK_DGRAM:
        raise error(c.EOPNOTSUPP)
    if endpoint.address is None or endpoint.state == c.CONNECTED:
        raise error(c.EINVAL)
    endpoint.backlog = min(max(backlog, 0), kernel.settings["backlog"])
    endpoint.state = c.LISTENING
    endpoint.credentials = endpoint.owner
    wake()


def _check_name(endpoint, name):
    if name is None:
        raise error(c.EINVAL)
    names.name_sender(endpoint)


def connect(endpoint, name):
    """connect(2) of a stream or seqpacket endpoint. False where the listener's backlog is full."""
    _check_name(endpoint, name)
    listener = names.find(name, endpoint.kind)
    if listener.state != c.LISTENING or listener.shut & c.RECEIVE:
        raise error(c.ECONNREFUSED)
    if listener.pending > listener.backlog:
        return False
    if endpoint.state == c.CONNECTED:
        raise error(c.EISCONN)
    if endpoint.state == c.LISTENING:
        raise error(c.EINVAL)
    server = create(endpoint.kind, listener.owner)
    server.address = listener.address
    server.options = listener.options and listener.options.inherited()
    _join(endpoint, server)
    endpoint.credentials = listener.credentials
    _enqueue(listener, server)
    return True


def connect_datagram(endpoint, name):
    """connect(2) of a datagram endpoint: from now on it sends to, and receives from, the socket of that name."""
    _check_name(endpoint, name)
    target = names.find(name, c.SOCK_DGRAM)
    if not may_send(endpoint, target):
        raise error(c.EPERM)
    former = endpoint.peer
    orphaned, endpoint.orphaned = endpoint.orphaned, False
    endpoint.peer = target
    endpoint.state = target.state = c.CONNECTED
    if orphaned or former is not None and former is not target:
        disconnected(endpoint, former)
    kernel.route(endpoint)


def disconnected(endpoint, former):
    """What a datagram socket has queued is lost when it turns away from its peer `former` (None: that is closed
    already), and a peer that is connected to it is told."""
    if endpoint.packets():
        drain(endpoint)
        if former is not None and former.peer is endpoint:
            former.error = c.ECONNRESET
            former.attend(c.ERROR)
    if former is not None:
        kernel.route(former)


def drain(endpoint):
    """Drop everything queued for `endpoint`, rights and all."""
    _purge(endpoint)
    endpoint.flush()
    endpoint.marks = None
    endpoint.relax(c.ANCILLARY | c.URGENT)


def _enqueue(listener, server):
    if listener.last is None:
        listener.first = server
    else:
        listener.last.next = server
    listener.last = server
    listener.pending += 1
    wake()


def _dequeue(listener):
    server = listener.first
    listener.first = server.next
    if server.next is None:
        listener.last = None
    server.next = None
    listener.pending -= 1
    wake()
    return server


def accept(listener, may_wait):
    """accept(2): a descriptor of the connection that waits longest; -1 where there is none yet."""
    kernel.vacancy()
    if listener.kind == c.SOCK_DGRAM:
        raise error(c.EOPNOTSUPP)
    if listener.state != c.LISTENING:
        raise error(c.EINVAL)
    if not listener.pending:
        if listener.shut & c.RECEIVE and may_wait:
            raise error(c.EINVAL)
        return -1
    server = _dequeue(listener)
    fd = kernel.descriptor(server)
    kernel.route(server)
    return fd


def shutdown(endpoint, how):
    """shutdown(2); `how` is SHUT_RD, SHUT_WR or SHUT_RDWR."""
    if not 0 <= how <= 2:
        raise error(c.EINVAL)
    mine = how + 1  # SHUT_RD, SHUT_WR, SHUT_RDWR become RECEIVE, SEND, BOTH
    endpoint.shut |= mine
    peer = endpoint.peer
    if peer is not None and endpoint.kind != c.SOCK_DGRAM:
        peer.shut |= (mine & c.RECEIVE and c.SEND) | (mine & c.SEND and c.RECEIVE)
    kernel.route(endpoint)


def release(endpoint, unaccepted=False):
    """The last reference is gone: tell the peers, free the name, drop what is queued, give the endpoint back."""
    names.remove(endpoint)
    peer = endpoint.peer
    endpoint.shut = c.BOTH
    if peer is not None and endpoint.kind != c.SOCK_DGRAM:
        peer.shut = c.BOTH
        if unaccepted or _unread(endpoint):
            peer.error = c.ECONNRESET
            if peer.kind != c.SOCK_STREAM:
                peer.attend(c.ERROR)
    senders = kernel.senders_to(endpoint)
    endpoint.peer = endpoint.out = None
    for other in senders:
        other.peer = other.out = None
        other.orphaned = True
        other.peer_address = endpoint.address
    if endpoint.kind != c.SOCK_STREAM:
        for other in kernel.endpoints if endpoint.kind == c.SOCK_DGRAM else senders:
            other.forget_sender(endpoint)
    while endpoint.pending:
        release(_dequeue(endpoint), True)
    _purge(endpoint)
    kernel.reclaim(endpoint)
    wake()


def _unread(endpoint):
    """Is anything queued that the program has not had? Linux overlooks an empty packet, since an urgent byte that
    was taken out of turn looks like one."""
    if endpoint.kind != c.SOCK_STREAM:
        return endpoint.first_length() or endpoint.packets() > 1
    if not endpoint.marks:
        return endpoint.queued()
    from .urgent import unread

    return unread(endpoint)


def _purge(endpoint):
    """Nobody will receive the rights queued for `endpoint`."""
    if kernel.in_flight:
        from .rights import purge

        purge(endpoint)


def _reap():
    """Release what has no reference any more, and what only such sockets' messages referred to."""
    lock = kernel.lock
    while lock.dying or lock.suspicious:
        lock.suspicious = False
        kernel.forget_abandoned()
        while lock.dying:
            description = lock.dying.pop()
            if isinstance(description, Endpoint):
                release(description)
            elif hasattr(description.object, "close"):
                lock.finished.append(description.object)
        if kernel.in_flight:
            from .inflight import collect

            collect()


kernel.lock.reap = _reap
