# ruff: noqa: UP031  (MicroPython runs it too)
"""asyncio: Ctrl-C ends a program at any place, and it runs again."""

import asyncio
import gc

import view
from scenario import scenario
from world import STREAM

import afunix
from afunix import aio

# A task that fails for want of memory is the program's affair, where others wait for it.
KINDS_OF_FAULT = ("interrupt", "line")
PATH = "/run/program"


def _run(program):
    """asyncio.run, with nothing left of a run before."""
    if hasattr(asyncio, "core"):  # MicroPython keeps the tasks of a run that was cut short
        asyncio.new_event_loop()
    return asyncio.run(program())


def _run_on(program):
    """asyncio.run, with what was left of a run before, which goes on: its tasks fail when their peers are closed."""
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: None)
    return asyncio.run(program())


def _program(state, program, leaves_nothing=False, kinds=KINDS_OF_FAULT, run=_run):
    """A scenario of a whole program: whatever ended it, it runs again, with the same answer. What afunix.aio opened for
    it is closed by then; what its own coroutines hold, which MicroPython forgets, is for the collector."""

    def set_up(w):
        def check():
            answer = run(program)
            if answer != expected:
                return "run again, it answers %r" % (answer,)
            if not view.MICROPYTHON:
                gc.collect()  # a task there keeps its exception, and that the task's variables
            if leaves_nothing and view.counters() != before:
                return "run again, it leaves %s in place of %s" % (view.counters(), before)

        expected = _expected[program.__name__]
        before = view.counters()
        w.check = check
        return lambda: run(program)

    scenario("asyncio.run", state, kinds=kinds)(set_up)


async def _streams():
    """A server with streams and its client."""

    async def serve(reader, writer):
        line = await reader.readline()
        writer.write(b"hello " + line)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    # No "async with": MicroPython loses what it calls at its end, where an interrupt comes at its first jump.
    server = await aio.start_unix_server(serve, PATH)
    reader, writer = await aio.open_unix_connection(PATH)
    writer.write(b"world\n")
    await writer.drain()
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    return line


async def _openings():
    """What opens them, and nobody who waits for a task."""
    server = await aio.start_unix_server(lambda reader, writer: writer.close(), PATH)
    _, writer = await aio.open_unix_connection(PATH)
    await asyncio.sleep(0)
    writer.close()
    server.close()
    await asyncio.sleep(0)


async def _sockets():
    """The calls that work on sockets. What a program's own coroutines hold is the program's to give up."""
    try:
        afunix.unlink(PATH)
    except OSError:
        pass
    with afunix.socket() as listener, afunix.socket() as client:
        listener.bind(PATH)
        listener.listen()

        async def ask():
            await aio.connect(client, PATH)
            await aio.sendall(client, b"question" * 10)
            return await aio.recv(client, 20)

        task = asyncio.create_task(ask())
        server, _ = await aio.accept(listener)
        with server:
            got = b""
            while len(got) < 80:
                got += await aio.recv(server, 64)
            await aio.sendall(server, b"answer")
            return len(got), await task


async def _datagrams():
    """Two tasks that wait for each other."""
    one, other = afunix.socketpair(afunix.AF_UNIX, afunix.SOCK_DGRAM)
    with one, other:

        async def echo():
            await aio.sendall(other, await aio.recv(other, 20))

        task = asyncio.create_task(echo())
        await aio.sendall(one, b"there and back")
        answer = await aio.recv(one, 20)
        await task
    return answer


_expected = {
    "_streams": b"hello world\n",
    "_openings": None,
    "_sockets": (80, b"answer"),
    "_datagrams": b"there and back",
}
_program("streams, a server and its client", _streams, leaves_nothing=True)
# Not "heap": where nothing can be allocated any more, MicroPython's own poll() crashes (see extmod/modselect.c).
_program("a server and a client", _openings, leaves_nothing=True, kinds=KINDS_OF_FAULT + ("memory",))
if hasattr(asyncio, "core"):
    _program("streams, in the loop that was left", _streams, run=_run_on)
_program("aio.connect, accept, recv and sendall", _sockets)
_program("two tasks that wait for each other", _datagrams)


@scenario("aio.stream", "connected")
def _(w):
    one, _ = w.pair(STREAM)
    w.blocking(one)
    return lambda: aio.stream(one) and None
