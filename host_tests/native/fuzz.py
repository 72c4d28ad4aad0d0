"""libFuzzer on the C core for as long as one likes.

    fuzz.py run SECONDS    look for faults; what is new in the corpus stays in build/fuzz/corpus
    fuzz.py show FILE      run a saved input step by step
    fuzz.py merge          save what build/fuzz/corpus has beyond the saved corpus

Programs, inputs and faults are all in build/fuzz.
"""

import subprocess
import time
from pathlib import Path

from c_programs import CORPUS, FUZZER, MEMORY, UNIT_LENGTH, compile_program, run

from steps import BUILD, ROOT, Failure, main, step

FUZZ = BUILD / "fuzz"
FOUND = FUZZ / "corpus"
# Enough of a name, and short enough to read in a list.
NAME_LENGTH = 12


def compiled(name, flags):
    """build/fuzz/NAME, always compiled anew: it takes seconds."""
    FOUND.mkdir(parents=True, exist_ok=True)
    program = FUZZ / name
    with step(f"Compiling {program.relative_to(ROOT)}"):
        try:
            compile_program(name, program, *flags)
        except AssertionError as error:
            raise Failure(f"build/fuzz/{name} does not compile", str(error)) from None
    return program


def fuzz(seconds):
    """Fails with the name of the input that the core, or the model, does not stand."""
    if not seconds.isdigit() or not int(seconds):
        raise Failure(f"TIME is a number of seconds, not {seconds!r}")
    program = compiled("fuzz", FUZZER)
    command = [program, f"-max_total_time={seconds}", UNIT_LENGTH, "-print_final_stats=1", f"-artifact_prefix={FUZZ}/"]
    started = time.time()
    done = subprocess.run([*command, FOUND, CORPUS], cwd=ROOT)
    if done.returncode:
        faults = [path.relative_to(ROOT) for path in FUZZ.glob("*-*") if path.stat().st_mtime > started - 1]
        replay = "".join(f"; the input is {path}, replay it: make fuzz UNIT={path}" for path in faults)
        raise Failure(f"the fuzzer ended with exit code {done.returncode}{replay}")
    print(f"{len(list(FOUND.iterdir()))} inputs found so far, in build/fuzz/corpus; make corpus takes over what is new")


def show(unit):
    """Print the operations that a saved input stands for, up to the one that fails."""
    if not Path(unit).is_file():
        raise Failure(f"there is no file {unit}")
    program = compiled("drive", MEMORY)
    if subprocess.run([program, "show", unit]).returncode:
        raise Failure("the last of these operations failed")
    print("nothing failed")


def merge():
    """Save the smallest of the inputs found that reach code which the saved ones do not reach."""
    program = compiled("fuzz", FUZZER)
    known = set(CORPUS.iterdir())
    with step("Choosing from build/fuzz/corpus"):
        # What differs only in how often something is done would make hundreds.
        run(program, "-merge=1", "-use_counters=0", UNIT_LENGTH, CORPUS, FOUND)
    new = [path.rename(path.with_name(path.name[:NAME_LENGTH])) for path in set(CORPUS.iterdir()) - known]
    print(f"{len(known)} inputs were saved in {CORPUS.relative_to(ROOT)}, and {len(new)} are new")


if __name__ == "__main__":
    WAYS = {"run": fuzz, "show": show, "merge": merge}
    main(lambda arguments: WAYS[arguments[0]](*arguments[1:]))
