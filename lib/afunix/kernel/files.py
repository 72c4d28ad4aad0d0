"""read, readinto, readline and write of MicroPython's streams beyond the plain case, and MSG_WAITALL: what goes on
until there is enough. Loaded when one is first called.

`done` is how many bytes the call has read or written already, -1 for none. What ends a call after its first bytes is an
error of the next one; see returned.py for what becomes of those bytes where no result can be made of them. Steps that
wait for more receive into its `part`.
"""

from ..host import MICROPYTHON, blank, bytes_of, const, copy, micropython, seal, size, size_of, writable_bytes_of
from .operation import perform
from .returned import Part, give_back, give_back_late, note
from .stream import receive_step

_STREAM = const(1)
_CONNECTED = const(2)
_ANCILLARY = const(1)  # for Endpoint.attend
_BUSY = const(32)
_RETURNED = const(64)
_MSG_PEEK = const(2)
_NEWLINE = const(10)
_SOME = const(32)
_EP = const(0)  # in a descriptor
_SERIAL = const(1)


def _within(number, most):
    """A count or an offset as MicroPython's streams take it: up to `most`, which a negative one stands for."""
    number = size(number)
    return number if 0 <= number < most else most


def write(sock, data, done, first=None, second=None):
    """write(data), write(data, first) or write(data, first, second)."""
    data = bytes_of(data)
    at = 0
    n = size_of(data)
    if second is not None:
        at = _within(first, n)
        n = _within(second, n - at)
    elif first is not None:
        n = _within(first, n)
    if done == n:
        return n
    until = sock._until(0, True) if sock._ms >= 0 else None
    if done < 0:
        done = 0
    while True:
        try:
            sent = sock._protocol().send(sock, data, at + done, n - done, 0, None, until)
        except OSError:
            if done:
                return done  # what ended it is an error of the next call
            raise
        if sent < 0:
            return done if done else None
        done += sent
        if done >= n:
            return done


@micropython.native
def read_into(sock, buffer, done, n=None):
    """readinto(buffer) or readinto(buffer, n)."""
    kind = sock._d[_EP].kind
    if done < 0:
        buffer = writable_bytes_of(buffer)
        done = 0
    elif kind != _STREAM:
        return done
    room = size_of(buffer)
    n = room if n is None else _within(n, room)
    if kind != _STREAM:
        done = sock._protocol().receive(sock, buffer, 0, n, 0, None, None)
    elif done < n:
        done = _receive_all(sock, buffer, n, done, 0, None, sock._until(0, False))
    return None if done < 0 else done


def read(sock, n=None):
    """read() or read(n)."""
    n = -1 if n is None else size(n)
    endpoint = sock._d[_EP]
    if endpoint.kind != _STREAM:
        return _read_packet(sock, n)
    until = sock._until(0, False)
    if n <= 0:
        return _gather(sock, _collect_step, n, until) if n else b""
    if not sock._ms:
        n = min(n, _there(endpoint) or 1)  # the bytes that it returns need no more memory then
    into = [None]
    _receive_all(sock, into, n, 0, 0, None, until)
    return into[0]  # None for "not now": whether it is that must not be asked any more


def _read_packet(sock, n):
    most = len(sock._d[_EP].memory)
    if not 0 <= n <= most:
        n = most
    into = [None]
    sock._protocol().receive(sock, into, 0, n, 0, None, None)
    return into[0]  # in the same way


def readline(sock, n=None):
    """readline() or readline(n)."""
    n = -1 if n is None else size(n)
    if sock._d[_EP].kind != _STREAM:
        return _read_packet(sock, n)
    return _gather(sock, _line_step, n, sock._until(0, False))


def receive_whole(sock, into, n, flags, message, until):
    """stream.receive with MSG_WAITALL: until `n` bytes are there, the stream ends, or ancillary data is in the way."""
    if message is None:
        from .ancillary import Received

        message = Received()
    return _receive_all(sock, into, n, 0, flags, message, until)


def _there(endpoint):
    """How many bytes there are to read, or a few more."""
    n = endpoint.queued()
    return n if endpoint.returned is None else n + endpoint.returned.left()


