"""Socket options, socket(7) and unix(7), and the requests of ioctl(2) that concern sockets alone."""

import struct

from ..host import Recorded, bytes_of, const, error, index, integer, micropython, wake
from . import numbers as c
from . import socket_numbers as so
from .connection import route, take_error
from .lock import lock
from .tables import opened

_EFAULT = const(14)

# Stored and given back, without an effect on a Unix domain socket, as in Linux.
_INERT = (so.SO_DEBUG, so.SO_REUSEADDR, so.SO_DONTROUTE, so.SO_BROADCAST, so.SO_KEEPALIVE)


class Options(Recorded):
    """What setsockopt changed on one endpoint."""

    def __init__(self):
        self.passcred = False
        self.peek_offset = -1  # negative: a look begins at the first byte and moves nothing
        self.receive_timeout = 0  # microseconds, 0 for none
        self.send_timeout = 0
        self.urgent_inline = False
        self.asynchronous = False  # O_ASYNC: there are no signals to send
        self.inert = {}

    def inherited(self):
        """What an accepted connection has of its listener's."""
        if not self.passcred:
            return None
        options = Options()
        options.passcred = True
        return options

    @micropython.native
    def skipped(self):
        """How many bytes a look passes over."""
        return self.peek_offset if self.peek_offset > 0 else 0

    @micropython.native
    def peeked(self, n, keep):
        """`n` bytes were looked at (`keep`) or received: SO_PEEK_OFF moves along."""
        offset = self.peek_offset
        if offset >= 0:
            offset = offset + n if keep else offset - n
            self.peek_offset = offset if offset > 0 else 0


@micropython.native
def change(endpoint, name, value):
    """Set one of its options, which are made when the first is set."""
    options = endpoint.options
    if options is None:
        options = Options()
        endpoint.options = options
    setattr(options, name, value)
    wake()


def getsockopt(sock, level, name, buflen):
    """getsockopt(2), CPython's form: an integer, or bytes where `buflen` is not 0. Raises OSError: ENOPROTOOPT,
    EOPNOTSUPP."""
    level, name, buflen = index(level), index(name), index(buflen)
    if not 0 <= buflen <= 1024:
        raise OSError("getsockopt buflen out of range")
    with lock:
        return _answer(opened(sock), level, name, buflen)


def _answer(endpoint, level, name, buflen):
    if level == so.SOL_SOCKET and name == so.SO_ERROR:
        answer = _shaped(endpoint.error, buflen)
        take_error(endpoint)
        return answer
    return _shaped(_get(endpoint, level, name), buflen)


def _get(endpoint, level, name):
    if level != so.SOL_SOCKET:
        raise error(c.EOPNOTSUPP)
    if name in (so.SO_SNDBUF, so.SO_RCVBUF):
        return len(endpoint.memory)
    if name == so.SO_PEERCRED:
        return credentials(endpoint.credentials, -1)
    if name in (so.SO_RCVTIMEO, so.SO_SNDTIMEO):
        return _timeval(endpoint, name)
    if name in _FACTS:
        return _FACTS[name](endpoint)
    options = endpoint.options
    if name == so.SO_PEEK_OFF:
        return options.peek_offset if options else -1
    if name == so.SO_PASSCRED:
        return int(options is not None and options.passcred)
    if name == so.SO_OOBINLINE:
        return int(options is not None and options.urgent_inline)
    if name in _INERT:
        return options.inert.get(name, 0) if options else 0
    if name == so.SO_REUSEPORT:
        return 0
    raise error(so.ENOPROTOOPT)


def _shaped(value, buflen):
    """An option's value as getsockopt(level, option, buflen) returns it."""
    if not buflen:
        return value if isinstance(value, int) else struct.unpack("<i", value[:4])[0]
    return (struct.pack("<i", value) if isinstance(value, int) else value)[:buflen]


_FACTS = {
    so.SO_TYPE: lambda endpoint: endpoint.kind,
    so.SO_DOMAIN: lambda endpoint: c.AF_UNIX,
    so.SO_PROTOCOL: lambda endpoint: 0,
    so.SO_ACCEPTCONN: lambda endpoint: int(endpoint.state == c.LISTENING),
}


def setsockopt(sock, level, name, value, optlen):
    """setsockopt(2) to an int or a structure's bytes. Raises OSError: ENOPROTOOPT, EOPNOTSUPP, EINVAL, EDOM."""
    level, name = index(level), index(name)
    if optlen is not None:
        return _set_nothing(sock, value, optlen)
    value = _taken(value)
    with lock:
        _set(opened(sock), level, name, value)


