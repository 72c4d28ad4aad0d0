"""A receive ring: bytes, and beside them the lengths of packets, so that framing stays out of the bytes.

The Python data plane's: what is done here for each message, C does in its own way. What the control words mean is said
in state.py.
"""

from ..host import Lock, const, copy, micropython, ptr32

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

_URGENT = const(16)  # in ATTENTION: an urgent byte is queued
_RETURNED = const(64)  # in ATTENTION: bytes were given back, and come before those in the ring

_IN = const(1)
_PRI = const(2)
_OUT = const(4)


@micropython.viper
def written(ctl) -> int:
    """The position of the byte that comes next."""
    return ptr32(ctl)[_W]


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
    elif (c[_W] - c[_R]) | (c[_ATTENTION] & _RETURNED):
        events = _IN
    if free and free >= t[_WHOLE]:
        events |= _OUT
    if c[_ATTENTION] & _URGENT:
        events |= _PRI
    return events


# `put` and `take` run for every message, as methods of an endpoint. A board takes 2 us and more to look a name up, 5 to
# call a function of Python's: so each is one function, for bytes and packets alike, and finds what it needs in a tuple.
#
# `key` says for whom: the serial number of the socket that the caller's handle means, negative where the caller may not
# wait for the lock. It is compared under the lock, since until then the endpoint may have become another socket's.

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
def put(self, data, at, n: int, key: int) -> int:
    """A writer's method: append data[at:at + n] to the ring that `self.out` leads to, a stream's bytes as far as they
    fit. Returns how many, or -1: `out` is None, a packet or what must go together does not fit, `self` is not the
    socket that `key` means, or somebody else appends and this may not wait.
    """
    out = self.out
    if not out:
        return -1
    ctl, memory, senders, copy, acquire, release, lock = out
    if not acquire(lock, key > 0):
        return -1
    if key < 0:
        key = 0 - key
    own = ptr32(self.ctl)
    if own[_SERIAL] == key and self.out is out:  # else the ring may be another socket's by now
        ring = ptr32(ctl)
        written = ring[_W]
        size = ring[_SIZE]
        free = size - ((written - ring[_R]) & ring[_WRAP])
        framed = ring[_FRAMED]
        if framed:
            packet = ring[_RW]
            if n > free or (packet - ring[_RR]) & ring[_RWRAP] == ring[_SLOTS]:
                n = -1
            else:
                slot = packet & (ring[_SLOTS] - 1)
                ring[_LENGTHS + slot] = n
                senders[slot] = self.origin
        elif n > free:
            if n > ring[_WHOLE]:
                n = free
            else:
                n = -1
        if n >= 0:
            to = written & (size - 1)
            before_end = size - to
            if n <= before_end:
                copy(memory, to, data, at, n)
            else:
                copy(memory, to, data, at, before_end)
                copy(memory, 0, data, int(at) + before_end, n - before_end)
            ring[_W] = (written + n) & ring[_WRAP]
            if framed:
                ring[_RW] = (packet + 1) & ring[_RWRAP]
    else:
        n = -1
    release(lock)
    return n


@micropython.viper
def take(self, into, at, n: int, key: int) -> int:
    """A reader's method: move up to `n` bytes, or one packet cut to them, from the ring behind `self.outlet` to
    into[at:]. Returns how many, or -1: nothing is there, ATTENTION is set, `self` is not the socket that `key` means,
    or somebody else reads and this may not wait.
    """
    ctl, memory, copy, acquire, release, lock = self.outlet
    if not acquire(lock, key > 0):
        return -1
    if key < 0:
        key = 0 - key
    ring = ptr32(ctl)
    read = ring[_R]
    framed = ring[_FRAMED]
    there = -1
    if ring[_SERIAL] == key:
        if framed:
            packet = ring[_RR]
            if packet != ring[_RW]:
                there = ring[_LENGTHS + (packet & (ring[_SLOTS] - 1))]
        elif read != ring[_W]:
            there = (ring[_W] - read) & ring[_WRAP]
    if there < 0 or ring[_ATTENTION]:  # read last: what is there was published after it was set
        n = -1
    else:
        if n > there:
            n = there
        size = ring[_SIZE]
        start = read & (size - 1)
        before_end = size - start
        if n <= before_end:
            copy(into, at, memory, start, n)
        else:
            copy(into, at, memory, start, before_end)
            copy(into, int(at) + before_end, memory, 0, n - before_end)
        if framed:
            ring[_R] = (read + there) & ring[_WRAP]
            ring[_RR] = (packet + 1) & ring[_RWRAP]
        else:
            ring[_R] = (read + n) & ring[_WRAP]
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
        before_end = size - start
        if n <= before_end:
            copy(dst, at, memory, start, n)
        else:
            copy(dst, at, memory, start, before_end)
            copy(dst, int(at) + before_end, memory, 0, n - before_end)
    return n


@micropython.viper
def skip(ctl, n: int):
    """Release the first `n` queued bytes."""
    c = ptr32(ctl)
    c[_R] = (c[_R] + n) & c[_WRAP]


@micropython.viper
def drop_packet(ctl, length: int):
    """Release the first packet, of `length` bytes."""
    c = ptr32(ctl)
    c[_R] = (c[_R] + length) & c[_WRAP]
    c[_RR] = (c[_RR] + 1) & c[_RWRAP]


@micropython.native
def clear(ctl):
    """Forget everything queued."""
    ctl[_R] = ctl[_W] = ctl[_RR] = ctl[_RW] = 0


def repair(endpoint):
    """Make bytes and packets agree again after something stopped a writer or a reader of packets between its two
    stores, which can be on CPython alone. Called with both locks of the ring held."""
    ctl = endpoint.ctl
    if ctl[_FRAMED]:
        queued = 0
        for number in range(endpoint.packets()):
            queued += endpoint.lengths[endpoint.slot(number)]
        if endpoint.queued() < queued and endpoint.packets():
            ctl[_RR] = (ctl[_RR] + 1) & ctl[_RWRAP]  # the reader had the packet
        else:
            ctl[_W] = (ctl[_R] + queued) & ctl[_WRAP]


def counters(ctl):
    """How far writers and readers are: W, R, RW, RR."""
    return ctl[_W], ctl[_R], ctl[_RW], ctl[_RR]


def unmove(ctl, operation, former, then=None):
    """Set the counters that `operation` moved back from `then` to `former`, where nobody has gone on from there, and
    nobody has used what they gave free. Called with both locks of the ring held."""
    now = counters(ctl)
    wrap = ctl[_WRAP]
    if operation == "clear":
        if then is None or not any(now):
            ctl[_W], ctl[_R], ctl[_RW], ctl[_RR] = former
    elif operation in ("append", "append_packet"):
        if then is None or now[::2] == then[::2]:
            if (now[0] - now[1]) & wrap >= (now[0] - former[0]) & wrap:
                ctl[_W], _, ctl[_RW], _ = former
    elif then is None or now[1::2] == then[1::2]:
        if (now[0] - former[1]) & wrap <= ctl[_SIZE]:
            _, ctl[_R], _, ctl[_RR] = former
