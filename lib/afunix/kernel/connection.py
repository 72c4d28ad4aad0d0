"""What socket, socketpair, listen, connect, accept and shutdown do, as Linux's af_unix does them.

Every function is called with the kernel's lock held. Those that Python runs as bytecode look, raise OSError with
Linux's errno in Linux's order, and take what memory is needed; then they call a native one, which does it all and
cannot fail.
"""

from ..host import Table, const, error, keep, micropython, wake
from . import names
from .release import dequeue, drain, enqueue, join_peer, leave_peer, reap
from .tables import kernel, may_send, passes_credentials

_STREAM = const(1)
_DGRAM = const(2)
_IDLE = const(0)
_LISTENING = const(1)
_CONNECTED = const(2)
_RECEIVE = const(1)
_SEND = const(2)
_ERROR = const(4)  # for Endpoint.attend
_FIRST = const(3)
_DESCRIPTION = const(2)

_EPERM = const(1)
_EBADF = const(9)
_EINVAL = const(22)
_ENOTSOCK = const(88)
_EOPNOTSUPP = const(95)
_ECONNRESET = const(104)
_EISCONN = const(106)
_ENOTCONN = const(107)
_ECONNREFUSED = const(111)


@micropython.native
def _origin(kind, address=None):
    """What packets of a socket are marked with: its address, which may come later."""
    return None if kind == _STREAM else Table([address])


# Making sockets and descriptors. A socket object is made before, with a descriptor that is not open yet.


@micropython.native
def create(sock, kind, nonblocking):
    """socket(2): `sock` is a fresh socket of `kind`. Raises OSError: ENFILE, ENOBUFS, EMFILE."""
    endpoint = kernel.spare(kind)
    _create(sock, endpoint, kernel.vacancy(), kind, _origin(kind), nonblocking)


@micropython.native
def _create(sock, endpoint, place, kind, origin, nonblocking):
    kernel.use(endpoint, kind, kernel.owner, origin)
    endpoint.nonblocking = nonblocking
    sock._fd = kernel.install(place, sock._d, endpoint)


@micropython.native
def pair(one, other, kind, nonblocking):
    """socketpair(2): the two are fresh sockets, connected to each other. Raises as `create`."""
    end = kernel.spare(kind)
    other_end = kernel.spare(kind, end)
    place = kernel.vacancy()
    other_place = kernel.vacancy(place)
    ends = (end, other_end, _origin(kind), _origin(kind))
    _pair(one, other, kind, nonblocking, ends, place, other_place)


@micropython.native
def _pair(one, other, kind, nonblocking, ends, place, other_place):
    end = ends[0]
    other_end = ends[1]
    _create(one, end, place, kind, ends[2], nonblocking)
    _create(other, other_end, other_place, kind, ends[3], nonblocking)
    _join(end, other_end)
    route(end)


def adopt(sock, fd, sets, nonblocking):
    """`sock` is another handle of the descriptor `fd`; where it `sets` it, calls wait or not. Raises OSError: EBADF,
    ENOTSOCK."""
    descriptor = kernel.at(fd)
    if descriptor[_DESCRIPTION].kind < 0:
        raise error(_ENOTSOCK)
    _adopt(sock, fd, descriptor, sets, nonblocking)


@micropython.native
def _adopt(sock, fd, descriptor, sets, nonblocking):
    sock._d = descriptor
    sock._fd = fd
    if sets:
        descriptor[_DESCRIPTION].nonblocking = nonblocking


def duplicate_socket(sock, other):
    """socket.dup(): `other` is a handle of a second descriptor. Raises OSError(EMFILE)."""
    _duplicate_socket(sock, other, kernel.vacancy())


@micropython.native
def _duplicate_socket(sock, other, place):
    other._fd = kernel.install(place, other._d, sock._d[_DESCRIPTION])


def duplicate(descriptor, copy):
    """dup(2): `copy`, a descriptor that is not open yet, refers to what `descriptor` refers to. Returns its number.
    Raises OSError(EMFILE)."""
    return kernel.install(kernel.vacancy(), copy, descriptor[_DESCRIPTION])


