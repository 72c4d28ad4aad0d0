"""Threads: on CPython, and on MicroPython's unix port, where they run in parallel."""

import sys
from pathlib import Path

import pytest

import limited

HERE = Path(__file__).resolve().parent
LIB = HERE.parent.parent / "lib"
# Bounds a case that hangs. What they take otherwise is a few seconds.
TIMEOUT = 120

MESSAGES = [
    "one_writer_one_reader({count}, 'send')",
    "one_writer_one_reader({count}, 'write')",
    "one_writer_one_reader({count}, 'sendall')",
    "both_directions({count})",
    "writers_and_readers(2, 1, 1, {count})",
    "writers_and_readers(2, 3, 3, {count})",
    "writers_and_readers(5, 1, 1, {count})",
    "writers_and_readers(5, 4, 2, {count})",
    "stream_writers(3, {few})",
    "senders_to_one_name(3, {count})",
    "connections(3, {few})",
]
WAITS = [
    *(f"close_receiver({kind}, {duplicates})" for kind in (1, 2, 5) for duplicates in (0, 1)),
    *(f"close_sender({kind}, {duplicates})" for kind in (1, 2, 5) for duplicates in (0, 1)),
    *(f"close_listener({duplicates})" for duplicates in (0, 1)),
    "close_connecting()",
    "timeout_among_others()",
]
CASES = [f"thread_cases.{case.format(count=2000, few=200)}" for case in MESSAGES]
CASES += [f"waiting_cases.{case}" for case in WAITS]


def _source(case):
    module = case.split(".")[0]
    return f"import {module}; {case}; from afunix.kernel import kernel; print(kernel.live, 'sockets open')"


@pytest.mark.parametrize("case", CASES)
def test_cpython(case):
    """In a process of its own, which a case that hangs cannot take along."""
    done = limited.run([sys.executable, "-c", _source(case)], TIMEOUT, env={"PYTHONPATH": f"{LIB}:{HERE}"})
    assert done.stdout == "0 sockets open\n"


@pytest.mark.unix
@pytest.mark.parametrize("case", CASES)
def test_unix(unix_python, case):
    code, output = unix_python.run(_source(case), timeout=TIMEOUT, heap="16M", paths=(LIB, HERE))
    assert (code, output) == (0, "0 sockets open\n")
