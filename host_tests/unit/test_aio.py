"""afunix.aio, by the same cases on CPython and on MicroPython's unix port; then what only CPython has."""

import asyncio
import sys
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
LIB = HERE.parent.parent / "lib"
sys.path.insert(0, str(HERE))

import aio_cases  # noqa: E402
from aio_cases import LIMIT, PATH, finish, pair, until_waiting  # noqa: E402

import afunix  # noqa: E402
from afunix import aio  # noqa: E402
from afunix.host.cpython import waiters  # noqa: E402
from afunix.kernel import kernel  # noqa: E402


@pytest.mark.parametrize("name", aio_cases.NAMES)
def test_cpython(name):
    aio_cases.run(name)


@pytest.mark.unix
@pytest.mark.parametrize("name", aio_cases.NAMES)
def test_unix(unix_python, name):
    source = f"import aio_cases; aio_cases.run({name!r}); print('passed')"
    code, output = unix_python.run(source, paths=(LIB, HERE))
    assert (code, output) == (0, "passed\n"), output


@pytest.fixture
def nothing_left():
    """See that a test ends with no socket open and nobody watching."""
    settings = dict(kernel.settings)
    assert kernel.live == 0
    yield
    assert kernel.live == 0
    assert not waiters.watchers
    assert not waiters.count
    afunix.configure(**settings)


class Counting:
    """Counts how often a socket's readiness is asked for."""

    def __init__(self, sock):
        self.sock = sock
        self.asked = 0

    def ioctl(self, request, argument):
        self.asked += 1
        return self.sock.ioctl(request, argument)

    def __getattr__(self, name):
        return getattr(self.sock, name)


def test_waiting_polls_nothing(nothing_left):
    async def main():
        a, b = pair()
        b.s = counting = Counting(b.s)
        task = asyncio.create_task(b.read(10))
        await until_waiting(1)
        await asyncio.sleep(0.2)
        assert counting.asked == 1
        a.write(b"x")
        assert await task == b"x"
        assert counting.asked <= 3
        await finish(a, b)

    asyncio.run(main())


def test_loops_in_several_threads_talk_to_each_other(nothing_left):
    """Each loop is woken by the other's thread, thousands of times."""
    rounds = 1000
    failures = []
    listening = threading.Event()

    async def serve():
        async def client_connected(reader, writer):
            for _ in range(rounds):
                writer.write(await reader.readexactly(4))
                await writer.drain()
            assert await reader.read() == b""
            await finish(writer)
            ended.set()

        ended = asyncio.Event()
        async with await aio.start_unix_server(client_connected, PATH):
            listening.set()
            await asyncio.wait_for(ended.wait(), LIMIT)

    async def ask():
        reader, writer = await aio.open_unix_connection(PATH)
        for i in range(rounds):
            message = i.to_bytes(4, "big")
            writer.write(message)
            await writer.drain()
            assert await asyncio.wait_for(reader.readexactly(4), LIMIT) == message
        await finish(writer)

    def run(main):
        try:
            asyncio.run(main())
        except BaseException as failure:
            failures.append(failure)
            listening.set()

    threads = [threading.Thread(target=run, args=(main,)) for main in (serve, ask)]
    threads[0].start()
    listening.wait(LIMIT)
    threads[1].start()
    for thread in threads:
        thread.join(LIMIT)
        assert not thread.is_alive()
    assert not failures


def test_many_threads_wake_one_loop(nothing_left):
    count, size = 8, 200

    def send(sock):
        for _ in range(size):
            sock.sendall(b"0123456789")
        sock.close()

    async def receive(stream):
        assert await stream.read() == b"0123456789" * size
        await finish(stream)

    async def main():
        pairs = [afunix.socketpair() for _ in range(count)]
        threads = [threading.Thread(target=send, args=(one,)) for one, _ in pairs]
        tasks = [asyncio.create_task(receive(aio.stream(other))) for _, other in pairs]
        for thread in threads:
            thread.start()
        await asyncio.wait_for(asyncio.gather(*tasks), LIMIT)
        for thread in threads:
            thread.join(LIMIT)

    afunix.configure(sockets=16, descriptors=32)
    asyncio.run(main())


