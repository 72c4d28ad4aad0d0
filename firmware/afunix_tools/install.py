"""Bringing afunix to a board's filesystem: `afunix install`."""

import sys

from .console import BoardError
from .failure import Failure
from .mpy import compiled_library, native_for
from .survey import Found, Survey

NATIVE = "_afunix.mpy"
ENOSPC = "OSError: 28"


class Progress:
    """Shows which file is on its way: on a terminal in one line, elsewhere a line each."""

    def __init__(self, stream=None):
        self._stream = stream or sys.stdout
        self._is_terminal = self._stream.isatty()

    def show(self, name, done, total):
        """`name` is sent now, `done` of `total` bytes are through."""
        text = f"  {done * 100 // max(total, 1):3} %  {name}"
        self._stream.write(f"\r{text:60}" if self._is_terminal else text + "\n")
        self._stream.flush()

    def end(self):
        """All of them are through."""
        if self._is_terminal:
            self._stream.write("\r" + 60 * " " + "\r")


def install(board, progress):
    """Bring the library, and the native module if there is one for the board's processor, to the board.

    Only what differs is sent. Raises Failure with the reason where that cannot be.
    """
    survey = Survey(board)
    print(f"{survey.machine}, MicroPython {survey.version}, ARCH {native_for(survey.architecture) or 'none'}")
    if "afunix" in survey.frozen:
        print("afunix is part of this firmware, and comes before what is installed: there is nothing to do")
        return
    survey.refuse_unfit()
    _send(board, survey, progress)
    after = Found(board)
    if after.path is None:
        raise Failure("afunix was sent, and the board cannot import it", after.said)
    moved = "Python" if after.plane == "python" else "C"
    print(f"afunix {after.version} is in {survey.lib}; {moved} moves its messages,", end=" ")
    print(f"and its import takes {after.cost / 1024:.1f} KB of the heap's {survey.heap[0] / 1024:.0f}")


def _send(board, survey, progress):
    native = None if "_afunix" in survey.frozen else survey.native
    try:
        sent = board.sync(f"{survey.lib}/afunix", compiled_library(survey.mpy), progress.show)
        sent += _send_native(board, f"{survey.lib}/{NATIVE}", native, progress)
    except BoardError as error:
        if ENOSPC in str(error):
            raise Failure("the board's flash is full") from None
        raise
    progress.end()
    print(f"{len(sent)} files sent" if sent else "all files were there")


def _send_native(board, path, native, progress):
    """The name of the native module in a list, if it had to be sent; without one, an older one is removed."""
    if native is None:
        board.exec(f"import os\ntry:\n    os.remove({path!r})\nexcept OSError:\n    pass")
        return []
    data = native.read_bytes()
    progress.show(NATIVE, 0, len(data))
    return [NATIVE] if board.save(path, data) else []
