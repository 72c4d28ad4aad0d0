# ruff: noqa: UP031, UP041  (MicroPython runs it too)
"""What afunix.aio must do, as coroutines that run on CPython and on MicroPython alike: `run(name)` runs one.

Each starts and must end with no socket open and nobody waiting.
"""

import asyncio
import sys
import time

import afunix
from afunix import aio
from afunix import constants as c
from afunix.kernel import kernel

try:
    from _thread import start_new_thread
except ImportError:
    start_new_thread = None

MICROPYTHON = sys.implementation.name == "micropython"
LIMIT = 10  # seconds for a case
SETTINGS = {"sockets": 16, "descriptors": 12}
PATH = "/run/case"


def waiting():
    """How many waits asyncio knows of on our sockets."""
    if MICROPYTHON:
        return len(asyncio.core._io_queue.map)
    from afunix.host.cpython import waiters
    from afunix.host.cpython_aio import _Watcher

    assert len(waiters.watchers) == waiters.count == len(_Watcher.by_loop)
    return sum(len(watcher._waiting) for watcher in _Watcher.by_loop.values())


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def until_waiting(n):
    """Let the other tasks run until `n` waits are there."""
    for _ in range(1000):
        if waiting() == n:
            return
        await asyncio.sleep(0)
    raise AssertionError("%d waits instead of %d" % (waiting(), n))


async def fails(number, awaitable):
    """`awaitable` must raise OSError(number)."""
    try:
        await awaitable
    except OSError as failure:
        assert failure.errno == number, failure
        return
    raise AssertionError("no OSError %d" % number)


async def cancelled(task):
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return
    raise AssertionError("the task was not cancelled")


async def finish(*streams):
    for stream in streams:
        stream.close()
        await stream.wait_closed()


def pair():
    one, other = afunix.socketpair()
    return aio.stream(one), aio.stream(other)


def in_thread(delay_ms, action):
    def body():
        time.sleep(delay_ms / 1000)
        action()

    start_new_thread(body, ())


# streams


async def case_echo():
    seen = []

    async def client_connected(reader, writer):
        while True:
            line = await reader.readline()
            if not line:
                break
            seen.append(line)
            writer.write(line.upper())
            await writer.drain()
        await finish(writer)

    async with await aio.start_unix_server(client_connected, PATH):
        reader, writer = await aio.open_unix_connection(PATH)
        writer.write(b"one\ntw")
        await writer.drain()
        assert await reader.readline() == b"ONE\n"
        await settle()
        writer.write(bytearray(b"o\n"))
        await writer.drain()
        assert await reader.readexactly(4) == b"TWO\n"
        assert seen == [b"one\n", b"two\n"]
        await finish(writer)
        await settle()


async def case_read_waits_for_data():
    a, b = pair()
    task = asyncio.create_task(b.read(100))
    await until_waiting(1)
    assert not task.done()
    a.write(b"data")
    assert await task == b"data"
    await finish(a, b)


async def case_read_all():
    a, b = pair()
    task = asyncio.create_task(b.read())
    expected = b""
    for i in range(40):
        part = b"%04d" % i * 20
        expected += part
        a.write(part)
        await a.drain()
    await finish(a)
    assert await task == expected
    await finish(b)


async def case_readexactly_across_the_ring():
    a, b = pair()
    data = bytes(range(256)) * 40  # ten times the ring
    task = asyncio.create_task(b.readexactly(len(data)))
    a.write(data)
    await a.drain()
    assert await task == data
    await finish(a, b)


async def case_readexactly_in_parts_takes_no_more():
    a, b = pair()
    task = asyncio.create_task(b.readexactly(4))
    a.write(b"ab")
    await settle()
    a.write(b"cdefgh")
    assert await task == b"abcd"
    assert await b.read(10) == b"efgh"
    await finish(a, b)


async def case_readexactly_at_the_end():
    a, b = pair()
    a.write(b"abc")
    await finish(a)
    try:
        await b.readexactly(4)
    except EOFError:
        pass
    else:
        raise AssertionError("no EOFError")
    await finish(b)


