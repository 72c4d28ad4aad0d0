"""Mutation testing of lib/afunix: change one place, run the tests, and see whether they notice.

    run.py [--sample N] [--seed S] [--kind KIND]... [--file PATTERN]... [--workers N] [--list] [--unix] [--again]

Each worker has a copy of the tree. The tests run in an order that finds most faults soon, on CPython first, then (for
--unix, and for files that are not all for CPython) on the unix port with the data plane in C and in Python. A mutant
that is stopped for its time counts as killed: the limits are measured in processor time (group.py). What survived is in
build/mutants/survivors.txt; --again runs only those.
"""

import argparse
import fnmatch
import json
import os
import queue
import random
import shutil
import sys
import threading
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))

import group  # noqa: E402
from edits import KINDS, edits_of  # noqa: E402
from equivalent import EQUIVALENT  # noqa: E402

OUT = ROOT / "build/mutants"
LIBRARY = "lib/afunix"
# What the tests need of the tree; build/ is not copied.
PARTS = (
    *("lib", "host_tests", "firmware", "benchmarks", "boards", "examples", "port", "docs"),
    *("README.md", "Makefile", "pyproject.toml", "package.json"),
)
# What CPython has no use for, and what has parts of that kind.
ON_MICROPYTHON_ONLY = ("host/board.py", "host/plain.py")
ON_MICROPYTHON_TOO = ("data/plane.py", "aio.py", "compat.py", "makefile.py")
# What has to be killed of each kind.
ENOUGH = 0.95
# A test that waits for longer than this without a processor waits for ever.
ASLEEP = 8

# Stages: a name, and the arguments of pytest. One ends at its first failure, and a mutant at its first such stage.
_SLOW = (
    "--deselect=host_tests/unit/test_leaks.py::test_cpython",
    "--ignore=host_tests/unit/test_sensor.py",
    "--ignore=host_tests/unit/test_readme.py",
)
_ON_CPYTHON = ("-m", "not unix and not board and not qemu")
CPYTHON = (
    ("quick", ()),  # quick.py
    ("unit", (*_ON_CPYTHON, "host_tests/unit", *_SLOW)),
    ("programs", (*_ON_CPYTHON, "host_tests/compat", "host_tests/cpython", "-k", "not on_linux")),
    (
        "differential",
        (*_ON_CPYTHON, "host_tests/differential", "host_tests/unit/test_leaks.py", "-k", "not replay and not unix"),
    ),
    ("hostile", (*_ON_CPYTHON, "host_tests/hostile")),
)
UNIX = (
    ("unix conformance", ("-m", "unix", "host_tests/conformance", "-k", "not mpy")),
    ("unix unit", ("-m", "unix", "host_tests/unit", "host_tests/compat", "-k", "not mpy and not test_sensor")),
    ("unix hostile", ("-m", "unix", "host_tests/hostile", "-k", "python")),
)


def all_edits(files=None):
    """Every edit of the library, or of those `files` of it, but for the equivalent ones; and those entries of the list
    that name none."""
    found, listed = [], {entry[:3] for entry in EQUIVALENT}
    used = set()
    for path in sorted((ROOT / LIBRARY).rglob("*.py")):
        file = str(path.relative_to(ROOT / LIBRARY))
        if files is not None and file not in files:
            continue
        for edit in edits_of(file, path.read_text()):
            name = (edit.file, edit.text, edit.what)
            if name in listed:
                used.add(name)
            else:
                found.append(edit)
    return found, listed - used


class Tree:
    """A copy of the tree, for one worker."""

    def __init__(self, number):
        self.path = OUT / f"tree{number}"
        self.log = OUT / f"log{number}.txt"
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        ignore = shutil.ignore_patterns("__pycache__", ".hypothesis", ".pytest_cache")
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, self.path / part, ignore=ignore)
            elif source.is_file():
                shutil.copy(source, self.path / part)
        (self.path / "build").symlink_to(ROOT / "build")

    def run(self, arguments, most):
        """Run pytest in this tree, or, without arguments, the quick cases."""
        command = [sys.executable, "host_tests/mutants/quick.py"]
        if arguments:
            command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", "--timeout=0"]
        environment = os.environ | {
            "PYTHONDONTWRITEBYTECODE": "1",  # a file that was edited twice in one second would be taken from it
            "EXAMPLES": "300",
            "ROUNDS": "100",
            "PYTHONHASHSEED": "0",
        }
        return group.run([*command, *arguments], most, ASLEEP, self.log, cwd=self.path, env=environment)

    def write(self, edit, source):
        (self.path / LIBRARY / edit.file).write_text(source)


def stages_for(edit, with_unix):
    if edit.file in ON_MICROPYTHON_ONLY:
        return UNIX
    return CPYTHON + UNIX if with_unix or edit.file in ON_MICROPYTHON_TOO else CPYTHON


