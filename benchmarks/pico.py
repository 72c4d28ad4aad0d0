"""An emulated Pico whose only clock is its own, so that what it measures is the same in every run.

The emulator is called, not run beside us, and everything that the host does to the board happens in an alarm of the
emulated clock or between two programs, when the board is stopped at the byte that ended the last one. A run is then a
function of the firmware and the programs alone: no figure depends on how busy this machine is.

Programs lie precompiled in the emulated flash, far behind the 2 MiB that the firmware knows: nothing is sent over
the serial port but the line that imports them, and nothing is compiled on the board.

A span of a program is marked with GPIO MARK: it starts when the pin goes up and ends when it goes down, and
`Pico.spans` has the cycles of each. They are counted with the clock, of which the core has 125 million cycles a
second; flash has no wait states here. GPIO PULSED is an input with a pulse every few milliseconds.
"""

import dataclasses
from pathlib import Path

from rp2040py.device.mp_device import MicroPythonDevice
from rp2040py.device.raw_repl import RawReplRunner
from rp2040py.memory_map import FLASH_START_ADDRESS

import quiet_pico
from afunix_tools.mpy import compile_for
from steps import Failure

MARK = 14
PULSED = 15
# A pulse lasts as long as the pause. It is no multiple of the millisecond that who waits on the board may sleep.
PULSE_NANOSECONDS = 3_570_000
CYCLE_NANOSECONDS = 8
PUMP_NANOSECONDS = 1_000_000
START_SECONDS = 5
STORE = 8 << 20  # where in the flash the programs lie
# sys.implementation._mpy of a Pico's firmware: armv6m, version 6.3
ARMV6M = 0x1306
INTERRUPT, RAW = b"\x03\x03", b"\x01"
# A filesystem of the files in `F`, name to (address, size), as far as `import` uses one.
FILESYSTEM = """
import io, sys, uctypes, vfs
class Store:
 def mount(s, r, m): pass
 def stat(s, p):
  p = p.strip('/')
  if p in F: return (0x8000,) + (0,) * 9
  for f in F:
   if f.startswith(p + '/'): return (0x4000,) + (0,) * 9
  raise OSError(2)
 def open(s, p, m): return io.BytesIO(bytes(uctypes.bytearray_at(*F[p.strip('/')])))
vfs.mount(Store(), '/store')
sys.path.insert(0, '/store')
"""


class Mark:
    """Tells `on_edge(is_up)` when the pin that marks a span changes."""

    def __init__(self, on_edge):
        self._on_edge = on_edge

    def attach(self, rp2040):
        """Listen to the pin; called by the emulator."""
        rp2040.gpio[MARK].add_listener(self._changed)

    def _changed(self, new, old):
        if (new == 1) != (old == 1):
            self._on_edge(new == 1)


class Pulses:
    """What may interrupt the board."""

    def attach(self, rp2040):
        """Start to pulse; called by the emulator."""
        pin = rp2040.gpio[PULSED]
        level = False

        def toggle():
            nonlocal level
            level = not level
            pin.set_input_value(level)
            alarm.schedule(PULSE_NANOSECONDS)

        alarm = rp2040.clock.create_alarm(toggle)
        alarm.schedule(PULSE_NANOSECONDS)


class Pico:
    """A board with `firmware`, at its raw REPL, and with `files` (a dict from name to a .py or .mpy file) to import.

    `compiled` tells how big they are as .mpy.
    """

    def __init__(self, firmware, files=None):
        if not Path(firmware).is_file():
            raise Failure(f"{firmware} is missing; build it with: make firmware")
        self._host = quiet_pico.QuietHost()
        extras = [each for each in quiet_pico.BOARD.extras if each is not quiet_pico.QuietHost]
        extras += [lambda: self._host, Pulses, lambda: Mark(lambda is_up: self.on_edge(is_up))]
        board = dataclasses.replace(quiet_pico.BOARD, image=firmware, extras=tuple(extras))
        self._device = MicroPythonDevice(board=board)
        self._device.mcu.core.pc = FLASH_START_ADDRESS
        self.simulator = self._device.simulator
        self.core = self._device.mcu.core
        self.clock = self.simulator.clock
        self.spans = []
        self._started = None
        self.on_edge = self._edge
        self.compiled = {}
        self._boot()
        if files:
            self._store(files)

    @property
    def cycles(self):
        """Cycles since power-on."""
        return round(self.clock.nanos / CYCLE_NANOSECONDS)

    def exec(self, source, seconds=600, on_output=None):
        """Run `source` and return what it prints. Raises Failure for an exception, or after emulated `seconds`.

        `on_output` is given what comes from the board as it comes, the raw REPL's own bytes as well.
        """
        cdc = self._device.cdc
        runner = RawReplRunner(cdc, source.encode())

        def receive(data):
            runner.feed(data)
            if on_output:
                on_output(data)
            if runner.result is not None:
                # At this very instruction, not at the end of a batch, whose length depends on real time.
                self.simulator.stopped = True

        def pump():
            runner.pump()
            alarm.schedule(PUMP_NANOSECONDS)

        cdc.on_serial_data = receive
        alarm = self.clock.create_alarm(pump)
        alarm.schedule(PUMP_NANOSECONDS)
        for byte in INTERRUPT + RAW:
            cdc.send_serial_byte(byte)
        try:
            self._run_until(lambda: runner.result is not None, seconds)
        finally:
            alarm.cancel()
            cdc.on_serial_data = None
        output, error = (part.decode().replace("\r\n", "\n") for part in runner.result)
        if error:
            raise Failure("a program on the emulated Pico failed", f"{output}{error}")
        return output

    def type(self, data):
        """Send `data` to the board's console, at this moment; for alarms of `clock`."""
        for byte in data:
            self._device.cdc.send_serial_byte(byte)
        self._host.send_now()

    def run_batch(self):
        """Let the emulator go on until it is stopped, or for a moment."""
        self.simulator._execute_batch()

    def _boot(self):
        connected = []

        def on_connected():
            connected.append(True)
            self.simulator.stopped = True

        self._device.cdc.on_device_connected = on_connected
        self._run_until(lambda: connected, START_SECONDS)

    def _store(self, files):
        memory = self._device.mcu.flash
        table, at = {}, STORE
        for name, path in files.items():
            data = path.read_bytes() if path.suffix == ".mpy" else compile_for(ARMV6M, path)
            self.compiled[name] = data
            memory[at : at + len(data)] = data
            table[f"{name}.mpy"] = FLASH_START_ADDRESS + at, len(data)
            at += len(data)
        self.exec(f"F = {table!r}{FILESYSTEM}")

    def _run_until(self, done, seconds):
        give_up = self.clock.nanos + seconds * 1e9
        self.simulator.stopped = False
        while not done():
            self.run_batch()
            if self.clock.nanos > give_up:
                raise Failure(f"the emulated Pico was not done after {seconds} s of its time")
        self.simulator.stopped = True

    def _edge(self, is_up):
        if is_up:
            self._started = self.clock.nanos
        elif self._started is not None:
            self.spans.append(round((self.clock.nanos - self._started) / CYCLE_NANOSECONDS))
            self._started = None