@micropython.native
def close(sock, fd, descriptor):
    """close(2) of the number `fd`; of `descriptor` alone, where that is not None. `sock`, if any, has no descriptor
    from now on. Returns False where the number is not open."""
    if sock is not None:
        if sock._fd < 0:
            return True  # another thread has just closed it
        sock._fd = -1
    i = fd - _FIRST
    table = kernel.descriptors
    found = table[i] if 0 <= i < len(table) else None
    if found is None or descriptor is not None and found is not descriptor:
        return False
    kernel.remove(i)
    reap()
    wake()  # who waits on this descriptor is told, though the socket may live on with another
    return True


# Connections


@micropython.native
def _join(one, other):
    """Make them each other's peers; who may send is not decided yet."""
    if one.kind == _DGRAM:
        join_peer(one, other)
        join_peer(other, one)
    else:
        one.peer = other
        other.peer = one
    one.state = other.state = _CONNECTED
    one.credentials = other.owner
    other.credentials = one.owner


def listen(endpoint, backlog):
    """listen(2); `backlog` is cut to the configured one."""
    if endpoint.kind == _DGRAM:
        raise error(_EOPNOTSUPP)
    if endpoint.address is None or endpoint.state == _CONNECTED:
        raise error(_EINVAL)
    most = kernel.settings["backlog"]
    _listen(endpoint, 0 if backlog < 0 else most if backlog > most else backlog)


@micropython.native
def _listen(endpoint, backlog):
    endpoint.backlog = backlog
    endpoint.state = _LISTENING
    endpoint.credentials = endpoint.owner
    wake()


@micropython.native
def connect(endpoint, name):
    """connect(2). Returns 0; -1 where the listener's backlog is full."""
    if name is None:
        raise error(_EINVAL)
    own_name = None if endpoint.options is None else names.name_for(endpoint)
    try:
        if endpoint.kind == _DGRAM:
            plan = _datagram_target(endpoint, name)
        else:
            plan = _listener(endpoint, name)
    except OSError as failure:
        names.give_though_it_fails(endpoint, own_name, failure)
        raise failure
    return _connect(endpoint, plan, own_name)


@micropython.native
def _listener(endpoint, name):
    """What connecting a stream or seqpacket endpoint needs: (listener, server, its origin, its options); None where the
    listener's backlog is full."""
    kind = endpoint.kind
    listener = names.find(name, kind)
    if listener.state != _LISTENING or listener.shut & _RECEIVE:
        raise error(_ECONNREFUSED)
    if listener.pending > listener.backlog:
        return None
    state = endpoint.state
    if state == _CONNECTED:
        raise error(_EISCONN)
    if state == _LISTENING:
        raise error(_EINVAL)
    server = kernel.spare(kind)
    options = listener.options
    if options is not None:
        options = options.inherited()
    return listener, server, _origin(kind, listener.address), options


@micropython.native
def _connect(endpoint, plan, own_name):
    if own_name is not None:
        names.give(endpoint, own_name)
    if plan is None:
        return -1
    if endpoint.kind == _DGRAM:
        return _connect_datagram(endpoint, plan)
    listener, server, origin, options = plan
    kernel.use(server, endpoint.kind, listener.owner, origin)
    server.address = listener.address
    server.options = options
    endpoint.peer = server
    server.peer = endpoint
    endpoint.state = server.state = _CONNECTED
    endpoint.credentials = listener.credentials
    server.credentials = endpoint.owner
    enqueue(listener, server)
    wake()
    return 0


def _datagram_target(endpoint, name):
    """To whom a datagram endpoint can be connected: from then on it sends to that one, and receives from it."""
    target = names.find(name, _DGRAM)
    if not may_send(endpoint, target):
        raise error(_EPERM)
    return target


@micropython.native
def _connect_datagram(endpoint, target):
    former = endpoint.peer
    turns = endpoint.orphaned or former is not None and former is not target
    endpoint.orphaned = False
    if former is not target:
        leave_peer(endpoint)
        join_peer(endpoint, target)
    endpoint.state = target.state = _CONNECTED
    if turns:
        _disconnected(endpoint, former)
    route(endpoint)
    return 0


