"""Byte streams: what send(2) and recv(2) do on SOCK_STREAM beyond the plain case of `Endpoint`.

The steps are called by `operation.perform`, with the kernel's lock held. `into`, where bytes are received, is a buffer;
or a list of None, which gets them as a fresh object, so that no memory is needed any more once they are taken.
"""

from ..host import blank, const, error, micropython, seal
from .connection import raise_error
from .operation import NO_WAIT, perform

_EINVAL = const(22)
_EPIPE = const(32)
_EOPNOTSUPP = const(95)
_EISCONN = const(106)
_ENOTCONN = const(107)
_CONNECTED = const(2)
_RECEIVE = const(1)
_SEND = const(2)
_ANCILLARY = const(1)
_BUSY = const(32)
_MSG_OOB = const(1)
_MSG_PEEK = const(2)
_MSG_WAITALL = const(0x100)
_LINE = const(-1)
_NOBODY = const(-1)

_module = None


@micropython.native
def _ancillary():
    """The module of that name, which is loaded when it is needed first."""
    return _load() if _module is None else _module


def _load():
    global _module
    from . import ancillary

    _module = ancillary
    return ancillary


@micropython.native
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
    step = _send_urgent_step if flags & _MSG_OOB else _send_step
    while done < n and (whole or not done):
        try:
            end = sock._until(flags, True) if until is None else until
            sent = perform(sock, step, end, data, at + done, n - done, flags, message)
        except OSError as failure:
            if not done:
                raise failure
            break
        if sent < 0:
            return done or -1
        done += sent
    return done


@micropython.native
def _begin_step(ep, data, at, n, flags, message):
    """What is looked at once, and as much as can be sent now."""
    if flags & _MSG_OOB and not n:
        raise error(_EOPNOTSUPP)
    if message is not None and message.address is not None:
        raise error(_EISCONN if ep.state == _CONNECTED else _EOPNOTSUPP)
    if ep.peer is None and not ep.orphaned:
        raise error(_ENOTCONN)
    if ep.shut & _SEND:
        raise error(_EPIPE)
    if not n:
        return 0
    if flags & _MSG_OOB:
        return _send_urgent_step(ep, data, at, n, flags, message)
    return _send_step(ep, data, at, n, flags, message)


@micropython.native
def _send_step(ep, data, at, n, flags, message):
    peer = _receiver(ep)
    if message is not None or ep.out is None:
        item = _ancillary().outgoing(ep, peer, message)
        if item is not None:
            return _ancillary().queue(peer, data, at, n, None, item, message)
    done = peer.append(data, at, n)
    return done if done > 0 else -1


@micropython.native
def _send_urgent_step(ep, data, at, n, flags, message):
    """Send `n` bytes of which the last is urgent, at once where there is room for all; else those before it."""
    from . import ancillary, urgent

    peer = _receiver(ep)
    item = ancillary.outgoing(ep, peer, message)
    last = ancillary.Ancillary((), 0 if item is None else item.owner)
    before = n - 1
    if not before:
        return urgent.queue(peer, data, at, last if item is None else item, message)
    fits = len(peer.memory) - peer.queued() >= n
    if item is None:
        done = peer.append(data, at, before)
    else:
        done = ancillary.queue(peer, data, at, before, None, item, message)
    if done == before and fits and urgent.queue(peer, data, at + done, last, None) > 0:
        done = n
    return done if done > 0 else -1


@micropython.native
def _receiver(ep):
    raise_error(ep)
    peer = ep.peer
    if ep.shut & _SEND or peer is None or peer.shut & _RECEIVE:
        raise error(_EPIPE)
    return peer


@micropython.native
def receive(sock, into, at, n, flags, message, until):
    """Receive up to `n` bytes into into[at:]; all `n` with MSG_WAITALL. Returns how many, -1 for "none now". How long
    it waits is said as for `send`."""
    if flags & _MSG_WAITALL and not flags & (_MSG_PEEK | _MSG_OOB):
        return _receive_all(sock, into, at, n, flags, message, until)
    if until is None:
        until = sock._until(flags, False)
    return perform(sock, receive_step, until, into, at, n, flags, message)


@micropython.native
def _receive_all(sock, into, at, n, flags, message, until):
    """With MSG_WAITALL: until `n` bytes are there, the stream ends, or ancillary data is in the way."""
    from .ancillary import Received

    buffer = into
    if into.__class__ is list:
        buffer = blank(n)
    what = Received() if message is None else message
    done = 0
    more = 0
    while True:
        try:
            end = sock._until(flags, False) if until is None else until
            more = perform(sock, receive_step, end, buffer, at + done, n - done, flags, what)
        except OSError as failure:
            if not done:
                raise failure
            break
        if more > 0:
            done += more
        if more <= 0 or done == n or what.stopped:
            break
    if buffer is not into and (done or more == 0):
        into[0] = seal(buffer, done)
    if message is not None:
        message.received(into[0] if buffer is not into else done)
    return done if done else more


@micropython.native
def receive_step(ep, into, at, n, flags, message):
    if ep.state != _CONNECTED:
        raise error(_EINVAL)
    keep = flags & _MSG_PEEK
    if flags & _MSG_OOB:
        from . import urgent

        return urgent.receive(ep, into, at, n, keep, message)
    skip = 0
    options = ep.options
    if keep and options is not None:
        skip = options.skipped()
    if ep.attends(_ANCILLARY):
        ep.skip(0)  # a reader of the plain case that began before comes to its end
        done = _ancillary().receive_marked(ep, into, at, n, skip, keep, message)
    elif message is None and into.__class__ is not list:
        done = ep.fetch(into, at, n, skip, keep)
        if not done and n:
            done = -1
    else:
        ep.reserve()
        try:
            done = _receive_plain(ep, into, at, n, skip, keep, message)
        finally:
            ep.relax(_BUSY)
    if done >= 0:
        if options is not None:
            options.peeked(done, keep)
        return done
    raise_error(ep)
    if not ep.shut & _RECEIVE:
        return -1
    if message is not None:
        if message.owner is None:
            message.owner = _NOBODY
        message.prepare(ep, (), 0 if into.__class__ is not list else b"")
    if into.__class__ is list:
        into[0] = b""
    return 0


@micropython.native
def _receive_plain(ep, into, at, n, skip, keep, message):
    """What is queued; -1 where reading comes to nothing. Its length must not change until it is taken."""
    there = ep.queued() - skip
    if there <= 0:
        return -1
    if n > there:
        n = there
    if message is not None:
        _ancillary().tell_sender(ep, message, message.owner or 0)
    if into.__class__ is not list:
        message.prepare(ep, (), n)
        return ep.fetch(into, at, n, skip, keep)
    buffer = blank(n)
    into[0] = buffer
    if message is not None:
        message.prepare(ep, (), buffer)
    n = ep.fetch(buffer, 0, n, skip, keep)
    sealed = seal(buffer, n)
    if sealed is not buffer:
        into[0] = sealed
        if message is not None:
            message.received(sealed)
    return n


@micropython.native
def line_step(ep, into, at, n, flags, message):
    """Receive up to `n` bytes, and none behind a newline."""
    if ep.state == _CONNECTED and not ep.attends(-1):
        done = ep.fetch(into, at, n, 0, _LINE)
        if done:
            return done
    # Nothing is queued, or ancillary data: byte by byte.
    return receive_step(ep, into, at, 1, flags, message)
