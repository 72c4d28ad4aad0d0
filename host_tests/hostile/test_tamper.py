"""Programs that overwrite what a socket is made of, call its parts with what they are not made for, or move a buffer
away under a call: MicroPython, under AddressSanitizer, does not crash.

HOSTILE=all does all of it, else one of many.
"""

import os

import pytest
from test_hostile import ASAN, HERE
from watched import Watched

from conftest import PLANES, ROOT

ALL = os.environ.get("HOSTILE") == "all"
# For each of them, one of how many is tried where it is not all.
THIN = {"stored": 17, "called": 5, "grown": 2}
# What may not go on any more is another matter than a crash: how many seconds to wait for it.
ASLEEP = 3
MOST_ENDS = 40
SHOWN = 12


def _start(plane, what, first):
    thin = 1 if ALL else THIN[what]
    program = f"import tamper; tamper.on_afunix({what!r}, {first}, {thin})"
    assert ASAN.is_file(), "build/unix-asan/micropython is missing; build it with: make hostile"
    return Watched(
        [str(ASAN), "-X", "heapsize=8M", "-c", PLANES[plane] + program],
        asleep=ASLEEP,
        env=os.environ | {"MICROPYPATH": f"{ROOT / 'lib'}:{HERE}:.frozen"},
    )


@pytest.mark.unix
@pytest.mark.parametrize("what", list(THIN))
@pytest.mark.parametrize("plane", ["c", "python"])
def test_nothing_crashes(plane, what):
    crashes, first, ended = [], 0, False
    while not ended and len(crashes) < MOST_ENDS:
        number, name, tail = first, "before the first", []
        process = _start(plane, what, first)
        for line in process.lines():
            mark, _, text = line.partition(" ")
            if mark == "@":
                number, _, name = text.partition(" ")
                number, tail = int(number), []
            elif mark == "ALL":
                ended = True
            elif mark != "=":
                tail = (tail + [line])[:14]
        harmless = process.ended == "ended with code 3" or process.ended.startswith("came to a halt")
        if not ended and (not harmless or number == first or what == "grown"):
            crashes.append(f"{name}: {process.ended}\n" + "\n".join(tail))
            if number == first:
                break
        first = number
    assert not crashes, f"{len(crashes)} times:\n" + "\n".join(crashes[:SHOWN])