async def case_recv_and_sendall_without_streams():
    """More than the ring holds, in both forms of a receive, and the end."""
    a, b = afunix.socketpair()
    sent = bytes(range(256)) * 10
    received = bytearray()

    async def receive():
        buffer = bytearray(300)
        while len(received) < 1000:
            n = await aio.recv_into(b, buffer)
            received.extend(buffer[:n])
        while True:
            data = await aio.recv(b, 300)
            if not data:
                break
            received.extend(data)
        assert await aio.recv_into(b, buffer) == 0

    task = asyncio.create_task(receive())
    await until_waiting(1)
    await aio.sendall(a, sent)
    a.close()
    await task
    b.close()
    assert bytes(received) == sent


async def case_recv_without_streams_takes_one_packet():
    a, b = afunix.socketpair(type=afunix.SOCK_SEQPACKET)
    await aio.sendall(a, b"one")
    await aio.sendall(a, b"")
    await aio.sendall(a, b"three")
    buffer = bytearray(8)
    assert await aio.recv_into(b, buffer) == 3
    assert await aio.recv(b, 8) == b""
    assert await aio.recv(b, 4) == b"thre"
    a.close()
    await fails(c.EPIPE, aio.sendall(b, b"x"))
    b.close()


async def case_readinto():
    a, b = pair()
    buffer = bytearray(4)
    a.write(b"abcdef")
    assert await b.readinto(buffer) == 4
    assert buffer == b"abcd"
    assert await b.readinto(buffer) == 2
    assert buffer == b"efcd"
    await finish(a)
    assert await b.readinto(buffer) == 0
    await finish(b)


async def case_readline_in_parts_and_at_the_end():
    a, b = pair()
    task = asyncio.create_task(b.readline())
    for part in (b"a", b"bc", b"d\nef"):
        a.write(part)
        await settle()
    assert await task == b"abcd\n"
    await finish(a)
    assert await b.readline() == b"ef"
    assert await b.readline() == b""
    await finish(b)


async def case_drain_waits_for_space():
    a, b = pair()
    size = kernel.settings["ring"]
    a.write(b"x" * (size + 10))
    task = asyncio.create_task(a.drain())
    await until_waiting(1)
    assert not task.done()
    assert len(await b.read(100)) == 100
    await task
    assert len(await b.readexactly(size - 90)) == size - 90
    await finish(a, b)


async def case_write_keeps_its_order():
    a, b = pair()
    size = kernel.settings["ring"]
    a.write(b"a" * (size + 1))
    a.write(b"b")
    assert await b.read(1) == b"a"
    a.write(b"c")  # there is space now, but it is not its turn
    task = asyncio.create_task(b.readexactly(size + 2))
    await a.drain()
    assert (await task)[-4:] == b"aabc"
    await finish(a, b)


async def case_read_and_write_at_once():
    a, b = pair()
    size = kernel.settings["ring"]
    a.write(b"x" * (size + 1))
    reading = asyncio.create_task(a.read(10))
    draining = asyncio.create_task(a.drain())
    await settle()
    assert not reading.done() and not draining.done()
    b.write(b"hello")
    assert await reading == b"hello"
    assert not draining.done()
    await b.read(1)
    await draining
    await finish(b)
    await finish(a)


async def case_drain_ends_when_the_peer_closes():
    a, b = pair()
    a.write(b"x" * (kernel.settings["ring"] + 1))
    task = asyncio.create_task(a.drain())
    await until_waiting(1)
    await finish(b)
    await fails(c.EPIPE, task)
    await finish(a)


async def case_read_ends_when_the_peer_shuts_down():
    a, b = pair()
    task = asyncio.create_task(b.read(10))
    await until_waiting(1)
    a.get_extra_info("socket").shutdown(afunix.SHUT_WR)
    assert await task == b""
    b.write(b"still open this way")
    assert await a.read(100) == b"still open this way"
    await finish(a, b)


async def case_read_ends_when_its_own_socket_is_closed():
    a, b = pair()
    task = asyncio.create_task(b.read(10))
    await until_waiting(1)
    await finish(b)
    await fails(c.EBADF, task)
    await finish(a)


