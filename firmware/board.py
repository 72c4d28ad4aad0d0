"""A board with MicroPython, emulated or real, and a command line for it.

    board.py exec CODE      run a line of code          board.py example DIR    run an example's main.py
    board.py run FILE       run a file                  board.py repl           talk to it; Ctrl-] ends
    board.py ports          list the serial ports       board.py serve          show an emulated Pico's port

PORT= names a real board's serial port; without it an emulated Pico is started, with build/pico/firmware.uf2
or what FIRMWARE= names.
"""

import hashlib
import os
import re
import subprocess
import sys
import time
import zlib
from pathlib import Path

from serial.tools import list_ports

from console import BoardError, BoardHung, Console
from emulator import Emulator
from steps import BUILD, ROOT, Failure, main

LIBRARY = ROOT / "lib/afunix"
FIRMWARE = BUILD / "pico/firmware.uf2"
# How long a board may be silent before it counts as hung, in seconds of its clock: see patience.py.
TIMEOUT = 30
# Of the deflated data that goes to the board: 4 KiB of its RAM while it receives.
WINDOW_BITS = 12
# The architectures of native code, in the order of their numbers in sys.implementation._mpy.
ARCHITECTURES = (
    *(None, "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp"),
    *("xtensa", "xtensawin", "rv32imc", "rv64imc"),
)
MPY_VERSION = 6


class Board:
    """One board, with one connection that is held open.

    If `port` is None it is an emulated Pico, which is restarted when it hangs. On a real board the library is
    sent to its filesystem first; `clock` tells its time if it is not ours. `on_start(board)` is called whenever its
    interpreter has started.
    """

    def __init__(self, port=None, firmware=None, timeout=TIMEOUT, on_start=None, clock=time.monotonic):
        self.timeout = timeout
        self._port = port
        self._clock = clock
        self._firmware = firmware or FIRMWARE
        self._on_start = on_start
        self._emulator = self._console = None
        self._forget()
        if port:
            self._start()
            self.send_library()

    @property
    def is_emulated(self):
        """Whether this is an emulated Pico."""
        return self._port is None

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
        return self._emulator.clock() if self._emulator else self._clock()

    def soft_reset(self):
        """Restart the board's interpreter: nothing imported, nothing loaded, an empty heap."""
        self._do(lambda console, seconds: console.soft_reset(seconds), None)
        self._forget()
        if self._port:
            # What was sent comes before what may be frozen in.
            self.exec("import sys; sys.path.remove('.frozen'); sys.path.append('.frozen')")
        if self._on_start:
            self._on_start(self)

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

    def send_library(self):
        """Bring /lib/afunix on the board's filesystem to what lib/afunix is here, as .mpy files."""
        files = {f"{name}.mpy": self.compile(path) for name, path in library().items()}
        if not files:
            raise Failure("there is no lib/afunix to send")
        self.sync("/lib/afunix", files)
        self.soft_reset()

    def sync(self, directory, files):
        """Make a directory on the board hold exactly `files`, from name to bytes; return the names sent.

        A name may have directories in it, "kernel/lock.mpy".
        """
        self._prepare()
        # A file that was cut off has another sum than it should, and is sent again.
        lines = self.exec(f"_afunix_sums({directory!r})").splitlines()
        there = {name: digest for digest, name in (line.split(" ", 1) for line in lines)}
        changed = [name for name in files if there.get(name) != hashlib.sha256(files[name]).hexdigest()]
        gone = [f"{directory}/{name}" for name in sorted(there.keys() - files.keys())]
        if gone:
            self.exec(f"_afunix_remove({directory!r}, {gone!r})")
        for name in changed:
            self._send("_afunix_save", f"{directory}/{name}", files[name])
        return changed

    def compile(self, path):
        """A Python file as .mpy for this board."""
        if self._mpy is None:
            self._mpy = int(self.exec("import sys; print(getattr(sys.implementation, '_mpy', 0))"))
        return compile_for(self._mpy, Path(path))

    def close(self):
        """Give the port free, end the emulator."""
        if self._console:
            self._console.close()
        if self._emulator:
            self._emulator.stop()
        self._console = self._emulator = None
        self._forget()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()

    def _start(self):
        port, clock = self._port, self._clock
        if self.is_emulated:
            self._emulator = Emulator(self._firmware)
            port, clock = self._emulator.port, self._emulator.clock
        self._console = Console(port, clock=clock)
        self._forget()
        if self._on_start and self.is_emulated:
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
        finally:
            if not done:
                self.close()

    def _prepare(self):
        """Define what _send needs on the board."""
        if not self._prepared:
            source = re.sub(r"(?m)^ *#.*\n", "", (ROOT / "firmware/on_board.py").read_text())
            # At the console's speed every blank counts.
            self.exec(source.replace(4 * " ", " "))
            self._prepared = True

    def _send(self, function, name, data):
        self._prepare()
        call = f"{function}({name!r}, {len(data)}, {WINDOW_BITS})"
        deflate = zlib.compressobj(9, zlib.DEFLATED, -WINDOW_BITS)
        packed = deflate.compress(data) + deflate.flush()
        self._do(lambda console, seconds: console.exec_with_input(call, packed, seconds), None)


