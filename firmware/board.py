"""A Pico, emulated or real, and a command line for it.

    board.py exec CODE      run a line of code          board.py example DIR    run an example's main.py
    board.py run FILE       run a file                  board.py repl           talk to it; Ctrl-] ends
    board.py ports          list the serial ports       board.py serve          show an emulated Pico's port

PORT= names a real board's serial port; without it an emulated Pico is started, with build/pico/firmware.uf2
or what FIRMWARE= names.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import afunix_tools.board
from afunix_tools.board import TIMEOUT
from afunix_tools.command import show, show_ports
from afunix_tools.console import Console
from afunix_tools.mpy import compiled_library
from emulator import Emulator
from steps import BUILD, Failure, main

FIRMWARE = BUILD / "pico/firmware.uf2"


class Board(afunix_tools.board.Board):
    """A board to test on.

    If `port` is None it is an emulated Pico, which is restarted when it hangs. On a real board the library is
    sent to its filesystem first, and comes before what may be frozen in. `on_start(board)` is called whenever its
    interpreter has started.
    """

    def __init__(self, port=None, firmware=None, timeout=TIMEOUT, on_start=None, clock=time.monotonic):
        super().__init__(port, timeout, on_start, clock)
        self._firmware = firmware or FIRMWARE
        self._emulator = None
        if port:
            self._start()
            self.send_library()

    @property
    def is_emulated(self):
        """Whether this is an emulated Pico."""
        return self._port is None

    def clock(self):
        """The seconds that its timeouts count: an emulated board's own, while there is one."""
        return self._emulator.clock() if self._emulator else super().clock()

    def send_library(self):
        """Bring /lib/afunix on the board's filesystem to what lib/afunix is here, as .mpy files."""
        files = compiled_library(self.mpy())
        if not files:
            raise Failure("there is no lib/afunix to send")
        self.sync("/lib/afunix", files)
        self.soft_reset()

    def close(self):
        """Give the port free, end the emulator."""
        super().close()
        if self._emulator:
            self._emulator.stop()
        self._emulator = None

    def _start(self):
        if not self.is_emulated:
            super()._start()
            return
        self._emulator = Emulator(self._firmware)
        self._console = Console(self._emulator.port, clock=self._emulator.clock)
        self._forget()
        self._restarted()

    def _restarted(self):
        if self._port:
            # What was sent comes before what may be frozen in.
            self.exec("import sys; sys.path.remove('.frozen'); sys.path.append('.frozen')")
        super()._restarted()


def run_example(board, directory):
    """Run main.py of an example on the board, with the other files of its directory beside it."""
    directory = Path(directory)
    if not (directory / "main.py").is_file():
        raise Failure(f"there is no {directory / 'main.py'}")
    # main.py itself goes into RAM, under no name that would make the board start it at its next reset.
    others = [path for path in sorted(directory.iterdir()) if path.is_file() and path.name != "main.py"]
    there = f"/{directory.resolve().name}"
    board.sync(there, {path.name: path.read_bytes() for path in others})
    board.soft_reset()
    board.exec(f"import os, sys; os.chdir({there!r}); sys.path.insert(0, {there!r})")
    show(board, (directory / "main.py").read_text())


def _repl(port, firmware):
    command = [sys.executable, "-m", "mpremote", "connect"]
    if port:
        return subprocess.call([*command, port, "repl"])
    with Emulator(firmware) as emulator:
        return subprocess.call([*command, emulator.port, "repl"])


def _serve(firmware):
    with Emulator(firmware) as emulator:
        print(f"an emulated Pico is on {emulator.port}; Ctrl-C ends it", flush=True)
        while emulator.is_alive():
            time.sleep(0.5)
    raise Failure("the emulator has ended", emulator.output())


def _main(arguments):
    port = os.environ.get("PORT") or None
    firmware = os.environ.get("FIRMWARE") or FIRMWARE
    match arguments:
        case ["ports"]:
            return show_ports()
        case ["serve"]:
            return _serve(firmware)
        case ["repl"]:
            return _repl(port, firmware)
        case ["exec" | "run" | "example" as command, subject]:
            with Board(port, firmware) as board:
                if command == "example":
                    return run_example(board, subject)
                return show(board, subject if command == "exec" else Path(subject).read_text())
    raise Failure(f"what is to be done?\n{__doc__}")


if __name__ == "__main__":
    main(_main)
