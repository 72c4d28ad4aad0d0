"""Fixtures: MicroPython's unix port and a Pico. A tool that is missing fails the test that needs it.

A test that uses one of them runs once for each form of the data plane: in C as part of the firmware ("c"), in C as a
file ("mpy"), and in Python ("python").
"""

import os
import tempfile
from pathlib import Path

import pytest

import limited
import natmod
from afunix_tools.mpy import architecture_of, compiled_library, mpy_of, native_for
from board import Board
from qemu import MACHINES, QemuBoard
from steps import Failure

ROOT = Path(__file__).resolve().parent.parent
UNIX = ROOT / "build/unix/micropython"
# The same for a processor that MicroPython makes no machine code for; there afunix is bytecode throughout.
BYTECODE = ROOT / "build/unix-plain/micropython"
PLAIN = ROOT / "build/pico-plain/firmware.uf2"
HEAP = "4M"
# How long a board may be silent, in seconds of its own clock: an emulated one takes a dozen of ours for each.
SILENCE = 10
# What a program runs first to have its data plane in the form of that name. A module of the firmware comes before a
# file of the same name, so the file has another one.
PLANES = {
    "c": "",
    "mpy": "import sys, afunix_file; sys.modules['_afunix'] = afunix_file\n",
    "python": "import sys; sys.modules['_afunix'] = None\n",
}
PATHS = (ROOT / "lib", ROOT / "host_tests/conformance")


class UnixPython:
    """MicroPython for this machine, a new process for every run."""

    def __init__(self, plane="c"):
        self.plane = plane
        self._interpreter = BYTECODE if plane == "bytecode" else UNIX
        self._files = None

    def _program(self, program):
        """The arguments that run `program` with this data plane."""
        if self.plane not in PLANES or self.plane == "c":
            return [str(program)] if isinstance(program, Path) else ["-c", program]
        if isinstance(program, Path):
            where, path = str(program.parent), str(program)
            program = f"import sys; sys.path.insert(0, {where!r})\nexec(open({path!r}).read())"
        return ["-c", PLANES[self.plane] + program]

    def _paths(self, paths):
        # ".frozen" holds asyncio.
        paths = [*paths, ".frozen"]
        if self.plane == "mpy":
            paths.append(self._directory({"afunix_file.mpy": natmod.built("x64").read_bytes()}))
        elif self.plane == "bytecode":
            library = compiled_library(mpy_of(None))
            directory = self._directory({f"afunix/{name}": library[name] for name in library})
            paths = [directory if path == ROOT / "lib" else path for path in paths]
        return ":".join(map(str, paths))

    def _directory(self, files):
        """Where these files are, from name to bytes."""
        if self._files is None:
            self._files = tempfile.TemporaryDirectory()
            for name in files:
                path = Path(self._files.name) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(files[name])
        return self._files.name

    def run(self, program, timeout=60, heap=HEAP, paths=PATHS):
        """Run a file (a Path) or source (a str); return its exit code and what it printed, errors included.

        Raises AssertionError with the output so far if it takes longer than `timeout` seconds of its clock: see
        limited.py.
        """
        assert self._interpreter.is_file(), f"{self._interpreter} is missing; build it with: make unix"
        environment = os.environ | {"MICROPYPATH": self._paths(paths)}
        command = [str(self._interpreter), "-X", f"heapsize={heap}", *self._program(program)]
        done = limited.run(command, timeout, env=environment)
        return done.returncode, done.stdout


@pytest.fixture(scope="session", params=PLANES)
def unix_python(request):
    """MicroPython's unix port with lib and host_tests/conformance on its path; .run() it."""
    return UnixPython(request.param)


class Boards:
    """The board that all tests share, on one connection, exchanged for another or another form of the data plane."""

    def __init__(self):
        self._which = self._board = None

    def get(self, plane, name="board"):
        """The Pico, or one of MACHINES, with its data plane in that form."""
        if (plane, name) != self._which:
            self.close()
            try:
                self._board = _open(name, plane)
            except Failure as failure:
                pytest.fail(f"no board to test on: {failure}", pytrace=False)
            self._which = plane, name
        return self._board

    def close(self):
        """Give the board free."""
        if self._board:
            self._board.close()
        self._which = self._board = None


def _choose(board, plane):
    """Give a board whose interpreter has just started that form of the data plane."""
    if plane == "mpy":
        board.load_native(natmod.built(native_for(architecture_of(board.mpy()))), "afunix_file")
    if PLANES[plane]:
        board.exec(PLANES[plane])


def _choose_on_stock_firmware(board):
    """The same for the file on a Pico that has nothing of ours: the library is sent once after power-on."""
    if board.exec("import os; print('lib' in os.listdir())").strip() == "True":
        _choose(board, "mpy")
    else:
        board.send_library()  # ends with a reset, which comes back here


def _open(name, plane):
    if name in MACHINES:
        return QemuBoard(name, SILENCE, on_start=lambda board: _choose(board, plane))
    if plane == "mpy" and not os.environ.get("PORT"):
        return Board(firmware=PLAIN, timeout=SILENCE, on_start=_choose_on_stock_firmware)
    return Board(os.environ.get("PORT") or None, timeout=SILENCE, on_start=lambda board: _choose(board, plane))


@pytest.fixture(scope="session")
def boards():
    """The Pico in every form of its data plane: boards.get("mpy")."""
    opened = Boards()
    yield opened
    opened.close()


@pytest.fixture(scope="session", params=["c", "python"])
def board(boards, request):
    """The Pico that all tests share, on one connection; see firmware/board.py for what it can do."""
    return boards.get(request.param)
