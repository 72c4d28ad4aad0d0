"""read, readinto, readline and write of MicroPython's streams beyond the plain case, and MSG_WAITALL: what goes on
until there is enough. Loaded when one is first called.

`done` is how many bytes the call has read or written already, -1 for none. Those that read are native from the first
byte on: what is read and not handed over is lost.
"""

from ..host import blank, bytes_of, const, micropython, seal, size, size_of, writable_bytes_of
from .operation import perform
from .stream import receive_step, take

_STREAM = const(1)
_CONNECTED = const(2)
_RECEIVE = const(1)
_LINE = const(-1)
_MSG_PEEK = const(2)


@micropython.native
def _more_step(ep, into, at, n, flags, message, step=receive_step, take=take, blank=blank):
    """stream.receive_step, of which as much is native as a plain stream needs: it may not be the first step."""
    there = ep.queued()
    if not there and ep.state == _CONNECTED and not ep.error:
        return 0 if ep.shut & _RECEIVE else -1
    if not there or ep.attends(-1):
        return step(ep, into, at, n, flags, message)
    if n > there:
        n = there
    buffer = into
    if into.__class__ is list:
        buffer = blank(n)
        into[0] = buffer
    return take(ep, into, at, n, 0, None, buffer, 0, step)


def _looking(ep, into, at, n, flags, message):
    """The same where ancillary data is queued."""
    if ep.options is not None and ep.options.peek_offset >= 0:
        return receive_step(ep, into, at, 1, flags, message)  # to look would move that
    there = receive_step(ep, into, at, n, _MSG_PEEK, None)
    end = bytes(memoryview(into)[at : at + max(0, there)]).find(b"\n")
    return receive_step(ep, into, at, n if end < 0 else end + 1, flags, message)


@micropython.native
def _line_step(ep, into, at, n, flags, message, more=_more_step, looking=_looking):
    """Receive up to `n` bytes, and none behind a newline."""
    if ep.attends(-1):
        return looking(ep, into, at, n, flags, message)
    return ep.fetch(into, at, n, 0, _LINE) or more(ep, into, at, 1, flags, message)


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
    if done < 0:
        buffer = writable_bytes_of(buffer)
    elif sock._d[0].kind != _STREAM:
        return done
    room = size_of(buffer)
    n = room if n is None else _within(n, room)
    if sock._d[0].kind != _STREAM:
        return _read_packet(sock, buffer, n)
    return _read_until(sock, buffer, n, done, sock._until(0, False))


@micropython.native
def _read_until(sock, buffer, n, done, until):
    if done < 0:
        done = 0
    while done < n:
        try:
            got = perform(sock, _more_step, until, buffer, done, n - done)
        except OSError as failure:
            if done:
                return done
            raise failure
        if got < 0:
            return done if done else None
        done += got
        if not got:
            break
    return done


def read(sock, n=None):
    """read() or read(n)."""
    if n is not None:
        n = size(n)
        if n < 0:
            n = None
    if sock._d[0].kind != _STREAM:
        return _read_fresh_packet(sock, n)
    most = len(sock._d[0].memory)
    until = sock._until(0, False)
    if n is None:
        return _read_all(sock, most, until)
    if not sock._ms:
        n = min(n, sock._d[0].queued() or 1)  # the bytes that it returns need no more memory then
    return _read(sock, blank(n), n, until)


@micropython.native
def _read(sock, buffer, n, until):
    n = _read_until(sock, buffer, n, -1, until)
    return None if n is None else seal(buffer, n)


def _read_fresh_packet(sock, n):
    most = len(sock._d[0].memory)
    if n is None or n > most:
        n = most
    into = [None]
    sock._protocol().receive(sock, into, 0, n, 0, None, None)
    return into[0]  # None where there was no packet: whether there was one must not be asked any more


@micropython.native
def _read_packet(sock, buffer, n):
    done = sock._protocol().receive(sock, buffer, 0, n, 0, None, None)
    return None if done < 0 else done


@micropython.native
def _read_all(sock, most, until):
    all = b""
    into = [None]
    while True:
        try:
            n = perform(sock, _more_step, until, into, 0, most)
        except OSError as failure:
            if all:
                return all  # what ended it is an error of the next call
            raise failure
        if n < 0:
            return all if all else None
        if not n:
            return all
        all = all + into[0] if all else into[0]


def readline(sock, n=None):
    """readline() or readline(n)."""
    n = -1 if n is None else size(n)
    if sock._d[0].kind != _STREAM:
        return _read_fresh_packet(sock, None if n < 0 else n)
    return _readline(sock, n, sock._until(0, False))


@micropython.native
def _readline(sock, n, until):
    line = b""
    while n < 0 or len(line) < n:
        most = sock._d[0].queued() or 1
        if n >= 0 and most > n - len(line):
            most = n - len(line)
        part = blank(most)
        try:
            got = perform(sock, _line_step, until, part, 0, most)
        except OSError as failure:
            if line:
                return line  # what ended it is an error of the next call
            raise failure
        if got < 0:
            return line if line else None
        line = line + seal(part, got) if line else seal(part, got)
        if not got or line[-1] == 10:
            break
    return line


@micropython.native
def receive_whole(sock, into, at, n, flags, message, until):
    """stream.receive with MSG_WAITALL: until `n` bytes are there, the stream ends, or ancillary data is in the way."""
    from .ancillary import Received

    buffer = into
    if into.__class__ is list:
        buffer = blank(n)
    step = _more_step if message is None else receive_step
    what = Received() if message is None else message
    done = 0
    more = 0
    while True:
        try:
            end = sock._until(flags, False) if until is None else until
            more = perform(sock, step, end, buffer, at + done, n - done, flags, what)
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
