"""Endpoint: the data plane of one open socket. Its receive ring, who its peer is, and what state both are in.

Bytes live in the reader's ring: `put` appends to the peer's, `take` removes from one's own. Both do the plain case
and nothing else; they return -1 where the control plane must look (nothing queued, ring full, not connected,
shut down, ancillary data, an error to report), and it calls the finer operations below.

Locking. `wlock` serialises those who append to this endpoint's ring, `rlock` those who remove from it; a reader
and a writer never wait for each other, since the ring publishes with one store (see ring.py). The kernel's lock
(kernel.py) is taken before either. Every section under wlock or rlock is native code, in which MicroPython runs
neither a scheduled callback nor a KeyboardInterrupt, and none of them waits. `out` is what a sender trusts: whoever
takes it away (close, shutdown, another peer) does so before it takes `wlock`, and a sender looks again under it.
"""

from . import ring
from ._host import Lock, micropython, waking
from .ring import get, peek, put, put_packet
from .state import State

try:
    from micropython import const
except ImportError:

    def const(value):
        return value


_STREAM = const(1)
_DGRAM = const(2)

# state: Linux's TCP_CLOSE, TCP_LISTEN, TCP_ESTABLISHED
_IDLE = const(0)
_LISTENING = const(1)
_CONNECTED = const(2)

# shut: which directions are shut down
_RECEIVE = const(1)
_SEND = const(2)
_BOTH = const(3)

_W = const(0)
_R = const(1)
_WRAP = const(3)
_ATTENTION = const(8)
_LINE = const(-1)
_URGENT = const(16)

_IN = const(1)
_PRI = const(2)
_OUT = const(4)
_ERR = const(8)
_HUP = const(16)
_NVAL = const(32)
_RDHUP = const(0x2000)


