"""The boards that QEMU emulates, a Cortex-M3, a 32-bit RISC-V and an Xtensa, to see afunix on other processors."""

import re
import subprocess
import tempfile
import time
from pathlib import Path

from afunix_tools.board import TIMEOUT
from afunix_tools.console import Console
from afunix_tools.patience import STALLED, ProcessClock
from board import Board
from emulator import end_with_parent
from steps import BUILD, Failure

# name: (QEMU's program, its arguments)
MACHINES = {
    "mps2": ("qemu-system-arm", ("-machine", "mps2-an385", "-semihosting")),
    "rv32": ("qemu-system-riscv32", ("-machine", "virt", "-bios", "none", "-semihosting")),
    "xtensa": ("qemu-system-xtensa", ("-machine", "lx60", "-cpu", "dc233c", "-semihosting")),
}


def firmware_of(name):
    """Where the firmware of a machine is put."""
    return BUILD / name / "firmware.elf"


class Machine:
    """A running QEMU; `port` is the serial port to open, `clock()` the seconds that it has had."""

    def __init__(self, name, firmware):
        if not Path(firmware).is_file():
            raise Failure(f"{firmware} is missing; build it with: make test-qemu")
        program, arguments = MACHINES[name]
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with this object)
        command = [program, *arguments, "-nographic", "-monitor", "null", "-serial", "pty", "-kernel", str(firmware)]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent,
            )
        except FileNotFoundError:
            raise Failure(f"{program} is missing") from None
        self.clock = ProcessClock(self._process.pid)
        self.port = self._wait_for_port()

    def _wait_for_port(self):
        deadline = time.monotonic() + STALLED
        while time.monotonic() < deadline and self._process.poll() is None:
            self._log.seek(0)
            said = self._log.read().decode(errors="replace")
            found = re.search(r"redirected to (/dev/\S+)", said)
            if found:
                return found[1]
            time.sleep(0.02)
        self.stop()
        raise Failure("QEMU did not start", said)

    def stop(self):
        """End the process; a second call does nothing."""
        self._process.kill()
        self._process.wait()


class QemuBoard(Board):
    """One of MACHINES as a board; without a filesystem, everything is frozen in or sent into RAM."""

    def __init__(self, name, timeout=TIMEOUT, on_start=None):
        super().__init__(firmware=firmware_of(name), timeout=timeout, on_start=on_start)
        self.name = name

    def _start(self):
        self._emulator = Machine(self.name, self._firmware)
        self._console = Console(self._emulator.port, clock=self._emulator.clock)
        self._forget()
        self._restarted()
