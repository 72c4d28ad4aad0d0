# ruff: noqa: UP031  (MicroPython runs it too)
"""All that the sweeps know of the inside of afunix: what its tables hold, in words of their own.

A change of the kernel's tables is a change of this file and of no other here.
"""

import sys

from afunix.data.plane import Endpoint
from afunix.kernel import connection, kernel
from afunix.kernel import numbers as c
from afunix.kernel.lock import lock as kernel_lock

MICROPYTHON = sys.implementation.name == "micropython"
NATIVE = sys.modules.get("_afunix") is not None

# The control words of a ring.
_W, _R, _SIZE, _WRAP, _RW, _RR, _SLOTS, _RWRAP, _ATTENTION, _FRAMED = range(10)

# Why a reader of a ring must look at more than its bytes.
ANCILLARY = c.ANCILLARY
URGENT = c.URGENT


def held_locks():
    """The names of the locks that somebody holds, without waiting for any."""
    held = []
    if kernel_lock.is_mine() or not kernel_lock.try_enter():
        held.append("the kernel's lock")
    else:
        kernel_lock.__exit__(None, None, None)
    for endpoint in kernel.endpoints:
        for name in ("wlock", "rlock"):
            lock = getattr(endpoint, name, None)  # those in C have no way out but their end
            if lock is not None and not _is_free(lock):
                held.append("%s of endpoint %d" % (name, endpoint.index))
    return held


def _is_free(lock):
    free = lock.acquire(False)
    if free:
        lock.release()
    return free


def unfinished():
    """What the kernel still has to do though nobody holds its lock."""
    left = []
    for name in ("dying", "suspicious", "finished", "to_close", "waiting"):
        if getattr(kernel, name):
            left.append(name)
    if waiters():
        left.append("waiters")
    return left


def waiters():
    """How many calls wait. On a board nobody counts them."""
    if MICROPYTHON:
        return 0
    from afunix.host.cpython import waiters

    return waiters.count


def counters():
    """What the kernel counts: (open sockets, references in flight)."""
    return kernel.live, kernel.in_flight


def limits():
    """The configured sizes."""
    return kernel.settings


def endpoints():
    """All there are."""
    return kernel.endpoints


def unused():
    """Those that belong to no socket, as the kernel lists them."""
    found = []
    endpoint = kernel.unused
    while endpoint is not None and len(found) <= len(kernel.endpoints):
        found.append(endpoint)
        endpoint = endpoint.free
    return found


def descriptors():
    """(number, description) of each descriptor that is open."""
    return [(i + 3, d[2]) for i, d in enumerate(kernel.descriptors) if d is not None]


def names():
    """{key: endpoint}."""
    found = dict(kernel.paths)
    for kind in kernel.abstract:
        for name in kernel.abstract[kind]:
            found[(kind, name)] = kernel.abstract[kind][name]
    return found


def key_of(endpoint):
    """Where `names` has the endpoint's name."""
    address = endpoint.address
    return address if isinstance(address, str) else (endpoint.kind, address)


def is_socket(description):
    return isinstance(description, Endpoint)


def file_state(file):
    """(object, references, references in flight) of what is no socket."""
    return file.object, file.references, file.in_flight


class Ring:
    """What is queued for an endpoint."""

    def __init__(self, endpoint):
        ctl = endpoint.ctl
        self.size = ctl[_SIZE]
        self.slots = ctl[_SLOTS]
        self.queued = (ctl[_W] - ctl[_R]) & ctl[_WRAP]
        self.packets = (ctl[_RW] - ctl[_RR]) & ctl[_RWRAP]
        self.attention = ctl[_ATTENTION]
        self.framed = bool(ctl[_FRAMED])
        start = ctl[_R] & (self.size - 1)
        data = bytes(endpoint.memory)
        self.data = (data[start:] + data[:start])[: self.queued]
        self._endpoint = endpoint
        self._ctl = ctl

    def lengths(self):
        """Of the packets."""
        return [self._endpoint.lengths[slot] for slot in self._used()]

    def senders(self):
        """Of the packets: each an endpoint, or the name of one that is closed."""
        origins = [self._endpoint.senders[slot] for slot in self._used()]
        return [None if origin is None else _named(origin[0]) for origin in origins]

    def cargo(self):
        """What comes with the packets: each an Ancillary or None."""
        return [self._endpoint.ancillary[slot] for slot in self._used()]

    def remains(self):
        """Is anything in a slot that has no packet?"""
        used = self._used()
        kept = self._endpoint.ancillary
        return any(kept[slot] is not None for slot in range(self.slots) if slot not in used)

    def _used(self):
        first = self._ctl[_RR]
        return [(first + i) & (self.slots - 1) for i in range(self.packets)]

    def marks(self):
        """(start, end, Ancillary) of each mark in a stream, counted from the first byte."""
        mask = self._ctl[_WRAP]
        first = self._ctl[_R]
        marks = []
        item = self._endpoint.marks
        while item is not None:
            marks.append(((item.start - first) & mask, (item.end - first) & mask, item))
            item = item.next
        return marks


def carried(endpoint):
    """The rights of each message that is queued for it."""
    ring = Ring(endpoint)
    items = ring.cargo() + [item for _, _, item in ring.marks()]
    return [item.rights for item in items if item is not None]


def pending(endpoint):
    """The connections that wait to be accepted."""
    found = []
    waiting = endpoint.first
    while waiting is not None and len(found) < 1000:
        found.append(waiting)
        waiting = waiting.next
    return found


def options(endpoint):
    """What setsockopt set, as a tuple; what it has not set looks like its default."""
    o = endpoint.options
    if o is None:
        return False, -1, 0, 0, False, ()
    inert = tuple(sorted([pair for pair in o.inert.items() if pair[1]]))
    return o.passcred, o.peek_offset, o.receive_timeout, o.send_timeout, o.urgent_inline, inert


def route(endpoint):
    """The endpoint to whose ring `endpoint` may append plain data, None where it must ask."""
    return None if endpoint.out is None else _owner_of(endpoint.out)


def right_route(endpoint):
    """The one that the tables say it should be."""
    peer = endpoint.peer
    inlet = None if peer is None else connection._plain_inlet(endpoint, peer)
    return None if inlet is None else _owner_of(inlet)


def _owner_of(inlet):
    for endpoint in kernel.endpoints:
        if endpoint.inlet is inlet:
            return endpoint
    return "nobody"


def facts(endpoint):
    """The plain values that belong to a socket."""
    address = _named(endpoint.address)
    return (
        (endpoint.kind, endpoint.state, endpoint.shut, endpoint.error),
        (endpoint.owner, endpoint.credentials, endpoint.nonblocking, endpoint.backlog),
        (address, endpoint.bound, endpoint.orphaned, _named(endpoint.peer_address)),
        (endpoint.references, endpoint.in_flight, endpoint.pending),
    )


def _named(address):
    """A name that the kernel chose is another one each time."""
    if isinstance(address, bytes) and len(address) == 6:
        return "chosen"
    return address


def fresh(endpoint):
    """Is it as an endpoint is that no socket has? Returns the names of what it has beyond that."""
    found = []
    for name in ("kind", "peer", "out", "address", "pending", "first", "last", "next", "marks", "options", "error"):
        if getattr(endpoint, name):
            found.append(name)
    for name in ("references", "in_flight", "bound", "orphaned", "cargo", "peer_address"):
        if getattr(endpoint, name):
            found.append(name)
    return found
