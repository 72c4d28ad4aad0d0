"""Every control call survives a fault at any place: see sweep.py.

One process for each group of scenarios and each data plane, as many at a time as there are processors. On MicroPython
both planes run twice: as they are in firmware, and ("-ram") with as little native code as they have in a board's RAM.
What they tried is summed up in build/faults/sweeps/summary.md.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import scenario
import summary

from afunix_tools.mpy import in_ram

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FAULTS = ROOT / "build/faults/micropython"
SWEEPS = ROOT / "build/faults/sweeps"
# A sweep that makes no progress ends itself; this is for one that runs in circles.
TIMEOUT = 3600
SHOWN = 40
PLANES = ("c", "python", "c-ram", "python-ram")

pytestmark = pytest.mark.timeout(TIMEOUT)


def _sweep(group, plane):
    """Run one process. Returns its output."""
    paths = (SWEEPS / "lib" if plane.endswith("-ram") else ROOT / "lib", HERE)
    if plane == "cpython":
        command = [sys.executable, str(HERE / "run.py")]
        environment = {"PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONDONTWRITEBYTECODE": "1"}
    else:
        assert FAULTS.is_file(), "build/faults/micropython is missing; build it with: make faults"
        command = [str(FAULTS), "-X", "heapsize=8M", str(HERE / "run.py")]
        environment = {"MICROPYPATH": ":".join(map(str, (*paths, ".frozen")))}
    done = subprocess.run(
        [*command, group, plane],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIMEOUT,
    )
    return done.stdout.decode(errors="replace")


def _copy_as_in_ram():
    for path in (ROOT / "lib").rglob("*.py"):
        copy = SWEEPS / "lib" / path.relative_to(ROOT / "lib")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(in_ram(path.read_text()))


@pytest.fixture(scope="session")
def sweeps(request):
    """{(group, plane): the future of its output} of all that this run of pytest asks for."""
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    wanted = [call.params["sweep"] for call in calls if call is not None and "sweep" in call.params]
    shutil.rmtree(SWEEPS, ignore_errors=True)
    _copy_as_in_ram()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {each: pool.submit(_sweep, *each) for each in wanted}
    summary.write(SWEEPS)


@pytest.mark.parametrize("sweep", [(group, "cpython") for group in scenario.GROUPS], ids="-".join)
def test_no_place_is_wrong_on_cpython(sweeps, sweep):
    _no_place_is_wrong(sweeps, sweep)


@pytest.mark.unix
@pytest.mark.parametrize("sweep", [(group, plane) for group in scenario.GROUPS for plane in PLANES], ids="-".join)
def test_no_place_is_wrong_on_unix(sweeps, sweep):
    _no_place_is_wrong(sweeps, sweep)


def _no_place_is_wrong(sweeps, sweep):
    output = sweeps[sweep].result()
    (SWEEPS / f"{'-'.join(sweep)}.txt").write_text(output)
    wrong = [line for line in output.splitlines() if line.startswith(("FAULT", "HUNG", "CRASHED"))]
    assert not wrong, f"{len(wrong)} places are wrong:\n" + "\n".join(wrong[:SHOWN])
    assert output.endswith("END\n"), output[-2000:]
    assert sum(row[4] for row in summary.rows(output)) > 100


@pytest.mark.parametrize("plane", ["cpython", pytest.param("c", marks=pytest.mark.unix)])
def test_what_is_wrong_is_seen(plane):
    """In calls that were written to be wrong."""
    output = _sweep("planted", plane)
    found = summary.rows(output)
    assert output.endswith("END\n"), output[-2000:]
    assert found and all(row[5] for row in found), output
