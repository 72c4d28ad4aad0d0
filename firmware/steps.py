"""How a long step reports: one line with the seconds it took, everything else in a log below build/log."""

import contextlib
import fcntl
import os
import subprocess
import time
from pathlib import Path

from afunix_tools.failure import Failure, main  # noqa: F401 (main is for those who import this)

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
LOG_TAIL = 15


@contextlib.contextmanager
def exclusive():
    """Let one process at a time make things below build/; a second one waits."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / ".lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("==> Waiting for another make in this directory", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def step(title):
    """Print `title`, and how many seconds the block took."""
    started = time.monotonic()
    print(f"==> {title} ... ", end="", flush=True)
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - started:.0f} s", flush=True)


def run_logged(command, log, cwd=None, env=None, hint=""):
    """Run `command` with its output in build/log/`log`; raise Failure if it fails."""
    path = BUILD / "log" / f"{log}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as output:
        output.write(f"$ {' '.join(map(str, command))}\n".encode())
        output.flush()
        done = subprocess.run(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    if done.returncode:
        tail = path.read_text(errors="replace").splitlines()[-LOG_TAIL:]
        where = f"exit code {done.returncode}; the whole log is {path.relative_to(ROOT)}"
        raise Failure(hint or f"{log}: {where}", "" if hint else "\n".join(tail))


def clean_environment(**extra):
    """This process's environment without what an outer make would tell an inner one."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    for name in ("MPY_DIR", "PICO_C_MODULES", "UNIX_C_MODULES", "USER_C_MODULES", "PORT", "BOARD"):
        ours.pop(name, None)
    return ours | {name: str(value) for name, value in extra.items()}
