"""A hard interrupt sends and receives in the middle of the program's own send and receive, and nothing is lost.

The interrupts come from a PWM output on a pin that nothing needs to be connected to: a pin reads its own level.
"""

import pytest

PROGRAM = """
from array import array
from machine import PWM, Pin
import afunix

KIND = afunix.SOCK_{kind}
to_main, main_in = afunix.socketpair(afunix.AF_UNIX, KIND)
main_out, to_interrupt = afunix.socketpair(afunix.AF_UNIX, KIND)
for sock in (to_main, main_in, main_out, to_interrupt):
    sock.setblocking(False)

# sent by the interrupt, refused, received by it, out of order there
counts = array("i", [0, 0, 0, 0])
record = bytearray(b"I.......")
inbox = bytearray(8)
send, receive = to_main.try_write, to_interrupt.try_readinto


def interrupt(pin):
    record[1] = counts[0] & 255
    if send(record) == 8:
        counts[0] += 1
    else:
        counts[1] += 1
    if receive(inbox) == 8:
        if inbox[1] != counts[2] & 255:
            counts[3] += 1
        counts[2] += 1


pin = Pin(15, Pin.OUT)
pin.irq(interrupt, Pin.IRQ_RISING, hard=True)
pwm = PWM(pin, freq=500, duty_u16=32768)
mine = bytearray(b"M.......")
outbox = bytearray(b"M.......")
got = bytearray(8)
sent = seen_mine = seen_its = wrong = passed = 0


def take_all():
    global seen_mine, seen_its, wrong
    while main_in.readinto(got) == 8:
        if got[0] == 77:
            wrong += got[1] != seen_mine & 255
            seen_mine += 1
        else:
            wrong += got[1] != seen_its & 255
            seen_its += 1


while sent < {rounds}:
    mine[1] = sent & 255
    if to_main.write(mine) == 8:  # the same socket that the interrupt writes to
        sent += 1
    outbox[1] = passed & 255
    if main_out.write(outbox) == 8:
        passed += 1
    take_all()
pwm.deinit()
pin.irq(None)
take_all()
while receive(inbox) == 8:
    counts[3] += inbox[1] != counts[2] & 255
    counts[2] += 1
print(sent, seen_mine, seen_its - counts[0], wrong, passed - counts[2], counts[3])
print(counts[0] > 0)
for sock in (to_main, main_in, main_out, to_interrupt):
    sock.close()
"""
ROUNDS = 100


@pytest.mark.board
@pytest.mark.parametrize("kind", ["SEQPACKET", "STREAM"])
def test_nothing_is_lost(board, kind):
    lines = board.exec(PROGRAM.format(kind=kind, rounds=ROUNDS)).split("\n")
    assert lines[0].strip() == f"{ROUNDS} {ROUNDS} 0 0 0 0"
    assert lines[1].strip() == "True"
