"""The benchmarks measure all that they promise, and on the emulated Pico the same in every run. No figure is judged."""

import pytest

import bench
import cycles
from report import lines


def _check(records, unit):
    """Every record has one positive figure, and times have their ratio to the baseline's."""
    baseline = records[0]
    assert baseline["case"] == bench.BASELINE and baseline["ratio"] == 1.0
    for record in records:
        figures = [record[key] for key in (unit, "bytes") if key in record]
        assert len(figures) == 1 and figures[0] > 0, record
        if unit in record:
            assert record["ratio"] == pytest.approx(record[unit] / record["baseline"], rel=0.02, abs=0.01), record
    named = [(record["case"], record["impl"]) for record in records]
    assert len(set(named)) == len(named)
    return set(named)


MESSAGES = {f"{kind}, {size} B" for kind in ("stream", "datagram", "seqpacket") for size in (1, 16, 64, 256, 1024)}
OF_SOCKETS = MESSAGES | {
    *("connect, accept, close", "socketpair, close", "send_fds, recv_fds of one"),
    *("poll, 1 of 1 ready", "poll, 1 of 16 ready", "poll, 1 of 64 ready", "ping-pong of tasks"),
    *("stream, 64 B, among 4 sockets", "sendto a name, 64 B, among 64 names"),
    *("datagram, 64 B, sendto, recvfrom_into", "datagram, 64 B, a client that connected"),
}
COMPARED = {
    *(("object, 64 B", "deque"), ("object, 64 B", "ThreadSafeQueue"), ("poll, 1 of 64 ready", "RingIO")),
    *(("ping-pong of tasks", "asyncio.Event"), ("ping-pong of tasks", "ThreadSafeQueue")),
}


@pytest.mark.unix
def test_unix_measures_every_case():
    records = bench.measure_unix(quick=True)
    found = _check(records, "ns")
    assert found >= {(case, f"afunix {variant}") for case in OF_SOCKETS for variant in bench.variants_on_unix()}
    assert found >= COMPARED | {(case, "Linux") for case in MESSAGES | {"connect, accept, close"}}
    assert ("stream, 64 B, among 256 sockets", "afunix python") in found
    assert ("socketpair, close, stream, among 1000", "afunix native") in found
    text = "\n".join(lines("unix", records))
    assert all(case in text for case, _ in found - {(bench.BASELINE, "RingIO")})


@pytest.mark.board
@pytest.mark.emulated
@pytest.mark.parametrize("function", ["messages.others", "interrupts.sockets", "memory.sockets", "calls.circles"])
def test_pico_measures_the_same_twice(function):
    job = bench.Job(function, "python", quick=True)
    first = bench.run_on_pico(job)
    _check(first, "cycles")
    assert len(first) > 2
    assert bench.run_on_pico(job) == first


# Bytes of heap on plain firmware with the data plane in C as a file. The import of aio is where MicroPython's table of
# names is full, and takes 4 KB for the next part of it.
HEAP = {
    "import afunix": 51500,
    "_afunix.mpy": 8000,
    "import afunix.aio": 10500,
    "packets, first used": 13000,
    "messages with descriptors, first used": 24500,
    "all of that": 125500,
}


@pytest.mark.board
@pytest.mark.emulated
def test_the_library_takes_no_more_heap():
    records = bench.run_on_pico(bench.Job("memory.unfrozen", "mpy"), bench.PLAIN)
    taken = {record["case"].partition(", from")[0]: record["bytes"] for record in records if "bytes" in record}
    assert {case: bytes for case, bytes in taken.items() if bytes > HEAP.get(case, bytes)} == {}
    assert HEAP.keys() < taken.keys()


@pytest.mark.board
@pytest.mark.emulated
def test_profile_has_every_cycle():
    """The functions' cycles are those of the span, and the frozen functions that the case runs are among them."""
    [(case, total, found)] = cycles.profile("messages.sockets", "stream, 16 B", "python")
    assert case == "stream, 16 B, afunix python"
    assert sum(found.values()) == total
    assert {"frozen data.ring.put", "frozen data.ring.take", "frozen afunix_data_handle_Handle_send"} <= set(found)


def test_parse_wants_a_span_for_every_time():
    output = "=\trounds\tcase\timpl\t5\t[None, None]\n"
    assert bench.parse(output, [1, 2]) == [("rounds", "case", "impl", 5, [1, 2])]
    with pytest.raises(bench.Failure):
        bench.parse(output, [1, 2, 3])


def test_records_subtract_loop_and_start():
    measured = [
        ("rounds", "loop", "", 10, [4, 54]),
        ("rounds", "baseline", "RingIO", 10, [10, 160]),
        ("between", "mark", "", 2, [3, 5]),
        ("rounds", "case", "impl", 10, [20, 320]),
        ("between", "other", "impl", 2, [20, 28]),
        ("bytes", "size", "impl", 7, []),
    ]
    found = _figures(measured)
    assert found == [(bench.BASELINE, 10, 1.0), ("case", 25, 2.5), ("other", 20, 2.0), ("size", 7, None)]


def test_records_hold_no_nothing():
    """On a PC a loop may take longer than what is measured; nobody is to divide by that."""
    measured = [
        ("rounds", "loop", "", 10, [0, 100]),
        ("rounds", "baseline", "RingIO", 10, [0, 100]),
        ("rounds", "case", "impl", 10, [0, 90]),
    ]
    assert _figures(measured) == [(bench.BASELINE, 0.1, 1.0), ("case", 0.1, 1.0)]


def _figures(measured):
    """(case, figure, ratio) of each record."""
    return [
        (r["case"], r.get("cycles", r.get("bytes")), r.get("ratio")) for r in bench.records("p", measured, "cycles")
    ]
