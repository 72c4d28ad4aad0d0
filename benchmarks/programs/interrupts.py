"""How long after a hard interrupt's handler has begun a waiter has what the handler sends. On a board only, with
pulses on pin 15.
"""

import asyncio

import micropython
import timing
from machine import Pin

SPANS = 8
_pulsed = Pin(15, Pin.IN)


def _interrupted(notify):
    def handler(pin):
        timing.mark(1)
        notify(b"x")

    _pulsed.irq(handler, trigger=Pin.IRQ_RISING, hard=True)


def flag(n):
    event = asyncio.ThreadSafeFlag()

    async def main():
        for _ in range(n):
            await event.wait()
            timing.mark(0)

    _interrupted(lambda _: event.set())
    asyncio.run(main())


def stream(n, notify, source):
    reader = asyncio.StreamReader(source)
    buffer = bytearray(1)

    async def main():
        for _ in range(n):
            await reader.readinto(buffer)
            timing.mark(0)

    _interrupted(notify)
    asyncio.run(main())


def blocked(n, notify, receive):
    buffer = bytearray(1)
    _interrupted(notify)
    for _ in range(n):
        receive(buffer)
        timing.mark(0)


def quiet(n, run, *arguments):
    """`run`, and no interrupt after it."""
    run(n, *arguments)
    _pulsed.irq(None)


def others():
    case = "hard interrupt to asyncio task"
    timing.between(case, "ThreadSafeFlag", SPANS, quiet, flag)
    ring = micropython.RingIO(16)
    timing.between(case, "RingIO", SPANS, quiet, stream, ring.write, ring)


def sockets():
    import afunix

    a, b = afunix.socketpair()
    case = "hard interrupt to "
    timing.between(case + "blocked recv_into", timing.name, SPANS, quiet, blocked, a.try_write, b.recv_into)
    b.setblocking(False)
    timing.between(case + "asyncio task", timing.name, SPANS, quiet, stream, a.try_write, b)
