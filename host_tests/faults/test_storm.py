"""Ctrl-C at the console of an emulated Pico, into one call after the other; `make storm` does it for hours."""

import pytest
import storm

from steps import Failure

PRESSES = 40
PRESSES_OF_TASKS = 20  # each ends a whole program, which has to run a while before
SEED = 7
# With the data plane in Python what is not the data plane's is the same code.
CALLS = [("c", call) for call in storm.CALLS] + [("python", call) for call in ("recv", "send", "rights")]

pytestmark = [pytest.mark.board, pytest.mark.emulated]


@pytest.fixture(scope="module")
def storms():
    return {}


@pytest.mark.parametrize("plane, call", CALLS)
def test_ctrl_c_does_no_harm(storms, plane, call):
    if plane not in storms:
        storms[plane] = storm.Storm(plane)
    presses = PRESSES_OF_TASKS if call == "asyncio" else PRESSES
    try:
        count = storms[plane].run(call, presses, SEED)
    except Failure as failure:
        pytest.fail(f"{failure}\n{failure.details}", pytrace=False)
    assert count.raised >= presses
    assert not count.lost
