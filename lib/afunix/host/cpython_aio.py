"""The CPython side of `aio`: waiting in an event loop that knows nothing of these sockets."""

import asyncio
import weakref

from .cpython import unwatch, watch

_POLL = 3
_POLLIN = 1
_POLLOUT = 4


class _Watcher:
    """The tasks of one event loop that wait, and what each waits for."""

    by_loop = {}

    def __init__(self, loop):
        self._loop = loop
        self._waiting = {}  # future: (test, its arguments)
        self._called = False

    @classmethod
    def of(cls, loop):
        """The watcher of the running `loop`."""
        found = cls.by_loop.get(loop)
        if found is None:
            found = cls.by_loop[loop] = cls(loop)
            watch(found._changed)
        return found

    def add(self, future, test, arguments):
        self._waiting[future] = test, arguments

    @classmethod
    def remove(cls, loop, future):
        """It waits no more. This may be done again where it was interrupted."""
        watcher = cls.by_loop.get(loop)
        if watcher is not None:
            watcher._waiting.pop(future, None)
            if not watcher._waiting:
                watcher._end()

    def _end(self):
        unwatch(self._changed)
        self.by_loop.pop(self._loop, None)

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
        for future, (test, arguments) in tuple(self._waiting.items()):
            if not future.done() and test(*arguments):
                future.set_result(None)


async def until(test, *arguments):
    """Wait until `test(*arguments)` is true. It is called when something changes, and else not."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    try:
        try:
            _Watcher.of(loop).add(future, test, arguments)
            # Looked at when it is watched already: what changes meanwhile is not missed.
            if test(*arguments):
                future.set_result(None)
                await asyncio.sleep(0)  # a task that never has to wait must not keep others from running
            await future
        finally:
            _Watcher.remove(loop, future)
    except BaseException:  # that may have been interrupted
        _Watcher.remove(loop, future)
        raise


async def readable(s):
    """Wait until `s` can be read, or reports an error or its end."""
    await until(s.ioctl, _POLL, _POLLIN)


async def writable(s):
    """Wait until `s` can be written, or reports an error or its end."""
    await until(s.ioctl, _POLL, _POLLOUT)


def turn():
    """Let the other tasks run."""
    return asyncio.sleep(0)


_opened = weakref.WeakKeyDictionary()  # socket: (event loop, weak reference to a task)


def keep(sock, task):
    """`sock` was opened for `task`: see `bury`."""
    _opened[sock] = asyncio.get_running_loop(), weakref.ref(task)


def pass_on(sock, task):
    """`sock` is a server's now, which is nothing without its loop."""
    _opened[sock] = asyncio.get_running_loop(), None


def bury():
    """Close what was opened for tasks that did not end before their loop was closed, and servers of loops that are:
    asyncio.run lets tasks end, but Ctrl-C may come where one ends."""
    for sock, (loop, task) in list(_opened.items()):
        if loop.is_closed() and (task is None or task() and not task().done()):
            sock.close()
