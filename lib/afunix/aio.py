"""asyncio over afunix sockets, with CPython's names.

A stream is MicroPython's own `asyncio.StreamReader` and `StreamWriter` (one object that is both) there, and an object
with the same methods on CPython. On MicroPython close() alone does nothing: `await stream.wait_closed()` closes the
socket. What drain() has not sent by then is lost.

Waiting for a socket polls nothing on CPython; on MicroPython asyncio's own select.poll asks the sockets. There one
task may read a stream and one write it, and cancelling one that waits makes asyncio forget the other, if that waits
too: give such a pair streams of their own, over `sock` and `sock.dup()`.
"""

import asyncio

from .kernel import numbers as c
from .kernel import socket_numbers as so
from .host import MICROPYTHON, StreamBase, error
from .kernel.tables import kernel
from .kernel.connection import takes_connections
from .kernel.lock import lock
from .kernel.names import parse
from .socket import socket

if MICROPYTHON:
    from asyncio import StreamReader as Stream  # the same class as StreamWriter
    from asyncio import core

    def _readable(s):
        yield core._io_queue.queue_read(s)

    def _writable(s):
        yield core._io_queue.queue_write(s)

else:
    from .host.cpython_aio import Stream
    from .host.cpython_aio import readable as _readable
    from .host.cpython_aio import writable as _writable

_POLL = 3
_POLLOUT = so.POLLOUT


class _When(StreamBase):
    """Something to wait for as if it were a socket: readable once `test(argument)` is true."""

    def __init__(self, test, argument=None):
        self._test = test
        self._argument = argument

    def ioctl(self, request, argument):
        if request != _POLL:
            return -c.EINVAL
        return so.POLLIN if self._test(self._argument) else 0


def _backlog_has_room(at):
    with lock:
        return takes_connections(*at)


def _descriptor_is_free(_):
    return None in kernel.descriptors


async def connect(sock, address):
    """Connect `sock`, which becomes non-blocking, to the socket named `address`.

    Other tasks run while the listener's backlog is full. Raises OSError as socket.connect, but for EAGAIN.
    """
    sock.setblocking(False)
    room = None
    while True:
        try:
            return sock.connect(address)
        except OSError as failure:
            if failure.errno != c.EAGAIN:
                raise
        if room is None:
            room = _When(_backlog_has_room, (parse(address), sock.type))
        await _readable(room)


async def accept(sock):
    """The next connection of the listening `sock`, which becomes non-blocking: (socket, address of the client).

    The accepted socket is non-blocking. Raises OSError: EINVAL (not listening, or shut down), EMFILE, EOPNOTSUPP,
    EBADF.
    """
    sock.setblocking(False)
    while True:
        try:
            accepted, address = sock.accept()
            accepted.setblocking(False)
            return accepted, address
        except OSError as failure:
            if failure.errno != c.EAGAIN:
                raise
        if sock._ep.shut & c.RECEIVE:
            raise error(c.EINVAL)
        await _readable(sock)


def recv_into(sock, buffer):
    """Receive into `buffer` from the connected `sock`, which becomes non-blocking.

    Returns the number of bytes received, 0 at the end of a stream. Other tasks run only where nothing is there yet, as
    with asyncio's loop.sock_recv_into. Raises OSError as socket.recv_into, but for EAGAIN.
    """
    return _received(sock, sock.recv_into, buffer)


def recv(sock, bufsize):
    """The same for at most `bufsize` bytes, which it returns; b"" at the end of a stream."""
    return _received(sock, sock.recv, bufsize)


async def _received(sock, receive, argument):
    if sock._ms:
        sock.setblocking(False)
    while True:
        # To ask costs little, to receive in vain much.
        if sock._ep.poll() & ~_POLLOUT:
            try:
                return receive(argument)
            except OSError as failure:
                if failure.errno != c.EAGAIN:
                    raise
        await _readable(sock)


async def sendall(sock, data):
    """Send all of `data` through the connected `sock`, which becomes non-blocking.

    Other tasks run only where there is no room, as with asyncio's loop.sock_sendall. Raises OSError as socket.sendall;
    how much went out before an error is not known then.
    """
    if sock._ms:
        sock.setblocking(False)
    done = sock.write(data) or 0
    if done < len(data):
        rest = memoryview(data)
        while done < len(data):
            await _writable(sock)
            done += sock.write(rest[done:]) or 0


def stream(sock):
    """A stream that reads from and writes to the connected `sock`, which becomes non-blocking.

    Its get_extra_info knows "socket", "sockname" and "peername". Raises OSError: ENOTCONN, EBADF.
    """
    extra = {"socket": sock, "sockname": sock.getsockname(), "peername": sock.getpeername()}
    sock.setblocking(False)
    return Stream(sock, extra)


async def open_unix_connection(path):
    """Connect to the stream socket named `path`, waiting while its backlog is full.

    Returns (reader, writer), which are the same stream. Raises OSError as socket and socket.connect.
    """
    sock = socket()
    try:
        await connect(sock, path)
        both = stream(sock)
    except BaseException:
        sock.close()
        raise
    return both, both


class Server:
    """A listening socket whose connections are accepted by a task; made by start_unix_server."""

    def __init__(self, sock, client_connected_cb):
        self._sock = sock
        self._connected = client_connected_cb
        self._handlers = set()  # CPython forgets a task that nobody refers to
        self._ended = asyncio.Event()
        self._task = asyncio.create_task(self._serve())

    def close(self):
        """Accept nothing more and free the name. Connections that were accepted go on."""
        self._sock.close()
        self._task.cancel()

    async def wait_closed(self):
        """Wait until the server is closed."""
        await self._ended.wait()

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, value, trace):
        self.close()
        await self.wait_closed()

    async def _serve(self):
        try:
            while True:
                sock = await self._next()
                asyncio.create_task(self._handle(sock))
        finally:
            self._sock.close()
            self._ended.set()

    async def _next(self):
        while True:
            try:
                return (await accept(self._sock))[0]
            except OSError as failure:
                if failure.errno != c.EMFILE:
                    raise
            await _readable(_When(_descriptor_is_free))

    async def _handle(self, sock):
        task = asyncio.current_task()
        self._handlers.add(task)
        try:
            both = stream(sock)
            handling = self._connected(both, both)
            if hasattr(handling, "send"):
                await handling
        except BaseException:
            sock.close()
            raise
        finally:
            self._handlers.discard(task)


async def start_unix_server(client_connected_cb, path, backlog=5):
    """Listen on `path` and call `client_connected_cb(reader, writer)` for each connection.

    client_connected_cb  a coroutine function, run as a task of its own, or a plain function; its connection is
                         closed where it raises, and left open where it returns
    path                 the name to bind, as socket.bind takes it
    backlog              how many connections more than one may wait to be accepted, cut to the configured backlog

    Returns a Server. Raises OSError as socket, bind and listen.
    """
    sock = socket()
    try:
        sock.bind(path)
        sock.listen(backlog)
    except BaseException:
        sock.close()
        raise
    server = Server(sock, client_connected_cb)
    try:
        await asyncio.sleep(0)  # a task that is cancelled before its start would not reach `finally`
    except BaseException:
        server.close()
        raise
    return server
