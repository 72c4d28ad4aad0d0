"""What socket, socketpair, listen, connect, accept and shutdown do, as Linux's af_unix does them.

Every function is called with the kernel's lock held. Each looks, raises OSError with Linux's errno in Linux's order,
and takes what memory is needed; then it does it all, without a jump or in a native function, and cannot fail. What only
packets need is in `Endpoint.protocol`, packet.py.
"""

from ..host import Table, const, error, keep, micropython, wake
from . import names
from .release import dequeue, enqueue, reap
from .tables import kernel, may_send, passes_credentials

_STREAM = const(1)
_DGRAM = const(2)
_LISTENING = const(1)
_CONNECTED = const(2)
_RECEIVE = const(1)
_SEND = const(2)
_BOTH = const(3)
_ERROR = const(4)  # for Endpoint.attend
_FIRST = const(3)
_DESCRIPTION = const(2)

_EBADF = const(9)
_EINVAL = const(22)
_ENOTSOCK = const(88)
_EOPNOTSUPP = const(95)
_EISCONN = const(106)
_ENOTCONN = const(107)
_ECONNREFUSED = const(111)

_len = len  # a builtin name is found late


@micropython.native  # for speed
def _origin(kind, address=None):
    """What packets of a socket are marked with: its address, which may come later."""
    return None if kind == _STREAM else Table([address])


# Making sockets and descriptors. A socket object is made before, with a descriptor that is not open yet.


@micropython.native  # for speed
def create(sock, kind, protocol, nonblocking):
    """socket(2): `sock` is a fresh socket of `kind`; `protocol` is the module of packets, None for a stream. Raises
    OSError: ENFILE, ENOBUFS, EMFILE."""
    endpoint = kernel.spare(kind)
    _create(sock, endpoint, kernel.vacancy(), kind, protocol, _origin(kind), nonblocking)


@micropython.native  # for speed
def _create(sock, endpoint, place, kind, protocol, origin, nonblocking):
    kernel.use(endpoint, kind, kernel.owner, origin, protocol)
    endpoint.nonblocking = nonblocking
    sock._fd = kernel.install(place, sock._d, endpoint)


@micropython.native  # for speed
def pair(one, other, kind, protocol, nonblocking):
    """socketpair(2): the two are fresh sockets, connected to each other. Raises as `create`."""
    end = kernel.spare(kind)
    other_end = kernel.spare(kind, end)
    place = kernel.vacancy()
    other_place = kernel.vacancy(place)
    join = protocol.join if kind == _DGRAM else _join
    origin = _origin(kind)
    other_origin = _origin(kind)
    # From here on it does not jump.
    _create(one, end, place, kind, protocol, origin, nonblocking)
    _create(other, other_end, other_place, kind, protocol, other_origin, nonblocking)
    join(end, other_end)
    end.state = other_end.state = _CONNECTED
    end.credentials = other_end.owner
    other_end.credentials = end.owner
    route(end)


def adopt(sock, fd, sets, nonblocking):
    """`sock` is another handle of the descriptor `fd`; where it `sets` it, calls wait or not. Raises OSError: EBADF,
    ENOTSOCK."""
    descriptor = kernel.at(fd)
    endpoint = descriptor[_DESCRIPTION]
    if endpoint.kind < 0 or endpoint.end:
        raise error(_ENOTSOCK)
    if not sets:
        nonblocking = endpoint.nonblocking
    sock._d = descriptor
    sock._fd = fd
    endpoint.nonblocking = nonblocking


def duplicate_socket(sock, other):
    """socket.dup(): `other` is a handle of a second descriptor. Raises OSError(EMFILE)."""
    other._fd = kernel.install(kernel.vacancy(), other._d, sock._d[_DESCRIPTION])


def duplicate(descriptor, copy):
    """dup(2): `copy`, a descriptor that is not open yet, refers to what `descriptor` refers to. Returns its number.
    Raises OSError(EMFILE)."""
    return kernel.install(kernel.vacancy(), copy, descriptor[_DESCRIPTION])