async def case_two_tasks_wait_for_different_sockets():
    a, b = pair()
    e, f = pair()
    one = asyncio.create_task(b.read(10))
    other = asyncio.create_task(f.read(10))
    await until_waiting(2)
    e.write(b"second")
    assert await other == b"second"
    assert not one.done()
    a.write(b"first")
    assert await one == b"first"
    await finish(a, b, e, f)


async def case_cancelled_read_loses_nothing():
    a, b = pair()
    task = asyncio.create_task(b.read(10))
    await until_waiting(1)
    await cancelled(task)
    assert waiting() == 0
    a.write(b"later")
    assert await b.read(10) == b"later"
    await finish(a, b)


async def case_cancelled_drain_loses_nothing():
    a, b = pair()
    size = kernel.settings["ring"]
    a.write(b"x" * size + b"yz")
    task = asyncio.create_task(a.drain())
    await until_waiting(1)
    await cancelled(task)
    assert waiting() == 0
    task = asyncio.create_task(b.readexactly(size + 2))
    await a.drain()
    assert (await task)[-3:] == b"xyz"
    await finish(a, b)


async def case_read_with_timeout():
    a, b = pair()
    try:
        await asyncio.wait_for(b.read(10), 0.05)
    except asyncio.TimeoutError:
        pass
    else:
        raise AssertionError("no timeout")
    assert waiting() == 0
    await finish(a, b)


async def case_a_task_that_always_has_data_lets_others_run():
    a, b = pair()
    turns = []

    async def other():
        while True:
            turns.append(0)
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    for _ in range(20):
        a.write(b"x")
        assert await b.read(1) == b"x"
    assert len(turns) >= 10, turns
    await cancelled(task)
    await finish(a, b)


async def case_stream_needs_a_connection():
    sock = afunix.socket()
    try:
        aio.stream(sock)
        raise AssertionError("no OSError")
    except OSError as failure:
        assert failure.errno == c.ENOTCONN
    assert sock.getblocking()
    sock.close()


# other sources of data than a task


async def case_woken_by_another_thread():
    if not start_new_thread:
        return
    a, b = pair()
    sock = a.get_extra_info("socket")
    for _ in range(5):
        task = asyncio.create_task(b.read(100))
        await until_waiting(1)
        in_thread(10, lambda: sock.try_write(b"from a thread"))
        assert await task == b"from a thread"
    await finish(a, b)


async def case_woken_by_a_thread_that_makes_space():
    if not start_new_thread:
        return
    a, b = pair()
    sock = b.get_extra_info("socket")
    a.write(b"x" * (kernel.settings["ring"] + 5))
    in_thread(10, lambda: sock.try_readinto(bytearray(100)))
    await a.drain()
    await finish(b)
    await finish(a)


async def case_woken_by_a_blocking_client_in_a_thread():
    if not start_new_thread:
        return
    answers = []

    def client():
        sock = afunix.socket()
        sock.connect(PATH)
        sock.sendall(b"ping")
        answers.append(sock.recv(10))
        sock.close()

    async def client_connected(reader, writer):
        assert await reader.readexactly(4) == b"ping"
        writer.write(b"pong")
        await writer.drain()
        assert await reader.read() == b""
        await finish(writer)

    async with await aio.start_unix_server(client_connected, PATH):
        in_thread(0, client)
        while not answers or kernel.live > 1:
            await asyncio.sleep(0.01)
    assert answers == [b"pong"]


async def case_many_records_from_a_thread():
    """A thread sends without a pause what this loop reads: no wake-up may be missed."""
    if not start_new_thread:
        return
    a, b = pair()
    sock = a.get_extra_info("socket")
    count = 2000

    def body():
        for i in range(count):
            record = b"%08d" % i
            while sock.try_write(record) != 8:
                time.sleep(0.0001)

    start_new_thread(body, ())
    for i in range(count):
        record = await b.readexactly(8)
        assert int(record) == i, (record, i)
    await finish(a, b)


# connecting


async def case_connect_waits_for_the_backlog():
    listener = afunix.socket()
    listener.bind(PATH)
    listener.listen(0)
    first = afunix.socket()
    await aio.connect(first, PATH)
    second = afunix.socket()
    task = asyncio.create_task(aio.connect(second, PATH))
    await until_waiting(1)
    assert not task.done()
    one, address = await aio.accept(listener)
    assert address == ""
    await task
    two, _ = await aio.accept(listener)
    second.send(b"second")
    assert two.recv(10) == b"second"
    assert not two.getblocking()
    for sock in (listener, first, second, one, two):
        sock.close()