def test_a_loop_closed_while_a_task_waits_disturbs_nobody(nothing_left):
    """The kernel's next wake-up finds the loop closed, and must not raise in the thread that sends."""
    loop = asyncio.new_event_loop()
    one, other = afunix.socketpair()

    async def wait():
        await aio.stream(other).read(10)

    task = loop.create_task(wait())
    for _ in range(3):
        loop.run_until_complete(asyncio.sleep(0))
    assert len(waiters.watchers) == 1
    loop.close()
    assert one.send(b"x") == 1
    assert not waiters.watchers
    task._log_destroy_pending = False
    one.close()
    other.close()


def test_what_a_closed_loop_has_left_open_is_in_nobodys_way(nothing_left):
    """Where asyncio.run does not end the tasks, the next server does."""
    loop = asyncio.new_event_loop()
    streams = []

    async def main():
        await aio.start_unix_server(lambda reader, writer: streams.append(writer), PATH)
        reader, writer = await aio.open_unix_connection(PATH)
        streams.append(writer)
        await reader.read()

    abandoned = loop.create_task(main())
    loop.run_until_complete(loop.create_task(asyncio.sleep(0)))
    while len(streams) < 2:
        loop.run_until_complete(asyncio.sleep(0))
    finished, _ = loop.run_until_complete(aio.open_unix_connection(PATH))
    loop.close()
    asyncio.run(aio_cases.program())
    assert streams[0].s.fileno() < 0
    assert finished.s.fileno() >= 0  # of a task that has ended: the program may use it otherwise
    abandoned._log_destroy_pending = False
    for stream in [*streams, finished]:
        stream.close()


def test_a_wake_up_may_come_under_the_kernels_lock(nothing_left):
    """A connect that waits for the backlog takes the kernel's lock to look; the wake-up for it comes with it held."""

    async def main():
        listener = afunix.socket()
        listener.bind(PATH)
        listener.listen(0)
        first = afunix.socket()
        first.connect(PATH)
        task = asyncio.create_task(aio.open_unix_connection(PATH))
        await until_waiting(1)
        accepted = await asyncio.get_running_loop().run_in_executor(None, listener.accept)
        _, writer = await asyncio.wait_for(task, LIMIT)
        await finish(writer)
        for sock in (listener, first, accepted[0]):
            sock.close()

    asyncio.run(main())


def test_wait_closed_can_be_cancelled(nothing_left):
    async def main():
        server = await aio.start_unix_server(None, PATH)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 0.05)
        (await aio.open_unix_connection(PATH))[1].close()  # it still serves
        server.close()
        await server.wait_closed()

    asyncio.run(main())


def test_two_tasks_drain_into_one_socket(nothing_left):
    """One of them takes the space that both were woken for."""

    async def main():
        one, other = afunix.socketpair()
        streams = [aio.stream(one), aio.stream(one)]
        size = kernel.settings["ring"]
        for i, stream in enumerate(streams):
            stream.write(b"%d" % i * 2 * size)
        draining = [asyncio.create_task(stream.drain()) for stream in streams]
        reader = aio.stream(other)
        received = b""
        while len(received) < 4 * size:
            received += await asyncio.wait_for(reader.read(size), LIMIT)
        await asyncio.gather(*draining)
        assert [received.count(b"0"), received.count(b"1")] == [2 * size] * 2
        await finish(reader, streams[0])

    asyncio.run(main())


def test_text_cannot_be_written(nothing_left):
    async def main():
        a, b = pair()
        with pytest.raises(TypeError):
            a.write("text")
        await finish(a, b)

    asyncio.run(main())


def test_what_is_known_of_a_stream(nothing_left):
    async def main():
        infos = []

        async def client_connected(reader, writer):
            infos.append([writer.get_extra_info(name) for name in ("sockname", "peername", "socket", "other")])
            await finish(writer)

        async with await aio.start_unix_server(client_connected, PATH):
            reader, writer = await aio.open_unix_connection(PATH)
            assert await reader.read() == b""
            assert writer.get_extra_info("peername") == PATH
            await finish(writer)
        assert infos[0][:2] == [PATH, ""]
        assert isinstance(infos[0][2], afunix.socket)
        assert infos[0][3] is None

    asyncio.run(main())
