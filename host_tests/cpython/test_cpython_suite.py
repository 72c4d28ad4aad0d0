"""CPython's own tests of AF_UNIX, unmodified: on Linux's sockets, and on afunix below CPython's own Lib/socket.py.

Each of them is a test here, of the interpreter that runs pytest. See run_cpython_tests.py and standin.py.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import limited

HERE = Path(__file__).resolve().parent
LIB = HERE.parent.parent / "lib"
# For a whole run, which takes a few seconds.
TIMEOUT = 300

# What CPython does not run here: no kernel of ours is at fault, and the reason it gives must mention this.
NOT_APPLICABLE = {
    # On Linux an empty address asks for an abstract name; testAutobind tests that. The test is for other systems.
    "TestUnixDomain.testEmptyAddress": "Linux",
}


def _run(*arguments):
    """Exit code, output and errors of run_cpython_tests.py."""
    command = [sys.executable, str(HERE / "run_cpython_tests.py"), *arguments]
    done = limited.run(command, TIMEOUT, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(LIB)})
    return done.returncode, done.stdout, done.stderr


def _names():
    code, output, errors = _run("list")
    if code:
        # Collected nevertheless: a suite that is missing must fail, and say what is missing.
        return [pytest.param(errors, id="the suite")]
    return output.split()


class Outcomes:
    """What came of every test on one kind of socket, found out at once."""

    def __init__(self, where):
        code, output, errors = _run(where)
        self._ended = f"the run ended with code {code}; its errors:\n{errors}"
        self._found = {name: rest for name, *rest in map(json.loads, output.splitlines())}

    def of(self, name):
        """(outcome, detail) of a test; fails where the run did not get there."""
        if name not in self._found:
            pytest.fail(f"{name}: not reached; {self._ended}", pytrace=False)
        return self._found[name]


@pytest.fixture(scope="module")
def linux():
    return Outcomes("linux")


@pytest.fixture(scope="module")
def afunix():
    return Outcomes("afunix")


def _check(name, outcomes):
    outcome, detail = outcomes.of(name)
    if name in NOT_APPLICABLE:
        assert outcome == "skipped", f"runs here after all: {detail}"
        assert NOT_APPLICABLE[name] in detail
        pytest.skip(f"not for this system, says CPython: {detail}")
    assert outcome == "ok", detail


@pytest.mark.parametrize("name", _names())
def test_on_afunix(name, afunix):
    _check(name, afunix)


@pytest.mark.parametrize("name", _names())
def test_on_linux(name, linux):
    """The same tests on the host's sockets: they prove something only if they can succeed here."""
    _check(name, linux)
