"""The emulated Pico: rp2040py's, with a USB host that keeps quiet while it has nothing to send.

rp2040py answers every empty OUT endpoint that the firmware arms with a packet of no bytes, ten microseconds
later. The firmware takes an interrupt, arms the endpoint again, and so spends most of its cycles on USB. With
a real host the endpoint stays armed until there is data. So here: what would have been an empty answer is
asked for again, at no cost to the firmware, until it is not empty.
"""

import dataclasses
import functools
import mmap
import os

from rp2040py.boards import BOARDS

# Names the file descriptor of a page in whose first word the emulated clock is shown, in nanoseconds.
CLOCK = "AFUNIX_EMULATED_CLOCK"
SHOWN_NANOSECONDS = 10_000_000
POLL_NANOSECONDS = 100_000
PACKET_BYTES = 64


class QuietHost:
    """Keeps empty packets of the emulated USB host from the firmware."""

    def __init__(self):
        self._polls = {}  # endpoint: the alarm that asks again
        self._armed = set()  # the endpoints that wait for something to be sent

    def attach(self, rp2040):
        """Take the place of the USB controller's own completion of a read."""
        self._usb = usb = rp2040.usb_ctrl
        complete = usb.endpoint_read_done

        def endpoint_read_done(endpoint, buffer, delay=None):
            # Endpoint 0 carries the enumeration, where an empty packet means something.
            if not endpoint or len(buffer):
                self._armed.discard(endpoint)
                complete(endpoint, buffer, delay)
                return
            if endpoint not in self._polls:
                self._polls[endpoint] = rp2040.clock.create_alarm(functools.partial(self._ask, endpoint))
            self._armed.add(endpoint)
            self._polls[endpoint].schedule(POLL_NANOSECONDS)

        usb.endpoint_read_done = endpoint_read_done

    def send_now(self):
        """Send what there is to send at this moment, and not with the next poll."""
        for endpoint in tuple(self._armed):
            self._ask(endpoint)

    def _ask(self, endpoint):
        if endpoint in self._armed:
            self._usb.on_endpoint_read(endpoint, PACKET_BYTES)


class Pads:
    """A pin that is an output reads its own level, as on the chip; rp2040py leaves inputs to the outside."""

    PINS = range(23)

    def attach(self, rp2040):
        """Give every output back to the input of the same pin."""
        for number in self.PINS:
            pin = rp2040.gpio[number]
            pin.add_listener(functools.partial(self._follow, pin))

    @staticmethod
    def _follow(pin, state, _before):
        if state in (0, 1):
            pin.set_input_value(bool(state))


class ShownClock:
    """Shows another process how far the emulated clock has come."""

    def attach(self, rp2040):
        """Start to show it, if anybody wants to see it."""
        if CLOCK not in os.environ:
            return
        shown = memoryview(mmap.mmap(int(os.environ[CLOCK]), mmap.PAGESIZE)).cast("Q")

        def show():
            shown[0] = int(rp2040.clock.nanos)
            alarm.schedule(SHOWN_NANOSECONDS)

        alarm = rp2040.clock.create_alarm(show)
        show()


BOARD = dataclasses.replace(BOARDS["pico"], extras=(*BOARDS["pico"].extras, QuietHost, Pads, ShownClock))
