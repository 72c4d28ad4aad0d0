"""Endpoint: the data plane of one open socket. Its receive ring, who its peer is, and what state both are in.

Bytes live in the reader's ring: `put` appends to the peer's, `take` removes from one's own. Both do the plain case
and nothing else; they return -1 where the control plane must look (nothing queued, ring full, not connected,
shut down, ancillary data, an error to report), and it calls the finer operations below.

Locking. `wlock` serialises those who append to this endpoint's ring, `rlock` those who remove from it; a reader
and a writer never wait for each other, since the ring publishes with one store (see ring.py). The kernel's lock
(kernel.py) is taken before either. Every section under wlock or rlock is native code, in which MicroPython runs
neither a scheduled callback nor a KeyboardInterrupt, and none of them waits. `out` is what a sender trusts: whoever
takes it away (close, shutdown, another peer) does so before it takes `wlock`, and a sender looks again under it. So it
does with the serial number of the socket: an endpoint that was given away meanwhile is another's.
"""

from ..host import Lock, Recorded, const, micropython, size_of, waking
from . import ring
from .ring import ready
from .state import State, control

_DGRAM = const(2)

# state: Linux's TCP_CLOSE, TCP_LISTEN, TCP_ESTABLISHED
_IDLE = const(0)
_LISTENING = const(1)
_CONNECTED = const(2)

# shut: which directions are shut down
_RECEIVE = const(1)
_SEND = const(2)
_BOTH = const(3)

_NOBODY = None  # an object, for viper code

_IN = const(1)
_PRI = const(2)
_OUT = const(4)
_ERR = const(8)
_HUP = const(16)
_NVAL = const(32)
_RDHUP = const(0x2000)


class _Inside(State):
    """The writer that the control plane is when it has an endpoint's `wlock` already: the lock of this one is free."""

    put = ring.put

    def __init__(self):
        self.lock = Lock()
        self.out = self.origin = None
        self.ctl = control(1, 0)
        self.open_for(1, 0, 0)

    @micropython.native
    def append(self, inside, data, at, n, sender):
        """`put` into the ring with that inlet."""
        self.out = inside
        self.origin = sender
        n = self.put(data, at, n, 1)
        self.out = None  # or the ring's memory would be kept
        return n


@micropython.native
def _room(into, at, n):
    """How many bytes into[at:] has room for, of `n`: a buffer may shrink while a call waits."""
    room = size_of(into) - at
    return n if n < room else room if room > 0 else 0


_inside = _Inside()


