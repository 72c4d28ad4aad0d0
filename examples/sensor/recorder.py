"""The recorder: subscribes to the sensor, keeps statistics, and answers questions.

Who connects to NAME sends one line, is answered with lines, and the connection is closed behind the last:

    events    what is out of the ordinary, from now on, as it happens
    summary   the statistics, once the recording is over
"""

import asyncio

import sensor
from reading import INTERVAL, QUANTITIES, batches, clock, decimal

from afunix import aio

NAME = "/run/recorder"
JUMP = 500  # hundredths of a degree: a reading further than that from the last good one is an outlier


class Statistics:
    """Count, least, greatest and mean of integers."""

    def __init__(self):
        self.count = 0
        self.least = self.greatest = self.total = 0

    def add(self, value):
        """Take in one more."""
        if not self.count or value < self.least:
            self.least = value
        if not self.count or value > self.greatest:
            self.greatest = value
        self.total += value
        self.count += 1

    def mean(self):
        """The mean, rounded to the nearest integer."""
        return (2 * self.total + self.count) // (2 * self.count) if self.count else 0


class Recorder:
    """Records what the sensor sends from `open` on."""

    def __init__(self):
        self._statistics = [Statistics() for _ in QUANTITIES]
        self._count = 0
        self._first = self._last = 0  # minutes of the day
        self._temperature = None  # of the last good reading
        self._end = 0, 0, 0  # readings played, overruns, late ticks
        self._events = []
        self._listeners = []
        self._over = asyncio.Event()

    async def open(self):
        """Subscribe, and start to accept questions."""
        self._readings, _ = await aio.open_unix_connection(sensor.NAME)
        await self._readings.readline()
        self._server = await aio.start_unix_server(self._answer, NAME)

    async def run(self):
        """Record until the sensor is done, and tell those who wait for that."""
        await batches(self._readings, self._take)
        self._over.set()
        for listener in self._listeners:
            await listener.wait_closed()

    async def close(self):
        """Accept no more questions."""
        self._server.close()
        await self._server.wait_closed()

    async def _take(self, lines):
        for line in lines:
            fields = line.split(",")
            if fields[0] == "end":
                self._end = list(map(int, fields[1:]))
                return
            _, minute, *values = map(int, fields)
            event = self._record(minute, values)
            if event:
                await self._tell(event)

    async def _tell(self, event):
        self._events.append(event)
        for listener in self._listeners:
            listener.write((event + "\n").encode())
            await listener.drain()

    def _record(self, minute, values):
        """Take in one reading; returns what is out of the ordinary about it, or None."""
        event = None
        before, self._last = self._last, minute
        if not self._count:
            self._first = minute
        elif minute - before > INTERVAL:
            event = f"gap,{clock(before)},{clock(minute)},{(minute - before) // INTERVAL - 1}"
        self._count += 1
        if self._temperature is not None and abs(values[0] - self._temperature) > JUMP:
            return f"outlier,{clock(minute)},{decimal(values[0])}"
        self._temperature = values[0]
        for statistics, value in zip(self._statistics, values):
            statistics.add(value)
        return event

    async def _answer(self, reader, writer):
        question = (await reader.readline()).strip()
        if question == b"events":
            self._listeners.append(writer)
            return
        if question == b"summary":
            await self._over.wait()
            writer.write("".join([line + "\n" for line in self._summary()]).encode())
            await writer.drain()
        await writer.wait_closed()

    def _summary(self):
        yield f"readings,{self._count},{clock(self._first)},{clock(self._last)}"
        for (name, _), s in zip(QUANTITIES, self._statistics):
            yield f"{name},{s.count},{decimal(s.least)},{decimal(s.greatest)},{decimal(s.mean())}"
        yield from self._events
        played, overruns, late = self._end
        yield f"played,{played},{played - self._count},{overruns},{late}"
