"""Objects of the program that have a descriptor: what read(2) and the like make of their methods.

An object reads with `read1`, `recv` or `read`, and with `readinto`; it writes with `write`, seeks with `seek`. Which of
these it has says what can be done with its descriptor. Nothing here holds the kernel's lock: it is the program's code
that runs. An object is as safe for threads as it is by itself.
"""

from ..host import MICROPYTHON, StreamBase, changes, const, deadline, enter, error, leave, pause, size_of
from . import socket_numbers as so

_EBADF = const(9)
_EAGAIN = const(11)
_EINVAL = const(22)
_ENOTTY = const(25)
_ESPIPE = const(29)
_DESCRIPTION = const(2)
_O_RDONLY = const(0)
_O_WRONLY = const(1)
_O_RDWR = const(2)
_SEEK_CUR = const(1)
_SEEK_END = const(2)
_STREAM_POLL = const(3)
_ALWAYS = const(0x38)
_REGULAR = const(0o100644)
_CHARACTER = const(0o020666)

_READING = ("read1", "recv", "read", "readinto")


def _may(object, question, methods):
    """Does the object say, or its methods, that this can be done with it?"""
    ask = getattr(object, question, None)
    if ask is not None:
        return bool(ask())
    for name in methods:
        if hasattr(object, name):
            return True
    return False


def reads(object):
    return _may(object, "readable", _READING)


def writes(object):
    return _may(object, "writable", ("write",))


def seeks(object):
    return _may(object, "seekable", ("seek",))


def access(object):
    """O_RDONLY, O_WRONLY or O_RDWR."""
    if not writes(object):
        return _O_RDONLY
    return _O_RDWR if reads(object) else _O_WRONLY


# Positions


def seek(object, offset, whence):
    """lseek(2). Raises OSError: ESPIPE, EINVAL."""
    if not seeks(object):
        raise error(_ESPIPE)
    try:
        return object.seek(offset, whence)
    except ValueError:
        raise error(_EINVAL) from None


def elsewhere(object, offset, function, argument):
    """function(argument) at another position of the object, which is where it was afterwards."""
    here = seek(object, 0, _SEEK_CUR)
    try:
        seek(object, offset, 0)
        return function(argument)
    finally:
        object.seek(here)


def _size(object):
    here = seek(object, 0, _SEEK_CUR)
    try:
        return seek(object, 0, _SEEK_END)
    finally:
        object.seek(here)


def readable_bytes(object):
    """FIONREAD. Raises OSError(ENOTTY) where the object does not say."""
    if hasattr(object, "any"):
        return object.any()
    if not seeks(object):
        raise error(_ENOTTY)
    return max(0, _size(object) - seek(object, 0, _SEEK_CUR))


def mode_and_size(object):
    """What fstat(2) says of it: (st_mode, st_size)."""
    if seeks(object):
        return _REGULAR, _size(object)
    return _CHARACTER, 0


def is_terminal(object):
    ask = getattr(object, "isatty", None)
    return bool(ask()) if ask is not None else False


def sync(object):
    """fsync(2). Raises OSError(EINVAL) where there is nothing to be flushed."""
    flush = getattr(object, "flush", None)
    if flush is None:
        raise error(_EINVAL)
    flush()


# Readiness


def _poller(object):
    """What select.poll has for the object; None where it is always ready, as a file is."""
    try:
        from select import poll
    except ImportError:
        return None
    made = poll()
    try:
        made.register(object)
        made.poll(0)
    except (OSError, TypeError, ValueError):
        return None
    return made


class ObjectIO(StreamBase):
    """A descriptor of an object as what reads and writes by its number. See fileio.FileIO, which it resembles."""

    def __init__(self, descriptor):
        self._d = descriptor
        self._file = descriptor[_DESCRIPTION]
        self._poll = None
        self._asked = False

    def _object(self, may):
        """The object, which is to do what `may` asks. Raises OSError(EBADF)."""
        file = self._file
        if self._d[_DESCRIPTION] is not file or not may(file.object):
            raise error(_EBADF)
        return file.object

    def events(self, asked):
        """The events of poll(2) that hold now."""
        object = self._file.object
        ask = getattr(object, "ioctl", None)
        if ask is not None:
            return ask(_STREAM_POLL, asked) & (asked | _ALWAYS)
        if not self._asked:
            self._poll = _poller(object)
            self._asked = True
        found = self._poll
        if found is None:
            return asked & (so.POLLIN | so.POLLOUT)
        found.modify(object, asked)
        for each in found.ipoll(0) if MICROPYTHON else found.poll(0):
            return each[1] & (asked | _ALWAYS)
        return 0

    def _repeat(self, event, function, argument):
        """What the function answers, once the object is ready and that is not None."""
        while True:
            if self.events(event):
                done = function(argument)
                if done is not None:
                    return done
            if self._file.nonblocking:
                raise error(_EAGAIN)
            _rest()
            self._object(_anything)

    def recv(self, n):
        """read(2): at most `n` bytes of what is there."""
        object = self._object(reads)
        for name in _READING:
            read = getattr(object, name, None)
            if read is not None:
                break
        if not n:
            return b""
        if name == "readinto":
            buffer = bytearray(n)
            return bytes(buffer[: self._repeat(so.POLLIN, read, buffer)])
        data = self._repeat(so.POLLIN, read, n)
        if isinstance(data, str):
            raise TypeError("the object reads text, not bytes")
        return data

    def recv_into(self, buffer):
        """The same into a buffer. Returns how many bytes there were."""
        object = self._object(reads)
        if not size_of(buffer):
            return 0
        if hasattr(object, "readinto"):
            return self._repeat(so.POLLIN, object.readinto, buffer)
        data = self.recv(size_of(buffer))
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def send(self, data):
        """write(2): all of it where the descriptor waits."""
        write = self._object(writes).write
        n = size_of(data)
        done = self._repeat(so.POLLOUT, write, data) if n else 0
        while done < n and not self._file.nonblocking:
            try:
                done += self._repeat(so.POLLOUT, write, memoryview(data)[done:])
            except OSError:
                break  # what ended it is an error of the next call
        return done

    read = recv
    readinto = recv_into
    write = send

    def ioctl(self, request, argument):
        """What select asks of a stream."""
        if request != _STREAM_POLL:
            return -_EINVAL
        if self._d[_DESCRIPTION] is not self._file:
            return so.POLLNVAL
        return self.events(argument)


def _anything(object):
    return True


def _rest():
    """A millisecond: nobody tells when the object is ready."""
    enter()
    try:
        pause(changes(), deadline(1))
    finally:
        leave()
