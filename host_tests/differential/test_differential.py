"""Random programs on Linux's sockets and on afunix: every answer, and after every step all readiness, is the same.

EXAMPLES in the environment makes it as many programs as wanted, other ones in every run.
"""

import os

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from twins import Divergence, Twins

from programs import STEP, perform

EXAMPLES = int(os.environ.get("EXAMPLES") or 0)
ROUND = 500  # examples of one run of hypothesis, which remembers all it tried
PARTS = 12

# hypothesis keeps a list short, so a program is a few of them
_steps = st.lists(st.binary(min_size=STEP, max_size=STEP), max_size=10)
programs = st.tuples(*[_steps] * PARTS).map(lambda parts: [step for part in parts for step in part])


class Count:
    steps = 0


def run(program):
    with Twins() as t:
        try:
            for raw in program:
                perform(t, raw)
        except Divergence:
            raise
        except Exception as raised:
            raise AssertionError(f"{raised!r} after\n\n{t.program()}") from raised
        finally:
            Count.steps += t.steps


def explore(examples, **changes):
    """Run a number of random programs."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        **changes,
    )
    @given(programs)
    def explored(program):
        run(program)

    return explored


if EXAMPLES:

    def test_random_programs():
        first = int.from_bytes(os.urandom(4), "big")
        for done in range(0, EXAMPLES, ROUND):
            seed(first + done)(explore(min(ROUND, EXAMPLES - done)))()
            print(f"{Count.steps} operations compared")

else:

    def test_random_programs():
        explore(1200, derandomize=True)()
        assert Count.steps > 10000