@micropython.native
def _receive_all(sock, into, n, done, flags, message, until):
    """Receive into into[done:n] until `n` bytes are there, the stream ends, or `message`, if any, is of what may not be
    crossed. Returns how many there are in `into`, -1 for "none now"."""
    descriptor = sock._d
    endpoint = descriptor[_EP]
    serial = descriptor[_SERIAL]
    fresh = into.__class__ is list
    part = None
    step = receive_step
    target = into
    # readinto() allocates nothing; what a message needs while the call waits may be missing then.
    if fresh or not MICROPYTHON or message is not None and endpoint.queued() < n:
        data = blank(n)
        part = target = Part(endpoint, serial, data, data if fresh else into, n)
        part.size = done
        step = _collect_step
        if fresh and message is not None and message.has_result:
            message.whole = data
    more = -1
    try:
        while True:
            if message is not None:
                message.done = done
            try:
                end = sock._until(flags, False) if until is None else until
                more = perform(sock, step, end, target, done, n - done, flags, message)
            except OSError as failure:
                if not done:
                    raise failure
                break
            if more > 0:
                done += more
            if more <= 0 or done == n or message is not None and message.stopped:
                break
        if fresh and (done or not more) and (message is None or not message.has_result):
            into[0] = seal(data, done)
    except BaseException as failure:
        if MICROPYTHON and part is not None:
            give_back(part)
        elif MICROPYTHON and done:
            give_back_late(endpoint, serial, into, done)
        raise failure
    return done or more


@micropython.native
def _gather(sock, step, n, until):
    """What as many steps bring as it takes: until there are `n` bytes, if that is not negative, or a newline, or until
    the stream ends. None for "not now"."""
    descriptor = sock._d
    nothing = blank(0)
    part = Part(descriptor[_EP], descriptor[_SERIAL], nothing, nothing, n)
    got = 0
    try:
        while not part.is_done:
            _make_room(part)
            try:
                got = perform(sock, step, until, part, part.size, len(part.data) - part.size)
            except OSError as failure:
                if not part.size:
                    raise failure
                break
            if got <= 0:
                break
        if part.line is not None and len(part.line) == part.size:
            return part.line
        return seal(part.data, part.size) if part.size or got >= 0 else None
    except BaseException as failure:
        if MICROPYTHON:  # elsewhere the call is taken back first
            give_back(part)
        raise failure


def _make_room(part):
    """Let the part have room for what is there, and for some bytes at least; for no more than it wants in all."""
    size = part.size
    room = _there(part.endpoint)
    left = len(part.data) - size
    if left and left >= room:
        return
    room = max(room, _SOME)
    if 0 <= part.wanted < size + room:
        room = part.wanted - size
    data = blank(size + room)
    copy(data, 0, part.data, 0, size)
    part.data = part.into = data


@micropython.native
def _collect_step(ep, part, at, n, flags, message):
    """receive_step, which counts what it takes."""
    taken = None if MICROPYTHON else note(part, ep)
    done = receive_step(ep, part.into, at, n, flags, message)
    if done > 0:
        part.size += done
        part.is_done = part.size == part.wanted
        if taken is not None:
            taken[0] = done
    return done


@micropython.native
def _line_step(ep, part, at, n, flags, message):
    """The same for no bytes behind a newline."""
    part.line = None
    if ep.state == _CONNECTED or ep.end:
        if ep.attends(_ANCILLARY | _RETURNED):
            n = _look_for_line(ep, part, at, n)
        else:
            done = _receive_line(ep, part, at, n)
            if done:
                return done
            n = 1  # what has come meanwhile may end with a newline
    done = _collect_step(ep, part, at, n, flags, message)
    _look_for_end(part)
    return done


def _look_for_line(ep, part, at, n):
    """How many bytes to receive. Readers of the plain case keep away: what is looked at is still there then."""
    if ep.options is not None and ep.options.peek_offset >= 0:
        return 1  # to look would move that
    into = part.into
    done = receive_step(ep, into, at, n, _MSG_PEEK, None)
    if done <= 0:
        return 1
    n = _line_in(into, at, done)
    part.line = seal(into, at + n)  # now: given back, they would be without what they were sent with
    return n


@micropython.native
def _receive_line(ep, part, at, n):
    """A line, or as much of it as is there, where there is nothing but bytes. Returns 0 where there are none."""
    ep.reserve()
    there = ep.queued()
    if n > there:
        n = there
    if n:
        into = part.into
        n = _line_in(into, at, ep.fetch(into, at, n, 0, True))
        taken = None if MICROPYTHON else note(part, ep)
        ep.skip(n)
        if taken is not None:
            taken[0] = n
        part.size += n
        part.is_done = part.size == part.wanted
        _look_for_end(part)
        if ep.options is not None:
            ep.options.peeked(n, False)
    ep.relax(_BUSY)
    return n


@micropython.native
def _look_for_end(part):
    """Does what was received end with a newline?"""
    if part.size and part.into[part.size - 1] == _NEWLINE:
        part.is_done = True


@micropython.native
def _line_in(data, at, n):
    """How many of the bytes data[at:at + n] belong to the first line."""
    end = data.find(b"\n", at, at + n)
    return n if end < 0 else end + 1 - at