def library():
    """The library's modules as far as a board imports them, from "afunix" downwards: "kernel/lock" to its file."""
    found = {str(path.relative_to(LIBRARY).with_suffix("")): path for path in sorted(LIBRARY.rglob("*.py"))}
    return {name: path for name, path in found.items() if not name.startswith("host/cpython")}


def compile_for(mpy, path):
    """A Python file as .mpy for a board whose sys.implementation._mpy is `mpy`."""
    if mpy & 0xFF != MPY_VERSION:
        raise Failure(f"the board loads no .mpy of version {MPY_VERSION}; its MicroPython must be 1.19 or newer")
    number = mpy >> 10 & 0x0F
    architecture = ARCHITECTURES[number] if number < len(ARCHITECTURES) else None
    source = path.read_text()
    if not architecture:
        # Without native code on the board the same functions do as bytecode; viper has no such twin.
        source = re.sub(r"(?m)^\s*@micropython\.native\s*$", "", source)
    directory = BUILD / "mpy" / (architecture or "any")
    directory.mkdir(parents=True, exist_ok=True)
    compiled = directory / f"{hashlib.sha256(source.encode()).hexdigest()[:32]}.mpy"
    if not compiled.is_file():
        _mpy_cross(source, path, architecture, compiled)
    return compiled.read_bytes()


def _mpy_cross(source, path, architecture, compiled):
    partial = compiled.with_suffix(f".{os.getpid()}")
    partial.with_suffix(".py").write_text(source)
    command = [sys.executable, "-m", "mpy_cross", "-s", path.name, "-o", str(partial)]
    command += [f"-march={architecture}"] if architecture else []
    done = subprocess.run([*command, str(partial.with_suffix(".py"))], capture_output=True, text=True)
    partial.with_suffix(".py").unlink()
    if done.returncode:
        raise Failure(f"mpy-cross cannot compile {path}: {done.stderr.strip() or done.stdout.strip()}")
    partial.replace(compiled)


def run_example(board, directory):
    """Run main.py of an example on the board, with the other files of its directory beside it."""
    directory = Path(directory)
    if not (directory / "main.py").is_file():
        raise Failure(f"there is no {directory / 'main.py'}")
    # main.py itself goes into RAM, under no name that would make the board start it at its next reset.
    others = [path for path in sorted(directory.iterdir()) if path.is_file() and path.name != "main.py"]
    there = f"/{directory.resolve().name}"
    board.sync(there, {path.name: path.read_bytes() for path in others})
    board.soft_reset()
    board.exec(f"import os, sys; os.chdir({there!r}); sys.path.insert(0, {there!r})")
    _show(board, (directory / "main.py").read_text())


def _show(board, source):
    def write(text):
        sys.stdout.write(text)
        sys.stdout.flush()

    try:
        board.run_streaming(source, write)
    except BoardError as error:
        raise Failure("the board's program ended with an exception", str(error)) from None
    except BoardHung as hung:
        raise Failure("the board hangs", str(hung)) from None


def _repl(port, firmware):
    command = [sys.executable, "-m", "mpremote", "connect"]
    if port:
        return subprocess.call([*command, port, "repl"])
    with Emulator(firmware) as emulator:
        return subprocess.call([*command, emulator.port, "repl"])


def _serve(firmware):
    with Emulator(firmware) as emulator:
        print(f"an emulated Pico is on {emulator.port}; Ctrl-C ends it", flush=True)
        while emulator.is_alive():
            time.sleep(0.5)
    raise Failure("the emulator has ended", emulator.output())


def _ports():
    found = sorted(list_ports.comports())
    for port in found:
        print(f"{port.device}  {port.description}")
    if not found:
        raise Failure("no serial port found; is the board plugged in?")


def _main(arguments):
    port = os.environ.get("PORT") or None
    firmware = os.environ.get("FIRMWARE") or FIRMWARE
    match arguments:
        case ["ports"]:
            return _ports()
        case ["serve"]:
            return _serve(firmware)
        case ["repl"]:
            return _repl(port, firmware)
        case ["exec" | "run" | "example" as command, subject]:
            with Board(port, firmware) as board:
                if command == "example":
                    return run_example(board, subject)
                return _show(board, subject if command == "exec" else Path(subject).read_text())
    raise Failure(f"what is to be done?\n{__doc__}")


if __name__ == "__main__":
    main(_main)
