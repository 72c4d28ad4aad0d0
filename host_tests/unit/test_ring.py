"""The rings, which hold every message: in Python by themselves, and whichever implementation there is, in sockets."""

from array import array
from pathlib import Path

import pytest
import ring_cases
from hypothesis import given
from hypothesis import strategies as st

from afunix import ring

HERE = Path(__file__).resolve().parent
LIB = HERE.parent.parent / "lib"
KINDS = {"STREAM": 1, "DGRAM": 2, "SEQPACKET": 5}
SIZES = [1, 2, 8, 64]
SLOTS = 4

# An operation and two numbers for it.
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "get", "peek", "skip", "find"]), st.integers(0, 70), st.integers(0, 70))
)


def _at(size, start):
    """The control words of an empty ring whose counters have run on to `start`."""
    ctl = ring.control(size, SLOTS)
    ctl[0] = ctl[1] = start % (2 * size)
    ctl[4] = ctl[5] = start % (2 * SLOTS)
    return ctl, bytearray(b"?" * size)


@given(st.sampled_from(SIZES), st.integers(0, 127), STEPS)
def test_bytes(size, start, steps):
    ctl, memory = _at(size, start)
    model = b""
    sent = 0
    for name, a, b in steps:
        into = bytearray(b"-" * 80)
        if name == "put":
            data = bytes((sent + i) % 5 + 9 for i in range(a + b))
            fits = min(b, size - len(model))
            assert ring.put(ctl, memory, data, a, b) == fits
            model += data[a : a + fits]
            sent += fits
        elif name == "get":
            n = min(a, len(model))
            assert ring.get(ctl, memory, into, 3, a) == n
            assert bytes(into[3 : 3 + n]) == model[:n] and into[3 + n : 4 + n] == b"-"
            model = model[n:]
        elif name == "peek":
            part = model[b : b + a]
            assert max(0, ring.peek(ctl, memory, into, 3, a, b)) == len(part)
            assert bytes(into[3 : 3 + len(part)]) == part and into[3 + len(part) : 4 + len(part)] == b"-"
        elif name == "skip":
            n = min(a, len(model))
            ring.skip(ctl, n)
            model = model[n:]
        else:
            line = model[:a].find(b"\n") + 1
            assert ring.find(ctl, memory, 10, a) == (line or len(model[:a]))
        assert (ring.used(ctl), ring.room(ctl)) == (len(model), size - len(model))


@given(st.sampled_from(SIZES), st.integers(0, 127), st.lists(st.integers(0, 70) | st.none()))
def test_packets(size, start, steps):
    """A number is the length of a packet to append, None takes the first away."""
    ctl, memory = _at(size, start)
    lengths = array("i", [-1] * SLOTS)
    model = []
    for number, n in enumerate(steps):
        if n is None:
            slot = ring.first_packet(ctl)
            assert (slot >= 0) == bool(model)
            if model:
                packet = model.pop(0)
                into = bytearray(len(packet))
                assert lengths[slot] == len(packet)
                assert ring.peek(ctl, memory, into, 0, len(packet), 0) == len(packet)
                assert into == packet
                ring.drop_packet(ctl, len(packet))
        else:
            packet = bytes([number % 256] * n)
            fits = len(model) < SLOTS and sum(map(len, model)) + n <= size
            slot = ring.put_packet(ctl, memory, lengths, packet, 0, n)
            assert (slot >= 0) == fits
            assert ring.packets(ctl) == len(model), "not before it is published"
            if fits:
                ring.publish_packet(ctl)
                model.append(packet)
        assert (ring.packets(ctl), ring.slots(ctl)) == (len(model), SLOTS - len(model))


@given(st.integers(1, 64), st.integers(0, 63))
def test_a_reader_that_must_look_leaves_everything(n, start):
    ctl, memory = _at(64, start)
    ring.put(ctl, memory, bytes(64), 0, n)
    ctl[8] = 1
    assert ring.get(ctl, memory, bytearray(64), 0, 64) == -1
    assert ring.used(ctl) == n


def _calls(step, rounds):
    """What to run: (name, source)."""
    for name, kind in KINDS.items():
        yield f"every offset, {name}", f"every_offset({kind}, {step})"
    for number in (1, 2):
        yield f"stream, {number}", f"stream({rounds}, {number})"
        yield f"packets, DGRAM, {number}", f"packets(2, {rounds}, {number})"
        yield f"packets, SEQPACKET, {number}", f"packets(5, {rounds}, {number})"


def _parametrize(step, rounds):
    return pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in _calls(step, rounds)])


@_parametrize(1, 20000)
def test_cpython(call):
    eval(call, vars(ring_cases))


@pytest.mark.unix
@_parametrize(1, 20000)
def test_unix(unix_python, call):
    code, output = unix_python.run(f"import ring_cases; ring_cases.{call}; print('passed')", paths=(LIB, HERE))
    assert (code, output) == (0, "passed\n")


@pytest.mark.board
@_parametrize(13, 300)
def test_board(board, call):
    board.load(HERE / "ring_cases.py")
    assert board.exec(f"import ring_cases; ring_cases.{call}; print('passed')", timeout=120).split() == ["passed"]
