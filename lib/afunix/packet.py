"""Packets: what send(2) and recv(2) do on SOCK_DGRAM and SOCK_SEQPACKET beyond the plain case of `Endpoint`.

The steps are called by `operation.perform`, with the kernel's lock held.
"""

from . import constants as c
from . import connection, names
from ._host import error
from .dataplane import Endpoint
from .kernel import kernel, may_send, records_sender
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
    if address == names.EMPTY:
        raise error(c.EINVAL)
    names.name_sender(ep)
    if n > len(ep.memory):
        raise error(c.EMSGSIZE)
    _raise_pending(ep)
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
    _raise_pending(ep)
    if ep.state != c.CONNECTED:
        raise error(c.ENOTCONN)


def _raise_pending(ep):
    errno = kernel.take_error(ep)
    if errno:
        raise error(errno)


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
    _raise_pending(ep)
    keep = flags & c.MSG_PEEK
    length = ep.fetch_packet(into, at, n, 0, keep)
    if length >= 0:
        if message is not None:
            _describe(ep, length > n, message)
        if ep.cargo is not None:
            from . import ancillary

            ancillary.deliver(ep.cargo, message, keep)
            ep.cargo = None
            ancillary.settle(ep)
        return length if flags & c.MSG_TRUNC else min(length, n)
    if ep.shut & c.RECEIVE and (ep.kind == c.SOCK_SEQPACKET or not flags & c.MSG_DONTWAIT):
        return 0
    return -1


def _describe(ep, cut, message):
    sender = ep.sender
    message.address = sender.address if isinstance(sender, Endpoint) else sender
    message.owner = 0 if ep.cargo is None else ep.cargo.owner
    if cut:
        message.flags |= c.MSG_TRUNC
