"""A board with MicroPython on a serial port."""

import hashlib
import re
import time
import zlib
from pathlib import Path

from . import mpy
from .console import BoardError, BoardHung, Console

# How long a board may be silent before it counts as hung, in seconds of its clock: see patience.py.
TIMEOUT = 30
# Of the deflated data that goes to the board: 4 KiB of its RAM while it receives.
WINDOW_BITS = 12
ON_BOARD = Path(__file__).with_name("on_board.py")


class Board:
    """One board, with one connection that is held open.

    `clock` tells its time if it is not ours. `on_start(board)` is called whenever its interpreter has restarted.
    """

    def __init__(self, port, timeout=TIMEOUT, on_start=None, clock=time.monotonic):
        self.timeout = timeout
        self._port = port
        self._clock = clock
        self._on_start = on_start
        self._console = None
        self._forget()

    def exec(self, source, timeout=None):
        """Run `source` on the board and return what it prints.

        Raises BoardError with the traceback, or BoardHung if nothing is printed for `timeout` seconds.
        """
        return self.run_streaming(source, None, timeout)

    def run_streaming(self, source, on_output, timeout=None):
        """The same, giving `on_output` each piece of what the board prints at once."""
        return self._do(lambda console, seconds: console.run_streaming(source, on_output, seconds), timeout)

    def write(self, data):
        """Give the program that runs `data` to read; `on_output` may do that."""
        self._console.write(data)

    def clock(self):
        """The seconds that its timeouts count: an emulated board's own, while there is one."""
        return self._clock()

    def soft_reset(self):
        """Restart the board's interpreter: nothing imported, nothing loaded, an empty heap."""
        self._do(lambda console, seconds: console.soft_reset(seconds), None)
        self._forget()
        self._restarted()

    def load(self, path, name=None):
        """Compile a Python file here, send it into the board's RAM and import it there as module `name`.

        Several times faster than exec() for much code. Does nothing if the same is loaded already.
        """
        path = Path(path)
        name = name or path.stem
        data = self.compile(path)
        if self._loaded.get(name) != data:
            self._send("_afunix_load", name, data)
            self._loaded[name] = data

    def load_native(self, path, name):
        """Send a native module into the board's RAM and import it there as module `name`."""
        self._send("_afunix_load", name, Path(path).read_bytes())

    def sync(self, directory, files, on_file=None):
        """Make a directory on the board hold exactly `files`, from name to bytes; return the names sent.

        A name may have directories in it, "kernel/lock.mpy". `on_file(name, done, total)` is called before each file
        is sent, with how many bytes of how many are through.
        """
        self._prepare()
        # A file that was cut off has another sum than it should, and is sent again.
        lines = self.exec(f"_afunix_sums({directory!r})").splitlines()
        there = {name: digest for digest, name in (line.split(" ", 1) for line in lines)}
        changed = [name for name in files if there.get(name) != hashlib.sha256(files[name]).hexdigest()]
        gone = [f"{directory}/{name}" for name in sorted(there.keys() - files.keys())]
        if gone:
            self.exec(f"_afunix_remove({directory!r}, {gone!r})")
        done, total = 0, sum(len(files[name]) for name in changed)
        for name in changed:
            if on_file:
                on_file(name, done, total)
            self._send("_afunix_save", f"{directory}/{name}", files[name])
            done += len(files[name])
        return changed

    def save(self, path, data):
        """Make one file on the board hold `data`; return whether it had to be sent."""
        self._prepare()
        if self.exec(f"_afunix_sum({path!r})").strip() == hashlib.sha256(data).hexdigest():
            return False
        self._send("_afunix_save", path, data)
        return True

    def compile(self, path):
        """A Python file as .mpy for this board."""
        return mpy.compile_for(self.mpy(), Path(path))

    def mpy(self):
        """Its sys.implementation._mpy: what .mpy files it loads, and for which processor."""
        if self._mpy is None:
            self._mpy = int(self.exec("import sys; print(getattr(sys.implementation, '_mpy', 0))"))
        return self._mpy

    def close(self):
        """Give the port free."""
        if self._console:
            self._console.close()
        self._console = None
        self._forget()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()

    def _start(self):
        self._console = Console(self._port, clock=self._clock)
        self._forget()

    def _restarted(self):
        if self._on_start:
            self._on_start(self)

    def _forget(self):
        """Note that the board's RAM holds nothing of ours."""
        self._prepared = False
        self._loaded = {}
        self._mpy = None

    def _do(self, action, timeout):
        """Let `action` use the console; whatever cuts it off, the next one finds a board that answers."""
        if self._console is None:
            self._start()
        console, done = self._console, False
        try:
            result = action(console, self.timeout if timeout is None else timeout)
            done = True
            return result
        except BoardError:
            done = True
            raise
        except BoardHung as hung:
            raise BoardHung(hung.message, hung.output, console.interrupt()) from None
        except KeyboardInterrupt:
            console.interrupt()  # nor does what runs there go on
            raise
        finally:
            if not done:
                self.close()

    def _prepare(self):
        """Define what _send needs on the board."""
        if not self._prepared:
            source = re.sub(r"(?m)^ *#.*\n", "", ON_BOARD.read_text())
            # At the console's speed every blank counts.
            self.exec(source.replace(4 * " ", " "))
            self._prepared = True

    def _send(self, function, name, data):
        self._prepare()
        call = f"{function}({name!r}, {len(data)}, {WINDOW_BITS})"
        deflate = zlib.compressobj(9, zlib.DEFLATED, -WINDOW_BITS)
        packed = deflate.compress(data) + deflate.flush()
        self._do(lambda console, seconds: console.exec_with_input(call, packed, seconds), None)
