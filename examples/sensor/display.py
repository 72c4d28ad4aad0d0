"""The display: shows now and then what the sensor sends, what the recorder notices, and at the end its summary."""

import asyncio

import recorder
import sensor
from reading import QUANTITIES, batches, clock, decimal

from afunix import aio

EVERY = 180  # minutes between two readings that are shown

# What is shown of the recorder's lines, by their first field.
_SHOWN = {
    "readings": "{} readings from {} to {}",
    "gap": "gap: nothing between {} and {}, {} readings missing",
    "outlier": "outlier at {}: {} C, left out of the statistics",
    "played": "{} readings played: {} lost, {} overruns, {} late ticks",
}
_TABLE = "{:12} {:>6} {:>9} {:>9} {:>9} {}"


class Display:
    """Shows what happens from `open` on."""

    async def open(self):
        """Subscribe to the sensor and to the recorder's events."""
        self._readings, _ = await aio.open_unix_connection(sensor.NAME)
        await self._readings.readline()
        self._events = await self._ask("events")

    async def run(self):
        """Show readings and events until they end, then the summary."""
        await asyncio.gather(batches(self._readings, self._show_readings), batches(self._events, self._show))
        print()
        await batches(await self._ask("summary"), self._show)

    async def _ask(self, question):
        reader, writer = await aio.open_unix_connection(recorder.NAME)
        writer.write((question + "\n").encode())
        await writer.drain()
        return reader

    async def _show_readings(self, lines):
        for line in lines:
            fields = line.split(",", 2)
            if fields[0] != "end" and not int(fields[1]) % EVERY:
                values = [f"{decimal(int(v))} {q[1]}" for v, q in zip(fields[2].split(","), QUANTITIES)]
                print(clock(int(fields[1])), *values, sep="  ")

    async def _show(self, lines):
        for line in lines:
            what, *fields = line.split(",")
            if what in _SHOWN:
                print(_SHOWN[what].format(*fields))
            else:
                print(_TABLE.format(what, *fields, dict(QUANTITIES)[what]))
            if what == "readings":
                print(_TABLE.format("", "count", "least", "greatest", "mean", "unit"))
