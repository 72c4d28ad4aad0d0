"""The CPython side of `aio`: waiting in an event loop that knows nothing of these sockets, and MicroPython's stream."""

import asyncio

from .cpython import unwatch, watch

_POLL = 3
_POLLIN = 1
_POLLOUT = 4
_STEP = 65536  # what drain() copies at a time


class _Watcher:
    """The tasks of one event loop that wait, and what each waits for."""

    by_loop = {}

    def __init__(self, loop):
        self._loop = loop
        self._waiting = {}  # future: (what has ioctl, events)
        self._called = False

    @classmethod
    def of(cls, loop):
        """The watcher of the running `loop`."""
        found = cls.by_loop.get(loop)
        if found is None:
            found = cls.by_loop[loop] = cls(loop)
            watch(found._changed)
        return found

    def add(self, future, s, events):
        self._waiting[future] = s, events

    def remove(self, future):
        del self._waiting[future]
        if not self._waiting:
            self._end()

    def _end(self):
        if self.by_loop.pop(self._loop, None):
            unwatch(self._changed)

    def _changed(self):
        """Called after any change, by any thread, which may hold the kernel's lock."""
        if self._called:
            return
        self._called = True
        try:
            self._loop.call_soon_threadsafe(self._look)
        except RuntimeError:  # the loop was closed with tasks that still wait
            self._end()

    def _look(self):
        self._called = False  # before looking: a change from now on calls again
        for future, (s, events) in tuple(self._waiting.items()):
            if not future.done() and s.ioctl(_POLL, events):
                future.set_result(None)


async def _until(s, events):
    """Wait until `s.ioctl` reports any of `events`, an error or the end."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    watcher = _Watcher.of(loop)
    watcher.add(future, s, events)
    try:
        # Looked at when it is watched already: what changes meanwhile is not missed.
        if s.ioctl(_POLL, events):
            future.set_result(None)
            await asyncio.sleep(0)  # a task that never has to wait must not keep others from running
        await future
    finally:
        watcher.remove(future)


async def readable(s):
    """Wait until `s` can be read, or reports an error or its end."""
    await _until(s, _POLLIN)


async def writable(s):
    """Wait until `s` can be written, or reports an error or its end."""
    await _until(s, _POLLOUT)


class Stream:
    """The methods of MicroPython's asyncio.Stream over the non-blocking socket `s`.

    extra  a dict, for get_extra_info
    """

    def __init__(self, s, extra=None):
        self.s = s
        self._extra = extra or {}
        self._unsent = bytearray()

    def get_extra_info(self, name, default=None):
        """What is known as `name`."""
        return self._extra.get(name, default)

    def close(self):
        """Close the socket. What drain() has not sent is lost, as on a board."""
        self.s.close()

    async def wait_closed(self):
        """Close the socket."""
        self.s.close()

    async def read(self, n=-1):
        """Up to `n` bytes as soon as there are any, all until the end where `n` is negative; b"" at the end."""
        received = bytearray()
        while True:
            await readable(self.s)
            part = self.s.read(n)
            if part is None:
                continue
            if n >= 0:
                return part
            if not part:
                return bytes(received)
            received += part

    async def readinto(self, buffer):
        """Read what there is into `buffer`. Returns the number of bytes, 0 at the end."""
        while True:
            await readable(self.s)
            n = self.s.readinto(buffer)
            if n is not None:
                return n

    async def readexactly(self, n):
        """`n` bytes. Raises EOFError (asyncio.IncompleteReadError) at an earlier end."""
        received = bytearray()
        while len(received) < n:
            await readable(self.s)
            part = self.s.read(n - len(received))
            if part is None:
                continue
            if not part:
                raise asyncio.IncompleteReadError(bytes(received), n)
            received += part
        return bytes(received)

    async def readline(self):
        """A line with its newline, without one at the end of the stream."""
        line = bytearray()
        while True:
            await readable(self.s)
            part = self.s.readline()
            if part is None:
                continue
            line += part
            if not part or line.endswith(b"\n"):
                return bytes(line)

    def write(self, data):
        """Send `data` (bytes-like), and keep what does not fit now for drain(). Raises OSError as socket.send."""
        data = bytes(memoryview(data))
        sent = 0 if self._unsent else self.s.write(data)
        self._unsent += data[sent or 0 :]

    async def drain(self):
        """Wait until all that was written is sent. Raises OSError as socket.send."""
        if not self._unsent:
            await asyncio.sleep(0)
        while self._unsent:
            await writable(self.s)
            sent = self.s.write(bytes(self._unsent[:_STEP]))
            del self._unsent[: sent or 0]
