"""A sensor, a recorder and a display, which know of each other only the names of their sockets.

Runs on a board, on MicroPython's unix port, and with PYTHONPATH=lib on CPython.
"""

import asyncio

from display import Display
from recorder import Recorder
from sensor import Sensor
from tape import READINGS

from afunix.kernel import kernel

FREQUENCY = 200  # readings a second


async def main():
    sensor, recorder, display = Sensor(READINGS, FREQUENCY), Recorder(), Display()
    for service in (sensor, recorder, display):
        await service.open()
    await asyncio.gather(sensor.run(), recorder.run(), display.run())
    await recorder.close()


asyncio.run(main())
print(f"{kernel.live} sockets open")
