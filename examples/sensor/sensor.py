"""The sensor service: records from the interrupt in, lines out to any number of subscribers.

A subscriber connects to NAME and is sent HEADER, then a line for each reading, then, when all is played,
"end,<played>,<overruns>,<late ticks>"; the connection is closed behind it.
"""

import asyncio

from reading import HEADER, SIZE, is_end, unpack
from tape import Tape
from ticker import Ticker

import afunix
from afunix import aio

NAME = "/run/sensor"
BATCH = 32  # records taken at once, at most
PAUSE = 0.1  # seconds in which readings may gather: to be woken for each would cost more than all the rest


class Sensor:
    """Plays the recording `path` with `frequency` readings a second."""

    def __init__(self, path, frequency):
        self._frequency = frequency
        self._sink, source = afunix.socketpair()
        self._records = aio.stream(source)
        self._tape = Tape(path, self._sink)
        self._subscribers = []

    async def open(self):
        """Start to accept subscribers."""
        self._server = await aio.start_unix_server(self._subscribe, NAME)

    async def _subscribe(self, reader, writer):
        writer.write(HEADER.encode())
        await writer.drain()
        self._subscribers.append(writer)

    async def run(self):
        """Play the recording to those who have subscribed."""
        feeding = asyncio.create_task(self._tape.feed())
        await asyncio.sleep(0)  # it fills the tape before the first tick
        ticker = Ticker(self._frequency, self._tape.tick)
        print(f"sensor: {self._frequency} readings a second, from a {ticker.kind}")
        try:
            await self._play()
            await feeding
        finally:
            ticker.stop()
        await self._publish(f"end,{self._tape.played},{self._tape.overruns},{self._tape.late}\n")
        await self._close()

    async def _play(self):
        buffer = bytearray(BATCH * SIZE)
        playing = True
        while playing:
            n = await self._records.readinto(buffer)
            playing = not is_end(buffer, n - SIZE)
            if not playing:
                n -= SIZE
            await self._publish("".join([unpack(buffer, at) for at in range(0, n, SIZE)]))
            if n < len(buffer):
                await asyncio.sleep(PAUSE)

    async def _publish(self, text):
        data = text.encode()
        for writer in tuple(self._subscribers):
            try:
                writer.write(data)
                await writer.drain()
            except OSError:  # it has gone
                self._subscribers.remove(writer)
                await writer.wait_closed()

    async def _close(self):
        self._server.close()
        await self._server.wait_closed()
        for writer in self._subscribers:
            await writer.wait_closed()
        await self._records.wait_closed()
        self._sink.close()
        self._tape.close()
