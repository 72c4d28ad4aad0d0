"""Run CPython's own tests of AF_UNIX, Lib/test/test_socket.py of this interpreter, as they are.

run_cpython_tests.py list                    print the names of the tests, a line for each
run_cpython_tests.py linux|afunix [NAME...]  run them, or those named, on the real sockets or on afunix's

A run prints a line of JSON for each test: [name, outcome, detail]. The outcome is "ok", "skipped" or "failed".
"""

import faulthandler
import json
import sys
import traceback
import unittest

# By name: the other classes need a network, or devices on which the module hangs.
CLASSES = (
    "SendmsgUnixStreamTest",
    "RecvmsgUnixStreamTest",
    "RecvmsgIntoUnixStreamTest",
    "RecvmsgSCMRightsStreamTest",
    "RecvmsgIntoSCMRightsStreamTest",
    "BasicSocketPairTest",
    "TestUnixDomain",
    "TestLinuxAbstractNamespace",
    "SendRecvFdsTests",
)
# A test that takes longer hangs: CPython's own timeouts in it are 5 s at most, and longer on a slow machine.
PATIENCE = 60


def load():
    """CPython's tests, by name: a dict."""
    try:
        from test import test_socket
    except ImportError as failure:
        package = "libpython{}.{}-testsuite".format(*sys.version_info)
        sys.exit(f"{sys.executable} comes without test.test_socket ({failure}); Debian has it in {package}")

    loader = unittest.TestLoader()
    found = {}
    for name in CLASSES:
        for test in loader.loadTestsFromTestCase(getattr(test_socket, name)):
            found[".".join(test.id().split(".")[-2:])] = test
    return found


class Result(unittest.TestResult):
    """Prints each outcome at once, so that it is known even if a later test takes the process with it."""

    def __init__(self, left_open):
        super().__init__()
        self._left_open = left_open

    def startTest(self, test):
        super().startTest(test)
        self._outcome, self._detail = "ok", ""
        faulthandler.dump_traceback_later(PATIENCE, exit=True)

    def stopTest(self, test):
        faulthandler.cancel_dump_traceback_later()
        super().stopTest(test)
        left = self._left_open()
        if left and self._outcome == "ok":
            self._outcome, self._detail = "failed", left
        name = ".".join(test.id().split(".")[-2:])
        print(json.dumps([name, self._outcome, self._detail]), file=sys.__stdout__, flush=True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._outcome, self._detail = "skipped", reason

    def _failed(self, test, failure):
        self._outcome = "failed"
        self._detail += "".join(traceback.format_exception(*failure))

    addError = addFailure = _failed

    def addSubTest(self, test, subtest, failure):
        if failure:
            self._failed(test, failure)


def left_in_afunix():
    """What a test left open in the kernel."""
    from afunix.kernel import kernel

    left = {
        "sockets": kernel.live,
        "descriptors": len([d for d in kernel.descriptors if d is not None]),
        "names": kernel.bound,
        "rights in flight": kernel.in_flight,
    }
    return ", ".join(f"{left[what]} {what} left" for what in left if left[what])


def main(where, *names):
    if where == "afunix":
        # Before anything imports socket.
        import standin

        standin.install()
        import afunix

        afunix.configure(sockets=64, ring=262144, descriptors=256)
    tests = load()
    if where == "list":
        print("\n".join(tests))
        return
    result = Result(left_in_afunix if where == "afunix" else str)
    for name in names or tests:
        tests[name].run(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
