"""State: what the control plane sees of an endpoint's ring and sets there, whichever data plane moves its bytes.

Both data planes work on the same control words (see ring.py), so these few rules need no twin.
"""

from ..host import Table, const, micropython
from . import ring

_BUSY = const(32)


def make(Endpoint, index, memory, slots):
    """An endpoint of that class with a ring of len(memory) bytes and `slots` packets. It belongs to no socket yet."""
    ctl = ring.control(len(memory), slots)
    return Endpoint(index, memory, ring.lengths(ctl), [None] * slots, Table([None] * slots), ctl)


class State:
    """The part of an Endpoint that both data planes share. All of it is called with the kernel's lock held, and does
    not allocate."""

    serial = ring.serial
    disown = ring.disown
    queued = ring.queued

    @micropython.native
    def open_for(self, serial, kind, owner):
        """Make the fresh endpoint the socket `serial` of `kind`."""
        self.kind = kind
        self.owner = owner
        ring.open_for(self.ctl, serial, kind)

    @micropython.native
    def flush(self):
        """Forget everything queued."""
        self.clear()
        ancillary = self.ancillary
        for slot in range(len(ancillary)):
            ancillary[slot] = None

    @micropython.native
    def ahead(self, position):
        """How many bytes are queued before `position`, an `appended_at`."""
        return ring.ahead(self.ctl, position)

    @micropython.native
    def packets(self):
        """Packets that can be received."""
        return ring.packets(self.ctl)

    @micropython.native
    def slot(self, number):
        """Where `lengths`, `senders` and `ancillary` have the queued packet of that number, counted from 0."""
        return ring.slot(self.ctl, number)

    @micropython.native
    def first_length(self):
        """The length of the packet that is next, 0 where there is none."""
        slot = ring.first_packet(self.ctl)
        return self.lengths[slot] if slot >= 0 else 0

    @micropython.native
    def attend(self, why):
        """Make readers leave the plain case, for `why`: ANCILLARY, OPTION, ERROR or NOT_OPEN."""
        ring.attend(self.ctl, why)

    @micropython.native
    def reserve(self):
        """No reader takes anything in the plain case, from now until `relax(BUSY)`: one who is at it comes to its
        end."""
        ring.attend(self.ctl, _BUSY)
        self.skip(0)

    @micropython.native
    def attends(self, why):
        """Is `why` among the reasons?"""
        return ring.attention(self.ctl) & why

    @micropython.native
    def relax(self, why):
        """Take `why` back."""
        ring.relax(self.ctl, why)
