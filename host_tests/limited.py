"""Processes with a limit that means the same on a busy machine as on an idle one: seconds of their own clock."""

import subprocess

from afunix_tools.patience import Patience, ProcessClock

_SAMPLE = 0.1


def run(command, seconds=60, stderr=subprocess.STDOUT, **how):
    """subprocess.run for a program that prints text, with its errors in between or as said by `stderr`.

    Raises AssertionError, with the output so far, if it takes longer than `seconds` of a processor, or of waiting for
    anything else.
    """
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True, errors="replace", **how
    )
    with process:
        patience = Patience(seconds, ProcessClock(process.pid))
        try:
            while True:
                is_over = patience.is_over()
                try:
                    output, errors = process.communicate(timeout=_SAMPLE)
                    return subprocess.CompletedProcess(command, process.returncode, output, errors)
                except subprocess.TimeoutExpired:
                    if is_over:
                        break
        finally:
            process.kill()
        output, errors = process.communicate()
    raise AssertionError(f"it took longer than {seconds} s; its output:\n{output}{errors or ''}")
