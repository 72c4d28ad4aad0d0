"""What it costs that one asyncio task tells another one something, and hears back."""

import asyncio

import timing
from thread_safe_queue import ThreadSafeQueue

ROUNDS = 10


async def _with(partner, main):
    task = asyncio.create_task(partner)
    await main
    task.cancel()


def events(n):
    there, back = asyncio.Event(), asyncio.Event()

    async def partner():
        while True:
            await there.wait()
            there.clear()
            back.set()

    async def main():
        for _ in range(n):
            there.set()
            await back.wait()
            back.clear()

    asyncio.run(_with(partner(), main()))


def flags(n):
    """What asyncio can wait for that an interrupt may set: it polls these as it polls sockets."""
    there, back = asyncio.ThreadSafeFlag(), asyncio.ThreadSafeFlag()

    async def partner():
        while True:
            await there.wait()
            back.set()

    async def main():
        for _ in range(n):
            there.set()
            await back.wait()

    asyncio.run(_with(partner(), main()))


def queues(n):
    there, back = ThreadSafeQueue(4), ThreadSafeQueue(4)

    async def partner():
        while True:
            await back.put(await there.get())

    async def main():
        for _ in range(n):
            await there.put(b"x")
            await back.get()

    asyncio.run(_with(partner(), main()))


def calls(n, a, b, aio):
    async def partner():
        buffer = bytearray(1)
        while True:
            await aio.recv_into(b, buffer)
            await aio.sendall(b, buffer)

    async def main():
        buffer = bytearray(1)
        for _ in range(n):
            await aio.sendall(a, buffer)
            await aio.recv_into(a, buffer)

    asyncio.run(_with(partner(), main()))


def streams(n, a, b):
    async def partner():
        while True:
            b.write(await b.readexactly(1))
            await b.drain()

    async def main():
        for _ in range(n):
            a.write(b"x")
            await a.drain()
            await a.readexactly(1)

    asyncio.run(_with(partner(), main()))


def others():
    timing.rounds("ping-pong of tasks", "asyncio.Event", ROUNDS, events)
    timing.rounds("ping-pong of tasks", "asyncio.ThreadSafeFlag", ROUNDS, flags)
    timing.rounds("ping-pong of tasks", "ThreadSafeQueue", ROUNDS, queues)


def sockets():
    import afunix

    a, b = afunix.socketpair()
    stream = afunix.aio.stream
    timing.rounds("ping-pong of tasks", timing.name, ROUNDS, streams, stream(a), stream(b))
    timing.rounds("ping-pong of tasks", timing.name + ", no streams", ROUNDS, calls, a, b, afunix.aio)


def system():
    import system

    a, b = system.pair(1)
    a.setblocking(False)
    b.setblocking(False)
    timing.rounds("ping-pong of tasks", "Linux", ROUNDS, streams, asyncio.StreamReader(a), asyncio.StreamReader(b))
