"""A process that prints what it does, watched by its progress: what it waits for is not there, or it would go on."""

import os
import selectors
import signal
import subprocess
import time

SAMPLE = 0.25
# A process that has waited for this long for nothing has come to a halt: none of its waits is longer than a second.
# One that waits for a processor, on a busy machine, is not meant: that is runnable.
ASLEEP = 5
# And one that has used that much of a processor without a word turns in a circle.
BUSY = 60


def _task(pid):
    """(is any of its threads runnable, seconds of processor that it has used)."""
    runnable, ticks = False, 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        runnable |= fields[0] in "RD"
        ticks += int(fields[11]) + int(fields[12])
    return runnable, ticks / os.sysconf("SC_CLK_TCK")


class Watched:
    """Run `command`. `lines()` yields what it prints; afterwards `ended` tells how it came to its end."""

    def __init__(self, command, asleep=ASLEEP, **how):
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **how
        )
        self._asleep = asleep
        self.ended = None

    def lines(self):
        fd = self._process.stdout.fileno()
        rest = b""
        try:
            while True:
                if not self._wait(fd):
                    return
                more = os.read(fd, 1 << 16)
                if not more:
                    break
                *whole, rest = (rest + more).split(b"\n")
                for line in whole:
                    yield line.decode(errors="replace")
            if rest:
                yield rest.decode(errors="replace")
            code = self._process.wait()
            self.ended = f"died of {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        finally:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()

    def _wait(self, fd):
        """Until there is something to read. False where that will not be."""
        selector = selectors.DefaultSelector()
        selector.register(fd, selectors.EVENT_READ)
        asleep, used = time.monotonic(), None
        while not selector.select(SAMPLE):
            try:
                runnable, now = _task(self._process.pid)
            except OSError:
                continue  # it has just ended
            used = now if used is None else used
            if runnable:
                asleep = time.monotonic()
            if time.monotonic() - asleep > self._asleep:
                self.ended = f"came to a halt: it slept for {self._asleep} s"
                return False
            if now - used > BUSY:
                self.ended = f"went round in circles for {BUSY} s of a processor"
                return False
        return True
