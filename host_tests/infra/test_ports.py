"""What a user reads when something is wrong with the serial port, and what a board gets compiled."""

import os
import pty
import subprocess
import sys
import tty

import pytest
import serial

from afunix_tools.board import Board
from afunix_tools.console import Console
from afunix_tools.mpy import ARCHITECTURES, compile_for, mpy_of
from emulator import Emulator
from steps import ROOT, Failure

ARMV6M = mpy_of("armv6m") | 3 << 8


@pytest.fixture
def silent_port():
    """A serial port at whose other end nobody answers."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


def test_a_missing_port_is_one_line():
    environment = os.environ | {"PORT": "/dev/ttyACM-none"}
    command = [sys.executable, ROOT / "firmware/board.py", "exec", "print(1)"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == ""
    advice = "is the board plugged in? List the ports with: make ports"
    assert done.stderr == f"afunix: there is no port /dev/ttyACM-none; {advice}\n"


def test_a_port_that_does_not_answer(silent_port):
    with pytest.raises(Failure, match="does not answer as MicroPython.*reset button"):
        Console(silent_port, timeout=0.2)


def test_a_port_in_use(silent_port):
    with serial.Serial(silent_port, exclusive=True), pytest.raises(Failure, match="in use by another"):
        Console(silent_port, timeout=0.2)


def test_missing_firmware(tmp_path):
    with pytest.raises(Failure, match="is missing; build it with: make firmware"):
        Emulator(tmp_path / "none.uf2")


def test_native_code_is_compiled_for_the_board(tmp_path):
    source = tmp_path / "fast.py"
    source.write_text("import micropython\n@micropython.native\ndef f():\n    return 1\n")
    assert compile_for(ARMV6M, source)[:2] == b"M\x06"
    assert compile_for(ARMV6M, source)[2] >> 2 == ARCHITECTURES.index("armv6m")
    assert compile_for(6, source)[2] >> 2 == 0


def test_code_that_does_not_compile(tmp_path):
    source = tmp_path / "bad.py"
    source.write_text("def\n")
    with pytest.raises(Failure, match="mpy-cross cannot compile .*bad.py"):
        compile_for(ARMV6M, source)


def test_a_board_too_old_for_mpy_files(tmp_path):
    with pytest.raises(Failure, match="1.19 or newer"):
        compile_for(ARMV6M & ~0xFF | 5, tmp_path / "none.py")


def test_ctrl_c_here_ends_the_program_there():
    """Before the port is given free, so that the board does not go on unseen."""

    class Interrupted:
        def __init__(self):
            self.calls = []

        def run_streaming(self, source, on_output, seconds):
            raise KeyboardInterrupt

        def interrupt(self):
            self.calls.append("interrupt")

        def close(self):
            self.calls.append("close")

    board = Board("/dev/none")
    board._console = console = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        board.exec("while True: pass")
    assert console.calls == ["interrupt", "close"]