def baseline(tree, stages):
    """How many seconds of a processor each stage takes where nothing is changed; it must pass.

    A stage that fails on the tree as it is kills every mutant: it is left out, and said so.
    """
    seconds = {}
    for name, arguments in stages:
        result = tree.run(arguments, 1200)
        if result.code == 0:
            seconds[name] = result.seconds
            print(f"{name}: {result.seconds:.1f} s", flush=True)
        else:
            tail = "\n".join(result.output.splitlines()[-4:])
            print(
                f"{name} is left out: it fails on what is not changed ({result.why or result.code})\n{tail}", flush=True
            )
    return seconds


def judge(tree, edit, stages, seconds):
    """Which stage killed the mutant, and how; None where it survived."""
    tree.write(edit, edit.applied())
    try:
        for name, arguments in stages:
            if name not in seconds:
                continue
            result = tree.run(arguments, 4 * seconds[name] + 20)
            if result.code != 0:
                failed = [line for line in result.output.splitlines() if line.startswith(("FAILED", "ERROR"))]
                return f"{name}: {result.why or (failed[0][:160] if failed else f'code {result.code}')}"
        return None
    finally:
        tree.write(edit, edit.source)


def _choose(arguments):
    found, stale = all_edits()
    for entry in sorted(stale):
        print("equivalent.py names what is not there:", entry)
    if arguments.kind:
        found = [edit for edit in found if edit.kind in arguments.kind]
    if arguments.file:
        found = [edit for edit in found if any(fnmatch.fnmatch(edit.file, p) for p in arguments.file)]
    if arguments.again:
        names = {tuple(json.loads(line)) for line in (OUT / "survivors.json").read_text().splitlines()}
        found = [edit for edit in found if (edit.file, edit.text, edit.what) in names]
    if arguments.sample and arguments.sample < len(found):
        found = _sample(found, arguments.sample, random.Random(arguments.seed))
    return found, stale


def _sample(found, count, chance):
    """As many of each kind as can be, so that a small sample says something about the rare kinds, too."""
    kinds = [[edit for edit in found if edit.kind == kind] for kind in KINDS]
    for edits in kinds:
        chance.shuffle(edits)
    chosen = []
    while len(chosen) < count:
        chosen += [edits.pop() for edits in kinds if edits]
    return chosen[:count]


def run(found, workers, with_unix):
    """Judge all edits. Returns a list of (edit, verdict)."""
    OUT.mkdir(parents=True, exist_ok=True)
    stages = {stage for edit in found for stage in stages_for(edit, with_unix)}
    trees = [Tree(i) for i in range(workers)]
    seconds = baseline(trees[0], [stage for stage in CPYTHON + UNIX if stage in stages])
    todo, done = queue.Queue(), []
    for edit in found:
        todo.put(edit)
    started = time.monotonic()

    def work(tree):
        while True:
            try:
                edit = todo.get_nowait()
            except queue.Empty:
                return
            began = time.monotonic()
            verdict = judge(tree, edit, stages_for(edit, with_unix), seconds)
            done.append((edit, verdict))
            how = f"killed by {verdict}" if verdict else "SURVIVED"
            print(f"{len(done)}/{len(found)} {time.monotonic() - began:.0f} s {edit}\n    {how}", flush=True)

    threads = [threading.Thread(target=work, args=(tree,)) for tree in trees]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for tree in trees:
        shutil.rmtree(tree.path)
    print(f"{len(done)} mutants in {time.monotonic() - started:.0f} s")
    return done


def report(done):
    """The table by kind. Is each killed often enough?"""
    killed, all_of = Counter(), Counter()
    for edit, verdict in done:
        all_of[edit.kind] += 1
        killed[edit.kind] += verdict is not None
    survivors = [edit for edit, verdict in done if verdict is None]
    survivors.sort(key=lambda edit: (edit.file, edit.line))
    (OUT / "survivors.txt").write_text("".join(f"{edit}\n" for edit in survivors))
    (OUT / "survivors.json").write_text("".join(json.dumps([e.file, e.text, e.what]) + "\n" for e in survivors))
    for edit in survivors:
        print(edit)
    print(f"\n{'kind':12} {'edits':>6} {'killed':>6} {'lived':>6}")
    enough = True
    for kind in KINDS:
        if all_of[kind]:
            enough &= killed[kind] >= ENOUGH * all_of[kind]
            share = f"{100 * killed[kind] / all_of[kind]:.0f} %"
            print(f"{kind:12} {all_of[kind]:6} {killed[kind]:6} {all_of[kind] - killed[kind]:6} {share:>6}")
    print(f"{'all':12} {all_of.total():6} {killed.total():6} {len(survivors):6}")
    print(f"{len(EQUIVALENT)} equivalent edits left out")
    return enough


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--file", action="append")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--unix", action="store_true")
    parser.add_argument("--again", action="store_true")
    arguments = parser.parse_args()
    found, stale = _choose(arguments)
    if arguments.list:
        for edit in found:
            print(edit)
        print(Counter(edit.kind for edit in found), len(found))
        return 0
    return 0 if report(run(found, arguments.workers, arguments.unix)) and not stale else 1


if __name__ == "__main__":
    sys.exit(main())
