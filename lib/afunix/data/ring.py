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
    FRAMED    not 0: packets are queued, and bytes without a length have no business here
    LENGTHS   here begin the lengths of packets, one word for each slot
"""

from ..host import Lock, copy, micropython, ptr8, ptr32

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

_URGENT = const(16)  # in ATTENTION: an urgent byte is queued

_IN = const(1)
_PRI = const(2)
_OUT = const(4)


def clear(ctl):
    """Forget everything queued."""
    ctl[_W] = ctl[_R] = ctl[_RW] = ctl[_RR] = 0


@micropython.viper
def ready(ctl, target) -> int:
    """The events of poll(2) that there are for who reads the ring of `ctl` and writes to that of `target`.

    Something is queued, POLLIN, an urgent byte among it, POLLPRI; a small message fits, POLLOUT. Of packets a ring
    says so while half of it is free.
    """
    c = ptr32(ctl)
    t = ptr32(target)
    free = t[_SIZE] - ((t[_W] - t[_R]) & t[_WRAP])
    events = 0
    if c[_FRAMED]:
        if c[_RW] != c[_RR]:
            events = _IN
        if (t[_RW] - t[_RR]) & t[_RWRAP] == t[_SLOTS] or 2 * free < t[_SIZE]:
            free = 0
    elif c[_W] != c[_R]:
        events = _IN
    if free:
        events |= _OUT
    if c[_ATTENTION] & _URGENT:
        events |= _PRI
    return events


# `put` and `take` run for every message, as methods of an endpoint. A board takes 2 us and more to look a name up, 5 to
# call a function of Python's: so each is one function, for bytes and packets alike, and finds what it needs in a tuple.

# As an attribute of its class, each of these would be a wrapper that looks at the lock's class first.
_acquire = type(Lock()).__dict__["acquire"]
_release = type(Lock()).__dict__["release"]


def inlet(ctl, memory, senders, lock):
    """What `put` needs of a ring; `lock` is that of its writers."""
    return ctl, memory, senders, copy, _acquire, _release, lock


def outlet(ctl, memory, lock):
    """What `take` needs of a ring; `lock` is that of its readers."""
    return ctl, memory, copy, _acquire, _release, lock


@micropython.viper
def put(self, data, at, n: int, wait) -> int:
    """A writer's method: append data[at:at + n] to the ring that `self.out` leads to, a stream's bytes as far as they
    fit. Returns how many, or -1: `out` is None, the packet does not fit, or somebody else appends and this may not
    `wait`.
    """
    out = self.out
    if not out:
        return -1
    ctl, memory, senders, copy, acquire, release, lock = out
    if not acquire(lock, wait):
        return -1
    if self.out is out:  # else the ring may be another socket's by now
        c = ptr32(ctl)
        w = c[_W]
        size = c[_SIZE]
        free = size - ((w - c[_R]) & c[_WRAP])
        framed = c[_FRAMED]
        if framed:
            rw = c[_RW]
            if n > free or (rw - c[_RR]) & c[_RWRAP] == c[_SLOTS]:
                n = -1
            else:
                slot = rw & (c[_SLOTS] - 1)
                c[_LENGTHS + slot] = n
                senders[slot] = self
        elif n > free:
            n = free
        if n >= 0:
            to = w & (size - 1)
            first = size - to
            if n <= first:
                copy(memory, to, data, at, n)
            else:
                copy(memory, to, data, at, first)
                copy(memory, 0, data, int(at) + first, n - first)
            c[_W] = (w + n) & c[_WRAP]
            if framed:
                c[_RW] = (rw + 1) & c[_RWRAP]
    else:
        n = -1
    release(lock)
    return n


@micropython.viper
def take(self, into, at, n: int, wait) -> int:
    """A reader's method: move up to `n` bytes, or one packet cut to them, from the ring behind `self.outlet` to
    into[at:]. Returns how many, or -1: nothing is there, ATTENTION is set, or somebody else reads and this may not
    `wait`.
    """
    ctl, memory, copy, acquire, release, lock = self.outlet
    if not acquire(lock, wait):
        return -1
    c = ptr32(ctl)
    r = c[_R]
    framed = c[_FRAMED]
    there = -1
    if framed:
        rr = c[_RR]
        if rr != c[_RW]:
            there = c[_LENGTHS + (rr & (c[_SLOTS] - 1))]
    elif r != c[_W]:
        there = (c[_W] - r) & c[_WRAP]
    if there < 0 or c[_ATTENTION]:  # read last: what is there was published after it was set
        n = -1
    else:
        if n > there:
            n = there
        size = c[_SIZE]
        start = r & (size - 1)
        first = size - start
        if n <= first:
            copy(into, at, memory, start, n)
        else:
            copy(into, at, memory, start, first)
            copy(into, int(at) + first, memory, 0, n - first)
        if framed:
            c[_R] = (r + there) & c[_WRAP]
            c[_RR] = (rr + 1) & c[_RWRAP]
        else:
            c[_R] = (r + n) & c[_WRAP]
    release(lock)
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
def first_packet(ctl) -> int:
    """The slot of the packet that is next, or -1."""
    c = ptr32(ctl)
    rr = c[_RR]
    if rr == c[_RW]:
        return -1
    return rr & (c[_SLOTS] - 1)


@micropython.viper
def drop_packet(ctl, length: int):
    """Release the first packet, of `length` bytes."""
    c = ptr32(ctl)
    c[_R] = (c[_R] + length) & c[_WRAP]
    c[_RR] = (c[_RR] + 1) & c[_RWRAP]
