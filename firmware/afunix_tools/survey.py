"""What a board is, what it has of afunix, and what it lacks: `afunix doctor`."""

from pathlib import Path

from .failure import Failure
from .library import native_file
from .mpy import MPY_VERSION, architecture_of, native_for

FACTS = Path(__file__).with_name("facts.py")
OLDEST = (1, 24)
# Runs on the board: which afunix a program gets there.
LOOK = """
import gc, sys
gc.collect()
free = gc.mem_free()
try:
    import afunix
    from afunix.data import plane
    native = plane._afunix
    if native is None:
        kind = "python"
    else:
        kind = "file" if hasattr(native, "__file__") else "firmware"
    gc.collect()
    print("found", afunix.__file__, getattr(afunix, "__version__", "?"), kind, free - gc.mem_free(), sep="\\t")
except Exception as error:
    sys.print_exception(error)
"""
# How long an import may take, in seconds: from sources on a slow board, or on an emulated one.
PATIENCE = 300
MISSING = "no module named 'afunix'"
# What a module that is not there takes away.
LOST = {
    "asyncio": "no asyncio: afunix.aio cannot be used",
    "select": "no select: nothing can poll sockets",
    "_thread": "no threads: a call that blocks waits for interrupt handlers and scheduled callbacks alone",
    "deflate": "no deflate: nothing can be sent by this command, use mpremote mip",
}


class Survey:
    """What a board says of itself.

    machine, version, port   texts: the board, MicroPython's version and port
    architecture             what its processor is called, None if it runs no native code
    heap, flash              (free, all) in bytes; flash is None where there is no filesystem
    lib                      the directory for libraries, None if sys.path has none
    lacks                    names of modules that it does not have
    frozen                   those of "afunix" and "_afunix" that are part of its firmware
    files                    directories of sys.path that hold an afunix, each to the names of its __init__ files
    """

    def __init__(self, board):
        board.soft_reset()
        self.lib, self.flash, self.lacks, self.frozen, self.files = None, None, [], [], {}
        for line in board.exec(FACTS.read_text(encoding="utf-8")).splitlines():
            name, *values = line.split("\t")
            self._take(name, values)
        board.soft_reset()

    def _take(self, name, values):
        if name == "mpy":
            self.mpy = int(values[0])
        elif name in ("heap", "flash"):
            setattr(self, name, tuple(map(int, values)))
        elif name in ("lacks", "frozen"):
            getattr(self, name).append(values[0])
        elif name == "files":
            self.files[values[0]] = values[1:]
        else:
            setattr(self, name, values[0])

    @property
    def architecture(self):
        return architecture_of(self.mpy)

    @property
    def native(self):
        """The native module that can be sent to it, a file here; None if there is none."""
        return native_file(native_for(self.architecture)) if self.architecture else None

    def refuse_unfit(self):
        """Raise Failure if nothing can be installed there, saying why."""
        if self.mpy & 0xFF != MPY_VERSION or self._release() < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise Failure(f"this board has MicroPython {self.version}; afunix needs {oldest} or newer")
        if self.lib is None:
            raise Failure("this board has no /lib on its sys.path: it has no filesystem to install anything on")
        if "deflate" in self.lacks:
            raise Failure("this board's MicroPython lacks the module deflate; install with: mpremote mip install")

    def _release(self):
        return tuple(int(number) for number in self.version.split(".")[:2])


class Found:
    """Which afunix a program on the board gets.

    path      where it is, None if there is none that can be imported
    version   its version
    plane     who moves its messages: "firmware" or "file" for C, "python"
    cost      bytes of heap that the import takes
    said      what the board printed instead, or beside it
    """

    def __init__(self, board):
        said = board.exec(LOOK, PATIENCE).splitlines()
        board.soft_reset()
        found = [line.split("\t") for line in said if line.startswith("found\t")]
        self.said = "\n".join(line for line in said if not line.startswith("found\t"))
        self.path = None
        if found:
            _, self.path, self.version, self.plane, cost = found[0]
            self.cost = int(cost)

    @property
    def is_frozen(self):
        """Whether it is part of the firmware."""
        return self.path is not None and not self.path.startswith("/")

    @property
    def is_missing(self):
        """Whether there is none; otherwise, if `path` is None, its import fails."""
        return self.path is None and MISSING in self.said


def report(board):
    """Print what the board is, has and lacks; return whether programs can use afunix there."""
    survey, found = Survey(board), Found(board)
    for name, text in _rows(survey, found):
        print(f"{name:13}{text}")
    if found.said and not found.is_missing:
        print(found.said)
    return found.path is not None


def _rows(survey, found):
    yield "Board", survey.machine
    yield "MicroPython", f"{survey.version}, port {survey.port}"
    yield "ARCH", native_for(survey.architecture) or "none: it runs no native code"
    yield "Heap", _sizes(survey.heap)
    yield "Flash", _sizes(survey.flash) if survey.flash else "no filesystem"
    yield "afunix", _what_is_there(found)
    yield "Messages", _who_moves_messages(survey, found)
    for text in _lacks(survey):
        yield "Lacks", text


def _what_is_there(found):
    if found.path is None:
        return "not installed" if found.is_missing else "cannot be imported:"
    if found.is_frozen:
        where = "in the firmware"
    else:
        where = f"{found.path.rpartition('/')[0]}, {'sources' if found.path.endswith('.py') else '.mpy files'}"
    return f"{found.version}, {where}; its import takes {found.cost / 1024:.1f} KB of heap"


def _who_moves_messages(survey, found):
    if found.path is not None:
        return {
            "firmware": "C, in the firmware",
            "file": "C, from _afunix.mpy",
            "python": "Python" + (": there is no _afunix.mpy for this board" if not found.said else ""),
        }[found.plane]
    return "C, once it is installed" if survey.native else "Python, once it is installed"


def _lacks(survey):
    yield from (LOST[name] for name in survey.lacks)
    if survey._release() < OLDEST:
        yield f"MicroPython {'.'.join(map(str, OLDEST))} or newer"
    for directory, names in survey.files.items():
        if len(names) > 1:
            yield f"order: {directory}/afunix has .py files beside .mpy files, and they come first; remove it, install"


def _sizes(sizes):
    return f"{sizes[0] / 1024:.0f} KB free of {sizes[1] / 1024:.0f} KB"