@micropython.native
def forget_peer(endpoint):
    """The datagram socket finds that its peer is closed: it is not connected any more."""
    endpoint.orphaned = False
    endpoint.state = _IDLE
    _disconnected(endpoint, None)


@micropython.native
def _disconnected(endpoint, former):
    """What a datagram socket has queued is lost when it turns away from its peer `former` (None: that is closed
    already), and a peer that is connected to it is told."""
    if endpoint.packets():
        drain(endpoint)
        reap()
        if former is not None and former.peer is endpoint:
            former.error = _ECONNRESET
            former.attend(_ERROR)
    if former is not None:
        route(former)


def takes_connections(name, kind):
    """Would connect() to `name` not wait? It would not, either, where it says at once what is wrong."""
    listener = names.lookup(name, kind)
    return listener is None or listener.shut & _RECEIVE or listener.pending <= listener.backlog


@micropython.native
def accept(listener, accepted, may_wait):
    """accept(2): `accepted`, a list of a socket object and None, becomes the connection that waits longest and its
    peer's address. Returns its descriptor; -1 where there is none yet."""
    place = kernel.vacancy()
    if listener.kind == _DGRAM:
        raise error(_EOPNOTSUPP)
    if listener.state != _LISTENING:
        raise error(_EINVAL)
    if not listener.pending:
        if listener.shut & _RECEIVE and may_wait:
            raise error(_EINVAL)
        return -1
    server = listener.first
    address = server.peer_address if server.peer is None else server.peer.address
    accepted[1] = accepted[0], "" if address is None else address
    return _accept(listener, accepted[0], place)


@micropython.native
def _accept(listener, sock, place):
    server = dequeue(listener)
    fd = kernel.install(place, sock._d, server)
    sock._fd = fd
    server.nonblocking = sock._ms == 0
    route(server)
    wake()
    return fd


def shutdown(endpoint, how):
    """shutdown(2); `how` is SHUT_RD, SHUT_WR or SHUT_RDWR. Raises OSError(EINVAL)."""
    if not 0 <= how <= 2:
        raise error(_EINVAL)
    _shutdown(endpoint, how + 1)  # they become RECEIVE, SEND, BOTH


@micropython.native
def _shutdown(endpoint, mine):
    endpoint.shut |= mine
    peer = endpoint.peer
    if peer is not None and endpoint.kind != _DGRAM:
        if mine & _RECEIVE:
            peer.shut |= _SEND
        if mine & _SEND:
            peer.shut |= _RECEIVE
    route(endpoint)


# Who may send without asking


@micropython.native
def route(endpoint):
    """Decide again who may append to whose ring without asking, after a change of `endpoint`."""
    peer = endpoint.peer
    endpoint.out = None if peer is None else _plain_inlet(endpoint, peer)
    if endpoint.kind == _DGRAM:
        caller = endpoint.callers
        while caller is not None:
            caller.out = _plain_inlet(caller, endpoint)
            caller = caller.next_caller
    elif peer is not None:
        peer.out = _plain_inlet(peer, endpoint)
    wake()


@micropython.native
def _plain_inlet(endpoint, peer):
    if endpoint.shut & _SEND or peer.shut & _RECEIVE or not peer.references or not endpoint.references:
        return None
    if endpoint.options is not None or peer.options is not None:
        if passes_credentials(endpoint) or passes_credentials(peer):
            return None
    if endpoint.kind != _STREAM and (endpoint.error or not may_send(endpoint, peer)):
        return None
    return peer.inlet


@micropython.native
def take_error(endpoint):
    """The endpoint's pending errno, which is reported once; 0 if there is none."""
    errno = endpoint.error
    if errno:
        endpoint.error = 0
        endpoint.relax(_ERROR)
        route(endpoint)
    return errno


@micropython.native
def raise_error(endpoint):
    """Raise the endpoint's pending error, if there is one."""
    if endpoint.error:
        failure = error(endpoint.error)
        take_error(endpoint)
        keep(failure)
        raise failure


def check_connected(endpoint):
    """What Linux asks of a seqpacket socket before it looks at a message."""
    raise_error(endpoint)
    if endpoint.state != _CONNECTED:
        raise error(_ENOTCONN)
