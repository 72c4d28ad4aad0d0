"""Whatever programs do, what they closed is gone: see leak_cases.py."""

import os
import sys
from pathlib import Path

import pytest

import limited

HERE = Path(__file__).resolve().parent
LIB = HERE.parent.parent / "lib"
CONFORMANCE = HERE.parent / "conformance"
SCRIPTS = sorted(path.stem for path in (CONFORMANCE / "cases").glob("*.py"))
PATHS = (LIB, HERE, CONFORMANCE, CONFORMANCE / "cases")
TIMEOUT = 300


def _check(output):
    """The run got to its end and left nothing."""
    assert f"RAN {len(SCRIPTS)}" in output.splitlines(), output[-3000:]
    assert not [line for line in output.splitlines() if line.startswith("LEFT")]


def test_cpython():
    command = [sys.executable, "-c", f"import leak_cases; leak_cases.run({SCRIPTS!r})"]
    done = limited.run(command, TIMEOUT, env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, PATHS))})
    _check(done.stdout)


@pytest.mark.unix
def test_unix(unix_python):
    _, output = unix_python.run(f"import leak_cases; leak_cases.run({SCRIPTS!r})", timeout=TIMEOUT, paths=PATHS)
    _check(output)


NOTICED = """
import afunix, leak_cases
from afunix.kernel import kernel
assert not leak_cases.left()
one, other = afunix.socketpair()
one.bind("/name")
one.send(b"x")
print(len(leak_cases.left()) > 4)
"""


@pytest.mark.unix
def test_what_is_left_is_noticed(unix_python):
    assert unix_python.run(NOTICED, paths=PATHS) == (0, "True\n")
