"""MicroPython's raw REPL on a serial port: source goes straight into RAM, output comes as it is printed."""

import time

import serial

from .failure import Failure
from .patience import STALLED, Patience

# How often a wait looks whether its time is up.
TICK = 0.02
RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n>"
INTERRUPT, RAW, END, FRIENDLY = b"\x03", b"\x01", b"\x04", b"\x02"
RAW_PASTE = b"\x05A\x01"
# What code on the board prints when it is about to read its standard input.
READY = b"\x06"
# How much of a board's last words an error quotes.
LAST_OUTPUT = 2000


class BoardError(Exception):
    """The code on the board raised an exception: the text is its traceback, `output` what it had printed."""

    def __init__(self, traceback, output):
        super().__init__(traceback)
        self.output = output


class BoardHung(Exception):
    """The board said nothing for too long, or its connection broke. `output` is what it printed before that.

    `where`, if it could be had, is the traceback of an interrupt: the place where the code hung.
    """

    def __init__(self, message, output, where=None):
        quoted = output[-LAST_OUTPUT:] or "(nothing)"
        place = f"\nIt was here:\n{where}" if where else ""
        super().__init__(f"{message}; its last output:\n{quoted}{place}")
        self.message = message
        self.output = output
        self.where = where


class Console:
    """One serial connection, kept in the raw REPL.

    All timeouts are seconds of `clock`, the board's, and of ours at least: see patience.py.
    """

    def __init__(self, port, timeout=10, clock=time.monotonic):
        self._clock = clock
        # Writing knows no clock but the wall's: an emulated board may have to wait for its turn.
        write_timeout = timeout if clock is time.monotonic else STALLED
        try:
            self._serial = serial.Serial(port, 115200, timeout=TICK, write_timeout=write_timeout, exclusive=True)
        except serial.SerialException as error:
            raise Failure(_why_not_opened(port, error)) from None
        self.port = port
        self._received = b""
        try:
            self.enter_raw_repl(timeout)
        except BoardHung:
            self.close()
            hint = "is it a board with MicroPython, and does no other program use it? Try its reset button"
            raise Failure(f"{port} does not answer as MicroPython; {hint}") from None

    def close(self):
        """Leave the board at its friendly prompt and the port free."""
        try:
            self._serial.write(b"\r" + FRIENDLY)
        except (serial.SerialException, OSError):
            pass
        self._serial.close()

    def enter_raw_repl(self, timeout=10):
        """Interrupt what runs and go to the raw REPL."""
        # A board that was asleep, or in the middle of a paste, may miss the first time.
        patience = Patience(timeout, self._clock)
        while True:
            self.write(b"\r" + INTERRUPT + INTERRUPT + b"\r" + RAW)
            try:
                self._read_until(RAW_BANNER, min(2, timeout))
                break
            except BoardHung:
                if patience.is_over():
                    raise
        # Whatever an earlier user of the port had caused is not an answer to what comes next.
        time.sleep(TICK)
        self._fill()
        self._received = b""

    def soft_reset(self, timeout=10):
        """Restart the interpreter: an empty heap, no modules imported. main.py is not run in the raw REPL."""
        # On an empty line END restarts; on any other, such as the newline that greets an emulated board, it runs it.
        self.enter_raw_repl(timeout)
        self.write(END)
        self._read_until(b"soft reboot\r\n", timeout)
        self._read_until(RAW_BANNER, timeout)

    def exec(self, source, timeout=10):
        """Run `source` and return what it prints."""
        return self.run_streaming(source, None, timeout)

    def run_streaming(self, source, on_output, timeout=10):
        """Run `source`, giving `on_output` what it prints as it prints it; return all of it.

        Raises BoardError for an exception, BoardHung if nothing at all comes for `timeout` seconds.
        """
        self._paste(source.encode(), timeout)
        return self._result(on_output, timeout)

    def _result(self, on_output, timeout):
        output = self._follow(on_output, timeout)
        error = self._read_until(END, timeout)[:-1]
        self._read_until(b">", timeout)
        if error:
            raise BoardError(_text(error), output)
        return output

    def exec_with_input(self, source, data, timeout=10):
        """Run `source`, which prints READY once it reads its standard input; then give it `data`."""
        self._paste(source.encode(), timeout)
        prefix = self._read_until(READY, timeout, END)
        if prefix.endswith(READY):
            for start in range(0, len(data), 256):
                self.write(data[start : start + 256])
        else:
            self._received = prefix + self._received
        return self._result(None, timeout)

    def interrupt(self, timeout=0.5):
        """Ctrl-C into running code: the text that still comes, or None if the board is beyond that."""
        try:
            self.write(INTERRUPT)
            output = self._read_until(END, timeout)[:-1]
            return _text(output + self._read_until(END, timeout)[:-1])
        except BoardHung:
            return None

    def _paste(self, source, timeout):
        """Send source in raw-paste mode: as fast as the board says that it can take it."""
        if not self._begin_paste(timeout):
            # Something else was on that line: an emulated board is greeted with a newline when it starts.
            self.enter_raw_repl(timeout)
            if not self._begin_paste(timeout):
                raise Failure(f"{self.port} knows no raw-paste mode; MicroPython 1.14 or newer is needed")
        window = int.from_bytes(self._read_count(2, timeout), "little")
        room, sent = window, 0
        while sent < len(source):
            while room == 0 or self._received or self._serial.in_waiting:
                flow = self._read_count(1, timeout)
                if flow == RAW:
                    room += window
                elif flow == END:
                    # The board has given up on the source (out of memory); its error follows.
                    self.write(END)
                    return
                else:
                    raise BoardHung(f"{self.port} lost track of what was sent to it", _text(flow))
            chunk = source[sent : sent + room]
            self.write(chunk)
            sent += len(chunk)
            room -= len(chunk)
        self.write(END)
        self._read_until(END, timeout)

    def _begin_paste(self, timeout):
        self.write(RAW_PASTE)
        return self._read_count(2, timeout) == b"R\x01"

    def _follow(self, on_output, timeout):
        """Collect output up to the end mark."""
        output, shown = bytearray(), 0
        patience = Patience(timeout, self._clock)
        while True:
            is_over = patience.is_over()
            data, mark, self._received = self._received.partition(END)
            output += data
            if on_output and len(output) > shown:
                # A line end's two bytes may come apart: the first is held back until the second is there.
                ready = len(output) - (not mark and output.endswith(b"\r"))
                if ready > shown:
                    on_output(_text(output[shown:ready]))
                shown = ready
            if mark:
                return _text(output)
            if data:
                patience.renew()
            if not self._fill() and not data and is_over:
                raise BoardHung(f"the board said nothing for {timeout:g} s", _text(output))

    def _read_until(self, ending, timeout, other=None):
        """What comes up to `ending`, or up to `other` if that comes first."""
        patience = Patience(timeout, self._clock)
        endings = [end for end in (ending, other) if end]
        while True:
            places = [(self._received.index(end) + len(end)) for end in endings if end in self._received]
            if places:
                head, self._received = self._received[: min(places)], self._received[min(places) :]
                return head
            is_over = patience.is_over()
            if not self._fill() and is_over:
                raise BoardHung(f"the board did not answer within {timeout:g} s", _text(self._received))

    def _read_count(self, count, timeout):
        patience = Patience(timeout, self._clock)
        while len(self._received) < count:
            is_over = patience.is_over()
            if not self._fill() and is_over:
                raise BoardHung(f"the board did not answer within {timeout:g} s", _text(self._received))
        head, self._received = self._received[:count], self._received[count:]
        return head

    def _fill(self):
        """Take in what has arrived, or wait a tick for it."""
        try:
            data = self._serial.read(max(1, self._serial.in_waiting))
        except (serial.SerialException, OSError) as error:
            raise BoardHung(f"the connection to {self.port} broke ({error})", _text(self._received)) from None
        self._received += data
        return data

    def write(self, data):
        """Send `data` as it is."""
        try:
            self._serial.write(data)
        except (serial.SerialException, OSError) as error:
            raise BoardHung(f"the board takes nothing more ({error})", _text(self._received)) from None


def _text(data):
    return bytes(data).decode(errors="replace").replace("\r\n", "\n")


def _why_not_opened(port, error):
    """One line for the usual reasons why a port cannot be opened."""
    reason = str(error)
    if "No such file" in reason or "could not find" in reason:
        return f"there is no port {port}; is the board plugged in? List the ports with: make ports"
    if "Permission" in reason:
        return f"no permission to open {port}; become a member of its group: sudo usermod -aG dialout $USER"
    if "busy" in reason or "lock" in reason or "Resource temporarily" in reason:
        return f"{port} is in use by another program; close it first"
    return f"cannot open {port}: {reason}"
