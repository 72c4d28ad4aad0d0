"""Programs that Linux and afunix agree on, on MicroPython: with the data plane in Python, and in C."""

import os
import random
from pathlib import Path

import pytest
import replay
from twins import SIZES, Name, Twins

import programs
from afunix.kernel import names

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NATIVE = ROOT / "build/natmod/x64"
PROGRAMS = 100
STEPS = 60
SEED = 6


def _plain(arg):
    """An argument as MicroPython can read it."""
    if isinstance(arg, Name):
        return arg.ours
    if isinstance(arg, (list, tuple)):
        return type(arg)(map(_plain, arg))
    return int(arg) if isinstance(arg, int) else arg


def _agreed(chooser):
    """A random program on which both sides agree, and the number that autobinding begins with."""
    number = names._next
    with Twins() as t:
        for _ in range(STEPS):
            programs.perform(t, chooser.randbytes(programs.STEP))
        program = [(name, tuple(map(_plain, args))) for name, args, _, _ in t.trace]
    return program, number


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A file of programs with their answers, and how many answers there are."""
    chooser = random.Random(SEED)
    lines = []
    for _ in range(PROGRAMS):
        program, number = _agreed(chooser)
        lines += replay.record(program, SIZES, os.getpid(), number)
    path = tmp_path_factory.mktemp("replay") / "programs"
    path.write_text("\n".join(lines) + "\n")
    return path, len(lines) - PROGRAMS


@pytest.mark.unix
def test_on_micropython(unix_python, recorded):
    path, count = recorded
    code, output = unix_python.run(
        f"import replay\nreplay.run({str(path)!r})",
        timeout=300,
        paths=[ROOT / "lib", HERE],
    )
    assert (code, output.splitlines()[:20]) == (0, [f"{count} answers are the same"])
