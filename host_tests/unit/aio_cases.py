# ruff: noqa: UP031, UP041  (MicroPython runs it too)
"""What afunix.aio must do, as coroutines that run on CPython and on MicroPython alike: `run(name)` runs one.

Each starts and must end with no socket open and nobody waiting.
"""

import asyncio
import sys
import time
from array import array

import afunix
import afunix.constants as c
from afunix import aio
from afunix.kernel import kernel

try:
    from _thread import start_new_thread
except ImportError:
    start_new_thread = None
try:
    from afunix.host.board_aio import _behind
except ImportError:
    _behind = ()

MICROPYTHON = sys.implementation.name == "micropython"
LIMIT = 100  # seconds for a case, which takes a fraction of one where the machine is not busy
SETTINGS = {"sockets": 16, "descriptors": 12}
PATH = "/run/case"


asked = 0  # how often what no socket reports was looked at
_looking = 0  # how many tasks look at such things on MicroPython


async def _until(test, *arguments):
    global _looking

    def counted(*arguments):
        global asked
        asked += 1
        return test(*arguments)

    _looking += MICROPYTHON
    try:
        await _real_until(counted, *arguments)
    finally:
        _looking -= MICROPYTHON


_real_until, aio.until = aio.until, _until


def waiting():
    """How many tasks wait for our sockets."""
    if MICROPYTHON:
        entries = asyncio.core._io_queue.map.values()
        return sum((entry[0] is not None) + (entry[1] is not None) for entry in entries) + len(_behind) + _looking
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


async def results(tasks):
    found = []
    for task in tasks:
        found.append(await task)
    return found


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


