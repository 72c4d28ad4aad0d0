"""Arguments that no call should be given, to all of them: beside CPython's own sockets on CPython, and on the unix port
under AddressSanitizer in both forms of the data plane.

HOSTILE=all runs every value of every call; without it, one of four.
"""

import ast
import os
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import wrong_calls
from different import DIFFERENT, SAME
from watched import Watched

from conftest import HEAP, PLANES, ROOT

HERE = Path(__file__).resolve().parent
ASAN = ROOT / "build/unix-asan/micropython"
TARGETS = ("cpython", "c", "python")
SEED = 7
THIN, SEVERAL = (1, 2000) if os.environ.get("HOSTILE") == "all" else (4, 300)
# So many deaths and halts are enough to know.
MOST_ENDS = 20
SHOWN = 12


def _program(target, first):
    what = "linux" if target == "linux" else "afunix"
    return f"import wrong_calls; wrong_calls.on_{what}({SEVERAL}, {SEED}, {THIN}, {first})"


def _start(target, first, directory):
    paths = f"{ROOT / 'lib'}:{HERE}"
    if target in ("linux", "cpython"):
        command = [sys.executable, "-W", "ignore", "-u", "-c", _program(target, first)]
        return Watched(command, env=os.environ | {"PYTHONPATH": paths}, cwd=directory)
    assert ASAN.is_file(), "build/unix-asan/micropython is missing; build it with: make hostile"
    command = [str(ASAN), "-X", f"heapsize={4 * int(HEAP[:-1])}M", "-c", PLANES[target] + _program(target, first)]
    return Watched(command, env=os.environ | {"MICROPYPATH": paths + ":.frozen"}, cwd=directory)


class Outcomes:
    """What every case answered on one target: `answers`, or what went wrong: `trouble`, by the case's number."""

    def __init__(self, target, directory):
        self.names, self.answers, self.trouble = {}, {}, {}
        self.finished = False
        first = ends = 0
        while not self.finished and ends < MOST_ENDS:
            reached, process, tail = self._run(_start(target, first, directory))
            if self.finished:
                break
            if reached not in self.trouble:
                self.trouble[reached] = f"the process {process.ended}: " + "\n".join(tail)
            if reached == first:
                break  # the same death again, before any case
            first = reached
            ends += 1

    def _run(self, process):
        number, tail = 0, []
        for line in process.lines():
            what, _, text = line.partition(" ")
            if what in ("@", "=", "!") and text.split(" ")[0].isdigit():
                number, _, text = text.partition(" ")
                number = int(number)
                if what == "@":
                    self.names[number] = text
                elif what == "=":
                    self.answers[number] = text
                else:
                    self.trouble[number] = ast.literal_eval(text)
                tail = []
            elif what == "ALL":
                self.finished = True
            else:
                tail = (tail + [line])[:40]
        return number, process, tail

    def of(self, call):
        """The numbers of the cases of a call."""
        return [number for number in self.names if self.names[number].startswith(call + " ")]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """outcomes(target), run when it is first asked for."""
    found = {}

    def get(target):
        if target not in found:
            found[target] = Outcomes(target, tmp_path_factory.mktemp("hostile"))
        return found[target]

    return get


def _report(lines, title):
    more = f"\n... and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return f"{title}:\n" + "\n".join(line[:600] for line in lines[:SHOWN]) + more


def _parameters():
    for target in TARGETS:
        marks = pytest.mark.unix if target in PLANES else ()
        for call in wrong_calls.CALLS:
            yield pytest.param(target, call.name, id=f"{target}-{call.name}", marks=marks)


def test_on_linux(outcomes):
    """What is asked of afunix is what CPython's sockets do, in every case."""
    linux = outcomes("linux")
    assert not linux.trouble, _report([f"{linux.names[i]}: {linux.trouble[i]}" for i in linux.trouble], "trouble")
    assert linux.finished


@pytest.mark.parametrize("target", [pytest.param(t, marks=pytest.mark.unix if t in PLANES else ()) for t in TARGETS])
def test_every_case_is_reached(outcomes, target):
    found = outcomes(target)
    assert found.finished, f"gave up at case {max(found.names, default=0)}, {found.names[max(found.names)]}"


@pytest.mark.parametrize(("target", "call"), list(_parameters()))
def test_nothing_is_harmed(outcomes, target, call):
    found = outcomes(target)
    lines = [f"{found.names[i]}: {found.trouble[i]}" for i in found.of(call) if i in found.trouble]
    assert not lines, _report(lines, f"{len(lines)} cases")


@pytest.mark.parametrize(("target", "call"), list(_parameters()))
def test_answers_are_those_of_cpython(outcomes, target, call):
    found, linux = outcomes(target), outcomes("linux")
    lines = []
    for i in found.of(call):
        ours, theirs = found.answers.get(i), linux.answers.get(i)
        if ours is None or _agree(target, found.names[i], ours, theirs):
            continue
        lines.append(f"{found.names[i]}: {ours}, not {theirs}")
    assert not lines, _report(lines, f"{len(lines)} cases")


def _agree(target, name, ours, theirs):
    if theirs is None or "UNMADE" in (ours, theirs) or theirs == "raises AttributeError":
        return True
    return (
        ours == theirs
        or (ours, theirs) in SAME.get("cpython" if target == "cpython" else "micropython", ())
        or any(_covers(entry, target, name, ours, theirs) for entry in DIFFERENT)
    )


def _covers(entry, target, name, ours, theirs):
    where, pattern, what, instead, _why = entry
    return (
        where in ("", "cpython" if target == "cpython" else "micropython")
        and fnmatchcase(name, pattern)
        and fnmatchcase(ours, what)
        and fnmatchcase(theirs, instead)
    )
