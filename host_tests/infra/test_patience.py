"""Waits that count the time of who is waited for."""

import os
import subprocess
import sys

import pytest

import limited
from afunix_tools.patience import STALLED, Patience, ProcessClock


@pytest.fixture
def wall(monkeypatch):
    """Our clock as a list of one number."""
    now = [1000.0]
    monkeypatch.setattr("afunix_tools.patience.time.monotonic", lambda: now[0])
    return now


def passed(patience, wall, theirs, times, ours, per_look):
    """Let time pass, look that often; is the wait over?"""
    over = False
    for _ in range(times):
        wall[0] += ours
        theirs[0] += per_look
        over = patience.is_over()
    return over


@pytest.mark.parametrize(
    ("times", "ours", "per_look", "over"),
    [
        (100, 0.02, 0.02, False),  # 2 s on both clocks
        (300, 0.02, 0.02, True),  # 6 s
        (1000, 0.5, 0.004, False),  # a busy machine, on which the board got 4 s of 500
        (1000, 0.5, 0.006, True),
        (100, 0.02, 1, False),  # a board that sleeps
        (300, 0.02, 1, True),
    ],
)
def test_both_clocks_count(wall, times, ours, per_look, over):
    theirs = [7.0]
    patience = Patience(5, lambda: theirs[0])
    assert passed(patience, wall, theirs, times, ours, per_look) is over
    patience.renew()
    assert not patience.is_over()


def test_time_that_was_skipped_is_no_time_to_work(wall):
    """A board slept for long in a moment of ours; then it works, and a busy machine gives it little."""
    theirs = [0.0]
    patience = Patience(5, lambda: theirs[0])
    passed(patience, wall, theirs, 1, 0.02, 100)
    assert not passed(patience, wall, theirs, 100, 0.5, 0.001)


def test_a_clock_that_stands_still_is_given_up(wall):
    patience = Patience(5, lambda: 0)
    wall[0] += STALLED - 1
    assert not patience.is_over()
    wall[0] += 2
    assert patience.is_over()


@pytest.mark.parametrize(("runnable", "passed"), [(True, 0.5), (False, 30)])
def test_what_a_process_waits_for_a_processor_does_not_count(wall, monkeypatch, runnable, passed):
    used = [1.0]
    monkeypatch.setattr(ProcessClock, "_look", lambda self: (runnable, used[0]))
    clock = ProcessClock(os.getpid())
    before = clock()
    wall[0] += 30
    used[0] += 0.5
    assert clock() - before == passed


def test_a_process_that_sleeps_for_too_long_is_stopped():
    with pytest.raises(AssertionError, match="longer than 0.3 s(.|\n)*before"):
        limited.run([sys.executable, "-u", "-c", "import time; print('before'); time.sleep(600)"], 0.3)


def test_a_process_that_ends():
    done = limited.run([sys.executable, "-c", "import sys; print(1); sys.exit('two')"], stderr=subprocess.PIPE)
    assert (done.returncode, done.stdout, done.stderr) == (1, "1\n", "two\n")
