"""State: what the control plane sees of an endpoint's ring and sets there, whichever data plane moves its bytes.

Both data planes work on the same control words, which lie in an array('i') so that they are read as machine words.
ring.py and port/core/ring.h know them, too, and no other file but kernel/pipe.py, which sets WHOLE. Counters run over
twice the size, which tells a full ring from an empty one; sizes are powers of two. One writer and one reader may be
inside at the same time: the writer alone moves W and RW, the reader alone moves R and RR, and each copies bytes before
the store that publishes them.

    W, R      bytes written, bytes read (modulo WRAP + 1)
    SIZE      bytes of payload the ring holds
    RW, RR    packets written, packets read (modulo RWRAP + 1)
    SLOTS     packets the ring holds
    ATTENTION not 0: a reader must look at more than the bytes (ancillary data is queued, or an option is set).
              A writer that queues ancillary data sets it before it publishes the bytes it belongs to
    FRAMED    not 0: packets are queued, and bytes without a length have no business here
    SERIAL    which socket the ring belongs to: no two that ever were have the same number; 0 while it is nobody's
    WHOLE     bytes that are not more than this are appended together or not at all: PIPE_BUF of a pipe, 0 of a socket.
              More than SIZE: nothing is ever appended
    LENGTHS   here begin the lengths of packets, one word for each slot
"""

from ..host import Table, const, micropython, words

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
_SERIAL = const(10)
_WHOLE = const(11)
_LENGTHS = const(12)

_NOT_OPEN = const(8)  # in ATTENTION: nobody's
_BUSY = const(32)  # in ATTENTION: a receive is planned
_STREAM = const(1)


def control(size, slots):
    """The control words of an empty ring of `size` bytes and `slots` packets, both powers of two (slots may be 0)."""
    ctl = words(_LENGTHS + slots)
    ctl[_SIZE] = size
    ctl[_WRAP] = 2 * size - 1
    ctl[_SLOTS] = slots
    ctl[_RWRAP] = 2 * slots - 1 if slots else 0
    ctl[_ATTENTION] = _NOT_OPEN
    return ctl


def lengths(ctl):
    """The part of the control words that are the lengths of packets."""
    return memoryview(ctl)[_LENGTHS:]


def make(Endpoint, index, memory, slots):
    """An endpoint of that class with a ring of len(memory) bytes and `slots` packets. It belongs to no socket yet."""
    ctl = control(len(memory), slots)
    return Endpoint(index, memory, lengths(ctl), [None] * slots, Table([None] * slots), ctl)


class State:
    """The part of an Endpoint that both data planes share. All of it is called with the kernel's lock held, and does
    not allocate.

    None of it jumps but `flush`: a commit may call it, be it native or bytecode. None looks up a global name: in native
    code, that takes a hundred bytes more. None is viper: MicroPython 1.25 makes machine code for Xtensa of
    `pointer[constant] = value` that stores something else.
    """

    @micropython.native  # for speed
    def open_for(self, serial, kind, owner):
        """Make the fresh endpoint the socket `serial` of `kind`."""
        self.kind = kind
        self.owner = owner
        ctl = self.ctl
        ctl[_FRAMED] = kind != _STREAM
        ctl[_WHOLE] = 0
        ctl[_ATTENTION] = 0
        ctl[_SERIAL] = serial

    @micropython.native  # for speed
    def disown(self):
        """It is no socket any more, for every handle and every call under way."""
        ctl = self.ctl
        ctl[_SERIAL] = 0
        ctl[_ATTENTION] = _NOT_OPEN

    @micropython.native
    def flush(self):
        """Forget everything queued."""
        self.clear()
        ancillary = self.ancillary
        for slot in range(self.ctl[_SLOTS]):
            ancillary[slot] = None

    @micropython.native  # for speed
    def serial(self):
        """Which socket it is, 0 for none: no two that ever were have the same number."""
        return self.ctl[_SERIAL]

    @micropython.native  # for speed
    def queued(self):
        """Bytes that can be received."""
        ctl = self.ctl
        return (ctl[_W] - ctl[_R]) & ctl[_WRAP]

    @micropython.native  # for speed
    def ahead(self, position):
        """How many bytes are queued before `position`, an `appended_at`."""
        ctl = self.ctl
        return (position - ctl[_R]) & ctl[_WRAP]

    @micropython.native  # for speed
    def packets(self):
        """Packets that can be received."""
        ctl = self.ctl
        return (ctl[_RW] - ctl[_RR]) & ctl[_RWRAP]

    @micropython.native  # for speed
    def slot(self, number):
        """Where `lengths`, `senders` and `ancillary` have the queued packet of that number, counted from 0."""
        ctl = self.ctl
        return (ctl[_RR] + number) & (ctl[_SLOTS] - 1)

    @micropython.native  # for speed
    def first_length(self):
        """The length of the packet that is next, 0 where there is none."""
        return self.lengths[self.slot(0)] * (self.packets() > 0)

    @micropython.native  # for speed
    def attend(self, why):
        """Make readers leave the plain case, for `why`: ANCILLARY, OPTION, ERROR or NOT_OPEN."""
        self.ctl[_ATTENTION] |= why

    @micropython.native  # for speed
    def attends(self, why):
        """Is `why` among the reasons?"""
        return self.ctl[_ATTENTION] & why

    @micropython.native  # for speed
    def relax(self, why):
        """Take `why` back."""
        self.ctl[_ATTENTION] &= ~why

    @micropython.native  # for speed
    def reserve(self):
        """No reader takes anything in the plain case, from now until `relax(BUSY)`: one who is at it comes to its
        end."""
        self.ctl[_ATTENTION] |= _BUSY
        self.skip(0)
