"""State: what the control plane sees of an endpoint's ring and sets there, whichever data plane moves its bytes.

Both data planes work on the same control words (see ring.py), so these few rules need no twin.
"""

from array import array

from ..host import micropython, ptr32

try:
    from micropython import const
except ImportError:

    def const(value):
        return value


_W = const(0)
_R = const(1)
_SIZE = const(2)
_WRAP = const(3)
_RW = const(4)
_RR = const(5)
_SLOTS = const(6)
_RWRAP = const(7)
_ATTENTION = const(8)
_FRAMED = const(9)
_LENGTHS = const(10)
_NOT_OPEN = const(8)
_STREAM = const(1)


def control(size, slots):
    """The control words of an empty ring of `size` bytes and `slots` packets, both powers of two (slots may be 0)."""
    ctl = array("i", bytes(4 * (_LENGTHS + slots)))
    ctl[_SIZE] = size
    ctl[_WRAP] = 2 * size - 1
    ctl[_SLOTS] = slots
    ctl[_RWRAP] = 2 * slots - 1 if slots else 0
    return ctl


def make(Endpoint, index, memory, slots):
    """An endpoint of that class with a ring of len(memory) bytes and `slots` packets. It belongs to no socket yet."""
    ctl = control(len(memory), slots)
    made = Endpoint(index, memory, memoryview(ctl)[_LENGTHS:], [None] * slots, [None] * slots, ctl)
    made.attend(_NOT_OPEN)
    return made


class State:
    """The part of an Endpoint that both data planes share. All of it is called with the kernel's lock held."""

    def reset(self, kind, owner):
        """Make it a fresh, unconnected socket of `kind`. Nobody can reach it: `out` of every sender is away from it."""
        self.flush()
        self.renew()
        self.ctl[_ATTENTION] = 0
        self.ctl[_FRAMED] = kind != _STREAM
        self.kind = kind
        self.owner = self.credentials = owner  # the latter is what SO_PEERCRED answers

    def flush(self):
        """Forget everything queued."""
        self.clear()
        ancillary = self.ancillary
        for slot in range(len(ancillary)):
            ancillary[slot] = None

    def forget_sender(self, sender):
        """`sender` is about to be closed: keep its name with its packets instead."""
        senders = self.senders
        for slot in range(len(senders)):
            if senders[slot] is sender:
                senders[slot] = sender.address

    def ahead(self, position):
        """How many bytes are queued before `position`, an `appended_at`."""
        return (position - self.ctl[_R]) & self.ctl[_WRAP]

    @micropython.viper
    def queued(self) -> int:
        """Bytes that can be received."""
        ctl = ptr32(self.ctl)
        return (ctl[_W] - ctl[_R]) & ctl[_WRAP]

    def packets(self):
        """Packets that can be received."""
        ctl = self.ctl
        return (ctl[_RW] - ctl[_RR]) & ctl[_RWRAP]

    def slot(self, number):
        """Where `lengths`, `senders` and `ancillary` have the queued packet of that number, counted from 0."""
        return (self.ctl[_RR] + number) & (self.ctl[_SLOTS] - 1)

    def first_length(self):
        """The length of the packet that is next, 0 where there is none."""
        return self.lengths[self.slot(0)] if self.packets() else 0

    def attend(self, why):
        """Make readers leave the plain case, for `why`: ANCILLARY, OPTION, ERROR or NOT_OPEN."""
        self.ctl[_ATTENTION] |= why

    def attends(self, why):
        """Is `why` among the reasons?"""
        return self.ctl[_ATTENTION] & why

    def relax(self, why):
        """Take `why` back."""
        self.ctl[_ATTENTION] &= ~why