@micropython.native  # for speed
def close(sock, fd, descriptor):
    """close(2) of the number `fd`; of `descriptor` alone, where that is not None. `sock`, if any, has no descriptor
    from now on. Returns False where the number is not open."""
    if sock is not None and sock._fd < 0:
        return True  # another thread has just closed it
    i = fd - _FIRST
    table = kernel.descriptors
    found = table[i] if 0 <= i < _len(table) else None
    is_open = found is not None and (descriptor is None or found is descriptor)
    if sock is None:
        return _close(i) if is_open else False
    if is_open:
        sock._fd = -1
        return _close(i)
    sock._fd = -1
    return False


@micropython.native  # for speed
def _close(i):
    """Does not jump."""
    kernel.remove(i)
    reap()
    wake()  # who waits on this descriptor is told, though the socket may live on with another
    return True


# Connections


@micropython.native  # for speed
def _join(one, other):
    """Make them each other's peers."""
    one.peer = other
    other.peer = one


def listen(endpoint, backlog):
    """listen(2); `backlog` is cut to the configured one."""
    if endpoint.kind == _DGRAM:
        raise error(_EOPNOTSUPP)
    if endpoint.address is None or endpoint.state == _CONNECTED:
        raise error(_EINVAL)
    most = kernel.settings["backlog"]
    _listen(endpoint, 0 if backlog < 0 else most if backlog > most else backlog)


@micropython.native  # for speed
def _listen(endpoint, backlog):
    endpoint.backlog = backlog
    endpoint.state = _LISTENING
    endpoint.credentials = endpoint.owner
    wake()


@micropython.native  # for speed
def connect(endpoint, name):
    """connect(2). Returns 0; -1 where the listener's backlog is full."""
    if name is None:
        raise error(_EINVAL)
    own_name = None if endpoint.options is None else names.name_for(endpoint)
    if endpoint.kind == _DGRAM:
        return endpoint.protocol.connect(endpoint, name, own_name)
    try:
        plan = _listener(endpoint, name)
    except OSError as failure:
        names.give_though_it_fails(endpoint, own_name, failure)
        raise failure
    if plan is None:
        names.give(endpoint, own_name)
        return -1
    return _connect(endpoint, own_name, plan[0], plan[1], plan[2], plan[3])


@micropython.native  # for speed
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


@micropython.native  # for speed
def _connect(endpoint, own_name, listener, server, origin, options):
    """Does not jump."""
    names.give(endpoint, own_name)
    kernel.use(server, endpoint.kind, listener.owner, origin, endpoint.protocol)
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


def takes_connections(name, kind):
    """Would connect() to `name` not wait? It would not, either, where it says at once what is wrong."""
    listener = names.lookup(name, kind)
    return listener is None or listener.shut & _RECEIVE or listener.pending <= listener.backlog


@micropython.native  # for speed
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


@micropython.native  # for speed
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
    mine = how + 1  # they become RECEIVE, SEND, BOTH
    theirs = (mine >> 1 | mine << 1) & _BOTH  # its RECEIVE is the peer's SEND
    peer = endpoint.peer
    if peer is None or endpoint.kind == _DGRAM:
        peer = endpoint
        theirs = 0
    endpoint.shut |= mine
    peer.shut |= theirs
    route(endpoint)


# Who may send without asking


@micropython.native
def _plain_inlet(endpoint, peer, passes_credentials=passes_credentials, may_send=may_send):
    if endpoint.shut & _SEND or peer.shut & _RECEIVE or not peer.references or not endpoint.references:
        return None
    if endpoint.options is not None or peer.options is not None:
        if passes_credentials(endpoint) or passes_credentials(peer):
            return None
    if endpoint.kind != _STREAM and (endpoint.error or not may_send(endpoint, peer)):
        return None
    return peer.inlet


@micropython.native
def route(endpoint, plain=_plain_inlet, wake=wake):
    """Decide again who may append to whose ring without asking, after a change of `endpoint`."""
    peer = endpoint.peer
    if peer is None:
        endpoint.out = None
    else:
        endpoint.out = plain(endpoint, peer)
        if endpoint.kind != _DGRAM:
            peer.out = plain(peer, endpoint)
    if endpoint.kind == _DGRAM:
        endpoint.protocol.route_callers(endpoint, plain)
    wake()


@micropython.native  # for speed
def take_error(endpoint):
    """The endpoint's pending errno, which is reported once; 0 if there is none."""
    errno = endpoint.error
    if errno:
        endpoint.error = 0
        endpoint.relax(_ERROR)
        route(endpoint)
    return errno


@micropython.native  # for speed
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
