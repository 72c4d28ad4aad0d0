"""asyncio over afunix sockets, with CPython's names.

A stream is one object that is both reader and writer, with the methods of MicroPython's asyncio, on CPython as well.
What a read has received when it is cancelled is there for the next one, and what drain() has not sent for the next
drain(). close() closes the socket at once, and what was not sent is lost.

Any number of tasks may wait for one socket. They take turns; cancelling one does not disturb the others. A call on a
socket that another task closes meanwhile raises OSError(EBADF). Waiting for a socket polls nothing on CPython; on
MicroPython asyncio's own select.poll asks the sockets.

A program that Ctrl-C has ended can be run again. On CPython asyncio.run cancels its tasks. On MicroPython it leaves
them, to go on in the next asyncio.run, which cancels only the one that had been passed to it, or to be forgotten by
asyncio.new_event_loop; there the next start_unix_server or open_unix_connection first closes the servers, and the
connections of tasks that have not ended, which this module has opened in a run that an exception ended, and cancels
those tasks that are left.
"""

import asyncio

from .host import MICROPYTHON, bytes_of, const, error, transaction
from .kernel.connection import takes_connections
from .kernel.lock import lock
from .kernel.names import parse
from .kernel.tables import kernel
from .socket import socket

if MICROPYTHON:
    from .host.board_aio import bury, keep, pass_on, readable, turn, until, writable
else:
    from .host.cpython_aio import bury, keep, pass_on, readable, turn, until, writable

_EAGAIN = const(11)
_EINVAL = const(22)
_EMFILE = const(24)
_STREAM = const(1)
_RECEIVE = const(1)  # in Endpoint.shut
_NOT_OUT = const(~4)  # ~POLLOUT
_PATIENCE = 0.05  # seconds until a server tries again that had no memory
# A board finds a builtin name late.
_bytes = bytes
_bytearray = bytearray
_len = len


@transaction
def _may_connect(sock, name, kind):
    with lock:
        return sock.fileno() < 0 or takes_connections(name, kind)


def _descriptor_is_free():
    return None in kernel.descriptors


def _fits(sock, n):
    peer = sock._ep.peer
    return peer is None or len(peer.memory) - peer.queued() >= n


async def connect(sock, address):
    """Connect `sock`, which becomes non-blocking, to the socket named `address`.

    Other tasks run while the listener's backlog is full. Raises OSError as socket.connect, but for EAGAIN.
    """
    sock.setblocking(False)
    while True:
        try:
            return sock.connect(address)
        except OSError as failure:
            if failure.errno != _EAGAIN:
                raise
        await until(_may_connect, sock, parse(address), sock.type)


async def accept(sock):
    """The next connection of the listening `sock`, which becomes non-blocking: (socket, address of the client).

    The accepted socket is non-blocking. Raises OSError: EINVAL (not listening, or shut down), EMFILE, EOPNOTSUPP,
    EBADF.
    """
    sock.setblocking(False)
    while True:
        try:
            return sock._accept_for_task()
        except OSError as failure:
            if failure.errno != _EAGAIN:
                raise
        if sock._ep.shut & _RECEIVE:
            raise error(_EINVAL)
        await readable(sock)


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
    # To ask costs little, to receive in vain much. For 0 bytes there is nothing to wait for.
    if not sock._d[0].poll() & _NOT_OUT and argument:
        await readable(sock)
    while True:
        try:
            return receive(argument)
        except OSError as failure:
            if failure.errno != _EAGAIN:
                raise
        await readable(sock)


async def sendall(sock, data):
    """Send all bytes of `data` (bytes-like) through the connected `sock`, which becomes non-blocking.

    Other tasks run only where there is no room, as with asyncio's loop.sock_sendall. Raises OSError as socket.sendall;
    how much went out before an error is not known then.
    """
    if sock._ms:
        sock.setblocking(False)
    if data.__class__ is not _bytearray and data.__class__ is not _bytes:
        data = bytes_of(data)
    sent = sock.write(data)
    if sent == _len(data):
        return
    done = sent or 0
    while sent is None or done < len(data):
        await _room(sock, len(data))
        # A view would be of memory that is no more, where a board's bytearray grows meanwhile.
        sent = sock.write(data, done, len(data) - done)
        done += sent or 0


async def _room(sock, n):
    """Wait until it is worth trying to send again; `n` bytes, where they are a packet."""
    await writable(sock)
    if sock.type != _STREAM and not _fits(sock, n):
        await until(_fits, sock, n)  # a small one would fit, which is all that POLLOUT tells