async def case_cancelled_connect_leaves_nothing():
    listener = afunix.socket()
    listener.bind(PATH)
    listener.listen(0)
    first = afunix.socket()
    first.connect(PATH)
    live = kernel.live
    task = asyncio.create_task(aio.open_unix_connection(PATH))
    await until_waiting(1)
    await cancelled(task)
    assert waiting() == 0
    assert kernel.live == live
    one, _ = listener.accept()
    listener.setblocking(False)
    try:
        listener.accept()
        raise AssertionError("the cancelled connection is there")
    except OSError as failure:
        assert failure.errno == c.EAGAIN
    for sock in (listener, first, one):
        sock.close()


async def case_waiting_connect_sees_the_listener_close():
    listener = afunix.socket()
    listener.bind(PATH)
    listener.listen(0)
    first = afunix.socket()
    first.connect(PATH)
    task = asyncio.create_task(aio.open_unix_connection(PATH))
    await until_waiting(1)
    listener.close()
    await fails(c.ENOENT, task)
    first.close()


async def case_connect_errors():
    await fails(c.ENOENT, aio.open_unix_connection("/run/nobody"))
    sock = afunix.socket()
    sock.bind(PATH)
    await fails(c.ECONNREFUSED, aio.open_unix_connection(PATH))
    sock.close()
    datagram = afunix.socket(afunix.AF_UNIX, afunix.SOCK_DGRAM)
    datagram.bind(PATH)
    await fails(c.EPROTOTYPE, aio.open_unix_connection(PATH))
    datagram.close()


async def case_accept_waits_and_can_be_cancelled():
    listener = afunix.socket()
    listener.bind(PATH)
    await fails(c.EINVAL, aio.accept(listener))
    listener.listen()
    task = asyncio.create_task(aio.accept(listener))
    await until_waiting(1)
    await cancelled(task)
    assert waiting() == 0
    task = asyncio.create_task(aio.accept(listener))
    await until_waiting(1)
    client = afunix.socket()
    client.bind("/run/client")
    client.connect(PATH)
    accepted, address = await task
    assert address == "/run/client"
    task = asyncio.create_task(aio.accept(listener))
    await until_waiting(1)
    listener.shutdown(afunix.SHUT_RDWR)
    await fails(c.EINVAL, task)
    for sock in (listener, client, accepted):
        sock.close()


# servers


async def case_server_closes():
    async def client_connected(reader, writer):
        assert await reader.read(10) == b"x"
        await finish(writer)

    server = await aio.start_unix_server(client_connected, PATH)
    _, writer = await aio.open_unix_connection(PATH)
    await settle()
    ended = asyncio.create_task(server.wait_closed())
    await settle()
    assert not ended.done()
    server.close()
    await fails(c.ENOENT, aio.open_unix_connection(PATH))
    await ended
    server.close()
    await server.wait_closed()
    writer.write(b"x")  # what was accepted goes on
    await settle()
    await finish(writer)


async def case_server_name_in_use():
    async with await aio.start_unix_server(None, PATH):
        live = kernel.live
        await fails(c.EADDRINUSE, aio.start_unix_server(None, PATH))
        assert kernel.live == live


async def case_handler_that_raises_loses_its_connection():
    async def client_connected(reader, writer):
        raise ValueError("on purpose")

    reported = []
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: reported.append(context["exception"]))
    async with await aio.start_unix_server(client_connected, PATH):
        for _ in range(3):
            reader, writer = await aio.open_unix_connection(PATH)
            assert await reader.read(10) == b""
            await finish(writer)
        await settle()
    import gc

    gc.collect()
    await settle()
    asyncio.get_event_loop().set_exception_handler(None)
    assert [type(exception) for exception in reported] == [ValueError] * 3, reported


async def case_plain_function_as_handler():
    streams = []
    async with await aio.start_unix_server(lambda reader, writer: streams.append(writer), PATH):
        reader, writer = await aio.open_unix_connection(PATH)
        await settle()
        streams[0].write(b"hello")
        assert await reader.read(10) == b"hello"
        await finish(streams[0], writer)


