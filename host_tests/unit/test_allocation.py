"""On MicroPython messages allocate nothing: on the unix port and on a board."""

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
LIB = HERE.parent.parent / "lib"
KINDS = {"STREAM": 1, "DGRAM": 2, "SEQPACKET": 5}
DAILY = ("send_recv_into", "write_readinto", "poll")
OTHERS = ("try_write_try_readinto", "other_buffers", "peek")


def _cases(functions, connections):
    calls = {f"{name}, {kind}": f"{name}({KINDS[kind]}, {rounds})" for name, rounds in functions for kind in KINDS}
    calls |= {f"recv, {name}": f"recv({KINDS[name]})" for name in KINDS}
    calls["close"] = f"close({connections})"
    return [pytest.param(call, id=name) for name, call in calls.items()]


def _source(call):
    return f"import allocation_cases; allocation_cases.{call}; print('passed')"


@pytest.mark.unix
@pytest.mark.parametrize("call", _cases([(name, 1000) for name in (*DAILY, *OTHERS, "waiting")], 1000))
def test_unix(unix_python, call):
    code, output = unix_python.run(_source(call), paths=(LIB, HERE))
    assert (code, output) == (0, "passed\n")


@pytest.mark.board
@pytest.mark.parametrize("call", _cases([(name, 1000) for name in DAILY] + [(name, 50) for name in OTHERS], 50))
def test_board(board, call):
    board.load(HERE / "allocation_cases.py")
    assert board.exec(_source(call)).split() == ["passed"]


@pytest.mark.unix
def test_a_locked_heap_is_noticed(unix_python):
    """What the others prove rests on this."""
    code, output = unix_python.run("import micropython; micropython.heap_lock(); bytearray(8)")
    assert code == 1 and "heap is locked" in output


AGAIN = """
import afunix
for ring in (16384, 32768, 16384, 32768):
    afunix.configure(ring=ring)
    afunix.socket().close()
print("passed")
"""


@pytest.mark.unix
def test_new_sizes_need_no_room_for_the_old(unix_python):
    """The 16 rings take 512 KiB at most: this heap has no room for them twice."""
    assert unix_python.run(AGAIN, heap="900K") == (0, "passed\n")