class Stream:
    """The methods of MicroPython's asyncio.Stream over the non-blocking socket `s`; made by `stream`.

    extra  a dict, for get_extra_info
    """

    def __init__(self, s, extra):
        self.s = s
        self._extra = extra
        self._unsent = b""
        self._sent = 0  # bytes of it
        self._ahead = bytearray()  # what reads that were cancelled had received

    def get_extra_info(self, name, default=None):
        """What is known as `name`."""
        return self._extra.get(name, default)

    def close(self):
        """Close the socket. What drain() has not sent is lost."""
        self._unsent = b""
        self._sent = 0
        self.s.close()

    async def wait_closed(self):
        """Close the socket."""
        self.close()

    aclose = wait_closed  # an older name

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, value, trace):
        self.close()

    def _arrival(self):
        """What to await before something is received: other tasks run, whether there is something or not."""
        return turn() if self.s._d[0].poll() & _NOT_OUT else readable(self.s)

    def _received(self, n):
        """At most `n` bytes, None where there are none now."""
        try:
            return self.s.recv(n)
        except OSError as failure:
            if failure.errno != _EAGAIN:
                raise

    def _taken(self, n):
        """The first `n` bytes of what was received before."""
        data = bytes(memoryview(self._ahead)[:n])
        self._ahead = self._ahead[n:]
        return data

    async def read(self, n=-1):
        """Up to `n` bytes as soon as there are any, all until the end where `n` is negative; b"" at the end.

        Raises OSError as socket.recv, like all that read.
        """
        while n < 0:
            await self._arrival()
            part = self._received(len(self.s._ep.memory))
            if part:
                self._ahead += part
            elif part is not None:
                n = len(self._ahead)
        while n and not self._ahead:
            await self._arrival()
            part = self._received(n)
            if part is not None:
                return part
        return self._taken(n)

    async def readinto(self, buffer):
        """Read what there is into `buffer`. Returns the number of bytes, 0 at the end."""
        if self._ahead:
            part = self._taken(len(buffer))
            buffer[: len(part)] = part
            return len(part)
        while True:
            await self._arrival()
            try:
                return self.s.recv_into(buffer)
            except OSError as failure:
                if failure.errno != _EAGAIN:
                    raise

    async def readexactly(self, n):
        """`n` bytes. Raises EOFError at an earlier end, on CPython asyncio.IncompleteReadError."""
        while _len(self._ahead) < n:
            await self._arrival()
            missing = n - _len(self._ahead)
            part = self._received(missing) if missing > 0 else None
            if part is None:
                continue
            if _len(part) == n:
                return part
            if not part:
                part = self._taken(n)
                raise EOFError if MICROPYTHON else asyncio.IncompleteReadError(part, n)
            self._ahead += part
        return self._taken(n)

    async def readline(self):
        """A line with its newline, without one at the end of the stream."""
        n = self._ahead.find(b"\n") + 1
        while not n:
            await self._arrival()
            part = self.s.readline(self.s._ep.queued() or 1)
            if part is None:
                continue
            self._ahead += part
            if not part or part[-1] == 10:
                break
        return self._taken(n or len(self._ahead))

    def write(self, data):
        """Send `data` (bytes-like), and keep what does not fit now for drain(). Raises OSError as socket.send."""
        if data.__class__ is not _bytes and data.__class__ is not _bytearray:
            data = bytes_of(data)
        sent = 0
        if not self._unsent:
            sent = self.s.write(data)
            if sent == _len(data):
                return
        self._unsent = self._unsent[self._sent :] + data[sent or 0 :]
        self._sent = 0

    async def drain(self):
        """Wait until all that was written is sent; other tasks run in any case. Raises OSError as socket.send."""
        if not self._unsent:
            await turn()
        while self._unsent:
            await _room(self.s, len(self._unsent) - self._sent)
            data, at = self._unsent, self._sent
            self._sent += self.s.write(data, at, len(data) - at) or 0
            if self._sent >= len(data):
                self._unsent = b""
                self._sent = 0

    async def awrite(self, data, off=0, sz=-1):
        """write() and drain(), as older programs call it."""
        data = memoryview(data)[off:]
        self.write(data if sz < 0 else data[:sz])
        await self.drain()

    awritestr = awrite


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
    bury()
    sock = socket()
    try:
        keep(sock, asyncio.current_task())
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
        pass_on(sock, self._task)

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
                try:
                    await self._serve_one()
                    continue
                except OSError as failure:
                    if failure.errno != _EMFILE:
                        raise
                    pause = until(_descriptor_is_free)
                except MemoryError:
                    pause = asyncio.sleep(_PATIENCE)
                await pause
        finally:
            self._sock.close()
            self._ended.set()

    async def _serve_one(self):
        """Accept a connection and start its task."""
        sock, _ = await accept(self._sock)
        try:
            keep(sock, asyncio.create_task(self._handle(sock)))
        except BaseException:
            sock.close()
            raise

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
    bury()
    sock = socket()
    server = None
    try:
        keep(sock, asyncio.current_task())  # Ctrl-C may come when it is bound, and no server has it yet
        sock.bind(path)
        sock.listen(backlog)
        server = Server(sock, client_connected_cb)
        await asyncio.sleep(0)  # a task that is cancelled before its start would not reach `finally`
    except BaseException:
        sock.close()
        if server is not None:
            server.close()
        raise
    return server
