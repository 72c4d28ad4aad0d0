"""The conformance cases on CPython, in one process that ends at the first wrong answer: there most edits show first."""

import ast
import contextlib
import io
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS.parent / "lib"), str(TESTS), str(TESTS / "conformance"), str(TESTS / "conformance/cases")]

import kit  # noqa: E402

import differences  # noqa: E402

# These wait more than they do.
LAST = ("waking", "timeouts", "own_streams")


def main():
    declared = differences.declared()
    scripts = sorted(path.stem for path in (TESTS / "conformance/cases").glob("*.py"))
    for script in sorted(scripts, key=lambda name: name in LAST):
        module = kit.load(script)
        if "cpython" not in getattr(module, "TARGETS", ("cpython",)):
            continue
        expected = {name: declared.get(name, answer) for name, answer, _, _ in kit.cases}
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            kit.run(kit.Afunix)
        for line in printed.getvalue().splitlines():
            name, _, answer = line.partition("\t")
            if answer[:2] == "! " or ast.literal_eval(answer) != expected[name]:
                print(f"FAILED {script}: {name}: {answer[:100]}")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
