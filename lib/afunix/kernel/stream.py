"""Byte streams: what send(2) and recv(2) do on SOCK_STREAM beyond the plain case of `Endpoint`.

The steps are called by `operation.perform`, with the kernel's lock held. `into`, where bytes are received, is a buffer;
or a list of None, which gets them as a fresh object, so that no memory is needed any more once they are taken.

A receive looks first; what takes the bytes is native, and what it returns comes to the program without a jump.
"""

from ..host import blank, const, error, micropython, seal, size_of
from .connection import raise_error
from .operation import NO_WAIT, perform

_EBADF = const(9)
_EINVAL = const(22)
_EPIPE = const(32)
_EOPNOTSUPP = const(95)
_EISCONN = const(106)
_ENOTCONN = const(107)
_CONNECTED = const(2)
_READS = const(1)  # of `end`: see pipe.py
_RECEIVE = const(1)
_SEND = const(2)
_ANCILLARY = const(1)  # for Endpoint.attend
_BUSY = const(32)
_MSG_OOB = const(1)
_MSG_PEEK = const(2)
_MSG_WAITALL = const(0x100)
_NOBODY = const(-1)

_module = None


@micropython.native  # for speed
def _ancillary():
    """The module of that name, which is loaded when it is needed first."""
    return _load() if _module is None else _module


def _load():
    global _module
    from . import ancillary

    _module = ancillary
    return ancillary


@micropython.native  # for speed
def send(sock, data, at, n, flags, message, until):
    """Send data[at:at + n]: all of it where the socket waits, what fits where it has a timeout or must not wait. A wait
    lasts until `until`; each as long as the socket says where that is None.

    Returns how many bytes were sent; -1 where none could be sent now. What ends a wait after a part was sent is an
    error of the next call.
    """
    done = perform(sock, _begin_step, NO_WAIT, data, at, n, flags, message)
    if done == n:
        return done
    if done < 0:
        done = 0
    whole = sock._ms < 0
    while done < n and (whole or not done):
        try:
            end = sock._until(flags, True) if until is None else until
            sent = perform(sock, _send_step, end, data, at + done, n - done, flags, message)
        except OSError as failure:
            if not done:
                raise failure
            break
        if sent < 0:
            return done or -1
        done += sent
    return done


@micropython.native  # for speed
def _begin_step(ep, data, at, n, flags, message):
    """What is looked at once, and as much as can be sent now."""
    if flags & _MSG_OOB and not n:
        raise error(_EOPNOTSUPP)
    if message is not None and message.address is not None:
        raise error(_EISCONN if ep.state == _CONNECTED else _EOPNOTSUPP)
    if ep.peer is None and not ep.orphaned:
        raise error(_ENOTCONN)
    if ep.shut & _SEND:
        if ep.end == _READS:
            raise error(_EBADF)
        if n or not ep.end:  # nothing may always be written to a pipe
            raise error(_EPIPE)
    return _send_step(ep, data, at, n, flags, message) if n else 0


@micropython.native  # for speed
def _send_step(ep, data, at, n, flags, message):
    if not ep.end:  # that of a pipe is for poll to tell
        raise_error(ep)
    peer = ep.peer
    if ep.shut & _SEND or peer is None or peer.shut & _RECEIVE:
        raise error(_EPIPE)
    if flags & _MSG_OOB:
        from . import urgent

        return urgent.send(ep, peer, data, at, n, message)
    if message is not None or ep.out is None:
        item = _ancillary().outgoing(ep, peer, message)
        if item is not None:
            return _ancillary().queue(peer, data, at, n, None, item, message)
    return peer.append(data, at, n) or -1


@micropython.native  # for speed
def receive(sock, into, at, n, flags, message, until):
    """Receive up to `n` bytes into into[at:]; all `n` with MSG_WAITALL. Returns how many, -1 for "none now". How long
    it waits is said as for `send`."""
    if flags & _MSG_WAITALL and not flags & (_MSG_PEEK | _MSG_OOB):
        return sock._receive_whole(into, n, flags, message, until)
    if until is None:
        until = sock._until(flags, False)
    return perform(sock, receive_step, until, into, at, n, flags, message)


@micropython.native  # for speed
def receive_step(ep, into, at, n, flags, message):
    if ep.state != _CONNECTED and ep.end != _READS:
        raise error(_EBADF if ep.end else _EINVAL)
    keep = flags & _MSG_PEEK
    if flags & _MSG_OOB:
        from . import urgent

        return urgent.receive(ep, into, at, n, keep, message)
    skip = 0
    if keep and ep.options is not None:
        skip = ep.options.skipped()
    part = ep.returned
    if part is not None:
        if skip < part.left():
            return _done(ep, into, flags, message, 0, part.receive(ep, into, at, n, skip, keep, message))
        skip -= part.left()
    if ep.attends(_ANCILLARY):
        ep.skip(0)  # a reader of the plain case that began before comes to its end
        return _done(ep, into, flags, message, 0, _ancillary().receive_marked(ep, into, at, n, skip, keep, message))
    if message is None and into.__class__ is not list:
        return _done(ep, into, flags, None, n, ep.fetch(into, at, n, skip, keep))
    return _receive_plain(ep, into, at, n, flags, message, skip)


@micropython.native  # for speed
def _receive_plain(ep, into, at, n, flags, message, skip):
    """Make the result, then receive what is queued behind `skip` bytes."""
    there = ep.queued() - skip
    if there <= 0:
        return _nothing(ep, into, message)
    fresh = into.__class__ is list
    room = there if fresh else size_of(into) - at  # it may have shrunk meanwhile
    if n > there:
        n = there
    if n > room:
        n = room if room > 0 else 0
    buffer = into
    if fresh:
        buffer = blank(n)
        into[0] = buffer
    if message is not None:
        _ancillary().tell_sender(ep, message, message.owner or 0)
        if message.whole is not None:  # of which the result is made now
            ep.fetch(buffer, at, n, skip, True)
        message.prepare(ep, (), buffer if fresh else n)
    return take(ep, into, at, n, flags, message, buffer, skip, receive_step)


def _nothing(ep, into, message):
    """There was nothing to take: -1, or 0 and no bytes where nothing will come any more."""
    raise_error(ep)
    if not ep.shut & _RECEIVE and ep.state:  # who reads from a pipe is idle once nobody writes
        return -1
    if message is not None:
        if message.owner is None:
            message.owner = _NOBODY
        message.prepare(ep, (), 0 if into.__class__ is not list else b"")
    if into.__class__ is list:
        into[0] = b""
    return 0


@micropython.native
def _done(ep, into, flags, message, n, done, nothing=_nothing):
    """What a receive returns that has taken `done` bytes; where it wanted `n`, 0 are none."""
    if done < 0 or n and not done:
        return nothing(ep, into, message)
    options = ep.options
    if options is not None:
        options.peeked(done, flags & _MSG_PEEK)
    return done


@micropython.native
def take(ep, into, at, n, flags, message, buffer, skip, again, seal=seal, done=_done):
    """Take the `n` bytes behind `skip` that were seen, into `buffer`. Where a reader of the plain case has taken of
    them since, do the step `again`."""
    ep.reserve()
    if ep.queued() < skip + n:
        ep.relax(_BUSY)
        return again(ep, into, at, n, flags, message)
    got = ep.fetch(buffer, at, n, skip, flags & _MSG_PEEK)
    ep.relax(_BUSY)
    if buffer is not into:
        sealed = seal(buffer, n)
        if sealed is not buffer:
            into[0] = sealed
            if message is not None:
                message.received(sealed)
    return done(ep, into, flags, message, n, got)
