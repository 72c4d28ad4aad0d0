"""Packets: what send(2) and recv(2) do on SOCK_DGRAM and SOCK_SEQPACKET beyond the plain case of `Endpoint`.

The steps are called by `operation.perform`, with the kernel's lock held; what `into` may be is said in stream.py. This
is the `protocol` of endpoints for packets: what connection.py and release.py need for them is here, too.
"""

from ..host import blank, const, error, micropython, seal, wake
from . import names
from .connection import check_connected, raise_error
from .datagram import connect as connect
from .datagram import join as join
from .datagram import leave as leave
from .datagram import peer_of
from .datagram import route_callers as route_callers
from .operation import perform
from .queues import purge as purge
from .queues import settle_ancillary
from .release import reap
from .tables import may_send, records_sender

_EPERM = const(1)
_EINVAL = const(22)
_EPIPE = const(32)
_EMSGSIZE = const(90)
_EOPNOTSUPP = const(95)
_ENOTCONN = const(107)
_DGRAM = const(2)
_SEQPACKET = const(5)
_CONNECTED = const(2)
_RECEIVE = const(1)
_SEND = const(2)
_ANCILLARY = const(1)
_BUSY = const(32)
_MSG_OOB = const(1)
_MSG_PEEK = const(2)
_MSG_TRUNC = const(0x20)
_MSG_DONTWAIT = const(0x40)


@micropython.native  # for speed
def unread(endpoint):
    """Is anything queued that the program has not had? Linux overlooks an empty packet, since an urgent byte that was
    taken out of turn looks like one. Does not jump."""
    return endpoint.first_length() + endpoint.packets() > 1


@micropython.native  # for speed
def send(sock, data, at, n, flags, message, until):
    """Send data[at:at + n] as one packet. Returns n; -1 where it does not fit now. `until` is as in stream.py."""
    if until is None:
        until = sock._until(flags, True)
    return perform(sock, _send_step, until, data, at, n, flags, message)


@micropython.native  # for speed
def _send_step(ep, data, at, n, flags, message):
    name = _checked(ep, flags, message)
    target = _target(ep, n, message, name)
    if message is not None or records_sender(ep, target):
        from . import ancillary

        item = ancillary.outgoing(ep, target, message)
        if item is not None:
            names.give(ep, name)
            return ancillary.queue(target, data, at, n, ep.origin, item, message)
    names.give(ep, name)
    return n if target.append_packet(data, at, n, ep.origin, None) else -1


def _checked(ep, flags, message):
    """The first checks of Linux's. Returns the name that the sender gets, also where the others fail."""
    if ep.kind == _SEQPACKET:
        check_connected(ep)
    if flags & _MSG_OOB:
        raise error(_EOPNOTSUPP)
    if ep.kind == _DGRAM and message is not None and message.address is names.EMPTY:
        raise error(_EINVAL)
    return names.name_for(ep)


def _target(ep, n, message, name):
    """To whom a packet of `n` bytes goes. Raises OSError in Linux's order."""
    try:
        return _find_target(ep, n, message)
    except OSError as failure:
        names.give_though_it_fails(ep, name, failure)
        raise


def _find_target(ep, n, message):
    # Linux ignores the address on a seqpacket socket.
    address = None if message is None or ep.kind == _SEQPACKET else message.address
    if n > len(ep.memory):
        raise error(_EMSGSIZE)
    raise_error(ep)
    if ep.shut & _SEND:
        raise error(_EPIPE)
    target = peer_of(ep) if address is None else names.find(address, ep.kind)
    if not may_send(ep, target):
        raise error(_EPERM)
    if target.shut & _RECEIVE:
        raise error(_EPIPE)
    return target


@micropython.native  # for speed
def receive(sock, into, at, n, flags, message, until):
    """Receive one packet into into[at:at + n]. Returns how many bytes were written there, or, with MSG_TRUNC, the
    packet's own length."""
    if until is None:
        until = sock._until(flags, False)
    if until.__class__ is int and not until:
        flags |= _MSG_DONTWAIT
    return perform(sock, receive_step, until, into, at, n, flags, message)


@micropython.native  # for speed
def receive_step(ep, into, at, n, flags, message):
    if ep.kind == _SEQPACKET and ep.state != _CONNECTED:
        raise error(_ENOTCONN)
    if flags & _MSG_OOB:
        raise error(_EOPNOTSUPP)
    raise_error(ep)
    if not ep.packets():
        return _nothing(ep, into, flags, message)
    ep.reserve()  # the packet that is looked at must be the one that is taken
    try:
        # What these return comes to the program without a jump.
        if flags & _MSG_PEEK and ep.options is not None and ep.options.peek_offset >= 0:
            return _look_behind(ep, into, at, n, flags, message)
        return _receive_first(ep, into, at, n, flags, message)
    finally:
        ep.relax(_BUSY)


