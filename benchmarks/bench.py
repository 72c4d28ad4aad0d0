"""Measures afunix and what it can be compared with, on an emulated Pico and on MicroPython's unix port.

    bench.py [pico] [unix]      both, if none is named

Prints tables and writes build/bench/pico.json and build/bench/unix.json: a list of records with `case`, `impl`, and
`cycles` (Pico), `ns` (unix port) or `bytes`. A time has also its `ratio` to `baseline`, which is the time that a write
and a readinto of 64 bytes of a micropython.RingIO, through methods looked up before, took in the same run.

Each program runs in an interpreter of its own, which measures the baseline too, and runs once for each form of the data
plane: in C inside the firmware, where it has that ("native"), in C as a file ("mpy"), and in Python. What control calls
cost among many sockets is measured with the first of these alone. There, on the Pico, what MicroPython's allocator
takes is told apart: it looks through the heap from its beginning, and so takes the longer the more of it is in use.
"""

import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import natmod
from afunix_tools import library as afunix
from afunix_tools.library import native_path
from afunix_tools.mpy import compile_for
from pico import ARMV6M, Pico
from profiler import Profile, Symbols
from report import show
from steps import BUILD, ROOT, Failure, main, step

PROGRAMS = ROOT / "benchmarks/programs"
RESULTS = BUILD / "bench"
FIRMWARE = BUILD / "pico/firmware.uf2"
PLAIN = BUILD / "pico-plain/firmware.uf2"
UNIX = BUILD / "unix/micropython"
HEAP = "16M"
BASELINE = "baseline, 64 B"
LEAST = 0.1  # of a figure: what is less is an accident of the measuring
# (program, function): `sockets` and its like run once for each data plane.
COMPARED = ("messages.others", "readiness.others", "tasks.others")
MEASURED = (
    "messages.sockets",
    "connections.sockets",
    "readiness.sockets",
    "tasks.sockets",
    "crowd.sockets",
    "crowd.names",
)
MEASURED_ONCE = ("calls.sockets",)
ALLOCATOR = "gc_alloc"
APART = ("calls",)  # the programs whose times are without it
ON_BOARD = ("interrupts.others",), ("interrupts.sockets", "memory.sockets", "memory.frozen")
ON_BOARD_ONCE = ("calls.circles",)
ON_UNIX = ("messages.system", "connections.system", "readiness.system", "tasks.system")


class Job:
    """One function of one program, in an interpreter of its own."""

    def __init__(self, function, variant, only=None, quick=False):
        self.program, self.function = function.split(".")
        self.variant = variant
        self._only = only
        self._quick = quick

    def source(self):
        """What the interpreter is to run."""
        start = f"import timing; timing.start({self.variant!r}, {self._only!r}, {self._quick!r}); timing.calibrate()"
        return f"{start}; import {self.program}; {self.program}.{self.function}(); timing.report()"


def programs():
    """What is to be importable, from module name to file."""
    return {path.stem: path for path in sorted(PROGRAMS.glob("*.py"))}


def library():
    """The same of afunix, for firmware that has it not frozen in."""
    return {f"afunix/{name}": path for name, path in afunix.library().items()}


def jobs(variants, on_pico, quick=False):
    """All that is to be run."""
    compared, measured = (COMPARED + ON_BOARD[0], MEASURED + ON_BOARD[1]) if on_pico else (COMPARED + ON_UNIX, MEASURED)
    once = MEASURED_ONCE + (ON_BOARD_ONCE if on_pico else ())
    wanted = [Job(function, "python", None, quick) for function in compared]
    wanted += [Job(function, variants[0], None, quick) for function in once]
    return wanted + [Job(function, variant, None, quick) for function in measured for variant in variants]


def parse(output, spans=None):
    """The lines that timing.report() printed, as (kind, case, impl, n, times); the times are `spans` on a Pico."""
    lines = []
    at = 0
    for line in output.splitlines():
        if not line.startswith("=\t"):
            continue
        kind, case, impl, n, times = line.split("\t")[1:]
        times = json.loads(times.replace("None", "null"))
        if spans is not None:
            times, at = spans[at : at + len(times)], at + len(times)
        lines.append((kind, case, impl, int(n), times))
    if spans is not None and at != len(spans):
        raise Failure(f"a program marked {len(spans)} spans and reported {at}")
    return lines


def records(program, lines, unit):
    """The records of one job."""
    loop = mark = 0
    figures = []
    for kind, case, impl, n, times in lines:
        if kind == "bytes":
            figures.append((case, impl, {"bytes": n}))
        elif kind == "between":
            figure = sum(times) / n - mark
            if case == "mark":
                mark = figure
            else:
                figures.append((case, impl, {unit: max(figure, LEAST)}))
        else:
            figure = (times[1] - times[0]) / n
            if case == "loop":
                loop = figure
                continue
            figure = max(figure - loop, LEAST)
            if case == "baseline":
                baseline = figure
                case = BASELINE
            figures.append((case, impl, {unit: figure}))
    for case, impl, figure in figures:
        if unit in figure:
            figure = _time(unit, figure[unit], baseline)
        yield {"group": program, "case": case, "impl": impl, **figure}


