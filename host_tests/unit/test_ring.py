"""The rings, which hold every message: in Python by themselves, and whichever implementation there is, in sockets."""

from pathlib import Path

import pytest
import ring_cases
from hypothesis import given
from hypothesis import strategies as st

from afunix.data import ring, state
from afunix.host import Lock

HERE = Path(__file__).resolve().parent
LIB = HERE.parent.parent / "lib"
KINDS = {"STREAM": 1, "DGRAM": 2, "SEQPACKET": 5}
SIZES = [1, 2, 8, 64]
SLOTS = 4
IN, OUT = 1, 4
KEY = 7  # of the socket; negative for who may not wait

# An operation and two numbers for it.
STEPS = st.lists(st.tuples(st.sampled_from(["put", "take", "peek", "skip"]), st.integers(0, 70), st.integers(0, 70)))


class Ends(state.State):
    """Both ends of an empty ring whose counters have run on to `start`; of packets, if it is `framed`."""

    put = ring.put
    take = ring.take

    def __init__(self, size, start, framed=False):
        self.ctl = state.control(size, SLOTS)
        self.open_for(KEY, 2 if framed else 1, 0)
        self.ctl[0] = self.ctl[1] = start % (2 * size)
        self.ctl[4] = self.ctl[5] = start % (2 * SLOTS)
        self.memory = bytearray(b"?" * size)
        self.lengths = state.lengths(self.ctl)
        self.senders = [None] * SLOTS
        self.origin = object()
        self.lock = Lock()
        self.out = ring.inlet(self.ctl, self.memory, self.senders, self.lock)
        self.outlet = ring.outlet(self.ctl, self.memory, self.lock)

    def is_free(self):
        """Does nobody hold the lock?"""
        free = self.lock.acquire(False)
        self.lock.release()
        return free


@given(st.sampled_from(SIZES), st.integers(0, 127), STEPS)
def test_bytes(size, start, steps):
    ends = Ends(size, start)
    ctl, memory = ends.ctl, ends.memory
    model = b""
    sent = 0
    for name, a, b in steps:
        into = bytearray(b"-" * 80)
        if name == "put":
            data = bytes((sent + i) % 5 + 9 for i in range(a + b))
            fits = min(b, size - len(model))
            assert ends.put(data, a, b, KEY) == fits
            model += data[a : a + fits]
            sent += fits
        elif name == "take":
            n = min(a, len(model))
            assert ends.take(into, 3, a, KEY) == (n if model else -1)
            assert bytes(into[3 : 3 + n]) == model[:n] and into[3 + n : 4 + n] == b"-"
            model = model[n:]
        elif name == "peek":
            part = model[b : b + a]
            assert max(0, ring.peek(ctl, memory, into, 3, a, b)) == len(part)
            assert bytes(into[3 : 3 + len(part)]) == part and into[3 + len(part) : 4 + len(part)] == b"-"
        else:
            n = min(a, len(model))
            ring.skip(ctl, n)
            model = model[n:]
        assert ends.queued() == len(model)
        assert ring.ready(ctl, ctl) == (IN if model else 0) | (OUT if len(model) < size else 0)


PACKETS = st.lists(st.tuples(st.sampled_from(["put", "take", "drop"]), st.integers(0, 70)))


@given(st.sampled_from(SIZES), st.integers(0, 127), PACKETS)
def test_packets(size, start, steps):
    ends = Ends(size, start, True)
    ctl, memory = ends.ctl, ends.memory
    model = []
    for number, (name, n) in enumerate(steps):
        slot = ends.slot(0)
        assert ends.packets() == len(model)
        into = bytearray(b"-" * 80)
        if name == "put":
            packet = b"--" + bytes([number % 256] * n)
            fits = len(model) < SLOTS and sum(map(len, model)) + n <= size
            assert ends.put(packet, 2, n, KEY) == (n if fits else -1)
            if fits:
                model.append(packet[2:])
        elif name == "take":
            first = model.pop(0)[:n] if model else None
            assert ends.take(into, 3, n, KEY) == (-1 if first is None else len(first))
            assert into == b"---" + (first or b"") + b"-" * (77 - len(first or b""))
        elif model:
            packet = model.pop(0)
            assert ends.senders[slot] is ends.origin and ends.lengths[slot] == len(packet)
            assert ring.peek(ctl, memory, into, 0, len(packet), 0) == len(packet)
            assert into[: len(packet)] == packet
            ring.drop_packet(ctl, len(packet))
        assert ends.packets() == len(model)
        fits = len(model) < SLOTS and 2 * sum(map(len, model)) <= size
        assert ring.ready(ctl, ctl) == (IN if model else 0) | (OUT if fits else 0)


@given(st.integers(1, 64), st.integers(0, 63), st.booleans())
def test_a_reader_that_must_look_leaves_everything(n, start, framed):
    ends = Ends(64, start, framed)
    assert ends.put(bytes(64), 0, n, KEY) == n
    ends.ctl[8] = 1
    assert ends.take(bytearray(64), 0, 64, KEY) == -1
    assert ends.queued() == n and ends.packets() == framed


@pytest.mark.parametrize("framed", [False, True])
def test_who_may_not_wait_leaves_a_held_lock(framed):
    ends = Ends(64, 0, framed)
    assert ends.put(b"ab", 0, 2, -KEY) == 2
    ends.lock.acquire()
    assert ends.put(b"c", 0, 1, -KEY) == ends.take(bytearray(2), 0, 2, -KEY) == -1
    ends.lock.release()
    assert ends.take(bytearray(2), 0, 2, -KEY) == 2
    assert ends.is_free()


class Revoked(Ends):
    """`out` is there when `put` looks first, and not any more when it has the lock."""

    ways = ()
    out = property(lambda self: self.ways.pop(), lambda self, way: None)


@pytest.mark.parametrize("framed", [False, True])
def test_whose_endpoint_was_given_away_moves_nothing(framed):
    ends = Ends(64, 0, framed)
    assert ends.put(b"ab", 0, 2, KEY) == 2
    ends.open_for(KEY + 1, 2 if framed else 1, 0)
    assert ends.put(b"c", 0, 1, KEY) == ends.put(b"c", 0, 1, -KEY) == -1
    assert ends.take(bytearray(2), 0, 2, KEY) == ends.take(bytearray(2), 0, 2, -KEY) == -1
    assert ends.take(bytearray(2), 0, 2, KEY + 1) == 2


@pytest.mark.parametrize("framed", [False, True])
def test_a_late_writer_appends_nothing(framed):
    ends = Revoked(64, 0, framed)
    inlet = ring.inlet(ends.ctl, ends.memory, ends.senders, ends.lock)
    for late in (None, ring.inlet(*inlet[:3], Lock())):
        ends.ways = [late, inlet]
        assert ends.put(b"ab", 0, 2, KEY) == -1
        assert ring.ready(ends.ctl, ends.ctl) == OUT and ends.is_free()


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
    assert board.exec(f"import ring_cases; ring_cases.{call}; print('passed')").split() == ["passed"]
