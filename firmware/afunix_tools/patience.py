"""How long to wait for a board or a process: by its own clock, so that a busy machine makes none seem to hang."""

import os
import time

# Whose clock has not moved for that many seconds is not coming back, however busy the machine.
STALLED = 600


class Patience:
    """A wait of `seconds` that pass both by `clock`, which is that of who is waited for, and on the wall.

    By its own clock, because a busy machine leaves it little time. And on the wall, because an emulated board that
    sleeps skips the time: minutes of its clock go by before it has got what we send.
    """

    def __init__(self, seconds, clock=time.monotonic):
        self._seconds = seconds
        self._clock = clock
        self.renew()

    def renew(self):
        """Start again."""
        self._waited = 0
        self._clocks = self._clock(), time.monotonic()
        self._moved = self._clocks[1]

    def is_over(self):
        """Has it been long enough? Ask often, and before looking for an answer: one that came in time is there then."""
        theirs, ours = self._clock(), time.monotonic()
        passed = theirs - self._clocks[0], ours - self._clocks[1]
        self._waited += min(passed)
        self._clocks = theirs, ours
        if passed[0]:
            self._moved = ours
        return self._waited > self._seconds or ours - self._moved > STALLED


class ProcessClock:
    """The seconds that a process has had: of a processor, and those in which it wanted none.

    While it waits for its turn on a busy machine, this clock stands still. To be called often: between two calls the
    process is taken to have been all the time what it is at the second.
    """

    def __init__(self, pid):
        self._pid = pid
        self._seconds, self._used, self._at = 0, 0, time.monotonic()

    def __call__(self):
        now = time.monotonic()
        try:
            runnable, used = self._look()
        except OSError:
            runnable, used = False, self._used  # it has ended
        self._seconds += used - self._used if runnable else now - self._at
        self._used, self._at = used, now
        return self._seconds

    def _look(self):
        """(is any of its threads runnable, the seconds of a processor that all have used)."""
        states = {self._stat(f"task/{task}/stat")[0] for task in os.listdir(f"/proc/{self._pid}/task")}
        fields = self._stat("stat")
        return bool(states & {"R", "D"}), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _stat(self, name):
        with open(f"/proc/{self._pid}/{name}") as file:
            return file.read().rpartition(")")[2].split()
