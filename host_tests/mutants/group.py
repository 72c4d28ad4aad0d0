"""A process and its children, with limits that mean the same on a busy machine as on an idle one.

What counts is the processor time that they used, and whether any of them could use more: seconds on the wall pass for
a process that waits for its turn, too.
"""

import os
import signal
import subprocess
import time

_TICK = os.sysconf("SC_CLK_TCK")
_SAMPLE = 0.2


def _members(group):
    """(runnable, ticks) of each thread of the processes in that group."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            if int(fields[2]) != group:
                continue
            ticks = sum(map(int, fields[11:15]))  # with those of children that have ended
            states = set()
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/stat") as file:
                    states.add(file.read().rpartition(")")[2].split()[0])
            yield bool(states & {"R", "D"}), ticks
        except (OSError, IndexError):
            continue  # it has just ended


class Result:
    """How a command ended: `code`, None where it was stopped, for the reason `why`; `seconds` of processor time."""

    def __init__(self, code, why, seconds, output):
        self.code, self.why, self.seconds, self.output = code, why, seconds, output


def run(command, most, asleep, log, **how):
    """Run `command` for at most `most` seconds of processor time, and no longer asleep at a stretch than `asleep`."""
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, **how
        )
    awake, seconds, last, why = time.monotonic(), 0, -1, None
    try:
        while why is None:
            try:
                process.wait(_SAMPLE)
                break
            except subprocess.TimeoutExpired:
                pass
            members = list(_members(process.pid))
            ticks = sum(ticks for _, ticks in members)
            seconds = max(seconds, ticks / _TICK)
            if any(runnable for runnable, _ in members) or ticks > last + 2:
                awake, last = time.monotonic(), ticks
            if seconds > most:
                why = f"used more than {most:.0f} s of a processor"
            elif time.monotonic() - awake > asleep:
                why = f"slept for {asleep} s"
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    with open(log, errors="replace") as output:
        return Result(None if why else process.returncode, why, seconds, output.read())
