"""The connection to a Pico that all board tests share."""

import time

import pytest

from afunix_tools.console import BoardError, BoardHung
from board import Board
from emulator import Emulator
from steps import BUILD

pytestmark = pytest.mark.board


def test_output(board):
    assert board.exec("print('a')\nprint('b')") == "a\nb\n"


def test_the_board_is_what_it_should_be(board):
    assert board.exec("import asyncio, select, machine, _thread, micropython; print('here')") == "here\n"


def test_afunix_is_there(board):
    expected = "afunix/__init__.py" if board.is_emulated else "/lib/afunix/__init__.mpy"
    assert board.exec("import afunix; print(afunix.__file__)") == f"{expected}\n"


def test_an_exception_carries_traceback_and_output(board):
    with pytest.raises(BoardError, match="ZeroDivisionError") as caught:
        board.exec("print('before')\n1 / 0")
    assert "line 2" in str(caught.value)
    assert caught.value.output == "before\n"
    assert board.exec("print('after')") == "after\n"


def test_a_syntax_error(board):
    with pytest.raises(BoardError, match="SyntaxError"):
        board.exec("def")


def test_output_comes_while_the_program_runs(board):
    """It waits for an answer to each line."""
    pieces = []

    def answer(text):
        pieces.append(text)
        board.write(b"x" * text.count("\n"))

    source = "import sys\nfor i in range(3):\n    print(i)\n    sys.stdin.read(1)"
    board.run_streaming(source, answer)
    assert "".join(pieces) == "0\n1\n2\n"
    assert len(pieces) >= 3


def test_names_stay_until_a_reset(board):
    board.exec("kept = 1")
    assert board.exec("print(kept)") == "1\n"
    board.soft_reset()
    with pytest.raises(BoardError, match="NameError"):
        board.exec("kept")


def test_a_board_that_hangs_is_there_for_the_next_test(board):
    with pytest.raises(BoardHung, match="nothing for 0.2 s(.|\n)*before") as caught:
        board.exec("print('before')\nwhile True:\n    pass", timeout=0.2)
    assert caught.value.output == "before\n"
    assert "line 3" in caught.value.where
    assert board.exec("print('after')") == "after\n"


@pytest.mark.emulated
def test_a_board_beyond_an_interrupt_is_replaced(tmp_path):
    module = tmp_path / "loaded.py"
    module.write_text("there = True\n")
    with Board() as own:
        own.load(module)
        with pytest.raises(BoardHung) as caught:
            own.exec("import machine\nmachine.disable_irq()\nwhile True:\n    pass", timeout=0.2)
        assert caught.value.where is None
        own.load(module)
        assert own.exec("import loaded; print(loaded.there)") == "True\n"


def test_much_source(board):
    source = "x = 1  # " + "a" * 55 + "\n"
    started = time.monotonic()
    board.exec(source * 150)
    print(f"{len(source) * 150 / 1000 / (time.monotonic() - started):.1f} kB/s")


def test_a_module_is_loaded_once(board, tmp_path):
    module = tmp_path / "loaded.py"
    module.write_text("count = 1\n\n@micropython.native\ndef double(x):\n    return 2 * x\n")
    board.load(module)
    assert board.exec("import loaded; print(loaded.double(21), loaded.count)") == "42 1\n"
    board.exec("loaded.count = 2")
    board.load(module)
    assert board.exec("import loaded; print(loaded.count)") == "2\n"
    module.write_text("count = 3\n")
    board.load(module)
    assert board.exec("import loaded; print(loaded.count)") == "3\n"
    board.soft_reset()
    board.load(module)
    assert board.exec("import loaded; print(loaded.count)") == "3\n"


def test_files_are_sent_when_they_differ(board):
    every_byte = bytes(range(256)) * 8
    board.sync("/infra", {})  # where a test was cut off
    assert sorted(board.sync("/infra", {"a": b"", "b.bin": every_byte})) == ["a", "b.bin"]
    assert board.sync("/infra", {"a": b"", "b.bin": every_byte}) == []
    assert board.sync("/infra", {"c": b"3", "b.bin": every_byte}) == ["c"]
    assert board.exec("import os; print(sorted(os.listdir('/infra')))") == "['b.bin', 'c']\n"
    assert board.exec("print(open('/infra/b.bin', 'rb').read() == bytes(range(256)) * 8)") == "True\n"
    board.exec("for name in ('b.bin', 'c'): os.remove('/infra/' + name)\nos.rmdir('/infra')")


def test_directories_come_and_go_with_their_files(board):
    files = {"a": b"1", "kernel/a": b"2", "kernel/deep/b": b"3"}
    listed = "import os; print(sorted(os.listdir('/infra2')), sorted(os.listdir('/infra2/kernel')))"
    board.sync("/infra2", {})
    assert sorted(board.sync("/infra2", files)) == sorted(files)
    assert board.sync("/infra2", files) == []
    assert board.exec(listed) == "['a', 'kernel'] ['a', 'deep']\n"
    del files["kernel/deep/b"]
    assert board.sync("/infra2", files | {"kernel/a": b"4"}) == ["kernel/a"]
    assert board.exec(listed) == "['a', 'kernel'] ['a']\n"
    assert board.exec("print(open('/infra2/kernel/a').read())") == "4\n"
    assert board.sync("/infra2", {}) == []
    board.exec("os.rmdir('/infra2')")


@pytest.mark.emulated
def test_a_board_with_stock_micropython_gets_the_library():
    emulator = Emulator(BUILD / "pico-plain/firmware.uf2")
    with emulator, Board(emulator.port, clock=emulator.clock) as plain:
        assert plain.exec("import afunix; print(afunix.__file__)") == "/lib/afunix/__init__.mpy\n"
        assert plain.exec("import sys; print(sys.path[-1])") == ".frozen\n"
        assert plain.exec("import os; print('cpython.mpy' in os.listdir('/lib/afunix/host'))") == "False\n"


@pytest.mark.emulated
def test_the_clock_is_the_boards():
    with Board() as own:
        own.exec("import time")
        before = own.clock()
        own.exec("time.sleep(5)")
        assert own.clock() - before >= 5
