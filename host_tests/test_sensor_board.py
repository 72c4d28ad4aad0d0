"""examples/sensor on a Pico, and what it relies on: an interrupt wakes a task that waits for a socket."""

import pytest

import sensor_summary
from board import run_example

pytestmark = pytest.mark.board

READER = """
import asyncio, afunix, gc, machine
from afunix import aio

one, other = afunix.socketpair()
record = b"0123456789abcdef"
ticks = []

async def read(start, stop, count=20):
    reader = aio.stream(other)
    start()
    try:
        for _ in range(count):
            assert await asyncio.wait_for(reader.readexactly(16), 5) == record
    finally:
        stop()
    await reader.wait_closed()
    one.close()
    print("woken", afunix.kernel.live)
"""

SOFT = """
send = one.try_write
timer = machine.Timer(-1)
asyncio.run(read(lambda: timer.init(freq=100, callback=lambda _: send(record)), timer.deinit))
"""

# A state machine's interrupt is hard on every MicroPython for the RP2040; a timer's can be so from 1.26 on.
HARD = """
import rp2, micropython
micropython.alloc_emergency_exception_buf(100)

@rp2.asm_pio()
def often():
    wrap_target()
    set(x, 31)
    label("again")
    nop() [31]
    jmp(x_dec, "again")
    irq(rel(0))
    wrap()

class Interrupt:
    def __init__(self):
        self.send = one.try_write
        self.calls = self.allocated = 0

    def __call__(self, _):
        try:
            []
            self.allocated += 1
        except MemoryError:
            pass
        self.calls += 1
        self.send(record)

interrupt = Interrupt()
machine_ = rp2.StateMachine(0, often, freq=100000)
machine_.irq(interrupt, hard=True)
asyncio.run(read(lambda: machine_.active(1), lambda: machine_.active(0)))
machine_.irq(None)
assert interrupt.calls >= 20
print("hard" if not interrupt.allocated else "soft")
"""


@pytest.fixture
def fresh(board):
    """The board with an empty heap, and left so."""
    board.soft_reset()
    yield board
    board.soft_reset()


def test_example(fresh, capsys):
    run_example(fresh, sensor_summary.EXAMPLE)
    output = capsys.readouterr().out
    lines = output.splitlines()
    ticker = "hard timer interrupt" if "hard" in lines[0] else "timer interrupt"
    sensor_summary.check(output, ticker)


def test_soft_interrupt_wakes_a_reader(fresh):
    assert fresh.exec(READER + SOFT) == "woken 0\n"


def test_hard_interrupt_wakes_a_reader(fresh):
    if "rp2" not in fresh.exec("import sys; print(sys.platform)"):
        pytest.skip("only an RP2040's state machines are known to interrupt hard")
    assert fresh.exec(READER + HARD) == "woken 0\nhard\n"
