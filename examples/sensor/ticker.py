"""A regular tick: a timer's interrupt on a board, a thread on a computer."""

import time

try:
    from machine import Timer
except ImportError:  # CPython, MicroPython's unix port
    Timer = None


class Ticker:
    """Calls `callback(None or timer)` `frequency` times a second until stop().

    The callback may run in a hard interrupt, where the port has such: it must not allocate memory.
    """

    def __init__(self, frequency, callback):
        self.kind = ""
        if Timer:
            self._start_timer(freq=frequency, callback=callback)
        else:
            self._start_thread(1 / frequency, callback)

    def stop(self):
        """Return when there will be no further call."""
        if Timer:
            self._timer.deinit()
            return
        self._running = False
        while not self._stopped:
            time.sleep(0.001)

    def _start_timer(self, **how):
        # Ports differ in whether they have virtual timers (-1), and in whether these interrupt what runs (hard).
        for number in (-1, 0):
            for hard in ({"hard": True}, {}):
                try:
                    self._timer = Timer(number, mode=Timer.PERIODIC, **how, **hard)
                    self.kind = "hard timer interrupt" if hard else "timer interrupt"
                    return
                except (TypeError, ValueError):
                    pass
        raise RuntimeError("no usable timer")

    def _start_thread(self, period, callback):
        from _thread import start_new_thread

        self._running = True
        self._stopped = False
        self.kind = "thread"
        start_new_thread(self._tick, (period, callback))

    def _tick(self, period, callback):
        while self._running:
            time.sleep(period)
            callback(None)
        self._stopped = True