async def case_server_with_many_clients():
    async def client_connected(reader, writer):
        n = int(await reader.readline())
        writer.write(b"%d\n" % (n * n))
        await writer.drain()
        await finish(writer)

    async def client(n):
        reader, writer = await aio.open_unix_connection(PATH)
        writer.write(b"%d\n" % n)
        await writer.drain()
        assert int(await reader.readline()) == n * n
        await finish(writer)

    async with await aio.start_unix_server(client_connected, PATH, backlog=1):
        for start in range(0, 40, 5):
            await asyncio.gather(*[client(n) for n in range(start, start + 5)])


async def case_server_waits_for_a_descriptor():
    """With all descriptors in use connections stay in the backlog, and the server does not spin."""
    accepted = []
    async with await aio.start_unix_server(lambda reader, writer: accepted.append(writer), PATH):
        clients = [afunix.socket()]
        hoard = []
        try:
            while True:
                hoard.append(afunix.socket())
        except OSError as failure:
            assert failure.errno == c.EMFILE, failure
        hoard.pop().close()
        clients.append(afunix.socket())
        clients[0].connect(PATH)
        await settle()
        await until_waiting(1)
        assert not accepted
        hoard.pop().close()
        for _ in range(100):
            if accepted:
                break
            await asyncio.sleep(0.01)
        assert len(accepted) == 1
        await finish(*accepted)
        for sock in clients + hoard:
            sock.close()


# a board's own way: asyncio and select over the sockets as they are


async def case_stock_streams():
    if not MICROPYTHON:
        return
    one, other = afunix.socketpair()
    one.setblocking(False)
    other.setblocking(False)
    reader, writer = asyncio.StreamReader(one), asyncio.StreamWriter(other)
    task = asyncio.create_task(reader.readexactly(3000))
    writer.write(b"0123456789" * 300)
    await writer.drain()
    assert await task == b"0123456789" * 300
    await finish(reader, writer)


async def case_select_poll():
    if not MICROPYTHON:
        return
    import select

    one, other = afunix.socketpair()
    poller = select.poll()
    poller.register(one, select.POLLIN)
    assert not list(poller.ipoll(0))
    other.send(b"x")
    assert [(s is one, event) for s, event in poller.ipoll(0)] == [(True, select.POLLIN)]
    poller.modify(one, select.POLLIN | select.POLLOUT)
    assert poller.poll(0)[0][1] == select.POLLIN | select.POLLOUT
    one.recv(1)
    poller.modify(one, select.POLLIN)
    start = time.ticks_ms()
    assert not poller.poll(30)
    assert time.ticks_diff(time.ticks_ms(), start) >= 25
    if start_new_thread:
        in_thread(20, lambda: other.try_write(b"y"))
        assert poller.poll(5000)[0][0] is one
        one.recv(1)
    other.close()
    assert poller.poll(0)[0][1] & (select.POLLIN | select.POLLHUP) == select.POLLIN | select.POLLHUP
    poller.unregister(one)
    one.close()


async def case_scheduled_callback_wakes_a_reader():
    if not MICROPYTHON:
        return
    import micropython

    a, b = pair()
    sock = a.get_extra_info("socket")
    task = asyncio.create_task(b.read(100))
    await until_waiting(1)
    in_thread(10, lambda: micropython.schedule(sock.try_write, b"scheduled"))
    assert await task == b"scheduled"
    await finish(a, b)


async def _checked(case):
    await asyncio.wait_for(case(), LIMIT)
    await settle()
    assert waiting() == 0, "somebody still waits"


def run(name):
    """Run one case from a fresh kernel, and see that it leaves nothing behind."""
    case = globals()[name]
    before = dict(kernel.settings)
    afunix.configure(**SETTINGS)
    try:
        asyncio.run(_checked(case))
        assert kernel.live == 0, "%d sockets left" % kernel.live
        assert not kernel.bound
    finally:
        if not kernel.live:
            afunix.configure(**before)


NAMES = sorted(name for name in globals() if name.startswith("case_"))