@waking
class Endpoint(State):
    """One of the kernel's fixed endpoints.

    memory     writable buffer of the ring's size
    lengths    array('i') with one word for each packet slot
    senders, ancillary  lists with one place for each
    ctl        array('i'), the ring's control words (see ring.py)
    """

    def __init__(self, index, memory, lengths, senders, ancillary, ctl):
        self.index = index
        self.memory = memory
        self.lengths = lengths
        self.senders = senders
        self.ancillary = ancillary
        self.ctl = ctl
        self.wlock = Lock()
        self.rlock = Lock()
        # What `put` and `take` need, looked up once: a board takes 2 us for every attribute.
        self.inlet = (self, self.ctl, self.memory, self.wlock.acquire, self.wlock.release)
        self.outlet = (self.ctl, self.memory, self.rlock.acquire, self.rlock.release)
        self.free = None  # next unused endpoint
        self.protocol = None  # the module of its kind
        self.references = 0
        self.renew()

    def renew(self):
        """Give all attributes that belong to one socket their first values."""
        self.kind = self.state = self.shut = 0
        self.error = 0  # errno to report once
        self.owner = self.credentials = 0
        self.peer = None
        self.orphaned = False  # there was a peer, and it is closed
        self.peer_address = None  # of that peer
        self.out = None  # the `inlet` of the peer, where plain data may be appended to its ring
        self.address = None  # the name as users see it: str (path), bytes (abstract), None
        self.bound = False  # the registry holds `address`
        self.nonblocking = False
        self.backlog = 0
        self.pending = 0  # connections not yet accepted: first to last, linked by `next`
        self.first = self.last = self.next = None
        self.marks = None  # the Ancillary queued on a stream, by position
        self.in_flight = 0  # how many of the references are queued messages'
        self.unaccounted = 0  # see inflight.py
        self.options = None  # what setsockopt changed
        self.sender = self.cargo = None  # of the packet that `fetch_packet` saw last
        self.appended_at = 0

    # the plain case

    @micropython.native
    def put(self, data, at, n, wait=True):
        """Send data[at:at + n] to the peer, a stream's bytes as far as they fit. Returns how many, or -1.

        An interrupt handler may not `wait` for the short time in which somebody else appends: what it interrupted
        may be the one.
        """
        out = self.out
        if out is None:
            return -1
        peer, ctl, memory, acquire, release = out
        if not acquire(wait):
            return -1
        if self.out is not out:
            n = -1
        elif self.kind == _STREAM:
            n = put(ctl, memory, data, at, n)
        else:
            slot = put_packet(ctl, memory, peer.lengths, data, at, n)
            if slot < 0:
                n = -1
            else:
                peer.senders[slot] = self
                ring.publish_packet(ctl)
        release()
        return n

    @micropython.native
    def take(self, into, at, n, wait=True):
        """Receive up to `n` bytes, or one packet cut to it, into into[at:]. Returns how many, or -1."""
        ctl, memory, acquire, release = self.outlet
        if not acquire(wait):
            return -1
        if self.kind == _STREAM:
            n = get(ctl, memory, into, at, n) or -1
        else:
            slot = ring.first_packet(ctl)
            if slot < 0 or ctl[_ATTENTION]:
                n = -1
            else:
                length = self.lengths[slot]
                if n > length:
                    n = length
                peek(ctl, memory, into, at, n, 0)
                ring.drop_packet(ctl, length)
        release()
        return n

    # what the control plane builds the other cases from, holding the kernel's lock

    @micropython.native
    def append(self, data, at, n):
        """Append up to `n` bytes to this endpoint's ring, at the position `appended_at`. Returns how many fitted."""
        self.wlock.acquire()
        self.appended_at = self.ctl[_W]
        n = ring.put(self.ctl, self.memory, data, at, n)
        self.wlock.release()
        return n

    @micropython.native
    def append_packet(self, data, at, n, sender, ancillary):
        """Append one packet from the endpoint `sender` to this endpoint's ring. False where it does not fit now."""
        self.wlock.acquire()
        slot = ring.put_packet(self.ctl, self.memory, self.lengths, data, at, n)
        if slot >= 0:
            self.senders[slot] = sender
            self.ancillary[slot] = ancillary
            ring.publish_packet(self.ctl)
        self.wlock.release()
        return slot >= 0

    @micropython.native
    def fetch(self, into, at, n, skip, keep):
        """Copy up to `n` bytes behind the first `skip` to into[at:]; release them unless `keep`. Returns how many.

        LINE for `keep` releases them, too, and takes none behind the first newline.
        """
        self.rlock.acquire()
        if keep == _LINE:
            n = ring.find(self.ctl, self.memory, 10, n)
            keep = False
        n = ring.peek(self.ctl, self.memory, into, at, n, skip)
        if n < 0:
            n = 0
        if not keep:
            ring.skip(self.ctl, n)
        self.rlock.release()
        return n

    @micropython.native
    def fetch_packet(self, into, at, n, keep):
        """Copy up to `n` bytes of the first packet to into[at:], and release it unless `keep`.

        Returns the packet's length, or -1 where there is none; leaves its sender and its Ancillary in `sender` and
        `cargo`.
        """
        self.rlock.acquire()
        slot = ring.first_packet(self.ctl)
        length = -1
        if slot >= 0:
            length = self.lengths[slot]
            if n > length:
                n = length
            ring.peek(self.ctl, self.memory, into, at, n, 0)
            self.sender = self.senders[slot]
            self.cargo = self.ancillary[slot]
            if not keep:
                self.ancillary[slot] = None
                ring.drop_packet(self.ctl, length)
        self.rlock.release()
        return length

    def clear(self):
        """Forget all bytes and packets."""
        with self.wlock:
            with self.rlock:
                ring.clear(self.ctl)

    @micropython.native
    def skip(self, n):
        """Release the first `n` queued bytes."""
        self.rlock.acquire()
        ring.skip(self.ctl, n)
        self.rlock.release()

    # readiness

    @micropython.native
    def poll(self):
        """The events of poll(2) that hold now, all of them: POLLIN, POLLPRI, POLLOUT and so on."""
        shut = self.shut
        state = self.state
        kind = self.kind
        events = _IN if self.readable() else 0
        if self.writable():
            events |= _OUT
        if shut:
            if shut & _RECEIVE:
                events |= _IN | _RDHUP
            if shut == _BOTH:
                events |= _HUP
        if self.error:
            events |= _ERR
        if self.ctl[_ATTENTION] & _URGENT:
            events |= _PRI
        if state == _IDLE and kind != _DGRAM:
            events |= _HUP if kind else _NVAL
        return events

    @micropython.native
    def readable(self):
        """Is there something to receive, or to accept?"""
        if self.kind == _STREAM:
            return self.pending or ring.used(self.ctl)
        return self.pending or ring.packets(self.ctl)

    @micropython.native
    def writable(self):
        """Would a small message be taken, or fail at once? A packet ring says so while half of it is free."""
        peer = self.peer
        if peer is None:
            return self.state != _LISTENING and self.kind
        free = ring.room(peer.ctl)
        if self.kind == _STREAM:
            return free
        return ring.slots(peer.ctl) and 2 * free >= len(peer.memory)
