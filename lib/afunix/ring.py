"""A receive ring: bytes, and beside them the lengths of packets, so that framing stays out of the bytes.

`control` is an array('i'), so that these functions read it as machine words. Counters run over twice the size,
which tells a full ring from an empty one; sizes are powers of two. One writer and one reader may be inside at
the same time: the writer alone moves W and RW, the reader alone moves R and RR, and each copies bytes before
the store that publishes them.

    W, R      bytes written, bytes read (modulo WRAP + 1)
    SIZE      bytes of payload the ring holds
    RW, RR    packets written, packets read (modulo RWRAP + 1)
    SLOTS     packets the ring holds
    ATTENTION not 0: a reader must look at more than the bytes (ancillary data is queued, or an option is set).
              A writer that queues ancillary data sets it before it publishes the bytes it belongs to
    FRAMED    not 0: packets are queued, and bytes without a length have no business here. A reader or writer of a
              stream may come late, when the ring already belongs to another socket
"""

from array import array

from ._host import copy, micropython, ptr8, ptr32

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


def control(size, slots):
    """The control words of an empty ring of `size` bytes and `slots` packets, both powers of two (slots may be 0)."""
    return array("i", [0, 0, size, 2 * size - 1, 0, 0, slots, 2 * slots - 1 if slots else 0, 0, 0])


def clear(ctl):
    """Forget everything queued."""
    ctl[_W] = ctl[_R] = ctl[_RW] = ctl[_RR] = 0


@micropython.viper
def used(ctl) -> int:
    """Bytes queued."""
    c = ptr32(ctl)
    return (c[_W] - c[_R]) & c[_WRAP]


@micropython.viper
def room(ctl) -> int:
    """Bytes that fit."""
    c = ptr32(ctl)
    return c[_SIZE] - ((c[_W] - c[_R]) & c[_WRAP])


@micropython.viper
def packets(ctl) -> int:
    """Packets queued."""
    c = ptr32(ctl)
    return (c[_RW] - c[_RR]) & c[_RWRAP]


@micropython.viper
def slots(ctl) -> int:
    """Packets that fit, by their number."""
    c = ptr32(ctl)
    return c[_SLOTS] - ((c[_RW] - c[_RR]) & c[_RWRAP])


@micropython.viper
def readable(ctl) -> int:
    """Not 0 where something is queued."""
    c = ptr32(ctl)
    if c[_FRAMED]:
        return (c[_RW] - c[_RR]) & c[_RWRAP]
    return (c[_W] - c[_R]) & c[_WRAP]


@micropython.viper
def writable(ctl) -> int:
    """Not 0 where a small message fits. Of packets the ring says so while half of it is free."""
    c = ptr32(ctl)
    free = c[_SIZE] - ((c[_W] - c[_R]) & c[_WRAP])
    if c[_FRAMED]:
        if (c[_RW] - c[_RR]) & c[_RWRAP] == c[_SLOTS] or 2 * free < c[_SIZE]:
            return 0
    return free


@micropython.viper
def wrap(memory, size: int, to: int, src, at: int, n: int):
    """Copy `n` bytes of src[at:] to memory[to:size], and what is left to the start of `memory`."""
    first = size - to
    copy(memory, to, src, at, first)
    copy(memory, 0, src, at + first, n - first)


@micropython.viper
def put(ctl, memory, src, at, n: int) -> int:
    """Append up to `n` bytes of src[at:]. Returns how many fitted, or -1 where FRAMED is set."""
    c = ptr32(ctl)
    if c[_FRAMED]:
        return -1
    w = c[_W]
    size = c[_SIZE]
    free = size - ((w - c[_R]) & c[_WRAP])
    if n > free:
        n = free
    if n > 0:
        to = w & (size - 1)
        if to + n <= size:
            copy(memory, to, src, at, n)
        else:
            wrap(memory, size, to, src, at, n)
        c[_W] = (w + n) & c[_WRAP]
    return n


