"""Ctrl-C in a storm: a program on a Pico makes one call over and over, and is interrupted at its console.

    storm.py [--presses N] [--seed N] [--plane c|mpy|python]... [CALL...]

The Pico is an emulated one with its real firmware, driven by its own clock (benchmarks/pico.py). The presses go over
its USB console, at moments that the seed decides, and a run is the same every time. What is interrupted, and what must
hold afterwards, is in storm_calls.py and storm_tasks.py, which run on the board.
"""

import argparse
import concurrent.futures
import dataclasses
import random
from pathlib import Path

import board
import natmod
from pico import Pico
from steps import BUILD, Failure, main

HERE = Path(__file__).resolve().parent
FIRMWARE = BUILD / "pico/firmware.uf2"
PLAIN = BUILD / "pico-plain/firmware.uf2"
# What a program runs first to have its data plane in that form.
PLANES = {
    "c": "",
    "mpy": "import sys, afunix_file; sys.modules['_afunix'] = afunix_file\n",
    "python": "import sys; sys.modules['_afunix'] = None\n",
}
USUAL = ("c", "python")
PROGRAMS = ("storm_rounds", "storm_calls", "storm_tasks", "invariants", "view")
CALLS = ("recv", "send", "accept", "connect", "getsockname", "socketpair", "rights", "asyncio")
# What the board asks with, and what is typed then: see storm_rounds.py.
ONE, SEVERAL = b"\x0e", b"\x0f"
INTERRUPT, END = b"\x03", b"\n"
LONGEST = 4_000_000  # nanoseconds between the question and the press
LONGEST_OF_TASKS = 25_000_000
GAP = 1_500_000  # between two of several
MOST = 4
# When nothing has come of a press for so long, there is another one; after so many the board hangs.
PATIENCE = 500_000_000
ATTEMPTS = 10


class Presses:
    """Presses Ctrl-C whenever the board asks for it."""

    def __init__(self, pico, seed, longest):
        self.pressed = self.lost = 0
        self._pico = pico
        self._random = random.Random(seed)
        self._longest = longest
        self._alarm = pico.clock.create_alarm(self._next)
        self._due = []
        self._in_vain = 0

    def listen(self, data):
        """This has come from the board."""
        if ONE in data:
            self._plan([INTERRUPT])
        elif SEVERAL in data:
            self._plan([INTERRUPT] * self._random.randint(2, MOST) + [END])

    def stop(self):
        """Press no more."""
        self._alarm.cancel()

    def _plan(self, keys):
        self._in_vain = 0
        self._due = keys
        self._alarm.cancel()
        self._alarm.schedule(self._random.randrange(self._longest))

    def _next(self):
        if not self._due:
            self._press_again()
        key = self._due.pop(0)
        self.pressed += key == INTERRUPT
        self._pico.type(key)
        self._alarm.schedule(self._random.randrange(GAP) if self._due else PATIENCE)

    def _press_again(self):
        self.lost += 1
        self._in_vain += 1
        self._due = [INTERRUPT]
        if self._in_vain > ATTEMPTS:
            raise Failure(f"the board hangs after {self.pressed} presses")


@dataclasses.dataclass
class Count:
    """What came of a storm.

    pressed  how often Ctrl-C was typed
    raised   how many KeyboardInterrupts the program got: fewer, since one that is typed before the last is raised is
             the same one
    lost     presses that nothing came of, although the program had asked for a single one, and waited
    """

    pressed: int
    raised: int
    lost: int


class Storm:
    """An emulated Pico with the data plane in one form: "c", "mpy" or "python"."""

    def __init__(self, plane):
        self._plane = plane
        self._pico = None

    def run(self, call, presses, seed):
        """Interrupt `call` at least `presses` times, and count. Raises Failure where anything is wrong afterwards."""
        if self._pico is None:
            self._pico = self._start()
        longest = LONGEST_OF_TASKS if call == "asyncio" else LONGEST
        keys = Presses(self._pico, f"{self._plane} {call} {seed}", longest)
        module = "storm_tasks" if call == "asyncio" else "storm_calls"
        start = "import storm_rounds, storm_calls, storm_tasks\n"
        start += f"storm_rounds.run({module}.{call.upper()}, {presses}, {seed})"
        try:
            output = self._pico.exec(PLANES[self._plane] + start, float("inf"), keys.listen)
        except Failure:
            self._pico = None
            raise
        finally:
            keys.stop()
        words = output.replace(ONE.decode(), "").replace(SEVERAL.decode(), "").split()
        if words[:1] != ["DONE"]:
            raise Failure("the board has printed more than it should", output)
        return Count(keys.pressed, int(words[1]), keys.lost)

    def _start(self):
        files = {name: HERE / f"{name}.py" for name in PROGRAMS}
        if self._plane != "mpy":
            return Pico(FIRMWARE, files)
        files["afunix_file"] = natmod.built("armv6m")
        return Pico(PLAIN, files | {f"afunix/{name}": path for name, path in board.library().items()})


def _run(plane, call, presses, seed):
    return Storm(plane).run(call, presses, seed)


def _show(plane, call, future):
    """A line of the table. Is all well?"""
    try:
        count = future.result()
    except Failure as failure:
        print(f"{plane:8}{call:14}{failure}\n{failure.details}", flush=True)
        return False
    print(f"{plane:8}{call:14}{count.pressed:8}{count.raised:8}{count.lost:8}", flush=True)
    return not count.lost


def _main(arguments):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--presses", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plane", choices=PLANES, action="append")
    parser.add_argument("calls", nargs="*", default=CALLS)
    wanted = parser.parse_args(arguments)
    print("plane   call           pressed  raised    lost", flush=True)
    with concurrent.futures.ProcessPoolExecutor() as pool:
        jobs = [(plane, call) for plane in wanted.plane or USUAL for call in wanted.calls]
        futures = [pool.submit(_run, *job, wanted.presses, wanted.seed) for job in jobs]
        well = [_show(*job, future) for job, future in zip(jobs, futures, strict=True)]
    if not all(well):
        raise Failure("Ctrl-C does harm")


if __name__ == "__main__":
    main(_main)
