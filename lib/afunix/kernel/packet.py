"""Packets: what send(2) and recv(2) do on SOCK_DGRAM and SOCK_SEQPACKET beyond the plain case of `Endpoint`.

The steps are called by `operation.perform`, with the kernel's lock held.
"""

from . import connection
from . import names
from . import numbers as c
from ..host import error
from ..data.plane import Endpoint
from .tables import kernel, may_send, records_sender
from .operation import NO_WAIT, perform


def send(sock, data, at, n, flags, message, until):
    """Send data[at:at + n] as one packet. Returns n; -1 where it does not fit now."""
    return perform(sock, _send_step, data, at, n, flags, message, until)


def _send_step(ep, data, at, n, flags, message):
    if not ep.kind:
        raise error(c.EBADF)
    address = None if message is None else message.address
    if ep.kind == c.SOCK_SEQPACKET:
        address = None  # Linux ignores it
        check_connected(ep)
    if flags & c.MSG_OOB:
        raise error(c.EOPNOTSUPP)
    if address is names.EMPTY:
        raise error(c.EINVAL)
    names.name_sender(ep)
    if n > len(ep.memory):
        raise error(c.EMSGSIZE)
    kernel.raise_error(ep)
    if ep.shut & c.SEND:
        raise error(c.EPIPE)
    target = _peer(ep) if address is None else names.find(address, ep.kind)
    if not may_send(ep, target):
        raise error(c.EPERM)
    if target.shut & c.RECEIVE:
        raise error(c.EPIPE)
    if message is not None or records_sender(ep, target):
        from . import ancillary

        item = ancillary.outgoing(ep, target, message)
        if item is not None:
            return ancillary.queue(target, data, at, n, ep, item, message)
    return n if target.append_packet(data, at, n, ep, None) else -1


def check_connected(ep):
    """What Linux asks of a seqpacket socket before it looks at the message."""
    kernel.raise_error(ep)
    if ep.state != c.CONNECTED:
        raise error(c.ENOTCONN)


def _peer(ep):
    """The endpoint that `ep` is connected to. Where that one is closed, a datagram socket is not connected any more."""
    if ep.peer is None:
        if not ep.orphaned:
            raise error(c.ENOTCONN)
        ep.orphaned = False
        ep.state = c.IDLE
        connection.disconnected(ep, None)
        raise error(c.ECONNREFUSED)
    return ep.peer


def receive(sock, into, at, n, flags, message, until):
    """Receive one packet into into[at:at + n]. Returns how many bytes were written there, or, with MSG_TRUNC, the
    packet's own length."""
    if until == NO_WAIT:
        flags |= c.MSG_DONTWAIT
    return perform(sock, _receive_step, into, at, n, flags, message, until)


def _receive_step(ep, into, at, n, flags, message):
    if ep.kind == c.SOCK_SEQPACKET and ep.state != c.CONNECTED:
        raise error(c.ENOTCONN)
    if flags & c.MSG_OOB:
        raise error(c.EOPNOTSUPP)
    kernel.raise_error(ep)
    keep = flags & c.MSG_PEEK
    skip = 0
    if keep and ep.options is not None and ep.options.peek_offset >= 0:
        length, skip = _look(ep, into, at, n)
    else:
        length = ep.fetch_packet(into, at, n, keep)
        if keep and not length:
            _remember_look(ep, ep.slot(0))
    if length >= 0:
        if ep.options is not None:
            ep.options.peeked(min(n, length - skip) if keep else length, keep)
        return _delivered(ep, length - skip, n, flags, message)
    if ep.shut & c.RECEIVE and (ep.kind == c.SOCK_SEQPACKET or not flags & c.MSG_DONTWAIT):
        return 0
    return -1


def _look(ep, into, at, n):
    """MSG_PEEK, behind the bytes that SO_PEEK_OFF says. Returns the length of the packet that is looked at, -1 where
    there is none, and how many of its bytes are skipped.

    An empty packet is looked at once, or nobody would see what is behind it.
    """
    skip = ep.options.peek_offset
    before = 0
    for number in range(ep.packets()):
        slot = ep.slot(number)
        length = ep.lengths[slot]
        cargo = ep.ancillary[slot]
        if skip < length or not skip and not (cargo is not None and cargo.looked_at):
            ep.sender = ep.senders[slot]
            ep.cargo = cargo
            ep.fetch(into, at, min(n, length - skip), before + skip, True)
            if not length:
                _remember_look(ep, slot)
            return length, skip
        skip -= length
        before += length
    return -1, 0


def _remember_look(ep, slot):
    from .ancillary import Ancillary

    if ep.cargo is None:
        ep.attend(c.ANCILLARY)
        ep.ancillary[slot] = ep.cargo = Ancillary((), 0)
    ep.cargo.looked_at = True


def _delivered(ep, length, n, flags, message):
    """Give the receiver what came with a packet. Returns what its call returns."""
    cargo, ep.cargo = ep.cargo, None
    if message is not None:
        sender = ep.sender
        message.address = sender.address if isinstance(sender, Endpoint) else sender
        message.owner = 0 if cargo is None else cargo.owner
        if length > n:
            message.flags |= c.MSG_TRUNC
    if cargo is not None:
        from . import ancillary

        ancillary.deliver(cargo, message, flags & c.MSG_PEEK)
        ancillary.settle(ep)
    return length if flags & c.MSG_TRUNC else min(length, n)