@micropython.viper
def peek(ctl, memory, dst, at, n: int, skip: int) -> int:
    """Copy up to `n` bytes that follow the first `skip` queued ones to dst[at:]. Returns how many there were."""
    c = ptr32(ctl)
    r = c[_R]
    size = c[_SIZE]
    there = ((c[_W] - r) & c[_WRAP]) - skip
    if n > there:
        n = there
    if n > 0:
        start = (r + skip) & (size - 1)
        first = size - start
        if n <= first:
            copy(dst, at, memory, start, n)
        else:
            copy(dst, at, memory, start, first)
            copy(dst, int(at) + first, memory, 0, n - first)
    return n


@micropython.viper
def get(ctl, memory, dst, at, n: int) -> int:
    """Move up to `n` queued bytes to dst[at:]. Returns how many there were, or -1 where ATTENTION or FRAMED is set."""
    c = ptr32(ctl)
    r = c[_R]
    there = (c[_W] - r) & c[_WRAP]
    if c[_ATTENTION] | c[_FRAMED]:  # read after W: what was published up to there had set it before
        return -1
    if n > there:
        n = there
    if n > 0:
        size = c[_SIZE]
        start = r & (size - 1)
        if start + n <= size:
            copy(dst, at, memory, start, n)
        else:
            peek(ctl, memory, dst, at, n, 0)
        c[_R] = (r + n) & c[_WRAP]
    return n


@micropython.viper
def skip(ctl, n: int):
    """Release the first `n` queued bytes."""
    c = ptr32(ctl)
    c[_R] = (c[_R] + n) & c[_WRAP]


@micropython.viper
def find(ctl, memory, byte: int, n: int) -> int:
    """How many of the first `n` queued bytes end with the first `byte`; all there are (up to n) if it is not there."""
    c = ptr32(ctl)
    r = c[_R]
    mask = c[_SIZE] - 1
    there = (c[_W] - r) & c[_WRAP]
    if n > there:
        n = there
    m = ptr8(memory)
    i = 0
    while i < n:
        if m[(r + i) & mask] == byte:
            return i + 1
        i += 1
    return n


@micropython.viper
def put_packet(ctl, memory, lengths, src, at, n: int) -> int:
    """Append one packet without publishing it. Returns its slot, or -1 where it does not fit now."""
    c = ptr32(ctl)
    rw = c[_RW]
    if (rw - c[_RR]) & c[_RWRAP] == c[_SLOTS]:
        return -1
    w = c[_W]
    if n > c[_SIZE] - ((w - c[_R]) & c[_WRAP]):
        return -1
    slot = rw & (c[_SLOTS] - 1)
    ln = ptr32(lengths)
    ln[slot] = n
    size = c[_SIZE]
    to = w & (size - 1)
    if to + n <= size:
        copy(memory, to, src, at, n)
    else:
        wrap(memory, size, to, src, at, n)
    c[_W] = (w + n) & c[_WRAP]
    return slot


@micropython.viper
def publish_packet(ctl):
    """Make the packet of the last `put_packet` readable."""
    c = ptr32(ctl)
    c[_RW] = (c[_RW] + 1) & c[_RWRAP]


@micropython.viper
def first_packet(ctl) -> int:
    """The slot of the packet that is next, or -1."""
    c = ptr32(ctl)
    rr = c[_RR]
    if rr == c[_RW]:
        return -1
    return rr & (c[_SLOTS] - 1)


@micropython.viper
def get_packet(ctl, memory, lengths, dst, at, n: int) -> int:
    """Move the first packet to dst[at:], cut to `n` bytes. Returns how many, or -1: none is there, or ATTENTION."""
    c = ptr32(ctl)
    rr = c[_RR]
    if rr == c[_RW] or c[_ATTENTION]:
        return -1
    ln = ptr32(lengths)
    length = ln[rr & (c[_SLOTS] - 1)]
    if n > length:
        n = length
    r = c[_R]
    size = c[_SIZE]
    start = r & (size - 1)
    if start + n <= size:
        copy(dst, at, memory, start, n)
    else:
        peek(ctl, memory, dst, at, n, 0)
    c[_R] = (r + length) & c[_WRAP]
    c[_RR] = (rr + 1) & c[_RWRAP]
    return n


@micropython.viper
def drop_packet(ctl, length: int):
    """Release the first packet, of `length` bytes."""
    c = ptr32(ctl)
    c[_R] = (c[_R] + length) & c[_WRAP]
    c[_RR] = (c[_RR] + 1) & c[_RWRAP]
