"""Fixtures: MicroPython's unix port and a Pico. A tool that is missing fails the test that needs it."""

import os
import subprocess
from pathlib import Path

import pytest

from board import Board
from steps import Failure

ROOT = Path(__file__).resolve().parent.parent
UNIX = ROOT / "build/unix/micropython"
HEAP = "4M"
PATHS = (ROOT / "lib", ROOT / "host_tests/conformance")


class UnixPython:
    """MicroPython for this machine, a new process for every run."""

    def run(self, program, timeout=60, heap=HEAP, paths=PATHS):
        """Run a file (a Path) or source (a str); return its exit code and what it printed, errors included.

        Raises AssertionError with the output so far if it takes longer than `timeout` seconds.
        """
        assert UNIX.is_file(), "build/unix/micropython is missing; build it with: make unix"
        what = [str(program)] if isinstance(program, Path) else ["-c", program]
        # ".frozen" holds asyncio.
        environment = os.environ | {"MICROPYPATH": ":".join(map(str, (*paths, ".frozen")))}
        command = [str(UNIX), "-X", f"heapsize={heap}", *what]
        try:
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired as expired:
            output = (expired.stdout or b"").decode(errors="replace")
            raise AssertionError(f"MicroPython took longer than {timeout} s; its output:\n{output}") from None
        return done.returncode, done.stdout.decode(errors="replace")


@pytest.fixture(scope="session")
def unix_python():
    """MicroPython's unix port with lib and host_tests/conformance on its path; .run() it."""
    return UnixPython()


@pytest.fixture(scope="session")
def board():
    """The Pico that all tests share, on one connection; see firmware/board.py for what it can do."""
    try:
        opened = Board(os.environ.get("PORT") or None)
    except Failure as failure:
        pytest.fail(f"no board to test on: {failure}", pytrace=False)
    yield opened
    opened.close()
