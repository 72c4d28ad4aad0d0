"""The command and the sets of .mpy files on a Pico with plain firmware."""

import functools
import os
import sys
from pathlib import Path

import pytest
from flash import make_image
from test_dist import ANSWERS, EVERYTHING_MINIMAL

import dist
import natmod
from afunix_tools import command
from afunix_tools.board import Board
from afunix_tools.library import version
from conftest import PLAIN
from emulator import Emulator

pytestmark = [pytest.mark.board, pytest.mark.emulated]


class Pico:
    """An emulated Pico with plain firmware and these files in its flash, and the command to try on it.

    The command counts the board's seconds and not ours: an import takes dozens of those on a busy machine.
    """

    def __init__(self, directory, files, monkeypatch, capsys):
        make_image(directory / "flash.img", files)
        self._emulator = Emulator(PLAIN, directory / "flash.img")
        self.port = self._emulator.port
        self._directory, self._monkeypatch, self._capsys = directory, monkeypatch, capsys
        monkeypatch.setattr("afunix_tools.command.Board", functools.partial(Board, clock=self._emulator.clock))

    def afunix(self, *arguments):
        """(exit code, what it prints) of the command."""
        self._monkeypatch.setattr(sys, "argv", ["afunix", *arguments])
        with pytest.raises(SystemExit) as ended:
            command.main()
        said = self._capsys.readouterr()
        return ended.value.code or 0, said.out + said.err

    def run(self, source):
        """The same for a program."""
        path = self._directory / "program.py"
        path.write_text(source)
        return self.afunix("run", self.port, str(path))

    def stop(self):
        """Switch it off."""
        self._emulator.stop()


@pytest.fixture
def pico(tmp_path, monkeypatch, capsys):
    """A function that makes a Pico with files in its flash."""
    made = []

    def make(files):
        made.append(Pico(tmp_path, files, monkeypatch, capsys))
        return made[0]

    yield make
    for one in made:
        one.stop()


def test_install_sends_what_differs(pico, tmp_path):
    """Files are missing, one is another, one is of no use, and the native module is for another processor."""
    dist.write_trees("armv6m", tmp_path)
    whole = tmp_path / "armv6m/whole"
    files = {f"lib/{path.relative_to(whole).as_posix()}": path for path in whole.rglob("*.mpy")}
    other = tmp_path / "other"
    other.write_bytes(b"x = 1\n")
    for name in ("limits", "numbers"):
        del files[f"lib/afunix/kernel/{name}.mpy"]
    files |= {"lib/afunix/constants.mpy": other, "lib/afunix/old.py": other, "lib/_afunix.mpy": natmod.built("x64")}
    plain = pico(files)
    code, said = plain.afunix("install", plain.port)
    assert code == 0, said
    sent = [line.split()[-1] for line in said.splitlines() if line.startswith("  ")]
    assert sent == ["constants.mpy", "kernel/limits.mpy", "kernel/numbers.mpy", "_afunix.mpy"]
    assert f"afunix {version()} is in /lib; C moves its messages" in said
    # After another reset. That old.py is gone is to be seen, too.
    program = "import os\nprint('old.py' in os.listdir('/lib/afunix'))\n" + EVERYTHING_MINIMAL
    assert plain.run(program) == (0, "False\n" + ANSWERS)


def test_a_board_without_it_is_told_so(pico):
    plain = pico({"boot.py": Path(os.devnull)})
    code, said = plain.afunix("doctor", plain.port)
    assert code == 1
    assert "\nARCH         armv6m\n" in said
    assert said.endswith("afunix       not installed\nMessages     C, once it is installed\n")
    code, said = plain.run("import afunix")
    assert code == 1
    assert said.endswith("afunix: afunix is not on this board\n")
    assert plain.afunix("doctor", "--arch", plain.port) == (0, "armv6m\n")
