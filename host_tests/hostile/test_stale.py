"""Sockets that have lost their descriptor, in every way and at every moment, never act on another's.

ROUNDS= says how many rounds of each race are run: `make hostile` runs 10^5 of all together.
"""

import copy
import os
import pickle
import sys
from pathlib import Path

import pytest
import stale
from watched import Watched

import afunix
from conftest import PLANES, ROOT, UNIX

HERE = Path(__file__).resolve().parent
TARGETS = ("cpython", *PLANES)
ROUNDS = int(os.environ.get("ROUNDS") or 300)
SEED = 11
# After so many different ones there is no news.
SHOWN = 12


def _start(target, program, directory):
    paths = f"{ROOT / 'lib'}:{HERE}"
    if target in ("linux", "cpython"):
        command = [sys.executable, "-W", "ignore", "-u", "-c", program]
        return Watched(command, env=os.environ | {"PYTHONPATH": paths}, cwd=directory)
    assert UNIX.is_file(), "build/unix/micropython is missing; build it with: make unix"
    command = [str(UNIX), "-X", "heapsize=4M", "-c", PLANES[target] + program]
    return Watched(command, env=os.environ | {"MICROPYPATH": paths + ":.frozen"}, cwd=directory)


def _each(names):
    for target in TARGETS:
        if target != "mpy":
            for name in names:
                marks = pytest.mark.unix if target in PLANES else ()
                yield pytest.param(target, name, id=f"{target}-{name}", marks=marks)


@pytest.fixture(scope="module")
def identities(tmp_path_factory):
    """identities(target): what each call answered, by its name and what had become of its socket."""
    found = {}

    def get(target):
        if target not in found:
            directory = tmp_path_factory.mktemp("stale")
            found[target] = _identities(target, directory)
        return found[target]

    return get


def _identities(target, directory):
    answers, skip = {}, 0
    function = "on_linux()" if target == "linux" else "on_afunix({skip})"
    while True:
        process = _start(target, "import stale; stale." + function.format(skip=skip), directory)
        reached, tail = None, []
        for line in process.lines():
            if line.startswith("@ "):
                reached, tail = line[2:], []
                skip += 1
            elif "\t" in line:
                name, _, answer = line.partition("\t")
                answers[name] = answer
            elif line == "ALL":
                return answers
            else:
                tail.append(line)
        if reached is None:
            pytest.fail(f"the process {process.ended}:\n" + "\n".join(tail), pytrace=False)
        answers.setdefault(reached, f"! the process {process.ended}: " + "\n".join(tail))
        if target == "linux":
            return answers


def test_stale_on_linux(identities):
    """EBADF is what CPython's sockets say, to every call."""
    answers = identities("linux")
    assert {name: answer for name, answer in answers.items() if answer != "EBADF"} == {}
    assert len(answers) == len(stale.WAYS) * 2 * len(stale.CALLS)


@pytest.mark.parametrize(("target", "call"), list(_each([entry[0] for entry in stale.CALLS + stale.OWN_CALLS])))
def test_stale(identities, target, call):
    answers = {name: answer for name, answer in identities(target).items() if name.startswith(call + ": ")}
    wrong = [f"{name}: {answer[2:]}" for name, answer in answers.items() if answer != "EBADF"]
    assert not wrong, "\n".join(wrong)
    assert len(answers) == len(stale.WAYS) * 4


@pytest.mark.parametrize(("target", "race"), list(_each([race.__name__ for race in stale.RACES])))
def test_race(target, race, tmp_path):
    process = _start(target, f"import stale; stale.run_race({race!r}, {ROUNDS}, {SEED})", tmp_path)
    seen, others = [], []
    for line in process.lines():
        if line.startswith("SAW"):
            seen.append(line)
        elif not line.startswith("round"):
            others = (others + [line])[-30:]
    assert not seen, f"{len(seen)} times in {ROUNDS} rounds:\n" + "\n".join(seen[:SHOWN])
    assert others[-1:] == [f"ALL {ROUNDS}"], f"the process {process.ended}:\n" + "\n".join(others)


@pytest.mark.parametrize("refused", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_socket_is_not_copied(refused):
    with afunix.socket() as sock:
        with pytest.raises(TypeError):
            refused(sock)
        assert sock.getsockname() == ""