def _nothing(ep, into, flags, message):
    """There is no packet: -1, or 0 and no bytes where none will come any more."""
    if not ep.shut & _RECEIVE or ep.kind != _SEQPACKET and flags & _MSG_DONTWAIT:
        return -1
    if into.__class__ is list:
        into[0] = b""
    if message is not None:
        message.prepare(ep, (), b"" if into.__class__ is list else 0)
    return 0


def _look_behind(ep, into, at, n, flags, message):
    """MSG_PEEK, behind the bytes that SO_PEEK_OFF says."""
    slot, length, skip, before = _looked_for(ep, ep.options.peek_offset)
    if slot < 0:
        return _nothing(ep, into, flags, message)
    cargo = ep.ancillary[slot]
    if not length:
        cargo = _remember_look(ep, slot)
    size = min(n, length - skip)
    buffer = _buffer(into, size)
    ep.fetch(buffer, at, size, before + skip, True)
    result = length - skip if flags & _MSG_TRUNC else size
    _tell(into, buffer, result, length - skip > n, (ep, slot, cargo), message)
    _seal(into, buffer, size, message)
    return _looked(message, ep.options, size, result)


@micropython.native
def _looked(message, options, n, result):
    if message is not None:
        message.install(True)
    options.peeked(n, True)
    return result


def _looked_for(ep, skip):
    """The packet behind `skip` bytes: its slot (-1 for none), its length, how many of its bytes are skipped, and how
    many bytes are before it. An empty packet is looked at once, or nobody would see what is behind it."""
    before = 0
    for number in range(ep.packets()):
        slot = ep.slot(number)
        length = ep.lengths[slot]
        cargo = ep.ancillary[slot]
        if skip < length or not skip and not (cargo is not None and cargo.looked_at):
            return slot, length, skip, before
        skip -= length
        before += length
    return -1, 0, 0, 0


def _remember_look(ep, slot):
    from .ancillary import Ancillary

    cargo = ep.ancillary[slot]
    if cargo is None:
        cargo = Ancillary((), 0)
        ep.attend(_ANCILLARY)
        ep.ancillary[slot] = cargo
    cargo.looked_at = True
    return cargo


def _buffer(into, size):
    return blank(size) if into.__class__ is list else into


def _tell(into, buffer, result, cut, packet, message):
    """Say what comes with a packet, (endpoint, slot, Ancillary), of which `result` bytes are received, before they
    are."""
    if buffer is not into:
        into[0] = result = buffer
    if message is None:
        return
    ep, slot, cargo = packet
    sender = ep.senders[slot]
    message.address = None if sender is None else sender[0]
    message.owner = 0 if cargo is None else cargo.owner
    if cut:
        message.flags |= _MSG_TRUNC
    message.prepare(ep, () if cargo is None else cargo.rights, result)


@micropython.native
def _seal(into, buffer, size, message):
    """Where what is received is not bytes yet."""
    if buffer is not into:
        sealed = seal(buffer, size)
        if sealed is not buffer:
            into[0] = sealed
            if message is not None:
                message.received(sealed)


@micropython.native
def _deliver(ep, cargo, message, keep, settle_ancillary=settle_ancillary, reap=reap, wake=wake):
    """Give the receiver what came with the packet that it has."""
    if message is not None:
        message.install(keep)
    if keep:
        return
    if message is None:
        cargo.discard()
    else:
        cargo.rights = ()
        message.land()
    settle_ancillary(ep)
    reap()
    wake()


@micropython.native  # for speed
def _receive_first(ep, into, at, n, flags, message):
    if not ep.packets():  # a reader of the plain case was quicker
        return _nothing(ep, into, flags, message)
    slot = ep.slot(0)
    length = ep.lengths[slot]
    cargo = ep.ancillary[slot]
    keep = flags & _MSG_PEEK
    if keep and not length:
        cargo = _remember_look(ep, slot)
    size = n if n < length else length
    buffer = _buffer(into, size)
    result = length if flags & _MSG_TRUNC else size
    if message is not None or buffer is not into:
        _tell(into, buffer, result, length > n, (ep, slot, cargo), message)
    return _take(ep, into, at, size, keep, message, buffer, length, cargo, result)


@micropython.native
def _take(ep, into, at, size, keep, message, buffer, length, cargo, result, seal=_seal, deliver=_deliver):
    """Receive the first packet, which was looked at. Returns `result`."""
    ep.fetch_packet(buffer, at, size, keep)
    options = ep.options
    if options is not None:
        options.peeked(size if keep else length, keep)
    if cargo is not None:
        deliver(ep, cargo, message, keep)
    if buffer is not into:
        seal(into, buffer, size, message)
    return result
