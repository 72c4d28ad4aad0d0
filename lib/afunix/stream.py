"""Byte streams: what send(2) and recv(2) do on SOCK_STREAM beyond the plain case of `Endpoint`.

The steps are called by `operation.perform`, with the kernel's lock held.
"""

from . import constants as c
from ._host import error
from .kernel import kernel
from .operation import FOREVER, NO_WAIT, perform


def send(sock, data, at, n, flags, message, until):
    """Send data[at:at + n]: all of it where the socket waits for ever, else what fits.

    Returns how many bytes were sent; -1 where none could be sent now.
    """
    _check_send(sock._ep, message)
    done = 0
    while done < n:
        try:
            sent = perform(sock, _send_step, data, at + done, n - done, flags, message, until)
        except OSError:
            if done:
                break
            raise
        if until != FOREVER:
            return sent
        done += sent
        message = None
    return done


def _check_send(ep, message):
    if message is not None and message.address is not None:
        raise error(c.EISCONN if ep.state == c.CONNECTED else c.EOPNOTSUPP)
    if not ep.kind:
        raise error(c.EBADF)
    if ep.peer is None and not ep.orphaned:
        raise error(c.ENOTCONN)
    if ep.shut & c.SEND:
        raise error(c.EPIPE)


def _send_step(ep, data, at, n, flags, message):
    peer = ep.peer
    if ep.shut & c.SEND or peer is None or peer.shut & c.RECEIVE:
        raise error(c.EPIPE)
    if message is not None or ep.out is None:
        from . import ancillary

        item = ancillary.outgoing(ep, peer, message)
        if item is not None:
            return ancillary.queue(peer, data, at, n, None, item, message)
    return peer.append(data, at, n) or -1


def receive(sock, into, at, n, flags, message, until):
    """Receive up to `n` bytes into into[at:]; all `n` with MSG_WAITALL. Returns how many, -1 for "none now"."""
    done = perform(sock, _receive_step, into, at, n, flags, message, until)
    if flags & c.MSG_WAITALL and not flags & c.MSG_PEEK:
        while 0 < done < n and until != NO_WAIT:
            try:
                more = perform(sock, _receive_step, into, at + done, n - done, flags, message, until)
            except OSError:
                break
            if not more:
                break
            done += more
    return done


def _receive_step(ep, into, at, n, flags, message):
    if not ep.kind:
        raise error(c.EBADF)
    if ep.state != c.CONNECTED:
        raise error(c.EINVAL)
    keep = flags & c.MSG_PEEK
    skip = ep.options.peek_offset if keep and ep.options is not None else 0
    if ep.queued() > skip:
        if ep.attends(c.ANCILLARY):
            from . import ancillary

            done = ancillary.receive_marked(ep, into, at, n, skip, keep, message)
        else:
            done = ep.fetch(into, at, n, skip, keep)
        if ep.options is not None:
            ep.options.peeked(done, keep)
        return done
    errno = kernel.take_error(ep)
    if errno:
        raise error(errno)
    return 0 if ep.shut & c.RECEIVE else -1
