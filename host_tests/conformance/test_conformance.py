"""Every case of cases/ against Linux, which proves what it expects, and against afunix wherever that runs.

A case file runs once on each target; each of its cases is then a test of its own.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import kit
import pytest

import differences
from afunix_tools.console import BoardError, BoardHung
from conftest import PLANES, UnixPython

HERE = Path(__file__).resolve().parent
CASES = HERE / "cases"
LIB = HERE.parent.parent / "lib"
TARGETS = ("linux", "cpython", "unix", "board")
# Processors that run what the board runs.
OTHER_BOARDS = ("mps2", "rv32", "xtensa")
# A target with MicroPython is one for each form of the data plane.
MICROPYTHON = ("unix", "board", *OTHER_BOARDS)
# MicroPython 1.25 makes machine code for Xtensa processors of `pointer[constant] = value` that stores something else.
BROKEN = (("xtensa", "python"),)
SCRIPTS = sorted(path.stem for path in CASES.glob("*.py"))
# How long a whole file of cases may take, and how long the board may be silent between two of them.
TIMEOUT = 60
# The piece of heap in which the largest file of cases has room while it comes in.
ROOM = 65536
# How much of a dead script's output a failure quotes.
TAIL = 3000

sys.path.append(str(CASES))


class Outcome:
    """What one file of cases printed on one target."""

    def __init__(self, output, ended):
        self.ended = ended
        self.output = output
        lines = [line.split("\t", 1) for line in output.splitlines() if "\t" in line]
        self.answers = dict(lines)

    def answer(self, name):
        """The answer of a case; fails the test if it has none."""
        text = self.answers.get(name)
        if text is None:
            pytest.fail(f"not reached: the script {self.ended}; its output:\n{self.output[-TAIL:]}", pytrace=False)
        if text.startswith("! "):
            trouble = text[2:]
            if trouble[0] in "'\"":
                trouble = ast.literal_eval(trouble)
            pytest.fail(trouble, pytrace=False)
        return ast.literal_eval(text)


def _cpython(module, function, script):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (LIB, HERE, CASES)))}
    # -u: what a script that is killed has printed counts.
    command = [sys.executable, "-u", "-c", f"import {module}; {module}.{function}({script!r})"]
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired as expired:
        return Outcome((expired.stdout or b"").decode(errors="replace"), f"took longer than {TIMEOUT} s")
    return Outcome(done.stdout.decode(errors="replace"), f"ended with code {done.returncode}")


def _has_room(board):
    """Whether a file of cases can be loaded: MicroPython does not move what lies in its heap."""
    probe = f"""
import gc
gc.collect()
try:
    bytearray({ROOM})
    print(gc.mem_free() > {4 * ROOM})
except MemoryError:
    print(False)
"""
    return board.exec(probe).strip() == "True"


class Targets:
    """Where the cases run, each file once."""

    def __init__(self, request):
        self._request = request
        self._in_order = None  # the board, and its data plane, that the last script left in order
        self._outcomes = {}

    def outcome(self, target, script):
        if (target, script) not in self._outcomes:
            what, _, plane = target.partition("-")
            if what == "board" or what in OTHER_BOARDS:
                outcome = self._board(script, what, plane)
            else:
                outcome = getattr(self, "_" + what)(*(part for part in (script, plane) if part))
            self._outcomes[target, script] = outcome
        return self._outcomes[target, script]

    def _linux(self, script):
        return _cpython("reference", "on_linux", script)

    def _cpython(self, script):
        return _cpython("kit", "on_afunix", script)

    def _unix(self, script, plane):
        python = UnixPython(plane)
        try:
            code, output = python.run(
                f"import kit; kit.on_afunix({script!r})", timeout=TIMEOUT, paths=(LIB, HERE, CASES)
            )
        except AssertionError as failure:
            return Outcome(str(failure), "did not end")
        return Outcome(output, f"ended with code {code}")

    def _board(self, script, what, plane):
        board = self._request.getfixturevalue("boards").get(plane, what)
        try:
            # A reset costs seconds on an emulated board: only a script that died, or a heap in pieces, makes one
            # necessary.
            if self._in_order != (what, plane) or not _has_room(board):
                board.soft_reset()
            self._in_order = None
            board.load(HERE / "kit.py")
            board.exec("import kit; kit.cases.clear()")
            board.load(CASES / f"{script}.py")
            output = board.exec("kit.run(kit.Afunix)", timeout=TIMEOUT)
            board.exec(f"import gc, sys; kit.cases.clear(); del sys.modules[{script!r}]; gc.collect()")
        except (BoardError, BoardHung) as failure:
            return Outcome(failure.output, f"ended with: {failure}")
        self._in_order = what, plane
        return Outcome(output, "ended")

    def close(self):
        """A board that only QEMU emulates keeps a processor busy as long as it is there."""
        if self._in_order and self._in_order[0] in OTHER_BOARDS:
            self._request.getfixturevalue("boards").close()


@pytest.fixture(scope="module")
def targets(request):
    found = Targets(request)
    yield found
    found.close()


def _forms(target):
    if target not in MICROPYTHON:
        return ("",)
    return (*PLANES, "bytecode") if target == "unix" else tuple(PLANES)


def _parameters():
    # A board is restarted for another data plane: all of one come before the next.
    for target in (*TARGETS, *OTHER_BOARDS):
        for plane in _forms(target):
            for script in SCRIPTS if (target, plane) not in BROKEN else ():
                if ("board" if target in OTHER_BOARDS else target) in getattr(kit.load(script), "TARGETS", TARGETS):
                    yield from _parameters_of(target, f"{target}-{plane}".rstrip("-"), script)


def _parameters_of(target, form, script):
    mark = "qemu" if target in OTHER_BOARDS else target
    marks = [getattr(pytest.mark, mark)] if target in MICROPYTHON else []
    if form == "board-python":
        marks.append(pytest.mark.beside)
    for name, expected, _function, _kind in kit.cases:
        yield pytest.param(form, script, name, expected, id=f"{form}-{name}", marks=marks)


@pytest.mark.parametrize(("target", "script", "name", "expected"), list(_parameters()))
def test_case(targets, target, script, name, expected):
    answer = targets.outcome(target, script).answer(name)
    declared = differences.declared()
    if target != "linux" and name in declared:
        assert answer == declared[name], "not as host_tests/differences.py declares"
    else:
        assert answer == expected


def _expectations():
    found = []
    for script in SCRIPTS:
        kit.load(script)
        found += [(name, expected) for name, expected, _function, _kind in kit.cases]
    return found


def test_names_of_cases_are_unique():
    names = [name for name, _expected in _expectations()]
    assert sorted(set(names)) == sorted(names)


def test_declared_differences_are_differences_of_cases():
    expectations = dict(_expectations())
    declared = differences.declared()
    assert declared.keys() <= expectations.keys()
    assert {name for name in declared if declared[name] == expectations[name]} == set()


def test_readme_has_the_table_of_differences():
    readme = differences.README.read_text() if differences.README.is_file() else ""
    assert differences.BEGIN in readme and differences.END in readme, (
        f"README.md lacks the markers {differences.BEGIN} and {differences.END}"
    )
    text = readme.split(differences.BEGIN, 1)[1].split(differences.END, 1)[0]
    assert text.strip() == differences.table().strip(), "paste the output of: python host_tests/differences.py"
