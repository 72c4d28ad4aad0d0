"""Threads, and waits that something ends: on CPython, and on MicroPython's unix port, where threads run in parallel."""

import sys
from pathlib import Path

import pytest
import returned_cases
import waiting_cases

import limited

HERE = Path(__file__).resolve().parent
# leak_cases, which looks whether all tables are empty, needs the conformance suite's kit.
PATHS = (HERE.parent.parent / "lib", HERE, HERE.parent / "conformance")
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
    *(f"plain_and_rights({kind}, {{count}})" for kind in (1, 2, 5)),
    "control_calls(1, {few})",
    "control_calls(3, {few})",
    "control_calls(3, {count})",
    "first_use(3)",
]
MOMENTS = ("change_as_a_wait_begins", "last_moment", "time_is_up_once")
WAITS = [
    *(f"close_receiver({kind}, {duplicates})" for kind in (1, 2, 5) for duplicates in (0, 1)),
    *(f"close_sender({kind}, {duplicates})" for kind in (1, 2, 5) for duplicates in (0, 1)),
    *(f"close_listener({duplicates})" for duplicates in (0, 1)),
    "close_connecting()",
    "timeout_among_others()",
    *(f"{what}({call!r})" for what in MOMENTS for call in waiting_cases.CALLS),
]
CASES = [f"thread_cases.{case.format(count=2000, few=200)}" for case in MESSAGES]
CASES += [f"waiting_cases.{case}" for case in WAITS]
CASES += [f"returned_cases.{case}" for case in returned_cases.CASES]
# Where waiters sleep, and where a clock wraps around.
ON_CPYTHON = [f"waiting_cases.sleeps({call!r})" for call in waiting_cases.CALLS]
ON_CPYTHON += [f"waiting_cases.published_before_waiters_are_counted({kind})" for kind in (1, 2, 5)]
ON_UNIX = [f"returned_cases.{case}" for case in returned_cases.ON_BOARDS]
ON_UNIX += [f"waiting_cases.{what}({days})" for what in ("timeout_of_days", "data_after_days") for days in (5, 7, 30)]


def _source(case):
    module = case.split(".")[0]
    return f"import {module}; {case}; from afunix.kernel import kernel; print(kernel.live, 'sockets open')"


@pytest.mark.parametrize("case", CASES + ON_CPYTHON)
def test_cpython(case):
    """In a process of its own, which a case that hangs cannot take along."""
    done = limited.run([sys.executable, "-c", _source(case)], TIMEOUT, env={"PYTHONPATH": ":".join(map(str, PATHS))})
    assert done.stdout == "0 sockets open\n"


@pytest.mark.unix
@pytest.mark.parametrize("case", CASES + ON_UNIX)
def test_unix(unix_python, case):
    code, output = unix_python.run(_source(case), timeout=TIMEOUT, heap="16M", paths=PATHS)
    assert (code, output) == (0, "0 sockets open\n")
