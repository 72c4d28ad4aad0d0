"""What `make mutants` changes, and what it leaves alone."""

import subprocess
import sys

import group
import pytest
from edits import edits_of
from equivalent import EQUIVALENT
from run import all_edits

SOURCE = '''"""Text."""

LIMIT = 5


def f(a, b=None):
    """More text."""
    if a < 3 and not b:
        a += 1
        g(a)
    with lock:
        b = c.EINVAL
        a = 2
    return a | b
'''


def _made(kind):
    return {edit.what: edit.applied() for edit in edits_of("f.py", SOURCE) if edit.kind == kind}


@pytest.mark.parametrize(
    ("kind", "what", "before", "after"),
    [
        ("comparison", "< becomes <=, before 3", "a < 3", "a <= 3"),
        ("number", "3 becomes 4", "a < 3", "a < 4"),
        ("number", "1 becomes 0", "a += 1", "a += 0"),
        ("number", "5 becomes 6", "LIMIT = 5", "LIMIT = 6"),
        ("operator", "+= becomes -=, before 1", "a += 1", "a -= 1"),
        ("operator", "| becomes &, before b", "a | b", "a & b"),
        ("condition", "and becomes or, before not b", "3 and not", "3 or not"),
        ("condition", "not b becomes (b)", "and not b", "and (b)"),
        ("condition", "a < 3 and not b becomes not (a < 3 and not b)", "a < 3 and not b", "not (a < 3 and not b)"),
        ("constant", "c.EINVAL becomes (c.EINVAL + 1)", "c.EINVAL", "(c.EINVAL + 1)"),
        ("constant", "None becomes 0", "b=None", "b=0"),
        ("return", "a | b becomes None", "return a | b", "return None"),
        ("statement", "without a = 2", "        a = 2", "        pass"),
        ("call", "without g(a)", "g(a)", "pass"),
        ("lock", "without lock", "with lock:", "if True:"),
        ("order", "g(a) comes before a += 1", "a += 1\n        g(a)", "g(a)\n        a += 1"),
    ],
)
def test_an_edit(kind, what, before, after):
    assert _made(kind)[what] == SOURCE.replace(before, after)


def test_statements_whose_order_is_nothing_stay():
    assert not [edit for edit in edits_of("f.py", "a = 1\nb = c.X\n") if edit.kind == "order"]
    assert [edit for edit in edits_of("f.py", "a = 1\nb = a\n") if edit.kind == "order"]
    assert [edit for edit in edits_of("f.py", "s.a = 1\ns.b = 2\n") if edit.kind == "order"]


def test_texts_about_the_code_stay():
    assert not [edit for edit in edits_of("f.py", SOURCE) if "ext." in edit.what]


def test_equivalent_edits_are_there():
    assert all_edits({entry[0] for entry in EQUIVALENT})[1] == set()
    assert all(why for _, _, _, why in EQUIVALENT)


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import time; time.sleep(60)", "slept"),
        ("while True: pass", "used"),
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])", "used"),
        ("raise SystemExit(3)", None),
    ],
)
def test_what_does_not_end_is_stopped(program, why, tmp_path):
    result = group.run([sys.executable, "-c", program], 1, 2, tmp_path / "log")
    assert (result.code, result.why.split()[0] if result.why else None) == (None if why else 3, why)


def test_nothing_is_left_running(tmp_path):
    marker = str(tmp_path / "marker")
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass', {marker!r}])"
    group.run([sys.executable, "-c", program], 1, 2, tmp_path / "log")
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert marker not in processes