@waking
class Endpoint(State, Recorded):
    """One of the kernel's fixed endpoints.

    memory     writable buffer of the ring's size
    lengths    the lengths of packets, one for each slot: a view of `ctl`
    senders, ancillary  lists with one place for each
    ctl        array('i'), the ring's control words (see ring.py; state.make makes them)
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
        self.inlet = ring.inlet(ctl, memory, senders, self.wlock)
        self._inside = ring.inlet(ctl, memory, senders, _inside.lock)
        self.outlet = ring.outlet(ctl, memory, self.rlock)
        # A board finds these sooner in the instance than in the class.
        self.put = self.put
        self.take = self.take
        self.poll = self.poll
        self.free = None  # the next in the list of those that are unused, or of those that are dying
        self.protocol = None  # of packets: kernel/packet.py; of pipes: kernel/pipe.py
        self.references = 0
        self.renew()

    def renew(self):
        """Give all attributes that belong to one socket their first values."""
        self.kind = self.state = self.shut = 0
        self.end = 0  # 0 of a socket; which end of a pipe it is: kernel/pipe.py
        self.error = 0  # errno to report once
        self.owner = self.credentials = 0
        self.peer = None
        self.orphaned = False  # there was a peer, and it is closed
        self.peer_address = None  # of that peer
        self.out = None  # the `inlet` of the peer, where plain data may be appended to its ring
        self.origin = None  # of a socket for packets, a list of its address: what its packets are marked with
        self.callers = None  # the first of the datagram sockets that are connected to it, and on from each:
        self.next_caller = self.previous_caller = None
        self.address = None  # the name as users see it: str (path), bytes (abstract), None
        self.bound = None  # the part of the registry that holds `address`
        self.nonblocking = False
        self.backlog = 0
        self.pending = 0  # connections not yet accepted: first to last, linked by `next`
        self.first = self.last = self.next = None
        self.marks = self.last_mark = None  # the Ancillary queued on a stream, by position, linked by `next`
        self.returned = None  # what was taken from a stream and given back, see kernel/returned.py
        self.in_flight = 0  # how many of the references are queued messages'
        self.options = None  # what setsockopt changed
        self.sender = self.cargo = None  # of the packet that `fetch_packet` saw last
        self.appended_at = 0

    # the plain case

    # An interrupt handler does not let them wait for the lock: what it interrupted may hold it.
    put = ring.put
    take = ring.take

    # what the control plane builds the other cases from, holding the kernel's lock

    @micropython.native
    def append(self, data, at, n):
        """Append up to `n` bytes to this endpoint's ring, at the position `appended_at`. Returns how many fitted."""
        if at + n > size_of(data):
            return -1  # it shrank while the call waited
        self.wlock.acquire()
        self.appended_at = ring.written(self.ctl)
        n = _inside.append(self._inside, data, at, n, None)
        self.wlock.release()
        return n

    @micropython.native
    def append_packet(self, data, at, n, sender, ancillary):
        """Append one packet from who has `sender` for its origin to this endpoint's ring. False where it does not fit
        now."""
        if at + n > size_of(data):
            return False
        self.wlock.acquire()
        slot = self.slot(self.packets())
        n = _inside.append(self._inside, data, at, n, sender)
        if n >= 0 and ancillary is not None:  # looked at under the kernel's lock alone
            self.ancillary[slot] = ancillary
        self.wlock.release()
        return n >= 0

    @micropython.native
    def fetch(self, into, at, n, skip, keep):
        """Copy up to `n` bytes behind the first `skip` to into[at:]; release them unless `keep`. Returns how many."""
        n = _room(into, at, n)
        self.rlock.acquire()
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

        Returns the packet's length, or -1 where there is none; leaves its sender's origin and its Ancillary in `sender`
        and `cargo`.
        """
        n = _room(into, at, n)
        self.rlock.acquire()
        slot = self.slot(0) if self.packets() else -1
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

    @micropython.native
    def clear(self):
        """Forget all bytes and packets."""
        self.wlock.acquire()
        self.rlock.acquire()
        ring.clear(self.ctl)
        self.rlock.release()
        self.wlock.release()

    @micropython.native
    def skip(self, n):
        """Release the first `n` queued bytes. Returns how many."""
        self.rlock.acquire()
        ring.skip(self.ctl, n)
        self.rlock.release()
        return n

    # readiness

    @micropython.viper
    def poll(self) -> int:
        """The events of poll(2) that hold now, all of them: POLLIN, POLLPRI, POLLOUT and so on."""
        peer = self.peer
        shut = int(self.shut)
        if peer is _NOBODY:
            events = int(self._poll_alone())
        else:
            events = int(ready(self.ctl, peer.ctl))
            if not self.state:  # that is what reads from a pipe which nobody writes to any more
                events |= _HUP
        if shut:
            if shut & _RECEIVE:
                events |= _IN | _RDHUP
            if shut == _BOTH:
                events |= _HUP
        if self.error:
            events |= _ERR
        return events

    @micropython.native
    def _poll_alone(self):
        """What rings say, and what only a socket without a peer has: connections to accept, POLLHUP while it is not
        connected."""
        kind = self.kind
        events = ready(self.ctl, self.ctl) & (_IN | _PRI)
        if self.pending:
            events |= _IN
        if kind and self.state != _LISTENING:
            events |= _OUT
        if self.state == _IDLE and kind != _DGRAM:
            events |= _HUP if kind else _NVAL
        return events

    # For CPython, where an exception may come anywhere (host/cpython.py).

    def counters(self):
        """Where writers and readers are."""
        return ring.counters(self.ctl)

    def unmove(self, name, moved):
        """Take back what the operation `name` moved; `moved` lists what `counters` returned before it, and after it
        where it came to its end."""
        self.wlock.acquire()
        self.rlock.acquire()
        ring.unmove(self.ctl, name, *moved)
        self.rlock.release()
        self.wlock.release()

    def repair(self):
        """Let go of what the calling thread was torn out of, and make the ring whole again."""
        for lock in (self.wlock, self.rlock, _inside.lock):
            lock.let_go()
        self.wlock.acquire()
        self.rlock.acquire()
        ring.repair(self)
        self.rlock.release()
        self.wlock.release()
