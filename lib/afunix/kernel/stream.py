"""Byte streams: what send(2) and recv(2) do on SOCK_STREAM beyond the plain case of `Endpoint`.

The steps are called by `operation.perform`, with the kernel's lock held.
"""

from . import numbers as c
from ..host import error
from .tables import kernel, optional
from .operation import FOREVER, perform


def send(sock, data, at, n, flags, message, until):
    """Send data[at:at + n]: all of it where the socket waits for ever, else what fits.

    Returns how many bytes were sent; -1 where none could be sent now.
    """
    urgent = flags & c.MSG_OOB
    _check_send(sock._ep, n, flags, message)
    if urgent:
        n -= 1  # the last byte goes by itself
    done = 0
    while done < n or urgent and done == n:
        step = _send_step if done < n else _send_urgent_step
        try:
            sent = perform(sock, step, data, at + done, max(n - done, 1), flags, message, until)
        except OSError:
            if done:
                break
            raise
        if sent < 0:
            return done or -1
        done += sent
        if until != FOREVER and done < n:
            break
    return done


def _check_send(ep, n, flags, message):
    if not ep.kind:
        raise error(c.EBADF)
    if flags & c.MSG_OOB and not n:
        raise error(c.EOPNOTSUPP)
    if message is not None and message.address is not None:
        raise error(c.EISCONN if ep.state == c.CONNECTED else c.EOPNOTSUPP)
    if ep.peer is None and not ep.orphaned:
        raise error(c.ENOTCONN)
    if ep.shut & c.SEND:
        raise error(c.EPIPE)


def _send_step(ep, data, at, n, flags, message):
    peer = _receiver(ep)
    if message is not None or ep.out is None:
        from . import ancillary

        item = ancillary.outgoing(ep, peer, message)
        if item is not None:
            return ancillary.queue(peer, data, at, n, None, item, message)
    return peer.append(data, at, n) or -1


def _send_urgent_step(ep, data, at, n, flags, message):
    from . import ancillary
    from . import urgent

    peer = _receiver(ep)
    item = ancillary.outgoing(ep, peer, message) or ancillary.Ancillary((), 0)
    return urgent.queue(peer, data, at, item, message)


def _receiver(ep):
    kernel.raise_error(ep)
    peer = ep.peer
    if ep.shut & c.SEND or peer is None or peer.shut & c.RECEIVE:
        raise error(c.EPIPE)
    return peer


def receive(sock, into, at, n, flags, message, until):
    """Receive up to `n` bytes into into[at:]; all `n` with MSG_WAITALL. Returns how many, -1 for "none now"."""
    if flags & c.MSG_WAITALL and not flags & (c.MSG_PEEK | c.MSG_OOB):
        return _receive_all(sock, into, at, n, flags, message, until)
    return perform(sock, receive_step, into, at, n, flags, message, until)


def _receive_all(sock, into, at, n, flags, message, until):
    """With MSG_WAITALL: until `n` bytes are there, the stream ends, or ancillary data is in the way."""
    wanted = message is not None
    if not wanted:
        message = optional("kernel.ancillary").Message()
    done = 0
    while True:
        try:
            more = perform(sock, receive_step, into, at + done, n - done, flags, message, until)
        except OSError:
            if not done:
                raise
            break
        if more > 0:
            done += more
        if more <= 0 or done == n or message.stopped:
            break
    if not wanted and message.rights:
        with kernel.lock:
            from .rights import drop

            drop(message.rights)
    return done or more


def receive_step(ep, into, at, n, flags, message):
    if not ep.kind:
        raise error(c.EBADF)
    if ep.state != c.CONNECTED:
        raise error(c.EINVAL)
    keep = flags & c.MSG_PEEK
    if flags & c.MSG_OOB:
        from . import urgent

        return urgent.receive(ep, into, at, n, keep, message)
    done = _read(ep, into, at, n, keep, message)
    if done >= 0:
        if ep.options is not None:
            ep.options.peeked(done, keep)
        return done
    kernel.raise_error(ep)
    if not ep.shut & c.RECEIVE:
        return -1
    if message is not None and message.owner is None:
        message.owner = c.NOBODY
    return 0


def _read(ep, into, at, n, keep, message):
    """What is queued; -1 where reading comes to nothing."""
    skip = max(ep.options.peek_offset, 0) if keep and ep.options is not None else 0
    if ep.attends(c.ANCILLARY):
        from . import ancillary

        return ancillary.receive_marked(ep, into, at, n, skip, keep, message)
    if ep.queued() <= skip:
        return -1
    if message is not None:
        from . import ancillary

        ancillary.tell_sender(ep, message, message.owner or 0)
    return ep.fetch(into, at, n, skip, keep)
