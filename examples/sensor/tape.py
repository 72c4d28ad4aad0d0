"""A recorded day in place of a sensor's registers: a task feeds readings in, an interrupt takes one at each tick."""

import asyncio

from reading import END_RECORD, SIZE, Lines, pack, parse

import afunix

READINGS = "/".join(__file__.replace("\\", "/").split("/")[:-1] + ["readings.csv"])
PART = 256  # characters of the file in memory at a time
PAUSE = 0.1  # seconds between two looks for space on the tape, on which some readings are always ahead


class Tape:
    """Plays the file `path` into the socket `sink`, a record at each tick, and END_RECORD behind the last one.

    played    readings that were put on the tape
    overruns  readings lost because `sink` was full
    late      ticks for which the file was not read in time; nothing is lost by that
    """

    def __init__(self, path, sink):
        self._path = path
        self._source, self._feed = afunix.socketpair()
        self._record = bytearray(SIZE)
        # Bound methods are made here: making one allocates memory, which the interrupt must not.
        self._take = self._source.try_readinto
        self._send = sink.try_write
        self._read_to_end = False
        self._ended = False
        self.played = 0
        self.overruns = 0
        self.late = 0

    async def feed(self):
        """Keep the tape filled, a part of the file at a time, until the file is read to its end."""
        lines = Lines()
        with open(self._path) as file:
            file.readline()
            while True:
                text = file.read(PART)
                if not text:
                    break
                for line in lines.add(text):
                    await self._put(pack(self.played, *parse(line)))
                    self.played += 1
        self._read_to_end = True

    async def _put(self, record):
        while not self._feed.try_write(record):
            await asyncio.sleep(PAUSE)

    def tick(self, _timer):
        """What the interrupt does: it allocates nothing and waits for nobody."""
        if self._take(self._record) == SIZE:
            if self._send(self._record) != SIZE:
                self.overruns += 1
        elif not self._read_to_end:
            self.late += 1
        elif not self._ended and self._send(END_RECORD) == SIZE:
            self._ended = True

    def close(self):
        """Close the tape's own sockets."""
        self._source.close()
        self._feed.close()
