"""The command `afunix`: a board with MicroPython on a serial port, and afunix on it.

What runs on the board is interrupted, and its interpreter restarted.
"""

import argparse
import sys
from pathlib import Path

from serial.tools import list_ports

from . import failure
from .board import Board
from .console import BoardError, BoardHung
from .failure import Failure
from .install import Progress, install
from .library import version
from .mpy import architecture_of, native_for
from .survey import MISSING, report


def _install(arguments):
    with Board(arguments.port) as board:
        install(board, Progress())


def _doctor(arguments):
    with Board(arguments.port) as board:
        if arguments.arch:
            print(native_for(architecture_of(board.mpy())) or "none")
            return 0
        return 0 if report(board) else 1


def _run(arguments):
    try:
        source = Path(arguments.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"cannot read {arguments.file}: {error}") from None

    with Board(arguments.port, timeout=arguments.timeout) as board:
        board.soft_reset()
        show(board, source)


def show(board, source):
    """Run a program on the board and print what it prints, while it does."""

    def write(text):
        sys.stdout.write(text)
        sys.stdout.flush()

    try:
        board.run_streaming(source, write)
    except BoardError as error:
        what = "afunix is not on this board" if MISSING in str(error) else "the board's program ended with an exception"
        raise Failure(what, str(error)) from None
    except BoardHung as hung:
        raise Failure("the board hangs", str(hung)) from None


def show_ports(_arguments=None):
    """Print the serial ports of this machine."""
    found = sorted(list_ports.comports())
    for port in found:
        print(f"{port.device}  {port.description}")
    if not found:
        raise Failure("no serial port found; is the board plugged in?")


def parser():
    """What reads the command's arguments."""
    reader = argparse.ArgumentParser(prog="afunix", description=__doc__)
    reader.add_argument("--version", action="version", version=f"afunix {version()}")
    commands = reader.add_subparsers(required=True, metavar="COMMAND")

    def add(name, function, text, *names):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(function=function)
        for name in names:
            command.add_argument(name, metavar=name.upper())
        return command

    add("install", _install, "send the library, and the native module for its processor, to a board", "port")
    running = add("run", _run, "run a program on a board and show what it prints", "port", "file")
    running.add_argument(
        "--timeout", type=float, default=86400, help="the longest silence, in seconds; a day if not given"
    )
    doctor = add("doctor", _doctor, "say what a board is, what of afunix it has, and what it lacks", "port")
    doctor.add_argument("--arch", action="store_true", help="only the architecture of its native modules, or none")
    add("ports", show_ports, "list the serial ports")
    return reader


def _main(arguments):
    chosen = parser().parse_args(arguments)
    try:
        return chosen.function(chosen)
    except BoardError as error:
        raise Failure("the board raised an exception", str(error)) from None
    except BoardHung as hung:
        raise Failure("the board hangs", str(hung)) from None


def main():
    """The command, with the arguments of this process."""
    failure.main(_main)
