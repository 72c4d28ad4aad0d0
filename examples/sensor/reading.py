"""A reading: a line of the recording, a packed record from the interrupt, a line to the subscribers.

Quantities are integers in hundredths of their unit, which a board adds up without rounding.
"""

import struct

INTERVAL = 5  # minutes between two readings
QUANTITIES = (("temperature", "C"), ("humidity", "%"), ("pressure", "hPa"))
HEADER = "number,minute,temperature,humidity,pressure\n"

# Number, minute of the day, temperature, humidity, pressure. The size of a record divides that of a socket's buffer,
# so a record fits wholly or not at all.
_RECORD = "<HHhHI4x"
SIZE = 16
_END_MINUTE = 0xFFFF
END_RECORD = struct.pack(_RECORD, 0, _END_MINUTE, 0, 0, 0)


def parse(line):
    """[7, 30, 1842, 5510, 101325] of "07:30,18.42,55.10,1013.25", a line of the recording.

    Quantities have two decimals always: without the point they are hundredths.
    """
    return list(map(int, line.replace(":", ",").replace(".", "").split(",")))


def pack(number, hour, minute, *quantities):
    """The record of a reading."""
    return struct.pack(_RECORD, number, 60 * hour + minute, *quantities)


def unpack(buffer, at):
    """The subscribers' line for the record at buffer[at:]."""
    return "{},{},{},{},{}\n".format(*struct.unpack_from(_RECORD, buffer, at))


def is_end(buffer, at):
    """Is the record at buffer[at:] END_RECORD?"""
    return struct.unpack_from(_RECORD, buffer, at)[1] == _END_MINUTE


def clock(minute):
    """ "07:30" for 450."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def decimal(value):
    """ "-1.42" for -142."""
    return "{}{}.{:02d}".format("-" if value < 0 else "", abs(value) // 100, abs(value) % 100)


class Lines:
    """Cuts what comes in pieces into lines."""

    def __init__(self):
        self._rest = ""

    def add(self, text):
        """A list of the lines that `text` completes, without their newlines."""
        lines = (self._rest + text).split("\n")
        self._rest = lines.pop()
        return lines


async def batches(reader, take):
    """Call `take` with each list of lines that `reader` receives, then close it.

    Waiting for each line by itself would take a board longer than the rest of its work with it.
    """
    lines = Lines()
    while True:
        data = await reader.read(512)
        if not data:
            break
        await take(lines.add(data.decode()))
    await reader.wait_closed()
