"""An emulated Pico as a process: rp2040py with its serial console on a pseudo-terminal.

Its time is its own: it runs slower than a real one, the more so on a busy machine, and skips the time that it sleeps.
"""

import ctypes
import mmap
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from afunix_tools.failure import Failure
from afunix_tools.patience import STALLED

BOARD_SPEC = f"{Path(__file__).resolve().parent / 'quiet_pico.py'}:BOARD"
# As in quiet_pico.py, which runs in the emulator's process.
CLOCK = "AFUNIX_EMULATED_CLOCK"
PR_SET_PDEATHSIG = 1


def end_with_parent():
    """Have the kernel end this process with its parent: a killed test run leaves no emulator behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Emulator:
    """A running emulated Pico; `port` is the serial port to open.

    `filesystem` is an image of what its flash holds beside the firmware, a file; without one the board makes its own.
    """

    def __init__(self, firmware, filesystem=None):
        if not Path(firmware).is_file():
            raise Failure(f"{firmware} is missing; build it with: make firmware")
        # Read back to find the port, and shown when the emulator dies.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with this object)
        clock = tempfile.TemporaryFile()  # noqa: SIM115 (the same)
        clock.truncate(mmap.PAGESIZE)
        self._nanoseconds = memoryview(mmap.mmap(clock.fileno(), mmap.PAGESIZE)).cast("Q")
        command = [sys.executable, "-m", "rp2040py", "micropython", "--pty"]
        command += ["--board-spec", BOARD_SPEC, "--image", str(firmware)]
        command += ["--littlefs", str(filesystem)] if filesystem else []
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", CLOCK: str(clock.fileno())},
            pass_fds=[clock.fileno()],
            preexec_fn=end_with_parent,
        )
        clock.close()
        self.port = self._wait_for_port()

    def clock(self):
        """How many seconds have passed on the board since it was switched on."""
        return self._nanoseconds[0] / 1e9

    def _wait_for_port(self):
        deadline = time.monotonic() + STALLED
        while time.monotonic() < deadline:
            found = re.search(r"listening on (/dev/\S+)", self.output())
            if found:
                return found[1]
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        self.stop()
        raise Failure("the emulated Pico did not start", self.output())

    def output(self):
        """What the emulator itself, not the board, has printed so far."""
        return os.pread(self._log.fileno(), 1 << 20, 0).decode(errors="replace")

    def is_alive(self):
        """Whether the process still runs."""
        return self._process.poll() is None

    def stop(self):
        """End the process; a second call does nothing."""
        # Nothing is lost, and a firmware that never came up would let the emulator ignore anything milder.
        self._process.kill()
        self._process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stop()