def _time(unit, figure, baseline):
    return {unit: round(figure, 1), "ratio": round(figure / baseline, 3), "baseline": round(baseline, 1)}


def _allocator_apart(program, output, spans):
    """The records of one job, and others of what the allocator took; a span is a dict from function to cycles."""
    whole = records(program, parse(output, [sum(span.values()) for span in spans]), "cycles")
    rest = records(program, parse(output, [sum(span.values()) - span[ALLOCATOR] for span in spans]), "cycles")
    for one, other in zip(whole, rest, strict=True):
        yield other
        if one["case"] != BASELINE:
            took = _time("cycles", max(one["cycles"] - other["cycles"], LEAST), other["baseline"])
            yield other | {"impl": f"{other['impl']}, {ALLOCATOR}"} | took


def run_on_pico(job, firmware=FIRMWARE):
    """The records of a job on an emulated Pico."""
    files = programs() | (library() if firmware == PLAIN else {})
    if job.variant == "mpy":  # under a name that no module of the firmware has
        files["afunix_file"] = natmod.built("armv6m")
    pico = Pico(firmware, files)
    if job.program in APART:
        profile = Profile(pico, Symbols(firmware.with_suffix(".elf")))
        return list(_allocator_apart(job.program, pico.exec(job.source()), profile.spans))
    output = pico.exec(job.source())
    return list(records(job.program, parse(output, pico.spans), "cycles"))


def run_on_unix(job):
    """The records of a job on the unix port."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    if job.variant == "mpy":
        shutil.copy(natmod.built("x64"), RESULTS / "afunix_file.mpy")
    environment = os.environ | {"MICROPYPATH": f"{ROOT / 'lib'}:{PROGRAMS}:{RESULTS}:.frozen"}
    command = [str(UNIX), "-X", f"heapsize={HEAP}", "-c", job.source()]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{job.program}.{job.function} failed on the unix port", done.stdout + done.stderr)
    return list(records(job.program, parse(done.stdout), "ns"))


def sizes():
    """The sizes of the library's files as .mpy for a Pico, and of what it adds to the firmware."""
    compiled = {name: len(compile_for(ARMV6M, path)) for name, path in (programs() | library()).items()}
    found = {name.partition("/")[2]: count for name, count in compiled.items() if "/" in name}
    found["all"] = sum(found.values())
    for name, count in found.items():
        yield {
            "group": "sizes",
            "case": f"{name}.mpy" if name != "all" else "all of them",
            "impl": ".mpy",
            "bytes": count,
        }
    for arch in natmod.NATIVE:
        path = native_path(arch)
        if path.is_file():
            case = f"_afunix.mpy, {arch}"
            yield {"group": "sizes", "case": case, "impl": ".mpy", "bytes": path.stat().st_size}
    frozen = [path.with_name("firmware.bin").stat().st_size for path in (FIRMWARE, PLAIN)]
    yield {"group": "sizes", "case": "flash, frozen in", "impl": "firmware", "bytes": frozen[0] - frozen[1]}


def variants_on_pico():
    """The data planes that there are on the Pico."""
    found = Pico(FIRMWARE).exec("try:\n import _afunix\n print('native')\nexcept ImportError: pass").split()
    return [*found, "mpy", "python"]


def variants_on_unix():
    """The data planes that there are on the unix port."""
    done = subprocess.run([str(UNIX), "-c", "import _afunix"], capture_output=True)
    return ["mpy", "python"] if done.returncode else ["native", "mpy", "python"]


def one_baseline(found):
    """`found` with the first of its records of the baseline, which every job has."""
    first = next(record for record in found if record["case"] == BASELINE)
    return [first, *(record for record in found if record["case"] != BASELINE)]


def measure_pico(quick=False):
    """Everything on the emulated Pico, on as many of them at once as this machine has processors."""
    library_sizes = list(sizes())  # first of all, since it compiles what all of them load
    wanted = [(job, FIRMWARE) for job in jobs(variants_on_pico(), True, quick)]
    wanted += [(Job("memory.unfrozen", variant, None, quick), PLAIN) for variant in ("mpy", "python")]
    found = []
    with concurrent.futures.ProcessPoolExecutor() as pool:
        for result in [pool.submit(run_on_pico, *one) for one in wanted]:
            found += result.result()
    return [*one_baseline(found), *library_sizes]


def measure_unix(quick=False):
    """Everything on the unix port, one after the other, since it is real time that counts there."""
    found = []
    for job in jobs(variants_on_unix(), False, quick):
        found += run_on_unix(job)
    return one_baseline(found)


def _main(arguments):
    if not set(arguments) <= {"pico", "unix"}:
        raise Failure(f"what is to be measured?\n{__doc__}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    for target, title, measure in (
        ("pico", "an emulated Pico", measure_pico),
        ("unix", "the unix port", measure_unix),
    ):
        if not arguments or target in arguments:
            with step(f"Measuring on {title}"):
                found = measure()
            (RESULTS / f"{target}.json").write_text(json.dumps(found, indent=1) + "\n")
            show(target, found)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    main(_main)