async def case_write_while_another_task_drains():
    a, b = pair()
    size = kernel.settings["ring"]
    a.write(b"a" * (3 * size))
    tasks = [asyncio.create_task(a.drain()), asyncio.create_task(a.drain())]
    await until_waiting(2)
    received = await b.read(size // 2)
    await settle()  # a part of it is sent
    a.write(b"b" * size)
    received += await b.readexactly(4 * size - len(received))
    assert received == b"a" * (3 * size) + b"b" * size
    await results(tasks)
    a.write(b"c")
    assert await b.read(10) == b"c"
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


# several tasks and one socket


async def case_tasks_that_receive_take_turns():
    a, b = afunix.socketpair()
    buffers = bytearray(1), bytearray(1)
    tasks = [asyncio.create_task(aio.recv(b, 1)) for _ in range(3)]
    tasks += [asyncio.create_task(aio.recv_into(b, buffer)) for buffer in buffers]
    await until_waiting(5)
    a.send(b"1")
    await until_waiting(4)
    a.send(b"2345")
    found = await results(tasks)
    assert found[3:] == [1, 1]
    assert sorted(found[:3] + list(map(bytes, buffers))) == [b"1", b"2", b"3", b"4", b"5"]
    a.close()
    b.close()


async def case_cancelling_one_receiver_forgets_no_other():
    for which in range(3):
        a, b = afunix.socketpair()
        tasks = [asyncio.create_task(aio.recv(b, 1)) for _ in range(3)]
        await until_waiting(3)
        await cancelled(tasks.pop(which))
        await until_waiting(2)
        a.send(b"xy")
        assert sorted(await results(tasks)) == [b"x", b"y"]
        a.close()
        b.close()


async def case_who_is_cancelled_when_it_is_woken_passes_that_on():
    a, b = afunix.socketpair()
    tasks = [asyncio.create_task(aio.recv(b, 1)) for _ in range(3)]
    await until_waiting(3)
    a.send(b"x")
    await asyncio.sleep(0)  # asyncio has seen it, and nobody has run yet
    assert not tasks[0].done()
    await cancelled(tasks[0])
    await until_waiting(1)
    a.send(b"y")
    assert sorted(await results(tasks[1:])) == [b"x", b"y"]
    a.close()
    b.close()


async def case_a_coroutine_that_is_closed_passes_its_place_on():
    if not MICROPYTHON:
        return
    a, b = afunix.socketpair()
    tasks = [asyncio.create_task(aio.recv(b, 1)) for _ in range(3)]
    await until_waiting(3)
    tasks[0].coro.close()
    await until_waiting(2)
    a.send(b"xy")
    assert sorted(await results(tasks[1:])) == [b"x", b"y"]
    a.close()
    b.close()


async def case_the_end_wakes_all():
    a, b = afunix.socketpair()
    tasks = [asyncio.create_task(aio.recv(b, 1)) for _ in range(4)]
    await until_waiting(4)
    a.close()
    assert await results(tasks) == [b""] * 4
    b.close()


async def case_tasks_that_accept_take_turns():
    listener = afunix.socket()
    listener.bind(PATH)
    listener.listen()
    tasks = [asyncio.create_task(aio.accept(listener)) for _ in range(4)]
    await until_waiting(4)
    await cancelled(tasks.pop(1))
    clients = [afunix.socket() for _ in range(3)]
    for i, client in enumerate(clients):
        client.connect(PATH)
        client.send(b"%d" % i)
    accepted = [sock for sock, _ in await results(tasks)]
    assert sorted([sock.recv(1) for sock in accepted]) == [b"0", b"1", b"2"]
    for sock in clients + accepted + [listener]:
        sock.close()


async def case_tasks_that_send_take_turns():
    a, b = afunix.socketpair()
    size = kernel.settings["ring"]
    tasks = [asyncio.create_task(aio.sendall(a, b"%d" % i * 2 * size)) for i in range(4)]
    await until_waiting(4)
    await cancelled(tasks.pop(2))
    received = b""
    while len(received) < 6 * size:
        received += await aio.recv(b, size)
    for task in tasks:
        await task
    assert [received.count(b"%d" % i) for i in range(4)] == [2 * size, 2 * size, 0, 2 * size]
    a.close()
    b.close()


async def case_cancelled_reader_leaves_the_writer():
    a, b = pair()
    size = kernel.settings["ring"]
    a.write(b"x" * (size + 1))
    reading = asyncio.create_task(a.read(10))
    draining = asyncio.create_task(a.drain())
    await until_waiting(2)
    await cancelled(reading)
    assert waiting() == 1
    assert len(await b.readexactly(size)) == size
    await draining
    reading = asyncio.create_task(a.read(10))
    await until_waiting(1)
    b.write(b"here")
    assert await reading == b"here"
    await finish(a, b)


async def case_cancelled_writer_leaves_the_reader():
    a, b = pair()
    size = kernel.settings["ring"]
    a.write(b"x" * (size + 1))
    draining = asyncio.create_task(a.drain())
    reading = asyncio.create_task(a.read(10))
    await until_waiting(2)
    await cancelled(draining)
    assert waiting() == 1
    b.write(b"here")
    assert await reading == b"here"
    await finish(a, b)


async def case_closing_wakes_all_with_ebadf():
    a, b = afunix.socketpair()
    size = kernel.settings["ring"]
    a.send(b"x" * size)
    waits = [aio.recv(a, 1), aio.recv(a, 1), aio.recv_into(a, bytearray(1))]
    waits += [aio.sendall(a, b"x"), aio.sendall(a, b"y")]
    stream = aio.stream(a)
    stream.write(b"z")
    waits += [stream.drain(), stream.read(1), stream.read(), stream.readexactly(2), stream.readline()]
    waits.append(stream.readinto(bytearray(1)))
    tasks = [asyncio.create_task(wait) for wait in waits]
    await until_waiting(len(tasks))
    a.close()
    for failure in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(failure, OSError) and failure.errno == c.EBADF, failure
    await fails(c.EBADF, aio.recv(a, 1))
    await fails(c.EBADF, aio.sendall(a, b"x"))
    b.close()


async def case_closing_wakes_who_accepts_or_connects_with_ebadf():
    listener = afunix.socket()
    listener.bind(PATH)
    listener.listen(0)
    tasks = [asyncio.create_task(aio.accept(listener)) for _ in range(2)]
    await until_waiting(2)
    listener.close()
    for task in tasks:
        await fails(c.EBADF, task)
    listener = afunix.socket()
    listener.bind(PATH)
    listener.listen(0)
    first, second = afunix.socket(), afunix.socket()
    first.connect(PATH)
    task = asyncio.create_task(aio.connect(second, PATH))
    await until_waiting(1)
    second.close()
    await fails(c.EBADF, task)
    first.close()
    listener.close()


# what is sent


class Liar(bytes):
    def __len__(self):
        return 2


async def case_sendall_counts_bytes():
    size = kernel.settings["ring"]
    numbers = array("H", range(size))
    for data in (numbers, memoryview(numbers), memoryview(numbers)[1:], bytearray(numbers), memoryview(bytes(numbers))):
        expected = bytes(memoryview(data))
        a, b = pair()
        task = asyncio.create_task(b.readexactly(len(expected)))
        await aio.sendall(a.s, data)
        assert await task == expected
        task = asyncio.create_task(b.readexactly(len(expected)))
        a.write(data)
        await a.drain()
        assert await task == expected
        await finish(a, b)


async def case_sendall_believes_no_length():
    a, b = pair()
    await aio.sendall(a.s, Liar(b"true bytes"))
    a.write(Liar(b"more of them"))
    assert await b.readexactly(22) == b"true bytesmore of them"
    task = asyncio.create_task(b.readexactly(3000))
    await aio.sendall(a.s, Liar(b"long " * 600))
    assert await task == b"long " * 600
    await finish(a, b)


async def case_text_cannot_be_sent():
    a, b = pair()
    for send in (aio.sendall, lambda sock, data: a.write(data)):
        for data in ("", "text", 3, None):
            try:
                awaitable = send(a.s, data)
                await awaitable
            except TypeError:
                continue
            raise AssertionError("no TypeError")
    a.s.send(b"only this")
    assert await b.read(100) == b"only this"
    await finish(a, b)


async def case_what_is_sent_may_grow_and_shrink_meanwhile():
    a, b = afunix.socketpair()
    size = kernel.settings["ring"]
    for change in (4, -1):
        data = bytearray(b"x" * (2 * size))
        task = asyncio.create_task(aio.sendall(a, data))
        await until_waiting(1)
        if change > 0:
            data.extend(b"x" * (change * size))
        else:
            data[size + 10 :] = b""
        received = b""
        while len(received) < len(data):
            received += await aio.recv(b, size)
        await task
        assert received == data
    a.close()
    b.close()


async def case_an_empty_packet_waits_for_its_place():
    a, b = afunix.socketpair(type=afunix.SOCK_SEQPACKET)
    count = kernel.settings["records"]
    for _ in range(count):
        a.send(b"x")
    task = asyncio.create_task(aio.sendall(a, b""))
    await until_waiting(1)
    for _ in range(count):
        assert await aio.recv(b, 10) == b"x"
    await task
    assert await aio.recv(b, 10) == b""
    a.close()
    b.close()


async def case_a_packet_waits_for_room_without_asking():
    a, b = afunix.socketpair(type=afunix.SOCK_SEQPACKET)
    size = kernel.settings["ring"]
    a.send(b"x" * (size // 4))
    task = asyncio.create_task(aio.sendall(a, b"y" * size))  # POLLOUT is there already
    await until_waiting(1)
    await settle()
    before = asked
    for _ in range(50):
        await asyncio.sleep(0)
    assert asked - before <= (50 if MICROPYTHON else 0), asked - before
    assert await aio.recv(b, size) == b"x" * (size // 4)
    await task
    assert await aio.recv(b, size) == b"y" * size
    a.close()
    b.close()


async def case_receiving_nothing_waits_for_nothing():
    a, b = afunix.socketpair()
    assert await aio.recv(b, 0) == b""
    assert await aio.recv_into(b, bytearray()) == 0
    a.close()
    b.close()


# what streams keep


async def case_cancelled_drain_sends_nothing_twice():
    a, b = pair()
    size = kernel.settings["ring"]
    data = bytes(range(250)) * 12
    a.write(data)
    received = b""
    while True:
        task = asyncio.create_task(a.drain())
        await until_waiting(1)
        received += await b.read(size // 2)
        await until_waiting(1)  # it has sent something
        await cancelled(task)
        if len(data) - len(received) < 2 * size:
            break
    task = asyncio.create_task(b.readexactly(len(data) - len(received)))
    await a.drain()
    received += await task
    assert received == data
    await settle()
    await finish(a)
    assert await b.read() == b""
    await finish(b)


async def case_cancelled_reads_keep_what_they_had():
    a, b = pair()
    for start in (
        lambda: b.readexactly(10),
        lambda: b.readline(),
        lambda: b.read(-1),
    ):
        for finishing in (
            lambda: b.readexactly(7),
            lambda: b.readline(),
            lambda: b.read(100),
            lambda: into(bytearray(7)),
        ):

            async def into(buffer):
                return bytes(buffer[: await b.readinto(buffer)])

            task = asyncio.create_task(start())
            await until_waiting(1)
            a.write(b"abc")
            await settle()
            await cancelled(task)
            task = asyncio.create_task(start())
            await settle()
            await cancelled(task)
            a.write(b"def\n")
            result = await finishing()
            while len(result) < 7:
                result += await finishing()
            assert result == b"abcdef\n", result
    a.write(b"one\ntwo\nthr")
    task = asyncio.create_task(b.readexactly(100))
    await settle()
    await cancelled(task)
    a.write(b"ee")
    assert await b.readline() == b"one\n"
    assert await b.readexactly(2) == b"tw"
    assert await b.readline() == b"o\n"
    await finish(a)
    assert await b.readline() == b"three"
    assert await b.read() == b""
    await finish(b)


async def case_read_all_goes_on_after_its_cancellation():
    a, b = pair()
    task = asyncio.create_task(b.read())
    a.write(b"first ")
    await settle()
    await cancelled(task)
    a.write(b"second")
    await finish(a)
    assert await b.read() == b"first second"
    assert await b.read() == b""
    await finish(b)


async def case_reads_with_a_timeout_keep_what_they_had():
    a, b = pair()
    a.write(b"half a ")
    for read in (b.readline, b.read, lambda: b.readexactly(11)):
        try:
            await asyncio.wait_for(read(), 0.01)
        except asyncio.TimeoutError:
            continue
        raise AssertionError("no timeout")
    assert waiting() == 0
    a.write(b"line\n")
    assert await b.readline() == b"half a line\n"
    await finish(a, b)


async def case_readexactly_tells_of_an_early_end():
    a, b = pair()
    a.write(b"abc")
    await finish(a)
    try:
        await b.readexactly(4)
        raise AssertionError("no EOFError")
    except EOFError as failure:
        if not MICROPYTHON:
            assert isinstance(failure, asyncio.IncompleteReadError)
            assert (failure.partial, failure.expected) == (b"abc", 4)
    assert await b.readexactly(0) == b""
    assert await b.read() == b""
    await finish(b)


async def case_what_a_stream_is():
    a, b = pair()
    assert a.s is a.get_extra_info("socket")
    assert a.get_extra_info("nothing") is None
    assert a.get_extra_info("nothing", 3) == 3
    assert (a.get_extra_info("sockname"), a.get_extra_info("peername")) == ("", "")
    assert not isinstance(a, asyncio.StreamReader)
    async with a as same:
        assert same is a
        await a.awrite(b"0123456789", 2, 3)
        await a.awrite(b"x")
        await a.awrite(memoryview(b"0123456789"), 7)
        assert await b.read(100) == b"234x789"
        assert await b.read(0) == b""
    assert a.s.fileno() < 0
    assert await b.read() == b""
    await b.aclose()
    assert b.s.fileno() < 0
    await b.wait_closed()
    a.close()


async def case_close_closes_at_once():
    a, b = pair()
    a.write(b"x" * (kernel.settings["ring"] + 10))
    a.close()
    assert a.s.fileno() < 0
    assert len(await b.read()) == kernel.settings["ring"]  # what was not sent is lost
    try:
        a.write(b"x")
        raise AssertionError("no OSError")
    except OSError as failure:
        assert failure.errno == c.EBADF
    await finish(b)


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


async def case_connect_asks_no_more_often_than_others_run():
    listener = afunix.socket()
    listener.bind(PATH)
    listener.listen(0)
    first, second = afunix.socket(), afunix.socket()
    first.connect(PATH)
    task = asyncio.create_task(aio.connect(second, PATH))
    await until_waiting(1)
    before = asked
    for _ in range(200):
        await asyncio.sleep(0)
    assert asked - before <= (200 if MICROPYTHON else 0), asked - before
    one, _ = listener.accept()
    await task
    for sock in (listener, first, second, one):
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
        while not accepted:
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
        assert poller.poll(1000 * LIMIT)[0][0] is one
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


# programs that Ctrl-C ends, and that are run again


spawned = []


async def interrupt():
    raise KeyboardInterrupt


def spawn(coroutine):
    spawned.append(asyncio.create_task(coroutine))


async def program(ending=None):
    """A server and a client, which waits for ever when `ending`, a coroutine, runs as a task beside it."""

    async def client_connected(reader, writer):
        async with writer:
            while True:
                line = await reader.readline()
                if not line:
                    break
                writer.write(line.upper())

    async with await aio.start_unix_server(client_connected, PATH):
        reader, writer = await aio.open_unix_connection(PATH)
        async with writer:
            writer.write(b"hello\n")
            assert await reader.readline() == b"HELLO\n"
            if ending:
                spawn(ending)
                await reader.read()


def interrupted(coroutine):
    try:
        asyncio.run(coroutine)
    except KeyboardInterrupt:
        for task in spawned:
            if not MICROPYTHON:
                task.exception()  # or it is reported some time later
        spawned[:] = ()
        return
    raise AssertionError("no KeyboardInterrupt")


def restart_after_ctrl_c():
    for _ in range(20):  # more than there are sockets for
        interrupted(program(interrupt()))
    asyncio.run(program())


def restart_with_a_new_loop():
    for _ in range(20):
        interrupted(program(interrupt()))
        if MICROPYTHON:
            asyncio.new_event_loop()
    asyncio.run(program())


def restart_with_a_new_loop_after_a_server_was_forgotten():
    if not MICROPYTHON:
        return
    asyncio.run(aio.start_unix_server(None, PATH))
    asyncio.new_event_loop()
    asyncio.run(program())


def restart_leaves_a_stream_whose_opener_has_ended():
    if not MICROPYTHON:
        return
    listener = afunix.socket()
    listener.bind("/run/other")
    listener.listen()
    stream, _ = asyncio.run(aio.open_unix_connection("/run/other"))
    accepted, _ = listener.accept()
    interrupted(program(interrupt()))
    asyncio.run(program())
    accepted.send(b"x")
    assert asyncio.run(stream.read(1)) == b"x"
    asyncio.run(finish(stream))
    listener.close()
    accepted.close()


def restart_after_the_program_failed():
    async def failing():
        await aio.start_unix_server(None, PATH)
        raise ValueError("on purpose")

    for _ in range(3):
        try:
            asyncio.run(failing())
            raise AssertionError("no ValueError")
        except ValueError:
            pass
    asyncio.run(program())


def restart_of_a_program_that_was_interrupted_itself():
    async def main():
        async with await aio.start_unix_server(None, PATH):
            raise KeyboardInterrupt

    interrupted(main())
    interrupted(main())
    asyncio.run(program())


def restart_after_a_clean_up():
    servers = []

    async def main():
        servers.append(await aio.start_unix_server(None, PATH))
        spawn(interrupt())
        await asyncio.Event().wait()

    async def clean_up():
        servers[-1].close()
        await servers[-1].wait_closed()

    for _ in range(2):
        interrupted(main())
        if MICROPYTHON:
            asyncio.run(clean_up())
        assert not kernel.live
    asyncio.run(program())


def restart_finds_tasks_that_ran_their_clean_up():
    """What a run has left on MicroPython is cancelled, as CPython does at the end of the run."""
    ended = []

    async def main(ending):
        async with await aio.start_unix_server(lambda reader, writer: serve(reader, writer), PATH):
            reader, writer = await aio.open_unix_connection(PATH)
            async with writer:
                await aio.recv(writer.s, 1)
                if ending:
                    spawn(ending)
                    await reader.read(1)

    async def serve(reader, writer):
        async with writer:
            writer.write(b"x")
            try:
                await reader.read()
            finally:
                ended.append(1)

    interrupted(main(interrupt()))
    asyncio.run(main(None))
    asyncio.run(settle())
    assert len(ended) == 2


def restart_leaves_the_program_its_own_sockets():
    """Only what this module has opened is closed."""
    a, b = afunix.socketpair()

    async def main():
        task = asyncio.create_task(aio.recv(b, 1))
        await until_waiting(1)
        spawn(interrupt())
        await task

    interrupted(main())
    if MICROPYTHON:
        asyncio.new_event_loop()
    asyncio.run(program())
    a.send(b"x")
    assert asyncio.run(aio.recv(b, 1)) == b"x"
    a.close()
    b.close()


def restart_goes_on_with_what_a_run_has_left_in_order():
    """asyncio.run that returns leaves its tasks to the next one, on MicroPython."""
    if not MICROPYTHON:
        return

    async def start():
        server = await aio.start_unix_server(lambda reader, writer: served.append(writer), PATH)
        return server, (await aio.open_unix_connection(PATH))[0]

    async def go_on(server, reader):
        async with await aio.start_unix_server(None, "/run/other"):
            assert reader.s.fileno() >= 0
        await fails(c.EADDRINUSE, aio.start_unix_server(None, PATH))
        await finish(reader, *served)
        server.close()
        await server.wait_closed()

    served = []
    asyncio.run(go_on(*asyncio.run(start())))


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
        if name.startswith("restart_"):
            case()
            asyncio.run(_checked(settle))
        else:
            asyncio.run(_checked(case))
        assert kernel.live == 0, "%d sockets left" % kernel.live
        assert not kernel.bound
    finally:
        if not kernel.live:
            afunix.configure(**before)


NAMES = sorted(name for name in globals() if name.startswith(("case_", "restart_")))
