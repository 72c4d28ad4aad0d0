"""Packets: what send(2) and recv(2) do on SOCK_DGRAM and SOCK_SEQPACKET beyond the plain case of `Endpoint`.

The steps are called by `operation.perform`, with the kernel's lock held.
"""

from . import constants as c
from . import names
from ._host import error
from .kernel import kernel
from .operation import NO_WAIT, perform


def send(sock, data, at, n, flags, message, until):
    """Send data[at:at + n] as one packet. Returns n; -1 where it does not fit now."""
    return perform(sock, _send_step, data, at, n, flags, message, until)


def _send_step(ep, data, at, n, flags, message):
    address = None if message is None else message.address
    if ep.kind == c.SOCK_SEQPACKET:
        address = None  # Linux ignores it
        _raise_pending(ep)
        if ep.state != c.CONNECTED:
            raise error(c.ENOTCONN)
    if address is None and ep.peer is None and not ep.orphaned:
        raise error(c.ENOTCONN)
    if n > len(ep.memory):
        raise error(c.EMSGSIZE)
    _raise_pending(ep)
    if ep.shut & c.SEND:
        raise error(c.EPIPE)
    target = _orphan(ep) if address is None and ep.peer is None else ep.peer
    if address is not None:
        target = names.find(address, ep.kind)
    if target.peer is not None and target.peer is not ep:
        raise error(c.EPERM)
    if target.shut & c.RECEIVE:
        raise error(c.EPIPE)
    if message is not None or ep.options is not None or target.options is not None:
        from . import ancillary

        item = ancillary.outgoing(ep, target, message)
        if item is not None:
            return ancillary.queue(target, data, at, n, ep.address, item, message)
    return n if target.append_packet(data, at, n, ep.address, None) else -1


def _raise_pending(ep):
    errno = kernel.take_error(ep)
    if errno:
        raise error(errno)


def _orphan(ep):
    """The peer of a datagram socket is closed: it is not connected any more."""
    ep.orphaned = False
    ep.state = c.IDLE
    raise error(c.ECONNREFUSED)


def receive(sock, into, at, n, flags, message, until):
    """Receive one packet into into[at:at + n]. Returns how many bytes were written there, or, with MSG_TRUNC, the
    packet's own length."""
    if until == NO_WAIT:
        flags |= c.MSG_DONTWAIT
    return perform(sock, _receive_step, into, at, n, flags, message, until)


def _receive_step(ep, into, at, n, flags, message):
    if ep.kind == c.SOCK_SEQPACKET and ep.state != c.CONNECTED:
        raise error(c.ENOTCONN)
    _raise_pending(ep)
    keep = flags & c.MSG_PEEK
    length = ep.fetch_packet(into, at, n, 0, keep)
    if length >= 0:
        if message is not None:
            message.address = ep.sender
            if length > n:
                message.flags |= c.MSG_TRUNC
        if ep.cargo is not None:
            from . import ancillary

            ancillary.deliver(ep, ep.cargo, message, keep)
            ep.cargo = None
            ancillary.settle(ep)
        return length if flags & c.MSG_TRUNC else min(length, n)
    if ep.shut & c.RECEIVE and (ep.kind == c.SOCK_SEQPACKET or not flags & c.MSG_DONTWAIT):
        return 0
    return -1