def _set_nothing(sock, value, optlen):
    """setsockopt() with the length of a value that is not there: no option of these sockets is like that."""
    try:
        length = integer(optlen) & 0xFFFFFFFF
        if value is not None:
            raise ValueError
    except Exception as failure:
        raise TypeError("a length is given with None for the value, and is an integer") from failure
    fits = 4 <= length <= 0x7FFFFFFF
    with lock:
        opened(sock)
    raise error(_EFAULT if fits else c.EINVAL)


def _taken(value):
    """The value as an int or bytes: what the program gave may run its code."""
    try:
        return index(value)
    except Exception as failure:
        if isinstance(value, int):
            raise TypeError("a bytes-like object is required, not 'int'") from failure
        return bytes(bytes_of(value))


def _set(endpoint, level, name, value):
    if level != so.SOL_SOCKET:
        raise error(c.EOPNOTSUPP)
    number = _integer(value)
    if name in (so.SO_RCVTIMEO, so.SO_SNDTIMEO):
        return _set_timeval(endpoint, name, value)
    if name in (so.SO_SNDBUF, so.SO_RCVBUF):
        return  # the ring is fixed: the request is heard, and getsockopt tells what there is
    if name == so.SO_PEEK_OFF:
        return _set_peek_offset(endpoint, number)
    if name == so.SO_PASSCRED:
        change(endpoint, "passcred", bool(number))
        route(endpoint)
    elif name == so.SO_OOBINLINE:
        change(endpoint, "urgent_inline", bool(number))
    elif name in _INERT:
        inert = dict(endpoint.options.inert) if endpoint.options else {}
        inert[name] = int(bool(number))
        change(endpoint, "inert", inert)
    elif name == so.SO_REUSEPORT:
        if number:
            raise error(c.EOPNOTSUPP)
    else:
        raise error(so.ENOPROTOOPT)


def _integer(value):
    if isinstance(value, int):
        return value
    if len(value) < 4:
        raise error(c.EINVAL)
    return struct.unpack("i", bytes(value)[:4])[0]


@micropython.native
def _set_peek_offset(endpoint, number):
    change(endpoint, "peek_offset", number)
    if number >= 0:
        endpoint.attend(c.OPTION)
    else:
        endpoint.relax(c.OPTION)


# struct timeval and struct ucred as on 64-bit Linux, on every board


def _timeval(endpoint, name):
    options = endpoint.options
    us = 0
    if options is not None:
        us = options.receive_timeout if name == so.SO_RCVTIMEO else options.send_timeout
    return struct.pack("<qq", us // 1000000, us % 1000000)


def _set_timeval(endpoint, name, value):
    if isinstance(value, int) or len(value) < 16:
        raise error(c.EINVAL)
    seconds, us = struct.unpack("<qq", bytes(value)[:16])
    if not 0 <= us < 1000000:
        raise error(so.EDOM)
    us = max(0, seconds * 1000000 + us)
    change(endpoint, "receive_timeout" if name == so.SO_RCVTIMEO else "send_timeout", us)


def credentials(owner, unknown=65534):
    """struct ucred of `owner`, which stands for the process; user and group are 0, `unknown` without an owner."""
    if owner == c.NOBODY:
        return bytes(12)
    user = 0 if owner else unknown
    return struct.pack("<iii", owner, user, user)


# What ioctl(2) asks of sockets alone: see descriptors.py


def _readable_bytes(endpoint, argument):
    if endpoint.state == c.LISTENING:
        raise error(c.EINVAL)
    if endpoint.kind == c.SOCK_DGRAM:
        return endpoint.first_length()
    n = endpoint.queued() if endpoint.marks is None else endpoint.marks.unread(endpoint)
    return n + _given_back(endpoint)


def _given_back(endpoint):
    return 0 if endpoint.returned is None else endpoint.returned.left()


def _unsent_bytes(endpoint, argument):
    peer = endpoint.peer
    return peer.queued() + _given_back(peer) if peer is not None else 0


def _at_mark(endpoint, argument):
    if endpoint.kind != c.SOCK_STREAM:
        raise error(c.EOPNOTSUPP)
    if endpoint.marks is None:
        return int(endpoint.pending > 0)  # Linux takes a connection to accept for an urgent byte that was taken
    from .urgent import at_mark

    return at_mark(endpoint)


REQUESTS = {
    so.FIONREAD: _readable_bytes,
    so.SIOCOUTQ: _unsent_bytes,
    so.SIOCATMARK: _at_mark,
}
